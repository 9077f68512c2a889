"""Pipelines that clients send, each with its name: what is read of a host, what is written, and every kind of mistake."""

from __future__ import annotations

import uuid
from typing import Any

from psrpcore.types import PSInt64, PSUInt64

from tests.simulator.engine.rooms import Statement, Switch, Text
from tests.simulator.powershell.boot_order_questions import SCRIPT

SELECT = "Microsoft.PowerShell.Utility\\Select-Object"
WEB, OLD = uuid.UUID("2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"), uuid.UUID("7d1f2b0a-3c4d-4e5f-8a9b-0c1d2e3f4a5b")
NEW = uuid.UUID("3e4f5a6b-7c8d-4e9f-8a0b-1c2d3e4f5a6b")
WEB_VM, OLD_VM = ("Get-VM", {"Id": WEB}), ("Get-VM", {"Id": OLD})
Command = tuple[str, dict[str, Any]]


def select(*names: str) -> Command:
    """Select-Object by the name that works everywhere."""
    return (SELECT, {"Property": list(names)})


def where(name: str, operator: str, value: str) -> Command:
    """Where-Object without a script block."""
    return ("Where-Object", {"Property": name, operator: Switch, "Value": value})


READS: tuple[Command, ...] = (
    ("Get-VM", {}),
    ("Get-VMHost", {}),
    ("Get-VMSwitch", {}),
    ("Get-VMNetworkAdapter", {"VMName": "*"}),
    ("Get-VMNetworkAdapter", {"ManagementOS": True}),
    ("Get-VMNetworkAdapter", {"All": Switch}),
    ("Get-VMHardDiskDrive", {"VMName": "*"}),
    ("Get-VMDvdDrive", {"VMName": "*"}),
    ("Get-VMScsiController", {"VMName": "*"}),
    ("Get-VMIdeController", {"VMName": "old"}),
    ("Get-VMFirmware", {"VMName": "web"}),
    ("Get-VMFirmware", {"VMName": "old"}),
    ("Get-VMBios", {"VMName": "old"}),
    ("Get-VMBios", {"VMName": "web"}),
    ("Get-VMProcessor", {"VMName": "*"}),
    ("Get-VMMemory", {"VMName": "*"}),
    ("Get-VMSnapshot", {"VMName": "*"}),
    ("Get-VMSecurity", {"VMName": "web"}),
    ("Get-VMKeyProtector", {"VMName": "web"}),
    ("Get-VMIntegrationService", {"VMName": "*"}),
    ("Get-VMComPort", {"VMName": "*"}),
    ("Get-VMVideo", {"VMName": "*"}),
    ("Get-VMNetworkAdapterVlan", {"VMName": "*"}),
    ("Get-VMNetworkAdapterVlan", {}),
    ("Get-VHD", {"Path": r"D:\VHDs\web.vhdx"}),
    ("Get-VHD", {"Path": [r"D:\VHDs\web.vhdx", r"D:\no.vhdx"]}),
    ("Get-VHD", {"VMId": WEB}),
    ("Get-Item", {"LiteralPath": r"D:\VHDs\web.vhdx"}),
    ("Get-Item", {"LiteralPath": r"D:\VHDs"}),
    ("Get-Item", {"LiteralPath": r"D:\none"}),
    ("Get-Item", {"LiteralPath": [r"D:\none", r"D:\iso\setup.iso"]}),
    ("Get-ChildItem", {"LiteralPath": r"D:\VHDs"}),
    ("Get-NetAdapter", {}),
    ("Get-NetNat", {}),
    ("Get-NetIPAddress", {}),
    ("Get-CimInstance", {"ClassName": "Win32_ComputerSystem"}),
    ("Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}),
    ("Get-CimInstance", {"ClassName": "Win32_ComputerSystemProduct"}),
    ("Get-CimInstance", {"ClassName": "Win32_Volume"}),
    ("Get-CimInstance", {"ClassName": "Win32_Nothing"}),
    ("Get-Volume", {}),
    ("Get-VMSystemSwitchExtension", {}),
    ("Get-VMSwitchExtension", {"VMSwitchName": "lan"}),
    ("Get-VMHostSupportedVersion", {}),
    ("Get-VMGroup", {}),
    ("Get-VMReplication", {}),
    ("Get-VMSwitchTeam", {}),
    ("Get-VMHostNumaNode", {}),
    ("Get-VMAssignableDevice", {"VMName": "web"}),
    ("Get-VMGpuPartitionAdapter", {"VMName": "web"}),
    ("Get-VMHostAssignableDevice", {}),
    ("Get-VMFloppyDiskDrive", {"VMName": "old"}),
    ("Get-VMFibreChannelHba", {"VMName": "web"}),
    ("Get-VMResourcePool", {}),
    ("Get-VMMigrationNetwork", {}),
    ("Get-VMPartitionableGpu", {}),
    ("Get-VMRemoteFx3dVideoAdapter", {"VMName": "web"}),
    ("Get-VMStoragePath", {}),
    ("Get-VMNetworkAdapterAcl", {"VMName": "web"}),
    ("Get-VMNetworkAdapterExtendedAcl", {"VMName": "web"}),
    ("Get-VMNetworkAdapterIsolation", {"VMName": "web"}),
    ("Get-VMNetworkAdapterRdma", {}),
    ("Get-VMNetworkAdapterTeamMapping", {}),
    ("Get-VMKeyStorageDrive", {"VMName": "web"}),
    ("Get-PnpDevice", {}),
    ("Get-Cluster", {}),
    ("Get-ClusterGroup", {}),
    ("Get-HgsGuardian", {}),
    ("Get-NetIPConfiguration", {}),
    ("Get-Disk", {}),
    ("Get-PhysicalDisk", {}),
)
"""Commands alone: whole objects come back."""

PIPES: dict[str, tuple[Statement, ...]] = {
    "devices of a VM": (
        (
            ("Get-VM", {}),
            select("Id", "Name", "State", "HardDrives", "NetworkAdapters", "DVDDrives", "ComPort1", "Notes", "Version", "Uptime", "ParentCheckpointId"),
        ),
    ),
    "adapters": (
        (
            ("Get-VMNetworkAdapter", {"VMName": "*"}),
            select(
                "Id", "VMId", "Name", "VlanSetting", "BandwidthSetting", "IPAddresses", "MacAddress", "SwitchName", "Connected", "Status", "ClusterMonitored"
            ),
        ),
    ),
    "adapters of the host": (
        (
            ("Get-VMNetworkAdapter", {"ManagementOS": Switch}),
            select(
                "Id", "VMId", "Name", "VlanSetting", "BandwidthSetting", "IPAddresses", "MacAddress", "SwitchName", "Connected", "Status", "ClusterMonitored"
            ),
        ),
    ),
    "expand vlan": ((("Get-VMNetworkAdapter", {"VMName": "*"}), (SELECT, {"Property": "MacAddress", "ExpandProperty": "VlanSetting"})),),
    "expand parent": (
        (("Get-VMNetworkAdapter", {"VMName": "web"}), (SELECT, {"ExpandProperty": "VlanSetting"}), select("ParentAdapter", "AccessVlanId", "OperationMode")),
    ),
    "expand vlan id": ((("Get-VMNetworkAdapter", {"VMName": "web"}), (SELECT, {"Property": "Id", "ExpandProperty": "VlanSetting"})),),
    "vlan parent": ((("Get-VMNetworkAdapterVlan", {"VMName": "*"}), select("ParentAdapter", "OperationMode", "AllowedVlanIdList")),),
    "expand drives": ((("Get-VM", {}), (SELECT, {"Property": "VMId", "ExpandProperty": "HardDrives"})),),
    "expand statusdesc": ((("Get-VM", {}), (SELECT, {"ExpandProperty": "StatusDescriptions"})),),
    "expand services": (
        (("Get-VM", {"Name": "web"}), (SELECT, {"ExpandProperty": "VMIntegrationService"}), select("Id", "Name", "Enabled", "PrimaryStatusDescription")),
    ),
    "select firmware": ((WEB_VM, ("Get-VMFirmware", {}), select("BootOrder", "SecureBoot", "PreferredNetworkBootProtocol", "ConsoleMode", "VMId")),),
    "expand bootorder": ((("Get-VMFirmware", {"VMName": "web"}), (SELECT, {"ExpandProperty": "BootOrder"}), select("BootType", "Device", "FirmwarePath")),),
    "security pairs": ((WEB_VM, select("Id")), (WEB_VM, ("Get-VMSecurity", {}), select("TpmEnabled", "Shielded"))),
    "snapshot parents": (
        (("Get-VMSnapshot", {"VMName": "*"}), select("Id", "Name", "ParentSnapshotId", "CreationTime", "SnapshotType", "VMId", "HardDrives")),
    ),
    "first of them": ((("Get-VM", {}), (SELECT, {"First": 1, "Property": "Name"})),),
    "where eq": ((("Get-VM", {}), where("State", "EQ", "running"), select("Name")),),
    "where like": ((("Get-VMIntegrationService", {"VMName": "web"}), where("Id", "Like", r"*\9F82*"), select("Id", "Enabled")),),
    "where mac": ((("Get-VMNetworkAdapter", {"VMName": "*"}), where("MacAddress", "EQ", "00155D010203"), select("Id")),),
    "set vlan": (
        (
            WEB_VM,
            ("Get-VMNetworkAdapter", {}),
            where("MacAddress", "EQ", "00155D010203"),
            ("Set-VMNetworkAdapterVlan", {"Access": True, "VlanId": 42, "Passthru": True}),
        ),
    ),
    "set vlan trunk": (
        (WEB_VM, ("Get-VMNetworkAdapter", {}), ("Set-VMNetworkAdapterVlan", {"Trunk": Switch, "AllowedVlanIdList": "1-100", "NativeVlanId": 1})),
    ),
    "create": (
        (
            ("New-VM", {"Name": "db", "MemoryStartupBytes": PSInt64(1 << 33), "Generation": 2, "NoVHD": True, "SwitchName": "lan"}),
            ("Set-VM", {"Notes": "hvplan/v1 vm=new", "Passthru": True}),
            select("Id", "NetworkAdapters", "DVDDrives"),
        ),
    ),
    "create gen1": (
        (
            ("New-VM", {"Name": "db", "Generation": 1, "NoVHD": Switch}),
            ("Set-VM", {"Notes": "x", "Passthru": Switch}),
            select("Id", "NetworkAdapters", "DVDDrives"),
        ),
    ),
    "create whole": ((("New-VM", {"Name": "db", "Generation": 2, "NoVHD": Switch}),),),
    "create a generation that is none": ((("New-VM", {"Name": "db", "Generation": 3}),),),
    "new switch": ((("New-VMSwitch", {"Name": "n", "SwitchType": "Internal", "Notes": "a"}),),),
    "new ext switch": ((("New-VMSwitch", {"Name": "n", "NetAdapterName": "Ethernet", "AllowManagementOS": True}),),),
    "new bad switch": ((("New-VMSwitch", {"Name": "n", "NetAdapterName": "None", "AllowManagementOS": True}),),),
    "remove switch": ((("Remove-VMSwitch", {"Name": "backend", "Force": True}),),),
    "remove switch asks": ((("Remove-VMSwitch", {"Name": "backend"}),),),
    "set mem online bad": ((WEB_VM, ("Set-VMMemory", {"DynamicMemoryEnabled": True})),),
    "set mem off": ((OLD_VM, ("Set-VMMemory", {"StartupBytes": PSInt64(1 << 32), "Passthru": True})),),
    "set proc online": ((WEB_VM, ("Set-VMProcessor", {"Count": 4})),),
    "set proc wildcard": ((("Set-VMProcessor", {"VMName": "*", "Count": 4}),),),
    "start running": ((("Start-VM", {"Name": "web"}),),),
    "start off": ((("Start-VM", {"Name": "old", "Passthru": True}),),),
    "stop": ((("Stop-VM", {"Name": "web", "Confirm": False}),),),
    "stop off": ((("Stop-VM", {"Name": "old", "Confirm": False}),),),
    "stop turnoff": ((WEB_VM, ("Stop-VM", {"TurnOff": True, "Confirm": False, "Passthru": Switch})),),
    "save": ((WEB_VM, ("Save-VM", {"Passthru": Switch})),),
    "whatif": ((("Get-VM", {}), ("Stop-VM", {"WhatIf": Switch})),),
    "rename": ((OLD_VM, ("Rename-VM", {"NewName": "older", "Passthru": Switch})),),
    "checkpoint": ((OLD_VM, ("Checkpoint-VM", {"SnapshotName": "s1", "Passthru": Switch})),),
    "restore asks": ((WEB_VM, ("Get-VMSnapshot", {}), ("Restore-VMSnapshot", {})),),
    "restore": ((WEB_VM, ("Get-VMSnapshot", {}), ("Restore-VMSnapshot", {"Confirm": False, "Passthru": Switch})),),
    "remove snap": ((WEB_VM, ("Get-VMSnapshot", {}), ("Remove-VMSnapshot", {"Confirm": False})),),
    "remove vm running": ((WEB_VM, ("Remove-VM", {"Force": True})),),
    "remove vm": ((OLD_VM, ("Remove-VM", {"Force": True})),),
    "remove VM asks": ((OLD_VM, ("Remove-VM", {})),),
    "add disk": (
        (
            WEB_VM,
            (
                "Add-VMHardDiskDrive",
                {"ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 2, "Path": r"D:\golden\ubuntu.vhdx", "Passthru": Switch},
            ),
        ),
    ),
    "add disk taken": (
        (WEB_VM, ("Add-VMHardDiskDrive", {"ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 0, "Path": r"D:\golden\ubuntu.vhdx"})),
    ),
    "add nic": (
        (WEB_VM, ("Add-VMNetworkAdapter", {"Name": "nic", "SwitchName": "lan", "Passthru": Switch}), select("Id", "Name", "MacAddress", "VlanSetting")),
    ),
    "add dvd": ((OLD_VM, ("Add-VMDvdDrive", {"Path": r"D:\iso\setup.iso", "Passthru": Switch})),),
    "remove nic": ((OLD_VM, ("Get-VMNetworkAdapter", {}), ("Remove-VMNetworkAdapter", {})),),
    "new vhd": ((("New-VHD", {"Path": r"D:\VHDs\n.hvplan.vhdx", "SizeBytes": PSUInt64(1 << 35), "Dynamic": Switch}),),),
    "new vhd exists": ((("New-VHD", {"Path": r"D:\VHDs\web.vhdx", "SizeBytes": PSUInt64(1 << 35), "Dynamic": Switch}),),),
    "new diff vhd": ((("New-VHD", {"Path": r"D:\VHDs\c.vhdx", "ParentPath": r"D:\golden\ubuntu.vhdx", "Differencing": Switch}),),),
    "resize in use": ((("Resize-VHD", {"Path": r"D:\VHDs\old.vhdx", "SizeBytes": PSUInt64(1 << 36)}),),),
    "copy": ((("Copy-Item", {"LiteralPath": r"D:\golden\ubuntu.vhdx", "Destination": r"D:\VHDs\x.hvplan.vhdx"}),),),
    "copy none": ((("Copy-Item", {"LiteralPath": r"D:\golden\none.vhdx", "Destination": r"D:\VHDs\x.hvplan.vhdx"}),),),
    "rename item": ((("Rename-Item", {"LiteralPath": r"D:\golden\ubuntu.vhdx", "NewName": "u.vhdx"}),),),
    "remove item": ((("Remove-Item", {"LiteralPath": r"D:\golden\ubuntu.vhdx"}),),),
    "remove item used": ((("Remove-Item", {"LiteralPath": r"D:\VHDs\web.vhdx"}),),),
    "new item dir": ((("New-Item", {"Path": r"D:\new", "ItemType": "Directory"}),),),
    "new item dir force": ((("New-Item", {"Path": r"D:\VHDs", "ItemType": "Directory", "Force": Switch}),),),
    "secure boot of a running VM": ((("Set-VMFirmware", {"VMName": "web", "EnableSecureBoot": "Off"}),),),
    "secure boot of generation 1": ((OLD_VM, ("Set-VMFirmware", {"EnableSecureBoot": "On"})),),
    "select of a file": (
        (("Get-Item", {"LiteralPath": r"D:\VHDs\web.vhdx"}), select("FullName", "Length", "Name", "LastWriteTimeUtc", "Exists", "Attributes")),
    ),
    "get command": ((("Get-Command", {"Name": ["Get-VM", "Set-VMMemory", "New-VMSwitch"]}), select("Name", "Version", "Parameters")),),
    "get command unknown": ((("Get-Command", {"Name": ["Get-VM", "Get-Nope"]}), select("Name")),),
    "get command wild": ((("Get-Command", {"Name": ["Get-VMN*"]}), select("Name")),),
    "get command module": ((("Get-Command", {"Module": "Hyper-V", "Verb": "Checkpoint"}), select("Name", "CommandType", "ModuleName", "Version")),),
    "select of a CIM class": (
        (("Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}), select("Version", "Caption", "OSLanguage", "BuildNumber", "ProductType")),
    ),
    "some properties of a CIM class": ((("Get-CimInstance", {"ClassName": "Win32_ComputerSystem", "Property": ["Name", "Domain"]}),),),
    "netadapter sel": ((("Get-NetAdapter", {"Name": "*"}), select("Name", "InterfaceDescription", "MacAddress", "Status", "LinkSpeed", "InterfaceGuid")),),
    "netadapter none": ((("Get-NetAdapter", {"Name": "none"}),),),
    "vm missing": ((("Get-VM", {"Name": "none"}),),),
    "vm missing id": ((("Get-VM", {"Id": uuid.UUID(int=5)}),),),
    "vm missing stop": ((("Get-VM", {"Name": "none", "ErrorAction": "Stop"}),),),
    "vm missing silent": ((("Get-VM", {"Name": "none", "ErrorAction": "SilentlyContinue"}),),),
    "vm missing then": ((("Get-VM", {"Name": "none"}), ("Set-VM", {"Notes": "a"})),),
    "vm some missing": ((("Get-VM", {"Name": ["web", "none", "old"]}), select("Name")),),
    "unknown cmd": ((("Get-Nope", {}),),),
    "unknown param": ((("Get-VM", {"Nope": 1}),),),
    "bad type": ((("Set-VMProcessor", {"VMName": "web", "Count": "many"}),),),
    "bad enum": ((("Set-VM", {"Name": "web", "AutomaticStartAction": "Sometimes"}),),),
    "ambiguous": ((("Set-VM", {"Name": "web", "VMName": "web"}),),),
    "missing mandatory": ((("Set-VMProcessor", {"Count": 1}),),),
    "range": ((("Set-VMProcessor", {"VMName": "web", "Count": 0}),),),
    "wrong pipe": ((("Get-VMNetworkAdapter", {"VMName": "web"}), ("Set-VMProcessor", {"Count": 1})),),
    "two stmts fail": ((("Get-VM", {"Name": "web"}), select("Name")), (("Get-Nope", {}),), (("Set-VM", {"Name": "old", "Notes": "z"}),)),
    "first fails": ((("Get-Nope", {}),), (("Set-VM", {"Name": "old", "Notes": "z"}),), (("Set-VM", {"Name": "web", "Notes": "z"}),)),
    "script": ((("1+1", {}),),),
    "rename switch": ((("Get-VMSwitch", {"Name": "lan"}), ("Rename-VMSwitch", {"NewName": "LAN2"})),),
    "set switch": ((("Get-VMSwitch", {"Name": "lan"}), ("Set-VMSwitch", {"Notes": "a"})),),
    "connect": ((OLD_VM, ("Get-VMNetworkAdapter", {}), ("Connect-VMNetworkAdapter", {"SwitchName": "nope"})),),
    "connect two": ((WEB_VM, ("Get-VMNetworkAdapter", {}), ("Connect-VMNetworkAdapter", {"SwitchName": "backend"})),),
    "integration": ((WEB_VM, ("Get-VMIntegrationService", {}), where("Id", "Like", "*9F8233AC*"), ("Disable-VMIntegrationService", {"Passthru": Switch})),),
    "comport": ((WEB_VM, ("Set-VMComPort", {"Number": 1, "Path": r"\\.\pipe\a", "Passthru": Switch})),),
    "nat": ((("New-NetNat", {"Name": "n", "InternalIPInterfaceAddressPrefix": "192.168.5.0/24"}),),),
    "vmhost": ((("Set-VMHost", {"VirtualMachinePath": r"D:\x"}),),),
    "not simulated": ((("Get-VMConnectAccess", {}),),),
    "convert": ((("Convert-VHD", {"Path": r"D:\golden\ubuntu.vhdx", "DestinationPath": r"D:\golden\u2.vhd", "VHDType": "Fixed"}),),),
    "convert what is attached": ((("Convert-VHD", {"Path": r"D:\VHDs\web.vhdx", "DestinationPath": r"D:\VHDs\w2.vhdx"}),),),
    "convert a child": ((("Convert-VHD", {"Path": r"D:\VHDs\old.vhdx", "DestinationPath": r"D:\o.vhdx", "VHDType": "Differencing", "Passthru": Switch}),),),
    "convert and show": ((("Convert-VHD", {"Path": r"D:\VHDs\old.vhdx", "DestinationPath": r"D:\VHDs\o.vhd", "VHDType": 3, "Passthru": Switch}),),),
    "convert with a block size": ((("Convert-VHD", {"Path": r"D:\VHDs\old.vhdx", "DestinationPath": r"D:\o.vhdx", "BlockSizeBytes": "1048576"}),),),
    "another file": ((OLD_VM, ("Get-VMHardDiskDrive", {}), ("Set-VMHardDiskDrive", {"Path": r"D:\golden\ubuntu.vhdx", "Passthru": Switch})),),
    "another file under power": ((WEB_VM, ("Get-VMHardDiskDrive", {}), ("Set-VMHardDiskDrive", {"Path": r"D:\golden\ubuntu.vhdx"})),),
    "move a file": ((("Move-Item", {"LiteralPath": r"D:\VHDs\old.vhdx", "Destination": r"C:\old.vhdx", "PassThru": Switch}),),),
    "move a file over another": ((("Move-Item", {"Path": r"D:\VHDs\old.vhdx", "Destination": r"D:\VHDs\new.vhdx"}),),),
    "move what is not there": ((("Move-Item", {"Path": r"D:\VHDs\none.vhdx", "Destination": r"D:\VHDs\n.vhdx"}),),),
    "enable migration": ((("Enable-VMMigration", {"Passthru": Switch}),),),
    "disable migration": ((("Disable-VMMigration", {"Passthru": Switch}),),),
    "shape migration": ((("Set-VMHost", {"VirtualMachineMigrationAuthenticationType": "Kerberos", "MaximumStorageMigrations": 5, "Passthru": Switch}),),),
    "export": ((("Export-VM", {"Name": "old", "Path": r"D:\exp"}),),),
    "enable the TPM": ((WEB_VM, ("Enable-VMTPM", {})),),
    "set a key protector": ((OLD_VM, ("Set-VMKeyProtector", {"NewLocalKeyProtector": Switch})),),
    "update version asks": ((("Update-VMVersion", {"Name": "old"}),),),
    "every property": ((("Get-VM", {}), (SELECT, {"Property": "*"})),),
}
"""Whole pipelines by name; several statements are one pipeline too."""


def _boot(id: Any, *device: Any, local: bool | None = None, **more: Any) -> Statement:
    """The constant script of a boot order."""
    text = Text(SCRIPT)
    text.local_scope = local
    return ((text, {"VMId": id, "Device": list(device), **more}),)


BOOT_ORDERS: dict[str, tuple[Statement, ...]] = {
    **{f"boot order of {name}": ((("Get-VMFirmware", {"VMName": name}),),) for name in ("new", "guest")},
    **{f"boot order of {name} expanded": ((("Get-VMFirmware", {"VMName": name}), (SELECT, {"ExpandProperty": "BootOrder"})),) for name in ("new", "guest")},
    **{f"boot order of {name} chosen": ((("Get-VMFirmware", {"VMName": name}), select("VMId", "BootOrder")),) for name in ("new", "guest")},
    **{f"set a boot order, scope {local}": (_boot(NEW, "SCSI 0:0", "scsi 0:2", local=local),) for local in (None, True, False)},
    "set a boot order of nothing": (_boot(NEW),),
    "set a boot order with a stranger": (_boot(NEW, "SCSI 0:0", "SCSI 3:1"),),
    "set a boot order with a device twice": (_boot(NEW, "SCSI 0:0", "scsi 0:0"),),
    "set a boot order of a running vm": (_boot(WEB, "SCSI 0:0"),),
    "set a boot order of generation 1": (_boot(OLD, "IDE 0:0"),),
    "set a boot order of nobody": (_boot(uuid.UUID(int=5), "SCSI 0:0"),),
    "set a boot order of no id": (_boot("nope", "SCSI 0:0"),),
    "set a boot order of null": (_boot(None, "SCSI 0:0"),),
    "set a boot order of two ids": (_boot([NEW, OLD], "SCSI 0:0"),),
    "set a boot order without a value": (_boot(Switch, "SCSI 0:0"),),
    "set a boot order with more": (_boot(NEW, "SCSI 0:0", Confirm=Switch, ErrorAction="Stop"),),
    "set a boot order and read": (_boot(NEW, "SCSI 0:0"), (("Get-VMFirmware", {"VMName": "new"}), (SELECT, {"ExpandProperty": "BootOrder"}), select("Device"))),
    "set a boot order of nobody and read": (_boot(uuid.UUID(int=5), "SCSI 0:0"), (("Get-VMSwitch", {}),)),
    "set a boot order with a stranger and read": (_boot(NEW, "SCSI 3:1"), (("Get-VMSwitch", {}),)),
    "read, set a boot order with a stranger, read": ((("Get-VMSwitch", {}),), _boot(NEW, "SCSI 3:1"), (("Get-VMSwitch", {}),)),
}
"""Boot orders read and set; that of `guest` is only read: an engine's class of boot sources is no component (`agreement`)."""

PIPELINES: dict[str, tuple[Statement, ...]] = {
    **{" ".join((name, *map(str, given.values()))): (((name, given),),) for name, given in READS},
    **PIPES,
    **BOOT_ORDERS,
}
