"""Virtual switches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.values import List, Obj
from hvplan.simulator.world import limits
from hvplan.simulator.world.builtin import DEFAULT_SWITCH
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.enums import enum
from hvplan.simulator.world.host_nouns import NetAdapter, Switch
from hvplan.simulator.world.record_devices import switch_record
from hvplan.simulator.world.record_parts import texts
from hvplan.simulator.world.refusals import gone, invalid, operation_failed, refusal, switch_not_found
from hvplan.simulator.world.state import STOPPED_STATES, own_adapter
from hvplan.simulator.world.wildcard import has_wildcard, matches


def get_switch(context: Context) -> None:
    """Get-VMSwitch: all, by a pattern, by ids."""
    switches = list(context.state.switches.values())
    if context.has("Id"):
        wanted = [one if isinstance(one, UUID) else UUID(str(one)) for one in context.many("Id")]
        switches = [context.state.switches[id] for id in wanted if id in context.state.switches]
        for id in wanted:
            if id not in context.state.switches:
                message = f"Hyper-V was unable to find a virtual switch with id {id}."
                context.errors.append(refusal("InvalidParameter", "InvalidArgument", message, str(id)).error)
    elif context.has("Name"):
        name = context.text("Name")
        switches = [one for one in switches if matches(name, one.name)]
        if not switches and not has_wildcard(name):
            raise switch_not_found(name)
    types = {str(one) for one in context.many("SwitchType")}
    for one in sorted(switches, key=lambda switch: switch.name.lower()):
        if not types or one.type in types:
            context.give(switch_record(one, context.state))


def new_switch(context: Context) -> None:
    """New-VMSwitch: two of one name are allowed; an adapter serves one switch."""
    state = context.state
    name = limits.name(context.text("Name"), "virtual switch")
    values: dict[str, Any] = {"name": name, "notes": limits.notes(context.text("Notes"), name), "sriov": bool(context.get("EnableIov", False))}
    mode = context.text("MinimumBandwidthMode", "Default")
    values["bandwidth_mode"] = {"Default": "Weight" if values["sriov"] else "Absolute"}.get(mode, mode)
    behind = _adapters(context)
    if behind:
        teaming = bool(context.get("EnableEmbeddedTeaming", len(behind) > 1))
        if len(behind) > 1 and not teaming:
            raise invalid("More than one network adapter needs EnableEmbeddedTeaming.", name)
        values.update(type="External", net_adapters=tuple(one.name for one in behind), embedded_teaming=teaming)
        if teaming:
            values["bandwidth_mode"] = "Weight" if mode == "Default" else mode
    else:
        if context.on("EnableEmbeddedTeaming") or values["sriov"]:
            raise invalid("An embedded team and SR-IOV need network adapters of the host.", name)
        type = context.text("SwitchType", "Internal")
        if type not in ("Internal", "Private"):
            raise invalid("The switch type must be Internal or Private; an external switch follows from its network adapter.", name)
        values.update(type=type)
    drawn = state.draw("switch", name)
    if context.has("Id"):
        try:
            drawn = UUID(context.text("Id"))
        except ValueError:
            raise invalid(f"'{context.text('Id')}' is not a switch id.", name) from None
        if drawn in state.switches:
            raise operation_failed("Failed while creating virtual Ethernet switch: the id is already in use. (0x80070050).", name)
    uses = bool(context.get("AllowManagementOS", True)) if behind else values["type"] == "Internal"
    management = (own_adapter(state, drawn, name),) if uses else ()
    context.give(switch_record(state.put_switch(Switch(id=drawn, management=management, **values)), state))


def _adapters(context: Context, besides: Switch | None = None) -> list[NetAdapter]:
    """The host's adapters that the call names, by name or description."""
    found: list[NetAdapter] = []
    for parameter, attribute in (("NetAdapterName", "name"), ("NetAdapterInterfaceDescription", "description")):
        for wanted in context.many(parameter):
            fitting = [one for one in context.state.host.net_adapters if getattr(one, attribute).lower() == str(wanted).lower()]
            if not fitting:
                raise refusal("ObjectNotFound", "ObjectNotFound", f"No network adapter '{wanted}' was found. (0x80070490).", str(wanted))
            busy = [one.name for one in context.state.switches.values() if fitting[0].name in one.net_adapters and one is not besides]
            if busy:
                raise operation_failed(f"Failed while adding virtual Ethernet switch connections: '{wanted}' is already bound to '{busy[0]}'.", str(wanted))
            found += fitting
    return found


def _changeable(context: Context) -> list[Switch]:
    """The switches a write names; the built-in one is refused."""
    found = _targets(context)
    for one in found:
        if one.id == DEFAULT_SWITCH:
            context.errors.append(operation_failed(f"The switch '{one.name}' is built in and cannot be changed or removed.", one.name).error)
    return [one for one in found if one.id != DEFAULT_SWITCH]


