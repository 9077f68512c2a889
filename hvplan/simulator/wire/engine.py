"""Engine processes: a real PowerShell that is served on its standard input and output (`PATH -s`).

`Engines` starts them, one for each shell and one ahead, because a start costs about a second of a processor.
A process belongs to a process group of its own: a Ctrl-C in the terminal does not reach it, and whatever it
started ends with it. When our own process dies, its standard input ends, and with that the engine.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from hvplan.diagnostics import Diagnostic
from hvplan.errors import HvplanError
from hvplan.simulator.clock import RealClock
from hvplan.simulator.wire import elements
from hvplan.simulator.wire.elements import POOL, Element

_LOG = logging.getLogger(__name__)
_GRACE: Final = 3.0
_KEPT: Final = 20
START_SECONDS: Final = 60.0
"""How long an engine may take until it answers for the first time; a free processor needs less than one second."""
BROKEN_TRANSPORT: Final = "Remote transport error"
"""What an engine says on standard error, and only there, of a message that it cannot read (engine README)."""


class Door(Protocol):
    """Where one engine's commands ask their world. `session` and `pipeline` are the numbers that its calls get in the audit log."""

    session: int
    pipeline: int

    @property
    def address(self) -> str:
        """`127.0.0.1:PORT`."""
        ...

    def close(self) -> None:
        """Hear nothing more; calls that still run are told to stop."""
        ...


