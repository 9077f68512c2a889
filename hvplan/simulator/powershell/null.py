"""The command that takes everything and gives nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hvplan.simulator.powershell.stage import Host


class Null:
    """Out-Null, and Out-Default where no host shows anything: takes everything, gives nothing."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        del bound, host

    def begin(self) -> None:
        """Nothing to prepare."""

    def process(self, value: Any) -> None:
        """Drop it."""

    def end(self) -> None:
        """Nothing was kept."""
