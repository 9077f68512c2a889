"""The steps of a virtual switch."""

from __future__ import annotations

from collections.abc import Iterator

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create, Delete, Update
from hvplan.diff.switches import planned_id
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact
from hvplan.model.live import LiveHost, LiveSwitch
from hvplan.model.marker import Marker, join, write
from hvplan.model.objects import Stack, VirtualSwitch
from hvplan.model.values import UNSET
from hvplan.model.view import marker_line
from hvplan.plan.draft import Draft
from hvplan.plan.marker import Holes
from hvplan.plan.notes import switch_mark, switch_marker
from hvplan.plan.settings import after, before, calls


def switch_drafts(host: str, change: Change, live: LiveHost, stack: Stack) -> Iterator[Draft]:
    """Create, change, release or remove one switch."""
    match change:
        case Create(want=VirtualSwitch() as want):
            yield from _create(host, change.address, want, live, stack)
        case Update(want=VirtualSwitch() as want, live=LiveSwitch() as now):
            yield from _update(host, change, want, now, stack)
        case Delete(live=LiveSwitch() as now):
            yield _delete(host, change.address, now)
        case _:
            return


def _create(host: str, address: str, want: VirtualSwitch, live: LiveHost, stack: Stack) -> Iterator[Draft]:
    arguments: dict[str, Argument] = {"Name": want.name}
    if isinstance(want.settings.type, str):
        arguments["SwitchType"] = want.settings.type
    id = planned_id(live, stack, want.name)
    users = str(want.settings.notes) if want.settings.notes is not UNSET else ""
    if id:
        arguments["Id"] = id
    if stack.marks:
        first = switch_marker(want, stack, None, id, address, Holes()) if id else Marker(stack=stack.name, id=want.name, kind="switch")
        arguments["Notes"] = join(users, write(first))
    elif users:
        arguments["Notes"] = users
    pipe = [Cmd("New-VMSwitch", arguments)] + ([] if id else [build.select("Id")])
    verify = [Expect(address=address, path="exists", value=True), Expect(address=address, path="type", value=arguments.get("SwitchType"))]
    yield Draft(
        host=host,
        address=address,
        owner=address,
        kind="switch",
        action="create",
        invocation=build.write(*pipe),
        cause=("create",),
        expect=(Expect(address=address, path="exists", value=False),),
        verify=tuple(verify),
        gives=(f"switch {want.name.casefold()}",),
        produces=not id,
    )
    if not id and stack.marks:
        yield from switch_mark(host, address, want, None, None, Ref(address=address, property="Id"), stack, ())


def _update(host: str, change: Update, want: VirtualSwitch, live: LiveSwitch, stack: Stack) -> Iterator[Draft]:
    head, address = build.switch(live.id), change.address
    if change.renamed_from:
        yield Draft(
            host=host,
            address=address,
            owner=address,
            kind="switch",
            action="rename",
            invocation=build.write(head, Cmd("Rename-VMSwitch", {"NewName": want.name})),
            cause=("name",),
            expect=(Expect(address=address, path="name", value=live.name),),
            verify=(Expect(address=address, path="name", value=want.name),),
            gives=(f"switch {want.name.casefold()}",),
        )
    for call in calls(change.fields):
        yield Draft(
            host=host,
            address=address,
            owner=address,
            kind="switch",
            action="set",
            invocation=build.write(head, call.cmd),
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(address, call.fields),
            verify=after(address, call.fields),
        )
    yield from switch_mark(host, address, want, live, change, live.id, stack, change.fields)


def _delete(host: str, address: str, live: LiveSwitch) -> Draft:
    return Draft(
        host=host,
        address=address,
        owner=address,
        kind="switch",
        action="delete",
        invocation=build.write(build.switch(live.id), Cmd("Remove-VMSwitch")),
        phase="",
        cause=("ensure",),
        impact=Impact.ONLINE,
        expect=(Expect(address=address, path="notes.marker", value=marker_line(live.notes)),),
        verify=(Expect(address=address, path="exists", value=False),),
        uses=(f"left {live.name.casefold()}",),
    )
