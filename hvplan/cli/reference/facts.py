"""What is known of attributes that are ordinary code rather than rows, and the words for impacts. A test holds every cmdlet and parameter against the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.diff.power import MOVES
from hvplan.diff.settings import SAVED_PATHS
from hvplan.model.impact import Impact
from hvplan.model.rows import Row

REFUSED: Final = "refused"
MEANS: Final[Mapping[str, str]] = {
    Impact.NONE.label: "bookkeeping only",
    Impact.ONLINE.label: "takes effect while the machine runs",
    Impact.NEXT_START.label: "stored now, takes effect at the next power-on",
    Impact.RESTART.label: "needs the machine off for a moment; hvplan asks, stops it once, and starts it again",
    Impact.STOP.label: "the declared state itself stops it; hvplan asks first",
    Impact.HOST.label: "takes effect when the management service or the host restarts: reported, never done",
    Impact.REPLACE.label: "only a new machine could have it",
    Impact.DATA.label: "data may be lost",
    REFUSED: "not done by this version; plan refuses it and says why",
}
"""Impact -> what it means, in rising order."""

Costs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is known of one attribute. `costs`: condition -> impact. `reads`, `writes`: `Cmdlet: Property ...`, `Cmdlet -Parameter ...`."""

    default: str = ""
    generations: tuple[int, ...] = ()
    costs: Costs = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    source: str = ""


_NEVER: Final[Costs] = (("on a machine that is there", REFUSED),)
_FILE: Final[Costs] = (("the file of a disk that is there", REFUSED),)
_CONVERSION: Final[Costs] = (
    ("by conversion: a copy, in the place of the old file, which stays beside it", "restart"),
    ("a differencing disk", REFUSED),
    ("while there are checkpoints, or disks built on it", REFUSED),
)
_PLUG: Final[Costs] = (("on SCSI", "online"), ("on IDE", "restart"), ("the machine is saved", "restart"))
_DRIVE: Final = "Get-VMHardDiskDrive: "


def _vhd(read: str, *writes: str, default: str = "", costs: Costs = _FILE) -> Fact:
    return Fact(default=default, costs=costs, reads=(f"Get-VHD: {read}",) if read else (), writes=writes, source="behaviour 2.3")


def _power() -> Iterator[tuple[str, str]]:
    for (now, wanted), line in MOVES.items():
        if line:
            yield f"{now} to {wanted}: {line.condition}", line.impact.label


