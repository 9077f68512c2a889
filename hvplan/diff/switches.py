"""Virtual switches: found, compared, removed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from hvplan.diff.changes import Change, Create, Delete, FieldChange, Finding, Keep, Replace, Update
from hvplan.diff.context import Context
from hvplan.diff.digests import cause, switch_declared, switch_live
from hvplan.diff.management import diff_management
from hvplan.diff.network import Meant, carries, in_use, meant
from hvplan.diff.ownership import Found
from hvplan.diff.result import ObjectDiff
from hvplan.diff.settings import compare, manages, row_findings
from hvplan.model.impact import Situation
from hvplan.model.live import LiveHost, LiveSwitch, LiveVm
from hvplan.model.marker import Marker
from hvplan.model.network import NET_ADAPTERS, Nic
from hvplan.model.objects import Stack, VirtualSwitch
from hvplan.model.rows import Row
from hvplan.model.values import UNSET, Unknown
from hvplan.model.view import nic_names

DEFAULT_SWITCH: Final = "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444"
"""The client's built-in Default Switch, which nobody manages."""
_NAMESPACE: Final = uuid.UUID("6f1d7a52-3c0e-5b7e-9a44-0d5b8f0f6c11")
_ANY: Final = Situation(state="Off", generation=0)


def planned_id(host: LiveHost, stack: Stack, name: str) -> str:
    """The id a switch gets at plan time, `""` where the host gives one itself (`New-VMSwitch -Id`: 2019 and later)."""
    if not host.has("New-VMSwitch", "Id"):
        return ""
    identity = "\n".join((host.identity.machine_id.lower(), stack.name, name.casefold()))
    planned = str(uuid.uuid5(_NAMESPACE, identity))
    return "" if any(switch.id == planned for switch in host.switches) else planned


def create_switch(want: VirtualSwitch, address: str, ctx: Context) -> ObjectDiff:
    """A switch that is not there, with the adapters of the host on it."""
    findings = list(row_findings(want.settings, address, want.lifecycle, 0, ctx.host))
    kind = want.settings.type
    nics: tuple[Nic, ...] = ()
    if kind is UNSET:
        findings.append(_incomplete(address, "type", "type must be written: the switch is not on the host and has to be created."))
    elif kind == "External" and want.net_adapters is UNSET:
        findings.append(_incomplete(address, "netAdapters", "netAdapters must be written: an External switch is made over a network adapter of the host."))
    elif kind == "External" and want.net_adapters is not UNSET:
        chosen = meant(want.net_adapters, ctx)
        nics = chosen.nics
        findings += [*_wrong(chosen, address), *in_use(nics, None, address, ctx)]
        if want.settings.load_balancing is not UNSET and want.settings.teaming is not True:
            findings.append(_incomplete(address, "embeddedTeaming", "embeddedTeaming: true must be written: loadBalancing is of a team."))
    risk = carries(None, nics, ctx, external=True) if kind == "External" else ""
    devices, more, _ = diff_management(want, None, None, address, ctx)
    own = Create(address=address, want=want, net_adapters=nics, management=risk)
    return ObjectDiff(changes=(own, *devices), findings=(*findings, *more))


def update_switch(want: VirtualSwitch, found: Found[LiveSwitch], address: str, ctx: Context) -> ObjectDiff:
    """A switch that is there, with the adapters of the host on it."""
    live, marks = found.live, ctx.desired.stack.marks
    fields, nics, findings = _fields(want, live, address, ctx)
    told = cause(found.marker, "sw", switch_declared(want), switch_live(live))
    devices, more, undeclared = diff_management(want, live, found.marker, address, ctx)
    if lasting := tuple(field for field in fields if field.row and field.row.create_only):
        return _replace(want, live, lasting, found.marker, address)
    protect = want.lifecycle.protect
    now = found.marker.protect if found.marker else False
    change = Update(
        address=address,
        want=want,
        live=live,
        fields=tuple(replace(field, cause=told) for field in fields),
        marker=found.marker,
        adopts=marks and not found.ours,
        claims=found.former or (found.misnamed and live.name == want.name),
        finishing=found.finishing,
        renamed_from=live.name if live.name != want.name else "",
        protect=protect if marks and found.ours and protect is not None and protect != now else None,
        net_adapters=nics,
        management=_cuts_off(want, live, fields, nics, ctx),
    )
    findings += more
    if not (fields or change.adopts or change.claims or change.finishing or change.renamed_from or change.protect is not None):
        own: Change = Keep(address=address, want=want, live=live, marker=found.marker)
        findings += _untouchable(live, address) if any(not isinstance(device, Keep) for device in devices) else ()
        return ObjectDiff(changes=(own, *devices), findings=tuple(findings), undeclared=undeclared)
    findings += [*row_findings(want.settings, address, want.lifecycle, 0, ctx.host), *_untouchable(live, address)]
    if ctx.host.identity.cluster_node and ctx.options.cluster == "refuse" and change.renamed_from:
        findings.append(
            _refuse(address, "cluster", "this host is a cluster node: nothing is renamed here unless its Host says `cluster: standalone-vms-only`.")
        )
    return ObjectDiff(changes=(change, *devices), findings=tuple(findings), undeclared=undeclared)


