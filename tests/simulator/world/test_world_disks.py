"""Disks, their files and their slots."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import GIB, MIB, good, new_vm, one, refused, run, vm, world


def vhd(host: SimulatedWorld, path: str) -> dict[str, Any]:
    """The header of a file."""
    return dict(one(host, "Get-VHD", Path=[path]).props)


def test_a_new_dynamic_disk_is_like_the_samples() -> None:
    """The values of the catalogue's sample: 4 MB file, 512/4096 sectors, 32 MB blocks, no minimum, an upper-case identifier."""
    host = world()
    made = one(host, "New-VHD", Path=["D:\\VHDs\\new.vhdx"], SizeBytes=10 * GIB).props
    expected = {
        "VhdType": "Dynamic", "VhdFormat": "VHDX", "FileSize": 4 * MIB, "Size": 10 * GIB, "MinimumSize": None, "LogicalSectorSize": 512,
        "PhysicalSectorSize": 4096, "BlockSize": 32 * MIB, "FragmentationPercentage": 0, "Alignment": 1, "Attached": False,
    }  # fmt: skip
    assert {name: made[name] for name in expected} == expected
    assert made["DiskIdentifier"] == made["DiskIdentifier"].upper()


@pytest.mark.parametrize(
    ("bound", "id"),
    [
        ({"Path": ["D:\\VHDs\\one.vhdx"], "SizeBytes": GIB}, "OperationFailed"),
        ({"Path": ["D:\\none\\x.vhdx"], "SizeBytes": GIB}, "OperationFailed"),
        ({"Path": ["Q:\\x.vhdx"], "SizeBytes": GIB}, "OperationFailed"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "SizeBytes": 2_000_000_001}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "SizeBytes": MIB}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "SizeBytes": 65 << 40}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.vhd"], "SizeBytes": 2041 * GIB}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.img"], "SizeBytes": GIB}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "SizeBytes": 3 << 40, "Fixed": True}, "OperationFailed"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "ParentPath": "D:\\none.vhdx", "Differencing": True}, "OperationFailed"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "ParentPath": "D:\\VHDs\\old.vhd", "Differencing": True}, "InvalidParameter"),
        ({"Path": ["D:\\VHDs\\x.vhdx"], "SizeBytes": GIB, "BlockSizeBytes": 3 * MIB}, "InvalidParameter"),
    ],
)
def test_new_vhd_refuses_what_cannot_be(bound: dict[str, Any], id: str) -> None:
    """Existing files, missing folders, sizes off the sector, limits, space, parents (behaviour 3.2, 7-37, 7-39)."""
    host = world()
    before = host.dump()
    assert refused(host, "New-VHD", **bound)[0] == id
    assert host.dump()["files"] == before["files"]


def test_space_is_taken_and_given_back() -> None:
    """A fixed disk takes its size at once; removing the file gives it back."""
    host = world()

    def free() -> int:
        return int(good(host, "Get-Volume", DriveLetter=["D"])[0].props["SizeRemaining"])

    before = free()
    good(host, "New-VHD", Path=["D:\\VHDs\\fixed.vhdx"], SizeBytes=10 * GIB, Fixed=True)
    assert before - free() == 10 * GIB + 4 * MIB
    good(host, "Remove-Item", LiteralPath=["D:\\VHDs\\fixed.vhdx"])
    assert free() == before