class Engine:
    """One process, called with `-s` and `arguments`; `hear` gives its elements, and None at its end. Its door closes with it.

    Raises OSError where the program cannot be started.
    """

    def __init__(self, path: Path, door: Door, arguments: tuple[str, ...] = ()) -> None:
        self.door = door
        self.complaints: deque[str] = deque(maxlen=_KEPT)
        self._out: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._in: queue.SimpleQueue[Element | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._ending = False
        self._reaped = False
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            [str(path), "-s", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "HVPLAN_WORLD": door.address},
            start_new_session=True,
        )
        self.pid = self._process.pid
        self._thread(self._write, "in")
        self._complaining = self._thread(self._complain, "err")
        self._thread(self._read, "out")

    def send(self, *said: Element) -> None:
        """Say something; an engine that has ended does not hear it."""
        for element in said:
            self._out.put(elements.write(element))

    def hear(self, seconds: float | None = None) -> Element | None:
        """What it says next; None at its end. Raises queue.Empty after `seconds`."""
        return self._in.get(timeout=seconds)

    def end(self) -> None:
        """End it: by its own protocol, or after three seconds by force. Returns at once; twice does nothing."""
        with self._lock:
            if self._ending:
                return
            self._ending = True
        self.send(Element("Close", POOL))
        self._out.put(None)
        self._thread(self._kill_later, "end")

    def kill(self) -> None:
        """End it by force, with what it started."""
        with self._lock:
            if not self._reaped:  # until then nobody else can have its number
                _kill_group(self._process)

    def join(self, seconds: float) -> bool:
        """Wait for its end; False if it still runs after `seconds`."""
        return self._ended.wait(seconds)

    @property
    def ending(self) -> bool:
        """Whether its end was asked for."""
        return self._ending

    def describe_end(self) -> str:
        """How it ended and what it last complained of, for a message."""
        if not self._ended.is_set():
            return "\n".join(("it still runs", *self.complaints))
        code = self._process.returncode
        return "\n".join((f"it ended with {code}" if code >= 0 else f"it was ended by signal {-code}", *self.complaints))

    def _thread(self, target: Callable[[], None], name: str) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"simulator-engine-{self._process.pid}-{name}", daemon=True)
        thread.start()
        return thread

    def _write(self) -> None:
        stream = self._process.stdin
        assert stream is not None
        with contextlib.suppress(OSError):  # it has ended: its reader tells
            while (line := self._out.get()) is not None:
                stream.write(line)
                if self._out.empty():
                    stream.flush()
        with contextlib.suppress(OSError):
            stream.close()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                text = line.decode("utf-8", "replace").strip()
                element = elements.read(text)
                if element is not None:
                    self._in.put(element)
                elif text:
                    self._note(f"said what is no message: {text[:200]}")
                    self._in.put(Element("", POOL))
        self._reap()

    def _reap(self) -> None:
        """It says nothing more: let it end in its own time, end what it left behind, and only then forget its number."""
        _wait_unreaped(self._process)
        with self._lock:
            _kill_group(self._process)
            self._process.wait()
            self._reaped = True
        self._complaining.join(_GRACE)
        self._out.put(None)
        self.door.close()
        self._ended.set()
        self._in.put(None)

    def _complain(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        with stream:
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip()
                if text:
                    self._note(text)
                    if BROKEN_TRANSPORT in text and not self._ending:
                        self.kill()  # nobody would answer the client any more

    def _note(self, text: str) -> None:
        self.complaints.append(text)
        if not self._ending:
            _LOG.warning("engine %s: %s", self.pid, text)

    def _kill_later(self) -> None:
        if not self._ended.wait(_GRACE):
            self.kill()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether a process has ended; its number stays reserved where the system can tell without giving it away."""
    if sys.platform == "win32":
        return process.poll() is not None
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _wait_unreaped(process: subprocess.Popen[bytes]) -> None:
    """Wait, but not for ever, until a process ends, and leave its number reserved."""
    if sys.platform == "win32":
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        return
    clock = RealClock()
    until = clock.monotonic() + _GRACE
    while not _has_ended(process) and clock.monotonic() < until:
        clock.sleep(0.01)


class Engines:
    """Hands out engines, one for each shell, and keeps one ahead. Safe for several threads.

    `configuration`: a session configuration file, which makes every session of theirs a restricted one.

    Raises HvplanError where `path` is missing, cannot be run or is no engine.
    """

    def __init__(self, path: Path | str, open_door: Callable[[], Door], *, configuration: Path | None = None, seconds: float = START_SECONDS) -> None:
        self._path = Path(path).absolute()
        self._arguments = () if configuration is None else ("-ConfigurationFile", str(configuration))
        self._open_door = open_door
        self._lock = threading.Lock()
        self._closed = False
        self._all: list[Engine] = []
        self.starts = 0
        self._seconds = seconds
        first = self._started()
        self._spare: Engine | None = first
        try:
            if fault := _fault_of(first, seconds):
                raise _unusable(self._path, fault)
        except BaseException:
            self.close()
            raise

    def take(self) -> Engine:
        """An engine for a new shell. Raises HvplanError where none can be started.

        It is asked first: only an answer shows that it lives, since a process of many threads that was killed
        counts as running until the last of them has ended.
        """
        with self._lock:
            engine = self._spare or self._started()
            self._spare = None
            with contextlib.suppress(HvplanError):  # who needs it will be told
                self._spare = self._started()
        if not _fault_of(engine, self._seconds):
            return engine
        engine.end()
        with self._lock:
            return self._started()

    def close(self, seconds: float = 5.0) -> bool:
        """End all of them; False if one still runs after `seconds`."""
        with self._lock:
            self._closed = True
            engines = list(self._all)
        for engine in engines:
            engine.end()
        clock = RealClock()  # processes take real time to end, whatever the host's clock does
        until = clock.monotonic() + seconds
        ended = [engine.join(max(0.0, until - clock.monotonic())) for engine in engines]
        return all(ended)

    def _started(self) -> Engine:
        self._all = [engine for engine in self._all if not engine.join(0)]
        door = self._open_door()
        try:
            if self._closed:
                raise OSError("the endpoint is closed")
            engine = Engine(self._path, door, self._arguments)
        except OSError as error:
            door.close()
            raise _unusable(self._path, f"it cannot be started: {error.strerror or error}") from error
        self._all.append(engine)
        self.starts += 1
        return engine


def _fault_of(engine: Engine, seconds: float) -> str:
    """What is wrong with an engine that serves no shell yet, or nothing.

    It is asked what every engine acknowledges: to stop a pipeline that was never there.
    """
    token = uuid.uuid4()
    engine.send(Element("Signal", token))
    try:
        answer = engine.hear(seconds)
    except queue.Empty:
        return f"it said nothing for {seconds:g} seconds"
    if answer is None:
        return engine.describe_end()
    return "" if answer == Element("SignalAck", token) else "it answers, but not as an engine does"


def _unusable(path: Path, why: str) -> HvplanError:
    return HvplanError(
        Diagnostic(
            code="engine",
            summary="The program given as engine cannot serve PowerShell.",
            detail=f"{path}: {why}",
            hint="Name a program that speaks PSRP on standard input and output when it is called with `-s`,\n"
            "or leave --engine out: the built-in PowerShell needs none.",
        )
    )
