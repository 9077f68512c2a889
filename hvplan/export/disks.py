"""Disks as a document names them: by slot, with the file at the end of the chain, a size or a parent."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hvplan.export.adapters import Found
from hvplan.export.written import Json, literal, put, sayable, size_text, unique
from hvplan.model.live import LiveDrive, LiveHost, LiveVhd, LiveVm
from hvplan.model.pattern import is_pattern
from hvplan.model.rows import written
from hvplan.model.values import PATH, Unknown, normal_path

BLOCK: Final[Mapping[str, int]] = {".vhdx": 32 << 20, ".vhd": 2 << 20}
"""Block size of a new dynamic file (behaviour 3.2)."""

_BLOCKS: Final[Mapping[str, frozenset[int]]] = {".vhdx": frozenset(1 << power for power in range(20, 29)), ".vhd": frozenset({512 << 10, 2 << 20})}
"""What a file may ask for (behaviour 3.2)."""


@dataclass(slots=True)
class Files:
    """All files of a host that documents name. `parents`: normal path of a golden image -> the name of its VirtualDisk document."""

    parents: dict[str, tuple[str, str]] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)


def parents_of(live: LiveHost) -> dict[str, tuple[str, str]]:
    """Normal path -> name and path of every file that a machine's own disk is a child of, and that is there."""
    paths: dict[str, str] = {}
    for vm in live.vms:
        for drive in vm.disks:
            header = _header(drive, live)
            if isinstance(header, LiveVhd) and header.parent and _usable(header.parent, live):
                paths.setdefault(normal_path(header.parent), header.parent)
    taken: set[str] = set()
    return {key: (unique(_stem(paths[key]), taken), paths[key]) for key in sorted(paths)}


def _header(drive: LiveDrive, live: LiveHost) -> LiveVhd | Unknown | None:
    base = live.base(drive.path) if drive.path else ""
    return base if isinstance(base, Unknown) else live.vhds.get(normal_path(base))


def _usable(path: str, live: LiveHost) -> bool:
    return isinstance(live.vhds.get(normal_path(path)), LiveVhd) and ntpath.splitext(path)[1].lower() in BLOCK


def _stem(path: str) -> str:
    return ntpath.splitext(ntpath.basename(path))[0].strip() or "disk"


def disks_of(vm: LiveVm, live: LiveHost, files: Files) -> Found:
    """Every disk whose file is known; what sits in the other slots is remarked on."""
    found = Found()
    taken: set[str] = set()
    for drive in vm.disks:
        base = live.base(drive.path) if drive.path else ""
        if isinstance(base, Unknown):
            found.say(f"disk {drive.slot}: {drive.path} is attached, and {base.why}")
        elif ntpath.splitext(base)[1].lower() not in BLOCK or drive.slot.kind == "pmem":
            found.say(f"disk {drive.slot} holds {base or 'nothing'}, which is not declared: this version knows .vhdx and .vhd files in SCSI and IDE slots")
        elif not sayable(PATH, base):
            found.say(f"disk {drive.slot} is {base}, which is not declared: this is no path that a file could name")
        elif other := files.users.get(normal_path(base)):
            found.say(f"disk {drive.slot}: {base} is attached to {other} too, and one file in two places is not declared")
        elif normal_path(base) in files.parents:
            found.say(f"disk {drive.slot}: {base} is attached although other disks are built on it, which is not declared")
        else:
            files.users[normal_path(base)] = f"{vm.name} ({drive.slot})"
            key = unique(_key(vm, base, first=not found.devices), taken)
            found.devices[key] = {"slot": str(drive.slot), "vhd": _vhd(base, drive, live, files, found), **_limits(drive)}
    return found


def _limits(drive: LiveDrive) -> dict[str, Json]:
    """What limits or keeps its operations; 0 is what a new one has."""
    tree: dict[str, Json] = {}
    for _, row, value in written(drive.settings):
        if value != 0:
            put(tree, row.path, row.kind.json(value))
    return tree


def _key(vm: LiveVm, path: str, *, first: bool) -> str:
    """A name for a disk: what its file is called beyond its machine (`web01-data.vhdx` -> `data`)."""
    stem = _stem(path)
    own = stem[len(vm.name) :].strip(" -_.") if stem.casefold().startswith(vm.name.casefold()) else stem
    return own if own and not re.fullmatch(r"\d+", own) else ("os" if first else "disk") if not own else f"disk{own}"


def _vhd(path: str, drive: LiveDrive, live: LiveHost, files: Files, found: Found) -> dict[str, Json]:
    values: dict[str, Json] = {"path": literal(path)}
    if is_pattern(path):
        found.say(f"disk {drive.slot}: {path} could not be made anew, because New-VHD may take * ? [ ] or ` for a pattern", partial=True)
    header = live.vhds.get(normal_path(path))
    if not isinstance(header, LiveVhd):
        why = f"could not be read ({header.why})" if isinstance(header, Unknown) else "is not there"
        found.say(f"disk {drive.slot}: {path} {why}, so its size is not declared", partial=True)
        return values
    if header.parent:
        parent = files.parents.get(normal_path(header.parent))
        if parent is None:
            found.say(f"disk {drive.slot}: {path} is built on {header.parent}, which is not there or no disk of its own, so that is not declared", partial=True)
        else:
            values["parent"] = literal(parent[0])
            if is_pattern(parent[1]):
                found.say(f"disk {drive.slot}: no new disk could be built on {parent[1]}, because New-VHD may take * ? [ ] or ` for a pattern", partial=True)
        return values
    values["size"] = size_text(header.size)
    if header.type == "Differencing":
        found.say(f"disk {drive.slot}: {path} is a differencing disk, and nobody knows of what")
    elif header.type == "Fixed":
        values["type"] = header.type
    ending = ntpath.splitext(path)[1].lower()
    if header.type == "Dynamic" and header.block_size not in (0, BLOCK[ending]):
        if header.block_size in _BLOCKS[ending]:
            values["blockSize"] = size_text(header.block_size)
        else:
            found.say(f"disk {drive.slot}: the block size {header.block_size} of {path} is not declared", partial=True)
    if ending == ".vhdx" and header.logical_sector == 4096:
        values["logicalSector"] = 4096
    if ending == ".vhdx" and header.physical_sector == 512:
        values["physicalSector"] = 512
    return values