def test_slots_are_given_in_order_and_never_twice() -> None:
    """Generation 2 fills SCSI, Generation 1 begins on IDE, where the DVD drive has its place; a taken or missing slot is refused."""
    host = world()
    second, first = new_vm(host, "two", 2), new_vm(host, "one", 1)
    for index in range(5):
        good(host, "New-VHD", Path=[f"D:\\VHDs\\d{index}.vhdx"], SizeBytes=GIB)
        for made in (first, second):
            good(host, "Add-VMHardDiskDrive", VM=[made], Path=f"D:\\VHDs\\d{index}.vhdx")

    def slots(name: str) -> list[tuple[str, int, int]]:
        drives = good(host, "Get-VMHardDiskDrive", VMName=[name])
        return [(str(d.props["ControllerType"]), d.props["ControllerNumber"], d.props["ControllerLocation"]) for d in drives]

    assert slots("two") == [("SCSI", 0, index) for index in range(5)]
    assert slots("one") == [("IDE", 0, 0), ("IDE", 0, 1), ("IDE", 1, 1), ("SCSI", 0, 0), ("SCSI", 0, 1)]
    place = {"ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 0}
    assert refused(host, "Add-VMHardDiskDrive", VM=[second], Path="D:\\VHDs\\one.vhdx", **place)[0] == "OperationFailed"
    for wrong in ({**place, "ControllerNumber": 1}, {**place, "ControllerLocation": 64}, {**place, "ControllerType": "IDE"}):
        assert refused(host, "Add-VMHardDiskDrive", VM=[second], Path="D:\\VHDs\\one.vhdx", **wrong)[0] == "InvalidParameter"


def test_a_file_is_attached_once_to_one_vm_and_the_generation_must_fit() -> None:
    """The same file twice (7-23), a VHD in Generation 2, a missing file."""
    host = world()
    made = new_vm(host)
    good(host, "Add-VMHardDiskDrive", VM=[made], Path="D:\\VHDs\\one.vhdx")
    assert refused(host, "Add-VMHardDiskDrive", VM=[made], Path="d:/vhds/ONE.vhdx")[0] == "InvalidParameter"
    assert refused(host, "Add-VMHardDiskDrive", VM=[made], Path="D:\\VHDs\\old.vhd")[0] == "InvalidParameter"
    assert refused(host, "Add-VMHardDiskDrive", VM=[made], Path="D:\\VHDs\\none.vhdx")[0] == "OperationFailed"


def test_a_drive_moves_and_changes_its_file_in_its_slot() -> None:
    """Set-VMHardDiskDrive; the boot order follows."""
    host = world("  - {name: web, devices: {scsiControllers: 2, disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}]}}")
    drive = one(host, "Get-VMHardDiskDrive", VMName=["web"])
    good(host, "Set-VMHardDiskDrive", VMHardDiskDrive=[drive], Path="D:\\VHDs\\two.vhdx", ToControllerType="SCSI", ToControllerNumber=1, ToControllerLocation=3)
    moved = one(host, "Get-VMHardDiskDrive", VMName=["web"]).props
    assert (moved["Path"], moved["ControllerNumber"], moved["ControllerLocation"]) == ("D:\\VHDs\\two.vhdx", 1, 3)
    assert one(host, "Get-VMFirmware", VMName=["web"]).props["BootOrder"][0].props["Device"].props["ControllerLocation"] == 3


def test_controllers_count_by_place() -> None:
    """At most four; a used one stays; behind a removed one the others move up with their drives (behaviour 8)."""
    host = world("  - {name: web, devices: {scsiControllers: 3, disks: [{slot: scsi 2:5, path: 'D:\\VHDs\\one.vhdx'}]}}")
    web = vm(host, "web")
    good(host, "Add-VMScsiController", VM=[web])
    assert refused(host, "Add-VMScsiController", VM=[web])[0] == "OperationFailed"
    assert refused(host, "Remove-VMScsiController", VMName=["web"], ControllerNumber=2)[0] == "OperationFailed"
    good(host, "Remove-VMScsiController", VMScsiController=[good(host, "Get-VMScsiController", VM=[web])[1]])
    drive = one(host, "Get-VMHardDiskDrive", VM=[web]).props
    assert (drive["ControllerNumber"], drive["ControllerLocation"]) == (1, 5)
    assert [record.props["ControllerNumber"] for record in good(host, "Get-VMScsiController", VM=[web])] == [0, 1, 2]


@pytest.mark.parametrize(
    ("state", "slot", "path", "size", "taken"),
    [
        ("Off", "scsi 0:0", "D:\\VHDs\\one.vhdx", 50 * GIB, True),
        ("Running", "scsi 0:0", "D:\\VHDs\\one.vhdx", 50 * GIB, True),
        ("Running", "scsi 0:0", "D:\\VHDs\\one.vhdx", 20 * GIB, True),
        ("Running", "ide 0:0", "D:\\VHDs\\one.vhdx", 50 * GIB, False),
        ("Off", "ide 0:0", "D:\\VHDs\\one.vhdx", 50 * GIB, True),
        ("Off", "scsi 0:0", "D:\\VHDs\\one.vhdx", 5 * GIB, False),
        ("Off", "scsi 0:0", "D:\\VHDs\\two.vhdx", 20 * GIB, False),
        ("Off", "ide 0:0", "D:\\VHDs\\old.vhd", 20 * GIB, False),
        ("Running", "ide 0:0", "D:\\VHDs\\old.vhd", 50 * GIB, False),
    ],
)
def test_resizing(state: str, slot: str, path: str, size: int, taken: bool) -> None:
    """Online on SCSI only; shrinking only a VHDX and down to its known minimum (behaviour 2.3)."""
    generation = 1 if slot.startswith("ide") else 2
    host = world(f"  - {{name: web, generation: {generation}, state: {state}, devices: {{disks: [{{slot: '{slot}', path: '{path}'}}]}}}}")
    answer = run(host, "Resize-VHD", Path=[path], SizeBytes=size)
    assert (not answer.errors) == taken
    assert (vhd(host, path)["Size"] == size) == taken


def test_a_parent_is_not_resized() -> None:
    """While a differencing child exists (behaviour 4)."""
    host = world()
    good(host, "New-VHD", Path=["D:\\VHDs\\child.vhdx"], ParentPath="D:\\golden\\base.vhdx", Differencing=True)
    assert refused(host, "Resize-VHD", Path=["D:\\golden\\base.vhdx"], SizeBytes=30 * GIB)[0] == "OperationFailed"
    assert vhd(host, "D:\\VHDs\\child.vhdx")["ParentPath"] == "D:\\golden\\base.vhdx"


def test_a_running_vm_holds_its_files() -> None:
    """Not removed, renamed, overwritten or copied while it writes to them; a parent may be read, not removed."""
    host = world("  - {name: web, devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\child.vhdx'}]}}")
    good(host, "New-VHD", Path=["D:\\VHDs\\child.vhdx"], ParentPath="D:\\golden\\base.vhdx", Differencing=True)
    good(host, "Start-VM", Name=["web"])
    for path in ("D:\\VHDs\\child.vhdx", "D:\\golden\\base.vhdx"):
        assert refused(host, "Remove-Item", LiteralPath=[path]) == ("RemoveFileSystemItemIOError", "WriteError")
        assert refused(host, "Rename-Item", LiteralPath=path, NewName="x.vhdx") == ("RenameItemIOError", "WriteError")
        assert refused(host, "Copy-Item", LiteralPath=["D:\\VHDs\\one.vhdx"], Destination=path)[1] == "WriteError"
    assert refused(host, "Copy-Item", LiteralPath=["D:\\VHDs\\child.vhdx"], Destination="D:\\VHDs\\c.vhdx")[1] == "WriteError"
    good(host, "Copy-Item", LiteralPath=["D:\\golden\\base.vhdx"], Destination="D:\\VHDs\\c.vhdx")
    good(host, "Stop-VM", Name=["web"])
    good(host, "Remove-Item", LiteralPath=["D:\\VHDs\\child.vhdx"])


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("D:\\VHDs\\one.vhdx", None),
        ("D:\\VHDs", None),
        ("D:\\", None),
        ("D:\\no", ("PathNotFound", "ObjectNotFound")),
        ("Q:\\x", ("DriveNotFound", "ObjectNotFound")),
    ],
)
def test_whether_a_file_is_there(path: str, error: tuple[str, str] | None) -> None:
    """Get-Item -LiteralPath: there, not there, no such drive."""
    host = world()
    if error is None:
        assert good(host, "Get-Item", LiteralPath=[path])
    else:
        assert refused(host, "Get-Item", LiteralPath=[path]) == error


