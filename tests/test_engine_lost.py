"""The real engine under an apply: several sessions at once, the same result as on our own PowerShell, and a crash in the middle."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.clock import SystemClock
from hvplan.document.canonical import to_json
from hvplan.document.result import ResultDocument
from hvplan.simulator.call import Answer, Call
from hvplan.simulator.serve import start_engine
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.casebook import Case
from tests.house import ROOT
from tests.lab import Lab
from tests.test_three_ways import ENGINE, NEEDS_ENGINE, Borrowed, reach

CREATE = next(case for case in casebook.cases() if case.name == "create-a-lab")


@dataclass
class Treacherous(Borrowed):
    """A world at whose n-th write the engine processes are killed; `before`: the write is not even made."""

    at: int = -1
    before: bool = False
    writes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, call: Call) -> Answer:
        """Answer, and strike when the time has come."""
        with self.lock:
            write = not call.command.startswith(casebook.READS)
            strike = write and self.writes == self.at
            self.writes += write
        if strike and self.before:
            kill_engines()
            return Answer()
        answer = super().call(call)
        if strike:
            kill_engines()
        return answer


def kill_engines() -> None:
    """Kill every engine that this process has started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                command = (entry / "cmdline").read_bytes()
            except (OSError, IndexError, ValueError):
                continue
            if parent == os.getpid() and b"engine" in command:
                os.killpg(int(entry.name), signal.SIGKILL)


def _made(result: ResultDocument) -> Counter[str]:
    return Counter(step.outcome for step in result.steps)


@NEEDS_ENGINE
@pytest.mark.parametrize("at", [1, 4, 9])
@pytest.mark.parametrize("before", [False, True], ids=["after the write", "before the write"])
def test_a_crash_in_the_middle(at: int, before: bool, tmp_path: Path) -> None:
    """The step under way is UNKNOWN or told by a re-read, the exit code 4, nothing is doubled, and the next apply converges."""
    undisturbed = Lab(CREATE, tmp_path)
    undisturbed.apply(undisturbed.plan())
    world = Treacherous(at=at, before=before)
    with start_engine(world, ENGINE) as endpoint:

        def connect(real: SimulatedWorld) -> object:
            world.real = real
            return reach(endpoint)

        lab = Lab(CREATE, tmp_path, connect)  # type: ignore[arg-type] # a PsrpSession is a Session
        result = lab.apply(lab.plan())
        if result.exit_code != 0:
            assert result.exit_code == 4, result
            assert _made(result)["unknown"] + _made(result)["failed"] >= 1
        world.at = -1
        again = lab.apply(lab.plan())
        assert again.exit_code == 0, again
        assert lab.plan().steps == ()
        lab.session.close()
    names = [vm["name"] for vm in lab.world.dump()["vms"]]
    assert sorted(names) == sorted(set(names))
    assert {f["path"] for f in lab.world.dump()["files"]} == {f["path"] for f in undisturbed.world.dump()["files"]}
    made = Counter(c["bound"].get("Name") for c in lab.calls() if c["command"] in ("New-VM", "New-VMSwitch") and c["outcome"] == "done")
    assert set(made.values()) == {1}


def quickstart(folder: Path) -> Case:
    """The quickstart example as a case."""
    example = ROOT / "examples" / "quickstart"
    folder.mkdir()
    shutil.copy(example / "lab.yaml", folder / "desired.yaml")
    for name in ("host.world.yaml", "hv01.world.yaml"):
        shutil.copy(example / "hv01.world.yaml", folder / name)
    return Case(folder=folder, why="what everybody runs first")


@NEEDS_ENGINE
@pytest.mark.parametrize("name", ["create-a-lab", "quickstart"])
def test_the_same_result_with_four_sessions(name: str, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Applied by four workers it gives the same result document as on our own PowerShell, except for times."""
    case = quickstart(tmp_path / "quickstart") if name == "quickstart" else CREATE
    own = Lab(case, tmp_path)
    shutil.copy(case.folder / "host.world.yaml", tmp_path / "hv01.world.yaml")
    expected = to_json(own.apply(own.plan()))
    world = Borrowed()
    with start_engine(world, ENGINE) as endpoint:

        def connect(real: SimulatedWorld) -> object:
            world.real = real
            return reach(endpoint, 4)

        lab = Lab(case, tmp_path, connect)  # type: ignore[arg-type] # a PsrpSession is a Session
        document = lab.plan()
        assert len(document.steps) > 20
        result = to_json(apply_plan(document, {"hv01": lab.session}, clock=SystemClock(), options=Options(given=Given(), parallel=4)))
        lab.session.close()
        figure(f"{name} with four sessions at once, {endpoint.engine_starts} engine starts")
    assert {key: value for key, value in result.items() if key != "meta"} == {key: value for key, value in expected.items() if key != "meta"}
    assert _facts(lab.world) == _facts(own.world)


def _facts(world: SimulatedWorld) -> tuple[object, ...]:
    dump = world.dump()
    return dump["switches"], sorted(f["path"] for f in dump["files"]), sorted(vm["name"] for vm in dump["vms"])
