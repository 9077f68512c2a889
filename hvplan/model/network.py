"""The host's side of networking: rows of a switch, physical adapters by what people call them, adapters of the host itself on a switch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.model.adapters import RATE, AdapterSettings, of_bandwidth
from hvplan.model.impact import Impact, Situation, When
from hvplan.model.rows import attribute, rows
from hvplan.model.values import TRUTH, Reset, Unknown, Unset, number, text, word
from hvplan.model.vlan import VLAN, Vlan


def _leaves_external(before: Any, after: Any, vm: Situation) -> bool:
    return bool(before == "External")


_TYPE = (
    When("leaves the physical network: its machines, and perhaps the host, lose it", Impact.ONLINE, _leaves_external),
    When("the host loses every adapter it has on this switch", Impact.ONLINE, lambda before, after, vm: before == "Internal" and after == "Private"),
    When("traffic of its machines stops for a moment", Impact.ONLINE),
)
_HOST_SIDE = (
    When("the host loses every adapter it has on this switch", Impact.ONLINE, lambda before, after, vm: after is False),
    When("the host's network stops for a moment", Impact.ONLINE),
)
NET_ADAPTERS: Final = When("traffic of its machines stops for a moment", Impact.ONLINE)
"""What it costs to put other physical adapters under a switch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchSettings:
    """The rows of a virtual switch."""

    type: str | Unset | Reset = attribute(
        word("Internal", "Private", "External"),
        "type",
        get="SwitchType",
        set="SwitchType",
        query="Get-VMSwitch",
        write="Set-VMSwitch",
        impact=_TYPE,
        doc="External (over a physical network), Internal (the host takes part) or Private (only machines).",
        source="catalogue (Set-VMSwitch -SwitchType, -NetAdapterName; New-VMSwitch -SwitchType)",
    )
    notes: str | Unset | Reset = attribute(
        text(),
        "notes",
        get="Notes",
        set="Notes",
        query="Get-VMSwitch",
        write="Set-VMSwitch",
        doc="Free text; hvplan keeps one line of its own beside it.",
        source="catalogue (Set-VMSwitch -Notes)",
    )
    allow_management: bool | Unset | Reset = attribute(
        TRUTH,
        "allowManagementOS",
        get="AllowManagementOS",
        set="AllowManagementOS",
        query="Get-VMSwitch",
        write="Set-VMSwitch",
        impact=_HOST_SIDE,
        doc="Whether the host itself takes part in an External switch; false removes every adapter it has there.",
        source="catalogue (Set-VMSwitch -AllowManagementOS)",
    )
    teaming: bool | Unset | Reset = attribute(
        TRUTH,
        "embeddedTeaming",
        get="EmbeddedTeamingEnabled",
        set="EnableEmbeddedTeaming",
        query="Get-VMSwitch",
        write="New-VMSwitch",
        impact=Impact.REPLACE,
        create_only=True,
        doc="Whether the physical adapters form a team inside the switch (SET), also when there is only one; decided at creation.",
        source="catalogue (New-VMSwitch -EnableEmbeddedTeaming)",
    )
    load_balancing: str | Unset | Reset = attribute(
        word("HyperVPort", "Dynamic"),
        "loadBalancing",
        get="LoadBalancingAlgorithm",
        set="LoadBalancingAlgorithm",
        query="Get-VMSwitchTeam",
        write="Set-VMSwitchTeam",
        doc="How an embedded team spreads its traffic.",
        source="catalogue (Set-VMSwitchTeam -LoadBalancingAlgorithm)",
    )
    bandwidth_mode: str | Unset | Reset = attribute(
        word("Default", "Weight", "Absolute", "None"),
        "bandwidthMode",
        get="BandwidthReservationMode",
        set="MinimumBandwidthMode",
        query="Get-VMSwitch",
        write="New-VMSwitch",
        impact=Impact.REPLACE,
        create_only=True,
        doc="How minimum bandwidths of adapters are given; Default leaves it to Hyper-V. Decided at creation.",
        source="catalogue (New-VMSwitch -MinimumBandwidthMode), behaviour 2.4",
    )
    sriov: bool | Unset | Reset = attribute(
        TRUTH,
        "sriov",
        get="IovEnabled",
        set="EnableIov",
        query="Get-VMSwitch",
        write="New-VMSwitch",
        impact=Impact.REPLACE,
        create_only=True,
        doc="Whether adapters of machines may use virtual functions of the physical one; decided at creation.",
        source="catalogue (New-VMSwitch -EnableIov)",
    )


