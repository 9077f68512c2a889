"""Invocations for fuzzing the binder: every way to name, abbreviate, place, repeat and pipe arguments, over all cmdlets."""

from __future__ import annotations

from random import Random
from typing import Any

from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.declarations import Cmdlet, Parameter
from tests.simulator.powershell.fuzz_values import DATE, hostile, live, value_for, wanted

Json = Any
REAL = ("Microsoft.PowerShell.Core", "Microsoft.PowerShell.Utility")
"""Modules whose cmdlets the engine has for real: they do something else than tell what was bound; exchanges hold them."""
LACKING = (".GeneratedTypes.", ".FileSystemCmdletProviderEncoding", ".TestPathType")
"""Enums of CDXML cmdlets and of 5.1 alone: the engine's stand-ins have an empty class in their place, and refuse what Windows takes."""
OTHERWISE = (("Get-PnpDevice", "Status"), ("Test-Path", "NewerThan"), ("Test-Path", "OlderThan"))
"""Parameters whose stand-ins are declared otherwise: without their validation, or as any object."""
PREFERENCES = ("ErrorAction", "WarningAction", "InformationAction")
"""With an input, what becomes of an error is not the binder's: exchanges hold it."""
VARIABLES = ("OutVariable", "PipelineVariable", "ErrorVariable", "WarningVariable", "InformationVariable")


def cmdlets() -> list[Cmdlet]:
    """All cmdlets that are asked."""
    known = load_catalogue(None)
    found = [known.find(name) for name in known.names()]
    return [cmdlet for cmdlet in found if cmdlet is not None and cmdlet.module not in REAL]


