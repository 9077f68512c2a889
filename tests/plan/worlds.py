"""Small hosts and wishes, built in a line or two, for the tests of diff and plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hvplan.cmdlets.table import TABLE
from hvplan.document.plan import PlanDocument
from hvplan.model.devices import AdapterSettings, Disk, NetworkAdapter, Vhd, Vlan, parse_slot
from hvplan.model.live import Identity, LiveAdapter, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.marker import Marker, write
from hvplan.model.objects import Desired, Host, Stack, SwitchSettings, VirtualMachine, VirtualSwitch
from hvplan.model.parts import ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.values import normal_path
from hvplan.plan.make import HostInput, PlanOptions, make_plan

GIB, MIB = 1 << 30, 1 << 20
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
STACK = Stack(name="lab")
HOST = Host(name="hv01")
PLAIN = PlanOptions()
UNTAGGED = Vlan()
SERVICES = IntegrationServices(guest_service_interface=False, time_synchronization=True, heartbeat=True, key_value_pair_exchange=True, shutdown=True, vss=True)
COMMANDS = {name: frozenset(cmdlet.parameters) for name, cmdlet in TABLE.items()}
IDENTITY = Identity(computer="HV01", machine_id="11111111-2222-3333-4444-555555555555", release="2025", build="26100", module_version="2.0.0.0")


def guid(number: int) -> str:
    """A GUID that differs from others in its first part too."""
    return f"{number:08x}-6d3e-4b1c-9f00-{number:012x}"


def host(*vms: LiveVm, switches: tuple[LiveSwitch, ...] = (), vhds: tuple[LiveVhd, ...] = (), missing: tuple[str, ...] = (), **more: Any) -> LiveHost:
    """A host with those machines. Every VHD is a file too; `missing` are paths that were looked for and are not there."""
    files: dict[str, Any] = {normal_path(v.path): LiveFile(path=v.path, folder=False, size=v.file_size) for v in vhds}
    files |= {normal_path(path): None for path in missing}
    files |= more.pop("files", {})
    headers: dict[str, Any] = {normal_path(v.path): v for v in vhds} | {normal_path(p): None for p in missing} | more.pop("headers", {})
    settings: dict[str, Any] = {"identity": IDENTITY, "commands": COMMANDS, "processors": 32, "memory": 256 * GIB} | more
    return LiveHost(vms=vms, switches=switches, files=files, vhds=headers, **settings)


def processor(count: int = 1, weight: int = 100) -> Processor:
    """The processors of a live machine, every setting read."""
    return Processor(
        count=count, reserve=0, limit=100, weight=weight, nested=False, host_protection=False, migration_compatibility=False, legacy_compatibility=False
    )


def live_vm(name: str = "web01", number: int = 1, state: str = "Off", marker: Marker | None = None, **more: Any) -> LiveVm:
    """A Generation 2 machine with one processor and 1 GiB, as Hyper-V makes it."""
    line = write(marker) if marker else ""
    text = more.pop("text", "")
    values: dict[str, Any] = {
        "id": guid(number),
        "name": name,
        "state": state,
        "generation": 2,
        "version": "12.0",
        "path": rf"C:\VMs\{name}",
        "notes": f"{text}\n{line}" if text and line else text or line,
        "general": General(
            notes=text, start_action="StartIfRunning", start_delay=0, stop_action="ShutDown", checkpoint_type="Production", automatic_checkpoints=False
        ),
        "processor": processor(),
        "memory": Memory(startup=GIB, dynamic=False, minimum=512 * MIB, maximum=1 << 40, buffer=20, priority=50),
        "firmware": Firmware(secure_boot="MicrosoftWindows"),
        "platform": Platform(
            critical_error="Pause",
            critical_error_timeout=1800,
            checkpoint_path=rf"C:\VMs\{name}",
            paging_path=rf"C:\VMs\{name}",
            low_space=128 * MIB,
            high_space=512 * MIB,
            cache_types=False,
        ),
        "video": Video(resolution="Default", horizontal=1920, vertical=1080),
        "services": SERVICES,
        "com_ports": ComPorts(com1="", com2=""),
        "scsi_controllers": 1,
    }
    return LiveVm(**(values | more))


def mine(name: str = "web01", number: int = 1, **more: Any) -> Marker:
    """The mark of this stack on the machine with that number."""
    values: dict[str, Any] = {"stack": "lab", "id": name, "owner": guid(number)[:13]}
    return Marker(**(values | more))


def vm(name: str = "web01", **more: Any) -> VirtualMachine:
    """A declared Generation 2 machine with 1 GiB."""
    values: dict[str, Any] = {"name": name, "host": "hv01", "generation": 2, "memory": Memory(startup=GIB)}
    return VirtualMachine(**(values | more))


def switch(name: str = "lan", **more: Any) -> VirtualSwitch:
    """A declared Internal switch."""
    values: dict[str, Any] = {"name": name, "host": "hv01", "settings": SwitchSettings(type="Internal")}
    return VirtualSwitch(**(values | more))


def live_switch(name: str = "lan", number: int = 900, marker: Marker | None = None, kind: str = "Internal") -> LiveSwitch:
    """A switch of the host."""
    return LiveSwitch(id=guid(number), name=name, notes=write(marker) if marker else "", settings=SwitchSettings(type=kind, notes=""))


def adapter(key: str = "lan", on: str | None = "lan", **more: Any) -> NetworkAdapter:
    """A declared adapter on a switch."""
    settings: dict[str, Any] = {name: more.pop(name) for name in ("vlan",) if name in more}
    return NetworkAdapter(key=key, name=more.pop("name", key), settings=AdapterSettings(switch=on, **settings), **more)


def live_adapter(name: str = "lan", number: int = 700, on: str | None = "lan", vlan: Vlan = UNTAGGED, vm_number: int = 1, **more: Any) -> LiveAdapter:
    """An adapter of a machine."""
    values: dict[str, Any] = {
        "id": f"Microsoft:{guid(vm_number).upper()}\\{guid(number).upper()}",
        "name": name,
        "legacy": False,
        "mac": "00-15-5D-00-00-01",
        "mac_dynamic": True,
    }
    return LiveAdapter(**(values | more), settings=AdapterSettings(switch=on, vlan=vlan))


def disk(key: str = "os", slot: str | None = "scsi 0:0", **vhd: Any) -> Disk:
    """A declared disk with a file of its own."""
    path = vhd.pop("path", rf"D:\VHDs\web01-{key}.vhdx")
    given: dict[str, Any] = {} if slot is None else {"slot": parse_slot(slot)}
    return Disk(key=key, vhd=Vhd(path=path, **vhd), **given)


def drive(path: str, slot: str = "scsi 0:0") -> LiveDrive:
    """A drive in its slot."""
    return LiveDrive(slot=parse_slot(slot), path=path, id=f"drive {slot}")


def vhd(path: str, size: int = 60 * GIB, **more: Any) -> LiveVhd:
    """A dynamic VHD file."""
    values: dict[str, Any] = {"path": path, "type": "Dynamic", "size": size, "file_size": 4 * MIB}
    return LiveVhd(**(values | more))


def plan(
    live: LiveHost,
    *wanted: Any,
    stack: Stack = STACK,
    options: PlanOptions = PLAIN,
    place: Callable[[str, str, str], str] | None = None,
    reached: Host = HOST,
) -> PlanDocument:
    """The plan of one host for those wishes."""
    kinds: dict[str, list[Any]] = {"VirtualMachine": [], "VirtualSwitch": [], "VirtualDisk": []}
    for one in wanted:
        kinds[type(one).__name__].append(one)
    desired = Desired(
        stack=stack,
        hosts=(reached,),
        vms=tuple(kinds["VirtualMachine"]),
        switches=tuple(kinds["VirtualSwitch"]),
        disks=tuple(kinds["VirtualDisk"]),
    )
    where = place or (lambda host, address, path: f"lab.yaml:{address}:{path}".rstrip(":"))
    return make_plan([HostInput(host=reached, desired=desired, live=live)], stack=stack, options=options, now=NOW, place=where)


def printed(document: PlanDocument) -> list[str]:
    """Every step as `s1 (needs) PowerShell`."""
    return [f"{step.id} ({' '.join(step.needs)}) {step.powershell}" for step in document.steps]


def lines(document: PlanDocument) -> list[str]:
    """Only the PowerShell."""
    return [step.powershell for step in document.steps]


def refusals(document: PlanDocument) -> list[tuple[str, str]]:
    """Address and code of every refusal."""
    return [(refusal.address, refusal.code) for refusal in document.refusals]


def with_part(live: LiveVm, **parts: Any) -> LiveVm:
    """The machine with other parts."""
    return replace(live, **parts)
