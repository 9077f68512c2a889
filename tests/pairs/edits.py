"""What somebody does to a host behind our back, on the state that an apply has left."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any, Final

from hvplan.errors import ConfigurationError
from hvplan.model.rows import nest
from hvplan.simulator.world import SimulatedWorld
from tests.pairs.draws import Doc, Draws, merged
from tests.pairs.machines import ADAPTERS, NAMES
from tests.pairs.worlds import HAND

Edit = tuple[str, int, Any]
"""What somebody does, to which object (counted round), and how."""


def edits(draws: Draws) -> tuple[Edit, ...]:
    """What happens to a host behind our back: mostly nothing or a little."""
    made: list[Edit] = []
    for _ in range(draws.one((0, 1, 2, 3))):
        kind = draws.one(tuple(EDITS))
        made.append((kind, draws.one((0, 1, 2)), draws.one(_HOW.get(kind, (None,)))))
    return tuple(made)


_HOW: Final[Mapping[str, tuple[Any, ...]]] = {
    "row": tuple({key: value} for key, values in HAND.items() if key not in ("notes", "guest.shutdown") for value in values),
    "state": ("Off", "Running", "Saved", "Paused"),
    "rename": ("renamed by hand", *NAMES[:3]),
    "notes": ("first {}", "{} last", "{}\r\nsecond line", ""),
    "stack": ("stack=other ", "stack=lab%20 "),
    "copy": ("Copy of it", "web01"),
    "adapter": tuple({"name": name} for name in ("Extra", *ADAPTERS[:2])),
    "adapter changed": ({"name": "Renamed"}, {"switch": None}, {"vlan": 77}, {"mac": "00-15-5D-77-77-77"}),
    "drive moved": ("scsi 0:40", "scsi 0:7", "ide 1:1"),
    "switch": ({"name": "Renamed"}, {"type": "Private"}, {"notes": "by hand"}),
    "host": ({"virtualMachinePath": "D:\\Other"}, {"enhancedSessionMode": True}),
}


def _vm(world: Doc, which: int) -> Doc | None:
    return world["vms"][which % len(world["vms"])] if world.get("vms") else None


def _on_vm(change: Callable[[Doc, Any], None]) -> Callable[[Doc, int, Any], None]:
    def edit(world: Doc, which: int, how: Any) -> None:
        if (vm := _vm(world, which)) is not None:
            change(vm, how)

    return edit


def _row(vm: Doc, how: Any) -> None:
    found = merged(vm, nest(how))
    vm.clear()
    vm.update(found)


def _notes(vm: Doc, how: Any) -> None:
    vm["notes"] = how.replace("{}", vm.get("notes", ""))


def _stack(vm: Doc, how: Any) -> None:
    vm["notes"] = vm.get("notes", "").replace("stack=lab ", how)


def _checkpoint(vm: Doc, how: Any) -> None:
    """A checkpoint of a machine that has none."""
    known = vm.get("checkpoints", {})
    if isinstance(known, dict) and not known.get("items"):
        vm["checkpoints"] = {**known, "items": [{"name": "by hand", "created": "2026-01-01T02:00:00Z", "type": "Standard"}]}


def _devices(vm: Doc, kind: str) -> list[Doc]:
    found = vm.setdefault("devices", {}).setdefault(kind, [])
    assert isinstance(found, list)
    return found


def _adapter(vm: Doc, how: Any) -> None:
    """One more adapter, perhaps of a name that there is already."""
    cards = _devices(vm, "networkAdapters")
    cards.append({**how, "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{vm.get('id')} {len(cards)}"))})


def _adapter_changed(vm: Doc, how: Any) -> None:
    for card in _devices(vm, "networkAdapters")[:1]:
        card.update(how)
        if how.get("switch", "") is None:
            card.pop("switchId", None)


def _drive_moved(vm: Doc, how: Any) -> None:
    for drive in _devices(vm, "disks")[:1]:
        drive["slot"] = how


def _copied(world: Doc, which: int, how: Any) -> None:
    """An import or a replica: the notes came along, the id is another."""
    if (vm := _vm(world, which)) is not None:
        bare = {key: value for key, value in deepcopy(vm).items() if key not in ("id", "devices", "checkpoints", "parentCheckpoint", "firmware")}
        world["vms"].append({**bare, "name": how, "state": "Off"})


def _switch(world: Doc, which: int, how: Any) -> None:
    """Connected adapters follow a switch that is renamed."""
    if not world.get("switches"):
        return
    switch = world["switches"][which % len(world["switches"])]
    for vm in world["vms"] if "name" in how else ():
        for card in _devices(vm, "networkAdapters"):
            if card.get("switch") == switch["name"]:
                card["switch"] = how["name"]
    if how.get("type") == "Private":
        switch.pop("managementAdapters", None)
        switch.pop("netAdapters", None)
    switch.update(how)


def _switch_gone(world: Doc, which: int, how: Any) -> None:
    if world.get("switches"):
        gone = world["switches"].pop(which % len(world["switches"]))
        for vm in world["vms"]:
            for card in _devices(vm, "networkAdapters"):
                if gone["name"] == card.get("switch") or gone.get("id") == card.get("switchId"):
                    card.pop("switch", None)
                    card.pop("switchId", None)


def _gone(world: Doc, which: int, how: Any) -> None:
    if world.get("vms"):
        world["vms"].pop(which % len(world["vms"]))


def _file_gone(world: Doc, which: int, how: Any) -> None:
    """A file that nothing is built on, and to which nothing is attached."""
    used = str([world["vms"], [f.get("vhd", {}).get("parent") for f in world["files"]]])
    free = [f for f in world["files"] if "vhd" in f and repr(f["path"])[1:-1] not in used]
    if free:
        world["files"].remove(free[which % len(free)])


EDITS: Final[Mapping[str, Callable[[Doc, int, Any], None]]] = {
    "row": _on_vm(_row),
    "state": _on_vm(lambda vm, how: vm.update(state=how)),
    "notes": _on_vm(_notes),
    "adapter": _on_vm(_adapter),
    "adapter changed": _on_vm(_adapter_changed),
    "adapter gone": _on_vm(lambda vm, how: _devices(vm, "networkAdapters").clear()),
    "drive gone": _on_vm(lambda vm, how: _devices(vm, "disks").clear()),
    "drive moved": _on_vm(_drive_moved),
    "checkpoint": _on_vm(_checkpoint),
    "rename": _on_vm(lambda vm, how: vm.update(name=how)),
    "stack": _on_vm(_stack),
    "copy": _copied,
    "gone": _gone,
    "switch": _switch,
    "switch gone": _switch_gone,
    "file gone": _file_gone,
    "host": lambda world, which, how: world["host"]["settings"].update(how),
}


def edited(world: Doc, done: tuple[Edit, ...]) -> Doc:
    """The host after what somebody did to it; what no host can be (two drives in one slot) did not happen."""
    for kind, which, how in done:
        tried = deepcopy(world)
        EDITS[kind](tried, which, how)
        try:
            SimulatedWorld.from_mapping(tried).close()
        except ConfigurationError:
            continue
        world = tried
    return world