def invocation(draw: Random, cmdlet: Cmdlet) -> Json:
    """One line in the notation of the recordings, without its verdict."""
    line: Json = {"kind": "fuzz", "statements": [[{"command": command_name(draw, cmdlet), "arguments": []}]]}
    piped = draw.random() < 0.3
    chosen = _chosen(draw, cmdlet, piped)
    arguments: list[Json] = []
    for parameter in chosen:
        arguments += _argument(draw, cmdlet, parameter)
    for _ in range(draw.choice((0, 0, 0, 0, 0, 1, 2))):
        arguments.insert(draw.randint(0, len(arguments)), [None, hostile(draw)])
    if draw.random() < 0.04:
        arguments.insert(draw.randint(0, len(arguments)), [draw.choice(("Nonsense", "V", "C", "-Name", "Name:", "*")), hostile(draw)])
    line["statements"][0][0]["arguments"] = arguments
    if piped:
        line["input"] = [_object(draw, cmdlet) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
    _without_sessions(draw, cmdlet, line)
    return line


def command_name(draw: Random, cmdlet: Cmdlet) -> str:
    """The cmdlet's name in any case, an alias, or qualified."""
    match draw.randrange(8):
        case 0 if cmdlet.aliases and cmdlet.module == "Hyper-V":
            return draw.choice(cmdlet.aliases)
        case 1:
            return cmdlet.name.upper()
        case 2 if cmdlet.module == "Hyper-V":
            return f"{cmdlet.module}\\{cmdlet.name}"
    return cmdlet.name


def _chosen(draw: Random, cmdlet: Cmdlet, piped: bool) -> list[Parameter]:
    """Mostly the parameters of one set: what is mandatory there and some more; now and then those of others."""
    own = [one for one in cmdlet.parameters if one.declared and (cmdlet.name, one.name) not in OTHERWISE and not any(word in one.type for word in LACKING)]
    if own and draw.random() < 0.25:
        return [draw.choice(own)]  # nothing in the way of its conversion
    chosen: list[Parameter] = []
    flag = 1 << draw.randrange(len(cmdlet.sets)) if cmdlet.sets else 0
    for parameter in own:
        entries = [entry for entry in parameter.entries if entry.flag == flag or entry.flag == 0]
        needed = any(entry.mandatory for entry in entries) and not (piped and any(entry.from_pipe for entry in entries))
        if entries and draw.random() < (0.93 if needed else min(0.35, 2.0 / len(own))):
            chosen.append(parameter)
    if own and draw.random() < 0.25:
        chosen.append(draw.choice(own))
    common = [one for one in cmdlet.parameters if not one.declared and not (piped and one.name in (*PREFERENCES, *VARIABLES))]
    if draw.random() < 0.25:
        chosen.append(draw.choice(common))
    draw.shuffle(chosen)
    return chosen


def _argument(draw: Random, cmdlet: Cmdlet, parameter: Parameter) -> list[Json]:
    if parameter.is_switch and draw.random() < 0.6:
        return [[parameter_name(draw, parameter)]]
    value = draw.choice(_FEW[parameter.name]) if parameter.name in _FEW else value_for(draw, parameter)
    attached = parameter.name in (*PREFERENCES, *VARIABLES) or parameter.type == DATE
    if any(entry.position is not None for entry in parameter.entries) and draw.random() < 0.35:
        return [[None, value]]
    if draw.random() < 0.08 and not attached:
        return [[parameter_name(draw, parameter)], [None, value]]
    if draw.random() < 0.02 and not attached:
        return [[parameter_name(draw, parameter)]]
    return [[parameter_name(draw, parameter), value]]


_PREFERENCE: tuple[Json, ...] = ("Continue", "SilentlyContinue", "sil", "Stop", "I", "Nothing", {"I32": 2}, {"I32": 9}, None, "")
_VARIABLE: tuple[Json, ...] = ("x", "+x", "global:x", "x:y", "", None, {"I32": 5}, {"list": ["x"]})
_FEW = {**dict.fromkeys(PREFERENCES, _PREFERENCE), **dict.fromkeys(VARIABLES, _VARIABLE)}
"""Not anything: a variable `true` cannot be written, and PowerShell 7 knows a preference `Break`; neither is the binder's affair."""


def parameter_name(draw: Random, parameter: Parameter) -> str:
    """Whole, in any case, a beginning, an alias, or with its dash; none that is a preference's alias, whose values are chosen."""
    name = _any_name(draw, parameter)
    return parameter.name if name.lstrip("-").lower() in ("ea", "wa", "infa") and parameter.name not in PREFERENCES else name


def _any_name(draw: Random, parameter: Parameter) -> str:
    name = draw.choice((parameter.name, *parameter.aliases)) if draw.random() < 0.15 else parameter.name
    least = 2 if parameter.name == "PipelineVariable" else 1  # `-P` may be ProgressAction in PowerShell 7, which 5.1 does not have
    match draw.randrange(10):
        case 0:
            return name.lower()
        case 1:
            return name.upper()
        case 2:
            return name[: draw.randint(least, len(name))]
        case 3:
            return name[: max(least, len(name) - draw.randint(1, 3))]
        case 4:
            return f"-{name}"
    return name


def _without_sessions(draw: Random, cmdlet: Cmdlet, line: Json) -> None:
    """Keep text from everything that could be a CimSession: the engine would connect, through a native library that it lacks and dies for."""
    sessions = [parameter for parameter in cmdlet.parameters if "CimSession" in parameter.type]
    words = [word.lower() for parameter in sessions for word in (parameter.name, *parameter.aliases)]
    placed = any(entry.position is not None for parameter in sessions for entry in parameter.entries)
    for argument in line["statements"][0][0]["arguments"]:
        name = str(argument[0] or "").lstrip("-").lower()
        if (name and any(word.startswith(name) for word in words)) or (placed and argument[0] is None and has_text(argument[1])):
            argument[1:] = [draw.choice((None, True))]
        if argument[0] and argument[0].startswith("-"):
            argument[0] = argument[0].lstrip("-") if argument[1:] == [None] else argument[0]  # a dash and null are a bare name
    if any(entry.by_value for parameter in sessions for entry in parameter.entries):
        line["input"] = [True if has_text(value) else value for value in line.get("input", ())] if "input" in line else []
        if not line["input"]:
            del line["input"]


def has_text(value: Json) -> bool:
    """Whether a value is text, a number (which becomes text on the way), or a list with some in it."""
    if isinstance(value, dict) and "list" in value:
        return any(has_text(item) for item in value["list"])
    return isinstance(value, str) or (isinstance(value, dict) and not value.keys() & {"obj", "psobject", "hash", "switch"})


def _object(draw: Random, cmdlet: Cmdlet) -> Json:
    """An object of the pipe: of a parameter's own type, with properties of parameters' names, or anything."""
    takers = [parameter for parameter in cmdlet.parameters if parameter.pipe_somewhere and "CimSession" not in parameter.type]
    by_value = [one for one in takers if any(entry.by_value for entry in one.entries)]
    by_name = [one for one in takers if any(entry.by_name for entry in one.entries)]
    match draw.randrange(5):
        case 0 | 1 if by_value:
            value = wanted(draw, draw.choice(by_value))
            return value["list"][0] if isinstance(value, dict) and value.get("list") and draw.random() < 0.8 else value
        case 2 if by_name:
            some = draw.sample(by_name, draw.randint(1, min(3, len(by_name))))
            return {"psobject": {_property(draw, one): value_for(draw, one) for one in some}}
        case 3:
            return live(draw, draw.choice(("VirtualMachine", "VMNetworkAdapter", "VMSwitch", "HardDiskDrive", "VMSnapshot")))
    return hostile(draw)


def _property(draw: Random, parameter: Parameter) -> str:
    name = draw.choice((parameter.name, *parameter.aliases))
    return name.lower() if draw.random() < 0.2 else name
