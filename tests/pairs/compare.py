"""Two states of a host compared, in the words of a world: what nobody declared is the same, and which ends are the same end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final
from urllib.parse import quote

from hvplan.model.adapters import NetworkAdapter
from hvplan.model.hostsettings import HostSettings
from hvplan.model.objects import Desired, Ensure, Policy, VirtualMachine
from hvplan.model.parts import PARTS
from hvplan.model.rows import written
from hvplan.model.values import UNSET, Reset, normal_path
from tests.pairs.draws import Doc

MARK: Final = re.compile(r"(?:\r\n|\r|\n)?(?<![^\r\n])hvplan/v1 [^\r\n]*")
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "firmware.secureBoot": ("firmware.secureBootEnabled", "firmware.secureBootTemplate"),
    "memory.dynamic": ("memory.dynamic", "memory.minimum", "memory.maximum", "memory.buffer"),
    "memory.dynamic.minimum": ("memory.minimum",),
    "memory.dynamic.maximum": ("memory.maximum",),
    "memory.dynamic.buffer": ("memory.buffer",),
    "processor.numa.maximumPerNode": ("processor.maximumPerNode",),
    "processor.numa.maximumPerSocket": ("processor.maximumPerSocket",),
    "devices.comPorts.com1.pipe": ("devices.comPorts.com1",),
    "devices.comPorts.com2.pipe": ("devices.comPorts.com2",),
}
"""Path of a row -> where a world has it, where that is another place."""
SERVICES: Final = {"guestServiceInterface": False} | dict.fromkeys(("timeSynchronization", "heartbeat", "keyValuePairExchange", "shutdown", "vss"), True)
MOVES: Final = (
    "started",
    "created",
    "devices.disks",
    "devices.dvds",
    "devices.networkAdapters",
    "devices.scsiControllers",
    "firmware.bootOrder",
    "checkpoints.items",
)
"""What is compared in another way, or changes by itself: the time of the last start, devices, what a device takes with it out of the boot order."""


def flat(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path -> value of every leaf; lists are leaves."""
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from flat(value, f"{path}.{key}" if path else key)
    else:
        yield path, node


def own_words(notes: str) -> str:
    """Notes without the line that is ours, and without the break before it."""
    return MARK.sub("", notes).strip("\r\n")


def differences(before: Doc, after: Doc, may: tuple[str, ...]) -> list[str]:
    """Paths whose values differ, without those that may."""
    old, new = dict(flat(before)), dict(flat(after))
    found = [path for path in old.keys() | new.keys() if old.get(path) != new.get(path)]
    return sorted(f"{p}: {old.get(p)!r} -> {new.get(p)!r}" for p in found if not any(p == one or p.startswith(one + ".") for one in may))


def declared(vm: VirtualMachine) -> Iterator[str]:
    """Where a world has what a machine's document says."""
    for part, _ in PARTS:
        for _, row, _ in written(getattr(vm, part)):
            yield from WORDS.get(row.path, (row.path,))
    if vm.state is not UNSET:
        yield "state"
    yield from ("name",)


def machine(before: Doc, after: Doc, vm: VirtualMachine, policy: Policy) -> list[str]:
    """What changed in a machine although its document does not say so. A saved one may be stopped for a change where the policy says how."""
    saved = before.get("state") == "Saved" and (vm.lifecycle.saved_state or policy.saved_state) != "Refuse"
    found = differences(_whole(before), _whole(after), (*declared(vm), *MOVES, *(("state",) if saved else ())))
    old, new = own_words(before.get("notes", "")), own_words(after.get("notes", ""))
    if vm.general.notes is UNSET and old != new:
        found.append(f"notes: {old!r} -> {new!r}")
    found += [f"adapters: {text}" for text in _adapters(before, after, vm)]
    old_order, new_order = (one.get("firmware", {}).get("bootOrder", []) for one in (before, after))
    same = _list(before, "disks") == _list(after, "disks") and _list(before, "dvds") == _list(after, "dvds")
    if vm.boot_order is UNSET and same and [one for one in old_order if one in new_order] != [one for one in new_order if one in old_order]:
        found.append(f"boot order: {old_order} -> {new_order}")
    return found + _drives(before, after, vm)


