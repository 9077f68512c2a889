"""DVD drives of a VM: matched by slot, without one by the medium in them; the drive that New-VM makes unasked is claimed where one is declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from hvplan.diff.changes import Change, Create, Delete, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import cause, dvd_declared, dvd_section
from hvplan.diff.disks import Devices, free_slot
from hvplan.diff.settings import manages, manages_device, manages_group
from hvplan.model.address import device
from hvplan.model.devices import Dvd, Slot
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveDrive, LiveVm
from hvplan.model.values import UNSET, normal_path, same_path

GROUP: Final = "dvds"
BROUGHT: Final = Slot("ide", 1, 0)
"""Where New-VM puts the DVD drive of a Generation 1 machine (behaviour 6)."""


def diff_dvds(vm: Machine, live: LiveVm | None, disks: Devices, ctx: Context) -> Devices:
    """Every declared DVD drive against the slots of the VM, once it is known where its disks go."""
    want = vm.want
    drives = live.dvds if live else ()
    present = live.scsi_controllers if live else 1
    going = {change.live.slot for change in disks.changes if isinstance(change, Delete) and isinstance(change.live, LiveDrive)}
    holds = {drive.slot for drive in live.disks} - going if live else set()
    holds |= {change.slot for change in disks.changes if isinstance(change, Create | Update) and change.slot}
    taken = holds | {drive.slot for drive in drives}
    taken |= {disk.slot for disk in want.disks if disk.slot is not UNSET} | {dvd.slot for dvd in want.dvds if dvd.slot is not UNSET}
    changes: list[Change] = []
    findings: list[Finding] = []
    matched: set[Slot] = set()
    for dvd in want.dvds:
        address = device(vm.address, GROUP, dvd.key)
        drive = _match(dvd, drives)
        matched |= {drive.slot} if drive else set()
        if not manages_device(want.lifecycle, GROUP, dvd.key):
            changes.append(Keep(address=address, want=dvd, live=drive, slot=drive.slot if drive else None, partial=True))
            continue
        if dvd.absent:
            changes.append(_remove(drive, address, dvd, vm) if drive else Keep(address=address, want=dvd, live=None))
            continue
        slot = drive.slot if drive else dvd.slot if dvd.slot is not UNSET else free_slot(taken) if vm.situation.generation == 2 else None
        findings += _findings(dvd, drive, slot, address, holds, vm, ctx)
        if drive:
            changes.append(_present(dvd, drive, address, vm))
        else:
            taken |= {slot} if slot else set()
            changes.append(Create(address=address, want=dvd, slot=slot, brought=vm.new and _brought(dvd, vm), line=_line(slot, present, vm)))
    undeclared = [drive for drive in drives if drive.slot not in matched]
    if vm.completing:
        undeclared = [drive for drive in undeclared if drive.path]
    if GROUP in want.lifecycle.exclusive and manages_group(want.lifecycle, GROUP) and live:
        changes += [_remove(drive, device(vm.address, GROUP, str(drive.slot)), None, vm) for drive in undeclared]
        undeclared = []
    slots = [change.slot for change in changes if isinstance(change, Create) and change.slot]
    return Devices(
        changes=tuple(changes),
        findings=tuple(findings),
        undeclared=tuple(device(vm.address, GROUP, str(drive.slot)) for drive in undeclared),
        controllers=max([disks.controllers, *(slot.controller + 1 for slot in slots if slot.kind == "scsi")]),
    )


def claimed(vm: Machine, drive: LiveDrive) -> bool:
    """Is a drive that New-VM made unasked one that is declared, so that it stays."""
    return any(not dvd.absent and _match(dvd, (drive,)) for dvd in vm.want.dvds)


def claims_brought(dvds: Iterable[Dvd], generation: object) -> bool:
    """Does a new machine of this generation keep the drive that New-VM makes."""
    return generation == 1 and any(dvd.slot == BROUGHT and not dvd.absent for dvd in dvds)


def _brought(dvd: Dvd, vm: Machine) -> bool:
    return claims_brought((dvd,), vm.situation.generation)


def _match(dvd: Dvd, drives: Sequence[LiveDrive]) -> LiveDrive | None:
    if dvd.slot is not UNSET:
        return next((drive for drive in drives if drive.slot == dvd.slot), None)
    return next((drive for drive in drives if isinstance(dvd.iso, str) and drive.path and same_path(drive.path, dvd.iso)), None)


def _line(slot: Slot | None, present: int, vm: Machine) -> When:
    """Drives come and go under power on SCSI alone (behaviour 2.3)."""
    if slot and slot.kind == "scsi" and slot.controller >= present:
        return vm.line(Impact.RESTART, "it needs another SCSI controller")
    return vm.line(Impact.ONLINE, "a SCSI drive") if slot is None or slot.kind == "scsi" else vm.line(Impact.RESTART, "an IDE drive")


def _remove(drive: LiveDrive, address: str, want: Dvd | None, vm: Machine) -> Delete:
    return Delete(address=address, live=drive, want=want, line=_line(drive.slot, drive.slot.controller + 1, vm))


def _present(dvd: Dvd, drive: LiveDrive, address: str, vm: Machine) -> Update | Keep:
    iso, now = dvd.iso, drive.path or None
    spellings = (f"{prefix}{dvd.key}.iso" for prefix in (f"devices.{GROUP}.", f"{GROUP}."))
    same = iso is UNSET or (same_path(iso, drive.path) if iso else not now) or not manages(vm.want.lifecycle, *spellings, f"{GROUP}/{dvd.key}/iso")
    if same:
        return Keep(address=address, want=dvd, live=drive, slot=drive.slot)
    live = {"slot": str(drive.slot), "iso": normal_path(now) if now else None}
    field = FieldChange(
        path="iso",
        before=now,
        after=iso,
        line=When("always", Impact.ONLINE),  # in every state, a saved machine too (behaviour 2.3)
        cause=cause(vm.marker, dvd_section(dvd.key), dvd_declared(dvd), live),
    )
    return Update(address=address, want=dvd, live=drive, fields=(field,), slot=drive.slot)


def _findings(dvd: Dvd, drive: LiveDrive | None, slot: Slot | None, address: str, holds: set[Slot], vm: Machine, ctx: Context) -> Iterator[Finding]:
    generation = vm.situation.generation
    if isinstance(dvd.iso, str) and ctx.host.files.get(normal_path(dvd.iso), UNSET) is None:
        text = f"{dvd.iso} is not there. Put the file in place, or correct its path."
        yield vm.refuse(address, "iso-missing", text, "iso")
    if drive:
        return
    if slot is None:
        text = "every SCSI slot of the machine is taken." if generation == 2 else "on Generation 1 a new DVD drive needs its slot, such as ide 1:0."
        yield vm.refuse(address, "no-slot", text, "slot")
    elif slot.kind != ("ide" if generation == 1 else "scsi"):
        other = "ide" if generation == 1 else "scsi"
        yield vm.refuse(address, "slot-kind", f"a Generation {generation} machine has DVD drives on {other} alone. Use {other}.", "slot")
    elif slot in holds:
        yield vm.refuse(address, "slot-occupied", f"slot {slot} holds a disk. Choose another slot.", "slot")
