"""Documents of machines: rows of the model by chance, devices, lifecycle. Mostly what somebody might write, a little of what nobody should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hypothesis import strategies as st

from hvplan.model.adapters import AdapterSettings
from hvplan.model.devices import DriveSettings
from hvplan.model.parts import PARTS
from hvplan.model.rows import Row, nest, rows
from tests.pairs.draws import Doc, Draws, merged
from tests.pairs.values import fits, value

NAMES: Final = ("web01", "a[b]*c", "db 01", "Ünï Ø 日本; Remove-VM *", "100% {{a}}/b", "con.")
ROWS: Final[tuple[Row, ...]] = tuple(row for _, part in PARTS for row in rows(part).values() if row.path not in ("memory.startup",))
ADAPTER_ROWS: Final[tuple[Row, ...]] = tuple(row for row in rows(AdapterSettings).values() if row.path not in ("switch", "legacy"))
DRIVE_ROWS: Final[tuple[Row, ...]] = tuple(rows(DriveSettings).values())
SLOTS: Final = {
    1: ("ide 0:0", "scsi 0:0", "ide 0:1", "scsi 0:1", "scsi 1:3", "scsi 0:63"),
    2: ("scsi 0:0", "scsi 0:1", "scsi 0:2", "scsi 1:0", "scsi 0:63"),
}
DVD_SLOTS: Final = {1: ("ide 1:0", "ide 1:1"), 2: ("scsi 0:5", "scsi 2:0", "scsi 0:1")}
ADAPTERS: Final = ("lan", "dmz", "Network Adapter", "nic [1]*")
GOLDEN: Final = "golden"
ISO: Final = "D:\\iso\\setup.iso"
STATES: Final = ("Running", "Off", "Running", "Saved", "Paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What documents of machines may name: switches of documents and of the host; and the machines that the host has, by name."""

    release: str
    switches: tuple[str, ...]
    machines: Mapping[str, Doc] = field(default_factory=dict)


def row_values(draws: Draws, known: Sequence[Row], generation: int, release: str, most: int = 7) -> dict[str, Any]:
    """Path -> value of a few rows; a row that this generation or release does not have is rare."""
    strict = not draws.chance(2)
    made = {row.path: draws.of(value(row)) for row in draws.some([r for r in known if not strict or fits(r, generation, release)], most)}
    if strict and "bandwidth.minimumWeight" in made:
        made.pop("bandwidth.minimumAbsolute", None)  # they exclude each other
    return made


def memory(draws: Draws, *, startup: bool = True) -> dict[str, Any]:
    """Sizes that go together, mostly."""
    made: dict[str, Any] = {"memory.startup": f"{draws.one((512, 256, 1024, 2048))}MiB"} if startup else {}
    if draws.chance(25):
        made |= {"memory.dynamic.minimum": f"{draws.one((256, 128, 64))}MiB", "memory.dynamic.maximum": f"{draws.one((2048, 4096))}MiB"}
    return made


def machine(draws: Draws, name: str, number: int, around: Around) -> Doc:
    """A whole machine. `number` tells its files from those of others."""
    there = around.machines.get(name, {})
    generation = there["generation"] if there and not draws.chance(10) else draws.one((2, 1))
    flat = memory(draws) | row_values(draws, ROWS, generation, around.release)
    made = {"kind": "VirtualMachine", "name": name, "generation": generation, **nest(flat)}
    if draws.chance(50):
        made["state"] = draws.one(STATES[:3] if not draws.chance(10) else STATES)
    if draws.chance(15) and name in ("web01", "db 01"):  # others are no names of folders
        made["path"] = draws.one(("D:\\VMs", "D:\\Own folder"))
    if (life := lifecycle(draws)) and draws.chance(40):
        made["lifecycle"] = life
    made = merged(made, devices(draws, number, generation, around))
    return booted(draws, merged(made, as_they_are(draws, there)) if there else made)


def booted(draws: Draws, document: Doc) -> Doc:
    """A boot order of declared devices, now and then."""
    known = [f"{kind}/{key}" for kind, items in document.get("devices", {}).items() if isinstance(items, dict) for key, item in items.items() if item]
    if known and document["generation"] == 2 and draws.chance(25):
        return merged(document, {"firmware": {"bootOrder": draws.of(st.permutations(draws.some(known, 3, least=1)))}})
    return document


