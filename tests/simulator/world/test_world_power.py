"""Power: states, guests that take their time, and what a start needs."""

from __future__ import annotations

import threading

import pytest

from hvplan.simulator.call import Call
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.values import List
from tests.simulator.world.world_host import GIB, NOW, good, new_vm, one, refused, run, vm, world

ALLOWED = {
    "Start-VM": {"Off": "Running", "Saved": "Running", "Paused": "Running"},
    "Save-VM": {"Running": "Saved", "Paused": "Saved"},
    "Suspend-VM": {"Running": "Paused"},
    "Resume-VM": {"Paused": "Running"},
    "Remove-VMSavedState": {"Saved": "Off"},
}
WARNED = {("Start-VM", "Running"), ("Save-VM", "Saved"), ("Suspend-VM", "Paused"), ("Resume-VM", "Running")}


@pytest.mark.parametrize("state", ["Off", "Running", "Saved", "Paused", "Stopping", "RunningCritical"])
@pytest.mark.parametrize("command", ALLOWED)
def test_each_state_takes_its_transitions_and_refuses_the_others(command: str, state: str) -> None:
    """Behaviour 5.2: the next state, a warning when it is there already, else InvalidState."""
    host = world(f"  - {{name: web, state: {state}}}")
    target = {"VMName": ["web"]} if command == "Remove-VMSavedState" else {"VM": [vm(host, "web")]}
    answer = run(host, command, **target)
    if state in ALLOWED[command]:
        assert not answer.errors
        assert vm(host, "web").props["State"] == ALLOWED[command][state]
    elif (command, state) in WARNED or (command == "Start-VM" and state == "RunningCritical"):
        assert len(answer.warnings) == 1
        assert not answer.errors
    else:
        assert answer.errors[0].id == "InvalidState"
        assert vm(host, "web").props["State"] == state


def test_stop_asks_the_guest_and_says_so_twice_only_as_a_warning() -> None:
    """Stop-VM shuts down; on a VM that is off it warns."""
    host = world("  - {name: web, state: Running}")
    good(host, "Stop-VM", VM=[vm(host, "web")])
    assert vm(host, "web").props["State"] == "Off"
    assert run(host, "Stop-VM", VM=[vm(host, "web")]).warnings


def test_a_guest_without_integration_services_cannot_be_asked() -> None:
    """Without them Stop-VM would ask a question, so it fails and the VM keeps running (behaviour 5.3, 7-34); Force and TurnOff work."""
    host = world("  - {name: web, state: Running, guest: {shutdown: none}}")
    assert refused(host, "Stop-VM", VM=[vm(host, "web")]) == ("InvalidOperation", "InvalidOperation")
    assert vm(host, "web").props["State"] == "Running"
    good(host, "Stop-VM", VM=[vm(host, "web")], Force=True)
    assert vm(host, "web").props["State"] == "Off"


def test_a_disabled_shutdown_service_is_like_none() -> None:
    """The shutdown integration service is what Stop-VM speaks to."""
    host = world("  - {name: web, state: Running}")
    good(host, "Disable-VMIntegrationService", VM=[vm(host, "web")], Name=["Shutdown"])
    assert refused(host, "Stop-VM", VM=[vm(host, "web")])[0] == "InvalidOperation"


def test_a_slow_guest_is_waited_for() -> None:
    """A slow guest takes 90 seconds of the world's time, and is seen stopping meanwhile."""
    clock = VirtualClock(NOW)
    host = world("  - {name: web, state: Running, guest: {shutdown: slow}}", clock=clock)
    good(host, "Stop-VM", VM=[vm(host, "web")])
    assert clock.monotonic() == 90
    assert vm(host, "web").props["State"] == "Off"


