"""Drives and controllers in the pipe, found again by their ids; free slots; the boot order that follows drives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from hvplan.simulator.values import Obj
from hvplan.simulator.world import limits
from hvplan.simulator.world.context import Context
from hvplan.simulator.world.nouns import VM, Bus, Slot
from hvplan.simulator.world.record_devices import IDE
from hvplan.simulator.world.record_parts import Owner
from hvplan.simulator.world.refusals import Refusal, about, gone, operation_failed, refusal
from hvplan.simulator.world.releases import IDE_CONTROLLERS, IDE_LOCATIONS, SCSI_LOCATIONS
from hvplan.simulator.world.settings import owner_of


def slot_of(context: Context, one: object) -> tuple[VM, Slot]:
    """The VM and slot that a drive or controller object stands for (location 0 for a controller)."""
    vm = owner_of(context.state, one)
    if vm is None or not isinstance(one, Obj):
        raise gone("drive", one)
    parts = one.id.split("\\")[1:]
    if parts and parts[-1] == "D":
        parts = parts[:-1]
    try:
        location = int(parts[2]) if len(parts) > 2 else 0
        if parts[0].upper() == IDE:
            return vm, Slot("ide", int(parts[1]), location)
        number = [str(id) for id in vm.controllers].index(parts[0].lower())
    except (ValueError, IndexError):
        raise gone("drive", one) from None
    return vm, Slot("scsi", number, location)


def free_slot(vm: VM, bus: Bus | None, controller: int | None, location: int | None) -> Slot:
    """The slot that was asked for, or the first free one that fits what was asked."""
    taken = limits.taken_slots(vm)
    kinds: tuple[Bus, ...] = (bus,) if bus else ("scsi",) if vm.generation == 2 else ("ide",) if controller is not None else ("ide", "scsi")
    for kind in kinds:
        controllers = range(IDE_CONTROLLERS if kind == "ide" else len(vm.controllers)) if controller is None else (controller,)
        for number in controllers:
            for place in range(IDE_LOCATIONS if kind == "ide" else SCSI_LOCATIONS) if location is None else (location,):
                slot = Slot(kind, number, place)
                if slot not in taken or (controller is not None and location is not None):
                    limits.slot_exists(vm, slot)
                    limits.slot_free(vm, slot)
                    return slot
    raise operation_failed(about(vm, f"'{vm.name}' failed to add a device.", "There is no free location on its controllers."), vm.name)


def asked(context: Context, vm: VM, bus: Bus | None = None, prefix: str = "") -> Slot:
    """The slot that `ControllerType`, `ControllerNumber` and `ControllerLocation` (or the `To...` ones) ask for."""
    kind = context.get(f"{prefix}ControllerType")
    if kind == "PMEM":
        raise operation_failed(about(vm, f"'{vm.name}' failed to add a device.", "It has no PMEM controller."), vm.name)
    number, location = context.get(f"{prefix}ControllerNumber"), context.get(f"{prefix}ControllerLocation")
    wanted = cast("Bus", str(kind).lower()) if kind is not None else bus
    return free_slot(vm, wanted, None if number is None else int(number), None if location is None else int(location))


def add_targets(context: Context) -> Iterator[tuple[VM, Slot]]:
    """Where a new drive goes, for each VM or controller that the call names. Refusals are noted one by one."""
    for one in context.many("VMDriveController"):
        vm, slot = slot_of(context, one)
        location = context.get("ControllerLocation")
        yield vm, free_slot(vm, slot.bus, slot.controller, None if location is None else int(location))
    for vm in context.vms():
        yield vm, asked(context, vm)


def readers(context: Context) -> Iterator[tuple[Owner, Slot | None]]:
    """Whose drives a Get- call wants: VMs, a checkpoint, or those of one controller (the slot then says which)."""
    for vm in context.vms():
        yield Owner(vm, context.state), None
    for one in context.many("VMSnapshot"):
        vm, checkpoint = context.snapshot(one)
        yield Owner(checkpoint.vm, context.state, checkpoint), None
    for one in context.many("VMDriveController"):
        vm, slot = slot_of(context, one)
        yield Owner(vm, context.state), slot


def wanted_slot(context: Context, slot: Slot, on: Slot | None) -> bool:
    """Whether a drive's slot fits the filters of a Get- call."""
    if on is not None and (slot.bus, slot.controller) != (on.bus, on.controller):
        return False
    if context.has("ControllerType") and slot.bus.upper() != str(context.get("ControllerType")).upper():
        return False
    if context.has("ControllerNumber") and slot.controller != int(context.get("ControllerNumber")):
        return False
    return not context.has("ControllerLocation") or slot.location == int(context.get("ControllerLocation"))


def named(context: Context, objects: str, bus: Bus | None = None) -> Iterator[tuple[VM, Slot]]:
    """The slots that a write names: drive objects, or one VM's name with controller and location."""
    for one in context.many(objects):
        yield slot_of(context, one)
    if context.has("VMName"):
        kind = context.get("ControllerType")
        for vm in context.vms():
            default: Bus = "ide" if vm.generation == 1 else "scsi"
            wanted = cast("Bus", str(kind).lower()) if kind is not None else bus or default
            yield vm, Slot(wanted, int(context.get("ControllerNumber", 0)), int(context.get("ControllerLocation", 0)))


def no_drive(vm: VM, slot: Slot) -> Refusal:
    """There is no drive in that slot."""
    return refusal(
        "ObjectNotFound", "ObjectNotFound", f"'{vm.name}' has no drive on {slot.bus.upper()} controller {slot.controller} at location {slot.location}.", vm.name
    )


def boot_added(vm: VM, slot: Slot) -> VM:
    """A new drive boots last."""
    if vm.generation == 1 or str(slot) in vm.firmware.boot_order:
        return vm
    return replace(vm, firmware=replace(vm.firmware, boot_order=(*vm.firmware.boot_order, str(slot))))


def boot_removed(vm: VM, slot: Slot) -> VM:
    """A removed drive leaves the boot order."""
    return replace(vm, firmware=replace(vm.firmware, boot_order=tuple(entry for entry in vm.firmware.boot_order if entry != str(slot))))


def boot_moved(vm: VM, before: Slot, after: Slot) -> VM:
    """A moved drive keeps its place in the boot order."""
    return replace(vm, firmware=replace(vm.firmware, boot_order=tuple(str(after) if entry == str(before) else entry for entry in vm.firmware.boot_order)))
