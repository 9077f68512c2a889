"""Live objects: what a host has. Every readable field is set; a part that could not be read is `Unknown` in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hvplan.model.boot import BootEntry
from hvplan.model.devices import AdapterSettings, DriveSettings, Slot
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Situation
from hvplan.model.network import ManagementAdapters, Nic, Nics, SwitchSettings
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.values import Unknown, normal_path

NOT_READ: Final = Unknown("it was not looked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Which host this is. `release`: `2016 | 2019 | 2022 | 2025 | Windows 11`, or the build number when it is none of these."""

    computer: str
    machine_id: str
    release: str
    build: str
    module_version: str
    cluster_node: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVhd:
    """The header of a VHD file; sizes in bytes. `parent` is `""` for a base disk."""

    path: str
    type: str  # Dynamic | Fixed | Differencing
    size: int
    file_size: int
    block_size: int = 0
    logical_sector: int = 0
    physical_sector: int = 0
    parent: str = ""
    attached: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDrive:
    """A disk or DVD drive in a slot; `path` as attached (perhaps an AVHDX), `""` for an empty drive."""

    slot: Slot
    path: str
    id: str = ""
    settings: DriveSettings = DriveSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAdapter:
    """A network adapter. `id` is the whole id (`Microsoft:VM\\ADAPTER`), `mac` with dashes."""

    id: str
    name: str
    legacy: bool
    mac: str
    mac_dynamic: bool
    settings: AdapterSettings

    @property
    def guid(self) -> str:
        """The adapter's own GUID, lower-case: the last part of its id."""
        return self.id.rsplit("\\", 1)[-1].lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveCheckpoint:
    """A checkpoint; `kind` is Hyper-V's SnapshotType, `automatic` whether Hyper-V took it by itself."""

    id: str
    name: str
    kind: str
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVm:
    """A virtual machine as it is. `notes` are whole, our line included; `general.notes` is the users' text."""

    id: str
    name: str
    state: str
    generation: int
    version: str
    path: str
    notes: str
    clustered: bool = False
    replication: str = "None"
    silent: str = ""  # what its shutdown service says of the guest that it cannot reach (`NoContact`); "" when nothing is known
    busy: str = ""  # why nothing may be changed now: `merging disks`, `being backed up`; "" when free
    general: General
    processor: Processor | Unknown
    memory: Memory | Unknown
    firmware: Firmware | Unknown | None = None  # None: Generation 1 has none
    bios: Bios | Unknown | None = None  # None: Generation 2 has none
    platform: Platform | Unknown = NOT_READ
    video: Video | Unknown = NOT_READ
    services: IntegrationServices | Unknown = NOT_READ
    com_ports: ComPorts | Unknown = NOT_READ
    scsi_controllers: int = 0
    disks: tuple[LiveDrive, ...] = ()
    dvds: tuple[LiveDrive, ...] = ()
    adapters: tuple[LiveAdapter, ...] | Unknown = ()
    boot_order: tuple[BootEntry, ...] | Unknown = NOT_READ  # nothing on Generation 1
    checkpoints: tuple[LiveCheckpoint, ...] | Unknown = ()
    beyond: tuple[str, ...] = ()  # devices that files of this version have no words for, told to people: `a Fibre Channel adapter`

    @property
    def situation(self) -> Situation:
        """What impacts depend on."""
        memory, processor = self.memory, self.processor
        return Situation(
            state=self.state,
            generation=self.generation,
            version=self.version,
            dynamic_memory=not isinstance(memory, Unknown) and memory.dynamic is True,
            nested=not isinstance(processor, Unknown) and processor.nested is True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSwitch:
    """A virtual switch as it is; `notes` whole, our line included.

    `net_adapters`: physical adapters under it; `management`: adapters of the host on it. Unknown when nobody asked, too.
    `team_unread`: why the settings of its team could not be read, `""` if they could, or it has no team.
    """

    id: str
    name: str
    notes: str
    settings: SwitchSettings
    net_adapters: Nics = Unknown("they were not looked for")
    management: ManagementAdapters = Unknown("they were not looked for")
    team_unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFile:
    """A file or folder that was asked for by path. `size` in bytes."""

    path: str
    folder: bool
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveHost:
    """A whole host at one moment.

    `commands`: cmdlet -> parameters the session has. `files` and `vhds`: by `normal_path`; a path that was
    asked for and is not there is None; one that was never asked for is missing from the mapping.
    `nics`: the host's own network adapters, asked for when switches are declared. `settings`: of the whole host.
    `reached`: IP addresses at which the session reaches the host; empty when nobody can tell.
    `free`: drive (`d:`) -> free bytes, where it could be read. `domain`: is the host in a domain, None when nobody can tell.
    `templates`: names of the secure boot templates it knows, none when it does not say.
    """

    identity: Identity
    commands: Mapping[str, frozenset[str]] = field(default_factory=dict)
    processors: int = 0
    memory: int = 0
    vm_path: str = ""
    vhd_path: str = ""
    settings: HostSettings | Unknown = Unknown("they were not looked for")
    nics: tuple[Nic, ...] | Unknown = Unknown("they were not looked for")
    reached: tuple[str, ...] = ()
    switches: tuple[LiveSwitch, ...] = ()
    vms: tuple[LiveVm, ...] = ()
    files: Mapping[str, LiveFile | Unknown | None] = field(default_factory=dict)
    vhds: Mapping[str, LiveVhd | Unknown | None] = field(default_factory=dict)
    free: Mapping[str, int] = field(default_factory=dict)
    domain: bool | None = None
    templates: tuple[str, ...] = ()

    @property
    def objects(self) -> int:
        """How many objects were read: switches, VMs and their VHD files; for the headline."""
        return len(self.switches) + len(self.vms) + sum(isinstance(v, LiveVhd) for v in self.vhds.values())

    def has(self, cmdlet: str, parameter: str) -> bool:
        """Does this host's session have that parameter."""
        return parameter in self.commands.get(cmdlet, frozenset())

    def base(self, path: str) -> str | Unknown:
        """The base file behind a path: where the AVHDX chain of checkpoints ends. A differencing child of a golden image is its own base.

        Only `.avhdx` and `.avhd` are followed: a declared differencing disk has a parent too, and is what was declared.
        """
        seen: set[str] = set()
        while normal_path(path).endswith((".avhdx", ".avhd")):
            if normal_path(path) in seen:
                return Unknown(f"the chain behind {path} runs in a circle")
            seen.add(normal_path(path))
            header = self.vhds.get(normal_path(path))
            if isinstance(header, Unknown):
                return header
            if header is None or not header.parent:
                return Unknown(f"the chain behind {path} could not be read")
            path = header.parent
        return path
