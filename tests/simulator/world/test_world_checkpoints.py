"""Checkpoints: the files they make, what removing one leaves, and what restoring brings back."""

from __future__ import annotations

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.values import Obj
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import NOW, good, one, refused, run, vm, world

DISKS = "devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}, {slot: scsi 0:1, path: 'D:\\VHDs\\two.vhdx'}]}"
WEB = f"  - {{name: web, notes: before, {DISKS}}}"


def take(host: SimulatedWorld, name: str) -> Obj:
    """A checkpoint of web."""
    return one(host, "Checkpoint-VM", Name=["web"], SnapshotName=name, Passthru=True)


def paths(host: SimulatedWorld) -> list[str]:
    """The files web writes to."""
    return [record.props["Path"] for record in vm(host, "web").props["HardDrives"]]


def avhdx(host: SimulatedWorld) -> list[str]:
    """Every AVHDX file of the host."""
    return [path for path in (file.path for file in host.state.files.values()) if path.endswith(".avhdx")]


def test_a_checkpoint_moves_the_vm_on_to_new_files() -> None:
    """One AVHDX for each disk, beside it, `name_<GUID>.avhdx`; the checkpoint keeps the old path (behaviour 4)."""
    host = world(WEB)
    made = take(host, "s")
    assert [path.startswith(f"D:\\VHDs\\{stem}_") and path.endswith(".avhdx") for path, stem in zip(paths(host), ("one", "two"), strict=True)] == [True, True]
    assert [drive.props["Path"] for drive in made.props["HardDrives"]] == ["D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx"]
    assert one(host, "Get-VHD", Path=[paths(host)[0]]).props["ParentPath"] == "D:\\VHDs\\one.vhdx"
    assert vm(host, "web").props["ParentSnapshotId"] == made.props["Id"]
    assert made.props["VMId"] == vm(host, "web").props["Id"]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]])
def test_removing_all_in_any_order_leaves_the_base(order: list[int]) -> None:
    """Whatever is removed first, at the end the VM is back on its base files and no AVHDX is left."""
    host = world(WEB)
    taken = [take(host, f"s{index}") for index in range(3)]
    for index in order:
        good(host, "Remove-VMSnapshot", VMSnapshot=[taken[index]])
    assert paths(host) == ["D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx"]
    assert avhdx(host) == []
    assert vm(host, "web").props["ParentSnapshotId"] is None


def test_children_go_to_the_parent_of_a_removed_one() -> None:
    """Removing one keeps its children; with IncludeAllChildSnapshots they go too."""
    host = world(WEB)
    first, second, third = take(host, "a"), take(host, "b"), take(host, "c")
    good(host, "Remove-VMSnapshot", VMSnapshot=[second])
    assert one(host, "Get-VMSnapshot", Id=third.props["Id"]).props["ParentSnapshotName"] == "a"
    good(host, "Remove-VMSnapshot", VMSnapshot=[first], IncludeAllChildSnapshots=True)
    assert good(host, "Get-VMSnapshot", VMName=["web"]) == []


def test_a_branch_is_not_merged_while_it_branches() -> None:
    """A checkpoint with two children: its disk waits until one branch is gone (behaviour 4)."""
    host = world(WEB)
    first, second = take(host, "a"), take(host, "b")
    good(host, "Restore-VMSnapshot", VMSnapshot=first)
    count = len(avhdx(host))
    good(host, "Remove-VMSnapshot", VMSnapshot=[first])
    assert len(avhdx(host)) == count
    good(host, "Remove-VMSnapshot", VMSnapshot=[second])
    assert avhdx(host) == []
    assert paths(host) == ["D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx"]


