"""The constant script that sets a boot order: known by its hash, and run as the real engine runs it."""

from __future__ import annotations

import json
import lzma
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hvplan.simulator.pipe import Argument, Command, Pipeline
from hvplan.simulator.powershell.notation import read
from hvplan.simulator.powershell.records import CATEGORIES
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.powershell.scripts import SCRIPTS, digest
from tests.simulator.powershell.asking import Asked, engine_path
from tests.simulator.powershell.boot_order_questions import ANSWERS, QUESTIONS, SCRIPT, WEB, texts
from tests.simulator.powershell.exchanges import RecordedWorld, run

RECORDED = Path(__file__).parents[2] / "recordings" / "boot_order.jsonl.xz"
Json = Any


def heard(answer: Mapping[str, Json]) -> Json:
    """What the engine said, without what differs between its own process and a client: the exception that carries an error."""
    thrown = answer.get("thrown")
    errors = [*answer["errors"], *([thrown["record"]] if thrown else [])]
    calls = [{key: one[key] for key in ("command", "set", "bound")} for one in answer["calls"]]
    told = [[one["id"], one["category"], one["activity"], one["targetName"], one["targetType"], one["message"]] for one in errors]
    outputs = [one["obj"] for one in answer["output"]]
    return json.loads(json.dumps({"calls": calls, "errors": told, "ended": thrown is not None, "warnings": answer.get("warnings", []), "output": outputs}))


def simulated(question: Mapping[str, Json]) -> Json:
    """What the simulator says to the same."""
    world = RecordedWorld(question["answers"])
    given = tuple(Argument(name, read(value, live=False)) for name, value in question["parameters"].items())
    messages = run(SimulatedPowerShell(world), Pipeline(((Command(question["script"], given, is_script=True),),)))
    errors = [record for kind, clixml in messages if (record := _record(kind, clixml)) is not None]
    return {
        "calls": world.calls,
        "errors": [_error(record) for record in errors],
        "ended": messages[-1][0] == "PIPELINE_STATE" and '<I32 N="PipelineState">5</I32>' in messages[-1][1],
        "warnings": [ET.fromstring(clixml).findtext("ToString") for kind, clixml in messages if kind == "WARNING_RECORD"],
        "output": [ET.fromstring(clixml).findtext("TN/T") for kind, clixml in messages if kind == "PIPELINE_OUTPUT"],
    }


def _record(kind: str, clixml: str) -> ET.Element | None:
    root = ET.fromstring(clixml) if clixml else None
    if root is None or kind not in ("ERROR_RECORD", "PIPELINE_STATE"):
        return None
    return root if kind == "ERROR_RECORD" else root.find("MS/Obj[@N='ExceptionAsErrorRecord']")


def _error(record: ET.Element) -> list[str]:
    said = {str(member.get("N")): member.text or "" for member in record.findall("MS/*")}
    names = ("FullyQualifiedErrorId", "ErrorCategory_Category", "ErrorCategory_Activity", "ErrorCategory_TargetName", "ErrorCategory_TargetType")
    id, category, *rest = (said.get(name, "") for name in names)
    return [id, CATEGORIES[int(category)], *rest, record.findtext("ToString") or ""]


def recorded() -> dict[str, Json]:
    """What the engine said to each question."""
    with lzma.open(RECORDED, "rt", encoding="utf-8") as file:
        return {line["name"]: line["heard"] for line in map(json.loads, file)}


def test_the_simulator_knows_the_products_script_by_its_hash() -> None:
    """The text that the product sends and the text that the simulator knows are the same bytes; nothing else runs."""
    assert list(SCRIPTS) == [digest(SCRIPT)]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_script_does_what_the_real_engine_did(name: str) -> None:
    """The same calls with the same values, the same errors and warnings, the same end."""
    assert simulated(QUESTIONS[name]) == recorded()[name]


def test_the_recordings_of_the_script_hold_on_the_engine() -> None:
    """What is recorded is what the engine still says to this text."""
    with Asked(engine_path()) as engine:
        answers = engine.ask(list(QUESTIONS.values()))
    assert {name: heard(answer) for name, answer in zip(QUESTIONS, answers, strict=True)} == recorded()


def test_nothing_of_an_earlier_call_shows() -> None:
    """Script text runs in the session's scope; this one clears what it uses, so a machine that is not found is not the one before."""
    world = RecordedWorld(ANSWERS)
    runspace = SimulatedPowerShell(world).open(1)
    command = Command(SCRIPT, (Argument("VMId", WEB), Argument("Device", read(texts("SCSI 0:1"), live=False))), is_script=True)
    outcomes: list[str] = []
    for answers in (ANSWERS, {**ANSWERS, "Get-VM": {}}):
        world.answers = answers
        runspace.run(Pipeline(((command,),)), lambda kind, clixml: outcomes.append(f"{kind} {clixml}"), threading.Event())
    assert re.findall(r'PIPELINE_STATE .*?"PipelineState">(\d)', "\n".join(outcomes)) == ["4", "5"]
    assert [call["command"] for call in world.calls].count("Set-VMFirmware") == 1


def test_another_text_does_not_run() -> None:
    """One character more and it is script text like any other."""
    world = RecordedWorld(ANSWERS)
    messages = run(SimulatedPowerShell(world), Pipeline(((Command(SCRIPT + " ", (), is_script=True),),)))
    assert "ScriptsNotAllowed" in messages[-1][1]
    assert world.calls == []


def _restricted(*arguments: Argument) -> tuple[list[str], str]:
    world = RecordedWorld(ANSWERS)
    configuration = {"type": "RestrictedRemoteServer", "modules": ["Hyper-V", "Hvplan"], "functions": ["Set-HvplanBootOrder"]}
    messages = run(SimulatedPowerShell(world, configuration=configuration), Pipeline(((Command("Set-HvplanBootOrder", arguments),),)))
    return [call["command"] for call in world.calls], messages[-1][1]


def test_a_restricted_session_has_it_as_a_function_with_typed_parameters() -> None:
    """It calls what the caller may not; its parameters convert and are wanted."""
    device = Argument("Device", read(texts("SCSI 0:1"), live=False))
    called, state = _restricted(Argument("VMId", WEB), device)
    assert (called[-1], 'N="PipelineState">4<' in state) == ("Set-VMFirmware", True)
    assert _restricted(Argument("VMId", "nope"), device)[0] == []
    assert "ParameterArgumentTransformationError,Set-HvplanBootOrder" in _restricted(Argument("VMId", "nope"), device)[1]
    assert "The virtual machine has no device SCSI 7:7." in _restricted(Argument("VMId", WEB), Argument("Device", "SCSI 7:7"))[1]
