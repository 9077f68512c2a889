"""The records of the world are those of the catalogue: names, .NET types, enum members."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from hvplan.simulator.powershell import objects
from hvplan.simulator.powershell.net_types import Declared
from hvplan.simulator.values import Enum, List, Number, Obj, Version
from hvplan.simulator.world import SimulatedWorld
from hvplan.simulator.world.handlers import HANDLERS
from tests.simulator.world.test_world_seed import DOCUMENTED, RICH
from tests.simulator.world.world_host import good, run, vm, world

_PLAIN: dict[str, type] = {
    "text": str,
    "flag": bool,
    "guid": UUID,
    "time": datetime,
    "span": timedelta,
    "version": Version,
    "list": List,
    "other": Obj,
    "char": str,
}


def mistakes(record: Obj, seen: set[int]) -> list[str]:
    """What the type of a record, or of one inside it, does not allow."""
    if id(record) in seen:
        return []
    seen.add(id(record))
    known = objects.object_type(record.type)
    if known is None:
        return [] if record.type.startswith("System.IO.") else [f"{record.type} is not in the catalogue"]
    found: list[str] = []
    for name, value in record.props.items():
        if name in known.extended:
            continue
        if name not in known.props:
            found.append(f"{record.type} has no {name}")
            continue
        if not fits(known.props[name], value):
            found.append(f"{record.type}.{name} is {value!r}, declared {known.props[name].name}")
        for inner in value if isinstance(value, tuple) else (value,):
            if isinstance(inner, Obj):
                found += mistakes(inner, seen)
    return found


def fits(declared: Declared, value: Any) -> bool:
    """Whether a value has the declared type, exactly."""
    if value is None:
        return declared.nullable or declared.kind in ("text", "list", "other", "version", "enum")
    if declared.kind == "number":
        return (type(value) is int and declared.tag == "I32") or (type(value) is Number and value.tag == declared.tag)
    if declared.kind == "enum":
        assert declared.enum is not None
        return type(value) is Enum and value.type == declared.name and (value in declared.enum.members or value == "0")
    return type(value) is _PLAIN[declared.kind]


READS: list[tuple[str, dict[str, Any]]] = [
    ("Get-VM", {}), ("Get-VMHost", {}), ("Get-VMSwitch", {}), ("Get-VMProcessor", {"VMName": ["*"]}), ("Get-VMMemory", {"VMName": ["*"]}),
    ("Get-VMNetworkAdapter", {"All": True}), ("Get-VMNetworkAdapterVlan", {"VMName": ["*"]}), ("Get-VMHardDiskDrive", {"VMName": ["*"]}),
    ("Get-VMDvdDrive", {"VMName": ["*"]}), ("Get-VMScsiController", {"VMName": ["*"]}), ("Get-VMIdeController", {"VMName": ["old"]}),
    ("Get-VMFirmware", {"VMName": ["full"]}), ("Get-VMBios", {"VMName": ["old"]}), ("Get-VMComPort", {"VMName": ["*"]}),
    ("Get-VMIntegrationService", {"VMName": ["*"]}), ("Get-VHD", {"Path": ["D:\\VHDs\\one.vhdx"]}), ("Get-VMHostSupportedVersion", {}),
    ("Get-Volume", {}), ("Get-NetAdapter", {}), ("Get-Item", {"LiteralPath": ["D:\\VHDs\\one.vhdx", "D:\\VHDs"]}),
    ("Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}), ("Get-CimInstance", {"ClassName": "Win32_ComputerSystem"}),
    ("Get-CimInstance", {"ClassName": "Win32_ComputerSystemProduct"}), ("Get-CimInstance", {"ClassName": "Win32_Service"}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "bound"), READS, ids=[f"{command}-{index}" for index, (command, _) in enumerate(READS)])
def test_every_record_has_the_properties_and_types_of_the_catalogue(command: str, bound: dict[str, Any]) -> None:
    """Names, numbers with their size, enums with their type: exactly as reflected."""
    records = good(world(RICH), command, **bound)
    assert records
    assert [mistake for record in records for mistake in mistakes(record, set())] == []


def test_a_checkpoints_record_too() -> None:
    """VMSnapshot carries a configuration of its own."""
    host = SimulatedWorld.from_text(DOCUMENTED)
    assert mistakes(good(host, "Get-VMSnapshot", VMName=["*"])[0], set()) == []


def test_ids_have_the_forms_of_the_samples() -> None:
    """The VM's id in upper case inside a component's id, with the GUIDs that Hyper-V uses for fixed devices."""
    host = SimulatedWorld.from_text(DOCUMENTED)
    head = "Microsoft:2F0C8A52-6D3E-4F1A-9B7C-0D1E2F3A4B5C\\"
    assert good(host, "Get-VMProcessor", VMName=["*"])[0].props["Id"] == head + "b637f346-6a0e-4dec-af52-bd70cb80a21d\\0"
    assert good(host, "Get-VMComPort", VMName=["*"])[1].props["Id"] == head + "8E3A359F-559A-4B6A-98A9-1690A6100ED7\\1"
    assert good(host, "Get-VMIntegrationService", VMName=["*"], Name=["VSS"])[0].props["Id"] == head + "5CED1297-4598-4915-A5FC-AD21BB4D02A4"
    old = world("  - {name: old, generation: 1, devices: {disks: [{slot: ide 0:0, path: 'D:\\VHDs\\one.vhdx'}]}}")
    assert good(old, "Get-VMHardDiskDrive", VMName=["*"])[0].props["Id"].endswith("\\83F8638B-8DCA-4152-9EDA-2CA8B33039B4\\0\\0\\D")


def test_a_vm_carries_its_devices() -> None:
    """`Select-Object` on a VM brings its drives, adapters and ports whole."""
    full = vm(world(RICH), "full").props
    assert [drive.type for drive in full["HardDrives"]] == ["HardDiskDrive"]
    assert [drive.props["Path"] for drive in full["DVDDrives"]] == ["D:\\iso\\setup.iso"]
    assert [adapter.name for adapter in full["NetworkAdapters"]] == ["lan", "trunk", "inner"]
    assert full["NetworkAdapters"][0].props["VlanSetting"].props["ParentAdapter"] is full["NetworkAdapters"][0]


def test_what_new_vm_makes_unasked() -> None:
    """Generation 1: a DVD drive on IDE 1:0; both: one adapter, one SCSI controller (behaviour 6)."""
    host = world()
    first = good(host, "New-VM", Name="one", Generation=1)[0].props
    second = good(host, "New-VM", Name="two", Generation=2)[0].props
    assert [(d.props["ControllerType"], d.props["ControllerNumber"], d.props["ControllerLocation"]) for d in first["DVDDrives"]] == [("IDE", 1, 0)]
    assert list(second["DVDDrives"]) == []
    assert (len(first["NetworkAdapters"]), len(second["NetworkAdapters"])) == (1, 1)
    assert [len(good(host, "Get-VMScsiController", VMName=[name])) for name in ("one", "two")] == [1, 1]
    assert (second["AutomaticStartAction"], second["AutomaticStopAction"], second["CheckpointType"]) == ("StartIfRunning", "Save", "Production")
    assert good(host, "Get-VMFirmware", VMName=["two"])[0].props["SecureBoot"] == "On"
    assert refusal_of_firmware(host) == "InvalidParameter"


def refusal_of_firmware(host: SimulatedWorld) -> str:
    """Generation 1 has no firmware (7-31)."""
    return run(host, "Get-VMFirmware", VMName=["one"]).errors[0].id


@pytest.mark.parametrize(("release", "automatic"), [("2019", False), ("2025", False), ("Windows 11", True)])
def test_automatic_checkpoints_are_a_clients_default(release: str, automatic: bool) -> None:
    """On for clients only (behaviour 4)."""
    assert good(world(release=release), "New-VM", Name="x")[0].props["AutomaticCheckpointsEnabled"] is automatic


def test_every_command_of_the_world_is_one_of_the_catalogue() -> None:
    """No invented command."""
    from hvplan.simulator.powershell.catalogue import load_catalogue

    catalogue = load_catalogue(None)
    assert [name for name in HANDLERS if catalogue.find(name) is None] == []
