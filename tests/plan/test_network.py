"""External switches: which adapters are meant, who may cut the session off, and in which order things pass from switch to switch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hvplan.diff.switches import DEFAULT_SWITCH
from hvplan.model.devices import Vlan
from hvplan.model.live import LiveHost, LiveSwitch
from hvplan.model.marker import Marker, write
from hvplan.model.network import LiveManagementAdapter, ManagementAdapter, ManagementSettings, NetAdapterRef, Nic, SwitchSettings
from hvplan.model.objects import Ensure, Lifecycle, Stack, VirtualSwitch
from hvplan.model.values import Unknown
from hvplan.plan.make import PlanOptions
from tests.plan.worlds import COMMANDS, guid, host, plan, switch

ONE = Nic(id=guid(1), name="Ethernet", description="X710", mac="00-11-22-33-44-01", physical=True, addresses=("10.0.0.1",))
TWO = Nic(id=guid(2), name="Ethernet 2", description="X710 #2", mac="00-11-22-33-44-02", physical=True, addresses=())
TEAM = Nic(id=guid(3), name="Team", description="Multiplexor", mac="00-11-22-33-44-02", addresses=())
INSIDE = Nic(id=guid(4), name="vEthernet (lan)", description="Hyper-V Virtual Ethernet Adapter", addresses=("10.0.0.2", "fe80::1"))
NICS = (ONE, TWO, TEAM, INSIDE)
OWN = LiveManagementAdapter(
    id="Microsoft:OWN", name="lan", switch_id=guid(900), interface=INSIDE.id, settings=ManagementSettings(vlan=Vlan(), minimum_weight=0, maximum=0)
)


def there(*under: Nic, own: Any = (), number: int = 900, name: str = "lan", **settings: Any) -> LiveSwitch:
    """A switch of this stack over these adapters."""
    values: dict[str, Any] = {"type": "External", "notes": "", "allow_management": bool(own), "teaming": False, "bandwidth_mode": "Absolute", "sriov": False}
    mark = Marker(stack="lab", id=name, kind="switch", owner=guid(number)[:13])
    return LiveSwitch(id=guid(number), name=name, notes=write(mark), settings=SwitchSettings(**(values | settings)), net_adapters=under, management=own)


def on(*switches: LiveSwitch, reached: tuple[str, ...] = (), nics: Any = NICS) -> LiveHost:
    return host(switches=switches, nics=nics, reached=reached)


def external(*refs: NetAdapterRef, name: str = "lan", management: tuple[ManagementAdapter, ...] = (), **settings: Any) -> VirtualSwitch:
    more: dict[str, Any] = {"net_adapters": refs} if refs else {}
    return switch(name, settings=SwitchSettings(**({"type": "External"} | settings)), management=management, **more)


def by(name: str, key: str = "name") -> NetAdapterRef:
    return NetAdapterRef(key, name)


def asked(live: LiveHost, *wanted: VirtualSwitch) -> list[str]:
    """Addresses for which the plan needs the consent, and that nothing is refused."""
    document = plan(live, *wanted, options=PlanOptions(max_deletes=1))
    assert document.refusals == ()
    return [consent.address for consent in document.consents if consent.kind == "management"]


@pytest.mark.parametrize("ref", [by("ETHERNET 2"), by("00-11-22-33-44-02", "mac"), by("x710 #2", "description")])
def test_an_adapter_is_compared_by_its_interface(ref: NetAdapterRef) -> None:
    """However it is named: the same interface is no change, and the address of a team of Windows means its member."""
    assert plan(on(there(TWO)), external(ref)).steps == ()


@pytest.mark.parametrize(
    ("refs", "nics", "code", "says"),
    [
        ((by("Ethernet 9"),), NICS, "net-adapter-unknown", "It has Ethernet (00-11-22-33-44-01, X710), Ethernet 2"),
        ((by("vEthernet (lan)"),), NICS, "net-adapter-unknown", "is named vEthernet (lan)"),
        ((by("00-11-22-33-44-02", "mac"),), (*NICS, replace(ONE, id=guid(9), name="Twin", mac=TWO.mac)), "net-adapter-ambiguous", "2 network adapters"),
        ((by("Ethernet"), by("X710", "description")), NICS, "net-adapter-twice", "are one adapter (Ethernet)"),
        ((by("Ethernet"),), Unknown("no rights"), "unknown", "no rights"),
    ],
)
def test_what_is_not_one_adapter_is_refused(refs: tuple[NetAdapterRef, ...], nics: Any, code: str, says: str) -> None:
    """Unknown, ambiguous, twice, or not read: said with what there is, before anything is sent."""
    inside = there(own=(OWN,), number=901, name="other", type="Internal")
    refused = plan(on(inside, nics=nics), external(*refs, teaming=True)).refusals
    assert [(r.address, r.code) for r in refused] == [("switch/lan", code)]
    assert says in refused[0].text


def test_the_consent_is_for_the_switch_that_carries_the_session() -> None:
    """Told by the address at which the host is reached: the physical adapter before a switch takes it, the host's own adapter afterwards."""
    assert asked(on(reached=("10.0.0.1",)), external(by("Ethernet"))) == ["switch/lan"]
    assert asked(on(reached=("10.0.0.1",)), external(by("Ethernet 2"))) == []
    carrying = there(TWO, own=(OWN,))
    assert asked(on(carrying, reached=("10.0.0.2",)), external(allow_management=False)) == ["switch/lan"]
    assert asked(on(carrying, reached=("10.0.0.1",)), external(allow_management=False)) == []
    assert asked(on(carrying, reached=("10.0.0.1",)), external(by("Ethernet"))) == ["switch/lan"]
    assert asked(on(carrying, reached=("10.0.0.2",)), replace(external(), ensure=Ensure.ABSENT)) == ["switch/lan"]
    assert asked(on(carrying, reached=("10.0.0.1",)), replace(external(), ensure=Ensure.ABSENT)) == []


