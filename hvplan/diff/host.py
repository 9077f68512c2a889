"""The comparison of one whole host: every declared object in scope, and what nobody declared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hvplan.diff.boot import scoped, written
from hvplan.diff.changes import Change, Create, Delete, DiffOptions, Finding, HostDiff, Keep, Update
from hvplan.diff.context import Context, arranged, context
from hvplan.diff.hostsettings import diff_settings
from hvplan.diff.limits import memory_findings, space_findings
from hvplan.diff.network import released
from hvplan.diff.ownership import Foreign, Found, Identified, Missing, Search, copies, owned_by, vm_cut_off
from hvplan.diff.removal import delete_vm
from hvplan.diff.result import ObjectDiff
from hvplan.diff.scope import in_scope, left_out_by
from hvplan.diff.switches import DEFAULT_SWITCH, create_switch, delete_switch, update_switch
from hvplan.diff.vm import create_vm, update_vm
from hvplan.model import address as addresses
from hvplan.model.devices import NetworkAdapter
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveAdapter, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.objects import Desired, Ensure, VirtualDisk, VirtualMachine, VirtualSwitch
from hvplan.model.values import Unknown, normal_path


def diff_host(desired: Desired, live: LiveHost, options: DiffOptions) -> HostDiff:
    """Compare what one host should be (`desired.of(host)`) with what it is."""
    live = arranged(live)
    ctx = context(live, desired, options)
    vm_search, switch_search = _vm_search(ctx), _switch_search(ctx)
    vms = {want.name: vm_search.identify(want, addresses.vm(want.name)) for want in desired.vms}
    switches = {want.name: switch_search.identify(want, addresses.switch(want.name)) for want in desired.switches}
    ctx = replace(ctx, switches=_switch_names(ctx, switches), renames=_renames(ctx, switches), released=released(ctx, _giving(ctx, switches)))
    vm_parts = [_vm(want, vms[want.name], ctx) for want in desired.vms]
    leaving = _leaving([change for part in vm_parts for change in part.changes])
    parts = [part for want in desired.hosts if (part := diff_settings(want, addresses.host(want.name), ctx))]
    parts += [_switch(want, switches[want.name], ctx, leaving) for want in desired.switches]
    parts += [_disk(want, ctx) for want in desired.disks]
    parts = [_scoped(part, ctx, labels(desired)) for part in (*parts, *vm_parts)]
    changes = tuple(change for part in parts for change in part.changes)
    findings = [finding for part in parts for finding in part.findings]
    findings += [*memory_findings(ctx, changes), *space_findings(ctx, changes)]
    return HostDiff(
        host=options.host,
        changes=changes,
        outside=tuple(change for part in parts for change in part.outside),
        findings=tuple(dict.fromkeys(findings)),
        warnings=(*(w for part in parts for w in part.warnings), *copies(live.vms, "vm", "VM"), *copies(live.switches, "switch", "switch")),
        unmanaged=_unmanaged(live, vms, switches, parts),
    )


def labels(desired: Desired) -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Address of an object -> its labels."""
    found = {addresses.vm(vm.name): vm.labels for vm in desired.vms}
    found |= {addresses.switch(s.name): s.labels for s in desired.switches}
    return found | {addresses.disk(d.name): d.labels for d in desired.disks}


def declared_addresses(desired: Desired) -> tuple[str, ...]:
    """Every address the files name, devices included."""
    found = [addresses.host(h.name) for h in desired.hosts if h.settings != HostSettings()]
    found += [addresses.switch(s.name) for s in desired.switches] + [addresses.disk(d.name) for d in desired.disks]
    found += [addresses.device(addresses.switch(s.name), "managementAdapters", a.key) for s in desired.switches for a in s.management]
    for vm in desired.vms:
        owner = addresses.vm(vm.name)
        found += [owner, *(addresses.device(owner, "disks", d.key) for d in vm.disks)]
        found += [addresses.device(owner, "dvds", d.key) for d in vm.dvds]
        found += [addresses.device(owner, "networkAdapters", a.key) for a in vm.network_adapters]
    return tuple(found)


