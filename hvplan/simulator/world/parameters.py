"""Which parameters of a command the world heeds. Any other that is given makes the call fail instead of being dropped.

A test binds every parameter of the catalogue in every set and demands both: what stands here is looked at by the
command's handler, and what does not is refused as `NotSimulated`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hvplan.simulator.world.refusals import invalid, not_simulated

_ENGINE = (
    "Verbose Debug ErrorAction WarningAction InformationAction ErrorVariable WarningVariable InformationVariable OutVariable OutBuffer PipelineVariable "
    "WhatIf Confirm"
)
ENGINE = frozenset(_ENGINE.split())
"""PowerShell itself has dealt with these before a call comes here (the seam `call`)."""
WHERE = frozenset(["CimSession", "ComputerName"])
"""Where to: every object of the module carries a session (truth 6), and this host is the only one there is."""
_HERE = frozenset([".", "localhost"])

_VM, _BY_NAME, _SNAPSHOT = "VM VMName", "VM Name", "VM VMName VMSnapshot"
_SLOT = "ControllerType ControllerNumber ControllerLocation"
_DVD_SLOT = "ControllerNumber ControllerLocation"
_MODES = "Access Trunk Isolated Community Promiscuous Untagged"

_HEEDED: Mapping[str, str] = {
    "Add-VMDvdDrive": f"{_VM} VMDriveController {_DVD_SLOT} Path Passthru",
    "Add-VMHardDiskDrive": f"{_VM} VMDriveController {_SLOT} Path MinimumIOPS MaximumIOPS SupportPersistentReservations Passthru",
    "Add-VMNetworkAdapter": f"{_VM} Name SwitchName ManagementOS IsLegacy StaticMacAddress DynamicMacAddress DeviceNaming Passthru",
    "Add-VMScsiController": f"{_VM} Passthru",
    "Checkpoint-VM": f"{_BY_NAME} SnapshotName Passthru",
    "Connect-VMNetworkAdapter": "VMName VMNetworkAdapter Name SwitchName VMSwitch Passthru",
    "Convert-VHD": "Path DestinationPath VHDType ParentPath BlockSizeBytes DeleteSource Passthru",
    "Copy-Item": "Path LiteralPath Destination PassThru",
    "Disable-VMIntegrationService": f"{_VM} VMIntegrationService Name Passthru",
    "Disable-VMMigration": "Passthru",
    "Disable-VMTPM": f"{_VM} Passthru",
    "Disconnect-VMNetworkAdapter": "VMName VMNetworkAdapter Name Passthru",
    "Enable-VMIntegrationService": f"{_VM} VMIntegrationService Name Passthru",
    "Enable-VMMigration": "Passthru",
    "Enable-VMTPM": f"{_VM} Passthru",
    "Get-ChildItem": "Path LiteralPath File Directory Recurse",
    "Get-CimInstance": "ClassName Namespace Filter Property Query",
    "Get-Item": "Path LiteralPath",
    "Get-NetAdapter": "Name InterfaceDescription InterfaceIndex Physical",
    "Get-NetIPAddress": "IPAddress InterfaceAlias InterfaceIndex AddressFamily PolicyStore",
    "Get-NetNat": "Name",
    "Get-VHD": "Path VMId",
    "Get-VM": "Name Id",
    "Get-VMBios": _SNAPSHOT,
    "Get-VMComPort": f"{_SNAPSHOT} Number",
    "Get-VMDvdDrive": f"{_SNAPSHOT} VMDriveController {_DVD_SLOT}",
    "Get-VMFirmware": _SNAPSHOT,
    "Get-VMFloppyDiskDrive": _VM,
    "Get-VMHardDiskDrive": f"{_SNAPSHOT} VMDriveController {_SLOT}",
    "Get-VMHost": "",
    "Get-VMHostSupportedVersion": "Default",
    "Get-VMIdeController": f"{_SNAPSHOT} ControllerNumber",
    "Get-VMIntegrationService": f"{_SNAPSHOT} Name",
    "Get-VMKeyProtector": _VM,
    "Get-VMMemory": _SNAPSHOT,
    "Get-VMNetworkAdapter": f"{_SNAPSHOT} Name SwitchName ManagementOS All IsLegacy",
    "Get-VMNetworkAdapterVlan": f"{_SNAPSHOT} VMNetworkAdapter VMNetworkAdapterName ManagementOS",
    "Get-VMProcessor": _SNAPSHOT,
    "Get-VMScsiController": f"{_SNAPSHOT} ControllerNumber",
    "Get-VMSecurity": _VM,
    "Get-VMSnapshot": f"{_VM} Name Id SnapshotType ParentOf ChildOf",
    "Get-VMSwitch": "Name Id SwitchType",
    "Get-VMSwitchTeam": "Name VMSwitch",
    "Get-VMVideo": _SNAPSHOT,
    "Get-Volume": "DriveLetter FilePath",
    "Merge-VHD": "Path DestinationPath Force Passthru",
    "Move-Item": "Path LiteralPath Destination Force PassThru",
    "New-Item": "Path Name ItemType Value Force",
    "New-NetIPAddress": "InterfaceAlias InterfaceIndex IPAddress PrefixLength",
    "New-NetNat": "Name InternalIPInterfaceAddressPrefix",
    "New-VHD": "Path SizeBytes ParentPath Dynamic Fixed Differencing BlockSizeBytes LogicalSectorSizeBytes PhysicalSectorSizeBytes",
    "New-VM": "Name Generation Version Path MemoryStartupBytes SwitchName NewVHDPath NewVHDSizeBytes VHDPath BootDevice",
    "New-VMSwitch": "Name Id Notes SwitchType NetAdapterName NetAdapterInterfaceDescription AllowManagementOS EnableEmbeddedTeaming EnableIov "
    "MinimumBandwidthMode",
    "Remove-Item": "Path LiteralPath Recurse",
    "Remove-NetIPAddress": "InputObject IPAddress InterfaceAlias InterfaceIndex AddressFamily",
    "Remove-NetNat": "InputObject Name PassThru",
    "Remove-VM": f"{_BY_NAME} Force Passthru",
    "Remove-VMDvdDrive": f"VMName VMDvdDrive {_DVD_SLOT} Passthru",
    "Remove-VMHardDiskDrive": f"VMName VMHardDiskDrive {_SLOT} Passthru",
    "Remove-VMNetworkAdapter": f"{_VM} VMNetworkAdapter Name SwitchName ManagementOS Passthru",
    "Remove-VMSavedState": _VM,
    "Remove-VMScsiController": "VMName VMScsiController ControllerNumber Passthru",
    "Remove-VMSnapshot": f"{_SNAPSHOT} Name IncludeAllChildSnapshots Passthru",
    "Remove-VMSwitch": "Name VMSwitch Force",
    "Rename-Item": "Path LiteralPath NewName PassThru",
    "Rename-VM": f"{_BY_NAME} NewName Passthru",
    "Rename-VMNetworkAdapter": f"{_VM} VMNetworkAdapter Name NewName ManagementOS Passthru",
    "Rename-VMSnapshot": f"{_SNAPSHOT} Name NewName Passthru",
    "Rename-VMSwitch": "Name VMSwitch NewName Passthru",
    "Resize-VHD": "Path SizeBytes ToMinimumSize Passthru",
    "Restart-VM": f"{_BY_NAME} Passthru",
    "Restore-VMSnapshot": f"{_SNAPSHOT} Name Passthru",
    "Resume-VM": f"{_BY_NAME} Passthru",
    "Save-VM": f"{_BY_NAME} Passthru",
    "Set-VHD": "Path ParentPath PhysicalSectorSizeBytes IgnoreIdMismatch ResetDiskIdentifier Force Passthru",
    "Set-VM": f"{_BY_NAME} AutomaticCheckpointsEnabled AutomaticCriticalErrorAction AutomaticCriticalErrorActionTimeout "
    "AutomaticStartAction AutomaticStartDelay AutomaticStopAction CheckpointType DynamicMemory StaticMemory EnhancedSessionTransportType "
    "GuestControlledCacheTypes HighMemoryMappedIoSpace LockOnDisconnect LowMemoryMappedIoSpace MemoryStartupBytes MemoryMinimumBytes MemoryMaximumBytes "
    "NewVMName Notes ProcessorCount SmartPagingFilePath SnapshotFileLocation Passthru",
    "Set-VMBios": f"{_VM} VMBios StartupOrder EnableNumLock DisableNumLock Passthru",
    "Set-VMComPort": f"{_VM} VMComPort Number Path DebuggerMode Passthru",
    "Set-VMDvdDrive": f"VMName VMDvdDrive {_DVD_SLOT} Path ToControllerNumber ToControllerLocation Passthru",
    "Set-VMFirmware": f"{_VM} VMFirmware EnableSecureBoot SecureBootTemplate SecureBootTemplateId BootOrder FirstBootDevice ConsoleMode PauseAfterBootFailure "
    "PreferredNetworkBootProtocol Passthru",
    "Set-VMFloppyDiskDrive": f"{_VM} VMFloppyDiskDrive Path Passthru",
    "Set-VMHardDiskDrive": f"VMName VMHardDiskDrive {_SLOT} Path ToControllerType ToControllerNumber ToControllerLocation "
    "MinimumIOPS MaximumIOPS SupportPersistentReservations Passthru",
    "Set-VMHost": "VirtualMachinePath VirtualHardDiskPath NumaSpanningEnabled EnableEnhancedSessionMode MaximumStorageMigrations MacAddressMinimum "
    "MacAddressMaximum MaximumVirtualMachineMigrations UseAnyNetworkForMigration VirtualMachineMigrationAuthenticationType "
    "VirtualMachineMigrationPerformanceOption Passthru",
    "Set-VMKeyProtector": f"{_VM} NewLocalKeyProtector KeyProtector Passthru",
    "Set-VMMemory": f"{_VM} VMMemory StartupBytes MinimumBytes MaximumBytes Buffer Priority DynamicMemoryEnabled MaximumAmountPerNumaNodeBytes Passthru",
    "Set-VMNetworkAdapter": f"{_VM} VMNetworkAdapter Name ManagementOS StaticMacAddress DynamicMacAddress MacAddressSpoofing DhcpGuard RouterGuard "
    "AllowTeaming IeeePriorityTag PortMirroring MaximumBandwidth MinimumBandwidthAbsolute MinimumBandwidthWeight VmqWeight IovWeight "
    "IPsecOffloadMaximumSecurityAssociation DeviceNaming NotMonitoredInCluster Passthru",
    "Set-VMNetworkAdapterVlan": f"{_VM} VMNetworkAdapter VMNetworkAdapterName ManagementOS {_MODES} VlanId NativeVlanId AllowedVlanIdList PrimaryVlanId "
    "SecondaryVlanId SecondaryVlanIdList Passthru",
    "Set-VMProcessor": f"{_VM} VMProcessor Count Reserve Maximum RelativeWeight ExposeVirtualizationExtensions EnableHostResourceProtection "
    "CompatibilityForMigrationEnabled CompatibilityForOlderOperatingSystemsEnabled HwThreadCountPerCore MaximumCountPerNumaNode MaximumCountPerNumaSocket "
    "Passthru",
    "Set-VMSecurity": f"{_VM} EncryptStateAndVmMigrationTraffic VirtualizationBasedSecurityOptOut Passthru",
    "Set-VMSwitch": "Name VMSwitch Notes AllowManagementOS SwitchType NetAdapterName NetAdapterInterfaceDescription Passthru",
    "Set-VMSwitchTeam": "Name VMSwitch NetAdapterName NetAdapterInterfaceDescription LoadBalancingAlgorithm Passthru",
    "Set-VMVideo": f"{_VM} VMVideo ResolutionType HorizontalResolution VerticalResolution Passthru",
    "Start-VM": f"{_BY_NAME} Passthru",
    "Stop-VM": f"{_BY_NAME} Force TurnOff Save Passthru",
    "Suspend-VM": f"{_BY_NAME} Passthru",
    "Update-VMVersion": f"{_BY_NAME} Force Passthru",
}

HEEDED: Mapping[str, frozenset[str]] = MappingProxyType({command: frozenset(names.split()) for command, names in _HEEDED.items()})
"""Command -> the parameters that its handler looks at."""
_UNVERIFIED = "documented for clustered machines: a path that the cluster does not reach; what the host itself cannot open is refused all the same"
IDLE: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("Copy-Item", "Force"): "nothing here is read-only, and a file that is there is overwritten without it too",
        ("Get-ChildItem", "Force"): "nothing here is hidden or of the system",
        ("Get-Item", "Force"): "nothing here is hidden or of the system",
        ("Remove-Item", "Force"): "nothing here is read-only or hidden",
        ("Rename-Item", "Force"): "nothing here is read-only; it never overwrites",
        ("Add-VMDvdDrive", "AllowUnverifiedPaths"): _UNVERIFIED,
        ("Add-VMHardDiskDrive", "AllowUnverifiedPaths"): _UNVERIFIED,
        ("Set-VM", "AllowUnverifiedPaths"): _UNVERIFIED,
        ("Set-VMDvdDrive", "AllowUnverifiedPaths"): _UNVERIFIED,
        ("Set-VMHardDiskDrive", "AllowUnverifiedPaths"): _UNVERIFIED,
        ("New-VM", "NoVHD"): "names its parameter set, which has no other way to a disk",
        ("Set-VMSwitchTeam", "TeamingMode"): "its enum has one member, which every embedded team has",
        ("Restart-VM", "Force"): "nothing asks here without it (simulator.md names what does)",
    }
)
"""What may be given and changes nothing on a real host either, or nothing that a client may rely on, and why."""


def heed(command: str, bound: Mapping[str, Any], host: str) -> None:
    """Refuse a parameter that this world would drop, by name, and another computer than this one; null is not given."""
    for parameter, value in bound.items():
        if value is None or parameter in ENGINE or parameter in HEEDED[command] or (command, parameter) in IDLE:
            continue
        if parameter not in WHERE:
            raise not_simulated(f"{command} -{parameter}")
        if parameter == "ComputerName":
            _only_here(command, value, host)


def _only_here(command: str, value: Any, host: str) -> None:
    for name in value if isinstance(value, tuple | list) else (value,):
        if str(name).lower() not in _HERE and str(name).lower().partition(".")[0] != host.lower():
            raise invalid(f"{command}: the simulated host is '{host}' alone and reaches no computer '{name}'.", str(name))
