"""Boot orders: what a seed says, what Get-VMFirmware shows, what becomes of an entry when devices come, go and move."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hvplan.errors import ConfigurationError
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.values import Obj
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import NOW, good, one, refused, vm, world

MANAGER = r"\HD(2,GPT,0A1B2C3D-0000-0000-0000-000000000000,0x64028,0x3A66090)\EFI\Microsoft\Boot\bootmgfw.efi"
DEVICES = r"""
    devices:
      disks: {os: {slot: scsi 0:0, path: 'D:\VHDs\one.vhdx'}, data: {slot: scsi 0:1, path: 'D:\VHDs\two.vhdx'}}
      dvds: {setup: {slot: scsi 0:2, iso: 'D:\iso\setup.iso'}}
      networkAdapters: {lan: {mac: 00-15-5D-01-02-03}, san: {}}
"""
LISTED = r"""
    devices:
      disks: [{slot: scsi 0:0, path: 'D:\VHDs\one.vhdx'}, {slot: scsi 0:1, path: 'D:\VHDs\two.vhdx'}]
      dvds: [{slot: scsi 0:2}]
      networkAdapters: [{name: lan, mac: 00-15-5D-01-02-03}, {name: lan}]
"""


def host(order: str, devices: str = DEVICES) -> SimulatedWorld:
    """A world with one VM, off, with two disks, a DVD drive and two adapters."""
    return world(f"  - name: web\n    firmware: {{bootOrder: [{order}]}}{devices}")


def sources(one_host: SimulatedWorld) -> list[Obj | None]:
    """The boot order of the VM."""
    return list(one(one_host, "Get-VMFirmware", VMName=["web"]).props["BootOrder"])


def words(one_host: SimulatedWorld) -> list[str]:
    """The boot order in short: location of a drive, name of an adapter, `file`, `-`."""
    return [_word(source) for source in sources(one_host)]


def _word(source: Obj | None) -> str:
    if source is None:
        return "-"
    device = source.props["Device"]
    if device is None:
        return str(source.props["BootType"]).lower()
    return str(device.props.get("ControllerLocation", device.props["Name"]))


def reopened(one_host: SimulatedWorld) -> SimulatedWorld:
    """The same world, out of its state file."""
    return SimulatedWorld.from_text(one_host.dump_text(), clock=VirtualClock(NOW))


@pytest.mark.parametrize(
    ("order", "devices", "expected"),
    [
        ("", DEVICES, "0 1 2 lan san"),
        ("networkAdapters/san, dvds/setup, disks/data", DEVICES, "san 2 1 0 lan"),
        ("disks/DATA", DEVICES, "1 0 2 lan san"),
        (f"'file {MANAGER}', disks/data", DEVICES, "file 1 0 2 lan san"),
        ("null, disks/data, ~", DEVICES, "- 1 - 0 2 lan san"),
        ("'disks/scsi 0:1', 'dvds/scsi 0:2', networkAdapters/lan", LISTED, "1 2 lan 0 lan"),
        ("'scsi 0:1', 'SCSI 0:2'", LISTED, "1 2 0 lan lan"),
    ],
)
def test_a_seed_names_devices_files_and_empty_entries(order: str, devices: str, expected: str) -> None:
    """Names as users write them, slots in list form; what is not named follows in order of slots; the state file says the same."""
    opened = host(order, devices)
    assert " ".join(words(opened)) == expected
    assert " ".join(words(reopened(opened))) == expected
    assert reopened(opened).dump() == opened.dump()


def test_adapters_of_one_name_are_meant_in_turn() -> None:
    """The first of that name that was not named yet."""
    opened = host("networkAdapters/lan, 'disks/scsi 0:0', networkAdapters/lan", LISTED)
    addresses = [source.props["FirmwarePath"].rpartition("MAC(")[2] for source in sources(opened) if source and source.props["BootType"] == "Network"]
    assert addresses == ["00155D010203)", "000000000000)"]


@pytest.mark.parametrize(
    "order", ["disks/nope", "DISKS/os", "networkAdapters/x", "dvds/os", "'scsi 3:0'", "disks/os, disks/os", "disks/os, 'scsi 0:0'", "file", "vhd"]
)
def test_a_mistake_in_a_boot_order_is_said_with_its_place(order: str) -> None:
    """A name that is no device, or one that stands twice."""
    with pytest.raises(ConfigurationError) as caught:
        host(order)
    (found,) = caught.value.diagnostics
    assert found.place is not None
    assert "boot order" in found.summary or "no device" in found.summary


def test_a_boot_source_is_what_public_samples_show() -> None:
    """Type, device and path: the channel's class, the adapter's own GUID and its address; a guest's entry has its path and no device."""
    opened = host(f"networkAdapters/lan, 'file {MANAGER}', null, disks/os")
    lan, file, empty, disk = sources(opened)[:4]
    assert lan is not None
    assert file is not None
    assert disk is not None
    assert empty is None
    adapter = vm(opened, "web").props["NetworkAdapters"][0].props["Id"].rpartition("\\")[2]
    assert [source.props["BootType"] for source in (lan, file, disk)] == ["Network", "File", "Drive"]
    assert (file.props["FirmwarePath"], file.props["Device"]) == (MANAGER, None)
    channel = "635161F83EDFC546913FF2D2F965ED0E" + UUID(adapter).bytes_le.hex().upper()
    assert lan.props["FirmwarePath"] == f"\\AcpiEx(VMBus,0,0)\\VenHw(9B17E5A2-0891-42DD-B653-80B5C22809BA,{channel})\\MAC(00155D010203)"
    assert disk.props["FirmwarePath"].endswith("\\Scsi(0,0)")