def _vm_search(ctx: Context) -> Search[LiveVm]:
    names = frozenset(vm.name.casefold() for vm in ctx.desired.vms)
    owned = owned_by(ctx.desired.stack, "vm", ctx.host.vms)
    return Search(kind="vm", noun="VM", stack=ctx.desired.stack, lives=ctx.host.vms, declared=names, cut_off=vm_cut_off, owned=owned)


def _switch_search(ctx: Context) -> Search[LiveSwitch]:
    names = frozenset(s.name.casefold() for s in ctx.desired.switches)
    owned = owned_by(ctx.desired.stack, "switch", ctx.host.switches)
    return Search(kind="switch", noun="switch", stack=ctx.desired.stack, lives=ctx.host.switches, declared=names, cut_off=lambda live: False, owned=owned)


def _switch_names(ctx: Context, found: Mapping[str, Identified[LiveSwitch]]) -> dict[str, int]:
    """Case-folded name -> how many switches of that name there are once this run is done."""
    counts: dict[str, int] = {}
    renamed = {i.live.id: name for name, i in found.items() if isinstance(i, Found)}
    for live in ctx.host.switches:
        name = renamed.get(live.id, live.name).casefold()
        counts[name] = counts.get(name, 0) + 1
    for want in ctx.desired.switches:
        created = isinstance(found[want.name], Missing) and want.ensure is Ensure.PRESENT
        if created and in_scope(ctx.options, addresses.switch(want.name), want.labels):
            counts[want.name.casefold()] = counts.get(want.name.casefold(), 0) + 1
    return counts


def _giving(ctx: Context, found: Mapping[str, Identified[LiveSwitch]]) -> list[tuple[VirtualSwitch, LiveSwitch, bool]]:
    """Declared switches that are there, and whether this run may take physical adapters from them: one that was adopted is not removed."""
    pairs = [(want, found[want.name]) for want in ctx.desired.switches if in_scope(ctx.options, addresses.switch(want.name), want.labels)]
    return [
        (want, i.live, want.ensure is not Ensure.ABSENT or (i.marker is not None and i.marker.origin == "created")) for want, i in pairs if isinstance(i, Found)
    ]


def _renames(ctx: Context, found: Mapping[str, Identified[LiveSwitch]]) -> dict[str, str]:
    """Switches that are renamed under their adapters, which stay connected; only where the old name says which one it is."""
    names = [live.name.casefold() for live in ctx.host.switches]
    present = {want.name for want in ctx.desired.switches if want.ensure is Ensure.PRESENT and in_scope(ctx.options, addresses.switch(want.name), want.labels)}
    pairs = ((i.live.name.casefold(), name.casefold()) for name, i in found.items() if isinstance(i, Found) and name in present)
    return {old: new for old, new in pairs if old != new and names.count(old) == 1}


def _vm(want: VirtualMachine, found: Identified[LiveVm], ctx: Context) -> ObjectDiff:
    address = addresses.vm(want.name)
    cluster = ctx.host.identity.cluster_node
    match found:
        case Foreign(finding):
            live = next((vm for vm in ctx.host.vms if vm.name.casefold() == want.name.casefold()), None)
            return ObjectDiff(changes=(Keep(address=address, want=want, live=live),), findings=(finding,))
        case Missing():
            if cluster and ctx.options.cluster == "refuse":
                text = "it was not found, but this host is a cluster node, so it may run on another one: nothing is created or taken for gone here."
                refused = _refuse(address, "cluster", f"{text} Say `cluster: standalone-vms-only` on the Host for machines that are not clustered.")
                return ObjectDiff(changes=(Keep(address=address, want=want, live=None),), findings=(refused,))
            return _missing(want, address, ctx)
        case Found(live=live):
            if cluster and ctx.options.cluster != "refuse" and live.clustered:
                refused = _refuse(address, "clustered", "the machine is clustered, and this Host leaves clustered machines alone. Take it out of the files.")
                return ObjectDiff(changes=(Keep(address=address, want=want, live=live),), findings=(refused,))
            if want.ensure is Ensure.ABSENT:
                return delete_vm(want, found, address, ctx)
            if want.ensure is Ensure.REFERENCE:
                return ObjectDiff(changes=(Keep(address=address, want=want, live=live),))
            part = update_vm(want, found, address, ctx)
            return _namesakes(part, want, live, ctx)


