"""Disks that stay and change: growth, another slot, limits of operations; and what is refused because something is built on them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd
from hvplan.diff.digests import disk_declared, disk_section
from hvplan.model.devices import Disk, DriveSettings, Dvd, parse_slot
from hvplan.model.live import LiveCheckpoint, LiveHost
from hvplan.model.marker import digest
from hvplan.model.objects import Lifecycle
from hvplan.model.values import normal_path
from hvplan.plan.options import PlanOptions
from tests.plan.worlds import GIB, disk, drive, guid, host, lines, live_vm, mine, plan, refusals, vhd, vm

DATA, AVHDX = r"D:\VHDs\web01-data.vhdx", r"D:\VHDs\web01-data_0A0B0C0D-0000-0000-0000-000000000000.avhdx"
ME = f"Get-VM -Id '{guid(1)}' | "
GROW = rf"Resize-VHD -Path '{DATA}' -SizeBytes {20 * GIB} -Confirm:$false"


def at(slot: str, *, size: int = 10 * GIB, state: str = "Running", path: str = DATA, kind: str = "Dynamic", **more: Any) -> LiveHost:
    """A host with our machine and its one disk."""
    free = more.pop("free", {})
    others = more.pop("others", ())
    headers = more.pop("headers", ())
    live = live_vm(state=state, marker=more.pop("marker", mine()), disks=(drive(path, slot),), **more)
    return host(live, *others, vhds=(vhd(DATA, size, type=kind), *headers), free=free)


def wish(slot: str = "scsi 0:1", size: int = 20 * GIB, **more: Any) -> Any:
    """The machine with its disk declared."""
    return vm(disks=(disk("data", slot, size=size),), **more)


def test_growth_under_power_on_scsi_alone() -> None:
    """A VHDX on SCSI grows while the machine runs; on IDE it waits for the window, and for consent."""
    live = plan(at("scsi 0:1"), wish())
    assert lines(live)[0] == GROW
    assert live.consents == ()
    ide = plan(at("ide 0:0", generation=1, firmware=None), wish("ide 0:0", generation=1))
    assert [step.action for step in ide.steps] == ["mark", "stop", "resize", "start", "mark"]
    assert [consent.kind for consent in ide.consents] == ["restart"]


def test_what_is_built_on_a_disk_keeps_its_size() -> None:
    """Checkpoints, a hidden chain, children, another machine that has it: refused by name; a smaller size and a differencing disk too."""
    checkpoint = LiveCheckpoint(id=guid(50), name="before", kind="Standard")
    chain = (vhd(AVHDX, 10 * GIB, type="Differencing", parent=DATA),)
    child = (vhd(r"D:\VHDs\child.vhdx", 10 * GIB, type="Differencing", parent=DATA),)
    other = (live_vm("other", 2, disks=(drive(DATA, "scsi 0:0"),)),)
    for live, code in (
        (at("scsi 0:1", checkpoints=(checkpoint,)), "checkpoints"),
        (at("scsi 0:1", path=AVHDX, headers=chain), "checkpoints"),
        (at("scsi 0:1", headers=child), "disk-is-parent"),
        (at("scsi 0:1", others=other), "disk-attached"),
        (at("scsi 0:1", kind="Differencing"), "disk-size"),
        (at("scsi 0:1", size=40 * GIB), "disk-size"),
    ):
        document = plan(live, wish())
        assert refusals(document) == [("vm/web01/disks/data", code)]
        assert not any("Resize-VHD" in line for line in lines(document))


def test_a_fixed_disk_needs_room() -> None:
    """The new part of a fixed file is written at once; a dynamic one takes nothing yet."""
    assert refusals(plan(at("scsi 0:1", kind="Fixed", free={"d:": 9 * GIB}), wish())) == [("vm/web01/disks/data", "space")]
    assert refusals(plan(at("scsi 0:1", kind="Fixed", free={"d:": 10 * GIB}), wish())) == []
    assert refusals(plan(at("scsi 0:1", free={"d:": GIB}), wish())) == []


def test_a_file_that_grew_is_still_ours() -> None:
    """The mark proves which files hvplan made; it does so after a growth, and when the growth was left for later."""
    was, becomes = disk("data", "ide 0:0", size=10 * GIB), disk("data", "ide 0:0", size=20 * GIB)
    marker = mine(applied={disk_section("data"): digest(disk_declared(was))})
    live = at("ide 0:0", generation=1, firmware=None, marker=marker)
    wanted = vm(disks=(becomes,), generation=1)
    made = f"disk/data.{digest(disk_declared(becomes))}"
    assert made in lines(plan(live, wanted))[-1]
    media = at("ide 0:0", generation=1, firmware=None, marker=marker, dvds=(drive(r"D:\iso\tools.iso", "ide 1:0"),))
    eject = vm(disks=(becomes,), generation=1, dvds=(Dvd(key="cd", slot=parse_slot("ide 1:0"), iso=None),))
    later = plan(media, eject, options=PlanOptions(max_impact="online"))
    assert [step.action for step in later.steps] == ["set", "mark"]
    assert f"disk/data.{digest(disk_declared(was))}" in lines(later)[-1]  # as it stays until then
    assert made in lines(plan(replace(media, vms=(replace(media.vms[0], dvds=(drive("", "ide 1:0"),)),)), eject))[-1]


def test_another_slot_is_a_move_in_the_window() -> None:
    """The same file in another, free slot: one Set-VMHardDiskDrive while the machine is off, its file untouched; not while there are checkpoints."""
    document = plan(at("scsi 0:1"), wish("scsi 0:5", size=10 * GIB))
    assert [step.action for step in document.steps] == ["mark", "stop", "move", "start", "mark"]
    move = document.steps[2]
    assert move.powershell.endswith("| Set-VMHardDiskDrive -ToControllerType SCSI -ToControllerNumber 0 -ToControllerLocation 5 -Confirm:$false")
    assert [(e.path, e.value) for e in move.expect if e.path == "slot"] == [("slot", "scsi 0:1")]
    assert [(e.path, e.value) for e in move.verify] == [("slot", "scsi 0:5")]
    checkpoint = LiveCheckpoint(id=guid(50), name="before", kind="Standard")
    assert refusals(plan(at("scsi 0:1", checkpoints=(checkpoint,)), wish("scsi 0:5", size=10 * GIB))) == [("vm/web01/disks/data", "checkpoints")]


OS = r"D:\VHDs\web01-os.vhdx"


def two(*others: Any) -> LiveHost:
    """Our machine, off, with two disks: os in scsi 0:0, data in scsi 0:1."""
    live = live_vm(state="Off", marker=mine(), disks=(drive(OS, "scsi 0:0"), drive(DATA, "scsi 0:1")))
    nowhere = (r"D:\VHDs\web01-new.vhdx", r"D:\VHDs\web01-new.hvplan.vhdx", r"E:\os.vhdx", r"E:\os.hvplan.vhdx", r"E:\os.hvplan-move.vhdx")
    return host(live, *others, vhds=(vhd(OS), vhd(DATA)), missing=nowhere)


def test_a_disk_takes_the_slot_that_another_one_leaves() -> None:
    """The one that leaves goes first, in whatever order they are declared; in a circle nobody leaves first, and both are refused."""
    chain = plan(two(), vm(disks=(disk("os", "scsi 0:1"), disk("data", "scsi 0:7"))))
    assert [(step.address, step.action) for step in chain.steps[:2]] == [("vm/web01/disks/data", "move"), ("vm/web01/disks/os", "move")]
    assert chain.steps[0].id in chain.steps[1].needs
    circle = vm(disks=(disk("os", "scsi 0:1"), disk("data", "scsi 0:0")))
    assert refusals(plan(two(), circle)) == [("vm/web01/disks/data", "slot-occupied"), ("vm/web01/disks/os", "slot-occupied")]


def test_a_slot_that_stays_taken_is_given_to_nobody() -> None:
    """Where the disk that should leave is refused and left out, a disk that comes to its slot, a new one or an old, is left out with it."""
    other = live_vm("other", 2, disks=(drive(DATA, "scsi 0:0"),))
    leaving = disk("data", "scsi 0:7")
    for comes in (disk("os", "scsi 0:1"), disk("new", "scsi 0:1", size=GIB)):
        document = plan(two(other), vm(disks=(leaving, comes)), options=PlanOptions(skip_refused=True))
        assert lines(document) == []
        assert [one.address for one in document.deferred] == ["vm/web01/disks/data", f"vm/web01/disks/{comes.key}"]
        assert document.deferred[1].why == "slot scsi 0:1 stays with vm/web01/disks/data, because that change was refused."


def test_a_drive_is_one_disk() -> None:
    """What sits in the slot of one declared disk is not found again by its path for another one, that stays or goes."""
    renamed = disk("os", path=r"E:\os.vhdx")
    for other in (disk("two", None, path=OS), replace(disk("two", None, path=OS), absent=True)):
        assert refusals(plan(two(), vm(disks=(renamed, other)))) == [("vm/web01/disks/two", "slot-occupied")]
    going = replace(disk("os"), absent=True)
    assert refusals(plan(two(), vm(disks=(going, disk("two", None, path=OS))))) == [("vm/web01/disks/two", "slot-occupied")]


def test_operations_are_one_call() -> None:
    """Both limits travel together, live, on the very drive; what is in sync is left alone."""
    live = at("scsi 0:1", size=20 * GIB)
    (machine,) = live.vms
    assert machine.disks[0].settings == DriveSettings()
    wanted = replace(disk("data", "scsi 0:1", size=20 * GIB), settings=DriveSettings(minimum_iops=100, maximum_iops=500))
    first = lines(plan(live, vm(disks=(wanted,))))[0]
    half = replace(wanted, settings=DriveSettings(minimum_iops=100))
    drives = (replace(machine.disks[0], settings=DriveSettings(minimum_iops=0, maximum_iops=50)),)
    kept = replace(live, vms=(replace(machine, disks=drives),))
    assert refusals(plan(kept, vm(disks=(half,)))) == [("vm/web01/disks/data", "qos-order")]
    assert first.startswith(ME)
    assert first.endswith("| Set-VMHardDiskDrive -MinimumIOPS 100 -MaximumIOPS 500 -Confirm:$false")


def test_a_resize_names_its_file() -> None:
    """Without a path, or with a pattern for one, it cannot be said."""
    with pytest.raises(build.InvalidInvocation):
        build.write(Cmd("Resize-VHD", {"SizeBytes": GIB}))
    with pytest.raises(build.InvalidInvocation):
        build.write(Cmd("Resize-VHD", {"Path": r"D:\*.vhdx", "SizeBytes": GIB}))
    assert normal_path(DATA) == normal_path(DATA.upper())


def test_a_slot_alone_says_which_disk_is_meant() -> None:
    """What is not written is not managed: a disk may be declared by its slot, keeps its file, and its limits change; the mark proves no file by it."""
    limits = Disk(key="data", slot=parse_slot("scsi 0:1"), settings=DriveSettings(maximum_iops=500))
    document = plan(at("scsi 0:1"), vm(disks=(limits,), lifecycle=Lifecycle(exclusive=("disks",))))
    assert [(step.action, step.address) for step in document.steps] == [("set", "vm/web01/disks/data"), ("mark", "vm/web01")]
    assert "disk/data" not in document.steps[-1].powershell
    assert document.unmanaged == ()
    nowhere = plan(at("scsi 0:0"), vm(disks=(limits,)))
    assert refusals(nowhere) == [("vm/web01/disks/data", "incomplete")]
    assert nowhere.steps == ()
