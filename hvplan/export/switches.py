"""Virtual switches as documents: type, the host's adapters under and on them, and what only a new switch can be given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from hvplan.export.written import API_VERSION, Json, Written, literal, plain, put, readable
from hvplan.model.devices import Vlan
from hvplan.model.live import LiveHost, LiveSwitch
from hvplan.model.marker import find
from hvplan.model.network import LiveManagementAdapter, Nic
from hvplan.model.rows import written
from hvplan.model.values import UNSET, Unknown

BUILT_IN: Final = "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444"
"""The client's Default Switch: adapters may name it, nobody declares it."""

NEW_ADAPTER: Final[Mapping[str, Json]] = {"vlan": Vlan(), "bandwidth.minimumWeight": 0, "bandwidth.minimumAbsolute": 0, "bandwidth.maximum": 0}
"""What an adapter of the host has when it is new."""
_ORDINARY: Final = "Absolute"
"""The bandwidth mode that is left out where nobody has a minimum. No source is sure which one a switch made without gets, so an External one says its own."""


@dataclass(slots=True)
class _Found:
    """What one switch says. `partial`: made anew it would differ."""

    values: dict[str, Json] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    partial: bool = False

    def say(self, text: str, *, partial: bool = False) -> None:
        self.remarks.append(text)
        self.partial = self.partial or partial


def switch_of(switch: LiveSwitch, live: LiveHost, host: str, left_out: Mapping[str, str]) -> Written:
    """The document of one switch; `host` is written where it is not empty. A name that several have says nothing: left out."""
    id, title = f"switch {switch.id}", f"switch/{switch.name}"
    why = left_out.get(id, "")
    twins = sorted(s.id for s in live.switches if s.name.casefold() == switch.name.casefold())
    if len(twins) > 1:
        why = f"{len(twins)} switches have this name: {', '.join(twins)}; rename all but one"
    elif find(switch.notes)[1] > 1:
        why = "its notes hold several hvplan lines; remove all but the right one"
    if why:
        return Written(id=id, title=title, body=None, remarks=(why,))
    settings = switch.settings
    found = _Found()
    body: dict[str, Json] = {"apiVersion": API_VERSION, "kind": "VirtualSwitch", "name": literal(switch.name)}
    body |= {"host": literal(host)} if host else {}
    body |= {"type": settings.type} if isinstance(settings.type, str) else {}
    if settings.type == "External":
        _physical(switch, live, found)
    _plain(switch, live, found)
    if isinstance(settings.notes, str) and settings.notes:
        found.values["notes"] = literal(settings.notes.replace("\r\n", "\n"))
    if find(switch.notes)[0] is not None:
        found.say("it carries hvplan's mark in its notes, which is not exported")
    return Written(id=id, title=title, body=body | found.values, remarks=tuple(found.remarks), partial=found.partial)


def _physical(switch: LiveSwitch, live: LiveHost, found: _Found) -> None:
    under = switch.net_adapters
    if isinstance(under, Unknown):
        found.say(f"the network adapters under it could not be read ({under.why}), so they are not declared", partial=True)
    elif len(under) > 1 and switch.settings.teaming is not True:
        found.say(f"it lies over {len(under)} network adapters and is no team, which is not declared", partial=True)
    else:
        named = [(nic, _reference(nic, live)) for nic in sorted(under, key=lambda nic: (nic.name.casefold(), nic.mac, nic.id))]
        if lost := [nic.name or nic.id for nic, reference in named if not reference]:
            found.say(f"what lies under it cannot be named: {', '.join(lost)} is not in Windows' list of network adapters, or is like another", partial=True)
        elif named:
            found.values["netAdapters"] = [reference for _, reference in named]
            for nic, reference in named:
                if "mac" in reference:
                    found.say(f"{nic.mac} is {nic.name}{f' ({nic.description})' if nic.description else ''}")


