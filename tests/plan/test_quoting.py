"""Every PowerShell line of a plan is read back as what would be sent, whatever stands in names and notes."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hvplan.cmdlets.table import SELECT, TABLE
from hvplan.document.plan import PlanDocument
from hvplan.model.objects import SwitchSettings
from hvplan.model.parts import General
from tests.plan.worlds import adapter, host, live_vm, mine, plan, switch, vm

RECORDED = Path(__file__).parent.parent / "recordings" / "quoting.jsonl.gz"
SINGLE, DOUBLE = "'‘’‚‛", '"“”„'
REFERENCE = "\ufffc"
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def literals(line: str) -> Iterator[str]:
    """The quoted texts of a line as PowerShell's rules read them; a reference inside one is REFERENCE."""
    at = 0
    while at < len(line):
        char = line[at]
        at += 1
        if char in SINGLE:
            at, text = _single(line, at)
            yield text
        elif char in DOUBLE:
            at, text = _double(line, at)
            yield text
        elif char == "{":  # a variable of another name than usual
            at = line.index("}", at)


def _single(line: str, at: int) -> tuple[int, str]:
    text = ""
    while True:
        if line[at] in SINGLE:
            if at + 1 == len(line) or line[at + 1] not in SINGLE:
                return at + 1, text
            at += 1
            text += line[at - 1]
        else:
            text += line[at]
        at += 1


def _double(line: str, at: int) -> tuple[int, str]:
    text = ""
    while line[at] not in DOUBLE:
        if line[at] == "`":
            text += ESCAPES.get(line[at + 1], line[at + 1])
            at += 2
        elif coded := re.compile(r"\$\(\[char\]0x([0-9A-F]+)\)").match(line, at):
            text += chr(int(coded[1], 16))
            at = coded.end()
        elif line.startswith("$(", at):
            depth, text = 1, text + REFERENCE
            at += 2
            while depth:
                depth += {"(": 1, ")": -1}.get(line[at], 0)
                at += 1
        else:
            assert line[at] != "$", f"a variable would be expanded in {line}"
            text += line[at]
            at += 1
    return at + 1, text


def sent(commands: tuple[Mapping[str, Any], ...]) -> Iterator[str]:
    """The texts of an invocation in the order in which they are printed; words of a fixed list stand bare."""
    for command in commands:
        known = TABLE[command["cmdlet"]].parameters
        for name, value in command["parameters"].items():
            if isinstance(value, Mapping) and "text" in value:
                yield "".join(part if isinstance(part, str) else REFERENCE for part in value["text"])
            elif isinstance(value, str) and not known[name].members:
                yield value
            elif isinstance(value, list) and command["cmdlet"] != SELECT:
                yield from value


def agree(document: PlanDocument) -> int:
    """Hold every line of a plan against what it would send; gives the number of texts."""
    count = 0
    for step in document.steps:
        texts = list(sent(tuple(step.invocation)))
        assert list(literals(step.powershell)) == texts, step.powershell
        assert not re.search(r"[\x00-\x1f\x7f]", step.powershell), "one step is one line, and hides nothing"
        count += len(texts)
    return count


def test_recorded_texts_as_names_and_notes_are_read_back(figure: Callable[[str], None]) -> None:
    """Each of the texts whose quoting the real parser has judged: as the name and notes of a machine, an adapter and a switch that are made, and as
    notes and a name that are changed."""
    values = [json.loads(line)["value"] for line in gzip.decompress(RECORDED.read_bytes()).decode("utf-8").splitlines()]
    texts = lines = 0
    for value in values:
        name = value or "web01"
        made = plan(
            host(),
            switch(name, settings=SwitchSettings(type="Private", notes=value)),
            vm(name, general=General(notes=value), network_adapters=(adapter(name, name),)),
        )
        changed = plan(host(live_vm("old", state="Running", marker=mine("old"), text="before")), vm("old", general=General(notes=value)))
        renamed = plan(host(live_vm("old", state="Running", marker=mine(name))), vm(name))
        for document in (made, changed, renamed):
            assert document.refusals == ()
            assert document.steps
            lines += len(document.steps)
            texts += agree(document)
        assert any(list(literals(step.powershell))[:1] == [name] for step in made.steps if step.invocation[0]["cmdlet"] == "New-VM")
        assert any(text.startswith(value) and "hvplan/v1 " in text for step in changed.steps for text in literals(step.powershell))
    figure(f"{len(values)} recorded texts as names and notes: {lines} lines of plans read back, {texts} texts in them")
    assert len(values) == 220
