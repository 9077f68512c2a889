"""Network adapters of VMs (behaviour 2.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hvplan.simulator.values import Obj
from hvplan.simulator.world import limits, power, units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.cultures import word
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Adapter
from hvplan.simulator.world.record_devices import adapter as adapter_record
from hvplan.simulator.world.record_devices import internal_adapter
from hvplan.simulator.world.record_parts import NO_ID, Owner
from hvplan.simulator.world.refusals import about, adapter_not_found, invalid, operation_failed
from hvplan.simulator.world.settings import owner_of
from hvplan.simulator.world.state import STOPPED_STATES, own_adapter
from hvplan.simulator.world.wildcard import has_wildcard, matches

Pair = tuple[VM, Adapter]


def get_adapter(context: Context) -> None:
    """Get-VMNetworkAdapter: of VMs, of a checkpoint, of the host, or all there are; the name is a pattern."""
    pattern = context.text("Name") or "*"
    if context.on("ManagementOS") or context.on("All"):
        for switch in context.state.switches.values():
            for adapter in switch.management:
                if matches(pattern, adapter.name) and (not context.has("SwitchName") or matches(context.text("SwitchName"), switch.name)):
                    context.give(internal_adapter(adapter, context.state))
    owners = [Owner(vm, context.state) for vm in (list(context.state.vms.values()) if context.on("All") else context.vms())]
    for one in context.many("VMSnapshot"):
        _, checkpoint = context.snapshot(one)
        owners.append(Owner(checkpoint.vm, context.state, checkpoint))
    found = False
    for owner in owners:
        for adapter in owner.vm.adapters:
            if matches(pattern, adapter.name) and (not context.has("IsLegacy") or adapter.legacy == context.get("IsLegacy")):
                context.give(adapter_record(owner, adapter))
                found = True
    if owners and not found and not has_wildcard(pattern):
        raise adapter_not_found()


def pairs(context: Context, names: str = "Name") -> list[Pair]:
    """The adapters a write names: live objects by id; else all of the VMs named, or those of exactly that name (behaviour 8)."""
    found: list[Pair] = []
    wanted = {str(name).lower() for name in context.many(names)}
    if context.on("ManagementOS"):
        found = [pair for pair in _host_pairs(context) if not wanted or pair[1].name.lower() in wanted]
        if not found:
            raise adapter_not_found()
    for one in context.many("VMNetworkAdapter"):
        own = [pair for pair in _host_pairs(context) if isinstance(one, Obj) and one.id.lower() == f"microsoft:{pair[1].id}"]
        if own:
            found += own
            continue
        vm = owner_of(context.state, one)
        adapter = next((a for a in vm.adapters if str(a.id) == one.id.rpartition("\\")[2].lower()), None) if vm and isinstance(one, Obj) else None
        if vm is None or adapter is None:
            context.errors.append(adapter_not_found().error)
        else:
            found.append((vm, adapter))
    for vm in context.vms():
        own = [(vm, adapter) for adapter in vm.adapters if not wanted or adapter.name.lower() in wanted]
        if not own and wanted:
            context.errors.append(adapter_not_found().error)
        found += own
    return found


def _host_pairs(context: Context) -> list[Pair]:
    """The host's own adapters, with a stand-in for the VM that they do not have."""
    host = _stand_in(context)
    switch = context.text("SwitchName")
    return [(host, one) for s in context.state.switches.values() if not switch or matches(switch, s.name) for one in s.management]


def _stand_in(context: Context) -> VM:
    return VM(id=NO_ID, name=context.state.host.name, version=context.state.release.default_version, path="")


def _live(context: Context, vm: VM) -> VM:
    return vm if vm.id == NO_ID else context.live(vm)


def record(context: Context, vm: VM, adapter: Adapter) -> Obj:
    """An adapter of a VM or of the host as an object."""
    return internal_adapter(adapter, context.state) if vm.id == NO_ID else adapter_record(Owner(vm, context.state), adapter)


def put(context: Context, pair: Pair, new: Adapter) -> VM:
    """Store an adapter's new value."""
    if pair[0].id == NO_ID:
        for switch in list(context.state.switches.values()):
            if any(one.id == new.id for one in switch.management):
                context.state.put_switch(replace(switch, management=tuple(new if one.id == new.id else one for one in switch.management)))
        return pair[0]
    vm = context.live(pair[0])
    return context.state.put(replace(vm, adapters=tuple(new if one.id == new.id else one for one in vm.adapters)))


