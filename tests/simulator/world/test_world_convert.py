"""Convert-VHD, another file in a drive, and what becomes of a machine whose files move: strict, because data is at stake."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import GIB, MIB, NOW, good, one, refused, run, vm, world

ONE, TWO, OLD, BASE, NEW = "D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx", "D:\\VHDs\\old.vhd", "D:\\golden\\base.vhdx", "D:\\VHDs\\new.vhdx"
WEB = "  - {{name: web, state: {state}, generation: {generation}, devices: {{disks: [{{slot: {slot}, path: '{path}'}}]}}}}"


def host(state: str = '"Off"', path: str = ONE, generation: int = 2, **more: Any) -> SimulatedWorld:
    """A host with one machine that has one disk."""
    return world(WEB.format(state=state, path=path, generation=generation, slot="scsi 0:0" if generation == 2 else "ide 0:0"), **more)


def vhd(opened: SimulatedWorld, path: str) -> dict[str, Any]:
    """The header of a file."""
    return dict(one(opened, "Get-VHD", Path=[path]).props)


@pytest.mark.parametrize("state", ["Running", "Saved", "Paused", "Starting", "Saving", "Stopping"])
@pytest.mark.parametrize("source", [ONE, BASE])
def test_nothing_is_converted_that_a_machine_uses(state: str, source: str) -> None:
    """A disk, or a parent of one, of a machine that is not off: saved and paused are not off (behaviour 2.1, 2.3)."""
    opened = host(state)
    if source == BASE:
        machine = host('"Off"')
        good(machine, "New-VHD", Path=[NEW], ParentPath=BASE, Differencing=True)
        good(machine, "Set-VMHardDiskDrive", VMName="web", ControllerNumber=0, ControllerLocation=0, Path=NEW)
        text = machine.dump_text().replace("name: web", f"name: web\n    state: {state}")
        opened = SimulatedWorld.from_text(text, clock=VirtualClock(NOW))
        assert vm(opened, "web").props["State"] == state
    before = opened.dump()
    assert refused(opened, "Convert-VHD", Path=source, DestinationPath="D:\\VHDs\\c.vhdx") == ("OperationFailed", "NotSpecified")
    assert opened.dump() == before


def test_a_stopped_machines_disk_is_converted_beside_the_old_one() -> None:
    """The machine keeps the old file; sector sizes and content are kept, the identifier is new."""
    opened = host()
    (made,) = good(opened, "Convert-VHD", Path=ONE, DestinationPath=NEW, VHDType="Fixed", Passthru=True)
    old, new = vhd(opened, ONE), vhd(opened, NEW)
    assert (made.props["Path"], new["VhdType"], old["VhdType"]) == (NEW, "Fixed", "Dynamic")
    assert [old[name] for name in ("Size", "LogicalSectorSize", "PhysicalSectorSize", "MinimumSize")] == [
        new[name] for name in ("Size", "LogicalSectorSize", "PhysicalSectorSize", "MinimumSize")
    ]
    assert old["DiskIdentifier"] != new["DiskIdentifier"]
    assert one(opened, "Get-VMHardDiskDrive", VMName=["web"]).props["Path"] == ONE


def test_the_extension_decides_the_format() -> None:
    """VHD to VHDX and back; a VHD has 512-byte sectors and is at most 2040 GB; no other extension will do."""
    opened = world()
    good(opened, "Convert-VHD", Path=OLD, DestinationPath=NEW)
    assert (vhd(opened, NEW)["VhdFormat"], vhd(opened, NEW)["PhysicalSectorSize"]) == ("VHDX", 512)
    good(opened, "Convert-VHD", Path=NEW, DestinationPath="D:\\VHDs\\back.vhd")
    assert (vhd(opened, "D:\\VHDs\\back.vhd")["VhdFormat"], vhd(opened, "D:\\VHDs\\back.vhd")["VhdType"]) == ("VHD", "Dynamic")
    for path in ("D:\\VHDs\\x.img", "D:\\VHDs\\x", "D:\\VHDs\\x.avhdx", "D:\\VHDs\\x.vhds"):
        assert refused(opened, "Convert-VHD", Path=ONE, DestinationPath=path) == ("InvalidParameter", "InvalidArgument")
    good(opened, "New-VHD", Path=["D:\\VHDs\\4k.vhdx"], SizeBytes=GIB, LogicalSectorSizeBytes=4096)
    good(opened, "New-VHD", Path=["D:\\VHDs\\huge.vhdx"], SizeBytes=3 << 40)
    for source in ("4k", "huge"):
        assert refused(opened, "Convert-VHD", Path=f"D:\\VHDs\\{source}.vhdx", DestinationPath="D:\\VHDs\\x.vhd")[0] == "InvalidParameter"


@pytest.mark.parametrize(
    ("target", "bound", "id"),
    [
        (TWO, {}, "OperationFailed"),
        (ONE, {}, "OperationFailed"),
        ("D:\\nowhere\\x.vhdx", {}, "OperationFailed"),
        ("E:\\x.vhdx", {}, "OperationFailed"),
        (NEW, {"VHDType": "Unknown"}, "InvalidParameter"),
        (NEW, {"VHDType": "Differencing"}, "InvalidParameter"),
        (NEW, {"ParentPath": BASE}, "InvalidParameter"),
        (NEW, {"VHDType": "Dynamic", "ParentPath": BASE}, "InvalidParameter"),
        (NEW, {"VHDType": "Differencing", "ParentPath": BASE}, "InvalidParameter"),
        (NEW, {"BlockSizeBytes": 3 * MIB}, "InvalidParameter"),
        (NEW, {"BlockSizeBytes": 512 * 1024}, "InvalidParameter"),
        ("D:\\VHDs\\new.vhd", {"BlockSizeBytes": 32 * MIB}, "InvalidParameter"),
    ],
)
def test_what_convert_refuses_changes_nothing(target: str, bound: dict[str, Any], id: str) -> None:
    """A file that is there, a folder or drive that is not, types and parents that do not fit, block sizes that do not exist."""
    opened = host()
    before = opened.dump()
    assert refused(opened, "Convert-VHD", Path=ONE, DestinationPath=target, **bound)[0] == id
    assert opened.dump() == before


@pytest.mark.parametrize(("target", "block"), [(NEW, MIB), (NEW, 256 * MIB), ("D:\\VHDs\\new.vhd", 512 * 1024), ("D:\\VHDs\\new.vhd", 2 * MIB)])
def test_block_sizes(target: str, block: int) -> None:
    """1 to 256 MiB for VHDX, a power of two; 512 KiB or 2 MiB for VHD."""
    opened = world()
    good(opened, "Convert-VHD", Path=ONE, DestinationPath=target, BlockSizeBytes=block)
    assert vhd(opened, target)["BlockSize"] == block


def test_a_chain_becomes_one_disk_and_a_child_gets_another_parent() -> None:
    """A differencing disk to a dynamic one holds everything; to a differencing one of the other format it names a parent of that format and size."""
    opened = world()
    child, other = "D:\\VHDs\\child.vhdx", "D:\\golden\\base.vhd"
    good(opened, "New-VHD", Path=[child], ParentPath=BASE, Differencing=True)
    assert refused(opened, "Convert-VHD", Path=child, DestinationPath=NEW)[0] == "InvalidParameter"
    good(opened, "Convert-VHD", Path=child, DestinationPath=NEW, VHDType="Dynamic")
    assert (vhd(opened, NEW)["ParentPath"], vhd(opened, NEW)["FileSize"] >= 2 * GIB) == ("", True)
    assert refused(opened, "Convert-VHD", Path=BASE, DestinationPath=other)[0] == "OperationFailed"
    good(opened, "Convert-VHD", Path=NEW, DestinationPath=other)
    good(opened, "Convert-VHD", Path=child, DestinationPath="D:\\VHDs\\child.vhd", VHDType="Differencing", ParentPath=other)
    assert (vhd(opened, "D:\\VHDs\\child.vhd")["VhdType"], vhd(opened, "D:\\VHDs\\child.vhd")["ParentPath"]) == ("Differencing", other)
    for parent in (OLD, BASE, "D:\\none.vhd"):
        answer = run(opened, "Convert-VHD", Path=child, DestinationPath="D:\\VHDs\\c2.vhd", VHDType="Differencing", ParentPath=parent)
        assert answer.errors, parent


def test_a_checkpoint_keeps_its_disks_from_being_converted() -> None:
    """Neither the base, which the AVHDX stands on, nor the AVHDX."""
    opened = host()
    good(opened, "Checkpoint-VM", Name=["web"])
    path = one(opened, "Get-VMHardDiskDrive", VMName=["web"]).props["Path"]
    assert path.endswith(".avhdx")
    assert refused(opened, "Convert-VHD", Path=ONE, DestinationPath=NEW)[0] == "OperationFailed"
    assert refused(opened, "Convert-VHD", Path=path, DestinationPath=NEW)[0] == "InvalidParameter"


def test_room_for_both_files() -> None:
    """A fixed target needs its whole size, a dynamic one what the source holds; the source still takes its own."""
    text = "\n  - {path: 'C:\\big.vhdx', vhd: {size: 100GiB, type: Dynamic, fileSize: 90GiB}}\n  - {path: 'C:\\thin.vhdx', vhd: {size: 900GiB}}\nvms: []"
    base = world().dump_text()
    opened = SimulatedWorld.from_text(base.replace("files:", "files:" + text.replace("\nvms: []", ""), 1), clock=VirtualClock(NOW))
    for volume in range(2):
        assert opened.state.host.volumes[volume].free > 0
    assert refused(opened, "Convert-VHD", Path="C:\\thin.vhdx", DestinationPath="C:\\f.vhdx", VHDType="Fixed")[0] == "OperationFailed"
    good(opened, "Convert-VHD", Path="C:\\big.vhdx", DestinationPath="C:\\copy.vhdx")
    assert vhd(opened, "C:\\copy.vhdx")["FileSize"] >= 90 * GIB
    assert refused(opened, "Convert-VHD", Path="C:\\big.vhdx", DestinationPath="C:\\copy2.vhdx")[0] == "OperationFailed"
    good(opened, "Convert-VHD", Path="C:\\big.vhdx", DestinationPath="D:\\copy2.vhdx")


def test_deleting_the_source_leaves_a_machine_without_its_file() -> None:
    """The drive keeps the old path, and the machine does not start until it has another."""
    opened = host()
    good(opened, "Convert-VHD", Path=ONE, DestinationPath=NEW, VHDType="Fixed", DeleteSource=True)
    assert refused(opened, "Get-VHD", Path=[ONE])[0] == "ObjectNotFound"
    assert refused(opened, "Start-VM", Name=["web"])[0] == "OperationFailed"
    good(opened, "Set-VMHardDiskDrive", VMName="web", ControllerNumber=0, ControllerLocation=0, Path=NEW)
    good(opened, "Start-VM", Name=["web"])


@pytest.mark.parametrize("latency", ["lan", "wan"])
def test_converting_takes_time(latency: str) -> None:
    """The longest of the file commands; assumed values."""
    clock = VirtualClock(NOW)
    opened = world(latency=latency, clock=clock)
    before = clock.now()
    good(opened, "Convert-VHD", Path=ONE, DestinationPath=NEW)
    converting = clock.now() - before
    good(opened, "Copy-Item", Path=[ONE], Destination="D:\\VHDs\\copy.vhdx")
    assert converting > clock.now() - before - converting > clock.now() - clock.now()


# another file in a drive


@pytest.mark.parametrize("state", ["Running", "Saved", "Paused"])
@pytest.mark.parametrize("generation", [1, 2])
def test_a_drive_gets_another_file_only_while_its_machine_is_off(state: str, generation: int) -> None:
    """On SCSI too: nobody reports it under power, so the stricter reading."""
    opened = host(state, generation=generation)
    drive = one(opened, "Get-VMHardDiskDrive", VMName=["web"])
    assert refused(opened, "Set-VMHardDiskDrive", VMHardDiskDrive=[drive], Path=TWO) == ("InvalidState", "InvalidOperation")
    assert one(opened, "Get-VMHardDiskDrive", VMName=["web"]).props["Path"] == ONE


def test_which_files_a_drive_takes() -> None:
    """One that is there, is a disk, nobody's parent, fits the generation and is not in the machine already; one of another stopped machine too."""
    second = f"  - {{name: db, devices: {{disks: [{{slot: scsi 0:0, path: '{TWO}'}}]}}}}"
    opened = world(WEB.format(state='"Off"', path=ONE, generation=2, slot="scsi 0:0") + "\n" + second)
    good(opened, "New-VHD", Path=["D:\\VHDs\\child.vhdx"], ParentPath=BASE, Differencing=True)
    drive = one(opened, "Get-VMHardDiskDrive", VMName=["web"])
    for path, id in (
        ("D:\\VHDs\\none.vhdx", "OperationFailed"),
        (BASE, "OperationFailed"),
        ("D:\\iso\\setup.iso", "InvalidParameter"),
        (OLD, "InvalidParameter"),
    ):
        assert refused(opened, "Set-VMHardDiskDrive", VMHardDiskDrive=[drive], Path=path)[0] == id, path
        assert refused(opened, "Add-VMHardDiskDrive", VMName=["web"], Path=path)[0] == id, path
    good(opened, "Set-VMHardDiskDrive", VMHardDiskDrive=[drive], Path=TWO)
    good(opened, "Start-VM", Name=["db"])
    assert refused(opened, "Start-VM", Name=["web"])[0] == "OperationFailed"
    assert refused(opened, "Convert-VHD", Path=TWO, DestinationPath=NEW)[0] == "OperationFailed"


