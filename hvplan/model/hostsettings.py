"""Settings of a whole host, read by Get-VMHost and written by Set-VMHost; live migration is turned on and off by two cmdlets of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hvplan.model.impact import Impact, When
from hvplan.model.rows import Sent, attribute, readable
from hvplan.model.values import MAC, PATH, TRUTH, Reset, Unset, number, word

_SERVICE = (When("takes effect when the Virtual Machine Management service is restarted, which hvplan never does", Impact.HOST),)
_MOST = (1 << 32) - 1


def _digits(parameter: str) -> Any:
    """A MAC address as Set-VMHost takes and Get-VMHost shows it: twelve digits."""

    def encode(value: str) -> Mapping[str, Sent]:
        return {parameter: value.replace("-", "")}

    return encode


def _nothing(value: bool) -> Mapping[str, Sent]:
    """On and off are two cmdlets; neither takes a value."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSettings:
    """What is the same for every machine of a host."""

    vm_path: str | Unset | Reset = attribute(
        PATH,
        "settings.virtualMachinePath",
        get="VirtualMachinePath",
        set="VirtualMachinePath",
        query="Get-VMHost",
        write="Set-VMHost",
        decode=lambda record: readable(PATH, record["VirtualMachinePath"]),
        doc="Where files of new machines go that name no path; nothing is moved.",
        source="catalogue (Set-VMHost), behaviour 3.2",
    )
    vhd_path: str | Unset | Reset = attribute(
        PATH,
        "settings.virtualHardDiskPath",
        get="VirtualHardDiskPath",
        set="VirtualHardDiskPath",
        query="Get-VMHost",
        write="Set-VMHost",
        decode=lambda record: readable(PATH, record["VirtualHardDiskPath"]),
        doc="Where new disks go that name no path; nothing is moved.",
        source="catalogue (Set-VMHost)",
    )
    numa_spanning: bool | Unset | Reset = attribute(
        TRUTH,
        "settings.numaSpanning",
        get="NumaSpanningEnabled",
        set="NumaSpanningEnabled",
        query="Get-VMHost",
        write="Set-VMHost",
        impact=_SERVICE,
        doc="Whether a machine may use memory of several NUMA nodes.",
        source="catalogue (Set-VMHost)",
    )
    enhanced_session: bool | Unset | Reset = attribute(
        TRUTH,
        "settings.enhancedSessionMode",
        get="EnableEnhancedSessionMode",
        set="EnableEnhancedSessionMode",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="Whether VMConnect may use devices of the client.",
        source="catalogue (Set-VMHost)",
    )
    mac_minimum: str | Unset | Reset = attribute(
        MAC,
        "settings.macAddressRange.minimum",
        get="MacAddressMinimum",
        set="MacAddressMinimum",
        query="Get-VMHost",
        write="Set-VMHost",
        encode=_digits("MacAddressMinimum"),
        doc="First MAC address given to adapters without one of their own; adapters that have one keep it.",
        source="catalogue (Set-VMHost), behaviour 3.2",
    )
    mac_maximum: str | Unset | Reset = attribute(
        MAC,
        "settings.macAddressRange.maximum",
        get="MacAddressMaximum",
        set="MacAddressMaximum",
        query="Get-VMHost",
        write="Set-VMHost",
        encode=_digits("MacAddressMaximum"),
        doc="Last MAC address given to adapters without one of their own.",
        source="catalogue (Set-VMHost), behaviour 3.2",
    )
    migration: bool | Unset | Reset = attribute(
        TRUTH,
        "settings.liveMigration.enabled",
        get="VirtualMachineMigrationEnabled",
        query="Get-VMHost",
        write="Enable-VMMigration",
        off="Disable-VMMigration",
        encode=_nothing,
        doc="Whether machines may be moved to and from this host while they run.",
        source="catalogue (Enable-VMMigration, Disable-VMMigration)",
    )
    migration_authentication: str | Unset | Reset = attribute(
        word("CredSSP", "Kerberos"),
        "settings.liveMigration.authentication",
        get="VirtualMachineMigrationAuthenticationType",
        set="VirtualMachineMigrationAuthenticationType",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="How hosts prove who they are to each other in a live migration.",
        source="catalogue (Set-VMHost)",
    )
    migration_performance: str | Unset | Reset = attribute(
        word("TCPIP", "Compression", "SMB"),
        "settings.liveMigration.performance",
        get="VirtualMachineMigrationPerformanceOption",
        set="VirtualMachineMigrationPerformanceOption",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="How memory travels in a live migration.",
        source="catalogue (Set-VMHost)",
    )
    migrations: int | Unset | Reset = attribute(
        number(0, _MOST),
        "settings.liveMigration.maximum",
        get="MaximumVirtualMachineMigrations",
        set="MaximumVirtualMachineMigrations",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="How many live migrations may run at once.",
        source="catalogue (Set-VMHost)",
    )
    storage_migrations: int | Unset | Reset = attribute(
        number(0, _MOST),
        "settings.liveMigration.storageMaximum",
        get="MaximumStorageMigrations",
        set="MaximumStorageMigrations",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="How many storage migrations may run at once.",
        source="catalogue (Set-VMHost)",
    )
    any_network: bool | Unset | Reset = attribute(
        TRUTH,
        "settings.liveMigration.anyNetwork",
        get="UseAnyNetworkForMigration",
        set="UseAnyNetworkForMigration",
        query="Get-VMHost",
        write="Set-VMHost",
        doc="Whether live migrations may use any network.",
        source="catalogue (Set-VMHost)",
    )
