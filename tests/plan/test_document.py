"""The document: what every reader and apply may rely on."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.errors import ConfigurationError
from hvplan.model.devices import Vlan
from hvplan.model.objects import Lifecycle, VirtualDisk
from hvplan.model.parts import General, Memory, Processor
from hvplan.plan.options import PlanOptions
from tests.plan.worlds import (
    GIB,
    adapter,
    disk,
    drive,
    guid,
    host,
    lines,
    live_adapter,
    live_switch,
    live_vm,
    mine,
    plan,
    refusals,
    switch,
    vhd,
    vm,
)

OS = r"D:\VHDs\web01-os.vhdx"


def test_every_declared_address_is_listed() -> None:
    """In-sync objects and devices too, sorted by address, with their place and only what was written."""
    live = host(live_vm(marker=mine(), disks=(drive(OS),), adapters=(live_adapter(),)), switches=(live_switch(),), vhds=(vhd(OS), vhd(r"D:\g.vhdx")))
    document = plan(live, vm(disks=(disk(size=60 * GIB),), network_adapters=(adapter(),)), VirtualDisk(name="g", host="hv01", path=r"D:\g.vhdx"))
    assert [(c.address, c.type, c.actions, c.place) for c in document.resource_changes] == [
        ("disk/g", "hyperv_virtual_disk", ("no-op",), "lab.yaml:disk/g"),
        ("vm/web01", "hyperv_virtual_machine", ("no-op",), "lab.yaml:vm/web01"),
        ("vm/web01/disks/os", "hyperv_vm_disk", ("no-op",), "lab.yaml:vm/web01/disks/os"),
        ("vm/web01/networkAdapters/lan", "hyperv_vm_network_adapter", ("no-op",), "lab.yaml:vm/web01/networkAdapters/lan"),
    ]
    assert document.resource_changes[1].before == {"id": guid(1), "generation": 2, "memory": {"startup": GIB}}
    assert document.resource_changes[1].after == document.resource_changes[1].before


def test_fields() -> None:
    """A changed attribute carries before, after, unit, impact, why and cause."""
    document = plan(host(live_vm(state="Running", marker=mine())), vm(memory=Memory(startup=GIB, dynamic=True)))
    fields = {f.path: f for f in document.resource_changes[0].fields}
    assert set(fields) == {"memory.dynamic"}
    assert (fields["memory.dynamic"].before, fields["memory.dynamic"].after, fields["memory.dynamic"].impact) == (False, True, "restart")
    grown = plan(host(live_vm(state="Running", marker=mine())), vm(memory=Memory(startup=2 * GIB))).resource_changes[0]
    assert [(f.unit, f.impact, f.why) for f in grown.fields] == [("bytes", "online", "static memory")]
    assert (grown.after or {})["memory"] == {"startup": 2 * GIB}


def test_what_only_apply_can_know() -> None:
    """Ids of new objects are null, and true in after_unknown; a switch whose id is given at plan time has it."""
    document = plan(host(missing=(OS,)), switch(), vm(network_adapters=(adapter(),), disks=(disk(size=GIB),)))
    unknown = {c.address: c.after_unknown for c in document.resource_changes}
    assert unknown == {"switch/lan": {}, "vm/web01": {"id": True}, "vm/web01/disks/os": {}, "vm/web01/networkAdapters/lan": {"id": True}}
    assert all(c.before is None and c.actions == ("create",) for c in document.resource_changes)
    assert (document.resource_changes[0].after or {})["id"] == "173e3698-3908-5486-b1fb-c469fff1ce4e"


def test_preconditions_and_what_a_reread_shows() -> None:
    """A step says what it finds and what it leaves, in the language of the view."""
    document = plan(host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2, weight=7), state="Running"))
    by_cause = {step.cause[0]: step for step in document.steps if step.action == "set"}
    weight, count = by_cause["processor.weight"], by_cause["processor.count"]
    assert [(e.path, e.value) for e in weight.expect] == [("processor.weight", 100)]
    assert [(e.path, e.value) for e in weight.verify] == [("processor.weight", 7)]
    assert [(e.path, e.value) for e in count.expect] == [("processor.count", 1), ("state", "Off")], "a saved machine would refuse it"
    stop = next(step for step in document.steps if step.action == "stop")
    assert ([(e.path, e.value) for e in stop.expect], [(e.path, e.value) for e in stop.verify]) == ([("state", "Running")], [("state", "Off")])
    mark = document.steps[-1]
    assert {e.path for e in mark.verify} == {"notes", "notes.marker"}


def test_the_mark_is_verified_with_the_ids_it_was_given() -> None:
    """What a new machine's mark must read as holds the same references as the write."""
    mark = next(step for step in plan(host(), vm()).steps if step.action == "mark")
    (line,) = (e.value for e in mark.verify if e.path == "notes.marker")
    assert {"ref": "vm/web01", "property": "Id", "first": 13} in line["text"]


