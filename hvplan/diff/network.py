"""Physical adapters of a switch: which ones a file means, who else has them, and whether the session itself runs over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hvplan.diff.changes import Finding
from hvplan.diff.context import Context
from hvplan.model import address as addresses
from hvplan.model.live import LiveSwitch
from hvplan.model.network import NetAdapterRef, Nic
from hvplan.model.objects import Ensure, VirtualSwitch
from hvplan.model.values import UNSET, Unknown
from hvplan.model.view import nic_names

_WORDS: Mapping[str, str] = {"name": "is named", "mac": "has the MAC address", "description": "has the description"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The adapters a declared switch means; `why` says what is wrong, and then nothing is decided about them."""

    nics: tuple[Nic, ...] = ()
    why: str = ""
    code: str = ""


def meant(refs: Sequence[NetAdapterRef], ctx: Context) -> Meant:
    """Every adapter that is named, by interface."""
    nics = ctx.host.nics
    if isinstance(nics, Unknown):
        return Meant(why=f"the network adapters of the host could not be read ({nics.why}), so nothing about them is decided.", code="unknown")
    own = {adapter.interface for switch in ctx.host.switches if not isinstance(switch.management, Unknown) for adapter in switch.management}
    usable = [nic for nic in nics if nic.id not in own]
    found: dict[str, NetAdapterRef] = {}
    chosen: list[Nic] = []
    for ref in refs:
        # The adapter of a team made by Windows has the address of one of its members: an address means hardware.
        fitting = [nic for nic in usable if nic.is_meant(ref) and (nic.physical or ref.by != "mac")]
        if len(fitting) != 1:
            return _none_or_many(ref, fitting, usable)
        if (first := found.setdefault(fitting[0].id, ref)) is not ref:
            return Meant(why=f"{first} and {ref} are one adapter ({fitting[0].name}). Name it once.", code="net-adapter-twice")
        chosen.append(fitting[0])
    return Meant(nics=tuple(sorted(chosen, key=lambda nic: (nic.name, nic.id))))


def _none_or_many(ref: NetAdapterRef, fitting: Sequence[Nic], usable: Sequence[Nic]) -> Meant:
    if fitting:
        text = f"{len(fitting)} network adapters of this host fit {ref}: {_listed(fitting)}. Name the one that is meant by its name."
        return Meant(why=text, code="net-adapter-ambiguous")
    there = _listed([nic for nic in usable if nic.physical] or usable) or "none at all"
    return Meant(why=f"no network adapter of this host {_WORDS[ref.by]} {ref.value}. It has {there}.", code="net-adapter-unknown")


def _listed(nics: Sequence[Nic]) -> str:
    return ", ".join(f"{nic.name} ({nic.mac or 'no MAC address'}, {nic.description})" for nic in sorted(nics, key=lambda nic: (nic.name, nic.id)))


def in_use(nics: Sequence[Nic], live: LiveSwitch | None, address: str, ctx: Context) -> Iterator[Finding]:
    """Adapters that are under another switch and stay there, or that another one is to get as well: an adapter carries one switch."""
    known = set() if live is None or isinstance(live.net_adapters, Unknown) else {nic.id for nic in live.net_adapters}
    for other in ctx.host.switches:
        if (live is not None and other.id == live.id) or isinstance(other.net_adapters, Unknown):
            continue
        taken = [nic for nic in nics if nic.id in {held.id for held in other.net_adapters} and (other.id, nic.id) not in ctx.released]
        known |= {nic.id for nic in taken}
        if taken:
            text = f"{_names(taken)} is under switch {other.name} ({other.id}). Take it away there first, or name another one."
            yield Finding(address=address, code="net-adapter-in-use", path="netAdapters", text=text, blocks=(address,))
    for want in ctx.desired.switches:
        external = want.ensure is Ensure.PRESENT and want.settings.type in ("External", UNSET)
        if not external or want.net_adapters is UNSET or addresses.switch(want.name) == address:
            continue
        wanted = {nic.id for nic in meant(want.net_adapters, ctx).nics} - known
        if twice := [nic for nic in nics if nic.id in wanted]:
            text = f"{_names(twice)} is declared for switch {want.name} too, and an adapter carries one switch. Name another one there or here."
            yield Finding(address=address, code="net-adapter-in-use", path="netAdapters", text=text, blocks=(address,))


def _names(nics: Sequence[Nic]) -> str:
    return ", ".join(str(name) for name in nic_names(nics))


def released(ctx: Context, pairs: Sequence[tuple[VirtualSwitch, LiveSwitch, bool]]) -> frozenset[tuple[str, str]]:
    """(switch id, interface id) of physical adapters that switches give up in this run. The third of each: may it be changed."""
    found: set[tuple[str, str]] = set()
    for want, live, ours in pairs:
        if not ours or isinstance(live.net_adapters, Unknown):
            continue
        keeps = {nic.id for nic in live.net_adapters}
        if want.ensure is Ensure.ABSENT or (want.ensure is Ensure.PRESENT and want.settings.type in ("Internal", "Private")):
            keeps = set()
        elif want.ensure is Ensure.PRESENT and want.net_adapters is not UNSET:
            keeps = {nic.id for nic in meant(want.net_adapters, ctx).nics} or keeps
        found |= {(live.id, nic.id) for nic in live.net_adapters if nic.id not in keeps}
    return frozenset(found)


def carrier(ctx: Context) -> tuple[Nic, str] | None:
    """The interface of the host that the session reaches, and the address it has there; None when that cannot be told."""
    if isinstance(ctx.host.nics, Unknown):
        return None
    return next(((nic, address) for nic in ctx.host.nics for address in ctx.host.reached if address in (nic.addresses or ())), None)


_NOBODY_KNOWS = "it may carry the connection of this session: at which of the host's adapters that arrives cannot be told"


def carries(live: LiveSwitch | None, taken: Sequence[Nic], ctx: Context, *, external: bool) -> str:
    """Why a change of a switch may cut the session off, `""` if it does not. `taken`: adapters it takes; `external`: it is, or becomes, an External one.

    Nothing arrives at adapters that are known to have no address, so a new switch over such ones cuts nobody off.
    """
    told = carrier(ctx)
    own = () if live is None else live.management
    under = () if live is None else live.net_adapters
    if told is None or isinstance(own, Unknown) or isinstance(under, Unknown):
        outside = live is not None and live.settings.allow_management is False and own == () and not taken
        outside |= live is None and bool(taken) and all(nic.addresses == () for nic in taken)
        return _NOBODY_KNOWS if external and not outside else ""
    nic, address = told
    mine = nic.id in {n.id for n in (*taken, *under)} | {adapter.interface for adapter in own}
    return f"it carries the connection of this session ({address} on {nic.name})" if mine else ""


def carries_adapter(interface: str, ctx: Context, *, external: bool) -> str:
    """The same for one adapter of the host, by the GUID of its interface."""
    told = carrier(ctx)
    if told is None:
        nics = () if isinstance(ctx.host.nics, Unknown) else ctx.host.nics
        silent = any(nic.id == interface and nic.addresses == () for nic in nics)
        return _NOBODY_KNOWS if external and not silent else ""
    return f"it carries the connection of this session ({told[1]} on {told[0].name})" if told[0].id == interface else ""
