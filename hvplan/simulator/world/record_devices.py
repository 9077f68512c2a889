"""Drives, controllers, adapters and ports as records."""

from __future__ import annotations

from typing import Any

from hvplan.simulator.values import List, Obj
from hvplan.simulator.world.cultures import word
from hvplan.simulator.world.enums import enum, on_off
from hvplan.simulator.world.host_nouns import Switch
from hvplan.simulator.world.nouns import Adapter, Disk, Dvd, Slot, Vlan
from hvplan.simulator.world.record_parts import NO_ID, Owner, component, i64, texts, u32, u64
from hvplan.simulator.world.state import State

IDE = "83F8638B-8DCA-4152-9EDA-2CA8B33039B4"
_COM = "8E3A359F-559A-4B6A-98A9-1690A6100ED7"
_FLOPPY = "8F0D2762-0B00-4E04-AF4F-19010527CB93"
_NS = "Microsoft.HyperV.PowerShell."
_STATUS_LIST = _NS + "VMNetworkAdapterOperationalStatus[]"


def controller_id(owner: Owner, slot: Slot) -> str:
    """The id of a controller: IDE controllers count below one GUID, every SCSI controller has its own."""
    if slot.bus == "ide":
        return f"{owner.prefix}\\{IDE}\\{slot.controller}"
    return f"{owner.prefix}\\{str(owner.vm.controllers[slot.controller]).upper()}\\0"


def drive_id(owner: Owner, slot: Slot) -> str:
    """The id of a drive: its controller's, its location and D."""
    return f"{controller_id(owner, slot)}\\{slot.location}\\D"


def disk(owner: Owner, one: Disk) -> Obj:
    """`HardDiskDrive`."""
    return component(
        owner, "HardDiskDrive", _drive_name(owner, one.slot, "disk"), drive_id(owner, one.slot),
        Path=one.path, MaximumIOPS=u64(one.maximum_iops), MinimumIOPS=u64(one.minimum_iops), QoSPolicyID=NO_ID,
        SupportPersistentReservations=one.shared, WriteHardeningMethod=enum("CacheAttributes", "Default"), PoolName="Primordial", **_at(one.slot),
    )  # fmt: skip


def dvd(owner: Owner, one: Dvd) -> Obj:
    """`DvdDrive`; an empty one has no path and media type None."""
    return component(
        owner, "DvdDrive", _drive_name(owner, one.slot, "dvd"), drive_id(owner, one.slot),
        DvdMediaType=enum("DvdMediaType", "ISO" if one.path else "None"), Path=one.path, PoolName="Primordial", **_at(one.slot),
    )  # fmt: skip


def _at(slot: Slot) -> dict[str, Any]:
    return {"ControllerType": enum("ControllerType", slot.bus.upper()), "ControllerNumber": slot.controller, "ControllerLocation": slot.location}


def _drive_name(owner: Owner, slot: Slot, kind: Any) -> str:
    name = word(owner.state.host.culture, kind)
    if owner.state.host.culture != "en-US":
        return name
    return f"{name} on {slot.bus.upper()} controller number {slot.controller} at location {slot.location}"


def floppy(owner: Owner) -> Obj:
    """`VMFloppyDiskDrive`."""
    name = word(owner.state.host.culture, "floppy")
    return component(owner, "VMFloppyDiskDrive", name, f"{owner.prefix}\\{_FLOPPY}\\0\\0\\D", Path=owner.vm.floppy, PoolName="Primordial")


def com_port(owner: Owner, number: int) -> Obj:
    """`VMComPort`."""
    path = owner.vm.com1 if number == 1 else owner.vm.com2
    return component(owner, "VMComPort", f"COM {number}", f"{owner.prefix}\\{_COM}\\{number - 1}", Path=path, DebuggerMode=on_off(False))


def scsi_controller(owner: Owner, number: int) -> Obj:
    """`VMScsiController`; its number is its place in the list (behaviour 1.2)."""
    return component(
        owner, "VMScsiController", word(owner.state.host.culture, "scsi"), controller_id(owner, Slot("scsi", number, 0)),
        ControllerNumber=number, IsTemplate=False, Drives=_drives(owner, "scsi", number),
    )  # fmt: skip


def ide_controller(owner: Owner, number: int) -> Obj:
    """`VMIdeController`."""
    name = f"{word(owner.state.host.culture, 'ide')} {number}"
    return component(
        owner, "VMIdeController", name, controller_id(owner, Slot("ide", number, 0)), ControllerNumber=number, Drives=_drives(owner, "ide", number)
    )


