"""Printed PowerShell is true: what a plan shows is what it sends.

Every step of every case, and texts that look like something else to PowerShell. Our own small reader reads every line;
where HVPLAN_ENGINE names a real engine, its parser reads them too, and the line is run there: the calls that come of it
must be those of the invocation.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hvplan.cmdlets import constants
from hvplan.cmdlets.build import from_json, references, resolve, select, vm, where, write
from hvplan.cmdlets.invocation import Cmd, Invocation, Ref, Text
from hvplan.cmdlets.printing import expression, powershell
from hvplan.cmdlets.table import SELECT, TABLE
from tests.cmdlets.reader import SWITCH, Command, Reader, Reference
from tests.simulator.powershell.asking import Asked, engine_path

TESTS = Path(__file__).parent.parent
ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
DEVICE = "Microsoft:0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0\\11111111-2222-3333-4444-5555555555AA"
HOSTILE = "'\u2018\u2019\u201a\u201b\"\u201c\u201d\u201e`$(){};|&-%#@,\n\r\t\0 ab~\\[]*?<>=:!\u2028\u202e\x1b\x85\u200b\ufeff😀0x1"
LOOKS_LIKE = (
    "--%",
    "-Force",
    "-",
    "--",
    "$x",
    "$(1)",
    "@a",
    "@(1)",
    "0x10",
    "1GB",
    "1",
    "-1",
    "1e3",
    "",
    " ",
    "$null",
    "$true",
    "{a}",
    "a;b",
    "#a",
    "<#",
    "%",
    "?",
)
COUNT = 2_000
LAN = Ref(address="vm/web01/networkAdapters/lan", property="Id")
ADAPTER = DEVICE.replace("5555555555AA", "5555555555BB")
ORDERS: tuple[tuple[str | Ref, ...], ...] = (("SCSI 0:0",), (LAN,), ("SCSI 0:0", "SCSI 3:63", LAN), (DEVICE, LAN, "SCSI 0:1", "SCSI 0:2"), (DEVICE,))

Json = Any


@dataclass(frozen=True, slots=True)
class Printed:
    """A line with the invocation that it stands for; `variables`: address -> variable."""

    name: str
    line: str
    invocation: Invocation
    variables: Mapping[str, str]

    @property
    def call(self) -> str:
        """The line without the functions of constant scripts that stand before it, which are those very constants."""
        names = [cmd.cmdlet for cmd in self.invocation.statements[0] if cmd.cmdlet in constants.FILES]
        head = "".join(constants.definition(name) + "\n" for name in names)
        assert self.line.startswith(head), self.name
        return self.line[len(head) :]

    @property
    def constant(self) -> str:
        """The script that the invocation is, `""` for cmdlets."""
        return constants.script_of(self.invocation.statements[0][0])


def of_cases() -> Iterator[Printed]:
    """Every step of every case; where a step's object is used later, its line begins with `$s3 = `."""
    for path in sorted((TESTS / "cases").glob("*/plan.json")):
        steps = json.loads(path.read_text("utf-8"))["steps"]
        variables: dict[tuple[str, str], str] = {}
        for step in steps:
            variable, assigned, line = step["powershell"].rpartition(f"${step['id']} = ")
            assert variable == ""
            if assigned:
                variables[step["host"], step["address"]] = f"${step['id']}"
            known = {address: name for (host, address), name in variables.items() if host == step["host"]}
            yield Printed(f"{path.parent.name} {step['id']}", line, from_json(step["invocation"]), known)


def texts() -> list[str]:
    """What was recorded of quoting, and as many again; the seed is printed."""
    seed = random.randrange(1 << 30)  # noqa: S311 - test data
    print(f"seed {seed}")
    draw = random.Random(seed)  # noqa: S311 - test data
    recorded = [json.loads(line)["value"] for line in gzip.decompress((TESTS / "recordings" / "quoting.jsonl.gz").read_bytes()).splitlines()]
    drawn = ["".join(draw.choice(HOSTILE) for _ in range(draw.randint(1, 12))) for _ in range(COUNT)]
    return [*recorded, *LOOKS_LIKE, *(draw.choice(LOOKS_LIKE) + text if draw.random() < 0.1 else text for text in drawn)]


