"""What became of a step, told honestly: errors, lost calls, re-reads, stops and their escalations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from hvplan.apply.listener import Silent
from hvplan.cmdlets.build import to_json, vm, write
from hvplan.cmdlets.invocation import Cmd
from hvplan.cmdlets.printing import powershell
from hvplan.document.plan import Expect, Step
from hvplan.document.result import StepResult
from hvplan.model.live import LiveFile
from hvplan.remoting.session import Done, Failed, NotSent, Unsure
from tests.apply.fake import (
    FakeHost,
    Lost,
    guid,
    machine,
    mark_step,
    plan,
    set_step,
    start_step,
    stop_step,
    window,
)
from tests.apply.runs import NO, outcomes, restart, run, set_count


def test_only_what_was_certainly_not_sent_is_sent_again() -> None:
    """NotSent is tried again, a few times; the write then happens once."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [NotSent(why="refused"), NotSent(why="refused")]
    assert run(host, plan(set_step("s1", 1))).exit_code == 0
    assert len(host.calls) == 1


def test_a_host_that_stays_away_is_not_asked_for_ever() -> None:
    """After a few tries the outcome is not_sent, nothing was written, exit 1."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [NotSent(why="refused")] * 50
    result = run(host, plan(set_step("s1", 1), set_step("s2", 1, count=3, was=2, needs=("s1",))))
    assert outcomes(result) == {"s1": "not_sent", "s2": "skipped"}
    assert (result.exit_code, host.calls) == (1, [])
    assert len(host.script["Set-VMProcessor"]) >= 40


def test_a_wrong_password_is_not_tried_again() -> None:
    """Repeating a refused logon locks accounts."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [NotSent(why="401", code="logon-failed")] * 5
    assert outcomes(run(host, plan(set_step("s1", 1)))) == {"s1": "not_sent"}
    assert len(host.script["Set-VMProcessor"]) == 4


@pytest.mark.parametrize("refusal", [Failed(errors=(NO,)), Done(errors=(NO,))])
def test_any_error_record_is_a_failure_and_never_repeated(refusal: Any) -> None:
    """For a write an error is failure whatever the state says; what depends on it is skipped with the root named; the rest finishes."""
    host = FakeHost.of(machine(1), machine(2))
    host.script["Set-VMProcessor"] = [refusal]
    steps = (set_step("s1", 1), set_step("s2", 1, count=3, was=2, needs=("s1",)), set_step("s3", 1, count=4, was=3, needs=("s2",)), stop_step("s4", 2))
    result = run(host, plan(*steps), parallel=1)
    assert outcomes(result) == {"s1": "failed", "s2": "skipped", "s3": "skipped", "s4": "done"}
    assert [step.because for step in result.steps] == ["", "s1", "s1", ""]
    assert result.steps[0].error is not None
    assert result.steps[0].error.id == NO.id
    assert (result.exit_code, result.hosts["hv01"]) == (4, "failed")
    assert result.continue_with == "hvplan apply lab.yaml"


def test_a_call_whose_end_was_not_seen_is_decided_by_a_re_read() -> None:
    """Lost after it took effect: done, and not sent again. Lost before: failed, and not sent again either."""
    for ran, expected in ((True, "done"), (False, "failed")):
        host = FakeHost.of(machine(1))
        host.script["Set-VMProcessor"] = [Lost(ran)]
        result = run(host, plan(set_step("s1", 1)))
        assert outcomes(result) == {"s1": expected}
        assert len(host.calls) == int(ran)
        assert result.exit_code == (0 if ran else 4)


