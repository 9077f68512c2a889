"""The processes that this one started, as the system lists them."""

from __future__ import annotations

import os
import time
from pathlib import Path


def children(parent: int | None = None) -> list[int]:
    """The living programs called with `-s` whose parent is `parent` (this process), oldest first."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and alive(int(entry.name)):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                fields = _fields(int(entry.name))
            except OSError:
                continue
            if b"-s" in words and int(fields[1]) == (parent or os.getpid()):
                found.append((int(fields[19]), int(entry.name)))
    return [pid for _, pid in sorted(found)]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not.

    The first of many threads ends before the others do: the process runs until none of them is left.
    """
    try:
        return _fields(pid)[0] != "Z" or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except OSError:
        return False


def gone(pids: list[int], seconds: float = 30.0) -> bool:
    """Wait until none of them runs; False if one still does after `seconds`."""
    until = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _fields(pid: int) -> list[str]:
    """What stands behind the name in `/proc/PID/stat`: state, parent, ..."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace").rpartition(")")[2].split()
