"""What a host refuses although it would be easy to let it pass; each with the fact it rests on. A refused call changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import GIB, HOST, NOW, good, new_vm, refused, run, vm, world

ONE, TWO, BASE, CHILD = "D:\\VHDs\\one.vhdx", "D:\\VHDs\\two.vhdx", "D:\\golden\\base.vhdx", "D:\\VHDs\\child.vhdx"


def unchanged(host: SimulatedWorld, command: str, **bound: Any) -> tuple[str, str]:
    """Id and category of the refusal of a call that has to leave everything as it was."""
    before = host.dump_text()
    error = refused(host, command, **bound)
    assert host.dump_text() == before, "a refused call changed something"
    return error


def with_disk(bus: str, state: str, path: str = ONE) -> SimulatedWorld:
    """A machine with one disk."""
    generation = 1 if bus == "ide" else 2
    return world(f"  - {{name: web, generation: {generation}, state: {state}, devices: {{disks: [{{slot: {bus} 0:0, path: '{path}'}}]}}}}")


@pytest.mark.parametrize("bus", ["ide", "scsi"])
def test_a_disk_of_a_saved_machine_keeps_its_size(bus: str) -> None:
    """Saved is not Off: refused on IDE, doubtful on SCSI (behaviour 2.3)."""
    assert unchanged(with_disk(bus, "Saved"), "Resize-VHD", Path=[ONE], SizeBytes=60 * GIB)[0] == "OperationFailed"
    good(with_disk(bus, "Off"), "Resize-VHD", Path=[ONE], SizeBytes=60 * GIB)


@pytest.mark.parametrize("state", ["Saved", "Running", "Paused"])
def test_the_chain_of_a_machine_that_is_not_off_is_not_merged(state: str) -> None:
    """Merge-VHD: off, the chain not in use (behaviour 2.3)."""
    host = world()
    good(host, "New-VHD", Path=[CHILD], ParentPath=BASE, Differencing=True)
    made = new_vm(host, VHDPath=CHILD)
    good(host, "Start-VM", VM=[made])
    if state != "Running":
        good(host, {"Saved": "Save-VM", "Paused": "Suspend-VM"}[state], VM=[made])
    assert unchanged(host, "Merge-VHD", Path=CHILD, Force=True)[0] == "OperationFailed"


@pytest.mark.parametrize("state", ["Off", "Saved", "Running"])
def test_the_sector_size_of_an_attached_disk_stays(state: str) -> None:
    """Set-VHD of the sector size: unattached only (behaviour 2.3)."""
    host = with_disk("scsi", state)
    before = host.dump_text()
    answer = run(host, "Set-VHD", "PhysicalSectorSize", Path=ONE, PhysicalSectorSizeBytes=512)
    assert [error.id for error in answer.errors] == ["OperationFailed"]
    assert host.dump_text() == before


def test_a_disk_whose_parent_is_gone_is_not_attached_to_a_running_machine() -> None:
    """A running machine opens it at once: 0x80070002 (behaviour 5.3, 7-18); one that is off takes it and then does not start."""
    host = world()
    good(host, "New-VHD", Path=[CHILD], ParentPath=BASE, Differencing=True)
    good(host, "Remove-Item", LiteralPath=[BASE])
    made = new_vm(host)
    good(host, "Start-VM", VM=[made])
    assert unchanged(host, "Add-VMHardDiskDrive", VM=[made], Path=CHILD)[0] == "OperationFailed"
    good(host, "Stop-VM", VM=[made], TurnOff=True)
    good(host, "Add-VMHardDiskDrive", VM=[made], Path=CHILD)
    assert unchanged(host, "Start-VM", VM=[made])[0] == "OperationFailed"


def test_a_clone_is_not_attached_while_somebody_writes_to_its_parent() -> None:
    """Differencing clones of one parent fail while the parent is open for writing (behaviour 9)."""
    host = world()
    good(host, "New-VHD", Path=[CHILD], ParentPath=BASE, Differencing=True)
    writer = new_vm(host, "writer")
    reader = new_vm(host, "reader")
    good(host, "Start-VM", VM=[reader])
    state = vm(host, "writer")
    good(host, "Remove-Item", LiteralPath=[CHILD])
    good(host, "Add-VMHardDiskDrive", VM=[writer], Path=BASE)
    good(host, "New-VHD", Path=[CHILD], ParentPath=BASE, Differencing=True)
    good(host, "Start-VM", VM=[state])
    assert unchanged(host, "Add-VMHardDiskDrive", VM=[reader], Path=CHILD)[0] == "OperationFailed"


def test_a_shared_disk_stands_on_scsi() -> None:
    """Shared disks are guest-cluster disks, which are SCSI disks (behaviour 2.3)."""
    host = world()
    made = new_vm(host, generation=1)
    bound = {"VM": [made], "Path": ONE, "ControllerType": "IDE", "SupportPersistentReservations": True}
    assert unchanged(host, "Add-VMHardDiskDrive", **bound)[0] == "InvalidParameter"


def test_a_checkpoint_needs_its_disks_and_room_for_theirs() -> None:
    """A disk that is not there, a chain that is broken, a volume that is full (behaviour 4)."""
    host = with_disk("scsi", "Off")
    good(host, "Remove-Item", LiteralPath=[ONE])
    assert unchanged(host, "Checkpoint-VM", Name=["web"])[0] == "OperationFailed"
    text = HOST.format(release="2025", culture="en-US").replace("free: 1500GiB", "free: 1MiB")
    machine = f"vms:\n  - {{name: web, generation: 2, devices: {{disks: [{{slot: scsi 0:0, path: '{ONE}'}}]}}}}\n"
    full = SimulatedWorld.from_text(text + machine, clock=VirtualClock(NOW))
    assert unchanged(full, "Checkpoint-VM", Name=["web"])[0] == "OperationFailed"


@pytest.mark.parametrize("command", ["Remove-VMSnapshot", "Restore-VMSnapshot"])
def test_a_checkpoint_with_a_broken_chain_is_neither_deleted_nor_applied(command: str) -> None:
    """`Cannot delete checkpoint: The system cannot find the file specified. (0x80070002).` (behaviour 7-36)."""
    host = with_disk("scsi", "Off")
    (taken,) = good(host, "Checkpoint-VM", Name=["web"], Passthru=True)
    good(host, "Remove-Item", LiteralPath=[ONE])
    assert unchanged(host, command, VMSnapshot=[taken])[0] == "OperationFailed"


@pytest.mark.parametrize("parameter", ["SnapshotFileLocation", "SmartPagingFilePath"])
def test_the_root_of_a_drive_is_no_place_for_files_of_a_machine(parameter: str) -> None:
    """Not in the root of a drive (behaviour 3.2)."""
    host = world()
    new_vm(host)
    assert unchanged(host, "Set-VM", Name=["web"], **{parameter: "D:\\"})[0] == "OperationFailed"


def test_a_refused_call_makes_no_folder() -> None:
    """One illegal property poisons the legal ones of the same call (behaviour 2.1 D), folders included."""
    host = world()
    good(host, "Start-VM", VM=[new_vm(host)])
    assert unchanged(host, "Set-VM", Name=["web"], SnapshotFileLocation="D:\\Elsewhere", ProcessorCount=4)[0] == "InvalidState"


@pytest.mark.parametrize("file_system", ["FAT32", "exFAT"])
def test_a_volume_of_another_file_system_holds_no_disks_and_no_machines(file_system: str) -> None:
    """FAT and exFAT are refused: 0x80070299 (behaviour 3.2, 7-38)."""
    text = HOST.format(release="2025", culture="en-US").replace("volumes: [", f"volumes: [{{path: 'E:\\', size: 30GiB, fileSystem: {file_system}}}, ")
    host = SimulatedWorld.from_text(text, clock=VirtualClock(NOW))
    assert unchanged(host, "New-VHD", Path=["E:\\a.vhdx"], SizeBytes=GIB)[0] == "OperationFailed"
    assert unchanged(host, "New-VM", Name="web", Path="E:\\VMs", MemoryStartupBytes=GIB)[0] == "OperationFailed"


@pytest.mark.parametrize(
    ("command", "bound"),
    [
        ("Stop-VM", {"Name": ["web"], "TurnOff": True, "Save": True}),
        ("Set-VMNetworkAdapter", {"VMName": "web", "StaticMacAddress": "00155D000001", "DynamicMacAddress": True}),
        ("Add-VMNetworkAdapter", {"VMName": ["web"], "StaticMacAddress": "00155D000001", "DynamicMacAddress": True}),
        ("Set-VMBios", {"VMName": ["old"], "EnableNumLock": True, "DisableNumLock": True}),
        ("New-VHD", {"Path": ["D:\\x.vhdx"], "SizeBytes": GIB, "Fixed": True, "Dynamic": True}),
        ("New-VHD", {"Path": ["D:\\x.vhdx"], "SizeBytes": GIB, "Differencing": True}),
        ("New-VMSwitch", {"Name": "s", "SwitchType": "Internal", "EnableEmbeddedTeaming": True}),
        ("New-VMSwitch", {"Name": "s", "SwitchType": "Internal", "EnableIov": True}),
        ("Set-VMNetworkAdapterVlan", {"VMName": ["web"], "Access": True, "VlanId": 5, "AllowedVlanIdList": "1-5"}),
        ("Set-VMNetworkAdapterVlan", {"VMName": ["web"], "Untagged": True, "VlanId": 5}),
    ],
)
def test_what_contradicts_itself_is_refused(command: str, bound: dict[str, Any]) -> None:
    """The binder lets these pass (cmdlets.md: VLAN modes have no sets); acting on one half of them would drop the other."""
    host = world()
    good(host, "Start-VM", VM=[new_vm(host)])
    good(host, "Stop-VM", Name=["web"], TurnOff=True)
    new_vm(host, "old", generation=1)
    if command == "Stop-VM":
        good(host, "Start-VM", Name=["web"])
    assert unchanged(host, command, **bound) == ("InvalidParameter", "InvalidArgument")


def test_a_machine_in_trouble_is_only_turned_off() -> None:
    """Degraded or critical: only turn off and delete (behaviour 5.2)."""
    host = world("  - {name: web, state: RunningCritical}")
    for bound in ({}, {"Force": True}, {"Save": True}):
        assert unchanged(host, "Stop-VM", Name=["web"], **bound) == ("InvalidState", "InvalidOperation")
    good(host, "Stop-VM", Name=["web"], TurnOff=True)
    good(host, "Remove-VM", Name=["web"], Force=True)


def test_only_a_running_machine_restarts() -> None:
    """Running alone stands in the table of transitions (behaviour 5.2)."""
    host = world("  - {name: web, state: Paused}")
    assert unchanged(host, "Restart-VM", Name=["web"], Force=True) == ("InvalidState", "InvalidOperation")


def test_a_machine_does_not_start_without_its_floppy() -> None:
    """Every medium has to be there (behaviour 5.3)."""
    host = world("  - {name: old, generation: 1}")
    host.state.put_file(host.state.files[next(iter(host.state.files))].__class__(path="D:\\iso\\boot.vfd", size=1))
    good(host, "Set-VMFloppyDiskDrive", VMName=["old"], Path="D:\\iso\\boot.vfd")
    good(host, "Remove-Item", LiteralPath=["D:\\iso\\boot.vfd"])
    assert unchanged(host, "Start-VM", Name=["old"])[0] == "OperationFailed"


def test_memory_of_a_running_machine_of_an_old_version_stays() -> None:
    """Resizing static memory while running: configuration 6.2 and later (behaviour 1.3, 2.2)."""
    host = world("  - {name: web, version: '5.0', state: Running, memory: {startup: 1GiB}}", release="2019")
    assert unchanged(host, "Set-VMMemory", VMName=["web"], StartupBytes=2 * GIB) == ("InvalidState", "InvalidOperation")


def test_a_pattern_without_a_meaning_is_the_path_it_escapes() -> None:
    """`-Path` is a pattern: what is escaped in it is meant as it stands (behaviour 8)."""
    host = world()
    good(host, "New-Item", Path=["D:\\VHDs\\a[1]"], ItemType="Directory")
    assert good(host, "Get-Item", Path=["D:\\VHDs\\a`[1`]"])[0].props["FullName"] == "D:\\VHDs\\a[1]"


def test_what_a_boot_device_would_bring_along_is_not_guessed() -> None:
    """New-VM -BootDevice CD: Generation 1 has a DVD drive, Generation 2 has none (behaviour 6)."""
    host = world()
    assert unchanged(host, "New-VM", Name="web", Generation=2, BootDevice="CD")[0] == "NotSimulated"
    good(host, "New-VM", Name="old", Generation=1, BootDevice="CD")
