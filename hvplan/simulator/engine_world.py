"""A world that real engines ask: each bound call is one JSON line in, one JSON line out, on loopback.

Every engine gets a door of its own, a listener on a free port of 127.0.0.1, so that its calls carry the number of its
session into the audit log. Calls that run at once come over one connection each; a pipeline that is stopped closes its
connection, which sets `Call.stopped`.

An engine says nothing of an invocation that did not bind, so behind a real engine the audit log has no line
with the outcome `unbound`. It does not know a release either: all cmdlets and parameters of the catalogue exist there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import socket
import threading
from typing import Any, Final

from hvplan.simulator import engine_values
from hvplan.simulator.call import Call, World

_LOG = logging.getLogger(__name__)
_MAX_LINE: Final = 64 * 1024 * 1024


class EngineDoor:
    """Where the commands of one engine ask `world` (see `wire.engine.Door`). Raises OSError where no port is free."""

    def __init__(self, world: World) -> None:
        self.session = 0
        self.pipeline = 0
        self._world = world
        self._lock = threading.Lock()
        self._closed = False
        self._connections: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, name=f"simulator-door-{self._port}", daemon=True).start()

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._port}"

    def close(self) -> None:
        """Hear nothing more; calls that still run are told to stop. Returns at once; twice does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            connections = list(self._connections)
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()  # wakes accept() on every system
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with self._listener:
            while True:
                try:
                    connection, _ = self._listener.accept()
                except OSError:
                    return
                with self._lock:
                    if self._closed:
                        connection.close()
                        return
                    self._connections.add(connection)
                _Connection(self, connection).start()

    def forget(self, connection: socket.socket) -> None:
        """A connection has ended."""
        with self._lock:
            self._connections.discard(connection)
        connection.close()

    def answer(self, line: bytes, stopped: threading.Event) -> dict[str, Any]:
        """Carry out the call of one line; a failure of the simulator becomes an error record, as with the built-in PowerShell."""
        try:
            said = json.loads(line)
            call = Call(
                command=said["command"],
                set=said.get("set", ""),
                bound=engine_values.read_bound(said.get("bound", {})),
                session=self.session,
                pipeline=self.pipeline,
                stopped=stopped,
            )
            return engine_values.write_answer(self._world.call(call))
        except Exception as error:  # noqa: BLE001  (logged below; the engine must not wait for ever)
            _LOG.exception("a call of session %s", self.session)
            return engine_values.failure(f"The simulator failed: {type(error).__name__}: {error}")


class _Connection:
    """One connection: a thread that reads, so that a closed connection is noticed while the other thread works on a call."""

    def __init__(self, door: EngineDoor, connection: socket.socket) -> None:
        self._door = door
        self._connection = connection
        self._lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Serve it until its other end closes it."""
        for target in (self._read, self._work):
            threading.Thread(target=target, name="simulator-door-connection", daemon=True).start()

    def _read(self) -> None:
        with contextlib.suppress(OSError), self._connection.makefile("rb") as stream:
            while (line := stream.readline(_MAX_LINE)).endswith(b"\n"):
                self._lines.put(line)
        self._stopped.set()
        self._lines.put(None)

    def _work(self) -> None:
        try:
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (line := self._lines.get()) is not None:
                answer = self._door.answer(line, self._stopped)
                self._connection.sendall(json.dumps(answer).encode() + b"\n")
        except OSError:
            pass  # the engine does not want the answer any more
        finally:
            self._door.forget(self._connection)
