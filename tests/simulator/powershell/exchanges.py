"""Recorded exchanges of a real engine: read, run on the simulator, compare as simulator.md says."""

from __future__ import annotations

import gzip
import json
import lzma
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hvplan.simulator.call import Answer, Call, Error
from hvplan.simulator.pipe import Argument, Command, Pipeline, PowerShell
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.notation import read, write_bound

RECORDINGS = Path(__file__).parents[2] / "recordings"
Json = Any


def recorded() -> list[dict[str, Json]]:
    """All recorded exchanges."""
    lines = gzip.decompress((RECORDINGS / "scenarios.jsonl.gz").read_bytes()).decode().splitlines()
    return [json.loads(line) for line in lines]


def asked() -> list[dict[str, Json]]:
    """More exchanges of the same engine, asked with statements drawn at random; each carries its answers."""
    lines = lzma.decompress((RECORDINGS / "asked.jsonl.xz").read_bytes()).decode().splitlines()
    return [json.loads(line) for line in lines]


def recorded_answers() -> dict[str, Json]:
    """What the stand-in cmdlets answered, by the name that the exchanges give it."""
    content: dict[str, Json] = json.loads(gzip.decompress((RECORDINGS / "answers.json.gz").read_bytes()))
    return content


@dataclass(eq=False)
class RecordedWorld:
    """A world that gives a cmdlet's recorded answer whenever it is called, and keeps the calls."""

    answers: Mapping[str, Json]
    calls: list[dict[str, Json]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    release: str = "2025"

    def call(self, call: Call) -> Answer:
        """Note the call and answer it."""
        cmdlet = load_catalogue(None).find(call.command)
        assert cmdlet is not None
        self.calls.append({"command": call.command, "set": call.set, "bound": write_bound(cmdlet, call.bound)})
        answer = self.answers.get(call.command, {})
        return Answer(
            records=tuple(read(item, live=True) for item in answer.get("objects", ())),
            errors=tuple(Error(**{**error, "target": read(error.get("target"), live=True)}) for error in answer.get("errors", ())),
            warnings=tuple(answer.get("warnings", ())),
        )

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Keep what did not bind."""
        self.refused.append((command, error_id))


def arguments(given: list[Json]) -> tuple[Argument, ...]:
    """Arguments as the recordings write them: `[name, value]`, `[null, value]`, `[name]`."""
    return tuple(Argument(item[0], read(item[1], live=False)) if len(item) == 2 else Argument(item[0], None, given=False) for item in given)


def pipeline_of(exchange: Mapping[str, Json]) -> Pipeline:
    """What the client sent."""
    if exchange.get("script") is not None:
        parameters = tuple(Argument(name, read(value, live=False)) for name, value in (exchange.get("parameters") or {}).items())
        return Pipeline(((Command(exchange["script"], parameters, is_script=True),),))
    return Pipeline(tuple(tuple(Command(part["command"], arguments(part["arguments"])) for part in statement) for statement in exchange["statements"]))


def run(powershell: PowerShell, pipeline: Pipeline) -> list[tuple[str, str]]:
    """Run a pipeline in a new session; the messages in order."""
    messages: list[tuple[str, str]] = []
    powershell.open(1).run(pipeline, lambda kind, clixml: messages.append((kind, clixml)), threading.Event())
    return messages


def differences(expected: list[list[str]], got: list[tuple[str, str]]) -> Iterator[str]:
    """What a client would hear otherwise; nothing where the two agree."""
    kinds, others = [kind for kind, _ in expected], [kind for kind, _ in got]
    if kinds != others:
        yield f"messages {others} instead of {kinds}"
        return
    for place, ((kind, wanted), (_, given)) in enumerate(zip(expected, got, strict=True)):
        one, two = _facts(kind, wanted), _facts(kind, given)
        if not _same(one, two):
            yield f"message {place} {kind}: {two} instead of {one}"


def _facts(kind: str, clixml: str) -> Json:
    if not clixml:
        return ""
    root = ET.fromstring(clixml)
    match kind:
        case "PIPELINE_OUTPUT" | "WARNING_RECORD":
            return _tree(root)
        case "PIPELINE_STATE":
            error = root.find("MS/Obj[@N='ExceptionAsErrorRecord']")
            return (root.findtext("MS/I32[@N='PipelineState']"), None if error is None else _error(error, clixml))
        case "ERROR_RECORD":
            return _error(root, clixml)
    return None


def _error(record: ET.Element, clixml: str) -> tuple[str | None, ...]:
    named = ("FullyQualifiedErrorId", "ErrorCategory_Category", "ErrorCategory_Activity", "ErrorCategory_TargetName", "ErrorCategory_TargetType")
    values = tuple(next((child.text or "" for child in record.findall("MS/*") if child.get("N") == name), None) for name in named)
    return (*values, record.findtext("MS/Obj[@N='Exception']/TN/T"))


def _tree(element: ET.Element) -> Json:
    """Tag, name, content; the order inside Props and the value of CimSession are the stand-ins' own, and so is that a boot source is no component."""
    name = element.get("N")
    source = element.tag == "TN" and element.findtext("T", "").endswith(".VMBootSource")
    children = [_tree(child) for child in element if not (source and (child.text or "").endswith(".VMComponentObject"))]
    if element.tag == "Props":
        children.sort(key=lambda child: str(child[1]))
    if name == "CimSession":
        return ("CimSession", name, (), "*", [])
    attributes = tuple(sorted((key, value) for key, value in element.items() if key != "N" and key != "RefId"))
    return (element.tag, name, attributes, (element.text or "") if not children else "", children)


def _same(wanted: Json, given: Json) -> bool:
    if wanted == "*":
        return True
    if isinstance(wanted, list | tuple) and isinstance(given, list | tuple):
        return len(wanted) == len(given) and all(_same(one, two) for one, two in zip(wanted, given, strict=True))
    return bool(wanted == given)


def short(text: str) -> str:
    """A difference, cut to what a log can hold."""
    return re.sub(r"\s+", " ", text)[:1500]
