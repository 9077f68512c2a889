"""Network adapters of a VM: matched by the id remembered in the marker, by a name that is unique on the VM, or by MAC to claim one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hvplan.diff.changes import Change, Create, Delete, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import adapter_declared, adapter_section, cause
from hvplan.diff.disks import Devices
from hvplan.diff.scope import left_out_by
from hvplan.diff.settings import compare, keeps, manages, manages_device, manages_group, row_findings
from hvplan.model.adapters import crossed
from hvplan.model.address import device, switch
from hvplan.model.devices import NetworkAdapter
from hvplan.model.impact import Impact
from hvplan.model.live import LiveAdapter, LiveSwitch, LiveVm
from hvplan.model.objects import Lifecycle, VirtualSwitch
from hvplan.model.pattern import fits
from hvplan.model.rows import Row, rows
from hvplan.model.values import UNSET, Unknown
from hvplan.model.view import adapter_values
from hvplan.model.vlan import Vlan

GROUP = "networkAdapters"
_MINIMUMS: Final[Mapping[str, tuple[str, ...]]] = {"minimum_weight": ("Weight", "Default"), "minimum_absolute": ("Absolute",)}
"""Kind of minimum bandwidth -> the modes of a switch that take it (behaviour 2.4)."""


def diff_adapters(vm: Machine, live: LiveVm | None, ctx: Context) -> Devices:
    """Every declared adapter against those of the VM."""
    want = vm.want
    managed = [a for a in want.network_adapters if manages_device(want.lifecycle, GROUP, a.key, parts=True)]
    adapters: Sequence[LiveAdapter] = ()
    if live and isinstance(live.adapters, Unknown):
        why = f"network adapters could not be read ({live.adapters.why}), so nothing about them is decided."
        return Devices(
            changes=tuple(Keep(address=device(vm.address, GROUP, a.key), want=a, live=None, partial=True) for a in want.network_adapters),
            findings=tuple(vm.refuse(device(vm.address, GROUP, a.key), "unknown", why) for a in managed),
        )
    if live and not isinstance(live.adapters, Unknown):
        adapters = live.adapters
    changes: list[Change] = []
    findings: list[Finding] = []
    matches = match(want.network_adapters, adapters, vm)
    claimed = {found.id for found in matches.values() if isinstance(found, LiveAdapter)}
    free = [adapter for adapter in adapters if adapter.id not in claimed]
    for adapter in want.network_adapters:
        address = device(vm.address, GROUP, adapter.key)
        found = matches.get(adapter.key)
        if adapter not in managed:
            changes.append(Keep(address=address, want=adapter, live=found if isinstance(found, LiveAdapter) else None, partial=True))
        elif isinstance(found, str):
            findings.append(vm.refuse(address, "adapter-ambiguous", found))
            changes.append(Keep(address=address, want=adapter, live=None, partial=True))
        elif adapter.absent:
            changes.append(_remove(found, address, adapter, vm) if found else Keep(address=address, want=adapter, live=None))
        elif found is None and free and vm.adopted:
            there = ", ".join(sorted(f"{a.name} ({a.mac})" for a in free))
            text = f"no adapter of the machine is {adapter.name}, and these are nobody's: {there}. Name one with `name` or `match.mac`, or declare them too."
            findings.append(vm.refuse(address, "adapter-unmatched", text))
            changes.append(Keep(address=address, want=adapter, live=None, partial=True))
        else:
            findings += _switch_findings(adapter, address, vm, ctx)
            findings += _setting_findings(adapter, found, address, vm, ctx)
            changes.append(_create(adapter, address, vm, free) if found is None else _update(adapter, found, address, vm, ctx))
    if GROUP in want.lifecycle.exclusive and manages_group(want.lifecycle, GROUP) and live and not vm.completing:
        changes += [_remove(a, device(vm.address, GROUP, label(a, adapters)), None, vm) for a in free]
        free = []
    undeclared = () if vm.completing else tuple(device(vm.address, GROUP, label(a, adapters)) for a in free)
    return Devices(changes=tuple(changes), findings=tuple(findings), undeclared=undeclared)


def label(adapter: LiveAdapter, adapters: Sequence[LiveAdapter]) -> str:
    """The name of an undeclared adapter in an address, with part of its id where the name stands twice."""
    twice = sum(a.name.casefold() == adapter.name.casefold() for a in adapters) > 1
    return f"{adapter.name} {adapter.guid[:13]}" if twice else adapter.name


def match(wanted: Sequence[NetworkAdapter], adapters: Sequence[LiveAdapter], vm: Machine) -> dict[str, LiveAdapter | str]:
    """Key -> its live adapter, or a text that says why it cannot be told."""
    found: dict[str, LiveAdapter | str] = {}
    remembered = vm.marker.adapters if vm.marker else {}
    for adapter in wanted:
        by_id = [a for a in adapters if (known := remembered.get(adapter.key)) and a.guid.startswith(known)]
        if len(by_id) == 1:
            found[adapter.key] = by_id[0]
    claimed = {a.id for a in found.values() if isinstance(a, LiveAdapter)}
    for adapter in wanted:
        if adapter.key in found:
            continue
        free = [a for a in adapters if a.id not in claimed]
        named = [a for a in free if a.name.casefold() == adapter.name.casefold()]
        if vm.completing and isinstance(legacy := adapter.settings.legacy, bool):
            named = [a for a in named if a.legacy == legacy]  # what New-VM brought of that name is not the one that is declared
        by_mac = [a for a in free if adapter.match_mac and a.mac == adapter.match_mac]
        choice: LiveAdapter | str | None = None
        if len(named) == 1 or (named and vm.completing):
            choice = named[-1]
        elif len(named) > 1 and len(by_mac) != 1:
            ids = ", ".join(sorted(a.guid for a in named))
            choice = f"{len(named)} adapters are named {adapter.name}: {ids}. Rename one, or claim one with match.mac."
        elif len(by_mac) == 1:
            choice = by_mac[0]
        if choice is not None:
            found[adapter.key] = choice
            claimed |= {choice.id} if isinstance(choice, LiveAdapter) else set()
    return found


def _same(row: Row, want: Any, now: Any, ctx: Context) -> bool:
    if row.path == "switch" and isinstance(want, str) and isinstance(now, str):
        return want.casefold() == ctx.renames.get(now.casefold(), now.casefold())
    return bool(want == now)


def _hot(vm: Machine) -> tuple[Impact, str]:
    """Adapters come and go under power on Generation 2 only (behaviour 2.4)."""
    return (Impact.RESTART, "a Generation 1 machine") if vm.situation.generation == 1 else (Impact.ONLINE, "a Generation 2 machine")


def _create(adapter: NetworkAdapter, address: str, vm: Machine, free: Sequence[LiveAdapter]) -> Create:
    brought = vm.completing and any(one.name.casefold() == adapter.name.casefold() for one in free)
    return Create(address=address, want=adapter, line=vm.line(*_hot(vm)), brought=brought)


def _remove(adapter: LiveAdapter, address: str, want: NetworkAdapter | None, vm: Machine) -> Delete:
    impact, why = (Impact.RESTART, "an emulated adapter") if adapter.legacy else _hot(vm)
    return Delete(address=address, live=adapter, want=want, line=vm.line(impact, why))


def _update(adapter: NetworkAdapter, live: LiveAdapter, address: str, vm: Machine, ctx: Context) -> Update | Keep:
    prefix = f"devices.{GROUP}.{adapter.key}"
    fields: list[FieldChange] = []
    if live.name != adapter.name and manages(vm.want.lifecycle, f"{prefix}.name"):
        fields.append(FieldChange(path="name", before=live.name, after=adapter.name, line=vm.line(Impact.ONLINE, "always")))
    fields += compare(
        adapter.settings,
        live.settings,
        _lifecycle(adapter, vm),
        situation=vm.situation,
        host=ctx.host,
        equal=lambda row, one, other: _same(row, one, other, ctx),
    )
    if not fields:
        return Keep(address=address, want=adapter, live=live)
    told = cause(vm.marker, adapter_section(adapter.key), adapter_declared(adapter), {k: v for k, v in adapter_values(live).items() if k != "id"})
    with_cause = tuple(FieldChange(path=f.path, before=f.before, after=f.after, line=f.line, row=f.row, cause=told) for f in fields)
    return Update(address=address, want=adapter, live=live, fields=with_cause)


def _lifecycle(adapter: NetworkAdapter, vm: Machine) -> Lifecycle:
    """What of one adapter is not compared, whichever way the machine's lifecycle spells it."""
    prefixes = (f"devices.{GROUP}.{adapter.key}.", f"{GROUP}.{adapter.key}.", f"{GROUP}/{adapter.key}/")
    paths = [row.path for row in rows(adapter.settings).values()]
    return Lifecycle(ignore=tuple(path for path in paths if not manages(vm.want.lifecycle, *(prefix + path for prefix in prefixes))))


