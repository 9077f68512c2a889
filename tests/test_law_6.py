"""Law 6: the plan of an export is empty; and export, apply to an empty host of the same release, export again: the same."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.cli.exporting import Exported, exported
from hvplan.clock import VirtualClock
from hvplan.document.plan import PlanDocument
from hvplan.document.yaml_text import block
from hvplan.document.yaml_values import read_values
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted, wanted_of
from hvplan.load.loading import load
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.simulator.clock import VirtualClock as WorldClock
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.direct import DirectSession
from tests.lab import NOW

ROOT = Path(__file__).parent.parent
WORLDS = {
    f"{file.parent.parent.name}-{file.parent.name}": file for file in sorted([*casebook.CASES.glob("*/host.world.yaml"), *ROOT.glob("examples/*/*.world.yaml")])
}
EVERY = pytest.mark.parametrize("name", WORLDS)
HOST = Host(name="hv01", connection={"simulated": {"world": "host.world.yaml"}})


def _session(text: str) -> DirectSession:
    return DirectSession(SimulatedWorld.from_text(text, clock=WorldClock(NOW)))


def _read(session: DirectSession) -> LiveHost:
    return read_host(session, Wanted(host="hv01", every=True, network=True, media=True))


def _loaded(made: Exported, folder: Path) -> Desired:
    file = folder / "export.yaml"
    file.write_text(made.text, "utf-8", newline="\n")
    loaded = load([str(file)])
    assert [d for d in loaded.diagnostics if d.severity == "error"] == []
    return loaded.desired


def _plan(desired: Desired, session: DirectSession) -> PlanDocument:
    live = read_host(session, wanted_of(desired))
    return make_plan([HostInput(host=HOST, desired=desired, live=live)], stack=desired.stack, options=PlanOptions(), now=NOW, place=lambda *_: "")


def _empty(text: str, made: Exported) -> str:
    """The same host as nobody ever used it: no machines, switches or settings, but with the files that documents name and nobody makes: golden
    images with what these are built on, and media of DVD drives."""
    seed = read_values(SimulatedWorld.from_text(text).dump_text())[0]
    bodies = [one.body for one in made.objects if one.body]
    needed = {body["path"].lower() for body in bodies if body["kind"] == "VirtualDisk"}
    files = {file["path"].lower(): file for file in seed.get("files", ())}
    for path in list(needed):
        while parent := files.get(path, {}).get("vhd", {}).get("parent", "").lower():
            needed.add(parent)
            path = parent
    drives = [drive for body in bodies if body["kind"] == "VirtualMachine" for drive in body.get("devices", {}).get("dvds", {}).values()]
    needed |= {drive["iso"].lower() for drive in drives if drive.get("iso")}
    host = {key: value for key, value in seed["host"].items() if key not in ("cluster", "settings")}
    host["volumes"] = [{**volume, "free": volume["size"]} for volume in host.get("volumes", ())]
    kept = {
        "kind": "World",
        "host": host,
        "files": [file for path, file in files.items() if path in needed],
    }
    return "\n".join(block(kept)) + "\n"


@cache
def _exported(name: str) -> tuple[DirectSession, LiveHost, Exported]:
    session = _session(WORLDS[name].read_text("utf-8"))
    live = _read(session)
    return session, live, exported(HOST, live)


@EVERY
def test_the_plan_of_an_export_is_empty(name: str, tmp_path: Path) -> None:
    """Whatever the world: only reads are sent, the export loads, and its plan has no change, no step, no refusal, nothing deferred or adopted."""
    session, _, made = _exported(name)
    document = _plan(_loaded(made, tmp_path), session)
    assert (document.steps, document.refusals, document.deferred, document.consents) == ((), (), (), ())
    assert [change.address for change in document.resource_changes if change.changes] == []
    assert "Stack" not in {one.body["kind"] for one in made.objects if one.body}
    assert not any(invocation.write for invocation in session.sent)
    assert made.text.startswith("# yaml-language-server: $schema=")


@EVERY
def test_everything_is_declared_or_left_out_by_name(name: str) -> None:
    """Every machine and switch of the host stands in the export or is named in it with the reason, and every remark is in the text."""
    _, live, made = _exported(name)
    ids = {one.id for one in made.objects}
    assert {f"vm {vm.id}" for vm in live.vms} <= ids
    assert {f"switch {switch.id}" for switch in live.switches} <= ids
    assert all(one.remarks for one in made.left_out)
    words = " ".join(made.text.replace("\n# ", " ").split())
    for one in made.objects:
        for remark in one.remarks:
            assert " ".join(remark.split()) in words, remark


@EVERY
def test_an_export_made_anew_is_the_same_export(name: str, tmp_path: Path) -> None:
    """Apply the export to an empty host of the same release and export that: the same documents, and the same text where nothing was remarked on.

    Machines are excluded by one rule: those whose export says that it is partial (a file that is not there, two adapters
    of one name, a part that could not be read). Everything left out is not on the new host either. The new
    host is no cluster node, since nothing is made on one.
    """
    _, live, made = _exported(name)
    partial = {one.id for one in made.objects if one.partial}
    if partial:
        names = {vm.name for vm in live.vms if f"vm {vm.id}" not in partial}
        if not names:
            return
        made = exported(HOST, live, machines=names)
    new = _session(_empty(WORLDS[name].read_text("utf-8"), made))
    desired = _loaded(made, tmp_path)
    result = apply_plan(
        _plan(desired, new), {"hv01": new}, clock=VirtualClock(NOW), options=Options(given=Given(adopt=("host/*",), allow_management_change=("*",)), parallel=1)
    )
    assert result.exit_code == 0, (result, made.text)
    again = exported(HOST, _read(new))
    assert _documents(again) == _documents(made)
    if not any(one.remarks for one in made.objects):
        assert again.text == made.text


def _documents(made: Exported) -> dict[str, Any]:
    """By title: what is declared."""

    return {one.title: one.body for one in made.objects if one.body is not None}
