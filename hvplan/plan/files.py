"""Steps that make a VHD file: folders, a leftover out of the way, the file under a name of its own, then its real name."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import replace

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd
from hvplan.diff.changes import NewFile
from hvplan.document.plan import Expect
from hvplan.model.devices import Vhd
from hvplan.model.values import UNSET, normal_path
from hvplan.plan.draft import Draft

_COPY_SECONDS_FLOOR, _COPY_BYTES_PER_SECOND = 600, 20 << 20
"""The deadline of a copy: ten minutes, or as long as 20 MiB a second take."""


def file_drafts(host: str, address: str, owner: str, file: NewFile) -> Iterator[Draft]:
    """Everything up to a finished file at its path."""
    vhd, temp = file.vhd, file.temp
    for folder in file.folders:
        yield folder_draft(host, address, owner, folder)
    if file.leftover:
        yield leftover_draft(host, address, owner, temp)
    copied = bool(vhd.source_path)
    make = Cmd("Copy-Item", {"LiteralPath": vhd.source_path, "Destination": temp}) if copied else _new_vhd(vhd, temp)
    yield Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="copy" if copied else "create",
        invocation=build.write(make),
        cause=("vhd.path",),
        expect=(*stands(address, vhd.path, False), *(() if file.leftover else stands(address, temp, False))),
        verify=stands(address, temp, True),
        gives=(file_thing(temp),),
        uses=(folder_thing(ntpath.dirname(vhd.path)), file_thing(temp)),
        timeout=copy_timeout(file.bytes) if copied or vhd.type == "Fixed" else 120,
    )
    yield Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="rename",
        invocation=build.write(Cmd("Rename-Item", {"LiteralPath": temp, "NewName": ntpath.basename(vhd.path)})),
        cause=("vhd.path",),
        expect=stands(address, vhd.path, False),
        verify=(*stands(address, temp, False), *stands(address, vhd.path, True)),
        uses=(file_thing(temp),),
        gives=(file_thing(vhd.path),),
    )


def folder_draft(host: str, address: str, owner: str, folder: str) -> Draft:
    """A missing folder, inside the one above it."""
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="folder",
        action="create",
        invocation=build.write(Cmd("New-Item", {"ItemType": "Directory", "Path": ntpath.dirname(folder), "Name": ntpath.basename(folder)})),
        cause=("vhd.path",),
        expect=stands(address, folder, False),
        verify=stands(address, folder, True),
        gives=(folder_thing(folder),),
        uses=(folder_thing(ntpath.dirname(folder)),),
    )


def leftover_draft(host: str, address: str, owner: str, path: str) -> Draft:
    """What a cut-off run left under a name of ours, out of the way."""
    return replace(_gone(host, address, owner, path), kind="leftover", cause=("vhd.path",), gives=(file_thing(path),))


def delete_file(host: str, address: str, owner: str, path: str) -> Draft:
    """The file of a deleted machine, by its exact path."""
    return replace(_gone(host, address, owner, path), phase="", cause=("delete-disks",))


def _gone(host: str, address: str, owner: str, path: str) -> Draft:
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="delete",
        invocation=build.write(Cmd("Remove-Item", {"LiteralPath": path})),
        expect=stands(address, path, True),
        verify=stands(address, path, False),
        cause=(),
    )


def copy_timeout(size: int) -> int:
    """Seconds until our own deadline of a call that writes so many bytes."""
    return max(_COPY_SECONDS_FLOOR, size // _COPY_BYTES_PER_SECOND)


def _new_vhd(vhd: Vhd, temp: str) -> Cmd:
    """New-VHD: a differencing child, or a new disk of a size (dynamic unless `type` says Fixed)."""
    arguments: dict[str, Argument] = {"Path": temp}
    if vhd.parent_path:
        arguments |= {"ParentPath": vhd.parent_path, "Differencing": True}
    else:
        assert vhd.size is not UNSET
        arguments |= {"SizeBytes": vhd.size, "Fixed" if vhd.type == "Fixed" else "Dynamic": True}
    for name, value in (
        ("BlockSizeBytes", vhd.block_size),
        ("LogicalSectorSizeBytes", UNSET if vhd.parent_path else vhd.logical_sector),
        ("PhysicalSectorSizeBytes", vhd.physical_sector),
    ):
        if value is not UNSET:
            arguments[name] = value
    return Cmd("New-VHD", arguments)


def stands(address: str, path: str, there: bool) -> tuple[Expect, ...]:
    """A file or folder stands there, or none does."""
    return (Expect(address=address, path=f"file {path}", value=there),)


def folder_thing(path: str) -> str:
    """A folder, as what one step makes and another needs."""
    return f"folder {normal_path(path)}"


def file_thing(path: str) -> str:
    """A file, or its name once it is free."""
    return f"file {normal_path(path)}"
