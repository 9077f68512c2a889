"""The middle of a text plan: one block for each object that changes, its devices inside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hvplan.document.plan import Field, PlanDocument, Refusal, ResourceChange, Step
from hvplan.model.address import owner
from hvplan.model.devices import AdapterSettings
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Impact
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows
from hvplan.report.alike import typed
from hvplan.report.lines import Line, duration, show, visible

Json = Any

IMPACTS: Final[Mapping[str, str]] = {
    "none": "",
    "online": "online",
    "next-start": "at the next start",
    "restart": "restart",
    "stop": "stop",
    "host": "service or host restart",
    "replace": "replacement",
    "data": "DATA LOSS",
}
"""Impact -> what the text plan calls it."""

CAUSES: Final[Mapping[frozenset[str], str]] = {
    frozenset({"pending"}): "because {file} changed since the last apply",
    frozenset({"drift"}): "because the host was changed since the last apply",
    frozenset({"pending", "drift"}): "because {file} and the host were changed since the last apply",
}
SENTENCES: Final[Mapping[str, str]] = {
    "adopt": "adopted: it is there already, and belongs to this stack from now on",
    "finish": "finishes a creation that was cut off",
    "claim": "marked anew: its mark carries a former name, or a start or stop that is still owed",
    "release": "released: it stays, and no longer belongs to this stack",
    "protect": "protected from now on: nothing may delete or replace it",
    "unprotect": "no longer protected",
}
"""Verb -> what it means for somebody who reads the plan."""

GONE: Final[Mapping[str, str]] = {"detach": "detached; the file stays", "remove": "removed"}
"""Verb of a device that goes -> what becomes of it."""

NOTHING: Final[Mapping[str, str]] = {"switch": "not connected", "iso": "empty", "vhd.before": "deleted"}
"""Path at which null is a value of its own -> what people read there."""

TOLD: Final = frozenset({"vhd.path", "vhd.type", "vhd.blockSize"})
"""Paths of a disk whose note says how they change; what that costs stands in the headline."""

WORTH_SAYING: Final = 10
"""Seconds from which an expected duration is printed."""

_SYMBOLS: Final[Mapping[tuple[str, ...], tuple[str, str]]] = {
    ("create",): ("+", "create"),
    ("update",): ("~", "update"),
    ("delete",): ("-", "delete"),
    ("delete", "create"): ("-/+", "replace"),
    ("create", "delete"): ("+/-", "replace"),
    ("read",): ("<=", "adopt"),
    ("forget",): (".", "dim"),
}


def units() -> Mapping[str, str]:
    """Attribute path -> unit, of everything that has a row."""
    parts: tuple[type[Any], ...] = (*(part for _, part in PARTS), SwitchSettings, AdapterSettings, ManagementSettings, HostSettings)
    return {row.path: row.kind.unit for part in parts for row in rows(part).values()} | {"vhd.size": "bytes", "vhd.blockSize": "bytes"}


@dataclass(frozen=True, slots=True)
class Block:
    """One headline: an object or a lone device, and the changes of the devices shown under it."""

    head: ResourceChange
    devices: tuple[ResourceChange, ...]

    @property
    def changes(self) -> tuple[ResourceChange, ...]:
        """All of them."""
        return (self.head, *self.devices)


def blocks(document: PlanDocument) -> tuple[Block, ...]:
    """What changes or is refused, in the order of the document; devices go under an object that has a headline itself, or is stopped for them."""
    refused = {(r.host, r.address) for r in document.refusals}
    powered = {(s.host, s.address) for s in document.steps if s.action in ("stop", "start")}
    shown = [c for c in document.resource_changes if c.changes or (c.host, c.address) in refused or (c.host, c.address) in powered]
    heads = {(c.host, c.address) for c in shown}
    below: dict[tuple[str, str], list[ResourceChange]] = {}
    alone: list[ResourceChange] = []
    for change in shown:
        above = (change.host, owner(change.address))
        if change.address != above[1] and above in heads:
            below.setdefault(above, []).append(change)
        else:
            alone.append(change)
    return tuple(Block(head, tuple(below.get((head.host, head.address), ()))) for head in alone)


def symbol(change: ResourceChange) -> tuple[str, str]:
    """The sign in front of a headline, and its style."""
    if "release" in change.verbs and change.actions != ("delete",):
        return ".", "dim"
    if change.actions == ("no-op",):
        return ("<=", "adopt") if change.importing is not None else ("!", "refused")
    return _SYMBOLS.get(change.actions, (" ", ""))


def named(host: str, address: str, several: bool) -> str:
    """An address for people: with its host in front when there are several."""
    return visible(f"{host}:{address}" if several else address)


def block_lines(document: PlanDocument, block: Block, several: bool, known: set[str] | None = None) -> Iterator[Line]:
    """The lines of one block. `known`: functions that stand further up already; those that this block defines are added."""
    head = block.head
    steps = _steps(document, block)
    sign, style = _SYMBOLS[("update",)] if head.actions == ("no-op",) and head.importing is None and steps else symbol(head)
    impact = _impact(document, block, steps)
    text = f"{sign:>3} {named(head.host, head.address, several):<43} {impact:<30} {_file_line(head.place)}"
    yield Line(text.rstrip(), "danger" if "DATA LOSS" in impact else style)
    rows_of = [row for change in block.changes for row in _rows(change, head)]
    first = max([26, *(len(row[0]) + 1 for row in rows_of)]) if rows_of else 0
    second = min(max([16, *(len(row[1]) for row in rows_of)]), 46) if rows_of else 0
    for path, values, note in rows_of:
        yield Line(f"      {path:<{first}} {values:<{second}}  {note}".rstrip())
    if head.previous_address:
        yield Line(f"      renamed from {visible(head.previous_address)}")
    for verb in head.verbs:
        if verb in SENTENCES:
            yield Line(f"      {SENTENCES[verb]}")
    if head.action_reason and head.actions != ("no-op",):
        yield Line(f"      because {head.action_reason}")
    yield from _because(block)
    for refusal in document.refusals:
        if (refusal.host, refusal.address) in {(c.host, c.address) for c in block.changes}:
            yield refusal_line(refusal, head.place)
    for step in steps:
        only = "  # only if the stop before it fails" if step.escalates else ""
        *function, call = step.powershell.split("\n")
        if function and (known is None or "\n".join(function) not in known):
            yield from (Line(f"      > {text}", "dim") for text in function)
        if known is not None:
            known |= {"\n".join(function)}
        yield Line(f"      > {call}{only}", "dim")


def refusal_line(refusal: Refusal, shown: str = "") -> Line:
    """Why something is refused, the option that would allow it, and where that is written unless the place is `shown` already."""
    allowed = f" ({typed(refusal.flag)} allows it)" if refusal.flag else ""
    where = _file_line(refusal.place)
    place = f" ({where})" if where and where != _file_line(shown) else ""
    return Line(f"      refused: {visible(refusal.text)}{allowed}{place}", "refused")


def _steps(document: PlanDocument, block: Block) -> list[Step]:
    whole = block.head.address == owner(block.head.address)
    return [s for s in document.steps if s.host == block.head.host and (owner(s.address) if whole else s.address) == block.head.address]


def _impact(document: PlanDocument, block: Block, steps: Sequence[Step]) -> str:
    level = max(Impact.named(change.impact) for change in block.changes)
    words = [IMPACTS[level.label]]
    if block.head.actions == ("create",):
        words = ["create"]
    elif block.head.actions == ("delete",) and level < Impact.DATA:
        words = [next((verb for verb in block.head.verbs if verb in GONE), "delete")]
    words[:0] = [verb for verb in ("adopt", "release", "rename") if verb in block.head.verbs and verb != words[0]]
    copies = document.meta.get("copies", {})
    if copied := sum(copies.get(s.id, 0) for s in steps):
        words.append(f"copies {show(copied, 'bytes')}")
    durations = document.meta.get("durations", {})
    seconds = sum(durations.get(s.id, 0) for s in steps if not s.escalates)
    if seconds >= WORTH_SAYING:
        words.append(f"about {duration(seconds)}")
    return ", ".join(word for word in words if word)


def _rows(change: ResourceChange, head: ResourceChange) -> Iterator[tuple[str, str, str]]:
    """Path, values and note of each changed field; a device under its VM is named in front."""
    prefix = "" if change is head else change.address[len(owner(change.address)) + 1 :]
    if prefix and change.actions != head.actions and change.actions in (("create",), ("delete",)):
        prefix = ("+ " if change.actions == ("create",) else "- ") + prefix
    if change.actions == ("delete",):
        if prefix or change.address != owner(change.address):
            word = next((GONE[verb] for verb in change.verbs if verb in GONE), "the file is deleted")
            yield prefix or change.name, f"{_where(change)} -> {word}" if _where(change) else word, ""
        return
    for field in change.fields or _fields_of(change):
        values = _value(field, field.after) if change.actions == ("create",) else f"{_value(field, field.before)} -> {_value(field, field.after)}"
        yield f"{prefix} {field.path}".strip(), values, _note(change, field)


def _value(field: Field, value: Json) -> str:
    return NOTHING[field.path] if value is None and field.path in NOTHING else show(value, field.unit)


def _where(change: ResourceChange) -> str:
    """The slot and the file of a disk that goes."""
    before = change.before or {}
    vhd = before.get("vhd")
    path = vhd.get("path") if isinstance(vhd, Mapping) else None
    return " ".join(show(part) for part in (before.get("slot"), path) if part)


def _fields_of(change: ResourceChange) -> Iterator[Field]:
    """What a create holds, where the document does not spell it out as fields."""
    known = units()
    for path, value in _flat((change.after if change.actions == ("create",) else None) or {}):
        if path != "id":
            yield Field(path=path, before=None, after=value, unit=known.get(path, ""), impact="")


def _flat(tree: Mapping[str, Json], prefix: str = "") -> Iterator[tuple[str, Json]]:
    for key, value in sorted(tree.items()):
        if isinstance(value, Mapping) and value:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _note(change: ResourceChange, field: Field) -> str:
    if change.actions == ("create",):
        return field.why
    if field.path in change.replace_paths:
        return f"forces replacement{': ' + field.why if field.why else ''}"
    label = "" if field.path in TOLD and field.why else IMPACTS.get(field.impact, field.impact)
    return f"{label} ({field.why})" if field.why and label else field.why or label


def _because(block: Block) -> Iterator[Line]:
    causes = {cause for change in block.changes for field in change.fields for cause in ({"pending", "drift"} if field.cause == "both" else {field.cause})}
    sentence = CAUSES.get(frozenset(causes - {"", "unknown"}))
    if sentence:
        yield Line("      " + sentence.format(file=_file(block.head.place) or "the file"))


def _file(place: str) -> str:
    head, _, last = place.rpartition(":")
    if not last.isdigit():
        return place
    file, _, line = head.rpartition(":")
    return file if line.isdigit() else head


def _file_line(place: str) -> str:
    """`lab.yaml:12` from `lab.yaml:12:1`."""
    head, _, last = place.rpartition(":")
    return head if last.isdigit() and head.rpartition(":")[2].isdigit() else place
