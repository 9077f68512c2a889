"""Lines of a report: text that is complete without colour, and a word for how a terminal may show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from hvplan.model.adapters import show_rate
from hvplan.model.values import show_duration, show_size

Json = Any

_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
LONGEST = 72


@dataclass(frozen=True, slots=True)
class Line:
    """`style`: `create update replace delete adopt danger refused dim head good` or `""`."""

    text: str
    style: str = ""


def visible(text: str) -> str:
    """Text in one line that hides nothing and moves no cursor: control characters and turns of direction are written out."""
    return _HIDDEN.sub(lambda m: _ESCAPES.get(m.group(), f"\\u{ord(m.group()):04x}"), text)


def show(value: Json, unit: str = "") -> str:
    """A document's value for people: sizes, durations and percents by their unit, nothing as `-`."""
    match value:
        case None:
            return "-"
        case bool():
            return "true" if value else "false"
        case int() if unit == "bytes":
            return show_size(value)
        case int() if unit == "seconds":
            return show_duration(value)
        case int() if unit == "percent":
            return f"{value} %"
        case int() if unit == "bits per second":
            return show_rate(value)
        case list() | tuple():
            return ", ".join(show(item, unit) for item in value) or "none"
        case dict():
            return ", ".join(f"{key} {show(item)}" for key, item in sorted(value.items()))
        case _:
            text = visible(str(value))
            return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def plural(count: int, word: str, words: str = "") -> str:
    """`1 refusal`, `2 refusals`."""
    return f"{count} {word if count == 1 else words or word + 's'}"


def duration(seconds: int) -> str:
    """About how long, for people: `40 s`, `3 min`, `2 h`."""
    if seconds < 100:
        return f"{seconds} s"
    return f"{round(seconds / 60)} min" if seconds < 6000 else f"{round(seconds / 3600)} h"
