"""Reads a node by its shape: values parsed by the kinds of the model, everything wrong collected with its place and a hint."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from typing import Any

from hvplan.diagnostics import Diagnostic, Place, Severity
from hvplan.load.kinds import REFERENCE_FORM
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape
from hvplan.load.tree import Entry, Mapping, Node, Scalar, Sequence, describe, is_null, plain, problem, shorten
from hvplan.model.values import RESET, UNSET

REMOVE = object()
"""What a name of a `Named` map gives when it is written as null: remove it."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Collects what is wrong in `found`; `check` gives what is right: dicts for groups and names, lists, parsed values; UNSET for what is wrong."""

    found: list[Diagnostic] = field(default_factory=list)

    def say(self, code: str, summary: str, place: Place | None, *, detail: str = "", hint: str = "") -> None:
        """Add an error."""
        self.found.append(problem(code, summary, place, detail=detail, hint=hint))

    def warn(self, code: str, summary: str, place: Place | None, *, detail: str = "", hint: str = "") -> None:
        """Add a warning: it stops nothing."""
        self.found.append(replace(problem(code, summary, place, detail=detail, hint=hint), severity=Severity.WARNING))

    def check(self, shape: Shape, node: Node, path: str) -> Any:
        """The value of a node by its shape. `path` is its name in messages (`memory.startup`)."""
        match shape:
            case Leaf():
                return self._leaf(shape, node, path)
            case Group():
                return self._group(shape, node, path)
            case Named():
                return self._named(shape, node, path)
            case Many():
                return self._many(shape, node, path)
            case Later():
                self.say("not-supported", f"{path} is not supported by this version.", node.place, hint="remove it")
                return UNSET

    def _leaf(self, shape: Leaf, node: Node, path: str) -> Any:
        if is_null(node) and not shape.null:
            return self._null(path, node, shape)
        # A map or list where a single value is expected is handed on as UNSET: no kind takes that, and its error says what is expected.
        raw = plain(node) if shape.raw or isinstance(node, Scalar) else UNSET
        try:
            return shape.kind.parse(raw)
        except ValueError as error:
            for wrong in _items(shape, node) or (node,):
                detail = "" if shape.secret else f"found {describe(wrong)}"
                self.say("invalid-value", f"{path} must be {error}.", wrong.place, detail=detail, hint=_value_hint(wrong, str(error), secret=shape.secret))
            return UNSET

    def _null(self, path: str, node: Node, leaf: Leaf | None = None) -> Any:
        """What `null` gives: RESET where the documented default is known; an empty value is a mistake everywhere."""
        hint = "write a value, or remove the key: what is not written is not managed"
        row = leaf.row if leaf is not None else None
        default = row.resets_to if row is not None else UNSET
        if row is not None and default is not UNSET and isinstance(node, Scalar) and node.text:
            return RESET
        if path == "name":
            self.say("null", "name has no value.", node.place, hint="write name: ...")
        elif isinstance(node, Scalar) and not node.text:
            if row is not None and default is not UNSET:
                hint = f"write a value, or null for its default ({row.show(default)}), or remove the key"
            self.say("null", f"{path} has no value.", node.place, hint=hint)
        else:
            self.say("null", f"{path}: null means the documented default, and it has none.", node.place, hint=hint)
        return UNSET

    def _group(self, shape: Group, node: Node, path: str) -> Any:
        if shape.also is not None and isinstance(node, Scalar) and not is_null(node):
            return self._leaf(shape.also, node, path)
        if is_null(node):
            return self._null(path, node, shape.also)
        only = shape.also is not None and all(isinstance(item, Later) for item in shape.keys.values())
        if shape.also is not None and only and not (isinstance(node, Mapping) and node.entries):
            return self._leaf(shape.also, node, path)
        if not isinstance(node, Mapping):
            expected = "a map of " + ", ".join(name for name, item in shape.keys.items() if not isinstance(item, Later))
            if shape.also is not None:
                expected += f", or {shape.also.kind.name}"
            self.say("wrong-type", f"{path} must be {expected}.", node.place, detail=f"found {describe(node)}")
            return UNSET
        values: dict[str, Any] = {}
        for key, entry in node.entries.items():
            item, name = shape.keys.get(key), f"{path}.{key}" if path else key
            if item is None:
                self.unknown_key(key, entry, path, shape.keys)
            elif isinstance(item, Later):
                self.say("not-supported", f"{name} is not supported by this version.", entry.key, hint="remove it")
            else:
                values[key] = self.check(item, entry.node, name)
        for key in shape.required:
            if key not in node.entries:
                self.say("missing", f"{path + '.' if path else ''}{key} must be written.", node.place, hint=shape.keys[key].doc)
        if shape.choice:
            self._choice(shape, node, path)
        return values

    def _choice(self, shape: Group, node: Mapping, path: str) -> None:
        """Exactly one of several keys, and beside it only what goes with it."""
        chosen = [key for key in shape.choice if key in node.entries]
        if len(chosen) != 1:
            self.say("missing", f"{path} must have exactly one of {', '.join(shape.choice)}.", node.place, hint="write one of them, and remove the others")
            return
        for key, entry in node.entries.items():
            if key in shape.keys and key not in (*chosen, *shape.choice[chosen[0]]):
                self.say("unknown-key", f"{path}.{key} does not go with {chosen[0]}.", entry.key, hint="remove it")

    def unknown_key(self, key: str, entry: Entry, path: str, known: Map[str, Shape]) -> None:
        """An unknown key, with what was probably meant."""
        place = f"in {path}" if path else "here"
        hint = _unspaced(key, entry, known) or _elsewhere(key, known) or suggest(key, known) or _known(known)
        self.say("unknown-key", f"There is no key '{shorten(key)}' {place}.", entry.key, hint=hint)

    def _named(self, shape: Named, node: Node, path: str) -> Any:
        if is_null(node):
            return self._null(path, node)
        if not isinstance(node, Mapping):
            hint = "give every item a name: 'os: {...}' in place of '- {...}'" if isinstance(node, Sequence) else ""
            self.say("wrong-type", f"{path} must be a map from names to values.", node.place, detail=f"found {describe(node)}", hint=hint)
            return UNSET
        values: dict[str, Any] = {}
        for key, entry in node.entries.items():
            try:
                shape.key.parse(key)
            except ValueError as error:
                self.say("invalid-key", f"A key of {path} must be {error}.", entry.key, detail=f"found '{shorten(key)}'")
            if shape.removable and is_null(entry.node):
                values[key] = REMOVE
            else:
                values[key] = self.check(shape.item, entry.node, f"{path}.{key}")
        return values

    def _many(self, shape: Many, node: Node, path: str) -> Any:
        if is_null(node):
            return self._null(path, node)
        if shape.single and not isinstance(node, Sequence):
            value = self.check(shape.item, node, path)
            return UNSET if value is UNSET else (value,)
        if not isinstance(node, Sequence):
            self.say("wrong-type", f"{path} must be a list.", node.place, detail=f"found {describe(node)}", hint="write [item, item], or one '- item' a line")
            return UNSET
        values = [self.check(shape.item, item, f"{path}[{index}]") for index, item in enumerate(node.items)]
        return tuple(value for value in values if value is not UNSET)


