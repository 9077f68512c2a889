"""The seam to a host: a session runs invocations and says honestly what is known of their outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hvplan.cmdlets.invocation import Invocation

Record = Mapping[str, Any]
"""One output object: property -> value. Numbers are int, GUIDs lower-case text, enums their name as text (whether they
travelled as text or as an object), TimeSpans seconds (int), DateTimes and Versions text, lists tuples, nested objects
Records, absent values None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """One error of a host: `id` is the FullyQualifiedErrorId, `category` an ErrorCategory name, `target` the target's name."""

    id: str
    category: str
    message: str
    target: str = ""
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """It ran to its end. It may carry errors: for a write any error is failure."""

    records: tuple[Record, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The host refused it or it failed for good; `records` and earlier errors that came before are kept. Never retried."""

    errors: tuple[ErrorRecord, ...]
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSent:
    """It certainly did not run on the host; may be tried again. `code` and `hint` are for a diagnostic: `logon-failed`, what to do."""

    why: str
    code: str = "not-sent"
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsure:
    """It may or may not have run: the connection was lost or our deadline passed. The object must be re-read."""

    why: str


Outcome = Done | Failed | NotSent | Unsure


class Session(Protocol):
    """A host to talk to. Safe to call from several threads (it hands each call a connection of its own)."""

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Send one invocation and wait for its end, at most `timeout` seconds. References must have been resolved."""
        ...

    def close(self) -> None:
        """Close every connection and shell; safe to call twice."""
        ...
