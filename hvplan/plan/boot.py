"""The step that writes a boot order: a constant script, because the cmdlet wants live objects of several kinds at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd, Ref
from hvplan.diff.boot import COMMAND, missing, moved, without_order, written
from hvplan.diff.changes import Change, Create, Finding, HostDiff, Keep, Update
from hvplan.document.plan import Expect
from hvplan.model.boot import PATH, BootDevice
from hvplan.model.boot import devices as ordered
from hvplan.model.devices import Disk, Slot
from hvplan.model.impact import Impact
from hvplan.model.live import LiveVm
from hvplan.plan.draft import OFFLINE, ONLINE, Draft


def order_drafts(host: str, change: Create | Update | Keep, id: str | Ref, devices: Sequence[Change]) -> Iterator[Draft]:
    """The last change of a machine: its order, where it differs or a named drive moves. `devices`: those of this run.

    What it found before is expected only where no device comes, goes or moves in this run, for these change the order too.
    """
    boot = change.boot
    moves = boot is not None and moved(boot, devices)
    if boot is None or boot.left or missing(boot, devices) or not (moves or written(change)):
        return
    found = [_device(device, devices) for device in boot.devices]
    invocation = build.write(Cmd(COMMAND, {"VMId": id, "Device": tuple(found)}))
    told = build.to_json(invocation)[0]["parameters"]["Device"]
    impact = _impact(change, moves=moves)
    still = isinstance(change, Update) and not change.unasked and all(isinstance(d, Keep) or (isinstance(d, Update) and not moved(boot, (d,))) for d in devices)
    yield Draft(
        host=host,
        address=change.address,
        owner=change.address,
        kind="order",
        action="set",
        invocation=invocation,
        phase=OFFLINE if impact >= Impact.RESTART else ONLINE,
        cause=(PATH,),
        impact=impact,
        expect=(Expect(address=change.address, path=PATH, value=list(ordered(boot.order))),) if still else (),
        verify=(Expect(address=change.address, path=PATH, value=[_word(item) for item in told]),),
    )


def _device(device: BootDevice, devices: Iterable[Change]) -> str | Ref:
    """A device as the script finds it once everything else is done: by the slot it ends up in, or the id of an adapter."""
    change = next((one for one in devices if one.address == device.address), None)
    slot = device.word
    match change:
        case Create(slot=Slot() as new):
            slot = str(new)
        case Create():
            return Ref(address=device.address, property="Id")
        case Update(want=Disk(), slot=Slot() as new):
            slot = str(new)
    kind, _, place = slot.partition(" ")
    return f"{kind.upper()} {place}" if place else _id(device, change)


def _id(device: BootDevice, change: Change | None) -> str:
    """The id of an adapter as the host wrote it."""
    live = change.live if isinstance(change, Update | Keep) else None
    return str(getattr(live, "id", device.word))


def _word(item: object) -> object:
    """What the script is told of a device, as a re-read shows it."""
    return item.lower() if isinstance(item, str) else item


def _impact(change: Create | Update | Keep, *, moves: bool) -> Impact:
    field = next((one for one in change.fields if one.path == PATH), None) if isinstance(change, Update) else None
    if field:
        return field.impact
    off = isinstance(change, Create) or not isinstance(change.live, LiveVm) or change.live.state == "Off"
    return Impact.RESTART if moves and not off else Impact.ONLINE


def orders_left(diff: HostDiff, blocked: frozenset[str], findings: Sequence[Finding]) -> tuple[HostDiff, tuple[Finding, ...]]:
    """Without the orders that name a device which is refused or left for later: only the order waits for it, not all of its machine."""
    changes: list[Change] = []
    left: list[Finding] = []
    for change in diff.changes:
        boot = written(change) if change.address not in blocked else None
        held = next((device for device in boot.devices if device.address in blocked), None) if boot else None
        if held:
            why = next((finding for finding in findings if held.address in finding.blocks), None)
            text = f"{PATH} stays as it is: it names {held.name}, about which nothing is done in this run."
            left.append(Finding(address=change.address, code="depends", path=PATH, text=text, deferred=bool(why and why.deferred)))
        changes.append(without_order(change) if held else change)
    return replace(diff, changes=tuple(changes)), tuple(left)
