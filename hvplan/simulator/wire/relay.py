"""One shell's PowerShell in a process of its own: the bytes of a client go through to a real engine, and its answers back.

What arrives is read first as strictly as the built-in PowerShell reads it, so what is no message gets the same
fault; an engine would complain where no client hears it. An engine works on its lines at once and in no order, so of
each stream one line is on its way at a time, and the next follows its acknowledgement.

An engine that ends by itself is a lost shell. Taking a session over from another client (Connect) is not possible:
on standard input and output nobody but the first client can speak; Disconnect and Reconnect of a shell are.
"""

from __future__ import annotations

import itertools
import logging
import re
import threading
import uuid
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from hvplan.errors import HvplanError
from hvplan.simulator.wire import fragments, records
from hvplan.simulator.wire.create import NotCreated, read_create, read_input
from hvplan.simulator.wire.elements import POOL, Element, Fragments
from hvplan.simulator.wire.engine import Engine, Engines
from hvplan.simulator.wire.faults import BROKEN, Fault
from hvplan.simulator.wire.fragments import Defragmenter, Message
from hvplan.simulator.wire.opening import Opening
from hvplan.simulator.wire.psrp import POOL_MESSAGES, Sink
from hvplan.simulator.wire.safe_xml import Malformed, parse_message
from hvplan.simulator.wire.service import MakeSession

_LOG = logging.getLogger(__name__)
_OPENED: Final = re.compile(rb'N="RunspaceState">2<')
_OWN_OBJECTS: Final = 1 << 48
"""Where the numbers of the few objects begin that are not the engine's: the numbers of a shell must not collide."""


@dataclass(eq=False, slots=True)
class _Stream:
    """The pool's stream or a command's. `waiting`: a line is on its way. `created`: a pipeline was asked for.
    `takes_input`: and is sent objects. `counts`: it will run, and so has a number in the audit log. `stopping`: it was told to stop. `ended`: it said its last.
    """

    id: uuid.UUID
    heard: Defragmenter = field(default_factory=Defragmenter)
    said: Fragments = field(default_factory=Fragments)
    pending: deque[Element] = field(default_factory=deque)
    pipeline: uuid.UUID = POOL
    waiting: bool = False
    created: bool = False
    takes_input: bool = False
    counts: bool = True
    stopping: bool = False
    ended: bool = False


