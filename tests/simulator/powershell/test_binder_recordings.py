"""Every recorded binding of the real engine, against our binder."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.binder import BindingError, Bound, bind, should_process
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.declarations import Cmdlet
from hvplan.simulator.powershell.notation import read, write_bound

RECORDINGS = Path(__file__).parents[2] / "recordings" / "binder.jsonl.xz"
EXPECTED = 8206
FROM_A_CLIENT = "-object-from-the-client"
PROMPT = "HostFunctionNotImplemented"

Json = Any


def replay(line: Mapping[str, Json]) -> dict[str, Json]:
    """What our binder makes of one recorded invocation, in the recording's own words."""
    invocation = line["statements"][0][0]
    cmdlet = load_catalogue(None).find(invocation["command"])
    assert cmdlet is not None, invocation["command"]
    live = not line["kind"].endswith(FROM_A_CLIENT)
    arguments = [Argument(name, read(value[0], live=live)) if value else Argument(name, None, given=False) for name, *value in invocation["arguments"]]
    objects = line.get("input")
    calls: list[Json] = []
    errors: list[Json] = []
    verdict: dict[str, Json] = {"calls": calls}
    try:
        binding = bind(cmdlet, arguments, expects_input=objects is not None)
        if objects is None:
            calls += call(cmdlet, binding.without_input())
        for item in objects or ():
            try:
                bound = binding.with_input(read(item, live=True))
            except BindingError as error:
                errors.append(failure(cmdlet, error))
            else:
                calls += call(cmdlet, bound)
    except BindingError as error:
        verdict["failed"] = failure(cmdlet, error)
    if errors:
        verdict["errors"] = errors
    return verdict


def call(cmdlet: Cmdlet, bound: Bound) -> list[Json]:
    """The call that reaches the command, none if ShouldProcess keeps it; raises what a refused prompt raises."""
    match should_process(cmdlet, bound.bound):
        case "prompt":
            raise BindingError(PROMPT, "nobody can answer", category="NotImplemented", exception=PROMPT)
        case "what if":
            return []
    return [{"command": cmdlet.name, "set": bound.set, "bound": write_bound(cmdlet, bound.bound)}]


def failure(cmdlet: Cmdlet, error: BindingError) -> dict[str, Json]:
    return {"id": f"{error.id},{cmdlet.class_name}", "category": error.category, "exception": error.exception}


def comparable(verdict: Mapping[str, Json]) -> Json:
    """A verdict without what is not compared: message texts, and how the host's refusal of a prompt is wrapped.

    Bound parameters are compared in order. The stand-ins cannot have `+` in a class name.
    """

    def error(one: Mapping[str, Json]) -> tuple[str, str, str]:
        return one["id"], one["category"], "" if one["id"].startswith(PROMPT) else one["exception"]

    calls = [
        (one["command"], one["set"], tuple((name, json.dumps(value).replace("RestartVM+", "RestartVM_")) for name, value in one["bound"].items()))
        for one in verdict["calls"]
    ]
    return calls, error(verdict["failed"]) if "failed" in verdict else None, [error(one) for one in verdict.get("errors", ())]


def test_every_recorded_binding_agrees(figure: Callable[[str], None]) -> None:
    """Bound set, names, order, converted values with their types, error id, category and exception: all as the real engine has them."""
    lines = [json.loads(line) for line in lzma.decompress(RECORDINGS.read_bytes()).splitlines()]
    differing: list[str] = []
    for line in lines:
        got, expected = replay(line), line["verdict"]
        if comparable(got) != comparable(expected):
            differing.append(
                f"{line['id']} {line['kind']}\n  sent     {line['statements'][0][0]} {line.get('input', '')}\n  expected {expected}\n  got      {got}"
            )
    figure(f"{len(lines) - len(differing)} recorded bindings agree")
    assert not differing, f"{len(differing)} of {len(lines)} recorded bindings differ, the first of them:\n" + "\n".join(differing[:5])
    assert len(lines) == EXPECTED
