"""The checkpoints of a VM in a world file.

A seed may say no more than a name and a time; then the VM is taken through the checkpoints in their order, as
Hyper-V would have done it: every checkpoint moves the disks on to AVHDX files. A state file gives each its whole
configuration (`config`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.world import nouns
from hvplan.simulator.world.avhdx import branch_disks
from hvplan.simulator.world.enums import words
from hvplan.simulator.world.nouns import VM, Checkpoint
from hvplan.simulator.world.reader import Node, Problems
from hvplan.simulator.world.seed_vm import dump_vm, load_settings_of_checkpoints, load_vm
from hvplan.simulator.world.shape import Field, Shape, boolean, choice, guid, moment, moment_text, text
from hvplan.simulator.world.state import State

_CHECKPOINT = Shape(
    "A checkpoint",
    {
        "name": Field("name", text),
        "id": Field("id", guid, str),
        "created": Field("created", moment, moment_text),
        "type": Field("type", choice(*words("SnapshotType"))),
        "automatic": Field("automatic", boolean),
        "memory": Field("memory", boolean),
    },
)


def load_with_checkpoints(node: Node, state: State, problems: Problems) -> VM | None:
    """A VM with its checkpoints."""
    vm = load_vm(node, state, problems)
    if vm is None:
        return None
    settings, items = load_settings_of_checkpoints(node.value.get("checkpoints"), problems)
    vm = replace(vm, **settings)
    made: list[Checkpoint] = []
    bare = False
    for item in items:
        given = _CHECKPOINT.load(item, problems, ("parent", "config"))
        if not given.get("name"):
            problems.add(item, "A checkpoint needs a name.")
            continue
        drawn = state.draw("checkpoint", f"{vm.id}/{given['name']}")
        given.setdefault("id", drawn)
        given.setdefault("created", nouns.EPOCH)
        given["parent"] = _parent(item, made, problems)
        config = item.value.get("config")
        if config is not None:
            inner = load_vm(config, state, problems, id=vm.id)
            if inner is not None:
                made.append(Checkpoint(vm=inner, **given))
            continue
        bare = True
        made.append(_taken(vm, given, made, state))
    if bare and made:
        last = made[-1]
        vm = replace(vm, parent=last.id, disks=branch_disks(state, last.vm, str(vm.id)))
    return replace(vm, checkpoints=tuple(made))


def _parent(node: Node, made: list[Checkpoint], problems: Problems) -> UUID | None:
    wanted = node.value.get("parent")
    if wanted is None:
        return made[-1].id if made and "config" not in node.value else None
    if wanted.value is None:
        return None
    found = [one.id for one in made if one.name.lower() == wanted.text.lower() or str(one.id) == wanted.text.lower()]
    if len(found) != 1:
        problems.add(wanted, f"No checkpoint above is called `{wanted.text}`, or more than one.")
        return None
    return found[0]


def _taken(vm: VM, given: dict[str, Any], made: list[Checkpoint], state: State) -> Checkpoint:
    """What Checkpoint-VM would have left: the configuration keeps the disks that were there, the next state writes to new ones."""
    parent = next((one for one in made if one.id == given["parent"]), None)
    disks = vm.disks if parent is None else branch_disks(state, parent.vm, str(given["id"]))
    return Checkpoint(vm=replace(vm, disks=disks, state="Off", parent=given["parent"], checkpoints=()), **given)


def dump_with_checkpoints(vm: VM, state: State) -> dict[str, Any]:
    """The mapping of a VM with its checkpoints."""
    made = dump_vm(vm, state)
    settings: dict[str, Any] = {}
    if vm.checkpoint_type != "Production":
        settings["type"] = vm.checkpoint_type
    if vm.automatic_checkpoints == state.release.server:
        settings["automatic"] = vm.automatic_checkpoints
    if vm.snapshot_path:
        settings["path"] = vm.snapshot_path
    items = [
        {
            **_CHECKPOINT.dump(one, Checkpoint(id=UUID(int=0), name="", created=nouns.EPOCH, vm=vm)),
            "parent": str(one.parent) if one.parent else None,
            "config": dump_vm(one.vm, state),
        }
        for one in vm.checkpoints
    ]
    if items:
        settings["items"] = items
    if settings:
        made["checkpoints"] = settings
    return made
