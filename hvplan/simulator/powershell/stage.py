"""What a cmdlet inside a pipe is, and what it may do: emit, complain, end the statement, stop what is upstream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn, Protocol

from hvplan.simulator.powershell.records import ErrorRecord


class Terminate(Exception):
    """The statement is over. `preference`: a preference (`ErrorAction Stop`) made it so, and the whole batch ends (truth 1)."""

    def __init__(self, error: ErrorRecord, preference: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.preference = preference


class StopUpstream(Exception):
    """The command at `index` of the pipe wants no more objects; what is before it ends, what is after it completes."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Cancelled(Exception):
    """The client asked to stop."""


class Host(Protocol):
    """What a core cmdlet sees of its place in the pipe."""

    @property
    def session(self) -> Any:
        """The `pipeline.Session` that the statement runs in."""
        ...

    def emit(self, value: Any) -> None:
        """Pass an object on."""
        ...

    def error(self, id: str, category: str, message: str, exception: str, target: Any = None, *, piped: bool = True, parameter: str | None = None) -> None:
        """Report an error that does not end the statement, as the preferences have it.

        `piped`: `target` came out of the pipe. `parameter`: whose value an argument exception is about.
        """
        ...

    def fail(self, id: str, category: str, message: str, exception: str) -> NoReturn:
        """End the statement with an error."""
        ...

    def stop_upstream(self) -> NoReturn:
        """Want no more objects."""
        ...


def heed(host: Host, command: str, bound: Mapping[str, Any], *unknown: str) -> None:
    """Refuse a parameter that the command does not simulate rather than drop it."""
    for name in unknown:
        if bound.get(name):
            host.fail("NotSimulated", "NotImplemented", f"{command} -{name} is not simulated.", "PSNotSupportedException")


class Stage(Protocol):
    """One command of a running pipe."""

    def begin(self) -> None:
        """Before the first object; all commands of a pipe begin before any gets an object."""
        ...

    def process(self, value: Any) -> None:
        """One object of the pipe."""
        ...

    def end(self) -> None:
        """After the last object."""
        ...
