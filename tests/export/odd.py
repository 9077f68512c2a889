"""Worlds as years of clicking leave them: any setting, names that look like something else, chains, twins, files that are not there."""

from __future__ import annotations

import random
from typing import Any, Final

from hvplan.document.yaml_text import block

Json = Any
NAMES: Final = [
    *("Off", "yes", "null", "~", "true", "1.10", "0815", "1e3", "12:30:45", "2026-01-01", "=", "<<", "&a", "*a", "- x", "a: b", "a #b", "%y", "'", '"'),
    *(
        "{name}",
        "}}",
        "[x]",
        " x",
        "x ",
        "ü",
        "日本",
        "\U0001f4be",
        "x'; Remove-VM * -Force #",
        "$(x)",
        "---",
        "a,b",
        "/",
        "%41",
        "con",
        "web*",
        "a\tb",
        "x" * 100,
    ),
]
NOTES: Final = [
    *("Front end", "a\r\nb\r\n", "line\n", "line \n  two  ", "\n\nx", "# none", "a: b\nc: d", "x\n\n\n", "{name} }}", "  leading", "null", "---", "a\nb\rc"),
    "Made\nhvplan/v1 stack=lab id=a vm=deadbeef-0000 origin=adopted\nbelow",
]
VLANS: Final = [
    20,
    {"trunk": ["10-20", 30], "native": 1},
    {"isolated": {"primary": 10, "secondary": 101}},
    {"promiscuous": {"primary": 10, "secondary": [101]}},
]
SETTINGS: Final[tuple[tuple[str, Json], ...]] = (
    ("memory.priority", 80),
    ("memory.dynamic", {"minimum": 512 << 20, "maximum": 8 << 30, "buffer": 30}),
    ("processor.reserve", 10),
    ("processor.limit", 90),
    ("processor.weight", 200),
    ("processor.hostResourceProtection", True),
    ("processor.numa", {"maximumPerNode": 4, "maximumPerSocket": 2}),
    ("automaticActions.start", "Start"),
    ("automaticActions.startDelay", 90),
    ("automaticActions.stop", "TurnOff"),
    ("automaticActions.criticalErrorTimeout", 45 * 60),
    ("integrationServices.guestServiceInterface", True),
    ("video.resolution", "Single"),
    ("memoryMappedIo", {"low": 256 << 20, "high": 32 << 30}),
    ("smartPagingPath", r"D:\Paging"),
    ("path", r"D:\Odd Place"),
)


def odd_world(seed: int) -> str:
    """A world file; the same seed gives the same world."""
    draw = random.Random(seed)  # noqa: S311 - worlds, no secrets
    names = draw.sample(NAMES, len(NAMES))
    external = {"name": "lan", "type": "External", "netAdapters": [{"name": "NIC 2"}, {"name": "NIC 1"}], "embeddedTeaming": True, "bandwidthMode": "Weight"}
    external["managementAdapters"] = {"Mgmt": {"vlan": 10}, names.pop(): {"vlan": 20, "bandwidth": {"minimumWeight": 20}}}
    switches: list[Json] = [external, *({"name": names.pop(), "type": draw.choice(["Internal", "Private"]), "notes": draw.choice(NOTES)} for _ in range(2))]
    files: list[Json] = [{"path": r"D:\g\a b.vhdx", "vhd": _dynamic()}, _child(r"D:\g\mid.vhdx", r"D:\g\a b.vhdx"), {"path": r"D:\s.iso", "size": 1 << 30}]
    vms = [_machine(draw, number, names.pop(), [switch["name"] for switch in switches], files) for number in range(12)]
    vms.append({**vms[0], "devices": {}, "checkpoints": [], "name": vms[1]["name"]})
    nics = [{"name": f"NIC {n}", "mac": f"00-AA-5D-FF-00-0{n}", "description": f"X710 #{n}"} for n in (1, 2)]
    volumes = [{"path": "C:\\", "size": 1 << 38, "free": 1 << 37}, {"path": "D:\\", "size": 1 << 44, "free": 1 << 43}]
    host = {"name": "HV01", "release": draw.choice(["2016", "2019", "2022", "2025"]), "culture": draw.choice(["en-US", "de-DE", "fr-FR", "ja-JP"])}
    whole = {"kind": "World", "host": {**host, "processors": 16, "memory": 1 << 38, "volumes": volumes, "netAdapters": nics}}
    return "\n".join(block({**whole, "switches": switches, "files": files, "vms": vms})) + "\n"


