"""Live migration as a setting of the host: switched by two cmdlets, shaped by Set-VMHost."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import HOST, NOW, good, one, refused, world

DOMAIN = "  domain: lab.example\n"


def joined(more: str = DOMAIN) -> SimulatedWorld:
    """A host in a domain."""
    text = HOST.format(release="2025", culture="en-US").replace("  name: HV01\n", f"  name: HV01\n{more}")
    return SimulatedWorld.from_text(text, clock=VirtualClock(NOW))


def enabled(host: SimulatedWorld) -> bool:
    """What Get-VMHost says."""
    return bool(one(host, "Get-VMHost").props["VirtualMachineMigrationEnabled"])


@pytest.mark.parametrize("more", [DOMAIN, "  cluster: true\n"])
def test_it_is_off_and_goes_on_and_off(more: str) -> None:
    """Off on a new host; twice the same changes nothing; the state file remembers; the object comes only when it is asked for."""
    host = joined(more)
    assert not enabled(host)
    assert good(host, "Enable-VMMigration") == []
    (record,) = good(host, "Enable-VMMigration", Passthru=True)
    assert record.props["VirtualMachineMigrationEnabled"] is True
    again = SimulatedWorld.from_text(host.dump_text(), clock=VirtualClock(NOW))
    assert enabled(again)
    good(again, "Disable-VMMigration")
    assert not enabled(again)


def test_a_workgroup_host_cannot() -> None:
    """It says why, and nothing changes; turning it off is always possible."""
    host = world()
    before = host.dump()
    assert refused(host, "Enable-VMMigration") == ("OperationFailed", "NotSpecified")
    assert host.dump() == before
    good(host, "Disable-VMMigration")
    computer = one(host, "Get-CimInstance", ClassName="Win32_ComputerSystem").props
    assert (computer["Domain"], computer["PartOfDomain"], computer["DomainRole"]) == ("WORKGROUP", False, 2)
    computer = one(joined(), "Get-CimInstance", ClassName="Win32_ComputerSystem").props
    assert (computer["Domain"], computer["PartOfDomain"], computer["DomainRole"]) == ("lab.example", True, 3)


@pytest.mark.parametrize(
    ("parameter", "default", "value"),
    [
        ("VirtualMachineMigrationAuthenticationType", "CredSSP", "Kerberos"),
        ("VirtualMachineMigrationPerformanceOption", "Compression", "SMB"),
        ("MaximumVirtualMachineMigrations", 2, 4),
        ("MaximumStorageMigrations", 2, 6),
        ("UseAnyNetworkForMigration", False, True),
    ],
)
@pytest.mark.parametrize("on", [False, True])
def test_its_settings_stand_whether_it_is_on_or_off(parameter: str, default: Any, value: Any, on: bool) -> None:
    """Set-VMHost changes one and leaves the others, and does not turn anything on."""
    host = joined()
    if on:
        good(host, "Enable-VMMigration")
    before = dict(one(host, "Get-VMHost").props)
    assert before[parameter] == default
    good(host, "Set-VMHost", **{parameter: value})
    again = SimulatedWorld.from_text(host.dump_text(), clock=VirtualClock(NOW))
    after = dict(one(again, "Get-VMHost").props)
    assert {name for name in after if after[name] != before[name] and name != "SecureBootTemplates"} == {parameter}  # objects of one call each
    assert (after[parameter], enabled(again)) == (value, on)
