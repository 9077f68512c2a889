"""Disks of a VM: matched by slot, without one by their base path behind checkpoints; never by position."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hvplan.diff.changes import Change, Create, Delete, Finding, Keep, NewFile
from hvplan.diff.context import Context, Machine
from hvplan.diff.drives import diff_drive
from hvplan.diff.files import header, prepare
from hvplan.diff.keeps import doubtful
from hvplan.diff.settings import manages_device, manages_group
from hvplan.diff.ways import is_unfinished
from hvplan.model.address import device
from hvplan.model.devices import CONTROLLERS, Disk, Slot
from hvplan.model.impact import Impact
from hvplan.model.live import LiveDrive, LiveVm
from hvplan.model.values import UNSET, Unknown, normal_path, same_path

GROUP = "disks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices:
    """The differences of one kind of device of one VM. `controllers`: SCSI controllers that are needed in all."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    controllers: int = 0


def diff_disks(vm: Machine, live: LiveVm | None, ctx: Context) -> Devices:
    """Every declared disk against the slots of the VM."""
    want = vm.want
    drives, dvds = (live.disks, live.dvds) if live else ((), ())
    unasked = {dvd.slot for dvd in dvds if vm.completing and not dvd.path} | {dvd.slot for dvd in want.dvds if dvd.absent and dvd.slot is not UNSET}
    taken = {drive.slot for drive in (*drives, *dvds)} - unasked
    named = {d.slot for d in want.disks if d.slot is not UNSET} | {d.slot for d in want.dvds if d.slot is not UNSET}
    present = live.scsi_controllers if live else 1  # New-VM brings one (behaviour 6)
    declared = want.scsi_controllers if want.scsi_controllers is not UNSET and want.lifecycle.manages("devices.scsiControllers") else 0
    drive_slots = [d.slot for d in want.disks if not d.absent and manages_device(want.lifecycle, GROUP, d.key)]
    drive_slots += [d.slot for d in want.dvds if not d.absent and manages_device(want.lifecycle, "dvds", d.key)]
    controllers = max([present, declared, *(slot.controller + 1 for slot in drive_slots if slot is not UNSET and slot.kind == "scsi")])
    moves = dict(_moves(vm, drives, ctx))
    claimed = {disk.slot: disk for disk in want.disks if isinstance(disk.slot, Slot)}
    changes: list[Change] = []
    findings: list[Finding] = []
    warnings: list[str] = []
    matched: set[Slot] = set()
    for disk in want.disks:
        address = device(vm.address, GROUP, disk.key)
        drive = moves.get(disk.key) or _match(disk, [d for d in drives if d not in moves.values()], claimed, ctx)
        if not manages_device(want.lifecycle, GROUP, disk.key):
            there = drive if isinstance(drive, LiveDrive) else None
            matched |= {there.slot} if there else set()
            changes.append(Keep(address=address, want=disk, live=there, slot=there.slot if there else None, partial=True))
            continue
        if disk.key in moves:
            findings += _no_place(disk, address, vm, dvds, unasked)
        if isinstance(drive, Finding):
            findings.append(vm.refuse(address, drive.code, drive.text, drive.path))
            changes.append(Keep(address=address, want=disk, live=None, partial=True))
            continue
        if drive:
            matched.add(drive.slot)
        if disk.absent:
            changes.append(_remove(disk, drive, address, vm, ctx, findings))
        elif drive and live:
            changes.append(_present(disk, drive, address, vm, live, ctx, findings, warnings))
        else:
            slot = disk.slot if disk.slot is not UNSET else free_slot(taken | named)
            change = _new(disk, slot, address, vm, dvds, unasked, controllers, present, ctx)
            if isinstance(change, Finding):
                findings.append(change)
                change = Create(address=address, want=disk, slot=slot)
            if change.slot in {drive.slot for drive in moves.values()}:
                change = replace(change, line=vm.line(Impact.RESTART, "its slot is free only while the machine is off"))
            taken |= {change.slot} if change.slot else set()
            changes.append(change)
    controllers = max([controllers, *(c.slot.controller + 1 for c in changes if isinstance(c, Create) and c.slot and c.slot.kind == "scsi")])
    undeclared = [drive for drive in drives if drive.slot not in matched and drive.slot not in {disk.slot for disk in want.disks}]
    if GROUP in want.lifecycle.exclusive and manages_group(want.lifecycle, GROUP) and live:
        changes += [_detach(drive, device(vm.address, GROUP, str(drive.slot)), None, vm) for drive in undeclared]
        undeclared = []
    return Devices(
        changes=tuple(changes),
        findings=tuple(findings),
        warnings=tuple(warnings),
        controllers=controllers,
        undeclared=tuple(device(vm.address, GROUP, str(drive.slot)) for drive in undeclared),
    )


