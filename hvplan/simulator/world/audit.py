"""The audit log: one line for every bound call and every invocation that did not bind."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hvplan.simulator.values import Bag, List, Obj

_SECRET = ("credential", "password", "keyprotector", "secret")


class Audit:
    """Keeps the lines in memory and, where a path is given, appends them to a file at once."""

    def __init__(self, path: Path | None) -> None:
        self.lines: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8") if path is not None else None

    def note(self, time: datetime, session: int, pipeline: int, command: str, set: str, bound: Mapping[str, Any], outcome: str, error: str | None) -> None:
        """One line; `outcome` is `done`, `failed`, `warned` or `unbound`."""
        line = {
            "time": time.isoformat().replace("+00:00", "Z"), "session": session, "pipeline": pipeline, "command": command, "set": set,
            "bound": {key: "***" if key.lower() in _SECRET else plain(value) for key, value in bound.items()}, "outcome": outcome, "error": error,
        }  # fmt: skip
        with self._lock:
            self.lines.append(line)
            if self._file is not None:
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def plain(value: Any) -> Any:
    """A value as JSON: objects by type, id and name."""
    match value:
        case Obj():
            return {"type": value.type, "id": value.id, "name": value.name}
        case Bag():
            return {"bag": value.text}
        case List() | tuple() | list():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case bool() | int() | float() | None:
            return value
        case bytes():
            return f"{len(value)} bytes"
        case UUID() | _:
            return str(value)
