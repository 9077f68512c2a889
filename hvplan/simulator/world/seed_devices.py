"""The devices of a VM in a world file: maps by name, as users write them, or lists whose items carry name and slot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast
from uuid import UUID

from hvplan.simulator.world import seed_checks, shapes, units
from hvplan.simulator.world.cultures import word
from hvplan.simulator.world.nouns import VM, Adapter, Bus, Disk, Dvd, Slot, Vlan
from hvplan.simulator.world.reader import Node, Problems
from hvplan.simulator.world.shape import INVALID, boolean, guid, mac, many, optional_text, text, whole
from hvplan.simulator.world.state import State

_SLOT = re.compile(r"(scsi|ide) (\d+):(\d+)", re.IGNORECASE)
_DEVICES = ("scsiControllers", "disks", "dvds", "networkAdapters", "comPorts", "floppy")


def named_items(node: Node | None, problems: Problems, what: str) -> Iterator[tuple[str, Node]]:
    """A map of devices by name, or a list whose items carry their own."""
    if node is None or node.value is None:
        return
    if isinstance(node.value, dict):
        yield from ((key, item) for key, item in node.value.items() if item.value is not None)
    elif isinstance(node.value, list):
        yield from (("", item) for item in node.value)
    else:
        problems.add(node, f"{what} must be a mapping or a list.")


def load_devices(node: Node | None, state: State, problems: Problems, vm: UUID, generation: int) -> tuple[dict[str, Any], dict[str, str]]:
    """What the devices of a mapping make of a VM: controllers, drives, adapters, ports; and the slots by `disks/name`, `dvds/name`."""
    known = node.value if node is not None and isinstance(node.value, dict) else {}
    for key, item in known.items():
        if key not in _DEVICES:
            problems.add(item, f"Devices have no `{key}` in a world.", f"Known here: {', '.join(_DEVICES)}.", code="unknown-key")
    disks = tuple(disk for key, item in named_items(known.get("disks"), problems, "disks") if (disk := _disk(item, problems)))
    dvds = tuple(dvd for key, item in named_items(known.get("dvds"), problems, "dvds") if (dvd := _dvd(item, problems)))
    taken: set[Slot] = set()
    for slot in [*(disk.slot for disk in disks), *(dvd.slot for dvd in dvds)]:
        if slot in taken:
            problems.add(node, f"The slot {slot} is taken twice.")
        if generation == 2 and slot.bus == "ide":
            problems.add(node, f"There is no slot {slot}: Generation 2 has no IDE controllers.")
        taken.add(slot)
    used = max((slot.controller + 1 for slot in taken if slot.bus == "scsi"), default=0)
    cards = named_items(known.get("networkAdapters"), problems, "networkAdapters")
    adapters = tuple(adapter for key, item in cards if (adapter := load_adapter(key, item, state, problems, vm)))
    ports = {key: text(_inner(item, "pipe"), problems) for key, item in named_items(known.get("comPorts"), problems, "comPorts")}
    floppy = known.get("floppy")
    image = _inner(floppy, "image") if floppy is not None else None
    labels = {
        f"{kind}/{key}".lower(): str(place)
        for kind in ("disks", "dvds")
        for key, item in named_items(known.get(kind), problems, kind)
        if key and (place := _slot(item, problems))
    }
    made = {
        "controllers": _controllers(known.get("scsiControllers"), state, problems, vm, used),
        "disks": tuple(sorted(disks, key=lambda disk: disk.slot)),
        "dvds": tuple(sorted(dvds, key=lambda dvd: dvd.slot)),
        "adapters": adapters,
        "com1": ports.get("com1", ""),
        "com2": ports.get("com2", ""),
        "floppy": optional_text(image, problems) if image is not None else None,
    }
    return made, labels


def _inner(node: Node, key: str) -> Node:
    """What stands under the key of a mapping, or the node itself."""
    return node.value[key] if isinstance(node.value, dict) and key in node.value else node


def _controllers(node: Node | None, state: State, problems: Problems, vm: UUID, used: int) -> tuple[UUID, ...]:
    """SCSI controllers: as many as are said, or listed by id; never fewer than the slots of the drives (`used`) need."""
    if node is not None and isinstance(node.value, list):
        if len(node.value) < used:
            problems.add(node, f"A drive sits on SCSI controller {used - 1}, which is not listed.")
        return cast("tuple[UUID, ...]", many(guid)(node, problems))
    count = max(used, 1)
    if node is not None:
        found = whole(0, 4)(node, problems)
        count = count if found is INVALID else max(found, used)
    return tuple(state.draw("scsi", str(vm)) for _ in range(count))


def _slot(node: Node, problems: Problems) -> Slot | None:
    given = node.value.get("slot") if isinstance(node.value, dict) else None
    found = _SLOT.fullmatch(given.text) if given is not None else None
    if found is None:
        problems.add(given or node, "A drive needs a slot such as `scsi 0:1` or `ide 1:0`.")
        return None
    slot = Slot(cast("Bus", found[1].lower()), int(found[2]), int(found[3]))
    controllers, locations = (4, 64) if slot.bus == "scsi" else (2, 2)
    if slot.controller >= controllers or slot.location >= locations:
        problems.add(given, f"There is no slot {slot}.")
        return None
    return slot


def _disk(node: Node, problems: Problems) -> Disk | None:
    slot = _slot(node, problems)
    if slot is None:
        return None
    values: dict[str, Any] = {}
    for key, item in node.value.items():
        match key:
            case "path":
                values["path"] = text(item, problems)
            case "withoutRight":
                values["serial"] = -1 if boolean(item, problems) is True else None
            case "shared":
                values["shared"] = boolean(item, problems) is True
            case "qos":
                for name, attribute in (("minimumIops", "minimum_iops"), ("maximumIops", "maximum_iops")):
                    if isinstance(item.value, dict) and name in item.value:
                        values[attribute] = whole(0, 10**9)(item.value[name], problems)
            case "slot" | "name":
                pass
            case _:
                problems.add(item, f"A disk of a world has no `{key}`.", "Known here: slot, path, shared, qos, withoutRight.", code="unknown-key")
    return Disk(slot=slot, **values)


def _dvd(node: Node, problems: Problems) -> Dvd | None:
    slot = _slot(node, problems)
    if slot is None:
        return None
    for key, item in node.value.items():
        if key not in ("slot", "iso", "path", "name"):
            problems.add(item, f"A DVD drive has no `{key}`.", "Known here: slot, iso.", code="unknown-key")
    medium = node.value.get("iso") or node.value.get("path")
    return Dvd(slot=slot, path=(optional_text(medium, problems) or None) if medium is not None else None)


def load_adapter(key: str, node: Node, state: State, problems: Problems, vm: UUID) -> Adapter | None:
    """An adapter of a VM or, with the id of a switch in place of a VM's, of the host."""
    if not isinstance(node.value, dict):
        problems.add(node, "A network adapter must be a mapping.")
        return None
    given = shapes.ADAPTER.load(node, problems, ("switch", "switchId", "mac", "vlan", "security", "bandwidth", "offload"))
    given.setdefault("name", key or word(state.host.culture, "adapter"))
    for name, shape in (("security", shapes.ADAPTER_SECURITY), ("bandwidth", shapes.BANDWIDTH), ("offload", shapes.OFFLOAD)):
        if name in node.value:
            given.update(shape.load(node.value[name], problems))
    address = node.value.get("mac")
    if address is not None and address.text.lower() not in ("", "dynamic", "~", "null"):
        found = mac(address, problems)
        given["mac"] = None if found is INVALID else found
    if "switchId" in node.value:
        given["switch"] = guid(node.value["switchId"], problems)
    elif (wanted := node.value.get("switch")) is not None and wanted.value is not None:
        fitting = [switch.id for switch in state.switches.values() if switch.name.lower() == wanted.text.lower()]
        if len(fitting) != 1:
            problems.add(wanted, f"{'No' if not fitting else 'More than one'} switch is called `{wanted.text}`.")
        given["switch"] = fitting[0] if fitting else None
    if "vlan" in node.value:
        given["vlan"] = _vlan(node.value["vlan"], problems)
    made = Adapter(id=given.pop("id", None) or state.draw("adapter", f"{vm}/{given['name']}"), **given)
    seed_checks.adapter(node, made, problems)
    return made


