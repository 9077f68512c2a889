"""Why a machine may not be changed now, or not this way: its state, a replica, a cluster, checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from hvplan.diff.changes import Change, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.power import needs_off, state_findings
from hvplan.model.live import LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.model.values import Unknown

REPLICAS = frozenset({"Replica", "TestReplica", "ExtendedReplica"})


def forbidden(vm: Machine, change: Update, devices: tuple[Change, ...], ctx: Context) -> Iterator[Finding]:
    """Why nothing may be changed on this machine now: its state, a replica, a cluster."""
    live = change.live
    assert isinstance(live, LiveVm)
    moving = [c for c in devices if not isinstance(c, Keep)]
    power = any(f.path == "state" for f in change.fields)
    others = bool(moving or change.renamed_from or change.unasked or any(f.path != "state" for f in change.fields))
    offline = needs_off(change, devices, ctx.options)
    yield from state_findings(vm.want, live, vm.address, ctx.desired.stack.policy, offline=offline, changes=others, power=power)
    if live.replication in REPLICAS:
        text = f"the machine is a replica ({live.replication}) and is only read. Change its primary, or take it out of the files."
        yield Finding(address=vm.address, code="replica", text=text, blocks=(vm.address,))
    if ctx.host.identity.cluster_node and ctx.options.cluster == "refuse" and (power or offline or change.renamed_from):
        text = "this host is a cluster node: no rename and no power change is made. Say `cluster: standalone-vms-only` on the Host if the VM is not clustered."
        yield Finding(address=vm.address, code="cluster", text=text, blocks=(vm.address,))
    if any(f.path == "path" for f in change.fields):
        text = f"its files lie in {live.path}, not below {vm.want.path}; this version does not move machines. Declare the path as it is."
        yield Finding(address=vm.address, code="path", text=text, path="path", blocks=(vm.address,))


def checkpoint_folder(fields: list[FieldChange], live: LiveVm, address: str) -> Iterator[Finding]:
    """The folder of checkpoints stays while there are any (behaviour 2.5, 4)."""
    if not any(field.path == "checkpoints.path" for field in fields) or live.checkpoints == ():
        return
    if isinstance(live.checkpoints, Unknown):
        text = f"checkpoints.path changes only while the machine has no checkpoints, and they could not be read ({live.checkpoints.why})."
        yield Finding(address=address, code="unknown", text=text, path="checkpoints.path", blocks=(address,))
    else:
        names = ", ".join(checkpoint.name for checkpoint in live.checkpoints[:3]) + (", ..." if len(live.checkpoints) > 3 else "")
        text = f"checkpoints.path changes only while the machine has no checkpoints; it has {len(live.checkpoints)} ({names})."
        text += " Remove them first, or leave the folder."
        yield Finding(address=address, code="checkpoints", text=text, path="checkpoints.path", blocks=(address,))


def fewer_controllers(want: VirtualMachine, live: LiveVm, address: str) -> Iterator[Finding]:
    """SCSI controllers that are there and not declared: none is taken away."""
    if isinstance(want.scsi_controllers, int) and want.scsi_controllers < live.scsi_controllers and want.lifecycle.manages("devices.scsiControllers"):
        text = f"it has {live.scsi_controllers} SCSI controllers, not {want.scsi_controllers}; this version does not remove them. Declare as many as there are."
        yield Finding(address=address, code="controllers-fewer", text=text, path="devices.scsiControllers", blocks=(address,))