def _drive(opened: SimulatedWorld, location: int, kind: str = "Get-VMHardDiskDrive") -> Obj:
    return next(drive for drive in good(opened, kind, VMName=["web"]) if drive.props["ControllerLocation"] == location)


def test_entries_follow_their_devices() -> None:
    """One that goes takes its entry along, a new one boots last, one that moves keeps its place; a guest's and empty entries stay."""
    opened = host(f"null, disks/data, 'file {MANAGER}', networkAdapters/lan")
    assert words(opened) == ["-", "1", "file", "lan", "0", "2", "san"]
    good(opened, "Set-VMHardDiskDrive", VMHardDiskDrive=[_drive(opened, 1)], ToControllerLocation=7)
    assert words(opened) == ["-", "7", "file", "lan", "0", "2", "san"]
    good(opened, "Remove-VMHardDiskDrive", VMHardDiskDrive=[_drive(opened, 0)])
    good(opened, "Remove-VMDvdDrive", VMDvdDrive=[_drive(opened, 2, "Get-VMDvdDrive")])
    assert words(opened) == ["-", "7", "file", "lan", "san"]
    good(opened, "Add-VMDvdDrive", VMName=["web"], ControllerNumber=0, ControllerLocation=0)
    good(opened, "Add-VMNetworkAdapter", VMName=["web"], Name="new")
    good(opened, "Remove-VMNetworkAdapter", VMName=["web"], Name="lan")
    assert words(opened) == ["-", "7", "file", "san", "0", "new"]
    assert words(reopened(opened)) == words(opened)


def test_what_a_boot_order_does_not_name_is_gone() -> None:
    """Also from the state file, where devices that are not in the order stay out of it; a device that is added later comes last."""
    opened = host(f"'file {MANAGER}', disks/os")
    good(opened, "Set-VMFirmware", VMName=["web"], BootOrder=[_drive(opened, 1), sources(opened)[4]])
    assert words(opened) == ["1", "lan"]
    again = reopened(opened)
    assert words(again) == ["1", "lan"]
    good(again, "Add-VMDvdDrive", VMName=["web"])
    assert words(again) == ["1", "lan", "3"]


def test_a_list_of_boot_sources_is_a_boot_order() -> None:
    """Entries of Get-VMFirmware go straight back, without those of type File, as public scripts do; a foreign file and null are refused."""
    opened = host(f"'file {MANAGER}', disks/data, null, networkAdapters/lan")
    kept = [source for source in sources(opened) if source is not None and source.props["BootType"] != "File"]
    file = sources(opened)[0]
    assert refused(opened, "Set-VMFirmware", VMName=["web"], BootOrder=[None, *kept])[0] == "InvalidParameter"
    good(opened, "Set-VMFirmware", VMName=["web"], BootOrder=kept)
    assert words(opened) == ["1", "lan", "0", "2", "san"]
    assert refused(opened, "Set-VMFirmware", VMName=["web"], BootOrder=[file])[0] == "InvalidParameter"


def test_a_boot_order_waits_for_a_stopped_vm() -> None:
    """Running, saved and paused machines refuse, and stay as they are (behaviour 2.5)."""
    opened = host("disks/data")
    order: list[Any] = [_drive(opened, 0)]
    for verb in ("Start-VM", "Suspend-VM", "Save-VM"):
        good(opened, verb, Name=["web"])
        assert refused(opened, "Set-VMFirmware", VMName=["web"], BootOrder=order) == ("InvalidState", "InvalidOperation")
        assert words(opened)[0] == "1"
