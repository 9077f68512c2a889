"""The live view of an apply on a terminal: what it counts, and what a narrow one keeps."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from hvplan.cli.output import Output
from hvplan.cli.progress import Live, bars
from hvplan.cli.state import Run
from hvplan.clock import VirtualClock
from hvplan.document.result import StepResult
from tests.apply.fake import set_step

STEPS = tuple(set_step(f"s{number}", number) for number in range(3))


def view(width: int) -> tuple[Live, Console]:
    """A view of three steps on a terminal of so many columns."""
    console = Console(file=io.StringIO(), force_terminal=True, width=width, legacy_windows=False)
    state = Run(output=Output(out=io.StringIO(), err=io.StringIO(), color_out=True, color_err=True, terminal=False))
    return Live(state, False, bars(console), {}, STEPS, VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))), console


def shown(live: Live, console: Console) -> list[str]:
    """The lines that stand there now."""
    with console.capture() as capture:
        console.print(live.bar.get_renderable())
    return [line for line in capture.get().splitlines() if line.strip()]


def result(number: int, outcome: str) -> StepResult:
    """How a step ended."""
    step = STEPS[number]
    return StepResult(id=step.id, host=step.host, address=step.address, action=step.action, cmdlet="Set-VM", outcome=outcome)  # type: ignore[arg-type]


def test_what_is_skipped_is_not_counted_as_done() -> None:
    """After Ctrl-C nobody believes that nearly everything was done."""
    live, console = view(100)
    live.started(STEPS[0])
    live.finished(STEPS[0], result(0, "done"), 1.0)
    live.finished(STEPS[1], result(1, "skipped"), 0.0)
    assert "1 of 3 steps, 1 skipped" in shown(live, console)[0]


def test_a_narrow_terminal_keeps_the_times() -> None:
    """One line for each running step and the overall bar with the time it took and the rest, on fifty columns too."""
    live, console = view(50)
    live.started(STEPS[0])
    bar, step = shown(live, console)
    assert ("0 of 3 steps" in bar, "0:00:00" in bar, "--:--" in bar) == (True, True, True), bar
    assert ("s0" in step, "0:00:00" in step) == (True, True), step
