"""Files by exact path, and the headers of VHDs down their chains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hvplan.cmdlets.build import select
from hvplan.cmdlets.invocation import Cmd
from hvplan.live.ask import ask
from hvplan.model.live import LiveFile, LiveVhd
from hvplan.model.values import Unknown, normal_path
from hvplan.remoting.session import ErrorRecord, Record, Session

DEEPEST: Final = 128
"""Levels of a chain that are followed; Hyper-V itself allows 50 checkpoints (behaviour 3.2)."""

_FILE: Final = ("FullName", "PSIsContainer", "Length")
_VHD: Final = ("Path", "VhdType", "Size", "FileSize", "BlockSize", "LogicalSectorSize", "PhysicalSectorSize", "ParentPath", "Attached")


def read_files(session: Session, paths: Iterable[str], *, host: str = "") -> Mapping[str, LiveFile | Unknown | None]:
    """By normal path: the file or folder, None where the host says that exactly this path is not there, else Unknown. One pipeline."""
    asked = {normal_path(path): path for path in paths}
    if not asked:
        return {}
    # Force: without it a hidden file would be reported as not there.
    statement = (Cmd("Get-Item", {"LiteralPath": tuple(asked.values()), "Force": True}), select(*_FILE))
    answer = ask(session, (statement,), what="files", host=host)
    found: dict[str, LiveFile | Unknown | None] = {}
    for record in answer.records:
        if (file := _live_file(record)) is not None:
            found[normal_path(file.path)] = file
    refused = {normal_path(error.target) for error in answer.errors if error.category != "ObjectNotFound"}
    for error in answer.errors:
        # Of a share that it may not see a session can say both: no right, and not there.
        if error.category == "ObjectNotFound" and (path := normal_path(error.target)) in asked and path not in refused:
            found.setdefault(path, None)
    why = _reasons(answer.errors)
    for path in asked:
        # A drive that is not there is told by its letter; that is not the same as a file that is not there.
        found.setdefault(path, Unknown(why.get(path) or why.get(path.partition(":")[0]) or answer.why or "the host said nothing about this path"))
    return {path: found[path] for path in asked}


def _live_file(record: Record) -> LiveFile | None:
    path, length, container = record.get("FullName"), record.get("Length"), record.get("PSIsContainer")
    if not isinstance(path, str):
        return None
    folder = container if isinstance(container, bool) else length is None
    return LiveFile(path=path, folder=folder, size=length if isinstance(length, int) and not folder else 0)


def read_vhds(session: Session, paths: Iterable[str], *, host: str = "") -> Mapping[str, LiveVhd | Unknown | None]:
    """By normal path: headers of these files and of all their parents; one pipeline for each level of the deepest chain, one for the files.

    A file that is certainly not there is None; one that is there and cannot be read is Unknown, and so is everything above it.
    """
    wanted = {normal_path(path): path for path in paths}
    files = read_files(session, wanted.values(), host=host)
    return chains(session, (path for key, path in wanted.items() if isinstance(files[key], LiveFile)), {k: _without(f) for k, f in files.items()}, host=host)


def _without(file: LiveFile | Unknown | None) -> Unknown | None:
    return file if file is None or isinstance(file, Unknown) else Unknown("its header was not read")


def chains(session: Session, paths: Iterable[str], known: Mapping[str, Unknown | None], *, host: str = "") -> Mapping[str, LiveVhd | Unknown | None]:
    """Headers of files that exist and of all their parents, level by level, added to what is `known` already."""
    found: dict[str, LiveVhd | Unknown | None] = dict(known)
    level = {normal_path(path): path for path in paths}
    seen: set[str] = set()
    for _ in range(DEEPEST):
        if not level:
            break
        seen |= level.keys()
        answered = _headers(session, level, host)
        found |= answered
        parents = (header.parent for header in answered.values() if isinstance(header, LiveVhd) and header.parent)
        level = {key: path for path in parents if (key := normal_path(path)) not in seen}
    return found


def _headers(session: Session, level: Mapping[str, str], host: str) -> dict[str, LiveVhd | Unknown]:
    statement = (Cmd("Get-VHD", {"Path": tuple(level.values())}), select(*_VHD))
    answer = ask(session, (statement,), what="VHD headers", host=host)
    found: dict[str, LiveVhd | Unknown] = {}
    for record in answer.records:
        try:
            header = _live_vhd(record)
        except (KeyError, TypeError, ValueError):
            continue
        found[normal_path(header.path)] = header
    why = _reasons(answer.errors)
    return {path: found.get(path) or Unknown(why.get(path) or answer.why or "the host returned no header") for path in level}


def _live_vhd(record: Record) -> LiveVhd:
    return LiveVhd(
        path=str(record["Path"]),
        type=str(record["VhdType"]),
        size=int(record["Size"]),
        file_size=int(record["FileSize"]),
        block_size=int(record["BlockSize"] or 0),
        logical_sector=int(record["LogicalSectorSize"] or 0),
        physical_sector=int(record["PhysicalSectorSize"] or 0),
        parent=str(record["ParentPath"] or ""),
        attached=record["Attached"] is True,
    )


def _reasons(errors: Iterable[ErrorRecord]) -> dict[str, str]:
    told = sorted((error for error in errors if error.target), key=lambda error: error.category != "ObjectNotFound")
    return {normal_path(error.target): f"{error.message} ({error.id})" for error in told}
