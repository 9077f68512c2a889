"""The commands of PowerShell itself that run inside the simulator; all others go to the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from hvplan.simulator.powershell.commands import Commands, Make
from hvplan.simulator.powershell.get_command import GetCommand
from hvplan.simulator.powershell.null import Null
from hvplan.simulator.powershell.order import Measure, Sort
from hvplan.simulator.powershell.select import Select
from hvplan.simulator.powershell.where import Where


def _get_command(commands: Commands) -> Make:
    return partial(GetCommand, commands)


CORE: Mapping[str, Callable[[Commands], Make]] = {
    "Get-Command": _get_command,
    "Measure-Object": lambda _: Measure,
    "Out-Null": lambda _: Null,
    "Select-Object": lambda _: Select,
    "Sort-Object": lambda _: Sort,
    "Where-Object": lambda _: Where,
}
