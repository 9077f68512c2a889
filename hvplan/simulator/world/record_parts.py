"""What every record of a component shares: its owner, its ids, its plain types."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from hvplan.simulator.values import List, Number, Obj
from hvplan.simulator.world.nouns import VM, Checkpoint
from hvplan.simulator.world.state import State

NO_ID = UUID(int=0)


def i64(value: int) -> Number:
    """An Int64."""
    return Number(value, "I64")


def u32(value: int) -> Number:
    """A UInt32."""
    return Number(value, "U32")


def u64(value: int) -> Number:
    """A UInt64."""
    return Number(value, "U64")


def texts(items: Iterable[str]) -> List:
    """A String[]."""
    return List(items, "System.String[]")


class Owner:
    """The VM, or the checkpoint, that a component belongs to."""

    __slots__ = ("base", "checkpoint", "prefix", "state", "vm")

    def __init__(self, vm: VM, state: State, checkpoint: Checkpoint | None = None) -> None:
        self.vm, self.state, self.checkpoint = vm, state, checkpoint
        self.prefix = f"Microsoft:{str(checkpoint.id if checkpoint else vm.id).upper()}"
        snapshot, name = (checkpoint.id, checkpoint.name) if checkpoint else (NO_ID, "")
        self.base: dict[str, Any] = {
            "VMId": vm.id, "VMName": vm.name, "VMSnapshotId": snapshot, "VMSnapshotName": name, "ComputerName": state.host.name,
            "VMCheckpointId": snapshot, "VMCheckpointName": name,
        }  # fmt: skip


def component(owner: Owner, type: str, name: str, id: str, **props: Any) -> Obj:
    """A component with its own properties and its owner's."""
    return Obj(type, {**owner.base, "Name": name, "Id": id, **props})
