"""One attribute, one branch or one code as plain values: what text, JSON and the reference page are written from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from hvplan.cli.reference.attributes import Attribute, below, walk
from hvplan.cli.reference.examples import example
from hvplan.cli.reference.facts import ALSO, FACTS, MEANS, MUST, Costs, Fact, costs_of
from hvplan.load.format import DOCUMENTS
from hvplan.load.schema import of
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape
from hvplan.model.rows import Row
from hvplan.model.values import UNSET

Json = Any
MACHINES: Final = ("VirtualMachine", "VirtualMachineTemplate")
"""The kinds that have a generation."""
EARLIEST: Final = "2016"
"""The first release that hvplan knows; what is ordinary code is there from it on."""
_DEFAULT: Final = re.compile(r"(?:^|[;.] )[Dd]efault:? (.+?)(?:\.?$|\. |;)|(?:^|[ :])(\S+) \(default\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """Everything there is to say about one attribute. `type`: in few words; `takes`: what is expected, in a sentence's words; `since`: the first release."""

    name: str
    kind: str
    path: str
    doc: str
    type: str
    takes: str
    unit: str
    default: str
    generations: tuple[int, ...]
    since: str
    costs: Costs
    together: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    source: str
    schema: Json
    example: str

    def to_json(self) -> dict[str, Json]:
        """As a document."""
        return {
            "name": self.name,
            "kind": self.kind,
            "path": self.path,
            "doc": self.doc,
            "type": self.type,
            "takes": self.takes,
            "unit": self.unit,
            "default": self.default,
            "generations": list(self.generations),
            "since": self.since,
            "impact": [{"condition": condition, "impact": label, "means": MEANS[label]} for condition, label in self.costs],
            "together": list(self.together),
            "reads": list(self.reads),
            "writes": list(self.writes),
            "source": self.source,
            "schema": self.schema,
            "example": self.example,
        }


def describe(attribute: Attribute) -> Described:
    """What there is to say about an attribute; a row says most of it itself."""
    row = attribute.row
    where = (attribute.kind, attribute.path)
    fact = FACTS.get(where, Fact())
    leaf = attribute.leaf
    known = bool(fact.reads or fact.writes)
    return Described(
        name=attribute.name,
        kind=attribute.kind,
        path=attribute.path,
        doc=_doc(attribute.shape),
        type=type_of(attribute.shape),
        takes=_takes(attribute.shape),
        unit=leaf.kind.unit if leaf else "",
        default=MUST.get(where) or (_row_default(row, attribute.kind) if row else fact.default or _written_default(_doc(attribute.shape))),
        generations=(row.generations if row else fact.generations or ((1, 2) if known else ())) if attribute.kind in MACHINES else (),
        since=row.since if row else EARLIEST if known else "",
        costs=costs_of(row) if row else fact.costs,
        together=tuple(_together(attribute, row)) if row else (),
        reads=(f"{row.query}: {' '.join(row.get)}",) if row else fact.reads,
        writes=(*(_writes(row) if row else ()), *fact.writes, *ALSO.get(where, ())),
        source=row.source if row else fact.source,
        schema=of(attribute.shape),
        example=example(attribute),
    )


def type_of(shape: Shape) -> str:
    """The type of what may stand there, in few words."""
    match shape:
        case Leaf():
            return f"{shape.kind.name} percent" if shape.kind.unit == "percent" else shape.kind.name
        case Group(also=Leaf() as also):
            return "map | " + type_of(also) if any(not isinstance(item, Later) for item in shape.keys.values()) else type_of(also)
        case Group():
            return "map"
        case Named():
            return "map of names"
        case Many():
            return f"list of {type_of(shape.item)}"
        case Later():
            return "not in this version"


def is_branch(attribute: Attribute) -> bool:
    """Does something stand below it."""
    return any(not isinstance(item.shape, Later) for item in below(attribute))


def children(attribute: Attribute) -> tuple[Attribute, ...]:
    """What stands below it in this version; a map of names is opened, because its names are the user's."""
    found = [item for item in below(attribute) if not isinstance(item.shape, Later)]
    if [item.path.rsplit(".", 1)[-1] for item in found] == ["*"]:
        return children(found[0]) or tuple(found)
    return tuple(found)


def later(attribute: Attribute) -> tuple[str, ...]:
    """Keys below it that the format has and this version does not carry."""
    found = list(below(attribute))
    if [item.path.rsplit(".", 1)[-1] for item in found] == ["*"]:
        return later(found[0])
    return tuple(item.path.rsplit(".", 1)[-1] for item in found if isinstance(item.shape, Later))


def _doc(shape: Shape) -> str:
    return shape.doc


def _takes(shape: Shape) -> str:
    """What the loader would say it expects."""
    match shape:
        case Leaf():
            expected = _expected(shape)
            return f"{expected}, or null" if shape.null and "null" not in expected else expected
        case Group(also=Leaf() as also):
            return f"a map, or {_expected(also)}" if type_of(shape).startswith("map") else _expected(also)
        case Many(item=item, single=single):
            return f"a list; each item {_takes(item)}" + ("; a single one may stand without the list" if single else "")
        case Named():
            return "a map from names of your choice"
        case _:
            return "a map"


def _expected(leaf: Leaf) -> str:
    try:
        leaf.kind.parse(UNSET)
    except ValueError as error:
        return str(error)
    return leaf.kind.name


def _row_default(row: Row, kind: str) -> str:
    if kind == "Host":
        return "as the host has it"
    shown = str(row.resets_to).lower() if isinstance(row.resets_to, bool) else row.show(row.resets_to)
    if row.default is not UNSET:
        return f"{shown}; a creation sends it"
    return f"Hyper-V's own{f', {shown}' if shown.strip('-') else ''}; a creation sends nothing"


def _written_default(doc: str) -> str:
    found = _DEFAULT.search(doc)
    return next((group.strip() for group in found.groups() if group), "") if found else ""


def _writes(row: Row) -> Iterator[str]:
    if row.write:
        yield " ".join([row.write, *(f"-{parameter}" for parameter in row.set)])
    if row.off:
        yield row.off


def _together(attribute: Attribute, row: Row) -> Iterator[str]:
    """The other rows that travel in one call with this one."""
    if not row.together:
        return
    for other in walk(Attribute(kind=attribute.kind, path="", shape=DOCUMENTS[attribute.kind])):
        if other.row and other.path != attribute.path and (other.row.write, other.row.together) == (row.write, row.together):
            yield other.path
