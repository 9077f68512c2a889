"""No parameter is dropped in silence: every one of the catalogue is heeded by its command's handler, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hvplan.simulator.call import Answer, Call
from hvplan.simulator.powershell.catalogue import Cmdlet, Parameter, load_catalogue
from hvplan.simulator.world import SimulatedWorld
from hvplan.simulator.world.handlers import ASKING, HANDLERS
from hvplan.simulator.world.parameters import ENGINE, HEEDED, IDLE, WHERE
from tests.simulator.recorder import Recorder
from tests.simulator.world.parameters_given import COMPANIONS, TEXT, value

CATALOGUE = load_catalogue(None)


class Heeding(Recorder):
    """What a handler gets as bound parameters; going through all of them is not asking."""

    def items(self) -> Any:
        """The audit log and the locks of VMs look at everything, which is not heeding it."""
        return self._bound.items()


def call(host: SimulatedWorld, command: str, set: str, bound: Mapping[str, Any]) -> tuple[Answer, frozenset[str]]:
    """The answer to a call, and the parameters that its handler asked for."""
    recorder = Heeding(bound)
    return host.call(Call(command=command, set=set, bound=recorder)), frozenset(recorder.asked)


def members(cmdlet: Cmdlet, set: str) -> list[tuple[Parameter, bool]]:
    """The parameters of a set, and whether each is mandatory there."""
    found = []
    for parameter in cmdlet.parameters:
        entries = [entry for entry in parameter.entries if entry.in_all_sets or entry.set == set]
        if entries and parameter.name not in ENGINE:
            found.append((parameter, any(entry.mandatory for entry in entries)))
    return found


def test_the_table_names_real_parameters_of_exactly_the_commands_there_are() -> None:
    """No handler without a row, no row without a handler, no parameter that the catalogue does not have."""
    assert HEEDED.keys() == HANDLERS.keys()
    for command, names in HEEDED.items():
        cmdlet = CATALOGUE.find(command)
        assert cmdlet is not None
        assert names <= {parameter.name for parameter in cmdlet.parameters}, command
    for command, name in IDLE:
        assert name not in HEEDED[command]


@pytest.mark.parametrize("command", HANDLERS)
def test_every_parameter_is_heeded_or_refused(command: str) -> None:
    """In every set: the handler asks for it; or the call fails, names it, and changes nothing; or the table of idle ones says why not."""
    cmdlet = CATALOGUE.find(command)
    assert cmdlet is not None
    host = SimulatedWorld.from_text(TEXT)
    fresh, wrong = host.state.version, []
    for set in cmdlet.sets:
        for parameter, _ in members(cmdlet, set):
            if host.state.version != fresh:
                host = SimulatedWorld.from_text(TEXT)
            answer, asked = call(host, command, set, arguments(host, cmdlet, set, parameter.name))
            complaint = verdict(cmdlet, set, parameter.name, answer, asked) or (host.state.version != fresh and refused(answer) and "changed something")
            if complaint:
                wrong.append(f"{set} -{parameter.name}: {complaint}")
    assert wrong == []


def arguments(host: SimulatedWorld, cmdlet: Cmdlet, set: str, name: str) -> dict[str, Any]:
    """The mandatory parameters of a set, the one that is tried, and what it takes for a handler to come to it."""
    command, own = cmdlet.name, members(cmdlet, set)
    bound = {one.name: value(host, command, one) for one, mandatory in own if mandatory or one.name == name}
    targets = [one for one, _ in own if one.name in ("VMName", "Name") and one.name in HEEDED[command]]
    if targets and set.startswith(("VMName", "Name", "Switch")) and not bound.keys() & {"VMName", "Name", "VMSwitch"}:
        bound[targets[0].name] = value(host, command, targets[0])
    if command in ASKING and any(one.name == "Force" for one, _ in own):
        bound["Force"] = True
    if set == "ManagementOS":
        bound["ManagementOS"] = True
    return {**COMPANIONS.get((command, ""), {}), **COMPANIONS.get((command, set), {}), **bound, **COMPANIONS.get((command, name), {})}


def refused(answer: Answer) -> bool:
    """Whether the world said that it does not know something."""
    return any(error.id == "NotSimulated" for error in answer.errors)


def verdict(cmdlet: Cmdlet, set: str, name: str, answer: Answer, asked: frozenset[str]) -> str:
    """What is wrong with the answer to a call with that parameter; nothing if nothing is."""
    command = cmdlet.name
    fine = HEEDED[command] | WHERE | {one for known, one in IDLE if known == command}
    unknown = {one.name for one, mandatory in members(cmdlet, set) if (mandatory or one.name == name) and one.name not in fine}
    if unknown:
        said = [error.message for error in answer.errors if error.id == "NotSimulated"]
        return "" if len(answer.errors) == 1 and said and any(f"{command} -{one} " in said[0] for one in unknown) else f"not refused: {answer.errors}"
    if refused(answer):
        return f"refused: {answer.errors}"
    return "" if name in asked or name not in HEEDED[command] else f"not looked at: {answer.errors}"


def test_another_computer_is_not_reached() -> None:
    """This host under one of its names, or nothing."""
    host = SimulatedWorld.from_text(TEXT)
    for name in (".", "localhost", "hv01", "HV01.lab.example"):
        assert not call(host, "Get-VM", "Name", {"ComputerName": [name]})[0].errors
    (error,) = call(host, "Get-VM", "Name", {"ComputerName": ["HV02"]})[0].errors
    assert (error.id, error.category) == ("InvalidParameter", "InvalidArgument")