MACHINE: Final[Mapping[str, Fact]] = {
    "generation": Fact(
        default="none: must be written for a machine that has to be created",
        costs=_NEVER,
        reads=("Get-VM: Generation",),
        writes=("New-VM -Generation",),
        source="catalogue",
    ),
    "version": Fact(default="the newest that the host makes", costs=_NEVER, reads=("Get-VM: Version",), writes=("New-VM -Version",), source="catalogue"),
    "path": Fact(default="the host's own folder", costs=_NEVER, reads=("Get-VM: Path",), writes=("New-VM -Path",), source="catalogue"),
    "state": Fact(
        default="power is not managed",
        costs=tuple(_power()),
        reads=("Get-VM: State",),
        writes=("Start-VM", "Stop-VM", "Save-VM", "Suspend-VM", "Resume-VM", "Remove-VMSavedState"),
        source="behaviour 2.1",
    ),
    "firmware.bootOrder": Fact(
        default="the order is not managed; a new machine boots in the order in which it gets its devices, as they are declared",
        generations=(2,),
        costs=(("the machine is off", "online"), ("otherwise", "restart")),
        reads=("Get-VMFirmware: BootOrder",),
        writes=("Set-HvplanBootOrder -VMId -Device",),
        source="behaviour 2.5, 6",
    ),
    "devices.scsiControllers": Fact(
        default="as many as the slots name, at least 1",
        costs=(("more", "restart"), ("fewer", REFUSED)),
        reads=("Get-VMScsiController: ControllerNumber",),
        writes=("Add-VMScsiController",),
        source="behaviour 2.3, 3.2, 6",
    ),
    "devices.disks.*.slot": Fact(
        default="the slot the file sits in; a new disk takes the next free place on SCSI",
        generations=(1, 2),
        costs=(
            ("a new disk on SCSI", "online"),
            ("a new disk that needs another controller", "restart"),
            ("a new disk on IDE (Generation 1)", "restart"),
            ("a disk that is attached elsewhere in the machine", "restart"),
            ("a disk that is attached elsewhere while there are checkpoints", REFUSED),
        ),
        reads=(_DRIVE + "ControllerType ControllerNumber ControllerLocation",),
        writes=(
            "Add-VMHardDiskDrive -ControllerType -ControllerNumber -ControllerLocation",
            "Set-VMHardDiskDrive -ToControllerType -ToControllerNumber -ToControllerLocation",
        ),
        source="behaviour 2.3",
    ),
    "devices.disks.*.disk": Fact(
        costs=(("another file in the slot", "restart"),),
        reads=(_DRIVE + "Path",),
        writes=("Add-VMHardDiskDrive -Path", "Set-VMHardDiskDrive -Path"),
        source="behaviour 2.3",
    ),
    "devices.disks.*.absent": Fact(default="false", costs=_PLUG, writes=("Remove-VMHardDiskDrive",), source="behaviour 2.3"),
    "devices.disks.*.vhd.path": Fact(
        costs=(
            ("nothing stands there: the file moves, to another volume as a copy, to another format by conversion", "restart"),
            ("a file stands there: it is attached, and the old one stays", "restart"),
            ("while there are checkpoints, or disks built on it", REFUSED),
        ),
        reads=(_DRIVE + "Path",),
        writes=(
            "New-VHD -Path",
            "Copy-Item -Destination",
            "Convert-VHD -DestinationPath",
            "Move-Item -LiteralPath -Destination",
            "Rename-Item -LiteralPath -NewName",
            "Add-VMHardDiskDrive -Path",
            "Set-VMHardDiskDrive -Path",
        ),
        source="behaviour 2.3",
    ),
    "devices.disks.*.vhd.size": Fact(
        default="none: a new file needs size, source or parent",
        costs=(
            ("larger, a .vhdx on SCSI", "online"),
            ("larger, on IDE or a .vhd", "restart"),
            ("larger, with checkpoints or disks built on it", REFUSED),
            ("smaller", REFUSED),
        ),
        reads=("Get-VHD: Size",),
        writes=("New-VHD -SizeBytes", "Resize-VHD -SizeBytes"),
        source="behaviour 2.3, 4",
    ),
    "devices.disks.*.vhd.source": _vhd("", "Copy-Item -LiteralPath"),
    "devices.disks.*.vhd.parent": _vhd("ParentPath", "New-VHD -ParentPath -Differencing"),
    "devices.disks.*.vhd.type": _vhd(
        "VhdType",
        "New-VHD -Dynamic -Fixed -Differencing",
        "Convert-VHD -VHDType",
        default="Dynamic; Differencing with a parent",
        costs=_CONVERSION,
    ),
    "devices.disks.*.vhd.blockSize": _vhd(
        "BlockSize", "New-VHD -BlockSizeBytes", "Convert-VHD -BlockSizeBytes", default="the host's own", costs=(*_CONVERSION, ("of a fixed disk", REFUSED))
    ),
    "devices.disks.*.vhd.logicalSector": _vhd("LogicalSectorSize", "New-VHD -LogicalSectorSizeBytes", default="the host's own"),
    "devices.disks.*.vhd.physicalSector": _vhd("PhysicalSectorSize", "New-VHD -PhysicalSectorSizeBytes", default="the host's own"),
    "devices.disks.*.vhd.existing": Fact(default="Refuse", source="behaviour 2.3"),
    "devices.dvds.*.slot": Fact(
        default="the slot of the drive that holds the file; a new drive takes the next free place on SCSI",
        generations=(1, 2),
        costs=_PLUG,
        reads=("Get-VMDvdDrive: ControllerType ControllerNumber ControllerLocation",),
        writes=("Add-VMDvdDrive -ControllerNumber -ControllerLocation",),
        source="behaviour 2.3, 3.2, 6",
    ),
    "devices.dvds.*.iso": Fact(
        default="what is in a drive is not managed; a new one is empty",
        costs=(("in every state", "online"),),
        reads=("Get-VMDvdDrive: Path",),
        writes=("Add-VMDvdDrive -Path", "Set-VMDvdDrive -Path"),
        source="behaviour 2.3",
    ),
    "devices.dvds.*.absent": Fact(default="false", costs=_PLUG, writes=("Remove-VMDvdDrive",), source="behaviour 2.3"),
    "devices.networkAdapters.*.name": Fact(
        default="the key",
        costs=(("the machine is saved", "restart"), ("otherwise", "online")),
        reads=("Get-VMNetworkAdapter: Name",),
        writes=("Add-VMNetworkAdapter -Name", "Rename-VMNetworkAdapter -NewName"),
        source="behaviour 2.4",
    ),
    "devices.networkAdapters.*.match.mac": Fact(reads=("Get-VMNetworkAdapter: MacAddress",), source="behaviour 2.4"),
    "devices.networkAdapters.*.absent": Fact(
        default="false",
        costs=(("Generation 2", "online"), ("Generation 1", "restart"), ("an emulated adapter", "restart"), ("the machine is saved", "restart")),
        writes=("Remove-VMNetworkAdapter",),
        source="behaviour 2.4",
    ),
}
"""Path in a machine -> what is known of it."""

