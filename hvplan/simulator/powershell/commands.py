"""Which command a name means: bare, by alias or by module (`Hyper-V\\Get-VM`), and what an unknown one gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.catalogue import Catalogue
from hvplan.simulator.powershell.declarations import Cmdlet
from hvplan.simulator.powershell.psobject import text
from hvplan.simulator.powershell.records import ErrorRecord
from hvplan.simulator.powershell.stage import Host, Stage, Terminate

Make = Callable[[Mapping[str, Any], Host], Stage]
_SMA = "System.Management.Automation."


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A command that a session can call.

    `name` is how errors speak of it, `binding_class` what its binding errors end in, `own_class` what its own
    end in. `make` makes the stage of a command of PowerShell itself; without it the world answers. `inner` is
    what a function around a cmdlet calls in turn (a restricted session, truth 19); `limits` are what such a
    function asks of its parameters beyond the cmdlet's own validation.
    """

    name: str
    cmdlet: Cmdlet
    binding_class: str
    own_class: str
    make: Make | None = None
    inner: Found | None = None
    limits: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)

    @property
    def command(self) -> str:
        """The cmdlet's canonical name, as the world knows it."""
        return self.cmdlet.name

    @property
    def is_function(self) -> bool:
        """Whether it is written in PowerShell: such parameters convert in an attribute of their own."""
        return self.cmdlet.kind in ("function", "script-function")


class Limit(Protocol):
    """What a parameter's value must be; raises BindingError."""

    def __call__(self, name: str, value: Any) -> None:
        """Check one value of the parameter of that name."""
        ...


class Commands(Protocol):
    """The commands of one session."""

    def find(self, typed: str) -> Found:
        """The command of that name; raises Terminate where there is none or the session must not see it."""
        ...

    def visible(self) -> Mapping[str, Found]:
        """Every command that can be called, by the name that errors use."""
        ...


class OpenCommands:
    """The commands of a session without restrictions: all that the host has."""

    def __init__(self, catalogue: Catalogue, core: Mapping[str, Callable[[Commands], Make]], seen: Commands | None = None) -> None:
        """`seen`: the commands that Get-Command tells of, where the session sees fewer."""
        self._catalogue = catalogue
        self._core = {name: make(seen or self) for name, make in core.items()}
        self._modules = {cmdlet.module.lower() for name in catalogue.names() if (cmdlet := catalogue.find(name)) is not None}

    def find(self, typed: str) -> Found:
        """See `Commands`."""
        cmdlet = self._catalogue.find(typed)
        module, _, bare = typed.rpartition("\\")
        if cmdlet is None or (module and bare.lower() != cmdlet.name.lower()):
            if module and not set("\\:").intersection(module) and module.lower() not in self._modules:  # with one of them it is a path
                message = f"The module '{module}' could not be loaded. For more information, run 'Import-Module {module}'."
                raise Terminate(not_found(typed, "CouldNotAutoLoadModule", message))
            raise Terminate(not_found(typed))
        return self.found(cmdlet)

    def found(self, cmdlet: Cmdlet) -> Found:
        """A cmdlet as this session calls it."""
        suffix = cmdlet.class_name if cmdlet.kind == "cmdlet" else cmdlet.name
        return Found(name=cmdlet.name, cmdlet=cmdlet, binding_class=suffix, own_class=suffix, make=self._core.get(cmdlet.name))

    def visible(self) -> Mapping[str, Found]:
        """See `Commands`."""
        return {name: self.found(cmdlet) for name in self._catalogue.names() if (cmdlet := self._catalogue.find(name)) is not None}


def not_found(name: str, id: str = "CommandNotFoundException", message: str = "") -> ErrorRecord:
    """The error of a command that is not there."""
    return ErrorRecord(
        id=id,
        category="ObjectNotFound",
        message=message
        or (
            f"The term '{name}' is not recognized as a name of a cmdlet, function, script file, or executable program.\n"
            "Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
        ),
        exception=_SMA + "CommandNotFoundException",
        target=name,
        thrown=True,
        bare=True,
        details={"CommandName": name},
    )


def for_function(found: Found, arguments: Sequence[Argument]) -> Sequence[Argument]:
    """Arguments as a function's parameters take them, which convert in an attribute of their own.

    Null to a switch is false there, though true for a cmdlet (truth 8); where one text is wanted a list becomes text, and null the empty one.
    """
    return [_for_function(found.cmdlet, argument) for argument in arguments]


def _for_function(cmdlet: Cmdlet, argument: Argument) -> Argument:
    if not argument.name or not argument.given:
        return argument
    word = argument.name.lower()
    exact = cmdlet.by_name.get(word) or cmdlet.by_alias.get(word)
    parameter = exact or next((known for known in cmdlet.parameters if known.name.lower().startswith(word)), None)
    if parameter is None or not parameter.declared:
        return argument
    if parameter.is_switch and argument.value is None:
        return Argument(argument.name, False)
    if parameter.type == "System.String" and (argument.value is None or isinstance(argument.value, list | tuple)):
        return Argument(argument.name, text(argument.value))
    return argument


def not_bound(found: Found, failure: BindingError, *, invocation: str = "", target: Any = None, piped: bool = False) -> ErrorRecord:
    """The error of a command that did not bind: on the command line, or for one object of the pipe."""
    parameter = found.cmdlet.by_name.get((failure.parameter or "").lower())
    transforms = found.is_function and failure.id.startswith("CannotConvertArgument") and parameter is not None and parameter.declared
    return ErrorRecord(
        id=f"{'ParameterArgumentTransformationError' if transforms else failure.id},{found.binding_class}",
        category="InvalidData" if transforms else failure.category,
        message=failure.message,
        exception=_SMA + "ParameterBindingArgumentTransformationException" if transforms else failure.exception,
        activity=found.name,
        invocation=invocation,
        target=target,
        piped=piped,
        thrown=not piped,
        bare=not piped,
        details={"ParameterName": failure.parameter, "ErrorId": failure.id},
    )