def test_a_hanging_guest_fails_and_stays_stopping_until_it_is_turned_off() -> None:
    """Behaviour 5.3: `Failed to stop.`, then only TurnOff helps."""
    host = world("  - {name: web, state: Running, guest: {shutdown: never}}")
    assert refused(host, "Stop-VM", VM=[vm(host, "web")]) == ("OperationFailed", "NotSpecified")
    assert vm(host, "web").props["State"] == "Stopping"
    good(host, "Stop-VM", VM=[vm(host, "web")], TurnOff=True)
    assert vm(host, "web").props["State"] == "Off"


def test_a_stop_that_its_client_gave_up_goes_on_in_the_guest() -> None:
    """A stop signal ends the call, not the shutdown."""
    clock = VirtualClock(NOW)
    host = world("  - {name: web, state: Running, guest: {shutdown: slow}}", clock=clock)
    stopped = threading.Event()
    stopped.set()
    host.call(Call(command="Stop-VM", set="VMObject", bound={"VM": List([vm(host, "web")])}, stopped=stopped))
    assert vm(host, "web").props["State"] == "Stopping"
    clock.advance(90)
    assert vm(host, "web").props["State"] == "Off"


def test_a_start_needs_memory() -> None:
    """Row 16 of behaviour 7."""
    host = world("  - {name: big, memory: {startup: 60GiB}, state: Running}\n  - {name: web, memory: {startup: 8GiB}}")
    assert refused(host, "Start-VM", VM=[vm(host, "web")]) == ("OutOfMemory", "ResourceUnavailable")
    assert vm(host, "web").props["State"] == "Off"


@pytest.mark.parametrize("path", ["D:\\VHDs\\missing.vhdx", "D:\\VHDs\\orphan.vhdx"])
def test_a_start_needs_its_disks_and_their_parents(path: str) -> None:
    """A missing file, or a missing parent, is found at the start, not before."""
    host = world(f"  - {{name: web, devices: {{disks: [{{slot: scsi 0:0, path: '{path}'}}]}}}}")
    good(host, "New-VHD", Path=["D:\\VHDs\\orphan.vhdx"], ParentPath="D:\\golden\\base.vhdx", Differencing=True)
    good(host, "Remove-Item", LiteralPath=["D:\\golden\\base.vhdx"])
    assert refused(host, "Start-VM", VM=[vm(host, "web")])[0] == "OperationFailed"


def test_one_disk_in_two_vms_is_noticed_only_by_the_second_start() -> None:
    """Behaviour 5.3: attaching is not checked, the file lock is; a hot attach fails at once."""
    disk = "devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}]}"
    host = world(f"  - {{name: a, {disk}}}\n  - {{name: b, {disk}}}\n  - {{name: c, state: Running}}")
    good(host, "Start-VM", VM=[vm(host, "a")])
    assert refused(host, "Start-VM", VM=[vm(host, "b")])[0] == "OperationFailed"
    assert refused(host, "Add-VMHardDiskDrive", VM=[vm(host, "c")], Path="D:\\VHDs\\one.vhdx")[0] == "OperationFailed"
    good(host, "Stop-VM", VM=[vm(host, "a")])
    good(host, "Start-VM", VM=[vm(host, "b")])


def test_dynamic_addresses_come_from_a_pool_at_the_first_start() -> None:
    """A new adapter has no address; starts draw the pool's next, and an empty pool refuses (behaviour 3.2)."""
    host = world()
    good(host, "Set-VMHost", MacAddressMinimum="00-15-5D-01-00-00", MacAddressMaximum="00-15-5D-01-00-01")
    found = []
    for name in ("a", "b", "c"):
        made = new_vm(host, name)
        assert made.props["NetworkAdapters"][0].props["MacAddress"] == "000000000000"
        answer = run(host, "Start-VM", VM=[made])
        found.append(answer.errors[0].id if answer.errors else vm(host, name).props["NetworkAdapters"][0].props["MacAddress"])
    assert found == ["00155D010000", "00155D010001", "OperationFailed"]


