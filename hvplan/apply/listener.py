"""Who hears of an apply while it runs. Calls come from worker threads, one at a time for each step."""

from __future__ import annotations

from typing import Protocol

from hvplan.document.plan import Step
from hvplan.document.result import StepResult


class Listener(Protocol):
    """Progress for people; nothing depends on it."""

    def checking(self, host: str) -> None:
        """A host is re-read before the first write."""
        ...

    def started(self, step: Step) -> None:
        """A step begins; from now on a write may reach the host."""
        ...

    def waiting(self, step: Step, what: str, seconds: float) -> None:
        """A step has been waiting so many seconds for something (`vm/web01 to be Off`)."""
        ...

    def finished(self, step: Step, result: StepResult, seconds: float) -> None:
        """A step has ended, or will never run (`skipped`)."""
        ...


class Silent:
    """Nobody listens."""

    def checking(self, host: str) -> None:
        """Nothing."""

    def started(self, step: Step) -> None:
        """Nothing."""

    def waiting(self, step: Step, what: str, seconds: float) -> None:
        """Nothing."""

    def finished(self, step: Step, result: StepResult, seconds: float) -> None:
        """Nothing."""
