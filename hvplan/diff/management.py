"""Adapters of the host itself on a switch: devices of the switch, matched by their names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hvplan.diff.changes import Change, Create, Delete, Finding, Keep, Update
from hvplan.diff.context import Context
from hvplan.diff.digests import cause, declared, own_section
from hvplan.diff.network import carries_adapter
from hvplan.diff.settings import compare, keeps, manages
from hvplan.model.adapters import crossed
from hvplan.model.address import device
from hvplan.model.impact import Impact, Situation, When
from hvplan.model.live import LiveSwitch
from hvplan.model.marker import Marker
from hvplan.model.network import LiveManagementAdapter, ManagementAdapter, SwitchSettings
from hvplan.model.objects import Lifecycle, VirtualSwitch
from hvplan.model.pattern import fits
from hvplan.model.rows import rows
from hvplan.model.values import Unknown

GROUP = "managementAdapters"
_ANY = Situation(state="Off", generation=0)
_GONE = When("the host loses it, with every address it has there", Impact.ONLINE)

Own = tuple[tuple[Change, ...], tuple[Finding, ...], tuple[str, ...]]
"""Changes, findings, addresses nobody declared."""


def diff_management(want: VirtualSwitch, live: LiveSwitch | None, marker: Marker | None, address: str, ctx: Context) -> Own:
    """Every declared adapter of the host on one switch. `live` None: the switch is to be created."""
    managed = [a for a in want.management if manages(want.lifecycle, f"{GROUP}.{a.key}", f"{GROUP}/{a.key}")]
    if live is not None and isinstance(live.management, Unknown):
        text = f"the host's adapters on this switch could not be read ({live.management.why}), so nothing about them is decided."
        return (), tuple(Finding(address=device(address, GROUP, a.key), code="unknown", text=text) for a in managed), ()
    there: tuple[LiveManagementAdapter, ...] = () if live is None or isinstance(live.management, Unknown) else live.management
    changes: list[Change] = []
    findings: list[Finding] = []
    for adapter in managed:
        at = device(address, GROUP, adapter.key)
        holds = (address if live is None else at,)
        named = [one for one in there if one.name.casefold() == adapter.name.casefold()]
        if len(named) > 1:
            text = f"{len(named)} adapters of the host on this switch are named {adapter.name}: {', '.join(one.id for one in named)}. Rename all but one."
            findings.append(Finding(address=at, code="adapter-ambiguous", text=text, blocks=holds))
        elif adapter.absent:
            changes.append(_remove(named[0], adapter, at, live, ctx) if named else Keep(address=at, want=adapter, live=None))
        else:
            ends = (keeps(adapter.settings, named[0].settings if named else None, name) for name in ("minimum_absolute", "maximum"))
            if text := crossed(*ends):
                text = f"{text}; what is not written stays as the host has it. Write both."
                findings.append(Finding(address=at, code="bandwidth-order", path="bandwidth.maximum", text=text, blocks=holds))
            findings += [*_modes(adapter, want, live, at, holds), *(() if named else _names(adapter, want, live, at, holds, ctx))]
            changes.append(_update(named[0], adapter, want, at, marker, live, ctx) if named else Create(address=at, want=adapter))
    declared_names = {a.name.casefold() for a in want.management} | {want.name.casefold(), *([live.name.casefold()] if live else [])}
    return tuple(changes), tuple(findings), tuple(device(address, GROUP, one.name) for one in there if one.name.casefold() not in declared_names)


def _external(live: LiveSwitch | None) -> bool:
    return live is not None and live.settings.type == "External"


def _remove(there: LiveManagementAdapter, want: ManagementAdapter, at: str, live: LiveSwitch | None, ctx: Context) -> Delete:
    return Delete(address=at, live=there, want=want, line=_GONE, management=carries_adapter(there.interface, ctx, external=_external(live)))


def _update(
    there: LiveManagementAdapter, adapter: ManagementAdapter, want: VirtualSwitch, at: str, marker: Marker | None, live: LiveSwitch | None, ctx: Context
) -> Update | Keep:
    prefix = f"{GROUP}.{adapter.key}"
    ignored = tuple(row.path for row in rows(adapter.settings).values() if not manages(want.lifecycle, f"{prefix}.{row.path}"))
    fields = compare(adapter.settings, there.settings, Lifecycle(ignore=ignored), situation=_ANY, host=ctx.host)
    if not fields:
        return Keep(address=at, want=adapter, live=there)
    told = cause(marker, own_section(adapter.key), declared(adapter.settings), declared(there.settings))
    risk = carries_adapter(there.interface, ctx, external=_external(live)) if any(field.path == "vlan" for field in fields) else ""
    return Update(address=at, want=adapter, live=there, fields=tuple(replace(field, cause=told) for field in fields), management=risk)


def _modes(adapter: ManagementAdapter, want: VirtualSwitch, live: LiveSwitch | None, at: str, holds: tuple[str, ...]) -> Iterator[Finding]:
    """A minimum that the switch's mode refuses (behaviour 2.4); which mode Hyper-V would choose for a new switch is not documented reliably."""
    mode = want.settings.bandwidth_mode if live is None else live.settings.bandwidth_mode
    for path, value, fitting in (
        ("bandwidth.minimumWeight", adapter.settings.minimum_weight, "Weight"),
        ("bandwidth.minimumAbsolute", adapter.settings.minimum_absolute, "Absolute"),
    ):
        if isinstance(value, int) and value and mode != fitting and (live is None or mode in ("Weight", "Absolute", "None")):
            has = "this one has " + str(mode) if isinstance(mode, str) and mode != "Default" else "for this one no mode is written"
            text = f"{path} needs a switch with bandwidthMode {fitting}, and {has}. {'Write it' if live is None else 'Remove the minimum'}."
            yield Finding(address=at, code="bandwidth-mode", path=path, text=text, blocks=holds)


