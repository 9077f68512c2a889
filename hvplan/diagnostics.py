"""What went wrong, where, and what to do: the one shape in which every room reports trouble."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the command; a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file: `line` and `column` count from 1, 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One message. `code` is stable (`unknown-key`); `summary` is a sentence; `detail` may quote user data; `hint` says what to do."""

    code: str
    summary: str
    detail: str = ""
    hint: str = ""
    place: Place | None = None
    severity: Severity = Severity.ERROR

    def at(self, place: Place | None) -> Diagnostic:
        """The same message at a place, unless it has one."""
        return self if self.place is not None or place is None else replace(self, place=place)

    def __str__(self) -> str:
        """What a terminal shows: `file:line:column: error: summary`, then detail and hint, indented."""
        head = f"{self.place}: " if self.place else ""
        lines = [f"{head}{self.severity}: {self.summary}"]
        lines += [f"    {line}" for line in self.detail.splitlines()]
        lines += [f"    hint: {line}" if first else f"          {line}" for first, line in _numbered(self.hint)]
        return "\n".join(lines)


def _numbered(text: str) -> list[tuple[bool, str]]:
    return [(index == 0, line) for index, line in enumerate(text.splitlines())]


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, without repeats: what a command shows."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda d: (d.place or Place(""), d.code, d.summary)))
