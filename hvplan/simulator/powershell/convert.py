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

from hvplan.simulator.powershell import convert_enums, convert_numbers, convert_plain, convert_times, net_types, objects, psobject
from hvplan.simulator.powershell.convert_numbers import NUMBERS, Unconvertible
from hvplan.simulator.values import Bag, Enum, List, Obj, Version

__all__ = ["BOOLEAN", "OPAQUE", "Unconvertible", "convert", "default_of", "is_assignable", "is_enum", "is_value_type", "truth"]

BOOLEAN = "System.Boolean"
CREDENTIAL = "System.Management.Automation.PSCredential"
MODULES = ("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.")
SESSION = "Microsoft.Management.Infrastructure.CimSession"
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
        case Enum():
            return None if value.number is None else value.number != 0
        case str():
            return None
        case int() | float():
            return value != 0
    return None


def convert(value: Any, type: str) -> Any:
    """One value, not null and not of the type already, converted to it. Raises Unconvertible with the reason."""
    if type in _BLANK or is_value_type(type):
        blank = _blank(value, type)
        if blank is not None:
            return blank
    maker = _MAKERS.get(type)
    if maker is not None:
        return maker(value)
    if type in NUMBERS:
        return convert_numbers.to_number(value, type)
    if is_enum(type):
        return convert_enums.to_enum(value, type)
    return _to_object(value, type)


def _blank(value: Any, type: str) -> Any:
    """What .NET makes of a type from an object that has nothing to set; None if it has, or the type is a number."""
    pairs = value if isinstance(value, Mapping) else convert_plain.notes(value)
    if pairs is None or pairs or type in NUMBERS or type == BOOLEAN:
        return None
    return _BLANK[type]() if type in _BLANK else default_of(type)


_BLANK: Mapping[str, Callable[[], Any]] = MappingProxyType({"System.Version": lambda: Version("0.0"), "System.Collections.Hashtable": dict})


def _to_hashtable(value: Any) -> dict[Any, Any]:
    if isinstance(value, Enum):
        return {}
    raise Unconvertible(_cast(value, "System.Collections.Hashtable"))


def _to_credential(value: Any) -> Obj:
    """A PSCustomObject has its constructor; nothing else has."""
    pairs = convert_plain.notes(value)
    if pairs is None:
        raise Unconvertible(f'Cannot convert the value of type "{psobject.type_name(value)}" to type "{CREDENTIAL}".')
    return Obj(CREDENTIAL, {"UserName": next((item for key, item in pairs.items() if key.lower() == "username"), None)})


def _to_object(value: Any, type: str) -> Any:
    """An object made from the pairs of a hashtable or a PSCustomObject, if its type has a property for each."""
    pairs = value if isinstance(value, Mapping) else convert_plain.notes(value)
    known = objects.object_type(type)
    if pairs is not None and not pairs and type.startswith(MODULES) and (isinstance(value, Mapping) or _has_properties(type)):
        return Obj(type)  # a PSCustomObject, even an empty one, wants a type with something to set
    if pairs is None or known is None or type == SESSION:
        raise Unconvertible(_cast(value, type))
    made: dict[str, Any] = {}
    for key, item in pairs.items():
        name = known.canonical.get(str(key).lower())
        declared = known.props.get(name) if name is not None else None
        if name is None or declared is None:
            raise Unconvertible(f'Cannot create object of type "{type}". The {key} property was not found for the {type} object.')
        made[name] = _property(item, declared.name)
    return Obj(known.name, made)


@functools.cache
def _has_properties(type: str) -> bool:
    """Whether a property of the type is known, be it one that a more special type has from it."""
    return any(type in known["chain"] for known in net_types.table()["types"].values() if "chain" in known) or objects.object_type(type) is not None


def _property(value: Any, type: str) -> Any:
    if value is None or is_assignable(type, value) or type in OPAQUE:
        return value
    if type == BOOLEAN:
        return bool(value)
    if type.endswith("[]"):
        element = type.removesuffix("[]")
        return List((_property(item, element) for item in (value if isinstance(value, list | tuple) else (value,))), type)
    return convert(value, type)


def _cast(value: Any, type: str) -> str:
    return f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "{type}".'


_MAKERS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        STRING: convert_plain.to_text,
        "System.Guid": convert_plain.to_guid,
        "System.TimeSpan": convert_times.to_span,
        "System.DateTime": convert_times.to_time,
        "System.Version": convert_plain.to_version,
        "System.Collections.Hashtable": _to_hashtable,
        CREDENTIAL: _to_credential,
    }
)