def _fields(want: VirtualSwitch, live: LiveSwitch, address: str, ctx: Context) -> tuple[tuple[FieldChange, ...], tuple[Nic, ...], list[Finding]]:
    """What differs, the physical adapters it ends up with where these change, and what is wrong."""
    fields = list(compare(want.settings, live.settings, want.lifecycle, situation=_ANY, host=ctx.host, equal=_equal))
    findings: list[Finding] = []
    external = "External" in (want.settings.type, live.settings.type if want.settings.type is UNSET else "")
    unread = live.team_unread or (live.net_adapters.why if isinstance(live.net_adapters, Unknown) else "")
    if unread and any(field.path == "loadBalancing" for field in fields):
        findings.append(_incomplete(address, "loadBalancing", f"the team of the switch could not be read ({unread}).", code="unknown"))
    elif any(field.path == "loadBalancing" and live.settings.teaming is False for field in fields) and want.settings.teaming is UNSET:
        findings.append(_incomplete(address, "loadBalancing", "the switch has no team, so nothing is balanced. Remove loadBalancing.", code="no-team"))
    if not external and live.settings.type != "External" and (want.net_adapters is not UNSET or want.settings.allow_management is not UNSET):
        text = f"the switch is {live.settings.type}, and only an External one has that. Write type: External, or remove it."
        findings.append(_incomplete(address, "netAdapters" if want.net_adapters is not UNSET else "allowManagementOS", text, code="switch-type"))
    if want.net_adapters is UNSET or not manages(want.lifecycle, "netAdapters"):
        if any(field.path == "type" and field.after == "External" for field in fields):
            findings.append(_incomplete(address, "netAdapters", "netAdapters must be written: the switch is not External yet."))
        return tuple(fields), (), findings
    chosen = meant(want.net_adapters, ctx)
    if isinstance(live.net_adapters, Unknown):
        why = f"the network adapters under the switch could not be read ({live.net_adapters.why}), so nothing about them is decided."
        findings.append(_incomplete(address, "netAdapters", why, code="unknown"))
    elif chosen.why:
        findings += _wrong(chosen, address)
    elif {nic.id for nic in chosen.nics} != {nic.id for nic in live.net_adapters}:
        findings += in_use(chosen.nics, live, address, ctx)
        if len(chosen.nics) > 1 and any(field.path == "type" for field in fields):
            text = "a switch becomes External over one network adapter. Name one, apply, then add the others."
            findings.append(_incomplete(address, "netAdapters", text, code="one-adapter"))
        fields.append(FieldChange(path="netAdapters", before=nic_names(live.net_adapters), after=nic_names(chosen.nics), line=NET_ADAPTERS))
        return tuple(fields), chosen.nics, findings
    return tuple(fields), (), findings


def _cuts_off(want: VirtualSwitch, live: LiveSwitch, fields: Sequence[FieldChange], nics: tuple[Nic, ...], ctx: Context) -> str:
    """Why these changes may cut the session off: they take the switch from its network, or the host from the switch."""
    if not any(field.path in ("type", "netAdapters", "allowManagementOS") for field in fields):
        return ""
    here = () if isinstance(live.net_adapters, Unknown) else live.net_adapters
    taken = tuple(nic for nic in nics if nic.id not in {one.id for one in here})
    return carries(live, taken, ctx, external="External" in (want.settings.type, live.settings.type))


