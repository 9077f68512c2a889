"""The comparison of a host: one change for every declared address, findings that say what they hold up."""

from __future__ import annotations

from typing import Any

from hvplan.diff.changes import Create, Delete, DiffOptions, HostDiff, Keep, Update
from hvplan.diff.host import diff_host
from hvplan.model.devices import NetworkAdapter
from hvplan.model.impact import Impact
from hvplan.model.objects import Desired, Lifecycle
from hvplan.model.parts import Firmware, Memory, Processor
from hvplan.model.values import RESET
from tests.plan.worlds import COMMANDS, GIB, STACK, adapter, disk, host, live_adapter, live_switch, live_vm, mine, switch, vm


def diff(live: Any, *vms: Any, switches: tuple[Any, ...] = (), **options: Any) -> HostDiff:
    """Compare those wishes with that host."""
    return diff_host(Desired(stack=STACK, vms=vms, switches=switches), live, DiffOptions(host="hv01", **options))


def test_one_change_for_every_address() -> None:
    """Switches, then each machine followed by its devices."""
    live = host(live_vm(marker=mine(), adapters=(live_adapter(), live_adapter("old", 701))), switches=(live_switch(marker=mine("lan", 900, kind="switch")),))
    gone = NetworkAdapter(key="old", name="old", absent=True)
    found = diff(live, vm(network_adapters=(adapter(), gone, adapter("new"))), vm("b"), switches=(switch(),))
    assert [(type(change), change.address) for change in found.changes] == [
        (Keep, "switch/lan"),
        (Keep, "vm/web01"),
        (Keep, "vm/web01/networkAdapters/lan"),
        (Delete, "vm/web01/networkAdapters/old"),
        (Create, "vm/web01/networkAdapters/new"),
        (Create, "vm/b"),
    ]


def test_a_device_of_a_new_machine_holds_up_the_machine() -> None:
    """A new machine is not made without one of its disks; a machine that is there only goes without that change."""
    new = diff(host(), vm(disks=(disk(size=GIB),)))
    assert [f.blocks for f in new.findings] == [("vm/web01",)]
    there = diff(host(live_vm(marker=mine())), vm(disks=(disk(size=GIB),)))
    assert [f.blocks for f in there.findings] == [("vm/web01/disks/os",)]


def test_impacts() -> None:
    """What a change costs depends on the machine as it is; sizes that travel together cost the most of them (behaviour 2.2)."""

    def impacts(wanted: Any, **live: Any) -> dict[str, Impact]:
        (change,) = diff(host(live_vm(marker=mine(), **live)), wanted).changes
        assert isinstance(change, Update)
        return {field.path: field.impact for field in change.fields}

    grown = vm(memory=Memory(startup=2 * GIB))
    dynamic = Memory(startup=GIB, dynamic=True, minimum=GIB, maximum=4 * GIB, buffer=20, priority=50)
    assert impacts(grown, state="Running") == {"memory.startup": Impact.ONLINE}
    assert impacts(grown, state="Running", memory=dynamic) == {"memory.startup": Impact.RESTART}
    assert impacts(grown, state="Saved") == {"memory.startup": Impact.RESTART}
    assert impacts(grown, state="Off", memory=dynamic) == {"memory.startup": Impact.ONLINE}
    both = vm(memory=Memory(startup=2 * GIB, dynamic=True, minimum=GIB, maximum=8 * GIB))
    assert impacts(both, state="Running", memory=dynamic) == {"memory.startup": Impact.RESTART, "memory.dynamic.maximum": Impact.RESTART}
    wider = vm(memory=Memory(startup=GIB, dynamic=True, minimum=GIB, maximum=8 * GIB))
    assert impacts(wider, state="Running", memory=dynamic) == {"memory.dynamic.maximum": Impact.ONLINE}


def test_secure_boot_keeps_its_template() -> None:
    """`true` is in sync with any template; names compare without case; false is off."""
    live = host(live_vm(marker=mine()))
    for same in (True, "microsoftwindows"):
        assert isinstance(diff(live, vm(firmware=Firmware(secure_boot=same))).changes[0], Keep)
    assert isinstance(diff(live, vm(firmware=Firmware(secure_boot=False))).changes[0], Update)


def test_null_is_the_documented_default() -> None:
    """`null` asks for the default where there is one, and is refused where there is none."""
    live = host(live_vm(marker=mine(), processor=Processor(count=4, weight=100)))
    (change,) = diff(live, vm(processor=Processor(count=RESET))).changes
    assert isinstance(change, Update)
    assert [(f.path, f.after) for f in change.fields] == [("processor.count", 1)]
    (change,) = diff(live, vm(processor=Processor(weight=RESET))).changes
    assert not isinstance(change, Update)
    assert [f.code for f in diff(live, vm(processor=Processor(numa_node=RESET))).findings] == ["no-default"]


def test_parameters_the_host_lacks() -> None:
    """What this host's cmdlets cannot say is refused, naming cmdlet and parameter."""
    old = COMMANDS | {"Set-VMProcessor": COMMANDS["Set-VMProcessor"] - {"EnableHostResourceProtection"}}
    (finding,) = diff(host(live_vm(marker=mine()), commands=old), vm(processor=Processor(host_protection=True))).findings
    assert finding.code == "not-on-this-host"
    assert "Set-VMProcessor has no -EnableHostResourceProtection" in finding.text


def test_managed_devices() -> None:
    """`ignore` fits a device whichever way it is spelled, and one attribute of it."""
    live = host(live_vm(marker=mine(), adapters=(live_adapter(on=None),)), switches=(live_switch(),))
    for path in ("devices", "devices.networkAdapters", "networkAdapters/lan", "networkAdapters.lan.switch"):
        found = diff(live, vm(network_adapters=(adapter(),), lifecycle=Lifecycle(ignore=(path,))))
        assert not any(isinstance(change, Update | Create) for change in found.changes), path


def test_targets_and_labels() -> None:
    """Targets may name labels; what is out of scope is not in the diff at all."""
    live = host()
    found = diff(live, vm("a", labels=(("tier", "web"),)), vm("b"), targets=("label=tier:web",))
    assert [change.address for change in found.changes] == ["vm/a"]