def _vlan(node: Node, problems: Problems) -> Vlan:
    vlan = whole(0, 4095)
    if isinstance(node.value, int):
        return Vlan(mode="Access", access=node.value)
    if not isinstance(node.value, dict):
        if node.text.lower() != "untagged":
            problems.add(node, f"`{node.text}` is no VLAN.", "Write a number, Untagged, or {trunk: [10-20], native: 1}.")
        return Vlan()
    given = node.value
    if "trunk" in given:
        allowed = ",".join(many(text)(given["trunk"], problems))
        return Vlan(mode="Trunk", allowed=allowed, native=vlan(given["native"], problems) if "native" in given else 0)
    for kind in ("isolated", "community", "promiscuous"):
        if kind in given and isinstance(given[kind].value, dict):
            inner = given[kind].value
            primary = vlan(inner["primary"], problems) if "primary" in inner else 0
            if kind == "promiscuous":
                return Vlan(mode="Private", private="Promiscuous", primary=primary, secondaries=",".join(many(text)(inner["secondary"], problems)))
            return Vlan(mode="Private", private=kind.capitalize(), primary=primary, secondary=vlan(inner["secondary"], problems))
    problems.add(node, "This is no VLAN.", "Known: trunk and native, isolated, community, promiscuous.")
    return Vlan()


