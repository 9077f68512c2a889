"""The commands of PowerShell itself that run inside the simulator; all others go to the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hvplan.simulator.powershell.commands import Commands, Make
from hvplan.simulator.powershell.null import Null
from hvplan.simulator.powershell.select import Select
from hvplan.simulator.powershell.where import Where

CORE: Mapping[str, Callable[[Commands], Make]] = {
    "Select-Object": lambda _: Select,
    "Where-Object": lambda _: Where,
    "Out-Null": lambda _: Null,
}
