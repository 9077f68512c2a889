"""What is asked of Windows itself: CIM classes, volumes, network adapters. Names and texts as `windows-objects` has them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from hvplan.simulator.values import Number, Obj
from hvplan.simulator.world import units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.host_nouns import NetAdapter, Volume
from hvplan.simulator.world.nouns import EPOCH
from hvplan.simulator.world.record_parts import texts, u32, u64
from hvplan.simulator.world.refusals import Refusal, not_simulated, refusal
from hvplan.simulator.world.state import State, drawn_id
from hvplan.simulator.world.wildcard import has_wildcard, matches

_LOCALES = {"en-US": ("0409", 1033), "de-DE": ("0407", 1031), "fr-FR": ("040c", 1036), "ja-JP": ("0411", 1041)}


def _u16(value: int) -> Number:
    return Number(value, "U16")


def _operating_system(state: State, context: Context) -> list[dict[str, Any]]:
    host, release = state.host, state.release
    version = f"10.0.{release.build}"
    code, language = _LOCALES[host.culture]
    return [
        {
            "Caption": release.caption, "Name": f"{release.caption}|C:\\WINDOWS|\\Device\\Harddisk0\\Partition3", "CSName": host.name, "Version": version,
            "BuildNumber": release.build, "FreePhysicalMemory": u64(host.memory // 2 // 1024), "TotalVisibleMemorySize": u64(host.memory // 1024),
            "LastBootUpTime": EPOCH - timedelta(days=1), "LocalDateTime": context.now(), "Locale": code, "OSLanguage": u32(language),
            "MUILanguages": texts([host.culture]), "OperatingSystemSKU": u32(7 if release.server else 48), "ProductType": u32(3 if release.server else 1),
            "OSArchitecture": "64-bit", "Status": "OK", "SystemDrive": "C:", "WindowsDirectory": "C:\\WINDOWS", "SystemDirectory": "C:\\WINDOWS\\system32",
            "CreationClassName": "Win32_OperatingSystem", "CSCreationClassName": "Win32_ComputerSystem", "Manufacturer": "Microsoft Corporation",
        }
    ]  # fmt: skip


def _computer_system(state: State, context: Context) -> list[dict[str, Any]]:
    host = state.host
    return [
        {
            "Name": host.name, "Caption": host.name, "DNSHostName": host.name, "Domain": host.domain or "WORKGROUP",
            "Workgroup": None if host.domain else "WORKGROUP", "PartOfDomain": bool(host.domain),
            "DomainRole": _u16((2 if state.release.server else 0) + bool(host.domain)), "HypervisorPresent": True, "TotalPhysicalMemory": u64(host.memory),
            "NumberOfLogicalProcessors": u32(host.processors), "NumberOfProcessors": u32(1), "Manufacturer": "Simulated", "Model": "Simulated host",
            "CreationClassName": "Win32_ComputerSystem", "Status": "OK",
        }
    ]  # fmt: skip


def _product(state: State, context: Context) -> list[dict[str, Any]]:
    uuid = str(state.host.uuid).upper()
    return [
        {"UUID": uuid, "IdentifyingNumber": uuid[:8], "Name": "Simulated host", "Vendor": "Simulated", "Version": "1.0", "Caption": "Computer System Product"}
    ]


def _services(state: State, context: Context) -> list[dict[str, Any]]:
    rows = [("vmms", "Hyper-V Virtual Machine Management"), *([("ClusSvc", "Cluster Service")] if state.host.cluster else [])]
    return [
        {
            "Name": name, "DisplayName": display, "Caption": display, "State": "Running", "StartMode": "Auto", "Status": "OK", "Started": True,
            "ProcessId": u32(1000 + 4 * index), "CreationClassName": "Win32_Service", "SystemName": state.host.name,
        }
        for index, (name, display) in enumerate(rows)
    ]  # fmt: skip


def _guest_networks(state: State, context: Context) -> list[dict[str, Any]]:
    return [
        {
            "InstanceID": f"Microsoft:GuestNetwork\\{str(vm.id).upper()}\\{str(vm.adapters[0].id).upper()}", "DHCPEnabled": True,
            "IPAddresses": texts(vm.guest.addresses), "Subnets": texts(["255.255.255.0" if "." in one else "/64" for one in vm.guest.addresses]),
            "DefaultGateways": texts([]), "DNSServers": texts([]),
        }
        for vm in state.vms.values()
        if vm.state == "Running" and vm.adapters and vm.guest.shutdown != "none"
    ]  # fmt: skip


_CIMV2, _VIRTUALIZATION = "root/cimv2", "root/virtualization/v2"
_CLASSES = {
    "Win32_OperatingSystem": (_CIMV2, _operating_system),
    "Win32_ComputerSystem": (_CIMV2, _computer_system),
    "Win32_ComputerSystemProduct": (_CIMV2, _product),
    "Win32_Service": (_CIMV2, _services),
    "Msvm_GuestNetworkAdapterConfiguration": (_VIRTUALIZATION, _guest_networks),
}
_QUERY = re.compile(r"\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+))?\s*", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(r"\s*(\w+)\s*(=|LIKE)\s*(?:'([^']*)'|\"([^\"]*)\"|(\w+))\s*", re.IGNORECASE)


def get_cim(context: Context) -> None:
    """Get-CimInstance of a few classes, each in its own namespace, with conditions joined by AND; properties that are not asked for have no value."""
    name, condition = context.text("ClassName"), context.text("Filter")
    wanted = {str(one).lower() for one in context.many("Property")}
    if context.has("Query"):
        found = _QUERY.fullmatch(context.text("Query"))
        if found is None:
            raise not_simulated("this query")
        name, condition = found[2], found[3] or ""
        wanted = {one.strip().lower() for one in found[1].split(",")} - {"*"}
    known = next((key for key in _CLASSES if key.lower() == name.lower()), None)
    if known is None:
        raise not_simulated(f"the CIM class {name}")
    home, rows = _CLASSES[known]
    namespace = context.text("Namespace", _CIMV2).replace("\\", "/").strip("/").lower()
    if namespace != home:
        raise _cim("HRESULT 0x80041010", "MetadataError", "Invalid class", f"{namespace}:{name}")
    tests = [_condition(part) for part in re.split(r"\s+AND\s+", condition, flags=re.IGNORECASE) if part.strip()]
    for row in rows(context.state, context):
        lower = {key.lower(): str(value).lower() for key, value in row.items()}
        if all(matches(pattern, lower.get(key, "")) if fuzzy else lower.get(key) == pattern for key, pattern, fuzzy in tests):
            context.give(Obj(known, {key: value for key, value in row.items() if not wanted or key.lower() in wanted}))


def _cim(id: str, category: str, message: str, target: str) -> Refusal:
    return refusal(id, category, message, target, exception="Microsoft.Management.Infrastructure.CimException", terminating=True)


def _condition(text: str) -> tuple[str, str, bool]:
    found = _CONDITION.fullmatch(text)
    if found is None:
        raise _cim("HRESULT 0x80041017", "InvalidArgument", "Invalid query", text)
    value = next(one for one in (found[3], found[4], found[5]) if one is not None).replace("\\\\", "\\").lower()
    fuzzy = found[2].upper() == "LIKE"
    return found[1].lower(), value.replace("%", "*") if fuzzy else value, fuzzy


def _volume(volume: Volume, state: State) -> Obj:
    guid = drawn_id(state.host.name, "volume", volume.path.lower(), 0)
    letter = volume.path[0].upper() if re.fullmatch(r"[A-Za-z]:\\", volume.path) else "\0"
    path = f"\\\\?\\Volume{{{guid}}}\\"
    return Obj(
        "MSFT_Volume",
        {
            "ObjectId": path, "UniqueId": path, "Path": path, "DriveLetter": letter, "FileSystem": volume.file_system, "FileSystemLabel": volume.label,
            "FileSystemType": volume.file_system, "Size": u64(volume.size), "SizeRemaining": u64(volume.free), "DriveType": "Fixed",
            "HealthStatus": "Healthy", "OperationalStatus": "OK", "AllocationUnitSize": u32(4096),
        },
    )  # fmt: skip


def get_volume(context: Context) -> None:
    """Get-Volume: all, by letter, or the one that a path lies on."""
    state = context.state
    volumes = list(state.host.volumes)
    if context.has("FilePath"):
        path = context.text("FilePath")
        found = state.volume(path)
        if found is None or (state.file(path) is None and not state.is_folder(path)):
            raise missing("FilePath", path)
        volumes = [found]
    for letter in context.many("DriveLetter"):
        wanted = (chr(letter) if isinstance(letter, int) else str(letter)).upper()
        volumes = [one for one in state.host.volumes if one.path[:2].upper() == f"{wanted}:"]
        if not volumes:
            context.errors.append(missing("DriveLetter", wanted).error)
    for volume in volumes:
        context.give(_volume(volume, state))


def missing(what: str, value: str) -> Refusal:
    """What a CDXML function says when a plain value fits nothing."""
    message = f"No object found with property '{what}' equal to '{value}'. Verify the value of the property and retry."
    exception = "Microsoft.PowerShell.Cmdletization.Cim.CimJobException"
    return refusal(f"CmdletizationQuery_NotFound_{what}", "ObjectNotFound", message, value, exception=exception)


def _net_adapter(one: NetAdapter, index: int, state: State) -> Obj:
    speed = f"{one.speed // 10**9} Gbps" if one.speed >= 10**9 else f"{one.speed // 10**6} Mbps"
    address = units.mac_text(one.mac)
    guid = f"{{{str(one.id).upper()}}}"
    return Obj(
        "MSFT_NetAdapter",
        {
            "Name": one.name, "InterfaceDescription": one.description, "InterfaceGuid": guid, "InterfaceIndex": u32(index), "DeviceID": guid,
            "InterfaceName": f"ethernet_{32768 + index}", "PermanentAddress": one.mac, "NetworkAddresses": texts([one.mac]), "Virtual": not one.physical,
            "HardwareInterface": one.physical, "ConnectorPresent": one.physical, "Hidden": False, "InterfaceOperationalStatus": u32(1 if one.up else 2),
            "InterfaceAdminStatus": u32(1), "MediaConnectState": u32(1 if one.up else 2), "State": u32(2), "ReceiveLinkSpeed": u64(one.speed),
            "TransmitLinkSpeed": u64(one.speed), "Speed": u64(one.speed), "SystemName": state.host.name, "FullDuplex": True, "MtuSize": u32(1500),
            "ifAlias": one.name, "InterfaceAlias": one.name, "ifIndex": u32(index), "ifDesc": one.description, "MacAddress": address,
            "LinkLayerAddress": address, "Status": "Up" if one.up else "Disconnected", "LinkSpeed": speed, "MediaType": "802.3", "PhysicalMediaType": "802.3",
        },
    )  # fmt: skip


def net_adapters(state: State) -> list[tuple[int, NetAdapter]]:
    """The host's adapters with their indices: the real ones, then `vEthernet (<name>)` of those it has on switches."""
    own = [
        NetAdapter(id=one.id, name=f"vEthernet ({one.name})", mac=one.mac or one.dynamic_mac, description="Hyper-V Virtual Ethernet Adapter", physical=False)
        for switch in state.switches.values()
        for one in switch.management
    ]
    return list(enumerate((*state.host.net_adapters, *own), 2))


def get_net_adapter(context: Context) -> None:
    """Get-NetAdapter: names and descriptions are patterns; a plain one that fits nothing is an error."""
    rows = [(index, one) for index, one in net_adapters(context.state) if one.physical or not context.on("Physical")]
    for what, value in (("Name", lambda i, a: a.name), ("InterfaceDescription", lambda i, a: a.description), ("InterfaceIndex", lambda i, a: str(i))):
        if not context.has(what):
            continue
        wanted = [str(one) for one in context.many(what)]
        for pattern in wanted:
            if not has_wildcard(pattern) and not any(matches(pattern, value(index, one)) for index, one in rows):
                context.errors.append(missing(what, pattern).error)
        rows = [(index, one) for index, one in rows if any(matches(pattern, value(index, one)) for pattern in wanted)]
    for index, one in rows:
        context.give(_net_adapter(one, index, context.state))


HANDLERS: dict[str, Handler] = {"Get-CimInstance": get_cim, "Get-Volume": get_volume, "Get-NetAdapter": get_net_adapter}