_OBJECTS: Final = ("VirtualSwitch", "VirtualDisk", "VirtualMachine", "VirtualMachineTemplate")
_MACHINES: Final = ("VirtualMachine", "VirtualMachineTemplate")
_HANDLED: Final[Mapping[str, str]] = {"lifecycle.adopt": "the stack's policy", "lifecycle.protect": "as the host has it"}
_STOPPED: Final[Mapping[str, str]] = {"lifecycle.restart": "the stack's policy", "lifecycle.savedState": "the stack's policy"}

FACTS: Final[Mapping[tuple[str, str], Fact]] = {
    **{(kind, "ensure"): Fact(default="Present") for kind in _OBJECTS},
    ("VirtualDisk", "ensure"): Fact(default="none: this version takes Reference, and it must be written"),
    **{(kind, path): Fact(default=default) for kind in _OBJECTS for path, default in _HANDLED.items()},
    **{(kind, path): Fact(default=default) for kind in _MACHINES for path, default in _STOPPED.items()},
    ("Host", "connection.insecure"): Fact(default="false"),
    ("Host", "connection.simulated.release"): Fact(default="the world's"),
    ("Host", "connection.simulated.latency"): Fact(default="none"),
    **{(kind, path): fact for kind in _MACHINES for path, fact in MACHINE.items()},
    ("VirtualDisk", "path"): Fact(costs=(("always", REFUSED),), reads=("Get-Item: FullName", "Get-VHD: Path"), source="behaviour 2.3"),
}
"""(kind, path) -> what is known of an attribute that is ordinary code."""

MUST: Final[Mapping[tuple[str, str], str]] = {
    ("VirtualMachine", "memory.startup"): "none: must be written for a machine that has to be created",
    ("VirtualMachineTemplate", "memory.startup"): "none: must be written for a machine that has to be created",
    ("VirtualSwitch", "type"): "none: must be written for a switch that has to be created",
}
"""Rows without which nothing can be created."""

ALSO: Final[Mapping[tuple[str, str], tuple[str, ...]]] = {
    ("VirtualMachine", "memory.startup"): ("New-VM -MemoryStartupBytes",),
    ("VirtualMachineTemplate", "memory.startup"): ("New-VM -MemoryStartupBytes",),
    ("VirtualMachine", "devices.networkAdapters.*.switch"): ("Add-VMNetworkAdapter -SwitchName", "Disconnect-VMNetworkAdapter"),
    ("VirtualMachineTemplate", "devices.networkAdapters.*.switch"): ("Add-VMNetworkAdapter -SwitchName", "Disconnect-VMNetworkAdapter"),
    ("VirtualMachine", "devices.networkAdapters.*.mac"): ("Add-VMNetworkAdapter -StaticMacAddress -DynamicMacAddress",),
    ("VirtualMachineTemplate", "devices.networkAdapters.*.mac"): ("Add-VMNetworkAdapter -StaticMacAddress -DynamicMacAddress",),
    ("VirtualSwitch", "type"): ("New-VMSwitch -SwitchType",),
    ("VirtualSwitch", "notes"): ("New-VMSwitch -Notes",),
}
"""Cmdlets that write a row besides the one of the row: what creates the object, and what takes the value away."""


def costs_of(row: Row) -> Costs:
    """The impact table of a row in words, after what holds before it: a machine that is off, one that is saved. The first line that holds counts."""
    lines = [(when.condition, when.impact.label) for when in row.impact]
    before = []
    if any(label in ("restart", "next-start") for _, label in lines):
        before.append(("the machine is off", "online"))
    if row.path in SAVED_PATHS and any(label == "online" for _, label in lines):
        before.append(("the machine is saved", "restart"))
    if before:
        lines = [("otherwise" if condition == "always" else condition, label) for condition, label in lines]
    return (*before, *lines)
