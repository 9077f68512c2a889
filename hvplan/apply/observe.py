"""What stands at (address, path) now: the language of `expect` and `verify`, read from a host.

`exists`: is the object there. `file <path>`: does a file or folder stand there. `slot`: the slot at which a disk's base
path is attached, `""` when nowhere; `attached <path>`: the slot of the drive that holds exactly that file, `""` when none
does. `notes.marker`: our line in an object's notes, `""` without one. Everything else is an attribute path of the live view.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hvplan.apply.known import Known
from hvplan.apply.reader import Reader
from hvplan.document.plan import Expect, PlanDocument
from hvplan.live.narrow import EVERYTHING, questions_of
from hvplan.model import marker, view
from hvplan.model.address import decode, owner
from hvplan.model.live import LiveAdapter, LiveHost, LiveSwitch, LiveVm
from hvplan.model.network import LiveManagementAdapter
from hvplan.model.values import Unknown, normal_path

Json = Any
ABSENT = Unknown("it is not there")
NOT_ASKED = Unknown("it was not looked for")


@dataclass(frozen=True, slots=True)
class Declared:
    """What the plan says about addresses that no live object carries: names and paths. Keys are (host, address).

    `former`: the file that a disk has until the plan gives it another one. `ahead`: by step id, what the next steps on the
    same object expect, so that the re-read that ends one step is the precondition of the next. `escalated`: ids of stops
    for which the plan has something else to try when they fail.
    """

    names: Mapping[tuple[str, str], str]
    paths: Mapping[tuple[str, str], str]
    slots: Mapping[tuple[str, str], str] = field(default_factory=dict)
    former: Mapping[tuple[str, str], str] = field(default_factory=dict)
    ahead: Mapping[str, tuple[Expect, ...]] = field(default_factory=dict)
    escalated: frozenset[str] = frozenset()


def declared(document: PlanDocument) -> Declared:
    """Names of adapters and file paths of disks, from what the plan makes of them, else from what it found."""
    names: dict[tuple[str, str], str] = {}
    paths: dict[tuple[str, str], str] = {}
    slots: dict[tuple[str, str], str] = {}
    former: dict[tuple[str, str], str] = {}
    for change in document.resource_changes:
        for side in (change.before, change.after):
            if not side:
                continue
            if isinstance(name := side.get("name"), str):
                names[change.host, change.address] = name
            if isinstance(slot := side.get("slot"), str):
                slots[change.host, change.address] = slot
            vhd = side.get("vhd")
            path = vhd.get("path") if isinstance(vhd, Mapping) else side.get("vhd.path", side.get("path"))
            if isinstance(path, str):
                if side is change.after and paths.get((change.host, change.address), path) != path:
                    former[change.host, change.address] = paths[change.host, change.address]
                paths[change.host, change.address] = path
    for step in document.steps:
        for command in step.invocation:
            if command["cmdlet"] == "Add-VMHardDiskDrive" and isinstance(path := command["parameters"].get("Path"), str):
                paths.setdefault((step.host, step.address), path)  # a disk that a VirtualDisk document names has its path only there
    return Declared(names, paths, slots, former, _ahead(document), frozenset(step.escalates for step in document.steps))


def _ahead(document: PlanDocument) -> Mapping[str, tuple[Expect, ...]]:
    owners = {step.id: (step.host, owner(step.address)) for step in document.steps}
    ahead: dict[str, tuple[Expect, ...]] = {}
    for step in document.steps:
        for need in step.needs:
            if owners.get(need) == owners[step.id]:
                ahead[need] = (*ahead.get(need, ()), *step.expect, *step.verify)
    return ahead


def observe(live: LiveHost, host: str, expect: Expect, known: Known, plan: Declared) -> Json | Unknown:
    """The value that stands there now; Unknown when it cannot be told."""
    word, _, argument = expect.path.partition(" ")
    if word == "file" and argument:
        found = live.files.get(normal_path(argument), Unknown(f"{argument} was not read"))
        return found if isinstance(found, Unknown) else found is not None
    top = owner(expect.address)
    match top.split("/")[0]:
        case "vm":
            return _of_vm(live, host, expect, known, plan)
        case "switch":
            return _of_switch(live, host, expect, known)
        case "host":
            settings = live.settings
            return settings if isinstance(settings, Unknown) else _plain(view.part_values(settings), "", expect.path)
        case "disk" if expect.path == "exists" and (path := plan.paths.get((host, expect.address))):
            return observe(live, host, replace(expect, path=f"file {path}"), known, plan)
        case _:
            return Unknown(f"{expect.address} is nothing that can be read back")


def _of_switch(live: LiveHost, host: str, expect: Expect, known: Known) -> Json | Unknown:
    name = decode(expect.address.split("/")[1])
    switch: LiveSwitch | Unknown | None = _one(live.switches, known.id(host, owner(expect.address)), name)
    if isinstance(switch, Unknown):
        return switch
    if expect.address != owner(expect.address):
        return _of_management(switch, expect, known.id(host, expect.address))
    if expect.path == "exists":
        # A new switch has an id before it exists: one of its name that somebody else made in between is in its way all the same.
        return switch is not None or (expect.value is False and any(other.name.casefold() == name.casefold() for other in live.switches))
    if switch is None:
        return ABSENT
    return _plain(view.switch_values(switch), switch.notes, expect.path)


def _of_management(switch: LiveSwitch | None, expect: Expect, id: str | None) -> Json | Unknown:
    """An adapter of the host on a switch: by its id, or while that is not known by its name."""
    if switch is None:
        return False if expect.path == "exists" else ABSENT
    if isinstance(switch.management, Unknown):
        return switch.management
    adapter: LiveManagementAdapter | Unknown | None = _one(switch.management, id, decode(expect.address.rsplit("/", 1)[1]))
    if isinstance(adapter, Unknown):
        return adapter
    if expect.path == "exists":
        return adapter is not None
    return ABSENT if adapter is None else _plain(view.management_values(adapter), "", expect.path)


def _of_vm(live: LiveHost, host: str, expect: Expect, known: Known, plan: Declared) -> Json | Unknown:
    top = owner(expect.address)
    vm = _one(live.vms, known.id(host, top), decode(top.split("/")[1]))
    if isinstance(vm, Unknown):
        return vm
    if expect.address == top:
        if expect.path == "exists":
            return vm is not None
        return ABSENT if vm is None else _plain(view.vm_values(vm), vm.notes, expect.path)
    if vm is None:
        return False if expect.path == "exists" else "" if expect.path == "slot" else ABSENT
    _, _, group, key, *_ = [*expect.address.split("/"), ""]
    match group:
        case "disks":
            if expect.path.startswith("attached "):
                held = normal_path(expect.path.removeprefix("attached "))
                return next((str(drive.slot) for drive in vm.disks if normal_path(drive.path) == held), "")
            found = _of_disk(live, vm, expect, plan.paths.get((host, expect.address), ""))
            now = plan.former.get((host, expect.address), "")
            return _of_disk(live, vm, expect, now) if now and found is ABSENT else found
        case "dvds":
            return _of_dvd(vm, expect, plan.slots.get((host, expect.address), ""))
        case "networkAdapters":
            name = plan.names.get((host, expect.address), decode(key))
            return _of_adapter(vm, expect, known.id(host, expect.address), name, known.others(host, expect.address))
        case _:
            return Unknown(f"{expect.address} is nothing that can be read back")


def _one(things: Iterable[Any], id: str | None, name: str) -> Any:
    """The object with that id or, while no id is known, the only one of that name."""
    if id is not None:
        return next((thing for thing in things if thing.id.lower() == id.lower()), None)
    same = [thing for thing in things if thing.name.casefold() == name.casefold()]
    return Unknown(f"there are {len(same)} objects named {name}") if len(same) > 1 else same[0] if same else None


def _plain(values: Mapping[str, Json], notes: str, path: str) -> Json | Unknown:
    if path == "notes.marker":
        lines = [line for line in re.split(r"\r\n|\r|\n", notes) if line.startswith(marker.PREFIX)]
        return lines[0] if lines else ""
    return values.get(path, Unknown(f"{path} could not be read"))


def _of_disk(live: LiveHost, vm: LiveVm, expect: Expect, path: str) -> Json | Unknown:
    if not path:
        return Unknown(f"the plan does not say which file {expect.address} is")
    unsure: Unknown | None = None
    for drive in vm.disks:
        base = live.base(drive.path) if drive.path else ""
        if isinstance(base, Unknown):
            unsure = base
        elif normal_path(base) == normal_path(path) or normal_path(drive.path) == normal_path(path):
            if expect.path == "exists":
                return True
            return str(drive.slot) if expect.path == "slot" else _plain(view.drive_values(live, drive), "", expect.path)
    if unsure is not None:
        return unsure
    return "" if expect.path == "slot" else False if expect.path == "exists" else ABSENT


def _of_dvd(vm: LiveVm, expect: Expect, slot: str) -> Json | Unknown:
    """A DVD drive is what sits in its slot."""
    if not slot:
        return Unknown(f"the plan does not say where {expect.address} sits")
    drive = next((drive for drive in vm.dvds if str(drive.slot) == slot), None)
    if expect.path == "exists":
        return drive is not None
    return ABSENT if drive is None else _plain(view.dvd_values(drive), "", expect.path)


def _of_adapter(vm: LiveVm, expect: Expect, id: str | None, name: str, others: frozenset[str]) -> Json | Unknown:
    """By its id, or while that is not known by its name; one that is known to be another's may still have that name, and gives it up in this run."""
    if isinstance(vm.adapters, Unknown):
        return vm.adapters
    adapter: LiveAdapter | Unknown | None = _one((one for one in vm.adapters if one.id.lower() not in others), id, name)
    if isinstance(adapter, Unknown):
        return adapter
    if expect.path == "exists":
        return adapter is not None
    return ABSENT if adapter is None else _plain(view.adapter_values(adapter), "", expect.path)