def add_adapter(context: Context) -> None:
    """Add-VMNetworkAdapter."""
    if context.on("DynamicMacAddress") and context.has("StaticMacAddress"):
        raise invalid("Specify either StaticMacAddress or DynamicMacAddress.")
    if context.on("ManagementOS"):
        _add_to_host(context)
        return
    legacy = bool(context.get("IsLegacy", False))
    name = limits.name(context.text("Name", word(context.state.host.culture, "legacyAdapter" if legacy else "adapter")), "network adapter")
    switch = context.switch_named(context.text("SwitchName")) if context.has("SwitchName") else None

    def act(vm: VM) -> None:
        limits.adapter_room(vm, legacy, context.state)
        check(vm, "adapter.legacy" if legacy else "adapter.synthetic")
        new = Adapter(
            id=context.state.draw("adapter", f"{vm.id}/{name}"), name=name, legacy=legacy, switch=switch.id if switch else None,
            mac=_static(vm, context.text("StaticMacAddress")) if context.has("StaticMacAddress") else None, device_naming=context.get("DeviceNaming") == "On",
        )  # fmt: skip
        order = vm.firmware.boot_order
        changed = replace(vm, adapters=(*vm.adapters, new), firmware=replace(vm.firmware, boot_order=(*order, f"adapter {new.id}")))
        if vm.generation == 1:
            changed = replace(changed, firmware=vm.firmware)
        if vm.state not in STOPPED_STATES:
            changed = power.with_addresses(context.state, changed)
        vm = context.state.put(changed)
        context.give_if_asked(lambda: adapter_record(Owner(vm, context.state), vm.adapters[-1]))

    context.each(context.vms(), act)


def _add_to_host(context: Context) -> None:
    """A further adapter of the host on a switch that it uses."""
    switch = context.switch_named(context.text("SwitchName")) if context.has("SwitchName") else None
    if switch is None:
        used = [one for one in context.state.switches.values() if one.type != "Private"]
        if len(used) != 1:
            raise invalid("Specify SwitchName: the host has no switch, or more than one.")
        switch = used[0]
    if switch.type == "Private":
        raise operation_failed(f"The host cannot use the private switch '{switch.name}'.", switch.name)
    name = limits.name(context.text("Name", switch.name), "network adapter")
    new = own_adapter(context.state, switch.id, name)
    if context.has("StaticMacAddress"):
        new = replace(new, mac=_static(_stand_in(context), context.text("StaticMacAddress")))
    new = replace(new, device_naming=context.get("DeviceNaming") == "On")
    context.state.put_switch(replace(switch, management=(*switch.management, new)))
    context.give_if_asked(lambda: internal_adapter(new, context.state))


def _static(vm: VM, text: str) -> str:
    address = units.parse_mac(text)
    if address is None or int(address[:2], 16) & 1 or not int(address, 16):
        raise invalid(about(vm, f"'{vm.name}' failed to modify device 'Network Adapter'.", f"'{text}' is not a valid MAC address."), vm.name)
    return address


def remove_adapter(context: Context) -> None:
    """Remove-VMNetworkAdapter: every one of that name."""

    def act(pair: Pair) -> None:
        vm, adapter = _live(context, pair[0]), pair[1]
        if vm.id == NO_ID:
            gone = internal_adapter(adapter, context.state)
            for switch in list(context.state.switches.values()):
                context.state.put_switch(replace(switch, management=tuple(one for one in switch.management if one.id != adapter.id)))
            context.give_if_asked(lambda: gone)
            return
        check(vm, "adapter.legacy" if adapter.legacy else "adapter.synthetic")
        kept = adapter_record(Owner(vm, context.state), adapter)
        order = tuple(entry for entry in vm.firmware.boot_order if entry != f"adapter {adapter.id}")
        left = tuple(one for one in vm.adapters if one.id != adapter.id)
        context.state.put(replace(vm, adapters=left, firmware=replace(vm.firmware, boot_order=order)))
        context.give_if_asked(lambda: kept)

    context.each(pairs(context), act)


Apply = Callable[[Context, Pair, Adapter, Any], Adapter]


def _flag(attribute: str) -> Apply:
    return lambda context, pair, new, value: replace(new, **{attribute: value == "On"})


def _weight(attribute: str, high: int = 100) -> Apply:
    def apply(context: Context, pair: Pair, new: Adapter, value: Any) -> Adapter:
        changed: dict[str, Any] = {attribute: limits.within(pair[0], attribute, int(value), 0, high)}
        return replace(new, **changed)

    return apply


def _bandwidth(attribute: str, forbidden: str) -> Apply:
    """A weight needs a switch in weight mode, an absolute minimum one in absolute mode (behaviour 2.4)."""

    def apply(context: Context, pair: Pair, new: Adapter, value: Any) -> Adapter:
        switch = context.state.switches.get(new.switch) if new.switch else None
        if switch is not None and int(value) and forbidden and switch.bandwidth_mode in (forbidden, "None"):
            text = f"The minimum bandwidth mode {switch.bandwidth_mode} of the switch '{switch.name}' does not allow it."
            raise operation_failed(about(pair[0], "Failed to modify the bandwidth settings of the network adapter.", text), pair[0].name)
        changed: dict[str, Any] = {attribute: limits.within(pair[0], attribute, int(value), 0, 2**62)}
        return replace(new, **changed)

    return apply