class RelaySession:
    """Relays one shell to `engine` (see `psrp.Session`); `number` is the session's number in the audit log."""

    def __init__(self, engine: Engine, number: int, sink: Sink) -> None:
        engine.door.session = number
        self._engine = engine
        self._sink = sink
        self._number = number
        self._lock = threading.Lock()
        self._pool = _Stream(POOL)
        self._streams: dict[uuid.UUID, _Stream] = {POOL: self._pool}
        self._objects = itertools.count(_OWN_OBJECTS)
        self._pipelines = itertools.count(1)
        self._running: deque[uuid.UUID] = deque()  # created and not ended: one after another has its turn
        self._current = POOL
        self._pool_id = POOL
        self._opening = Opening()
        self._opened = False
        self._secrets = False
        self._closed = False
        threading.Thread(target=self._listen, name=f"simulator-relay-{number}", daemon=True).start()

    def receive(self, command: uuid.UUID | None, data: bytes) -> None:
        """See `Session`."""
        with self._lock:
            if self._closed:
                return
            if command is None:
                for message in self._pool.heard.feed(data):
                    self._check_pool(message)
                self._say(self._pool, Element("Data", POOL, data))
                return
            if not self._opened:
                raise Malformed("a pipeline came before the runspace pool was opened")
            stream = self._streams.get(command)
            if stream is None:
                stream = self._streams[command] = _Stream(command)
                stream.pending.append(Element("Command", command))
            if stream.ended:
                return
            try:
                for message in stream.heard.feed(data):
                    self._check(stream, message)
            except Malformed:
                if not stream.created:
                    self._forget(stream)
                raise
            self._say(stream, Element("Data", command, data))

    def connect(self, data: bytes) -> bytes:
        """See `Session`; not possible here."""
        raise Malformed("a session that a real engine serves cannot be taken over by another client")

    def stop(self, command: uuid.UUID) -> None:
        """See `Session`."""
        with self._lock:
            stream = self._streams.get(command)
            if stream is None or self._closed:
                return
            if stream.ended:
                self._forget(stream)
            elif stream.created:
                if not stream.stopping:
                    stream.stopping = True
                    self._turn()
                    self._say(stream, Element("Signal", command))
            else:
                message = fragments.pack(fragments.TYPES["PIPELINE_STATE"], self._pool_id, stream.pipeline, records.stopped())
                self._sink(command, fragments.fragment(next(self._objects), message), True)
                self._forget(stream)

    def close(self) -> None:
        """See `Session`."""
        with self._lock:
            self._closed = True
        self._engine.end()

    def join(self, seconds: float) -> bool:
        """See `Session`."""
        return self._engine.join(seconds)

    # what the client said

    def _check_pool(self, message: Message) -> None:
        if message.type not in POOL_MESSAGES and message.type != fragments.RUNSPACEPOOL_HOST_RESPONSE:
            raise Malformed(f"message type 0x{message.type:08X} is not for a runspace pool")
        self._opening.check(message)
        self._pool_id = message.pool
        self._secrets = self._secrets or message.type == fragments.PUBLIC_KEY

    def _check(self, stream: _Stream, message: Message) -> None:
        # An engine drops a message with a foreign id, or ends by it.
        if message.pool != self._pool_id or message.pipeline != stream.id:
            raise Malformed(f"the message is for pipeline {message.pipeline} of pool {message.pool}, not for this one")
        stream.pipeline = message.pipeline
        match message.type:
            case fragments.CREATE_PIPELINE if not stream.created:
                try:
                    stream.takes_input = not read_create(parse_message(message.data), secrets=self._secrets).no_input
                except NotCreated as refused:
                    stream.counts = refused.error_id == "NotSimulated"  # the engine says so itself; it runs what only we do not
                self._created(stream)
            case fragments.GET_COMMAND_METADATA if not stream.created:
                parse_message(message.data)
                self._created(stream)
            case fragments.PIPELINE_INPUT if stream.created and stream.takes_input:
                read_input(parse_message(message.data), secrets=self._secrets)
            case fragments.END_OF_PIPELINE_INPUT if stream.created and not message.data:
                pass
            case fragments.PIPELINE_HOST_RESPONSE if stream.created:
                pass
            case _:
                raise Malformed(f"message type 0x{message.type:08X} is not for this pipeline")

    def _created(self, stream: _Stream) -> None:
        stream.created = True
        self._running.append(stream.id)
        self._turn()

    def _turn(self) -> None:
        """Tell the world whose calls the next ones are. Exact for a pool of one runspace whose client waits for each end or stops it."""
        turn = next((id for id in self._running if not self._streams[id].stopping), self._current)
        if turn != self._current:
            self._current = turn
            if self._streams[turn].counts:
                self._engine.door.pipeline = next(self._pipelines)

    def _say(self, stream: _Stream, element: Element) -> None:
        stream.pending.append(element)
        self._pump(stream)

    def _pump(self, stream: _Stream) -> None:
        if not stream.waiting and stream.pending:
            stream.waiting = True
            self._engine.send(stream.pending.popleft())

    def _forget(self, stream: _Stream) -> None:
        self._streams.pop(stream.id, None)
        self._engine.send(Element("Close", stream.id))

    # what the engine said

    def _listen(self) -> None:
        while (element := self._engine.hear()) is not None:
            with self._lock:
                stream = self._streams.get(element.id)
                if stream is None:
                    continue
                if element.name == "Data":
                    self._heard(stream, element.data)
                elif element.name in ("CommandAck", "DataAck", "SignalAck"):
                    stream.waiting = False
                    self._pump(stream)
        with self._lock:
            lost, self._closed = not self._closed and not self._engine.ending, True
        if lost:
            _LOG.warning("engine %s of session %s is gone: %s", self._engine.pid, self._number, self._engine.describe_end())
            self._sink(None, [], True)

    def _heard(self, stream: _Stream, data: bytes) -> None:
        parts, last = stream.said.split(data)
        if stream is self._pool:
            self._opened = self._opened or _OPENED.search(data) is not None
            self._sink(None, parts, False)
            return
        if last and stream.id in self._running:
            stream.ended = True
            self._running.remove(stream.id)
            self._turn()
            if stream.stopping:
                self._forget(stream)  # whoever released it does not ask a second time
        self._sink(stream.id, parts, last)


def relayed(engines: Engines) -> MakeSession:
    """Makes the sessions of a service whose PowerShell is a real engine; a shell whose engine cannot be started is refused with a fault."""

    def session(number: int, sink: Sink) -> RelaySession:
        try:
            return RelaySession(engines.take(), number, sink)
        except HvplanError as error:
            raise Fault(BROKEN, error) from error

    return session
