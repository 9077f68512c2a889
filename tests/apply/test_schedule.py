"""The order of steps: generated plans with generated failures, and the rules one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.apply.schedule import BrokenPlan, Schedule, claims, result_of
from hvplan.document.plan import Step
from hvplan.document.result import StepResult
from tests.apply.fake import set_step, stop_step


def result(step: Step, outcome: Any) -> StepResult:
    return result_of(step, outcome)


@st.composite
def plans(draw: Any) -> tuple[list[Step], dict[str, str]]:
    """Steps over a few machines with needs on earlier ones, some escalations, and the outcome each would have."""
    steps: list[Step] = []
    outcomes: dict[str, str] = {}
    for index in range(draw(st.integers(1, 12))):
        id, machine = f"s{index}", draw(st.integers(1, 3))
        needs = tuple(draw(st.sets(st.sampled_from([s.id for s in steps]), max_size=3))) if steps else ()
        step = set_step(id, machine, needs=needs)
        stops = [s for s in steps if not s.escalates and s.action == "stop"]
        if draw(st.booleans()):
            step = stop_step(id, machine, needs=needs)
        elif stops and draw(st.booleans()):
            above = draw(st.sampled_from(stops))
            step = replace(stop_step(id, 1, needs=(above.id,), escalates=above.id), address=above.address)
        steps.append(step)
        outcomes[id] = draw(st.sampled_from(["done", "done", "done", "failed", "unknown", "not_sent"]))
    return steps, outcomes


@given(plans(), st.randoms(use_true_random=False))
def test_every_plan_comes_to_an_end_by_the_rules(made: tuple[list[Step], dict[str, str]], random: Any) -> None:
    """Whatever fails: every step ends; none starts before its needs are done; no claim is held twice; a skip names a step that failed itself."""
    steps, outcomes = made
    schedule = Schedule(steps)
    running: list[Step] = []
    while not schedule.finished:
        for step in list(schedule.ready()):
            assert all(schedule.status(need) == "done" for need in step.needs if need not in schedule.chain(step.id))
            if step.escalates:
                assert schedule.results[step.escalates].outcome == "failed"
            held = [claim for other in running for claim in claims(other)]
            assert not claims(step) & set(held)
            schedule.start(step.id)
            running.append(step)
        assert running, "nothing runs and nothing can start"
        step = running.pop(random.randrange(len(running)))
        schedule.finish(result(step, outcomes[step.id]))
        schedule.skips()
    assert set(schedule.results) == {step.id for step in steps}
    for done in schedule.results.values():
        if done.because:
            assert schedule.results[done.because].outcome in ("failed", "unknown", "not_sent")


@given(plans(), st.integers(0, 5))
def test_abandoning_leaves_nothing_open(made: tuple[list[Step], dict[str, str]], after: int) -> None:
    """Once somebody asked to stop, what runs may end and everything else is skipped without a culprit."""
    steps, _ = made
    schedule = Schedule(steps)
    for step in list(schedule.ready())[:after]:
        schedule.start(step.id)
    abandoned = schedule.abandon()
    assert all(r.outcome == "skipped" and not r.because for r in abandoned)
    for step in schedule.running:
        schedule.finish(result(step, "done"))
    assert schedule.finished


def test_the_longest_remaining_path_goes_first() -> None:
    """Of what may start, the step with the most behind it starts first, whatever its number."""
    steps = (set_step("s1", 1), set_step("s2", 2), set_step("s3", 2, needs=("s2",)), set_step("s4", 2, needs=("s3",)))
    assert [step.id for step in Schedule(steps).ready()] == ["s2", "s1"]


def test_switches_are_worked_on_one_by_one() -> None:
    """Host-wide work never overlaps on one host; on two hosts it may."""
    one, two = (replace(set_step(f"s{n}", 1), address=f"switch/n{n}") for n in (1, 2))
    assert [step.id for step in Schedule((one, two)).ready()] == ["s1"]
    assert len(list(Schedule((one, replace(two, host="hv02"))).ready())) == 2


def test_one_writer_for_each_file_and_many_readers() -> None:
    """Two steps never write one path at once; a golden image may be copied by many."""
    copy = ({"cmdlet": "Copy-Item", "parameters": {"LiteralPath": "D:\\golden.vhdx", "Destination": "D:\\a.hvplan.vhdx"}},)
    rename = ({"cmdlet": "Rename-Item", "parameters": {"LiteralPath": "d:/A.hvplan.vhdx", "NewName": "a.vhdx"}},)
    first, second = (replace(set_step(f"s{n}", n), invocation=copy) for n in (1, 2))
    assert len(claims(first) & claims(second)) == 1
    other = replace(second, invocation=({"cmdlet": "Copy-Item", "parameters": {"LiteralPath": "D:\\golden.vhdx", "Destination": "D:\\b.vhdx"}},))
    assert not claims(first) & claims(other)
    assert claims(first) & claims(replace(second, invocation=rename))


@pytest.mark.parametrize(
    "steps",
    [
        (set_step("s1", 1), set_step("s1", 2)),
        (set_step("s1", 1, needs=("s2",)),),
        (set_step("s1", 1, needs=("s2",)), set_step("s2", 1, needs=("s1",))),
        (stop_step("s1", 1, escalates="s1"),),
    ],
)
def test_steps_that_cannot_be_ordered_are_refused(steps: tuple[Step, ...]) -> None:
    """An id twice, a need that is no step, a circle."""
    with pytest.raises(BrokenPlan):
        Schedule(steps)


def test_ten_thousand_steps_are_worked_off() -> None:
    """A long chain is no deep recursion, and many machines at once are no quadratic search."""
    steps = [set_step("s0", 1)] + [set_step(f"s{n}", n % 90, needs=(f"s{n - 1}",) if n % 5 else ()) for n in range(1, 10_000)]
    schedule = Schedule(steps)
    while not schedule.finished:
        step = next(schedule.ready())
        schedule.start(step.id)
        schedule.finish(result(step, "done"))
        schedule.skips()
    assert all(r.outcome == "done" for r in schedule.results.values())


@pytest.mark.parametrize(
    ("outcome", "starts"),
    [("done", True), ("failed", True), ("not_sent", True), ("unknown", False)],
)
def test_a_machine_that_was_stopped_is_started_again(outcome: str, starts: bool) -> None:
    """Whatever becomes of the changes inside the window, its machine is started, but never while one of them may still be under way."""
    stop = stop_step("s1", 1)
    first, second = set_step("s2", 1, needs=("s1",)), set_step("s3", 1, needs=("s2",))
    start = replace(set_step("s4", 1, needs=("s3",)), action="start")
    mark = replace(set_step("s5", 1, needs=("s4", "s3")), action="mark")
    schedule = Schedule((stop, first, second, start, mark))
    for step, ended in ((stop, "done"), (first, outcome)):
        schedule.start(step.id)
        schedule.finish(result(step, ended))
        schedule.skips()
    if outcome == "done":
        schedule.start("s3")
        schedule.finish(result(second, "failed"))
        schedule.skips()
    assert [step.id for step in schedule.ready()] == (["s4"] if starts else [])
    if starts:
        schedule.start("s4")
        schedule.finish(result(start, "done"))
        schedule.skips()
    assert schedule.results["s5"].outcome == "skipped"
    assert schedule.finished


def test_a_machine_that_did_not_stop_is_not_started() -> None:
    """When the stop failed, the start is skipped because of it."""
    stop, change = stop_step("s1", 1), set_step("s2", 1, needs=("s1",))
    start = replace(set_step("s3", 1, needs=("s2",)), action="start")
    schedule = Schedule((stop, change, start))
    schedule.start("s1")
    schedule.finish(result(stop, "failed"))
    schedule.skips()
    assert {id: r.because for id, r in schedule.results.items() if r.outcome == "skipped"} == {"s2": "s1", "s3": "s1"}