def test_literal_means_literal() -> None:
    """A path with brackets is found by LiteralPath alone."""
    host = world()
    good(host, "New-VHD", Path=["D:\\VHDs\\a[1].vhdx"], SizeBytes=GIB)
    assert good(host, "Get-Item", LiteralPath=["D:\\VHDs\\a[1].vhdx"])
    assert not good(host, "Get-Item", Path=["D:\\VHDs\\a[1].vhdx"])


def test_files_are_made_moved_and_kept() -> None:
    """New-Item makes what is missing above; Rename-Item never overwrites; Copy-Item does; a full folder is not removed."""
    host = world()
    good(host, "New-Item", Path=["D:\\a\\b\\c"], ItemType="Directory")
    assert refused(host, "New-Item", Path=["D:\\a\\b"], ItemType="Directory") == ("DirectoryExist", "ResourceExists")
    good(host, "Copy-Item", LiteralPath=["D:\\VHDs\\one.vhdx"], Destination="D:\\a\\b\\c\\one.hvplan.vhdx")
    good(host, "Rename-Item", LiteralPath="D:\\a\\b\\c\\one.hvplan.vhdx", NewName="one.vhdx")
    assert vhd(host, "D:\\a\\b\\c\\one.vhdx")["Size"] == 40 * GIB
    good(host, "Copy-Item", LiteralPath=["D:\\VHDs\\two.vhdx"], Destination="D:\\a\\b\\c")
    assert refused(host, "Rename-Item", LiteralPath="D:\\a\\b\\c\\two.vhdx", NewName="one.vhdx") == ("RenameItemIOError", "WriteError")
    assert refused(host, "Rename-Item", LiteralPath="D:\\a\\nothing", NewName="x")[0] == "InvalidOperation"
    assert refused(host, "Remove-Item", LiteralPath=["D:\\a"])[0] == "HostFunctionNotImplemented"
    good(host, "Remove-Item", LiteralPath=["D:\\a"], Recurse=True)
    assert refused(host, "Get-Item", LiteralPath=["D:\\a\\b\\c\\one.vhdx"])[0] == "PathNotFound"