def test_a_switch_that_this_run_leaves_out_is_no_wrong_name() -> None:
    """What a target needs must be there or fit too: the refusal says which option to change, not that the name is wrong."""
    wishes = (vm("a", network_adapters=(adapter(),)), switch("lan", labels=(("tier", "net"),)))
    for options, way in (
        (PlanOptions(targets=("vm/a",)), "switch/lan is not in this run (--target). Name it with --target too."),
        (PlanOptions(excludes=("switch/lan",)), "switch/lan is not in this run (--exclude). Leave it out of --exclude."),
        (PlanOptions(excludes=("label=tier:net",)), "switch/lan is not in this run (--exclude). Leave it out of --exclude."),
    ):
        (refusal,) = plan(host(), *wishes, options=options).refusals
        assert (refusal.code, refusal.text) == ("switch-missing", f"this host has no switch lan, and {way}")
    assert plan(host(), *wishes, options=PlanOptions(targets=("vm/a", "label=tier:net"))).refusals == ()


def test_targets() -> None:
    """--target and --exclude look at part of what is declared; a pattern that fits nothing is an error."""
    live = host(live_vm("a", 1, marker=mine("a")), live_vm("b", 2, marker=mine("b", 2)))
    wishes = (vm("a", processor=Processor(count=2)), vm("b", processor=Processor(count=2)))
    assert {s.address for s in plan(live, *wishes, options=PlanOptions(targets=("a",))).steps} == {"vm/a"}
    assert {s.address for s in plan(live, *wishes, options=PlanOptions(excludes=("vm/a",))).steps} == {"vm/b"}
    with pytest.raises(ConfigurationError, match="fits nothing"):
        plan(live, *wishes, options=PlanOptions(targets=("vm/c",)))


def test_what_a_run_leaves_out() -> None:
    """Every declared address has its entry, also what --target or --exclude leaves out: deferred where something would have been done, and only there."""
    live = host(live_vm("a", 1, marker=mine("a")), live_vm("b", 2, marker=mine("b", 2), adapters=(live_adapter(),)), live_vm("c", 3), switches=(live_switch(),))
    lan = adapter(vlan=Vlan("Access", 3))
    wishes = (vm("a", processor=Processor(count=2)), vm("b", processor=Processor(count=2), network_adapters=(lan,)), vm("c"), vm("d"))
    every = ["vm/a", "vm/b", "vm/b/networkAdapters/lan", "vm/c", "vm/d"]
    for left_out, options in (("--target", PlanOptions(targets=("a",))), ("--exclude", PlanOptions(excludes=("b", "c", "d")))):
        document = plan(live, *wishes, options=options)
        assert [c.address for c in document.resource_changes] == every
        mine_alone, *others = document.resource_changes
        assert mine_alone.actions == ("update",)
        for c in others:
            assert (c.actions, c.importing, c.fields, c.impact, c.action_reason) == (("no-op",), None, (), "none", "deferred"), c.address
            assert c.before == c.after, c.address
        assert [(d.address, d.path, d.why, d.next) for d in document.deferred] == [(a, "", f"not in this run ({left_out})", "") for a in every[1:]]
        assert not document.refusals
    settled = plan(live, *wishes[:1], vm("b", network_adapters=(adapter(),)), options=PlanOptions(targets=("a",)))
    assert [(c.address, c.action_reason) for c in settled.resource_changes if c.address != "vm/a"] == [("vm/b", ""), ("vm/b/networkAdapters/lan", "")]
    assert settled.deferred == ()


