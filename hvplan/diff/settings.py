"""Plain rows compared: what is written (and, while a creation is being finished, what it would have defaulted to) against the host."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hvplan.diff.changes import FieldChange, Finding
from hvplan.model.impact import Impact, Situation, When, judge
from hvplan.model.live import LiveHost
from hvplan.model.objects import Lifecycle
from hvplan.model.parts import PARTS
from hvplan.model.rows import Row, rows, settled
from hvplan.model.values import UNSET, Unknown

_OLDEST = "2016"
_SAVED_KEEPS = frozenset({"processor", "memory", "firmware", "bios", "video", "services", "com_ports"})

SAVED_PATHS = frozenset(row.path for name, part in PARTS if name in _SAVED_KEEPS for row in rows(part).values()) | {
    "automaticActions.criticalError",
    "automaticActions.criticalErrorTimeout",
    "checkpoints.automatic",
    "smartPagingPath",
}
"""Attributes that a saved machine refuses to change (behaviour 2.1 A), or of which no source says that it takes them."""


def manages(lifecycle: Lifecycle, *spellings: str) -> bool:
    """Is an attribute or device compared, whichever way `manage` and `ignore` spell it."""

    def named(paths: Iterable[str]) -> bool:
        return any(one == path or one.startswith((path + ".", path + "/")) for path in paths for one in spellings)

    return (lifecycle.manage is None or named(lifecycle.manage)) and not named(lifecycle.ignore)


def manages_group(lifecycle: Lifecycle, group: str) -> bool:
    """May devices of a kind that nobody declared be removed: `exclusive` says nothing of a kind that is not compared."""
    return manages(lifecycle, f"devices.{group}", group)


def manages_device(lifecycle: Lifecycle, group: str, key: str, *, parts: bool = False) -> bool:
    """Is a device compared; with `parts` also one of which `manage` names some settings only."""
    spellings = (f"devices.{group}.{key}", f"{group}.{key}", f"{group}/{key}")
    inside = parts and any(path.startswith(tuple(f"{one}{end}" for one in spellings for end in "./")) for path in lifecycle.manage or ())
    return manages(replace(lifecycle, manage=None) if inside else lifecycle, *spellings)


def effective(part: Any, lifecycle: Lifecycle, *, defaults: bool, generation: int, host: LiveHost) -> Iterator[tuple[Row, Any]]:
    """Row and wanted value: what is written and managed, `null` as its default; with `defaults` also what a creation sends unasked."""
    for name, row in rows(part).items():
        value = getattr(part, name)
        if value is UNSET:
            if not defaults or row.default is UNSET or generation not in row.generations or not can_send(host, row, row.default):
                continue
            value = row.default
        elif not manages(lifecycle, row.path) or (row.since != _OLDEST and settled(row, value) == row.resets_to and not can_send(host, row, value)):
            continue  # a host that does not know a thing yet is as its default says
        yield row, settled(row, value)


def can_send(host: LiveHost, row: Row, value: Any) -> bool:
    """Does the host's session have the cmdlet and every parameter that writing this value needs."""
    command, value = row.command(value), settled(row, value)
    return command in host.commands and all(host.has(command, parameter) for parameter in row.encode(value))


def row_findings(part: Any, address: str, lifecycle: Lifecycle, generation: int, host: LiveHost) -> Iterator[Finding]:
    """What is written and cannot be sent: rows of another generation, parameters this host lacks, a `null` without a default."""
    for row, value in effective(part, lifecycle, defaults=False, generation=generation, host=host):
        if value is UNSET:
            yield Finding(
                address=address, code="no-default", path=row.path, text=f"{row.path}: null has no documented default here. Write the value.", blocks=(address,)
            )
        elif generation and generation not in row.generations:
            text = f"{row.path} does not exist on Generation {generation}. Remove it, or make the VM Generation {row.generations[0]}."
            yield Finding(address=address, code="wrong-generation", path=row.path, text=text, blocks=(address,))
        elif not can_send(host, row, value):
            command = row.command(value)
            lacking = ", ".join(f"-{name}" for name in row.encode(value) if not host.has(command, name))
            text = f"{row.path}: this host's {command} has no {lacking} (needs {row.since} or later). Remove it for this host."
            if command not in host.commands:
                text = f"{row.path}: this host's session has no {command}. Remove it for this host, or make the cmdlet visible at the endpoint."
            yield Finding(address=address, code="not-on-this-host", path=row.path, text=text, blocks=(address,))


