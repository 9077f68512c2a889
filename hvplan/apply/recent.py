"""Reads that are a moment old: the re-read that ends one step is the precondition of the next one on the same object.

One writer per object keeps this true of our own run: what is kept of an object is forgotten when anything is sent to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from hvplan.apply.reader import Reader
from hvplan.clock import Clock
from hvplan.live.narrow import EVERYTHING
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.values import Unknown

T = TypeVar("T")
AGE: Final = 1.0
"""Seconds after which an object is read again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept(Generic[T]):
    """What was read, when (monotonic seconds), and what was asked for."""

    at: float
    asked: frozenset[str]
    value: T | None


class Recent:
    """A reader that keeps machines and switches for a moment. Safe to use from several threads."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader, self._clock, self._lock = reader, clock, threading.Lock()
        self._vms: dict[str, _Kept[LiveVm]] = {}
        self._switches: dict[str, _Kept[LiveSwitch]] = {}

    def forget(self, id: str | None) -> None:
        """Something was sent to that object, or it has to be looked at again; None forgets everything."""
        with self._lock:
            for kept in (self._vms, self._switches):
                if id is None:
                    kept.clear()
                else:
                    kept.pop(id.lower(), None)

    def _recent(self, kept: dict[str, _Kept[T]], id: str, asking: frozenset[str], read: Callable[[], T | Unknown | None]) -> T | Unknown | None:
        with self._lock:
            found = kept.get(id.lower())
        if found is not None and asking <= found.asked and self._clock.monotonic() - found.at < AGE:
            return found.value
        began = self._clock.monotonic()
        value = read()
        if not isinstance(value, Unknown):
            with self._lock:
                kept[id.lower()] = _Kept(at=began, asked=asking, value=value)
        return value

    def whole(self) -> LiveHost:
        """Everything the plan's preconditions need."""
        return self._reader.whole()

    def identity(self) -> Identity:
        """Which host this is, as last read."""
        return self._reader.identity()

    def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """One machine by id, at most a moment old, with at least what is asked for."""
        return self._recent(self._vms, id, asking, lambda: self._reader.vm(id, asking))

    def vm_named(self, name: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """The one machine of that name."""
        return self._reader.vm_named(name, asking)

    def switch(self, id: str) -> LiveSwitch | Unknown | None:
        """One switch by id, at most a moment old."""
        return self._recent(self._switches, id, frozenset(), lambda: self._reader.switch(id))

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