_VLAN: Final = rows(AdapterSettings)["vlan"]
"""The host's adapters take VLANs as those of machines do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementSettings:
    """The rows of one adapter that the host itself has on a switch."""

    vlan: Vlan | Unset | Reset = attribute(
        VLAN,
        "vlan",
        get=" ".join(_VLAN.get),
        set=" ".join(_VLAN.set),
        query=_VLAN.query,
        write=_VLAN.write,
        decode=_VLAN.decode,
        encode=_VLAN.encode,
        reset=Vlan(),
        doc="The VLAN of the host's adapter.",
        source="catalogue (Set-VMNetworkAdapterVlan), behaviour 2.4",
    )
    minimum_weight: int | Unset | Reset = attribute(
        number(0, 100),
        "bandwidth.minimumWeight",
        get="BandwidthSetting",
        set="MinimumBandwidthWeight",
        query="Get-VMNetworkAdapter",
        write="Set-VMNetworkAdapter",
        decode=of_bandwidth("MinimumBandwidthWeight"),
        reset=0,
        doc="Its share when bandwidth is scarce, on a switch with bandwidthMode Weight; 0: none.",
        source="catalogue (Set-VMNetworkAdapter -MinimumBandwidthWeight), behaviour 2.4",
    )
    minimum_absolute: int | Unset | Reset = attribute(
        RATE,
        "bandwidth.minimumAbsolute",
        get="BandwidthSetting",
        set="MinimumBandwidthAbsolute",
        query="Get-VMNetworkAdapter",
        write="Set-VMNetworkAdapter",
        decode=of_bandwidth("MinimumBandwidthAbsolute"),
        reset=0,
        doc="Bits per second kept for it, on a switch with bandwidthMode Absolute; 0: none.",
        source="catalogue (Set-VMNetworkAdapter -MinimumBandwidthAbsolute), behaviour 2.4",
    )
    maximum: int | Unset | Reset = attribute(
        RATE,
        "bandwidth.maximum",
        get="BandwidthSetting",
        set="MaximumBandwidth",
        query="Get-VMNetworkAdapter",
        write="Set-VMNetworkAdapter",
        decode=of_bandwidth("MaximumBandwidth"),
        reset=0,
        doc="Most bits per second it may send; 0: no limit.",
        source="catalogue (Set-VMNetworkAdapter -MaximumBandwidth), behaviour 2.4",
    )


@dataclass(frozen=True, slots=True)
class NetAdapterRef:
    """A physical adapter as a file names it: `by` is `name`, `mac` or `description`."""

    by: str
    value: str

    def __str__(self) -> str:
        return f"{self.by} {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagementAdapter:
    """A declared adapter of the host on a switch; `key` is its name too."""

    key: str
    settings: ManagementSettings = ManagementSettings()
    absent: bool = False

    @property
    def name(self) -> str:
        """Its name on the host."""
        return self.key


@dataclass(frozen=True, slots=True, kw_only=True)
class Nic:
    """A network adapter of the host, physical or not (`vEthernet`). `id`: the interface's GUID in small letters; `mac` with dashes.

    `physical`: hardware with a connector. `addresses`: IP addresses that stand on it, None when they could not be read.
    """

    id: str
    name: str
    description: str = ""
    mac: str = ""
    physical: bool = False
    addresses: tuple[str, ...] | None = None

    def is_meant(self, ref: NetAdapterRef) -> bool:
        """Does a file mean this one; Windows ignores case."""
        return str(getattr(self, ref.by)).casefold() == ref.value.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveManagementAdapter:
    """An adapter of the host on a switch. `interface`: the GUID, in small letters, under which Windows lists it among its interfaces."""

    id: str
    name: str
    switch_id: str
    interface: str = ""
    settings: ManagementSettings = field(default_factory=ManagementSettings)


Nics = tuple[Nic, ...] | Unknown
ManagementAdapters = tuple[LiveManagementAdapter, ...] | Unknown