def compare(
    part: Any,
    live: Any,
    lifecycle: Lifecycle,
    *,
    situation: Situation,
    host: LiveHost,
    defaults: bool = False,
    equal: Callable[[Row, Any, Any], bool] = lambda row, want, now: bool(want == now),
    never_live: bool = False,
) -> tuple[FieldChange, ...]:
    """The rows that differ. `never_live`: live values do not count (sizes of dynamic memory while it is off)."""
    changes = []
    names = {row.path: name for name, row in rows(part).items()}
    for row, want in effective(part, lifecycle, defaults=defaults, generation=situation.generation, host=host):
        now = None if live is None else getattr(live, names[row.path])
        if now is UNSET:
            now = None
        if never_live and row.path.startswith("memory.dynamic."):
            if not manages(lifecycle, "memory.dynamic"):
                continue  # nobody turns it on, and until somebody does there is nothing to be in sync
            now = None
        if want is UNSET or (now is not None and equal(row, want, now)) or (now is None and want is None):
            continue
        line = judge(row.impact, now, want, situation)
        if row.path in SAVED_PATHS and situation.state == "Saved" and line.impact < Impact.RESTART:
            line = When("the machine is saved", Impact.RESTART)
        changes.append(FieldChange(path=row.path, before=now, after=want, line=line, row=row))
    return together(tuple(changes))


def keeps(want: Any, live: Any, name: str, managed: Callable[[str], bool] = lambda path: True) -> Any:
    """What one field ends up with: what is written and managed, else what the host has; UNSET on something new."""
    row, value = rows(want)[name], getattr(want, name)
    if value is not UNSET and managed(row.path):
        return settled(row, value)
    return UNSET if live is None else getattr(live, name)


def together(changes: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
    """Rows that travel in one call have one impact: the highest among them."""
    highest: dict[tuple[str, str], When] = {}
    for change in changes:
        if change.row and change.row.together:
            key = (change.row.write, change.row.together)
            if key not in highest or highest[key].impact < change.line.impact:
                highest[key] = change.line
    return tuple(_raised(change, highest) for change in changes)


def _raised(change: FieldChange, highest: Mapping[tuple[str, str], When]) -> FieldChange:
    """A row with the impact of its call; it keeps its own reason where that is just as high."""
    if not (change.row and change.row.together):
        return change
    line = highest[(change.row.write, change.row.together)]
    return change if line.impact == change.impact else replace(change, line=When(f"set together with what needs {line.impact.label}", line.impact))


def missing_components(part: Any, live: Any, address: str, lifecycle: Lifecycle) -> Iterator[Finding]:
    """A refusal for what is written about a component that the host does not list for this machine."""
    for name, row in rows(part).items() if live is not None and not isinstance(live, Unknown) else ():
        if row.component and getattr(part, name) is not UNSET and getattr(live, name) is UNSET and manages(lifecycle, row.path):
            text = f"{row.path}: {row.query} does not list it for this machine (component {row.component}). Remove it."
            yield Finding(address=address, code="not-on-this-host", path=row.path, text=text, blocks=(address,))


def unknown_part(name: str, part: Any, live: Any, address: str, lifecycle: Lifecycle) -> Iterator[Finding]:
    """A refusal when something is written for a part that could not be read; nothing else of the object is held up."""
    if isinstance(live, Unknown) and any(getattr(part, field) is not UNSET and manages(lifecycle, row.path) for field, row in rows(part).items()):
        yield Finding(address=address, code="unknown", path=name, text=f"{name} could not be read ({live.why}), so nothing about it is decided.")