def test_a_device_that_a_run_leaves_out() -> None:
    """Of a machine that is left out, what is named of it is done; of one that is made later, the machine alone is listed as deferred."""
    live = host(live_vm(marker=mine(), adapters=(live_adapter(),)), switches=(live_switch(),))
    wanted = vm(processor=Processor(count=9), network_adapters=(adapter(vlan=Vlan("Access", 3)),))
    document = plan(live, wanted, options=PlanOptions(targets=("vm/web01/networkAdapters/*",)))
    assert [(c.address, c.actions) for c in document.resource_changes] == [("vm/web01", ("no-op",)), ("vm/web01/networkAdapters/lan", ("update",))]
    assert [d.address for d in document.deferred] == ["vm/web01"]
    other = plan(live, wanted, options=PlanOptions(excludes=("vm/web01/networkAdapters/lan",)))
    assert [(c.address, c.actions) for c in other.resource_changes] == [("vm/web01", ("update",)), ("vm/web01/networkAdapters/lan", ("no-op",))]
    assert [d.address for d in other.deferred] == ["vm/web01/networkAdapters/lan"]
    new = plan(host(switches=(live_switch(),)), wanted, vm("b"), options=PlanOptions(targets=("b",)))
    assert [(c.address, c.actions) for c in new.resource_changes][1:] == [("vm/web01", ("no-op",)), ("vm/web01/networkAdapters/lan", ("no-op",))]
    assert [d.address for d in new.deferred] == ["vm/web01"]


def test_a_device_alone() -> None:
    """A device may be named without its machine, if that is there and ours; nothing else of the machine is touched."""
    live = host(live_vm(marker=mine(applied={"cpu": "abcdef"}), adapters=(live_adapter(),)), switches=(live_switch(),))
    wanted = vm(processor=Processor(count=9), network_adapters=(adapter(vlan=Vlan("Access", 3)),))
    document = plan(live, wanted, options=PlanOptions(targets=("vm/web01/networkAdapters/*",)))
    assert [step.action for step in document.steps] == ["set", "mark"]
    assert "cpu.abcdef" in lines(document)[1], "what was not looked at keeps its digest"
    alone = plan(host(switches=(live_switch(),)), wanted, options=PlanOptions(targets=("vm/web01/networkAdapters/*",)))
    assert refusals(alone) == [("vm/web01/networkAdapters/lan", "owner-missing")]


def test_skip_refused() -> None:
    """With --skip-refused the rest is done, and what was refused is listed as left for later and counts as nothing."""
    live = host(live_vm("a", 1, marker=mine("a")), live_vm("b", 2, marker=mine("b", 2, stack="prod")))
    wishes = (vm("a", processor=Processor(count=2)), vm("b", processor=Processor(count=2)))
    refused = plan(live, *wishes)
    assert (refused.applyable, refusals(refused)) == (False, [("vm/b", "foreign-stack")])
    skipped = plan(live, *wishes, options=PlanOptions(skip_refused=True))
    assert skipped.applyable
    assert [d.address for d in skipped.deferred] == ["vm/b"]
    assert [c.changes for c in skipped.resource_changes] == [True, False]


def test_what_depends_on_a_refused_object_is_deferred_with_it() -> None:
    """A new machine waits for its refused disk: both stand in deferred[], each with the refusal; what is there stays out of it."""
    taken = drive(OS)
    live = host(live_vm("other", 2, disks=(taken,)), live_vm("there", 3, marker=mine("there", 3)), vhds=(vhd(OS),))
    wishes = (vm(disks=(disk(size=GIB),)), vm("there", disks=(disk(size=GIB, slot="scsi 0:1"),)))
    deferred = plan(live, *wishes, options=PlanOptions(skip_refused=True)).deferred
    why = {d.address: d.why for d in deferred}
    assert set(why) == {"vm/web01", "vm/web01/disks/os", "vm/there/disks/os"}
    assert why["vm/web01"] == f"vm/web01/disks/os: {why['vm/web01/disks/os']}"


