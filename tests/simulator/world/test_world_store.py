"""The state file: carried from one command to the next, locked, and whole after a crash."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hvplan.errors import ConfigurationError, HvplanError
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld, open_world
from tests.simulator.world.world_host import NOW, good, new_vm, refused

SEED = "kind: World\nhost: {name: HV01}\nvms: [{name: old}]\n"


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """A seed file."""
    path = tmp_path / "hv01.world.yaml"
    path.write_text(SEED, encoding="utf-8")
    return path


def names(host: SimulatedWorld) -> list[str]:
    """The VMs there are."""
    return [record.name for record in good(host, "Get-VM")]


def test_state_goes_on_beside_the_seed_and_the_seed_stays(seed: Path) -> None:
    """What one opening made the next one finds, in `.hvplan/<name>.state.yaml`; the seed is never written."""
    with open_world(seed) as host:
        new_vm(host, "new")
    assert seed.read_text(encoding="utf-8") == SEED
    assert (seed.parent / ".hvplan" / "hv01.state.yaml").exists()
    with open_world(seed) as host:
        assert names(host) == ["new", "old"]


def test_reset_begins_again(seed: Path) -> None:
    """`reset` forgets the saved state."""
    with open_world(seed) as host:
        new_vm(host, "new")
    with open_world(seed, reset=True) as host:
        assert names(host) == ["old"]


def test_the_state_may_stand_elsewhere(seed: Path, tmp_path: Path) -> None:
    """`state` names the file; a release may be forced."""
    other = tmp_path / "elsewhere.yaml"
    with open_world(seed, state=other, release="2019") as host:
        assert host.release == "2019"
    assert other.exists()
    assert not (seed.parent / ".hvplan").exists()


def test_a_world_is_open_once(seed: Path) -> None:
    """A second opening is one clear error that names the process."""
    with open_world(seed), pytest.raises(HvplanError) as caught:
        open_world(seed)
    assert str(os.getpid()) in caught.value.diagnostics[0].summary
    with open_world(seed):
        pass


def test_the_lock_of_a_dead_process_is_taken_over(seed: Path) -> None:
    """A killed holder blocks nobody."""
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (seed.parent / ".hvplan").mkdir()
    (seed.parent / ".hvplan" / "hv01.state.yaml.lock").write_text(str(dead.pid), encoding="ascii")
    with open_world(seed) as host:
        assert names(host) == ["old"]


def test_a_seed_with_a_mistake_leaves_no_lock(seed: Path) -> None:
    """After the mistake is corrected it opens."""
    seed.write_text("kind: World\nhost: {memory: lots}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError):
        open_world(seed)
    seed.write_text(SEED, encoding="utf-8")
    with open_world(seed):
        pass


def test_no_seed_is_a_clear_error(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(ConfigurationError) as caught:
        open_world(tmp_path / "none.yaml")
    assert "none.yaml" in str(caught.value.diagnostics[0])


KILLED = """
import os, sys, threading, time
from hvplan.simulator.call import Call
from hvplan.simulator.world import open_world
world = open_world(sys.argv[1])
threading.Timer(float(sys.argv[2]), lambda: os.kill(os.getpid(), 9)).start()
count = 0
while True:
    world.call(Call(command="New-VM", set="No VHD", bound={"Name": f"vm{count}", "Generation": 2}))
    world._save(force=True)
    count += 1
"""


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05])
def test_a_killed_process_leaves_a_whole_file(seed: Path, after: float) -> None:
    """SIGKILL in the middle of saving: the file is an old or a new state, never half of one; the lock is taken over."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(seed), str(after)], check=False, cwd=Path(__file__).parents[3])
    assert done.returncode == -9
    with open_world(seed) as host:
        made = [name for name in names(host) if name != "old"]
        assert sorted(made) == sorted(f"vm{index}" for index in range(len(made)))


def test_the_audit_log_has_a_line_for_every_call(seed: Path, tmp_path: Path) -> None:
    """Bound calls with outcome and error, invocations that did not bind, appended over openings; no secret."""
    log = tmp_path / "audit.jsonl"
    with open_world(seed, audit=log, clock=VirtualClock(NOW)) as host:
        made = new_vm(host, "new")
        refused(host, "Get-VM", Name=["nobody"])
        host.unbound("Set-VM", "NamedParameterNotFound", 3, 4)
        refused(host, "Get-VM", Credential="secret words")
    with open_world(seed, audit=log, clock=VirtualClock(NOW)) as host:
        good(host, "Set-VM", VM=[made], Notes="x")
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["command"], line["outcome"], line["error"]) for line in lines] == [
        ("New-VM", "done", None), ("Get-VM", "failed", "InvalidParameter"), ("Set-VM", "unbound", "NamedParameterNotFound"),
        ("Get-VM", "failed", "NotSimulated"), ("Set-VM", "done", None),
    ]  # fmt: skip
    assert set(lines[0]) == {"time", "session", "pipeline", "command", "set", "bound", "outcome", "error"}
    assert lines[-1]["bound"]["VM"] == [{"type": "VirtualMachine", "id": made.id, "name": "new"}]
    assert "secret words" not in log.read_text(encoding="utf-8")
    assert (lines[2]["session"], lines[2]["pipeline"]) == (3, 4)
