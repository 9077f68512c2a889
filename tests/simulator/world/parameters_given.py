"""A value for every parameter of the commands that the world knows, and a world in which it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from hvplan.simulator.powershell.catalogue import Parameter
from hvplan.simulator.values import List, Number
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import GIB, good, vm

TEXT = r"""
kind: World
host:
  name: HV01
  domain: lab.example
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  netAdapters:
    - {name: Ethernet, mac: 00-15-5D-FF-00-01, description: NIC 1}
    - {name: Port A, mac: 00-15-5D-FF-00-02, description: NIC 2}
    - {name: Port B, mac: 00-15-5D-FF-00-03, description: NIC 3}
    - {name: Spare, mac: 00-15-5D-FF-00-04, description: NIC 4}
    - {name: Spare 2, mac: 00-15-5D-FF-00-05, description: NIC 5}
switches:
  - {name: lan, type: Internal}
  - {name: out, type: External, netAdapters: [Ethernet]}
  - {name: team, type: External, netAdapters: [Port A, Port B], embeddedTeaming: true}
nats: [{name: nat, prefix: 10.9.0.0/24}]
files:
  - {path: 'D:\VHDs\one.vhdx', vhd: {size: 40GiB, minimumSize: 10GiB}}
  - {path: 'D:\VHDs\two.vhdx', vhd: {size: 40GiB}}
  - {path: 'D:\VHDs\three.vhdx', vhd: {size: 40GiB, minimumSize: 10GiB}}
  - {path: 'D:\VHDs\old.vhdx', vhd: {size: 40GiB}}
  - {path: 'D:\golden\base.vhdx', vhd: {size: 20GiB}}
  - {path: 'D:\golden\other.vhdx', vhd: {size: 20GiB}}
  - {path: 'D:\golden\child.vhdx', vhd: {size: 20GiB, type: Differencing, parent: 'D:\golden\base.vhdx'}}
  - {path: 'D:\iso\setup.iso', size: 5GiB}
  - {path: 'D:\iso\boot.vfd', size: 1MiB}
vms:
  - name: full
    generation: 2
    devices:
      scsiControllers: 2
      disks: [{slot: scsi 0:0, path: 'D:\VHDs\one.vhdx'}]
      dvds: [{slot: scsi 0:1, iso: 'D:\iso\setup.iso'}]
      networkAdapters: [{name: Network Adapter, switch: lan}]
    checkpoints: [{name: before, created: 2026-01-01T02:00:00Z, type: Standard}]
  - name: old
    generation: 1
    devices:
      disks: [{slot: ide 0:0, path: 'D:\VHDs\old.vhdx'}]
      dvds: [{slot: ide 1:0}]
      networkAdapters: [{name: Network Adapter, switch: lan}]
    checkpoints: [{name: first, created: 2026-01-01T02:00:00Z, type: Standard}, {name: second, parent: first, created: 2026-01-02T02:00:00Z, type: Standard}]
  - {name: bare, generation: 2, devices: {scsiControllers: 2}}
  - {name: aged, generation: 2, version: '10.0'}
  - {name: slept, generation: 2, state: Saved}
  - {name: on, generation: 2, state: Running}
  - {name: held, generation: 2, state: Paused}
  - {name: keyed, generation: 2, security: {keyProtector: Local}}
