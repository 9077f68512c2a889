"""Progress of an apply in a log: nothing that takes long is silent, and nothing floods it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from hvplan.cli.output import Output
from hvplan.cli.progress import Plain
from hvplan.cli.state import Run
from hvplan.clock import VirtualClock
from hvplan.document.plan import Step
from hvplan.document.result import StepError, StepResult
from tests.apply.fake import set_step, stop_step

STOP = stop_step("s1", 1)
OFF = stop_step("s2", 1, escalates="s1", extra={"TurnOff": True})
COPY = set_step("s3", 2)


def log() -> tuple[Plain, VirtualClock, io.StringIO]:
    """A listener whose lines go to a file."""
    file, clock = io.StringIO(), VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
    state = Run(output=Output(out=io.StringIO(), err=file, color_out=False, color_err=False, terminal=False))
    return Plain(state, False, (STOP, OFF, COPY), clock), clock, file


def pass_by(plain: Plain, clock: VirtualClock, seconds: int) -> None:
    """Time, a second at a time."""
    for _ in range(seconds):
        clock.sleep(1.0)
        plain.remind()


def ended(step: Step, outcome: str) -> StepResult:
    """How a step ended."""
    error = StepError(id="timeout", category="", message="it was not off") if outcome == "failed" else None
    return StepResult(id=step.id, host=step.host, address=step.address, action=step.action, cmdlet="Stop-VM", outcome=outcome, error=error)  # type: ignore[arg-type]


def test_a_step_that_runs_for_long_is_named_with_its_time() -> None:
    """A guest may take five minutes to shut down: a log says so twice a minute, with the longest that it may take."""
    plain, clock, file = log()
    plain.started(STOP)
    plain.started(COPY)
    pass_by(plain, clock, 29)
    assert file.getvalue() == ""
    plain.waiting(COPY, "vm/web02 to be there", 29)
    pass_by(plain, clock, 31)
    assert file.getvalue().splitlines() == [
        "waiting s3 vm/web02: Set-VMProcessor: vm/web02 to be there (29 s)",
        f"waiting s1 vm/web01: Stop-VM: it has not ended yet (30 s, at most {STOP.timeout} s)",
        "waiting s3 vm/web02: Set-VMProcessor: it has not ended yet (59 s)",
        f"waiting s1 vm/web01: Stop-VM: it has not ended yet (60 s, at most {STOP.timeout} s)",
    ]
    plain.finished(STOP, ended(STOP, "done"), 60)
    plain.finished(COPY, ended(COPY, "done"), 60)
    before = file.getvalue()
    pass_by(plain, clock, 100)
    assert file.getvalue() == before


def test_a_stop_that_failed_says_what_is_tried_then() -> None:
    """Otherwise `failed` reads like the end of it."""
    plain, _, file = log()
    plain.started(STOP)
    plain.finished(STOP, ended(STOP, "failed"), 5)
    plain.started(OFF)
    plain.finished(OFF, ended(OFF, "failed"), 1)
    first, last = file.getvalue().splitlines()
    assert (first.endswith("it was not off; s2 is tried now"), last.endswith("it was not off")) == (True, True)
