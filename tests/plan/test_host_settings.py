"""Settings of a whole host: compared by their rows, written in one call for each impact, owned by nobody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hvplan.document.plan import PlanDocument
from hvplan.model.hostsettings import HostSettings
from hvplan.model.objects import Desired, Host, Stack
from hvplan.model.values import Unknown
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from tests.plan.worlds import IDENTITY, NOW, STACK, host

LIVE = HostSettings(
    vm_path="D:\\VMs",
    vhd_path="D:\\VHDs",
    numa_spanning=True,
    enhanced_session=False,
    mac_minimum="00-15-5D-01-00-00",
    mac_maximum="00-15-5D-01-00-FF",
    migrations=2,
)


def settings_plan(want: HostSettings, *, live: Any = LIVE, stack: Stack = STACK, **options: Any) -> PlanDocument:
    """The plan of a host of which nothing but settings is declared."""
    one = Host(name="hv01", settings=want)
    desired = Desired(stack=stack, hosts=(one,))
    read = host(settings=live, free={"c:": 1, "d:": 1})
    return make_plan([HostInput(host=one, desired=desired, live=read)], stack=stack, options=PlanOptions(**options), now=NOW, place=lambda *_: "")


def test_what_is_the_same_is_the_same() -> None:
    """Paths ignore case, addresses are one however they are written, and what is not written is not compared."""
    document = settings_plan(HostSettings(vm_path="d:\\vms", mac_minimum="00-15-5D-01-00-00"))
    assert (document.steps, document.refusals) == ((), ())
    assert [change.address for change in document.resource_changes] == ["host/hv01"]


def test_one_call_for_each_impact() -> None:
    """What waits for the management service is a call of its own, told as such, and no call restarts anything."""
    document = settings_plan(HostSettings(numa_spanning=False, enhanced_session=True, migrations=4))
    assert {(step.powershell, step.impact) for step in document.steps} == {
        ("Set-VMHost -EnableEnhancedSessionMode $true -MaximumVirtualMachineMigrations 4 -Confirm:$false", "online"),
        ("Set-VMHost -NumaSpanningEnabled $false -Confirm:$false", "host"),
    }
    (change,) = document.resource_changes
    assert (change.type, change.impact) == ("hyperv_host", "host")
    assert "which hvplan never does" in next(field.why for field in change.fields if field.path == "settings.numaSpanning")
    assert [d.path for d in settings_plan(HostSettings(numa_spanning=False), max_impact="online").deferred] == ["settings.numaSpanning"]


def test_live_migration_is_turned_on_and_off_by_cmdlets_of_its_own() -> None:
    """On and off are two cmdlets that take no value; what else is written of live migration goes to Set-VMHost."""
    live = replace(LIVE, migration=False)
    document = settings_plan(HostSettings(migration=True, migrations=4), live=live)
    assert {(step.powershell, step.impact) for step in document.steps} == {
        ("Enable-VMMigration -Confirm:$false", "online"),
        ("Set-VMHost -MaximumVirtualMachineMigrations 4 -Confirm:$false", "online"),
    }
    off = settings_plan(HostSettings(migration=False), live=replace(LIVE, migration=True))
    assert [step.powershell for step in off.steps] == ["Disable-VMMigration -Confirm:$false"]
    assert settings_plan(HostSettings(migration=False), live=live).steps == ()


def test_adopt_is_asked_only_where_nobody_owns_anything() -> None:
    """With a stack its files are the word for the host; without one every change of what is there needs the consent."""
    want = HostSettings(migrations=4)
    assert settings_plan(want).consents == ()
    assert [c.kind for c in settings_plan(want, stack=Stack()).consents] == ["adopt"]


@pytest.mark.parametrize(
    ("want", "live", "code"),
    [
        (HostSettings(mac_minimum="00-15-5D-02-00-00"), LIVE, "mac-range"),
        (HostSettings(vm_path="E:\\VMs"), LIVE, "no-drive"),
        (HostSettings(migrations=1), Unknown("no rights"), "unknown"),
    ],
)
def test_what_the_host_would_refuse_is_foretold(want: HostSettings, live: Any, code: str) -> None:
    """A range that ends before it begins counts what the host keeps; a drive that is not there; what could not be read."""
    document = settings_plan(want, live=live)
    assert [r.code for r in document.refusals] == [code]
    assert document.steps == ()


def test_live_migration_needs_a_domain_or_a_cluster() -> None:
    """Turned on where the host says that it is in neither, it would fail; a host that does not say, and one where it is on already, are left alone."""
    on, off = HostSettings(migration=True), replace(LIVE, migration=False)
    one = Host(name="hv01", settings=on)
    desired = Desired(stack=STACK, hosts=(one,))
    for domain, node, code in ((False, False, ["no-domain"]), (None, False, []), (True, False, []), (False, True, [])):
        read = host(settings=off, domain=domain, identity=replace(IDENTITY, cluster_node=node))
        found = make_plan([HostInput(host=one, desired=desired, live=read)], stack=STACK, options=PlanOptions(), now=NOW, place=lambda *_: "")
        assert [r.code for r in found.refusals] == code
    read = host(settings=replace(LIVE, migration=True), domain=False)
    found = make_plan([HostInput(host=one, desired=desired, live=read)], stack=STACK, options=PlanOptions(), now=NOW, place=lambda *_: "")
    assert (found.refusals, found.steps) == ((), ())


def test_only_the_host_is_meant() -> None:
    """A target of another kind leaves the settings alone, `host/NAME` means them."""
    want = HostSettings(migrations=4)
    assert settings_plan(want, targets=("host/hv01",)).steps
    assert settings_plan(want, excludes=("host/*",)).steps == ()
    assert settings_plan(want, targets=("*",)).steps