def test_only_a_stopped_vm_is_removed_and_its_disk_stays() -> None:
    """Remove-VM: Off or Saved, with Force (the prompt has nobody to answer); VHD files stay."""
    host = world("  - {name: web, state: Running, devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}]}}")
    assert refused(host, "Remove-VM", VM=[vm(host, "web")])[0] == "HostFunctionNotImplemented"
    assert refused(host, "Remove-VM", VM=[vm(host, "web")], Force=True)[0] == "InvalidState"
    good(host, "Save-VM", VM=[vm(host, "web")])
    good(host, "Remove-VM", VM=[vm(host, "web")], Force=True)
    assert not good(host, "Get-VM")
    assert good(host, "Get-Item", LiteralPath=["D:\\VHDs\\one.vhdx"])


def test_restart_is_hard() -> None:
    """Restart-VM is like power off and on, without the guest's shutdown (behaviour 5.2); the uptime begins again."""
    clock = VirtualClock(NOW)
    host = world("  - {name: web, state: Running, guest: {shutdown: slow}}", clock=clock)
    clock.advance(100)
    good(host, "Restart-VM", VM=[vm(host, "web")])
    assert clock.monotonic() == 100
    assert vm(host, "web").props["Uptime"].total_seconds() == 0


@pytest.mark.parametrize("command", ["Remove-VM", "Remove-VMSwitch", "Remove-VMGroup", "Merge-VHD", "Set-VHD", "Update-VMVersion"])
def test_what_asks_is_refused_without_force(command: str) -> None:
    """Nobody answers a prompt over the wire; the refusal comes before anything else is looked at."""
    host = world("  - {name: web}")
    before = host.dump()
    assert refused(host, command, Name=["web"], Path="D:\\VHDs\\one.vhdx")[0] == "HostFunctionNotImplemented"
    assert host.dump() == before


def test_a_latency_profile_takes_the_worlds_time() -> None:
    """`lan` makes the clock of the world move; `none` does not."""
    for latency, moves in (("none", False), ("lan", True)):
        clock = VirtualClock(NOW)
        host = world(latency=latency, clock=clock)
        made = one(host, "New-VM", Name="web", Generation=2, MemoryStartupBytes=GIB)
        good(host, "Start-VM", VM=[made])
        good(host, "Stop-VM", VM=[made])
        assert (clock.monotonic() > 0) == moves


STOPPING = "  - {name: web, state: Stopping, pending: {state: 'Off'}}"


def test_a_shutdown_that_nobody_hears_ends_by_turning_off_alone() -> None:
    """While Stopping: public tools turn such machines off; a second shutdown, forced or not, saving, pausing and starting are refused."""
    host = world(STOPPING)
    others: list[tuple[str, dict[str, bool]]] = [
        ("Stop-VM", {}), ("Stop-VM", {"Force": True}), ("Stop-VM", {"Save": True}), ("Save-VM", {}), ("Suspend-VM", {}), ("Resume-VM", {}), ("Start-VM", {}),
        ("Restart-VM", {"Force": True}),
    ]  # fmt: skip
    for command, bound in others:
        assert refused(host, command, Name=["web"], **bound) == ("InvalidState", "InvalidOperation"), command
        assert vm(host, "web").props["State"] == "Stopping"
    good(host, "Stop-VM", Name=["web"], TurnOff=True)
    assert vm(host, "web").props["State"] == "Off"
    good(host, "Start-VM", Name=["web"])


@pytest.mark.parametrize("state", ["Starting", "Saving", "Pausing", "Resuming"])
def test_on_the_way_to_another_state_nothing_else_is_asked(state: str) -> None:
    """Sources differ on whether a second request overrides the first, so it is refused (behaviour 5.2), turning off included."""
    host = world(f"  - {{name: web, state: {state}}}")
    for bound in ({"TurnOff": True}, {"Force": True}, {"Save": True}):
        assert refused(host, "Stop-VM", Name=["web"], **bound) == ("InvalidState", "InvalidOperation")
    assert vm(host, "web").props["State"] == state
