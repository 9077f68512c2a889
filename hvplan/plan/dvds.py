"""Steps for DVD drives: in, out, and another medium, which every state of a machine takes (behaviour 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create, Delete, Update
from hvplan.document.plan import Expect
from hvplan.model.devices import Dvd, Slot
from hvplan.model.impact import Impact
from hvplan.model.live import LiveDrive
from hvplan.plan.draft import Draft
from hvplan.plan.slots import phase_of, slot_needs, slot_thing


def dvd_drafts(host: str, owner: str, head: Cmd, change: Change) -> Iterator[Draft]:
    """The steps of one DVD drive."""
    match change:
        case Create(want=Dvd(iso=iso), brought=True):
            if isinstance(iso, str):
                brought = Ref(address=owner, property="DVDDrives.0.Id")
                yield _medium(host, owner, head, change.address, (Cmd("Get-VMDvdDrive"), build.where("Id", brought)), None, iso, known=False)
        case Create(want=Dvd() as dvd, slot=Slot() as slot):
            yield _add(host, owner, head, change, dvd, slot)
        case Update(live=LiveDrive() as drive, fields=(field, *_)):
            yield _medium(host, owner, head, change.address, chosen(drive), field.before, field.after, known=True)
        case Delete(live=LiveDrive() as drive):
            yield _remove(host, owner, head, change, drive)
        case _:
            return


def chosen(drive: LiveDrive) -> tuple[Cmd, ...]:
    """The pipe that chooses one drive of a machine: by its id, where it has one."""
    if drive.id:
        return Cmd("Get-VMDvdDrive"), build.where("Id", drive.id)
    return (Cmd("Get-VMDvdDrive", {"ControllerNumber": drive.slot.controller, "ControllerLocation": drive.slot.location}),)


def _add(host: str, owner: str, head: Cmd, change: Create, dvd: Dvd, slot: Slot) -> Draft:
    arguments: dict[str, Argument] = {"ControllerNumber": slot.controller, "ControllerLocation": slot.location}
    verify = [Expect(address=change.address, path="exists", value=True)]
    if isinstance(dvd.iso, str):
        arguments["Path"] = dvd.iso
        verify.append(Expect(address=change.address, path="iso", value=dvd.iso))
    return Draft(
        host=host,
        address=change.address,
        owner=owner,
        kind="dvd",
        action="add",
        invocation=build.write(head, Cmd("Add-VMDvdDrive", arguments)),
        phase=phase_of(change.line),
        cause=("slot",) if "Path" not in arguments else ("slot", "iso"),
        impact=change.line.impact,
        expect=(Expect(address=change.address, path="exists", value=False),) if isinstance(head.parameters["Id"], str) else (),
        verify=tuple(verify),
        uses=slot_needs(owner, slot),
    )


def _medium(host: str, owner: str, head: Cmd, address: str, pipe: tuple[Cmd, ...], before: str | None, after: str | None, *, known: bool) -> Draft:
    """Set-VMDvdDrive -Path; a null path takes the medium out."""
    return Draft(
        host=host,
        address=address,
        owner=owner,
        kind="dvd",
        action="set",
        invocation=build.write(head, *pipe, Cmd("Set-VMDvdDrive", {"Path": after})),
        cause=("iso",),
        impact=Impact.ONLINE,
        expect=(Expect(address=address, path="iso", value=before),) if known else (),
        verify=(Expect(address=address, path="iso", value=after),),
    )


def _remove(host: str, owner: str, head: Cmd, change: Delete, drive: LiveDrive) -> Draft:
    """Remove-VMDvdDrive; the file stays."""
    return Draft(
        host=host,
        address=change.address,
        owner=owner,
        kind="dvd",
        action="remove",
        invocation=build.write(head, *chosen(drive), Cmd("Remove-VMDvdDrive")),
        phase=phase_of(change.line),
        cause=("absent",),
        impact=change.line.impact,
        expect=(Expect(address=change.address, path="exists", value=True),),
        verify=(Expect(address=change.address, path="exists", value=False),),
        gives=(slot_thing(owner, drive.slot),),
    )
