"""What the types of the modules look like: their bases, properties, defaults and texts.

The table `objects.json` holds every type a cmdlet gives back (cmdlets.md, windows.md): its type names, its
properties with their .NET types, the pattern of its `ToString()`, and the enums with their numbers. A
property that a world did not give reads as .NET's default; one that the type does not have is a bug of the world.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from hvplan.simulator.powershell.net_types import PREFIXES, Declared, declared, table
from hvplan.simulator.powershell.net_types import enum_type as enum_type
from hvplan.simulator.values import Bag, Obj, Real

_CIM = "Microsoft.Management.Infrastructure.CimInstance"


class WorldError(RuntimeError):
    """A world's answer cannot exist on a real host: a property its type does not have. A bug of the world, never of a user."""


@dataclass(frozen=True, slots=True)
class ObjectType:
    """A type: `chain` are its type names, nearest first; `extended` its members from type files (an alias's target, or None)."""

    name: str
    chain: tuple[str, ...]
    text: str | None
    props: Mapping[str, Declared]
    extended: Mapping[str, str | None] = field(default_factory=dict)
    cim: bool = False
    canonical: Mapping[str, str] = field(default_factory=dict)


@cache
def object_type(name: str) -> ObjectType | None:
    """The type of that full name, or of that last part of it (`VirtualMachine`, `MSFT_NetAdapter`); None if the table has none."""
    types = table()["types"]
    full = name if name in types else next((p + name for p in PREFIXES if p + name in types), None)
    if full is None:
        return None
    row = types[full]
    props = {prop: declared(word) for prop, word in row["props"].items()}
    if "cim" in row:
        bases: list[str] = row["bases"]
        chain = (*(f"{_CIM}#{row['cim']}/{base}" for base in bases), *(f"{_CIM}#{base}" for base in bases), _CIM, "System.Object")
        props["PSComputerName"] = declared("System.String")
    else:
        chain = (full, *row["chain"]) if full not in row["chain"] else tuple(row["chain"])
    extended: dict[str, str | None] = row.get("ext", {})
    canonical = {prop.lower(): prop for prop in (*props, *extended)}
    return ObjectType(full, chain, row.get("text"), props, extended, "cim" in row, canonical)


def full_name(name: str) -> str:
    """A type's full name (`Microsoft.HyperV.PowerShell.VirtualMachine` for `VirtualMachine`); the name itself when it is not known."""
    known = object_type(name)
    if known is not None:
        return known.name
    return name if "." in name else PREFIXES[0] + name if name[:2] == "VM" else name


def chain_of(obj: Obj) -> tuple[str, ...]:
    """The type names of an object, nearest first."""
    known = object_type(obj.type)
    return known.chain if known is not None else (full_name(obj.type), "System.Object")


def check(obj: Obj, command: str, seen: set[int] | None = None) -> None:
    """Raise WorldError if the object, or one it holds, has a property that its type does not have.

    Objects may hold each other (an adapter its VLAN setting, and that its adapter): `seen` are those looked at.
    """
    seen = set() if seen is None else seen
    if id(obj) in seen:
        return
    seen.add(id(obj))
    known = object_type(obj.type)
    for name, value in obj.props.items():
        if known is not None and name not in known.props and name not in known.extended:
            raise WorldError(
                f"the world's handler of {command} gave a {known.name} with the property {name!r}, which the type does not have: correct the handler"
            )
        if type(value) is Obj:
            check(value, command, seen)
        elif isinstance(value, list | tuple):
            for item in value:
                if type(item) is Obj:
                    check(item, command, seen)


def names_of(obj: Obj) -> tuple[str, ...]:
    """The property names of an object in the order they are written."""
    known = object_type(obj.type)
    if known is None:
        return tuple(obj.props)
    return (*known.props, *(name for name in known.extended if name not in known.props))


def find(obj: Obj, name: str) -> str | None:
    """A property's name as the type spells it, case aside; None if it has none of that name."""
    known = object_type(obj.type)
    if known is not None:
        return known.canonical.get(name.lower())
    return next((prop for prop in obj.props if prop.lower() == name.lower()), None)


def get(obj: Obj, name: str) -> Any:
    """A property's value by its exact name, with the declared type; .NET's default where the world gave none."""
    known = object_type(obj.type)
    if known is None:
        return obj.props.get(name)
    target = known.extended.get(name)
    if target is not None and name not in obj.props:
        return get(obj, target)
    type_of = known.props.get(name)
    if name not in obj.props:
        return type_of.default if type_of is not None else None
    value = obj.props[name]
    return value if type_of is None or name in known.extended else type_of.coerce(value)


def obj_text(obj: Obj) -> str:
    """`ToString()` of an object: its type's pattern, else its type's name (truth 4, 11)."""
    known = object_type(obj.type)
    if known is None:
        return full_name(obj.type)
    if known.text is not None:
        return re.sub(r"\{(\w+)\}", lambda part: text(get(obj, part[1])), known.text)
    if known.cim:
        caption = obj.props.get("Caption")
        return f"{obj.type}: {caption}" if caption else obj.type
    return known.name


def text(value: Any) -> str:
    """A value as PowerShell makes it text (invariant culture)."""
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case str():
            return str(value)
        case Real() if abs(value) < 1e15 and value.is_integer():
            return str(int(value))
        case int() | float():
            return str(value)
        case timedelta():
            return span_text(value)
        case datetime():
            return value.strftime("%m/%d/%Y %H:%M:%S")
        case Obj():
            return obj_text(value)
        case Bag():
            return value.text
        case list() | tuple():
            return " ".join(text(item) for item in value)
        case bytes():
            return " ".join(str(byte) for byte in value)
        case dict():
            return "System.Collections.Hashtable"
    return str(value)


def span_text(value: timedelta) -> str:
    """A TimeSpan's text, `1.02:03:04.5000000`."""
    total = abs(value)
    hours, rest = divmod(total.seconds, 3600)
    days = f"{total.days}." if total.days else ""
    fraction = f".{total.microseconds * 10:07d}" if total.microseconds else ""
    return f"{'-' if value < timedelta() else ''}{days}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}{fraction}"
