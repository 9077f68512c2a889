"""Creating: exactly the steps of the engine page, in an order that leaves nothing nobody knows."""

from __future__ import annotations

import re
from pathlib import Path

from hvplan.model.devices import Vlan
from hvplan.model.objects import Lifecycle, Stack, SwitchSettings
from hvplan.model.parts import Firmware, General, Memory, Platform, Processor
from tests.plan.worlds import COMMANDS, GIB, MIB, adapter, disk, host, lines, live_vm, mine, plan, printed, refusals, switch, vm

OS = r"D:\VHDs\web01-os.vhdx"


def test_a_whole_machine() -> None:
    """Mark first, what nobody asked for goes, every default is sent, the whole mark comes last before the start."""
    wanted = vm(
        processor=Processor(count=4),
        general=General(notes="Front end"),
        state="Running",
        disks=(disk(size=60 * GIB),),
        network_adapters=(adapter(vlan=Vlan("Access", 20)),),
    )
    document = plan(host(missing=(OS, r"D:\VHDs")), switch(), wanted)
    shown = [re.sub(r"\.[0-9a-f]{6}\b", ".DIGEST", line) for line in printed(document)]
    assert shown == (Path(__file__).parent / "expected" / "whole-machine.txt").read_text("utf-8").splitlines()


def test_generation_1_loses_its_unasked_dvd_drive() -> None:
    """New-VM makes a DVD drive on Generation 1; it goes, because nobody declared it; there is no firmware to set."""
    document = plan(host(), vm(generation=1))
    assert any("Remove-VMDvdDrive" in line and "$s1.DVDDrives[0].Id" in line for line in lines(document))
    assert not any("Set-VMFirmware" in line for line in lines(document))


def test_defaults_only_where_the_host_has_the_parameter() -> None:
    """Automatic checkpoints are switched off where there is such a thing (2019 and later)."""
    old = COMMANDS | {"Set-VM": COMMANDS["Set-VM"] - {"AutomaticCheckpointsEnabled"}}
    assert not any("AutomaticCheckpoints" in line for line in lines(plan(host(commands=old), vm())))


def test_a_switch_without_a_planned_id() -> None:
    """Where New-VMSwitch takes no id, the mark is written again with the id the host gave."""
    old = COMMANDS | {"New-VMSwitch": COMMANDS["New-VMSwitch"] - {"Id"}}
    first, second = plan(host(commands=old), switch()).steps
    assert "switch=new" in first.powershell
    assert first.powershell.startswith("$s1 = ")
    assert second.powershell.startswith('Get-VMSwitch -Id $s1.Id | Set-VMSwitch -Notes "hvplan/v1 stack=lab id=lan switch=$(')


def test_without_marks_nothing_is_marked() -> None:
    """Without a stack a new machine still gives its id and carries no mark."""
    document = plan(host(), vm(general=General(notes="x")), stack=Stack())
    assert "Select-Object -Property Id, NetworkAdapters, DVDDrives" in lines(document)[0]
    assert not any("hvplan/v1" in line for line in lines(document))
    assert "Get-VM -Id $s1.Id | Set-VM -Notes 'x' -Confirm:$false" in lines(document)


def test_dynamic_memory_travels_in_one_call() -> None:
    """Sizes and the switch between static and dynamic go together (behaviour 3.2)."""
    memory = Memory(startup=2 * GIB, dynamic=True, minimum=GIB, maximum=4 * GIB)
    assert "Set-VMMemory -StartupBytes 2147483648 -DynamicMemoryEnabled $true -MinimumBytes 1073741824 -MaximumBytes 4294967296" in "\n".join(
        lines(plan(host(), vm(memory=memory)))
    )


def test_what_must_be_written() -> None:
    """A machine that has to be created needs its generation and its memory, each named with its place."""
    document = plan(host(), vm(generation=1, memory=Memory(dynamic=False)))
    assert [(r.code, r.place) for r in document.refusals] == [("incomplete", "lab.yaml:vm/web01:memory.startup")]
    assert document.steps == ()


def test_limits_are_foretold() -> None:
    """Processors and memory that the host or the generation does not give are refused at plan time."""
    assert refusals(plan(host(processors=8), vm(processor=Processor(count=16)))) == [("vm/web01", "processors")]
    assert refusals(plan(host(processors=128), vm(generation=1, processor=Processor(count=65)))) == [("vm/web01", "processors")]
    assert refusals(plan(host(memory=4 * GIB), vm(memory=Memory(startup=8 * GIB), state="Running"))) == [("vm/web01", "host-memory")]
    assert refusals(plan(host(), vm(memory=Memory(startup=GIB + MIB)))) == [("vm/web01", "memory")]
    assert refusals(plan(host(), vm(generation=1, firmware=Firmware(secure_boot=True)))) == [("vm/web01", "wrong-generation")]


def test_a_refused_switch_takes_its_adapters_with_it() -> None:
    """Who depends on something refused is not left half made: the machine waits too."""
    document = plan(host(), switch(settings=SwitchSettings(type="External")), vm(network_adapters=(adapter(),)))
    assert refusals(document) == [("switch/lan", "incomplete"), ("vm/web01/networkAdapters/lan", "depends")]
    assert document.steps == ()


def test_start_after() -> None:
    """A machine that names another in startAfter starts when that one has started."""
    document = plan(host(), vm("dc01", state="Running"), vm("app", state="Running", lifecycle=Lifecycle(start_after=("dc01",))))
    starts = {step.address: step for step in document.steps if step.action == "start"}
    assert starts["vm/dc01"].id in starts["vm/app"].needs


def test_folders_on_a_drive_that_is_not_there() -> None:
    """Where the host's drives are known, a folder on another one is refused by the plan, for a new machine and for a changed one."""
    there = {"c:": 1 << 40, "d:": 1 << 40}
    folders = Platform(checkpoint_path=r"Q:\Snapshots", paging_path=r"D:\Paging")
    new = plan(host(free=there), vm(path=r"Q:\VMs", platform=folders))
    assert [(r.code, r.address) for r in new.refusals] == [("no-drive", "vm/web01")] * 2
    assert new.steps == ()
    changed = plan(host(live_vm(marker=mine()), free=there), vm(platform=folders))
    assert [r.code for r in changed.refusals] == ["no-drive"]
    assert plan(host(), vm(platform=folders)).refusals == ()
