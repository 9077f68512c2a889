"""Steps for the devices of a VM: drives into slots and out of them, adapters with their switch and VLAN."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create, Delete, FieldChange, Keep, Replace, Update
from hvplan.document.plan import Expect
from hvplan.model.devices import Disk, NetworkAdapter, Slot, Vlan
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveAdapter, LiveDrive
from hvplan.model.rows import rows, settled, written
from hvplan.model.values import Reset, Unset
from hvplan.plan.draft import OFFLINE, ONLINE, Draft, whose
from hvplan.plan.drives import choose, drive_drafts, grow_copy
from hvplan.plan.dvds import dvd_drafts
from hvplan.plan.exchange import exchange_drafts
from hvplan.plan.files import file_drafts
from hvplan.plan.settings import after, calls
from hvplan.plan.slots import CONTROLLER_TYPE, phase_of, slot_needs, slot_thing

_AT_ONCE = frozenset({"switch", "mac", "legacy"})
"""What a new adapter is made with; the rest is set on it."""


def device_drafts(host: str, owner: str, vm: str | Ref, change: Change) -> Iterator[Draft]:
    """The steps of one device. `vm` is the machine's id, or a reference to it."""
    head = build.vm(vm)
    if "/dvds/" in change.address:
        yield from dvd_drafts(host, owner, head, change)
        return
    match change:
        case Create(want=Disk() as disk, slot=Slot() as slot):
            if change.file and not change.file.standing:
                yield from file_drafts(host, change.address, owner, change.file)
            yield attach(host, owner, head, change, disk, slot)
            if change.file and change.file.grows_from:
                yield grow_copy(host, owner, change.address, change.file, change.line)
        case Create(want=NetworkAdapter() as adapter):
            yield from _add_adapter(host, owner, head, change, adapter)
        case Update(want=Disk() as disk, live=LiveDrive() as drive, fields=fields):
            yield from exchange_drafts(host, owner, head, change, disk, drive)
            yield from drive_drafts(host, owner, head, change.address, disk, drive, fields)
        case Update(want=NetworkAdapter(), live=LiveAdapter() as live):
            yield from _adapter_fields(host, owner, head, change.address, live.id, change.fields)
        case Delete(live=LiveDrive() as drive):
            yield detach(host, owner, head, change.address, drive, change.line)
        case Delete(live=LiveAdapter() as gone):
            yield remove_adapter(host, owner, head, change.address, gone.id, change.line, live=gone)
        case Keep() | Replace() | Create() | Update() | Delete():
            return


def attach(host: str, owner: str, head: Cmd, change: Create, disk: Disk, slot: Slot) -> Draft:
    """Add-VMHardDiskDrive into one slot."""
    address = change.address
    where: dict[str, Argument] = {"ControllerType": CONTROLLER_TYPE[slot.kind], "ControllerNumber": slot.controller, "ControllerLocation": slot.location}
    qos = {name: value for _, row, wanted in written(disk.settings) for name, value in row.encode(settled(row, wanted)).items()}
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="disk",
        action="add",
        invocation=build.write(head, Cmd("Add-VMHardDiskDrive", {**where, "Path": disk.path, **qos})),
        phase=phase_of(change.line),
        cause=("slot",),
        impact=change.line.impact,
        expect=(Expect(address=address, path="slot", value=""),) if isinstance(head.parameters["Id"], str) else (),
        verify=(Expect(address=address, path="slot", value=str(slot)),),
        uses=slot_needs(owner, slot),
    )


def detach(host: str, owner: str, head: Cmd, address: str, drive: LiveDrive, line: When) -> Draft:
    """Remove-VMHardDiskDrive; the file stays."""
    slot = drive.slot
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="disk",
        action="remove",
        invocation=build.write(head, *choose(drive), Cmd("Remove-VMHardDiskDrive")),
        phase=phase_of(line),
        cause=("absent",),
        impact=line.impact,
        expect=(Expect(address=address, path="slot", value=str(slot)),),
        verify=(Expect(address=address, path="slot", value=""),),
        gives=(slot_thing(owner, slot),),
    )


def remove_adapter(
    host: str, owner: str, head: Cmd, address: str, id: str | Ref, line: When, *, kind: str = "adapter", live: LiveAdapter | None = None
) -> Draft:
    """Remove-VMNetworkAdapter of one adapter, by id: by name it would remove every one of that name (behaviour 8)."""
    known = isinstance(id, str) and kind == "adapter"
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind=kind,
        action="remove",
        invocation=build.write(head, *_adapter(id), Cmd("Remove-VMNetworkAdapter")),
        phase=phase_of(line),
        cause=("absent" if kind == "adapter" else "create",),
        impact=line.impact,
        expect=(Expect(address=address, path="exists", value=True),) if known else (),
        verify=(Expect(address=address, path="exists", value=False),) if known else (),
        gives=(f"name {owner} {live.name.casefold()}", *_off(live.settings.switch)) if live else (),
    )


