"""What is installed is whole: a built package holds every file of the source."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests import house


def test_the_built_package_holds_every_file(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Data files, schemas and the type marker are in the wheel, and nothing of the tests is."""
    source = tmp_path / "source"
    source.mkdir()
    shutil.copytree(house.PACKAGE, source / "hvplan", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(house.ROOT / name, source)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(tmp_path), str(source)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("hvplan-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = {file.relative_to(source).as_posix() for file in (source / "hvplan").rglob("*") if file.is_file()}
    assert wanted - held == set()
    assert {name.split("/")[0] for name in held} <= {"hvplan", next(name.split("/")[0] for name in held if ".dist-info/" in name)}
    figure(f"{len(wanted)} files of hvplan/ in the wheel, {sum(not name.endswith('.py') for name in wanted)} of them data")
