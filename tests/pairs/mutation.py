"""A desired state made into the next one: rows changed, devices added and removed, machines new, gone, renamed, asked to be absent; and spoiled files."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from hvplan.model.rows import nest
from tests.pairs.desired import host, management, stack, switch, templated
from tests.pairs.draws import Doc, Draws, merged
from tests.pairs.machines import ADAPTER_ROWS, DVD_SLOTS, ISO, NAMES, ROWS, SLOTS, Around, adapter, booted, disk, lifecycle, machine, memory, row_values

_CHANGES: Final = ("rows", "rows", "rows", "all", "all", "devices", "devices", "devices", "keep", "state", "absent", "absent", "drop", "rename", "lifecycle")
MANY: Final = 20
"""Rows that one edit changes at most: so that a few hundred pairs come to all of them."""
_DEVICE_CHANGES: Final = (
    *("nic", "nic gone", "nic set", "nic set", "nic renamed", "dvd", "iso"),
    *("disk", "disk gone", "disk forgotten", "disk grows", "disk moves", "file moves", "disk type"),
)
WRONG: Final[tuple[Any, ...]] = (None, [], {}, -1, 10**12, "wrong", "", True, {"a": 1}, ["x"], 3.5, "{nothing}", "D:\\..\\x", "scsi 9:9", "é" * 120)


def changed(draws: Draws, before: tuple[Doc, ...], world: Doc) -> tuple[Doc, ...]:
    """The files as somebody edited them, for the host that they were made for."""
    made: list[Doc] = []
    there = (s["name"] for s in world["switches"])
    around = Around(release=world["host"]["release"], switches=(*(d["name"] for d in before if d["kind"] == "VirtualSwitch"), *there))
    for document in before:
        made += _next(draws, deepcopy(document), around)
    known = {d["name"] for d in before}
    if draws.chance(30) and (new := [name for name in NAMES if name not in known]):
        name = draws.one(new)
        made.append(machine(draws, name, NAMES.index(name), around))
    if draws.chance(8) and "base" not in known:
        made += templated(draws, around)
    return tuple(made)


def _next(draws: Draws, document: Doc, around: Around) -> list[Doc]:
    match document["kind"]:
        case "VirtualMachine" if "instances" not in document:
            return _machine(draws, document, around)
        case "VirtualMachine":
            document["instances"] = draws.one((document["instances"], 1, 2))
            return [merged(document, nest(row_values(draws, ROWS, 2, around.release, 2)))]
        case "VirtualSwitch":
            return _switch(draws, document)
        case "Stack" if draws.chance(25):
            other = stack(draws)
            if draws.chance(25):
                other |= {"name": "new lab", "formerly": ["lab"]}
            return [other]
        case "Host" if draws.chance(20):
            return [merged(document, host(draws))]
    return [document]


def _machine(draws: Draws, document: Doc, around: Around) -> list[Doc]:
    number = NAMES.index(document["name"])
    generation = document["generation"]
    match "generation" if draws.chance(2) else draws.one(_CHANGES):
        case "rows":
            return [merged(document, nest(memory(draws, startup=draws.chance(40)) | row_values(draws, ROWS, generation, around.release, MANY)))]
        case "devices":
            return [booted(draws, _devices(draws, document, number, around))]
        case "state":
            return [document | {"state": draws.one(("Off", "Running", "Saved", "Paused"))}]
        case "absent":
            if draws.chance(50):
                return [{"kind": "VirtualMachine", "name": document["name"], "ensure": "Absent"}]
            return [document | {"ensure": draws.one(("Absent", "Reference"))}]
        case "drop":
            return []
        case "rename":
            old = document["name"]
            life = document.get("lifecycle", {}) | ({"formerly": [old]} if draws.chance(80) else {})
            return [document | {"name": draws.one(("renamed", "New [Name]", old.upper(), f"{old} 2")), "lifecycle": life}]
        case "lifecycle":
            return [document | {"lifecycle": lifecycle(draws)}]
        case "generation":
            return [merged(document, {draws.one(("generation", "version", "path")): draws.one((1, 2))})]
        case "all":
            document = merged(document, nest(row_values(draws, ROWS, generation, around.release, MANY)))
            return [_devices(draws, document, number, around)]
    return [document]


def _devices(draws: Draws, document: Doc, number: int, around: Around) -> Doc:
    """One or two changes to devices."""
    generation = document["generation"]
    devices: dict[str, Any] = document.setdefault("devices", {})
    for _ in range(draws.one((1, 2))):
        disks, cards = devices.get("disks", {}), devices.get("networkAdapters", {})
        match draws.one(_DEVICE_CHANGES):
            case "nic":
                devices.setdefault("networkAdapters", {})[draws.one(("second", "third"))] = adapter(draws, generation, around)
            case "nic gone" if cards:
                cards[draws.one(sorted(cards))] = draws.one(({"absent": True}, None))
            case "nic set" if cards and (key := draws.one(sorted(cards))) and cards[key] is not None:
                cards[key] = merged(cards[key], nest(row_values(draws, ADAPTER_ROWS, generation, around.release, 4)))
                cards[key]["switch"] = draws.one((None, *around.switches))
            case "nic renamed" if cards and (key := draws.one(sorted(cards))) and cards[key] is not None:
                cards[key]["name"] = draws.one(("Renamed", "Uplink"))
            case "disk":
                devices.setdefault("disks", {})["extra"] = disk(draws, f"m{number}-extra", list(SLOTS[generation]), generation, around)
            case "disk gone" if disks and (key := draws.one(sorted(disks))) and disks[key]:
                disks[key] = {k: v for k, v in disks[key].items() if k in ("slot", "vhd")} | {"absent": True}
            case "disk forgotten" if disks:
                del disks[draws.one(sorted(disks))]
            case "disk grows" if disks and (key := draws.one(sorted(disks))) and disks[key] and "vhd" in disks[key]:
                disks[key]["vhd"]["size"] = draws.one(("50GiB", "21GiB", "5GiB"))
            case "disk moves" if disks and (key := draws.one(sorted(disks))) and disks[key]:
                disks[key]["slot"] = draws.one(SLOTS[generation])
            case "file moves" if disks and (key := draws.one(sorted(disks))) and disks[key] and "vhd" in disks[key]:
                disks[key]["vhd"]["path"] = draws.one((f"D:\\Moved\\m{number}-{key}.vhdx", "D:\\VHDs\\m0-os.vhdx"))
            case "disk type" if disks and (key := draws.one(sorted(disks))) and disks[key] and "vhd" in disks[key]:
                disks[key]["vhd"] |= draws.one(({"type": "Fixed"}, {"type": "Dynamic"}, {"blockSize": "1MiB"}, {"physicalSector": 512}))
            case "dvd":
                devices.setdefault("dvds", {})["setup"] = {"slot": draws.one(DVD_SLOTS[generation]), "iso": draws.one((ISO, None))}
            case "iso" if devices.get("dvds"):
                devices["dvds"]["setup"] = draws.one(({**devices["dvds"]["setup"], "iso": None}, {**devices["dvds"]["setup"], "absent": True}))
    return document


def _switch(draws: Draws, document: Doc) -> list[Doc]:
    match draws.one(("keep", "keep", "other", "absent", "drop", "rename", "notes", "management")):
        case "other":
            return [switch(draws, document["name"])]
        case "absent":
            return [{"kind": "VirtualSwitch", "name": document["name"], "ensure": draws.one(("Absent", "Reference"))}]
        case "drop":
            return []
        case "rename":
            return [document | {"name": f"{document['name']} 2", "lifecycle": {"formerly": [document["name"]]}}]
        case "notes":
            return [document | {"notes": "other notes"}]
        case "management" if document.get("type") != "Private":
            return [document | {"managementAdapters": {draws.one(("Mgmt", "Second")): management(draws)}}]
    return [document]


def spoiled(draws: Draws, documents: tuple[Doc, ...]) -> tuple[Doc, ...]:
    """The files with a mistake: a wrong value, a key too many, one too few, a document twice."""
    made = deepcopy(list(documents))
    at = draws.one(range(len(made)))
    match draws.one(("value", "value", "value", "key", "less", "twice")):
        case "key":
            made[at][draws.one(("wrong", "devices", "lifecycle", "ensure", "host"))] = draws.one(WRONG)
        case "less":
            made[at].pop(draws.one(sorted(made[at])))
        case "twice":
            made.append(deepcopy(made[at]))
        case _:
            _spoil(draws, made[at])
    return tuple(made)


def _spoil(draws: Draws, node: Doc) -> None:
    """Another value somewhere in a document."""
    while True:
        key = draws.one(sorted(node))
        below = node[key]
        if not isinstance(below, dict) or not below or draws.chance(20):
            node[key] = draws.one(WRONG)
            return
        node = below