def look(reader: Reader, host: str, expects: Iterable[Expect], known: Known, plan: Declared, *, ahead: Iterable[Expect] = (), whole: bool = False) -> LiveHost:
    """Re-read just what these expectations are about: the machines and switches by identity, files and VHD headers by path.

    Of a machine only the parts are asked for that they and those `ahead` speak of; all of them with `whole`.
    """
    expects = tuple(expects)
    asking: dict[str, frozenset[str]] = {}
    for expect in (*expects, *ahead):
        if expect.address.startswith("vm/") and not expect.path.startswith("file "):
            asked = EVERYTHING if whole else questions_of(expect.address, expect.path)
            asking[owner(expect.address)] = asking.get(owner(expect.address), frozenset()) | asked
    vms: dict[str, LiveVm | Unknown | None] = {}
    switches: dict[str, LiveSwitch | Unknown | None] = {}
    paths: dict[str, None] = {}
    headers: dict[str, None] = {}
    for expect in expects:
        top, (kind, name, *_) = owner(expect.address), owner(expect.address).split("/")
        if expect.path.startswith("file "):
            paths[expect.path.removeprefix("file ")] = None
        elif kind == "disk" and (path := plan.paths.get((host, expect.address))):
            paths[path] = None
        elif kind == "vm" and top not in vms:
            id = known.id(host, top)
            vms[top] = reader.vm(id, asking[top]) if id is not None else reader.vm_named(decode(name), asking[top])
        elif kind == "switch" and top not in switches:
            id = known.id(host, top)
            switches[top] = reader.switch(id) if id is not None else reader.switch_named(decode(name))
        if (
            "/disks/" in expect.address
            and expect.path not in ("slot", "exists")
            and not expect.path.startswith(("file ", "attached "))
            and (path := plan.paths.get((host, expect.address)))
        ):
            headers[path] = None
    settings = reader.settings() if any(expect.address.startswith("host/") for expect in expects) else NOT_ASKED
    for found in (*vms.values(), *switches.values()):
        if isinstance(found, Unknown):
            raise Unreadable(found.why)
    machines = tuple(vm for vm in vms.values() if isinstance(vm, LiveVm))
    live = LiveHost(
        identity=reader.identity(),
        vms=machines,
        switches=tuple(switch for switch in switches.values() if isinstance(switch, LiveSwitch)),
        files=reader.files(tuple(paths)) if paths else {},
        settings=settings,
    )
    return _with_chains(reader, live, tuple(headers))


class Unreadable(Exception):
    """An object that has to be looked at could not be read. `away`: the host was not reached, so that asking again may help."""

    def __init__(self, why: str, *, away: bool = False) -> None:
        super().__init__(why)
        self.away = away


def _with_chains(reader: Reader, live: LiveHost, wanted: tuple[str, ...]) -> LiveHost:
    """Read the chains of AVHDX files that checkpoints put before the attached bases, level by level."""
    level = set(wanted) | {d.path for vm in live.vms for d in vm.disks if normal_path(d.path).endswith((".avhdx", ".avhd"))}
    vhds: dict[str, Any] = {}
    while level:
        vhds |= reader.vhds(tuple(sorted(level)))
        parents = {header.parent for header in vhds.values() if header is not None and not isinstance(header, Unknown) and header.parent}
        level = {p for p in parents if normal_path(p).endswith((".avhdx", ".avhd")) and normal_path(p) not in vhds}
    return replace(live, vhds=vhds)
