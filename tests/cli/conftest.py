"""A small lab in a folder of its own, and the installed command."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from hvplan.cli.main import run

WORLD = """\
kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 64GiB
  volumes: [{path: 'D:\\', size: 2TiB, free: 1500GiB}]
  settings: {virtualMachinePath: 'D:\\VMs', virtualHardDiskPath: 'D:\\VHDs'}
switches: [{name: lan, type: Internal}]
vms:
  - name: web01
    state: Running
    generation: 2
    processor: {count: 1}
    memory: {startup: 2GiB}
"""

LAB = """\
kind: Stack
name: lab
host: hv01
---
kind: Host
name: hv01
connection:
  simulated: {world: hv01.world.yaml}
---
kind: VirtualMachine
name: db01
generation: 2
memory: {startup: 1GiB, dynamic: false}
processor: {count: 1}
"""

WEB = """\
---
kind: VirtualMachine
name: web01
processor: {count: 2}
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of the command."""

    code: int
    out: str
    err: str
    raw: bytes


def command() -> list[str]:
    """The console entry beside this Python, or the same entry by name where the project is not installed."""
    installed = Path(sys.executable).parent / ("hvplan.exe" if os.name == "nt" else "hvplan")
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "hvplan.cli.main"]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what would change the command's mind."""
    clean = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR", "HVPLAN_HOSTS", "HVPLAN_PASSWORD")}
    return clean | {"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8"} | dict(extra)


@dataclass(frozen=True, slots=True)
class Lab:
    """The folder that commands run in."""

    folder: Path

    def __call__(self, *arguments: str, **extra: str) -> Ran:
        """Run `hvplan ARGUMENTS` in this process, without a terminal; keywords are environment variables."""
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2))
        before, here = dict(os.environ), Path.cwd()
        os.environ.clear()
        os.environ.update(environment(extra))
        os.chdir(self.folder)
        try:
            with open(os.devnull) as nobody, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                stdin, sys.stdin = sys.stdin, nobody
                try:
                    code = run(arguments)
                finally:
                    sys.stdin = stdin
        finally:
            os.chdir(here)
            os.environ.clear()
            os.environ.update(before)
        raws = []
        for stream in (out, err):
            stream.flush()
            raws.append(stream.buffer.getvalue())
        return Ran(code, raws[0].decode(), raws[1].decode(), raws[0])

    def installed(self, *arguments: str, **extra: str) -> Ran:
        """The same in a process of its own, by the installed command."""
        done = subprocess.run([*command(), *arguments], cwd=self.folder, env=environment(extra), capture_output=True, timeout=120, stdin=subprocess.DEVNULL)
        return Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"), done.stdout)

    def write(self, name: str, text: str) -> None:
        """Write a file of the lab."""
        (self.folder / name).write_text(text, "utf-8")

    @property
    def state(self) -> str:
        """The host's state file, `""` while there is none."""
        file = self.folder / ".hvplan" / "hv01.state.yaml"
        return file.read_text("utf-8") if file.exists() else ""


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """One machine to create on a simulated host that has another one."""
    made = Lab(tmp_path)
    made.write("hv01.world.yaml", WORLD)
    made.write("lab.yaml", LAB)
    return made
