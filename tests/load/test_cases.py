"""Small YAML texts with exactly what is said about them: `cases/*.txt`, which anyone can add to.

A file of cases: `=== TITLE`, the YAML of `lab.yaml` (or several files, each behind `@@ NAME`), `>>>`, and what a terminal
would show. What stands before the first `===` is a file `base.yaml` of every case that brings no files of its own.
`python -m tests.load.test_cases` writes what is said now into the files, to be read and judged before it is kept.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from hvplan.load import load

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True, slots=True)
class Case:
    """One text and what is said about it."""

    title: str
    files: tuple[tuple[str, str], ...]
    text: str
    said: str


def read_cases(file: Path) -> tuple[str, list[Case]]:
    """What stands before the first case, and the cases."""
    head, *parts = ("\n" + file.read_text("utf-8")).split("\n=== ")
    cases = []
    for part in parts:
        title, _, rest = part.partition("\n")
        text, _, said = rest.partition("\n>>>\n")
        files = [tuple(f.split("\n", 1)) for f in text.split("@@ ")[1:]] if text.startswith("@@ ") else [("lab.yaml", text + "\n"), ("base.yaml", head)]
        cases.append(Case(title, tuple((name, body) for name, body in files if body.strip() or name != "base.yaml"), text, said.strip("\n")))
    return head.strip("\n"), cases


def what_is_said(case: Case, folder: Path) -> str:
    """The diagnostics of a case as a terminal shows them, with paths inside the folder; `(fine)` when there are none."""
    for name, body in case.files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(body, "utf-8")
    hosts = folder / "hosts" / "hosts.yaml"
    loaded = load([str(folder)], hosts_file=str(hosts) if hosts.exists() else None)
    return "\n".join(str(d) for d in loaded.diagnostics).replace(f"{folder}{os.sep}", "").replace(str(folder), ".") or "(fine)"


ALL = [(file, case) for file in sorted(FOLDER.glob("*.txt")) for case in read_cases(file)[1]]


@pytest.mark.parametrize("case", [case for _, case in ALL], ids=[f"{file.stem}: {case.title}" for file, case in ALL])
def test_says_exactly_this(case: Case, tmp_path: Path) -> None:
    """Every mistake is named where it is, says what is wrong and what to do, and nothing else is said."""
    assert what_is_said(case, tmp_path) == case.said


def write() -> None:
    """Writes what is said now."""
    for file in sorted(FOLDER.glob("*.txt")):
        head, cases = read_cases(file)
        out = [head] if head else []
        for case in cases:
            with tempfile.TemporaryDirectory() as folder:
                out.append(f"=== {case.title}\n{case.text}\n>>>\n{what_is_said(case, Path(folder))}\n")
        file.write_text("\n".join(out), "utf-8")


if __name__ == "__main__":
    write()
