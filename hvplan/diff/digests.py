"""Sections of what was declared, their digests in the marker, and what they tell: who moved, the file or the host.

The cause is for people. It never decides what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from types import MappingProxyType
from typing import Any, Final

from hvplan.model import boot
from hvplan.model.devices import Disk, DriveSettings, Dvd, NetworkAdapter
from hvplan.model.live import LiveDrive, LiveSwitch, LiveVhd
from hvplan.model.marker import Marker, digest
from hvplan.model.objects import VirtualMachine, VirtualSwitch
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows, settled, written
from hvplan.model.values import UNSET, Json, Unknown, normal_path

SECTIONS: Final[Mapping[str, str]] = {
    "general": "vm",
    "platform": "hw",
    "processor": "cpu",
    "memory": "mem",
    "firmware": "fw",
    "bios": "bios",
    "video": "video",
    "services": "ic",
    "com_ports": "com",
}
"""Part of a VM -> the short word of its section in the marker."""
SECTION_OF: Final[Mapping[str, str]] = {row.path: SECTIONS[name] for name, part in PARTS for row in rows(part).values()} | {boot.PATH: SECTIONS["firmware"]}
"""Path of an attribute -> the section it is in."""
_NOTHING: Final[Mapping[str, Mapping[str, Json]]] = MappingProxyType({})
_MOST_PATHS: Final = 10  # 2**10 digests at most are tried for one section
_NEAR: Final = 2  # beside what is declared now, so many paths more or less are tried


def declared(part: Any) -> dict[str, Json]:
    """The written rows of a part: path -> JSON value."""
    return {row.path: row.json(settled(row, value)) for _, row, value in written(part)}


def disk_declared(disk: Disk) -> dict[str, Json]:
    """What a declared disk says, for its digest; paths compare as Windows compares them.

    A file that hvplan did not make is told apart, so that a mark alone proves which files it made. The source of a copy
    is left out: nothing on the host tells it.
    """
    values: dict[str, Json] = {"path": normal_path(disk.path)}
    if disk.disk:
        values["disk"] = disk.disk
    if disk.slot is not UNSET:
        values["slot"] = str(disk.slot)
    if disk.vhd:
        vhd = disk.vhd
        for name in ("size", "type", "block_size", "logical_sector", "physical_sector"):
            if (value := getattr(vhd, name)) is not UNSET:
                values[name] = value
        if vhd.parent_path:
            values["parent"] = normal_path(vhd.parent_path)
        if vhd.existing == "Adopt":
            values["existing"] = vhd.existing
    return values


def adapter_declared(adapter: NetworkAdapter) -> dict[str, Json]:
    """What a declared adapter says, for its digest."""
    return {"name": adapter.name, **declared(adapter.settings)}


def qos_values(settings: DriveSettings) -> dict[str, Json]:
    """What is said of the operations a drive may do, declared or live: a section of its own, for `disk/KEY` proves which files hvplan made."""
    return declared(settings)


def qos_section(key: str) -> str:
    """`qos/os`."""
    return f"qos/{key}"


def dvd_declared(dvd: Dvd) -> dict[str, Json]:
    """What a declared DVD drive says, for its digest."""
    values: dict[str, Json] = {} if dvd.slot is UNSET else {"slot": str(dvd.slot)}
    return values if dvd.iso is UNSET else values | {"iso": normal_path(dvd.iso) if dvd.iso else None}


def dvd_section(key: str) -> str:
    """`dvd/setup`."""
    return f"dvd/{key}"


def disk_section(key: str) -> str:
    """`disk/os`."""
    return f"disk/{key}"


def adapter_section(key: str) -> str:
    """`nic/lan`."""
    return f"nic/{key}"


def sections(want: VirtualMachine) -> dict[str, dict[str, Json]]:
    """Section -> declared values of a VM and its devices; empty ones are left out, and so is what `lifecycle` leaves alone."""
    found: dict[str, dict[str, Json]] = {}
    for field, word in SECTIONS.items():
        found[word] = {path: value for path, value in declared(getattr(want, field)).items() if want.lifecycle.manages(path)}
    if want.boot_order is not UNSET:
        found[SECTIONS["firmware"]][boot.PATH] = list(want.boot_order)
    if want.state is not UNSET:
        found["vm"]["state"] = want.state
    if want.scsi_controllers is not UNSET:
        found["vm"]["devices.scsiControllers"] = want.scsi_controllers
    for disk in want.disks:
        if not disk.absent:
            found[disk_section(disk.key)] = disk_declared(disk) if disk.path else {}  # a slot alone proves no file
            found[qos_section(disk.key)] = qos_values(disk.settings)
    for dvd in want.dvds:
        if not dvd.absent:
            found[dvd_section(dvd.key)] = dvd_declared(dvd)
    for adapter in want.network_adapters:
        if not adapter.absent:
            found[adapter_section(adapter.key)] = adapter_declared(adapter)
    return {word: values for word, values in found.items() if values}


def own_section(key: str) -> str:
    """`os/Mgmt`, of an adapter of the host on a switch."""
    return f"os/{key}"


def switch_declared(want: VirtualSwitch) -> dict[str, Json]:
    """What a declared switch says, for its digest; its physical adapters as they are named."""
    values = declared(want.settings)
    return values if want.net_adapters is UNSET else values | {"netAdapters": sorted(str(ref).casefold() for ref in want.net_adapters)}


def switch_live(live: LiveSwitch) -> dict[str, Json]:
    """What the host says of a switch, in the words of `switch_declared`; physical adapters by name, as they are mostly declared."""
    values = declared(live.settings)
    return values if isinstance(live.net_adapters, Unknown) else values | {"netAdapters": sorted(f"name {nic.name}".casefold() for nic in live.net_adapters)}


def switch_sections(want: VirtualSwitch) -> dict[str, dict[str, Json]]:
    """Section -> declared values of a switch and of the host's adapters on it."""
    return {"sw": switch_declared(want)} | {own_section(a.key): declared(a.settings) for a in want.management if not a.absent}


