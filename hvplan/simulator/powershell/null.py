"""Commands that do nothing: one that takes everything, and one that says it is not simulated."""

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


class NotSimulated(Null):
    """A command that is there, and whose call fails rather than give a wrong answer."""

    def __init__(self, name: str, bound: Mapping[str, Any], host: Host) -> None:
        super().__init__(bound, host)
        self._name = name
        self._host = host

    def begin(self) -> None:
        """Fail."""
        self._host.fail("NotSimulated", "NotImplemented", f"{self._name} is not simulated.", "PSNotSupportedException")
