"""The way from PATHs to the desired model, in one function."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from hvplan.diagnostics import Diagnostic, Place, in_order
from hvplan.load.check import Checker
from hvplan.load.desired import Builder
from hvplan.load.documents import Head, heads, passed_over
from hvplan.load.files import SourceFile, contents, find, source
from hvplan.load.format import FOREIGN_KINDS
from hvplan.load.hosts import read_host
from hvplan.load.machines import own_words
from hvplan.load.places import Places
from hvplan.load.reader import read
from hvplan.load.tree import Document, Scalar, child, problem
from hvplan.load.tree import Sequence as ListNode
from hvplan.model.objects import Desired, Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What the files ask for. If any diagnostic is an error, nothing else here may be used. `files`: what was read of the PATHs, in order."""

    desired: Desired
    places: Places
    files: tuple[SourceFile, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class _Files:
    """What was read so far."""

    checker: Checker = field(default_factory=Checker)
    heads: list[Head] = field(default_factory=list)
    sources: list[SourceFile] = field(default_factory=list)
    complete: bool = True

    def take(self, path: str, *, named: bool) -> None:
        """Read one file."""
        data, wrong = contents(path)
        if wrong is not None:
            self.checker.found.append(wrong)
            self.complete = False
            return
        if not named and passed_over(data):
            return
        reading = read(data, path)
        self.complete = self.complete and not reading.broken
        foreign = bool(reading.documents) and all(_foreign(document) for document in reading.documents)
        if foreign and not named:
            return
        self.checker.found.extend(reading.diagnostics)
        self.sources.append(source(path, data))
        found = heads(reading.documents, self.checker, named=named)
        # A document that is of no known kind, or without a name, may be the very one that another refers to.
        ours = [document for document in reading.documents if not _foreign(document)]
        self.complete = self.complete and len(found) == len(ours) and all(head.name for head in found)
        self.heads += found


def _foreign(document: Document) -> bool:
    node = child(document.root, "kind")
    return isinstance(node, Scalar) and node.text in FOREIGN_KINDS


def load(paths: Sequence[str], *, hosts_file: str | None = None, ad_hoc: str = "") -> Loaded:
    """Everything that the files of the PATHs ask for, with all that is wrong in all of them. Never raises for what a file holds.

    `ad_hoc`: a host is given by its address alone, and this is its name where no file names one: then no Host document is needed.
    """
    files = _Files()
    found, wrong = find(paths, skip=hosts_file)
    files.checker.found.extend(wrong)
    files.complete = not wrong
    for item in found:
        files.take(item.path, named=item.named)
    if not files.heads and not any(d.severity == "error" for d in files.checker.found):
        place = Place(paths[0]) if len(paths) == 1 else None
        hint = "give the file or folder with your documents, or make a first one with: hvplan init"
        files.checker.found.append(problem("no-document", "There is no document here to plan from.", place, hint=hint))
    pinned = _Files()
    if hosts_file is not None:
        pinned.take(hosts_file, named=True)
    elif ad_hoc and not any(head.kind == "Host" for head in files.heads):
        pinned.heads += _only_host(files.heads, ad_hoc)
    builder = Builder(files.complete and pinned.complete)
    desired, places = builder.build(files.heads, pinned.heads)
    diagnostics = unique([*files.checker.found, *pinned.checker.found, *builder.checker.found])
    return Loaded(desired=desired, places=places, files=tuple(files.sources), diagnostics=in_order(diagnostics))


def _only_host(documents: Sequence[Head], name: str) -> list[Head]:
    """The one host that documents without a Host are for: the one that they name, else `name`; none where they name several."""
    named: dict[str, None] = {}
    for head in documents:
        node = child(head.root, "host")
        named |= {item.text: None for item in (node.items if isinstance(node, ListNode) else (node,)) if isinstance(item, Scalar) and item.value is not None}
    if len(named) > 1:
        return []
    text = f"kind: Host\nname: {json.dumps(next(iter(named), name), ensure_ascii=False)}\n"
    return heads(read(text.encode(), "--address").documents, Checker(), named=True)


def load_hosts(path: str) -> tuple[tuple[Host, ...], tuple[Diagnostic, ...]]:
    """The hosts of a hosts file, for commands without documents."""
    files = _Files()
    files.take(path, named=True)
    hosts: dict[str, Host] = {}
    for head in files.heads:
        if head.kind == "Host":
            own = own_words(head, None, files.checker)
            host, _ = read_host(own, files.checker, hosts_file=True)
            hosts.setdefault(own.name, host)
        else:
            files.checker.say("hosts-file", f"A hosts file holds Host documents only, not a {head.kind}.", head.place, hint="move the document")
    return tuple(hosts.values()), in_order(unique(files.checker.found))


def unique(found: list[Diagnostic]) -> list[Diagnostic]:
    """One message for one mistake: what a template or an alias brings into many machines is said once.

    Of a value that is not even YAML of ours (a tag, an alias of nothing), or whose placeholder stands for nothing, nothing more is said.
    """
    seen: dict[tuple[Place | None, str, str], Diagnostic] = {}
    first = ("yaml-alias", "yaml-tag", "yaml-character", "placeholder")
    bad = {d.place for d in found if d.code in first}
    for diagnostic in found:
        if diagnostic.place in bad and diagnostic.code not in first:
            continue
        seen.setdefault((diagnostic.place, diagnostic.code, diagnostic.summary), diagnostic)
    return list(seen.values())
