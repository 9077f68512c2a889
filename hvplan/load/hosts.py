"""Hosts: documents and the hosts file joined, and which host a document belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from hvplan.diagnostics import Place
from hvplan.load.build import given, got
from hvplan.load.build_network import host_settings
from hvplan.load.check import Checker, suggest
from hvplan.load.connection import connection
from hvplan.load.documents import Head
from hvplan.load.format import DOCUMENTS
from hvplan.load.rules_network import host_rules
from hvplan.load.tree import Mapping, Node, Scalar, Sequence, child
from hvplan.model.objects import Host


@dataclass(slots=True, kw_only=True)
class Hosts:
    """Every host that is known. `declared`: it has a document; the others stand in the hosts file and count once something uses them."""

    known: dict[str, Host] = field(default_factory=dict)
    declared: dict[str, Head] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    default: str = ""
    default_wrong: bool = False  # there is no default and cannot be: said once, not again for every document
    complete: bool = True  # False: a file could not be read, so a missing name proves nothing

    def of(self, root: Mapping, checker: Checker) -> tuple[str, ...]:
        """The hosts of a document: its own `host`, else the stack's, else the only one. Says what is wrong."""
        node = child(root, "host")
        if node is not None and not (isinstance(node, Scalar) and node.value is None):
            items: tuple[Node, ...] = node.items if isinstance(node, Sequence) else (node,)
            if not items:  # never silently an object of nowhere: what no document asks for any more is pruned
                checker.say("host-missing", "host is an empty list, so this is for no host.", node.place, hint="write host: NAME, or remove the key")
            names = [(item.text, item.place) for item in items if isinstance(item, Scalar)]
        elif self.default_wrong:
            return ()
        elif self.default:
            names = [(self.default, root.place)]
        else:
            only = list(self.declared) or list(self.known)
            if len(only) != 1:
                if self.complete and not only:
                    hint = "write one: kind: Host, name and connection; or give a hosts file with --hosts"
                    checker.say("host-missing", "Which host is this for? There is no Host document.", root.place, hint=hint)
                    self.default_wrong = True  # said once, not again for every document
                elif self.complete:
                    summary = "Which host is this for? It has no 'host', and there are several Host documents."
                    checker.say("host-missing", summary, root.place, hint="write host: NAME here or in the Stack")
                return ()
            names = [(only[0], root.place)]
        found: dict[str, Place] = {}
        for name, place in names:
            if name in found:
                checker.say("host-twice", f"The host {name} is named twice.", place, hint="remove one of them")
            elif name in self.known:
                found[name] = place
                self.used.add(name)
            elif self.complete:
                hint = suggest(name, self.known) or ("the hosts are " + ", ".join(sorted(self.known)) if self.known else "write a document of kind Host")
                checker.say("host-unknown", "There is no Host document of that name.", place, detail=f"found '{name}'", hint=hint)
        return tuple(found)

    def all(self) -> tuple[Host, ...]:
        """The hosts that take part: with a document, or used by one; by name."""
        return tuple(self.known[name] for name in sorted(self.known) if name in self.declared or name in self.used)


def read_host(head: Head, checker: Checker, *, hosts_file: bool) -> tuple[Host, dict[str, Any]]:
    """A Host of one document, and its checked values."""
    values = checker.check(DOCUMENTS["Host"], head.root, "")
    written, node = got(values, "connection"), child(head.root, "connection")
    wired = connection(written, node, head.folder, checker, hosts_file=hosts_file) if isinstance(written, dict) and node is not None else {}
    settings = host_settings(values)
    host_rules(settings, head.root, checker)
    return Host(name=head.name, connection=wired, from_hosts_file=hosts_file and bool(wired), settings=settings, **given(values, cluster="cluster")), values


def join(documents: Iterable[Head], hosts_file: Iterable[Head], checker: Checker) -> Hosts:
    """All hosts; the connection of the hosts file wins over the documents'."""
    hosts = Hosts()
    for head in documents:
        host, _ = read_host(head, checker, hosts_file=False)
        if _new(head, hosts.declared, checker):
            hosts.declared[head.name] = head
            hosts.known[head.name] = host
    pinned: dict[str, Head] = {}
    for head in hosts_file:
        if head.kind != "Host":
            checker.say("hosts-file", f"A hosts file holds Host documents only, not a {head.kind}.", head.place, hint="move the document")
            continue
        host, values = read_host(head, checker, hosts_file=True)
        if _new(head, pinned, checker):
            pinned[head.name] = head
            old = hosts.known.get(head.name)
            if old is not None:
                host = replace(
                    host,
                    connection=host.connection or old.connection,
                    cluster=host.cluster if "cluster" in values else old.cluster,
                    settings=host.settings if "settings" in values else old.settings,
                )
            hosts.known[head.name] = host
    return hosts


def _new(head: Head, seen: dict[str, Head], checker: Checker) -> bool:
    first = next((other for name, other in seen.items() if name.casefold() == head.name.casefold()), None)
    if first is not None:
        checker.say("duplicate-document", f"The host {head.name} is declared twice.", head.place, detail=f"first at {first.place}", hint="keep one of them")
    return bool(head.name) and first is None