def _drives(owner: Owner, bus: str, number: int) -> List:
    made = [(one.slot, disk(owner, one)) for one in owner.vm.disks] + [(one.slot, dvd(owner, one)) for one in owner.vm.dvds]
    return List((record for slot, record in sorted(made, key=lambda pair: pair[0]) if slot.bus == bus and slot.controller == number), _NS + "Drive[]")


_ADAPTER: dict[str, Any] = {
    "IsManagementOs": False, "IsExternalAdapter": False, "InterruptModeration": True, "MediaType": u32(0), "AllowPacketDirect": False,
    "NumaAwarePlacement": False, "IovQueuePairsRequested": u32(1), "IovInterruptModeration": enum("IovInterruptModerationValue", "Default"),
    "PacketDirectNumProcs": u32(0), "PacketDirectModerationCount": u32(64), "PacketDirectModerationInterval": u32(1000000), "PoolName": "",
    "AdapterId": "", "TestReplicaPoolName": "", "TestReplicaSwitchName": "", "MandatoryFeatureId": texts([]), "MandatoryFeatureName": texts([]),
    "VirtualSystemIdentifiers": texts([]), "CurrentIsolationMode": enum("VMNetworkAdapterIsolationMode", "Vlan"), "VirtualSubnetId": u32(0),
    "DynamicIPAddressLimit": u32(0), "StormLimit": u32(0), "FixSpeed10G": on_off(False), "VrssEnabledRequested": True, "VmmqEnabledRequested": False,
    "VrssMaxQueuePairsRequested": u32(16), "VrssMinQueuePairsRequested": u32(1), "VmmqQueuePairsRequested": u32(16),
    "VrssQueueSchedulingMode": enum("VrssQueueSchedulingModeType", "StaticVrss"),
    "VrssQueueSchedulingModeRequested": enum("VrssQueueSchedulingModeType", "StaticVrss"),
    "VrssVmbusChannelAffinityPolicy": enum("VrssVmbusChannelAffinityPolicyType", "Weak"),
    "VrssVmbusChannelAffinityPolicyRequested": enum("VrssVmbusChannelAffinityPolicyType", "Weak"), "IsTemplate": False,
}  # fmt: skip


def adapter(owner: Owner, one: Adapter) -> Obj:
    """`VMNetworkAdapter`, with its VLAN and bandwidth settings."""
    switch = owner.state.switches.get(one.switch) if one.switch else None
    vm = owner.vm
    status = enum("VMNetworkAdapterOperationalStatus", "Ok")
    props = {
        **_ADAPTER,
        "ClusterMonitored": one.monitored,
        "MacAddress": one.mac or one.dynamic_mac,
        "DynamicMacAddressEnabled": one.mac is None,
        "IsLegacy": one.legacy,
        "IsSynthetic": not one.legacy,
        "IPAddresses": texts(vm.guest.addresses if vm.state == "Running" and switch and one is vm.adapters[0] and vm.guest.shutdown != "none" else ()),
        "DeviceNaming": on_off(one.device_naming),
        "IovWeight": u32(one.iov_weight),
        "Connected": switch is not None,
        "SwitchName": switch.name if switch else "",
        "SwitchId": switch.id if switch else NO_ID,
        "Status": List([status] if vm.state == "Running" else [], _STATUS_LIST),
        "StatusDescription": texts(["OK"] if vm.state == "Running" else []),
        "MacAddressSpoofing": on_off(one.mac_spoofing),
        "DhcpGuard": on_off(one.dhcp_guard),
        "RouterGuard": on_off(one.router_guard),
        "PortMirroringMode": enum("VMNetworkAdapterPortMirroringMode", one.port_mirroring),
        "IeeePriorityTag": on_off(one.ieee_priority_tag),
        "AllowTeaming": on_off(one.teaming),
        "VMQWeight": u32(one.vmq_weight),
        "IPsecOffloadMaxSA": i64(one.ipsec_associations),
    }
    made = component(owner, "VMNetworkAdapter", one.name, f"{owner.prefix}\\{str(one.id).upper()}", **props)
    made.props["VlanSetting"] = vlan(owner.state, one.vlan, made)  # type: ignore[index]
    made.props["BandwidthSetting"] = bandwidth(one, made)  # type: ignore[index]
    return made


