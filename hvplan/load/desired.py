"""All documents to the desired model: identities, hosts, machines, and the places of everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hvplan.diagnostics import Place
from hvplan.load import build
from hvplan.load.build import Values
from hvplan.load.build_network import management, net_adapters
from hvplan.load.build_vm import machine
from hvplan.load.check import Checker, suggest
from hvplan.load.documents import Head
from hvplan.load.format import DOCUMENTS
from hvplan.load.hosts import Hosts, join
from hvplan.load.machines import filled, hosts_expanded, inherited, instances, merged, own_words, sample, templates
from hvplan.load.places import Places, Written
from hvplan.load.rules import disk_rules, machine_rules, switch_rules
from hvplan.load.rules_between import between_objects
from hvplan.load.tree import Mapping, Scalar, child
from hvplan.model import address
from hvplan.model.objects import Desired, Stack, VirtualDisk, VirtualMachine, VirtualSwitch


@dataclass(frozen=True, slots=True, kw_only=True)
class _One:
    """One object to build: `root` is its document with templates merged and placeholders filled in, `values` what was right in it."""

    name: str
    host: str
    place: Place
    root: Mapping
    values: Values


@dataclass(slots=True)
class Builder:
    """Builds the desired model once; `checker` collects what is wrong. `complete`: every file could be read, so a missing name is a mistake."""

    complete: bool
    checker: Checker = field(default_factory=Checker)
    hosts: Hosts = field(default_factory=Hosts)
    stack: Stack = field(default_factory=Stack)
    written: dict[tuple[str, str], Written] = field(default_factory=dict)
    identities: dict[tuple[str, str, str], Place] = field(default_factory=dict)
    switches: list[VirtualSwitch] = field(default_factory=list)
    disks: dict[tuple[str, str], VirtualDisk] = field(default_factory=dict)
    vms: list[VirtualMachine] = field(default_factory=list)
    homeless: list[str] = field(default_factory=list)  # names of documents that made no object

    def build(self, heads: list[Head], hosts_file: list[Head]) -> tuple[Desired, Places]:
        """The model and its places; look at `checker.found` before using them."""
        of: dict[str, list[Head]] = {kind: [head for head in heads if head.kind == kind] for kind in DOCUMENTS}
        stacks = [own_words(head, None, self.checker) for head in of["Stack"]]
        stack = next((head.name for head in stacks if head.name), None if self.complete else "stack")
        self.hosts = join(
            [own_words(head, stack, self.checker) for head in of["Host"]], [own_words(head, stack, self.checker) for head in hosts_file], self.checker
        )
        self.hosts.complete = self.complete
        self._stack(stacks)
        for name, head in self.hosts.declared.items():
            self.written[name, f"host/{address.encode(name)}"] = Written(head.place, head.root)
        for head in of["VirtualSwitch"]:
            self._objects(head, head.root, self._switch)
        for head in of["VirtualDisk"]:
            self._objects(head, head.root, self._disk)
        known = templates(of["VirtualMachineTemplate"], self.checker)
        for head in of["VirtualMachineTemplate"]:
            self._sample(head, inherited(head.root))
        for head in of["VirtualMachine"]:
            self._objects(head, merged(head, known, self.checker, complete=self.complete), self._machine)
        desired = Desired(stack=self.stack, hosts=self.hosts.all(), switches=tuple(self.switches), disks=tuple(self.disks.values()), vms=tuple(self.vms))
        places = Places(self.written)
        between_objects(desired, places, self.checker, complete=self.complete, homeless=self.homeless)
        return desired, places

    def _stack(self, heads: list[Head]) -> None:
        for head in heads[1:]:
            summary = "There is more than one Stack document."
            self.checker.say("duplicate-document", summary, head.place, detail=f"first at {heads[0].place}", hint="keep one: a run has one stack")
        for head in heads[:1]:
            values = self.checker.check(DOCUMENTS["Stack"], head.root, "")
            self.stack = build.stack(values)
            self.written["", "stack"] = Written(head.place, head.root)
            node = child(head.root, "host")
            if isinstance(node, Scalar) and isinstance(values.get("host"), str):
                self._default_host(node)

    def _default_host(self, node: Scalar) -> None:
        if node.text in self.hosts.known:
            self.hosts.default = node.text
        elif self.complete:
            hint = suggest(node.text, self.hosts.known) or "write a document of kind Host"
            self.checker.say("host-unknown", "There is no Host document of that name.", node.place, detail=f"found '{node.text}'", hint=hint)
            self.hosts.default_wrong = True

    def _objects(self, head: Head, root: Mapping, take: Callable[[_One], None]) -> None:
        """Every object of one document: each instance, on each of its hosts."""
        shape, stack = DOCUMENTS[head.kind], self.stack.name or (None if self.complete else "stack")
        found = instances(root, self.checker) if head.name else ()
        built = False
        for instance in found:
            placed = hosts_expanded(root, instance, stack, self.checker)
            for host in self.hosts.of(placed, self.checker):
                words = instance.words(stack, host, self.checker)
                name = instance.full_name(words, self.checker)
                full = filled(placed, name, words, self.checker)
                values = self.checker.check(shape, full, "")
                built = True
                if isinstance(values.get("name"), str) and self._claim(head.kind, name, host, instance.place):
                    take(_One(name=name, host=host, place=instance.place, root=full, values=values))
        if not built:  # its name, instances or host are wrong: the rest is checked all the same
            self.homeless.append(head.name)
            full, values = self._sample(head, root)
            self._rules(head, full, values)

    def _sample(self, head: Head, root: Mapping) -> tuple[Mapping, Values]:
        """Checks a document that makes no object, or a template: what nobody uses yet may be wrong too."""
        full = sample(head, root, self.stack.name, self.checker)
        return full, self.checker.check(DOCUMENTS[head.kind], full, "")

    def _rules(self, head: Head, root: Mapping, values: Values) -> None:
        """What the rules say of a document that makes no object."""
        match head.kind:
            case "VirtualMachine":
                machine_rules(machine(values, head.name, "", lambda name: ""), root, self.checker)
            case "VirtualSwitch":
                switch_rules(self._switch_of(values, head.name, ""), root, self.checker)
            case "VirtualDisk":
                disk_rules(build.disk(values, head.name, ""), root, self.checker)

    def _switch_of(self, values: Values, name: str, host: str) -> VirtualSwitch:
        return replace(build.switch(values, name, host), net_adapters=net_adapters(values), management=management(values))

    def _claim(self, kind: str, name: str, host: str, place: Place) -> bool:
        """Is (host, kind, name) still free; Windows ignores case."""
        key = (host, kind, name.casefold())
        if key not in self.identities:
            self.identities[key] = place
            return True
        hint = "give each a name of its own; names that differ in case only are the same to Windows"
        first = self.identities[key]
        self.checker.say("duplicate-document", f"The {kind} {name} on host {host} is declared twice.", place, detail=f"first at {first}", hint=hint)
        return False

    def _switch(self, one: _One) -> None:
        self.written[one.host, address.switch(one.name)] = Written(one.place, one.root)
        switch = self._switch_of(one.values, one.name, one.host)
        node = child(one.root, "managementAdapters")
        for key, entry in node.entries.items() if isinstance(node, Mapping) else ():
            self.written[one.host, address.device(address.switch(one.name), "managementAdapters", key)] = Written(entry.key, entry.node)
        switch_rules(switch, one.root, self.checker)
        self.switches.append(switch)

    def _disk(self, one: _One) -> None:
        self.written[one.host, address.disk(one.name)] = Written(one.place, one.root)
        disk = build.disk(one.values, one.name, one.host)
        disk_rules(disk, one.root, self.checker)
        self.disks[one.host, one.name] = disk

    def _machine(self, one: _One) -> None:
        def path_of(name: str) -> str:
            disk = self.disks.get((one.host, name))
            return disk.path if disk else ""

        vm, own = machine(one.values, one.name, one.host, path_of), address.vm(one.name)
        self.written[one.host, own] = Written(one.place, one.root)
        for group in ("disks", "dvds", "networkAdapters"):
            node = child(one.root, "devices", group)
            if isinstance(node, Mapping):
                for key, entry in node.entries.items():
                    self.written[one.host, address.device(own, group, key)] = Written(entry.key, entry.node)
        machine_rules(vm, one.root, self.checker)
        self.vms.append(vm)
