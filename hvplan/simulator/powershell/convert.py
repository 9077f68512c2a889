"""Values to types, as PowerShell's own conversion does it (truth 8): generous, by a table of target types.

What a value is: `hvplan.simulator.values`. Types that the recordings' stand-ins do not have take anything, as
System.Object does: `OPAQUE`.
"""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from hvplan.simulator.powershell import convert_enums, convert_numbers, convert_times, objects, psobject
from hvplan.simulator.powershell.convert_numbers import NUMBERS, Unconvertible
from hvplan.simulator.values import Bag, Enum, List, Obj, Version

__all__ = ["BOOLEAN", "OPAQUE", "Unconvertible", "convert", "default_of", "is_assignable", "is_enum", "is_value_type", "truth"]

BOOLEAN = "System.Boolean"
STRING = "System.String"
OPAQUE = frozenset(
    {
        "System.Object",
        "System.Management.Automation.PSObject",
        "Microsoft.Management.Infrastructure.CimInstance",
        "Microsoft.Management.Infrastructure.CimClass",
        "System.Char",
        "System.Collections.IDictionary",
        "System.Collections.Specialized.StringCollection",
        "System.Diagnostics.Process",
        "System.Diagnostics.TraceLevel",
        "System.Management.Automation.FlagsExpression`1[System.IO.FileAttributes]",
        "System.Management.Automation.Runspaces.PSSession",
        "System.Management.Automation.ScopedItemOptions",
        "System.Security.SecureString",
        "System.ServiceProcess.ServiceController",
        "System.Uri",
    }
)
"""Types that take whatever comes."""


def is_enum(type: str) -> bool:
    """Whether the type is an enum that the catalogue knows."""
    return convert_enums.known(type) is not None


@functools.cache
def is_value_type(type: str) -> bool:
    """Whether the type cannot hold null."""
    return type in NUMBERS or type in (BOOLEAN, "System.Guid", "System.TimeSpan", "System.DateTime") or (type not in OPAQUE and is_enum(type))


def default_of(type: str) -> Any:
    """What an array holds where null was put: .NET's default of a value type, else None."""
    if type in NUMBERS:
        return convert_numbers.number(0, type)
    if type == "System.Guid":
        return uuid.UUID(int=0)
    if type == "System.TimeSpan":
        return timedelta()
    if type == "System.DateTime":
        return datetime.min  # noqa: DTZ901 - .NET's default has no zone either
    if is_value_type(type) and is_enum(type):
        return convert_enums.from_number(0, type, check=False)
    return None


def is_assignable(type: str, value: Any) -> bool:
    """Whether a value, its notes aside, is of the type without any conversion."""
    match value:
        case None:
            return False
        case bool():
            return type in (BOOLEAN, "System.Management.Automation.SwitchParameter")
        case timedelta():
            return type == "System.TimeSpan"
        case Obj():
            return type == objects.full_name(value.type) or type in objects.chain_of(value)
        case Bag() | psobject.PSObject():
            return type in OPAQUE
        case List():
            return value.type == type or (type == "System.Object[]" and value.type.endswith("[]") and not is_value_type(value.type.removesuffix("[]")))
    return type == psobject.type_name(value)


def truth(value: Any) -> bool | None:
    """A boolean or a number as a boolean; None for anything else, text and lists above all."""
    match value:
        case bool():
            return value
        case Enum() | str():
            return None
        case int() | float():
            return value != 0
    return None


def convert(value: Any, type: str) -> Any:
    """One value, not null and not of the type already, converted to it. Raises Unconvertible with the reason."""
    maker = _MAKERS.get(type)
    if maker is not None:
        return maker(value)
    if type in NUMBERS:
        return convert_numbers.to_number(value, type)
    if is_enum(type):
        return convert_enums.to_enum(value, type)
    return _to_object(value, type)


def _to_text(value: Any) -> str:
    return psobject.text(value)


def _to_guid(value: Any) -> uuid.UUID:
    if isinstance(value, bytes) and len(value) == 16:
        return uuid.UUID(bytes_le=value)
    text = psobject.text(value).strip()
    digits = convert_times.guid_digits(text)
    if digits is None:
        raise Unconvertible(f'Cannot convert value "{text}" to type "System.Guid". Error: "Unrecognized Guid format."')
    return uuid.UUID(digits)


def _to_version(value: Any) -> Version:
    text = psobject.text(value)
    parts = text.split(".")
    if not 2 <= len(parts) <= 4 or not all(part.strip().isascii() and part.strip().isdigit() and int(part) < 2**31 for part in parts):
        raise Unconvertible(f'Cannot convert value "{text}" to type "System.Version". Error: "Version string portion was too short or too long."')
    return Version(".".join(str(int(part)) for part in parts))


def _to_hashtable(value: Any) -> dict[Any, Any]:
    raise Unconvertible(_cast(value, "System.Collections.Hashtable"))


def _to_object(value: Any, type: str) -> Any:
    """An object made from the pairs of a hashtable or a PSCustomObject, if its type has a property for each."""
    pairs = value if isinstance(value, Mapping) else _notes(value)
    known = objects.object_type(type)
    if pairs is None or known is None:
        raise Unconvertible(_cast(value, type))
    made: dict[str, Any] = {}
    for key, item in pairs.items():
        name = known.canonical.get(str(key).lower())
        declared = known.props.get(name) if name is not None else None
        if name is None or declared is None:
            raise Unconvertible(f'Cannot create object of type "{type}". The {key} property was not found for the {type} object.')
        made[name] = _property(item, declared.name)
    return Obj(known.name, made)


def _property(value: Any, type: str) -> Any:
    if value is None or is_assignable(type, value) or type in OPAQUE:
        return value
    if type == BOOLEAN:
        return bool(value)
    if type.endswith("[]"):
        element = type.removesuffix("[]")
        return List((_property(item, element) for item in (value if isinstance(value, list | tuple) else (value,))), type)
    return convert(value, type)


def _notes(value: Any) -> Mapping[str, Any] | None:
    """The properties of a PSCustomObject; None for anything else, an object from a client included."""
    match value:
        case psobject.PSObject() if value.base is None:
            return value.notes
        case Bag() if not value.types or value.types[0] == psobject.CUSTOM[0]:
            return value.props
    return None


def _cast(value: Any, type: str) -> str:
    return f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "{type}".'


_MAKERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        STRING: _to_text,
        "System.Guid": _to_guid,
        "System.TimeSpan": convert_times.to_span,
        "System.DateTime": convert_times.to_time,
        "System.Version": _to_version,
        "System.Collections.Hashtable": _to_hashtable,
    }
)
