"""One shell's PowerShell: PSRP bytes in, pipelines run, PSRP fragments out.

`Session` is the seam: a relay to a real engine (`relay`) may stand in the place of `PsrpSession`;
authentication, quotas and faults stay in front of either.
Pipelines run in the order they came, each worker with a runspace of its own; a pool of one runspace (the
default) has one worker, so the next pipeline waits for whatever the last one still runs (truth 1).
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from hvplan.simulator.pipe import MessageKind, Pipeline, PowerShell, Runspace
from hvplan.simulator.wire import fragments, records
from hvplan.simulator.wire.create import Create, NotCreated, read_create, read_input
from hvplan.simulator.wire.fragments import Defragmenter, Message
from hvplan.simulator.wire.pool import Pool
from hvplan.simulator.wire.safe_xml import Malformed, parse_message

_LOG = logging.getLogger(__name__)
POOL_MESSAGES = frozenset(
    {
        fragments.SESSION_CAPABILITY,
        fragments.INIT_RUNSPACEPOOL,
        fragments.CONNECT_RUNSPACEPOOL,
        fragments.PUBLIC_KEY,
        fragments.SET_MAX_RUNSPACES,
        fragments.SET_MIN_RUNSPACES,
        fragments.GET_AVAILABLE_RUNSPACES,
        fragments.RESET_RUNSPACE_STATE,
    }
)

Sink = Callable[[uuid.UUID | None, list[bytes], bool], None]
"""Takes fragments for the pool (None) or a command, in order, and whether they are the last.

The pool's last means that its PowerShell is gone: a lost shell.
"""


class Session(Protocol):
    """The PowerShell end of one shell. Methods raise Malformed for bytes that are not PSRP."""

    def receive(self, command: uuid.UUID | None, data: bytes) -> None:
        """Bytes for the pool, or for a command (the first of them create its pipeline)."""
        ...

    def connect(self, data: bytes) -> bytes:
        """A new client's first bytes; gives the fragments of the answer."""
        ...

    def stop(self, command: uuid.UUID) -> None:
        """Ask a pipeline to stop; its last message says so."""
        ...

    def close(self) -> None:
        """Stop everything; returns at once."""
        ...

    def join(self, seconds: float) -> bool:
        """Wait for what still runs; False if something still does after `seconds`."""
        ...


@dataclass(eq=False, slots=True)
class _Job:
    command: uuid.UUID  # the id of its pipeline as well
    stream: Defragmenter = field(default_factory=Defragmenter)
    create: Create | None = None
    input: list[Any] = field(default_factory=list)
    queued: bool = False
    ended: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)