def test_a_chain_is_merged_offline() -> None:
    """Merge-VHD takes a child, or a chain down to the ancestor named, into it; not while a VM runs on it."""
    host = world("  - {name: web, devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\b.vhdx'}]}}")
    good(host, "New-VHD", Path=["D:\\VHDs\\a.vhdx"], ParentPath="D:\\golden\\base.vhdx", Differencing=True)
    good(host, "New-VHD", Path=["D:\\VHDs\\b.vhdx"], ParentPath="D:\\VHDs\\a.vhdx", Differencing=True)
    good(host, "Start-VM", Name=["web"])
    assert refused(host, "Merge-VHD", Path="D:\\VHDs\\b.vhdx", Force=True)[0] == "OperationFailed"
    good(host, "Stop-VM", Name=["web"])
    assert refused(host, "Merge-VHD", Path="D:\\VHDs\\b.vhdx", DestinationPath="D:\\VHDs\\one.vhdx", Force=True)[0] == "InvalidParameter"
    good(host, "Merge-VHD", Path="D:\\VHDs\\b.vhdx", DestinationPath="D:\\golden\\base.vhdx", Force=True)
    assert refused(host, "Get-VHD", Path=["D:\\VHDs\\a.vhdx"])[0] == "ObjectNotFound"


def test_converting_copies() -> None:
    """Convert-VHD leaves the source, refuses what a running VM uses, and never overwrites."""
    host = world("  - {name: web, state: Running, devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\two.vhdx'}]}}")
    good(host, "Convert-VHD", Path="D:\\VHDs\\one.vhdx", DestinationPath="D:\\VHDs\\fixed.vhdx", VHDType="Fixed")
    assert (vhd(host, "D:\\VHDs\\fixed.vhdx")["VhdType"], vhd(host, "D:\\VHDs\\one.vhdx")["VhdType"]) == ("Fixed", "Dynamic")
    assert refused(host, "Convert-VHD", Path="D:\\VHDs\\two.vhdx", DestinationPath="D:\\VHDs\\t.vhdx")[0] == "OperationFailed"
    assert refused(host, "Convert-VHD", Path="D:\\VHDs\\one.vhdx", DestinationPath="D:\\VHDs\\fixed.vhdx")[0] == "OperationFailed"


@pytest.mark.parametrize(
    ("set", "bound", "property", "expected"),
    [
        ("Parent", {"ParentPath": "D:\\VHDs\\one.vhdx", "IgnoreIdMismatch": True}, "ParentPath", "D:\\VHDs\\one.vhdx"),
        ("PhysicalSectorSize", {"PhysicalSectorSizeBytes": 512}, "PhysicalSectorSize", 512),
    ],
)
def test_a_header_is_set_on_a_closed_file(set: str, bound: dict[str, Any], property: str, expected: object) -> None:
    """Set-VHD: another parent, another physical sector size; in these sets there is no Force to give."""
    host = world()
    good(host, "New-VHD", Path=["D:\\VHDs\\a.vhdx"], ParentPath="D:\\golden\\base.vhdx", Differencing=True)
    if "IgnoreIdMismatch" in bound:  # a disk of its own is no parent unless somebody insists
        unasked = run(host, "Set-VHD", set, Path="D:\\VHDs\\a.vhdx", ParentPath=bound["ParentPath"])
        assert [error.id for error in unasked.errors] == ["OperationFailed"]
    assert not run(host, "Set-VHD", set, Path="D:\\VHDs\\a.vhdx", **bound).errors
    assert vhd(host, "D:\\VHDs\\a.vhdx")[property] == expected