def test_a_start_waits_for_one_that_is_refused() -> None:
    """Where nothing is done about the machine that others start after, and it does not run, a new one waits whole, the others with their start."""
    first = vm("dc01", state="Running", processor=Processor(count=2))

    def after(name: str, *before: str, **more: Any) -> Any:
        return vm(name, state="Running", lifecycle=Lifecycle(start_after=before), **more)

    wishes = (first, after("a", "dc01"), after("b", "dc01", processor=Processor(count=2)), after("c", "b"), after("new", "c"), after("d", "e"), vm("e"))
    vms = [live_vm(name, number, marker=mine(name, number)) for number, name in enumerate("abcde", 2)]
    foreign = host(live_vm("dc01", 1, marker=mine("dc01", 1, stack="prod")), *vms)
    skipped = plan(foreign, *wishes, options=PlanOptions(skip_refused=True))
    assert {(d.address, d.path) for d in skipped.deferred} == {("vm/dc01", ""), ("vm/a", "state"), ("vm/b", "state"), ("vm/c", "state"), ("vm/new", "")}
    assert {(s.address, s.action) for s in skipped.steps} == {("vm/b", "set"), ("vm/b", "mark"), ("vm/d", "start"), ("vm/d", "mark")}
    assert [c.actions for c in skipped.resource_changes if c.address in ("vm/a", "vm/new")] == [("no-op",), ("no-op",)]
    assert {address for address, code in refusals(plan(foreign, *wishes)) if code == "depends"} == {"vm/a", "vm/b", "vm/c", "vm/new"}
    running = host(live_vm("dc01", 1, state="Running", marker=mine("dc01", 1, stack="prod")), *vms)
    freely = plan(running, *wishes, options=PlanOptions(skip_refused=True))
    assert {s.address for s in freely.steps if s.action == "start"} == {"vm/a", "vm/b", "vm/c", "vm/d", "vm/new"}, "it runs already"


def test_impact_filter_and_gate() -> None:
    """--max-impact leaves what is above for later; --refuse-above refuses the plan and names the level."""
    live, wanted = host(live_vm(state="Running", marker=mine())), vm(processor=Processor(count=2, weight=7))
    filtered = plan(live, wanted, options=PlanOptions(max_impact="online"))
    assert [(d.path, d.address) for d in filtered.deferred] == [("processor.count", "vm/web01")]
    assert [step.action for step in filtered.steps] == ["set", "mark"]
    nothing = plan(host(live_vm("a", 1), live_vm("was", 2, marker=mine("b", 2))), vm("a"), vm("b"), vm("c"), options=PlanOptions(max_impact="none"))
    assert (nothing.steps, nothing.consents, {d.address for d in nothing.deferred}) == ((), (), {"vm/a", "vm/b", "vm/c"}), "adopting and renaming cost as much"
    gated = plan(live, wanted, options=PlanOptions(refuse_above="online"))
    assert [(r.code, r.flag) for r in gated.refusals] == [("impact", "--refuse-above restart")]
    assert gated.steps == ()


def test_a_value_that_cannot_be_sent_is_a_refusal() -> None:
    """What the command table would not let pass is said at plan time, not by a failed step."""
    document = plan(host(missing=(r"D:\v[1]\web01-os.vhdx",)), vm(disks=(disk(size=GIB, path=r"D:\v[1]\web01-os.vhdx"),)))
    assert [code for _, code in refusals(document)] == ["cannot-be-sent"]
    assert document.steps == ()


def test_hosts_and_meta() -> None:
    """The document says who the host is, when the plan was made, and what steps are expected to take."""
    document = plan(host(live_vm(marker=mine())), vm(general=General(notes="x")))
    assert document.now == "2026-01-02T03:04:05Z"
    assert document.hosts["hv01"].computer == "HV01"
    assert document.meta["durations"] == {"s1": 1}
    assert (document.stack, document.objects) == ("lab", 1)