def _dump_vlan(vlan: Vlan) -> Any:
    match vlan.mode:
        case "Access":
            return vlan.access
        case "Trunk":
            return {"trunk": vlan.allowed.split(",") if vlan.allowed else [], "native": vlan.native}
        case "Private":
            secondary: Any = vlan.secondaries.split(",") if vlan.private == "Promiscuous" else vlan.secondary
            return {vlan.private.lower(): {"primary": vlan.primary, "secondary": secondary}}
    return "Untagged"


def dump_devices(vm: VM, state: State) -> dict[str, Any]:
    """The devices of a VM as a mapping of lists."""
    made: dict[str, Any] = {"scsiControllers": [str(id) for id in vm.controllers]}
    made["disks"] = [_dump_disk(disk, state) for disk in vm.disks]
    made["dvds"] = [{"slot": str(dvd.slot), "iso": dvd.path} for dvd in vm.dvds]
    made["networkAdapters"] = [dump_adapter(adapter, state) for adapter in vm.adapters]
    made["comPorts"] = {name: path for name, path in (("com1", vm.com1), ("com2", vm.com2)) if path}
    made["floppy"] = vm.floppy or []
    return {key: value for key, value in made.items() if value or key == "scsiControllers"}


def _dump_disk(disk: Disk, state: State) -> dict[str, Any]:
    made: dict[str, Any] = {"slot": str(disk.slot), **({"path": disk.path} if disk.path else {})}
    if disk.minimum_iops or disk.maximum_iops:
        made["qos"] = {"minimumIops": disk.minimum_iops, "maximumIops": disk.maximum_iops}
    file = state.file(disk.path) if disk.path else None
    if disk.serial is not None and (file is None or disk.serial != file.serial):
        made["withoutRight"] = True
    return {**made, "shared": True} if disk.shared else made


def dump_adapter(adapter: Adapter, state: State) -> dict[str, Any]:
    """An adapter as a mapping."""
    default = Adapter(id=adapter.id, name="")
    made: dict[str, Any] = {"name": adapter.name, "id": str(adapter.id)}
    made.update(shapes.ADAPTER.dump(adapter, default))
    if adapter.switch is not None:
        switch = state.switches.get(adapter.switch)
        same = [one for one in state.switches.values() if switch and one.name.lower() == switch.name.lower()]
        made.update({"switch": switch.name} if switch and len(same) == 1 else {"switchId": str(adapter.switch)})
    if adapter.mac:
        made["mac"] = units.mac_text(adapter.mac)
    if adapter.vlan != Vlan():
        made["vlan"] = _dump_vlan(adapter.vlan)
    for name, shape in (("security", shapes.ADAPTER_SECURITY), ("bandwidth", shapes.BANDWIDTH), ("offload", shapes.OFFLOAD)):
        part = shape.dump(adapter, default)
        if part:
            made[name] = part
    return made
