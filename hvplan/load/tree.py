"""What the reader gives: values that remember where they are written. An alias gives the very node it stands for, so a place is always where the value is."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Final, NamedTuple

from hvplan.diagnostics import Diagnostic, Place, Severity

MAX_DEPTH: Final = 64
"""How deep values may nest, aliases followed."""


class Scalar(NamedTuple):
    """A single value. `text` is as written (`010`), `value` what it means: text, a whole number, true, false or None; `plain`: without quotes."""

    place: Place
    value: str | int | bool | None
    text: str
    plain: bool = False


class Sequence(NamedTuple):
    """A list."""

    place: Place
    items: tuple[Node, ...]


class Entry(NamedTuple):
    """One key of a map: where the key stands, and its value."""

    key: Place
    node: Node


class Mapping(NamedTuple):
    """A map; keys are text as written, in the order of the file."""

    place: Place
    entries: Map[str, Entry]


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One YAML document of a file."""

    file: str
    root: Node


def problem(code: str, summary: str, place: Place | None, *, detail: str = "", hint: str = "") -> Diagnostic:
    """An error of this room."""
    return Diagnostic(code=code, summary=summary, place=place, detail=detail, hint=hint)


def note(code: str, summary: str, place: Place) -> Diagnostic:
    """A remark that stops nothing."""
    return Diagnostic(code=code, summary=summary, place=place, severity=Severity.NOTE)


def is_null(node: Node) -> bool:
    """Is it `null`, `~` or an empty value."""
    return isinstance(node, Scalar) and node.value is None


def child(node: Node | None, *keys: str) -> Node | None:
    """The node below by keys; None if there is none."""
    for key in keys:
        if not isinstance(node, Mapping) or key not in node.entries:
            return None
        node = node.entries[key].node
    return node


def where(node: Node, *keys: str) -> Place:
    """The place of what is written at these keys: of a single value the value, of a map or list its key; else the nearest thing above that is written."""
    place = node.place
    for key in keys:
        if not isinstance(node, Mapping) or key not in node.entries:
            return place
        entry = node.entries[key]
        node = entry.node
        place = node.place if isinstance(node, Scalar) and node.text else entry.key
    return place


def describe(node: Node) -> str:
    """What stands there, for `found: ...`."""
    match node:
        case Mapping():
            return "a map" if node.entries else "an empty map"
        case Sequence():
            return "a list" if node.items else "an empty list"
        case Scalar(value=None):
            return "nothing (null)"
        case Scalar(value=str()):
            return f"the text '{shorten(node.text)}'" if node.text else "an empty text"
        case _:
            return shorten(node.text)


def shorten(text: str, limit: int = 60) -> str:
    """Text on one line, cut in the middle of nothing but length; control characters shown as escapes."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def plain(node: Node) -> object:
    """The node as Python values, without places."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}
