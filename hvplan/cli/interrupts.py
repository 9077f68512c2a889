"""Ctrl-C while writes are under way: the first drains, the second leaves at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class Interrupts:
    """How often somebody asked to stop."""

    count: int = 0

    def asked(self) -> bool:
        """Shall nothing new be started."""
        return self.count > 0


@contextmanager
def draining(say: Callable[[str], None]) -> Iterator[Interrupts]:
    """Inside, Ctrl-C and SIGTERM ask the run to drain; another one raises KeyboardInterrupt. Only for the main thread."""
    interrupts = Interrupts()

    def asked(number: int, frame: FrameType | None) -> None:
        interrupts.count += 1
        if interrupts.count > 1:
            raise KeyboardInterrupt
        say("Stopping: running steps are waited for, nothing new is started. Once more leaves at once.")

    if threading.current_thread() is not threading.main_thread():  # signals reach the main thread alone
        yield interrupts
        return
    before = {number: signal.signal(number, asked) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
