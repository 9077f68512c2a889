"""Set-VM, Set-VMProcessor and Set-VMMemory: a call is checked as a whole before any of it is applied (behaviour 2.1 D)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.values import Obj
from hvplan.simulator.world import limits, units, vhds
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Memory, Processor
from hvplan.simulator.world.record_parts import Owner
from hvplan.simulator.world.records import memory_record, processor_record, vm_record
from hvplan.simulator.world.refusals import about, gone, invalid, operation_failed
from hvplan.simulator.world.releases import MEMORY_ALIGNMENT, version_tuple
from hvplan.simulator.world.state import STOPPED_STATES, State

_PROCESSOR = {
    "Count": "count", "Reserve": "reserve", "Maximum": "limit", "RelativeWeight": "weight", "ExposeVirtualizationExtensions": "nested",
    "EnableHostResourceProtection": "host_resource_protection", "CompatibilityForMigrationEnabled": "migration_compatibility",
    "CompatibilityForOlderOperatingSystemsEnabled": "legacy_compatibility", "HwThreadCountPerCore": "threads_per_core",
    "MaximumCountPerNumaNode": "per_node", "MaximumCountPerNumaSocket": "per_socket",
}  # fmt: skip
_MEMORY = {
    "StartupBytes": "startup", "MinimumBytes": "minimum", "MaximumBytes": "maximum", "Buffer": "buffer", "Priority": "priority",
    "DynamicMemoryEnabled": "dynamic", "MaximumAmountPerNumaNodeBytes": "per_node",
}  # fmt: skip
_VM_MEMORY = {"MemoryStartupBytes": "startup", "MemoryMinimumBytes": "minimum", "MemoryMaximumBytes": "maximum"}


def given(context: Context, rows: dict[str, str]) -> dict[str, Any]:
    """Attribute -> value of the parameters that were given, numbers as plain numbers."""
    made: dict[str, Any] = {}
    for parameter, attribute in rows.items():
        if context.has(parameter):
            value = context.get(parameter)
            made[attribute] = value if isinstance(value, bool) else int(value) if isinstance(value, int) else value
    return made


def targets(context: Context, component: str) -> list[VM]:
    """The VMs of a call; a component object (`VMProcessor`, `VMMemory`, ...) names its VM in its id, `Microsoft:{VMID}\\...`."""
    vms = context.vms()
    for one in context.many(component):
        found = owner_of(context.state, one)
        if found is None:
            context.errors.append(gone(component, one).error)
        else:
            vms.append(found)
    return vms


def owner_of(state: State, one: Any) -> VM | None:
    """The VM that a live component belongs to, from its id, or from `VMId` where a component has no id (firmware, BIOS)."""
    if not isinstance(one, Obj):
        return None
    head = one.id.partition("\\")[0].removeprefix("Microsoft:").lower() or str(one.props.get("VMId", "")).lower()
    try:
        return state.vms.get(UUID(head))
    except ValueError:
        return None


def changed_processor(vm: VM, wanted: dict[str, Any], state: State) -> Processor:
    """The processor after a call; raises when a value or the state does not allow it."""
    check(vm, *(f"processor.{attribute}" for attribute in wanted))
    new = replace(vm.processor, **wanted)
    if "count" in wanted:
        limits.processors(vm, new.count, state)
    for what, value, low, high in (("Reserve", new.reserve, 0, 100), ("Maximum", new.limit, 0, 100), ("RelativeWeight", new.weight, 1, 10000)):
        limits.within(vm, what, value, low, high)
    for what, number in (("MaximumCountPerNumaNode", new.per_node), ("MaximumCountPerNumaSocket", new.per_socket)):
        limits.within(vm, what, number if number is not None else 1, 1, 2048)
    threads = wanted.get("threads_per_core")
    if threads is not None and not (1 if state.host.release == "2016" else 0) <= threads <= state.host.threads_per_core:
        raise invalid(about(vm, f"'{vm.name}' failed to modify device 'Processor'.", "Cannot assign the specified number of threads per core."), vm.name)
    if wanted.get("nested") and version_tuple(vm.version) < (8, 0):
        raise operation_failed(about(vm, f"'{vm.name}' failed to modify device 'Processor'.", "The configuration version does not support it."), vm.name)
    return new


def changed_memory(vm: VM, wanted: dict[str, Any], state: State) -> Memory:
    """The memory after a call (behaviour 2.2: what may change while running, and in which direction)."""
    before = vm.memory
    new = replace(before, **wanted)
    needs: list[str] = []
    for attribute, value in wanted.items():
        if attribute == "startup":
            fixed = vm.processor.nested or version_tuple(vm.version) < (6, 2)
            needs.append("memory.startup_dynamic" if before.dynamic or new.dynamic else "memory.startup_fixed" if fixed else "memory.startup")
        elif attribute == "minimum":
            needs.append("memory.minimum_down" if value <= before.minimum and before.dynamic else "memory.minimum_up")
        elif attribute == "maximum":
            needs.append("memory.maximum_up" if value >= before.maximum and before.dynamic else "memory.maximum_down")
        else:
            needs.append(f"memory.{attribute}")
    check(vm, *needs)
    if {"minimum", "maximum"} & wanted.keys() and not new.dynamic:
        for what in ("minimum", "maximum"):
            if what in wanted and wanted[what] % MEMORY_ALIGNMENT:
                raise invalid(about(vm, "Failed to modify device 'Memory'.", "Memory values must be properly aligned."), vm.name)
    limits.memory(vm, new, state)
    if vm.state not in STOPPED_STATES and new.startup > before.startup:
        used = sum(other.memory.startup for other in state.vms.values() if other.id != vm.id and other.state not in STOPPED_STATES)
        if used + new.startup > state.host.memory:
            raise operation_failed(about(vm, "Failed to modify device 'Memory'.", "Not enough memory in the system. (0x8007000E)."), vm.name)
    return new


def set_processor(context: Context) -> None:
    """Set-VMProcessor."""

    def act(vm: VM) -> None:
        wanted = given(context, _PROCESSOR)
        new = context.state.put(replace(vm, processor=changed_processor(vm, wanted, context.state)))
        context.give_if_asked(lambda: processor_record(Owner(new, context.state)))

    context.each(targets(context, "VMProcessor"), act)


def set_memory(context: Context) -> None:
    """Set-VMMemory."""

    def act(vm: VM) -> None:
        wanted = given(context, _MEMORY)
        new = context.state.put(replace(vm, memory=changed_memory(vm, wanted, context.state)))
        context.give_if_asked(lambda: memory_record(Owner(new, context.state)))

    context.each(targets(context, "VMMemory"), act)


def set_vm(context: Context) -> None:
    """Set-VM: everything it can set, checked first, applied together."""

    def act(vm: VM) -> None:
        new = vm
        for parameter, (attribute, apply) in _SET_VM.items():
            if context.call.bound.get(parameter) is not None:
                check(vm, attribute)
                new = apply(context, new, context.get(parameter))
        memory = given(context, _VM_MEMORY)
        if context.on("DynamicMemory") or context.on("StaticMemory"):
            memory["dynamic"] = context.on("DynamicMemory")
        if context.on("DynamicMemory") and context.on("StaticMemory"):
            raise invalid("The parameters DynamicMemory and StaticMemory cannot be used together.", vm.name)
        if memory:
            new = replace(new, memory=changed_memory(vm, memory, context.state))
        if context.has("ProcessorCount"):
            new = replace(new, processor=changed_processor(vm, {"count": int(context.get("ProcessorCount"))}, context.state))
        context.state.put(new)
        for before, after in ((vm.smart_paging_path, new.smart_paging_path), (vm.snapshot_path, new.snapshot_path)):
            if after != before:
                context.state.make_folders(after)
        context.give_if_asked(lambda: vm_record(new, context.state, context.now()))

    context.each(context.vms("Name"), act)


def _actions(attribute: str, low: int = 0, high: int = 2**31 - 1) -> Callable[[Context, VM, Any], VM]:
    def apply(context: Context, vm: VM, value: Any) -> VM:
        plain = str(value) if isinstance(value, str) else limits.within(vm, attribute, int(value), low, high)
        return replace(vm, actions=replace(vm.actions, **{attribute: plain}))  # type: ignore[arg-type]

    return apply


def _mapped(attribute: str, low: int, high: int) -> Callable[[Context, VM, Any], VM]:
    def apply(context: Context, vm: VM, value: Any) -> VM:
        plain = value if isinstance(value, bool) else limits.within(vm, attribute, int(value), low, high)
        return replace(vm, mapped_io=replace(vm.mapped_io, **{attribute: plain}))  # type: ignore[arg-type]

    return apply


def _plain(attribute: str) -> Callable[[Context, VM, Any], VM]:
    return lambda context, vm, value: replace(vm, **{attribute: str(value) if isinstance(value, str) else value})  # type: ignore[arg-type]


def _snapshot_path(context: Context, vm: VM, value: Any) -> VM:
    if vm.checkpoints:
        raise operation_failed(
            about(vm, f"Modifying the properties of '{vm.name}' failed.", "The checkpoint location cannot change while checkpoints exist."), vm.name
        )
    return replace(vm, snapshot_path=_folder(context, vm, str(value)))


def _folder(context: Context, vm: VM, path: str) -> str:
    """A folder for files of the VM, made once the whole call stands: on a volume of the host, not its root, not on FAT (behaviour 3.2)."""
    volume = context.state.volume(path)
    why = f"The path '{path}' does not exist. (0x80070003)." if volume is None else vhds.FOREIGN if vhds.foreign(context.state, path) else ""
    if volume is not None and vhds.same(volume.path, path):
        why = f"The root of a drive cannot hold files of a virtual machine: '{path}'. (0x80070057)."
    if why:
        raise operation_failed(about(vm, f"Modifying the properties of '{vm.name}' failed.", why), vm.name)
    return path.replace("/", "\\").rstrip("\\")


def _renamed(context: Context, vm: VM, value: Any) -> VM:
    return replace(vm, name=limits.name(str(value)))


_SET_VM: dict[str, tuple[str, Callable[[Context, VM, Any], VM]]] = {
    "AutomaticCheckpointsEnabled": ("automatic_checkpoints", _plain("automatic_checkpoints")),
    "AutomaticCriticalErrorAction": ("actions.critical", _actions("critical")),
    "AutomaticCriticalErrorActionTimeout": ("actions.critical", _actions("critical_timeout", 1, 24 * 60)),
    "AutomaticStartAction": ("actions.start", _actions("start")),
    "AutomaticStartDelay": ("actions.delay", _actions("delay")),
    "AutomaticStopAction": ("actions.stop", _actions("stop")),
    "CheckpointType": ("checkpoint_type", _plain("checkpoint_type")),
    "EnhancedSessionTransportType": ("vm.other", _plain("enhanced_session")),
    "GuestControlledCacheTypes": ("mapped_io", _mapped("cache_types", 0, 1)),
    "HighMemoryMappedIoSpace": ("mapped_io", _mapped("high", 0, 2**63)),
    "LockOnDisconnect": ("vm.other", lambda context, vm, value: replace(vm, lock_on_disconnect=value == "On")),
    "LowMemoryMappedIoSpace": ("mapped_io", _mapped("low", 128 * units.MIB, 3584 * units.MIB)),
    "NewVMName": ("name", _renamed),
    "Notes": ("notes", lambda context, vm, value: replace(vm, notes=limits.notes(str(value), vm.name))),
    "SmartPagingFilePath": ("smart_paging_path", lambda context, vm, value: replace(vm, smart_paging_path=_folder(context, vm, str(value)))),
    "SnapshotFileLocation": ("snapshot_path", _snapshot_path),
}


def reader(record: Callable[[Owner], Any]) -> Handler:
    """Get-VMProcessor and its like: one record for each VM or checkpoint named."""

    def handler(context: Context) -> None:
        for vm in context.vms():
            context.give(record(Owner(vm, context.state)))
        for one in context.many("VMSnapshot"):
            vm, checkpoint = context.snapshot(one)
            context.give(record(Owner(checkpoint.vm, context.state, checkpoint)))

    return handler


HANDLERS: dict[str, Handler] = {
    "Set-VM": set_vm,
    "Set-VMProcessor": set_processor,
    "Set-VMMemory": set_memory,
    "Get-VMProcessor": reader(processor_record),
    "Get-VMMemory": reader(memory_record),
}
