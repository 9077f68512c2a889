"""What a host has beside its VMs: switches, files, volumes, adapters, settings. Frozen values, as in `nouns`.

Sizes are bytes, rates bits a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from hvplan.simulator.world.nouns import Adapter, Guest
from hvplan.simulator.world.releases import TEMPLATES
from hvplan.simulator.world.units import GIB, MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A virtual switch; `net_adapters` are the names of the host's adapters behind an external one.

    `management` are the adapters that the host itself has on it (`vEthernet (<name>)`).
    """

    id: UUID
    name: str
    type: str = "Internal"
    net_adapters: tuple[str, ...] = ()
    management: tuple[Adapter, ...] = ()
    bandwidth_mode: str = "Absolute"
    embedded_teaming: bool = False
    load_balancing: str = "HyperVPort"
    sriov: bool = False
    notes: str = ""

    @property
    def management_os(self) -> bool:
        """Whether the host uses the switch too (`AllowManagementOS`)."""
        return bool(self.management)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vhd:
    """What the header of a VHD, VHDX or AVHDX says; `parent` is the path of the file it differs from."""

    size: int
    type: str = "Dynamic"
    parent: str = ""
    block: int = 32 * MIB
    logical: int = 512
    physical: int = 4096
    identifier: str = ""
    minimum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file or a folder of the host; `serial` tells one file from another that takes its name later."""

    path: str
    size: int = 0
    vhd: Vhd | None = None
    folder: bool = False
    serial: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume and its free bytes; `path` ends in a backslash."""

    path: str
    size: int
    free: int
    file_system: str = "NTFS"
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetAdapter:
    """A network adapter of the host; the speed in bits a second."""

    id: UUID
    name: str
    mac: str
    description: str
    speed: int = 10**10
    up: bool = True
    physical: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `Set-VMHost` sets."""

    vm_path: str = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"
    vhd_path: str = "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual hard disks"
    numa_spanning: bool = True
    enhanced_session: bool = False
    mac_minimum: str = ""
    mac_maximum: str = ""
    migration: bool = False
    migration_authentication: str = "CredSSP"
    migration_performance: str = "Compression"
    migrations: int = 2
    storage_migrations: int = 2
    any_network: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The host itself; `domain` is the Active Directory domain that it is joined to, empty for a workgroup; `templates` those of secure boot."""

    name: str = "HV01"
    release: str = "2025"
    culture: str = "en-US"
    uuid: UUID
    processors: int = 16
    threads_per_core: int = 2
    memory: int = 64 * GIB
    volumes: tuple[Volume, ...] = (Volume(path="C:\\", size=200 * GIB, free=120 * GIB),)
    net_adapters: tuple[NetAdapter, ...] = ()
    settings: Settings = field(default_factory=Settings)
    cluster: bool = False
    domain: str = ""
    templates: tuple[str, ...] = tuple(TEMPLATES)
    guest: Guest = field(default_factory=Guest)
    next_mac: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An IP address of the host; `interface` is the alias of its network adapter, such as `vEthernet (lab)`."""

    interface: str
    address: str
    length: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Nat:
    """A NAT of the host."""

    name: str
    prefix: str
