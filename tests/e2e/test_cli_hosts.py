"""Several hosts, hosts reached over HTTP with a password, and a run that somebody stops."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Lab, command, environment
from tests.e2e.contract import HEAD, NEW, WEB, WORLD, lab_of

Json = Any
PASSWORD = "Pa55-word-xyzzy"
SECOND = "---\nkind: Host\nname: hv02\nconnection: {CONNECTION}\n---\nkind: VirtualSwitch\nname: priv\nhost: [hv01, hv02]\ntype: Private\n"
ONLY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process of its own")


def two(lab: Lab, connection: str) -> None:
    """A second host, a switch on both and a machine that both have."""
    both = WEB.replace("name: web01", "name: web01\nhost: [hv01, hv02]")
    lab.write("lab.yaml", HEAD + both + SECOND.replace("CONNECTION", connection))
    lab.write("hv02.world.yaml", WORLD.replace("HV01", "HV02"))


def test_two_hosts_in_one_plan(tmp_path: Path) -> None:
    """Addresses carry their host in text, in what apply asks and in progress; consents of one host are not those of the other; a verdict for each."""
    lab = lab_of(tmp_path, "")
    two(lab, "simulated: {world: hv02.world.yaml}")
    planned = lab("plan", "--document", "p.json")
    tree = json.loads((tmp_path / "p.json").read_bytes())
    assert set(tree["hosts"]) == {"hv01", "hv02"}
    assert len({host["identity"]["machine_id"] for host in tree["hosts"].values()}) == 2
    keys = [(change["host"], change["address"]) for change in tree["resource_changes"]]
    assert keys == sorted(keys)
    assert {host for host, address in keys if address == "switch/priv"} == {"hv01", "hv02"}
    assert "Create   (2)  hv01:switch/priv, hv02:switch/priv" in planned.out
    for host in ("hv01", "hv02"):
        assert f"  ~ {host}:vm/web01 " in planned.out
        assert f"({'--allow-restart'}={host}:vm/web01)" in planned.out
    half = lab("apply", "--yes", "--allow-restart=hv01:web01")
    assert half.code == 3
    assert "hv02:vm/web01" in half.err
    assert "hv01:vm/web01" not in half.err
    done = lab("apply", "--yes", "--allow-restart", "--document", "r.json")
    assert done.code == 0, done.err
    assert json.loads((tmp_path / "r.json").read_bytes())["hosts"] == {host: {"verdict": "converged"} for host in ("hv01", "hv02")}
    assert " hv02:vm/web01: Stop-VM" in done.err


def test_an_incomplete_plan_is_never_carried_out(tmp_path: Path) -> None:
    """One of two hosts unreachable: the document is written with errored, exit 1; applying it is 1 too, even where it has no step."""
    lab = lab_of(tmp_path, "")
    two(lab, "address: 127.0.0.1, port: 9, transport: http, auth: basic, username: {env: U}, password: {env: P}")
    for text in (
        (tmp_path / "lab.yaml").read_text("utf-8"),
        HEAD + SECOND.replace("CONNECTION", "address: 127.0.0.1, port: 9, transport: http").replace("[hv01, hv02]", "hv02"),
    ):
        lab.write("lab.yaml", text)
        ran = lab("plan", "-o", "p.json", "--detailed-exitcode", U="me", P=PASSWORD)
        tree = json.loads((tmp_path / "p.json").read_bytes())
        assert (ran.code, tree["errored"], tree["applyable"]) == (1, True, False)
        assert "hv02" in ran.err
        assert "incomplete" in ran.out.splitlines()[-1]
        assert lab("apply", "p.json", "--allow-restart", U="me", P=PASSWORD).code == 1
        assert lab("apply", "--yes", "--allow-restart", U="me", P=PASSWORD).code == 1
        assert PASSWORD not in ran.out + ran.err + (tmp_path / "p.json").read_text("utf-8")
    assert "count: 4" not in lab.state


def test_a_saved_plan_whose_host_is_away(tmp_path: Path) -> None:
    """One of its hosts is not reached, or its password is missing: 1, nothing written on any, a verdict for each, and the way on."""
    lab = lab_of(tmp_path, "")
    (tmp_path / "far").mkdir()
    with served(lab_of(tmp_path / "far", "")) as url:
        port = url.rpartition(":")[2]
        two(lab, f"address: 127.0.0.1, port: {port}, transport: http, auth: basic, username: {{env: U}}, password: {{env: P}}")
        assert lab("plan", "lab.yaml", "-o", "p.json", U="admin", P=PASSWORD).code == 0
    for given in ({"U": "admin", "P": PASSWORD}, {"U": "admin"}):
        ran = lab("apply", "p.json", "--allow-restart", "--document", "r.json", **given)
        result = json.loads((tmp_path / "r.json").read_bytes())
        (tmp_path / "r.json").unlink()
        assert (ran.code, result["exit_code"], result["hosts"]) == (1, 1, {"hv01": {"verdict": "unchanged"}, "hv02": {"verdict": "failed"}})
        assert result["continue"] == "hvplan apply lab.yaml --allow-restart"
        assert "hv02" in ran.err
    assert "count: 4" not in lab.state


@contextmanager
def served(lab: Lab) -> Iterator[str]:
    """`hvplan simulate` with a user and a password: the address it listens at."""
    words = [*command(), "simulate", "hv01.world.yaml", "--user", "admin", "--password-env", "PW"]
    process = subprocess.Popen(words, cwd=lab.folder, env=environment({"PW": PASSWORD}), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_a_host_with_a_password(tmp_path: Path) -> None:
    """--address and a hosts file reach it; a wrong or missing password is 1; the password stands nowhere; CI asks nothing of loopback."""
    lab = lab_of(tmp_path, HEAD.replace("simulated: {world: hv01.world.yaml}", "address: elsewhere.example") + NEW)
    with served(lab) as url:
        there = ("--address", url, "--user", "admin", "--auth", "basic")
        said = []
        for password, code in (("wrong", 1), ("", 1), (PASSWORD, 2)):
            said.append(lab("plan", *there, "--detailed-exitcode", "-o", "p.json", HVPLAN_PASSWORD=password))
            assert said[-1].code == code, said[-1].err
            assert "Traceback" not in said[-1].err
        port = url.rpartition(":")[2]
        reach = f"address: 127.0.0.1, port: {port}, transport: http, auth: basic, username: {{env: U}}, password: {{env: P}}"
        (tmp_path / "ops").mkdir()
        lab.write("ops/hosts.yaml", f"kind: Host\nname: hv01\nconnection: {{{reach}}}\n")
        given = {"U": "admin", "P": PASSWORD, "CI": "true"}
        said.append(lab("plan", "lab.yaml", "-o", "p.json", HVPLAN_HOSTS="ops/hosts.yaml", **given))
        assert json.loads((tmp_path / "p.json").read_bytes())["hosts"]["hv01"]["connection"] == {"hosts_file": True}
        said.append(lab("apply", "p.json", **given))
        assert (said[-1].code, "--hosts" in said[-1].err) == (1, True)
        said.append(lab("apply", "p.json", "--hosts", "ops/hosts.yaml", "--document", "r.json", **given))
        assert said[-1].code == 0, said[-1].err
    written = "".join(file.read_text("utf-8", "replace") for file in tmp_path.rglob("*") if file.is_file())
    assert PASSWORD not in written + "".join(one.out + one.err for one in said)


def test_documents_without_a_host(tmp_path: Path) -> None:
    """--address alone says which host they are for, under the name that they use, else under its own; where they name several, it cannot be told."""
    lab = lab_of(tmp_path, "")
    with served(lab) as url:
        there = ("--address", url, "--user", "admin", "--auth", "basic")
        for head, name in (("kind: Stack\nname: lab\nhost: hv01\n---\n", "hv01"), ("kind: Stack\nname: lab\n---\n", "127.0.0.1"), ("", "127.0.0.1")):
            lab.write("lab.yaml", head + "kind: VirtualSwitch\nname: lan\ntype: Private\n")
            ran = lab("plan", *there, "--format", "json", HVPLAN_PASSWORD=PASSWORD)
            assert ran.code == 0, ran.err
            tree = json.loads(ran.raw)
            assert (list(tree["hosts"]), tree["resource_changes"][0]["address"]) == ([name], "switch/lan")
        lab.write("lab.yaml", "kind: VirtualSwitch\nname: lan\nhost: [hv01, hv02]\ntype: Private\n")
        assert lab("plan", *there, HVPLAN_PASSWORD=PASSWORD).code == 1
        assert lab("plan", HVPLAN_PASSWORD=PASSWORD).code == 1


def test_a_password_that_nobody_can_type(tmp_path: Path) -> None:
    """Nothing prompts without a terminal: exit 1, and it is said where the password comes from then."""
    lab = lab_of(tmp_path, HEAD.replace("simulated: {world: hv01.world.yaml}", "address: elsewhere.example") + NEW)
    ran = lab("plan", "--address", "http://127.0.0.1:9", "--user", "admin", "--auth", "basic")
    assert (ran.code, "HVPLAN_PASSWORD is not set" in ran.err) == (1, True), ran.err
    prompted = "{address: 127.0.0.1, port: 9, transport: http, auth: basic, username: me, password: {prompt: true}}"
    lab.write("lab.yaml", HEAD.replace("simulated: {world: hv01.world.yaml}", prompted) + NEW)
    ran = lab("plan")
    assert (ran.code, "nobody can be asked here" in ran.err, "{env: NAME}" in ran.err) == (1, True, True), ran.err


@ONLY_POSIX
def test_the_first_interrupt_drains(tmp_path: Path) -> None:
    """Ctrl-C between two steps: what runs is waited for, the rest is skipped, 130; the text says what ran and how to go on; the next run finishes."""
    lab = lab_of(tmp_path, HEAD.replace("{world: hv01.world.yaml}", "{world: hv01.world.yaml, latency: lan}") + NEW)
    words = [*command(), "apply", "--yes", "--parallel", "1", "--document", "r.json"]
    process = subprocess.Popen(words, cwd=tmp_path, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("done"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    result = json.loads((tmp_path / "r.json").read_bytes())
    outcomes = [step["outcome"] for step in result["steps"]]
    assert process.returncode == result["exit_code"] == 130
    assert set(outcomes) == {"done", "skipped"}
    assert "Once more leaves at once" in err
    assert f"Interrupted: {outcomes.count('done')} done, {outcomes.count('skipped')} skipped." in out
    assert result["continue"] == "hvplan apply"
    lab.write("lab.yaml", (tmp_path / "lab.yaml").read_text("utf-8").replace(", latency: lan", ""))
    assert lab("apply", "--yes").code == 0
    assert lab("plan", "--detailed-exitcode").code == 0
