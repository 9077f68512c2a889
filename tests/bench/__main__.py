"""Measure whole processes: the version, a validation, and a plan of 300 machines in sync with a host in a process of its own.

python -m tests.bench [RUNS]      prints the median and the extremes of so many runs (5) after one that is not counted
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.machines import write

QUICKSTART = Path(__file__).resolve().parents[2] / "examples" / "quickstart"
HVPLAN = (sys.executable, "-m", "hvplan.cli.main")
MACHINES = 300


def measure(what: str, command: Sequence[str], folder: Path, runs: int) -> None:
    """Run it and print a row."""
    # An installed package is compiled; a checkout is after its first run, if it may be.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"HVPLAN_PASSWORD": "any", "PYTHONPATH": str(QUICKSTART.parents[1])}
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        done = subprocess.run([*HVPLAN, *command], cwd=folder, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        taken.append(time.perf_counter() - start)
        if done.returncode:
            raise SystemExit(f"{what}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    rest = taken[1:]
    print(f"{what:<60} {statistics.median(rest):6.2f} s   ({min(rest):.2f} to {max(rest):.2f}, {runs} runs)", flush=True)


@contextlib.contextmanager
def host(world: Path) -> Iterator[str]:
    """`hvplan simulate` in its own process, and its URL."""
    with subprocess.Popen([*HVPLAN, "simulate", str(world)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        finally:
            process.terminate()


def main(runs: int) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for file in QUICKSTART.glob("*.yaml"):
            shutil.copy(file, folder)
        measure("hvplan --version", ["--version"], folder, runs)
        measure("hvplan validate examples/quickstart", ["validate", "."], folder, runs)
        measure("hvplan plan examples/quickstart (host inside)", ["plan", "."], folder, runs)
    for count in (3, MACHINES):
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            write(folder, count, there=True)
            with host(folder / "hv01.world.yaml") as url:
                reach = ["--address", url, "--user", "me", "--auth", "basic"]
                measure(f"hvplan plan of {count} machines in sync, host outside", ["plan", ".", *reach], folder, runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5)
