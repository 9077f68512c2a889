"""The same pipeline in both rooms: the built-in PowerShell and a real engine, over equal worlds, heard as PSRP messages."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psrpcore

from hvplan.simulator.call import Answer, Call
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.engine_world import EngineDoor
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.serve import DEFAULT_PS_VERSION
from hvplan.simulator.wire import fragments
from hvplan.simulator.wire.engine import Engines
from hvplan.simulator.wire.fragments import TO_CLIENT, Defragmenter
from hvplan.simulator.wire.psrp import PsrpSession, Session, Sink
from hvplan.simulator.wire.relay import relayed
from hvplan.simulator.world import SimulatedWorld

_KINDS = {number: kind for kind, number in fragments.TYPES.items()}
Statement = tuple[tuple[str, dict[str, Any]], ...]
"""Commands with their parameters; a parameter that is `Switch` is a bare name."""


class Switch:
    """A parameter without a value."""


class Text(str):
    """Script text in the place of a command's name; `local_scope` as a client says it."""

    local_scope: bool | None = None


@dataclass
class FreshWorld:
    """A world that can be made anew between two pipelines."""

    text: str
    release: str = "2025"
    world: SimulatedWorld = field(init=False)

    def __post_init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Begin again from the seed."""
        self.world = SimulatedWorld.from_text(self.text, clock=VirtualClock())

    def call(self, call: Call) -> Answer:
        """See `World`."""
        return self.world.call(call)

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Not compared: an engine does not tell."""

    def calls(self) -> list[dict[str, Any]]:
        """The audit log without its times."""
        return [{key: value for key, value in line.items() if key not in ("time", "pipeline")} for line in self.world.audit]


class Room:
    """A session of one PowerShell over its own world."""

    def __init__(self, world: FreshWorld, make_session: Callable[[int, Sink], Session]) -> None:
        self.world = world
        self._heard: dict[uuid.UUID | None, list[bytes]] = {}
        self._change = threading.Condition()
        self._done: set[uuid.UUID | None] = set()
        self._pool = psrpcore.ClientRunspacePool()
        self._session = make_session(1, self._sink)
        self._pool.open()
        self._send(None)
        with self._change:
            while self._pool.state != psrpcore.types.RunspacePoolState.Opened:
                assert self._change.wait_for(lambda: self._heard.get(None), 60), "the pool was not opened"
                for part in self._heard.pop(None):
                    self._pool.receive_data(psrpcore.PSRPPayload(part, psrpcore.StreamType.default, None))
                while self._pool.next_event() is not None:
                    pass

    def run(self, *statements: Statement) -> list[tuple[str, str]]:
        """Run one pipeline of these statements on a fresh world; its messages in order."""
        self.world.renew()
        return self._pipeline(statements)

    def _pipeline(self, statements: tuple[Statement, ...]) -> list[tuple[str, str]]:
        shell = psrpcore.ClientPowerShell(self._pool)
        for place, statement in enumerate(statements):
            if place:
                shell.add_statement()
            for name, parameters in statement:
                if isinstance(name, Text):
                    shell.add_script(name, name.local_scope)
                else:
                    shell.add_command(name)
                for key, value in parameters.items():
                    if value is Switch:
                        shell.add_parameter(f"-{key}")
                    else:
                        shell.add_parameter(key, value)
        shell.start()
        command = shell.pipeline_id
        self._send(command)
        with self._change:
            assert self._change.wait_for(lambda: command in self._done, 60), "the pipeline did not end"
            data = b"".join(self._heard.pop(command))
        self._session.stop(command)
        messages = Defragmenter(TO_CLIENT).feed(data)
        return [(_KINDS.get(message.type, hex(message.type)), message.data.decode()) for message in messages]

    def settled(self) -> list[dict[str, Any]]:
        """The calls of the last pipeline, those included that ran unheard: a pipeline that calls nothing waits for them."""
        self._pipeline(((("Get-Nothing", {}),),))
        return self.world.calls()

    def close(self) -> None:
        """End the session."""
        self._session.close()

    def _send(self, command: uuid.UUID | None) -> None:
        data = b""
        while (payload := self._pool.data_to_send()) is not None:
            data += payload.data
        self._session.receive(command, data)

    def _sink(self, command: uuid.UUID | None, parts: list[bytes], last: bool) -> None:
        with self._change:
            self._heard.setdefault(command, []).extend(parts)
            if last:
                self._done.add(command)
            self._change.notify_all()


def builtin(text: str) -> Room:
    """The simulator's own PowerShell over a world."""
    world = FreshWorld(text)
    powershell = SimulatedPowerShell(world, release="2025")
    return Room(world, lambda number, sink: PsrpSession(powershell, number, sink, ps_version=DEFAULT_PS_VERSION))


@contextmanager
def real(text: str, engine: Path) -> Iterator[Room]:
    """A real engine over a world."""
    world = FreshWorld(text)
    engines = Engines(engine, lambda: EngineDoor(world))
    try:
        yield Room(world, relayed(engines))
    finally:
        engines.close()