def test_a_checkpoint_keeps_the_files_of_its_machine_in_their_drives() -> None:
    """The present file is one of its chain; the manager offers no other either."""
    opened = host()
    good(opened, "Checkpoint-VM", Name=["web"])
    drive = one(opened, "Get-VMHardDiskDrive", VMName=["web"])
    assert refused(opened, "Set-VMHardDiskDrive", VMHardDiskDrive=[drive], Path=TWO)[0] == "OperationFailed"


# files that move


@pytest.mark.parametrize(
    ("command", "bound"),
    [
        ("Rename-Item", {"Path": ONE, "NewName": "gone.vhdx"}),
        ("Move-Item", {"Path": [ONE], "Destination": "D:\\golden\\gone.vhdx"}),
        ("Move-Item", {"LiteralPath": [ONE], "Destination": "D:\\golden"}),
        ("Move-Item", {"Path": [ONE], "Destination": "C:\\gone.vhdx"}),
        ("Remove-Item", {"Path": [ONE]}),
    ],
)
def test_a_file_that_moves_leaves_its_machine_behind(command: str, bound: dict[str, Any]) -> None:
    """Off: the drive keeps the old path and the start fails; running: it is locked; copying leaves it where it is.

    Another file of the old name is not the one that the machine was given the right to, until the drive is pointed at it again.
    """
    opened = host()
    good(opened, "Copy-Item", Path=[ONE], Destination="D:\\VHDs\\copy.vhdx")
    good(opened, command, **bound)
    assert one(opened, "Get-VMHardDiskDrive", VMName=["web"]).props["Path"] == ONE
    assert refused(opened, "Start-VM", Name=["web"])[0] == "OperationFailed"
    good(opened, "Copy-Item", Path=["D:\\VHDs\\copy.vhdx"], Destination=ONE)
    for host_again in (opened, SimulatedWorld.from_text(opened.dump_text(), clock=VirtualClock(NOW))):
        assert refused(host_again, "Start-VM", Name=["web"]) == ("AccessDenied", "PermissionDenied")
    good(opened, "Set-VMHardDiskDrive", VMName="web", ControllerNumber=0, ControllerLocation=0, Path=ONE)
    assert "withoutRight" not in opened.dump_text()
    good(opened, "Start-VM", Name=["web"])
    assert refused(opened, command, **bound)[1] == "WriteError"
    assert refused(opened, "Copy-Item", Path=[ONE], Destination="D:\\VHDs\\again.vhdx")[1] == "WriteError"


