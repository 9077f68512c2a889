"""A small simulated host, served once for this folder, and sessions to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hvplan.clock import SystemClock
from hvplan.remoting.connection import Connection
from hvplan.remoting.psrp import PsrpSession
from hvplan.simulator.serve import start_world
from tests.remoting.proxy import Proxy

WORLD = """
kind: World
host:
  name: HV01
  release: "2025"
  processors: 8
  memory: 32GiB
  volumes: [{path: 'C:\\', size: 200GiB, free: 100GiB}]
vms:
  - {name: web, id: 2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c, state: 'Off', generation: 2, memory: {startup: 1GiB}}
  - {name: db, id: 11111111-2222-3333-4444-555555555555, state: 'Off', generation: 2, memory: {startup: 1GiB}}
"""
Connect = Callable[..., PsrpSession]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a simulated host with two VMs; its only user is `admin`, password `right`."""
    folder: Path = tmp_path_factory.mktemp("wire")
    (folder / "hv01.world.yaml").write_text(WORLD, "utf-8")
    endpoint = start_world(folder / "hv01.world.yaml", user="admin", password="right", state=folder / "state.yaml", reset=True)
    yield endpoint.port
    endpoint.close()


@pytest.fixture
def proxy(served: int) -> Iterator[Proxy]:
    """A proxy in front of it."""
    proxy = Proxy(served)
    yield proxy
    proxy.close()


@pytest.fixture
def connect(proxy: Proxy) -> Iterator[Connect]:
    """Makes sessions through the proxy; they are closed at the end."""
    made: list[PsrpSession] = []

    def session(*, max_sessions: int = 4, password: str = "", port: int | None = None, transport: str = "http") -> PsrpSession:
        to = Connection(address="127.0.0.1", port=port or proxy.port, transport=transport, auth="basic", username="admin", password=password or "right")
        made.append(PsrpSession(to, SystemClock(), max_sessions=max_sessions))
        return made[-1]

    yield session
    proxy.released.set()
    for one in made:
        one.close()