def of_texts() -> Iterator[Printed]:
    """Those texts as notes, as part of notes with a reference, as what is looked for, and in a list."""
    made = Ref(address="vm/web01", property="Id", first=13)
    for index, text in enumerate(texts()):
        forms: tuple[tuple[Cmd, ...], ...] = (
            (vm(ID), Cmd("Set-VM", {"Notes": text, "AutomaticStartDelay": 5, "Passthru": True}), select("Id", "Name")),
            (vm(ID), Cmd("Set-VM", {"Notes": Text(parts=(text or " ", made, text[::-1] or " "))})),
            (vm(ID), Cmd("Get-VMNetworkAdapter"), where("Id", text or "x"), Cmd("Set-VMNetworkAdapter", {"DhcpGuard": "On"})),
        )
        if index < len(ORDERS):
            invocation = write(Cmd("Set-HvplanBootOrder", {"VMId": ID if index % 2 else Ref(address="vm/web01", property="Id"), "Device": ORDERS[index]}))
            variables = {"vm/web01": "$s3", LAN.address: "$s5"}
            yield Printed(repr(ORDERS[index]), powershell(invocation, variables=variables), invocation, variables)
        invocation = write(*forms[index % len(forms)])
        variables = {"vm/web01": "$s3"}
        yield Printed(repr(text), powershell(invocation, variables=variables), invocation, variables)


def expected(printed: Printed) -> list[Command]:
    """The invocation in the reader's words."""

    def value(cmd: Cmd, name: str, given: Any) -> Any:
        match given:
            case Ref():
                return Reference(expression(given, printed.variables))
            case Text():
                return tuple(part if isinstance(part, str) else Reference(expression(part, printed.variables)) for part in given.parts if part != "")
            case (one,) if cmd.cmdlet == SELECT:
                return one
            case tuple():
                return tuple(Reference(expression(item, printed.variables)) if isinstance(item, Ref) else item for item in given)
            case True if TABLE[cmd.cmdlet].parameters[name].wire == "switch":
                return SWITCH
        return given

    (statement,) = printed.invocation.statements
    return [(cmd.cmdlet, {name: value(cmd, name, given) for name, given in cmd.parameters.items()}) for cmd in statement]


@pytest.mark.parametrize("lines", [of_cases, of_texts])
def test_our_reader_finds_what_is_sent(lines: Any) -> None:
    """The same commands, parameters and values, each line in one piece and without anything hidden."""
    count = 0
    for printed in lines():
        count += 1
        assert Reader(printed.call).commands() == expected(printed), printed.name
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u2028\u202e\ufeff]", printed.call), printed.name
    print(f"{count} printed lines read back")
    assert count > 100


@pytest.mark.parametrize("lines", [of_cases, of_texts])
def test_the_real_parser_finds_what_is_sent(lines: Any) -> None:
    """The engine's own parser finds no error, the same commands, the same parameters, and the same constants."""
    path = engine_path()
    all_of_them = list(lines())
    with Asked(path) as engine:
        answers = engine.ask([{"parse": printed.line} for printed in all_of_them])
    for printed, answer in zip(all_of_them, answers, strict=True):
        assert answer["errors"] == [], printed.name
        *functions, statement = answer["statements"]
        assert functions == ([[{"other": "FunctionDefinitionAst"}]] if printed.constant else []), printed.name
        wanted = expected(printed)
        assert [command["cmd"] for command in statement] == [name for name, _ in wanted], printed.name
        for command, (_, parameters) in zip(statement, wanted, strict=True):
            _same(printed, list(command["args"]), parameters)
    print(f"{len(answers)} printed lines parsed")


def _same(printed: Printed, said: list[Json], parameters: Mapping[str, Any]) -> None:
    """One command's arguments as the parser gives them: a name, with its value glued to it or as the next; documents keep no order of them."""
    left = dict(parameters)
    while said:
        argument = said.pop(0)
        value = left.pop(argument["parameter"])
        if value is SWITCH:
            assert argument["value"] is None, printed.name
            continue
        found = argument["value"] or said.pop(0)["value"]
        if "safe" in found:
            assert _plain(found["safe"]) == value, printed.name
        else:
            assert Reader(found["expression"]).argument() == value, printed.name
    assert left == {}, printed.name


def _plain(value: Json) -> Any:
    match value:
        case {"list": [*items]}:
            return tuple(items)
        case dict():
            return int(next(iter(value.values())))
    return value


