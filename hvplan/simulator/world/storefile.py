"""The state file beside a seed: taken by one process at a time, and complete whenever it exists."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import HvplanError
from hvplan.simulator.clock import RealClock


def state_path(seed: Path) -> Path:
    """`.hvplan/<name>.state.yaml` beside the seed; `<name>` is the seed's file name without `.world.yaml`."""
    name = seed.name
    for ending in (".world.yaml", ".world.yml", ".yaml", ".yml"):
        if name.endswith(ending) and len(name) > len(ending):
            name = name[: -len(ending)]
            break
    return seed.parent / ".hvplan" / f"{name}.state.yaml"


class StoreFile:
    """One world's file and its lock. Raises `HvplanError` when another living process holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = path.with_name(path.name + ".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = self._take()

    def read(self) -> str | None:
        """The state's text; None when nothing was saved yet."""
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write(self, text: str) -> None:
        """Replace the file as a whole: whoever reads it, also after a crash, finds the old text or the new one."""
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name, suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def remove(self) -> None:
        """Forget what was saved."""
        self.path.unlink(missing_ok=True)

    def release(self) -> None:
        """Give the lock back; a second time does nothing."""
        if not self._handle.closed:
            self._handle.truncate(0)
            self._handle.close()

    def _take(self) -> BinaryIO:
        handle = self._lock.open("a+b")
        try:
            _hold(handle)
        except OSError:
            holder = _holder(handle)
            handle.close()
            raise HvplanError(_busy(self.path, holder)) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n".encode("ascii"))
        handle.flush()
        return handle


def _holder(handle: BinaryIO) -> str:
    """Who holds the file: one that has only just taken it writes its number in a moment."""
    clock = RealClock()
    for _ in range(20):
        handle.seek(0)
        line = handle.read(32)
        if line.endswith(b"\n"):
            return f"process {line.decode('ascii', 'replace').strip()}"
        clock.sleep(0.02)
    return "another process that has just begun or is about to end"


def _hold(handle: BinaryIO) -> None:
    """Lock the open file for this process; the system gives the lock back when the process ends, however it ends."""
    if os.name == "nt":
        import msvcrt

        handle.seek(1 << 20)  # beyond the number of the process, which others read
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        handle.seek(0)
        return
    import fcntl

    fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _busy(path: Path, holder: str) -> Diagnostic:
    return Diagnostic(
        code="world-in-use",
        summary=f"The simulated world is in use by {holder}.",
        hint="Wait until it ends, or stop it; a process that no longer exists does not block.",
        place=Place(str(path)),
    )