def _items(shape: Leaf, node: Node) -> tuple[Node, ...]:
    """Of a list that is one value: the items that are wrong by themselves, where others are not."""
    items = node.items if isinstance(node, Sequence) and not shape.secret else ()
    wrong = tuple(item for item in items if not _right(shape, [plain(item)]))
    return wrong if len(wrong) < len(items) else ()


def _right(shape: Leaf, raw: object) -> bool:
    try:
        shape.kind.parse(raw)
    except ValueError:
        return False
    return True


def suggest(word: str, known: Iterable[str]) -> str:
    """`did you mean memory` when something known is close, else nothing."""
    by_case = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), list(by_case), 1, 0.6)
    return f"did you mean '{by_case[close[0]]}'" if close else ""


def _unspaced(key: str, entry: Entry, known: Map[str, Shape]) -> str:
    """`{count:2}` is one word to YAML."""
    word, colon, value = key.partition(":")
    return f"write '{word}: {shorten(value)}', with a blank after the colon" if colon and word in known and is_null(entry.node) else ""


def _elsewhere(key: str, keys: Map[str, Shape]) -> str:
    """A key that is right, but one map or more too high: `it belongs below devices`."""
    for name, shape in keys.items():
        if isinstance(shape, Group) and key in shape.keys and not isinstance(shape.keys[key], Later):
            return f"it belongs below '{name}': {name}: {{{key}: ...}}"
    return ""


def _known(keys: Map[str, Shape]) -> str:
    return "the keys are " + ", ".join(key for key, shape in keys.items() if not isinstance(shape, Later))


def _value_hint(node: Node, expected: str, *, secret: bool) -> str:
    if "a reference" in expected:
        return f"write {REFERENCE_FORM}"
    if "Windows path" in expected and isinstance(node, Scalar) and not node.plain and re.search(r"[\x00-\x1f]", node.text):
        return r"use single quotes for Windows paths ('D:\VMs'): in double quotes a backslash starts an escape"
    if isinstance(node, Mapping) and len(node.entries) == 1 and not secret:
        ((key, entry),) = node.entries.items()
        if is_null(entry.node):
            return f"put quotes around a value that begins with a placeholder: '{{{key}}}...'"
    if isinstance(node, Scalar) and isinstance(node.value, str) and expected.startswith("one of ") and not secret:
        return suggest(node.value, expected.removeprefix("one of ").split(", "))
    if isinstance(node, Scalar) and expected.startswith("a size") and (match := re.fullmatch(r"(\d+) ?([kmgt])", node.text.lower())):
        return f"did you mean {match[1]}{match[2].upper()}iB"
    if isinstance(node, Scalar) and isinstance(node.value, bool | int) and "text" in expected:
        return f"put quotes around it: '{node.text}'"
    if isinstance(node, Scalar) and isinstance(node.value, str) and expected.startswith("a whole number") and node.text.strip("+-").isdigit():
        return "write the number in decimals, without leading zeros, sign or quotes"
    if isinstance(node, Scalar) and not node.plain and node.text.isdecimal() and re.search(r"\bid\b|bytes|number", expected):
        return f"write it without quotes: {node.text}"
    return ""
