"""The seam between `wire` and `powershell`: a parsed pipeline goes in, messages come out in order.

A message is its PSRP name and the CLIXML of its payload, exactly as the wire sends it, so a test that
skips the protocol sees what a client would.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MessageKind = Literal[
    "PIPELINE_OUTPUT", "ERROR_RECORD", "WARNING_RECORD", "VERBOSE_RECORD", "DEBUG_RECORD", "INFORMATION_RECORD", "PROGRESS_RECORD", "PIPELINE_STATE"
]
Emit = Callable[[MessageKind, str], None]


@dataclass(frozen=True, slots=True)
class Argument:
    """`name` is None for a positional argument. `given` is False for a bare name (`-Force`), whose `value` is then None."""

    name: str | None
    value: Any = None
    given: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a pipeline as it was sent: `name` may be qualified (`Hyper-V\\\\Get-VM`), an alias or, with `is_script`, script text.

    `local_scope`: whether it runs in a scope of its own; None where the client did not say.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    is_script: bool = False
    local_scope: bool | None = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Statements, each a pipe of commands; `input` is what the client sent into the first one."""

    statements: tuple[tuple[Command, ...], ...]
    input: tuple[Any, ...] = ()


class Runspace(Protocol):
    """One session's PowerShell. Pipelines of one runspace run one after another."""

    def run(self, pipeline: Pipeline, emit: Emit, stopped: threading.Event) -> None:
        """Run to the end, giving every message to `emit`; the last one is a PIPELINE_STATE (Completed 4, Failed 5, Stopped 3).

        What real PowerShell still runs after that message (statements after a failed one) runs before this returns.
        """
        ...


class PowerShell(Protocol):
    """Makes runspaces; one per shell."""

    def open(self, session: int) -> Runspace:
        """A new runspace; `session` is its number in the audit log."""
        ...
