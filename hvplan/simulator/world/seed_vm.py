"""A VM of a world file, read and written: the irregular parts (devices, memory, firmware, checkpoints)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.world import nouns, shapes, units
from hvplan.simulator.world.cultures import SERVICES
from hvplan.simulator.world.nouns import VM
from hvplan.simulator.world.reader import Node, Problems
from hvplan.simulator.world.seed_devices import dump_devices, load_devices
from hvplan.simulator.world.shape import boolean, choice, text
from hvplan.simulator.world.state import State

_WHOLE = "bootOrderIsWhole"
"""Says of a boot order that devices which it does not name are not in it; without it they follow in order of their slots."""
_EXTRA = ("memory", "firmware", "checkpoints", "integrationServices", "devices", "pending", "numa")


def load_vm(node: Node, state: State, problems: Problems, id: UUID | None = None, created: Any = None) -> VM | None:
    """The VM of a mapping; None when it could not be read (the mistakes are in `problems`)."""
    if not isinstance(node.value, dict):
        problems.add(node, "A VM must be a mapping.")
        return None
    given = shapes.VM.load(node, problems, _EXTRA)
    name = given.setdefault("name", "")
    if not 0 < len(name) <= 100:
        problems.add(node, "A VM needs a name of 1 to 100 characters.")
        return None
    given["id"] = identity = id or given.get("id") or state.draw("vm", name)
    given.setdefault("version", state.release.default_version)
    if given["version"] not in state.release.versions:
        problems.add(node.value["version"], f"Windows {state.host.release} cannot run configuration version {given['version']}.")
    generation = given.setdefault("generation", 2)
    given.setdefault("path", state.host.settings.vm_path)
    given["automatic_checkpoints"] = not state.release.server
    given.setdefault("guest", state.host.guest)
    given.setdefault("created", created or nouns.EPOCH)
    if (security := given.get("security")) is not None and security.tpm and not security.key_protector:
        given["security"] = replace(security, key_protector="Local")  # a TPM has one, though the words of a world need not say so
    given["processor"] = _processor(node.value.get("processor"), problems)
    given["memory"] = _memory(node.value.get("memory"), problems)
    given["services"] = _services(node.value.get("integrationServices"), problems)
    if "pending" in node.value:
        given["pending"] = nouns.Pending(**shapes.PENDING.load(node.value["pending"], problems))
    devices, labels = load_devices(node.value.get("devices"), state, problems, identity, generation)
    given.update(devices)
    given["firmware"] = _firmware(node.value.get("firmware"), problems, given, labels)
    if given.get("state", "Off") not in ("Off", "Saved", "OffCritical", "SavedCritical"):
        given.setdefault("started", nouns.EPOCH)
    return VM(**given)


def dump_vm(vm: VM, state: State) -> dict[str, Any]:
    """The mapping of a VM, everything but its checkpoints."""
    default = VM(id=vm.id, name="", version="", path="", generation=0)
    made = shapes.VM.dump(vm, default)
    made = {"name": vm.name, "id": str(vm.id), **made}
    memory = shapes.MEMORY.dump(vm.memory, nouns.Memory())
    if vm.memory.dynamic:
        memory["dynamic"] = True
    made["memory"] = {"startup": units.size_text(vm.memory.startup), **memory}
    firmware = shapes.FIRMWARE.dump(vm.firmware, nouns.Firmware())
    if any(entry not in vm.firmware.boot_order for entry in _default_order({"disks": vm.disks, "dvds": vm.dvds, "adapters": vm.adapters})):
        firmware[_WHOLE] = True
    if firmware and vm.generation == 2:
        made["firmware"] = firmware
    if vm.services != nouns.DEFAULT_SERVICES:
        made["integrationServices"] = {key: key in vm.services for key in SERVICES}
    if vm.pending:
        made["pending"] = shapes.PENDING.dump(vm.pending)
    devices = dump_devices(vm, state)
    if devices:
        made["devices"] = devices
    return made


def load_settings_of_checkpoints(node: Node | None, problems: Problems) -> tuple[dict[str, Any], list[Node]]:
    """`checkpoints` is a list of checkpoints, or the mapping of format with the list under `items`."""
    if node is None or node.value is None:
        return {}, []
    if isinstance(node.value, list):
        return {}, node.value
    given: dict[str, Any] = {}
    items: list[Node] = []
    rows = {
        "type": ("checkpoint_type", choice("Disabled", "Production", "ProductionOnly", "Standard")),
        "automatic": ("automatic_checkpoints", boolean),
        "path": ("snapshot_path", text),
    }
    for key, item in node.value.items() if isinstance(node.value, dict) else ():
        if key in rows:
            given[rows[key][0]] = rows[key][1](item, problems)
        elif key == "items" and isinstance(item.value, list):
            items = item.value
        else:
            problems.add(item, f"Checkpoints have no `{key}`.", "Known here: type, automatic, path, items.", code="unknown-key")
    return given, items


def _processor(node: Node | None, problems: Problems) -> nouns.Processor:
    if node is None:
        return nouns.Processor()
    given = shapes.PROCESSOR.load(node, problems, ("numa",))
    if isinstance(node.value, dict) and "numa" in node.value:
        given.update(shapes.NUMA.load(node.value["numa"], problems))
    return nouns.Processor(**given)


def _memory(node: Node | None, problems: Problems) -> nouns.Memory:
    if node is None:
        return nouns.Memory()
    given = shapes.MEMORY.load(node, problems, ("dynamic",))
    dynamic = node.value.get("dynamic") if isinstance(node.value, dict) else None
    if dynamic is not None and isinstance(dynamic.value, dict):
        given["dynamic"] = True
        given.update(shapes.DYNAMIC.load(dynamic, problems))
    elif dynamic is not None:
        found = boolean(dynamic, problems)
        given["dynamic"] = found is True
    startup = given.get("startup", nouns.Memory().startup)
    if "minimum" not in given and startup < nouns.Memory().minimum:
        given["minimum"] = startup
    return nouns.Memory(**given)


def _services(node: Node | None, problems: Problems) -> tuple[str, ...]:
    enabled = set(nouns.DEFAULT_SERVICES)
    for key, item in node.value.items() if node is not None and isinstance(node.value, dict) else ():
        if key not in SERVICES:
            problems.add(item, f"There is no integration service `{key}`.", f"Known: {', '.join(SERVICES)}.", code="unknown-key")
        elif boolean(item, problems) is True:
            enabled.add(key)
        else:
            enabled.discard(key)
    return tuple(sorted(enabled))


def _firmware(node: Node | None, problems: Problems, given: dict[str, Any], labels: dict[str, str]) -> nouns.Firmware:
    if node is None:
        made = nouns.Firmware()
        return made if given["generation"] == 1 else nouns.Firmware(boot_order=_default_order(given))
    found = shapes.FIRMWARE.load(node, problems, ("secureBoot", _WHOLE))
    secure = node.value.get("secureBoot") if isinstance(node.value, dict) else None
    if secure is not None and isinstance(secure.value, bool):
        found["secure_boot"] = secure.value
    elif secure is not None and secure.text.lower() in ("on", "off"):
        found["secure_boot"] = secure.text.lower() == "on"
    elif secure is not None:
        found["template"] = secure.text
    order: list[str] = []
    for entry in found.get("boot_order", ()):
        reference = _reference(entry, given, labels, order, problems)
        if reference is not None:
            order.append(reference)
    whole = node.value.get(_WHOLE) if isinstance(node.value, dict) else None
    if given["generation"] == 2 and (whole is None or boolean(whole, problems) is not True):
        order += [entry for entry in _default_order(given) if entry not in order]
    found["boot_order"] = tuple(order)
    return nouns.Firmware(**found)


def _default_order(given: dict[str, Any]) -> tuple[str, ...]:
    drives = sorted(drive.slot for kind in ("disks", "dvds") for drive in given.get(kind, ()))
    return (*(str(slot) for slot in drives), *(f"adapter {adapter.id}" for adapter in given.get("adapters", ())))


def _reference(node: Node, given: dict[str, Any], labels: dict[str, str], taken: list[str], problems: Problems) -> str | None:
    """What an entry stands for: a device by its name or slot (`disks/os`, `dvds/scsi 0:1`), `file PATH`, or as state files have it.

    Of adapters that share a name the first that was not named yet. None for a mistake, which is noted.
    """
    if node.value is None:
        return ""
    kind, _, name = node.text.partition("/")
    if node.text.startswith("file ") and node.text[5:].strip():
        return node.text
    slots = {kind: {str(drive.slot) for drive in given[kind]} for kind in ("disks", "dvds")}
    if kind == "networkAdapters":
        fitting = [f"adapter {adapter.id}" for adapter in given["adapters"] if adapter.name.lower() == name.lower()]
    elif kind in slots:
        fitting = [entry for entry in (labels.get(node.text.lower()), name.lower()) if entry in slots[kind]]
    else:
        plain = node.text.lower()
        fitting = [plain] if plain in {*slots["disks"], *slots["dvds"], *(f"adapter {adapter.id}" for adapter in given["adapters"])} else []
    free = [entry for entry in fitting if entry not in taken]
    if not free:
        what = "stands twice in the boot order" if fitting else "is no device of this VM"
        problems.add(node, f"`{node.text}` {what}.", "Write disks/NAME, dvds/NAME, networkAdapters/NAME, file PATH, or null for an empty entry.")
        return None
    return free[0]
