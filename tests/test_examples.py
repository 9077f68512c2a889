"""The examples do what their pages say: every command of the tour is run, and its transcript is what comes."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import house
from tests.cli.conftest import environment

EXAMPLES = sorted(page.parent for page in (house.ROOT / "examples").glob("*/README.md"))
LEFT_OUT = "..."
GIT, BASH = shutil.which("git"), shutil.which("bash")
VARIES = (
    (re.compile(r"plan [0-9a-f]{8}\b"), "plan (digest)"),
    (re.compile(r"\(\d+\.\d s\)$"), "(seconds)"),
    (re.compile(r'"port": \d+'), '"port": (a number)'),
)
"""What differs from run to run, or from version to version."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command of a transcript and the lines under it."""

    command: str
    lines: tuple[str, ...]


def tour(text: str) -> list[Typed]:
    """The commands of all transcripts of a page, in order."""
    found: list[Typed] = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            found.append(Typed(command, tuple(lines)))
    return found


def plain(line: str) -> str:
    """A line without what differs from run to run."""
    for pattern, word in VARIES:
        line = pattern.sub(word, line)
    return line.rstrip()


def fits(want: str, got: str) -> bool:
    """Is a line as the transcript has it; `...` at its end stands for the rest."""
    start = want.removesuffix(LEFT_OUT)
    return got.startswith(start) if start != want else got == want


def missing(expected: tuple[str, ...], said: list[str]) -> str | None:
    """The first line of a transcript that did not come in its place, None when all did; `...` stands for any lines."""
    at, loose = 0, False
    for line in expected:
        if line == LEFT_OUT:
            loose = True
            continue
        places = [n for n in range(at, len(said) if loose else min(at + 1, len(said))) if fits(plain(line), plain(said[n]))]
        if not places:
            return line
        at, loose = places[0] + 1, False
    return None if loose or at == len(said) else f"(and nothing after it, but there came: {said[at]})"


@pytest.mark.skipif(sys.platform == "win32", reason="the tour is typed into a POSIX shell")
@pytest.mark.skipif(GIT is None or BASH is None, reason="git and bash are not here")
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_tour_of_an_example(example: Path, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Every command of the page gives what its transcript shows, and the clone it was done in is clean afterwards."""
    assert GIT is not None
    assert BASH is not None
    folder = tmp_path / "examples" / example.name
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns(".hvplan"))
    shutil.copy(house.ROOT / ".gitignore", tmp_path)
    for words in (("init", "-q"), ("add", "."), ("-c", "user.name=a", "-c", "user.email=a@b.example", "commit", "-q", "-m", "as cloned")):
        subprocess.run([GIT, *words], cwd=tmp_path, check=True)
    commands = tour((folder / "README.md").read_text("utf-8"))
    script = "set -m\n" + "".join(f"echo '@@@ {n}'\n{typed.command}\n" for n, typed in enumerate(commands)) + "echo '@@@ end'\ngit status --porcelain\n"
    extra = {"PATH": f"{Path(sys.executable).parent}:{environment({})['PATH']}", "PYTHONUNBUFFERED": "1"}
    done = subprocess.run([BASH, "-c", "exec 2>&1\n" + script], cwd=folder, env=environment(extra), capture_output=True, text=True, timeout=200, check=False)
    told = re.split(r"^@@@ (?:\d+|end)\n", done.stdout, flags=re.MULTILINE)[1:]
    assert len(told) == len(commands) + 1, done.stdout
    for typed, said in zip(commands, told, strict=False):
        lines = [line for line in said.splitlines() if not re.match(r"\[\d+\]", line)]
        assert missing(typed.lines, lines) is None, f"$ {typed.command}\nthe transcript says: {missing(typed.lines, lines)}\nthere came:\n{said}"
    assert told[-1] == "", f"the tour left something behind: {told[-1]}"
    figure(f"the tour of {example.name}: {len(commands)} commands, {sum(len(typed.lines) for typed in commands)} lines of transcripts; the clone stays clean")
    assert len(commands) > 15


def test_a_transcript_that_lies_is_found() -> None:
    """Lines that did not come, came in another order or came besides are found."""
    said = ["one", "two", "plan 12345678", "three"]
    assert missing(("one", "two", "plan abcdef01", "three"), said) is None
    assert missing(("...", "three"), said) is None
    assert missing(("one", "..."), said) is None
    assert missing(("tw...",), ["two"]) is None
    assert missing(("two", "..."), said) == "two"
    assert missing(("...", "two", "...", "one"), said) == "one"
    assert missing(("one", "two", "..."), said[:1]) == "two"
    assert missing((), said) is not None
