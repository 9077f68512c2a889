"""The steps of a machine that is there: changes under power, then one window for the rest, its mark, its power state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd
from hvplan.diff.changes import Change, Delete, FieldChange, Keep, Update
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveAdapter, LiveVm
from hvplan.model.objects import Stack, VirtualMachine
from hvplan.model.values import UNSET, Unknown, same_path
from hvplan.model.view import marker_line
from hvplan.plan import settings
from hvplan.plan.boot import order_drafts
from hvplan.plan.create import in_turn, starts_after
from hvplan.plan.devices import add_controller, detach, device_drafts, remove_adapter, remove_dvd
from hvplan.plan.draft import OFFLINE, Draft
from hvplan.plan.files import delete_file
from hvplan.plan.notes import going_mark, intent_mark, vm_mark
from hvplan.plan.power import Power, power, stop_for_removal

_UNASKED = When("unasked", Impact.ONLINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VmWork:
    """The steps of one machine and what they do to its power."""

    drafts: tuple[Draft, ...]
    power: Power = Power()


def update_drafts(host: str, change: Update | Keep, devices: Sequence[Change], stack: Stack, blocked: frozenset[str]) -> VmWork:
    """Every step of one machine. `blocked`: addresses whose steps were refused and have been left out already."""
    want, live, address = change.want, change.live, change.address
    assert isinstance(want, VirtualMachine)
    assert isinstance(live, LiveVm)
    fields = change.fields if isinstance(change, Update) and address not in blocked else ()
    drafts = [*_own(host, change, fields, want, live)]
    added = [draft for one in devices if one.address not in blocked for draft in device_drafts(host, address, live.id, one)]
    drafts += in_turn(added) if _first(change) and live.state == "Off" else added
    if address not in blocked:
        drafts += order_drafts(host, change, live.id, [one for one in devices if one.address not in blocked])
    if live.state == "Running" and (any(draft.phase == OFFLINE for draft in drafts) or any(field.path == "state" and field.after == "Off" for field in fields)):
        drafts = [replace(draft, phase=OFFLINE) if _mutes(draft) else draft for draft in drafts]
    made = power(host, address, want, live, drafts, fields, stack.policy)
    drafts = [_inside(draft, address) if made.window and draft.phase == OFFLINE else draft for draft in drafts]
    owed = made.stops and want.power is UNSET and any(draft.kind == "power" and draft.action == "start" for draft in made.drafts)
    resumed = want.power is UNSET and any(draft.kind == "resume" for draft in made.drafts)
    intent = intent_mark(host, change, devices, stack, restart=owed, resumed=resumed, blocked=blocked)
    drafts += [intent[0]] if intent else []
    drafts += (_start(draft, want, change) if draft.action == "start" else draft for draft in made.drafts)
    if drafts or (isinstance(change, Update) and address not in blocked):
        after = intent[1] if intent else None
        drafts += vm_mark(host, address, want, live, change, live.id, stack, devices, fields=fields, blocked=blocked, intent=after)
    return VmWork(drafts=tuple(drafts), power=made)


def _mutes(draft: Draft) -> bool:
    """Does it take away what asks the guest to shut down: then it waits for the stop, which still needs that."""
    return draft.cause == ("integrationServices.shutdown",) and draft.invocation.statements[-1][-1].cmdlet == "Disable-VMIntegrationService"


def _inside(draft: Draft, address: str) -> Draft:
    """A step of the window finds the machine off: one that was saved instead of stopped refuses it (behaviour 2.1 A)."""
    return replace(draft, expect=(*draft.expect, Expect(address=address, path="state", value="Off")))


def _start(draft: Draft, want: VirtualMachine, change: Update | Keep) -> Draft:
    """A start with those it waits for; of a creation that was cut off it is the first one, after the mark."""
    first = _first(change) and draft.kind == "power"
    return replace(draft, uses=(*draft.uses, *starts_after(want)), kind="boot" if first else draft.kind)


def _first(change: Update | Keep) -> bool:
    """Is a creation finished that was cut off."""
    return isinstance(change, Update) and (change.finishing or (change.claims and change.marker is None))


def _own(host: str, change: Update | Keep, fields: Sequence[FieldChange], want: VirtualMachine, live: LiveVm) -> Iterator[Draft]:
    head, address = build.vm(live.id), change.address
    if isinstance(change, Keep):
        return
    for one in change.unasked:
        if isinstance(one, LiveAdapter):
            yield remove_adapter(host, address, head, address, one.id, _UNASKED, kind="unasked")
        else:
            yield remove_dvd(host, address, head, one.id, one.slot)
    if change.renamed_from:
        yield Draft(
            host=host,
            address=address,
            owner=address,
            kind="vm",
            action="rename",
            invocation=build.write(head, Cmd("Rename-VM", {"NewName": want.name})),
            cause=("name",),
            expect=(Expect(address=address, path="name", value=live.name),),
            verify=(Expect(address=address, path="name", value=want.name),),
        )
    yield from settings.drafts(host, address, head, fields)
    for field in fields:
        if field.path == "devices.scsiControllers":
            for index in range(int(field.before), int(field.after)):
                yield add_controller(host, address, head, index, field.impact)


def delete_drafts(host: str, change: Delete, stack: Stack) -> VmWork:
    """The removal of a machine: stop, detach and delete the files that were asked for, then the machine itself, last."""
    want, live, address = change.want, change.live, change.address
    assert isinstance(want, VirtualMachine)
    assert isinstance(live, LiveVm)
    head = build.vm(live.id)
    drafts = [*going_mark(host, change), *stop_for_removal(host, address, want, live, stack.policy)]
    noted = next((draft.verify for draft in drafts if draft.kind == "intent"), ())
    for at, path in sorted(change.files.items()):
        drive = next((d for d in live.disks if d.path and same_path(d.path, path)), None)
        if drive:
            drafts.append(replace(detach(host, address, head, at, drive, When("removed with its machine", Impact.RESTART)), cause=("delete-disks",)))
        drafts.append(replace(delete_file(host, at, address, path), impact=Impact.DATA))
    adapters = () if isinstance(live.adapters, Unknown) else live.adapters
    drafts.append(
        Draft(
            host=host,
            address=address,
            owner=address,
            kind="vm",
            action="delete",
            invocation=build.write(head, Cmd("Remove-VM")),
            phase="",
            cause=("ensure",),
            impact=Impact.DATA,
            expect=tuple(e for e in noted if e.path == "notes.marker") or (Expect(address=address, path="notes.marker", value=marker_line(live.notes)),),
            verify=(Expect(address=address, path="exists", value=False),),
            gives=tuple(dict.fromkeys(f"left {a.settings.switch.casefold()}" for a in adapters if isinstance(a.settings.switch, str))),
        )
    )
    return VmWork(drafts=tuple(drafts), power=Power(drafts=(), stops=live.state == "Running"))
