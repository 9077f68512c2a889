"""The house holds itself: arrows, the clock, lint, types, and the README's own words."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests import house


def test_arrows_point_down() -> None:
    """No room imports what the table of rooms does not allow, and every library lives in its own room."""
    assert house.broken_arrows() == []


def test_the_table_of_rooms_is_true() -> None:
    """The architecture page shows the very table that the arrow test holds."""
    assert house.readme_table() == house.table(), "run: python -m tests.house"


def test_only_the_clock_reads_the_time() -> None:
    """A virtual clock reaches every wait, because nothing else asks the machine for the time."""
    reads = re.compile(r"time\.(time|monotonic|perf_counter|sleep)\(|datetime\.(now|utcnow|today)\(|^from time import", re.MULTILINE)
    clocks = {"clock.py", "simulator/clock.py"}
    readers = [
        f"{name}: {m.group()}"
        for file in sorted(house.PACKAGE.rglob("*.py"))
        if (name := file.relative_to(house.PACKAGE).as_posix()) not in clocks
        for m in reads.finditer(file.read_text("utf-8"))
    ]
    assert readers == []


def test_the_ci_runs_the_readme_s_test_command() -> None:
    """What the README tells people to run is what CI runs."""
    readme = (house.ROOT / "README.md").read_text("utf-8")
    commands = re.findall(r"^```sh\n(.+?)\n```$", readme, re.MULTILINE | re.DOTALL)
    assert len(commands) == 2, "the README has exactly two set-up commands"
    assert commands[0].endswith("apply examples/quickstart --yes")
    assert commands[1] in (house.ROOT / ".ci" / "run").read_text("utf-8").splitlines()


@pytest.mark.parametrize("arguments", [("ruff", "check", "."), ("ruff", "format", "--check", "."), ("mypy",)], ids=["lint", "format", "types"])
def test_style(arguments: tuple[str, ...]) -> None:
    """ruff and mypy --strict have nothing to say."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=house.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
