"""The state file beside a seed: taken by one process at a time, and complete whenever it exists."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import HvplanError


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
        self._take()

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
        """Give the lock back."""
        if self._holder() == os.getpid():
            self._lock.unlink(missing_ok=True)

    def _take(self) -> None:
        for _ in range(20):
            mine = self._lock.with_name(f"{self._lock.name}.{os.getpid()}.{id(self)}")
            mine.write_text(f"{os.getpid()}\n", encoding="ascii")
            try:
                os.link(mine, self._lock)  # fails when it exists, and is never seen half written
                return
            except FileExistsError:
                holder = self._holder()
                if holder is not None and _alive(holder):
                    raise HvplanError(_busy(self.path, holder)) from None
                with contextlib.suppress(FileNotFoundError):  # its process is dead
                    self._lock.unlink()
            finally:
                mine.unlink(missing_ok=True)
        raise HvplanError(_busy(self.path, self._holder() or 0))

    def _holder(self) -> int | None:
        try:
            return int(self._lock.read_text(encoding="ascii").strip())
        except (FileNotFoundError, ValueError):
            return None


def _busy(path: Path, pid: int) -> Diagnostic:
    return Diagnostic(
        code="world-in-use",
        summary=f"The simulated world is in use by the process {pid}.",
        hint="Wait until it ends, or stop it; a process that no longer exists does not block.",
        place=Place(str(path)),
    )


def _alive(pid: int) -> bool:
    if os.name == "nt":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)  # type: ignore[attr-defined,unused-ignore]
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined,unused-ignore]
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