def _static_mac(context: Context, pair: Pair, new: Adapter, value: Any) -> Adapter:
    return replace(new, mac=_static(pair[0], str(value)))


def _dynamic_mac(context: Context, pair: Pair, new: Adapter, value: Any) -> Adapter:
    return replace(new, mac=None, dynamic_mac="000000000000" if new.mac else new.dynamic_mac) if value else new


_SET: dict[str, tuple[str, Apply]] = {
    "StaticMacAddress": ("adapter.mac", _static_mac),
    "DynamicMacAddress": ("adapter.mac", _dynamic_mac),
    "MacAddressSpoofing": ("adapter.security", _flag("mac_spoofing")),
    "DhcpGuard": ("adapter.security", _flag("dhcp_guard")),
    "RouterGuard": ("adapter.security", _flag("router_guard")),
    "AllowTeaming": ("adapter.security", _flag("teaming")),
    "IeeePriorityTag": ("adapter.security", _flag("ieee_priority_tag")),
    "PortMirroring": ("adapter.security", lambda context, pair, new, value: replace(new, port_mirroring=str(value))),
    "MaximumBandwidth": ("adapter.bandwidth", _bandwidth("maximum_bandwidth", "")),
    "MinimumBandwidthAbsolute": ("adapter.bandwidth", _bandwidth("minimum_absolute", "Weight")),
    "MinimumBandwidthWeight": ("adapter.bandwidth", _bandwidth("minimum_weight", "Absolute")),
    "VmqWeight": ("adapter.offload", _weight("vmq_weight")),
    "IovWeight": ("adapter.offload", _weight("iov_weight")),
    "IPsecOffloadMaximumSecurityAssociation": ("adapter.offload", _weight("ipsec_associations", 4096)),
    "DeviceNaming": ("adapter.offload", _flag("device_naming")),
    "NotMonitoredInCluster": ("adapter.security", lambda context, pair, new, value: replace(new, monitored=not value)),
}


def set_adapter(context: Context) -> None:
    """Set-VMNetworkAdapter."""
    if context.on("DynamicMacAddress") and context.has("StaticMacAddress"):
        raise invalid("Specify either StaticMacAddress or DynamicMacAddress.")

    def act(pair: Pair) -> None:
        pair = (_live(context, pair[0]), pair[1])
        new = pair[1]
        for parameter, (attribute, apply) in _SET.items():
            value = context.call.bound.get(parameter)
            if (value is not None and value is not False) or (parameter == "NotMonitoredInCluster" and value is False):
                check(pair[0], attribute)
                new = apply(context, pair, new, value)
        if new.minimum_absolute and new.maximum_bandwidth and new.minimum_absolute > new.maximum_bandwidth:
            raise invalid(about(pair[0], "Failed to modify the bandwidth settings.", "The minimum bandwidth is greater than the maximum."), pair[0].name)
        vm = put(context, pair, new)
        context.give_if_asked(lambda: record(context, vm, new))

    context.each(pairs(context), act)


def rename_adapter(context: Context) -> None:
    """Rename-VMNetworkAdapter."""
    name = limits.name(context.text("NewName"), "network adapter")

    def act(pair: Pair) -> None:
        check(pair[0], "adapter.name")
        new = replace(pair[1], name=name)
        vm = put(context, pair, new)
        context.give_if_asked(lambda: record(context, vm, new))

    context.each(pairs(context), act)


def connect_adapter(context: Context) -> None:
    """Connect-VMNetworkAdapter, by the switch's name (one that fits) or object."""
    if context.has("VMSwitch"):
        given = context.get("VMSwitch")
        switch = next((one for one in context.state.switches.values() if isinstance(given, Obj) and str(one.id) == given.id.lower()), None)
        if switch is None:
            raise invalid("The virtual switch was not found.", given)
    else:
        switch = context.switch_named(context.text("SwitchName"))
    _switched(context, switch.id)


def disconnect_adapter(context: Context) -> None:
    """Disconnect-VMNetworkAdapter."""
    _switched(context, None)


def _switched(context: Context, switch: Any) -> None:
    def act(pair: Pair) -> None:
        check(pair[0], "adapter.switch")
        new = replace(pair[1], switch=switch)
        vm = put(context, pair, new)
        context.give_if_asked(lambda: record(context, vm, new))

    context.each(pairs(context), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMNetworkAdapter": get_adapter,
    "Add-VMNetworkAdapter": add_adapter,
    "Remove-VMNetworkAdapter": remove_adapter,
    "Set-VMNetworkAdapter": set_adapter,
    "Rename-VMNetworkAdapter": rename_adapter,
    "Connect-VMNetworkAdapter": connect_adapter,
    "Disconnect-VMNetworkAdapter": disconnect_adapter,
}
