"""The parts of a virtual machine whose settings are plain rows: general settings, processor, memory here; `PARTS` lists all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hvplan.model.firmware import Bios, Firmware, Video
from hvplan.model.impact import Impact, Situation, When
from hvplan.model.platform import WHOLE_MIB, ComPorts, IntegrationServices, Platform
from hvplan.model.rows import attribute, readable
from hvplan.model.values import DELAY, SIZE, TRUTH, Reset, Unset, number, text, word

__all__ = ["PARTS", "Bios", "ComPorts", "Firmware", "General", "IntegrationServices", "Memory", "Part", "Platform", "Processor", "Video"]

ONLINE, RESTART = Impact.ONLINE, Impact.RESTART
MEGABYTE = 1 << 20

# behaviour 2.2: what a running machine lets you change about its memory
_STARTUP = (
    When("dynamic memory is on", RESTART, lambda before, after, vm: vm.dynamic_memory),
    When("nested virtualization is on", RESTART, lambda before, after, vm: vm.nested),
    When("configuration version below 6.2", RESTART, lambda before, after, vm: _version(vm) < (6, 2)),
    When("static memory", ONLINE),
)
_MINIMUM = (
    When("lowered", ONLINE, lambda before, after, vm: vm.dynamic_memory and before is not None and after < before),
    When("raised while dynamic memory is on", RESTART, lambda before, after, vm: vm.dynamic_memory),
    When("dynamic memory is off", RESTART),
)
_MAXIMUM = (
    When("raised", ONLINE, lambda before, after, vm: vm.dynamic_memory and before is not None and after > before),
    When("lowered while dynamic memory is on", RESTART, lambda before, after, vm: vm.dynamic_memory),
    When("dynamic memory is off", RESTART),
)
_BUFFER = (
    When("dynamic memory has to be turned on first", RESTART, lambda before, after, vm: not vm.dynamic_memory),
    When("always", ONLINE),
)


def _version(vm: Situation) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in vm.version.split("."))
    except ValueError:
        return (0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Virtual processors of one VM."""

    count: int | Unset | Reset = attribute(
        number(1, 2048),
        "processor.count",
        get="Count",
        set="Count",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        default=1,
        doc="Number of virtual processors.",
        source="behaviour 2.2",
    )
    reserve: int | Unset | Reset = attribute(
        number(0, 100, "percent"),
        "processor.reserve",
        get="Reserve",
        set="Reserve",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        reset=0,
        doc="Share of a host processor kept for this VM.",
        source="behaviour 2.2",
    )
    limit: int | Unset | Reset = attribute(
        number(0, 100, "percent"),
        "processor.limit",
        get="Maximum",
        set="Maximum",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        reset=100,
        doc="Most of a host processor this VM may use.",
        source="behaviour 2.2",
    )
    weight: int | Unset | Reset = attribute(
        number(1, 10000),
        "processor.weight",
        get="RelativeWeight",
        set="RelativeWeight",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        reset=100,
        doc="Share when processors are scarce.",
        source="behaviour 2.2",
    )
    nested: bool | Unset | Reset = attribute(
        TRUTH,
        "processor.nestedVirtualization",
        get="ExposeVirtualizationExtensions",
        set="ExposeVirtualizationExtensions",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        reset=False,
        doc="Lets the guest run Hyper-V itself.",
        source="behaviour 2.2",
    )
    host_protection: bool | Unset | Reset = attribute(
        TRUTH,
        "processor.hostResourceProtection",
        get="EnableHostResourceProtection",
        set="EnableHostResourceProtection",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        reset=False,
        doc="Throttles a guest that floods the host with bus traffic.",
        source="behaviour 2.2",
    )
    migration_compatibility: bool | Unset | Reset = attribute(
        TRUTH,
        "processor.migrationCompatibility",
        get="CompatibilityForMigrationEnabled",
        set="CompatibilityForMigrationEnabled",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        reset=False,
        doc="Hides processor features so that the VM can move to other processors of the same maker.",
        source="behaviour 2.2",
    )
    legacy_compatibility: bool | Unset | Reset = attribute(
        TRUTH,
        "processor.legacyCompatibility",
        get="CompatibilityForOlderOperatingSystemsEnabled",
        set="CompatibilityForOlderOperatingSystemsEnabled",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        reset=False,
        doc="Hides processor features that very old guests cannot bear.",
        source="behaviour 2.2",
    )
    threads_per_core: int | Unset | Reset = attribute(
        number(0, 2),
        "processor.threadsPerCore",
        get="HwThreadCountPerCore",
        set="HwThreadCountPerCore",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        decode=lambda record: readable(number(0, 2), record["HwThreadCountPerCore"]),
        reset=0,
        doc="Hardware threads of one core that the guest sees; 0: as many as the host has (not on 2016).",
        source="behaviour 2.2, 3.2",
    )
    numa_node: int | Unset | Reset = attribute(
        number(1, 2048),
        "processor.numa.maximumPerNode",
        get="MaximumCountPerNumaNode",
        set="MaximumCountPerNumaNode",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        decode=lambda record: readable(number(1, 2048), record["MaximumCountPerNumaNode"]),
        doc="Most virtual processors of one virtual NUMA node.",
        source="behaviour 2.2",
    )
    numa_socket: int | Unset | Reset = attribute(
        number(1, 64),
        "processor.numa.maximumPerSocket",
        get="MaximumCountPerNumaSocket",
        set="MaximumCountPerNumaSocket",
        query="Get-VMProcessor",
        write="Set-VMProcessor",
        impact=RESTART,
        decode=lambda record: readable(number(1, 64), record["MaximumCountPerNumaSocket"]),
        doc="Most virtual NUMA nodes of one virtual socket.",
        source="behaviour 2.2",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Memory of one VM; all sizes in bytes. Sizes and the dynamic switch travel in one call (behaviour 3.2)."""

    startup: int | Unset | Reset = attribute(
        SIZE,
        "memory.startup",
        get="Startup",
        set="StartupBytes",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=_STARTUP,
        together="sizes",
        doc="Memory at power-on; all of it when memory is static.",
        source="behaviour 2.2, 3.2",
    )
    dynamic: bool | Unset | Reset = attribute(
        TRUTH,
        "memory.dynamic",
        get="DynamicMemoryEnabled",
        set="DynamicMemoryEnabled",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=RESTART,
        together="sizes",
        default=False,
        doc="Whether Hyper-V may give the guest more and less memory while it runs.",
        source="behaviour 2.2",
    )
    minimum: int | Unset | Reset = attribute(
        SIZE,
        "memory.dynamic.minimum",
        get="Minimum",
        set="MinimumBytes",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=_MINIMUM,
        together="sizes",
        reset=512 * MEGABYTE,
        doc="Least the guest is squeezed to.",
        source="behaviour 2.2, 3.2",
    )
    maximum: int | Unset | Reset = attribute(
        SIZE,
        "memory.dynamic.maximum",
        get="Maximum",
        set="MaximumBytes",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=_MAXIMUM,
        together="sizes",
        reset=1 << 40,
        doc="Most the guest is given.",
        source="behaviour 2.2, 3.2",
    )
    buffer: int | Unset | Reset = attribute(
        number(5, 2000, "percent"),
        "memory.dynamic.buffer",
        get="Buffer",
        set="Buffer",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=_BUFFER,
        reset=20,
        doc="Spare memory that is kept ready for the guest.",
        source="behaviour 2.2, 3.2",
    )
    priority: int | Unset | Reset = attribute(
        number(0, 100),
        "memory.priority",
        get="Priority",
        set="Priority",
        query="Get-VMMemory",
        write="Set-VMMemory",
        reset=50,
        doc="Rank when memory is scarce.",
        source="behaviour 2.2, 3.2",
    )
    numa_node: int | Unset | Reset = attribute(
        WHOLE_MIB,
        "memory.numaMaximumPerNode",
        get="MaximumPerNumaNode",
        set="MaximumAmountPerNumaNodeBytes",
        query="Get-VMMemory",
        write="Set-VMMemory",
        impact=RESTART,
        decode=lambda record: readable(WHOLE_MIB, record["MaximumPerNumaNode"] * MEGABYTE),  # read in megabytes, written in bytes
        doc="Most memory of one virtual NUMA node.",
        source="behaviour 2.2; catalogue",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class General:
    """What belongs to the VM itself and is written with Set-VM: notes, automatic actions, checkpoint settings."""

    notes: str | Unset | Reset = attribute(
        text(),
        "notes",
        get="Notes",
        set="Notes",
        query="Get-VM",
        write="Set-VM",
        reset="",
        doc="Free text; hvplan keeps one line of its own beside it, which is not part of this value.",
        source="behaviour 2.5",
    )
    start_action: str | Unset | Reset = attribute(
        word("Nothing", "StartIfRunning", "Start"),
        "automaticActions.start",
        get="AutomaticStartAction",
        set="AutomaticStartAction",
        query="Get-VM",
        write="Set-VM",
        default="StartIfRunning",
        doc="What happens to the VM when the host starts.",
        source="behaviour 2.5, 6",
    )
    start_delay: int | Unset | Reset = attribute(
        DELAY,
        "automaticActions.startDelay",
        get="AutomaticStartDelay",
        set="AutomaticStartDelay",
        query="Get-VM",
        write="Set-VM",
        reset=0,
        doc="How long the automatic start waits.",
        source="behaviour 2.5",
    )
    stop_action: str | Unset | Reset = attribute(
        word("TurnOff", "Save", "ShutDown"),
        "automaticActions.stop",
        get="AutomaticStopAction",
        set="AutomaticStopAction",
        query="Get-VM",
        write="Set-VM",
        impact=RESTART,
        default="ShutDown",
        doc="What happens to the VM when the host shuts down.",
        source="behaviour 2.5",
    )
    checkpoint_type: str | Unset | Reset = attribute(
        word("Disabled", "Production", "ProductionOnly", "Standard"),
        "checkpoints.type",
        get="CheckpointType",
        set="CheckpointType",
        query="Get-VM",
        write="Set-VM",
        default="Production",
        doc="What kind of checkpoint Hyper-V takes.",
        source="behaviour 2.5, 4",
    )
    automatic_checkpoints: bool | Unset | Reset = attribute(
        TRUTH,
        "checkpoints.automatic",
        get="AutomaticCheckpointsEnabled",
        set="AutomaticCheckpointsEnabled",
        query="Get-VM",
        write="Set-VM",
        since="2019",
        default=False,
        doc="Whether Hyper-V takes a checkpoint by itself at every start.",
        source="behaviour 2.5, 4",
    )


Part = General | Platform | Processor | Memory | Firmware | Bios | Video | IntegrationServices | ComPorts
PARTS: tuple[tuple[str, type[Any]], ...] = (
    ("general", General),
    ("platform", Platform),
    ("processor", Processor),
    ("memory", Memory),
    ("firmware", Firmware),
    ("bios", Bios),
    ("video", Video),
    ("services", IntegrationServices),
    ("com_ports", ComPorts),
)
"""Field of a machine, desired and live, and the part that stands there."""
