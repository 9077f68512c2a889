"""The laws of apply, on a host in memory: outcomes, dependencies, staleness, gates, interrupts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from hvplan.apply import honest
from hvplan.apply.gates import Given, open_gates
from hvplan.apply.listener import Silent
from hvplan.apply.observe import Unreadable
from hvplan.apply.run import apply_plan
from hvplan.cmdlets.build import select, to_json, vm, write
from hvplan.cmdlets.invocation import Cmd, Ref
from hvplan.cmdlets.printing import powershell
from hvplan.document.plan import Consent, Expect, PlanDocument, Refusal, Step
from hvplan.document.result import StepResult
from hvplan.errors import ConfigurationError
from hvplan.live.narrow import EVERYTHING
from hvplan.remoting.session import Unsure
from tests.apply.fake import (
    GIB,
    Eyes,
    FakeHost,
    Lost,
    clock,
    guid,
    machine,
    plan,
    restart_consent,
    set_step,
    stop_step,
    window,
)
from tests.apply.runs import outcomes, restart, run, set_count
from tests.document.sample import PLAN


def test_a_plan_is_carried_out_in_order() -> None:
    """Stop, change, start; the machine ends as planned, exit 0, converged, nothing to continue."""
    host = FakeHost.of(machine(1))
    result = run(host, plan(*restart(1), power_windows=(window(1, "s1", "s2", "s3"),)))
    assert [call[0] for call in host.calls] == ["Stop-VM", "Set-VMProcessor", "Start-VM"]
    assert (result.exit_code, result.hosts, result.continue_with) == (0, {"hv01": "converged"}, "")
    assert host.vms[guid(1)].processor.count == 2  # type: ignore[union-attr]
    assert host.vms[guid(1)].state == "Running"


def test_a_stale_plan_changes_nothing() -> None:
    """A field that a precondition names has moved: exit 3, naming what, then and now, and no write reached the host."""
    host = FakeHost.of(machine(1), machine(2))
    set_count(host, 2, 7)
    result = run(host, plan(set_step("s1", 1), set_step("s2", 2)))
    assert (result.exit_code, host.calls, result.hosts) == (3, [], {"hv01": "refused"})
    (refusal,) = result.refusals
    assert refusal.code == "stale"
    assert "vm/web02 processor.count was 1" in refusal.text
    assert "is 7 now" in refusal.text


def test_a_field_that_stands_at_the_planned_value_is_no_reason_to_stop() -> None:
    """Somebody has already made the change: its step is done without a call, the others run."""
    host = FakeHost.of(machine(1), machine(2))
    set_count(host, 2, 2)
    result = run(host, plan(set_step("s1", 1), set_step("s2", 2)))
    assert outcomes(result) == {"s1": "done", "s2": "done"}
    assert [id for _, id in host.calls] == [guid(1)]


def test_preconditions_that_the_plan_itself_brings_about_are_not_asked_before_it() -> None:
    """A start expects Off, which an earlier step makes so: that is not stale. Of two changes of one field the second waits for the first."""
    host = FakeHost.of(machine(1))
    result = run(host, plan(set_step("s1", 1, count=2), set_step("s2", 1, count=3, was=2, needs=("s1",))))
    assert result.exit_code == 0
    assert len(host.calls) == 2


@pytest.mark.parametrize("part", ["computer", "machine_id", "release"])
def test_another_host_is_refused(part: str) -> None:
    """The host's identity must be the recorded one: exit 3 before any write."""
    host = FakeHost.of(machine(1))
    host.identity_now = replace(host.identity_now, **cast(Any, {part: "other"}))
    result = run(host, plan(set_step("s1", 1)))
    assert (result.exit_code, host.calls) == (3, [])
    assert result.refusals[0].code == "other-host"


def test_what_moves_between_the_check_and_the_write_is_not_overwritten() -> None:
    """The precondition is looked at again right before the write; that step fails unsent, the others go on, exit 4 because something was written."""
    host = FakeHost.of(machine(1), machine(2))

    def meanwhile(cmdlet: str) -> None:
        set_count(host, 2, 7)

    host.during = meanwhile
    result = run(host, plan(set_step("s1", 1), set_step("s2", 2, needs=("s1",))))
    assert outcomes(result) == {"s1": "done", "s2": "failed"}
    assert result.exit_code == 4
    assert [id for _, id in host.calls] == [guid(1)]


