"""`hvplan simulate` as a user starts it: the installed command in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli.conftest import command, environment

PASSWORD = "Pa55 w'ord$"  # what people really choose
READS = ("Get-", "Where-Object", "Select-Object")


@dataclass
class Served:
    """A host that listens. `audit` is its log."""

    process: subprocess.Popen[str]
    port: int
    audit: Path
    code: int | None = field(default=None)

    @property
    def address(self) -> str:
        """What `--address` takes."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """SIGTERM, and its exit code."""
        if self.code is None:
            self.process.send_signal(signal.SIGTERM)
            self.code = self.process.wait(30)
        return self.code


def start(folder: Path, *options: str, world: str = "hv01.world.yaml", **extra: str) -> subprocess.Popen[str]:
    """The command, started."""
    return subprocess.Popen(
        [*command(), "simulate", world, *options],
        cwd=folder,
        env=environment({"SIM_PASSWORD": PASSWORD} | extra),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def served(folder: Path, *options: str, world: str = "hv01.world.yaml") -> Iterator[Served]:
    """A host of one user, until the end of the block."""
    audit = folder / "audit.jsonl"
    with start(folder, "--user", "tester", "--password-env", "SIM_PASSWORD", "--audit", str(audit), *options, world=world) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield (host := Served(process, json.loads(line)["port"], audit))
            host.stop()
        finally:
            if process.poll() is None:
                process.kill()


def hosts_file(port: int) -> str:
    """A hosts file for it, the password by reference."""
    return (
        "kind: Host\nname: hv01\nconnection:\n"
        f"  {{address: 127.0.0.1, port: {port}, transport: http, auth: basic, username: tester, password: {{env: LAB_PASSWORD}}}}\n"
    )


def calls(audit: Path) -> list[dict[str, Any]]:
    """Every call the host got."""
    return [json.loads(line) for line in audit.read_text("utf-8").splitlines()] if audit.exists() else []


def writes(audit: Path) -> list[Mapping[str, Any]]:
    """Those that are no reads."""
    return [call for call in calls(audit) if not call["command"].startswith(READS)]
