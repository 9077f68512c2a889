"""`ensure: Absent`: what this stack created goes, what it adopted is released, nothing else is touched."""

from __future__ import annotations

from typing import Any

from hvplan.diff.digests import disk_declared
from hvplan.model.devices import Disk
from hvplan.model.live import LiveCheckpoint
from hvplan.model.marker import digest
from hvplan.model.objects import Ensure, Lifecycle, Policy, Stack
from hvplan.model.values import Unknown
from hvplan.plan.options import PlanOptions
from tests.plan.worlds import GIB, disk, drive, guid, host, lines, live_adapter, live_switch, live_vm, mine, plan, printed, refusals, switch, vhd, vm

OS = r"D:\VHDs\web01-os.vhdx"
TWO = PlanOptions(max_deletes=2)
FILES = PlanOptions(max_deletes=2, delete_disks=("web01",))
ME = f"Get-VM -Id '{guid(1)}' | "
MADE = {"disk/os": digest({"path": OS.lower(), "slot": "scsi 0:0", "size": 60 * GIB})}


def gone(**more: Any) -> Any:
    """The machine, declared absent."""
    return vm(ensure=Ensure.ABSENT, **more)


def test_a_machine_is_stopped_and_removed() -> None:
    """One stop, with consent, then the machine; its files stay."""
    document = plan(host(live_vm(state="Running", marker=mine(), disks=(drive(OS),)), vhds=(vhd(OS),)), gone(), options=TWO)
    assert printed(document) == [f"s1 () {ME}Stop-VM -Confirm:$false", f"s2 (s1) {ME}Remove-VM -Force -Confirm:$false"]
    assert [c.kind for c in document.consents] == ["restart"]
    assert [(c.address, c.actions, c.impact) for c in document.resource_changes] == [("vm/web01", ("delete",), "data")]


def test_gone_is_gone() -> None:
    """Absent and not there is in sync."""
    assert plan(host(), gone()).steps == ()


def test_files_go_only_when_asked_for_and_proven_ours() -> None:
    """With --delete-disks a file goes that the mark proves hvplan made: named in the mark, then detached, then deleted; the machine last."""
    owned = live_vm(marker=mine(applied=MADE), disks=(drive(OS),))
    document = plan(host(owned, vhds=(vhd(OS),)), gone(), options=FILES)
    noted, *rest = (line.split(" | ")[-1] for line in lines(document))
    assert document.steps[0].id in document.steps[1].needs, "what was taken off its machine is known by the mark alone"
    assert noted.startswith("Set-VM -Notes")
    assert "going/os=" in noted
    assert rest == [
        "Remove-VMHardDiskDrive -Confirm:$false",
        f"Remove-Item -LiteralPath '{OS}' -Confirm:$false",
        "Remove-VM -Force -Confirm:$false",
    ]
    assert [(c.kind, c.flag) for c in document.consents] == [("delete-disk", "--delete-disks=vm/web01/disks/os")]
    copied = disk(size=60 * GIB, source="golden", source_path=r"D:\golden.vhdx")
    declared = live_vm(marker=mine(applied={"disk/os": digest(disk_declared(copied))}), disks=(drive(OS),))
    assert len(plan(host(declared, vhds=(vhd(OS),)), gone(disks=(copied,)), options=FILES).steps) == 4
    unproven = live_vm(marker=mine(applied={"disk/os": "whatever"}), disks=(drive(OS),))
    assert [code for _, code in refusals(plan(host(unproven, vhds=(vhd(OS),)), gone(disks=(copied,)), options=FILES))] == ["disk-kept"]
    adopted = disk(size=60 * GIB, existing="Adopt")
    found = live_vm(marker=mine(applied={"disk/os": digest(disk_declared(adopted))}), disks=(drive(OS),))
    assert [code for _, code in refusals(plan(host(found, vhds=(vhd(OS),)), gone(disks=(adopted,)), options=FILES))] == ["disk-kept"], "it was there before"


def test_a_killed_removal_is_finished() -> None:
    """A file that was taken off its machine and not deleted is known by the mark: it goes, or stays for the reasons for which any file stays."""
    noted = mine(applied=MADE, going={"os": OS})
    document = plan(host(live_vm(marker=noted), vhds=(vhd(OS),)), gone(), options=FILES)
    assert [line.split(" | ")[-1] for line in lines(document)] == [f"Remove-Item -LiteralPath '{OS}' -Confirm:$false", "Remove-VM -Force -Confirm:$false"]
    assert [(c.kind, c.flag) for c in document.consents] == [("delete-disk", "--delete-disks=vm/web01/disks/os")]
    assert len(plan(host(live_vm(marker=noted), vhds=(vhd(OS),)), gone(), options=TWO).steps) == 1
    assert len(plan(host(live_vm(marker=noted), missing=(OS,)), gone(), options=FILES).steps) == 1
    for elsewhere in (host(live_vm(marker=noted), live_vm("b", 2, disks=(drive(OS),)), vhds=(vhd(OS),)), host(live_vm(marker=noted))):
        assert [code for _, code in refusals(plan(elsewhere, gone(), options=FILES))] == ["disk-kept"]


