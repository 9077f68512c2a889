"""Is a value what a parameter takes: the checks that PowerShell's generous binder does not make (truth 8, 10)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from hvplan.cmdlets.invocation import Argument, Ref, Text
from hvplan.cmdlets.shape import RANGES, Parameter

GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PATTERN: Final = re.compile(r"[*?\[\]`]")
_FIXED_SWITCHES: Final = {"Confirm": False}


def refused(parameter: Parameter, value: Argument) -> str:
    """Why this value may not be sent to that parameter, `""` if it may."""
    if value is None:
        return "" if parameter.null else "null is not sent: a switch would read it as true, others as nothing"
    match parameter.wire:
        case "switch":
            wanted = _FIXED_SWITCHES.get(parameter.name, True)
            return "" if value is wanted else f"a switch is {wanted} or left out"
        case "B":
            return "" if isinstance(value, bool) else "true or false is expected"
        case "S[]" | "enum[]":
            if isinstance(value, str):
                return _text(parameter, value)
            if isinstance(value, tuple) and value:
                return next((why for item in value if (why := _text(parameter, item))), "")
            return "one text or several are expected"
        case "S" | "enum":
            return _text(parameter, value)
        case "G":
            known = isinstance(value, Ref) or (isinstance(value, str) and GUID.fullmatch(value))
            return "" if known else "a GUID is expected"
        case "any":
            if isinstance(value, Ref | bool):
                return ""
            return _whole("I64", value) if isinstance(value, int) else _text(parameter, value)
        case number:
            why = _whole(number, value)
            if not why and parameter.members and value not in parameter.members:
                return f"one of {_list(parameter)} is expected"
            return why


def _whole(wire: str, value: object) -> str:
    low, high = RANGES[wire]
    if not isinstance(value, int) or isinstance(value, bool):
        return "a whole number is expected"
    return "" if low <= value <= high else f"a whole number from {low} to {high} is expected"


def _text(parameter: Parameter, value: object) -> str:
    if isinstance(value, Ref | Text) and not parameter.members and (parameter.wire != "S[]" or isinstance(value, Ref)):
        return "" if isinstance(value, Ref) else next((why for part in value.parts if isinstance(part, str) and (why := _sendable(part))), "")
    if not isinstance(value, str):
        return "a text is expected"
    if parameter.members:
        return "" if value in parameter.members else f"one of {_list(parameter)} is expected"
    if not value and not parameter.empty:
        return "the text is empty"
    if parameter.star and value != "*":
        return "only * is sent here: objects are chosen by id"
    if parameter.pattern and _PATTERN.search(value):
        return "the host may take * ? [ ] or ` for a pattern here"
    if parameter.form and not re.fullmatch(parameter.form, value):
        return f"a text of the form {parameter.form} is expected"
    return _sendable(value)


def _sendable(text: str) -> str:
    lost = any(0xD800 <= ord(c) <= 0xDFFF or ord(c) in (0xFFFE, 0xFFFF) for c in text)
    return "XML cannot carry lone surrogates, U+FFFE or U+FFFF" if lost else ""


def _list(parameter: Parameter) -> str:
    return ", ".join(str(member) for member in parameter.members)


def refs(value: Argument) -> Iterator[Ref]:
    """The references in one value."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Text):
        yield from (part for part in value.parts if isinstance(part, Ref))
    elif isinstance(value, tuple):
        yield from (item for item in value if isinstance(item, Ref))