def test_restoring_brings_the_vm_back_as_it_was() -> None:
    """Configuration, notes and disks of the moment; a new branch of files; Off without memory, Saved with it."""
    host = world(WEB)
    off = take(host, "off")
    good(host, "Set-VM", Name=["web"], Notes="after", CheckpointType="Standard")
    good(host, "Start-VM", Name=["web"])
    running = take(host, "running")
    good(host, "Restore-VMSnapshot", VMSnapshot=off)
    web = vm(host, "web").props
    assert (web["Notes"], web["State"], web["ParentSnapshotName"]) == ("before", "Off", "off")
    good(host, "Restore-VMSnapshot", VMSnapshot=running)
    web = vm(host, "web").props
    assert (web["Notes"], web["State"]) == ("after", "Saved")
    assert len(set(avhdx(host))) == len(avhdx(host))


def test_merging_takes_its_time_and_holds_the_files() -> None:
    """With a latency profile the merge goes on after the cmdlet: `MergingDisks`, files in use, then the base again."""
    clock = VirtualClock(NOW)
    host = world(WEB, latency="lan", clock=clock)
    made = take(host, "s")
    good(host, "Remove-VMSnapshot", VMSnapshot=[made])
    web = vm(host, "web").props
    assert list(web["OperationalStatus"]) == ["Ok", "MergingDisks"]
    assert refused(host, "Get-VHD", Path=["D:\\VHDs\\one.vhdx"]) == ("ObjectInUse", "ResourceBusy")
    clock.advance(60)
    assert list(vm(host, "web").props["OperationalStatus"]) == ["Ok"]
    assert paths(host) == ["D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx"]


def test_what_refuses_a_checkpoint() -> None:
    """Disabled, fifty already, a guest that cannot be frozen."""
    host = world("  - {name: web, checkpoints: {type: Disabled}}")
    assert refused(host, "Checkpoint-VM", Name=["web"])[0] == "OperationFailed"
    host = world("  - {name: web}")
    for index in range(50):
        take(host, f"s{index}")
    assert refused(host, "Checkpoint-VM", Name=["web"])[0] == "OperationFailed"
    host = world("  - {name: web, state: Running, checkpoints: {type: ProductionOnly}, guest: {shutdown: none}}")
    assert refused(host, "Checkpoint-VM", Name=["web"])[0] == "OperationFailed"


def test_finding_checkpoints() -> None:
    """By id, by pattern; a plain name or id that is not there is the error of row 5, a pattern is silent."""
    host = world(WEB)
    made = take(host, "nightly-1")
    assert one(host, "Get-VMSnapshot", Id=made.props["Id"]).name == "nightly-1"
    assert one(host, "Get-VMSnapshot", VMName=["web"], Name="NIGHTLY*").id == made.id
    assert good(host, "Get-VMSnapshot", VMName=["web"], Name="x*") == []
    assert refused(host, "Get-VMSnapshot", VMName=["web"], Name="x") == ("ObjectNotFound", "ObjectNotFound")
    good(host, "Rename-VMSnapshot", VMSnapshot=made, NewName="kept")
    assert one(host, "Get-VMSnapshot", VMName=["web"]).name == "kept"
    good(host, "Remove-VMSnapshot", VMSnapshot=[made])
    assert refused(host, "Remove-VMSnapshot", VMSnapshot=[made])[0] == "ObjectNotFound"


def test_a_removed_vm_leaves_its_merged_base() -> None:
    """Remove-VM takes its checkpoints along and merges; the VHDX files stay (behaviour 4, 6)."""
    host = world(WEB)
    take(host, "a")
    take(host, "b")
    good(host, "Remove-VM", Name=["web"], Force=True)
    assert avhdx(host) == []
    assert good(host, "Get-Item", LiteralPath=["D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx"])


def test_the_checkpoint_location_stays_while_there_are_checkpoints() -> None:
    """Behaviour 2.5."""
    host = world(WEB)
    good(host, "Set-VM", Name=["web"], SnapshotFileLocation="D:\\Snap")
    take(host, "a")
    assert run(host, "Set-VM", Name=["web"], SnapshotFileLocation="D:\\Other").errors[0].id == "OperationFailed"