def _setting_findings(adapter: NetworkAdapter, live: LiveAdapter | None, address: str, vm: Machine, ctx: Context) -> Iterator[Finding]:
    """What this host, this switch or this adapter cannot have."""
    settings, lifecycle = adapter.settings, _lifecycle(adapter, vm)
    for finding in row_findings(settings, address, lifecycle, vm.situation.generation, ctx.host):
        yield replace(finding, blocks=(vm.address if vm.new else address,))
    if settings.legacy is True and vm.situation.generation == 2 and lifecycle.manages("legacy"):
        yield vm.refuse(address, "wrong-generation", "an emulated (legacy) adapter does not exist on Generation 2. Remove `legacy`.", "legacy")
    elif live is not None and isinstance(settings.legacy, bool) and settings.legacy != live.legacy and lifecycle.manages("legacy"):
        now = "emulated" if live.legacy else "synthetic"
        text = f"the adapter is {now}, and only a new one could be otherwise. Remove it first (`absent: true`), or declare it as it is."
        yield vm.refuse(address, "replace", text, "legacy")
    for name, modes in _MINIMUMS.items():
        value, row = getattr(settings, name), rows(settings)[name]
        if isinstance(value, int) and value and lifecycle.manages(row.path) and (text := _minimum_text(modes, _switches(adapter, live, ctx))):
            yield vm.refuse(address, "bandwidth-mode", f"{row.path} {text}", row.path)
    ends = (keeps(settings, live.settings if live else None, name, lifecycle.manages) for name in ("minimum_absolute", "maximum"))
    if text := crossed(*ends):
        yield vm.refuse(address, "bandwidth-order", f"{text}; what is not written stays as the host has it. Write both.", "bandwidth.maximum")
    if lifecycle.manages("vlan") and (text := _vlan_text(adapter, live, ctx)):
        yield vm.refuse(address, "vlan-mode", text, "vlan")


