"""`ensure: Absent` of a VM: what this stack created goes, what it adopted is released, anything else is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hvplan.diff.changes import Delete, Finding, Keep, Update
from hvplan.diff.context import Context
from hvplan.diff.digests import disk_declared, disk_section, made_as
from hvplan.diff.going import detached
from hvplan.diff.hindered import REPLICAS
from hvplan.diff.keeps import keeps_file
from hvplan.diff.ownership import Found
from hvplan.diff.power import STEADY
from hvplan.diff.result import ObjectDiff
from hvplan.diff.scope import fits_any
from hvplan.diff.stopping import removal_foreseen
from hvplan.model.address import device
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveVm
from hvplan.model.marker import LIMIT, Marker, digest, going_of, write
from hvplan.model.objects import VirtualMachine
from hvplan.model.values import Unknown, normal_path, same_path

_STOPPED: Final = When("it is stopped and removed", Impact.DATA)
_GONE: Final = When("it is removed", Impact.DATA)


def delete_vm(want: VirtualMachine, found: Found[LiveVm], address: str, ctx: Context) -> ObjectDiff:
    """The change, and every reason why not."""
    live, marker = found.live, found.marker
    kept = Keep(address=address, want=want, live=live, marker=marker)
    if marker is None:
        text = f"the machine was not made by this stack ({live.id}), so it is not removed. Take it out of the files, or adopt it first and release it then."
        return ObjectDiff(changes=(kept,), findings=(_refuse(address, "not-owned", text),))
    findings = list(_guards(want, live, marker, address, ctx))
    if marker.origin == "adopted":
        return ObjectDiff(changes=(Update(address=address, want=want, live=live, marker=marker, released=True),), findings=tuple(findings))
    if isinstance(live.checkpoints, Unknown):
        findings.append(_refuse(address, "unknown", f"its checkpoints could not be read ({live.checkpoints.why}), so it is not removed."))
    elif live.checkpoints:
        listed = ", ".join(sorted(c.name for c in live.checkpoints))
        findings.append(_refuse(address, "checkpoints", f"it has checkpoints ({listed}). This version does not remove them: remove them first."))
    if live.state not in STEADY or live.state == "Paused":
        findings.append(_refuse(address, "state", f"the machine is {live.state}. Bring it to Running or Off, then run again."))
    elif live.busy:
        findings.append(
            Finding(address=address, code="busy", text=f"the machine is busy ({live.busy}); left for a later run", blocks=(address,), deferred=True)
        )
    files: dict[str, str] = {}
    for at, path, why in (*_files(want, live, marker, address, ctx), *detached(live, marker, address, ctx)):
        if not fits_any(ctx.options.delete_disks, at, ctx.options.host, want.labels):
            continue
        if why:
            text = f"{path} is not deleted: {why}. Name the disks that are to go (--delete-disks={address}/disks/KEY), or leave the option out."
            findings.append(Finding(address=at, code="disk-kept", text=text, path="vhd.path", blocks=(address,)))
        else:
            files[at] = path
    if len(write(replace(marker, going=going_of(files))).encode()) > LIMIT:
        text = f"the mark of the machine cannot name {len(files)} files that are to go. Name fewer (--delete-disks={address}/disks/KEY)."
        findings.append(_refuse(address, "too-many-files", text))
    line = _STOPPED if live.state == "Running" else _GONE
    change = Delete(address=address, live=live, want=want, marker=marker, files=files, line=line)
    warnings = tuple(f"{address}: {text}" for text in removal_foreseen(want, live, ctx.desired.stack.policy))
    return ObjectDiff(changes=(change,), findings=tuple(findings), warnings=warnings)


def _guards(want: VirtualMachine, live: LiveVm, marker: Marker, address: str, ctx: Context) -> Iterator[Finding]:
    if marker.protect or want.lifecycle.protect:
        yield _refuse(address, "protected", "the machine is protected. Apply once with `protect: false`, then remove it.")
    if ctx.host.identity.cluster_node and ctx.options.cluster == "refuse":
        yield _refuse(address, "cluster", "this host is a cluster node: nothing is removed here unless its Host says `cluster: standalone-vms-only`.")
    if live.replication in REPLICAS:
        yield _refuse(address, "replica", f"the machine is a replica ({live.replication}) and is only read.")


def _files(want: VirtualMachine, live: LiveVm, marker: Marker, address: str, ctx: Context) -> Iterator[tuple[str, str, str]]:
    """Each disk of the machine: its address, its base file, and why that may not go with the machine (`""` if it may)."""
    for drive in live.disks:
        base = ctx.host.base(drive.path) if drive.path else ""
        if not base:
            continue
        if isinstance(base, Unknown):
            yield device(address, "disks", str(drive.slot)), drive.path, base.why
            continue
        disk = next((d for d in want.disks if d.path and same_path(d.path, base)), None)
        key = made_as(marker, drive, base, ctx.host.vhds.get(normal_path(base)))
        if disk and disk.vhd and disk.vhd.existing != "Adopt" and marker.applied.get(disk_section(disk.key)) == digest(disk_declared(disk)):
            key = disk.key
        at = device(address, "disks", key or (disk.key if disk else str(drive.slot)))
        yield at, base, keeps_file(base, live.id, ctx) if key else "its mark does not say that hvplan made it"


def _refuse(address: str, code: str, text: str) -> Finding:
    return Finding(address=address, code=code, text=text, blocks=(address,))
