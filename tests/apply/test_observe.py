"""What stands at (address, path): identity before names, unknown before absent, bases behind checkpoints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hvplan.apply.known import Known, MissingReference, ids_of
from hvplan.apply.observe import Unreadable, declared, look, observe
from hvplan.apply.recent import AGE, Recent
from hvplan.apply.stale import first_expects
from hvplan.cmdlets.invocation import Ref
from hvplan.document.plan import Expect, PlanDocument, ResourceChange
from hvplan.live.narrow import EVERYTHING, questions_of
from hvplan.model.devices import AdapterSettings, Slot, Vlan
from hvplan.model.live import LiveAdapter, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd
from hvplan.model.objects import SwitchSettings
from hvplan.model.values import Unknown, normal_path
from tests.apply.fake import WHO, Eyes, FakeHost, clock, guid, machine, plan, set_step, start_step, stop_step

DISK, AVHDX = r"D:\VHDs\web01.vhdx", r"D:\VHDs\web01_1.avhdx"
NIC = LiveAdapter(
    id=f"Microsoft:{guid(1)}\\{guid(7)}", name="lan", legacy=False, mac="00-15-5D-00-00-01", mac_dynamic=True, settings=AdapterSettings(vlan=Vlan("Access", 20))
)
NOTES = "Front end\nhvplan/v1 stack=lab id=web01 vm=new"
VM = machine(1, notes=NOTES, adapters=(NIC,), disks=(LiveDrive(slot=Slot("scsi", 0, 1), path=AVHDX),))


def entry(address: str, **values: Any) -> ResourceChange:
    return ResourceChange(host="hv01", address=address, type="t", name=address.rsplit("/", 1)[1], actions=("update",), before=values, after=values)


DOCUMENT = replace(
    plan(set_step("s1", 1)),
    resource_changes=(entry("vm/web01", id=guid(1)), entry("vm/web01/disks/os", vhd={"path": DISK}), entry("vm/web01/networkAdapters/lan", id=NIC.id)),
)


def header(path: str, parent: str = "") -> LiveVhd:
    return LiveVhd(path=path, type="Dynamic", size=40 << 30, file_size=1, parent=parent)


def live(**more: Any) -> LiveHost:
    """A host with the machine, its disk behind a checkpoint, one file and one switch."""
    vhds = {normal_path(AVHDX): header(AVHDX, DISK), normal_path(DISK): header(DISK)}
    file = LiveFile(path="D:\\x", folder=False, size=1)
    values: dict[str, Any] = {"identity": WHO, "vms": (VM,), "vhds": vhds, "files": {"d:\\x": file, "d:\\y": None, "d:\\z": Unknown("no rights")}}
    switch = LiveSwitch(id=guid(9), name="LAN", notes="", settings=SwitchSettings(type="Internal", notes=""))
    return LiveHost(**(values | {"switches": (switch,)} | more))


def seen(address: str, path: str, host: LiveHost | None = None, document: PlanDocument = DOCUMENT) -> Any:
    return observe(host or live(), "hv01", Expect(address=address, path=path, value=None), Known(document), declared(document))


@pytest.mark.parametrize(
    ("address", "path", "value"),
    [
        ("vm/web01", "exists", True),
        ("vm/other", "exists", False),
        ("vm/web01", "processor.count", 1),
        ("vm/web01", "state", "Running"),
        ("vm/web01", "notes.marker", "hvplan/v1 stack=lab id=web01 vm=new"),
        ("vm/web01/networkAdapters/lan", "vlan", 20),
        ("vm/web01/networkAdapters/lan", "exists", True),
        ("vm/web01/networkAdapters/none", "exists", False),
        ("vm/web01/disks/os", "slot", "scsi 0:1"),
        ("vm/web01/disks/os", "exists", True),
        ("vm/web01/disks/os", "vhd.size", 40 << 30),
        ("switch/lan", "exists", True),
        ("switch/lan", "type", "Internal"),
        ("switch/lan", "notes.marker", ""),
        ("switch/none", "exists", False),
        ("vm/web01", "file D:/X", True),
        ("vm/web01", "file D:\\y", False),
    ],
)
def test_every_path_of_the_language(address: str, path: str, value: Any) -> None:
    """Attributes, existence, files, slots (behind checkpoints) and markers."""
    assert seen(address, path) == value


@pytest.mark.parametrize(
    ("address", "path"), [("vm/web01", "file D:\\z"), ("vm/web01", "file D:\\never-asked"), ("vm/web01", "no.such"), ("vm/other", "state"), ("nat/x", "exists")]
)
def test_what_cannot_be_told_is_unknown(address: str, path: str) -> None:
    """No rights, never read, no such path: Unknown, never a value and never absent."""
    assert isinstance(seen(address, path), Unknown)


def test_an_unreadable_chain_is_not_an_empty_slot() -> None:
    """The base behind a checkpoint could not be read: nobody may take the slot for free."""
    assert isinstance(seen("vm/web01/disks/os", "slot", live(vhds={})), Unknown)
    assert isinstance(seen("vm/web01/networkAdapters/lan", "exists", live(vms=(replace(VM, adapters=Unknown("x")),))), Unknown)


def test_identity_before_name() -> None:
    """A recorded id is what counts: a namesake is another machine, and a renamed one is still the same. Two namesakes without id: unknown."""
    renamed = replace(VM, name="new-name")
    assert seen("vm/web01", "exists", live(vms=(renamed,))) is True
    assert seen("vm/web01", "exists", live(vms=(replace(VM, id=guid(55)),))) is False
    twins = live(vms=(replace(machine(3), name="twin"), replace(machine(4), name="TWIN")))
    assert isinstance(seen("vm/twin", "exists", twins), Unknown)


def test_a_name_that_another_adapter_still_has() -> None:
    """An adapter known by its id is not taken for the new one that gets its name; one that nobody knows is."""
    new = replace(DOCUMENT, resource_changes=(*DOCUMENT.resource_changes, entry("vm/web01/networkAdapters/new", name="LAN")))
    assert seen("vm/web01/networkAdapters/new", "exists", document=new) is False
    both = (NIC, replace(NIC, id=f"Microsoft:{guid(1)}\\{guid(8)}"))
    assert seen("vm/web01/networkAdapters/new", "exists", live(vms=(replace(VM, adapters=both),)), new) is True


def test_a_host_that_cannot_be_read_is_not_empty() -> None:
    """A failed re-read of an object stops the step that needs it."""
    host = FakeHost.of(VM)
    host.blind = True
    with pytest.raises(Unreadable):
        look(Eyes(host), "hv01", (Expect(address="vm/web01", path="state", value=""),), Known(DOCUMENT), declared(DOCUMENT))


def test_references_and_what_they_cut() -> None:
    """Ids from the plan, from invocations and from what steps returned; nested properties; a missing one is said."""
    known = Known(DOCUMENT)
    step = replace(set_step("s1", 5), address="vm/new", action="create")
    known.learn(step, {"Id": guid(5), "NetworkAdapters": ({"Id": NIC.id},), "DVDDrives": ()})
    assert known.lookup("hv01", Ref(address="vm/new", property="NetworkAdapters.0.Id")) == NIC.id
    assert known.id("hv01", "vm/new") == guid(5)
    assert known.resolved("hv01", {"text": ["vm=", {"ref": "vm/new", "property": "Id", "first": 13}]}) == f"vm={guid(5)[:13]}"
    for missing in ("DVDDrives.0.Id", "Name"):
        with pytest.raises(MissingReference):
            known.lookup("hv01", Ref(address="vm/new", property=missing))
    assert ids_of(set_step("s1", 5)) == [("vm/web05", guid(5))]


def test_a_moment_old_is_fresh_enough_and_a_write_makes_it_stale() -> None:
    """An object is read once a moment; after a write, or a second, or for a part not asked for, it is read again; a failed read is never kept."""
    host, time = FakeHost.of(VM), clock()
    reads = 0

    class Counting(Eyes):
        def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> Any:
            nonlocal reads
            reads += 1
            return self.host.vm(id)

    recent = Recent(Counting(host), time)
    for _ in range(3):
        recent.vm(guid(1))
    assert reads == 1
    recent.forget(guid(1))
    recent.vm(guid(1), frozenset({"memory"}))
    time.sleep(AGE)
    recent.vm(guid(1), frozenset({"memory"}))
    assert reads == 3
    recent.vm(guid(1), frozenset())
    assert reads == 3
    recent.vm(guid(1), frozenset({"processor"}))
    assert reads == 4
    host.blind = True
    recent.forget(None)
    assert isinstance(recent.vm(guid(1)), Unknown)
    host.blind = False
    assert recent.vm(guid(1)) == VM


def test_a_re_read_asks_only_what_it_is_about() -> None:
    """The memory of a machine is one question, its drives none; a path that nobody knows is all of them."""
    asked: list[frozenset[str]] = []

    class Noting(Eyes):
        def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> Any:
            asked.append(asking)
            return self.host.vm(id)

    memory = Expect(address="vm/web01", path="memory.startup", value=1)
    slot = Expect(address="vm/web01/disks/os", path="slot", value="")
    lan = Expect(address="vm/web01/networkAdapters/lan", path="vlan", value=1)
    for expects in ((memory,), (slot,), (memory, lan)):
        look(Noting(FakeHost.of(VM)), "hv01", expects, Known(DOCUMENT), declared(DOCUMENT))
    assert asked == [{"memory"}, frozenset(), {"memory", "adapters"}]
    assert questions_of("vm/web01", "a.path") == questions_of("vm/web01/floppy/a", "image") == EVERYTHING


def test_first_expects_are_those_nobody_brings_about() -> None:
    """State before a stop is asked at once; Off before a start is not; nor is anything of an object that an earlier step creates."""
    steps = (stop_step("s1", 1), set_step("s2", 1, needs=("s1",)), start_step("s3", 1, needs=("s2",)))
    assert [(step.id, expect.path) for step, expect in first_expects(steps)] == [("s1", "state"), ("s2", "processor.count")]
    create = replace(set_step("s1", 1), expect=(), verify=(Expect(address="vm/web01", path="exists", value=True),))
    inside = replace(set_step("s2", 1, needs=("s1",)), expect=(Expect(address="vm/web01/disks/os", path="slot", value=""),))
    assert first_expects((create, inside)) == ()


def test_every_step_of_every_case_knows_what_to_ask() -> None:
    """No precondition and no proof of a case needs a whole machine read again."""
    unknown = {
        (step["address"].split("/")[2:3], expect["path"])
        for file in Path(__file__).parents[1].glob("cases/*/plan.json")
        for step in json.loads(file.read_text("utf-8"))["steps"]
        for expect in (*step["expect"], *step["verify"])
        if expect["address"].startswith("vm/") and not expect["path"].startswith("file ") and questions_of(expect["address"], expect["path"]) == EVERYTHING
    }
    assert unknown == set()