def test_what_cannot_be_read_of_its_own_other_disks_holds_no_file() -> None:
    """Only other machines' disks could be built on a file in secret; its own are detached with it."""
    live = live_vm(marker=mine(applied=MADE), disks=(drive(OS), drive(r"E:\lost.vhdx", "scsi 0:1")))
    document = plan(
        host(live, vhds=(vhd(OS),), headers={r"e:\lost.vhdx": Unknown("locked")}),
        gone(),
        options=PlanOptions(max_deletes=2, delete_disks=("vm/web01/disks/os",)),
    )
    assert refusals(document) == []
    assert f"Remove-Item -LiteralPath '{OS}' -Confirm:$false" in lines(document)


def test_files_that_stay() -> None:
    """Not proven, named by a VirtualDisk, attached elsewhere, or somebody's parent: refused, nothing is deleted."""
    made = live_vm(marker=mine(applied=MADE), disks=(drive(OS),))
    cases = (
        (host(live_vm(marker=mine(), disks=(drive(OS),)), vhds=(vhd(OS),)), gone()),
        (host(made, live_vm("b", 2, disks=(drive(OS),)), vhds=(vhd(OS),)), gone()),
        (host(made, vhds=(vhd(OS), vhd(r"D:\c.vhdx", parent=OS))), gone()),
        (host(made, live_vm("b", 2, disks=(drive(r"D:\x_1.avhdx"),)), vhds=(vhd(OS),)), gone()),
    )
    for number, (live, wanted) in enumerate(cases):
        document = plan(live, wanted, options=FILES)
        assert [code for _, code in refusals(document)] == ["disk-kept"], number
        assert document.steps == ()
    reference = live_vm(marker=mine(applied={"disk/os": digest({"path": OS.lower(), "disk": "shared"})}), disks=(drive(OS),))
    assert [c for _, c in refusals(plan(host(reference, vhds=(vhd(OS),)), gone(disks=(Disk(key="os", disk="shared", disk_path=OS),)), options=FILES))] == [
        "disk-kept"
    ]


def test_only_so_many_deletions() -> None:
    """maxDeletes counts machines, switches and files; the refusal names the number that is needed."""
    live = host(live_vm(marker=mine(applied=MADE), disks=(drive(OS),)), vhds=(vhd(OS),))
    (refusal,) = plan(live, gone(), options=PlanOptions(delete_disks=("*",))).refusals
    assert (refusal.code, refusal.flag) == ("max-deletes", "--max-deletes 2")
    assert plan(live, gone(), stack=Stack(name="lab", policy=Policy(max_deletes=1))).refusals == ()


def test_what_is_refused_is_not_counted() -> None:
    """A machine that stays, for whatever reason, uses up nothing of what may be deleted."""
    kept, goes = live_vm(marker=mine(protect=True)), live_vm("db01", 2, marker=mine("db01", 2))
    one = PlanOptions(max_deletes=1, skip_refused=True)
    document = plan(host(kept, goes), gone(), vm("db01", ensure=Ensure.ABSENT), options=one)
    assert [step.address for step in document.steps if step.action == "delete"] == ["vm/db01"]
    assert {refusal.code for refusal in document.refusals} <= {"protected"}


def test_adopted_machines_are_released() -> None:
    """What was adopted stays; only its mark goes, and every other byte of the notes stays."""
    document = plan(host(live_vm(state="Running", marker=mine(origin="adopted"), text="Front end")), gone())
    assert lines(document) == [ME + "Set-VM -Notes 'Front end' -Confirm:$false"]
    assert document.resource_changes[0].verbs == ("release",)
    assert document.consents == ()


def test_nothing_unowned_is_deleted() -> None:
    """A stranger of that name, another stack's machine, a copy, a protected one, one with checkpoints: refused."""
    assert refusals(plan(host(live_vm()), gone(), options=TWO)) == [("vm/web01", "not-owned")]
    assert refusals(plan(host(live_vm(marker=mine(stack="prod"))), gone(), options=TWO)) == [("vm/web01", "foreign-stack")]
    assert refusals(plan(host(live_vm(marker=mine(number=9))), gone(), options=TWO)) == [("vm/web01", "copy")]
    assert refusals(plan(host(live_vm(marker=mine(protect=True))), gone(lifecycle=Lifecycle(protect=False)), options=TWO)) == [("vm/web01", "protected")]
    snapped = live_vm(marker=mine(), checkpoints=(LiveCheckpoint(id="c", name="x", kind="Standard"),))
    assert refusals(plan(host(snapped), gone(), options=TWO)) == [("vm/web01", "checkpoints")]
    assert refusals(plan(host(live_vm(marker=mine())), gone(), options=TWO, stack=Stack())) == [("vm/web01", "not-owned")]


def test_a_switch_goes_when_nobody_is_connected() -> None:
    """A connected machine holds its switch, unless it goes in the same run, which is then first."""
    lan = live_switch(marker=mine("lan", 900, kind="switch"))
    absent = switch(ensure=Ensure.ABSENT)
    connected = host(live_vm(marker=mine(), adapters=(live_adapter(),)), switches=(lan,))
    assert refusals(plan(connected, absent, options=TWO)) == [("switch/lan", "switch-in-use")]
    both = plan(connected, absent, gone(), options=TWO)
    assert [(s.address, s.action, s.needs) for s in both.steps] == [("vm/web01", "delete", ()), ("switch/lan", "delete", ("s1",))]
    assert lines(both)[1] == f"Get-VMSwitch -Id '{guid(900)}' | Remove-VMSwitch -Force -Confirm:$false"
