"""Network adapters of a virtual machine: every setting of one adapter, and the VLANs that its port carries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hvplan.model.impact import Impact, When
from hvplan.model.rows import Record, Sent, attribute, readable
from hvplan.model.values import MAC, TRUTH, Kind, Reset, Unset, fitting, number, word
from hvplan.model.vlan import SWITCH, VLAN, Vlan, read_vlan, send_vlan

DYNAMIC: Final = "Dynamic"
_RATES: Final[Mapping[str, int]] = {"": 1, "bit": 1, "kbit": 10**3, "mbit": 10**6, "gbit": 10**9, "tbit": 10**12}
_READ, _WRITE = "Get-VMNetworkAdapter", "Set-VMNetworkAdapter"
_NOT_SAVED: Final = (When("the machine is saved", Impact.RESTART, lambda before, after, vm: vm.state == "Saved"), When("always", Impact.ONLINE))
"""Where no source says that a saved machine takes it."""


def _parse_rate(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return fitting(raw, "a rate")
    if isinstance(raw, str) and (m := re.fullmatch(r"(\d+) ?([kmgt]?bit)?", raw.strip().lower())):
        return fitting(int(m[1]) * _RATES[m[2] or ""], "a rate")
    raise ValueError("a rate such as 1Gbit, 500Mbit or plain bits per second")


def show_rate(value: int) -> str:
    """Bits per second for people: `1 Gbit/s`."""
    units = (("Gbit", 10**9), ("Mbit", 10**6), ("kbit", 10**3))
    return next((f"{value // size} {unit}/s" for unit, size in units if value and value % size == 0), f"{value} bit/s")


RATE: Final[Kind[int]] = Kind(
    name="rate",
    parse=_parse_rate,
    show=show_rate,
    unit="bits per second",
    schema={"type": ["string", "integer"], "pattern": r"^\d+ ?([KMGTkmgt]?[Bb][Ii][Tt])?$", "minimum": 0},
)


def crossed(minimum: object, maximum: object) -> str:
    """Why a minimum and a maximum of bits per second do not go together, `""` if they do; a maximum of 0 is no limit."""
    if isinstance(minimum, int) and isinstance(maximum, int) and minimum > maximum > 0:
        return f"bandwidth.minimumAbsolute is {show_rate(minimum)}, more than bandwidth.maximum with {show_rate(maximum)}"
    return ""


def of_bandwidth(name: str) -> Callable[[Record], int]:
    """Reads one number of BandwidthSetting; an adapter without one has none set (windows.md)."""

    def decode(record: Record) -> int:
        setting = record["BandwidthSetting"]
        return int(setting[name] or 0) if isinstance(setting, Mapping) else 0

    return decode


def _parse_mac(raw: object) -> str:
    if isinstance(raw, str) and raw.strip().lower() == DYNAMIC.lower():
        return DYNAMIC
    try:
        return MAC.parse(raw)
    except ValueError:
        raise ValueError("a MAC address such as 00-15-5D-0A-0B-0C, or Dynamic") from None


ADAPTER_MAC: Final[Kind[str]] = Kind(
    name="MAC address | Dynamic",
    parse=_parse_mac,
    schema={
        "type": ["string", "integer"],
        "pattern": r"^(\s*[Dd][Yy][Nn][Aa][Mm][Ii][Cc]\s*|[-:. ]*([0-9A-Fa-f][-:. ]*){12})$",
        "minimum": 10**11,
        "maximum": 10**12 - 1,
    },
)


def _read_mac(record: Record) -> str:
    return DYNAMIC if record["DynamicMacAddressEnabled"] is True else readable(MAC, record["MacAddress"])


def _send_mac(value: str) -> Mapping[str, Sent]:
    return {"DynamicMacAddress": True} if value == DYNAMIC else {"StaticMacAddress": value.replace("-", "")}


def _setting(kind: Kind[Any], path: str, get: str, set: str, doc: str, *, reset: Any, impact: Any = Impact.ONLINE, source: str = "") -> Any:
    """A plain setting: one property that is read, one parameter of Set-VMNetworkAdapter that writes it. Yes and no travel as On and Off."""
    return attribute(
        kind,
        path,
        get=get,
        set=set,
        query=_READ,
        write=_WRITE,
        impact=impact,
        decode=lambda record: readable(kind, record[get]),
        encode=(lambda value: {set: "On" if value else "Off"}) if kind is TRUTH else None,
        reset=reset,
        doc=doc,
        source=source or f"catalogue (Set-VMNetworkAdapter -{set}), behaviour 2.4",
    )


def _rate(kind: Kind[int], path: str, parameter: str, doc: str) -> Any:
    return attribute(
        kind,
        path,
        get="BandwidthSetting",
        set=parameter,
        query=_READ,
        write=_WRITE,
        decode=of_bandwidth(parameter),
        reset=0,
        doc=doc,
        source=f"catalogue (Set-VMNetworkAdapter -{parameter}), behaviour 2.4, 3.2",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSettings:
    """The rows of one network adapter. `switch` None means not connected; live, it is the name of the switch it is connected to."""

    switch: str | Unset | Reset | None = attribute(
        SWITCH,
        "switch",
        get="SwitchName",
        set="SwitchName",
        query=_READ,
        write="Connect-VMNetworkAdapter",
        decode=lambda record: record["SwitchName"] or None,
        doc="The switch it is connected to; null: not connected.",
        source="behaviour 2.4",
    )
    vlan: Vlan | Unset | Reset = attribute(
        VLAN,
        "vlan",
        get="VlanSetting",
        set="Access VlanId Untagged Trunk AllowedVlanIdList NativeVlanId Isolated Community Promiscuous PrimaryVlanId SecondaryVlanId SecondaryVlanIdList",
        query=_READ,
        write="Set-VMNetworkAdapterVlan",
        decode=read_vlan,
        encode=send_vlan,
        reset=Vlan(),
        doc="The VLANs of its port: an id, Untagged, a trunk, or a private VLAN.",
        source="catalogue (Set-VMNetworkAdapterVlan), behaviour 2.4",
    )
    mac: str | Unset | Reset = attribute(
        ADAPTER_MAC,
        "mac",
        get="MacAddress DynamicMacAddressEnabled",
        set="StaticMacAddress DynamicMacAddress",
        query=_READ,
        write=_WRITE,
        impact=Impact.RESTART,
        decode=_read_mac,
        encode=_send_mac,
        reset=DYNAMIC,
        doc="Its MAC address for good, or Dynamic: the host gives it one.",
        source="catalogue (Set-VMNetworkAdapter -StaticMacAddress, -DynamicMacAddress), behaviour 2.4",
    )
    legacy: bool | Unset | Reset = attribute(
        TRUTH,
        "legacy",
        get="IsLegacy",
        set="IsLegacy",
        query=_READ,
        write="Add-VMNetworkAdapter",
        impact=Impact.REPLACE,
        create_only=True,
        doc="The emulated adapter of Generation 1, which can boot from the network there; decided at creation.",
        source="catalogue (Add-VMNetworkAdapter -IsLegacy), behaviour 1.2",
    )
    device_naming: bool | Unset | Reset = _setting(
        TRUTH, "deviceNaming", "DeviceNaming", "DeviceNaming", "Whether the guest can see the adapter's name.", reset=False, impact=_NOT_SAVED
    )
    mac_spoofing: bool | Unset | Reset = _setting(
        TRUTH,
        "security.macSpoofing",
        "MacAddressSpoofing",
        "MacAddressSpoofing",
        "Whether the guest may send under other MAC addresses than its own.",
        reset=False,
    )
    dhcp_guard: bool | Unset | Reset = _setting(
        TRUTH, "security.dhcpGuard", "DhcpGuard", "DhcpGuard", "Whether DHCP offers of the guest are dropped.", reset=False
    )
    router_guard: bool | Unset | Reset = _setting(
        TRUTH, "security.routerGuard", "RouterGuard", "RouterGuard", "Whether router advertisements and redirects of the guest are dropped.", reset=False
    )
    teaming: bool | Unset | Reset = _setting(
        TRUTH, "security.teaming", "AllowTeaming", "AllowTeaming", "Whether the guest may put it into a team.", reset=False
    )
    port_mirroring: str | Unset | Reset = _setting(
        word("None", "Source", "Destination"),
        "security.portMirroring",
        "PortMirroringMode",
        "PortMirroring",
        "Source: its traffic is copied; Destination: it gets the copies of the switch.",
        reset="None",
    )
    priority_tag: bool | Unset | Reset = _setting(
        TRUTH, "security.ieeePriorityTag", "IeeePriorityTag", "IeeePriorityTag", "Whether 802.1p priorities of the guest are kept.", reset=False
    )
    maximum: int | Unset | Reset = _rate(RATE, "bandwidth.maximum", "MaximumBandwidth", "Most bits per second it may send; 0: no limit.")
    minimum_weight: int | Unset | Reset = _rate(
        number(0, 100),
        "bandwidth.minimumWeight",
        "MinimumBandwidthWeight",
        "Its share when bandwidth is scarce, on a switch with bandwidthMode Weight; 0: none.",
    )
    minimum_absolute: int | Unset | Reset = _rate(
        RATE, "bandwidth.minimumAbsolute", "MinimumBandwidthAbsolute", "Bits per second kept for it, on a switch with bandwidthMode Absolute; 0: none."
    )
    vmq_weight: int | Unset | Reset = _setting(
        number(0, 100), "offload.vmqWeight", "VMQWeight", "VmqWeight", "Its weight for queues of the physical adapter; 0: none.", reset=100, impact=_NOT_SAVED
    )
    sriov_weight: int | Unset | Reset = _setting(
        number(0, 100), "offload.sriovWeight", "IovWeight", "IovWeight", "Its weight for virtual functions (SR-IOV); 0: none.", reset=0, impact=_NOT_SAVED
    )
    ipsec_associations: int | Unset | Reset = _setting(
        number(0, 4096),
        "offload.ipsecAssociations",
        "IPsecOffloadMaxSA",
        "IPsecOffloadMaximumSecurityAssociation",
        "How many IPsec associations the physical adapter may take over; 0: none.",
        reset=512,
        impact=_NOT_SAVED,
    )
    monitored: bool | Unset | Reset = attribute(
        TRUTH,
        "monitoredInCluster",
        get="ClusterMonitored",
        set="NotMonitoredInCluster",
        query=_READ,
        write=_WRITE,
        impact=_NOT_SAVED,
        decode=lambda record: readable(TRUTH, record["ClusterMonitored"]),
        encode=lambda value: {"NotMonitoredInCluster": not value},
        reset=True,
        doc="Whether a cluster moves the machine when this adapter loses its network.",
        source="catalogue (Set-VMNetworkAdapter -NotMonitoredInCluster), behaviour 2.4",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAdapter:
    """A declared network adapter: `key` in the YAML, `name` on the host (the key, unless written)."""

    key: str
    name: str
    settings: AdapterSettings = AdapterSettings()
    match_mac: str = ""
    absent: bool = False
