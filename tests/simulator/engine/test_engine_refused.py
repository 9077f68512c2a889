"""Programs that are no engine, and engines that fail: told at once and clearly. Needs no real engine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pypsrp.exceptions import WSManFaultError

from hvplan.errors import HvplanError
from hvplan.simulator.engine_world import EngineDoor
from hvplan.simulator.wire.engine import Engines
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.engine.processes import children
from tests.simulator.test_plain_pypsrp import WORLD, endpoint, session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="engines run on Linux")

NO_SHELL = 2150858843
PROGRAMS = {
    "cat": "/bin/cat",
    "true": "/bin/true",
    "missing": "/nowhere/engine",
    "folder": "/tmp",  # noqa: S108  (a folder that is everywhere)
}
SCRIPTS = {
    "greets": "echo Welcome; exec cat",
    "fails": "echo something is missing >&2; exit 7",
    "no program": None,
}


def script(folder: Path, text: str | None) -> Path:
    """A program; without text a file that cannot be run."""
    path = folder / "program"
    path.write_text("" if text is None else f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o644 if text is None else 0o755)
    return path


@pytest.mark.parametrize("name", [*PROGRAMS, *SCRIPTS])
def test_a_foreign_program_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """It names the program and what to do; nothing is left running and the world is free for the next start."""
    program = PROGRAMS.get(name) or str(script(tmp_path, SCRIPTS[name]))
    with pytest.raises(HvplanError) as refused:
        endpoint(tmp_path, engine=program)
    (said,) = refused.value.diagnostics
    assert (said.code, program in said.detail, "--engine" in said.hint) == ("engine", True, True)
    assert children() == []
    endpoint(tmp_path).close()


def test_what_a_failing_program_complained_of_is_in_the_error(tmp_path: Path) -> None:
    """Its exit code and its last words."""
    with pytest.raises(HvplanError) as refused:
        endpoint(tmp_path, engine=script(tmp_path, SCRIPTS["fails"]))
    (said,) = refused.value.diagnostics
    assert "ended with 7\nsomething is missing" in said.detail


def test_a_silent_program_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """What says nothing, even when its input ends, is killed with all that it started."""
    world = SimulatedWorld.from_text(WORLD)
    with pytest.raises(HvplanError, match="cannot serve PowerShell") as refused:
        Engines(script(tmp_path, "sleep 1000 & sleep 1000"), lambda: EngineDoor(world), seconds=0.2)
    assert "said nothing" in refused.value.diagnostics[0].detail
    assert children() == []


LAST_WORDS = {
    "dies": "kill -9 $$",
    "cannot read": "echo 'Remote transport error: bad' >&2; exec sleep 1000",
    "mutters": "echo nonsense; exit 0",
}


@pytest.mark.parametrize("name", LAST_WORDS)
def test_an_engine_that_fails_when_it_is_spoken_to_is_a_lost_shell(tmp_path: Path, name: str) -> None:
    """The client is told, whatever way the engine failed in."""
    answer = r"""while read line; do case "$line" in *"<Signal "*) echo "$line" | sed "s|<Signal|<SignalAck|";; *) break;; esac; done; """
    with endpoint(tmp_path, engine=script(tmp_path, answer + LAST_WORDS[name])) as served:
        pool = session(served.host, served.port)
        with pytest.raises(WSManFaultError) as lost:
            pool.open()
        assert lost.value.code == NO_SHELL
    assert children() == []
