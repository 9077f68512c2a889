"""Writes plain mappings as YAML that the reader of this room reads back as the same values."""

from __future__ import annotations

import json
import re
from typing import Any

from hvplan.simulator.world.reader import scalar

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/()+-]*")


def emit(value: Any) -> str:
    """The document: two levels in block style, what lies deeper in one line each, so that a VM can be read and a diff stays small."""
    lines: list[str] = []
    for key, item in value.items():
        if isinstance(item, list) and item and all(isinstance(part, dict) for part in item):
            lines.append(f"{_text(key)}:")
            for part in item:
                _item(part, lines)
        elif isinstance(item, dict) and item:
            lines.append(f"{_text(key)}:")
            lines += [f"  {_text(name)}: {_flow(inner)}" for name, inner in item.items()]
        else:
            lines.append(f"{_text(key)}: {_flow(item)}")
    return "\n".join(lines) + "\n"


def _item(part: dict[str, Any], lines: list[str]) -> None:
    flat = "{" + ", ".join(f"{_text(key)}: {_flow(inner)}" for key, inner in part.items()) + "}"
    if len(flat) <= 150:
        lines.append(f"  - {flat}")
        return
    for index, (key, inner) in enumerate(part.items()):
        lines.append(f"  {'-' if index == 0 else ' '} {_text(key)}: {_flow(inner)}")


def _flow(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case dict():
            return "{" + ", ".join(f"{_text(key)}: {_flow(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case _:
            return _text(str(value))


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value == value.strip() and isinstance(scalar(value), str):
        return value
    if value.isprintable() and value.isascii():
        return "'" + value.replace("'", "''") + "'"
    quoted = json.dumps(re.sub("[\ud800-\udfff]", "\ufffd", value), ensure_ascii=False)  # half a character: no file can hold it
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda found: f"\\u{ord(found[0]):04x}", quoted)