def _targets(context: Context, names: str = "Name") -> list[Switch]:
    found: dict[UUID, Switch] = {}
    for one in context.many("VMSwitch"):
        switch = next((s for s in context.state.switches.values() if isinstance(one, Obj) and str(s.id) == one.id.lower()), None)
        if switch is None:
            context.errors.append(gone("virtual switch", one).error)
        else:
            found[switch.id] = switch
    for name in context.many(names):
        fitting = [one for one in context.state.switches.values() if matches(str(name), one.name)]
        if not fitting and not has_wildcard(str(name)):
            context.errors.append(refusal("ObjectNotFound", "ObjectNotFound", switch_not_found(str(name)).error.message, str(name)).error)
        found.update({one.id: one for one in fitting})
    return list(found.values())


def set_switch(context: Context) -> None:
    """Set-VMSwitch: notes, who uses the host's adapter, and the type."""

    def act(switch: Switch) -> None:
        new = switch
        if context.call.bound.get("Notes") is not None:
            new = replace(new, notes=limits.notes(context.text("Notes"), switch.name))
        if context.has("NetAdapterName") or context.has("NetAdapterInterfaceDescription"):
            new = replace(new, type="External", net_adapters=tuple(one.name for one in _adapters(context, besides=switch)))
        if context.has("SwitchType"):
            type = context.text("SwitchType")
            if type == "External":
                raise invalid("An external switch follows from its network adapter.", switch.name)
            new = _used(context, replace(new, type=type, net_adapters=()), type == "Internal")
        if context.has("AllowManagementOS"):
            if new.type != "External":
                raise invalid("AllowManagementOS applies to external switches only.", switch.name)
            new = _used(context, new, bool(context.get("AllowManagementOS")))
        context.state.put_switch(new)
        context.give_if_asked(lambda: switch_record(new, context.state))

    context.each(_changeable(context), act)


def _used(context: Context, switch: Switch, uses: bool) -> Switch:
    """A switch that the host uses, with one adapter at least, or does not."""
    if uses == switch.management_os:
        return switch
    return replace(switch, management=(own_adapter(context.state, switch.id, switch.name),) if uses else ())


def rename_switch(context: Context) -> None:
    """Rename-VMSwitch."""
    new = limits.name(context.text("NewName"), "virtual switch")

    def act(switch: Switch) -> None:
        renamed = context.state.put_switch(replace(switch, name=new))
        context.give_if_asked(lambda: switch_record(renamed, context.state))

    context.each(_changeable(context), act)


def remove_switch(context: Context) -> None:
    """Remove-VMSwitch: not while a running VM uses it; adapters of stopped VMs lose their connection (row 44)."""

    def act(switch: Switch) -> None:
        for vm in context.state.vms.values():
            if vm.state not in STOPPED_STATES and any(adapter.switch == switch.id for adapter in vm.adapters):
                message = (
                    f"The virtual switch '{switch.name}' cannot be deleted because it is being used by running virtual machines or assigned to child pools."
                )
                raise operation_failed(message, switch.name)
        for vm in list(context.state.vms.values()):
            if any(adapter.switch == switch.id for adapter in vm.adapters):
                context.state.put(replace(vm, adapters=tuple(replace(a, switch=None) if a.switch == switch.id else a for a in vm.adapters)))
        del context.state.switches[switch.id]
        context.state.touch()

    context.each(_changeable(context), act)


def get_team(context: Context) -> None:
    """Get-VMSwitchTeam: the embedded teams."""
    switches = _targets(context) if context.has("Name") or context.has("VMSwitch") else list(context.state.switches.values())
    for one in switches:
        if one.embedded_teaming:
            behind = [net for net in context.state.host.net_adapters if net.name in one.net_adapters]
            props = {
                "Name": one.name, "Id": one.id, "NetAdapterInterfaceDescription": texts(net.description for net in behind),
                "NetAdapterInterfaceGuid": List((net.id for net in behind), "System.Guid[]"),
                "TeamingMode": enum("VMSwitchTeamingMode", "SwitchIndependent"),
                "LoadBalancingAlgorithm": enum("VMSwitchLoadBalancingAlgorithm", one.load_balancing),
            }  # fmt: skip
            context.give(Obj("VMSwitchTeam", props))


def set_team(context: Context) -> None:
    """Set-VMSwitchTeam: members and load balancing of an embedded team."""

    def act(switch: Switch) -> None:
        if not switch.embedded_teaming:
            raise invalid(f"The virtual switch '{switch.name}' has no embedded team.", switch.name)
        new = switch
        if context.has("NetAdapterName") or context.has("NetAdapterInterfaceDescription"):
            new = replace(new, net_adapters=tuple(one.name for one in _adapters(context, besides=switch)))
        new = context.state.put_switch(replace(new, load_balancing=context.text("LoadBalancingAlgorithm", new.load_balancing)))
        context.give_if_asked(lambda: switch_record(new, context.state))

    context.each(_changeable(context), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMSwitchTeam": get_team,
    "Set-VMSwitchTeam": set_team,
    "Get-VMSwitch": get_switch,
    "New-VMSwitch": new_switch,
    "Set-VMSwitch": set_switch,
    "Rename-VMSwitch": rename_switch,
    "Remove-VMSwitch": remove_switch,
}
