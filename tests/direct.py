"""A session straight into the simulated host's PowerShell: the same invocations, no protocol, a tenth of the time."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pypsrp.serializer import TaggedValue

from hvplan.cmdlets.constants import script_of
from hvplan.cmdlets.invocation import Cmd, Invocation
from hvplan.remoting import messages
from hvplan.remoting.arguments import wire
from hvplan.remoting.heard import Heard
from hvplan.remoting.session import NotSent, Outcome, Unsure
from hvplan.simulator.call import World
from hvplan.simulator.pipe import Argument, Command, MessageKind, Pipeline
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.values import List, Number

_KINDS = {
    "PIPELINE_OUTPUT": messages.PIPELINE_OUTPUT,
    "ERROR_RECORD": messages.ERROR_RECORD,
    "WARNING_RECORD": messages.WARNING_RECORD,
    "PIPELINE_STATE": messages.PIPELINE_STATE,
}


def _value(value: Any) -> Any:
    """A typed argument as it would come out of the protocol on the other side."""
    if isinstance(value, TaggedValue):
        if value.tag == "G":
            return uuid.UUID(value.value)
        return int(value.value) if value.tag == "I32" else Number(value.value, value.tag)
    return List(value, "System.Collections.ArrayList") if isinstance(value, list) else value


def _command(cmd: Cmd, arguments: tuple[Argument, ...]) -> Command:
    """A cmdlet by its name, or a constant by its text, as to a session that takes scripts."""
    script = script_of(cmd)
    return Command(script, arguments, is_script=True, local_scope=True) if script else Command(cmd.cmdlet, arguments)


def pipeline_of(invocation: Invocation) -> Pipeline:
    """An invocation as the simulated PowerShell gets it."""
    return Pipeline(
        statements=tuple(
            tuple(_command(cmd, tuple(Argument(name, _value(value)) for name, value in wire(cmd))) for cmd in statement) for statement in invocation.statements
        )
    )


@dataclass
class DirectSession:
    """`sent` keeps every invocation in order; `before` and `after` may answer in the host's place (faults)."""

    world: World
    sent: list[Invocation] = field(default_factory=list)
    before: Callable[[int, Invocation], Outcome | None] = lambda number, invocation: None
    after: Callable[[int, Invocation, Outcome], Outcome] = lambda number, invocation, outcome: outcome

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._runspace = SimulatedPowerShell(self.world, release=self.world.release).open(1)

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Run it, or let a fault answer."""
        with self._lock:
            number = len(self.sent)
            self.sent.append(invocation)
            if (instead := self.before(number, invocation)) is not None:
                return instead
            heard = Heard()

            def emit(kind: MessageKind, clixml: str) -> None:
                if kind in _KINDS:
                    heard.take(_KINDS[kind], clixml.encode("utf-8"))

            stopped = threading.Event()
            timer = threading.Timer(timeout, stopped.set)
            timer.daemon = True
            timer.start()
            self._runspace.run(pipeline_of(invocation), emit, stopped)
            timer.cancel()
            if stopped.is_set():
                return Unsure(why="our deadline passed")
            outcome = heard.outcome()
            assert outcome is not None
            return self.after(number, invocation, outcome)

    def close(self) -> None:
        """Nothing is held."""


__all__ = ["DirectSession", "NotSent", "pipeline_of"]
