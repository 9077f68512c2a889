"""What the tests of the wire share: a PowerShell whose pipelines are functions, and plain pypsrp clients."""

from __future__ import annotations

import http.client
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from hvplan.simulator.pipe import Emit, Pipeline
from hvplan.simulator.serve import Endpoint

Script = Callable[[Pipeline, Emit, threading.Event], None]


def state(number: int) -> str:
    """A PIPELINE_STATE without an error: 4 completed, 3 stopped."""
    return f'<Obj RefId="0"><MS><I32 N="PipelineState">{number}</I32></MS></Obj>'


def echo_done(_: Pipeline, emit: Emit, __: threading.Event) -> None:
    """A pipeline that says `done` and completes."""
    emit("PIPELINE_OUTPUT", "<S>done</S>")
    emit("PIPELINE_STATE", state(4))


class FakePowerShell:
    """Keeps what it was asked to run; `script` runs it."""

    def __init__(self, script: Script = echo_done) -> None:
        self.script = script
        self.ran: list[Pipeline] = []
        self.sessions: list[int] = []

    def open(self, session: int) -> FakePowerShell:
        """The runspace of every session."""
        self.sessions.append(session)
        return self

    def run(self, pipeline: Pipeline, emit: Emit, stopped: threading.Event) -> None:
        """Run one pipeline."""
        self.ran.append(pipeline)
        self.script(pipeline, emit, stopped)


def wsman(host: Endpoint, **options: Any) -> WSMan:
    """A connection as anyone would make it."""
    given = {"username": "admin", "password": "secret", "auth": "basic", "encryption": "never", "ssl": False, "no_proxy": True, **options}
    return WSMan(host.host, port=host.port, **given)


@contextmanager
def pool(host: Endpoint, configuration: str = "Microsoft.PowerShell", idle_timeout: int | None = None, **options: Any) -> Iterator[RunspacePool]:
    """An open pool on a connection of its own."""
    with wsman(host, **options) as connection, RunspacePool(connection, configuration_name=configuration, idle_timeout=idle_timeout) as opened:
        yield opened


def invoke(opened: RunspacePool, *names: str) -> list[Any]:
    """Run statements of one command each and close the pipeline."""
    shell = PowerShell(opened)
    for name in names:
        shell.add_cmdlet(name).add_statement()
    found: list[Any] = shell.invoke()
    shell.close()
    return found


def post(host: Endpoint, body: bytes, **headers: str) -> tuple[int, bytes]:
    """One plain HTTP request, authenticated unless `Authorization` is given."""
    connection = http.client.HTTPConnection(host.host, host.port, timeout=20)
    try:
        token = b64encode(b"admin:secret").decode()
        given = {"Content-Type": "application/soap+xml;charset=UTF-8", "Authorization": f"Basic {token}", **headers}
        connection.request("POST", "/wsman", body, given)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def simulator_threads() -> list[str]:
    """The names of the server's threads that are alive."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("simulator-")]
