"""The inventory document: one host as it was read, whole enough that a plan can be made against it later without the host.

Values are those of plans: bytes, seconds, percent as whole numbers, keys of settings as attribute paths
(`memory.startup`). What could not be read stands as `unknown` with its reason in the place of its value, and is never
the same as what is not there (null).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
INVENTORY_VERSION = "1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """Something that could not be read, with the reason; it is not known whether it is there."""

    unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostIdentity:
    """Which host this is. `release` is 2016, 2019, 2022, 2025, Windows 11, or the build number."""

    computer: str
    machine_id: str
    release: str
    build: str
    module_version: str
    cluster_node: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A disk or DVD drive in its slot; `path` as attached, empty for a drive without medium; `settings` by attribute path."""

    slot: str
    path: str
    id: str
    settings: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A network adapter; `settings` by attribute path."""

    id: str
    name: str
    legacy: bool
    mac: str
    mac_dynamic: bool
    settings: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint; `kind` is Hyper-V's SnapshotType."""

    id: str
    name: str
    kind: str
    automatic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BootEntry:
    """One entry of a boot order: the `slot` of a drive, or the id of an `adapter`, or neither for a file that the guest wrote.

    `firmware_path`: UEFI's own text for it.
    """

    firmware_path: str
    slot: str
    adapter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A virtual machine; `notes` are whole, hvplan's own line included.

    `parts`: processor, memory, firmware and so on, each as settings by attribute path; null for a part its generation does not have.
    `beyond`: devices that files of this version have no words for, told to people. `silent`: what the shutdown service says of
    a guest that it cannot reach, empty when nothing is known.
    """

    id: str
    name: str
    state: str
    generation: int
    version: str
    path: str
    notes: str
    clustered: bool
    replication: str
    busy: str
    parts: Mapping[str, Unread | Mapping[str, Json] | None]
    scsi_controllers: int
    disks: tuple[Drive, ...]
    dvds: tuple[Drive, ...]
    adapters: Unread | tuple[Adapter, ...]
    boot_order: Unread | tuple[BootEntry, ...]
    checkpoints: Unread | tuple[Checkpoint, ...]
    beyond: tuple[str, ...] = ()
    silent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostNic:
    """A network adapter of the host itself; `addresses` null when they could not be read."""

    id: str
    name: str
    description: str
    mac: str
    physical: bool
    addresses: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAdapter:
    """An adapter that the host has on a switch; `interface`: the id Windows lists it under."""

    id: str
    name: str
    switch_id: str
    interface: str
    settings: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A virtual switch; `notes` whole. `net_adapters`: physical adapters under it; `management`: adapters of the host on it."""

    id: str
    name: str
    notes: str
    settings: Mapping[str, Json]
    net_adapters: Unread | tuple[HostNic, ...]
    management: Unread | tuple[HostAdapter, ...]
    team_unread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file or folder that stands there; `size` in bytes."""

    path: str
    folder: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VhdHeader:
    """The header of a VHD file; sizes in bytes, `parent` empty for a base disk."""

    path: str
    type: str
    size: int
    file_size: int
    block_size: int
    logical_sector: int
    physical_sector: int
    parent: str
    attached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryDocument:
    """A host at one moment. `host` is the name it was read under; `files` and `vhds` hold what was looked for, null for what is not there.

    Keys of `files` and `vhds` are paths in small letters without a trailing backslash; those of `free` are drives (`d:`),
    in bytes. `reached`: IP addresses at which the host was reached. `commands`: cmdlet to the parameters the session has.
    `domain`: is the host in a domain, null when it does not say. `templates`: names of the secure boot templates that it knows,
    none when it does not say. The time of reading stands in `meta`.
    """

    host: str
    identity: HostIdentity
    processors: int
    memory: int
    vm_path: str
    vhd_path: str
    settings: Unread | Mapping[str, Json]
    nics: Unread | tuple[HostNic, ...]
    reached: tuple[str, ...]
    vms: tuple[Machine, ...]
    switches: tuple[Switch, ...]
    vhds: Mapping[str, Unread | VhdHeader | None]
    files: Mapping[str, Unread | File | None]
    free: Mapping[str, int]
    domain: bool | None
    templates: tuple[str, ...]
    commands: Mapping[str, tuple[str, ...]]
    anonymised: bool = False
    meta: Mapping[str, Json] = field(default_factory=dict)
