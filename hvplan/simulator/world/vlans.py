"""VLAN settings of adapters. The mode switches are no parameter sets: the cmdlet itself sorts them out (catalogue notes)."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.world import record_devices
from hvplan.simulator.world.adapters import Pair, pairs, put, record
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import Vlan
from hvplan.simulator.world.record_parts import Owner
from hvplan.simulator.world.refusals import Refusal, invalid, operation_failed

_MODES = {
    "Access": ("VlanId",),
    "Trunk": ("NativeVlanId", "AllowedVlanIdList"),
    "Isolated": ("PrimaryVlanId", "SecondaryVlanId"),
    "Community": ("PrimaryVlanId", "SecondaryVlanId"),
    "Promiscuous": ("PrimaryVlanId", "SecondaryVlanIdList"),
    "Untagged": (),
}
"""Each mode and what belongs to it; what belongs to another one is refused with it, which is the stricter reading."""


def get_vlan(context: Context) -> None:
    """Get-VMNetworkAdapterVlan."""
    for one in context.many("VMSnapshot"):
        _, checkpoint = context.snapshot(one)
        owner = Owner(checkpoint.vm, context.state, checkpoint)
        for adapter in checkpoint.vm.adapters:
            context.give(record_devices.adapter(owner, adapter).props["VlanSetting"])
    if not any(context.has(name) for name in ("VM", "VMName", "VMNetworkAdapter", "VMSnapshot", "ManagementOS")):
        for vm in context.state.vms.values():
            for adapter in vm.adapters:
                context.give(record(context, vm, adapter).props["VlanSetting"])
        return
    for vm, adapter in pairs(context, "VMNetworkAdapterName"):
        context.give(record(context, vm, adapter).props["VlanSetting"])


def set_vlan(context: Context) -> None:
    """Set-VMNetworkAdapterVlan: exactly one mode, with what belongs to it."""
    wanted = _wanted(context)

    def act(pair: Pair) -> None:
        check(pair[0], "adapter.vlan")
        switch = context.state.switches.get(pair[1].switch) if pair[1].switch else None
        if wanted.mode == "Private" and switch is not None and switch.type != "External":
            raise operation_failed("Failed to modify the VLAN settings: The parameter is incorrect. (0x80070057).", pair[0].name)
        if pair[1].legacy and wanted.mode in ("Trunk", "Private"):
            raise invalid("A legacy network adapter takes access VLANs only.", pair[0].name)
        new = replace(pair[1], vlan=wanted)
        vm = put(context, pair, new)
        context.give_if_asked(lambda: record(context, vm, new).props["VlanSetting"])

    context.each(pairs(context, "VMNetworkAdapterName"), act)


def _wanted(context: Context) -> Vlan:
    modes = [mode for mode in _MODES if context.on(mode)]
    if len(modes) != 1:
        raise invalid("Specify exactly one of Access, Trunk, Isolated, Community, Promiscuous, Untagged.")
    for parameter in (name for names in _MODES.values() for name in names):
        if context.has(parameter) and parameter not in _MODES[modes[0]]:
            raise invalid(f"{parameter} does not belong to the mode {modes[0]}.")
    match modes[0]:
        case "Access":
            return Vlan(mode="Access", access=_id(context, "VlanId"))
        case "Trunk":
            native = int(context.get("NativeVlanId", 0))
            if not 0 <= native <= 4094:
                raise _bad("NativeVlanId", native)
            return Vlan(mode="Trunk", native=native, allowed=_list(context, "AllowedVlanIdList"))
        case "Untagged":
            return Vlan()
        case "Promiscuous":
            secondaries = _list(context, "SecondaryVlanIdList")
            return Vlan(mode="Private", private="Promiscuous", primary=_id(context, "PrimaryVlanId"), secondaries=secondaries)
        case kind:
            return Vlan(mode="Private", private=kind, primary=_id(context, "PrimaryVlanId"), secondary=_id(context, "SecondaryVlanId"))


def _id(context: Context, parameter: str) -> int:
    value = int(context.get(parameter, 0))
    if not 1 <= value <= 4094:
        raise _bad(parameter, value)
    return value


def _list(context: Context, parameter: str) -> str:
    text = context.text(parameter).replace(" ", "")
    try:
        numbers = record_devices.expand(text)
    except ValueError:
        raise _bad(parameter, text) from None
    if not numbers or not all(1 <= number <= 4094 for number in numbers):
        raise _bad(parameter, text)
    return text


def _bad(parameter: str, value: object) -> Refusal:
    return invalid(f"The value {value!r} for {parameter} is not a VLAN of 1 to 4094.")


HANDLERS: dict[str, Handler] = {"Get-VMNetworkAdapterVlan": get_vlan, "Set-VMNetworkAdapterVlan": set_vlan}
