"""The journal of a run: one line before and one after each step, in `.hvplan/run/` of the working folder.

For people who ask afterwards what ran. It is never read to decide anything and may be deleted at any time; it holds
step ids, addresses and outcomes, never a parameter.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import IO, Any

from hvplan.clock import Clock

Json = Any


class Journal:
    """A file that grows by flushed lines. Without a folder, or where it cannot be written, nothing is kept and `problem` says why."""

    def __init__(self, folder: Path | None, digest: str, clock: Clock) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._file: IO[bytes] | None = None
        self.problem = ""
        if folder is None:
            return
        name = f"{clock.now():%Y%m%dT%H%M%SZ}-{digest[:8]}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = open(folder / name, "ab")  # noqa: SIM115 - it stays open for the whole run
        except OSError as error:
            self.problem = f"no journal is kept: {folder / name} cannot be written ({error.strerror})"

    def line(self, event: str, **values: Json) -> None:
        """Write and flush one line."""
        with self._lock:
            if self._file is None:
                return
            written = {"time": f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}", "event": event, **values}
            try:
                self._file.write(json.dumps(written, ensure_ascii=True, separators=(",", ":")).encode() + b"\n")
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as error:
                self.problem, self._file = f"the journal ends early: {error.strerror}", None

    def close(self) -> None:
        """Close the file; safe to call twice."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
