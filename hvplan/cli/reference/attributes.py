"""Every attribute of the format by its name, from the table that documents are read with; each leaf knows its row of the model."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.cli.reference.codes import codes
from hvplan.load.format import DOCUMENTS, LATER_KINDS
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape
from hvplan.model.rows import Row

SHORT: Final[Mapping[str, str]] = {
    "stack": "Stack",
    "host": "Host",
    "switch": "VirtualSwitch",
    "nat": "Nat",
    "disk": "VirtualDisk",
    "template": "VirtualMachineTemplate",
    "vm": "VirtualMachine",
    "policy": "SnapshotPolicy",
}
"""Short name of a kind -> its name in documents."""
SHORT_OF: Final[Mapping[str, str]] = {kind: short for short, kind in SHORT.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A place in a kind of document. `path` as in `devices.disks.*.slot`, `""` for the kind itself."""

    kind: str
    path: str
    shape: Shape

    @property
    def name(self) -> str:
        """What to call it by: `vm.devices.disks.*.slot`."""
        return ".".join(part for part in (SHORT_OF[self.kind], self.path) if part)

    @property
    def leaf(self) -> Leaf | None:
        """The single value that may stand there, if one may."""
        match self.shape:
            case Leaf():
                return self.shape
            case Group():
                return self.shape.also
            case _:
                return None

    @property
    def row(self) -> Row | None:
        """The row of the model behind it; None for what is ordinary code."""
        return self.leaf.row if self.leaf else None


def below(attribute: Attribute) -> Iterator[Attribute]:
    """What stands right below a place."""
    match attribute.shape:
        case Group(keys=keys):
            for key, shape in keys.items():
                yield Attribute(kind=attribute.kind, path=f"{attribute.path}.{key}" if attribute.path else key, shape=shape)
        case Named(item=item):
            yield Attribute(kind=attribute.kind, path=f"{attribute.path}.*", shape=item)
        case Many(item=Group() as item):
            yield Attribute(kind=attribute.kind, path=f"{attribute.path}.*", shape=item)
        case _:
            return


def walk(attribute: Attribute) -> Iterator[Attribute]:
    """Everything below a place, in the order of the table; a place before what is below it."""
    for item in below(attribute):
        yield item
        yield from walk(item)


def kinds() -> Iterator[Attribute]:
    """The kinds of documents, as places."""
    return (Attribute(kind=kind, path="", shape=group) for kind, group in DOCUMENTS.items())


def every() -> Iterator[Attribute]:
    """Every attribute of every kind that this version carries."""
    for kind in kinds():
        yield from (item for item in walk(kind) if not isinstance(item.shape, Later))


def find(name: str) -> Attribute | None:
    """The place of that name. `disks.os.slot` is `disks.*.slot`, and `disks.slot` too; without a kind it is looked for in a machine first."""
    first, _, rest = name.partition(".")
    kind = kind_named(first)
    if kind:
        return _descend(Attribute(kind=kind, path="", shape=DOCUMENTS[kind]), rest.split(".") if rest else []) if kind in DOCUMENTS else None
    order = ("VirtualMachine", *(other for other in DOCUMENTS if other not in ("VirtualMachine", "VirtualMachineTemplate")))
    found = (_descend(Attribute(kind=other, path="", shape=DOCUMENTS[other]), name.split(".")) for other in order)
    return next((place for place in found if place is not None), None)


def kind_named(word: str) -> str:
    """The kind of a short or full name in any case, `""` for none; also one that this version does not carry."""
    known = {**SHORT, **{kind.lower(): kind for kind in (*DOCUMENTS, *LATER_KINDS)}}
    return known.get(word.lower(), "")


def _descend(place: Attribute, parts: list[str]) -> Attribute | None:
    for part in parts:
        if isinstance(place.shape, Later):
            return place
        items = {item.path.rsplit(".", 1)[-1].lower(): item for item in below(place)}
        if set(items) == {"*"}:
            inside = items["*"]
            deeper = {item.path.rsplit(".", 1)[-1].lower(): item for item in below(inside)}
            place = deeper.get(part.lower(), inside)
        elif part.lower() in items:
            place = items[part.lower()]
        else:
            return None
    return place


def suggest(name: str, most: int = 3) -> tuple[str, ...]:
    """What was probably meant: a place with that last word, or names, codes and kinds that look like it."""
    last = name.lower().rsplit(".", 1)[-1]
    places = [item.name for item in every() if item.kind != "VirtualMachineTemplate"]
    same = [place for place in places if place.lower().rsplit(".", 1)[-1] == last]
    start = name.lower().partition(".")[0]
    same.sort(key=lambda place: (not place.startswith(SHORT_OF.get(kind_named(start), start) + "."), place.count(".")))
    words = [*SHORT, *places, *dict.fromkeys(code.code for code in codes())]
    full = ".".join([SHORT_OF.get(kind_named(start), start), *name.split(".")[1:]])
    close = difflib.get_close_matches(full, words, most, 0.6) or difflib.get_close_matches(f"vm.{name}", words, most, 0.75)
    if close and difflib.SequenceMatcher(None, full, close[0]).ratio() > 0.85:
        return tuple(dict.fromkeys([*same[:1], close[0]]))
    tails: dict[str, list[str]] = {}
    for place in places:
        tails.setdefault(place.lower().rsplit(".", 1)[-1], []).append(place)
    near = [tails[tail][0] for tail in difflib.get_close_matches(last, list(tails), most, 0.75)]
    return tuple(dict.fromkeys([*same, *close, *near]))[:most]