def _dynamic() -> Json:
    return {"size": 20 << 30, "type": "Dynamic", "fileSize": 2 << 30}


def _child(path: str, parent: str) -> Json:
    return {"path": path, "vhd": {"parent": parent, "type": "Differencing", "fileSize": 1 << 30}}


def _machine(draw: random.Random, number: int, name: str, switches: list[str], files: list[Json]) -> dict[str, Json]:
    generation = draw.choice([1, 2, 2])
    state = draw.choices(["Off", "Running", "Saved", "Paused", "OffCritical"], [8, 6, 1, 1, 1])[0]
    vm: dict[str, Json] = {
        "name": name,
        "generation": generation,
        "state": state,
        "memory": {"startup": 1 << 30},
        "processor": {"count": draw.choice([1, 2, 4])},
    }
    for path, value in SETTINGS:
        if draw.random() < 0.25:
            part, _, leaf = path.partition(".")
            vm[part] = {**vm.get(part, {}), leaf: value} if leaf else value
    vm |= {"notes": draw.choice(NOTES)} if draw.random() < 0.6 else {}
    disks = [_disk(draw, rf"D:\v\m{number}-{place}{draw.choice(['', ' x', '{name}'])}.vhdx", place, generation, files) for place in range(draw.randint(0, 3))]
    there = {file["path"] for file in files}
    adapters = [_adapter(draw, rf"00-15-5D-0B-{number:02X}-0{place}", switches, generation) for place in range(draw.randint(0, 3))]
    dvd = [{"slot": "scsi 0:9" if generation == 2 else "ide 1:0", "iso": draw.choice([None, r"D:\s.iso"])}] if draw.random() < 0.4 else []
    vm["devices"] = {"disks": disks, "dvds": dvd, "networkAdapters": adapters}
    vm["devices"] |= {"comPorts": {"com1": {"pipe": rf"\\.\pipe\odd{number}"}}} if draw.random() < 0.2 else {}
    if draw.random() < 0.3 and all(disk["path"] in there for disk in disks):
        taken: dict[str, Json] = {"created": "2026-01-01T02:00:00Z", "type": "Standard"}
        vm["checkpoints"] = [{"name": "before", **taken}, *({"name": name, "parent": "before", **taken} for name in ("Off", "ü"))]
    return vm


def _disk(draw: random.Random, path: str, place: int, generation: int, files: list[Json]) -> Json:
    kind = draw.random()
    if kind < 0.3:
        files.append(_child(path, draw.choice([r"D:\g\a b.vhdx", r"D:\g\mid.vhdx"])))
    elif kind < 0.9:
        more: dict[str, Json] = draw.choice(
            [{}, {"blockSize": 1 << 20}, {"logicalSector": 4096, "physicalSector": 4096}, {"type": "Fixed", "fileSize": 20 << 30}]
        )
        files.append({"path": path, "vhd": {**_dynamic(), **more}})
    slot = f"scsi {2 * (place == 2)}:{place}" if generation == 2 or place == 2 else f"ide 0:{place}"
    limits: dict[str, Json] = draw.choice([{}, {"qos": {"minimumIops": 100, "maximumIops": 5000}}])
    return {"slot": slot, "path": path, **limits}


def _adapter(draw: random.Random, mac: str, switches: list[str], generation: int) -> Json:
    adapter: dict[str, Json] = {"name": draw.choice(["Network Adapter", *draw.sample(NAMES, 2)]), "switch": draw.choice([None, *switches])}
    adapter |= {"mac": mac} if draw.random() < 0.6 else {}
    adapter |= {"vlan": draw.choice(VLANS)} if draw.random() < 0.4 else {}
    adapter |= {"security": {"macSpoofing": True, "dhcpGuard": True, "portMirroring": "Source"}} if draw.random() < 0.3 else {}
    adapter |= {"bandwidth": {"maximum": 10**9}} if draw.random() < 0.3 else {}
    return adapter | ({"legacy": True} if generation == 1 and draw.random() < 0.3 else {})
