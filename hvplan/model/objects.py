"""Desired objects: what the YAML asks for, after templates, instances and placeholders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hvplan.model.devices import Disk, Dvd, NetworkAdapter
from hvplan.model.hostsettings import HostSettings
from hvplan.model.network import ManagementAdapter, NetAdapterRef
from hvplan.model.network import SwitchSettings as SwitchSettings
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.values import UNSET, Unset


class Ensure(StrEnum):
    """Present: make it so. Absent: remove it. Reference: it must be there and is never created, changed or deleted."""

    PRESENT = "Present"
    ABSENT = "Absent"
    REFERENCE = "Reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown:
    """How a machine is stopped: the guest's own shutdown within `timeout` seconds, `then` Fail | Force | Save | TurnOff."""

    timeout: int = 300
    then: str = "Fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """House rules of a stack; `ask | allow | never`."""

    adopt: str = "ask"
    restart: str = "ask"
    shutdown: Shutdown = Shutdown()
    saved_state: str = "Refuse"  # Refuse | Resume | Discard
    max_deletes: int = 0
    protect_disks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """How one object is handled. None: the stack's policy holds. `manage` and `ignore` are paths of attributes."""

    formerly: tuple[str, ...] = ()
    protect: bool | None = None
    manage: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    adopt: str | None = None
    restart: str | None = None
    shutdown: Shutdown | None = None
    saved_state: str | None = None
    start_after: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()

    def manages(self, path: str) -> bool:
        """Is an attribute's path compared at all (`manage` and `ignore` fit a path and everything below it)."""
        below = [p == path or path.startswith((p + ".", p + "/")) for p in self.manage or ()]
        ignored = [p == path or path.startswith((p + ".", p + "/")) for p in self.ignore]
        return (self.manage is None or any(below)) and not any(ignored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """What these files own. Without one (`name` empty), nothing is owned."""

    name: str = ""
    formerly: tuple[str, ...] = ()
    ownership: str = "notes"  # notes | none
    policy: Policy = Policy()

    @property
    def marks(self) -> bool:
        """Are objects marked as owned by this stack."""
        return bool(self.name) and self.ownership == "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A host, its settings, and how to reach it. `connection` is as written: references, never values; relative paths made absolute."""

    name: str
    connection: Mapping[str, Any] = field(default_factory=dict)
    cluster: str = "refuse"
    from_hosts_file: bool = False
    settings: HostSettings = HostSettings()

    @property
    def restricted(self) -> bool:
        """Is it reached at an endpoint of its own (`configuration`), which takes no script text (truth 23)."""
        return str(self.connection.get("configuration") or "Microsoft.PowerShell").casefold() != "microsoft.powershell"

    @property
    def simulated(self) -> bool:
        """Does it run inside the command."""
        return "simulated" in self.connection


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualSwitch:
    """A declared switch. `net_adapters`: the physical adapters of an External one; `management`: adapters of the host on it."""

    name: str
    host: str
    settings: SwitchSettings = SwitchSettings()
    net_adapters: tuple[NetAdapterRef, ...] | Unset = UNSET
    management: tuple[ManagementAdapter, ...] = ()
    ensure: Ensure = Ensure.PRESENT
    lifecycle: Lifecycle = Lifecycle()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualDisk:
    """A disk that lives on its own: a golden image, a shared parent."""

    name: str
    host: str
    path: str
    ensure: Ensure = Ensure.REFERENCE
    lifecycle: Lifecycle = Lifecycle()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualMachine:
    """A declared virtual machine. `state`: Running | Off, or Saved | Paused to hold one that runs; UNSET: power is not managed."""

    name: str
    host: str
    ensure: Ensure = Ensure.PRESENT
    lifecycle: Lifecycle = Lifecycle()
    labels: tuple[tuple[str, str], ...] = ()
    generation: int | Unset = UNSET
    version: str | Unset = UNSET
    state: str | Unset = UNSET
    path: str | Unset = UNSET
    general: General = General()
    processor: Processor = Processor()
    memory: Memory = Memory()
    firmware: Firmware = Firmware()
    boot_order: tuple[str, ...] | Unset = UNSET  # names of devices: disks/os
    bios: Bios = Bios()
    platform: Platform = Platform()
    video: Video = Video()
    services: IntegrationServices = IntegrationServices()
    com_ports: ComPorts = ComPorts()
    scsi_controllers: int | Unset = UNSET
    disks: tuple[Disk, ...] = ()
    dvds: tuple[Dvd, ...] = ()
    network_adapters: tuple[NetworkAdapter, ...] = ()

    @property
    def power(self) -> str | Unset:
        """The declared state; UNSET, too, where `lifecycle` says that it is not compared."""
        return self.state if self.lifecycle.manages("state") else UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired:
    """Everything the files ask for, of all hosts."""

    stack: Stack = Stack()
    hosts: tuple[Host, ...] = ()
    switches: tuple[VirtualSwitch, ...] = ()
    disks: tuple[VirtualDisk, ...] = ()
    vms: tuple[VirtualMachine, ...] = ()

    def of(self, host: str) -> Desired:
        """Only what belongs to one host."""
        return Desired(
            stack=self.stack,
            hosts=tuple(h for h in self.hosts if h.name == host),
            switches=tuple(s for s in self.switches if s.host == host),
            disks=tuple(d for d in self.disks if d.host == host),
            vms=tuple(v for v in self.vms if v.host == host),
        )
