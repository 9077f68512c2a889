"""Get-VMHost, Set-VMHost and what versions the host supports."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hvplan.simulator.values import List, Obj, Version
from hvplan.simulator.world import units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.enums import enum
from hvplan.simulator.world.record_parts import i64, texts, u32
from hvplan.simulator.world.refusals import invalid, operation_failed
from hvplan.simulator.world.releases import TEMPLATES
from hvplan.simulator.world.state import State

_TEMPLATE = "Microsoft.Virtualization.Client.Management.SecureBootTemplate"


def _template(name: str) -> Obj:
    """An entry of `SecureBootTemplates`: its `Name` and `Id` are what public scripts read of it, its text is not known."""
    return Obj(_TEMPLATE, {"Id": TEMPLATES[name], "Name": name})


def host_record(state: State) -> Obj:
    """`VMHost`."""
    host, settings = state.host, state.host.settings
    return Obj(
        "VMHost",
        {
            "LogicalProcessorCount": host.processors, "ResourceMeteringSaveInterval": timedelta(hours=1), "IovSupport": False, "IovSupportReasons": texts([]),
            "SupportedVmVersions": texts(state.release.versions),
            "SecureBootTemplates": List(map(_template, host.templates), f"{_TEMPLATE}[]"), "EnableEnhancedSessionMode": settings.enhanced_session,
            "FibreChannelWwnn": "C003FF0000FFFF00", "FibreChannelWwpnMaximum": "C003FF000000FFFF", "FibreChannelWwpnMinimum": "C003FF0000000000",
            "MacAddressMaximum": settings.mac_maximum, "MacAddressMinimum": settings.mac_minimum, "NumaSpanningEnabled": settings.numa_spanning,
            "VirtualHardDiskPath": settings.vhd_path, "VirtualMachinePath": settings.vm_path, "FullyQualifiedDomainName": host.domain,
            "MemoryCapacity": i64(host.memory),
            "Name": host.name, "MaximumStorageMigrations": u32(settings.storage_migrations), "MaximumVirtualMachineMigrations": u32(settings.migrations),
            "UseAnyNetworkForMigration": settings.any_network,
            "VirtualMachineMigrationAuthenticationType": enum("MigrationAuthenticationType", settings.migration_authentication),
            "VirtualMachineMigrationEnabled": settings.migration,
            "VirtualMachineMigrationPerformanceOption": enum("VMMigrationPerformance", settings.migration_performance), "ComputerName": host.name,
        },
    )  # fmt: skip


def get_host(context: Context) -> None:
    """Get-VMHost."""
    context.give(host_record(context.state))


_SETTINGS = {
    "VirtualMachinePath": "vm_path", "VirtualHardDiskPath": "vhd_path", "NumaSpanningEnabled": "numa_spanning", "EnableEnhancedSessionMode": "enhanced_session",
    "MaximumStorageMigrations": "storage_migrations", "MaximumVirtualMachineMigrations": "migrations", "UseAnyNetworkForMigration": "any_network",
    "VirtualMachineMigrationAuthenticationType": "migration_authentication", "VirtualMachineMigrationPerformanceOption": "migration_performance",
}  # fmt: skip


def set_host(context: Context) -> None:
    """Set-VMHost: paths must be full, MAC addresses addresses and in order."""
    changed: dict[str, Any] = {}
    for parameter, attribute in _SETTINGS.items():
        if context.has(parameter):
            value = context.get(parameter)
            if attribute in ("vm_path", "vhd_path"):
                if context.state.volume(str(value)) is None:
                    raise invalid(f"The path '{value}' is not on a volume of this host.", value)
                value = str(value)
            changed[attribute] = value if isinstance(value, bool) else int(value) if isinstance(value, int) else str(value)
    for parameter, attribute in (("MacAddressMinimum", "mac_minimum"), ("MacAddressMaximum", "mac_maximum")):
        if context.has(parameter):
            address = units.parse_mac(context.text(parameter))
            if address is None:
                raise invalid(f"'{context.text(parameter)}' is not a MAC address.", context.text(parameter))
            changed[attribute] = address
    settings = replace(context.state.host.settings, **changed)
    if settings.mac_minimum > settings.mac_maximum:
        raise invalid("The minimum MAC address is greater than the maximum.")
    context.state.host = replace(context.state.host, settings=settings)
    for path in (settings.vm_path, settings.vhd_path):
        context.state.make_folders(path)
    context.state.touch()
    context.give_if_asked(lambda: host_record(context.state))


def _migration(enabled: bool) -> Handler:
    """Enable-VMMigration and Disable-VMMigration: a host may send and take machines only once it is in a domain, as public scripts have it."""

    def handler(context: Context) -> None:
        host = context.state.host
        if enabled and not host.domain and not host.cluster:
            text = f"Live migration cannot be enabled: the computer '{host.name}' is not joined to an Active Directory domain."
            raise operation_failed(text, host.name)
        context.state.host = replace(host, settings=replace(host.settings, migration=enabled))
        context.state.touch()
        context.give_if_asked(lambda: host_record(context.state))

    return handler


def supported_versions(context: Context) -> None:
    """Get-VMHostSupportedVersion."""
    default = context.state.release.default_version
    for version in context.state.release.versions:
        if not context.on("Default") or version == default:
            context.give(
                Obj(
                    "VMHostSupportedVersion",
                    {"Name": f"Version {version}", "Version": Version(version), "IsDefault": version == default, "ComputerName": context.state.host.name},
                )
            )


HANDLERS: dict[str, Handler] = {
    "Get-VMHost": get_host,
    "Set-VMHost": set_host,
    "Enable-VMMigration": _migration(True),
    "Disable-VMMigration": _migration(False),
    "Get-VMHostSupportedVersion": supported_versions,
}
