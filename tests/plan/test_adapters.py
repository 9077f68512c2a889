"""Adapters: found by remembered id, name or MAC; one adapter at a time, by id."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.model.devices import Disk, Dvd, NetworkAdapter, Vhd, Vlan, parse_slot
from hvplan.model.objects import Lifecycle
from hvplan.model.parts import General
from hvplan.model.values import Unknown
from tests.plan.worlds import adapter, drive, guid, host, lines, live_adapter, live_switch, live_vm, mine, plan, refusals, switch, vhd, vm

LAN = (live_switch(), live_switch("dmz", 901))
ONE = f"Get-VM -Id '{guid(1)}' | Get-VMNetworkAdapter | Where-Object -Property 'Id' -EQ -Value 'Microsoft:{guid(1).upper()}\\{guid(700).upper()}' | "


def test_in_sync() -> None:
    """Names and switches compare without case; what was not written is not compared."""
    live = live_vm(marker=mine(), state="Running", adapters=(live_adapter("LAN", on="Lan", vlan=Vlan("Access", 7)),))
    assert plan(host(live, switches=LAN), vm(network_adapters=(adapter(name="LAN"),))).steps == ()


def test_changes_are_made_on_one_adapter_by_id() -> None:
    """The VLAN first, then the switch; each on the very adapter, because a name may stand for several."""
    live = live_vm(marker=mine(), state="Running", adapters=(live_adapter(),))
    document = plan(host(live, switches=LAN), vm(network_adapters=(adapter(on="dmz", vlan=Vlan("Access", 20)),)))
    assert lines(document)[:2] == [
        ONE + "Set-VMNetworkAdapterVlan -Access -VlanId 20 -Confirm:$false",
        ONE + "Connect-VMNetworkAdapter -SwitchName 'dmz' -Confirm:$false",
    ]
    assert document.steps[0].id in document.steps[1].needs
    off = plan(host(live, switches=LAN), vm(network_adapters=(adapter(on=None),)))
    assert lines(off)[0] == ONE + "Disconnect-VMNetworkAdapter -Confirm:$false"


def test_a_remembered_adapter_is_renamed() -> None:
    """The id in the mark finds an adapter that somebody renamed; it is renamed back in place, never doubled."""
    live = live_vm(marker=mine(adapters={"lan": guid(700)[:13]}), state="Running", adapters=(live_adapter("Network Adapter"),))
    document = plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))
    assert lines(document) == [ONE + "Rename-VMNetworkAdapter -NewName 'lan' -Confirm:$false", lines(document)[1]]
    assert [step.action for step in document.steps] == ["rename", "mark"]


def test_an_adapter_of_a_saved_machine_waits_for_its_name() -> None:
    """Nobody knows whether a saved machine lets an adapter be renamed, so its policy is asked, as for other changes of a device."""
    live = live_vm(marker=mine(adapters={"lan": guid(700)[:13]}), state="Saved", adapters=(live_adapter("Network Adapter"),))
    assert refusals(plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))) == [("vm/web01", "saved")]
    resumed = plan(host(live, switches=LAN), vm(network_adapters=(adapter(),), lifecycle=Lifecycle(saved_state="Resume", restart="allow")))
    assert [step.action for step in resumed.steps] == ["mark", "start", "stop", "rename", "mark"]


def test_claimed_by_mac() -> None:
    """On an adopted machine `match.mac` claims an adapter; without it, unmatched ones are listed and nothing is doubled."""
    live = live_vm(state="Running", adapters=(live_adapter("Netzwerkkarte"),))
    assert refusals(plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))) == [("vm/web01/networkAdapters/lan", "adapter-unmatched")]
    claimed = plan(host(live, switches=LAN), vm(network_adapters=(adapter(match_mac="00-15-5D-00-00-01"),)))
    assert [step.action for step in claimed.steps] == ["rename", "mark"]


def test_two_adapters_of_one_name() -> None:
    """A name that stands twice says nothing."""
    live = live_vm(marker=mine(), adapters=(live_adapter(), live_adapter(number=701)))
    assert refusals(plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))) == [("vm/web01/networkAdapters/lan", "adapter-ambiguous")]


def test_adding_and_removing_under_power() -> None:
    """Generation 2 takes adapters while it runs, Generation 1 does not (behaviour 2.4)."""
    gone = NetworkAdapter(key="old", name="old", absent=True)
    for generation, words in ((2, ["remove", "add", "mark"]), (1, ["stop", "remove", "add", "start", "mark"])):
        live = live_vm(marker=mine(), state="Running", generation=generation, adapters=(live_adapter("old"),), firmware=None)
        document = plan(host(live, switches=LAN), vm(generation=generation, state="Running", network_adapters=(gone, adapter())))
        assert [step.action for step in document.steps] == words


def test_switches_must_be_one() -> None:
    """The switch named must be on the host or declared, once; a name that is a pattern for another switch is not sent."""
    live = live_vm(marker=mine(), state="Running")

    def codes(*switches: object, on: str = "lan") -> list[str]:
        return [code for _, code in refusals(plan(host(live, switches=switches), vm(network_adapters=(adapter(on=on),))))]  # type: ignore[arg-type]

    assert codes() == ["switch-missing"]
    assert codes(live_switch(), live_switch("LAN", 902)) == ["switch-duplicate"]
    assert codes(live_switch("l[a-z]n", 903), live_switch(), on="l[a-z]n") == ["switch-pattern"]
    made = plan(host(live), switch(), vm(network_adapters=(adapter(),)))
    assert [(s.address, s.needs) for s in made.steps if s.action in ("create", "add")] == [("switch/lan", ()), ("vm/web01/networkAdapters/lan", ("s1",))]


def test_undeclared_adapters_stay() -> None:
    """What nobody declared is listed and left, unless `exclusive` says otherwise."""
    live = live_vm(marker=mine(), state="Running", adapters=(live_adapter("mine"), live_adapter("backup", 701)))
    document = plan(host(live, switches=LAN), vm(network_adapters=(adapter("mine"),)))
    assert (document.steps, [u.address for u in document.unmanaged]) == ((), ["switch/dmz", "switch/lan", "vm/web01/networkAdapters/backup"])
    exclusive = plan(host(live, switches=LAN), vm(network_adapters=(adapter("mine"),), lifecycle=Lifecycle(exclusive=("networkAdapters",))))
    assert [(s.address, s.action) for s in exclusive.steps] == [("vm/web01/networkAdapters/backup", "remove"), ("vm/web01", "mark")]


def test_adapters_that_could_not_be_read() -> None:
    """Unknown adapters are never taken for missing ones: nothing is added."""
    live = live_vm(marker=mine(), state="Running", adapters=Unknown("timeout"))
    document = plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))
    assert (refusals(document), document.steps) == ([("vm/web01/networkAdapters/lan", "unknown")], ())


def test_too_many_adapters() -> None:
    """A machine takes 8 adapters where 64 are not possible yet (behaviour 3.1)."""
    wanted = tuple(adapter(f"n{i}") for i in range(9))
    live = live_vm(marker=mine(), version="8.0")
    assert ("vm/web01", "adapters") in refusals(plan(host(live, switches=LAN), vm(network_adapters=wanted)))
    assert refusals(plan(host(live_vm(marker=mine()), switches=LAN), vm(network_adapters=wanted))) == []


def test_vlans_that_a_port_cannot_have() -> None:
    """A private VLAN needs a physical network behind the switch (behaviour 2.4), and an emulated adapter takes one id: said by the plan, not by the host."""
    private = Vlan("Isolated", 10, secondary=((101, 101),))
    outside = (live_switch(), live_switch("dmz", 901, kind="External"))

    def codes(vlan: Vlan, on: str = "lan", **live: Any) -> list[str]:
        there = live_vm(marker=mine(), generation=1, bios=None, firmware=None, adapters=(live_adapter(on=on, **live),))
        return [code for _, code in refusals(plan(host(there, switches=outside), vm(generation=1, network_adapters=(adapter(on=on, vlan=vlan),))))]

    assert codes(private) == ["vlan-mode"]
    assert codes(private, on="dmz") == []
    assert codes(private, on="dmz", legacy=True) == ["vlan-mode"]
    assert codes(Vlan("Trunk", trunk=((10, 20),)), legacy=True) == ["vlan-mode"]
    assert codes(Vlan("Access", 10), legacy=True) == []


@pytest.mark.parametrize(
    "lifecycle",
    [
        Lifecycle(exclusive=("networkAdapters", "disks", "dvds"), ignore=("networkAdapters/lan", "devices.disks.os", "dvds.setup")),
        Lifecycle(exclusive=("networkAdapters", "disks", "dvds"), ignore=("devices",)),
        Lifecycle(exclusive=("networkAdapters", "disks", "dvds"), ignore=("networkAdapters", "disks", "dvds")),
        Lifecycle(exclusive=("networkAdapters", "disks", "dvds"), manage=("processor",)),
    ],
)
def test_exclusive_removes_what_is_undeclared_and_nothing_else(lifecycle: Lifecycle) -> None:
    """A declared device that is not compared stays as it is, is no stranger to `exclusive`, and the mark keeps what it says of it."""
    mark = mine(adapters={"lan": guid(700)[:13]}, applied={"nic/lan": "111111", "disk/os": "222222"})
    live = live_vm(marker=mark, state="Running", adapters=(live_adapter(),), disks=(drive(r"D:\os.vhdx"),), dvds=(drive(r"D:\setup.iso", "scsi 0:4"),))
    want = vm(
        general=General(notes="new"),
        lifecycle=lifecycle,
        network_adapters=(adapter(vlan=Vlan("Access", 9)),),
        disks=(Disk(key="os", vhd=Vhd(path=r"D:\os.vhdx", size=9 << 30)),),
        dvds=(Dvd(key="setup", slot=parse_slot("scsi 0:4"), iso=None),),
    )
    document = plan(host(live, switches=LAN, vhds=(vhd(r"D:\os.vhdx"),)), want)
    assert [c.address for c in document.resource_changes] == [
        "vm/web01",
        "vm/web01/disks/os",
        "vm/web01/dvds/setup",
        "vm/web01/networkAdapters/lan",
    ]
    assert {c.actions for c in document.resource_changes[1:]} == {("no-op",)}
    assert [step.action for step in document.steps] in ([], ["mark"])
    for step in document.steps:
        assert "disk/os.222222" in step.powershell
        assert "nic/lan.111111," in step.powershell
        assert " nic/lan=000002bc-6d3e" in step.powershell


def test_settings_that_alone_are_managed() -> None:
    """`manage` may name one setting of an adapter: that is compared, and nothing beside it."""
    live = live_vm(marker=mine(), state="Running", adapters=(live_adapter(),))
    want = vm(network_adapters=(adapter(on="dmz", vlan=Vlan("Access", 9)),), lifecycle=Lifecycle(manage=("networkAdapters/lan/vlan",)))
    assert [field.path for c in plan(host(live, switches=LAN), want).resource_changes for field in c.fields] == ["vlan"]


def test_every_declared_adapter_has_its_entry() -> None:
    """Also one that is refused because nobody can tell which of the machine's it is."""
    live = live_vm(state="Running", adapters=(live_adapter("Netzwerkkarte"),))
    document = plan(host(live, switches=LAN), vm(network_adapters=(adapter(),)))
    assert [(c.address, c.actions) for c in document.resource_changes][1:] == [("vm/web01/networkAdapters/lan", ("no-op",))]