def _equal(row: Row, want: Any, now: Any) -> bool:
    """`Default` is what Hyper-V chose. Notes: how their lines end means nothing."""
    if row.path == "notes" and isinstance(want, str) and isinstance(now, str):
        return want.replace("\r\n", "\n") == now.replace("\r\n", "\n")
    return bool(want == now) or (row.path == "bandwidthMode" and want == "Default")


def _replace(want: VirtualSwitch, live: LiveSwitch, fields: tuple[FieldChange, ...], marker: Marker | None, address: str) -> ObjectDiff:
    """What only a new switch could have: listed and refused."""
    listed = ", ".join(f"{f.path} is {f.row.show(f.before) if f.row else f.before}, not {f.row.show(f.after) if f.row else f.after}" for f in fields)
    code = "protected" if want.lifecycle.protect or (marker and marker.protect) else "replace"
    text = f"{listed}: only a new switch could have that. This version does not replace switches; declare it as it is, or remove it first."
    finding = Finding(address=address, code=code, text=text, path=fields[0].path, blocks=(address,))
    return ObjectDiff(changes=(Replace(address=address, want=want, live=live, fields=fields, marker=marker),), findings=(finding,))


def _wrong(chosen: Meant, address: str) -> Iterator[Finding]:
    if chosen.why:
        yield Finding(address=address, code=chosen.code, path="netAdapters", text=chosen.why, blocks=(address,))


def _incomplete(address: str, path: str, text: str, code: str = "incomplete") -> Finding:
    return Finding(address=address, code=code, text=text, path=path, blocks=(address,))


def delete_switch(want: VirtualSwitch, found: Found[LiveSwitch], address: str, ctx: Context, leaving: frozenset[str]) -> ObjectDiff:
    """`ensure: Absent`: what this stack created goes, what it adopted is released. `leaving`: ids of adapters that leave it in this run."""
    live, marker = found.live, found.marker
    findings = list(_untouchable(live, address))
    if marker is None:
        text = f"the switch was not made by this stack ({live.id}), so it is not removed. Take it out of the files."
        return ObjectDiff(changes=(Keep(address=address, want=want, live=live),), findings=(*findings, _refuse(address, "not-owned", text)))
    if marker.protect or want.lifecycle.protect:
        text = "the switch is protected. Apply once with `protect: false`, then remove it."
        findings.append(_refuse(address, "protected", text))
    if marker.origin == "adopted":
        return ObjectDiff(changes=(Update(address=address, want=want, live=live, marker=marker, released=True),), findings=tuple(findings))
    users = [f"{vm.name}/{adapter}" for vm, adapter in _connected(live, ctx.host.vms, leaving)]
    if users:
        findings.append(_refuse(address, "switch-in-use", f"{', '.join(users)} connected to it. Connect them elsewhere first."))
    hidden = sorted(vm.name for vm in ctx.host.vms if isinstance(vm.adapters, Unknown))
    if hidden:
        findings.append(_refuse(address, "unknown", f"the adapters of {', '.join(hidden)} could not be read, so it is not known who uses the switch."))
    risk = carries(live, (), ctx, external=live.settings.type == "External")
    return ObjectDiff(changes=(Delete(address=address, live=live, want=want, marker=marker, management=risk),), findings=tuple(findings))


def _connected(switch: LiveSwitch, vms: tuple[LiveVm, ...], leaving: frozenset[str]) -> Iterator[tuple[LiveVm, str]]:
    for vm in sorted(vms, key=lambda vm: (vm.name, vm.id)):
        for adapter in () if isinstance(vm.adapters, Unknown) else vm.adapters:
            on = adapter.settings.switch
            if isinstance(on, str) and on.casefold() == switch.name.casefold() and adapter.id not in leaving:
                yield vm, adapter.name


def _untouchable(live: LiveSwitch, address: str) -> Iterator[Finding]:
    if live.id.lower() == DEFAULT_SWITCH:
        yield _refuse(address, "built-in", "the Default Switch is built in and is not managed. Take it out of the files; adapters may name it.")


def _refuse(address: str, code: str, text: str) -> Finding:
    return Finding(address=address, code=code, text=text, blocks=(address,))
