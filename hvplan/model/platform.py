"""What surrounds a machine: critical errors, folders, memory-mapped I/O, integration services, COM ports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.model.impact import Impact
from hvplan.model.rows import Sent, attribute, readable
from hvplan.model.values import DURATION, PATH, SIZE, TRUTH, Kind, Reset, Unset, word

RESTART, NEXT_START = Impact.RESTART, Impact.NEXT_START
_MIB: Final = 1 << 20
_LOW: Final = (128 * _MIB, 3584 * _MIB)


def _whole_mib(raw: object) -> int:
    size = SIZE.parse(raw)
    if size % _MIB:
        raise ValueError("a size in whole MiB such as 4GiB or 512MiB")
    return size


def _low(raw: object) -> int:
    size = SIZE.parse(raw)
    if size % _MIB or not _LOW[0] <= size <= _LOW[1]:
        raise ValueError("a size from 128MiB to 3584MiB, in whole MiB")
    return size


_DAY: Final = 24 * 60 * 60  # no source gives the limits of the minutes that a machine waits for its storage: at least one, at most a day's


def _minutes(raw: object) -> int:
    seconds = DURATION.parse(raw)
    if seconds % 60 or not 60 <= seconds <= _DAY:
        raise ValueError("a duration in whole minutes such as 30m or 2h, from 1m to 1d")
    return seconds


def _pipe(raw: object) -> str:
    if raw == "":
        return ""
    if isinstance(raw, str) and re.fullmatch(r"\\\\[^\\/]+\\pipe\\[^\\/*?\[\]`]+", raw, re.IGNORECASE):
        return raw
    raise ValueError(r"a named pipe such as \\.\pipe\web01-com1")


def _nothing(value: bool) -> Mapping[str, Sent]:
    """On and off are two cmdlets; neither takes a value."""
    return {}


WHOLE_MIB: Final[Kind[int]] = Kind(name="size", parse=_whole_mib, show=SIZE.show, unit="bytes", schema=SIZE.schema)
LOW_SPACE: Final[Kind[int]] = Kind(name="size", parse=_low, show=SIZE.show, unit="bytes", schema=SIZE.schema)
MINUTES: Final[Kind[int]] = Kind(name="whole minutes", parse=_minutes, show=DURATION.show, unit="seconds", schema=DURATION.schema)
PIPE: Final[Kind[str]] = Kind(name="named pipe", parse=_pipe, show=lambda value: value or "none", schema={"type": "string"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What Set-VM writes beside the general settings: critical errors, folders, memory-mapped I/O."""

    critical_error: str | Unset | Reset = attribute(
        word("None", "Pause"),
        "automaticActions.criticalError",
        get="AutomaticCriticalErrorAction",
        set="AutomaticCriticalErrorAction",
        query="Get-VM",
        write="Set-VM",
        reset="Pause",
        doc="What happens to the machine while its storage cannot be reached.",
        source="behaviour 2.5 (inferred), catalogue",
    )
    critical_error_timeout: int | Unset | Reset = attribute(
        MINUTES,
        "automaticActions.criticalErrorTimeout",
        get="AutomaticCriticalErrorActionTimeout",
        set="AutomaticCriticalErrorActionTimeout",
        query="Get-VM",
        write="Set-VM",
        reset=30 * 60,
        decode=lambda record: readable(MINUTES, record["AutomaticCriticalErrorActionTimeout"] * 60),
        encode=lambda value: {"AutomaticCriticalErrorActionTimeout": value // 60},
        doc="How long a machine without its storage stays paused before it is turned off; whole minutes.",
        source="behaviour 2.5 (inferred), catalogue",
    )
    checkpoint_path: str | Unset | Reset = attribute(
        PATH,
        "checkpoints.path",
        get="SnapshotFileLocation",
        set="SnapshotFileLocation",
        query="Get-VM",
        write="Set-VM",
        decode=lambda record: readable(PATH, record["SnapshotFileLocation"]),
        doc="The folder for checkpoints; it changes only while the machine has none.",
        source="behaviour 2.5, 3.2, 4",
    )
    paging_path: str | Unset | Reset = attribute(
        PATH,
        "smartPagingPath",
        get="SmartPagingFilePath",
        set="SmartPagingFilePath",
        query="Get-VM",
        write="Set-VM",
        decode=lambda record: readable(PATH, record["SmartPagingFilePath"]),
        doc="The folder for the paging file of a restart with too little memory.",
        source="behaviour 2.5",
    )
    low_space: int | Unset | Reset = attribute(
        LOW_SPACE,
        "memoryMappedIo.low",
        get="LowMemoryMappedIoSpace",
        set="LowMemoryMappedIoSpace",
        query="Get-VM",
        write="Set-VM",
        impact=RESTART,
        reset=128 * _MIB,
        decode=lambda record: readable(LOW_SPACE, record["LowMemoryMappedIoSpace"]),
        doc="Address space below 4 GiB for devices of the host: 128MiB to 3584MiB.",
        source="behaviour 2.5, 3.2",
    )
    high_space: int | Unset | Reset = attribute(
        WHOLE_MIB,
        "memoryMappedIo.high",
        get="HighMemoryMappedIoSpace",
        set="HighMemoryMappedIoSpace",
        query="Get-VM",
        write="Set-VM",
        impact=RESTART,
        decode=lambda record: readable(WHOLE_MIB, record["HighMemoryMappedIoSpace"]),
        doc="Address space above 4 GiB for devices of the host.",
        source="behaviour 2.5",
    )
    cache_types: bool | Unset | Reset = attribute(
        TRUTH,
        "memoryMappedIo.guestControlledCacheTypes",
        get="GuestControlledCacheTypes",
        set="GuestControlledCacheTypes",
        query="Get-VM",
        write="Set-VM",
        impact=RESTART,
        reset=False,
        doc="Whether the guest decides how memory of devices is cached.",
        source="behaviour 2.5",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrationServices:
    """What host and guest do for each other. A service is known by its component, never by its name, which the host's language decides (behaviour 8)."""

    guest_service_interface: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.guestServiceInterface",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="6C09BB55-D683-4DA0-8931-C9BF705F6480",
        reset=False,
        encode=_nothing,
        doc="Copying files into the guest.",
        source="behaviour 2.5, 6, 8",
    )
    time_synchronization: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.timeSynchronization",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="2497F4DE-E9FA-4204-80E4-4B75C46419C0",
        reset=True,
        encode=_nothing,
        doc="The guest's clock follows the host's.",
        source="behaviour 2.5, 6, 8",
    )
    heartbeat: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.heartbeat",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47",
        reset=True,
        encode=_nothing,
        doc="The guest tells that it is alive.",
        source="behaviour 2.5, 6, 8",
    )
    key_value_pair_exchange: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.keyValuePairExchange",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="2A34B1C2-FD73-4043-8A5B-DD2159BC743F",
        reset=True,
        encode=_nothing,
        doc="Host and guest exchange small facts such as addresses.",
        source="behaviour 2.5, 6, 8",
    )
    shutdown: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.shutdown",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="9F8233AC-BE49-4C79-8EE3-E7E1985B2077",
        reset=True,
        encode=_nothing,
        doc="The host may ask the guest to shut down; without it a machine cannot be stopped gently.",
        source="behaviour 2.5, 6, 8",
    )
    vss: bool | Unset | Reset = attribute(
        TRUTH,
        "integrationServices.vss",
        get="Enabled",
        query="Get-VMIntegrationService",
        write="Enable-VMIntegrationService",
        off="Disable-VMIntegrationService",
        component="5CED1297-4598-4915-A5FC-AD21BB4D02A4",
        reset=True,
        encode=_nothing,
        doc="Backups and production checkpoints that the guest prepares for.",
        source="behaviour 2.5, 6, 8",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ComPorts:
    """The two serial ports that every machine has."""

    com1: str | Unset | Reset = attribute(
        PIPE,
        "devices.comPorts.com1.pipe",
        get="Path",
        set="Number Path",
        query="Get-VMComPort",
        write="Set-VMComPort",
        component=r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\0",
        together="com1",
        impact=NEXT_START,
        reset="",
        decode=lambda record: readable(PIPE, record["Path"] or ""),
        encode=lambda value: {"Number": 1, "Path": value},
        doc="The named pipe that COM1 is joined to; null for none.",
        source="behaviour 2.5",
    )
    com2: str | Unset | Reset = attribute(
        PIPE,
        "devices.comPorts.com2.pipe",
        get="Path",
        set="Number Path",
        query="Get-VMComPort",
        write="Set-VMComPort",
        component=r"8E3A359F-559A-4B6A-98A9-1690A6100ED7\1",
        together="com2",
        impact=NEXT_START,
        reset="",
        decode=lambda record: readable(PIPE, record["Path"] or ""),
        encode=lambda value: {"Number": 2, "Path": value},
        doc="The named pipe that COM2 is joined to; null for none.",
        source="behaviour 2.5",
    )
