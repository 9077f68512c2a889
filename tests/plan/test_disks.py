"""Disks: files made under a name of their own, slots that are free, and everything that is refused instead of risked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hvplan.diff.digests import disk_declared
from hvplan.document.plan import PlanDocument
from hvplan.live.wanted import wanted_of
from hvplan.model.devices import Disk, parse_slot
from hvplan.model.live import LiveCheckpoint, LiveFile, LiveHost
from hvplan.model.marker import digest
from hvplan.model.objects import Desired, Lifecycle, VirtualDisk
from hvplan.model.parts import Processor
from hvplan.model.values import Unknown, normal_path
from hvplan.plan.make import PlanOptions
from tests.plan.worlds import GIB, HOST, disk, drive, guid, host, lines, live_vm, mine, plan, refusals, vhd, vm
from tests.plan.worlds import processor as live_processor

DATA, TEMP, GOLDEN = r"D:\VHDs\web01-data.vhdx", r"D:\VHDs\web01-data.hvplan.vhdx", r"D:\golden\ubuntu.vhdx"
ME = f"Get-VM -Id '{guid(1)}' | "


def running(*drives: Any, **more: Any) -> Any:
    """Our running machine with those drives."""
    return live_vm(state="Running", marker=more.pop("marker", mine()), disks=tuple(drives), **more)


def codes(live: LiveHost, *disks: Disk, **more: Any) -> list[str]:
    """Codes of what is refused for those disks of a running machine."""
    return [code for _, code in refusals(plan(live, vm(disks=disks, **more)))]


def test_a_new_disk_of_a_running_machine() -> None:
    """The mark announces it, the file is made under its own name, renamed, attached: all while the machine runs."""
    document = plan(host(running(), missing=(DATA, TEMP)), vm(disks=(disk("data", "scsi 0:1", size=10 * GIB),)))
    assert [step.action for step in document.steps] == ["create", "mark", "rename", "add", "mark"]
    create, mark, rename, add, _ = document.steps
    assert create.powershell == rf"New-VHD -Path '{TEMP}' -SizeBytes 10737418240 -Dynamic -Confirm:$false"
    assert "disk/data." in mark.powershell
    assert rename.powershell == rf"Rename-Item -LiteralPath '{TEMP}' -NewName 'web01-data.vhdx' -Confirm:$false"
    assert set(rename.needs) == {create.id, mark.id}
    assert add.powershell == ME + rf"Add-VMHardDiskDrive -ControllerType SCSI -ControllerNumber 0 -ControllerLocation 1 -Path '{DATA}' -Confirm:$false"
    assert document.consents == ()


def test_a_leftover_of_exactly_that_name_goes_first() -> None:
    """A leftover that nobody uses is removed by its exact path; one that is in use is refused."""
    files = {normal_path(TEMP): LiveFile(path=TEMP, folder=False, size=4)}
    wanted = vm(disks=(disk("data", "scsi 0:1", size=10 * GIB),))
    document = plan(host(running(), missing=(DATA,), files=files), wanted)
    assert lines(document)[0] == f"Remove-Item -LiteralPath '{TEMP}' -Confirm:$false"
    assert document.steps[0].id in document.steps[1].needs or document.steps[0].id in document.steps[2].needs
    used = host(running(), live_vm("other", 2, disks=(drive(TEMP),)), missing=(DATA,), files=files)
    assert refusals(plan(used, wanted)) == [("vm/web01/disks/data", "leftover-in-use")]


def test_copies_and_children() -> None:
    """A source is copied, a parent gets a differencing child; both must be there and in use by nobody."""
    golden = vhd(GOLDEN, 20 * GIB, file_size=GIB)
    copied = plan(host(running(), vhds=(golden,), missing=(DATA, TEMP)), vm(disks=(disk("data", "scsi 0:1", source="u", source_path=GOLDEN),)))
    assert f"Copy-Item -LiteralPath '{GOLDEN}' -Destination '{TEMP}' -Confirm:$false" in lines(copied)
    child = plan(host(running(), vhds=(golden,), missing=(DATA, TEMP)), vm(disks=(disk("data", "scsi 0:1", parent="u", parent_path=GOLDEN),)))
    assert f"New-VHD -Path '{TEMP}' -ParentPath '{GOLDEN}' -Differencing -Confirm:$false" in lines(child)


@pytest.mark.parametrize(
    ("code", "live", "more"),
    [
        ("parent-missing", {"missing": (DATA, TEMP, GOLDEN)}, {"parent": "u", "parent_path": GOLDEN}),
        ("source-missing", {"missing": (DATA, TEMP, GOLDEN)}, {"source": "u", "source_path": GOLDEN}),
        ("unknown", {"missing": (DATA, TEMP), "headers": {normal_path(GOLDEN): Unknown("locked")}}, {"parent": "u", "parent_path": GOLDEN}),
        ("disk-size", {"missing": (DATA, TEMP), "vhds": (vhd(GOLDEN, 2 * GIB),)}, {"source": "u", "source_path": GOLDEN, "size": GIB}),
        ("disk-size", {"missing": (DATA, TEMP)}, {}),
        ("disk-size", {"missing": (DATA, TEMP)}, {"size": 5_000_000}),
        ("space", {"missing": (DATA, TEMP), "free": {"d:": GIB}}, {"size": 2 * GIB, "type": "Fixed"}),
        ("file-in-the-way", {"vhds": (vhd(DATA),)}, {"size": 60 * GIB}),
        ("file-differs", {"vhds": (vhd(DATA, GIB),)}, {"size": 60 * GIB, "existing": "Adopt"}),
        ("file-in-use", {"vhds": (vhd(DATA, attached=True),)}, {"size": 60 * GIB, "existing": "Adopt"}),
        ("unknown", {}, {"size": GIB}),
    ],
)
def test_what_is_refused(code: str, live: dict[str, Any], more: dict[str, Any]) -> None:
    """Whatever would fail or overwrite something is refused at plan time, and nothing is planned."""
    document = plan(host(running(), **live), vm(disks=(disk("data", "scsi 0:1", **more),)))
    assert refusals(document) == [("vm/web01/disks/data", code)]
    assert document.steps == ()


def test_a_share_is_there_or_nothing_is_made_on_it() -> None:
    """Folders are made, a share is not: for a new disk and for one that moves there; the host is asked for it."""
    share, folder, path = r"\\srv\disks", r"\\srv\disks\lab", r"\\srv\disks\lab\web01-data.vhdx"
    beside = [path.replace(".vhdx", f".{word}.vhdx") for word in ("hvplan", "hvplan-move")]
    there = {normal_path(share): LiveFile(path=share, folder=True, size=0)}
    new = vm(disks=(disk("data", "scsi 0:1", path=path, size=GIB),))
    moved = vm(disks=(disk("data", "scsi 0:0", path=path, size=GIB),))
    assert share in wanted_of(Desired(hosts=(HOST,), vms=(new,))).files
    for wish in (new, moved):
        missing = (path, folder, *beside)
        drives = running(drive(DATA)) if wish is moved else running()
        lost = host(drives, vhds=(vhd(DATA, GIB),), missing=(*missing, share))
        assert refusals(plan(lost, wish)) == [("vm/web01/disks/data", "share-missing")]
        made = plan(host(drives, vhds=(vhd(DATA, GIB),), missing=missing, files=there), wish)
        assert refusals(made) == []
        assert r"New-Item -ItemType Directory -Path '\\srv\disks\' -Name 'lab' -Confirm:$false" in lines(made)


def test_room_for_all_of_them() -> None:
    """Each of two copies fits on the volume, both do not: the second is refused."""
    live = host(running(), vhds=(vhd(GOLDEN, file_size=3 * GIB),), missing=(DATA, TEMP, r"D:\VHDs\web01-x.vhdx"), free={"d:": 4 * GIB})
    copies = tuple(disk(key, slot, source="u", source_path=GOLDEN) for key, slot in (("data", "scsi 0:1"), ("x", "scsi 0:2")))
    document = plan(live, vm(disks=copies))
    assert refusals(document) == [("vm/web01/disks/x", "space")]
    assert [step.address for step in document.steps if step.action == "copy"] == ["vm/web01/disks/data"]


def test_parents_and_attached_files_are_never_attached() -> None:
    """The parent of another disk, and a file that another machine has, are refused (a peer attached the parent)."""
    child = vhd(r"D:\VHDs\child.vhdx", type="Differencing", parent=DATA)
    adopted = disk("data", "scsi 0:1", existing="Adopt")
    assert codes(host(running(), vhds=(vhd(DATA), child)), adopted) == ["disk-is-parent"]
    assert codes(host(running(), live_vm("other", 2, disks=(drive(DATA),)), vhds=(vhd(DATA),)), adopted) == ["disk-attached"]
    snapped = live_vm("other", 2, disks=(drive(rf"D:\VHDs\web01-data_{guid(5)}.avhdx"),))
    assert codes(host(running(), snapped, vhds=(vhd(DATA),)), adopted) == ["disk-attached"], "a checkpoint of it is attached elsewhere"
    golden = host(running(), live_vm("other", 2, disks=(drive(GOLDEN),)), vhds=(vhd(GOLDEN),), missing=(DATA, TEMP))
    assert codes(golden, disk("data", "scsi 0:1", parent="u", parent_path=GOLDEN)) == ["parent-attached"]


def test_an_existing_file_is_adopted_where_that_is_asked() -> None:
    """`existing: Adopt` attaches a file that agrees, and makes nothing."""
    document = plan(host(running(), vhds=(vhd(DATA),)), vm(disks=(disk("data", "scsi 0:1", size=60 * GIB, existing="Adopt"),)))
    assert [step.action for step in document.steps] == ["add", "mark"]
    assert document.resource_changes[1].verbs == ("attach",)


def test_a_finished_file_of_a_killed_run_is_attached() -> None:
    """The mark announced the file, so the next run attaches it instead of finding it in the way; so it does after a detach by hand."""
    wanted = vm(disks=(disk("data", "scsi 0:1", size=60 * GIB),))
    announced = plan(host(running(), missing=(DATA, TEMP)), wanted).steps[1]
    notes = announced.invocation[1]["parameters"]["Notes"]
    document = plan(host(replace(running(), notes=notes), vhds=(vhd(DATA),)), wanted)
    assert [step.action for step in document.steps] == ["add", "mark"]


def test_slots() -> None:
    """A disk without a slot gets the lowest free one on SCSI, behind drives and declared slots; DVD drives hold theirs."""
    live = running(drive(r"D:\VHDs\web01-os.vhdx"), dvds=(drive("", "scsi 0:1"),))
    wanted = vm(disks=(disk("os", size=60 * GIB), disk("x", "scsi 0:2", size=GIB), disk("data", None, size=GIB)))
    missing = (DATA, TEMP, r"D:\VHDs\web01-x.vhdx")
    document = plan(host(live, vhds=(vhd(r"D:\VHDs\web01-os.vhdx"),), missing=missing), wanted)
    slots = {c.address: (c.after or {})["slot"] for c in document.resource_changes if "/disks/" in c.address}
    assert slots == {"vm/web01/disks/os": "scsi 0:0", "vm/web01/disks/x": "scsi 0:2", "vm/web01/disks/data": "scsi 0:3"}
    assert codes(host(live, missing=(DATA,)), disk("data", "scsi 0:1", size=GIB)) == ["slot-occupied"]
    assert codes(host(live, missing=(DATA,)), disk("data", "ide 0:1", size=GIB)) == ["slot-kind"]


def test_another_controller_needs_the_machine_off() -> None:
    """A slot on a controller that is not there implies it; controllers are added while the machine is off, before their disks."""
    document = plan(host(running(), missing=(DATA, TEMP)), vm(disks=(disk("data", "scsi 2:0", size=GIB),), state="Running"))
    words = [line.removeprefix(ME).split(" ")[0] for line in lines(document)]
    assert words == ["New-VHD", "Set-VM", "Rename-Item", "Stop-VM", "Add-VMScsiController", "Add-VMScsiController", "Add-VMHardDiskDrive", "Start-VM", "Set-VM"]
    assert "ControllerNumber 2" in lines(document)[6]


def test_behind_a_checkpoint_the_base_counts() -> None:
    """A checkpoint turns the attached path into an AVHDX; its base is what was declared (a peer attached the parent)."""
    base, top = r"D:\VHDs\web01-os.vhdx", r"D:\VHDs\web01-os_1.avhdx"
    chain = (vhd(base), vhd(top, parent=base, type="Differencing"))
    live = host(running(drive(top), checkpoints=(LiveCheckpoint(id="c", name="before", kind="Standard"),)), vhds=chain)
    assert plan(live, vm(disks=(disk(size=60 * GIB),))).steps == ()
    assert plan(live, vm(disks=(disk(slot=None, size=60 * GIB),))).steps == ()
    gone = Disk(key="os", slot=parse_slot("scsi 0:0"), absent=True)
    assert codes(live, gone) == ["checkpoints"]


def test_a_chain_that_cannot_be_read_is_no_difference() -> None:
    """An unreadable chain refuses the disk it belongs to; it never reads as another file."""
    live = host(running(drive(r"D:\VHDs\web01-os_1.avhdx")), vhds=(), missing=(r"D:\VHDs\web01-os.vhdx",))
    document = plan(live, vm(disks=(disk(size=60 * GIB),)))
    assert (refusals(document), document.steps) == ([("vm/web01/disks/os", "unknown")], ())


def test_differences_that_this_version_does_not_make() -> None:
    """A smaller size, other sectors: said, refused, not done."""
    os = r"D:\VHDs\web01-os.vhdx"
    live = host(running(drive(os)), vhds=(vhd(os, physical_sector=4096, logical_sector=512),), missing=(DATA,))
    assert codes(live, disk("os", path=DATA, size=GIB)) == ["disk-size"]
    assert codes(live, disk("os", size=50 * GIB)) == ["disk-size"]
    assert codes(live, disk("os", logical_sector=4096)) == ["disk-logicalsector"]
    assert codes(live, disk("os", physical_sector=512)) == ["disk-physicalsector"]


def test_detaching() -> None:
    """`absent: true` detaches, online on SCSI, in the window on IDE; the file stays; a wrong path is not detached."""
    absent = Disk(key="data", slot=parse_slot("scsi 0:1"), absent=True)
    document = plan(host(running(drive(DATA, "scsi 0:1")), vhds=(vhd(DATA),)), vm(disks=(absent,)))
    assert lines(document)[0] == ME + "Get-VMHardDiskDrive | Where-Object -Property 'Id' -EQ -Value 'drive scsi 0:1' | Remove-VMHardDiskDrive -Confirm:$false"
    assert not any("Remove-Item" in line for line in lines(document))
    assert plan(host(running(), vhds=()), vm(disks=(absent,))).steps == ()
    other = disk("data", "scsi 0:1", path=r"D:\other.vhdx")
    assert codes(host(running(drive(DATA, "scsi 0:1")), vhds=(vhd(DATA),)), Disk(key="data", slot=other.slot, vhd=other.vhd, absent=True)) == ["disk-path"]


def test_undeclared_disks_are_listed_and_left() -> None:
    """What nobody declared stays where it is, unless `exclusive` says otherwise."""
    live = host(running(drive(DATA, "scsi 0:9")), vhds=(vhd(DATA),))
    document = plan(live, vm())
    assert (document.steps, [u.address for u in document.unmanaged]) == ((), ["vm/web01/disks/scsi 0:9"])
    exclusive = plan(live, vm(lifecycle=Lifecycle(exclusive=("disks",))))
    assert [step.action for step in exclusive.steps] == ["remove", "mark"]


def test_a_named_disk_must_be_there() -> None:
    """`disk: NAME` attaches the file of a VirtualDisk, which must stand there."""
    named = Disk(key="data", slot=parse_slot("scsi 0:1"), disk="shared", disk_path=DATA)
    document = VirtualDisk(name="shared", host="hv01", path=DATA)
    assert [s.action for s in plan(host(running(), vhds=(vhd(DATA),)), vm(disks=(named,)), document).steps] == ["add", "mark"]
    assert refusals(plan(host(running(), missing=(DATA,)), vm(disks=(named,)), document)) == [
        ("disk/shared", "reference-missing"),
        ("vm/web01/disks/data", "disk-missing"),
    ]


def _causes(document: PlanDocument) -> list[tuple[str, str]]:
    return [(field.path, field.cause) for change in document.resource_changes for field in change.fields]


def test_the_cause_of_a_disk_that_stood_there_before() -> None:
    """Its digest is one of a file that hvplan did not make, which no host tells: an edited file is an edited file all the same."""
    path = r"D:\VHDs\web01-os.vhdx"
    was = digest({**disk_declared(disk(size=60 * GIB)), "existing": "Adopt"})
    there = live_vm(marker=mine(applied={"disk/os": was}), disks=(drive(path),))
    assert _causes(plan(host(there, vhds=(vhd(path),)), vm(disks=(disk(size=80 * GIB),)))) == [("vhd.size", "pending")]
    assert _causes(plan(host(there, vhds=(vhd(path, size=40 * GIB),)), vm(disks=(disk(size=60 * GIB),)))) == [("vhd.size", "drift")]
    assert _causes(plan(host(there, vhds=(vhd(path, size=40 * GIB),)), vm(disks=(disk(size=80 * GIB),)))) == [("vhd.size", "both")]


def test_what_is_left_for_later_is_pending_then() -> None:
    """A size that this run may not change stays in the mark as it is, so that the next run does not take it for somebody's work on the host."""
    path = r"D:\VHDs\web01-os.vhd"
    there = live_vm(marker=mine(), disks=(drive(path),), state="Running")
    wanted = vm(disks=(disk(path=path, size=80 * GIB),), processor=Processor(weight=200))
    document = plan(host(there, vhds=(vhd(path),)), wanted, options=PlanOptions(max_impact="online"))
    (line,) = [step.verify[-1].value for step in document.steps if step.action == "mark"]
    again = replace(there, notes=str(line), processor=live_processor(weight=200))
    assert _causes(plan(host(again, vhds=(vhd(path),)), wanted)) == [("vhd.size", "pending")]


def test_a_controller_for_a_new_drive_is_asked_for_by_the_file() -> None:
    """Nobody took it from the host."""
    there = live_vm(marker=mine(applied={"mem": "000000"}))
    new = disk("data", "scsi 1:0", size=GIB)
    document = plan(host(there, missing=(r"D:\VHDs\web01-data.vhdx", r"D:\VHDs\web01-data.hvplan.vhdx")), vm(disks=(new,)))
    assert ("devices.scsiControllers", "pending") in _causes(document)
