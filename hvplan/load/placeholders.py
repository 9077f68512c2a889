"""Placeholders in text: `{name} {host} {stack} {device} {index}` and nothing more; `{{` and `}}` are braces."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from typing import Final

from hvplan.load.check import Checker
from hvplan.load.tree import Entry, Mapping, Node, Scalar, Sequence, shorten

KNOWN: Final[Map[str, str]] = {
    "name": "the object's name",
    "host": "the host's name",
    "stack": "the name of the Stack document",
    "device": "a device's key",
    "index": "the number of an instance",
}
"""Placeholder -> what it stands for."""

MISSING: Final[Map[str, str]] = {
    "name": "{name} has no value in the name itself.",
    "host": "{host} has no value here.",
    "stack": "{stack} has no value: there is no Stack document.",
    "device": "{device} has a value only inside a device.",
    "index": "{index} has a value only with 'instances'.",
}
CONNECTION: Final = ("address", "caFile", "configuration", "simulated")
"""Keys of a connection that hold text of ours. What else stands there may be a secret under a mistyped key, and is never repeated."""
_TOKEN: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|\{")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the placeholders stand for; None: no value here."""

    name: str | None = None
    host: str | None = None
    stack: str | None = None
    device: str | None = None
    index: str | None = None


def expand_text(scalar: Scalar, words: Words, checker: Checker) -> Scalar:
    """A text with its placeholders filled in; the same scalar when there are none."""
    if not isinstance(scalar.value, str) or ("{" not in scalar.text and "}}" not in scalar.text):
        return scalar

    def fill(match: re.Match[str]) -> str:
        token, word = match.group(), match[1]
        if token in ("{{", "}}"):
            return token[0]
        if word in KNOWN:
            value: str | None = getattr(words, word)
            if value is None:
                checker.say("placeholder", MISSING[word], scalar.place)
            return value if value is not None else token
        known = ", ".join(f"{{{name}}}" for name in KNOWN)
        if word is None:
            checker.say("placeholder", "A single { begins a placeholder.", scalar.place, hint=f"write {{{{ for a brace; the placeholders are {known}")
        else:
            summary = f"There is no placeholder {{{shorten(word, 30)}}}."
            checker.say("placeholder", summary, scalar.place, hint=f"the placeholders are {known}; write {{{{ and }}}} for braces")
        return token

    text = _TOKEN.sub(fill, scalar.text)
    return scalar if text == scalar.text else scalar._replace(value=text, text=text)


def expand(node: Node, words: Words, checker: Checker) -> Node:
    """A node with the placeholders of all its texts filled in; keys stay. What holds none is returned as it is."""
    match node:
        case Scalar():
            return expand_text(node, words, checker)
        case Sequence():
            items = tuple(expand(item, words, checker) for item in node.items)
            return node if all(a is b for a, b in zip(items, node.items, strict=True)) else node._replace(items=items)
        case Mapping():
            return _map(node, dict.fromkeys(node.entries, words), checker)


def _map(node: Mapping, words: Map[str, Words], checker: Checker) -> Mapping:
    changed: dict[str, Entry] = {}
    for key, entry in node.entries.items():
        below = expand(entry.node, words[key], checker)
        if below is not entry.node:
            changed[key] = Entry(entry.key, below)
    return node._replace(entries={**node.entries, **changed}) if changed else node


def expand_document(root: Mapping, words: Words, checker: Checker) -> Mapping:
    """A whole document: `{device}` is known below `devices.GROUP.KEY`."""
    changed: dict[str, Entry] = {}
    for key, entry in root.entries.items():
        below = _devices(entry.node, words, checker) if key == "devices" else expand(entry.node, words, checker)
        if below is not entry.node:
            changed[key] = Entry(entry.key, below)
    return root._replace(entries={**root.entries, **changed}) if changed else root


def expand_own(root: Mapping, words: Words, checker: Checker) -> Mapping:
    """A whole Host or Stack document but its name. A reference to a secret is no text of ours: a command may be full of braces."""
    changed: dict[str, Entry] = {}
    for key, entry in root.entries.items():
        if key == "name":
            continue
        node = entry.node
        if key == "connection" and isinstance(node, Mapping):
            inner = {k: Entry(e.key, expand(e.node, words, checker)) if k in CONNECTION else e for k, e in node.entries.items()}
            below: Node = node if all(inner[k].node is e.node for k, e in node.entries.items()) else node._replace(entries=inner)
        else:
            below = expand(node, words, checker)
        if below is not node:
            changed[key] = Entry(entry.key, below)
    return root._replace(entries={**root.entries, **changed}) if changed else root


def _devices(node: Node, words: Words, checker: Checker) -> Node:
    if not isinstance(node, Mapping):
        return node
    changed: dict[str, Entry] = {}
    for group, entry in node.entries.items():
        if isinstance(entry.node, Mapping):
            below: Node = _map(entry.node, {key: replace(words, device=key) for key in entry.node.entries}, checker)
        else:
            below = expand(entry.node, words, checker)
        if below is not entry.node:
            changed[group] = Entry(entry.key, below)
    return node._replace(entries={**node.entries, **changed}) if changed else node
