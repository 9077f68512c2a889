"""Steps that make a VHD file: folders, a leftover out of the way, the file under a name of its own, then its real name."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator

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
        yield Draft(
            host=host,
            address=address,
            owner=owner,
            kind="folder",
            action="create",
            invocation=build.write(Cmd("New-Item", {"ItemType": "Directory", "Path": ntpath.dirname(folder), "Name": ntpath.basename(folder)})),
            cause=("vhd.path",),
            expect=_is(address, folder, False),
            verify=_is(address, folder, True),
            gives=(folder_thing(folder),),
            uses=(folder_thing(ntpath.dirname(folder)),),
        )
    if file.leftover:
        yield Draft(
            host=host,
            address=address,
            owner=owner,
            kind="leftover",
            action="delete",
            invocation=build.write(Cmd("Remove-Item", {"LiteralPath": temp})),
            cause=("vhd.path",),
            expect=_is(address, temp, True),
            verify=_is(address, temp, False),
            gives=(_file(temp),),
        )
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
        expect=(*_is(address, vhd.path, False), *(() if file.leftover else _is(address, temp, False))),
        verify=_is(address, temp, True),
        gives=(_file(temp),),
        uses=(folder_thing(ntpath.dirname(vhd.path)), _file(temp)),
        timeout=max(_COPY_SECONDS_FLOOR, file.bytes // _COPY_BYTES_PER_SECOND) if copied or vhd.type == "Fixed" else 120,
    )
    yield Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="rename",
        invocation=build.write(Cmd("Rename-Item", {"LiteralPath": temp, "NewName": ntpath.basename(vhd.path)})),
        cause=("vhd.path",),
        expect=_is(address, vhd.path, False),
        verify=(*_is(address, temp, False), *_is(address, vhd.path, True)),
        uses=(_file(temp),),
        gives=(_file(vhd.path),),
    )


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


def delete_file(host: str, address: str, owner: str, path: str) -> Draft:
    """The file of a deleted machine, by its exact path."""
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="delete",
        invocation=build.write(Cmd("Remove-Item", {"LiteralPath": path})),
        phase="",
        cause=("delete-disks",),
        verify=_is(address, path, False),
        expect=_is(address, path, True),
    )


def _is(address: str, path: str, there: bool) -> tuple[Expect, ...]:
    return (Expect(address=address, path=f"file {path}", value=there),)


def folder_thing(path: str) -> str:
    """A folder as a thing that steps give and use."""
    return f"folder {normal_path(path)}"


def _file(path: str) -> str:
    return f"file {normal_path(path)}"
