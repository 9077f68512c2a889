"""The strict YAML reader: PyYAML's parser for the syntax, everything else here, in one pass over its events.

Nothing recurses and nothing is expanded while reading, so neither a million brackets nor a bomb of aliases costs
anything: every collection carries how many values it stands for and how deep it goes, aliases counted as often as
they are used, and the pass stops at a limit. What a scalar means is decided by `resolve` alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml import events

from hvplan.diagnostics import Diagnostic, Place
from hvplan.load.syntax import explain
from hvplan.load.text import decode, unsafe
from hvplan.load.tree import MAX_DEPTH, Document, Entry, Mapping, Node, Scalar, Sequence, note, problem, shorten

MAX_VALUES: Final = 500_000
_INT: Final = re.compile(r"0|-?[1-9][0-9]{0,99}")
_WORDS: Final = {"": None, "~": None, "null": None} | {w: w.lower() == "true" for w in ("true", "True", "TRUE", "false", "False", "FALSE")}
_PARSER: Final[Any] = getattr(yaml, "CLoader", yaml.Loader)
_ALIAS_HINT: Final = "aliases are counted as often as they are used; write fewer of them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file holds: its documents up to the first syntax error, and everything that is wrong. `broken`: documents are missing."""

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    broken: bool = False


class _Stop(Exception):
    """Reading ends here, with its reason."""

    def __init__(self, reason: Diagnostic) -> None:
        super().__init__(reason.summary)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class _Open:
    """A collection that is being read. `values` and `depth` are those of everything in it so far, aliases expanded."""

    mapping: bool
    place: Place
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    values: int = 1
    depth: int = 1


def resolve(text: str) -> str | int | bool | None:
    """What an unquoted scalar means: null, true and false, whole numbers without leading zeros; all else is text as written.

    Decimals stay text too: no attribute takes one, and text keeps `version: 10.0` and `1.10` as they are.
    """
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INT.fullmatch(text) else text


def read(data: bytes, file: str) -> Reading:
    """The documents of a file; never raises."""
    text, wrong = decode(data, file)
    if wrong:
        return Reading(diagnostics=wrong, broken=True)
    composer = _Composer(file)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            composer.take(event)
    except _Stop as stop:
        composer.diagnostics.append(stop.reason)
    except yaml.YAMLError as error:
        composer.diagnostics.append(explain(error, text, file))
    except (ValueError, OverflowError):  # PyYAML's parser in Python, used when there is no libyaml, meets "\U00110000"
        composer.diagnostics.append(problem("yaml-syntax", "An escape names no character.", Place(file), hint="look for \\U in double quotes"))
    else:
        if not composer.documents and not composer.diagnostics:
            composer.diagnostics.append(note("empty-file", "The file holds no document.", Place(file)))
        return Reading(documents=tuple(composer.documents), diagnostics=tuple(composer.diagnostics))
    return Reading(documents=tuple(composer.documents), diagnostics=tuple(composer.diagnostics), broken=True)


