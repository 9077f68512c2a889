"""The steps of a virtual switch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create, Delete, FieldChange, Keep, Update
from hvplan.diff.switches import planned_id
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveHost, LiveSwitch
from hvplan.model.marker import Marker, join, write
from hvplan.model.network import Nic
from hvplan.model.objects import Stack, VirtualSwitch
from hvplan.model.rows import rows, written
from hvplan.model.values import UNSET, Json, Unknown
from hvplan.model.view import marker_line, nic_names
from hvplan.plan.draft import Draft, values, whose
from hvplan.plan.management import management_drafts
from hvplan.plan.marker import Holes
from hvplan.plan.notes import switch_mark, switch_marker
from hvplan.plan.settings import after, before, calls


def switch_drafts(host: str, change: Change, devices: Sequence[Change], live: LiveHost, stack: Stack, blocked: frozenset[str]) -> Iterator[Draft]:
    """Create, change, release or remove one switch, and the adapters of the host on it. `blocked`: addresses that were refused."""
    mine = [device for device in devices if device.address not in blocked]
    match change:
        case Create(want=VirtualSwitch() as want):
            yield from _create(host, change, want, mine, live, stack)
        case Update(want=VirtualSwitch() as want, live=LiveSwitch() as now) | Keep(want=VirtualSwitch() as want, live=LiveSwitch() as now):
            steps = [*(_update(host, change, want, now) if isinstance(change, Update) else ()), *_management(host, change.address, want, mine)]
            yield from steps
            if steps or isinstance(change, Update):
                fields = change.fields if isinstance(change, Update) else ()
                yield from switch_mark(host, change.address, want, now, change, now.id, stack, fields, mine)
        case Delete(live=LiveSwitch() as now):
            yield _delete(host, change.address, now)
        case _:
            return


def _management(host: str, address: str, want: VirtualSwitch, devices: Sequence[Change]) -> Iterator[Draft]:
    for device in devices:
        yield from management_drafts(host, address, want.name, device)


def _create(host: str, change: Create, want: VirtualSwitch, devices: Sequence[Change], live: LiveHost, stack: Stack) -> Iterator[Draft]:
    address, settings = change.address, want.settings
    arguments: dict[str, Argument] = {"Name": want.name}
    told: dict[str, Json] = {"type": settings.type} if isinstance(settings.type, str) else {}
    if settings.type == "External":
        arguments["NetAdapterName"] = tuple(nic.name for nic in change.net_adapters)
        arguments["AllowManagementOS"] = settings.allow_management is not False
        told |= {"netAdapters": nic_names(change.net_adapters), "allowManagementOS": arguments["AllowManagementOS"]}
    elif isinstance(settings.type, str):
        arguments["SwitchType"] = settings.type
    for row, value in ((row, value) for _, row, value in written(settings) if row.create_only):
        arguments |= row.encode(value)
        told |= {row.path: row.json(value)} if value != "Default" else {}
    id = planned_id(live, stack, want.name)
    users = str(settings.notes) if settings.notes is not UNSET else ""
    if id:
        arguments["Id"] = id
    if stack.marks:
        first = switch_marker(want, stack, None, id, address, Holes(), devices) if id else Marker(stack=stack.name, id=want.name, kind="switch")
        arguments["Notes"] = join(users, write(first))
    elif users:
        arguments["Notes"] = users
    pipe = [Cmd("New-VMSwitch", arguments)] + ([] if id else [build.select("Id")])
    balances = settings.type == "External" and settings.load_balancing is not UNSET
    yield Draft(
        host=host,
        address=address,
        owner=address,
        kind="switch",
        action="create",
        invocation=build.write(*pipe),
        cause=("create",),
        expect=(Expect(address=address, path="exists", value=False),),
        verify=(Expect(address=address, path="exists", value=True), *values(address, told.items())),
        gives=(f"switch {want.name.casefold()}",),
        uses=_things(change.net_adapters),
        produces=not id,
    )
    me = whose(id, address)
    if balances:
        row = rows(settings)["load_balancing"]
        field = FieldChange(path=row.path, before=None, after=settings.load_balancing, line=When("new", Impact.ONLINE), row=row)
        yield _team(host, address, me, change.net_adapters, change.net_adapters, (field,))
    yield from _management(host, address, want, devices)
    if not id and stack.marks:
        yield from switch_mark(host, address, want, None, None, me, stack, (), devices)


def _things(nics: Iterable[Nic]) -> tuple[str, ...]:
    """Physical adapters as things that pass from one switch to another."""
    return tuple(f"nic {nic.id}" for nic in nics)


def _calls(host: str, address: str, id: str | Ref, fields: Sequence[FieldChange]) -> Iterator[Draft]:
    """Plain rows of a switch."""
    for call in calls(fields):
        yield Draft(
            host=host,
            address=address,
            owner=address,
            kind="switch",
            action="set",
            invocation=build.write(build.switch(id), call.cmd),
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(address, call.fields),
            verify=after(address, call.fields),
        )


def _team(host: str, address: str, id: str | Ref, here: Sequence[Nic], nics: Sequence[Nic], fields: Sequence[FieldChange]) -> Draft:
    """The team of a switch: its members, and how they share the work. The members always go with it: without them no set of the cmdlet is meant."""
    arguments: dict[str, Argument] = {"NetAdapterName": tuple(nic.name for nic in nics)}
    for field in fields:
        arguments |= field.row.encode(field.after) if field.row else {}
    before_ids, after_ids = {nic.id for nic in here}, {nic.id for nic in nics}
    return Draft(
        host=host,
        address=address,
        owner=address,
        kind="team",
        action="set",
        invocation=build.write(build.switch(id), Cmd("Set-VMSwitchTeam", arguments)),
        cause=tuple(field.path for field in fields),
        impact=max(field.impact for field in fields),
        expect=(*before(address, fields), *_members(address, here, fields)),
        verify=after(address, fields),
        gives=_things(nic for nic in here if nic.id not in after_ids),
        uses=_things(nic for nic in nics if nic.id not in before_ids),
    )


def _members(address: str, here: Sequence[Nic], fields: Sequence[FieldChange]) -> Iterator[Expect]:
    """The members that are sent again are those that are there."""
    if all(field.path != "netAdapters" for field in fields):
        yield Expect(address=address, path="netAdapters", value=nic_names(here))


def _update(host: str, change: Update, want: VirtualSwitch, live: LiveSwitch) -> Iterator[Draft]:
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
    named = {field.path: field for field in change.fields}
    here = () if isinstance(live.net_adapters, Unknown) else live.net_adapters
    teamed = live.settings.teaming is True and "type" not in named
    over = [named[path] for path in ("type", "netAdapters", "allowManagementOS") if path in named]
    external = "type" not in named or named["type"].after == "External"
    shared = [named[path] for path in ("netAdapters", "loadBalancing") if path in named]
    if teamed and shared:
        yield _team(host, address, live.id, here, change.net_adapters if "netAdapters" in named else here, shared)
        yield from _calls(host, address, live.id, [field for field in over if field.path == "allowManagementOS"])
    elif "netAdapters" in named and external:
        yield from _over(host, change, want, live, over)
        if "loadBalancing" in named:
            yield _team(host, address, live.id, change.net_adapters, change.net_adapters, (named["loadBalancing"],))
    else:
        # One call each: a switch that leaves its network takes no other parameter of it.
        for field in over:
            yield from _leaving(_calls(host, address, live.id, (field,)), live if field.path == "type" else None)
    yield from _calls(host, address, live.id, [field for field in change.fields if field not in (*over, *shared)])


def _leaving(drafts: Iterable[Draft], live: LiveSwitch | None) -> Iterator[Draft]:
    """A change of type to Internal or Private sets the physical adapters free."""
    free = () if live is None or isinstance(live.net_adapters, Unknown) else live.net_adapters
    yield from (replace(draft, gives=_things(free)) for draft in drafts)


def _over(host: str, change: Update, want: VirtualSwitch, live: LiveSwitch, fields: Sequence[FieldChange]) -> Iterator[Draft]:
    """The switch over another physical adapter, with which it also becomes External."""
    head, address = build.switch(live.id), change.address
    here = () if isinstance(live.net_adapters, Unknown) else live.net_adapters
    becomes = any(field.path == "type" for field in fields)
    kept = [field for field in fields if field.path == "allowManagementOS" and not becomes]
    mine = [field for field in fields if field not in kept]
    arguments: dict[str, Argument] = {"NetAdapterName": change.net_adapters[0].name}
    if becomes:
        allowed = want.settings.allow_management if want.settings.allow_management is not UNSET else live.settings.type == "Internal"
        arguments["AllowManagementOS"] = allowed is True
    before_ids, after_ids = {nic.id for nic in here}, {nic.id for nic in change.net_adapters}
    yield Draft(
        host=host,
        address=address,
        owner=address,
        kind="switch",
        action="set",
        invocation=build.write(head, Cmd("Set-VMSwitch", arguments)),
        cause=tuple(field.path for field in mine),
        impact=max(field.impact for field in mine),
        expect=before(address, mine),
        verify=after(address, mine),
        gives=_things(nic for nic in here if nic.id not in after_ids),
        uses=_things(nic for nic in change.net_adapters if nic.id not in before_ids),
    )
    yield from _calls(host, address, live.id, kept)


def _delete(host: str, address: str, live: LiveSwitch) -> Draft:
    free = () if isinstance(live.net_adapters, Unknown) else live.net_adapters
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
        gives=_things(free),
        uses=(f"left {live.name.casefold()}",),
    )