class PsrpSession:
    """Runs the pipelines of one shell on `powershell`; `number` is the session's number in the audit log."""

    def __init__(self, powershell: PowerShell, number: int, sink: Sink, *, ps_version: str) -> None:
        self._powershell = powershell
        self._number = number
        self._sink = sink
        self._pool = Pool(ps_version)
        self._stream = Defragmenter()
        self._jobs: dict[uuid.UUID, _Job] = {}
        self._objects = itertools.count(1)
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []
        self._waiting = 0  # jobs that no worker has taken yet
        self._busy = 0
        self._closed = False

    def receive(self, command: uuid.UUID | None, data: bytes) -> None:
        """See `Session`."""
        with self._lock:
            if self._closed:
                return
            if command is None:
                for message in self._stream.feed(data):
                    self._for_pool(message)
                return
            if not self._pool.opened:
                raise Malformed("a pipeline came before the runspace pool was opened")
            job = self._jobs.get(command)
            if job is None:
                job = self._jobs[command] = _Job(command)
            try:
                for message in job.stream.feed(data):
                    self._for_pipeline(job, message)
            except Malformed:
                if not job.queued:
                    self._jobs.pop(command, None)
                raise

    def connect(self, data: bytes) -> bytes:
        """See `Session`."""
        with self._lock:
            messages = Defragmenter().feed(data)
            self._pool.reconnecting(messages)
            answers = [answer for message in messages for answer in self._pool.receive(message, self._idle)]
            parts = [b"".join(fragments.fragment(next(self._objects), answer)) for answer in answers]
            # The last of them says that the pool is open; the client hears that from its first Receive.
            if parts:
                self._sink(None, [parts.pop()], False)
            return b"".join(parts)

    def stop(self, command: uuid.UUID) -> None:
        """See `Session`."""
        with self._lock:
            job = self._jobs.get(command)
            if job is not None:
                job.stopped.set()
                if not job.queued:
                    self._end(job, records.stopped())
                    del self._jobs[command]

    def close(self) -> None:
        """See `Session`."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            for job in self._jobs.values():
                job.stopped.set()
            for _ in self._workers:
                self._queue.put(None)

    def join(self, seconds: float) -> bool:
        """See `Session`."""
        for worker in self._workers:
            worker.join(seconds)
        return not any(worker.is_alive() for worker in self._workers)

    def _for_pool(self, message: Message) -> None:
        if message.type in POOL_MESSAGES:
            for answer in self._pool.receive(message, self._idle):
                self._sink(None, fragments.fragment(next(self._objects), answer), False)
        elif message.type != fragments.RUNSPACEPOOL_HOST_RESPONSE:  # no question was asked, so no answer is expected
            raise Malformed(f"message type 0x{message.type:08X} is not for a runspace pool")

    def _for_pipeline(self, job: _Job, message: Message) -> None:
        # A real server drops a message with a foreign id, and the client waits for ever.
        if message.pool != self._pool.id or message.pipeline != job.command:
            raise Malformed(f"the message is for pipeline {message.pipeline} of pool {message.pool}, not for this one")
        if message.type == fragments.PIPELINE_HOST_RESPONSE and job.create is not None:
            return
        if message.type == fragments.CREATE_PIPELINE and job.create is None and not job.ended:
            try:
                job.create = read_create(parse_message(message.data), secrets=self._pool.key_exchanged)
            except NotCreated as refused:
                self._jobs.pop(job.command, None)
                self._end(job, records.not_created(refused.error_id, str(refused)))
                return
            if job.create.no_input:
                self._enqueue(job)
        elif message.type == fragments.PIPELINE_INPUT and job.create is not None and not job.create.no_input:
            if not job.queued:
                job.input.append(read_input(parse_message(message.data), secrets=self._pool.key_exchanged))
        elif message.type == fragments.END_OF_PIPELINE_INPUT and job.create is not None and not message.data:
            self._enqueue(job)
        elif message.type == fragments.GET_COMMAND_METADATA and job.create is None and not job.ended:
            self._jobs.pop(job.command, None)
            self._end(job, records.failed("NotSimulated", "This host does not answer GET_COMMAND_METADATA; call Get-Command instead."))
        else:
            raise Malformed(f"message type 0x{message.type:08X} is not for this pipeline")

    def _idle(self) -> int:
        return max(0, self._pool.runspaces - self._busy - self._waiting)

    def _enqueue(self, job: _Job) -> None:
        if job.queued or job.ended:
            return
        job.queued = True
        self._waiting += 1
        self._queue.put(job)
        if len(self._workers) - self._busy < self._waiting and len(self._workers) < self._pool.runspaces:
            worker = threading.Thread(target=self._work, name=f"simulator-runspace-{self._number}.{len(self._workers)}", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self) -> None:
        runspace: Runspace | None = None
        while (job := self._queue.get()) is not None:
            with self._lock:
                self._waiting -= 1
                self._busy += 1
            try:
                if job.stopped.is_set():
                    self._end(job, records.stopped())
                else:
                    runspace = runspace or self._powershell.open(self._number)
                    self._run(job, runspace)
            except Exception as error:  # noqa: BLE001  (logged below; the worker must live on)
                # A bug of the simulator: whoever debugs a plan must see it, and the client must not wait for ever.
                _LOG.exception("pipeline %s of session %s", job.command, self._number)
                self._end(job, records.failed("SimulatorFailure", f"The simulator failed: {type(error).__name__}: {error}"))
            finally:
                with self._lock:
                    self._busy -= 1
                    self._jobs.pop(job.command, None)

    def _run(self, job: _Job, runspace: Runspace) -> None:
        create = job.create
        assert create is not None, "only a created pipeline is queued"

        def emit(kind: MessageKind, clixml: str) -> None:
            if job.ended:
                return  # nobody hears what follows the end (truth 1)
            last = kind == "PIPELINE_STATE"
            parts = fragments.fragment(next(self._objects), fragments.pack(fragments.TYPES[kind], self._pool.id, job.command, clixml))
            job.ended = last
            self._sink(job.command, parts, last)

        runspace.run(Pipeline(create.statements, tuple(job.input)), emit, job.stopped)
        if not job.ended:
            self._end(job, records.failed("SimulatorFailure", "The simulator failed: the pipeline ended without a state."))

    def _end(self, job: _Job, clixml: str) -> None:
        if not job.ended:
            job.ended = True
            message = fragments.pack(fragments.TYPES["PIPELINE_STATE"], self._pool.id, job.command, clixml)
            self._sink(job.command, fragments.fragment(next(self._objects), message), True)
