"""Objects as a pipe carries them: anything, with note properties beside it (`Select-Object` makes them)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hvplan.simulator.powershell import net_types, objects
from hvplan.simulator.values import Bag, Enum, List, Number, Obj, Real, Version

CUSTOM = ("System.Management.Automation.PSCustomObject", "System.Object")
_CLR = {
    "bool": "System.Boolean",
    "int": "System.Int32",
    "str": "System.String",
    "UUID": "System.Guid",
    "datetime": "System.DateTime",
    "timedelta": "System.TimeSpan",
    "bytes": "System.Byte[]",
    "dict": "System.Collections.Hashtable",
    "Version": "System.Version",
}
_BY_TAG = {
    "I64": "System.Int64",
    "U32": "System.UInt32",
    "U64": "System.UInt64",
    "I16": "System.Int16",
    "U16": "System.UInt16",
    "By": "System.Byte",
    "SB": "System.SByte",
    "SBy": "System.SByte",
    "Db": "System.Double",
    "Sg": "System.Single",
    "D": "System.Decimal",
    "I32": "System.Int32",
}


class Dictionary(dict[Any, Any]):
    """A .NET dictionary that is not a Hashtable; `type` is its full type name."""

    def __init__(self, pairs: Mapping[Any, Any], type: str) -> None:
        super().__init__(pairs)
        self.type = type


@dataclass(eq=False, slots=True)
class PSObject:
    """A value with note properties. `base` None: a PSCustomObject, whose first type name may be another (`Selected.X`)."""

    base: Any = None
    notes: dict[str, Any] = field(default_factory=dict)
    types: tuple[str, ...] = CUSTOM

    @property
    def text(self) -> str:
        """`ToString()`: of the base, or `@{A=1; B=2}`."""
        if self.base is not None:
            return objects.text(self.base)
        return "@{" + "; ".join(f"{name}={text(value)}" for name, value in self.notes.items()) + "}"


def base(value: Any) -> Any:
    """The value without its notes; a PSCustomObject stays itself."""
    return value.base if isinstance(value, PSObject) and value.base is not None else value


def text(value: Any) -> str:
    """A value's text, with notes or without."""
    return value.text if isinstance(value, PSObject) else objects.text(value)


def type_name(value: Any) -> str:
    """The full .NET type name of a value; `""` for null."""
    match value:
        case None:
            return ""
        case PSObject():
            return type_name(value.base) if value.base is not None else value.types[0]
        case Obj():
            return objects.full_name(value.type)
        case Bag():
            return value.types[0] if value.types else CUSTOM[0]
        case Enum() | List():
            return value.type
        case Number() | Real():
            return _BY_TAG[value.tag]
        case Version():
            return "System.Version"
    return _CLR.get(type(value).__name__, "System.Object[]" if isinstance(value, list | tuple) else "System.Object")


def properties(value: Any) -> tuple[str, ...]:
    """The names of an object's properties: its own, then its notes."""
    match value:
        case PSObject():
            own = properties(value.base) if value.base is not None else ()
            return (*own, *(name for name in value.notes if name not in own))
        case Obj():
            return objects.names_of(value)
        case Bag():
            return tuple(value.props)
        case Enum():
            return ("value__",)
        case str() if not isinstance(value, Version):
            return ("Length",)
        case list() | tuple():
            return ("Length",)
    return ()


def find(value: Any, name: str) -> str | None:
    """A property's own spelling of a name given in any case; None where the object has none."""
    if isinstance(value, Obj):
        return objects.find(value, name)
    lower = name.lower()
    return next((prop for prop in properties(value) if prop.lower() == lower), None)


def get(value: Any, name: str) -> Any:
    """A property's value by its exact name."""
    match value:
        case PSObject() if name in value.notes:
            return value.notes[name]
        case PSObject():
            return get(value.base, name)
        case Obj():
            return objects.get(value, name)
        case Bag():
            return value.props.get(name)
        case Enum() if name == "value__":
            known = net_types.enum_type(value.type)
            return value.number if value.number is not None else known.number(value) if known is not None else 0
        case str() | list() | tuple() if name == "Length":
            return len(value)
    return None
