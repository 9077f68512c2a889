"""Script texts that a session runs although it runs no script: constants, known by their hash, and the functions they become.

A restricted session takes no script text at all; there the same constants are functions of a module (truth 23).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.binder import bind
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.boot_order import set_boot_order
from hvplan.simulator.powershell.commands import Commands, Found, for_function, not_bound
from hvplan.simulator.powershell.pipeline import collect
from hvplan.simulator.powershell.place import Session
from hvplan.simulator.powershell.psobject import type_name
from hvplan.simulator.powershell.records import ErrorRecord
from hvplan.simulator.powershell.restricted import function
from hvplan.simulator.powershell.stage import Host, Terminate
from hvplan.simulator.values import List

Parameters = Sequence[tuple[str, str]]
"""A script's parameters in order, each with its .NET type."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a script sees: the commands it may call, where its output goes, and the variables around it.

    Script text runs in the session's own scope, so what one pipeline assigned is still there in the next; a function
    has a scope of its own.
    """

    commands: Commands
    session: Session
    emit: Callable[[Any], None]
    variables: dict[str, Any] = field(default_factory=dict)

    def array(self, name: str, *arguments: Argument) -> list[Any]:
        """`@(Name ...)`: what one command gives, also before an error that ended its statement, which the script survives."""
        return self._collect(name, arguments)[0]

    def assign(self, variable: str, name: str, *arguments: Argument) -> Any:
        """`$variable = Name ...`: the value, which stays what it was where an error ended the statement."""
        output, ended = self._collect(name, arguments)
        if ended:
            self.variables[variable] = one_or_all(output)
        return self.variables.get(variable)

    def _collect(self, name: str, arguments: Sequence[Argument]) -> tuple[list[Any], bool]:
        stops = self.variables.get("ErrorActionPreference") == "Stop"
        return collect(name, arguments, self.commands, self.session, stops=stops)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A constant script: its parameters, and what it does with them (calls commands as the script would; raises Terminate)."""

    parameters: Parameters
    run: Callable[[Mapping[str, Any], Scope], None]

    def bind(self, arguments: Sequence[Argument]) -> Mapping[str, Any]:
        """The parameters that were given, converted; what fits none goes to `$args`, which no constant reads. Raises Terminate.

        A script has no common parameters and demands nothing; what does not convert fails in the parameter's own attribute.
        """
        found = function("", "", [(name, type, False) for name, type in self.parameters], _never)
        own = found.cmdlet.parameters[: len(self.parameters)]
        cmdlet = replace(found.cmdlet, parameters=own, by_name={one.name.lower(): one for one in own}, by_alias={})
        named = [one for one in arguments if one.name is not None and any(name.startswith(one.name.lower()) for name in cmdlet.by_name)]
        placed = [one for one in arguments if one.name is None][: max(0, len(own) - len(named))]
        try:
            return bind(cmdlet, for_function(replace(found, cmdlet=cmdlet), [*named, *placed]), expects_input=False).bound
        except BindingError as failure:
            raise Terminate(_not_bound(found, failure, named)) from None


def _not_bound(found: Found, failure: BindingError, named: Sequence[Argument]) -> ErrorRecord:
    """The error of a value that does not convert; of an argument too many it is the binder's own."""
    record = not_bound(found, failure)
    parameter = found.cmdlet.by_name.get((failure.parameter or "").lower())
    if parameter is None or failure.id not in ("ParameterBindingFailed", "CannotConvertArgument", "CannotConvertArgumentNoMessage"):
        return replace(record, id=record.id.removesuffix(","))
    value = next((one.value for one in named if parameter.name.lower().startswith((one.name or "").lower())), None)
    if value is None:
        why = f'Cannot convert null to type "{parameter.type}".'
    elif isinstance(value, list | tuple):
        why = f'Cannot convert the "{type_name(value)}" value of type "{type_name(value)}" to type "{parameter.type}".'
    else:
        why = record.message.partition("'. ")[2]
    return replace(
        record,
        id="ParameterArgumentTransformationError",
        category="InvalidData",
        message=f"Cannot process argument transformation on parameter '{parameter.name}'. {why}",
        exception="System.Management.Automation.ParameterBindingArgumentTransformationException",
    )


Scripts = Mapping[str, Script]
"""SHA-256 (hex) of the text's UTF-8 -> what it does; or a module function's name -> what it does."""

BOOT_ORDER = Script(parameters=(("VMId", "System.Guid"), ("Device", "System.String[]")), run=set_boot_order)

SCRIPTS: Scripts = {"5cd5a4fdd67fb84c6ae9d2f789cb5a52f029e502b188e5b0634f0f60b226ce9a": BOOT_ORDER}
"""The constants that an open session runs."""

FUNCTIONS: Scripts = {"Set-HvplanBootOrder": BOOT_ORDER}
"""The functions of the module `Hvplan`, for restricted sessions."""


def digest(text: str) -> str:
    """The hash that a constant script is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def one_or_all(items: Sequence[Any]) -> Any:
    """What an assignment keeps of a pipe's output: nothing, one object, or an array."""
    return None if not items else items[0] if len(items) == 1 else List(items)


def _never(bound: Mapping[str, Any], host: Host) -> Any:
    raise AssertionError("a script is bound, not made into a stage")


class FunctionBody:
    """A module's function that runs a constant when its arguments are bound."""

    def __init__(self, script: Script, commands: Commands) -> None:
        self._script = script
        self._commands = commands

    def __call__(self, bound: Mapping[str, Any], host: Host) -> _Run:
        """Make the stage of one call."""
        return _Run(self._script, self._commands, bound, host)


class _Run:
    def __init__(self, script: Script, commands: Commands, bound: Mapping[str, Any], host: Host) -> None:
        self._script = script
        self._bound = bound
        self._scope = Scope(commands, host.session, host.emit)

    def begin(self) -> None:
        """Nothing runs before the arguments are there."""

    def process(self, value: Any) -> None:
        """Run it."""
        del value
        self._script.run(self._bound, self._scope)

    def end(self) -> None:
        """Nothing was held back."""


def module_functions(commands: Commands, functions: Scripts) -> Mapping[str, Found]:
    """The functions of the Hvplan module, which may call any command of the host."""
    return {
        name: function(name, "Hvplan", [(parameter, type, True) for parameter, type in script.parameters], FunctionBody(script, commands))
        for name, script in functions.items()
    }