def _whole(vm: Doc) -> Doc:
    """With what a world leaves out where it is as on a new machine; without notes, which are compared by their words."""
    return {**vm, "notes": "", "integrationServices": {**SERVICES, **vm.get("integrationServices", {})}}


def _list(vm: Doc, kind: str) -> list[Doc]:
    found = vm.get("devices", {}).get(kind, [])
    return [{"name": key, **item} for key, item in found.items()] if isinstance(found, dict) else found


def _claims(adapter: NetworkAdapter, card: Doc, notes: str) -> bool:
    """May a declared adapter be this one: by the id that the mark remembers, by its name, by its address."""
    remembered = card["id"][:13] in notes
    named = card["name"].casefold() in (adapter.name.casefold(), adapter.key.casefold())
    return remembered or named or bool(adapter.match_mac and adapter.match_mac in (card.get("mac"), card.get("dynamicMac")))


def _adapters(before: Doc, after: Doc, vm: VirtualMachine) -> Iterator[str]:
    if "networkAdapters" in vm.lifecycle.exclusive:
        return
    there = {card["id"]: card for card in _list(after, "networkAdapters")}
    for card in _list(before, "networkAdapters"):
        claimed = [one for one in vm.network_adapters if _claims(one, card, before.get("notes", ""))]
        if card["id"] not in there:
            if not claimed:
                yield f"{card['name']} is gone"
            continue
        paths = {row.path for one in claimed for _, row, _ in written(one.settings)}
        also = {"name"} if claimed else set()
        also |= {"switchId"} if "switch" in paths else set()
        also |= {"dynamicMac"} if "mac" in paths else set()
        also |= {"dynamicMac"} if not card.get("dynamicMac") else set()  # the host gives it one at the first start
        yield from differences(card, there[card["id"]], (*paths, *also))


def _drives(before: Doc, after: Doc, vm: VirtualMachine) -> list[str]:
    """Drives whose slot and file nobody names stay as they are; a file that is declared may have taken a drive to another slot."""
    found = []
    slots = {str(one.slot) for one in vm.disks} | {str(one.slot) for one in vm.dvds}
    paths = {normal_path(one.path) for one in vm.disks if one.path} | {normal_path(one.iso) for one in vm.dvds if isinstance(one.iso, str)}
    for kind in ("disks", "dvds"):
        if kind in vm.lifecycle.exclusive:
            continue
        there = _list(after, kind)
        for drive in _list(before, kind):
            path = normal_path(drive.get("path") or drive.get("iso") or "")
            taken = path in paths or path.endswith(".avhdx")
            if drive["slot"] not in slots and not taken and drive not in there:
                found.append(f"{kind}: {drive} is gone or another")
    return found


def strangers(before: Doc, after: Doc, desired: Desired) -> list[str]:
    """Machines and switches that no document names and no mark of ours is on are there, to the last byte."""
    found = []
    for kind, objects in (("vms", desired.vms), ("switches", desired.switches)):
        names = {name.casefold() for one in objects for name in (one.name, *one.lifecycle.formerly)}
        there = {one["id"]: one for one in after.get(kind, ())}
        for one in before.get(kind, ()):
            notes = one.get("notes", "")
            ours = re.search(r"(?<![^\r\n])hvplan/v1 ", notes)
            if one["name"].casefold() not in names and not ours and there.get(one["id"]) != one:
                found.append(f"{kind}: {one['name']} was {one}, is {there.get(one['id'])}")
    return found


def owned(one: Doc, kind: str) -> bool:
    """Did we create it, by a mark that is its own."""
    found = re.findall(r"(?m)^hvplan/v1 ([^\r\n]*)", one.get("notes", ""))
    return len(found) == 1 and f"{kind}={one['id'][:13]}" in found[0] and "origin=created" in found[0]


