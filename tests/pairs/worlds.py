"""Hosts as they are found: a release, a culture, switches, files, machines that somebody made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hvplan.model.rows import nest
from tests.pairs.desired import GOLDEN_FILE, SWITCHES
from tests.pairs.draws import Doc, Draws, merged
from tests.pairs.machines import ADAPTERS, DVD_SLOTS, ISO, NAMES, SLOTS, memory
from tests.pairs.values import TEXTS

RELEASES: Final = ("2025", "2022", "2019", "2016", "Windows 11")
CULTURES: Final = ("en-US", "de-DE", "ja-JP", "fr-FR")
STRANGERS: Final = (*NAMES[:3], "old dc", "[test] (1)")
HAND: Final[Mapping[str, tuple[Any, ...]]] = {
    "processor.count": (2, 4),
    "processor.weight": (200, 77),
    "processor.nestedVirtualization": (True,),
    "memory.startup": ("1GiB", "256MiB"),
    "automaticActions.start": ("Nothing", "Start"),
    "automaticActions.stop": ("Save", "TurnOff"),
    "firmware.secureBoot": ("MicrosoftUEFICertificateAuthority", "Off"),
    "bios.numLock": (True,),
    "video.horizontal": (1920,),
    "integrationServices.timeSynchronization": (False,),
    "checkpoints.type": ("Standard", "Disabled"),
    "notes": TEXTS,
    "guest.shutdown": ("slow (20s)", "prompt"),
}
"""What people change by hand, in the words of a world."""


def world(draws: Draws) -> Doc:
    """A host with a few things on it."""
    release = draws.one(RELEASES)
    switches = [{"name": name, "type": draws.one(("Internal", "Private"))} for name in draws.some((*SWITCHES, "Handmade"), 2)]
    for switch in switches:
        if draws.chance(30):
            switch["notes"] = draws.one(TEXTS)
    host: Doc = {
        "name": "HV01",
        "release": release,
        "domain": "corp.example",  # live migration is for members of a domain, which no plan reads
        "culture": draws.one(CULTURES) if draws.chance(30) else "en-US",
        "processors": draws.one((16, 4)),
        "memory": draws.one(("64GiB", "16GiB")) if not draws.chance(5) else "3GiB",
        "volumes": [{"path": "C:\\", "size": "200GiB", "free": "120GiB"}, {"path": "D:\\", "size": "2TiB", "free": "1500GiB"}],
        "netAdapters": [
            {"name": name, "mac": f"00-15-5D-FF-00-0{at}", "description": f"Intel(R) {at}", "linkSpeed": "10Gbit"}
            for at, name in enumerate(("Ethernet", "Ethernet 2", "Ethernet 3"))
        ],
        "settings": {"virtualMachinePath": "D:\\VMs", "virtualHardDiskPath": "D:\\VHDs"},
    }
    files: list[Doc] = [
        {"path": GOLDEN_FILE, "vhd": {"size": "20GiB", "type": "Dynamic", "fileSize": "2GiB"}},
        {"path": ISO, "size": "5GiB"},
    ]
    if draws.chance(15):
        files.append({"path": f"D:\\VHDs\\m{draws.one((0, 1))}-os.vhdx", "vhd": {"size": "10GiB", "type": "Dynamic", "fileSize": "4MiB"}})
    vms = [stranger(draws, name, at, [s["name"] for s in switches], files) for at, name in enumerate(draws.some(STRANGERS, 2))]
    return {"kind": "World", "host": host, "switches": switches, "files": files, "vms": vms}


def stranger(draws: Draws, name: str, number: int, switches: list[str], files: list[Doc]) -> Doc:
    """A machine that somebody made by hand; the files of its disks are added to `files`."""
    generation = draws.one((2, 1))
    flat = {key: draws.one(HAND[key]) for key in draws.some(tuple(HAND), 4)}
    if generation == 1:
        flat.pop("firmware.secureBoot", None)
    else:
        flat.pop("bios.numLock", None)
    made: Doc = {"name": name, "state": draws.one(("Off", "Running", "Saved", "Paused")), "generation": generation}
    made = merged(merged(made, nest({"memory.startup": "512MiB"} | memory(draws, startup=False))), nest(flat))
    disks, taken = [], list(SLOTS[generation])
    for at in range(draws.one((0, 1, 2))):
        path = f"D:\\Old\\s{number}-{at}.vhdx"
        files.append({"path": path, "vhd": {"size": "40GiB", "type": "Dynamic", "fileSize": "9GiB"}})
        disks.append({"slot": taken.pop(draws.one(range(len(taken)))), "path": path})
    cards = [{"name": draws.one(ADAPTERS), "switch": draws.one((None, *switches))} for _ in range(draws.one((0, 1, 2)))]
    made["devices"] = {"disks": disks, "networkAdapters": cards}
    if draws.chance(15):
        made["devices"]["dvds"] = [{"slot": DVD_SLOTS[generation][0], "iso": ISO}]
    if draws.chance(20):
        made["checkpoints"] = [{"name": "before update", "created": "2026-01-01T02:00:00Z", "type": "Standard"}]
    return made
