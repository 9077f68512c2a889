r"""Names that files of ours have beside a disk's own: `web01-os.hvplan.vhdx` for `web01-os.vhdx`. The extension stays: Hyper-V reads the format off it."""

from __future__ import annotations

import ntpath


def _beside(path: str, word: str) -> str:
    stem, extension = ntpath.splitext(path)
    return f"{stem}.{word}{extension}"


def unfinished(path: str) -> str:
    r"""The name under which a file is made before it gets its own: `D:\a\web.hvplan.vhdx`."""
    return _beside(path, "hvplan")


def unfinished_again(path: str) -> str:
    r"""The same while a drive stands on the first one, which is to be converted once more: `D:\a\web.hvplan.hvplan.vhdx`."""
    return unfinished(unfinished(path))


def kept(path: str) -> str:
    r"""The file as it was before a conversion: `D:\a\web.hvplan-before.vhdx`. Nobody removes it unasked."""
    return _beside(path, "hvplan-before")


def moving(path: str) -> str:
    r"""A file on its way from another folder: `D:\a\web.hvplan-move.vhdx`. It may be the only one there is, so it is no leftover."""
    return _beside(path, "hvplan-move")
