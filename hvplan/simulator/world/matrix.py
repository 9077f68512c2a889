"""Which change is allowed in which state: the table of behaviour 2, printed and tested as it stands.

Columns: Running Generation 1, Running Generation 2, Saved, Paused, Off. `Y` allowed, `N` refused, `-` does not exist.
Where behaviour has no evidence the stricter reading stands: Saved refuses, Paused is like Running and refuses hot-plug.
A VM in a transitional or critical state refuses every change (behaviour 5.2), which needs no column.
"""

from __future__ import annotations

from typing import Literal

from hvplan.simulator.world.nouns import VM
from hvplan.simulator.world.refusals import Refusal, about, refusal

Verdict = Literal["Y", "N", "-"]

MATRIX: dict[str, str] = {
    # attribute or operation            R1 R2 S P O
    "processor.count": "N N N N Y",
    "processor.reserve": "Y Y N Y Y",
    "processor.limit": "Y Y N Y Y",
    "processor.weight": "Y Y N Y Y",
    "processor.nested": "N N N N Y",
    "processor.migration_compatibility": "N N N N Y",
    "processor.legacy_compatibility": "N N N N Y",
    "processor.threads_per_core": "N N N N Y",
    "processor.per_node": "N N N N Y",
    "processor.per_socket": "N N N N Y",
    "processor.host_resource_protection": "Y Y N Y Y",
    "memory.startup": "Y Y N N Y",  # static memory only; see memory.startup_dynamic
    "memory.startup_dynamic": "N N N N Y",
    "memory.startup_fixed": "N N N N Y",  # the guest runs machines of its own, or the configuration is older than 6.2
    "memory.dynamic": "N N N N Y",
    "memory.minimum_down": "Y Y N N Y",
    "memory.minimum_up": "N N N N Y",
    "memory.maximum_up": "Y Y N N Y",
    "memory.maximum_down": "N N N N Y",
    "memory.buffer": "Y Y N Y Y",
    "memory.priority": "Y Y N Y Y",
    "memory.per_node": "N N N N Y",
    "disk.scsi": "Y Y N N Y",
    "disk.ide": "N - N N Y",
    "disk.path": "N N N N Y",  # another file in a drive: nobody reports it under power
    "disk.qos": "Y Y N Y Y",
    "scsiController": "N N N N Y",
    "dvd.ide": "N - N N Y",
    "dvd.scsi": "- Y N N Y",
    "dvd.medium": "Y Y Y Y Y",
    "adapter.synthetic": "N Y N N Y",
    "adapter.legacy": "N - N N Y",
    "adapter.switch": "Y Y Y Y Y",
    "adapter.vlan": "Y Y Y Y Y",
    "adapter.mac": "N N N N Y",
    "adapter.security": "Y Y Y Y Y",
    "adapter.bandwidth": "Y Y Y Y Y",
    "adapter.offload": "Y Y N Y Y",
    "adapter.name": "Y Y N Y Y",
    "firmware.secure_boot": "- N N N Y",
    "firmware.template": "- N N N Y",
    "firmware.boot_order": "- N N N Y",
    "firmware.other": "- N N N Y",
    "bios": "N - N N Y",
    "security": "- N N N Y",
    "comPort": "Y Y N Y Y",
    "integrationServices": "Y Y N Y Y",
    "actions.start": "Y Y Y Y Y",
    "actions.delay": "Y Y Y Y Y",
    "actions.stop": "N N N N Y",
    "actions.critical": "Y Y N Y Y",
    "notes": "Y Y Y Y Y",
    "name": "Y Y Y Y Y",
    "checkpoint_type": "Y Y Y Y Y",
    "automatic_checkpoints": "Y Y N Y Y",
    "snapshot_path": "Y Y Y Y Y",
    "smart_paging_path": "Y Y N Y Y",
    "mapped_io": "N N N N Y",
    "vm.other": "N N N N Y",
    "version": "N N N N Y",
    "checkpoint.take": "Y Y Y N Y",
    "checkpoint.remove": "Y Y Y N Y",
}  # fmt: skip

MERGING = frozenset({"disk.scsi", "disk.ide", "checkpoint.take"})
"""What waits until a merge is over; where nobody has tried, the stricter reading."""
_NOW = "while the virtual machine is in its current state."
_MESSAGES: tuple[tuple[str, str, str], ...] = (
    ("processor", "'{name}' failed to modify device 'Processor'.", "Cannot change the processor settings of a virtual machine now."),
    ("memory", "Failed to modify device 'Memory'.", "'{name}' failed to modify device 'Memory'."),
    ("adapter.mac", "'{name}' failed to modify device.", "The MacAddress property cannot be modified because the virtual machine is running."),
    ("adapter", "'{name}' failed to change device.", "'{name}' cannot change device 'Network Adapter' " + _NOW),
    ("scsiController", "'{name}' failed to change device.", "'{name}' cannot add device 'Synthetic SCSI Controller' while the virtual machine is running."),
    ("disk", "'{name}' failed to change device.", "'{name}' cannot change device 'Virtual Hard Disk' " + _NOW),
    ("dvd", "'{name}' failed to change device.", "'{name}' cannot change device 'Virtual CD/DVD Disk' " + _NOW),
    ("security", "'{name}' failed to modify settings.", "The SecuritySettingData property cannot be modified because the virtual machine is running."),
    ("firmware", "'{name}' failed to modify settings.", "The firmware cannot be modified because the virtual machine is running."),
    ("", "Modifying the properties of '{name}' failed.", "The operation cannot be performed while the object is in its current state."),
)


def verdict(attribute: str, state: str, generation: int) -> Verdict:
    """What the table says; states without a column refuse."""
    columns = MATRIX[attribute].split()
    index = {"Running": 0 if generation == 1 else 1, "Saved": 2, "Paused": 3, "Off": 4}.get(state)
    if index is None:
        return "N"
    found = columns[index]
    return "Y" if found == "Y" else "-" if found == "-" else "N"


def check(vm: VM, *attributes: str) -> None:
    """Raise the error of the first change that the VM's state does not allow (ids of rows 8-14 of behaviour 7, partly inferred)."""
    for attribute in attributes:
        if vm.merging_until is not None and attribute in MERGING:  # storage work waits for a merge (behaviour 4)
            raise refused(vm, attribute)
        if verdict(attribute, vm.state, vm.generation) != "Y":
            raise refused(vm, attribute)


def refused(vm: VM, attribute: str) -> Refusal:
    """The error of a change in a wrong state."""
    short, detail = next((short, detail) for prefix, short, detail in _MESSAGES if attribute.startswith(prefix))
    if attribute == "actions.stop":  # row 14: a generic WMI failure
        return refusal("OperationFailed", "NotSpecified", about(vm, short.format(name=vm.name), "Generic failure (0x80041001)."), vm.name)
    return refusal("InvalidState", "InvalidOperation", about(vm, short.format(name=vm.name), detail.format(name=vm.name)), vm.name)
