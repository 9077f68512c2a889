"""Files that commands read and write: whatever is wrong with one is said in a sentence, with what to do, before anything is changed."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Lab, command, environment

ONLY_POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and shells as POSIX has them")
FOLDER = "there is no folder no/such"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("inspect", "-o", "no/such/inventory.yaml"), FOLDER),
        (("inspect", "-o", "."), "it is a folder"),
        (("plan", "-o", "no/such/plan.json"), FOLDER),
        (("apply", "--yes", "--document", "no/such/result.json"), FOLDER),
        (("export", "-o", "lab.yaml/x.yaml"), "there is no folder lab.yaml"),
    ],
)
def test_a_file_that_cannot_be_written(lab: Lab, arguments: tuple[str, ...], why: str) -> None:
    """It is named, with the reason and a way on; the exit code is 1, and nothing was written to the host."""
    before = lab("inspect", "--at", "2026-01-01T00:00:00Z").out
    ran = lab(*arguments)
    assert ran.code == 1
    assert f"error: cannot be written: {why}" in ran.err
    assert "hint: " in ran.err
    assert lab("inspect", "--at", "2026-01-01T00:00:00Z").out == before
    assert not list(lab.folder.glob("*.part"))


@ONLY_POSIX
def test_what_a_name_leads_to_is_written(lab: Lab) -> None:
    """A link stays a link, to the file that is written; a pipe gets the document, and is a pipe afterwards."""
    (lab.folder / "real.json").write_text("old", "utf-8")
    (lab.folder / "link.json").symlink_to("real.json")
    os.mkfifo(lab.folder / "pipe")
    reader = os.open(lab.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        shown = lab("plan", "-o", "link.json", "--document", "pipe", "--format", "json")
        assert os.read(reader, len(shown.raw) + 1) == shown.raw
    finally:
        os.close(reader)
    assert ((lab.folder / "link.json").is_symlink(), (lab.folder / "real.json").read_bytes()) == (True, shown.raw)
    assert (lab.folder / "pipe").is_fifo()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk(lab: Lab) -> None:
    """Half a result is no result: 1, or 4 when writes were made, and a sentence; the document of a result is whole all the same."""
    with open("/dev/full", "wb") as full:
        for arguments, code in ((("plan", "--format", "json"), 1), (("--help",), 1), (("apply", "--yes", "--format", "json", "--document", "r.json"), 4)):
            ran = subprocess.run([*command(), *arguments], cwd=lab.folder, env=environment({}), stdout=full, stderr=subprocess.PIPE, check=False, text=True)
            assert ran.returncode == code, ran.stderr
            assert "the output cannot be written" in ran.stderr
            assert "internal error" not in ran.stderr
    assert json.loads((lab.folder / "r.json").read_bytes())["exit_code"] == 0


@ONLY_POSIX
def test_streams_that_are_closed(lab: Lab) -> None:
    """Whoever closed them wants to hear nothing: the exit code is all there is."""
    for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
        line = f"{shlex.join([*command(), 'plan', '--detailed-exitcode'])} {closed}"
        ran = subprocess.run(["/bin/sh", "-c", line], cwd=lab.folder, env=environment({}), capture_output=True, check=False, text=True)
        assert (ran.returncode, "Traceback" in ran.stderr) == (2, False), ran.stderr


def test_a_saved_plan_under_any_name(lab: Lab) -> None:
    """What is in it makes it a PLAN, not how it is called; it is nothing to plan from, and neither is a result."""
    assert lab("plan", "lab.yaml", "-o", "plan.yaml").code == 0
    ran = lab("plan", "plan.yaml")
    assert (ran.code, "a saved plan" in ran.err, "hvplan apply" in ran.err) == (1, True, True)
    assert lab("apply", "plan.yaml", "--document", "result.yaml").code == 0
    ran = lab("plan", "result.yaml")
    assert (ran.code, "a saved result" in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("file", "what", "use"),
    [
        ("inventory.yaml", "an inventory of a host", "--against"),
        ("inventory.json", "an inventory of a host", "--against"),
        ("hv01.world.yaml", "a world of simulated hosts", "hvplan simulate"),
        ("lab.yaml", "a file with a Stack document", "hvplan plan"),
    ],
)
def test_show_says_what_it_was_given(empty: Lab, file: str, what: str, use: str) -> None:
    """A file that is no plan and no result is named for what it is, with the command that takes it."""
    assert empty("init").code == 0
    for name in ("inventory.yaml", "inventory.json"):
        assert empty("inspect", "-o", name).code == 0
    ran = empty("show", file)
    assert ran.code == 1
    assert what in ran.err
    assert use in ran.err


@pytest.fixture
def empty(tmp_path: Path) -> Lab:
    """A folder with nothing in it."""
    return Lab(tmp_path)


def test_an_inventory_is_told_in_three_lines(lab: Lab) -> None:
    """Beside -o stands what was read in short, and how to go on; --format shows it all."""
    ran = lab("inspect", "-o", "inventory.yaml")
    assert len(ran.out.splitlines()) == 3
    assert "plan PATH --against inventory.yaml" in ran.out
    assert len(lab("inspect", "-o", "inventory.yaml", "--format", "text").out.splitlines()) > 3


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda tree: tree | {"format_version": "9.0"}, "its format_version is '9.0'"),
        (lambda tree: tree | {"kind": "World"}, "it holds World, not an Inventory"),
        (lambda tree: tree | {"processors": "many"}, "processors: expected a whole number"),
        (lambda tree: {key: value for key, value in tree.items() if key != "vms"}, "vms"),
    ],
)
def test_an_inventory_that_somebody_changed(lab: Lab, change: object, why: str) -> None:
    """Another version, another kind, a value of another type, a part that is gone: exit 1, the file is named, and so is the reason."""
    assert lab("inspect", "-o", "inventory.json").code == 0
    tree = json.loads((lab.folder / "inventory.json").read_text("utf-8"))
    lab.write("inventory.json", json.dumps(change(tree)))  # type: ignore[operator]
    ran = lab("plan", "--against", "inventory.json")
    assert ran.code == 1
    assert "inventory.json: error: This file cannot be used as an inventory." in ran.err
    assert why in ran.err


def test_an_inventory_of_another_host(lab: Lab) -> None:
    """The only inventory stands for the only host, and that it was read under another name is said."""
    assert lab("inspect", "-o", "inventory.json").code == 0
    tree = json.loads((lab.folder / "inventory.json").read_text("utf-8"))
    lab.write("inventory.json", json.dumps(tree | {"host": "hv99", "identity": tree["identity"] | {"computer": "OTHER"}}))
    ran = lab("plan", "--against", "inventory.json")
    assert "read as hv99 (OTHER); it stands for host hv01" in ran.err