addresses: [{interface: vEthernet (lan), address: 10.9.0.1}]
"""

_COMPONENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "VMSnapshot": ("Get-VMSnapshot", {"VMName": ["*"], "Name": "first"}),
    "VMNetworkAdapter": ("Get-VMNetworkAdapter", {"VMName": ["full"]}),
    "VMDriveController": ("Get-VMScsiController", {"VMName": ["full"]}),
    "VMScsiController": ("Get-VMScsiController", {"VMName": ["bare"]}),
    "VMHardDiskDrive": ("Get-VMHardDiskDrive", {"VMName": ["full"]}),
    "VMDvdDrive": ("Get-VMDvdDrive", {"VMName": ["full"]}),
    "VMFirmware": ("Get-VMFirmware", {"VMName": ["full"]}),
    "VMBios": ("Get-VMBios", {"VMName": ["old"]}),
    "VMComPort": ("Get-VMComPort", {"VMName": ["full"]}),
    "VMIntegrationService": ("Get-VMIntegrationService", {"VMName": ["full"]}),
    "VMProcessor": ("Get-VMProcessor", {"VMName": ["full"]}),
    "VMMemory": ("Get-VMMemory", {"VMName": ["full"]}),
    "VMVideo": ("Get-VMVideo", {"VMName": ["full"]}),
    "VMFloppyDiskDrive": ("Get-VMFloppyDiskDrive", {"VMName": ["old"]}),
    "VMSwitch": ("Get-VMSwitch", {"Name": "lan"}),
    "ParentOf": ("Get-VMSnapshot", {"VMName": ["*"], "Name": "second"}),
    "ChildOf": ("Get-VMSnapshot", {"VMName": ["*"], "Name": "first"}),
    "FirstBootDevice": ("Get-VMHardDiskDrive", {"VMName": ["full"]}),
    "BootOrder": ("Get-VMHardDiskDrive", {"VMName": ["full"]}),
}
"""Parameters that take a live object, and where one comes from."""
_OLD = frozenset(["Get-VMBios", "Set-VMBios", "Get-VMFloppyDiskDrive", "Set-VMFloppyDiskDrive", "Get-VMIdeController"])
"""Commands of Generation 1."""
_TARGETS: Mapping[str, str] = {
    "Add-VMScsiController": "bare", "Remove-VMScsiController": "bare", "Enable-VMTPM": "keyed", "Set-VMSecurity": "keyed", "Stop-VM": "on", "Suspend-VM": "on",
    "Save-VM": "on", "Restart-VM": "on", "Resume-VM": "held", "Remove-VMSavedState": "slept", "Update-VMVersion": "aged", "Start-VM": "bare",
}  # fmt: skip
_VALUES: Mapping[str, Any] = {
    "AllowManagementOS": True, "BlockSizeBytes": Number(32 << 20, "U32"), "Buffer": 30, "ControllerLocation": 0, "ControllerNumber": 0, "Count": 2,
    "Destination": "D:\\golden\\new", "DriveLetter": ["D"], "FilePath": "D:\\VHDs", "Generation": 2, "HorizontalResolution": 1024, "HwThreadCountPerCore": 1,
    "IPAddress": "10.9.0.7", "InterfaceAlias": "vEthernet (lan)", "InterfaceIndex": 7, "InternalIPInterfaceAddressPrefix": "10.8.0.0/24",
    "LiteralPath": ["D:\\VHDs\\two.vhdx"], "LowMemoryMappedIoSpace": Number(256 << 20, "U32"), "MacAddressMaximum": "00155D0000FF",
    "MacAddressMinimum": "00155D000000", "MaximumBandwidth": 10**9, "MaximumBytes": 1 << 40, "MemoryMaximumBytes": 1 << 40, "MemoryMinimumBytes": GIB // 2,
    "MemoryStartupBytes": GIB, "MinimumBandwidthMode": "Weight", "MinimumBandwidthAbsolute": 10**8, "MinimumBytes": GIB // 2, "NetAdapterName": ["Spare"],
    "NetAdapterInterfaceDescription": ["NIC 4"], "NewName": "new", "NewVHDPath": "D:\\VHDs\\new.vhdx", "NewVHDSizeBytes": GIB, "Number": 1,
    "ParentPath": "D:\\golden\\base.vhdx", "Path": ["D:\\VHDs\\two.vhdx"], "PhysicalSectorSizeBytes": 4096, "LogicalSectorSizeBytes": 4096,
    "PrefixLength": 24, "Priority": 60, "SizeBytes": 60 * GIB, "SnapshotFileLocation": "D:\\Snapshots", "SmartPagingFilePath": "D:\\Paging",
    "StartupBytes": GIB, "StaticMacAddress": "00155D0102AA", "SwitchName": "lan", "SwitchType": "Private", "VHDPath": "D:\\VHDs\\two.vhdx", "VHDType": "Fixed",
    "VerticalResolution": 768, "VirtualHardDiskPath": "D:\\VHDs", "VirtualMachinePath": "D:\\VMs", "VlanId": 20, "AllowedVlanIdList": "10-20",
    "StartupOrder": ["CD", "IDE", "LegacyNetworkAdapter", "Floppy"], "ReservedBytes": 1, "SecureBootTemplate": "MicrosoftWindows", "SnapshotName": "after",
    "SecureBootTemplateId": UUID("1734c6e8-3154-4dda-ba5f-a874cc483422"), "PrimaryVlanId": 10, "SecondaryVlanId": 20, "SecondaryVlanIdList": "20,30",
    "ConsoleMode": "COM1", "CheckpointType": "Standard", "ControllerType": "SCSI", "ToControllerType": "SCSI", "ToControllerNumber": 1,
    "ToControllerLocation": 3,
    "DestinationPath": "D:\\VHDs\\converted.vhdx", "EnableSecureBoot": "Off", "PauseAfterBootFailure": "On", "PreferredNetworkBootProtocol": "IPv6",
    "KeyProtector": b"\1\2\3\4\5", "AddressFamily": ["IPv4"], "PolicyStore": "ActiveStore", "SnapshotType": "Standard", "Version": "12.0", "BootDevice": "VHD",
    "TeamingMode": "SwitchIndependent", "LoadBalancingAlgorithm": "Dynamic", "ResolutionType": "Maximum", "PortMirroring": "Source", "DebuggerMode": "Off",
    "AutomaticStartAction": "Start", "AutomaticStopAction": "Save", "AutomaticCriticalErrorAction": "None", "EnhancedSessionTransportType": "VMBus",
    "LockOnDisconnect": "On", "Filter": "Name='HV01'", "ClassName": "Win32_ComputerSystem", "Query": "SELECT * FROM Win32_ComputerSystem",
    "VirtualMachineMigrationAuthenticationType": "Kerberos", "VirtualMachineMigrationPerformanceOption": "SMB", "ItemType": "Directory",
    "InterfaceDescription": ["NIC 1"], "Notes": "words", "Value": "words", "VMNetworkAdapterName": "Network Adapter", "NewVMName": "renamed",
    "AutomaticCriticalErrorActionTimeout": 30, "MaximumAmountPerNumaNodeBytes": 4 * GIB, "ResourceMeteringSaveInterval": timedelta(hours=1),
    "HighMemoryMappedIoSpace": Number(1 << 30, "U64"), "MinimumIOPS": 10, "MaximumIOPS": 100, "LeafPath": "D:\\golden\\child.vhdx",
    "ComputerName": ["HV01"], "Property": ["Name"], "Namespace": "root/cimv2", "VMId": "id of full",
}  # fmt: skip
_OWN: Mapping[tuple[str, str], Any] = {
    ("Add-VMDvdDrive", "ControllerLocation"): 5,
    ("Add-VMDvdDrive", "Path"): "D:\\iso\\setup.iso",
    ("Add-VMHardDiskDrive", "ControllerLocation"): 5,
    ("Add-VMHardDiskDrive", "Path"): "D:\\VHDs\\two.vhdx",
    ("Add-VMNetworkAdapter", "IsLegacy"): False,
    ("Connect-VMNetworkAdapter", "VMSwitch"): "switch lan",
    ("Convert-VHD", "Path"): "D:\\VHDs\\two.vhdx",
    ("Get-VMNetworkAdapter", "Name"): "Network Adapter",
    ("Get-NetNat", "Name"): ["nat"],
    ("Get-VMIntegrationService", "Name"): ["Shutdown"],
    ("Enable-VMIntegrationService", "Name"): ["Shutdown"],
    ("Disable-VMIntegrationService", "Name"): ["Shutdown"],
    ("Get-VMSnapshot", "Id"): "id of before",
    ("Get-VMSwitch", "SwitchType"): ["Internal"],
    ("Get-VMSwitch", "Id"): "id of lan",
    ("Get-NetAdapter", "Name"): ["Ethernet"],
    ("Get-VMSwitchTeam", "Name"): "team",
    ("Get-VMSwitchTeam", "VMSwitch"): "switch team",
    ("Merge-VHD", "DestinationPath"): "D:\\golden\\base.vhdx",
    ("Merge-VHD", "Path"): "D:\\golden\\child.vhdx",
    ("New-Item", "Path"): ["D:\\VHDs\\made"],
    ("New-NetNat", "Name"): "second",
    ("New-VHD", "Path"): ["D:\\VHDs\\new.vhdx"],
    ("New-VM", "Name"): "fresh",
    ("New-VM", "Path"): "D:\\VMs",
    ("New-VMSwitch", "Id"): "11111111-2222-3333-4444-555555555555",
    ("New-VMSwitch", "Name"): "new",
    ("Remove-NetNat", "Name"): ["nat"],
    ("Remove-NetIPAddress", "IPAddress"): ["10.9.0.1"],
    ("Remove-NetIPAddress", "InterfaceAlias"): ["vEthernet (lan)"],
    ("Remove-NetIPAddress", "InterfaceIndex"): [7],
    ("Get-NetIPAddress", "IPAddress"): ["10.9.0.1"],
    ("Get-NetIPAddress", "InterfaceAlias"): ["vEthernet (lan)"],
    ("Get-NetIPAddress", "InterfaceIndex"): [7],
    ("Get-NetAdapter", "InterfaceIndex"): [2],
    ("Remove-VMSwitch", "Name"): ["lan"],
    ("Rename-VMSwitch", "Name"): "lan",
    ("Set-VHD", "Path"): "D:\\golden\\child.vhdx",
    ("Set-VMComPort", "Path"): "\\\\.\\pipe\\one",
    ("Set-VMDvdDrive", "ControllerLocation"): 1,
    ("Set-VMDvdDrive", "Path"): "D:\\iso\\setup.iso",
    ("Set-VMFloppyDiskDrive", "Path"): "D:\\iso\\boot.vfd",
    ("Set-VMHardDiskDrive", "Path"): "D:\\VHDs\\two.vhdx",
    ("Set-VMSwitch", "Name"): ["out"],
    ("Set-VMSwitch", "VMSwitch"): "switch out",
    ("Set-VMSwitch", "SwitchType"): "Internal",
    ("Set-VMSwitch", "NetAdapterName"): "Ethernet",
    ("Set-VMSwitch", "NetAdapterInterfaceDescription"): "NIC 1",
    ("Set-VMSwitchTeam", "Name"): ["team"],
    ("Set-VMSwitchTeam", "VMSwitch"): "switch team",
    ("Remove-VMDvdDrive", "ControllerLocation"): 1,
    ("Set-VMNetworkAdapter", "MinimumBandwidthWeight"): 0,
    ("Rename-Item", "LiteralPath"): "D:\\VHDs\\two.vhdx",
    ("Rename-Item", "Path"): "D:\\VHDs\\two.vhdx",
    ("Copy-Item", "Destination"): "D:\\golden\\copy.vhdx",
    ("Get-ChildItem", "LiteralPath"): ["D:\\VHDs"],
    ("Get-ChildItem", "Path"): ["D:\\VHDs"],
    ("Get-VM", "Id"): "id of full",
    ("Get-VHD", "VMId"): ["id of full"],
}
_IDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "before": ("Get-VMSnapshot", {"VMName": ["*"]}), "lan": ("Get-VMSwitch", {"Name": "lan"}), "full": ("Get-VM", {"Name": ["full"]}),
}  # fmt: skip
COMPANIONS: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("Set-VMNetworkAdapterVlan", ""): {"Untagged": True},
    **{("Set-VMNetworkAdapterVlan", mode): {"Untagged": False} for mode in ("Access", "Trunk", "Isolated", "Community", "Promiscuous")},
    ("Set-VMNetworkAdapterVlan", "VlanId"): {"Untagged": False, "Access": True},
    ("Set-VMNetworkAdapterVlan", "AllowedVlanIdList"): {"Untagged": False, "Trunk": True},
    ("Set-VMNetworkAdapterVlan", "PrimaryVlanId"): {"Untagged": False, "Isolated": True},
    ("Set-VMNetworkAdapterVlan", "SecondaryVlanId"): {"Untagged": False, "Isolated": True, "PrimaryVlanId": 10},
    ("Set-VMNetworkAdapterVlan", "SecondaryVlanIdList"): {"Untagged": False, "Promiscuous": True, "PrimaryVlanId": 10},
    ("Set-VMKeyProtector", "VMName"): {"NewLocalKeyProtector": True},
    ("Set-VMKeyProtector", "VMObject"): {"NewLocalKeyProtector": True},
    ("Set-VMKeyProtector", "KeyProtector"): {"NewLocalKeyProtector": False},
    ("Get-ChildItem", "Items"): {"Path": ["D:\\VHDs"]},
    ("New-Item", "nameSet"): {"Path": ["D:\\VHDs"], "ItemType": "File"},
    ("Copy-Item", ""): {"Destination": "D:\\golden\\copy.vhdx"},
    ("Move-Item", ""): {"Destination": "D:\\golden\\copy.vhdx"},
    ("Move-Item", "Force"): {"Destination": "D:\\VHDs\\three.vhdx"},
    ("Remove-Item", "Recurse"): {"Path": ["D:\\VHDs"], "LiteralPath": ["D:\\VHDs"]},
    ("Set-VHD", "IgnoreIdMismatch"): {"ParentPath": "D:\\golden\\other.vhdx"},
    ("Get-VMSwitch", "SwitchType"): {"Name": "*"},
    ("Resize-VHD", "Passthru"): {"Path": ["D:\\VHDs\\three.vhdx"]},
    ("New-Item", "Force"): {"Path": ["D:\\VHDs"], "Name": "three.vhdx"},
    ("Get-VMSnapshot", "SnapshotType"): {"Name": "*"},
    ("Add-VMNetworkAdapter", "ManagementOS"): {"SwitchName": "lan"},
    ("Set-VMDvdDrive", "VMName"): {"ControllerNumber": 0, "ControllerLocation": 1},
    ("Set-VMNetworkAdapterVlan", "NativeVlanId"): {"Trunk": True, "AllowedVlanIdList": "10-20", "Untagged": False, "NativeVlanId": 1},
}


def live(host: SimulatedWorld, command: str, parameter: Parameter) -> Any:
    """A live object for a parameter that takes one, or None."""
    name = parameter.name
    target = "old" if command in _OLD else _TARGETS.get(command, "full")
    if name == "VM":
        return vm(host, target)
    if name == "InputObject":
        return good(host, "Get-NetNat" if command == "Remove-NetNat" else "Get-NetIPAddress")[-1]
    if name in _COMPONENTS:
        reading, bound = _COMPONENTS[name]
        return good(host, reading, **bound)[0]
    return None


def value(host: SimulatedWorld, command: str, parameter: Parameter) -> Any:
    """Something that the parameter takes."""
    name, many = parameter.name, parameter.type.endswith("[]")
    found = _OWN.get((command, name), _VALUES.get(name))
    if isinstance(found, str) and found.startswith("switch "):
        found = next(one for one in good(host, "Get-VMSwitch") if one.name == found.removeprefix("switch "))
    elif name in ("Name", "VMName") and found is None:
        found = "old" if command in _OLD else _TARGETS.get(command, "full")
        found = {"VMNetworkAdapter": "Network Adapter", "VMSnapshot": "before"}.get(command.rpartition("-")[2], found) if name == "Name" else found
    elif found is None:
        found = live(host, command, parameter)
    if name in ("Id", "VMId") and isinstance(found, str | list) and "id of" in str(found):
        reading, bound = _IDS[str(found).strip("[']").rpartition(" ")[2]]
        found = good(host, reading, **bound)[0].props["Id"]
    if found is None:
        found = {"SwitchParameter": True, "Boolean": True, "OnOffState": "On", "String": "words"}.get(parameter.type.rpartition(".")[2], 1)
    if many and not isinstance(found, list | bytes):
        found = [found]
    if not many and isinstance(found, list):
        found = found[0]
    return List(found, parameter.type) if isinstance(found, list) else found
