"""Slots as steps speak of them: what frees one, what needs one, and whether a change waits for the power window."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.model.devices import Slot
from hvplan.model.impact import Impact, When
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