def _missing(want: VirtualMachine, address: str, ctx: Context) -> ObjectDiff:
    if want.ensure is Ensure.REFERENCE:
        refused = _refuse(address, "reference-missing", f"VM {want.name} must be on the host and is not. Create it, or correct the name.")
        return ObjectDiff(changes=(Keep(address=address, want=want, live=None),), findings=(refused,))
    if want.ensure is Ensure.ABSENT:
        return ObjectDiff(changes=(Keep(address=address, want=want, live=None),))
    return create_vm(want, address, ctx)


def _namesakes(part: ObjectDiff, want: VirtualMachine, live: LiveVm, ctx: Context) -> ObjectDiff:
    """A machine known by its mark that has a namesake is told of; whether one may get a name is seen when all that is done is known (`plan/names`)."""
    others = sorted(vm.id for vm in ctx.host.vms if vm.id != live.id and vm.name.casefold() == want.name.casefold())
    if not others or any(isinstance(c, Update) and c.renamed_from for c in part.changes):
        return part
    text = f"{live.id} is meant by its mark, and {', '.join(others)} has the name {want.name} too"
    return replace(part, warnings=(*part.warnings, f"{addresses.vm(want.name)}: {text}"))


def _switch(want: VirtualSwitch, found: Identified[LiveSwitch], ctx: Context, leaving: frozenset[str]) -> ObjectDiff:
    address = addresses.switch(want.name)
    match found:
        case Foreign(finding):
            return ObjectDiff(changes=(Keep(address=address, want=want, live=None),), findings=(finding,))
        case Missing():
            if want.ensure is Ensure.PRESENT and ctx.host.identity.cluster_node and ctx.options.cluster == "refuse":
                refused = _refuse(
                    address, "cluster", "this host is a cluster node: nothing is created here unless its Host says `cluster: standalone-vms-only`."
                )
                return ObjectDiff(changes=(Create(address=address, want=want),), findings=(refused,))
            if want.ensure is Ensure.PRESENT:
                return create_switch(want, address, ctx)
            refused = _refuse(address, "reference-missing", f"switch {want.name} must be on the host and is not. Create it, or correct the name.")
            return ObjectDiff(changes=(Keep(address=address, want=want, live=None),), findings=(refused,) if want.ensure is Ensure.REFERENCE else ())
        case Found(live=live):
            if want.ensure is Ensure.ABSENT:
                return delete_switch(want, found, address, ctx, leaving)
            if want.ensure is Ensure.REFERENCE:
                return ObjectDiff(changes=(Keep(address=address, want=want, live=live),))
            return update_switch(want, found, address, ctx)


def _leaving(changes: list[Change]) -> frozenset[str]:
    """Ids of adapters that are off their switch after this run."""
    gone: set[str] = set()
    for change in changes:
        match change:
            case Delete(live=LiveVm() as vm) if not isinstance(vm.adapters, Unknown):
                gone |= {adapter.id for adapter in vm.adapters}
            case Delete(live=LiveAdapter() as adapter):
                gone.add(adapter.id)
            case Update(want=NetworkAdapter(), live=LiveAdapter() as adapter) if any(f.path == "switch" for f in change.fields):
                gone.add(adapter.id)
            case _:
                pass
    return frozenset(gone)