def test_a_lost_call_is_not_believed_on_what_held_before_it() -> None:
    """Lost, and both the precondition and what `verify` names hold: it may have run or not, so the outcome is unknown."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [Lost(ran=False)]
    step = replace(set_step("s1", 1), verify=(Expect(address="vm/web01", path="notes", value=""),))
    assert outcomes(run(host, plan(step))) == {"s1": "unknown"}


def test_a_lost_copy_is_not_believed_on_its_file() -> None:
    """A file is there long before the copy is whole: finding it after a lost call proves nothing."""
    host = FakeHost.of(machine(1))
    host.asked = ("d:\\b.hvplan.vhdx",)
    copy = write(Cmd("Copy-Item", {"LiteralPath": "D:\\a.vhdx", "Destination": "D:\\b.hvplan.vhdx"}))
    there, absent = (Expect(address="vm/web01/disks/os", path="file D:\\b.hvplan.vhdx", value=value) for value in (True, False))
    step = replace(
        set_step("s1", 1), address="vm/web01/disks/os", action="copy", expect=(absent,), verify=(there,), invocation=to_json(copy), powershell=powershell(copy)
    )

    def cut_off() -> Any:
        host.files["d:\\b.hvplan.vhdx"] = LiveFile(path="D:\\b.hvplan.vhdx", folder=False, size=1)
        return Unsure(why="the connection was lost")

    host.script["Copy-Item"] = [cut_off]
    assert outcomes(run(host, plan(step))) == {"s1": "unknown"}


def test_what_nobody_can_tell_is_unknown() -> None:
    """Lost, and the object cannot be read: unknown, exit 4, and what depends on it is skipped."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [lambda: _lost(host)]
    result = run(host, plan(set_step("s1", 1), set_step("s2", 1, count=3, was=2, needs=("s1",))))
    assert outcomes(result) == {"s1": "unknown", "s2": "skipped"}
    assert (result.exit_code, result.hosts) == (4, {"hv01": "unknown"})


def _lost(host: FakeHost) -> Any:
    host.blind = True
    return Unsure(why="the connection was lost")


def test_a_step_that_shows_less_than_it_writes_is_sent_all_the_same() -> None:
    """What `verify` names may hold before the write (a mark whose line is not known yet): only a moved precondition can make a step needless."""
    host = FakeHost.of(machine(1))
    step = replace(set_step("s1", 1), verify=(Expect(address="vm/web01", path="notes", value=""),))
    assert run(host, plan(step)).exit_code == 0
    assert len(host.calls) == 1


def test_success_is_what_a_re_read_shows() -> None:
    """A write that comes back without error and has no effect has failed, whether or not something needs it."""
    for more in ((), (set_step("s2", 1, count=3, was=2, needs=("s1",)),)):
        host = FakeHost.of(machine(1))
        host.deaf = True
        result = run(host, plan(set_step("s1", 1), *more))
        assert result.steps[0].outcome == "failed"
        assert "processor.count is 1, not 2" in (result.steps[0].error.message if result.steps[0].error else "")
        assert result.exit_code == 4


def test_a_stop_waits_for_off_and_escalates_only_after_failure() -> None:
    """The guest does not answer: the escalation runs, what needs the machine off follows, and the run has succeeded."""
    host = FakeHost.of(machine(1))
    host.script["Stop-VM"] = [Done()]  # answered, but the machine stays on
    steps = (
        stop_step("s1", 1),
        stop_step("s2", 1, needs=("s1",), escalates="s1", extra={"TurnOff": True}),
        set_step("s3", 1, needs=("s1", "s2")),
        start_step("s4", 1, needs=("s3",)),
    )
    result = run(host, plan(*steps))
    assert outcomes(result) == {"s1": "failed", "s2": "done", "s3": "done", "s4": "done"}
    assert (result.exit_code, result.hosts) == (0, {"hv01": "converged"})


def test_an_escalation_that_is_not_needed_does_not_run() -> None:
    """The guest shut down: nobody turns it off as well, and nothing counts as left undone."""
    host = FakeHost.of(machine(1))
    steps = (stop_step("s1", 1), stop_step("s2", 1, needs=("s1",), escalates="s1", extra={"TurnOff": True}), set_step("s3", 1, needs=("s1", "s2")))
    result = run(host, plan(*steps))
    assert outcomes(result) == {"s1": "done", "s2": "skipped", "s3": "done"}
    assert result.exit_code == 0
    assert [call[0] for call in host.calls] == ["Stop-VM", "Set-VMProcessor"]


def test_a_stop_without_escalation_fails_in_time() -> None:
    """A guest that never shuts down: the stop fails after its timeout, nothing offline is tried, the machine keeps running."""
    host = FakeHost.of(machine(1))
    host.script["Stop-VM"] = [Done()]
    result = run(host, plan(*restart(1)))
    assert outcomes(result) == {"s1": "failed", "s2": "skipped", "s3": "skipped"}
    assert host.vms[guid(1)].state == "Running"


