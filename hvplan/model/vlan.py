"""What a port is plugged into: the switch, and the VLANs it carries, written as ids and ranges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hvplan.model.rows import Record, Sent
from hvplan.model.values import Json, Kind

LOWEST, HIGHEST = 1, 4094  # behaviour 3.2
Ranges = tuple[tuple[int, int], ...]
PRIVATE: Final = ("Isolated", "Community", "Promiscuous")
"""Modes of a private VLAN, in Hyper-V's words (VMNetworkAdapterPrivateVlanMode)."""


@dataclass(frozen=True, slots=True)
class Vlan:
    """VLANs of an adapter: `Untagged`, `Access` with an id, `Trunk` with ranges and the native id, or a private VLAN; another live mode is its name only.

    A private VLAN is `Isolated` or `Community` with the primary id in `id` and its secondary one, or `Promiscuous` with all the secondary ids it hears.
    """

    mode: str = "Untagged"
    id: int = 0
    trunk: Ranges = ()
    native: int = 0
    secondary: Ranges = ()

    @property
    def private(self) -> bool:
        """Is it a private VLAN."""
        return self.mode in PRIVATE


def _parse_trunk(raw: object) -> Ranges:
    pairs = [_pair(item) for item in raw] if isinstance(raw, list | tuple) else []
    if pairs and all(pair and LOWEST <= pair[0] <= pair[1] <= HIGHEST for pair in pairs):
        return _merged(pair for pair in pairs if pair)
    raise ValueError("VLAN ids and ranges such as [10-20, 30], from 1 to 4094")


def _pair(raw: object) -> tuple[int, int] | None:
    match raw:
        case bool():
            return None
        case int():
            return raw, raw
        case (int() as low, int() as high):
            return low, high
        case str() if m := re.fullmatch(r"(\d{1,4})(?: ?- ?(\d{1,4}))?", raw.strip()):
            return int(m[1]), int(m[2] or m[1])
        case _:
            return None


