"""No parameter of PowerShell's own commands is dropped in silence: each is looked at, or refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import pytest

from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.commands import OpenCommands
from hvplan.simulator.powershell.core import CORE
from tests.simulator.recorder import Recorder

COMMANDS = OpenCommands(load_catalogue("2025"), CORE)
IDLE: Mapping[tuple[str, str], str] = {
    ("Get-Command", "All"): "there is one command of a name",
    ("Get-Command", "ListImported"): "every module is imported",
    ("Where-Object", "FilterScript"): "a script block arrives as text and does not bind (truth 23)",
}
"""What may be given and changes nothing, and why; the object of the pipe (`InputObject`) comes another way."""


class Refused(Exception):
    """The statement's end."""


class Place:
    """Where a command stands that is alone in its pipe."""

    session: Any = None

    def emit(self, value: Any) -> None:
        """Nobody listens."""

    def error(self, id: str, category: str, message: str, exception: str, target: Any = None, *, piped: bool = True, parameter: str | None = None) -> None:
        """Nobody listens."""

    def fail(self, id: str, category: str, message: str, exception: str) -> NoReturn:
        """The end."""
        raise Refused(id, message)

    def stop_upstream(self) -> NoReturn:
        """The end of the pipe."""
        raise Refused("enough", "")


@pytest.mark.parametrize("command", [name for name in CORE if name != "Out-Null"])
def test_every_parameter_is_looked_at_or_refused(command: str) -> None:
    """Given alone, it is asked for by the command or refused as `NotSimulated`."""
    cmdlet = load_catalogue("2025").find(command)
    assert cmdlet is not None
    dropped = []
    for parameter in cmdlet.parameters:
        if not parameter.declared or parameter.name == "InputObject" or (command, parameter.name) in IDLE:
            continue
        kind = parameter.type.rpartition(".")[2]
        value = {"SwitchParameter": True, "String[]": ("Name",), "Int32": 1, "Int32[]": (1,), "Object[]": ("Name",)}.get(kind, "Name")
        bound = Recorder({parameter.name: value})
        said = ""
        try:
            stage = CORE[command](COMMANDS)(bound, Place())
            stage.begin()
            stage.process(1)
            stage.end()
        except Refused as refused:
            said = f"{refused.args[0]} {refused.args[1]}"
        unheard = said.startswith("NotSimulated") and f"-{parameter.name} " not in said
        if unheard or parameter.name not in bound.asked:
            dropped.append(parameter.name)
    assert dropped == []
