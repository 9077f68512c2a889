"""Start the simulated host on loopback, and stop it again.

`start` serves any PowerShell of the `pipe` seam; `start_world` serves the world of a file; `serve_until_signal`
is what `hvplan simulate` does.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self

from hvplan.simulator.call import World
from hvplan.simulator.clock import Clock
from hvplan.simulator.pipe import PowerShell
from hvplan.simulator.session_file import SessionFile, read_session_file
from hvplan.simulator.wire.auth import BasicGuard
from hvplan.simulator.wire.http import HttpServer
from hvplan.simulator.wire.psrp import PsrpSession, Session, Sink
from hvplan.simulator.wire.quotas import Quotas
from hvplan.simulator.wire.service import MakeSession, Service

_PS_VERSIONS: Final[Mapping[str, str]] = {
    "2016": "5.1.14393.0",
    "2019": "5.1.17763.1",
    "2022": "5.1.20348.1",
    "2025": "5.1.26100.1",
    "Windows 11": "5.1.26100.1",
}
"""Windows PowerShell's own version by release: 5.1 and the build of Windows."""

DEFAULT_PS_VERSION: Final = _PS_VERSIONS["2025"]


class Endpoint:
    """A host that listens: `host`, `port`, `configuration` (None: the usual one). Close it, or use it in a `with`; closing twice does nothing.

    `quiet` is False after a close that left a pipeline running (a call that does not heed a stop). `engine_starts`
    counts the processes of a real engine that were started, the one kept ahead included.
    """

    host: Final = "127.0.0.1"

    def __init__(
        self, server: HttpServer, service: Service, closed: Callable[[], None], engine_starts: Callable[[], int] = lambda: 0, configuration: str | None = None
    ) -> None:
        self._server = server
        self._service = service
        self._closed = closed
        self._engine_starts = engine_starts
        self._lock = threading.Lock()
        self._open = True
        self.port = server.port
        self.configuration = configuration
        self.quiet = True

    @property
    def engine_starts(self) -> int:
        """How many engine processes were started so far."""
        return self._engine_starts()

    def close(self) -> None:
        """End all shells, all connections and the world; the last state is saved then."""
        with self._lock:
            if not self._open:
                return
            self._open = False
        try:
            self.quiet = self._service.close()
            self._server.close()
        finally:
            self._closed()

    def __enter__(self) -> Self:
        """The endpoint itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        """Close."""
        self.close()


def start(
    powershell: PowerShell,
    *,
    port: int = 0,
    user: str | None = None,
    password: str | None = None,
    configuration: str | None = None,
    quotas: Quotas | None = None,
    ps_version: str = DEFAULT_PS_VERSION,
    clock: Clock | None = None,
    on_close: Callable[[], None] = lambda: None,
) -> Endpoint:
    """Serve `powershell` on 127.0.0.1 (`port` 0: any free one); Basic authentication, any name and password without `user`.

    `clock` is for idle timeouts; `on_close` is called when everything has ended.

    Raises OSError if the port is taken.
    """

    def session(number: int, sink: Sink) -> Session:
        return PsrpSession(powershell, number, sink, ps_version=ps_version)

    return _serve(session, port=port, user=user, password=password, configuration=configuration, quotas=quotas, clock=clock, on_close=on_close)


def _serve(
    session: MakeSession,
    *,
    port: int,
    user: str | None,
    password: str | None,
    configuration: str | None,
    quotas: Quotas | None,
    clock: Clock | None,
    on_close: Callable[[], None],
    engine_starts: Callable[[], int] = lambda: 0,
) -> Endpoint:
    service = Service(session, configuration=configuration, quotas=quotas, clock=clock)
    guard = BasicGuard(user=user, password=password)
    return Endpoint(HttpServer(service, lambda: guard, port=port), service, on_close, engine_starts, configuration)


def start_engine(
    world: World,
    engine: Path | str,
    *,
    port: int = 0,
    user: str | None = None,
    password: str | None = None,
    configuration: str | None = None,
    session_file: SessionFile | None = None,
    quotas: Quotas | None = None,
    clock: Clock | None = None,
    on_close: Callable[[], None] = lambda: None,
) -> Endpoint:
    """Serve `world` through a real PowerShell: one process of `engine` for each shell, and one ahead.

    `session_file` makes the sessions restricted; the engines read a copy of it in a folder that goes with the endpoint.

    The engine knows every cmdlet and parameter of the catalogue: what a release does not have is not filtered there.

    Raises HvplanError if `engine` is missing, cannot be run or is no engine, and OSError if the port is taken.
    """
    from hvplan.simulator.engine_world import EngineDoor
    from hvplan.simulator.wire.engine import Engines
    from hvplan.simulator.wire.relay import relayed

    ends = ExitStack()

    def closed() -> None:
        ends.close()
        on_close()

    try:
        copy = None if session_file is None else ends.enter_context(_written(session_file.text))
        engines = Engines(engine, lambda: EngineDoor(world), configuration=copy)
        ends.callback(engines.close)
        return _serve(
            relayed(engines),
            port=port,
            user=user,
            password=password,
            configuration=configuration,
            quotas=quotas,
            clock=clock,
            on_close=closed,
            engine_starts=lambda: engines.starts,
        )
    except BaseException:
        ends.close()
        raise


@contextmanager
def _written(text: str) -> Iterator[Path]:
    """A session configuration file with this text, for as long as it is used."""
    with TemporaryDirectory(prefix="hvplan-") as folder:
        path = Path(folder, "session.pssc")
        path.write_text(text, "utf-8")
        yield path


def start_world(
    world_path: Path | str,
    *,
    port: int = 0,
    user: str | None = None,
    password: str | None = None,
    configuration: str | None = None,
    configuration_file: Path | str | None = None,
    release: str | None = None,
    audit: Path | str | None = None,
    reset: bool = False,
    state: Path | str | None = None,
    latency: str = "none",
    clock: Clock | None = None,
    quotas: Quotas | None = None,
    engine: Path | str | None = None,
) -> Endpoint:
    """Serve the world of a file; its state is saved when the endpoint closes. `clock` is the world's.

    `engine` puts a real PowerShell in front of the world (`start_engine`). `configuration_file` (a .pssc or .psrc file)
    makes it a restricted host: its one session configuration is called as the file without its ending, or
    `configuration`, and shows only what the file makes visible; any other name, the usual one too, is unknown there.

    Raises what `open_world` raises for a file that is not a world or a state that is in use, what `read_session_file`
    and `start_engine` raise for a file or program that is none, and OSError for a taken port.
    """
    from hvplan.simulator.powershell.runspace import SimulatedPowerShell
    from hvplan.simulator.world import open_world

    file = None if configuration_file is None else read_session_file(configuration_file)
    configuration = configuration or (None if file is None else file.name)
    world = open_world(
        Path(world_path),
        release=release,
        state=None if state is None else Path(state),
        reset=reset,
        audit=None if audit is None else Path(audit),
        latency=latency,
        clock=clock,
    )
    try:
        if engine is not None:
            return start_engine(
                world,
                engine,
                port=port,
                user=user,
                password=password,
                configuration=configuration,
                session_file=file,
                quotas=quotas,
                on_close=world.close,
            )
        return start(
            SimulatedPowerShell(world, release=world.release, configuration=None if file is None else file.session),
            port=port,
            user=user,
            password=password,
            configuration=configuration,
            quotas=quotas,
            ps_version=_PS_VERSIONS.get(world.release, DEFAULT_PS_VERSION),
            on_close=world.close,
        )
    except BaseException:
        world.close()
        raise


def _to_stdout(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def serve_until_signal(world_path: Path | str, *, write: Callable[[str], object] = _to_stdout, **options: Any) -> int:
    """Serve a world until SIGINT or SIGTERM; gives the exit code 0.

    `write` gets one JSON line with the endpoint once it listens, and brings it out at once. `options` are those
    of `start_world`. Call it from the main thread: only there can signals be taken.
    """
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with start_world(world_path, **options) as endpoint:
            write(json.dumps({"host": endpoint.host, "port": endpoint.port, "tls": False, "configuration": endpoint.configuration}) + "\n")
            stop.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0