def _brings_one(want: VirtualSwitch, live: LiveSwitch | None) -> bool:
    """Does this run give the host an adapter on the switch by itself: a new one, or one in which the host did not take part."""
    if live is None:
        return True
    before, after = ((s.type, s.allow_management) for s in (live.settings, _settled(want, live)))
    return not _takes_part(*before) and _takes_part(*after)


def _takes_part(kind: object, allowed: object) -> bool:
    return kind == "Internal" or (kind == "External" and allowed is not False)


def _settled(want: VirtualSwitch, live: LiveSwitch) -> SwitchSettings:
    """What decides whether the host takes part, as it will be."""
    return SwitchSettings(**{name: keeps(want.settings, live.settings, name) for name in ("type", "allow_management")})


def _names(adapter: ManagementAdapter, want: VirtualSwitch, live: LiveSwitch | None, at: str, holds: tuple[str, ...], ctx: Context) -> Iterator[Finding]:
    """What stands against one more adapter: the switch is named, not identified, when one is added."""
    name = want.name
    if _brings_one(want, live) and adapter.name.casefold() in (name.casefold(), live.name.casefold() if live else ""):
        what = "a new switch" if live is None else "a switch that the host comes to take part in"
        text = f"{what} brings an adapter of the host with its own name, {name}, whose id is known only afterwards. Apply with --exclude={at} first."
        yield Finding(address=at, code="adapter-comes", text=text, blocks=holds)
    if ctx.switches.get(name.casefold(), 0) > 1:
        yield Finding(address=at, code="switch-duplicate", text=f"several switches of this host are named {name}. Rename all but one.", blocks=holds)
    for other in sorted(ctx.switches):
        if other != name.casefold() and fits(name, other):
            text = f"the switch name {name}, which has to be sent, is also a pattern that fits switch {other}. Rename the switch."
            yield Finding(address=at, code="switch-pattern", text=text, blocks=holds)