@pytest.mark.parametrize("command", ["Rename-Item", "Move-Item"])
def test_a_parent_that_moves_leaves_its_children_behind(command: str) -> None:
    """Off: the child cannot be opened any more; running: the parent is locked too."""
    opened = host()
    good(opened, "New-VHD", Path=[NEW], ParentPath=BASE, Differencing=True)
    good(opened, "Set-VMHardDiskDrive", VMName="web", ControllerNumber=0, ControllerLocation=0, Path=NEW)
    bound = {"Path": BASE, "NewName": "b2.vhdx"} if command == "Rename-Item" else {"Path": [BASE], "Destination": "D:\\golden\\b2.vhdx"}
    good(opened, "Start-VM", Name=["web"])
    assert refused(opened, command, **bound)[1] == "WriteError"
    good(opened, "Stop-VM", Name=["web"], TurnOff=True)
    good(opened, command, **bound)
    assert refused(opened, "Start-VM", Name=["web"])[0] == "OperationFailed"
    assert refused(opened, "Convert-VHD", Path=NEW, DestinationPath="D:\\VHDs\\flat.vhdx", VHDType="Dynamic")[0] == "OperationFailed"
    good(opened, "Set-VHD", Path=NEW, ParentPath="D:\\golden\\b2.vhdx", Force=True)
    good(opened, "Start-VM", Name=["web"])


