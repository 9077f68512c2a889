"""Changed rows as cmdlet calls: as few as possible, and none that mixes what a running machine takes with what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd
from hvplan.diff.changes import FieldChange
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact, When
from hvplan.model.rows import Row
from hvplan.plan.draft import OFFLINE, ONLINE, Draft

ELSEWHERE = frozenset({"notes", "state", "devices.scsiControllers", "path"})
"""Fields that are no plain rows here: notes travel with the mark, power comes last, controllers are devices, a path is not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One cmdlet with the fields it writes."""

    cmd: Cmd
    fields: tuple[FieldChange, ...]
    impact: Impact


def calls(fields: Iterable[FieldChange]) -> tuple[Call, ...]:
    """Fields grouped by the cmdlet that writes them, their impact, and what must travel together (engine: Changes and impact)."""
    groups: dict[tuple[str, Impact, str], list[FieldChange]] = {}
    for field in fields:
        if field.row and field.path not in ELSEWHERE:
            groups.setdefault((field.row.write, field.impact, field.row.together), []).append(field)
    found = []
    for (cmdlet, impact, _), members in groups.items():
        parameters: dict[str, Argument] = {}
        for field in members:
            assert field.row
            parameters |= field.row.encode(field.after)
        found.append(Call(cmd=Cmd(cmdlet, parameters), fields=tuple(members), impact=impact))
    return tuple(found)


def before(address: str, fields: Iterable[FieldChange]) -> tuple[Expect, ...]:
    """What a step finds. A value that does not count now (the sizes of dynamic memory while it is off) is not expected."""
    return tuple(Expect(address=address, path=f.path, value=f.json(f.before)) for f in fields if f.before is not None)


def after(address: str, fields: Iterable[FieldChange]) -> tuple[Expect, ...]:
    """What a re-read shows. Secure boot that keeps its template reads as the template's name, so `true` is not expected."""
    return tuple(Expect(address=address, path=f.path, value=f.json(f.after)) for f in fields if not (f.path == "firmware.secureBoot" and f.after is True))


def drafts(host: str, address: str, head: Cmd, fields: Iterable[FieldChange]) -> Iterator[Draft]:
    """The calls of one VM's plain rows as steps."""
    for call in calls(fields):
        yield Draft(
            host=host,
            address=address,
            owner=address,
            kind="settings",
            action="set",
            invocation=build.write(head, call.cmd),
            phase=OFFLINE if call.impact >= Impact.RESTART else ONLINE,
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(address, call.fields),
            verify=after(address, call.fields),
        )


def created(rows: Iterable[tuple[Row, object]]) -> tuple[FieldChange, ...]:
    """Rows of a new machine as fields without a before."""

    line = When("new", Impact.ONLINE)
    return tuple(FieldChange(path=row.path, before=None, after=value, line=line, row=row) for row, value in rows)