def test_when_nobody_can_tell_an_external_switch_asks() -> None:
    """No address, one that no adapter has, addresses or adapters that could not be read: the careful reading."""
    carrying = there(TWO, own=(OWN,))
    for live in (
        on(carrying),
        on(carrying, reached=("192.0.2.1",)),
        on(carrying, reached=("10.0.0.2",), nics=tuple(replace(nic, addresses=None) for nic in NICS)),
    ):
        assert asked(live, external(allow_management=False)) == ["switch/lan"]
        assert asked(live, replace(external(), ensure=Ensure.ABSENT)) == ["switch/lan"]
    team = there(ONE, TWO, own=(OWN,), teaming=True, load_balancing="HyperVPort")
    assert asked(on(team), external(load_balancing="Dynamic")) == []
    assert asked(on(there(TWO, own=())), external(by("Ethernet 2"), allow_management=True)) == []
    assert asked(on(there(own=(OWN,), type="Internal")), switch(settings=SwitchSettings(type="Private"))) == []


def test_an_adapter_of_the_host_asks_for_itself() -> None:
    """Its VLAN and its removal may cut the session off; its bandwidth does not, nor does another adapter."""
    live = on(there(TWO, own=(OWN,)), reached=("10.0.0.2",))
    elsewhere = replace(live, reached=("10.0.0.1",))
    tagged = external(management=(ManagementAdapter(key="lan", settings=ManagementSettings(vlan=Vlan("Access", 10))),))
    gone = external(management=(ManagementAdapter(key="lan", absent=True),))
    wide = external(management=(ManagementAdapter(key="lan", settings=ManagementSettings(maximum=10**9)),))
    for want in (tagged, gone):
        assert asked(live, want) == ["switch/lan/managementAdapters/lan"]
        assert asked(elsewhere, want) == []
    assert asked(live, wide) == []


def test_an_adapter_is_taken_away_before_it_is_given() -> None:
    """Whatever the order in the files: the step that takes waits for the one that sets free."""
    live = on(there(ONE, number=900, name="a"), there(TWO, number=901, name="b"))
    document = plan(live, external(by("Ethernet"), name="b"), switch("a", settings=SwitchSettings(type="Internal")))
    assert document.refusals == ()
    takes = next(step for step in document.steps if step.address == "switch/b" and "netAdapters" in step.cause)
    frees = next(step for step in document.steps if step.address == "switch/a" and "type" in step.cause)
    assert frees.id in takes.needs
    left_out = plan(live, external(by("Ethernet"), name="b"), switch("a", settings=SwitchSettings(type="Internal")), options=PlanOptions(targets=("switch/b",)))
    assert [r.code for r in left_out.refusals] == ["net-adapter-in-use"]