@pytest.mark.parametrize(
    ("path", "destination", "id"),
    [
        (ONE, TWO, "MoveFileInfoItemIOError"),
        (ONE, "D:\\none\\x.vhdx", "MoveFileInfoItemIOError"),
        (ONE, "D:\\VHDs\\a|b.vhdx", "MoveFileInfoItemIOError"),
        ("D:\\none.vhdx", NEW, "PathNotFound"),
        (ONE, "X:\\one.vhdx", "DriveNotFound"),
        ("D:\\VHDs", "D:\\VHDs\\inside", "MoveDirectoryItemIOError"),
        ("D:\\VHDs", "C:\\VHDs", "MoveDirectoryItemIOError"),
    ],
)
def test_what_move_item_refuses(path: str, destination: str, id: str) -> None:
    """A file that is there, a folder that is not, another volume for a folder."""
    opened = world()
    before = opened.dump()
    assert refused(opened, "Move-Item", Path=[path], Destination=destination)[0] == id
    assert opened.dump() == before


def test_move_item_moves() -> None:
    """A folder with what is in it; a file over another only with -Force; free space follows from volume to volume."""
    opened = world()
    good(opened, "Move-Item", Path=["D:\\golden"], Destination="D:\\base")
    assert good(opened, "Get-Item", LiteralPath=["D:\\base\\base.vhdx"])
    (moved,) = good(opened, "Move-Item", Path=["D:\\base\\base.vhdx"], Destination=TWO, Force=True, PassThru=True)
    assert moved.props["FullName"] == TWO
    free = [volume.free for volume in opened.state.host.volumes]
    size = opened.state.file(TWO).size  # type: ignore[union-attr]
    good(opened, "Move-Item", Path=[TWO], Destination="C:\\")
    assert [volume.free for volume in opened.state.host.volumes] == [free[0] - size, free[1] + size]