def _reference(nic: Nic, live: LiveHost) -> dict[str, Json]:
    """How a file names a physical adapter: by its MAC address, the one thing that neither people nor Windows change.

    A name is given by people, and Windows numbers names and descriptions anew when cards move; a file that says `Ethernet`
    could then mean another socket, and the switch would follow it. A card that was exchanged has another address: then
    the plan refuses and lists what is there, which is the careful way to be wrong. An adapter that is no hardware (a team
    made by Windows) has the address of a member, so it is named. Empty: nothing says which one it is.
    """
    nics = () if isinstance(live.nics, Unknown) else live.nics
    if nic.id not in {one.id for one in nics}:
        return {}
    if nic.physical and nic.mac and sum(one.mac == nic.mac and one.physical for one in nics) == 1:
        return {"mac": nic.mac}
    for by in ("name", "description"):
        value = str(getattr(nic, by))
        if value and sum(str(getattr(one, by)).casefold() == value.casefold() for one in nics) == 1:
            return {by: literal(value)}
    return {}


def _plain(switch: LiveSwitch, live: LiveHost, found: _Found) -> None:
    settings, external = switch.settings, switch.settings.type == "External"
    if settings.teaming is True:
        found.values["embeddedTeaming"] = True
        if isinstance(settings.load_balancing, str):
            found.values["loadBalancing"] = settings.load_balancing
        else:
            found.say(f"how its team shares the work could not be read{f' ({switch.team_unread})' if switch.team_unread else ''}", partial=True)
    if external and settings.allow_management is False:
        found.values["allowManagementOS"] = False
    if settings.type != "Private":
        _management(switch, found)
    mode = settings.bandwidth_mode
    if isinstance(mode, str) and (external or mode != _ORDINARY or _reserves(switch, live)):
        found.values["bandwidthMode"] = mode
    if settings.sriov is True:
        found.values["sriov"] = True


def _reserves(switch: LiveSwitch, live: LiveHost) -> bool:
    """Has somebody a minimum on this switch, so that its mode must be right."""
    own = () if isinstance(switch.management, Unknown) else switch.management
    minimums: list[object] = [value for one in own for value in (one.settings.minimum_weight, one.settings.minimum_absolute)]
    for vm in live.vms:
        for adapter in () if isinstance(vm.adapters, Unknown) else vm.adapters:
            if isinstance(on := adapter.settings.switch, str) and on.casefold() == switch.name.casefold():
                minimums += [adapter.settings.minimum_weight, adapter.settings.minimum_absolute]
    return any(isinstance(value, int) and value > 0 for value in minimums)


def _management(switch: LiveSwitch, found: _Found) -> None:
    """Adapters of the host on it. The one that a new switch brings, with its own name and nothing set, goes without saying."""
    if isinstance(switch.management, Unknown):
        found.say(f"the host's adapters on it could not be read ({switch.management.why}), so they are not declared", partial=True)
        return
    names = Counter(adapter.name.casefold() for adapter in switch.management)
    own = switch.name.casefold()
    declared: dict[str, Json] = {}
    for adapter in switch.management:
        if names[adapter.name.casefold()] > 1:
            found.say(f"{names[adapter.name.casefold()]} adapters of the host on it are named {adapter.name}; {adapter.id} is not declared", partial=True)
            continue
        values = dict(_settings(adapter, found))
        if adapter.name.casefold() == own:
            if not values:
                continue
            found.say(f"a switch made anew brings the host's adapter {adapter.name}, and its settings follow in a second run", partial=True)
        nested: dict[str, Json] = {}
        for path, value in values.items():
            put(nested, path, value)
        declared[adapter.name] = nested  # a key, in which nothing is a placeholder
    if own not in names and (declared or switch.settings.type == "Internal"):
        found.say(f"the host has no adapter named {switch.name} on it; a switch made anew brings one", partial=True)
    if declared:
        found.values["managementAdapters"] = declared


def _settings(adapter: LiveManagementAdapter, found: _Found) -> Iterator[tuple[str, Json]]:
    for _, row, value in written(adapter.settings):
        if value == NEW_ADAPTER.get(row.path, UNSET):
            continue
        if readable(row, row.kind.json(value), value):
            yield row.path, plain(row, value)
        else:
            found.say(f"the host's adapter {adapter.name}: its {row.path} {row.kind.show(value)} is not declared", partial=True)


def switches_of(live: LiveHost, host: str, left_out: Mapping[str, str], connected: Iterable[str] | None) -> list[Written]:
    """Every switch but the built-in one. `connected`: only those of these names, in small letters."""
    names = None if connected is None else set(connected)
    lives = sorted(live.switches, key=lambda s: (s.name.casefold(), s.name, s.id))
    return [switch_of(s, live, host, left_out) for s in lives if s.id.lower() != BUILT_IN and (names is None or s.name.casefold() in names)]