def deleted(before: Doc, after: Doc, desired: Desired) -> list[str]:
    """What is gone although it was not created by us, or nobody asked."""
    found = []
    for kind, mark, objects in (("vms", "vm", desired.vms), ("switches", "switch", desired.switches)):
        asked = {name.casefold() for one in objects if one.ensure is Ensure.ABSENT for name in (one.name, *one.lifecycle.formerly)}
        there = {one["id"] for one in after.get(kind, ())}
        for one in before.get(kind, ()):
            marked = {m.casefold() for m in re.findall(r"\bid=(\S+)", one.get("notes", ""))}
            if one["id"] not in there and not (owned(one, mark) and ({one["name"].casefold()} | marked) & (asked | {_quoted(a) for a in asked})):
                found.append(f"{kind}: {one['name']} ({one.get('notes')!r}) was deleted")
    return found


def _quoted(name: str) -> str:
    """A name as a mark has it."""
    return quote(name, safe="/-._~").casefold()


def files_gone(before: Doc, after: Doc) -> set[str]:
    """Files that are not there any more; what checkpoints wrote into is theirs."""
    there = {file["path"].lower() for file in after.get("files", ())}
    return {f["path"].lower() for f in before.get("files", ()) if not f["path"].lower().endswith((".avhdx", ".avhd"))} - there


def by_id(world: Doc) -> Doc:
    """With connected adapters naming their switch by its id: a renamed switch takes them along."""
    ids = {switch["name"]: switch["id"] for switch in world.get("switches", ())}
    made = deepcopy(world)
    machines = [*made.get("vms", ())]
    machines += [item["config"] for vm in machines for item in vm.get("checkpoints", {}).get("items", ()) if "config" in item]
    for vm in machines:
        for card in _list(vm, "networkAdapters"):
            if (name := card.pop("switch", None)) is not None:
                card["switchId"] = ids[name]
    return made


def host(before: Doc, after: Doc, settings: HostSettings) -> list[str]:
    """Settings of the host that changed although nobody says so."""
    allowed = {row.path.removeprefix("settings.") for _, row, value in written(settings) if not isinstance(value, Reset)}
    return differences(before["host"]["settings"], after["host"]["settings"], tuple(allowed))


def ending(world: Doc, there: Doc) -> Doc:
    """A state without what two ways to the same end may differ in: times, ids of adapters, addresses out of the pool, free space.

    Where new devices of a machine that was `there` come in its boot order, too: what nobody declares, nobody puts right.
    """
    old = {vm["id"] for vm in there.get("vms", ())}
    world = deepcopy(world)
    for vm in world.get("vms", ()):
        names = {card["id"]: card["name"] for card in _list(vm, "networkAdapters")}
        for card in _list(vm, "networkAdapters"):
            del card["id"]
        for part, key in ((vm.get("checkpoints", {}), "path"), (vm, "smartPagingPath")):
            if part.get(key) == vm["path"]:
                del part[key]  # a folder that is set to what a host shows unset
        if order := vm.get("firmware", {}).get("bootOrder"):
            order[:] = [names.get(entry.removeprefix("adapter "), entry) for entry in order]
            if vm["id"] in old:
                order.sort()
    made: Doc = {"switches": sorted((_plain(one) for one in world.get("switches", ())), key=repr)}
    made["vms"] = sorted((_plain(one) for one in world.get("vms", ())), key=repr)
    made["files"] = sorted((_plain(one) for one in world.get("files", ())), key=repr)
    made["settings"] = world["host"]["settings"]
    return made


BOOKS: Final = re.compile(r" (applied=1:|nic/)\S*")
"""What a mark keeps of digests and device ids: bookkeeping, written with the next change."""


DRAWN: Final = frozenset(
    (
        *("created", "started", "dynamicMac", "identifier", "due"),
        *("threadsPerCore", "maximumPerNode", "maximumPerSocket", "numaMaximumPerNode"),  # set to what a host shows unset, they look the same
    )
)


def _plain(node: Any) -> Any:
    if isinstance(node, str) and "hvplan/v1 " in node:
        return BOOKS.sub("", node)
    if isinstance(node, dict):
        return {key: made for key, value in node.items() if key not in DRAWN and (made := _plain(value)) != {}}
    return [_plain(item) for item in node] if isinstance(node, list) else node
