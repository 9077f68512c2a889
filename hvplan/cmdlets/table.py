"""The command table: every cmdlet hvplan may send, and everything it may say to it.

Names, types, enum members and confirm impacts are the catalogue's. Left out on purpose: parameters that choose objects
by name (`-VMName`, `-Name` of a write: they fit every object of that name, and patterns), that reach for another
computer, and pipe parameters that would make a cmdlet act on every adapter of a VM. Which path parameters of the
Hyper-V module take patterns is documented wrongly, so they are all marked as if they did.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.cmdlets.shape import Cmdlet, Parameter, parameters

ENUMS: Final[Mapping[str, tuple[str, ...]]] = {
    "OnOffState": ("On", "Off"),
    "StartAction": ("Nothing", "StartIfRunning", "Start"),
    "StopAction": ("TurnOff", "Save", "ShutDown"),
    "CheckpointType": ("Disabled", "Production", "ProductionOnly", "Standard"),
    "CriticalErrorAction": ("None", "Pause"),
    "ControllerType": ("IDE", "SCSI", "PMEM"),
    "VMNetworkAdapterPortMirroringMode": ("None", "Source", "Destination"),
    "VMSwitchType": ("Private", "Internal", "External"),
    "VMSwitchBandwidthMode": ("Default", "Weight", "Absolute", "None"),
    "VMSwitchLoadBalancingAlgorithm": ("HyperVPort", "Dynamic"),
    "MigrationAuthenticationType": ("CredSSP", "Kerberos"),
    "VMMigrationPerformance": ("TCPIP", "Compression", "SMB"),
    "ConsoleModeType": ("Default", "COM1", "COM2", "None"),
    "IPProtocolPreference": ("IPv4", "IPv6"),
    "ResolutionType": ("Maximum", "Single", "Default"),
    "VhdType": ("Unknown", "Fixed", "Dynamic", "Differencing"),
    "BootDevice": ("Floppy", "CD", "IDE", "LegacyNetworkAdapter", "NetworkAdapter", "VHD"),
}
"""Enum of the Hyper-V module -> its members (catalogue)."""

SELECT: Final = "Microsoft.PowerShell.Utility\\Select-Object"
"""The one qualified name: the only Select-Object that also works on a restricted endpoint (truth 18)."""

_HYPERV, _FILES, _CORE = "Hyper-V", "Microsoft.PowerShell.Management", "Microsoft.PowerShell.Core"
_VM, _ADAPTER, _DISK, _DVD = "VirtualMachine", "VMNetworkAdapter", "HardDiskDrive", "DvdDrive"
_SWITCH, _SNAPSHOT, _SCSI = "VMSwitch", "VMSnapshot", "VMScsiController"
_SERVICE, _FIRMWARE = "VMIntegrationComponent", "VMFirmware"
_OF_VM: Final = {_VM: "VM", _SNAPSHOT: "VMSnapshot"}
_SLOT, _TO_SLOT = "ControllerNumber:I32 ControllerLocation:I32", "ToControllerNumber:I32 ToControllerLocation:I32"


def _read(name: str, output: str, text: str = "", pipe: Mapping[str, str] | None = None, module: str = _HYPERV) -> Cmdlet:
    return Cmdlet(name=name, module=module, write=False, parameters=parameters(text, ENUMS), pipe=pipe or {}, output=output)


def _write(
    name: str,
    output: str,
    text: str = "",
    pipe: Mapping[str, str] | None = None,
    *,
    module: str = _HYPERV,
    passthru: str = "Passthru",
    creates: bool = False,
    by_path: bool = False,
    asks: bool = False,
    host_wide: bool = False,
) -> Cmdlet:
    extra = [f"{passthru}:switch"] if passthru else []
    extra += ["Confirm:switch"] + (["Force:switch"] if asks else [])
    return Cmdlet(
        name=name,
        module=module,
        write=True,
        parameters=parameters(" ".join([text, *extra]), ENUMS),
        pipe=pipe or {},
        output=output,
        passthru=passthru,
        creates=creates,
        by_path=by_path,
        confirms=True,
        asks=asks,
        host_wide=host_wide,
    )


_CMDLETS: Final = (
    # Reads
    _read("Get-VM", _VM, "Id:G"),
    _read("Get-VMHost", "VMHost"),
    _read("Get-VMSwitch", _SWITCH, "Id:G"),
    _read("Get-VMSwitchTeam", "VMSwitchTeam"),
    _read("Get-VMProcessor", "VMProcessor", "VMName:S*", _OF_VM),
    _read("Get-VMMemory", "VMMemory", "VMName:S*", _OF_VM),
    _read("Get-VMFirmware", _FIRMWARE, "VMName:S*", _OF_VM),
    _read("Get-VMBios", "VMBios", "VMName:S*", _OF_VM),
    _read("Get-VMVideo", "VMVideo", "VMName:S*", _OF_VM),
    _read("Get-VMComPort", "VMComPort", "VMName:S*", _OF_VM),
    _read("Get-VMIntegrationService", _SERVICE, "VMName:S*", _OF_VM),
    _read("Get-VMNetworkAdapter", _ADAPTER, "VMName:S* ManagementOS:switch", _OF_VM),
    _read("Get-VMNetworkAdapterVlan", "VMNetworkAdapterVlanSetting", "VMName:S*", {**_OF_VM, _ADAPTER: "VMNetworkAdapter"}),
    _read("Get-VMHardDiskDrive", _DISK, f"VMName:S* ControllerType:ControllerType {_SLOT}", {**_OF_VM, _SCSI: "VMDriveController"}),
    _read("Get-VMDvdDrive", _DVD, f"VMName:S* {_SLOT}", {**_OF_VM, _SCSI: "VMDriveController"}),
    _read("Get-VMScsiController", _SCSI, "VMName:S* ControllerNumber:I32", _OF_VM),
    _read("Get-VMSnapshot", _SNAPSHOT, "VMName:S* Id:G", {_VM: "VM"}),
    _read("Get-VHD", "VirtualHardDisk", "Path:S[]"),
    _read("Get-Item", "Item", "LiteralPath:S[] Force:switch", module=_FILES),
    _read("Get-Command", "CommandInfo", "Name:S[]%", module=_CORE),
    _read("Get-CimInstance", "CimInstance", "ClassName:S Namespace:S Filter:S Property:S[]", module="CimCmdlets"),
    _read("Get-Volume", "CimInstance", module="Storage"),
    _read("Get-NetAdapter", "CimInstance", module="NetAdapter"),
    _read("Get-NetIPAddress", "CimInstance", module="NetTCPIP"),
    _read("Where-Object", "", "Property:S EQ:switch Value:any", module=_CORE),
    _read(SELECT, "", "Property:S[]% ExpandProperty:S% First:I32", module="Microsoft.PowerShell.Utility"),
    # Virtual machines
    _write(
        "New-VM",
        _VM,
        "Name:S Generation:I16=1|2 MemoryStartupBytes:I64 NoVHD:switch Path:S% Version:S SwitchName:S BootDevice:BootDevice Force:switch",
        passthru="",
        creates=True,
    ),
    _write(
        "Set-VM",
        _VM,
        "Notes:S0 AutomaticStartAction:StartAction AutomaticStartDelay:I32 AutomaticStopAction:StopAction"
        " AutomaticCheckpointsEnabled:B CheckpointType:CheckpointType AutomaticCriticalErrorAction:CriticalErrorAction"
        " AutomaticCriticalErrorActionTimeout:I32 GuestControlledCacheTypes:B LockOnDisconnect:OnOffState"
        " LowMemoryMappedIoSpace:U32 HighMemoryMappedIoSpace:U64 SmartPagingFilePath:S% SnapshotFileLocation:S%",
        {_VM: "VM"},
    ),
    _write("Rename-VM", _VM, "NewName:S", {_VM: "VM"}),
    _write("Remove-VM", _VM, "", {_VM: "VM"}, asks=True),
    _write("Start-VM", _VM, "", {_VM: "VM"}),
    _write("Stop-VM", _VM, "Force:switch Save:switch TurnOff:switch", {_VM: "VM"}),
    _write("Save-VM", _VM, "", {_VM: "VM"}),
    _write("Suspend-VM", _VM, "", {_VM: "VM"}),
    _write("Resume-VM", _VM, "", {_VM: "VM"}),
    _write("Remove-VMSavedState", "", "", {_VM: "VM"}, passthru=""),
    _write(
        "Set-VMProcessor",
        "VMProcessor",
        "Count:I64 Reserve:I64 Maximum:I64 RelativeWeight:I32 ExposeVirtualizationExtensions:B EnableHostResourceProtection:B"
        " CompatibilityForMigrationEnabled:B CompatibilityForOlderOperatingSystemsEnabled:B HwThreadCountPerCore:I64"
        " MaximumCountPerNumaNode:I32 MaximumCountPerNumaSocket:I32",
        {_VM: "VM"},
    ),
    _write(
        "Set-VMMemory",
        "VMMemory",
        "StartupBytes:I64 DynamicMemoryEnabled:B MinimumBytes:I64 MaximumBytes:I64 Buffer:I32 Priority:I32 MaximumAmountPerNumaNodeBytes:I64",
        {_VM: "VM"},
    ),
    _write(
        "Set-VMFirmware",
        "VMFirmware",
        "EnableSecureBoot:OnOffState SecureBootTemplate:S PauseAfterBootFailure:OnOffState ConsoleMode:ConsoleModeType"
        " PreferredNetworkBootProtocol:IPProtocolPreference",
        {_VM: "VM"},
    ),
    _write("Set-VMBios", "VMBios", "EnableNumLock:switch DisableNumLock:switch StartupOrder:BootDevice[]", {_VM: "VM"}),
    _write("Set-VMVideo", "VMVideo", "ResolutionType:ResolutionType HorizontalResolution:U16 VerticalResolution:U16", {_VM: "VM"}),
    _write("Set-VMComPort", "VMComPort", "Number:I32=1|2 Path:S0%", {_VM: "VM"}),
    _write("Enable-VMIntegrationService", _SERVICE, "", {_SERVICE: "VMIntegrationService"}),
    _write("Disable-VMIntegrationService", _SERVICE, "", {_SERVICE: "VMIntegrationService"}),
    # Devices
    _write(
        "Add-VMNetworkAdapter",
        _ADAPTER,
        "Name:S SwitchName:S StaticMacAddress:S DynamicMacAddress:switch IsLegacy:B DeviceNaming:OnOffState ManagementOS:switch",
        {_VM: "VM"},
    ),
    _write("Remove-VMNetworkAdapter", _ADAPTER, "", {_ADAPTER: "VMNetworkAdapter"}),
    _write("Connect-VMNetworkAdapter", _ADAPTER, "SwitchName:S", {_ADAPTER: "VMNetworkAdapter"}),
    _write("Disconnect-VMNetworkAdapter", _ADAPTER, "", {_ADAPTER: "VMNetworkAdapter"}),
    _write("Rename-VMNetworkAdapter", _ADAPTER, "NewName:S", {_ADAPTER: "VMNetworkAdapter"}),
    _write(
        "Set-VMNetworkAdapter",
        _ADAPTER,
        "StaticMacAddress:S DynamicMacAddress:switch MacAddressSpoofing:OnOffState DhcpGuard:OnOffState RouterGuard:OnOffState"
        " AllowTeaming:OnOffState DeviceNaming:OnOffState MaximumBandwidth:I64 MinimumBandwidthAbsolute:I64 MinimumBandwidthWeight:U32"
        " PortMirroring:VMNetworkAdapterPortMirroringMode IeeePriorityTag:OnOffState VmqWeight:U32 IovWeight:U32"
        " IPsecOffloadMaximumSecurityAssociation:U32 NotMonitoredInCluster:B",
        {_ADAPTER: "VMNetworkAdapter"},
    ),
    _write(
        "Set-VMNetworkAdapterVlan",
        "VMNetworkAdapterVlanSetting",
        "Access:switch VlanId:I32 Untagged:switch Trunk:switch AllowedVlanIdList:S NativeVlanId:I32 Isolated:switch Community:switch Promiscuous:switch"
        " PrimaryVlanId:I32 SecondaryVlanId:I32 SecondaryVlanIdList:S",
        {_ADAPTER: "VMNetworkAdapter"},
    ),
    _write(
        "Add-VMHardDiskDrive",
        _DISK,
        f"ControllerType:ControllerType {_SLOT} Path:S% MinimumIOPS:U64 MaximumIOPS:U64 SupportPersistentReservations:switch AllowUnverifiedPaths:switch",
        {_VM: "VM"},
    ),
    _write(
        "Set-VMHardDiskDrive",
        _DISK,
        f"ToControllerType:ControllerType {_TO_SLOT} Path:S% MinimumIOPS:U64 MaximumIOPS:U64 AllowUnverifiedPaths:switch",
        {_DISK: "VMHardDiskDrive"},
    ),
    _write("Remove-VMHardDiskDrive", _DISK, "", {_DISK: "VMHardDiskDrive"}),
    _write("Add-VMDvdDrive", _DVD, f"{_SLOT} Path:S% AllowUnverifiedPaths:switch", {_VM: "VM"}),
    _write("Set-VMDvdDrive", _DVD, f"{_TO_SLOT} Path:S?% AllowUnverifiedPaths:switch", {_DVD: "VMDvdDrive"}),
    _write("Remove-VMDvdDrive", _DVD, "", {_DVD: "VMDvdDrive"}),
    _write("Add-VMScsiController", _SCSI, "", {_VM: "VM"}),
    _write("Remove-VMScsiController", _SCSI, "", {_SCSI: "VMScsiController"}),
    _write("Remove-VMSnapshot", _SNAPSHOT, "", {_SNAPSHOT: "VMSnapshot"}),
    # Switches
    _write(
        "New-VMSwitch",
        _SWITCH,
        "Name:S SwitchType:VMSwitchType=Internal|Private Id:S Notes:S0 NetAdapterName:S[]% AllowManagementOS:B EnableEmbeddedTeaming:B"
        " MinimumBandwidthMode:VMSwitchBandwidthMode EnableIov:B",
        passthru="",
        creates=True,
    ),
    _write("Set-VMSwitch", _SWITCH, "SwitchType:VMSwitchType=Internal|Private Notes:S0 NetAdapterName:S% AllowManagementOS:B", {_SWITCH: "VMSwitch"}),
    _write("Set-VMSwitchTeam", _SWITCH, "NetAdapterName:S[]% LoadBalancingAlgorithm:VMSwitchLoadBalancingAlgorithm", {_SWITCH: "VMSwitch"}),
    _write("Rename-VMSwitch", _SWITCH, "NewName:S", {_SWITCH: "VMSwitch"}),
    _write("Remove-VMSwitch", "", "", {_SWITCH: "VMSwitch"}, passthru="", asks=True),
    # The host itself
    _write(
        "Set-VMHost",
        "VMHost",
        "VirtualMachinePath:S% VirtualHardDiskPath:S% NumaSpanningEnabled:B EnableEnhancedSessionMode:B MacAddressMinimum:S MacAddressMaximum:S"
        " VirtualMachineMigrationAuthenticationType:MigrationAuthenticationType VirtualMachineMigrationPerformanceOption:VMMigrationPerformance"
        " MaximumVirtualMachineMigrations:U32 MaximumStorageMigrations:U32 UseAnyNetworkForMigration:B",
        host_wide=True,
    ),
    _write("Enable-VMMigration", "VMHost", host_wide=True),
    _write("Disable-VMMigration", "VMHost", host_wide=True),
    # Files
    _write(
        "New-VHD",
        "VirtualHardDisk",
        "Path:S% SizeBytes:U64 Dynamic:switch Fixed:switch Differencing:switch ParentPath:S% BlockSizeBytes:U32"
        " LogicalSectorSizeBytes:U32=512|4096 PhysicalSectorSizeBytes:U32=512|4096",
        passthru="",
        creates=True,
    ),
    _write("Convert-VHD", "VirtualHardDisk", "Path:S% DestinationPath:S% VHDType:VhdType=Fixed|Dynamic BlockSizeBytes:U32", by_path=True),
    _write("Resize-VHD", "VirtualHardDisk", "Path:S% SizeBytes:U64", by_path=True),
    _write("New-Item", "Item", "Path:S% Name:S% ItemType:S=Directory", module=_FILES, passthru="", creates=True),
    _write("Copy-Item", "Item", "LiteralPath:S Destination:S", module=_FILES, passthru="PassThru", creates=True),
    # Where it goes to is taken for a pattern (catalogue).
    _write("Move-Item", "Item", "LiteralPath:S Destination:S%", module=_FILES, passthru="PassThru"),
    _write("Rename-Item", "Item", "LiteralPath:S NewName:S", module=_FILES, passthru="PassThru"),
    _write("Remove-Item", "", "LiteralPath:S", module=_FILES, passthru=""),
    # Constant scripts
    Cmdlet(
        name="Set-HvplanBootOrder",
        module="hvplan",
        write=True,
        parameters={
            "VMId": Parameter(name="VMId", wire="G"),
            "Device": Parameter(name="Device", wire="S[]", form=r"SCSI \d{1,3}:\d{1,3}|Microsoft:[0-9A-Fa-f-]+\\[0-9A-Fa-f-]+"),
        },
        script=True,
    ),
)

TABLE: Final[Mapping[str, Cmdlet]] = {cmdlet.name: cmdlet for cmdlet in _CMDLETS}
"""Canonical name -> what may be said to it."""

EXPANDS: Final[Mapping[tuple[str, str], str]] = {(_FIRMWARE, "BootOrder"): "VMBootSource"}
"""(Kind of object, property) whose values a read may take apart in the middle of its pipe -> the kind of what comes out, which nothing but a select takes."""


def reads() -> frozenset[str]:
    """Names of every cmdlet that only reads: all that a plan may send."""
    return frozenset(name for name, cmdlet in TABLE.items() if not cmdlet.write)