def applied(want: VirtualMachine | VirtualSwitch, left: Mapping[str, Mapping[str, Json]] = _NOTHING) -> dict[str, str]:
    """Section -> digest, as the marker will hold it once everything is applied but what is `left` for later: section -> path -> what it is until then."""
    found = switch_sections(want) if isinstance(want, VirtualSwitch) else sections(want)
    stays = {word: {path: value for path, value in left.get(word, {}).items() if path in values} for word, values in found.items()}
    return {word: digest({**values, **stays[word]}) for word, values in found.items() if values}


def cause(marker: Marker | None, section: str, now: Mapping[str, Json], live: Mapping[str, Json]) -> str:
    """Who moved: `pending` the file, `drift` the host, `both`, or `unknown` where no mark tells. `live`: every readable value of the section."""
    if marker is None:
        return "unknown"
    last = marker.applied.get(section)
    if last is None:
        # Folded digests say nothing about one device; a section never applied is new in the file.
        return "unknown" if "devices" in marker.applied or not marker.applied else "pending"
    if last == digest(dict(now)):
        return "drift"
    return "pending" if _unmoved(last, live, frozenset(now) & frozenset(live)) else "both"


def disk_live(drive: LiveDrive, base: str, header: LiveVhd | Unknown | None) -> dict[str, Json]:
    """What the host says of a disk, in the words of `disk_declared`."""
    values: dict[str, Json] = {"path": normal_path(base), "slot": str(drive.slot)}
    if isinstance(header, LiveVhd):
        sizes = {"block_size": header.block_size, "logical_sector": header.logical_sector, "physical_sector": header.physical_sector}
        values |= {"size": header.size, "type": header.type, **{name: value for name, value in sizes.items() if value}}
        if header.parent:
            values["parent"] = normal_path(header.parent)
    return values


def disk_cause(marker: Marker | None, disk: Disk, live: Mapping[str, Json]) -> str:
    """Who moved a disk. Its digest may be that of a file which stood there before, and of a VirtualDisk's name, neither of which the host tells."""
    now, unseen = disk_declared(disk), {"existing": "Adopt"} | ({"disk": disk.disk} if disk.disk else {})
    ways = {cause(marker, disk_section(disk.key), values, {**live, **unseen}) for values in (now, {**now, "existing": "Adopt"})}
    return next((word for word in ("drift", "pending") if word in ways), ways.pop())


def made_as(marker: Marker, drive: LiveDrive, base: str, header: LiveVhd | Unknown | None) -> str | None:
    """The key under which a file was made by hvplan and attached, by its digest in the mark; None when the mark does not prove it."""
    live = disk_live(drive, base, header)
    for section, last in sorted(marker.applied.items()):
        if section.startswith("disk/") and _unmoved(last, live):
            return section.removeprefix("disk/")
    return None


def _unmoved(last: str, live: Mapping[str, Json], near: frozenset[str] = frozenset()) -> bool:
    """Does some choice of the live values have the digest that was applied: then the host is as it was left.

    Few values are tried in every choice; of many, those `near` what is declared now, for a file seldom changes much at once.
    """
    paths = sorted(live)
    if len(paths) > _MOST_PATHS:
        moved = (frozenset(chosen) for count in range(_NEAR + 1) for chosen in combinations(paths, count))
        return any(last == digest({path: live[path] for path in sorted(near ^ some)}) for some in moved if near ^ some)
    return any(last == digest({path: live[path] for path in chosen}) for count in range(1, len(paths) + 1) for chosen in combinations(paths, count))