def _moves(vm: Machine, drives: Sequence[LiveDrive], ctx: Context) -> Iterator[tuple[str, LiveDrive]]:
    """Disks whose file sits in another slot than the declared one, which is free, or left by a disk that moves on itself."""
    elsewhere: list[tuple[Disk, LiveDrive]] = []
    for disk in vm.want.disks:
        if disk.slot is UNSET or disk.absent or not disk.path or any(drive.slot == disk.slot and _has(drive, disk.path, ctx) for drive in drives):
            continue
        elsewhere += [(disk, drive) for drive in drives if _has(drive, disk.path, ctx)]
    occupied = {drive.slot for drive in drives}
    while going := [(disk, drive) for disk, drive in elsewhere if disk.slot not in occupied]:
        yield from ((disk.key, drive) for disk, drive in going)
        occupied -= {drive.slot for disk, drive in going if manages_device(vm.want.lifecycle, GROUP, disk.key)}
        occupied |= {disk.slot for disk, _ in going if isinstance(disk.slot, Slot)}
        elsewhere = [one for one in elsewhere if one not in going]


def _has(drive: LiveDrive, path: str, ctx: Context) -> bool:
    base = ctx.host.base(drive.path) if drive.path else ""
    return not isinstance(base, Unknown) and bool(base) and holds(base, path)


def holds(base: str, path: str) -> bool:
    """Is it the declared file, or what a conversion of it that was cut off left in the drive."""
    return same_path(base, path) or (bool(path) and is_unfinished(base, path))


def _no_place(disk: Disk, address: str, vm: Machine, dvds: Sequence[LiveDrive], unasked: set[Slot]) -> Iterator[Finding]:
    """Why a disk cannot go where it is declared."""
    slot = disk.slot
    if not isinstance(slot, Slot):
        return
    if any(dvd.slot == slot and slot not in unasked for dvd in dvds):
        yield vm.refuse(address, "slot-occupied", f"slot {slot} holds a DVD drive. Choose another slot.", "slot")
    if slot.kind != "scsi" and (slot.kind == "pmem" or vm.situation.generation == 2):
        yield vm.refuse(address, "slot-kind", f"a Generation {vm.situation.generation} machine has no {slot.kind} slots here. Use scsi.", "slot")


def _match(disk: Disk, drives: Sequence[LiveDrive], claimed: Mapping[Slot, Disk], ctx: Context) -> LiveDrive | Finding | None:
    """By slot, or without one by its base path; `claimed`: whose slots are declared, and are therefore not another's by what sits there."""
    if disk.slot is not UNSET:
        return next((drive for drive in drives if drive.slot == disk.slot), None)
    hidden: list[str] = []
    for drive in drives:
        base = ctx.host.base(drive.path) if drive.path else ""
        if isinstance(base, Unknown):
            hidden.append(f"{drive.slot}: {base.why}")
        elif base and holds(base, disk.path):
            if not (other := claimed.get(drive.slot)):
                return drive
            text = f"{disk.path} sits in {drive.slot}, and disk {other.key} is declared to be there, otherwise. Give each its slot, one of them a free one."
            return Finding(address="", code="slot-occupied", path="slot", text=text)
    if hidden:
        return Finding(address="", code="unknown", path="slot", text=f"whether {disk.path} is attached could not be read ({'; '.join(hidden)}).")
    return None


def _present(disk: Disk, drive: LiveDrive, address: str, vm: Machine, live: LiveVm, ctx: Context, findings: list[Finding], warnings: list[str]) -> Change:
    kept = Keep(address=address, want=disk, live=drive, slot=drive.slot)
    base = ctx.host.base(drive.path) if drive.path else ""
    if isinstance(base, Unknown):
        findings.append(vm.refuse(address, "unknown", f"slot {drive.slot} holds {drive.path}, and {base.why}.", "vhd.path"))
        return kept
    found = diff_drive(disk, drive, base, address, vm, live, ctx)
    findings += found.findings
    warnings += found.warnings
    return found.change


def _remove(disk: Disk, drive: LiveDrive | None, address: str, vm: Machine, ctx: Context, findings: list[Finding]) -> Change:
    gone = Keep(address=address, want=disk, live=None)
    if drive is None:
        return gone
    base = ctx.host.base(drive.path) if drive.path else ""
    if disk.path and (isinstance(base, Unknown) or not same_path(base, disk.path)):
        there = drive.path if isinstance(base, Unknown) else base
        text = f"slot {drive.slot} holds {there}, not {disk.path}, so it is not detached. Correct the slot or the path."
        findings.append(vm.refuse(address, "disk-path", text, "slot"))
        return gone
    if not isinstance(base, Unknown) and not same_path(base, drive.path):
        text = f"{base} has checkpoints ({drive.path} is attached); detaching it would leave them behind. Remove the checkpoints first."
        findings.append(vm.refuse(address, "checkpoints", text, "slot"))
    return _detach(drive, address, disk, vm)


