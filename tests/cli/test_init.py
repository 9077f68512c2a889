"""`hvplan init`: a first stack that works at once, and never at the cost of a file that stood there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Lab


@pytest.fixture
def empty(tmp_path: Path) -> Lab:
    """A folder with nothing in it."""
    return Lab(tmp_path)


def test_it_works_at_once(empty: Lab) -> None:
    """Init, validate, apply, and the second apply has nothing to do."""
    ran = empty("init", "first")
    assert ran.code == 0
    assert "hvplan plan first" in ran.out
    assert "hvplan apply first" in ran.out
    assert empty("validate", "first").err == ""
    assert empty("apply", "first", "--yes").code == 0
    again = empty("apply", "first", "--yes")
    assert again.code == 0
    assert "Nothing to do" in again.out


def test_the_current_folder(empty: Lab) -> None:
    """Without DIR the files stand in the current folder, where commands without a path look."""
    ran = empty("init")
    assert ran.code == 0
    assert "hvplan apply\n" in ran.out
    assert empty("plan", "--detailed-exitcode").code == 2


def test_editors_know_the_files(empty: Lab) -> None:
    """The stack begins with the comment that editors read, and the schema it names stands beside it; every document says its format."""
    empty("init")
    written = (empty.folder / "lab.yaml").read_text("utf-8")
    first = written.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (empty.folder / first.partition("=")[2]).read_bytes() == empty("schema").raw
    assert {document["apiVersion"] for document in yaml.safe_load_all(written)} == {"hvplan/v1"}


@pytest.mark.parametrize("standing", ["lab.yaml", "hv01.world.yaml", "hvplan.schema.json"])
def test_nothing_is_overwritten(empty: Lab, standing: str) -> None:
    """A file in the way is named, it stays as it was, and nothing else is written; exit 1."""
    empty.write(standing, "mine")
    ran = empty("init")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"{standing}: error:")
    assert [file.name for file in empty.folder.iterdir()] == [standing]
    assert (empty.folder / standing).read_text("utf-8") == "mine"


def test_everything_in_the_way_is_named_at_once(empty: Lab) -> None:
    """The second init names all three files."""
    empty("init", "first")
    ran = empty("init", "first")
    assert ran.code == 1
    assert ran.err.count(": error:") == 3


def test_a_folder_that_is_a_file(empty: Lab) -> None:
    """DIR names a file, or lies below one: said in a sentence, exit 1."""
    empty.write("first", "mine")
    for name in ("first", "first/second"):
        ran = empty("init", name)
        assert (ran.code, ran.out) == (1, "")
        assert "first" in ran.err
        assert "Traceback" not in ran.err


def test_a_name_with_a_blank_is_quoted(empty: Lab) -> None:
    """The commands that are printed can be pasted."""
    assert "hvplan apply 'my lab'" in empty("init", "my lab").out
