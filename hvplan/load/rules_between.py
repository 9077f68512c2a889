"""Rules between objects: one file in two places, names that no document has, switches that cannot be told apart."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from hvplan.diagnostics import Place
from hvplan.load.check import Checker, suggest
from hvplan.load.places import Places
from hvplan.model import address, pattern
from hvplan.model.objects import Desired, Ensure, VirtualMachine
from hvplan.model.values import normal_path


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """One place where a file is attached."""

    vm: str
    key: str
    path: str
    shared: bool
    disk: str
    place: Place | None


def between_objects(desired: Desired, places: Places, checker: Checker, *, complete: bool, homeless: Collection[str] = ()) -> None:
    """Everything that takes two documents to see. `complete`: every file could be read, so a missing name is a mistake.

    `homeless`: names of documents that belong to no host, of which something has been said: they may be the ones that others name.
    """
    if complete and not any("{" in name for name in homeless):
        _links(desired, places, checker, frozenset(homeless))
    _files(desired, places, checker)
    _addresses(desired, places, checker)
    _switches(desired, places, checker)
    _former_names(desired, places, checker)


def _links(desired: Desired, places: Places, checker: Checker, homeless: frozenset[str]) -> None:
    disks: dict[str, set[str]] = {}
    for item in desired.disks:
        disks.setdefault(item.host, set()).add(item.name)
    machines = {(vm.host, vm.name) for vm in desired.vms}
    for vm in desired.vms:
        own = address.vm(vm.name)
        for disk in vm.disks:
            here = address.device(own, "disks", disk.key)
            links = [("vhd.source", disk.vhd.source), ("vhd.parent", disk.vhd.parent)] if disk.vhd else []
            for path, name in (*links, ("disk", disk.disk)):
                if name and name not in disks.get(vm.host, ()) and name not in homeless:
                    hint = suggest(name, sorted(disks.get(vm.host, ()))) or f"write a document of kind VirtualDisk for host {vm.host}"
                    summary = f"{path}: there is no VirtualDisk document of that name on this host."
                    checker.say("disk-unknown", summary, places.place(vm.host, here, path), detail=f"found '{name}'", hint=hint)
        for name in vm.lifecycle.start_after:
            if (vm.host, name) not in machines and name not in homeless:
                others = [other for host, other in machines if host == vm.host]
                hint = suggest(name, others) or f"write a document of kind VirtualMachine for host {vm.host}"
                place = places.place(vm.host, own, "lifecycle.startAfter")
                summary = "lifecycle.startAfter: there is no VirtualMachine document of that name on this host."
                checker.say("machine-unknown", summary, place, detail=f"found '{name}'", hint=hint)
    _start_circles(desired, places, checker)


def _start_circles(desired: Desired, places: Places, checker: Checker) -> None:
    after = {(vm.host, vm.name): vm.lifecycle.start_after for vm in desired.vms if vm.lifecycle.start_after}
    told: set[tuple[str, str]] = set()
    for host, name in after:
        if (host, name) in told:
            continue
        reached: list[str] = []
        waiting = list(after[host, name])
        while waiting:
            current = waiting.pop()
            if current == name:
                place = places.place(host, address.vm(name), "lifecycle.startAfter")
                told |= {(host, other) for other in reached}
                checker.say(
                    "start-circle",
                    "lifecycle.startAfter runs in a circle.",
                    place,
                    detail=f"{name} would start after itself",
                    hint="remove one of the startAfter",
                )
                break
            if current not in reached:
                reached.append(current)
                waiting += after.get((host, current), ())


def _files(desired: Desired, places: Places, checker: Checker) -> None:
    documents: dict[tuple[str, str], str] = {}
    for item in desired.disks:
        if not item.path:
            continue
        first = documents.setdefault((item.host, normal_path(item.path)), item.name)
        if first != item.name:
            detail = f"{item.path}, also of {first}, at {places.place(item.host, address.disk(first), 'path')}"
            place = places.place(item.host, address.disk(item.name), "path")
            checker.say("file-twice", "Two VirtualDisk documents name one file.", place, detail=detail, hint="keep one of them")
    parents = {(vm.host, normal_path(disk.vhd.parent_path)) for vm in _present(desired) for disk in vm.disks if disk.vhd and disk.vhd.parent_path}
    uses: dict[tuple[str, str], _Use] = {}
    for vm in _present(desired):
        for disk in vm.disks:
            if disk.path and not disk.absent:
                here = address.device(address.vm(vm.name), "disks", disk.key)
                place = places.place(vm.host, here, "vhd.path" if disk.vhd else "disk")
                use = _Use(vm=vm.name, key=disk.key, path=disk.path, shared=disk.shared, disk=disk.disk, place=place)
                key = (vm.host, normal_path(disk.path))
                if disk.vhd and key in documents:
                    hint = f"attach it with disk: {documents[key]}, or use another path"
                    detail = f"{disk.path} is VirtualDisk {documents[key]}"
                    checker.say("file-twice", "This file is a VirtualDisk document's.", place, detail=detail, hint=hint)
                elif key in parents:
                    hint = "attach a child of it: vhd: {path: ..., parent: NAME}"
                    checker.say("parent-attached", "A disk that is a parent is never attached anywhere.", place, detail=f"found {disk.path}", hint=hint)
                _twice(use, uses.setdefault(key, use), checker)


def _twice(use: _Use, first: _Use, checker: Checker) -> None:
    if use is first or (use.vm != first.vm and use.shared and first.shared):
        return
    detail = f"{use.path}\nalso disk {first.key} of {first.vm}, at {first.place}"
    if use.vm == first.vm:
        checker.say("file-twice", "Two disks of one machine cannot have one file.", use.place, detail=detail, hint="give each its own file")
    else:
        hint = "give each its own file: {name} and {device} in the path do that"
        checker.say("file-twice", "Two machines cannot have one file.", use.place, detail=detail, hint=hint)


def _addresses(desired: Desired, places: Places, checker: Checker) -> None:
    """One MAC address in two machines: Hyper-V takes it, and both lose packets as soon as they meet on one network."""
    first: dict[tuple[str, str], tuple[str, Place | None, str]] = {}
    for vm in _present(desired):
        for adapter in vm.network_adapters:
            if adapter.absent or not isinstance(mac := adapter.settings.mac, str) or mac == "Dynamic":
                continue
            here = address.device(address.vm(vm.name), "networkAdapters", adapter.key)
            place = places.place(vm.host, here, "mac")
            other, there, name = first.setdefault((vm.host, mac), (here, place, vm.name))
            if name != vm.name:
                detail = f"{mac} of {here}, also of {other}" + (f", at {there}" if there != place else "")
                hint = "give each its own address, or leave mac out: the host gives every adapter one"
                checker.warn("mac-twice", "Two machines of one host have the same MAC address.", place, detail=detail, hint=hint)


def _present(desired: Desired) -> list[VirtualMachine]:
    return [vm for vm in desired.vms if vm.ensure is not Ensure.ABSENT]


def _switches(desired: Desired, places: Places, checker: Checker) -> None:
    """A switch name is sent as written; one that fits another switch as a pattern could hit the wrong one."""
    for switch in desired.switches:
        if pattern.is_pattern(switch.name):
            for other in desired.switches:
                if other.host == switch.host and other is not switch and pattern.fits(switch.name, other.name):
                    place = places.place(switch.host, address.switch(switch.name), "name")
                    detail = f"'{switch.name}' fits '{other.name}', at {places.place(other.host, address.switch(other.name), 'name')}"
                    checker.say("switch-pattern", "Read as a pattern, this name fits another switch.", place, detail=detail, hint="rename one of them")


def _former_names(desired: Desired, places: Places, checker: Checker) -> None:
    """A former name leads to one object: it is no present name, and nobody else's former name."""
    objects = [(vm.host, address.vm, vm.name, vm.lifecycle.formerly) for vm in desired.vms]
    objects += [(switch.host, address.switch, switch.name, switch.lifecycle.formerly) for switch in desired.switches]
    taken = {(host, made(name).casefold()): name for host, made, name, _ in objects}
    for host, made, name, formerly in objects:
        for old in formerly:
            other = taken.setdefault((host, made(old).casefold()), name)
            if other != name or old == name:
                place = places.place(host, made(name), "lifecycle.formerly")
                detail = f"'{old}' is {'its own name' if old == name else f'a name of {other}, at {places.place(host, made(other))}'}"
                checker.say("formerly-taken", "lifecycle.formerly holds a name that is taken.", place, detail=detail, hint="remove it once the rename is done")
