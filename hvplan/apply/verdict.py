"""From the outcomes of steps to the result document: verdicts, exit code, and what people must be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from hvplan.apply.schedule import Schedule, result_of
from hvplan.clock import Clock
from hvplan.document import canonical
from hvplan.document.plan import PlanDocument, Refusal
from hvplan.document.result import ResultDocument, StepError, StepResult, Verdict

Json = Any
BAD: Final = ("failed", "unknown", "not_sent")
INTERRUPTED: Final = 130
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def refused(document: PlanDocument, digest: str, refusals: tuple[Refusal, ...], again: str, clock: Clock) -> ResultDocument:
    """Nothing was changed: exit 3."""
    with_refusals = {refusal.host for refusal in refusals}
    verdicts: dict[str, Verdict] = {host: "refused" if host in with_refusals else "unchanged" for host in document.hosts}
    stale = any(refusal.code in ("stale", "other-host") for refusal in refusals)
    now = clock.now().strftime(_TIME)
    return ResultDocument(
        plan_digest=digest,
        exit_code=3,
        hosts=verdicts,
        refusals=refusals,
        continue_with=again if stale else "",
        meta={"started": now, "finished": now, "seconds": 0},
    )


def unread(document: PlanDocument, digest: str, failed: Iterable[str], again: str, clock: Clock) -> ResultDocument:
    """Some hosts could not be read, so nothing was begun on any: exit 1."""
    now = clock.now().strftime(_TIME)
    verdicts: dict[str, Verdict] = {**dict.fromkeys(document.hosts, "unchanged"), **dict.fromkeys(failed, "failed")}
    return ResultDocument(plan_digest=digest, exit_code=1, hosts=verdicts, continue_with=again, meta={"started": now, "finished": now, "seconds": 0})


def unchanged(document: PlanDocument, clock: Clock) -> ResultDocument:
    """There was nothing to do: exit 0."""
    now = clock.now().strftime(_TIME)
    verdicts: dict[str, Verdict] = dict.fromkeys(document.hosts, "unchanged")
    return ResultDocument(
        plan_digest=canonical.digest(canonical.to_json(document)), exit_code=0, hosts=verdicts, meta={"started": now, "finished": now, "seconds": 0}
    )


def interrupted(schedule: Schedule) -> None:
    """Somebody left at once: what runs has an unknown outcome, the rest never starts."""
    for step in schedule.running:
        trouble = StepError(id="interrupted", category="", message="the command was interrupted; this may still be running on the host")
        schedule.finish(result_of(step, "unknown", trouble))
    schedule.abandon()


def judged(
    document: PlanDocument, digest: str, schedule: Schedule, *, wrote: bool, left_early: bool, began: datetime, clock: Clock, again: str, problem: str
) -> ResultDocument:
    """The result of a run."""
    results = tuple(_whole(schedule, id) for id in schedule.steps)
    bad = [result for result in results if result.outcome in BAD and schedule.status(result.id) != "done"]
    left = [result for result in results if result.outcome == "skipped" and not result.because and schedule.status(result.id) != "done"]
    code = (4 if wrote else 1) if bad else 0
    if left or left_early:
        code = INTERRUPTED
    ended = clock.now()
    meta: dict[str, Json] = {"started": began.strftime(_TIME), "finished": ended.strftime(_TIME), "seconds": int((ended - began).total_seconds())}
    notes = [*_notes(document, schedule.results), *([problem] if problem else [])]
    if notes:
        meta["notes"] = notes
    verdicts: dict[str, Verdict] = {host: _verdict([r for r in results if r.host == host], bad, left) for host in document.hosts}
    return ResultDocument(plan_digest=digest, exit_code=code, hosts=verdicts, steps=results, continue_with=again if code else "", meta=meta)


def _whole(schedule: Schedule, id: str) -> StepResult:
    """A step's result; one that only waited for an escalation that did it says so."""
    result = schedule.results[id]
    if result.outcome == "failed" and result.error is not None and schedule.status(id) == "done":
        done = next(member for member in schedule.chain(id) if schedule.results[member].outcome == "done")
        return replace(result, error=replace(result.error, message=f"{result.error.message}; {done} did it"))
    return result


def _verdict(results: list[StepResult], bad: list[StepResult], left: list[StepResult]) -> Verdict:
    if not results:
        return "unchanged"
    mine = [result for result in bad if result in results]
    if any(result.outcome == "unknown" for result in mine):
        return "unknown"
    return "failed" if mine or any(result in results for result in left) else "converged"


def _notes(document: PlanDocument, results: Mapping[str, StepResult]) -> Iterator[str]:
    """Machines that were stopped and not started again, and calls that may still run."""
    steps = {step.id: step for step in document.steps}
    for window in document.power_windows:
        inside = [steps[id] for id in window.steps if id in steps]
        stopped = any(step.action == "stop" and results[step.id].outcome == "done" for step in inside)
        starts = [step for step in inside if step.action == "start"]
        if stopped and starts and all(results[step.id].outcome != "done" for step in starts):
            where = f"{window.host}:{window.address}" if len(document.hosts) > 1 else window.address
            yield f"{where} was stopped and has not been started again"
    for id, result in results.items():
        if result.error is not None and result.error.id == "interrupted":
            yield f"{id} ({result.address}: {result.cmdlet or result.action}) may still be running on host {result.host}"
