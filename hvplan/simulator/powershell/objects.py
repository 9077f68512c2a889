"""What the types of the modules look like: their bases, properties, defaults and texts.

The table `objects.json` holds every type a cmdlet gives back (cmdlets.md, windows.md): its type names, its
properties with their .NET types, the pattern of its `ToString()`, and the enums with their numbers. A
property that a world did not give reads as .NET's default; one that the type does not have is a bug of the world.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hvplan.simulator.values import Bag, Enum, List, Number, Obj, Real, Version

_PREFIXES = ("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.", "Microsoft.FailoverClusters.PowerShell.")
_TAGS = {
    "Int32": "I32",
    "Int64": "I64",
    "UInt32": "U32",
    "UInt64": "U64",
    "Int16": "I16",
    "UInt16": "U16",
    "Byte": "By",
    "SByte": "SB",
    "Double": "Db",
    "Single": "Sg",
    "Decimal": "D",
}
_SESSION = "Microsoft.Management.Infrastructure.CimSession"
_CIM = "Microsoft.Management.Infrastructure.CimInstance"


class WorldError(RuntimeError):
    """A world's answer cannot exist on a real host: a property its type does not have. A bug of the world, never of a user."""


@dataclass(frozen=True, slots=True)
class EnumType:
    """`tag` is the CLIXML element of its number; a member whose number nobody has written down has its place in the list."""

    name: str
    tag: str
    members: Mapping[str, int]
    names: Mapping[int, str]

    def number(self, text: str) -> int:
        """The number of a member, of several (`A, B`: flags), or of a number as text."""
        if text in self.members:
            return self.members[text]
        total = 0
        for part in text.split(","):
            part = part.strip()
            total |= self.members[part] if part in self.members else int(part) if part.lstrip("-").isdigit() else 0
        return total

    def default(self) -> Enum:
        """The member 0, or `0` where none has that number."""
        return Enum(self.names.get(0, "0"), self.name, 0)


@dataclass(frozen=True, slots=True)
class Declared:
    """The .NET type of a property: `kind` says how its values are made and written."""

    kind: str
    """`text flag number real enum guid time span version char list bytes other`"""
    name: str
    tag: str = ""
    nullable: bool = False
    enum: EnumType | None = None
    element: Declared | None = None
    chain: tuple[str, ...] = ()
    default: Any = None

    def coerce(self, value: Any) -> Any:
        """The value as a property of this type would hold it."""
        if value is None:
            return None
        match self.kind:
            case "number" if isinstance(value, int):
                return int(value) if self.tag == "I32" else Number(value, self.tag)
            case "real" if isinstance(value, int | float):
                return Real(value, self.tag)
            case "enum" if self.enum is not None:
                if isinstance(value, int):
                    return Enum(self.enum.names.get(value, str(int(value))), self.name, int(value))
                return Enum(str(value), self.name, self.enum.number(str(value)))
            case "guid" if isinstance(value, str):
                return uuid.UUID(value)
            case "version" if isinstance(value, str):
                return Version(value)
            case "list" if isinstance(value, list | tuple):
                element = self.element
                return List((element.coerce(item) for item in value) if element else value, self.name)
        return value


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
def _table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("objects.json").read_text("utf-8"))
    return loaded


@cache
def enum_type(name: str) -> EnumType | None:
    """The enum of that full name, or of that last part of it; None if the table has none."""
    enums = _table()["enums"]
    full = name if name in enums else next((p + name for p in _PREFIXES if p + name in enums), None)
    if full is None:
        return None
    members = {member: place if number is None else number for place, (member, number) in enumerate(enums[full]["members"].items())}
    names: dict[int, str] = {}
    for member, number in enums[full]["members"].items():
        if number is not None:
            names.setdefault(number, member)
    return EnumType(full, enums[full]["tag"], members, names)


@cache
def declared(text: str) -> Declared:
    """What the table's word for a .NET type means (`System.Int64?`, `X[]`, `System.Collections.Generic.List<X>`)."""
    nullable = text.endswith("?")
    name = text.rstrip("?")
    if name == "System.Byte[]":
        return Declared("bytes", name)
    array = re.fullmatch(r"(.+)\[\]", name)
    generic = re.fullmatch(r"System\.Collections\.Generic\.\w+<(.+)>", name)
    if array:
        return Declared("list", name, element=declared(array[1]), chain=(name, "System.Array", "System.Object"))
    if generic:
        assembly = "mscorlib" if generic[1].startswith("System.") else "Microsoft.HyperV.PowerShell.Objects"
        wire = f"System.Collections.Generic.List`1[[{generic[1]}, {assembly}]]"
        return Declared("list", wire, element=declared(generic[1]), chain=(wire, "System.Object"))
    short = name.removeprefix("System.") if name.startswith("System.") else ""
    if short in _TAGS:
        tag = _TAGS[short]
        real = tag in ("Db", "Sg", "D")
        zero: Any = Real(0, tag) if real else 0 if tag == "I32" else Number(0, tag)
        return Declared("real" if real else "number", name, tag, nullable, default=None if nullable else zero)
    simple: dict[str, tuple[str, Any]] = {
        "String": ("text", None),
        "Boolean": ("flag", False),
        "Guid": ("guid", uuid.UUID(int=0)),
        "DateTime": ("time", datetime.min),  # noqa: DTZ901 - .NET's default has no zone either
        "TimeSpan": ("span", timedelta()),
        "Version": ("version", None),
        "Char": ("char", "\0"),
    }
    if short in simple:
        kind, default = simple[short]
        return Declared(kind, name, "", nullable, default=None if nullable else default)
    known = enum_type(name)
    if known is not None:
        return Declared("enum", name, known.tag, nullable, known, default=None if nullable else known.default())
    # every object of the module carries a session of the local host (truth 6)
    return Declared("other", name, default=Obj(name) if name == _SESSION else None)


@cache
def object_type(name: str) -> ObjectType | None:
    """The type of that full name, or of that last part of it (`VirtualMachine`, `MSFT_NetAdapter`); None if the table has none."""
    types = _table()["types"]
    full = name if name in types else next((p + name for p in _PREFIXES if p + name in types), None)
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
    return name if "." in name else _PREFIXES[0] + name if name[:2] == "VM" else name


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
