"""Value ranges: what is refused names the value and changes nothing (behaviour 3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.world.world_host import GIB, MIB, good, new_vm, one, refused, vm, world

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("Set-VMProcessor", {"Count": 0}),
    ("Set-VMProcessor", {"Count": 17}),
    ("Set-VMProcessor", {"Reserve": 101}),
    ("Set-VMProcessor", {"RelativeWeight": 0}),
    ("Set-VMProcessor", {"HwThreadCountPerCore": 3}),
    ("Set-VMMemory", {"StartupBytes": 1001 * MIB}),
    ("Set-VMMemory", {"StartupBytes": 16 * MIB}),
    ("Set-VMMemory", {"StartupBytes": 241 << 40}),
    ("Set-VMMemory", {"DynamicMemoryEnabled": True, "MinimumBytes": 2 * GIB}),
    ("Set-VMMemory", {"DynamicMemoryEnabled": True, "MaximumBytes": 512 * MIB}),
    ("Set-VMMemory", {"Buffer": 4}),
    ("Set-VMMemory", {"Priority": 101}),
    ("Set-VM", {"LowMemoryMappedIoSpace": 64 * MIB}),
    ("Set-VM", {"LowMemoryMappedIoSpace": 3586 * MIB}),
    ("Set-VM", {"DynamicMemory": True, "StaticMemory": True}),
    ("Set-VM", {"NewVMName": "x" * 101}),
    ("Set-VM", {"Notes": "x" * 4097}),
    ("Set-VMNetworkAdapter", {"VmqWeight": 101}),
    ("Set-VMFirmware", {"SecureBootTemplate": "None such"}),
]


@pytest.mark.parametrize(("command", "bound"), REFUSED)
def test_a_value_out_of_range_is_refused_and_nothing_changes(command: str, bound: dict[str, Any]) -> None:
    """InvalidParameter, category InvalidArgument."""
    host = world()
    made = new_vm(host)
    before = host.dump()
    assert refused(host, command, VM=[made], **bound) == ("InvalidParameter", "InvalidArgument")
    assert host.dump() == before


def test_memory_sizes_travel_together() -> None:
    """All three in one call, where each alone would break minimum <= startup <= maximum."""
    host = world()
    made = new_vm(host)
    good(host, "Set-VMMemory", VM=[made], DynamicMemoryEnabled=True, MinimumBytes=2 * GIB, StartupBytes=4 * GIB, MaximumBytes=8 * GIB)
    memory = one(host, "Get-VMMemory", VM=[made]).props
    assert (memory["Minimum"], memory["Startup"], memory["Maximum"]) == (2 * GIB, 4 * GIB, 8 * GIB)


def test_a_numa_nodes_maximum_is_set_in_bytes_and_read_in_megabytes() -> None:
    """The two sides of one value have different units."""
    host = world()
    made = new_vm(host)
    good(host, "Set-VMMemory", VM=[made], MaximumAmountPerNumaNodeBytes=8 * GIB)
    assert one(host, "Get-VMMemory", VM=[made]).props["MaximumPerNumaNode"] == 8192


@pytest.mark.parametrize(("release", "generation", "most"), [("2016", 2, 240), ("2025", 2, 2048), ("2025", 1, 64)])
def test_processors_are_limited_by_release_and_generation(release: str, generation: int, most: int) -> None:
    """And by the processors of the host."""
    host = world(f"  - {{name: web, generation: {generation}, version: '8.0'}}", release=release)
    from dataclasses import replace

    host.state.host = replace(host.state.host, processors=4096)
    good(host, "Set-VMProcessor", VM=[vm(host, "web")], Count=most)
    assert refused(host, "Set-VMProcessor", VM=[vm(host, "web")], Count=most + 1)[0] == "InvalidParameter"


def test_a_refused_new_vm_leaves_nothing() -> None:
    """Odd memory, a missing switch, a version the host cannot run, a boot device of the other generation, a bad disk."""
    host = world()
    before = host.dump()
    disk = {"NewVHDPath": "new.vhdx", "NewVHDSizeBytes": 10 * GIB}
    for bound in (
        {"MemoryStartupBytes": 1001 * MIB}, {"SwitchName": "none"}, {"Version": "11.5"}, {"Generation": 2, "BootDevice": "Floppy", **disk},
        {"NewVHDPath": "one.vhdx", "NewVHDSizeBytes": GIB}, {"VHDPath": "D:\\none.vhdx"}, {"Generation": 2, "VHDPath": "D:\\VHDs\\old.vhd"},
    ):  # fmt: skip
        refused(host, "New-VM", Name="web", **bound)
    assert host.dump() == before


def test_new_vm_makes_its_disk_in_the_hosts_folder() -> None:
    """A bare file name goes to the default folder; the slot is IDE 0:0 or SCSI 0:0 (behaviour 6)."""
    host = world()
    for generation, kind in ((1, "IDE"), (2, "SCSI")):
        made = one(host, "New-VM", Name=f"g{generation}", Generation=generation, NewVHDPath=f"g{generation}.vhdx", NewVHDSizeBytes=10 * GIB)
        drive = made.props["HardDrives"][0].props
        assert (drive["Path"], drive["ControllerType"], drive["ControllerNumber"], drive["ControllerLocation"]) == (f"D:\\VHDs\\g{generation}.vhdx", kind, 0, 0)


def test_boot_order_takes_the_vms_own_devices() -> None:
    """FirstBootDevice moves one to the front; an empty list changes nothing; another VM's device is refused."""
    devices = "{disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}], networkAdapters: [{name: a}]}"
    host = world(f"  - {{name: web, devices: {devices}}}\n  - {{name: db, devices: {{networkAdapters: [{{name: a}}]}}}}")
    web = vm(host, "web")

    def order() -> list[str]:
        return [str(source.props["BootType"]) for source in one(host, "Get-VMFirmware", VM=[web]).props["BootOrder"]]

    assert order() == ["Drive", "Network"]
    good(host, "Set-VMFirmware", VM=[web], FirstBootDevice=one(host, "Get-VMNetworkAdapter", VM=[web]))
    assert order() == ["Network", "Drive"]
    good(host, "Set-VMFirmware", VM=[web], BootOrder=[])
    assert order() == ["Network", "Drive"]
    good(host, "Set-VMFirmware", VM=[web], BootOrder=[one(host, "Get-VMHardDiskDrive", VM=[web]), one(host, "Get-VMNetworkAdapter", VM=[web])])
    assert order() == ["Drive", "Network"]
    assert refused(host, "Set-VMFirmware", VM=[web], FirstBootDevice=one(host, "Get-VMNetworkAdapter", VMName=["db"]))[0] == "InvalidParameter"
