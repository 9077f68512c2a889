"""The .NET types of properties and the enums: how a value of each is made, and its default."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from hvplan.simulator.values import Enum, List, Number, Obj, Real, Version

PREFIXES = ("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.", "Microsoft.FailoverClusters.PowerShell.")
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


@cache
def table() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files(__package__).joinpath("objects.json").read_text("utf-8"))
    return loaded


@cache
def enum_type(name: str) -> EnumType | None:
    """The enum of that full name, or of that last part of it; None if the table has none."""
    enums = table()["enums"]
    full = name if name in enums else next((p + name for p in PREFIXES if p + name in enums), None)
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
