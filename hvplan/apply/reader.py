"""How apply looks at a host: the whole before the first write, single objects by identity after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from hvplan.live.narrow import EVERYTHING
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.values import Unknown


class Reader(Protocol):
    """Reads of one host. What could not be read is Unknown, never absent; without the host at all, a read raises Unreadable."""

    def whole(self) -> LiveHost:
        """Everything the plan's preconditions need; raises HvplanError when the host cannot be read."""
        ...

    def identity(self) -> Identity:
        """Which host this is, as last read."""
        ...

    def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """One machine by id; parts that are not asked for are Unknown (`live.narrow`)."""
        ...

    def vm_named(self, name: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """The one machine of that name; Unknown when there are several."""
        ...

    def switch(self, id: str) -> LiveSwitch | Unknown | None:
        """One switch by id."""
        ...

    def switch_named(self, name: str) -> LiveSwitch | Unknown | None:
        """The one switch of that name; Unknown when there are several."""
        ...

    def settings(self) -> HostSettings | Unknown:
        """The settings of the whole host."""
        ...

    def files(self, paths: Sequence[str]) -> Mapping[str, LiveFile | Unknown | None]:
        """Files and folders by exact path; keys are `normal_path`s."""
        ...

    def vhds(self, paths: Sequence[str]) -> Mapping[str, LiveVhd | Unknown | None]:
        """VHD headers by exact path; keys are `normal_path`s."""
        ...
