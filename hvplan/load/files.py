"""PATHs to files: folders are walked in order, everything is read once, and what cannot be read says why."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hvplan.diagnostics import Diagnostic, Place
from hvplan.load.text import MAX_BYTES
from hvplan.load.tree import problem

ENDINGS: Final = (".yaml", ".yml")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """A file that was read: its path as given, and the SHA-256 of its bytes in hexadecimal."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A file to read. `named`: the user gave this very path (not a folder above it)."""

    path: str
    named: bool


def find(paths: Sequence[str], *, skip: str | None = None) -> tuple[tuple[Found, ...], tuple[Diagnostic, ...]]:
    """Every file of the PATHs, each once, in the order given and sorted within a folder; `skip` (the hosts file) is left out."""
    found: list[Found] = []
    wrong: list[Diagnostic] = []
    seen = {os.path.realpath(skip)} if skip else set()
    for path in paths:
        if os.path.isdir(path):
            for name in _walk(path):
                if (real := os.path.realpath(name)) not in seen:
                    seen.add(real)
                    found.append(Found(path=os.path.normpath(name), named=False))
        elif os.path.lexists(path):
            if (real := os.path.realpath(path)) not in seen:
                seen.add(real)
                found.append(Found(path=path, named=True))
        else:
            wrong.append(problem("path-missing", "There is no such file or folder.", Place(path), hint=_nearby(path)))
    return tuple(found), tuple(wrong)


def _walk(folder: str) -> Iterator[str]:
    visited: set[str] = set()
    for top, folders, names in os.walk(folder, followlinks=True):
        real = os.path.realpath(top)
        if real in visited:  # a symbolic link that leads back up, or to a folder already read
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(top, n) for n in sorted(names) if n.lower().endswith(ENDINGS) and not n.startswith("."))


def _nearby(path: str) -> str:
    import difflib

    try:
        names = os.listdir(os.path.dirname(path) or ".")
    except OSError:
        return f"the folder {os.path.dirname(path)} cannot be read either"
    close = difflib.get_close_matches(os.path.basename(path), names, 1)
    return f"did you mean {os.path.join(os.path.dirname(path), close[0])}" if close else ""


def contents(path: str) -> tuple[bytes, Diagnostic | None]:
    """The bytes of a file (at most one more than the limit), or why there are none."""
    try:
        with open(path, "rb") as stream:
            if stat.S_ISDIR(os.fstat(stream.fileno()).st_mode):
                return b"", problem("path-unreadable", "This is a folder, not a file.", Place(path))
            return stream.read(MAX_BYTES + 1), None
    except OSError as error:
        return b"", problem("path-unreadable", f"The file cannot be read: {error.strerror or type(error).__name__}.", Place(path))


def source(path: str, data: bytes) -> SourceFile:
    """The entry of a file in a plan's sources."""
    return SourceFile(path=path, sha256=hashlib.sha256(data).hexdigest())
