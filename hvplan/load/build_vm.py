"""Checked values to a virtual machine with its devices; names of VirtualDisk documents become their paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hvplan.load.build import Values, ensure, given, got, labels, lifecycle, part
from hvplan.load.check import REMOVE
from hvplan.model.devices import AdapterSettings, Disk, DriveSettings, Dvd, NetworkAdapter, Vhd
from hvplan.model.objects import VirtualMachine
from hvplan.model.parts import PARTS
from hvplan.model.values import UNSET

PathOf = Callable[[str], str]
"""Name of a VirtualDisk document -> its path on this host, `""` when there is none."""


def machine(values: Values, name: str, host: str, path_of: PathOf) -> VirtualMachine:
    """The machine. What is missing or wrong stays UNSET: rules look at the node for places."""
    return VirtualMachine(
        name=name,
        host=host,
        ensure=ensure(values),
        lifecycle=lifecycle(values),
        labels=labels(values),
        **{name: part(kind, values) for name, kind in PARTS},
        boot_order=got(values, "firmware", "bootOrder"),
        scsi_controllers=got(values, "devices", "scsiControllers"),
        disks=tuple(disk(key, item, path_of) for key, item in items(values, "disks")),
        dvds=tuple(dvd(key, item) for key, item in items(values, "dvds")),
        network_adapters=tuple(adapter(key, item) for key, item in items(values, "networkAdapters")),
        **given(values, generation="generation", version="version", state="state", path="path"),
    )


def items(values: Values, group: str) -> tuple[tuple[str, Any], ...]:
    """The devices of a group that are right, in the order written."""
    written = got(values, "devices", group)
    return tuple((key, item) for key, item in written.items() if item is not UNSET) if isinstance(written, dict) else ()


def disk(key: str, values: Any, path_of: PathOf) -> Disk:
    """One disk."""
    if values is REMOVE:
        return Disk(key=key, absent=True)
    name = got(values, "disk")
    return Disk(
        key=key,
        vhd=vhd(got(values, "vhd"), path_of),
        disk="" if name is UNSET else name,
        disk_path="" if name is UNSET else path_of(name),
        settings=part(DriveSettings, values),
        **given(values, slot="slot", shared="shared", absent="absent"),
    )


def vhd(values: Any, path_of: PathOf) -> Vhd | None:
    """The file of a disk; None when none is written or its path is wrong."""
    if not isinstance(values, dict) or got(values, "path") is UNSET:
        return None
    source, parent = got(values, "source"), got(values, "parent")
    return Vhd(
        source_path="" if source is UNSET else path_of(source),
        parent_path="" if parent is UNSET else path_of(parent),
        **given(
            values,
            source="source",
            parent="parent",
            path="path",
            size="size",
            existing="existing",
            type="type",
            block_size="blockSize",
            logical_sector="logicalSector",
            physical_sector="physicalSector",
        ),
    )


def dvd(key: str, values: Any) -> Dvd:
    """One DVD drive; an `iso` of None is an empty drive."""
    return Dvd(key=key, absent=True) if values is REMOVE else Dvd(key=key, **given(values, slot="slot", iso="iso", absent="absent"))


def adapter(key: str, values: Any) -> NetworkAdapter:
    """One network adapter; its name on the host is the key unless one is written."""
    if values is REMOVE:
        return NetworkAdapter(key=key, name=key, absent=True)
    name, mac = got(values, "name"), got(values, "match", "mac")
    return NetworkAdapter(
        key=key,
        name=key if name is UNSET else name,
        settings=part(AdapterSettings, values),
        match_mac="" if mac is UNSET else mac,
        **given(values, absent="absent"),
    )
