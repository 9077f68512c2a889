"""Steps that put another file in the place of a disk's: one after another in one order, so that a killed run finds its way (diff/ways)."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator, Sequence

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd
from hvplan.diff.changes import BEFORE, EXCHANGED, Act, Exchange, Update
from hvplan.document.plan import Expect
from hvplan.model.devices import Disk
from hvplan.model.impact import Impact
from hvplan.model.live import LiveDrive
from hvplan.model.values import same_path
from hvplan.plan.draft import ONLINE, Draft
from hvplan.plan.drives import choose
from hvplan.plan.files import copy_timeout, file_thing, folder_draft, folder_thing, leftover_draft, stands
from hvplan.plan.settings import after, before
from hvplan.plan.slots import phase_of

_MAKES = frozenset({"convert", "copy", "move"})


def exchange_drafts(host: str, owner: str, head: Cmd, change: Update, disk: Disk, drive: LiveDrive) -> Iterator[Draft]:
    """The acts of an exchange as steps. What no field asks for any more is left out."""
    exchange = change.exchange
    if exchange is None:
        return
    fields = [field for field in change.fields if field.path in EXCHANGED]
    wanted = [act for act in exchange.acts if (change.deletes if act.kind == "delete" else fields)]
    impact = max((field.impact for field in fields), default=Impact.ONLINE)
    phase = phase_of(fields[0].line) if fields else ONLINE
    cause = tuple(field.path for field in fields) or (BEFORE,)
    off = Expect(address=owner, path="state", value="Off")
    at, held, turn, last = str(drive.slot), exchange.held, 0, _last(wanted)
    for number, act in enumerate(wanted):
        if act.kind == "folder":
            yield folder_draft(host, change.address, owner, act.path)
            continue
        if act.kind == "leftover":
            yield leftover_draft(host, change.address, owner, act.path)
            continue
        expect, verify = list(_expected(change.address, act, held, at)), list(_shown(change.address, act, at))
        if turn == 0 and same_path(held, exchange.path) and fields:
            expect += before(change.address, fields)
        if number == last:
            verify += (Expect(address=change.address, path="slot", value=at), *after(change.address, fields))
        if fields and phase == ONLINE:
            expect.append(off)
        if act.kind == "attach":
            held = act.path
        yield Draft(
            host=host,
            address=change.address,
            owner=owner,
            kind="swap",
            action=act.kind,
            invocation=build.write(*_pipe(head, drive, act, exchange)),
            phase=phase,
            impact=Impact.DATA if act.kind == "delete" else impact,
            cause=(BEFORE,) if act.kind == "delete" else cause,
            expect=tuple(expect),
            verify=tuple(verify),
            gives=(_turn(change.address, turn + 1),),
            uses=(_turn(change.address, turn), *((folder_thing(ntpath.dirname(act.to)), file_thing(act.to)) if act.kind in _MAKES else ())),
            timeout=copy_timeout(max(exchange.copied, exchange.room)) if act.kind in _MAKES else 120,
            copies=exchange.copied if act.kind in ("convert", "copy") else 0,
        )
        turn += 1


def _last(acts: Sequence[Act]) -> int:
    """The place of the act after which the disk is as declared."""
    return max((number for number, act in enumerate(acts) if act.kind == "attach"), default=-1)


def _turn(address: str, number: int) -> str:
    return f"turn {number} of {address}"


def _pipe(head: Cmd, drive: LiveDrive, act: Act, exchange: Exchange) -> tuple[Cmd, ...]:
    match act.kind:
        case "attach":
            return (head, *choose(drive), Cmd("Set-VMHardDiskDrive", {"Path": act.path}))
        case "convert":
            arguments: dict[str, Argument] = {"Path": act.path, "DestinationPath": act.to, "VHDType": exchange.type}
            return (Cmd("Convert-VHD", arguments | ({"BlockSizeBytes": exchange.block_size} if exchange.block_size else {})),)
        case "copy":
            return (Cmd("Copy-Item", {"LiteralPath": act.path, "Destination": act.to}),)
        case "move":
            return (Cmd("Move-Item", {"LiteralPath": act.path, "Destination": act.to}),)
        case "rename":
            return (Cmd("Rename-Item", {"LiteralPath": act.path, "NewName": ntpath.basename(act.to)}),)
        case "delete" | "drop":
            return (Cmd("Remove-Item", {"LiteralPath": act.path}),)
        case _:
            raise ValueError(f"no step carries out {act.kind}")


def _expected(address: str, act: Act, held: str, at: str) -> Iterator[Expect]:
    """What an act finds: the file it works on, nothing in the place of the one it makes, and the drive where the act before left it."""
    yield from stands(address, act.path, True)
    if act.to:
        yield from stands(address, act.to, False)
    if act.kind != "delete":
        yield Expect(address=address, path=f"attached {held}", value=at)


def _shown(address: str, act: Act, at: str) -> Iterator[Expect]:
    if act.kind == "attach":
        yield Expect(address=address, path=f"attached {act.path}", value=at)
        return
    if act.kind not in ("convert", "copy"):
        yield from stands(address, act.path, False)
    if act.to:
        yield from stands(address, act.to, True)