def as_they_are(draws: Draws, there: Doc) -> Doc:
    """Devices that a machine made by hand has, as somebody declares them who takes it over."""
    made: Doc = {"disks": {}, "networkAdapters": {}}
    for at, drive in enumerate(there["devices"]["disks"]):
        if draws.chance(60):
            made["disks"][f"old{at}"] = {"slot": drive["slot"], "vhd": {"path": drive["path"]}}
    for card in there["devices"]["networkAdapters"]:
        if draws.chance(85):
            made["networkAdapters"][card["name"]] = {}
    return {"devices": {key: value for key, value in made.items() if value}}


def lifecycle(draws: Draws) -> Doc:
    """How a machine is handled."""
    known: list[tuple[str, Any]] = [
        ("adopt", "allow"),
        ("restart", "allow"),
        ("shutdown", {"timeout": "1m", "then": "TurnOff"}),
        ("savedState", draws.one(("Resume", "Discard", "Refuse"))),
        ("ignore", draws.one((["processor"], ["notes"], ["memory.startup", "networkAdapters"], ["devices.disks"]))),
        ("exclusive", draws.one((["networkAdapters"], ["disks", "dvds"]))),
        ("protect", True),
        ("manage", draws.one((["processor", "memory"], ["networkAdapters", "state"]))),
        ("restart", "never"),
        ("adopt", "never"),
    ]
    return dict(draws.some(known, 2))


def devices(draws: Draws, number: int, generation: int, around: Around) -> Doc:
    """A few devices of every kind."""
    made: dict[str, Any] = {}
    if disks := draws.some(("os", "data"), 2):
        slots = list(SLOTS[generation])
        made["disks"] = {key: disk(draws, f"m{number}-{key}", slots, generation, around) for key in disks}
    if draws.chance(25):
        dvd: Doc = {"slot": draws.one(DVD_SLOTS[generation])}
        if draws.chance(60):
            dvd["iso"] = draws.one((ISO, None))
        made["dvds"] = {"setup": dvd}
    if adapters := draws.some(ADAPTERS, 2):
        made["networkAdapters"] = {key: adapter(draws, generation, around) for key in adapters}
    if draws.chance(5):
        made["scsiControllers"] = draws.one((4, 1))
    return {"devices": made} if made else {}


def disk(draws: Draws, file: str, slots: list[str], generation: int, around: Around) -> Doc:
    """One disk; its slot is taken out of `slots`."""
    made: Doc = {}
    if draws.chance(60):
        made["slot"] = slots.pop(draws.one(range(min(3, len(slots)))))
    folder = draws.one(("D:\\VHDs", "D:\\VHDs", "D:\\New\\deep"))
    made["vhd"] = {"path": f"{folder}\\{file}.vhdx"} | file_of(draws)
    if draws.chance(20):
        made |= nest(row_values(draws, DRIVE_ROWS, generation, around.release, 2))
    return made


def file_of(draws: Draws) -> Doc:
    """How the file of a disk is made."""
    match draws.one(("new", "child", "copy", "new", "new")):
        case "child":
            return {"parent": GOLDEN}
        case "copy":
            return {"source": GOLDEN} | ({"size": "40GiB"} if draws.chance(30) else {})
    made: Doc = {"size": draws.one(("10GiB", "3MiB", "20GiB"))}
    if draws.chance(20):
        made["type"] = draws.one(("Fixed", "Dynamic"))
    if draws.chance(10):
        made["logicalSector"] = 4096
    if draws.chance(10):
        made["existing"] = "Adopt"
    return made


def adapter(draws: Draws, generation: int, around: Around) -> Doc:
    """One network adapter."""
    made = nest(row_values(draws, ADAPTER_ROWS, generation, around.release, 3))
    if around.switches and draws.chance(70):
        made["switch"] = draws.one(around.switches)
    elif draws.chance(20):
        made["switch"] = None
    if generation == 1 and draws.chance(15):
        made["legacy"] = True
    if draws.chance(8):
        made["name"] = "Uplink"
    return made
