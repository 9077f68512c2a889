"""Limits and value ranges (behaviour 3) as checks that raise the error Hyper-V gives."""

from __future__ import annotations

from hvplan.simulator.world import units
from hvplan.simulator.world.nouns import VM, Memory, Slot
from hvplan.simulator.world.refusals import Refusal, about, invalid, operation_failed
from hvplan.simulator.world.releases import (
    IDE_CONTROLLERS,
    IDE_LOCATIONS,
    LEGACY_ADAPTERS1,
    MEMORY_ALIGNMENT,
    MEMORY_MINIMUM,
    NAME_LENGTH,
    NOTES_LENGTH,
    SCSI_CONTROLLERS,
    SCSI_LOCATIONS,
    SYNTHETIC_ADAPTERS1,
    version_tuple,
)  # fmt: skip
from hvplan.simulator.world.state import State


def name(value: str, what: str = "virtual machine") -> str:
    """A name that Hyper-V takes: 1 to 100 characters, nothing else."""
    if not value.strip():
        raise invalid(f"The name of the {what} must not be empty.", value)
    if len(value) > NAME_LENGTH:
        raise invalid(f"The name of the {what} is too long: {len(value)} characters, at most {NAME_LENGTH}.", value)
    return value


def notes(value: str, target: str) -> str:
    """Notes of at most 4 KB: no source tells the real limit, so the careful one stands (behaviour 11)."""
    if len(value.encode("utf-8", "replace")) > NOTES_LENGTH:
        raise invalid(f"The notes of '{target}' are too long: at most {NOTES_LENGTH} bytes.", target)
    return value


def processors(vm: VM, count: int, state: State) -> None:
    """Virtual processors: at least one, at most what generation, release and host allow."""
    most = min(state.release.vcpus1 if vm.generation == 1 else state.release.vcpus2, state.host.processors)
    if not 1 <= count <= most:
        raise invalid(
            about(vm, f"'{vm.name}' failed to modify device 'Processor'.", f"Invalid value {count} for the number of processors: 1 to {most}."), vm.name
        )


def within(vm: VM, what: str, value: int, lowest: int, highest: int) -> int:
    """A number between two others."""
    if not lowest <= value <= highest:
        raise invalid(f"The value {value} for {what} of '{vm.name}' is out of range: {lowest} to {highest}.", vm.name)
    return value


def memory(vm: VM, wanted: Memory, state: State) -> None:
    """Sizes aligned to 2 MB, at least 32 MB, minimum <= startup <= maximum while dynamic (behaviour 3.2)."""
    most = state.release.memory1 if vm.generation == 1 else state.release.memory2
    sizes = {"startup": wanted.startup, **({"minimum": wanted.minimum, "maximum": wanted.maximum} if wanted.dynamic else {})}
    for what, size in sizes.items():
        if size % MEMORY_ALIGNMENT:
            raise _memory(vm, "Memory values must be properly aligned.", f"The {what} memory {size >> 20} MB is not a multiple of 2 MB.")
        if not MEMORY_MINIMUM <= size <= most:
            raise _memory(vm, f"Invalid memory amount assigned for '{vm.name}'.", f"The {what} memory must be between 32 MB and {most >> 20} MB.")
    if wanted.dynamic and not wanted.minimum <= wanted.startup <= wanted.maximum:
        raise _memory(vm, f"Invalid memory amount assigned for '{vm.name}'.", "The amount must satisfy minimum <= startup <= maximum.")
    within(vm, "the memory buffer", wanted.buffer, 5, 2000)
    within(vm, "the memory priority", wanted.priority, 0, 100)


def _memory(vm: VM, short: str, detail: str) -> Refusal:
    return invalid(about(vm, "Failed to modify device 'Memory'.", f"{short} {detail}"), vm.name)


def adapter_room(vm: VM, legacy: bool, state: State) -> None:
    """How many adapters a VM takes: 8 and 4 legacy for Generation 1; 8 or, from configuration 8.3 on, 64 for Generation 2."""
    count = sum(one.legacy == legacy for one in vm.adapters)
    if legacy and vm.generation == 2:
        raise invalid(about(vm, f"'{vm.name}' failed to add device 'Legacy Network Adapter'.", "Generation 2 virtual machines do not support it."), vm.name)
    if vm.generation == 1:
        most = LEGACY_ADAPTERS1 if legacy else SYNTHETIC_ADAPTERS1
    else:
        most = state.release.adapters2 if version_tuple(vm.version) >= (8, 3) else SYNTHETIC_ADAPTERS1
    if count >= most:
        raise operation_failed(about(vm, f"'{vm.name}' failed to add device 'Network Adapter'.", f"The maximum of {most} devices was reached."), vm.name)


def slot_exists(vm: VM, slot: Slot) -> None:
    """A slot that the VM has: IDE 2 x 2 in Generation 1, SCSI 64 on every controller there is."""
    if slot.bus == "ide":
        if vm.generation == 2:
            raise invalid(f"Generation 2 virtual machines have no IDE controller ('{vm.name}').", vm.name)
        fits = 0 <= slot.controller < IDE_CONTROLLERS and 0 <= slot.location < IDE_LOCATIONS
    else:
        fits = 0 <= slot.controller < min(len(vm.controllers), SCSI_CONTROLLERS) and 0 <= slot.location < SCSI_LOCATIONS
    if not fits:
        raise invalid(f"The virtual machine '{vm.name}' has no {slot.bus.upper()} controller {slot.controller} with a location {slot.location}.", vm.name)


def taken_slots(vm: VM) -> set[Slot]:
    """Where a drive sits; disks and DVD drives share the slots."""
    return {disk.slot for disk in vm.disks} | {dvd.slot for dvd in vm.dvds}


def slot_free(vm: VM, slot: Slot) -> None:
    """Nothing sits there."""
    if slot in taken_slots(vm):
        short = f"'{vm.name}' failed to add device 'Virtual Hard Disk'."
        raise operation_failed(about(vm, short, f"The location {slot.bus.upper()} {slot.controller}:{slot.location} is already in use."), vm.name)


def folder_name(vm_name: str) -> None:
    """With `-Path`, the name becomes a folder."""
    if not units.legal_name(vm_name):
        raise operation_failed("The filename, directory name, or volume label syntax is incorrect. (0x8007007B).", vm_name)
