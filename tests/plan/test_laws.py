"""Laws of planning, on generated hosts and wishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.cmdlets.build import from_json
from hvplan.model.devices import Vlan
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.objects import Ensure, VirtualMachine
from hvplan.model.parts import General, Memory, Processor
from hvplan.model.values import UNSET
from hvplan.plan.options import PlanOptions
from tests.plan.worlds import GIB, adapter, disk, drive, host, live_adapter, live_switch, live_vm, mine, plan, processor, vhd, vm

ALL = PlanOptions(max_deletes=9, delete_disks=("*",))
NAMES = ("web01", "db01", "app01")
DISKS = {key: rf"D:\VHDs\web01-{key}.vhdx" for key in ("os", "data", "logs")}
KEYS = st.sets(st.sampled_from(sorted(DISKS)))
VLANS = st.sampled_from((Vlan(), Vlan("Access", 10), Vlan("Access", 20)))


def maybe(*values: Any) -> st.SearchStrategy[Any]:
    """One of them, or not written."""
    return st.sampled_from((UNSET, *values))


@st.composite
def wishes(draw: st.DrawFn, name: str) -> VirtualMachine:
    """A declared machine; only the first has disks, because their paths are its own."""
    keys = sorted(draw(KEYS)) if name == NAMES[0] else []
    generation = draw(st.sampled_from((1, 2)))
    slots = (None, "scsi 0:0", "scsi 0:1", "scsi 1:0", "scsi 2:3") + (("ide 0:0", "ide 0:1") if generation == 1 else ())
    chosen = [draw(st.sampled_from(slots)) for _ in keys]
    chosen = [slot if slot not in chosen[:index] else None for index, slot in enumerate(chosen)]
    return vm(
        name,
        state=draw(maybe("Running", "Off", "Saved")),
        processor=Processor(count=draw(maybe(1, 2, 4)), weight=draw(maybe(100, 200)), nested=draw(maybe(True, False))),
        memory=Memory(startup=draw(st.sampled_from((GIB, 2 * GIB))), priority=draw(maybe(50, 70))),
        general=General(notes=draw(maybe("", "text", "two\nlines")), stop_action=draw(maybe("ShutDown", "Save"))),
        generation=generation,
        ensure=draw(st.sampled_from((Ensure.PRESENT, Ensure.PRESENT, Ensure.PRESENT, Ensure.ABSENT))),
        disks=tuple(replace(disk(key, slot, size=60 * GIB), absent=slot is not None and draw(st.booleans())) for slot, key in zip(chosen, keys, strict=True)),
        network_adapters=tuple(
            adapter(key, draw(st.sampled_from(("lan", None))), vlan=draw(VLANS), absent=draw(st.booleans()))
            for key in sorted(draw(st.sets(st.sampled_from("ab"))))
        ),
    )


@st.composite
def machines(draw: st.DrawFn, name: str, number: int) -> LiveVm:
    """A live machine: ours, somebody's, another stack's, a copy, or one whose creation was cut off."""
    marker = draw(st.sampled_from((None, mine(name, number), mine(name, number, stack="prod"), mine(name, 99), mine(name, number, owner="new"))))
    attached = sorted(draw(KEYS)) if number == 1 else []
    names = sorted(draw(st.sets(st.sampled_from("abc"))))
    generation = draw(st.sampled_from((1, 2)))
    kind = draw(st.sampled_from(("scsi 0:{}", "ide 0:{}"))) if generation == 1 else "scsi 0:{}"
    return live_vm(
        name,
        number,
        draw(st.sampled_from(("Running", "Off", "Saved", "Paused", "Stopping"))),
        marker,
        text=draw(st.sampled_from(("", "text"))),
        processor=processor(draw(st.sampled_from((1, 2))), draw(st.sampled_from((100, 200)))),
        disks=tuple(drive(DISKS[key], kind.format(place)) for place, key in enumerate(attached[: 2 if "ide" in kind else 3])),
        generation=generation,
        firmware=live_vm().firmware if generation == 2 else None,
        dvds=(drive("", "ide 1:0"),) if generation == 1 else (),
        adapters=tuple(live_adapter(key, 700 + 10 * number + place, vm_number=number) for place, key in enumerate(names)),
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[LiveHost, tuple[VirtualMachine, ...]]:
    """A host and what is wished for it."""
    present = sorted(draw(st.sets(st.sampled_from(range(len(NAMES))))))
    live = tuple(draw(machines(NAMES[index], index + 1)) for index in present)
    there = {path for one in live for path in (d.path for d in one.disks)}
    files = tuple(vhd(path) for path in sorted(there))
    missing = tuple(p for path in DISKS.values() if path not in there for p in (path, path.replace(".vhdx", ".hvplan.vhdx")))
    wanted = tuple(draw(wishes(NAMES[index])) for index in sorted(draw(st.sets(st.sampled_from(range(len(NAMES)))))))
    return host(*live, switches=(live_switch(),), vhds=files, missing=missing), wanted


FAST = settings(max_examples=60, deadline=None)


@FAST
@given(worlds())
def test_steps_are_in_order(world: tuple[LiveHost, tuple[VirtualMachine, ...]]) -> None:
    """Every step comes after all it needs; ids count up; an escalation follows its stop."""
    document = plan(world[0], *world[1], options=ALL)
    place = {step.id: index for index, step in enumerate(document.steps)}
    assert list(place) == [f"s{number}" for number in range(1, len(document.steps) + 1)]
    assert all(place[need] < place[step.id] for step in document.steps for need in step.needs)


@FAST
@given(worlds())
def test_every_write_names_one_object(world: tuple[LiveHost, tuple[VirtualMachine, ...]]) -> None:
    """A write starts from an id, an exact path or a creation, and reads back as what the table allows."""
    for step in plan(world[0], *world[1], options=ALL).steps:
        assert from_json(step.invocation).write
        first = step.invocation[0]
        if first["cmdlet"].startswith("Get-"):
            assert set(first["parameters"]) == {"Id"}
        else:
            assert first["cmdlet"] in ("New-VM", "New-VMSwitch", "New-VHD", "New-Item", "Copy-Item", "Rename-Item", "Remove-Item")


@FAST
@given(worlds())
def test_what_is_not_declared_is_not_touched(world: tuple[LiveHost, tuple[VirtualMachine, ...]]) -> None:
    """No step names a machine that nobody declared, that is somebody else's, or that a refusal names."""
    live, wanted = world
    document = plan(live, *wanted, options=ALL)
    allowed = {one.id for one in live.vms if one.name in {w.name for w in wanted} and "stack=prod" not in one.notes and "vm=00000063" not in one.notes}
    named = {str(step.invocation[0]["parameters"].get("Id")) for step in document.steps if step.invocation[0]["cmdlet"] == "Get-VM"}
    assert {id for id in named if not id.startswith("{")} <= allowed
    refused = {refusal.address for refusal in document.refusals if refusal.code != "unknown"}
    assert not refused & {step.address for step in document.steps}


