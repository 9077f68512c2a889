"""JSON values as YAML that people like to read, and that means the same to every reader.

Short lists and maps of plain values stand on one line. A text is quoted wherever some YAML reader could take it for
something else (`Off`, `1.10`, `=`), and what cannot be printed is escaped, so that hostile names stay names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = Any
WIDTH: Final = 120
"""Characters that a list or map on one line may take."""

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*(?: [A-Za-z0-9_./+-]+)*|(?:scsi|ide) \d:\d+|[1-9]\d*(?:[KMGT]iB|[smhd]|[kMG]bit)")
_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_LONGEST_KEY: Final = 1000
"""A key above 1024 characters has to be announced (YAML 1.1, simple keys)."""

_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def scalar(value: Json) -> str:
    """One value on one line."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case _:
            return _text(str(value))


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(char) for char in text) + '"'


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(value: Json) -> str:
    """A value on one line, however deep it is."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{scalar(key)}: {flow(below)}" for key, below in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(flow(below) for below in value) + "]"
        case _:
            return scalar(value)


def block(value: Mapping[str, Json], indent: int = 0, *, deep: int = 1) -> Iterator[str]:
    """The lines of a map, keys in their order. What holds no more than `deep` levels below it may stand on one line."""
    for key, below in value.items():
        yield from _entry(scalar(key), below, indent, deep)


def _entry(key: str, value: Json, indent: int, deep: int) -> Iterator[str]:
    blank = " " * indent
    if len(key) > _LONGEST_KEY:
        yield f"{blank}? {key}"
        key, joint = "", ": "
    else:
        joint = ": "
    if isinstance(value, str) and (lines := _literal(value)):
        yield f"{blank}{key}{joint}{lines[0]}"
        yield from (f"{blank}  {line}" if line else "" for line in lines[1:])
    elif not isinstance(value, Mapping | list | tuple) or not value or _short(value, indent + len(key), deep):
        yield f"{blank}{key}{joint}{flow(value)}"
    elif isinstance(value, Mapping):
        yield f"{blank}{key}:"
        yield from block(value, indent + 2, deep=deep)
    else:
        yield f"{blank}{key}:"
        for item in value:
            yield from _item(item, indent + 2, deep)


def _item(item: Json, indent: int, deep: int) -> Iterator[str]:
    if not isinstance(item, Mapping) or not item or _short(item, indent, deep):
        yield f"{' ' * indent}- {flow(item)}"
        return
    first, *rest = block(item, indent + 2, deep=deep)
    yield f"{' ' * indent}- {first[indent + 2 :]}"
    yield from rest


def _short(value: Json, used: int, deep: int) -> bool:
    return _depth(value) <= deep and used + 2 + len(flow(value)) <= WIDTH


def _depth(value: Json) -> int:
    below = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else None
    return 0 if below is None else 1 + max((_depth(item) for item in below), default=0)


def _literal(text: str) -> list[str]:
    """Text of several lines as a literal block; nothing where that would not give the same text back."""
    body = text.removesuffix("\n")
    lines = body.split("\n")
    if len(lines) < 2 or not lines[0] or not lines[-1] or lines[0].startswith(" "):
        return []
    if not all(line.isprintable() and line == line.rstrip(" ") for line in lines):
        return []
    return ["|" if text.endswith("\n") else "|-", *lines]
