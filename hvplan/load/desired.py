"""All documents to the desired model: identities, hosts, machines, and the places of everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hvplan.diagnostics import Diagnostic, Place
from hvplan.load import build
from hvplan.load.build_vm import machine
from hvplan.load.check import Checker, suggest
from hvplan.load.documents import Head
from hvplan.load.format import DOCUMENTS
from hvplan.load.hosts import Hosts, join
from hvplan.load.machines import hosts_expanded, inherited, instances, merged, templates
from hvplan.load.places import Places, Written
from hvplan.load.placeholders import Words, expand_document
from hvplan.load.rules import cross_rules, disk_rules, machine_rules, switch_rules
from hvplan.load.tree import Entry, Mapping, Scalar, child, where
from hvplan.model import address
from hvplan.model.objects import Desired, Stack, VirtualDisk, VirtualMachine, VirtualSwitch


@dataclass(slots=True)
class Builder:
    """Builds the desired model once; `checker` collects what is wrong."""

    complete: bool
    checker: Checker = field(default_factory=Checker)
    hosts: Hosts = field(default_factory=Hosts)
    stack: Stack = field(default_factory=Stack)
    written: dict[tuple[str, str], Written] = field(default_factory=dict)
    identities: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    switches: list[VirtualSwitch] = field(default_factory=list)
    disks: dict[tuple[str, str], VirtualDisk] = field(default_factory=dict)
    vms: list[VirtualMachine] = field(default_factory=list)

    def build(self, heads: list[Head], hosts_file: list[Head]) -> tuple[Desired, Places]:
        """The model and its places; look at `checker.found` before using them."""
        of: dict[str, list[Head]] = {kind: [head for head in heads if head.kind == kind] for kind in DOCUMENTS}
        self._stack(of["Stack"])
        default, self.hosts = self.hosts.default, join(of["Host"], hosts_file, self.checker)
        self.hosts.default, self.hosts.complete = default, self.complete
        self._places_of_hosts()
        for head in of["VirtualSwitch"]:
            self._each_host(head, self._switch)
        for head in of["VirtualDisk"]:
            self._each_host(head, self._disk)
        known = templates(of["VirtualMachineTemplate"], self.checker)
        for head in known.values():
            self._unused_template(head)
        for head in of["VirtualMachine"]:
            self._machines(head, merged(head, known, self.checker, complete=self.complete))
        desired = Desired(
            stack=self.stack, hosts=self.hosts.all(), switches=tuple(self.switches), disks=tuple(self.disks.values()), vms=tuple(self.vms)
        )
        places = Places(self.written)
        cross_rules(desired, places, self.checker, complete=self.complete)
        return desired, places

    def _words(self, **more: str | None) -> Words:
        return Words(stack=self.stack.name or None, **more)

    def _stack(self, heads: list[Head]) -> None:
        for head in heads[1:]:
            summary = "There is more than one Stack document."
            self.checker.say("duplicate-document", summary, head.place, detail=f"first at {heads[0].place}", hint="keep one: a run has one stack")
        for head in heads[:1]:
            values = self.checker.check(DOCUMENTS["Stack"], head.root, "")
            self.stack = build.stack(values)
            default = build.got(values, "host")
            self.hosts.default = default if isinstance(default, str) else ""
            self.written["", "stack"] = Written(head.place, head.root)

    def _places_of_hosts(self) -> None:
        for name, head in self.hosts.declared.items():
            self.written[name, f"host/{address.encode(name)}"] = Written(head.place, head.root)
        node = child(self.written["", "stack"].node, "host") if ("", "stack") in self.written else None
        if isinstance(node, Scalar) and self.hosts.default and self.hosts.default not in self.hosts.known and self.complete:
            hint = suggest(self.hosts.default, self.hosts.known) or "write a document of kind Host"
            self.checker.say("host-unknown", "There is no Host document of that name.", node.place, detail=f"found '{self.hosts.default}'", hint=hint)
            self.hosts.default, self.hosts.complete = "", False  # said once, not again for every document

    def _each_host(self, head: Head, take: Any) -> None:
        """A switch or a disk, on each of its hosts."""
        name_node = child(head.root, "name")
        for host, _ in self.hosts.of(hosts_expanded(head.root, self._words(name=head.name), self.checker), self.checker):
            words = self._words(name=head.name, host=host)
            root = self._filled(head.root, self._text_of(name_node, words) or head.name, words)
            take(self.checker.check(DOCUMENTS[head.kind], root, ""), build.got({"n": child(root, "name")}, "n").text if head.name else "", host, root)

    def _text_of(self, node: Any, words: Words) -> str:
        from hvplan.load.placeholders import expand_text

        return expand_text(node, self._words(host=words.host), self.checker).text if isinstance(node, Scalar) else ""

    def _filled(self, root: Mapping, name: str, words: Words) -> Mapping:
        """The document for one object: its name as it is, everything else with placeholders filled in."""
        entry = root.entries.get("name")
        rest = root._replace(entries={key: value for key, value in root.entries.items() if key not in ("name", "instances")})
        filled = expand_document(rest, words, self.checker)
        if entry is None:
            return filled
        node = entry.node._replace(value=name, text=name) if isinstance(entry.node, Scalar) and entry.node.value is not None else entry.node
        return filled._replace(entries={**filled.entries, "name": Entry(entry.key, node)})

    def _claim(self, kind: str, name: str, host: str, place: Place) -> bool:
        """Is (host, kind, name) still free; Windows ignores case."""
        first = self.identities.setdefault((host, kind, name.casefold()), place)
        if first is not place:
            hint = "give each a name of its own; names that differ in case only are the same to Windows"
            self.checker.say("duplicate-document", f"{kind} {name} on host {host} is declared twice.", place, detail=f"first at {first}", hint=hint)
        return first is place

    def _switch(self, values: Any, name: str, host: str, root: Mapping) -> None:
        if name and isinstance(values, dict) and self._claim("VirtualSwitch", name, host, root.place):
            self.written[host, address.switch(name)] = Written(root.place, root)
            switch = build.switch(values, name, host)
            switch_rules(switch, root, self.checker)
            self.switches.append(switch)

    def _disk(self, values: Any, name: str, host: str, root: Mapping) -> None:
        if name and isinstance(values, dict) and self._claim("VirtualDisk", name, host, root.place):
            self.written[host, address.disk(name)] = Written(root.place, root)
            disk = build.disk(values, name, host)
            disk_rules(disk, root, self.checker)
            self.disks[host, name] = disk

    def _unused_template(self, head: Head) -> None:
        """A template is checked by itself too, with words in place of what only a machine knows: one that nobody uses yet may be wrong."""
        words = Words(name="name", host="host", stack=self.stack.name or "stack", index="1")
        known = expand_document(inherited(head.root), words, self.checker)
        entries = {key: head.root.entries[key] for key in ("apiVersion", "kind", "name") if key in head.root.entries}
        nulls = _without_nulls(known._replace(entries={**entries, **known.entries}))
        self.checker.check(DOCUMENTS["VirtualMachineTemplate"], nulls, "")

    def _machines(self, head: Head, root: Mapping) -> None:
        for instance in instances(root, self._words(), self.checker):
            index = instance.index or None
            placed = hosts_expanded(root, self._words(name=instance.item, index=index), self.checker)
            for host, _ in self.hosts.of(placed, self.checker):
                words = self._words(name=instance.item, host=host, index=index)
                self._machine(self._filled(placed, instance.name, words), instance.name, host, instance.place)
        if "instances" in root.entries or not head.name:
            alone = root._replace(entries={key: entry for key, entry in root.entries.items() if key in ("name", "instances")})
            self.checker.check(DOCUMENTS["VirtualMachine"], alone, "")

    def _machine(self, root: Mapping, name: str, host: str, place: Place) -> None:
        values = self.checker.check(DOCUMENTS["VirtualMachine"], root, "")
        if not isinstance(values, dict) or not self._claim("VirtualMachine", name, host, place):
            return
        vm = machine(values, name, host, lambda disk: self.disks[host, disk].path if (host, disk) in self.disks else "")
        own = address.vm(name)
        self.written[host, own] = Written(place, root)
        for group in ("disks", "networkAdapters"):
            node = child(root, "devices", group)
            if isinstance(node, Mapping):
                for key, entry in node.entries.items():
                    self.written[host, address.device(own, group, key)] = Written(entry.key, entry.node)
        machine_rules(vm, root, self.checker)
        self.vms.append(vm)


def _without_nulls(root: Mapping) -> Mapping:
    entries = {key: entry for key, entry in root.entries.items() if not (isinstance(entry.node, Scalar) and entry.node.value is None)}
    below = {key: Entry(e.key, _without_nulls(e.node)) if isinstance(e.node, Mapping) else e for key, e in entries.items()}
    return root._replace(entries=below)


def first_place(root: Mapping, *keys: str) -> Place:
    """The place of a key, for rules."""
    return where(root, *keys)


def unique(found: list[Diagnostic]) -> list[Diagnostic]:
    """One message for one mistake: what a template or an alias brings into many machines is said once."""
    seen: dict[tuple[Place | None, str, str], Diagnostic] = {}
    for diagnostic in found:
        seen.setdefault((diagnostic.place, diagnostic.code, diagnostic.summary), diagnostic)
    return list(seen.values())
