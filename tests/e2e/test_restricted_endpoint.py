"""An endpoint that takes no script text: the same case, the same end; the constant script is the function of that name there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.clock import SystemClock
from hvplan.cmdlets.table import SELECT, TABLE
from hvplan.document.plan import PlanDocument
from hvplan.live.read import read_host
from hvplan.live.wanted import wanted_of
from hvplan.load.loading import load
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.remoting.connection import Connection
from hvplan.remoting.psrp import PsrpSession
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.serve import start_world
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.lab import NOW

MODULES = ("Hyper-V", "Microsoft.PowerShell.Management", "CimCmdlets", "Storage", "NetAdapter", "NetTCPIP")
CASE = next(case for case in casebook.cases() if case.name == "boot-order")


def session_file(*functions: str) -> str:
    """A restricted session that shows every cmdlet of the table, and these functions."""
    cmdlets = [SELECT, *(name for name, cmdlet in TABLE.items() if name != SELECT and not cmdlet.script)]
    visible = f"    VisibleFunctions = {', '.join(repr(name) for name in functions)}\n" if functions else ""
    listed = ", ".join(f"'{name}'" for name in cmdlets)
    modules = ", ".join(f"'{name}'" for name in (*MODULES, *(("Hvplan",) if functions else ())))
    return f"@{{\n    SessionType = 'RestrictedRemoteServer'\n    ModulesToImport = {modules}\n    VisibleCmdlets = {listed}\n{visible}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the case, with the name of the endpoint in the connection."""
    for name in ("desired.yaml", "host.world.yaml"):
        text = (CASE.folder / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("{simulated: {world: host.world.yaml}}", "{address: localhost, configuration: hvplan}"), "utf-8")
    return tmp_path


def carried(folder: Path, *functions: str) -> tuple[PlanDocument, Any, dict[str, Any] | None, list[dict[str, Any]]]:
    """The plan at that endpoint, its result where it could be applied, the world afterwards and the calls."""
    (folder / "hvplan.pssc").write_text(session_file(*functions), "utf-8")
    audit, state = folder / "audit.jsonl", folder / "state.yaml"
    endpoint = start_world(
        folder / "host.world.yaml", configuration_file=folder / "hvplan.pssc", audit=audit, state=state, user="u", password="p", clock=VirtualClock(NOW)
    )
    connection = Connection(
        address=endpoint.host, port=endpoint.port, transport="http", auth="basic", username="u", password="p", configuration=endpoint.configuration or ""
    )
    session = PsrpSession(connection, SystemClock())
    try:
        desired = load([str(folder / "desired.yaml")]).desired.of("hv01")
        live = read_host(session, wanted_of(desired))
        host = desired.hosts[0]
        document = make_plan([HostInput(host=host, desired=desired, live=live)], stack=desired.stack, options=PlanOptions(), now=NOW, place=lambda *_: "")
        result = None
        if document.applyable:
            result = apply_plan(document, {"hv01": session}, clock=SystemClock(), options=Options(given=Given(allow_restart=("*",)), parallel=1))
    finally:
        session.close()
        endpoint.close()
    calls = [json.loads(line) for line in audit.read_text("utf-8").splitlines()]
    dump = SimulatedWorld.from_text(state.read_text("utf-8")).dump() if state.exists() else None
    return document, result, dump, calls


def test_the_function_does_what_the_script_does(folder: Path) -> None:
    """Every order of the case is written through the function, and the host then boots as declared."""
    document, result, dump, calls = carried(folder, "Set-HvplanBootOrder")
    assert document.refusals == ()
    assert result is not None
    assert {step.outcome for step in result.steps} == {"done"}, result
    assert sum(call["command"] == "Set-VMFirmware" and "BootOrder" in call["bound"] for call in calls) == 4
    assert dump is not None
    orders = {vm["name"]: vm["firmware"]["bootOrder"] for vm in dump["vms"]}
    assert orders["mover"] == ["scsi 0:3", "scsi 0:0"]
    assert orders["fresh"][:2] == ["scsi 0:1", "scsi 0:0"]
    assert orders["web"][0] == "scsi 0:0"


def test_without_the_function_the_plan_says_so(folder: Path) -> None:
    """Nothing is tried that the endpoint would refuse: who needs the function is refused by name, before anything is sent."""
    document, result, _, calls = carried(folder)
    codes = {(refusal.address, refusal.code) for refusal in document.refusals}
    assert codes == {(f"vm/{name}", "not-on-this-host") for name in ("fresh", "mover", "pxe", "web")}
    assert all("Set-HvplanBootOrder" in refusal.text for refusal in document.refusals)
    assert result is None
    assert casebook.writes(calls) == []


def test_a_connection_says_whether_it_is_restricted() -> None:
    """Only the endpoint of that name is the usual one, in any case."""
    usual = Connection(address="hv01")
    assert not usual.restricted
    assert not replace(usual, configuration="microsoft.powershell").restricted
    assert replace(usual, configuration="hvplan").restricted
