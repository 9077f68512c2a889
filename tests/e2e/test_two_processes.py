"""From end to end with two processes: the installed command on one side, the installed simulated host on the other, a socket between them."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hvplan.simulator.world import SimulatedWorld
from tests.cli.conftest import Lab
from tests.e2e.host import PASSWORD, hosts_file, served, start, writes

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of the quickstart."""
    made = Lab(tmp_path)
    for file in QUICKSTART.glob("*.yaml"):
        made.write(file.name, file.read_text("utf-8"))
    return made


def state(lab: Lab) -> dict[str, object]:
    """The host as its state file has it, by machine: state and memory."""
    world = SimulatedWorld.from_text(lab.state).dump()
    return {vm["name"]: (vm.get("state"), vm["memory"]["startup"]) for vm in world["vms"]}


def run(lab: Lab, *arguments: str, password: str = PASSWORD) -> tuple[int, str, str]:
    """The installed command with the hosts file."""
    ran = lab.installed(*arguments, "--hosts", "hosts.yaml", LAB_PASSWORD=password)
    return ran.code, ran.out, ran.err


def one_error(err: str) -> str:
    """The only error of a run."""
    assert "Traceback" not in err
    (line,) = [line for line in err.splitlines() if "error:" in line]
    return line


def test_plan_apply_plan_between_two_processes(lab: Lab, figure: Callable[[str], None]) -> None:
    """Plan 2, apply 0, plan 0 over one host with a user; the host is what the files say, and keeps it when it is ended and started again."""
    with served(lab.folder) as host:
        lab.write("hosts.yaml", hosts_file(host.port))
        code, out, err = run(lab, "plan", ".", "--detailed-exitcode")
        assert (code, writes(host.audit)) == (2, []), err
        assert "Plan: 4 to create" in out
        code, out, err = run(lab, "apply", ".", "--yes")
        assert code == 0, err
        (steps,) = re.findall(r"Applied: (\d+) steps done\.", out)
        made = writes(host.audit)
        assert len([call for call in made if call["command"] == "New-VM"]) == 3
        code, out, _ = run(lab, "plan", ".", "--detailed-exitcode")
        assert (code, out.splitlines()[-1]) == (0, "Nothing to do: 5 objects match.")
        assert run(lab, "apply", ".", "--yes")[0] == 0
        assert writes(host.audit) == made, "an apply with nothing to do wrote"
        assert host.stop() == 0
    running = {"web01": ("Running", "2GiB"), "web02": ("Running", "2GiB"), "db01": ("Running", "4GiB"), "old-dc": ("Running", "4GiB")}
    assert state(lab) == running
    with served(lab.folder) as host:
        lab.write("hosts.yaml", hosts_file(host.port))
        assert run(lab, "plan", ".", "--detailed-exitcode")[0] == 0, "the state was not kept"
    with served(lab.folder, "--reset") as host:
        lab.write("hosts.yaml", hosts_file(host.port))
        assert run(lab, "plan", ".", "--detailed-exitcode")[0] == 2, "--reset did not start from the seed"
    assert set(state(lab)) == {"old-dc"}
    figure(f"quickstart between two processes: {steps} steps, {len(made)} writes in the audit, then none")


def test_a_wrong_password_is_one_clear_error(lab: Lab) -> None:
    """Exit 1, the host is named, the password is not shown, and nothing reached the host."""
    with served(lab.folder) as host:
        lab.write("hosts.yaml", hosts_file(host.port))
        for arguments in (("plan", "."), ("apply", ".", "--yes")):
            code, _, err = run(lab, *arguments, password="wr0ng secret")
            line = one_error(err)
            assert code == 1
            assert "hv01" in line or "127.0.0.1" in line, line
            assert re.search("password|user|logon", line + err, re.IGNORECASE)
            assert "wr0ng" not in err
        assert not host.audit.exists() or host.audit.read_text() == ""
    assert set(state(lab)) == {"old-dc"}


def test_a_stopped_host_is_one_clear_error(lab: Lab) -> None:
    """Exit 1 for plan and apply, with the address that did not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lab.write("hosts.yaml", hosts_file(port))
    for arguments in (("plan", "."), ("apply", ".", "--yes")):
        code, _, err = run(lab, *arguments)
        assert code == 1
        assert f"127.0.0.1:{port}" in one_error(err)
    assert lab.state == ""


def test_one_world_has_one_server(lab: Lab) -> None:
    """A second `simulate` of the same world is refused, with the process that holds it; so is a plan that would start it inside; the first serves on."""
    with served(lab.folder) as host:
        lab.write("hosts.yaml", hosts_file(host.port))
        with start(lab.folder) as second:
            out, err = second.communicate(timeout=30)
        assert (second.returncode, out) == (1, "")
        assert str(host.process.pid) in one_error(err), err
        inside = lab.installed("plan", "lab.yaml")
        assert inside.code == 1
        assert str(host.process.pid) in one_error(inside.err), inside.err
        assert run(lab, "plan", ".")[0] == 0
