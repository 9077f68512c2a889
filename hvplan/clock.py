"""Time as an input: the only module that may read the clock, so a virtual one reaches every wait."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What every room gets instead of `time` and `datetime`."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow; for deadlines and durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock, started at another instant when `at` is given (`--at`), and then running on."""

    def __init__(self, at: datetime | None = None) -> None:
        self._offset = at - datetime.now(UTC) if at is not None else timedelta(0)

    def now(self) -> datetime:
        """The time of day, shifted as asked."""
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Seconds of the machine's monotonic clock."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        time.sleep(max(0.0, seconds))


class VirtualClock:
    """A clock that stands still until somebody sleeps; a ten-minute wait takes no time."""

    def __init__(self, start: datetime) -> None:
        self._start, self._passed = start, 0.0

    def now(self) -> datetime:
        """The start plus everything slept."""
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self._passed

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self._passed += max(0.0, seconds)