def _vlan_text(adapter: NetworkAdapter, live: LiveAdapter | None, ctx: Context) -> str:
    """Why a port cannot have the VLANs that are declared, `""` if it can: private ones need a physical network (behaviour 2.4)."""
    settings = adapter.settings
    vlan = settings.vlan
    if not isinstance(vlan, Vlan):
        return ""
    if vlan.mode not in ("Untagged", "Access") and (settings.legacy is True if live is None else live.legacy):
        return "an emulated (legacy) adapter takes one VLAN id or Untagged. Write that, or use another adapter."
    types = {s.settings.type for s in _switches(adapter, live, ctx)}
    if vlan.private and types and "External" not in types:
        return "a private VLAN needs an External switch, and the one it is connected to has no physical network. Write a VLAN id, or connect it elsewhere."
    return ""


def _switches(adapter: NetworkAdapter, live: LiveAdapter | None, ctx: Context) -> tuple[LiveSwitch | VirtualSwitch, ...]:
    """The switch that an adapter will be connected to: as it stands there, and as it is declared."""
    name = adapter.settings.switch
    if name is UNSET and live is not None:
        name = live.settings.switch
    if not isinstance(name, str):
        return ()
    known: tuple[LiveSwitch | VirtualSwitch, ...] = (*ctx.host.switches, *ctx.desired.switches)
    return tuple(switch for switch in known if switch.name.casefold() == name.casefold())


def _minimum_text(modes: tuple[str, ...], switches: tuple[LiveSwitch | VirtualSwitch, ...]) -> str:
    """Why a switch does not take a kind of minimum bandwidth, `""` if it does or nobody knows.

    Which mode Hyper-V chooses for a new switch is not documented reliably: it has to be written.
    """
    there = [switch.settings.bandwidth_mode for switch in switches if isinstance(switch, LiveSwitch)]
    mode = next((one for one in there if isinstance(one, str)), "")
    if mode and mode not in modes:
        return f"does not go with the bandwidthMode {mode} of its switch. Remove it, or use the other minimum."
    new = next((switch.settings.bandwidth_mode for switch in switches if not there), modes[0])
    if new != modes[0]:
        has = f"the new one has {new}" if isinstance(new, str) and new != "Default" else "for the new one no mode is written"
        return f"needs a switch with bandwidthMode {modes[0]}, and {has}. Write it there, or remove the minimum."
    return ""


def _switch_findings(adapter: NetworkAdapter, address: str, vm: Machine, ctx: Context) -> Iterator[Finding]:
    name = adapter.settings.switch
    if not isinstance(name, str):
        return
    found = ctx.switches.get(name.casefold(), 0)
    if found == 0:
        yield vm.refuse(address, "switch-missing", _no_switch(name, ctx), "switch")
    elif found > 1:
        yield vm.refuse(address, "switch-duplicate", f"{found} switches of this host are named {name}, so it says nothing. Rename all but one.", "switch")
    for other in sorted(ctx.switches):
        if other != name.casefold() and fits(name, other):
            text = f"the switch name {name}, which has to be sent, is also a pattern that fits switch {other}. Rename the switch."
            yield vm.refuse(address, "switch-pattern", text, "switch")


def unasked(vm: Machine, live: LiveVm) -> tuple[LiveAdapter, ...]:
    """Adapters that New-VM made for a creation that was cut off: those that no declared one is."""
    if not vm.completing or isinstance(live.adapters, Unknown):
        return ()
    matched = {a.id for a in match(vm.want.network_adapters, live.adapters, vm).values() if isinstance(a, LiveAdapter)}
    return tuple(a for a in live.adapters if a.id not in matched)


def _no_switch(name: str, ctx: Context) -> str:
    """Why there is none of that name: nobody declares it, or this run leaves out the one that is declared."""
    for want in ctx.desired.switches:
        if want.name.casefold() == name.casefold() and (option := left_out_by(ctx.options, switch(want.name), want.labels)):
            way = "Name it with --target too" if option == "--target" else "Leave it out of --exclude"
            return f"this host has no switch {name}, and {switch(want.name)} is not in this run ({option}). {way}."
    return f"this host has no switch {name}, and no VirtualSwitch document in this run makes one. Correct the name, or declare the switch."
