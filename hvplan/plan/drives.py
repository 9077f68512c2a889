"""Steps for a disk that stays: its file grows, it gets another slot, other limits of operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd
from hvplan.diff.changes import BEFORE, EXCHANGED, FieldChange, NewFile
from hvplan.model.devices import Disk, Slot
from hvplan.model.impact import When
from hvplan.model.live import LiveDrive
from hvplan.model.values import UNSET
from hvplan.plan.draft import Draft
from hvplan.plan.settings import after, before, calls
from hvplan.plan.slots import CONTROLLER_TYPE, phase_of, slot_needs, slot_thing

_PLAIN: Final = EXCHANGED | {"slot", "vhd.size", BEFORE}
_LEAST_SECONDS, _BYTES_PER_SECOND = 120, 20 << 20
"""The deadline of a growth: two minutes, or as long as 20 MiB a second take where the new part is written (a fixed file)."""


def choose(drive: LiveDrive) -> tuple[Cmd, ...]:
    """The pipe that chooses one drive of a machine: by its id, where it has one."""
    if drive.id:
        return Cmd("Get-VMHardDiskDrive"), build.where("Id", drive.id)
    slot = drive.slot
    where: dict[str, Argument] = {"ControllerType": CONTROLLER_TYPE[slot.kind], "ControllerNumber": slot.controller, "ControllerLocation": slot.location}
    return (Cmd("Get-VMHardDiskDrive", where),)


def drive_drafts(host: str, owner: str, head: Cmd, address: str, disk: Disk, drive: LiveDrive, fields: Sequence[FieldChange]) -> Iterator[Draft]:
    """The steps of one disk."""
    for field in fields:
        if field.path == "vhd.size":
            yield _grow(host, owner, address, disk.path, field)
    for call in calls(field for field in fields if field.path not in _PLAIN):
        yield Draft(
            host=host,
            address=address,
            owner=owner,
            kind="disk",
            action="set",
            invocation=build.write(head, *choose(drive), call.cmd),
            phase=phase_of(call.fields[0].line),
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(address, call.fields),
            verify=after(address, call.fields),
        )
    for field in fields:
        if field.path == "slot" and isinstance(disk.slot, Slot):
            yield _move(host, owner, head, address, disk.slot, drive, field)


def _grow(host: str, owner: str, address: str, path: str, field: FieldChange) -> Draft:
    """Resize-VHD of the file at its exact path."""
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="file",
        action="resize",
        invocation=build.write(Cmd("Resize-VHD", {"Path": path, "SizeBytes": field.after})),
        phase=phase_of(field.line),
        cause=("vhd.size",),
        impact=field.impact,
        expect=before(address, (field,)),
        verify=after(address, (field,)),
        timeout=max(_LEAST_SECONDS, (field.after - field.before) // _BYTES_PER_SECOND),
    )


def grow_copy(host: str, owner: str, address: str, file: NewFile, line: When) -> Draft:
    """Resize-VHD of a copy that is to be larger than its source, once it is attached: what a killed run leaves then grows by the ordinary difference."""
    size = file.vhd.size if file.vhd.size is not UNSET else file.grows_from
    return _grow(host, owner, address, file.vhd.path, FieldChange(path="vhd.size", before=file.grows_from, after=size, line=line))


def _move(host: str, owner: str, head: Cmd, address: str, slot: Slot, drive: LiveDrive, field: FieldChange) -> Draft:
    """Set-VMHardDiskDrive into another slot; the drive is another object from then on, because its id holds the slot."""
    where: dict[str, Argument] = {"ToControllerType": CONTROLLER_TYPE[slot.kind], "ToControllerNumber": slot.controller, "ToControllerLocation": slot.location}
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="disk",
        action="move",
        invocation=build.write(head, *choose(drive), Cmd("Set-VMHardDiskDrive", where)),
        phase=phase_of(field.line),
        cause=("slot",),
        impact=field.impact,
        expect=before(address, (field,)),
        verify=after(address, (field,)),
        gives=(slot_thing(owner, drive.slot),),
        uses=slot_needs(owner, slot),
    )
