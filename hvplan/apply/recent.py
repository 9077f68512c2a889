"""Reads that are a moment old: the re-read that ends one step is the precondition of the next one on the same object.

One writer per object keeps this true of our own run: what is kept of an object is forgotten when anything is sent to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

from hvplan.apply.reader import Reader
from hvplan.clock import Clock
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.values import Unknown

T = TypeVar("T")
AGE: Final = 1.0
"""Seconds after which an object is read again."""


class Recent:
    """A reader that keeps machines and switches for a moment. Safe to use from several threads."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader, self._clock, self._lock = reader, clock, threading.Lock()
        self._vms: dict[str, tuple[float, LiveVm | None]] = {}
        self._switches: dict[str, tuple[float, LiveSwitch | None]] = {}

    def forget(self, id: str | None) -> None:
        """Something was sent to that object, or it has to be looked at again; None forgets everything."""
        with self._lock:
            for kept in (self._vms, self._switches):
                if id is None:
                    kept.clear()
                else:
                    kept.pop(id.lower(), None)

    def _recent(self, kept: dict[str, tuple[float, T | None]], id: str, read: Callable[[str], T | Unknown | None]) -> T | Unknown | None:
        with self._lock:
            found = kept.get(id.lower())
        if found is not None and self._clock.monotonic() - found[0] < AGE:
            return found[1]
        began = self._clock.monotonic()
        value = read(id)
        if not isinstance(value, Unknown):
            with self._lock:
                kept[id.lower()] = (began, value)
        return value

    def whole(self) -> LiveHost:
        """Everything the plan's preconditions need."""
        return self._reader.whole()

    def identity(self) -> Identity:
        """Which host this is, as last read."""
        return self._reader.identity()

    def vm(self, id: str) -> LiveVm | Unknown | None:
        """One machine by id, at most a moment old."""
        return self._recent(self._vms, id, self._reader.vm)

    def vm_named(self, name: str) -> LiveVm | Unknown | None:
        """The one machine of that name."""
        return self._reader.vm_named(name)

    def switch(self, id: str) -> LiveSwitch | Unknown | None:
        """One switch by id, at most a moment old."""
        return self._recent(self._switches, id, self._reader.switch)

    def switch_named(self, name: str) -> LiveSwitch | Unknown | None:
        """The one switch of that name."""
        return self._reader.switch_named(name)

    def settings(self) -> HostSettings | Unknown:
        """The settings of the whole host."""
        return self._reader.settings()

    def files(self, paths: Sequence[str]) -> Mapping[str, LiveFile | Unknown | None]:
        """Files and folders by exact path."""
        return self._reader.files(paths)

    def vhds(self, paths: Sequence[str]) -> Mapping[str, LiveVhd | Unknown | None]:
        """VHD headers by exact path."""
        return self._reader.vhds(paths)
