"""Virtual switches: found, compared, removed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hvplan.diff.changes import Create, Delete, Finding, Keep, Update
from hvplan.diff.context import Context
from hvplan.diff.digests import cause, declared
from hvplan.diff.ownership import Found
from hvplan.diff.result import ObjectDiff
from hvplan.diff.settings import compare, row_findings
from hvplan.model.impact import Situation
from hvplan.model.live import LiveHost, LiveSwitch, LiveVm
from hvplan.model.objects import Stack, VirtualSwitch
from hvplan.model.values import UNSET, Unknown

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
    """A switch that is not there."""
    findings = list(row_findings(want.settings, address, want.lifecycle, 0, ctx.host))
    kind = want.settings.type
    if kind is UNSET:
        text = "type must be written: the switch is not on the host and has to be created."
        findings.append(Finding(address=address, code="incomplete", text=text, path="type", blocks=(address,)))
    elif kind == "External":
        findings.append(_refuse(address, "external", "an External switch is not made by this version. Make it by hand; it is found by its name then."))
    return ObjectDiff(changes=(Create(address=address, want=want),), findings=tuple(findings))


def update_switch(want: VirtualSwitch, found: Found[LiveSwitch], address: str, ctx: Context) -> ObjectDiff:
    """A switch that is there."""
    live, marks = found.live, ctx.desired.stack.marks
    fields = compare(want.settings, live.settings, want.lifecycle, situation=_ANY, host=ctx.host)
    told = cause(found.marker, "sw", declared(want.settings), declared(live.settings))
    protect = want.lifecycle.protect
    now = found.marker.protect if found.marker else False
    change = Update(
        address=address,
        want=want,
        live=live,
        fields=tuple(replace(field, cause=told) for field in fields),
        marker=found.marker,
        adopts=marks and not found.ours,
        claims=found.former,
        finishing=found.finishing,
        renamed_from=live.name if live.name != want.name else "",
        protect=protect if marks and found.ours and protect is not None and protect != now else None,
    )
    if not (fields or change.adopts or change.claims or change.finishing or change.renamed_from or change.protect is not None):
        return ObjectDiff(changes=(Keep(address=address, want=want, live=live, marker=found.marker),))
    findings = [*row_findings(want.settings, address, want.lifecycle, 0, ctx.host), *_untouchable(live, address)]
    if any(f.path == "type" and "External" in (f.before, f.after) for f in fields):
        findings.append(_refuse(address, "external", f"the switch is {live.settings.type}; this version does not change switches to or from External."))
    if ctx.host.identity.cluster_node and ctx.options.cluster == "refuse" and change.renamed_from:
        findings.append(
            _refuse(address, "cluster", "this host is a cluster node: nothing is renamed here unless its Host says `cluster: standalone-vms-only`.")
        )
    return ObjectDiff(changes=(change,), findings=tuple(findings))


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
    return ObjectDiff(changes=(Delete(address=address, live=live, want=want, marker=marker),), findings=tuple(findings))


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