def test_a_right_follows_its_file_and_no_name() -> None:
    """A converted file that takes the old one's name needs the drive pointed at it; the old one under its old name again does not."""
    opened = host()
    good(opened, "Convert-VHD", Path=ONE, DestinationPath=NEW, VHDType="Fixed")
    good(opened, "Rename-Item", Path=ONE, NewName="before.vhdx")
    good(opened, "Rename-Item", Path=NEW, NewName="one.vhdx")
    assert refused(opened, "Start-VM", Name=["web"]) == ("AccessDenied", "PermissionDenied")
    good(opened, "Rename-Item", Path=ONE, NewName="new.vhdx")
    good(opened, "Rename-Item", Path="D:\\VHDs\\before.vhdx", NewName="one.vhdx")
    good(opened, "Start-VM", Name=["web"])
    good(opened, "Stop-VM", Name=["web"], TurnOff=True)
    good(opened, "Copy-Item", Path=[NEW], Destination=ONE)  # what is overwritten keeps its rights
    good(opened, "Start-VM", Name=["web"])
    good(opened, "Checkpoint-VM", Name=["web"])
    good(opened, "Stop-VM", Name=["web"], TurnOff=True)
    good(opened, "Remove-VMSnapshot", VMName=["web"], Name="*")
    good(opened, "Start-VM", Name=["web"])


@pytest.mark.parametrize(("destination", "moved"), [("D:\\gold*", "D:\\golden\\one.vhdx"), ("D:\\VHDs\\[n]ew.vhdx", None), ("D:\\VHDs\\*.vhdx", None)])
def test_a_destination_is_a_pattern(destination: str, moved: str | None) -> None:
    """Of a move: it has to fit one thing; one that fits nothing is no name."""
    opened = world()
    if moved is None:
        assert refused(opened, "Move-Item", Path=[ONE], Destination=destination)[1] == "InvalidArgument"
        assert good(opened, "Get-Item", LiteralPath=[ONE])
    else:
        good(opened, "Move-Item", Path=[ONE], Destination=destination)
        assert good(opened, "Get-Item", LiteralPath=[moved])
