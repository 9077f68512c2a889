"""AVHDX files: where the writes of a VM go after a checkpoint."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.world import units
from hvplan.simulator.world.nouns import VM, Disk, File, Vhd
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
        made.append(replace(disk, path=path))
    return tuple(made)
