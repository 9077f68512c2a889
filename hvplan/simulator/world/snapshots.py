"""Checkpoints: taken, restored, renamed, removed; the tree and its AVHDX files (behaviour 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hvplan.simulator.values import Obj
from hvplan.simulator.world import avhdx, limits, units, vhds
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.matrix import check, verdict
from hvplan.simulator.world.nouns import VM, Checkpoint, Disk
from hvplan.simulator.world.power import arrived
from hvplan.simulator.world.records import snapshot_record
from hvplan.simulator.world.refusals import Refusal, about, operation_failed, snapshot_not_found, wrong_state
from hvplan.simulator.world.releases import CHECKPOINTS
from hvplan.simulator.world.state import STOPPED_STATES
from hvplan.simulator.world.wildcard import has_wildcard, matches

Taken = tuple[VM, Checkpoint]


def get_snapshot(context: Context) -> None:
    """Get-VMSnapshot: of VMs, by name pattern, or by id; nothing found by a plain name or id is an error (row 5)."""
    if context.has("Id"):
        wanted = context.get("Id")
        found = context.state.checkpoint(wanted if isinstance(wanted, UUID) else UUID(str(wanted)))
        if found is None:
            raise snapshot_not_found()
        context.give(snapshot_record(*found, context.state))
        return
    pattern = context.text("Name") or "*"
    if context.has("ParentOf") or context.has("ChildOf"):
        for vm, checkpoint in _relatives(context):
            if _asked(context, pattern, checkpoint):
                context.give(snapshot_record(vm, checkpoint, context.state))
        return
    vms = context.vms()
    found_any = False
    for vm in vms:
        for checkpoint in vm.checkpoints:
            if _asked(context, pattern, checkpoint):
                context.give(snapshot_record(vm, checkpoint, context.state))
                found_any = True
    if vms and not found_any and not has_wildcard(pattern):
        raise snapshot_not_found()


def _asked(context: Context, pattern: str, checkpoint: Checkpoint) -> bool:
    return matches(pattern, checkpoint.name) and (not context.has("SnapshotType") or checkpoint.type == context.get("SnapshotType"))


def _relatives(context: Context) -> list[Taken]:
    given = context.get("ParentOf") or context.get("ChildOf")
    if isinstance(given, Obj) and given.type.endswith("VirtualMachine"):
        vm = next((one for one in context.state.vms.values() if str(one.id) == given.id), None)
        return [(vm, one) for one in vm.checkpoints if one.id == vm.parent] if vm else []
    vm, checkpoint = context.snapshot(given)
    if context.has("ParentOf"):
        return [(vm, one) for one in vm.checkpoints if one.id == checkpoint.parent]
    return [(vm, one) for one in vm.checkpoints if one.parent == checkpoint.id]


def take(context: Context) -> None:
    """Checkpoint-VM."""

    def act(vm: VM) -> None:
        failed = "Checkpoint operation failed."
        check(vm, "checkpoint.take")
        if vm.checkpoint_type == "Disabled":
            raise operation_failed(about(vm, failed, "Checkpoints have been disabled."), vm.name)
        if len(vm.checkpoints) >= CHECKPOINTS:
            raise operation_failed(about(vm, failed, f"The maximum of {CHECKPOINTS} checkpoints was reached."), vm.name)
        if any(disk.shared for disk in vm.disks):
            raise operation_failed(about(vm, failed, "A shared virtual hard disk does not support checkpoints."), vm.name)
        _whole(context, vm, vm.disks, failed)
        _room(context, vm)
        running = vm.state not in STOPPED_STATES
        quiet = vm.guest.shutdown != "none" and "vss" in vm.services
        if running and vm.checkpoint_type == "ProductionOnly" and not quiet:
            raise operation_failed(about(vm, failed, "Production checkpoints cannot be created for this virtual machine."), vm.name)
        memory = (running and (vm.checkpoint_type == "Standard" or not quiet)) or vm.state == "Saved"
        now = context.now()
        name = context.text("SnapshotName") or f"{vm.name[:60]} - ({now.month}/{now.day}/{now.year} - {now:%I:%M:%S %p})"
        limits.name(name, "checkpoint")
        made = Checkpoint(
            id=context.state.draw("checkpoint", f"{vm.id}/{name}"), name=name, created=now, parent=vm.parent, memory=memory,
            vm=replace(vm, checkpoints=(), pending=None, merging_until=None),
        )  # fmt: skip
        disks = avhdx.branch_disks(context.state, vm, str(made.id))
        new = context.state.put(replace(vm, disks=disks, checkpoints=(*vm.checkpoints, made), parent=made.id))
        context.give_if_asked(lambda: snapshot_record(new, made, context.state))

    context.each(context.vms("Name"), act)


def _whole(context: Context, vm: VM, disks: Iterable[Disk], failed: str) -> None:
    """Row 36: nothing is branched or merged where a file of a chain is missing."""
    if any(vhds.broken(context.state, disk.path) for disk in disks if disk.path):
        raise operation_failed(about(vm, f"{failed} {vhds.MISSING}", "Virtual machine failed to generate VHD tree."), vm.name)


def _room(context: Context, vm: VM) -> None:
    """The new files start near 4 MB (behaviour 3.2)."""
    paths = [disk.path for disk in vm.disks if disk.path]
    if not all(context.state.room(path, 4 * units.MIB * len(paths)) for path in paths):
        raise operation_failed(about(vm, "Checkpoint operation failed.", "There is not enough space on the disk. (0x80070070)."), vm.name)


def _named(context: Context) -> list[Taken]:
    """The checkpoints that a write names."""
    found: list[Taken] = []
    for one in context.many("VMSnapshot"):
        try:
            found.append(context.snapshot(one))
        except Refusal as refusal:
            context.errors.append(refusal.error)
    if context.has("VM") or context.has("VMName"):
        patterns = [str(one) for one in context.many("Name")] or ["*"]
        for vm in context.vms():
            for pattern in patterns:
                fitting = [(vm, one) for one in vm.checkpoints if matches(pattern, one.name)]
                if not fitting and not has_wildcard(pattern):
                    context.errors.append(snapshot_not_found().error)
                found += fitting
    return found


def remove(context: Context) -> None:
    """Remove-VMSnapshot: children go to its parent, disks merge afterwards (behaviour 4)."""

    def act(pair: Taken) -> None:
        vm = context.live(pair[0])
        checkpoint = next((one for one in vm.checkpoints if one.id == pair[1].id), None)
        if checkpoint is None:
            raise snapshot_not_found()
        check(vm, "checkpoint.remove")
        _whole(context, vm, (*vm.disks, *checkpoint.vm.disks), "Cannot delete checkpoint:")
        record = snapshot_record(vm, checkpoint, context.state)
        gone = {checkpoint.id}
        if context.on("IncludeAllChildSnapshots"):
            for one in vm.checkpoints:  # a parent stands before its children
                if one.parent in gone:
                    gone.add(one.id)
        heir = checkpoint.parent
        left = tuple(replace(one, parent=heir) if one.parent in gone else one for one in vm.checkpoints if one.id not in gone)
        new = replace(vm, checkpoints=left, parent=heir if vm.parent in gone else vm.parent)
        context.state.put(new)
        seconds = context.latency.merge * len(vm.disks)
        if seconds > 0 and avhdx.mergeable(context.state, new):
            context.state.put(replace(new, merging_until=context.now() + timedelta(seconds=seconds)))
        else:
            context.state.put(avhdx.collapse(context.state, new))
        context.give_if_asked(lambda: record)

    context.each(_named(context), act)


def restore(context: Context) -> None:
    """Restore-VMSnapshot: the VM becomes what it was; without memory it is Off, with memory Saved."""

    def act(pair: Taken) -> None:
        vm, checkpoint = context.live(pair[0]), pair[1]
        if verdict("checkpoint.take", vm.state, vm.generation) != "Y":
            raise wrong_state(vm)
        held = checkpoint.vm
        _whole(context, vm, held.disks, "Checkpoint operation failed.")
        disks = avhdx.branch_disks(context.state, held, f"{vm.id}/{context.state.draw('restore', str(checkpoint.id))}")
        new = arrived(
            replace(held, id=vm.id, disks=disks, checkpoints=vm.checkpoints, parent=checkpoint.id, guest=vm.guest, state=vm.state),
            "Saved" if checkpoint.memory else "Off",
            context.now(),
        )
        context.state.put(avhdx.collapse(context.state, new))
        context.give_if_asked(lambda: snapshot_record(new, checkpoint, context.state))

    context.each(_named(context), act)


def rename(context: Context) -> None:
    """Rename-VMSnapshot: in any state."""
    name = limits.name(context.text("NewName"), "checkpoint")

    def act(pair: Taken) -> None:
        vm = context.live(pair[0])
        new = replace(pair[1], name=name)
        context.state.put(replace(vm, checkpoints=tuple(new if one.id == new.id else one for one in vm.checkpoints)))
        context.give_if_asked(lambda: snapshot_record(vm, new, context.state))

    context.each(_named(context), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMSnapshot": get_snapshot,
    "Checkpoint-VM": take,
    "Remove-VMSnapshot": remove,
    "Restore-VMSnapshot": restore,
    "Rename-VMSnapshot": rename,
}