def test_what_is_not_given_up_is_not_taken() -> None:
    """The switch that holds the adapter may not be changed: then the one that was to get it waits too."""
    live = on(there(ONE, number=900, name="a"), there(TWO, number=901, name="b"))
    kept = switch("a", settings=SwitchSettings(type="Internal", sriov=True))
    document = plan(live, external(by("Ethernet"), name="b"), kept)
    assert [(r.address, r.code) for r in document.refusals] == [("switch/a", "replace"), ("switch/b", "depends")]


def test_an_older_host_gives_ids_itself() -> None:
    """Where New-VMSwitch takes no id, everything after it refers to what it returned, and the mark comes last."""
    commands = {name: parameters - {"Id"} if name == "New-VMSwitch" else parameters for name, parameters in COMMANDS.items()}
    own = ManagementAdapter(key="Mgmt", settings=ManagementSettings(vlan=Vlan("Access", 10)))
    document = plan(replace(on(), commands=commands), external(by("Ethernet"), teaming=True, load_balancing="Dynamic", management=(own,)))
    assert document.refusals == ()
    made, team, added, tagged, mark = document.steps
    assert (made.action, mark.action) == ("create", "mark")
    assert f"Get-VMSwitch -Id ${made.id}.Id | Set-VMSwitchTeam" in team.powershell
    assert (added.needs, tagged.needs, mark.needs) == ((team.id,), (added.id,), (tagged.id,))


def test_the_default_switch_gets_no_adapter() -> None:
    """What is built in is not managed, devices included, also where nothing is marked."""
    built_in = replace(there(ONE, type="Internal", name="Default Switch"), id=DEFAULT_SWITCH, notes="")
    want = switch("Default Switch", management=(ManagementAdapter(key="Mgmt"),))
    document = plan(on(built_in), want, stack=Stack())
    assert [r.code for r in document.refusals] == ["built-in"]
    assert document.steps == ()


def test_a_team_names_its_members_with_everything() -> None:
    """Without an adapter no parameter set of Set-VMSwitchTeam is meant; what is sent again must still be there."""
    live = on(there(ONE, TWO, teaming=True, load_balancing="HyperVPort"))
    (step, _) = plan(live, external(load_balancing="Dynamic")).steps
    assert "Set-VMSwitchTeam -NetAdapterName 'Ethernet', 'Ethernet 2' -LoadBalancingAlgorithm Dynamic" in step.powershell
    assert ("netAdapters", ["Ethernet", "Ethernet 2"]) in [(expect.path, expect.value) for expect in step.expect]


@pytest.mark.parametrize(
    ("live", "want", "code"),
    [
        (there(ONE), external(teaming=True), "replace"),
        (there(ONE), external(bandwidth_mode="Weight"), "replace"),
        (there(ONE), replace(external(sriov=True), lifecycle=Lifecycle(protect=True)), "protected"),
        (there(ONE), external(load_balancing="Dynamic"), "no-team"),
        (there(type="Internal"), external(), "incomplete"),
        (there(type="Internal"), external(by("Ethernet"), by("Ethernet 2"), teaming=False), "one-adapter"),
        (there(type="Internal"), replace(external(by("Ethernet")), settings=SwitchSettings()), "switch-type"),
        (there(ONE, own=Unknown("no rights")), external(management=(ManagementAdapter(key="Mgmt"),)), "unknown"),
        (
            there(ONE),
            external(management=(ManagementAdapter(key="Mgmt", settings=ManagementSettings(minimum_weight=5)),)),
            "bandwidth-mode",
        ),
    ],
)
def test_what_cannot_be_done_is_refused(live: LiveSwitch, want: VirtualSwitch, code: str) -> None:
    """What a switch has from its creation, and what facts foretell; never an implicit replacement."""
    document = plan(on(live), want)
    assert [r.code for r in document.refusals] == [code]
    assert document.steps == ()


def test_default_is_what_hyper_v_chose() -> None:
    """It is sent when a switch is made, and no difference afterwards."""
    assert plan(on(there(ONE)), external(bandwidth_mode="Default")).steps == ()
    (made,) = plan(on(), external(by("Ethernet"), bandwidth_mode="Default")).steps
    assert "-MinimumBandwidthMode Default" in made.powershell
    assert all(expect.path != "bandwidthMode" for expect in made.verify)
