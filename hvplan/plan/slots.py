"""Slots as steps speak of them: what frees one, what needs one, who does not get one, and whether a change waits for the power window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hvplan.diff.changes import Create, Finding, HostDiff, Update
from hvplan.model.address import owner
from hvplan.model.devices import Slot
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveDrive
from hvplan.plan.draft import OFFLINE, ONLINE

CONTROLLER_TYPE: Final[Mapping[str, str]] = {"scsi": "SCSI", "ide": "IDE", "pmem": "PMEM"}
"""Kind of slot -> Hyper-V's word for its controller (catalogue, ControllerType)."""


def phase_of(line: When) -> str:
    """In the power window, or not."""
    return OFFLINE if line.impact >= Impact.RESTART else ONLINE


def slot_thing(owner: str, slot: Slot) -> str:
    """The slot, as what one step gives up and another needs."""
    return f"slot {owner} {slot}"


def slot_needs(owner: str, slot: Slot) -> tuple[str, ...]:
    """What a drive in that slot waits for: the slot, and on SCSI its controller."""
    return (slot_thing(owner, slot), *((f"controller {owner} {slot.controller}",) if slot.kind == "scsi" else ()))


def kept_slots(diff: HostDiff, blocked: frozenset[str]) -> Iterator[Finding]:
    """Drives that were to get the slot of another one, which keeps it, because its change was refused."""
    held = {
        (owner(change.address), change.live.slot): change.address
        for change in diff.changes
        if change.address in blocked and not isinstance(change, Create) and isinstance(change.live, LiveDrive)
    }
    for change in diff.changes:
        if change.address in blocked or not isinstance(change, Create | Update) or change.slot is None:
            continue
        comes = isinstance(change, Create) or any(field.path == "slot" for field in change.fields)
        if comes and (other := held.get((owner(change.address), change.slot))):
            text = f"slot {change.slot} stays with {other}, because that change was refused."
            yield Finding(address=change.address, code="depends", text=text, path="slot", blocks=(change.address,))
