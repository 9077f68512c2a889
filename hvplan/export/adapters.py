"""Network adapters as a document names them: by their name; where one machine has two of one name, by their MAC addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from hvplan.export.written import Json, literal, plain, put, readable, unique, unsayable
from hvplan.model.devices import Vlan
from hvplan.model.live import LiveAdapter, LiveHost, LiveVm
from hvplan.model.pattern import fits
from hvplan.model.rows import Row, rows, written
from hvplan.model.values import UNSET, Unknown

NO_MAC: Final = "00-00-00-00-00-00"
GIVEN: Final[Mapping[str, Json]] = {
    "vlan": Vlan(),
    "mac": "Dynamic",
    "legacy": False,
    "deviceNaming": False,
    "security.macSpoofing": False,
    "security.dhcpGuard": False,
    "security.routerGuard": False,
    "security.teaming": False,
    "security.portMirroring": "None",
    "security.ieeePriorityTag": False,
    "bandwidth.maximum": 0,
    "bandwidth.minimumWeight": 0,
    "bandwidth.minimumAbsolute": 0,
    "offload.vmqWeight": 100,
    "offload.sriovWeight": 0,
    "offload.ipsecAssociations": 512,
    "monitoredInCluster": True,
}
"""What a new adapter has, where its row does not say so."""


@dataclass(slots=True)
class Found:
    """Devices of one kind of one machine. `ignore`: paths for `lifecycle.ignore`.

    `partial`: a machine made anew from this would be declared in other words, or could not be made.
    """

    devices: dict[str, Json] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    ignore: list[str] = field(default_factory=list)
    partial: bool = False

    def say(self, text: str, *, partial: bool = False) -> None:
        """Something that is not declared."""
        self.remarks.append(text)
        self.partial = self.partial or partial


def adapters_of(vm: LiveVm, live: LiveHost) -> Found:
    """Every adapter that can be told from the others."""
    found = Found()
    if isinstance(vm.adapters, Unknown):
        found.say(f"its network adapters could not be read ({vm.adapters.why})", partial=True)
        return found
    adapters = sorted(vm.adapters, key=lambda adapter: (adapter.name, adapter.id))
    taken = {adapter.name.casefold() for adapter in adapters}
    for adapter in adapters:
        twins = [a for a in adapters if a.name.casefold() == adapter.name.casefold()]
        if not adapter.name.strip():
            found.say(f"a network adapter without a name ({adapter.mac}) is not declared")
        elif len(twins) == 1:
            found.devices[adapter.name] = _settings(adapter, live, found)
        else:
            _twin(adapter, twins, taken, adapters, live, found)
    return found


def _twin(adapter: LiveAdapter, twins: list[LiveAdapter], taken: set[str], adapters: Sequence[LiveAdapter], live: LiveHost, found: Found) -> None:
    if adapter.mac == NO_MAC or sum(a.mac == adapter.mac for a in adapters) > 1:
        which = f"{len(twins)} network adapters are named {adapter.name}; one of them ({adapter.id})"
        found.say(f"{which} has no MAC address of its own to know it by and is not declared")
        return
    first = twins[0] is adapter or all(name not in found.devices for name in {a.name for a in twins})
    key = adapter.name if first else unique(adapter.name, taken)
    found.devices[key] = {"match": {"mac": adapter.mac}, **_settings(adapter, live, found)}
    found.partial = True
    if not first:
        found.ignore.append(literal(f"devices.networkAdapters.{key}.name"))
        found.say(f"network adapter {key} is named {adapter.name} on the host, like another one; it is known by its MAC address")


def _settings(adapter: LiveAdapter, live: LiveHost, found: Found) -> dict[str, Json]:
    values: dict[str, Json] = {}
    switch = adapter.settings.switch
    if isinstance(switch, str):
        if why := _ambiguous(switch, live):
            found.say(f"network adapter {adapter.name}: its switch {switch} is not declared, because {why}", partial=True)
        else:
            values["switch"] = literal(switch)
    elif switch is None:
        values["switch"] = None
    for _, row, value in written(adapter.settings):
        if row.path == "switch" or value == _given(row):
            continue
        if why := _alone(row, adapter, found, live):
            found.say(f"network adapter {adapter.name}: its {row.path} {row.kind.show(value)} is not declared: {why}", partial=True)
        elif readable(row, row.kind.json(value), value):
            put(values, row.path, plain(row, value))
        else:
            found.say(f"network adapter {adapter.name}: its {row.path} {row.kind.show(value)} is not declared")
    for path in unsayable(adapter.settings, live):
        found.say(f"network adapter {adapter.name}: its {path} is not declared: what the host has there is nothing that a file could say", partial=True)
    if "mac" not in rows(adapter.settings) and not adapter.mac_dynamic:
        found.say(f"network adapter {adapter.name}: its fixed MAC address {adapter.mac} is not declared")
    if "legacy" not in rows(adapter.settings) and adapter.legacy:
        found.say(f"network adapter {adapter.name} is an emulated (legacy) one; made anew it would be a synthetic one")
    return values


def _alone(row: Row, adapter: LiveAdapter, found: Found, live: LiveHost) -> str:
    """Why no file may say a value that the host has all the same, `""` if one may. `found`: the adapters before this one."""
    if row.path == "mac":
        same = next((name for name, other in found.devices.items() if other.get("mac") == adapter.settings.mac), "")
        return f"network adapter {same} has the same" if same else ""
    return _vlan_alone(adapter, live) if row.path == "vlan" else ""


def _vlan_alone(adapter: LiveAdapter, live: LiveHost) -> str:
    """The adapter got its VLANs before it came where it is now (behaviour 2.4)."""
    vlan, switch = adapter.settings.vlan, adapter.settings.switch
    if not isinstance(vlan, Vlan):
        return ""
    if adapter.legacy and vlan.mode not in ("Untagged", "Access"):
        return "an emulated (legacy) adapter takes one VLAN id or none"
    types = {s.settings.type for s in live.switches if isinstance(switch, str) and s.name.casefold() == switch.casefold()}
    return "a private VLAN needs an External switch" if vlan.private and types and "External" not in types else ""


def _given(row: Row) -> Json:
    """What a new adapter has; UNSET when nobody documented that."""
    return row.resets_to if row.resets_to is not UNSET else GIVEN.get(row.path, UNSET)


def _ambiguous(switch: str, live: LiveHost) -> str:
    named = sum(s.name.casefold() == switch.casefold() for s in live.switches)
    if named != 1:
        return "no switch of the host has that name" if named == 0 else f"{named} switches of the host have that name"
    other = next((s.name for s in live.switches if s.name.casefold() != switch.casefold() and fits(switch, s.name)), None)
    return f"read as a pattern that name fits switch {other} too" if other is not None else ""
