"""Live objects as documents show them: attribute path -> JSON value, for `before`, `expect` and `verify`.

A value that could not be read is missing here, never null.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hvplan.model import boot
from hvplan.model.live import LiveAdapter, LiveDrive, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.marker import line_in
from hvplan.model.network import LiveManagementAdapter, Nic
from hvplan.model.parts import PARTS
from hvplan.model.rows import written
from hvplan.model.values import Json, Unknown, normal_path


def part_values(part: Any) -> dict[str, Json]:
    """Every set row of one part: path -> JSON value; nothing for a part that is unknown or absent."""
    if part is None or isinstance(part, Unknown):
        return {}
    return {row.path: row.json(value) for _, row, value in written(part)}


def vm_values(vm: LiveVm) -> dict[str, Json]:
    """A virtual machine without its devices. `memory.dynamic.*` stand only while dynamic memory is on (behaviour 6)."""
    values: dict[str, Json] = {"id": vm.id, "name": vm.name, "generation": vm.generation, "version": vm.version, "state": vm.state, "path": vm.path}
    for name, _ in PARTS:
        values |= part_values(getattr(vm, name))
    if values.get("memory.dynamic") is False:
        values = {path: value for path, value in values.items() if not path.startswith("memory.dynamic.")}
    if vm.generation == 2 and not isinstance(vm.boot_order, Unknown):
        values[boot.PATH] = list(boot.words(vm.boot_order))
    return values | {"devices.scsiControllers": vm.scsi_controllers, "notes.marker": marker_line(vm.notes)}


def marker_line(notes: str) -> str:
    """Our line in notes as it stands there, `""` without one; steps expect and verify it as `notes.marker`."""
    return line_in(notes)


def adapter_values(adapter: LiveAdapter) -> dict[str, Json]:
    """A network adapter."""
    return {
        "id": adapter.id,
        "name": adapter.name,
        "mac": "Dynamic" if adapter.mac_dynamic else adapter.mac,
        "legacy": adapter.legacy,
        **part_values(adapter.settings),
    }


def drive_values(host: LiveHost, drive: LiveDrive) -> dict[str, Json]:
    """A disk in its slot, with the header of its base file where that could be read (`vhd.path` is the base, behind checkpoints)."""
    values: dict[str, Json] = {"slot": str(drive.slot), **part_values(drive.settings)}
    base = host.base(drive.path) if drive.path else ""
    if not isinstance(base, Unknown):
        values["vhd.path"] = base
        values |= vhd_values(host.vhds.get(normal_path(base)))
    return values


def dvd_values(drive: LiveDrive) -> dict[str, Json]:
    """A DVD drive in its slot; `iso` is null while it is empty."""
    return {"slot": str(drive.slot), "iso": drive.path or None}


def vhd_values(header: LiveVhd | Unknown | None) -> dict[str, Json]:
    """What a VHD's header says, under `vhd.`; nothing if it was not read."""
    if not isinstance(header, LiveVhd):
        return {}
    values: dict[str, Json] = {"vhd.size": header.size, "vhd.type": header.type}
    if header.block_size:
        values["vhd.blockSize"] = header.block_size
    if header.parent:
        values["vhd.parentPath"] = header.parent
    return values


def switch_values(switch: LiveSwitch) -> dict[str, Json]:
    """A virtual switch; its physical adapters by their names."""
    values: dict[str, Json] = {"id": switch.id, "name": switch.name, **part_values(switch.settings), "notes.marker": marker_line(switch.notes)}
    return values if isinstance(switch.net_adapters, Unknown) else values | {"netAdapters": nic_names(switch.net_adapters)}


def nic_names(nics: Iterable[Nic]) -> list[Json]:
    """Names of network adapters in one order; the id of one that Windows does not list."""
    return sorted(nic.name or nic.id for nic in nics)


def management_values(adapter: LiveManagementAdapter) -> dict[str, Json]:
    """An adapter of the host on a switch."""
    return {"id": adapter.id, "name": adapter.name, **part_values(adapter.settings)}


def equal(path: str, one: Json, other: Json) -> bool:
    """Are two document values of one path the same to Windows: file paths ignore case, names of switches and templates too.

    Of boot orders, the devices of `one` come first in `other`.
    """
    if path == boot.PATH and isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return boot.leads(one, other)
    if isinstance(one, str) and isinstance(other, str):
        if path.lower().endswith("path") or path == "iso":
            return normal_path(one) == normal_path(other)
        if path in ("switch", "firmware.secureBoot"):
            return one.casefold() == other.casefold()
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(f"{path}.{key}", one[key], other[key]) for key in one)
    return bool(one == other) and type(one) is type(other)
