"""Engine processes: one for each shell, one ahead, lost ones noticed, none left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue

from hvplan.simulator.serve import Endpoint
from tests.simulator.engine.processes import children, gone
from tests.simulator.test_plain_pypsrp import WORLD, Host, endpoint, ids, session

NO_SHELL = 2150858843
PLUGIN = 2152992672
SLOW = WORLD.replace('state: "Off"', "state: Running\n    guest: {shutdown: never}")
STOP: tuple[str, dict[str, Any]] = ("Stop-VM", {"Name": "old-web"})


@pytest.fixture
def served(tmp_path: Path, engine: Path) -> Iterator[Endpoint]:
    """A host whose one VM never shuts down when it is asked to, behind the engine."""
    (tmp_path / "hv01.world.yaml").write_text(SLOW, "utf-8")
    with endpoint(tmp_path, engine=engine) as one:
        yield one


def began(pool: RunspacePool, *commands: tuple[str, dict[str, Any]]) -> PowerShell:
    """A pipeline that is left running."""
    shell = PowerShell(pool)
    for name, parameters in commands:
        shell.add_cmdlet(name).add_parameters(parameters)
    shell.begin_invoke()
    return shell


def until_called(count: int) -> None:
    """Wait until `count` calls of the world are being worked on."""
    for _ in range(1500):
        if sum(thread.name == "simulator-door-connection" for thread in threading.enumerate()) >= 2 * count:
            return
        time.sleep(0.02)
    pytest.fail("no call reached the world")


def test_a_shell_has_an_engine_of_its_own_and_one_is_kept_ahead(served: Endpoint) -> None:
    """Two shells at once are two sessions of the audit log; a call that waits in one does not hold up the other."""
    assert (served.engine_starts, len(children())) == (1, 1)
    with session(served.host, served.port) as first:
        waiting = began(first, STOP)
        until_called(1)
        with session(served.host, served.port) as second:
            assert (served.engine_starts, len(children())) == (3, 3)
            assert Host(second).records(("Get-VM", {}), properties=("Name",)) == [{"Name": "old-web"}]
            assert ids(Host(second).run(("Stop-VM", {"Name": "old-web", "TurnOff": True, "Force": True}))) == []
        waiting.end_invoke()
        assert ids(waiting) == []


def test_an_engine_ends_with_its_shell(served: Endpoint) -> None:
    """After a shell only the one kept ahead is there, which serves the next shell."""
    with session(served.host, served.port) as pool:
        used, ahead = children()
        assert Host(pool).run(("Get-VM", {})).had_errors is False
    assert gone([used])
    assert children() == [ahead]
    with session(served.host, served.port) as pool:
        assert children()[0] == ahead


def test_closing_the_endpoint_leaves_no_process_behind(tmp_path: Path, engine: Path) -> None:
    """Also while a call waits; closing tells that call to stop."""
    (tmp_path / "hv01.world.yaml").write_text(SLOW, "utf-8")
    served = endpoint(tmp_path, engine=engine)
    pool = session(served.host, served.port)
    pool.open()
    began(pool, STOP)
    until_called(1)
    running = children()
    served.close()
    assert served.quiet
    assert gone(running, 0)
    assert children() == []


def test_a_killed_engine_is_a_lost_shell(served: Endpoint) -> None:
    """Who waits is told that the shell is gone, the call is told to stop, and the host serves the next client."""
    pool = session(served.host, served.port)
    pool.open()
    waiting = began(pool, STOP)
    until_called(1)
    os.kill(children()[0], signal.SIGKILL)
    with pytest.raises(WSManFaultError) as lost:
        waiting.end_invoke()
    assert lost.value.code == NO_SHELL
    with pytest.raises(WSManFaultError) as later:
        began(pool, ("Get-VM", {}))
    assert later.value.code == NO_SHELL
    with session(served.host, served.port) as again:
        assert [str(vm["State"]) for vm in Host(again).records(("Get-VM", {}), properties=("State",))] == ["Stopping"]


def test_an_engine_that_was_killed_while_it_was_kept_ahead_is_replaced(served: Endpoint) -> None:
    """Nobody notices but the count of starts, even while it is still dying."""
    (ahead,) = children()
    os.kill(ahead, signal.SIGKILL)
    with session(served.host, served.port) as pool:
        assert Host(pool).records(("Get-VM", {}), properties=("Name",)) == [{"Name": "old-web"}]
    assert served.engine_starts == 3


def test_a_client_stops_a_call(served: Endpoint, tmp_path: Path) -> None:
    """The pipeline is Stopped and the call waits no longer (the guest was asked already), the session lives on."""
    with session(served.host, served.port) as pool:
        waiting = began(pool, STOP)
        until_called(1)
        waiting.stop()
        assert waiting.state == PSInvocationState.STOPPED
        assert [str(vm["State"]) for vm in Host(pool).records(("Get-VM", {}), properties=("State",))] == ["Stopping"]
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert sorted((line["pipeline"], line["command"]) for line in lines) == [(1, "Stop-VM"), (2, "Get-VM")]


def test_what_is_no_message_is_refused_before_the_engine_hears_it(served: Endpoint) -> None:
    """A number that does not fit its type is the fault of the built-in PowerShell, and the session lives on (truth 10)."""
    with session(served.host, served.port) as pool:
        with pytest.raises(WSManFaultError) as refused:
            began(pool, ("Set-VMProcessor", {"VMName": "old-web", "Count": TaggedValue("I32", 1 << 40)}))
        assert refused.value.code == PLUGIN
        assert Host(pool).records(("Get-VM", {}), properties=("Name",)) == [{"Name": "old-web"}]


def test_no_engine_outlives_a_host_that_was_killed(tmp_path: Path, engine: Path) -> None:
    """A kill leaves the host no chance to clean up; its engines end all the same."""
    (tmp_path / "hv01.world.yaml").write_text(WORLD, "utf-8")
    code = "import sys; from hvplan.simulator.serve import serve_until_signal; sys.exit(serve_until_signal(sys.argv[1], engine=sys.argv[2]))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])}
    command = [sys.executable, "-c", code, str(tmp_path / "hv01.world.yaml"), str(engine)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as host:
        try:
            assert host.stdout is not None
            said = json.loads(host.stdout.readline())
            session(said["host"], said["port"]).open()
            running = children(host.pid)
            assert len(running) == 2
        finally:
            host.kill()
    assert gone(running)