@pytest.mark.parametrize("ours", [True, False])
def test_a_machine_made_out_of_sight_is_ours_by_its_mark_alone(ours: bool) -> None:
    """A creation whose end nobody saw: a machine of the name that does not carry this run's mark was made by somebody else in that moment."""
    mark = "hvplan/v1 stack=lab id=web09 vm=new origin=created"
    new = write(
        Cmd("New-VM", {"Name": "web09", "Generation": 2, "MemoryStartupBytes": 2 * GIB, "NoVHD": True}),
        Cmd("Set-VM", {"Notes": mark, "Passthru": True}),
        select("Id"),
    )
    there = {value: Expect(address="vm/web09", path="exists", value=value) for value in (True, False)}
    step = replace(
        set_step("s1", 9),
        action="create",
        expect=(there[False],),
        verify=(there[True],),
        invocation=to_json(new),
        powershell=powershell(new, assign="$s1 = "),
    )
    host = FakeHost.of()

    def lost() -> Unsure:
        host.vms[guid(50)] = machine(50, name="web09", state="Off", notes=mark if ours else "hvplan/v1 stack=other id=web09 vm=new origin=created")
        return Unsure(why="the connection was lost")

    host.script["Set-VM"] = [lost]
    result = run(host, plan(step))
    assert outcomes(result) == {"s1": "done" if ours else "unknown"}
    assert ours or "does not carry this run's mark" in str(result.steps[0].error)


class HalfBlind(Eyes):
    """Sees whether a machine is there, and cannot read all of it."""

    def vm_named(self, name: str, asking: frozenset[str] = EVERYTHING) -> Any:
        if asking == EVERYTHING:
            raise Unreadable("the whole machine could not be read")
        return self.host.vm_named(name, asking)


def test_references_come_from_what_the_creating_step_returned() -> None:
    """The id of a new machine is known to later steps through what its creation returned, or through a re-read when its end was lost."""
    new = write(Cmd("New-VM", {"Name": "web09", "Generation": 2, "MemoryStartupBytes": 2 * GIB, "NoVHD": True}))
    create = Step(
        id="s1",
        host="hv01",
        address="vm/web09",
        action="create",
        cause=(),
        impact="online",
        needs=(),
        expect=(Expect(address="vm/web09", path="exists", value=False),),
        verify=(Expect(address="vm/web09", path="exists", value=True),),
        invocation=to_json(new),
        powershell=powershell(new, assign="$s1 = "),
    )
    change = write(vm(Ref(address="vm/web09", property="Id")), Cmd("Set-VMProcessor", {"Count": 2}))
    text = powershell(change, variables={"vm/web09": "$s1"})
    later = replace(set_step("s2", 9, needs=("s1",)), invocation=to_json(change), powershell=text)
    host = FakeHost.of()
    host.script["New-VM"] = [Lost(ran=True)]
    created = apply_plan(plan(create, later), {"hv01": host}, clock=clock(), readers={"hv01": HalfBlind(host)})
    assert outcomes(created) == {"s1": "unknown", "s2": "skipped"}, "its id could not be read back"
    assert created.steps[0].error is not None
    assert created.steps[0].error.id == "unsure"
    assert "the whole machine could not be read" in created.steps[0].error.message
    for script in ([], [Lost(ran=True)]):
        host = FakeHost.of()
        host.script["New-VM"] = list(script)
        result = run(host, plan(create, later))
        assert outcomes(result) == {"s1": "done", "s2": "done"}, script
        assert len(host.vms) == 1, "created once"
    host = FakeHost.of(machine(9))
    assert run(host, plan(create, later)).exit_code == 3, "a machine of that name is somebody else's"
    assert host.calls == []


def test_refusals_and_missing_consents_stop_before_the_first_write() -> None:
    """A refused plan, a restart nobody allowed, an impact above the gate: exit 3, the flag named, nothing written."""
    refused = plan(set_step("s1", 1), refusals=(Refusal(host="hv01", address="vm/x", code="protected", text="no"),))
    asking = plan(*restart(1), consents=(restart_consent(1),))
    for document, given in (
        (refused, Given()),
        (asking, Given()),
        (asking, Given(allow_restart=("db*",))),
        (plan(set_step("s1", 1)), Given(refuse_above="none")),
    ):
        host = FakeHost.of(machine(1))
        result = run(host, document, given=given)
        assert (result.exit_code, host.calls) == (3, [])
    assert run(FakeHost.of(machine(1)), asking).refusals[0].flag == "--allow-restart=vm/web01"