def _disk(want: VirtualDisk, ctx: Context) -> ObjectDiff:
    address, key = addresses.disk(want.name), normal_path(want.path)
    found = ctx.host.vhds.get(key) or ctx.host.files.get(key, Unknown("it was not looked for") if key not in ctx.host.vhds else None)
    kept = Keep(address=address, want=want, live=found if isinstance(found, LiveVhd | LiveFile) else None)
    if isinstance(found, Unknown):
        refused = Finding(address=address, code="unknown", path="path", text=f"{want.path} could not be read ({found.why}).", blocks=(address,))
        return ObjectDiff(changes=(kept,), findings=(refused,))
    if found is None and want.ensure is not Ensure.ABSENT:
        text = f"{want.path} must be there and is not. Put the file in place, or correct the path."
        return ObjectDiff(changes=(kept,), findings=(Finding(address=address, code="reference-missing", path="path", text=text, blocks=(address,)),))
    return ObjectDiff(changes=(kept,))


def _scoped(part: ObjectDiff, ctx: Context, known: Mapping[str, tuple[tuple[str, str], ...]]) -> ObjectDiff:
    """Only what this run looks at. Devices may be named without their machine, if that is there and ours."""

    def left_out(address: str) -> str:
        return left_out_by(ctx.options, address, known.get(addresses.owner(address), ()))

    own, *devices = part.changes
    below = [change for change in devices if not left_out(change.address)]
    outside = tuple(change for change in part.changes if left_out(change.address))
    findings = [finding for finding in part.findings if not left_out(finding.address)]
    whole = bool(left_out(own.address)) and not isinstance(own, Keep | Update)  # it takes everything below it along, so naming it says it all
    waiting = [change for change in outside if not isinstance(change, Keep) and (change is own or not whole)]
    findings += [_waits(change.address, left_out(change.address)) for change in waiting]
    undeclared = tuple(address for address in part.undeclared if not left_out(address))
    if not left_out(own.address):
        own, orders = scoped(own, below)
        return replace(part, changes=(own, *below), findings=(*findings, *orders), undeclared=undeclared, outside=outside)
    ready = isinstance(own, Keep) or (isinstance(own, Update) and not (own.adopts or own.claims or own.finishing))
    if not ready:
        text = f"{own.address} is not there, or not yet this stack's, and not part of this run. Name it with --target too."
        findings += [_refuse(change.address, "owner-missing", text) for change in below]
        return ObjectDiff(findings=tuple(findings), outside=part.changes)
    kept = []
    if below and isinstance(own, Keep | Update):
        order = None if written(own) else own.boot
        kept = [Keep(address=own.address, want=own.want, live=own.live, marker=own.marker, partial=True, boot=order)]
    return replace(part, changes=(*kept, *below), findings=tuple(findings), warnings=(), undeclared=undeclared, outside=outside)


def _waits(address: str, option: str) -> Finding:
    return Finding(address=address, code="out-of-scope", text=f"not in this run ({option})", deferred=True)


def _unmanaged(
    live: LiveHost, vms: Mapping[str, Identified[LiveVm]], switches: Mapping[str, Identified[LiveSwitch]], parts: list[ObjectDiff]
) -> tuple[str, ...]:
    known = {found.live.id for found in (*vms.values(), *switches.values()) if isinstance(found, Found)}
    foreign = {addresses.vm(name) for name, i in vms.items() if isinstance(i, Foreign)} | {
        addresses.switch(n) for n, i in switches.items() if isinstance(i, Foreign)
    }
    found = [addresses.vm(vm.name) for vm in live.vms if vm.id not in known]
    found += [addresses.switch(switch.name) for switch in live.switches if switch.id not in known]
    found += [address for part in parts for address in part.undeclared]
    return tuple(sorted(address for address in found if address not in foreign))


def _refuse(address: str, code: str, text: str) -> Finding:
    return Finding(address=address, code=code, text=text, blocks=(address,))


__all__ = ["DEFAULT_SWITCH", "declared_addresses", "diff_host", "labels"]