@FAST
@given(worlds())
def test_no_running_machine_is_stopped_unasked(world: tuple[LiveHost, tuple[VirtualMachine, ...]]) -> None:
    """Where a machine that runs would be stopped, saved or paused, a consent is listed (law 5)."""
    live, wanted = world
    document = plan(live, *wanted, options=ALL)
    running = {f"vm/{one.name}" for one in live.vms if one.state == "Running"}
    stopped = {step.address for step in document.steps if step.action == "stop"} & running
    assert stopped <= {consent.address for consent in document.consents if consent.kind == "restart"}


@FAST
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_read_means_nothing(world: tuple[LiveHost, tuple[VirtualMachine, ...]], random: Any) -> None:
    """Same input, same document; machines, drives and adapters read in another order change nothing (law 7)."""
    live, wanted = world
    document = plan(live, *wanted, options=ALL)

    def shuffled(items: Any) -> Any:
        return tuple(random.sample(items, len(items)))

    mixed = replace(live, vms=shuffled(tuple(replace(one, disks=shuffled(one.disks), adapters=shuffled(one.adapters)) for one in live.vms)))
    assert plan(mixed, *wanted, options=ALL) == document


@FAST
@given(st.sets(st.sampled_from(range(len(NAMES)))), st.data())
def test_what_stands_as_written_needs_nothing(present: set[int], data: st.DataObject) -> None:
    """Wishes that say just what is there give no step."""
    live = tuple(replace(data.draw(machines(NAMES[i], i + 1)), notes=live_vm(NAMES[i], i + 1, marker=mine(NAMES[i], i + 1)).notes) for i in sorted(present))
    wanted = tuple(
        vm(
            one.name,
            generation=one.generation,
            state=one.state if one.state in ("Running", "Off") else UNSET,
            processor=one.processor,
            memory=Memory(startup=one.memory.startup, dynamic=False),  # type: ignore[union-attr]
            disks=tuple(disk(d.path[14:-5], str(d.slot), size=60 * GIB) for d in one.disks),
            network_adapters=tuple(adapter(a.name) for a in one.adapters),  # type: ignore[union-attr]
        )
        for one in live
    )
    world = host(*live, switches=(live_switch(),), vhds=tuple(vhd(d.path) for one in live for d in one.disks))
    document = plan(world, *wanted, options=ALL)
    assert (document.steps, document.refusals, document.consents) == ((), (), ())
    assert all(not change.changes for change in document.resource_changes)
