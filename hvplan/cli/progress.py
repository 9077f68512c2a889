"""Progress of an apply on stderr: plain lines anywhere, a live view on a terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from hvplan.apply.schedule import effect, in_order
from hvplan.cli.state import Run
from hvplan.clock import Clock
from hvplan.document.plan import PlanDocument, Step
from hvplan.document.result import StepResult
from hvplan.report.lines import plural, visible
from hvplan.report.outcome import WORDS

_WRONG: Final = (WORDS["failed"], WORDS["unknown"])
REMIND: Final = 30.0
"""Seconds after which a log hears of a step that still runs and says nothing itself, and then again."""
_TICK: Final = 1.0


class Plain:
    """One line for each step that ended, and for each wait that is worth a word. `looking_at`: the host that is re-read, or was last.

    `steps`: those of the plan.
    """

    def __init__(self, state: Run, several: bool, steps: Iterable[Step], clock: Clock) -> None:
        self._state, self._several, self._lock, self._clock = state, several, threading.RLock(), clock
        self._escalations = {step.escalates: step for step in steps if step.escalates}
        self._running: dict[str, _Running] = {}
        self.seconds: dict[str, float] = {}
        self.looking_at = ""

    def tell(self, text: str) -> None:
        """A line beside whatever is shown; a signal may interrupt another one."""
        with self._lock:
            self._state.output.progress(text)

    def name(self, step: Step) -> str:
        """`s3 vm/web01: Set-VMMemory`, with the host when there are several; a bare verb (`remove vm/web01`) could be read as one for the whole machine."""
        return visible(f"{step.id} {step.host + ':' if self._several else ''}{step.address}: {effect(step) or step.action}")

    def checking(self, host: str) -> None:
        """A host is re-read."""
        self.looking_at = host
        self.tell(f"Checking {host} against the plan ...")

    def started(self, step: Step) -> None:
        """From now on a failure may leave something behind."""
        self._state.wrote = True
        now = self._clock.monotonic()
        with self._lock:
            self._running[step.id] = _Running(step, began=now, told=now)

    def waiting(self, step: Step, what: str, seconds: float) -> None:
        """Something takes its time."""
        with self._lock:
            if running := self._running.get(step.id):
                running.told = self._clock.monotonic()
        self.tell(f"waiting {self.name(step)}: {visible(what)} ({seconds:.0f} s)")

    def remind(self) -> None:
        """A line for each step that nothing was heard of for a while."""
        now = self._clock.monotonic()
        with self._lock:
            quiet = [running for running in self._running.values() if now - running.told >= REMIND]
            for running in quiet:
                running.told = now
                most = f", at most {running.step.timeout} s" if running.step.action == "stop" else ""
                self.tell(f"waiting {self.name(running.step)}: it has not ended yet ({now - running.began:.0f} s{most})")

    def finished(self, step: Step, result: StepResult, seconds: float) -> None:
        """A step has ended."""
        with self._lock:
            self._running.pop(step.id, None)
        self.seconds[result.id] = max(seconds, self.seconds.get(result.id, 0.0))
        if result.outcome == "skipped" and not result.because:  # not needed, or somebody asked to stop: the result lists it
            return
        why = f": {visible(result.error.message)}" if result.error else f" because {result.because} failed" if result.because else ""
        took = "" if result.outcome == "skipped" else f" ({seconds:.1f} s)"
        then = self._escalations.get(step.id) if result.outcome == "failed" else None
        self.tell(f"{WORDS[result.outcome]} {self.name(step)}{took}{why}" + (f"; {then.id} is tried now" if then else ""))


@dataclass(slots=True)
class _Running:
    """A step that runs: since when, and when people last heard of it; in seconds of the clock."""

    step: Step
    began: float
    told: float


class Live(Plain):
    """A line for each running step, and a bar over all with the estimated rest. `bar` is a rich Progress."""

    def __init__(self, state: Run, several: bool, bar: Any, expected: Mapping[str, int], steps: Sequence[Step], clock: Clock) -> None:
        super().__init__(state, several, steps, clock)
        self.bar, self._expected = bar, expected
        self._tasks: dict[str, Any] = {}
        self._steps, self._ended, self._skipped = steps, 0, 0
        self._all = bar.add_task(self._count(), total=sum(self._weight(step) for step in self._steps))

    def _count(self) -> str:
        return f"{self._ended} of {plural(len(self._steps), 'step')}" + (f", {self._skipped} skipped" if self._skipped else "")

    def _weight(self, step: Step) -> int:
        return max(1, self._expected.get(step.id, 1))

    def tell(self, text: str) -> None:
        """Above the live view; what went wrong stands out."""
        from rich.text import Text

        self.bar.console.print(Text(text, style="red" if text.startswith(_WRONG) else ""), highlight=False)

    def started(self, step: Step) -> None:
        """A line for it."""
        super().started(step)
        self._tasks[step.id] = self.bar.add_task(self.name(step), total=None)

    def waiting(self, step: Step, what: str, seconds: float) -> None:
        """Its line says what for."""
        if step.id in self._tasks:
            self.bar.update(self._tasks[step.id], description=f"{self.name(step)}: waiting, {visible(what)}")

    def finished(self, step: Step, result: StepResult, seconds: float) -> None:
        """Its line goes, the bar moves."""
        super().finished(step, result, seconds)
        if (task := self._tasks.pop(step.id, None)) is not None:
            self.bar.remove_task(task)
        if result.outcome == "skipped":
            self._skipped += 1
        else:
            self._ended += 1
        self.bar.update(self._all, description=self._count(), advance=self._weight(step))


def pace(steps: Sequence[Step], seconds: Mapping[str, float], workers: int, took: float) -> str:
    """How long a run took beside the least it could have taken: its longest chain of steps, or all work shared by the workers."""
    by_id = {step.id: step for step in steps}
    until: dict[str, float] = {}
    for id in in_order(by_id):
        before = [until[need] for need in (*by_id[id].needs, by_id[id].escalates) if need]
        until[id] = seconds.get(id, 0.0) + max(before, default=0.0)
    critical, shared = max(until.values(), default=0.0), sum(seconds.values()) / workers
    why = "its longest chain of steps" if critical >= shared else f"all work shared by {workers} workers"
    return f"{took:.1f} s; the least for this work is {max(critical, shared):.1f} s ({why})"


@contextmanager
def reading(state: Run, hosts: Sequence[str]) -> Iterator[None]:
    """What is being waited for while hosts are read: a line for each, or on a terminal one with the time that it takes."""
    if not _live(state):
        for host in hosts:
            state.output.progress(f"Reading {host} ...")
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=state.output.err), transient=True) as bar:
        bar.add_task(visible(f"Reading {', '.join(hosts)} ..."), total=None)
        yield


def _live(state: Run) -> bool:
    return state.output.color_err and state.output.err.isatty()


def bars(console: Any) -> Any:
    """A rich Progress on a rich Console: for each running step its name and time, for all together a bar and the estimated rest too."""
    from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.table import Column
    from rich.text import Text

    class Overall(ProgressColumn):
        """A column for all steps together. Beside one step, of which nobody knows how far it is, there is nothing to see in it."""

        def __init__(self, column: ProgressColumn, table_column: Column | None = None) -> None:
            super().__init__(table_column)
            self._column = column

        def render(self, task: Task) -> Any:
            """The column, or nothing."""
            return self._column.render(task) if task.total is not None else Text("")

    took, left = Column(no_wrap=True, min_width=7), Column(no_wrap=True, min_width=5)  # a narrow terminal cuts the bar, then names, and no time
    name, bar_of_all = TextColumn("{task.description}", markup=False), Overall(BarColumn(bar_width=20))
    columns = (SpinnerColumn(), name, bar_of_all, TimeElapsedColumn(took), Overall(TimeRemainingColumn(compact=True), left))
    return Progress(*columns, console=console, transient=True)


@contextmanager
def progress(state: Run, document: PlanDocument, clock: Clock) -> Iterator[Plain]:
    """The listener that suits where stderr goes."""
    several = len(document.hosts) > 1
    if not _live(state):
        listener, ended = Plain(state, several, document.steps, clock), threading.Event()

        def remind() -> None:
            while not ended.wait(_TICK):
                listener.remind()

        thread = threading.Thread(target=remind, name="reminder", daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            ended.set()
            thread.join()
        return
    from rich.console import Console

    with bars(Console(file=state.output.err)) as bar:
        yield Live(state, several, bar, document.meta.get("durations", {}), document.steps, clock)
