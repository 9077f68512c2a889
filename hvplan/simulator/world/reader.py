"""A small strict YAML reader: nodes that know their place, and no scalar that surprises.

PyYAML parses the text; what a scalar means is decided here: `null`, `~` and nothing are null, `true` and `false`
(lower, upper, title case) are booleans, plain decimal numbers are numbers, all else is text as written: `Off` is a word.
Tags and duplicate keys are refused. Anchors and aliases work.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import ConfigurationError

_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_IMPLICIT = frozenset(["map", "seq", "str", "int", "float", "bool", "null", "timestamp", "merge", "value"])
_PLAIN = (None, "")
_DEPTH, _NODES = 40, 2_000_000


@dataclass(slots=True)
class Node:
    """A value and where it stands: `value` is a dict of nodes, a list of nodes or a scalar; `text` is a scalar as written."""

    value: Any
    line: int
    column: int
    text: str = ""


@dataclass(slots=True)
class Problems:
    """Collects everything that is wrong with one file, so that all of it is shown in one run."""

    file: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, node: Node | None, summary: str, hint: str = "", code: str = "world") -> None:
        """Note a mistake at a node, or about the file as a whole."""
        place = Place(self.file, node.line, node.column) if node is not None else Place(self.file)
        self.found.append(Diagnostic(code=code, summary=summary, hint=hint, place=place))

    def stop_if_any(self) -> None:
        """Raise `ConfigurationError` with everything found so far."""
        if self.found:
            raise ConfigurationError(*self.found)


def read(text: str, problems: Problems) -> Node | None:
    """The document in a text; mistakes go to `problems`. None when there is no document."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = [node for node in yaml.compose_all(text, Loader=loader) if node is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        node = Node(None, mark.line + 1, mark.column + 1) if mark else None
        problems.add(node, f"This is not YAML: {getattr(error, 'problem', None) or error}.")
        return None
    if not documents:
        problems.add(None, "The file holds no document.", "A world begins with `kind: World`.")
        return None
    if len(documents) > 1:
        problems.add(_place(documents[1]), "A world file holds one document, this is a second one.")
    return _Builder(problems).build(documents[0], 0)


def _place(node: yaml.Node) -> Node:
    return Node(None, node.start_mark.line + 1, node.start_mark.column + 1)


class _Builder:
    def __init__(self, problems: Problems) -> None:
        self._problems, self._open, self._count = problems, set[int](), 0

    def build(self, node: yaml.Node, depth: int) -> Node:
        made = _place(node)
        self._count += 1
        if depth > _DEPTH or self._count > _NODES or id(node) in self._open:
            self._problems.add(made, "The document is nested too deeply, too large, or contains itself.")
            self._problems.stop_if_any()
        self._open.add(id(node))
        if node.tag.removeprefix("tag:yaml.org,2002:") not in _IMPLICIT:
            self._problems.add(made, f"Tags are not allowed here: {node.tag}.")
        match node:
            case yaml.MappingNode():
                made.value = self._mapping(node, depth)
            case yaml.SequenceNode():
                made.value = [self.build(item, depth + 1) for item in node.value]
            case yaml.ScalarNode():
                made.text = node.value
                made.value = scalar(node.value) if node.style in _PLAIN else node.value
        self._open.discard(id(node))
        return made

    def _mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Node]:
        items: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problems.add(_place(key), "A key must be text.")
                continue
            built = self.build(value, depth + 1)
            if key.value == "<<" and key.style in _PLAIN:
                for part in built.value if isinstance(built.value, list) else [built]:
                    merged = {**(part.value if isinstance(part.value, dict) else {}), **merged}
            elif key.value in items:
                self._problems.add(_place(key), f"The key `{key.value}` was already given at line {items[key.value].line}.", code="duplicate-key")
            else:
                items[key.value] = built
        return {**merged, **items}


def scalar(text: str) -> Any:
    """What a plain scalar means."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text