def _merged(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """The same ids in the fewest ranges, lowest first: so two ways to write them are one value."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def _words(ranges: Ranges) -> list[Json]:
    return [low if low == high else f"{low}-{high}" for low, high in ranges]


def listed(ranges: Ranges) -> str:
    """`10-20,30`, as Hyper-V writes it."""
    return ",".join(str(word) for word in _words(ranges))


TRUNK: Final[Kind[Ranges]] = Kind(
    name="list of VLAN ids and ranges",
    parse=_parse_trunk,
    show=listed,
    json=_words,
    schema={
        "type": "array",
        "minItems": 1,
        "items": {"anyOf": [{"type": "integer", "minimum": LOWEST, "maximum": HIGHEST}, {"type": "string", "pattern": r"^\s*\d{1,4}( ?- ?\d{1,4})?\s*$"}]},
    },
)


def _parse_vlan(raw: object) -> Vlan:
    match raw:
        case str() if raw.lower() == "untagged":
            return Vlan()
        case int() if not isinstance(raw, bool) and LOWEST <= raw <= HIGHEST:
            return Vlan("Access", raw)
        case {"trunk": trunk, **others} if set(others) <= {"native"} and isinstance(native := others.get("native", 0), int) and 0 <= native <= HIGHEST:
            return Vlan("Trunk", trunk=_parse_trunk(trunk), native=native)
        case {"isolated": {"primary": primary, "secondary": secondary, **others}, **more} if not others and not more:
            return Vlan("Isolated", _id(primary), secondary=((_id(secondary),) * 2,))
        case {"community": {"primary": primary, "secondary": secondary, **others}, **more} if not others and not more:
            return Vlan("Community", _id(primary), secondary=((_id(secondary),) * 2,))
        case {"promiscuous": {"primary": primary, "secondary": secondary, **others}, **more} if not others and not more:
            return Vlan("Promiscuous", _id(primary), secondary=_parse_trunk(secondary))
        case Vlan():
            return raw
    raise ValueError("Untagged, or a VLAN id from 1 to 4094")


def _id(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and LOWEST <= raw <= HIGHEST:
        return raw
    raise ValueError("a VLAN id from 1 to 4094")


def _show_vlan(value: Vlan) -> str:
    match value.mode:
        case "Access":
            return str(value.id)
        case "Trunk" if value.trunk:
            return f"trunk {listed(value.trunk)}, native {value.native}"
        case mode if value.private:
            return f"{mode.lower()}, primary {value.id}, secondary {listed(value.secondary)}"
        case mode:
            return mode


def _json_vlan(value: Vlan) -> Json:
    match value.mode:
        case "Access":
            return value.id
        case "Trunk" if value.trunk:
            return {"trunk": _words(value.trunk), "native": value.native}
        case "Promiscuous":
            return {"promiscuous": {"primary": value.id, "secondary": _words(value.secondary)}}
        case "Isolated" | "Community" as mode:
            return {mode.lower(): {"primary": value.id, "secondary": value.secondary[0][0]}}
        case mode:
            return mode


VLAN: Final[Kind[Vlan]] = Kind(
    name="VLAN id | Untagged",
    parse=_parse_vlan,
    show=_show_vlan,
    json=_json_vlan,
    schema={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 4094}, {"type": "string", "pattern": "^[Uu][Nn][Tt][Aa][Gg][Gg][Ee][Dd]$"}]},
)


def read_vlan(record: Record) -> Vlan:
    """The VLANs of a port out of its VlanSetting."""
    setting = record["VlanSetting"]
    if not isinstance(setting, Mapping):
        return Vlan()
    match str(setting["OperationMode"]):
        case "Access":
            return Vlan("Access", int(setting["AccessVlanId"]))
        case "Trunk":
            return Vlan("Trunk", trunk=_read_ids(setting, "AllowedVlanIdList"), native=int(setting.get("NativeVlanId") or 0))
        case "Private" if (mode := str(setting.get("PrivateVlanMode"))) in PRIVATE:
            one = int(setting.get("SecondaryVlanId") or 0)
            secondary = _read_ids(setting, "SecondaryVlanIdList") if mode == "Promiscuous" else ((one, one),)
            return Vlan(mode, int(setting.get("PrimaryVlanId") or 0), secondary=secondary)
        case mode:
            return Vlan(mode)


def _read_ids(setting: Mapping[str, Any], name: str) -> Ranges:
    """The ids that came as a list; a list that did not come is told by its text."""
    ids = setting.get(name)
    if isinstance(ids, Sequence) and not isinstance(ids, str):
        return _merged((int(id), int(id)) for id in ids)
    text = str(setting.get(f"{name}String") or "")
    return _merged(pair for item in text.split(",") if (pair := _pair(item)))


def send_vlan(value: Vlan) -> Mapping[str, Sent]:
    """The switches and values of Set-VMNetworkAdapterVlan; a list of ids travels as text (catalogue)."""
    match value.mode:
        case "Access":
            return {"Access": True, "VlanId": value.id}
        case "Trunk":
            return {"Trunk": True, "AllowedVlanIdList": listed(value.trunk), "NativeVlanId": value.native}
        case "Promiscuous":
            return {"Promiscuous": True, "PrimaryVlanId": value.id, "SecondaryVlanIdList": listed(value.secondary)}
        case "Isolated" | "Community" as mode:
            return {mode: True, "PrimaryVlanId": value.id, "SecondaryVlanId": value.secondary[0][0]}
        case _:
            return {"Untagged": True}


def _parse_switch(raw: object) -> str | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if raw is None or (isinstance(raw, str) and raw):
        return raw
    raise ValueError("the name of a switch, or null for an adapter that is not connected")


SWITCH: Final[Kind[str | None]] = Kind(
    name="switch name | null", parse=_parse_switch, show=lambda value: value or "not connected", schema={"type": ["string", "number", "null"], "minLength": 1}
)
