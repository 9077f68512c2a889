"""AVHDX files: where the writes of a VM go after a checkpoint."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.world import units
from hvplan.simulator.world.host_nouns import File, Vhd
from hvplan.simulator.world.nouns import VM, Disk
from hvplan.simulator.world.state import State, drawn_id


def branch_disks(state: State, vm: VM, owner: str) -> tuple[Disk, ...]:
    """New AVHDX children of a VM's disks beside them, and the drives that use them (behaviour 4: `name_<GUID>.avhdx`).

    `owner` makes the names differ: the id of the checkpoint, or of the VM, that the new files belong to.
    """
    made: list[Disk] = []
    for disk in vm.disks:
        file = state.file(disk.path) if disk.path else None
        if file is None or file.vhd is None or disk.shared:
            made.append(disk)
            continue
        number = len(state.children(file.path))
        stem, _, extension = units.leaf_of(disk.path).rpartition(".")
        base = stem[:-37] if extension.lower() in ("avhdx", "avhd") and len(stem) > 37 and stem[-37] == "_" else stem
        drawn = str(drawn_id(state.host.name, "avhdx", f"{owner}/{units.path_key(disk.path)}", number)).upper()
        path = units.join(units.parent_of(disk.path), f"{base}_{drawn}.{'avhd' if extension.lower() in ('vhd', 'avhd') else 'avhdx'}")
        header = Vhd(
            size=file.vhd.size, type="Differencing", parent=file.path, block=file.vhd.block, logical=file.vhd.logical, physical=file.vhd.physical,
            identifier=str(drawn_id(state.host.name, "vhd", units.path_key(path), 0)).upper(),
        )  # fmt: skip
        state.put_file(File(path=path, size=4 * units.MIB, vhd=header))
        made.append(state.given(replace(disk, path=path)))
    return tuple(made)


def _pinned(vm: VM) -> dict[str, int]:
    """Files that a remaining checkpoint or the present state uses directly."""
    counts: dict[str, int] = {}
    for holder in (vm, *(one.vm for one in vm.checkpoints)):
        for disk in holder.disks:
            if disk.path:
                counts[units.path_key(disk.path)] = counts.get(units.path_key(disk.path), 0) + 1
    return counts


def _family(state: State, vm: VM) -> list[File]:
    """The AVHDX files that belong to a VM: reachable from its disks and checkpoints, up and down, until nothing new is found."""
    found: dict[str, File] = {}
    todo = [disk.path for holder in (vm, *(one.vm for one in vm.checkpoints)) for disk in holder.disks if disk.path]
    while todo:
        for link in state.chain(todo.pop()):
            if units.path_key(link) not in found:
                file = state.file(link)
                assert file is not None
                found[units.path_key(link)] = file
                todo += [child.path for child in state.children(link) if is_avhdx(child.path)]
    return list(found.values())


def is_avhdx(path: str) -> bool:
    """Whether a file is one that Hyper-V made for a checkpoint."""
    return units.extension_of(path) in (".avhdx", ".avhd")


def _step(state: State, vm: VM) -> tuple[str, str] | None:
    """The next thing to tidy: (`delete`, file) for a leaf nobody uses, (`merge`, child) for a file that only its one child needs."""
    pinned = _pinned(vm)
    strangers = (one for other in state.vms.values() if other.id != vm.id for one in (other, *(held.vm for held in other.checkpoints)))
    others = {units.path_key(disk.path) for stranger in strangers for disk in stranger.disks if disk.path}
    for file in _family(state, vm):
        key = units.path_key(file.path)
        if key in pinned or key in others:
            continue
        children = state.children(file.path)
        if not children and is_avhdx(file.path):
            return "delete", file.path
        if len(children) == 1 and is_avhdx(children[0].path):
            return "merge", children[0].path
    return None


def mergeable(state: State, vm: VM) -> bool:
    """Whether anything waits for a merge."""
    return _step(state, vm) is not None


def collapse(state: State, vm: VM) -> VM:
    """Tidy the files of a VM: leaves that nobody uses go, a file that only one child needs takes that child in.

    The drives that used a merged child use its parent then. A file with several children waits (behaviour 4).
    """
    while (step := _step(state, vm)) is not None:
        kind, path = step
        if kind == "delete":
            state.remove_file(path)
        else:
            vm = _merged(state, vm, path)
    return state.put(vm) if vm.id in state.vms else vm


def merge_file(state: State, child: str) -> File:
    """Merge a differencing disk into its parent: the child's file goes, what stood on it stands on the parent; the parent is returned."""
    file = state.file(child)
    assert file is not None
    assert file.vhd is not None
    parent = state.file(file.vhd.parent)
    assert parent is not None
    assert parent.vhd is not None
    header = replace(parent.vhd, size=max(parent.vhd.size, file.vhd.size))
    grown = min(parent.size + max(0, file.size - 4 * units.MIB), header.size + 4 * units.MIB)
    for below in state.children(child):
        if below.vhd is not None:
            state.put_file(replace(below, vhd=replace(below.vhd, parent=parent.path)))
    state.remove_file(child)
    merged = replace(parent, size=max(parent.size, grown), vhd=header)
    state.put_file(merged)
    return merged


def _merged(state: State, vm: VM, child: str) -> VM:
    parent = merge_file(state, child)
    key = units.path_key(child)

    def moved(one: VM) -> VM:
        return replace(
            one, disks=tuple(state.given(replace(disk, path=parent.path)) if disk.path and units.path_key(disk.path) == key else disk for disk in one.disks)
        )

    return replace(moved(vm), checkpoints=tuple(replace(one, vm=moved(one.vm)) for one in vm.checkpoints))
