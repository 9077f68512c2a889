"""Documents by kind: what each claims to be, its name, and everything that is wrong with its head."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hvplan.diagnostics import Place
from hvplan.load.check import Checker, suggest
from hvplan.load.format import DOCUMENTS, FOREIGN_KINDS, LATER_KINDS
from hvplan.load.kinds import NAME
from hvplan.load.tree import Document, Mapping, Scalar, child, describe, where

_ALL = (*DOCUMENTS, *LATER_KINDS)
_SHORT: Final = {"vm": "VirtualMachine", "switch": "VirtualSwitch", "disk": "VirtualDisk", "template": "VirtualMachineTemplate", "policy": "SnapshotPolicy"}
"""What is close to a kind only for who knows that it is short for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A document of a known kind. `name` is as written, placeholders included; `""` when it is missing or wrong."""

    kind: str
    name: str
    root: Mapping
    file: str

    @property
    def place(self) -> Place:
        """Where the document begins."""
        return self.root.place

    @property
    def folder(self) -> str:
        """The folder that its relative paths stand against."""
        return os.path.dirname(os.path.abspath(self.file))


_PASSED_OVER: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*)?\r?\n)*kind: *(?:%s) *(?:#[^\n]*)?\r?\n" % "|".join(FOREIGN_KINDS).encode())
_MORE: Final = re.compile(rb"^(?:---|\.\.\.)", re.MULTILINE)


def passed_over(data: bytes) -> bool:
    """Does a file plainly hold one World or Inventory: seen from its first line, because it may be a hundred times longer than what is ours."""
    return bool(_PASSED_OVER.match(data)) and not _MORE.search(data)


def heads(documents: Iterable[Document], checker: Checker, *, named: bool) -> list[Head]:
    """The documents of a file that are ours. World and Inventory are passed over, unless the file was `named` by the user: then an error."""
    found: list[Head] = []
    for document in documents:
        root = document.root
        if not isinstance(root, Mapping):
            checker.say("document-shape", "A document must be a map that begins with 'kind'.", root.place, detail=f"found {describe(root)}")
            continue
        kind = _kind(root, checker, named=named)
        if kind:
            found.append(Head(kind=kind, name=_name(root, kind, checker), root=root, file=document.file))
    return found


def _kind(root: Mapping, checker: Checker, *, named: bool) -> str:
    node = child(root, "kind")
    if node is None:
        other = next((key for key in root.entries if key.lower() == "kind"), "")
        place, hint = (root.entries[other].key, f"write kind: in place of {other}:") if other else (root.place, "write one of " + ", ".join(DOCUMENTS))
        checker.say("kind-missing", "The document has no 'kind'.", place, hint=hint)
        return ""
    word = node.text if isinstance(node, Scalar) else ""
    if word in DOCUMENTS:
        return word
    if word in FOREIGN_KINDS:
        if named:
            use = "a Host document names it: connection: {simulated: {world: FILE}}" if word == "World" else "use it with plan --against FILE"
            checker.say(
                "foreign-kind", f"This file holds {'an' if word[0] in 'AEIOU' else 'a'} {word}, not documents to plan from.", where(root, "kind"), hint=use
            )
    elif word in LATER_KINDS:
        checker.say("not-supported", f"Documents of kind {word} are not supported by this version.", where(root, "kind"), hint="remove the document")
    else:
        hint = suggest(_SHORT.get(word.lower(), word), _ALL) or "the kinds are " + ", ".join(DOCUMENTS)
        checker.say("kind-unknown", "There is no such kind of document.", where(root, "kind"), detail=f"found {describe(node)}", hint=hint)
    return ""


def _name(root: Mapping, kind: str, checker: Checker) -> str:
    node = child(root, "name")
    if node is None:
        checker.say("missing", f"The {kind} has no 'name'.", root.place, hint="write name: ...")
        return ""
    if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, bool):
        try:
            return NAME.parse(node.text)
        except ValueError:
            return ""  # the checker says so, with all else
    return ""
