"""Printed lines and built invocations before the real PowerShell engine, where `HVPLAN_ENGINE` names one; otherwise not run."""

from __future__ import annotations

import json
import os
import random
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from hvplan.cmdlets.build import resolve, select, vm, write
from hvplan.cmdlets.invocation import Argument, Cmd, Invocation
from hvplan.cmdlets.printing import literal, powershell
from hvplan.cmdlets.shape import Parameter
from hvplan.cmdlets.table import TABLE
from tests.cmdlets.test_build import GOOD, ID

ENGINE = os.environ.get("HVPLAN_ENGINE", "")
pytestmark = pytest.mark.skipif(not ENGINE, reason="HVPLAN_ENGINE names no engine")
HOSTILE = "'\u2018\u2019\u201a\u201b\"\u201c\u201d\u201e`$(){};|&-%#@,\n\r\t\0 ab~\\[]*?<>\u2028\u202e\x1b"


def ask(questions: Sequence[Any]) -> list[Any]:
    """One question a line, one answer a line."""
    done = subprocess.run([ENGINE, "ask"], input="".join(json.dumps(q) + "\n" for q in questions), capture_output=True, text=True, check=True, timeout=200)
    return [json.loads(line) for line in done.stdout.splitlines()]


def values() -> list[str]:
    """Texts that look like something else to PowerShell; the seed is printed."""
    seed = random.randrange(1 << 30)  # noqa: S311 - test data
    print(f"seed {seed}")
    draw = random.Random(seed)  # noqa: S311 - test data
    return ["--%", "-Force", "-", "$x", "@a", "0x10", *("".join(draw.choice(HOSTILE) for _ in range(draw.randint(0, 9))) for _ in range(300))]


def test_printed_lines_are_read_back() -> None:
    """The real parser finds the same commands and parameter names, and the same text where it is a plain literal."""
    texts = values()
    lines = [powershell(write(vm(ID), Cmd("Set-VM", {"Notes": t, "AutomaticStartDelay": 5, "Passthru": True}), select("Id", "Name"))) for t in texts]
    for text, line, answer in zip(texts, lines, ask([{"parse": line} for line in lines]), strict=True):
        assert answer["errors"] == [], line
        (statement,) = answer["statements"]
        assert [command["cmd"] for command in statement] == ["Get-VM", "Set-VM", "Microsoft.PowerShell.Utility\\Select-Object"], line
        arguments = statement[1]["args"]
        assert [a["parameter"] for a in arguments if a.get("parameter")] == ["Notes", "AutomaticStartDelay", "Passthru", "Confirm"], line
        value = arguments[0]["value"] or arguments[1]["value"]
        assert value.get("safe", text) == text, line


def test_printed_texts_mean_what_they_were() -> None:
    """What the real engine binds to a parameter is the text, escapes and all."""
    texts = values()
    asked = [{"script": f"Set-VM -Name x -Notes:{literal(text)}"} for text in texts]
    for text, answer in zip(texts, ask(asked), strict=True):
        assert [call["bound"]["Notes"] for call in answer["calls"]] == [text]


def test_what_may_be_built_binds() -> None:
    """Every form of a write binds in the real engine, from its first command to its effect."""
    kinds = {
        cmdlet.name: cmdlet.output for cmdlet in TABLE.values() if cmdlet.output.startswith(("V", "HardDisk", "Dvd")) and cmdlet.output != "VirtualHardDisk"
    }
    answers = {
        name: {"objects": [{"obj": kind, "props": {"Id": ADAPTER} if kind in ("VMNetworkAdapter", "HardDiskDrive", "DvdDrive") else {}}]}
        for name, kind in kinds.items()
    }
    built = {name: resolve(write(*cmds), lambda ref: ID) for name, cmds in GOOD.items() if name not in NOT_HERE}
    for (name, invocation), answer in zip(built.items(), ask([{"statements": _json(i), "answers": answers} for i in built.values()]), strict=True):
        assert (answer["state"], answer["errors"]) == ("Completed", []), name
        effects = [cmd.cmdlet for cmd in invocation.statements[0] if TABLE[cmd.cmdlet].write]
        assert [call["command"] for call in answer["calls"] if call["command"] in effects] == effects, name


NOT_HERE = ("a folder", "an adapter that a step will make", "a boot order", "a boot order of what steps will make")
"""What binds only with more around it; constant scripts are run in test_printed."""
ADAPTER = "Microsoft:0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0\\11111111-2222-3333-4444-555555555555"


def _json(invocation: Invocation) -> list[list[dict[str, Any]]]:
    return [
        [{"cmd": cmd.cmdlet, "args": [[n, _value(TABLE[cmd.cmdlet].parameters[n], v)] for n, v in cmd.parameters.items()]} for cmd in statement]
        for statement in invocation.statements
    ]


def _value(parameter: Parameter, value: Argument) -> Any:
    if parameter.wire == "switch":
        return {"switch": value}
    if parameter.wire == "G":
        return {"G": value}
    if isinstance(value, tuple):
        return {"list": list(value)}
    return {parameter.wire: value} if isinstance(value, int) and not isinstance(value, bool) else value