@pytest.mark.parametrize("lines", [of_cases, of_texts])
def test_the_printed_line_does_what_is_sent(lines: Any) -> None:
    """Run by the real engine, a line makes the calls that the invocation makes: the same cmdlets, sets and converted values."""
    path = engine_path()
    all_of_them = list(lines())
    questions: list[Json] = []
    for printed in all_of_them:
        found = {
            ref: ADAPTER if ref == LAN else DEVICE if "networkAdapters" in ref.address or "Adapters" in ref.property else ID
            for ref in references(printed.invocation)
        }
        sent = resolve(printed.invocation, lambda ref, found=found: _part(ref, found[ref]))  # type: ignore[misc]
        answers = _answers(sent)
        variables = {name: _object([ref for ref in found if printed.variables[ref.address] == name], found) for name in set(printed.variables.values())}
        used = sorted(name for name in variables if any(printed.variables[ref.address] == name for ref in found))
        script = f"param({', '.join(used)}) {printed.line}"
        questions.append({"script": script, "parameters": {name[1:]: variables[name] for name in used}, "answers": answers})
        questions.append({**_asked(printed, sent), "answers": answers})
    with Asked(path) as engine:
        said = engine.ask(questions)
    effects = 0
    for index, printed in enumerate(all_of_them):
        ran, sent_said = said[2 * index], said[2 * index + 1]
        assert (ran["state"], ran["errors"]) == ("Completed", []), printed.name
        assert (sent_said["state"], sent_said["errors"]) == ("Completed", []), printed.name
        assert ran["calls"] == sent_said["calls"], printed.name
        effects += any(TABLE[call["command"]].write for call in ran["calls"] if call["command"] in TABLE)
    print(f"{len(all_of_them)} printed lines run, {effects} of them with an effect")
    assert effects == len(all_of_them)


def _asked(printed: Printed, sent: Invocation) -> Json:
    """What is sent, for the engine: the pipe, or the constant script with its typed parameters."""
    if not printed.constant:
        return {"statements": _json(sent)}
    (cmd,) = sent.statements[0]
    return {"script": printed.constant, "parameters": {name: _value(cmd, name, given) for name, given in cmd.parameters.items()}}


def _part(ref: Ref, value: str) -> str:
    """What a reference means, by its own words: what stands behind the last of some characters, so many of it."""
    for character in ref.after:
        value = value.split(character)[-1].lower()
    return value[: ref.first] if ref.first else value


def _object(refs: list[Ref], found: Mapping[Ref, str]) -> Json:
    """What an earlier step gave back: an object with the properties that are asked of it."""
    notes: dict[str, Json] = {}
    for ref in refs:
        name, _, rest = ref.property.partition(".")
        value: Json = {"G": found[ref]} if found[ref] == ID else found[ref]
        if rest:
            place, _, inner = rest.partition(".")
            value = {"list": [{"psobject": {inner: value}}] * (int(place) + 1)}
        notes[name] = value
    return {"psobject": notes}


def _answers(sent: Invocation) -> Json:
    """Each cmdlet gives an object of its kind; the one before a Where-Object has what is looked for."""
    (statement,) = sent.statements
    answers: Json = {}
    if statement[0].cmdlet in constants.FILES:
        devices = statement[0].parameters["Device"]
        assert isinstance(devices, tuple)
        slots = [tuple(map(int, str(device).split(" ")[1].split(":"))) for device in devices if str(device).startswith("SCSI")]
        drives: list[Json] = [
            {
                "Id": f"drive {a}:{b}",
                "ControllerType": {"enum": "ControllerType", "v": "SCSI"},
                "ControllerNumber": {"I32": a},
                "ControllerLocation": {"I32": b},
            }
            for a, b in slots
        ]
        adapters: list[Json] = [{"Id": device} for device in devices if not str(device).startswith("SCSI")]
        kinds: dict[str, tuple[str, list[Json]]] = {"Get-VMHardDiskDrive": ("HardDiskDrive", drives[::2]), "Get-VMDvdDrive": ("DvdDrive", drives[1::2])}
        kinds |= {"Get-VMNetworkAdapter": ("VMNetworkAdapter", adapters), "Get-VM": ("VirtualMachine", [{}]), "Get-VMFirmware": ("VMFirmware", [{}])}
        return {name: {"objects": [{"obj": kind, "props": props} for props in objects]} for name, (kind, objects) in kinds.items()}
    for cmd, following in zip(statement, (*statement[1:], None), strict=True):
        kind = TABLE[cmd.cmdlet].output
        looked_for = following.parameters if following is not None and following.cmdlet == "Where-Object" else {}
        if kind.startswith(("VM", "VirtualMachine", "HardDisk", "Dvd")):
            props = {str(looked_for["Property"]): looked_for["Value"]} if looked_for else {}
            answers[cmd.cmdlet] = {"objects": [{"obj": kind, "props": props}]}
    return answers


def _json(invocation: Invocation) -> Json:
    return [
        [{"cmd": cmd.cmdlet, "args": [[name, _value(cmd, name, given)] for name, given in cmd.parameters.items()]} for cmd in statement]
        for statement in invocation.statements
    ]


def _value(cmd: Cmd, name: str, value: Any) -> Json:
    wire = TABLE[cmd.cmdlet].parameters[name].wire
    if wire == "switch":
        return {"switch": value}
    if wire == "G":
        return {"G": value}
    if isinstance(value, tuple):
        return {"list": list(value)}
    return {wire: value} if isinstance(value, int) and not isinstance(value, bool) else value