def test_a_mark_waits_for_the_changes_and_not_for_the_start_alone() -> None:
    """A change inside the window fails and the machine is started again: the mark that would say it was applied is not written."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [Failed(errors=(NO,))]
    result = run(host, plan(*restart(1), mark_step("s4", 1, needs=("s3",))))
    assert outcomes(result) == {"s1": "done", "s2": "failed", "s3": "done", "s4": "skipped"}
    assert result.steps[3].because == "s2"
    assert host.vms[guid(1)].notes == machine(1).notes


class OffAfterAll(Silent):
    """The guest is done a moment after its time was over."""

    def __init__(self, host: FakeHost) -> None:
        self.host = host

    def finished(self, step: Step, result: StepResult, seconds: float) -> None:
        if step.id == "s1":
            self.host.vms[guid(1)] = replace(self.host.vms[guid(1)], state="Off")


@pytest.mark.parametrize("then", ["Force", "Save", "TurnOff"])
def test_an_escalation_that_finds_the_machine_off_sends_nothing(then: str) -> None:
    """Off is what the stop was for, whatever the escalation would have made of a machine that runs."""
    host = FakeHost.of(machine(1))
    host.script["Stop-VM"] = [Done()]
    saves = (Expect(address="vm/web01", path="state", value="Saved"),) if then == "Save" else stop_step("s2", 1).verify
    second = replace(stop_step("s2", 1, needs=("s1",), escalates="s1", extra={then: True}), expect=(), verify=saves)
    result = run(host, plan(stop_step("s1", 1), second, set_step("s3", 1, needs=("s1", "s2"))), listener=OffAfterAll(host))
    assert outcomes(result) == {"s1": "failed", "s2": "done", "s3": "done"}
    assert result.exit_code == 0
    assert [call[0] for call in host.calls] == ["Set-VMProcessor"]


def going(host: FakeHost, state: str) -> Callable[[], Done | Failed]:
    """The host refuses a stop and leaves the machine in that state."""

    def refuse() -> Failed:
        host.vms[guid(1)] = replace(host.vms[guid(1)], state=state)
        return Failed(errors=(NO,))

    return refuse


def test_an_escalation_that_is_refused_ends_soon_and_says_how_the_machine_stands() -> None:
    """A machine that is Stopping may take nothing but TurnOff: the run ends part-way, without waiting as long again, and says what to do."""
    host = FakeHost.of(machine(1))
    host.script["Stop-VM"] = [going(host, "Stopping"), going(host, "Stopping")]
    second = replace(stop_step("s2", 1, needs=("s1",), escalates="s1", extra={"Force": True}, timeout=360), expect=())
    result = run(host, plan(stop_step("s1", 1, timeout=2), second, set_step("s3", 1, needs=("s1", "s2"))))
    assert outcomes(result) == {"s1": "failed", "s2": "failed", "s3": "skipped"}
    assert result.exit_code == 4
    assert result.meta["seconds"] <= 10
    first, last = (step.error.message if step.error else "" for step in result.steps[:2])
    assert "turn it off" not in first  # there was something else to try
    assert last.startswith(NO.message)
    assert f"vm/web01 is Stopping. When it is off, the next run goes on from there. If its guest never gets there, turn it off: Get-VM -Id '{guid(1)}'" in last


def test_a_machine_that_was_saved_is_not_off() -> None:
    """Where off was the end, a saved machine is told soon, and what may be done with it."""
    host = FakeHost.of(machine(1))

    def save() -> Done:
        host.vms[guid(1)] = replace(host.vms[guid(1)], state="Saved")
        return Done()

    host.script["Stop-VM"] = [going(host, "Running"), save]
    second = replace(stop_step("s2", 1, needs=("s1",), escalates="s1", extra={"Save": True}, timeout=600), expect=())
    result = run(host, plan(stop_step("s1", 1), second))
    assert outcomes(result) == {"s1": "failed", "s2": "failed"}
    assert (result.exit_code, result.meta["seconds"] <= 10) == (4, True)
    message = result.steps[1].error.message if result.steps[1].error else ""
    assert message.startswith("vm/web01 was not off: vm/web01 state is Saved, not Off\nvm/web01 is saved, which is not off.")


def test_a_stop_that_the_host_calls_failed_may_come_to_its_end_all_the_same() -> None:
    """An error of Stop-VM ends a stop only where the machine stays in some state; one that is Stopping gets the rest of its time."""
    host = FakeHost.of(machine(1))
    host.script["Stop-VM"] = [going(host, "Off")]
    assert outcomes(run(host, plan(*restart(1)))) == {"s1": "done", "s2": "done", "s3": "done"}
    for state, told in (("Running", "vm/web01 runs as before"), ("Paused", "vm/web01 is Paused"), ("Saved", "vm/web01 is saved, which is not off")):
        host = FakeHost.of(machine(1))
        host.script["Stop-VM"] = [going(host, state)]
        result = run(host, plan(*restart(1)))
        assert outcomes(result) == {"s1": "failed", "s2": "skipped", "s3": "skipped"}
        assert result.meta["seconds"] == 0
        assert told in (result.steps[0].error.message if result.steps[0].error else "")
    host.script["Stop-VM"] = [going(host, "Running"), going(host, "Running")]
    forced = replace(stop_step("s2", 1, needs=("s1",), escalates="s1", extra={"Force": True}), expect=())
    host.vms[guid(1)] = machine(1)
    last = run(host, plan(stop_step("s1", 1), forced)).steps[1].error
    assert last is not None
    assert last.message.endswith("Shut it down in its guest."), "the policy has said what is done instead"


def test_a_machine_that_was_left_off_is_named() -> None:
    """When a change inside the window fails, the machine is started all the same; when that fails too, the result says that it is down."""
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [Failed(errors=(NO,))]
    result = run(host, plan(*restart(1), power_windows=(window(1, "s1", "s2", "s3"),)))
    assert [step.outcome for step in result.steps] == ["done", "failed", "done"]
    assert result.exit_code == 4
    assert host.vms[guid(1)].state == "Running"
    host = FakeHost.of(machine(1))
    host.script["Set-VMProcessor"] = [Failed(errors=(NO,))]
    host.script["Start-VM"] = [Failed(errors=(NO,))]
    result = run(host, plan(*restart(1), power_windows=(window(1, "s1", "s2", "s3"),)))
    assert any("vm/web01 was stopped and has not been started again" in note for note in result.meta["notes"])


def test_a_stop_that_nothing_waits_for_is_looked_at_too() -> None:
    """A machine whose declared state is Off has a stop and nothing behind it: it is done when the machine is off, not when the call came back."""
    host = FakeHost.of(machine(1))
    host.deaf = True
    result = run(host, plan(stop_step("s1", 1)))
    assert (outcomes(result), result.exit_code) == ({"s1": "failed"}, 4)
    assert result.steps[0].error is not None
    assert result.steps[0].error.id == "timeout"


def test_half_of_what_a_step_would_write_is_not_its_work() -> None:
    """What moved stands where the step would have put it, and the rest of the step does not: somebody else was there, and nothing is sent."""
    host = FakeHost.of(machine(1), machine(2))
    host.during = lambda cmdlet: set_count(host, 2, 2) if cmdlet == "Set-VMMemory" else None
    both = set_step("s2", 2)
    both = replace(both, verify=(*both.verify, Expect(address="vm/web02", path="processor.weight", value=500)), needs=("s1",))
    memory = write(vm(guid(1)), Cmd("Set-VMMemory", {"StartupBytes": 4 << 30}))
    first = replace(
        set_step("s1", 1),
        expect=(),
        verify=(Expect(address="vm/web01", path="memory.startup", value=4 << 30),),
        invocation=to_json(memory),
        powershell=powershell(memory),
    )
    result = run(host, plan(first, both))
    assert (outcomes(result), [cmdlet for cmdlet, _ in host.calls]) == ({"s1": "done", "s2": "failed"}, ["Set-VMMemory"])
    assert result.steps[1].error is not None
    assert "nothing was sent, because something moved" in result.steps[1].error.message


def test_a_lost_call_after_which_something_else_stands_there_is_unknown() -> None:
    """Neither as before nor as planned: nobody can tell whether it ran before or after the other one, so it has not simply failed."""
    host = FakeHost.of(machine(1))

    def lost() -> Any:
        set_count(host, 1, 7)
        return Unsure(why="the connection was lost")

    host.script["Set-VMProcessor"] = [lost]
    assert outcomes(run(host, plan(set_step("s1", 1)))) == {"s1": "unknown"}
