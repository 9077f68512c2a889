"""The on-ramp: a host that grew by hand for years is exported, its plan is empty, and what cannot be managed is told by name."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.casebook import Ran, hvplan

EXAMPLE = Path(__file__).parent.parent / "examples" / "adopt"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Path]:
    """A copy of the example as the working folder."""
    here = Path.cwd()
    for name in ("host.yaml", "host.world.yaml"):
        shutil.copy(EXAMPLE / name, tmp_path / name)
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(here)


def _good(ran: Ran) -> Ran:
    assert ran.exit == 0, ran.out + ran.err
    return ran


def test_the_on_ramp(lab: Path) -> None:
    """Look, export, plan, edit, plan: nothing to do until something is edited, and then it asks for consent to adopt."""
    assert "lost-disk" in _good(hvplan("inspect", "host.yaml", "--format", "text")).out
    said = _good(hvplan("export", "host.yaml", "-o", "ours"))
    assert "Next: hvplan plan ours/hv07.yaml" in said.out
    assert (lab / "ours" / "hvplan.schema.json").exists()
    for name in ("vm/test", "vm/TEST", "vm/two-marks", "switch/backup"):
        assert f"Left out: {name}:" in said.err
    planned = _good(hvplan("plan", "ours", "--detailed-exitcode"))
    assert planned.out.splitlines()[-1].startswith("Nothing to do: ")
    file = lab / "ours" / "hv07.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("notes: Front end web01", "notes: Front end number 1"), "utf-8")
    edited = hvplan("plan", "ours", "--detailed-exitcode", "--document", "plan.json")
    assert edited.exit == 2, edited.out + edited.err
    document = json.loads((lab / "plan.json").read_text("utf-8"))
    assert {step["address"] for step in document["steps"]} == {"vm/web01"}
    assert hvplan("apply", "ours", "--yes").exit == 3
    assert _good(hvplan("apply", "ours", "--yes", "--adopt")).exit == 0
    assert _good(hvplan("plan", "ours", "--detailed-exitcode")).out.splitlines()[-1].startswith("Nothing to do: ")


def test_what_to_type_next_works_as_it_stands(lab: Path) -> None:
    """Of a host in a hosts file nothing is written into the export, so the command that is named, below it and in its head, names that file too."""
    shutil.move(lab / "host.yaml", lab / "my hosts.yaml")
    said = _good(hvplan("export", "--hosts", "my hosts.yaml", "-o", "ours"))
    words = shlex.split(said.out.split("Next: hvplan ")[1])
    assert words == ["plan", "ours/hv07.yaml", "--hosts", "my hosts.yaml"]
    assert _good(hvplan(*words)).out.splitlines()[-1].startswith("Nothing to do: ")
    assert "#   hvplan plan ours/hv07.yaml --hosts 'my hosts.yaml': says" in (lab / "ours" / "hv07.yaml").read_text("utf-8")


def test_the_oddities_are_told(lab: Path) -> None:
    """Checkpoints, a saved machine, DVD drives, a lost disk, adapters of one name: each is a comment above its document, or in it."""
    text = _good(hvplan("export", "host.yaml")).out
    assert text.count("kind: VirtualMachine\n") == 37
    for words in ("it has 3 checkpoints (clean, with tools, half, way)", "it is saved", "it is paused", "its state is OffCritical"):
        assert words in text
    assert r"E:\SAN\lost-disk.vhdx" in text
    assert "match: {mac: '00-15-5D-07-01-02'}" in text
    assert "hvplan/v1 stack" not in text
    assert "hvplan's mark" in text


def test_never_over_what_is_there(lab: Path) -> None:
    """A file that is there might have been edited: it is kept, unless --force says otherwise."""
    _good(hvplan("export", "host.yaml", "-o", "all.yaml"))
    (lab / "all.yaml").write_text("# edited\n", "utf-8")
    assert hvplan("export", "host.yaml", "-o", "all.yaml").exit == 1
    assert (lab / "all.yaml").read_text("utf-8") == "# edited\n"
    _good(hvplan("export", "host.yaml", "-o", "all.yaml", "--force"))
    assert _good(hvplan("plan", "all.yaml")).exit == 0


def test_one_machine(lab: Path) -> None:
    """--vm takes one machine with the switches and golden images it needs; a name that no machine has is an error."""
    text = _good(hvplan("export", "host.yaml", "--vm", "web03")).out
    assert text.count("kind: VirtualMachine\n") == 1
    for words in ("name: web03", "name: lan", "name: ubuntu-22.04"):
        assert words in text
    assert "DMZ" not in text
    assert hvplan("export", "host.yaml", "--vm", "web99").exit == 1


def test_inspected_and_planned_without_the_host(lab: Path) -> None:
    """A pull request is reviewed against an inventory: the same empty plan, and no host is needed."""
    _good(hvplan("export", "host.yaml", "-o", "ours"))
    _good(hvplan("inspect", "ours", "-o", "inventory.yaml"))
    (lab / "host.world.yaml").unlink()
    assert _good(hvplan("plan", "ours", "--against", "inventory.yaml")).out.splitlines()[-1].startswith("Nothing to do: ")


def test_anonymised(lab: Path) -> None:
    """What can be sent to a stranger has the shape of the host and none of its names."""
    text = _good(hvplan("inspect", "host.yaml", "--anonymise")).out
    assert "anonymised: true" in text
    for word in ("web01", "sql", "Kasse", "golden", "DMZ", "HV07", "wiki"):
        assert word.lower() not in text.lower()