def remove_dvd(host: str, owner: str, head: Cmd, id: str | Ref, slot: Slot | None = None) -> Draft:
    """Remove-VMDvdDrive of the drive that New-VM made unasked."""
    chosen: tuple[Cmd, ...] = (Cmd("Get-VMDvdDrive"), build.where("Id", id))
    if not id and slot:
        chosen = (Cmd("Get-VMDvdDrive", {"ControllerNumber": slot.controller, "ControllerLocation": slot.location}),)
    return Draft(
        host=host,
        address=owner,
        owner=owner,
        kind="unasked",
        action="remove",
        invocation=build.write(head, *chosen, Cmd("Remove-VMDvdDrive")),
        cause=("create",),
    )


def add_controller(host: str, owner: str, head: Cmd, index: int, impact: Impact) -> Draft:
    """One more SCSI controller; it gets the next number (behaviour 8)."""
    return Draft(
        host=host,
        address=owner,
        owner=owner,
        kind="controller",
        action="add",
        invocation=build.write(head, Cmd("Add-VMScsiController")),
        phase=OFFLINE if impact >= Impact.RESTART else ONLINE,
        cause=("devices.scsiControllers",),
        impact=impact,
        gives=(f"controller {owner} {index}",),
        uses=(f"controller {owner} {index - 1}",),
        verify=(Expect(address=owner, path="devices.scsiControllers", value=index + 1),),
    )


def _adapter(id: str | Ref) -> tuple[Cmd, Cmd]:
    return Cmd("Get-VMNetworkAdapter"), build.where("Id", id)


def _add_adapter(host: str, owner: str, head: Cmd, change: Create, adapter: NetworkAdapter) -> Iterator[Draft]:
    settings, address = adapter.settings, change.address
    arguments: dict[str, Argument] = {"Name": adapter.name}
    if isinstance(settings.switch, str):
        arguments["SwitchName"] = settings.switch
    if isinstance(settings.mac, str):
        arguments |= rows(settings)["mac"].encode(settings.mac)
    if settings.legacy is True:
        arguments["IsLegacy"] = True
    verify = [Expect(address=address, path="exists", value=True)]
    if not isinstance(settings.switch, Unset | Reset):
        verify.append(Expect(address=address, path="switch", value=settings.switch))
    for path, value in (("mac", settings.mac), ("legacy", settings.legacy)):
        if not isinstance(value, Unset | Reset):
            verify.append(Expect(address=address, path=path, value=value))
    yield Draft(
        host=host,
        address=address,
        owner=owner,
        kind="adapter",
        action="add",
        invocation=build.write(head, Cmd("Add-VMNetworkAdapter", {**arguments, "Passthru": True}), build.select("Id")),
        phase=phase_of(change.line),
        cause=("switch",) if "SwitchName" in arguments else ("name",),
        impact=change.line.impact,
        expect=(Expect(address=address, path="exists", value=False),) if isinstance(head.parameters["Id"], str) and not change.brought else (),
        verify=tuple(verify),
        uses=(f"name {owner} {adapter.name.casefold()}", *_on(settings.switch)),
        produces=True,
    )
    later = [(row, value) for name, row, value in written(settings) if name not in _AT_ONCE and value != Vlan()]
    fields = tuple(FieldChange(path=row.path, before=None, after=settled(row, value), line=change.line, row=row) for row, value in later)
    yield from _adapter_fields(host, owner, head, address, Ref(address=address, property="Id"), fields)


def _adapter_fields(host: str, owner: str, head: Cmd, address: str, id: str | Ref, fields: tuple[FieldChange, ...]) -> Iterator[Draft]:
    for field in fields:
        if field.path == "name":
            yield _one(host, owner, head, address, id, field, "rename", Cmd("Rename-VMNetworkAdapter", {"NewName": field.after}))
        elif field.path == "switch" and field.after is None:
            yield _one(host, owner, head, address, id, field, "connect", Cmd("Disconnect-VMNetworkAdapter"))
        elif field.path == "switch":
            yield _one(host, owner, head, address, id, field, "connect", Cmd("Connect-VMNetworkAdapter", {"SwitchName": field.after}))
    for call in calls(field for field in fields if field.path not in ("name", "switch")):
        yield _one(host, owner, head, address, id, call.fields[0], "set", call.cmd, call.fields)


def _one(host: str, owner: str, head: Cmd, address: str, id: str | Ref, field: FieldChange, action: str, cmd: Cmd, fields: Sequence[FieldChange] = ()) -> Draft:
    """One change of one adapter; several fields where one call writes them."""
    written_by_it = tuple(fields) or (field,)
    known = [f for f in written_by_it if f.before is not None or f.path == "switch"]  # null is a switch of its own: not connected
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="adapter",
        action=action,
        invocation=build.write(head, *_adapter(id), cmd),
        phase=phase_of(field.line),
        cause=tuple(f.path for f in written_by_it),
        impact=field.impact,
        expect=tuple(Expect(address=address, path=f.path, value=f.json(f.before)) for f in known) if isinstance(id, str) else (),
        verify=after(address, written_by_it),
        uses=_on(field.after) if field.path == "switch" else (),
        gives=_off(field.before) if field.path == "switch" else (),
    )


def _on(switch: object) -> tuple[str, ...]:
    return (f"switch {switch.casefold()}",) if isinstance(switch, str) else ()


def _off(switch: object) -> tuple[str, ...]:
    return (f"left {switch.casefold()}",) if isinstance(switch, str) else ()


__all__ = ["add_controller", "attach", "detach", "device_drafts", "remove_adapter", "remove_dvd", "whose"]
