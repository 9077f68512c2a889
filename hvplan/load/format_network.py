"""The keys of a virtual switch, and the settings of a host."""

from __future__ import annotations

from typing import Final

from hvplan.load.format_vm import below, vlan
from hvplan.load.kinds import NAME
from hvplan.load.shapes import Group, Leaf, Many, Named, Shape
from hvplan.model.hostsettings import HostSettings
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.rows import rows
from hvplan.model.values import MAC, TRUTH

NET_ADAPTER: Final = Group(
    doc="One physical adapter of the host, by one of these keys.",
    keys={
        "name": Leaf(kind=NAME, doc="The name Windows shows for it, such as Ethernet 2."),
        "mac": Leaf(kind=MAC, doc="The MAC address it was made with."),
        "description": Leaf(kind=NAME, doc="Its interface description, such as Intel(R) Ethernet X710 #2."),
    },
)
MANAGEMENT_ADAPTER: Final = Group(
    doc="An adapter of the host itself on this switch; the key is its name.",
    keys={
        "vlan": vlan(rows(ManagementSettings)["vlan"]),
        "bandwidth": Group(doc="Its share of the switch's bandwidth.", keys=below(ManagementSettings, "bandwidth.")),
        "absent": Leaf(kind=TRUTH, doc="true: the adapter is removed."),
    },
)
SWITCH: Final[dict[str, Shape]] = below(SwitchSettings, "") | {
    "netAdapters": Many(doc="The physical adapters under an External switch; several make a team.", item=NET_ADAPTER, single=True),
    "managementAdapters": Named(doc="Adapters of the host itself on this switch, by name.", item=MANAGEMENT_ADAPTER, key=NAME, removable=True),
}
HOST_SETTINGS: Final = Group(
    doc="Settings of the whole host; only what is written is compared.",
    keys=below(HostSettings, "settings.")
    | {
        "macAddressRange": Group(doc="From where adapters get MAC addresses.", keys=below(HostSettings, "settings.macAddressRange.")),
        "liveMigration": Group(doc="How machines are moved between hosts.", keys=below(HostSettings, "settings.liveMigration.")),
    },
)
