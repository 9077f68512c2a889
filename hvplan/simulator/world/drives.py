"""Hard drives and DVD drives (behaviour 2.3). Removing a drive never touches its file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from hvplan.simulator.world import record_devices, units, vhds
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.limits import slot_exists, slot_free, within
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Disk, Dvd, Slot
from hvplan.simulator.world.record_parts import Owner
from hvplan.simulator.world.refusals import Refusal, about, invalid, operation_failed
from hvplan.simulator.world.slots import add_targets, asked, boot_added, boot_moved, boot_removed, named, no_drive, readers, wanted_slot
from hvplan.simulator.world.state import STOPPED_STATES

_TO = ("ToControllerType", "ToControllerNumber", "ToControllerLocation")
Place = tuple[VM, Slot]


def each_place(context: Context, places: Iterator[Place], act: Callable[[Place], None]) -> None:
    """Act on every place; a refusal while finding or changing one is noted and ends the search for more."""
    try:
        for place in places:
            try:
                act(place)
            except Refusal as refusal:
                context.errors.append(refusal.error)
    except Refusal as refusal:
        context.errors.append(refusal.error)


def get_disk(context: Context) -> None:
    """Get-VMHardDiskDrive."""
    for owner, on in readers(context):
        for disk in owner.vm.disks:
            if wanted_slot(context, disk.slot, on):
                context.give(record_devices.disk(owner, disk))


def get_dvd(context: Context) -> None:
    """Get-VMDvdDrive."""
    for owner, on in readers(context):
        for dvd in owner.vm.dvds:
            if wanted_slot(context, dvd.slot, on):
                context.give(record_devices.dvd(owner, dvd))


def _qos(context: Context, vm: VM, disk: Disk) -> Disk:
    minimum = within(vm, "MinimumIOPS", int(context.get("MinimumIOPS", disk.minimum_iops)), 0, 10**9)
    maximum = within(vm, "MaximumIOPS", int(context.get("MaximumIOPS", disk.maximum_iops)), 0, 10**9)
    if maximum and maximum < minimum:
        raise invalid(about(vm, "Failed to modify device 'Virtual Hard Disk'.", "The maximum IOPS must not be below the minimum."), vm.name)
    return replace(disk, minimum_iops=minimum, maximum_iops=maximum)


def _attach(context: Context, vm: VM, path: str) -> None:
    vhds.attachable(context.state, vm, path)
    if vm.state not in STOPPED_STATES:
        vhds.in_use(context.state, vm, path)


def _shareable(vm: VM, slot: Slot) -> None:
    if slot.bus == "ide":
        raise invalid(about(vm, f"'{vm.name}' failed to add device 'Virtual Hard Disk'.", "Only a disk on a SCSI controller can be shared."), vm.name)
    if vm.checkpoints:
        raise operation_failed(
            about(vm, f"'{vm.name}' failed to add device 'Virtual Hard Disk'.", "A shared disk cannot be used while the VM has checkpoints."), vm.name
        )


def add_disk(context: Context) -> None:
    """Add-VMHardDiskDrive: into a free slot, IDE only while off, a file only once in a VM."""

    def act(place: Place) -> None:
        vm, slot = place
        check(vm, f"disk.{slot.bus}")
        disk = _qos(context, vm, Disk(slot=slot, path=context.text("Path").replace("/", "\\"), shared=context.on("SupportPersistentReservations")))
        if disk.path:
            _attach(context, vm, disk.path)
            disk = context.state.given(disk)
        if disk.shared:
            _shareable(vm, slot)
        new = context.state.put(boot_added(replace(vm, disks=tuple(sorted((*vm.disks, disk), key=lambda one: one.slot))), slot))
        context.give_if_asked(lambda: record_devices.disk(Owner(new, context.state), disk))

    each_place(context, add_targets(context), act)


def _disk_at(vm: VM, slot: Slot) -> Disk:
    found = next((disk for disk in vm.disks if disk.slot == slot), None)
    if found is None:
        raise no_drive(vm, slot)
    return found


def remove_disk(context: Context) -> None:
    """Remove-VMHardDiskDrive."""

    def act(place: Place) -> None:
        vm, slot = place
        disk = _disk_at(vm, slot)
        check(vm, f"disk.{slot.bus}")
        record = record_devices.disk(Owner(vm, context.state), disk)
        context.state.put(boot_removed(replace(vm, disks=tuple(one for one in vm.disks if one is not disk)), slot))
        context.give_if_asked(lambda: record)

    each_place(context, named(context, "VMHardDiskDrive"), act)


def set_disk(context: Context) -> None:
    """Set-VMHardDiskDrive: another file (off, without checkpoints), another slot, quality of service."""

    def act(place: Place) -> None:
        vm, slot = place
        disk = new = _disk_at(vm, slot)
        if context.has("MinimumIOPS") or context.has("MaximumIOPS"):
            check(vm, "disk.qos")
            new = _qos(context, vm, new)
        if context.call.bound.get("SupportPersistentReservations") is not None:
            check(vm, f"disk.{slot.bus}")
            new = replace(new, shared=bool(context.get("SupportPersistentReservations")))
            if new.shared:
                _shareable(vm, slot)
        without = replace(vm, disks=tuple(one for one in vm.disks if one is not disk))
        if context.has("Path"):
            check(vm, f"disk.{slot.bus}", "disk.path")
            if vm.checkpoints:
                why = "The file of a drive cannot be changed while the virtual machine has checkpoints."
                raise operation_failed(about(vm, f"'{vm.name}' failed to modify device 'Virtual Hard Disk'.", why), vm.name)
            _attach(context, without, context.text("Path"))
            new = context.state.given(replace(new, path=context.text("Path").replace("/", "\\")))
        if any(context.has(name) for name in _TO):
            target = _moved(context, without, slot)
            check(vm, f"disk.{slot.bus}", f"disk.{target.bus}")
            new = replace(new, slot=target)
        changed = replace(without, disks=tuple(sorted((*without.disks, new), key=lambda one: one.slot)))
        stored = context.state.put(boot_moved(changed, slot, new.slot))
        context.give_if_asked(lambda: record_devices.disk(Owner(stored, context.state), new))

    each_place(context, named(context, "VMHardDiskDrive"), act)


def _moved(context: Context, vm: VM, slot: Slot) -> Slot:
    target = asked(context, vm, slot.bus, "To")
    slot_exists(vm, target)
    slot_free(vm, target)
    return target


def _medium(context: Context, vm: VM, path: str) -> str:
    file = context.state.file(path)
    if file is None or file.folder:
        why = f"Attachment '{path}' failed: The system cannot find the file specified. (0x80070002)."
        raise operation_failed(about(vm, f"'{vm.name}' failed to add device 'Virtual CD/DVD Disk'.", why), vm.name)
    if units.extension_of(path) != ".iso":
        raise invalid(about(vm, f"'{vm.name}' failed to add device 'Virtual CD/DVD Disk'.", f"'{path}' is no ISO image."), vm.name)
    return file.path


def add_dvd(context: Context) -> None:
    """Add-VMDvdDrive: on IDE in Generation 1, on SCSI in Generation 2."""

    def act(place: Place) -> None:
        vm, slot = place
        if vm.generation == 1 and slot.bus == "scsi":
            raise invalid(
                about(vm, f"'{vm.name}' failed to add device 'Virtual CD/DVD Disk'.", "Generation 1 virtual machines take DVD drives on IDE only."), vm.name
            )
        check(vm, f"dvd.{slot.bus}")
        dvd = Dvd(slot=slot, path=_medium(context, vm, context.text("Path")) if context.has("Path") else None)
        new = context.state.put(boot_added(replace(vm, dvds=tuple(sorted((*vm.dvds, dvd), key=lambda one: one.slot))), slot))
        context.give_if_asked(lambda: record_devices.dvd(Owner(new, context.state), dvd))

    each_place(context, add_targets(context), act)


def _dvd_at(vm: VM, slot: Slot) -> Dvd:
    found = next((dvd for dvd in vm.dvds if dvd.slot == slot), None)
    if found is None:
        raise no_drive(vm, slot)
    return found


def remove_dvd(context: Context) -> None:
    """Remove-VMDvdDrive."""

    def act(place: Place) -> None:
        vm, slot = place
        dvd = _dvd_at(vm, slot)
        check(vm, f"dvd.{slot.bus}")
        record = record_devices.dvd(Owner(vm, context.state), dvd)
        context.state.put(boot_removed(replace(vm, dvds=tuple(one for one in vm.dvds if one is not dvd)), slot))
        context.give_if_asked(lambda: record)

    each_place(context, named(context, "VMDvdDrive"), act)


def set_dvd(context: Context) -> None:
    """Set-VMDvdDrive: insert or swap a medium in every state; a null path ejects."""

    def act(place: Place) -> None:
        vm, slot = place
        dvd = new = _dvd_at(vm, slot)
        if "Path" in context.call.bound:
            check(vm, "dvd.medium")
            new = replace(new, path=_medium(context, vm, context.text("Path")) if context.text("Path") else None)
        without = replace(vm, dvds=tuple(one for one in vm.dvds if one is not dvd))
        if any(context.has(name) for name in _TO):
            check(vm, f"dvd.{slot.bus}")
            new = replace(new, slot=_moved(context, without, slot))
        changed = replace(without, dvds=tuple(sorted((*without.dvds, new), key=lambda one: one.slot)))
        stored = context.state.put(boot_moved(changed, slot, new.slot))
        context.give_if_asked(lambda: record_devices.dvd(Owner(stored, context.state), new))

    each_place(context, named(context, "VMDvdDrive"), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMHardDiskDrive": get_disk,
    "Add-VMHardDiskDrive": add_disk,
    "Remove-VMHardDiskDrive": remove_disk,
    "Set-VMHardDiskDrive": set_disk,
    "Get-VMDvdDrive": get_dvd,
    "Add-VMDvdDrive": add_dvd,
    "Remove-VMDvdDrive": remove_dvd,
    "Set-VMDvdDrive": set_dvd,
}
