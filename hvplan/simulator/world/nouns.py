"""A virtual machine and its parts, as frozen values: a change is a new value, so one refused property leaves nothing half done.

Sizes are bytes, rates bits a second, times UTC. A field whose default is None takes Hyper-V's own when it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from hvplan.simulator.world.units import MIB, TIB

Bus = Literal["ide", "scsi"]
DEFAULT_SERVICES = ("heartbeat", "keyValuePairExchange", "shutdown", "timeSynchronization", "vss")
"""All but the guest service interface (behaviour 6)."""
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""When everything that a seed does not date was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """What runs inside a VM: how it answers a shutdown (`prompt`, `slow`, `never`; `none`: no integration services)."""

    shutdown: str = "prompt"
    seconds: int = 90
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Percentages are 0-100."""

    count: int = 1
    reserve: int = 0
    limit: int = 100
    weight: int = 100
    nested: bool = False
    host_resource_protection: bool = False
    migration_compatibility: bool = False
    legacy_compatibility: bool = False
    threads_per_core: int | None = None
    per_node: int | None = None
    per_socket: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A VM with static memory has a minimum and a maximum too (behaviour 6); buffer is percent."""

    startup: int = 512 * MIB
    dynamic: bool = False
    minimum: int = 512 * MIB
    maximum: int = TIB
    buffer: int = 20
    priority: int = 50
    per_node: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """Generation 2. `boot_order` holds references: `scsi 0:0`, `adapter <id>`, `file <path>` (what a guest wrote), empty for an empty entry."""

    secure_boot: bool = True
    template: str = "MicrosoftWindows"
    boot_order: tuple[str, ...] = ()
    network_boot: str = "IPv4"
    console_mode: str = "Default"
    pause_after_boot_failure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bios:
    """Generation 1. The default order is the measured one (behaviour 3.2)."""

    startup_order: tuple[str, ...] = ("CD", "IDE", "LegacyNetworkAdapter", "Floppy")
    num_lock: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """What happens to a VM when its host starts, stops or loses storage; delay in seconds, time-out in minutes."""

    start: str = "StartIfRunning"
    delay: int = 0
    stop: str = "Save"
    critical: str = "Pause"
    critical_timeout: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """`key_protector` is empty, `Local` or the bytes that were given, in hex.

    `template_locked`: a virtual TPM was initialised once, so the secure boot template stays (behaviour 2.5).
    """

    tpm: bool = False
    key_protector: str = ""
    encrypt_traffic: bool = False
    shielded: bool = False
    vbs_opt_out: bool = False
    template_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The screen; the defaults are assumed."""

    resolution: str = "Default"
    horizontal: int = 1920
    vertical: int = 1080


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedIo:
    """Memory-mapped IO space, bytes."""

    low: int = 128 * MIB
    high: int = 512 * MIB
    cache_types: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where a drive sits; written `scsi 0:1`."""

    bus: Bus
    controller: int
    location: int

    def __str__(self) -> str:
        return f"{self.bus} {self.controller}:{self.location}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A hard drive; `path` is empty for a drive without a medium.

    `serial` is the file that its VM was given the right to when it was attached; another file of that name it may not open
    (behaviour 5.3: 0x80070005). None: whatever stands there.
    """

    slot: Slot
    path: str = ""
    minimum_iops: int = 0
    maximum_iops: int = 0
    shared: bool = False
    serial: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dvd:
    """A DVD drive; `path` None: empty."""

    slot: Slot
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vlan:
    """The VLAN of an adapter; lists as they were written (`10-20,30`)."""

    mode: str = "Untagged"
    access: int = 0
    native: int = 0
    allowed: str = ""
    private: str = "0"
    primary: int = 0
    secondary: int = 0
    secondaries: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A network adapter of a VM. `mac` is the static address, `dynamic_mac` what the pool gave at a start."""

    id: UUID
    name: str
    switch: UUID | None = None
    mac: str | None = None
    dynamic_mac: str = "000000000000"
    legacy: bool = False
    vlan: Vlan = field(default_factory=Vlan)
    device_naming: bool = False
    mac_spoofing: bool = False
    dhcp_guard: bool = False
    router_guard: bool = False
    teaming: bool = False
    port_mirroring: str = "None"
    ieee_priority_tag: bool = False
    maximum_bandwidth: int = 0
    minimum_absolute: int = 0
    minimum_weight: int = 0
    vmq_weight: int = 100
    iov_weight: int = 0
    ipsec_associations: int = 512
    monitored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A state that ends by itself: at `due` the VM is in `state`; `due` None: it never ends (a guest that hangs)."""

    state: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint: the whole VM as it was (without its checkpoints). `memory`: it holds the memory of a running guest."""

    id: UUID
    name: str
    created: datetime
    type: str = "Standard"
    automatic: bool = False
    parent: UUID | None = None
    vm: VM
    memory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VM:
    """A virtual machine. `parent` is the checkpoint that the present state descends from; `merging_until` ends a merge."""

    id: UUID
    name: str
    generation: int = 2
    version: str
    state: str = "Off"
    path: str
    created: datetime = EPOCH
    started: datetime | None = None
    notes: str = ""
    processor: Processor = field(default_factory=Processor)
    memory: Memory = field(default_factory=Memory)
    firmware: Firmware = field(default_factory=Firmware)
    bios: Bios = field(default_factory=Bios)
    security: Security = field(default_factory=Security)
    actions: Actions = field(default_factory=Actions)
    video: Video = field(default_factory=Video)
    mapped_io: MappedIo = field(default_factory=MappedIo)
    checkpoint_type: str = "Production"
    automatic_checkpoints: bool = False
    snapshot_path: str = ""
    smart_paging_path: str = ""
    services: tuple[str, ...] = DEFAULT_SERVICES
    controllers: tuple[UUID, ...] = ()
    disks: tuple[Disk, ...] = ()
    dvds: tuple[Dvd, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    com1: str = ""
    com2: str = ""
    floppy: str | None = None
    lock_on_disconnect: bool = False
    enhanced_session: str = "VMBus"
    guest: Guest = field(default_factory=Guest)
    pending: Pending | None = None
    checkpoints: tuple[Checkpoint, ...] = ()
    parent: UUID | None = None
    merging_until: datetime | None = None
    clustered: bool = False
    replication: str = "None"
