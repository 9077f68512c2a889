"""Script texts that a session runs although it runs no script: constants, known by their hash, and the functions they become.

A restricted session takes no script text at all; there the same constants are functions of a module (truth 23).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.commands import Commands, Found
from hvplan.simulator.powershell.pipeline import collect
from hvplan.simulator.powershell.place import Session
from hvplan.simulator.powershell.restricted import function
from hvplan.simulator.powershell.stage import Host
from hvplan.simulator.values import List

Script = Callable[[Mapping[str, Any], Commands, Session], None]
"""What a constant script does: calls commands as the script would. Raises Terminate."""

Scripts = Mapping[str, Script]
"""SHA-256 (hex) of the text's UTF-8 -> what it does."""

BOOT_ORDER = (
    "param($VMId,[string[]]$Device) $vm = Get-VM -Id $VMId -ErrorAction Stop; $all = @(Get-VMNetworkAdapter -VM $vm) + @(Get-VMHardDiskDrive -VM $vm); "
    "$order = foreach ($d in $Device) { $all | Where-Object { $_.Id -eq $d } }; Set-VMFirmware -VM $vm -BootOrder $order -ErrorAction Stop"
)


def digest(text: str) -> str:
    """The hash that a constant script is known by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def boot_order(given: Mapping[str, Any], commands: Commands, session: Session) -> None:
    """Boot a VM's devices, named by their ids, in that order; ids that fit nothing are passed over."""
    stop = Argument("ErrorAction", "Stop")

    def call(name: str, *arguments: Argument) -> list[Any]:
        return collect(name, arguments, commands, session)

    machines = call("Get-VM", Argument("Id", given.get("VMId")), stop)
    machine = _one_or_all(machines)
    devices = [*call("Get-VMNetworkAdapter", Argument("VM", machine)), *call("Get-VMHardDiskDrive", Argument("VM", machine))]
    wanted = given.get("Device")
    words = [psobject.text(word) for word in (wanted if isinstance(wanted, list | tuple) else () if wanted is None else (wanted,))]
    ids = [(psobject.text(psobject.get(device, "Id")).casefold(), device) for device in devices]
    order = [device for word in words for id, device in ids if id == word.casefold()]
    call("Set-VMFirmware", Argument("VM", machine), Argument("BootOrder", _one_or_all(order)), stop)


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
        self._work = (script, bound, commands, host.session)

    def begin(self) -> None:
        """Nothing runs before the arguments are there."""

    def process(self, value: Any) -> None:
        """Run it."""
        del value
        script, bound, commands, session = self._work
        script(bound, commands, session)

    def end(self) -> None:
        """Nothing was held back."""


def module_functions(commands: Commands) -> Mapping[str, Found]:
    """The functions of the Hvplan module, which may call any command of the host."""
    parameters = (("VMId", "System.Guid", True), ("Device", "System.String[]", True))
    return {"Set-HvplanBootOrder": function("Set-HvplanBootOrder", "Hvplan", parameters, FunctionBody(boot_order, commands))}
