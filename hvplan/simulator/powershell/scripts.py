"""Script texts that a session runs although it runs no script: constants, known by their hash, and the functions they become.

A restricted session takes no script text at all; there the same constants are functions of a module (truth 23).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.commands import Commands, Found
from hvplan.simulator.powershell.pipeline import collect
from hvplan.simulator.powershell.place import Session
from hvplan.simulator.powershell.restricted import function
from hvplan.simulator.powershell.stage import Host
from hvplan.simulator.values import List


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

    def call(self, name: str, *arguments: Argument) -> list[Any] | None:
        """What one command gives; None where an error ended its statement, which the script survives."""
        return collect(name, arguments, self.commands, self.session)

    def assign(self, variable: str, name: str, *arguments: Argument) -> Any:
        """`$variable = Name ...`: the value, which stays what it was where an error ended the statement."""
        output = self.call(name, *arguments)
        if output is not None:
            self.variables[variable] = _one_or_all(output)
        return self.variables.get(variable)


Script = Callable[[Mapping[str, Any], Scope], None]
"""What a constant script does with its parameters: calls commands as the script would. Raises Terminate."""

Scripts = Mapping[str, Script]
"""SHA-256 (hex) of the text's UTF-8 -> what it does."""

BOOT_ORDER = (
    "param($VMId,[string[]]$Device) $vm = Get-VM -Id $VMId -ErrorAction Stop; $all = @(Get-VMNetworkAdapter -VM $vm) + @(Get-VMHardDiskDrive -VM $vm); "
    "$order = foreach ($d in $Device) { $all | Where-Object { $_.Id -eq $d } }; Set-VMFirmware -VM $vm -BootOrder $order -ErrorAction Stop"
)


def digest(text: str) -> str:
    """The hash that a constant script is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def boot_order(given: Mapping[str, Any], scope: Scope) -> None:
    """Boot a VM's devices, named by their ids, in that order; ids that fit nothing are passed over."""
    stop = Argument("ErrorAction", "Stop")
    machine = scope.assign("vm", "Get-VM", Argument("Id", given.get("VMId")), stop)
    adapters = scope.call("Get-VMNetworkAdapter", Argument("VM", machine)) or []
    devices = [*adapters, *(scope.call("Get-VMHardDiskDrive", Argument("VM", machine)) or [])]
    wanted = given.get("Device")
    words = [psobject.text(word) for word in (wanted if isinstance(wanted, list | tuple) else () if wanted is None else (wanted,))]
    ids = [(psobject.text(psobject.get(device, "Id")).casefold(), device) for device in devices]
    order = [device for word in words for id, device in ids if id == word.casefold()]
    for value in scope.call("Set-VMFirmware", Argument("VM", machine), Argument("BootOrder", _one_or_all(order)), stop) or ():
        scope.emit(value)


def _one_or_all(items: Sequence[Any]) -> Any:
    """What an assignment keeps of a pipe's output: nothing, one object, or an array."""
    return None if not items else items[0] if len(items) == 1 else List(items)


SCRIPTS: Scripts = {digest(BOOT_ORDER): boot_order}


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
        self._script(self._bound, self._scope)

    def end(self) -> None:
        """Nothing was held back."""


def module_functions(commands: Commands) -> Mapping[str, Found]:
    """The functions of the Hvplan module, which may call any command of the host."""
    parameters = (("VMId", "System.Guid", True), ("Device", "System.String[]", True))
    return {"Set-HvplanBootOrder": function("Set-HvplanBootOrder", "Hvplan", parameters, FunctionBody(boot_order, commands))}