def vlan(state: State, one: Vlan, parent: Obj) -> Obj:
    """`VMNetworkAdapterVlanSetting`; lists empty or null as in the dump of the catalogue."""
    return Obj(
        "VMNetworkAdapterVlanSetting",
        {
            "OperationMode": enum("VMNetworkAdapterVlanMode", one.mode), "AccessVlanId": one.access, "NativeVlanId": one.native,
            "AllowedVlanIdList": List(expand(one.allowed), "System.Collections.Generic.List`1[[System.Int32]]"), "AllowedVlanIdListString": one.allowed,
            "PrivateVlanMode": enum("VMNetworkAdapterPrivateVlanMode", one.private), "PrimaryVlanId": one.primary, "SecondaryVlanId": one.secondary,
            "SecondaryVlanIdList": List(expand(one.secondaries), "System.Collections.Generic.List`1[[System.Int32]]") if one.secondaries else None,
            "SecondaryVlanIdListString": one.secondaries, "ParentAdapter": parent, "IsTemplate": False, "ComputerName": state.host.name,
        },
    )  # fmt: skip


def bandwidth(one: Adapter, parent: Obj) -> Obj | None:
    """`VMNetworkAdapterBandwidthSetting`; null when nothing was ever set (inferred in the catalogue)."""
    if not (one.maximum_bandwidth or one.minimum_absolute or one.minimum_weight):
        return None
    return Obj(
        "VMNetworkAdapterBandwidthSetting",
        {
            "MinimumBandwidthAbsolute": i64(one.minimum_absolute), "MinimumBandwidthWeight": i64(one.minimum_weight),
            "MaximumBandwidth": i64(one.maximum_bandwidth), "ParentAdapter": parent, "IsTemplate": False,
        },
    )  # fmt: skip


def expand(text: str) -> list[int]:
    """`10-12,30` as numbers; raises ValueError."""
    made: list[int] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        first, dash, last = part.partition("-")
        made += range(int(first), int(last if dash else first) + 1)
    return made


def switch_record(one: Switch, state: State) -> Obj:
    """`VMSwitch`; the descriptions and GUIDs of what stands behind an external one."""
    behind = [net for name in one.net_adapters for net in state.host.net_adapters if net.name.lower() == name.lower()]
    descriptions = [net.description for net in behind]
    release = state.host.release
    props: dict[str, Any] = {
        "Name": one.name, "Id": one.id, "Notes": one.notes, "BandwidthReservationMode": enum("VMSwitchBandwidthMode", one.bandwidth_mode),
        "PacketDirectEnabled": False, "EmbeddedTeamingEnabled": one.embedded_teaming, "IovEnabled": one.sriov,
        "SwitchType": enum("VMSwitchType", one.type), "AllowManagementOS": one.management_os,
        "NetAdapterInterfaceDescription": "Teamed-Interface" if one.embedded_teaming else (descriptions[0] if descriptions else None),
        "NetAdapterInterfaceDescriptions": texts(descriptions) if descriptions else None,
        "Extensions": List((), _NS + "VMSwitchExtension[]"), "IovSupport": False, "IovSupportReasons": texts([]), "SoftwareRscEnabled": True,
        "DefaultQueueVrssEnabledRequested": True, "DefaultQueueVrssMaxQueuePairsRequested": u32(16),
        "DefaultQueueVrssQueueSchedulingMode": enum("VrssQueueSchedulingModeType", "StaticVrss"),
        "DefaultQueueVrssQueueSchedulingModeRequested": enum("VrssQueueSchedulingModeType", "StaticVrss"), "ComputerName": state.host.name,
    }  # fmt: skip
    if release != "2016":
        props["NetAdapterInterfaceGuid"] = List((net.id for net in behind), "System.Guid[]") if behind else None
    return Obj("VMSwitch", props)


def internal_adapter(one: Adapter, state: State) -> Obj:
    """`VMInternalNetworkAdapter`: an adapter of the host itself on a switch."""
    switch = state.switches.get(one.switch) if one.switch else None
    guid = f"{{{str(one.id).upper()}}}"
    made = Obj(
        "VMInternalNetworkAdapter",
        {
            "IsManagementOs": True, "IsExternalAdapter": False, "Name": one.name, "SwitchName": switch.name if switch else "",
            "SwitchId": switch.id if switch else NO_ID, "Id": f"Microsoft:{str(one.id).upper()}", "DeviceId": guid, "AdapterId": guid,
            "MacAddress": one.mac or one.dynamic_mac, "Status": List([enum("VMNetworkAdapterOperationalStatus", "Ok")], _STATUS_LIST),
            "ComputerName": state.host.name,
        },
    )  # fmt: skip
    made.props["VlanSetting"] = vlan(state, one.vlan, made)  # type: ignore[index]
    made.props["BandwidthSetting"] = bandwidth(one, made)  # type: ignore[index]
    return made