def _detach(drive: LiveDrive, address: str, disk: Disk | None, vm: Machine) -> Delete:
    impact, why = (Impact.RESTART, "an IDE drive") if drive.slot.kind == "ide" else (Impact.ONLINE, "a SCSI drive")
    return Delete(address=address, live=drive, want=disk, line=vm.line(impact, why))


def _new(
    disk: Disk, slot: Slot | None, address: str, vm: Machine, dvds: Sequence[LiveDrive], unasked: set[Slot], controllers: int, present: int, ctx: Context
) -> Create | Finding:
    if slot is None:
        return vm.refuse(address, "no-slot", "every SCSI slot of the machine is taken.", "slot")
    if not disk.path:
        return vm.refuse(address, "incomplete", f"nothing sits in slot {slot}, and no file is declared for it. Write vhd or disk, or correct the slot.", "slot")
    if any(dvd.slot == slot and dvd.slot not in unasked for dvd in dvds):
        return vm.refuse(address, "slot-occupied", f"slot {slot} holds a DVD drive. Choose another slot.", "slot")
    if slot.kind != "scsi" and (slot.kind == "pmem" or vm.situation.generation == 2):
        return vm.refuse(address, "slot-kind", f"a Generation {vm.situation.generation} machine has no {slot.kind} slots here. Use scsi.", "slot")
    if vm.situation.generation == 2 and ntpath.splitext(disk.path)[1].lower() == ".vhd":
        return vm.refuse(address, "disk-format", f"{disk.path}: a Generation 2 machine takes only .vhdx. Convert it first.", "vhd.path")
    if mine := [d for d in dvds if d.path and same_path(d.path, disk.path)]:
        return vm.refuse(address, "file-in-use", f"{disk.path} is in DVD drive {mine[0].slot}.", "vhd.path")
    here = [name for id, name in ctx.attached.get(normal_path(disk.path), ()) if vm.id and id == vm.id]
    if here:
        text = f"{disk.path} is attached to another slot of this machine, and what is attached there could not be read, so it is not moved. Declare that slot."
        return vm.refuse(address, "slot-moved", text, "slot")
    if users := ctx.attached_to_others(disk.path, vm.id):
        return vm.refuse(address, "disk-attached", f"{disk.path} is attached to {', '.join(users)}; one file in two machines is refused.", "vhd.path")
    if children := ctx.parents.get(normal_path(disk.path)):
        return vm.refuse(address, "disk-is-parent", f"{disk.path} is the parent of {', '.join(children)} and is never attached.", "vhd.path")
    made = _file(disk, address, vm, ctx)
    if isinstance(made, Finding):
        return made
    if (made is None or made.standing) and (doubt := doubtful(disk.path, ctx)):
        return vm.refuse(address, "unknown", f"{doubt}, which is therefore not attached.", "vhd.path" if disk.vhd else "disk")
    impact, why = (Impact.RESTART, "an IDE drive") if slot.kind == "ide" else (Impact.ONLINE, "a SCSI drive")
    if slot.kind == "scsi" and slot.controller >= present:
        impact, why = Impact.RESTART, "it needs another SCSI controller"
    return Create(address=address, want=disk, slot=slot, file=made, ready=made is None, line=vm.line(impact, why))


def _file(disk: Disk, address: str, vm: Machine, ctx: Context) -> NewFile | Finding | None:
    if disk.vhd:
        return prepare(disk, disk.vhd, address, vm, ctx)
    found = header(ctx, disk.disk_path)
    if found is None:
        return vm.refuse(address, "disk-missing", f"disk {disk.disk}: {disk.disk_path} is not there. Put the file in place, or correct its path.", "disk")
    if isinstance(found, Unknown):
        return vm.refuse(address, "unknown", f"disk {disk.disk}: {disk.disk_path} could not be read ({found.why}).", "disk")
    if found.attached:
        return vm.refuse(address, "file-in-use", f"disk {disk.disk}: the host has {disk.disk_path} in use.", "disk")
    return None


def free_slot(taken: set[Slot]) -> Slot | None:
    """The lowest SCSI slot that nobody has or names."""
    controllers, locations = CONTROLLERS["scsi"]
    return next((slot for c in range(controllers) for i in range(locations) if (slot := Slot("scsi", c, i)) not in taken), None)