class _Composer:
    """The pass over the events of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.documents: list[Document] = []
        self.diagnostics: list[Diagnostic] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.total = 0

    def take(self, event: events.Event) -> None:
        """Take the next event."""
        match event:
            case events.ScalarEvent():
                self._scalar(event)
            case events.MappingStartEvent() | events.SequenceStartEvent():
                place = self._place(event)
                self._refuse_tag(event.tag, place)
                if len(self.open) >= MAX_DEPTH:
                    raise _Stop(problem("yaml-limit", f"Nested deeper than {MAX_DEPTH} levels.", place, hint="a bracket is probably not closed"))
                self._count(1, place)
                self.anchors.pop(event.anchor or "", None)
                self.open.append(_Open(mapping=isinstance(event, events.MappingStartEvent), place=place, anchor=event.anchor))
            case events.MappingEndEvent() | events.SequenceEndEvent():
                done = self.open.pop()
                node = self._map(done) if done.mapping else Sequence(done.place, tuple(done.items))
                self._put(node, done.values, done.depth, done.anchor)
            case events.AliasEvent():
                self._alias(event)
            case events.DocumentStartEvent():
                self.anchors.clear()
            case _:
                pass

    def _place(self, event: events.Event) -> Place:
        mark: Any = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def _refuse_tag(self, tag: str | None, place: Place) -> None:
        if tag is not None:
            self.diagnostics.append(
                problem("yaml-tag", "Tags (!) are not used here.", place, hint="remove the tag; put quotes around a text that starts with !")
            )

    def _scalar(self, event: events.ScalarEvent) -> None:
        place, text = self._place(event), event.value
        self._refuse_tag(event.tag, place)
        if unsafe(text):
            self.diagnostics.append(
                problem(
                    "yaml-character", "The text holds a character that cannot be sent to a host (a lone surrogate, U+FFFE or U+FFFF).", place, hint="remove it"
                )
            )
            text = ""
        plain = event.implicit[0] and event.style in (None, "")
        self._count(1, place)
        self._put(Scalar(place, resolve(text) if plain else text, text, plain), 1, 0, event.anchor)

    def _alias(self, event: events.AliasEvent) -> None:
        place = self._place(event)
        if event.anchor in self.anchors:
            node, values, depth = self.anchors[event.anchor]
            self._count(values, place)
            self._put(node, values, depth, None)
            if len(self.open) + depth > MAX_DEPTH:
                raise _Stop(problem("yaml-limit", f"Nested deeper than {MAX_DEPTH} levels through aliases.", place, hint=_ALIAS_HINT))
        elif any(level.anchor == event.anchor for level in self.open):
            raise _Stop(problem("yaml-cycle", f"The alias *{event.anchor} stands inside the value that it names.", place, hint="write the value out"))
        else:
            self.diagnostics.append(
                problem(
                    "yaml-alias",
                    f"There is no anchor &{event.anchor} above in this document for *{event.anchor}.",
                    place,
                    hint="put quotes around a text that starts with *",
                )
            )
            self._put(Scalar(place, f"*{event.anchor}", f"*{event.anchor}"), 1, 0, None)

    def _put(self, node: Node, values: int, depth: int, anchor: str | None) -> None:
        if anchor is not None:
            self.anchors[anchor] = (node, values, depth)
        if not self.open:
            if not (isinstance(node, Scalar) and node.value is None):
                self.documents.append(Document(file=self.file, root=node))
            return
        top = self.open[-1]
        top.items.append(node)
        top.values += values
        top.depth = max(top.depth, depth + 1)

    def _count(self, values: int, place: Place) -> None:
        self.total += values
        if self.total > MAX_VALUES:
            summary = f"The file stands for more than {MAX_VALUES:,} values."
            raise _Stop(problem("yaml-limit", summary, place, hint=f"{_ALIAS_HINT}, or split the file"))

    def _map(self, done: _Open) -> Mapping:
        """A map from keys and values in turn: keys are single words, never twice; `<<` gives what is not written."""
        entries: dict[str, Entry] = {}
        merged: list[Mapping] = []
        merge_at: Place | None = None
        for key, value in zip(done.items[::2], done.items[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._say("yaml-key", "A key must be a single word or text.", key.place, "put quotes around a value that starts with { or [")
            elif key.text == "<<" and key.plain:
                if merge_at is not None:
                    self._say("duplicate-key", _twice("<<", merge_at, key.place), key.place, "merge several maps with <<: [*one, *other]")
                merge_at = key.place
                merged += self._merged(value)
            elif key.text in entries:
                self._say("duplicate-key", _twice(key.text, entries[key.text].key, key.place), key.place, "remove one of them")
            elif not key.text:
                self._say("yaml-key", "A key is missing before the colon.", key.place, "write 'key: value'")
            else:
                entries[key.text] = Entry(key.place, value)
        for source in merged:
            for name, entry in source.entries.items():
                entries.setdefault(name, entry)
        return Mapping(done.place, entries)

    def _merged(self, value: Node) -> list[Mapping]:
        several = value.items if isinstance(value, Sequence) else (value,)
        for item in several:
            if not isinstance(item, Mapping):
                self._say("yaml-merge", "'<<' takes a map or a list of maps.", item.place, "write <<: *anchor, with an anchor that stands on a map")
        return [item for item in several if isinstance(item, Mapping)]

    def _say(self, code: str, summary: str, place: Place, hint: str) -> None:
        self.diagnostics.append(problem(code, summary, place, hint=hint))


def _twice(key: str, first: Place, second: Place) -> str:
    lines = f"on line {first.line} and on line {second.line}" if first.line != second.line else f"on line {first.line}"
    return f"'{shorten(key)}' is written twice, {lines}."
