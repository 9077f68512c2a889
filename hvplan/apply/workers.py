"""The steps of a schedule on bounded threads: started as they become ready, verified, drained when somebody asks.

Workers are daemon threads: a call that hangs on a host never keeps the command from ending.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Final

from hvplan.apply.carry import carry_out, check
from hvplan.apply.journal import Journal
from hvplan.apply.listener import Listener
from hvplan.apply.schedule import Schedule, result_of
from hvplan.apply.site import Site
from hvplan.clock import Clock
from hvplan.document.plan import Step
from hvplan.document.result import StepError, StepResult
from hvplan.model.address import owner

WAKE: Final = 0.2
"""Seconds between two looks of the main thread at whether somebody asked to stop; signals reach it in between."""


class Workers:
    """Runs a schedule to its end. `run` returns when nothing can be done any more, or raises KeyboardInterrupt as it came.

    `stop` is asked before each step and now and then: once it says true, nothing new is started.
    """

    def __init__(
        self,
        schedule: Schedule,
        sites: Mapping[str, Site],
        *,
        listener: Listener,
        journal: Journal,
        clock: Clock,
        parallel: int,
        digest: str,
        stop: Callable[[], bool],
    ) -> None:
        self._schedule, self._sites, self._listener, self._journal, self._clock = schedule, sites, listener, journal, clock
        self._parallel, self._digest, self._stop = parallel, digest, stop
        self._changed = threading.Condition()
        self._unverified: dict[tuple[str, str], list[Step]] = {}
        self._left: dict[tuple[str, str], int] = {}
        self._due: list[list[Step]] = []
        self._verifying = 0
        self._draining = self._over = False
        for step in schedule.steps.values():
            self._left[_object(step)] = self._left.get(_object(step), 0) + 1

    def run(self) -> None:
        """Until every step has ended or was skipped."""
        threads = [threading.Thread(target=self._work, name=f"apply-{n}", daemon=True) for n in range(min(self._parallel, len(self._schedule.steps)))]
        for thread in threads:
            thread.start()
        try:
            with self._changed:
                while not self._finished():
                    self._drain_if_asked()
                    if not self._finished():
                        self._changed.wait(WAKE)
        finally:
            with self._changed:
                self._over = True
                self._changed.notify_all()
        for thread in threads:
            thread.join()

    def _drain_if_asked(self) -> None:
        """Under the lock: once somebody has asked to stop, what has not started never will."""
        if not self._draining and self._stop():
            self._draining = True
            self._skipped(self._schedule.abandon())
            self._changed.notify_all()

    def _finished(self) -> bool:
        return self._schedule.finished and not self._verifying and not self._due

    def _work(self) -> None:
        while True:
            with self._changed:
                task = self._take()
                while task is None:
                    if self._over:
                        return
                    self._changed.wait()
                    task = self._take()
            task()

    def _take(self) -> Callable[[], None] | None:
        """Something to do, under the lock: the re-read of an object whose last step has ended, or a step."""
        if self._due:
            steps = self._due.pop()
            self._verifying += 1
            return lambda: self._verify(steps)
        self._drain_if_asked()
        step = None if self._draining else next(self._schedule.ready(), None)
        if step is None:
            return None
        self._schedule.start(step.id)
        return lambda: self._step(step)

    def _step(self, step: Step) -> None:
        self._journal.line("start", plan=self._digest, step=step.id, host=step.host, address=step.address, action=step.action)
        self._listener.started(step)
        began = self._clock.monotonic()
        at_once = step.id in self._schedule.needed
        result = self._guarded(step, lambda: carry_out(self._sites[step.host], step, verify=at_once))
        self._journal.line("end", step=step.id, outcome=result.outcome, error=result.error.id if result.error else None)
        self._listener.finished(step, result, self._clock.monotonic() - began)
        with self._changed:
            self._schedule.finish(result)
            if result.outcome == "done" and not at_once and step.action != "stop":
                self._unverified.setdefault(_object(step), []).append(step)
            self._one_less(_object(step))
            self._skipped(self._schedule.skips())
            self._changed.notify_all()

    def _verify(self, steps: list[Step]) -> None:
        """Re-read an object whose last step is done: steps that are not shown have failed after all."""
        for step in steps:
            result = self._guarded(step, lambda step=step: check(self._sites[step.host], step))  # type: ignore[misc]
            if result.outcome != "done":
                self._journal.line("verify", step=step.id, outcome=result.outcome, error=result.error.id if result.error else None)
                self._listener.finished(step, result, 0.0)
                with self._changed:
                    self._schedule.finish(result)
        with self._changed:
            self._verifying -= 1
            self._changed.notify_all()

    def _guarded(self, step: Step, work: Callable[[], StepResult]) -> StepResult:
        """A fault of our own is the step's outcome too: unknown once something was sent, failed before that."""
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - a worker that dies silently would leave the run waiting for ever
            sent = step.id in self._sites[step.host].sent
            message = f"internal error: {type(error).__name__}: {error}"
            trouble = StepError(id="internal-error", category="", message=message + ("" if sent else "; nothing was sent"))
            return result_of(step, "unknown" if sent else "failed", trouble)

    def _one_less(self, key: tuple[str, str]) -> None:
        """A step of an object has ended; after its last one, what was not re-read yet is due."""
        self._left[key] -= 1
        if not self._left[key] and (steps := self._unverified.pop(key, None)):
            self._due.append(steps)

    def _skipped(self, results: tuple[StepResult, ...]) -> None:
        for result in results:
            step = self._schedule.steps[result.id]
            self._one_less(_object(step))
            self._journal.line("skip", step=step.id, because=result.because)
            self._listener.finished(step, result, 0.0)


def _object(step: Step) -> tuple[str, str]:
    return step.host, owner(step.address)
