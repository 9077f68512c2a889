"""NATs and IP addresses of the host. The ids of refused writes (`Windows System Error N`) are the usual ones, not captured."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from hvplan.simulator.values import Enum, Number, Obj
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.host_nouns import Address, Nat
from hvplan.simulator.world.record_parts import u32
from hvplan.simulator.world.refusals import Refusal, invalid, refusal
from hvplan.simulator.world.state import State
from hvplan.simulator.world.wildcard import has_wildcard, matches
from hvplan.simulator.world.windows import missing, net_adapters

_CIM_EXCEPTION = "Microsoft.Management.Infrastructure.CimException"
_TYPES = "Microsoft.PowerShell.Cmdletization.GeneratedTypes.NetIPAddress."


def _system_error(number: int, message: str, target: str) -> Refusal:
    return refusal(f"Windows System Error {number}", "InvalidArgument", message, target, exception=_CIM_EXCEPTION)


def _nat_record(one: Nat) -> Obj:
    return Obj(
        "MSFT_NetNat",
        {
            "Name": one.name, "InstanceID": f"{one.name};0", "InternalIPInterfaceAddressPrefix": one.prefix, "ExternalIPInterfaceAddressPrefix": "",
            "InternalRoutingDomainId": "{00000000-0000-0000-0000-000000000000}", "Active": "True", "Store": "Local",
            "IcmpQueryTimeout": u32(30), "TcpEstablishedConnectionTimeout": u32(1800), "TcpTransientConnectionTimeout": u32(120),
            "UdpIdleSessionTimeout": u32(120),
        },
    )  # fmt: skip


def _nats(context: Context) -> list[Nat]:
    patterns = [str(name) for name in context.many("Name")]
    for pattern in patterns:
        if not has_wildcard(pattern) and not any(matches(pattern, one.name) for one in context.state.nats):
            context.errors.append(missing("Name", pattern).error)
    return [one for one in context.state.nats if not patterns or any(matches(pattern, one.name) for pattern in patterns)]


def get_nat(context: Context) -> None:
    """Get-NetNat."""
    for one in _nats(context):
        context.give(_nat_record(one))


def new_nat(context: Context) -> None:
    """New-NetNat: a network prefix that no other NAT overlaps."""
    name, prefix = context.text("Name"), context.text("InternalIPInterfaceAddressPrefix")
    try:
        network = ipaddress.ip_network(prefix)
    except ValueError:
        raise _system_error(87, "The parameter is incorrect.", prefix) from None
    for one in context.state.nats:
        other = ipaddress.ip_network(one.prefix, strict=False)
        if one.name.lower() == name.lower():
            raise _system_error(183, f"A NAT with the name '{name}' already exists.", name)
        if network.version == other.version and network.overlaps(other):
            raise _system_error(52, f"The prefix {prefix} overlaps that of the NAT '{one.name}'.", prefix)
    context.state.nats.append(Nat(name=name, prefix=prefix))
    context.state.touch()
    context.give(_nat_record(context.state.nats[-1]))


def remove_nat(context: Context) -> None:
    """Remove-NetNat, by name or by an instance in the pipe."""
    wanted = {one.name.lower() for one in context.many("InputObject") if isinstance(one, Obj)}
    if not wanted and not context.has("Name") and "InputObject" in context.call.bound:
        raise invalid("The NAT was not found.")
    chosen = [one for one in context.state.nats if one.name.lower() in wanted] if wanted else _nats(context)
    for one in chosen:
        context.state.nats.remove(one)
        context.state.touch()
        if context.on("PassThru"):
            context.give(_nat_record(one))


_LOOPBACK = "Loopback Pseudo-Interface 1"
_OWN = (Address(interface=_LOOPBACK, address="127.0.0.1", length=8), Address(interface=_LOOPBACK, address="::1", length=128))
"""What every Windows has, on an interface that Get-NetAdapter does not list."""


def _interfaces(state: State) -> dict[str, int]:
    return {_LOOPBACK.lower(): 1} | {adapter.name.lower(): index for index, adapter in net_adapters(state)}


def _address_records(one: Address, index: int) -> list[Obj]:
    """Each address stands in the active and in the persistent store (windows.md: keep Store 1)."""
    version = ipaddress.ip_address(one.address).version

    def word(kind: str, name: str, number: int) -> Enum:
        return Enum(name, _TYPES + kind, number)

    family = word("AddressFamily", "IPv4", 2) if version == 4 else word("AddressFamily", "IPv6", 23)
    common = {
        "IPAddress": one.address, "InterfaceAlias": one.interface, "InterfaceIndex": u32(index), "ifIndex": u32(index), "AddressFamily": family,
        "PrefixLength": Number(one.length, "By"), "PrefixOrigin": word("PrefixOrigin", "Manual", 1), "SuffixOrigin": word("SuffixOrigin", "Manual", 1),
        "AddressState": word("AddressState", "Preferred", 4), "SkipAsSource": False, "Type": word("Type", "Unicast", 1),
        "IPv4Address" if version == 4 else "IPv6Address": one.address,
    }  # fmt: skip
    stores = (("ActiveStore", 1), ("PersistentStore", 0))
    return [Obj("MSFT_NetIPAddress", {**common, "Store": word("Store", name, number), "PolicyStore": name}) for name, number in stores]


def _addresses(context: Context) -> list[Address]:
    indices = _interfaces(context.state)
    rows = [*_OWN, *(one for one in context.state.addresses if one.interface.lower() in indices)]
    tests: dict[str, Callable[[Address], str]] = {
        "IPAddress": lambda one: one.address,
        "InterfaceAlias": lambda one: one.interface,
        "InterfaceIndex": lambda one: str(indices[one.interface.lower()]),
    }
    for what, value in tests.items():
        patterns = [str(pattern) for pattern in context.many(what)]
        if not patterns:
            continue
        rows = [one for one in rows if any(matches(pattern, value(one)) for pattern in patterns)]
        if not rows and not any(has_wildcard(pattern) for pattern in patterns):
            context.errors.append(missing(what, patterns[0]).error)
    families = {str(one) for one in context.many("AddressFamily")}
    return [one for one in rows if not families or f"IPv{ipaddress.ip_address(one.address).version}" in families]


def get_address(context: Context) -> None:
    """Get-NetIPAddress, from both stores or the one that is asked for."""
    store = context.text("PolicyStore")
    for one in _addresses(context):
        for record in _address_records(one, _interfaces(context.state)[one.interface.lower()]):
            if not store or record.props["PolicyStore"] == store:
                context.give(record)


def new_address(context: Context) -> None:
    """New-NetIPAddress, on an adapter of the host."""
    adapters = net_adapters(context.state)
    if context.has("InterfaceIndex"):
        found = [one for index, one in adapters if index == int(context.get("InterfaceIndex"))]
    else:
        found = [one for _, one in adapters if one.name.lower() == context.text("InterfaceAlias").lower()]
    if not found:
        raise _system_error(87, "Invalid parameter InterfaceAlias or InterfaceIndex.", context.text("InterfaceAlias"))
    try:
        address = ipaddress.ip_address(context.text("IPAddress"))
    except ValueError:
        raise _system_error(87, "Invalid parameter IPAddress.", context.text("IPAddress")) from None
    length = int(context.get("PrefixLength", address.max_prefixlen))
    if not 0 < length <= address.max_prefixlen:
        raise _system_error(87, "Invalid parameter PrefixLength.", str(address))
    if any(one.address == str(address) for one in context.state.addresses):
        raise _system_error(5010, "The object already exists.", str(address))
    made = Address(interface=found[0].name, address=str(address), length=length)
    context.state.addresses.append(made)
    context.state.touch()
    for record in _address_records(made, _interfaces(context.state)[made.interface.lower()]):
        context.give(record)


def remove_address(context: Context) -> None:
    """Remove-NetIPAddress, by its conditions or by instances in the pipe (which bring no more than a name here)."""
    if "InputObject" in context.call.bound:
        wanted = {str(one.props.get("IPAddress")) for one in context.many("InputObject") if isinstance(one, Obj)}
        chosen = [one for one in context.state.addresses if one.address in wanted]
    else:
        chosen = _addresses(context)
    for one in chosen:
        if one in _OWN:
            raise _system_error(5, "Access is denied.", one.address)
        context.state.addresses.remove(one)
        context.state.touch()


HANDLERS: dict[str, Handler] = {
    "Get-NetNat": get_nat,
    "New-NetNat": new_nat,
    "Remove-NetNat": remove_nat,
    "Get-NetIPAddress": get_address,
    "New-NetIPAddress": new_address,
    "Remove-NetIPAddress": remove_address,
}
