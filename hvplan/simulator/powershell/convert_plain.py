"""To text, a Guid, a Version; and what a PSCustomObject is made of."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.convert_numbers import Unconvertible, number_text
from hvplan.simulator.values import Bag, Version


def notes(value: Any) -> Mapping[str, Any] | None:
    """The properties of a PSCustomObject; None for anything else, any other object from a client included."""
    match value:
        case psobject.PSObject() if value.base is None:
            return value.notes
        case Bag() if not value.types or value.types[0].removeprefix("Deserialized.") == psobject.CUSTOM[0]:
            return value.props
    return None


def to_text(value: Any) -> str:
    if isinstance(value, float):
        return number_text(value)
    pairs = notes(value)
    if pairs is None:
        return psobject.text(value)
    if not pairs:
        return ""
    return "@{" + "; ".join(f"{name}={_inner_text(item)}" for name, item in pairs.items()) + "}"


def _inner_text(value: Any) -> str:
    if isinstance(value, list | tuple | bytes):
        return psobject.type_name(value)
    return "" if notes(value) is not None else to_text(value)


_PART = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_GUID_NUMBERS = re.compile(r"\{0x([0-9a-f]{1,8}),0x([0-9a-f]{1,4}),0x([0-9a-f]{1,4}),\{" + ",".join([r"0x([0-9a-f]{1,2})"] * 8) + r"\}\}", re.IGNORECASE)


def _guid_digits(text: str) -> str | None:
    """The digits of a GUID in one of .NET's forms: bare, with dashes, in braces or in brackets, as hexadecimal numbers; None if it is none."""
    numbers = _GUID_NUMBERS.fullmatch("".join(text.split()))
    if numbers:
        return "".join(digits.zfill(width) for digits, width in zip(numbers.groups(), (8, 4, 4, 2, 2, 2, 2, 2, 2, 2, 2), strict=True))
    inner = text[1:-1] if text[:1] + text[-1:] in ("{}", "()") and len(text) == 38 else text
    return inner if _GUID.fullmatch(inner) or re.fullmatch(r"[0-9a-fA-F]{32}", inner) else None


def to_guid(value: Any) -> uuid.UUID:
    if isinstance(value, bytes) and len(value) == 16:
        return uuid.UUID(bytes_le=value)
    text = psobject.text(value).strip()
    digits = _guid_digits(text)
    if digits is None:
        raise Unconvertible(f'Cannot convert value "{text}" to type "System.Guid". Error: "Unrecognized Guid format."')
    return uuid.UUID(digits)


def to_version(value: Any) -> Version:
    text = to_text(value)
    parts = text.split(".")
    if not 2 <= len(parts) <= 4 or not all(_PART.fullmatch(part) and 0 <= int(part) < 2**31 for part in parts):
        raise Unconvertible(f'Cannot convert value "{text}" to type "System.Version". Error: "Version string portion was too short or too long."')
    return Version(".".join(str(int(part)) for part in parts))
