"""YAML that holds plain JSON values, read strictly: no tags, no anchors, no key twice; only null, true, false and whole numbers are no text."""

from __future__ import annotations

import re
from typing import Any, Final

Json = Any
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_INT: Final = re.compile(r"0|-?[1-9][0-9]{0,99}")
DEEPEST: Final = 50


class NotPlain(ValueError):
    """YAML that holds more than plain values, or is none at all; says where."""


def read_values(text: str) -> list[Json]:
    """The documents of a file as values, empty ones left out. Raises NotPlain."""
    import yaml

    loader: Any = getattr(yaml, "CLoader", yaml.Loader)
    try:
        reader = _Reader(iter(yaml.parse(text, Loader=loader)))
        return [value for value in reader.documents() if value is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise NotPlain(f"line {mark.line + 1}: {getattr(error, 'problem', None) or 'not YAML'}" if mark else "not YAML") from error
    except (ValueError, OverflowError) as error:
        raise NotPlain(str(error)) from error


class _Reader:
    """One pass over the events of a file."""

    def __init__(self, events: Any) -> None:
        self._events = events

    def documents(self) -> list[Json]:
        from yaml import events as e

        return [self._value(next(self._events), 0) for event in self._events if isinstance(event, e.DocumentStartEvent)]

    def _value(self, event: Any, depth: int) -> Json:
        from yaml import events as e

        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise NotPlain(f"line {line}: nested deeper than {DEEPEST} levels")
        if isinstance(event, e.AliasEvent) or event.anchor is not None or event.tag is not None:
            raise NotPlain(f"line {line}: anchors, aliases and tags are not used here")
        if isinstance(event, e.MappingStartEvent):
            return self._map(depth)
        if isinstance(event, e.SequenceStartEvent):
            items = []
            while not isinstance(below := next(self._events), e.SequenceEndEvent):
                items.append(self._value(below, depth + 1))
            return items
        plain = event.implicit[0] and event.style in (None, "")
        return _resolved(event.value) if plain else event.value

    def _map(self, depth: int) -> dict[str, Json]:
        from yaml import events as e

        found: dict[str, Json] = {}
        while not isinstance(key := next(self._events), e.MappingEndEvent):
            line = key.start_mark.line + 1
            if not isinstance(key, e.ScalarEvent):
                raise NotPlain(f"line {line}: a key must be a text")
            if key.value in found:
                raise NotPlain(f"line {line}: the key {key.value!r} stands twice")
            found[key.value] = self._value(next(self._events), depth + 1)
        return found


def _resolved(text: str) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _INT.fullmatch(text) else text
