"""The commands of PowerShell itself that run inside the simulator; all others go to the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hvplan.simulator.powershell.commands import Commands, Make
from hvplan.simulator.powershell.select import Select
from hvplan.simulator.powershell.stage import Host
from hvplan.simulator.powershell.where import Where


class Null:
    """Out-Null, Out-Default without a host to show it: takes everything, gives nothing."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        del bound, host

    def begin(self) -> None:
        """Nothing to prepare."""

    def process(self, value: Any) -> None:
        """Drop it."""

    def end(self) -> None:
        """Nothing was kept."""


CORE: Mapping[str, Callable[[Commands], Make]] = {
    "Select-Object": lambda _: Select,
    "Where-Object": lambda _: Where,
    "Out-Null": lambda _: Null,
}
