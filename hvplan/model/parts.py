"""The parts of a virtual machine whose settings are plain rows: general settings, processor, memory, firmware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from hvplan.model.impact import Impact, Situation, When
from hvplan.model.rows import Record, Sent, attribute
from hvplan.model.values import DURATION, SIZE, TRUTH, Kind, Reset, Unset, number, text, word

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
        doc="Hides processor features that very old guests cannot bear.",
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
        doc="Rank when memory is scarce.",
        source="behaviour 2.2, 3.2",
    )


_TEMPLATES = {name.lower(): name for name in ("MicrosoftWindows", "MicrosoftUEFICertificateAuthority", "OpenSourceShieldedVM")}
"""Templates that Windows brings, in its spelling; a host may have others."""


def _secure_boot(raw: object) -> bool | str:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("on", "off", "true", "false"):
        return raw.lower() in ("on", "true")
    if isinstance(raw, str) and raw:
        return _TEMPLATES.get(raw.lower(), raw)
    raise ValueError("the name of a secure boot template, true (keep the template) or false")


SECURE_BOOT: Kind[bool | str] = Kind(
    name="template | true | false",
    parse=_secure_boot,
    show=lambda value: value if isinstance(value, str) else "on" if value else "off",
    schema={"type": ["boolean", "string"], "minLength": 1},
)


def _read_secure_boot(record: Record) -> bool | str:
    if str(record["SecureBoot"]).lower() != "on":
        return False
    return cast("bool | str", record["SecureBootTemplate"] or True)


def _send_secure_boot(value: bool | str) -> Mapping[str, Sent]:
    if value is False:
        return {"EnableSecureBoot": "Off"}
    return {"EnableSecureBoot": "On"} if value is True else {"EnableSecureBoot": "On", "SecureBootTemplate": value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """UEFI firmware of a Generation 2 VM. A live value is the template's name while secure boot is on, else false."""

    secure_boot: bool | str | Unset | Reset = attribute(
        SECURE_BOOT,
        "firmware.secureBoot",
        get="SecureBoot SecureBootTemplate",
        set="EnableSecureBoot SecureBootTemplate",
        query="Get-VMFirmware",
        write="Set-VMFirmware",
        impact=RESTART,
        generations=(2,),
        default=True,
        decode=_read_secure_boot,
        encode=_send_secure_boot,
        doc="Secure Boot: a template name, true (keep the template) or false.",
        source="behaviour 2.5, 6",
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
        DURATION,
        "automaticActions.startDelay",
        get="AutomaticStartDelay",
        set="AutomaticStartDelay",
        query="Get-VM",
        write="Set-VM",
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


Part = General | Processor | Memory | Firmware
PARTS: tuple[tuple[str, type[Any]], ...] = (("general", General), ("processor", Processor), ("memory", Memory), ("firmware", Firmware))
