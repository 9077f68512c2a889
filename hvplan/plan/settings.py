"""Changed rows as cmdlet calls: as few as possible, and none that mixes what a running machine takes with what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref, Text
from hvplan.diff.changes import FieldChange
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact, When
from hvplan.model.rows import Row
from hvplan.plan.draft import OFFLINE, ONLINE, Draft

ELSEWHERE = frozenset({"notes", "state", "devices.scsiControllers", "path"})
"""Fields that are no plain rows here: notes travel with the mark, power comes last, controllers are devices, a path is not changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One cmdlet with the fields it writes. `component`: the one object below the machine that it acts on, `""` for the machine itself."""

    cmd: Cmd
    fields: tuple[FieldChange, ...]
    impact: Impact
    query: str = ""
    component: str = ""


def calls(fields: Iterable[FieldChange]) -> tuple[Call, ...]:
    """Fields grouped by the cmdlet that writes them, their impact, and what must travel together (engine: Changes and impact)."""
    groups: dict[tuple[str, Impact, str, str, str], list[FieldChange]] = {}
    for field in fields:
        if field.row and field.path not in ELSEWHERE:
            one = (field.row.query, field.row.component) if field.row.off else ("", "")
            groups.setdefault((field.row.command(field.after), field.impact, field.row.together, *one), []).append(field)
    found = []
    for (cmdlet, impact, _, query, component), members in groups.items():
        parameters: dict[str, Argument] = {}
        for field in members:
            assert field.row
            parameters |= field.row.encode(field.after)
        found.append(Call(cmd=Cmd(cmdlet, parameters), fields=tuple(members), impact=impact, query=query, component=component))
    return tuple(found)


def chosen(head: Cmd, call: Call) -> tuple[Cmd, ...]:
    """The pipe up to what a call acts on: the machine, or one of its components by id (`Microsoft:` and the machine's GUID stand before it)."""
    if not call.component:
        return (head,)
    id = head.parameters["Id"]
    value: Argument = Text(parts=("Microsoft:", id, f"\\{call.component}")) if isinstance(id, Ref) else f"Microsoft:{str(id).upper()}\\{call.component}"
    return (head, Cmd(call.query), build.where("Id", value))


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
            invocation=build.write(*chosen(head, call), call.cmd),
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
