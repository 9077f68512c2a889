"""Devices of a virtual machine: slots, disks with their VHDs; network adapters stand in `adapters` and are found here too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.model.adapters import AdapterSettings as AdapterSettings
from hvplan.model.adapters import NetworkAdapter as NetworkAdapter
from hvplan.model.impact import Impact, When
from hvplan.model.rows import attribute
from hvplan.model.values import PATH, UNSET, Kind, Reset, Unset, number
from hvplan.model.vlan import VLAN as VLAN
from hvplan.model.vlan import Vlan as Vlan

CONTROLLERS: Final[Mapping[str, tuple[int, int]]] = {"scsi": (4, 64), "ide": (2, 2), "pmem": (1, 128)}
"""Kind of controller -> how many there may be, and how many locations each has (behaviour 3.2)."""


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where a drive sits: `scsi 0:1`. Disks and DVD drives share slots."""

    kind: str
    controller: int
    location: int

    def __str__(self) -> str:
        return f"{self.kind} {self.controller}:{self.location}"


def parse_slot(raw: object) -> Slot:
    """`scsi 0:1` as a Slot; ValueError says what was expected."""
    if isinstance(raw, str) and (m := re.fullmatch(r"(scsi|ide|pmem) +(\d{1,3}):(\d{1,3})", raw.strip().lower())):
        slot = Slot(m[1], int(m[2]), int(m[3]))
        controllers, locations = CONTROLLERS[slot.kind]
        if slot.controller < controllers and slot.location < locations:
            return slot
        raise ValueError(f"a slot that exists: {slot.kind} has controllers 0 to {controllers - 1} with locations 0 to {locations - 1}")
    raise ValueError("a slot such as scsi 0:1 or ide 0:0")


SLOT: Final[Kind[Slot]] = Kind(
    name="slot", parse=parse_slot, schema={"type": "string", "pattern": r"^\s*([Ss][Cc][Ss][Ii]|[Ii][Dd][Ee]|[Pp][Mm][Ee][Mm]) +\d{1,3}:\d{1,3}\s*$"}, json=str
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vhd:
    """The file behind a declared disk. `source` and `parent` name VirtualDisk documents; their paths stand beside.

    Sizes in bytes. `existing`: `Refuse` or `Adopt` a file that already stands at `path`.
    """

    path: str
    size: int | Unset = UNSET
    source: str = ""
    source_path: str = ""
    parent: str = ""
    parent_path: str = ""
    existing: str = "Refuse"
    type: str | Unset = UNSET  # Dynamic | Fixed | Differencing
    block_size: int | Unset = UNSET
    logical_sector: int | Unset = UNSET
    physical_sector: int | Unset = UNSET


IOPS: Final[Kind[int]] = number(0, 10**9)  # behaviour 3.2
_NOT_SAVED: Final = (When("the machine is saved", Impact.RESTART, lambda before, after, vm: vm.state == "Saved"), When("always", Impact.ONLINE))


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveSettings:
    """The rows of one drive that holds a disk: how many operations a second it may do and is kept, each of 8 KiB; 0 is none."""

    minimum_iops: int | Unset | Reset = attribute(
        IOPS,
        "qos.minimumIops",
        get="MinimumIOPS",
        set="MinimumIOPS",
        query="Get-VMHardDiskDrive",
        write="Set-VMHardDiskDrive",
        impact=_NOT_SAVED,
        together="iops",
        decode=lambda record: int(record["MinimumIOPS"] or 0),
        reset=0,
        doc="Operations of 8 KiB a second that are kept for it; 0: none.",
        source="behaviour 2.3, 3.2",
    )
    maximum_iops: int | Unset | Reset = attribute(
        IOPS,
        "qos.maximumIops",
        get="MaximumIOPS",
        set="MaximumIOPS",
        query="Get-VMHardDiskDrive",
        write="Set-VMHardDiskDrive",
        impact=_NOT_SAVED,
        together="iops",
        decode=lambda record: int(record["MaximumIOPS"] or 0),
        reset=0,
        doc="Most operations of 8 KiB a second; 0: no limit.",
        source="behaviour 2.3, 3.2",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A declared disk. Either `vhd` or `disk` (the name of a VirtualDisk document, its path in `disk_path`) is given, unless `absent`."""

    key: str
    slot: Slot | Unset = UNSET
    vhd: Vhd | None = None
    disk: str = ""
    disk_path: str = ""
    settings: DriveSettings = DriveSettings()
    shared: bool = False
    absent: bool = False

    @property
    def path(self) -> str:
        """The file's path, `""` if none is declared."""
        return self.vhd.path if self.vhd else self.disk_path


def _parse_iso(raw: object) -> str | None:
    if raw is None:
        return None
    try:
        return PATH.parse(raw)
    except ValueError:
        raise ValueError(r"a full Windows path such as D:\iso\ubuntu.iso, or null for an empty drive") from None


ISO: Final[Kind[str | None]] = Kind(name="path | null", parse=_parse_iso, show=lambda value: value or "empty", schema={"type": ["string", "null"]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dvd:
    """A declared DVD drive. `iso`: the file in it, None for an empty drive, UNSET when what is in it is not managed."""

    key: str
    slot: Slot | Unset = UNSET
    iso: str | Unset | None = UNSET
    absent: bool = False
