"""Commands that run for a while, and commands that go wrong inside."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

from hvplan.cli import main as entry
from hvplan.cli import output
from hvplan.errors import HvplanError
from tests.cli.conftest import LAB, WORLD, Lab, command, environment

NEVER = WORLD + "    guest: {shutdown: never}\n"
WEB = "---\nkind: VirtualMachine\nname: web01\nprocessor: {count: 2}\nlifecycle: {adopt: allow, restart: allow, shutdown: {timeout: 10m, then: Fail}}\n"
ONLY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process of its own")


def started(lab: Lab, *arguments: str) -> subprocess.Popen[str]:
    """The command running, its stdout and stderr as pipes."""
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
    return subprocess.Popen([*command(), *arguments], cwd=lab.folder, env=environment({}), text=True, **pipes)


def until(stream: Any, word: str) -> str:
    """Read lines until one has the word."""
    seen: str = ""
    for line in stream:
        seen += str(line)
        if word in line:
            return seen
    raise AssertionError(f"{word} never came: {seen}")


@ONLY_POSIX
def test_the_second_interrupt_leaves_at_once_and_says_what_may_still_run(lab: Lab) -> None:
    """A guest that never shuts down: the first Ctrl-C says that it waits, the second leaves with 130 and names what may still run."""
    lab.write("hv01.world.yaml", NEVER)
    lab.write("lab.yaml", LAB + WEB)
    process = started(lab, "apply", "--yes", "--document", "result.json")
    assert process.stderr is not None
    until(process.stderr, "vm/db01: New-VM")
    process.send_signal(signal.SIGINT)
    until(process.stderr, "Once more leaves at once")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted: " in out
    result = json.loads((lab.folder / "result.json").read_bytes())
    assert result["exit_code"] == 130
    assert any(step["outcome"] == "skipped" for step in result["steps"])
    assert result["continue"] == "hvplan apply"


@ONLY_POSIX
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_simulate_announces_itself_and_stops_when_asked(lab: Lab, stop: signal.Signals) -> None:
    """One JSON line with the endpoint, then it serves; a plan over that address works; a signal ends it with 0."""
    process = started(lab, "simulate", "hv01.world.yaml")
    assert process.stdout is not None
    endpoint = json.loads(process.stdout.readline())
    assert endpoint["host"] == "127.0.0.1"
    lab.write("lab.yaml", LAB.replace("simulated: {world: hv01.world.yaml}", "address: elsewhere.example"))
    url = f"http://127.0.0.1:{endpoint['port']}"
    ran = lab("plan", "--address", url, "--user", "me", "--auth", "basic", "--detailed-exitcode", HVPLAN_PASSWORD="any")
    process.send_signal(stop)
    assert process.wait(30) == 0
    assert ran.code == 2, ran.err
    assert "+ vm/db01" in ran.out


@pytest.mark.parametrize(("wrote", "code"), [(False, 1), (True, 4)])
def test_a_fault_of_our_own_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrote: bool, code: int) -> None:
    """An unexpected exception: `internal error`, no traceback, 1, or 4 when a write was made; with --debug the traceback too."""

    def broken(state: Any, *rest: Any) -> None:
        state.wrote = wrote
        raise RuntimeError("oops")

    monkeypatch.setattr("hvplan.cli.planning.read_files", broken)
    assert entry.run(["plan"]) == code
    said = capsys.readouterr().err
    assert "internal error: RuntimeError: oops" in said
    assert "--debug" in said
    assert "Traceback" not in said
    assert entry.run(["plan", "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_a_failure_after_a_write_is_part_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever fails once a write may have reached the host is 4, so nobody believes that nothing happened."""

    def broken(state: Any, *rest: Any) -> None:
        state.wrote = True
        raise HvplanError

    monkeypatch.setattr("hvplan.cli.planning.read_files", broken)
    assert entry.run(["plan"]) == 4


def test_ctrl_c_before_any_write_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Interrupted while reading: 130, and it says that nothing was written."""

    def interrupted(*rest: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hvplan.cli.planning.read_files", interrupted)
    assert entry.run(["plan"]) == 130
    assert "Nothing was written" in capsys.readouterr().err


def test_colour_rules() -> None:
    """NO_COLOR and --no-color win over FORCE_COLOR; without any of them a terminal decides."""

    class Terminal:
        def isatty(self) -> bool:
            return True

    terminal: Any = Terminal()
    assert output.wants_color(terminal, {}, False)
    assert not output.wants_color(terminal, {"TERM": "dumb"}, False)
    assert not output.wants_color(terminal, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False)
    assert not output.wants_color(terminal, {"FORCE_COLOR": "1"}, True)
    assert output.wants_color(terminal, {"FORCE_COLOR": "1", "TERM": "dumb"}, False)


@ONLY_POSIX
@pytest.mark.parametrize(("answer", "code", "view"), [("y", 0, "text"), ("n", 3, "text"), ("y", 0, "json")])
def test_on_a_terminal_one_question_names_what_needs_consent(lab: Lab, answer: str, code: int, view: str) -> None:
    """Somebody is there: asked once, with the machines that restart or are taken over; yes does it all, no changes nothing (3). The plan is seen before."""
    import os
    import pty

    lab.write("lab.yaml", LAB + "---\nkind: VirtualMachine\nname: web01\nprocessor: {count: 2}\n")
    ours, theirs = pty.openpty()
    clean = environment({"TERM": "dumb"})
    process = subprocess.Popen([*command(), "apply", "--format", view], cwd=lab.folder, env=clean, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 4096)
    os.write(ours, f"{answer}\n".encode())
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    text = said.decode()
    assert process.returncode == code
    assert text.count("[y/N]") == 1
    assert "stop or restart vm/web01" in text
    assert "take over vm/web01" in text
    assert "+ vm/db01" in (text if view == "json" else out.decode())
    if view == "json":
        assert json.loads(out)["exit_code"] == code
    else:
        assert (b"host hv01: converged" in out) is (code == 0)
    assert ("db01" in lab.state) is (code == 0)