def test_a_kind_of_consent_that_no_option_gives_is_refused() -> None:
    """A plan may ask for what this version cannot be asked: that is a no, never a yes."""
    unheard = Consent(host="hv01", address="vm/web01", kind="checkpoint-removal", flag="--allow-checkpoint-removal=vm/web01")
    everything = Given(adopt=("*",), allow_restart=("*",), delete_disks=("*",), allow_management_change=("*",))
    host = FakeHost.of(machine(1))
    result = run(host, plan(set_step("s1", 1), consents=(unheard,)), given=everything)
    assert ([refusal.code for refusal in result.refusals], result.exit_code, host.calls) == (["consent-checkpoint-removal"], 3, [])


def test_deletions_of_a_saved_plan_are_counted_as_when_it_was_made() -> None:
    """A machine and the file that goes with it are two; a device that only goes with its machine is none."""
    gone = replace(plan(set_step("s1", 1)).resource_changes[0], actions=("delete",), after=None)
    devices = tuple(replace(gone, address=f"vm/web01/disks/{key}") for key in ("os", "kept"))
    consent = Consent(host="hv01", address="vm/web01/disks/os", kind="delete-disk", flag="--delete-disks=vm/web01/disks/os")
    document = plan(set_step("s1", 1), resource_changes=(gone, *devices), consents=(consent,))
    assert open_gates(document, Given(max_deletes=2, delete_disks=("*",)), None) == ()
    refusals = open_gates(document, Given(max_deletes=1, delete_disks=("*",)), None)
    assert [(one.address, one.code, one.flag) for one in refusals] == [(a, "max-deletes", "--max-deletes 2") for a in ("vm/web01", "vm/web01/disks/os")]


@pytest.mark.parametrize("glob", ["*", "web0?", "vm/web01", "hv01:vm/*"])
def test_a_consent_given_on_the_command_line_is_enough(glob: str) -> None:
    """Globs as on the command line; a question is not asked then."""

    def never(consents: Any) -> bool:
        raise AssertionError("asked although it was given")

    assert run(FakeHost.of(machine(1)), plan(*restart(1), consents=(restart_consent(1),)), given=Given(allow_restart=(glob,)), ask=never).exit_code == 0


def test_on_a_terminal_one_question_names_every_object() -> None:
    """Two machines, one question; yes goes on, no is exit 3 and changes nothing."""
    document = plan(*restart(1), *restart(2, "t"), consents=(restart_consent(1), restart_consent(2)))
    for answer, code in ((True, 0), (False, 3)):
        asked: list[list[str]] = []

        def ask(consents: Any, asked: list[list[str]] = asked, answer: bool = answer) -> bool:
            asked.append([consent.address for consent in consents])
            return answer

        host = FakeHost.of(machine(1), machine(2))
        assert run(host, document, ask=ask).exit_code == code
        assert asked == [["vm/web01", "vm/web02"]]
        assert bool(host.calls) is answer


