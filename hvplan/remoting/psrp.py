"""The session for the wire: a few shells, each on a connection of its own, each handed to one call at a time."""

from __future__ import annotations

import threading
from typing import Final

from hvplan.clock import Clock
from hvplan.cmdlets.build import references
from hvplan.cmdlets.invocation import Invocation
from hvplan.remoting.connection import Connection
from hvplan.remoting.failures import not_sent, trouble
from hvplan.remoting.session import NotSent, Outcome
from hvplan.remoting.shell import Shell

RECYCLE: Final = 450
"""Pipelines after which a shell is replaced; hosts allow 1,000 of a shell, and a leak in one would be ours."""

IDLE: Final = 60
"""Seconds of rest after which a connection is not trusted again: the host may have dropped it, and a sealed one would be dead."""


class PsrpSession:
    """A host over PowerShell remoting. Safe to call from several threads; sessions open when they are first needed.

    Two calls at once never share a connection: one with message encryption cannot be shared (engineering notes 1.1).
    After any trouble with the transport the connection and its shell are closed and never used again.
    """

    def __init__(self, connection: Connection, clock: Clock, *, max_sessions: int | None = None) -> None:
        self._connection, self._clock = connection, clock
        self._free = threading.Semaphore(max(1, max_sessions or connection.max_sessions))
        self._lock = threading.Lock()
        self._resting: list[Shell] = []
        self._closed = False

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Send one invocation; at most `timeout` seconds until the host has answered (a stop and a close may add a few)."""
        if references(invocation):
            raise ValueError("the invocation still holds references")
        deadline = self._clock.monotonic() + timeout
        if not self._free.acquire(timeout=timeout):
            return NotSent(why="every session to the host was busy until the deadline", code="busy")
        try:
            return self._run(invocation, deadline)
        finally:
            self._free.release()

    def _run(self, invocation: Invocation, deadline: float) -> Outcome:
        shell = self._take()
        if shell is None:
            if self._closed:
                return NotSent(why="the session is closed", code="closed")
            shell = Shell(self._connection, self._clock)
            try:
                shell.open(deadline)
            except Exception as error:  # noqa: BLE001 - whatever the libraries raise, nothing was sent yet
                shell.close(politely=False)
                return not_sent(trouble(error, self._connection))
            except BaseException:  # Ctrl-C: what was opened so far is let go
                shell.close(politely=False)
                raise
        outcome: Outcome | None = None
        try:
            outcome = shell.run(invocation, deadline)
        finally:
            self._put(shell, sound=outcome is not None)
        return outcome

    def _take(self) -> Shell | None:
        """A shell that rests and may still be trusted; those that may not are closed."""
        while True:
            with self._lock:
                shell = self._resting.pop() if self._resting else None
            if shell is None:
                return None
            if self._clock.monotonic() - shell.last < IDLE:
                return shell
            shell.close(politely=not self._connection.encrypts_messages)

    def _put(self, shell: Shell, *, sound: bool) -> None:
        with self._lock:
            keep = sound and not shell.broken and shell.used < RECYCLE and not self._closed
            if keep:
                self._resting.append(shell)
        if not keep:
            # After trouble a sealed connection cannot carry even a farewell: the new one would have another key.
            shell.close(politely=not (shell.broken and self._connection.encrypts_messages))

    def close(self) -> None:
        """Close what rests now; a shell that is in use is closed by its own call when that ends. Safe to call twice, never raises."""
        with self._lock:
            self._closed = True
            resting, self._resting = self._resting, []
        reachable = True
        for shell in resting:
            shell.close(politely=reachable)
            reachable = not shell.broken
