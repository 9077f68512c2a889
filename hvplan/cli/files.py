"""Files that a command was asked to write: whole or not at all, and what to do where one cannot be."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import ConfigurationError


def save(name: str, raw: bytes) -> None:
    """Write a file under a name beside it, then give it its own; what a link points to is written, and the link stays.

    A device or a pipe (`/dev/stdout`) is written as it stands. Raises ConfigurationError with what stands in the way.
    """
    target = Path(os.path.realpath(name))
    beside = target.with_name(f"{target.name}.part")
    try:
        if _special(name):
            Path(name).write_bytes(raw)
            return
        beside.write_bytes(raw)
        beside.replace(target)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise unwritable(name, error) from error


def _special(name: str) -> bool:
    """Is it there, and neither a file nor a folder."""
    return os.path.exists(name) and not os.path.isfile(name) and not os.path.isdir(name)


def must_be_writable(name: str | None) -> None:
    """A file that will be written after a long run or a change of a host: what would stop that is said before. Raises ConfigurationError."""
    if name is None:
        return
    folder = Path(os.path.realpath(name)).parent
    if not name or Path(name).is_dir():
        raise unwritable(name, IsADirectoryError())
    if _special(name):
        if not os.access(name, os.W_OK):
            raise unwritable(name, PermissionError())
    elif not folder.is_dir():
        raise unwritable(name, FileNotFoundError())
    elif not os.access(folder, os.W_OK):
        raise unwritable(name, PermissionError())


def unwritable(name: str, error: OSError) -> ConfigurationError:
    """The error of a file that could not be written."""
    folder = Path(name).parent
    if not name:
        why, hint = "it has no name", "name a file"
    elif Path(name).is_dir():
        why, hint = "it is a folder", "name a file in it"
    elif not folder.is_dir():
        why, hint = f"there is no folder {folder}", "make it, or choose another place"
    else:
        why, hint = error.strerror or "permission denied", "choose another place"
    return ConfigurationError(Diagnostic(code="file-unwritable", summary=f"cannot be written: {why}", place=Place(name), hint=hint))