@pytest.mark.parametrize(
    "break_it",
    [
        lambda d: replace(d, steps=(replace(d.steps[0], invocation=({"cmdlet": "Format-Volume", "parameters": {}},)),)),
        lambda d: replace(d, steps=(replace(d.steps[0], invocation=({"cmdlet": "Get-VM", "parameters": {"Name": "*"}}, d.steps[0].invocation[1])),)),
        lambda d: replace(d, steps=(replace(d.steps[0], needs=("s9",)),)),
        lambda d: replace(d, steps=(replace(d.steps[0], needs=("s1",)),)),
        lambda d: replace(d, steps=(replace(d.steps[0], host="hv02"),)),
        lambda d: replace(d, steps=(d.steps[0], d.steps[0])),
        lambda d: replace(d, errored=True),
        lambda d: replace(d, steps=(replace(d.steps[0], powershell="Get-VM -Id 'x' | Set-VMProcessor -Count 2 -Confirm:$false"),)),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_exit_1(break_it: Callable[[PlanDocument], PlanDocument]) -> None:
    """An invocation that is not in the command table, steps in a circle, a foreign host: refused whole, nothing sent."""
    host = FakeHost.of(machine(1))
    with pytest.raises(ConfigurationError):
        run(host, break_it(plan(set_step("s1", 1))))
    assert host.calls == []


def test_one_writer_for_each_machine() -> None:
    """Independent steps of one machine never overlap; those of different machines may."""
    busy: dict[str, int] = {}
    worst: dict[str, int] = {}
    together = threading.Barrier(2, timeout=20)

    class Watch(Silent):
        def started(self, step: Step) -> None:
            busy[step.address] = busy.get(step.address, 0) + 1
            worst[step.address] = max(worst.get(step.address, 0), busy[step.address])

        def finished(self, step: Step, result: StepResult, seconds: float) -> None:
            busy[step.address] -= 1

    host = FakeHost.of(machine(1), machine(2))
    first = iter((True, True))
    host.during = lambda cmdlet: together.wait() if next(first, False) else None  # type: ignore[assignment]
    weight = Expect(address="vm/web01", path="processor.weight", value=100)
    other = [replace(set_step(f"w{n}", n), verify=(), expect=(replace(weight, address=f"vm/web{n:02d}"),)) for n in (1, 2)]
    result = run(host, plan(set_step("s1", 1), set_step("s2", 2), *other), listener=Watch(), parallel=4)
    assert result.exit_code == 0
    assert worst == {"vm/web01": 1, "vm/web02": 1}


def test_the_first_interrupt_drains() -> None:
    """Nothing new is started, what runs is finished, exit 130, and the result says what never ran."""
    host = FakeHost.of(*(machine(n) for n in range(1, 6)))
    stopped = threading.Event()
    host.during = lambda cmdlet: stopped.set()
    steps = [set_step("s1", 1)] + [set_step(f"s{n}", n, needs=(f"s{n - 1}",)) for n in range(2, 6)]
    result = run(host, plan(*steps), stop=stopped.is_set, parallel=1)
    assert result.exit_code == 130
    assert result.steps[0].outcome == "done"
    assert result.steps[-1].outcome == "skipped"
    assert result.continue_with == "hvplan apply lab.yaml"


def test_leaving_at_once_says_what_may_still_run() -> None:
    """A second interrupt: the running step is unknown and named, nothing waits for it."""
    host = FakeHost.of(machine(1), machine(2))
    entered, release, seen = threading.Event(), threading.Event(), iter((False, False))

    def hang(cmdlet: str) -> None:
        entered.set()
        release.wait(30)

    def leave() -> bool:
        if threading.current_thread() is not threading.main_thread():
            return False
        entered.wait(20)
        if next(seen, None) is None:
            raise KeyboardInterrupt
        return False

    host.during = hang
    result = run(host, plan(set_step("s1", 1), set_step("s2", 2, needs=("s1",))), stop=leave, parallel=1)
    release.set()
    assert (result.exit_code, outcomes(result)) == (130, {"s1": "unknown", "s2": "skipped"})
    assert "may still be running" in result.meta["notes"][0]


def test_the_journal_has_a_line_before_and_after_each_step(tmp_path: Path) -> None:
    """Flushed lines with ids and outcomes; no parameter of any call stands in it."""
    host = FakeHost.of(machine(1))
    run(host, plan(*restart(1)), journal=tmp_path / "run")
    (file,) = (tmp_path / "run").iterdir()
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [(line["event"], line["step"]) for line in lines] == [(event, step) for step in ("s1", "s2", "s3") for event in ("start", "end")]
    assert "Count" not in file.read_text("utf-8")


def test_without_a_place_for_the_journal_the_run_goes_on(tmp_path: Path) -> None:
    """A folder that cannot be written costs the journal, not the run; the result says so."""
    (tmp_path / "file").write_text("")
    result = run(FakeHost.of(machine(1)), plan(set_step("s1", 1)), journal=tmp_path / "file" / "run")
    assert result.exit_code == 0
    assert "no journal is kept" in result.meta["notes"][0]


def test_a_fault_of_our_own_is_an_outcome_too() -> None:
    """An exception in a worker is reported as that step's outcome; the run ends, the other steps are done."""

    def broken() -> Any:
        raise RuntimeError("oops")

    host = FakeHost.of(machine(1), machine(2))
    host.script["Stop-VM"] = [broken]
    result = run(host, plan(stop_step("s1", 1), set_step("s2", 2)))
    assert outcomes(result) == {"s1": "unknown", "s2": "done"}
    assert result.exit_code == 4


def test_the_example_plan_is_honest() -> None:
    """The steps of the example documents are in the command table, and their PowerShell says what would be sent."""
    assert list(honest.problems(PLAN)) == []
