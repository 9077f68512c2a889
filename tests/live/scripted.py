"""A scripted host: a Session that answers reads from tables of records, and can be told to err. No protocol, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hvplan.cmdlets.invocation import Cmd, Invocation, Statement
from hvplan.cmdlets.table import SELECT, TABLE
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.model.live import LiveVm
from hvplan.remoting.session import Done, ErrorRecord, Failed, Outcome, Record

WEB = "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"
DB = "11111111-2222-3333-4444-555555555555"
_LISTS = ("Path", "LiteralPath", "Name")


def error(message: str, category: str = "InvalidOperation", *, target: str = "", id: str = "Bad") -> ErrorRecord:
    """An error record."""
    return ErrorRecord(id=id, category=category, message=message, target=target)


def machine(id: str, name: str, **over: Any) -> dict[str, Any]:
    """A VM as Get-VM gives it."""
    return {
        "Id": id,
        "Name": name,
        "State": "Off",
        "Generation": 2,
        "Version": "12.0",
        "Path": "D:\\VMs\\" + name,
        "IsClustered": False,
        "ReplicationMode": "None",
        "OperationalStatus": ("Ok",),
        "Notes": "",
        "AutomaticStartAction": "StartIfRunning",
        "AutomaticStartDelay": 30,
        "AutomaticStopAction": "ShutDown",
        "CheckpointType": "Production",
        "AutomaticCheckpointsEnabled": False,
        "AutomaticCriticalErrorAction": "Pause",
        "AutomaticCriticalErrorActionTimeout": 30,
        "SnapshotFileLocation": "D:\\VMs\\" + name,
        "SmartPagingFilePath": "D:\\VMs\\" + name,
        "LowMemoryMappedIoSpace": 128 << 20,
        "HighMemoryMappedIoSpace": 512 << 20,
        "GuestControlledCacheTypes": False,
        "HardDrives": (),
        "DVDDrives": (),
        "NetworkAdapters": (),
        **over,
    }


def drive(path: str, location: int = 0, controller: str = "SCSI") -> dict[str, Any]:
    """A disk or DVD drive."""
    return {"ControllerType": controller, "ControllerNumber": 0, "ControllerLocation": location, "Path": path, "Id": f"Microsoft:X\\{location}"}


def adapter(vm: str, number: int = 1, **over: Any) -> dict[str, Any]:
    """A network adapter."""
    return {
        "Id": f"Microsoft:{vm.upper()}\\ABCDEF0{number}-0000-0000-0000-000000000000",
        "Name": f"nic{number}",
        "VMId": vm,
        "SwitchName": "lan",
        "MacAddress": "00155D010203",
        "DynamicMacAddressEnabled": False,
        "IsLegacy": False,
        "VlanSetting": {"OperationMode": "Access", "AccessVlanId": 20},
        **over,
    }


def processor(vm: str, **over: Any) -> dict[str, Any]:
    """Processor settings."""
    return {
        "VMId": vm,
        "Count": 2,
        "Reserve": 0,
        "Maximum": 100,
        "RelativeWeight": 100,
        "ExposeVirtualizationExtensions": False,
        "EnableHostResourceProtection": False,
        "CompatibilityForMigrationEnabled": False,
        "CompatibilityForOlderOperatingSystemsEnabled": False,
        "HwThreadCountPerCore": 0,
        "MaximumCountPerNumaNode": 16,
        "MaximumCountPerNumaSocket": 1,
        **over,
    }


def memory(vm: str, **over: Any) -> dict[str, Any]:
    """Memory settings, in bytes but for MaximumPerNumaNode, which is in megabytes."""
    gib = 1 << 30
    sizes = {"Startup": gib, "Minimum": gib // 2, "Maximum": 1 << 40, "MaximumPerNumaNode": 65536}
    return {"VMId": vm, "DynamicMemoryEnabled": False, "Buffer": 20, "Priority": 50, **sizes, **over}


def services(vm: str, **on: bool) -> list[dict[str, Any]]:
    """Integration services by the last part of their component; in an order that means nothing."""
    known = {
        "6C09BB55-D683-4DA0-8931-C9BF705F6480": on.get("guest_service_interface", False),
        "5CED1297-4598-4915-A5FC-AD21BB4D02A4": True,
        "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47": True,
        "2A34B1C2-FD73-4043-8A5B-DD2159BC743F": True,
        "9F8233AC-BE49-4C79-8EE3-E7E1985B2077": True,
        "2497F4DE-E9FA-4204-80E4-4B75C46419C0": True,
    }
    return [{"VMId": vm, "Id": f"Microsoft:{vm.upper()}\\{component}", "Enabled": enabled} for component, enabled in known.items()]


def com_ports(vm: str) -> list[dict[str, Any]]:
    """Both ports, the first with a pipe."""
    port = f"Microsoft:{vm.upper()}\\8E3A359F-559A-4B6A-98A9-1690A6100ED7\\"
    return [{"VMId": vm, "Id": f"{port}0", "Path": "\\\\.\\pipe\\x"}, {"VMId": vm, "Id": f"{port}1", "Path": ""}]


def vhd(path: str, parent: str = "", **over: Any) -> dict[str, Any]:
    """A VHD header."""
    kind = "Differencing" if parent else "Dynamic"
    return {
        "Path": path,
        "VhdType": kind,
        "Size": 1 << 35,
        "FileSize": 1 << 30,
        "BlockSize": 1 << 25,
        "LogicalSectorSize": 512,
        "PhysicalSectorSize": 4096,
        "ParentPath": parent,
        "Attached": False,
        **over,
    }


@dataclass
class Scripted:
    """`rows`: what each cmdlet lists; `errors`: what it says besides; `fails`: cmdlets that fail for good; `outcomes`: given once each, first.

    Of a property that is taken apart, `errors` stand under its name.

    A read of files and VHDs by path gives `rows` of that path, and an ObjectNotFound error for a missing file.
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    errors: dict[str, list[ErrorRecord]] = field(default_factory=dict)
    fails: dict[str, ErrorRecord] = field(default_factory=dict)
    outcomes: list[Outcome] = field(default_factory=list)
    sent: list[Invocation] = field(default_factory=list)

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Answer one pipeline; a statement that fails for good ends it."""
        self.sent.append(invocation)
        assert timeout > 0
        if self.outcomes:
            return self.outcomes.pop(0)
        records: list[Record] = []
        errors: list[ErrorRecord] = []
        for statement in invocation.statements:
            lister = self._lister(statement)
            if lister.cmdlet in self.fails:
                return Failed(errors=(*errors, self.fails[lister.cmdlet]), records=tuple(records))
            rows, said = self._rows(lister, statement)
            last = statement[-1]
            assert last.cmdlet == SELECT
            properties = last.parameters["Property"]
            assert isinstance(properties, tuple)
            for cmd in statement[:-1]:
                if cmd.cmdlet == SELECT:
                    said = self.errors.get(str(cmd.parameters["ExpandProperty"]), [])
                    rows = [inner for row in rows for inner in row.get(str(cmd.parameters["ExpandProperty"])) or ()]
            records += [{str(name): row.get(str(name)) for name in properties} for row in rows]
            errors += said
        return Done(records=tuple(records), errors=tuple(errors))

    def close(self) -> None:
        """Nothing to close."""

    @staticmethod
    def _lister(statement: Statement) -> Cmd:
        return [cmd for cmd in statement if cmd.cmdlet not in (SELECT, "Where-Object")][-1]

    def _rows(self, lister: Cmd, statement: Statement) -> tuple[list[dict[str, Any]], list[ErrorRecord]]:
        assert not TABLE[lister.cmdlet].write
        key = lister.cmdlet
        if key == "Get-CimInstance":
            key = str(lister.parameters["ClassName"])
        rows, said = list(self.rows.get(key, [])), list(self.errors.get(key, []))
        head = statement[0]
        if (id := head.parameters.get("Id")) is not None:
            owner = "Id" if lister is head else "VMId"
            if not any(row["Id"] == id for row in self.rows.get(head.cmdlet, [])):
                return [], [error(f"unable to find {id}", "InvalidArgument", target=str(id), id="InvalidParameter")]
            rows = [row for row in rows if row[owner] == id]
        for cmd in statement:
            if cmd.cmdlet == "Where-Object" and cmd.parameters["Property"] == "Id":
                rows = [row for row in rows if row["Id"] == cmd.parameters["Value"]]
        for name in _LISTS:
            if isinstance(wanted := lister.parameters.get(name), tuple):
                return self._named(key, tuple(map(str, wanted)), rows, said)
        return rows, said

    @staticmethod
    def _named(cmdlet: str, wanted: tuple[str, ...], rows: list[dict[str, Any]], said: list[ErrorRecord]) -> tuple[list[dict[str, Any]], list[ErrorRecord]]:
        column = {"Get-Item": "FullName", "Get-VHD": "Path", "Get-Command": "Name"}[cmdlet]
        known = {str(row[column]).lower(): row for row in rows}
        spoken = {record.target.lower() for record in said}
        missing = [name for name in wanted if name.lower() not in known and name.lower() not in spoken]
        category = "ObjectNotFound" if cmdlet != "Get-VHD" else "InvalidArgument"
        return [known[name.lower()] for name in wanted if name.lower() in known], [
            *said,
            *(error(f"{name} is not there", category, target=name, id="PathNotFound") for name in missing),
        ]


def host(**rows: list[dict[str, Any]]) -> Scripted:
    """A host with two VMs, one of them with a checkpoint, a switch and a golden image."""
    disk = "D:\\VHDs\\web_1.avhdx"
    items = ["D:\\VHDs", "D:\\VHDs\\web.vhdx", disk, "D:\\golden\\base.vhdx"]
    files = [{"FullName": path, "PSIsContainer": "." not in path, "Length": 5 if "." in path else None} for path in items]
    table: dict[str, list[dict[str, Any]]] = {
        "Win32_OperatingSystem": [{"BuildNumber": "26100", "ProductType": 3, "CSName": "HV01"}],
        "Win32_ComputerSystemProduct": [{"UUID": "4C4C4544-0042-3510-8036-B4C04F4D3232"}],
        "Win32_ComputerSystem": [{"PartOfDomain": True}],
        "Win32_Service": [],
        "Get-VMHost": [
            {"ComputerName": "HV01", "LogicalProcessorCount": 16, "MemoryCapacity": 1 << 36, "VirtualMachinePath": "D:\\VMs", "VirtualHardDiskPath": "D:\\VHDs"}
        ],
        "Get-Command": [{"Name": n, "Version": "2.0.0.0", "Parameters": dict.fromkeys(c.parameters)} for n, c in TABLE.items() if n != SELECT],
        "Get-VMSwitch": [{"Id": "aaaaaaaa-0000-0000-0000-000000000001", "Name": "lan", "SwitchType": "Internal", "Notes": "ours\nhvplan/v1 stack=lab id=lan"}],
        "Get-VM": [
            machine(
                WEB,
                "web",
                State="Running",
                Notes="by hand\nhvplan/v1 stack=lab id=web vm=2f0c8a52-6d3e",
                HardDrives=(drive(disk),),
                DVDDrives=(drive("", 1),),
                NetworkAdapters=({"Id": adapter(WEB)["Id"]},),
            ),
            machine(DB, "db", Generation=1, OperationalStatus=("InService", "MergingDisks"), HardDrives=(drive("D:\\VHDs\\db.vhdx", controller="IDE"),)),
        ],
        "Get-VMProcessor": [processor(WEB, Count=4), processor(DB)],
        "Get-VMMemory": [memory(DB), memory(WEB, DynamicMemoryEnabled=True)],
        "Get-VMFirmware": [
            {
                "VMId": WEB,
                "SecureBoot": "On",
                "SecureBootTemplate": "MicrosoftWindows",
                "ConsoleMode": "Default",
                "PauseAfterBootFailure": "On",
                "PreferredNetworkBootProtocol": "IPv6",
            }
        ],
        "Get-VMBios": [{"VMId": DB, "NumLockEnabled": True, "StartupOrder": ("IDE", "CD", "LegacyNetworkAdapter", "Floppy")}],
        "Get-VMVideo": [{"VMId": id, "ResolutionType": "Default", "HorizontalResolution": 1920, "VerticalResolution": 1080} for id in (WEB, DB)],
        "Get-VMIntegrationService": [*services(DB), *services(WEB, guest_service_interface=True)],
        "Get-VMComPort": [*com_ports(WEB), *com_ports(DB)],
        "Get-VMNetworkAdapter": [adapter(WEB)],
        "Get-VMScsiController": [{"VMId": WEB, "ControllerNumber": 0}],
        "Get-VMSnapshot": [
            {"VMId": WEB, "Id": "cccccccc-0000-0000-0000-000000000001", "Name": "before", "SnapshotType": "Standard", "IsAutomaticCheckpoint": False}
        ],
        "Get-Item": files,
        "Get-VHD": [vhd(disk, "D:\\VHDs\\web.vhdx", Attached=True), vhd("D:\\VHDs\\web.vhdx", "D:\\golden\\base.vhdx"), vhd("D:\\golden\\base.vhdx")],
        "Get-Volume": [{"DriveLetter": "D", "SizeRemaining": 1 << 40, "FileSystem": "NTFS"}, {"DriveLetter": None, "SizeRemaining": 5, "FileSystem": "NTFS"}],
    }
    return Scripted(rows={**table, **{name.replace("Get_", "Get-"): value for name, value in rows.items()}})


def lacking(cmdlet: str, parameters: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    """Get-Command's rows of a host whose `cmdlet` lacks some parameters."""
    return [
        {"Name": n, "Version": "2.0.0.0", "Parameters": {p: None for p in c.parameters if n != cmdlet or p not in parameters[cmdlet]}}
        for n, c in TABLE.items()
        if n != SELECT
    ]


WANTED = Wanted(host="hv01", names=frozenset({"web"}), stacks=frozenset({"lab"}), files=("D:\\VHDs", "D:\\new.vhdx"), vhds=("D:\\new.vhdx",))


def read(scripted: object, wanted: Wanted = WANTED) -> dict[str, LiveVm]:
    """The VMs of a scripted host by name."""
    return {vm.name: vm for vm in read_host(scripted, wanted).vms}  # type: ignore[arg-type]
