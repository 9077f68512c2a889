"""Devices of a virtual machine: slots, disks with their VHDs, network adapters with their VLAN."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.model.rows import Record, Sent, attribute
from hvplan.model.values import UNSET, Json, Kind, Reset, Unset

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A declared disk. Either `vhd` or `disk` (the name of a VirtualDisk document, its path in `disk_path`) is given, unless `absent`."""

    key: str
    slot: Slot | Unset = UNSET
    vhd: Vhd | None = None
    disk: str = ""
    disk_path: str = ""
    shared: bool = False
    absent: bool = False

    @property
    def path(self) -> str:
        """The file's path, `""` if none is declared."""
        return self.vhd.path if self.vhd else self.disk_path


@dataclass(frozen=True, slots=True)
class Vlan:
    """VLAN of an adapter: `Untagged`, or `Access` with an id; any other live mode is carried by name only."""

    mode: str = "Untagged"
    id: int = 0


def _parse_vlan(raw: object) -> Vlan:
    if isinstance(raw, str) and raw.lower() == "untagged":
        return Vlan()
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 4094:
        return Vlan("Access", raw)
    raise ValueError("Untagged, or a VLAN id from 1 to 4094")


def _show_vlan(value: Vlan) -> str:
    return str(value.id) if value.mode == "Access" else value.mode


def _json_vlan(value: Vlan) -> Json:
    return value.id if value.mode == "Access" else value.mode


VLAN: Final[Kind[Vlan]] = Kind(
    name="VLAN id | Untagged",
    parse=_parse_vlan,
    show=_show_vlan,
    json=_json_vlan,
    schema={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4094}, {"type": "string", "pattern": "^[Uu][Nn][Tt][Aa][Gg][Gg][Ee][Dd]$"}]},
)


def _read_vlan(record: Record) -> Vlan:
    setting = record["VlanSetting"]
    if not isinstance(setting, Mapping):
        return Vlan()
    mode = str(setting["OperationMode"])
    return Vlan("Access", int(setting["AccessVlanId"])) if mode == "Access" else Vlan(mode)


def _send_vlan(value: Vlan) -> Mapping[str, Sent]:
    return {"Access": True, "VlanId": value.id} if value.mode == "Access" else {"Untagged": True}


def _parse_switch(raw: object) -> str | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if raw is None or (isinstance(raw, str) and raw):
        return raw
    raise ValueError("the name of a switch, or null for an adapter that is not connected")


SWITCH: Final[Kind[str | None]] = Kind(
    name="switch name | null", parse=_parse_switch, show=lambda value: value or "not connected", schema={"type": ["string", "integer", "null"], "minLength": 1}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSettings:
    """The rows of one network adapter. `switch` None means not connected; live, it is the name of the switch it is connected to."""

    switch: str | Unset | Reset | None = attribute(
        SWITCH,
        "switch",
        get="SwitchName",
        set="SwitchName",
        query="Get-VMNetworkAdapter",
        write="Connect-VMNetworkAdapter",
        decode=lambda record: record["SwitchName"] or None,
        doc="The switch it is connected to; null: not connected.",
        source="behaviour 2.4",
    )
    vlan: Vlan | Unset | Reset = attribute(
        VLAN,
        "vlan",
        get="VlanSetting",
        set="Access VlanId Untagged",
        query="Get-VMNetworkAdapter",
        write="Set-VMNetworkAdapterVlan",
        decode=_read_vlan,
        encode=_send_vlan,
        doc="The VLAN of its port.",
        source="behaviour 2.4",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAdapter:
    """A declared network adapter: `key` in the YAML, `name` on the host (the key, unless written)."""

    key: str
    name: str
    settings: AdapterSettings = AdapterSettings()
    match_mac: str = ""
    absent: bool = False
