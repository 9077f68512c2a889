"""What a host lends its switches, read from a simulated host: adapters by interface, teams, the host's own adapters, settings."""

from __future__ import annotations

import pytest

from hvplan.live.network import read_lent
from hvplan.live.read import pipelines, read_host, read_settings, read_switch
from hvplan.live.wanted import Wanted
from hvplan.model.devices import Vlan
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveSwitch
from hvplan.model.values import Unknown
from hvplan.remoting.session import Done, ErrorRecord, Outcome
from hvplan.simulator.world import SimulatedWorld
from tests.direct import DirectSession

WORLD = r"""
kind: World
host:
  name: HV01
  release: "2022"
  netAdapters: [{name: Ethernet, mac: 00-11-22-33-44-01, description: 'Intel(R) X710'}, {name: Ethernet 2, mac: 00-11-22-33-44-02}]
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}]
switches:
  - name: lan
    type: External
    netAdapters: [Ethernet 2, Ethernet]
    embeddedTeaming: true
    loadBalancing: Dynamic
    managementAdapters: [{name: lan}, {name: Mgmt, vlan: 10, bandwidth: {maximum: 5Gbit}}]
  - {name: lab, type: Private}
"""


def session() -> DirectSession:
    return DirectSession(SimulatedWorld.from_text(WORLD))


def test_everything_in_one_pipeline_more() -> None:
    """Two switches of which one has a team: adapters by interface, the host's own adapters with what is set on them."""
    plain, asked = session(), session()
    without, live = read_host(plain, Wanted(host="hv01")), read_host(asked, Wanted(host="hv01", network=True))
    assert len(asked.sent) - len(plain.sent) == pipelines(1, network=True) - pipelines(1) == 1
    assert isinstance(without.nics, Unknown)
    assert not isinstance(live.nics, Unknown)
    assert [(n.name, n.mac, n.physical) for n in live.nics if n.physical] == [
        ("Ethernet", "00-11-22-33-44-01", True),
        ("Ethernet 2", "00-11-22-33-44-02", True),
    ]
    lab, lan = sorted(live.switches, key=lambda switch: switch.name)
    assert (lab.net_adapters, lab.management, lab.team_unread) == ((), (), "")
    assert (lan.settings.type, lan.settings.teaming, lan.settings.load_balancing, lan.settings.allow_management) == ("External", True, "Dynamic", True)
    assert not isinstance(lan.net_adapters, Unknown)
    assert {nic.name for nic in lan.net_adapters} == {"Ethernet", "Ethernet 2"}
    assert not isinstance(lan.management, Unknown)
    mgmt, own = sorted(lan.management, key=lambda adapter: adapter.name)
    assert (own.name, own.settings.vlan, own.settings.maximum) == ("lan", Vlan(), 0)
    assert (mgmt.name, mgmt.settings.vlan, mgmt.settings.maximum, mgmt.settings.minimum_weight) == ("Mgmt", Vlan("Access", 10), 5 * 10**9, 0)
    assert {nic.id for nic in live.nics if nic.name.startswith("vEthernet")} == {mgmt.interface, own.interface}


@pytest.mark.parametrize(
    ("broken", "known"), [("Get-NetAdapter", "management"), ("Get-VMNetworkAdapter", "net_adapters"), ("Get-VMSwitchTeam", "net_adapters")]
)
def test_what_cannot_be_read_is_unknown_and_the_rest_is_known(broken: str, known: str) -> None:
    """An error in the batch is asked about again, one by one; only what depends on it stays unknown."""
    it = session()

    def fail(number: int, invocation: object, outcome: Outcome) -> Outcome:
        sent = [statement[0].cmdlet for statement in it.sent[number].statements]
        if broken in sent and isinstance(outcome, Done):
            return Done(records=outcome.records if len(sent) > 1 else (), errors=(ErrorRecord(id="X", category="PermissionDenied", message="no"),))
        return outcome

    it.after = fail
    live = read_host(it, Wanted(host="hv01", network=True))
    lan = next(switch for switch in live.switches if switch.name == "lan")
    assert not isinstance(getattr(lan, known), Unknown)
    assert [isinstance(lan.net_adapters, Unknown), isinstance(lan.management, Unknown), bool(lan.team_unread)] == [
        broken == "Get-NetAdapter",
        broken == "Get-VMNetworkAdapter",
        broken == "Get-VMSwitchTeam",
    ]


def test_a_session_without_the_cmdlets() -> None:
    """An endpoint that shows none of them: nothing is sent, and nothing is taken for absent."""
    it = session()
    lent = read_lent(it, {}, "hv01")
    assert it.sent == []
    assert all(isinstance(part, Unknown) for part in (lent.nics, lent.teams, lent.own))


def test_one_switch_and_the_settings_again() -> None:
    """A re-read tells the same as the first read."""
    it = session()
    live = read_host(it, Wanted(host="hv01", network=True))
    for switch in live.switches:
        again = read_switch(it, switch.id, live.commands)
        assert isinstance(again, LiveSwitch)
        assert again.settings == switch.settings
        assert again.management == switch.management
        assert [nic.id for nic in again.net_adapters] == [nic.id for nic in switch.net_adapters]  # type: ignore[union-attr]
    assert isinstance(live.settings, HostSettings)
    assert live.settings.migrations == 2
    assert read_settings(it, live.commands) == live.settings
