"""The values that travel between the simulator's parts: what .NET values look like here.

| .NET                         | here                                                |
|------------------------------|-----------------------------------------------------|
| null                         | `None`                                              |
| String                       | `str`                                               |
| Boolean, SwitchParameter     | `bool` (a parameter's type tells which)             |
| Int32                        | `int`                                               |
| any other number             | `Number(value, "I64")` and so on: an `int` with its CLIXML tag |
| Double, Single, Decimal      | `Real(value, "Db" \\| "Sg" \\| "D")`                   |
| Guid                         | `uuid.UUID`                                         |
| TimeSpan                     | `datetime.timedelta` (`TimeSpan` where its ticks are known) |
| DateTime                     | `datetime.datetime` (aware, UTC)                    |
| Version                      | `Version`                                           |
| Byte[]                       | `bytes`                                             |
| an enum                      | `Enum`: a `str` (the member's name) with its type   |
| an array or list             | `List`: a `tuple` with its type name                |
| a hashtable                  | `dict`                                              |
| an object of a module's type | `Obj`                                               |
| an object from a client      | `Bag`                                               |

Worlds compare them with plain `==`: `call.bound["State"] == "Running"`, `call.bound["StartupBytes"] == 4 << 30`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self


class Number(int):
    """A whole number that is not an Int32; `tag` is its CLIXML element (`I64 U32 U64 I16 U16 By SB`)."""

    tag: str

    def __new__(cls, value: int, tag: str) -> Self:
        made = super().__new__(cls, value)
        made.tag = tag
        return made


class Real(float):
    """A number with a fraction; `tag` is its CLIXML element (`Db Sg D`)."""

    tag: str

    def __new__(cls, value: float | str, tag: str) -> Self:
        made = super().__new__(cls, value)
        made.tag = tag
        return made


class TimeSpan(timedelta):
    """A TimeSpan to the tick (100 ns), where timedelta stops at microseconds; equal to the timedelta of its whole microseconds."""

    ticks: int

    def __new__(cls, ticks: int) -> Self:
        made = super().__new__(cls, microseconds=ticks // 10)
        made.ticks = ticks
        return made


class Version(str):
    """A System.Version as text, `10.0.26100`."""

    __slots__ = ()


class Enum(str):
    """A member of a .NET enum: equal to its name; `type` is the full type name, `number` its value if known."""

    type: str
    number: int | None

    def __new__(cls, name: str, type: str, number: int | None = None) -> Self:
        made = super().__new__(cls, name)
        made.type, made.number = type, number
        return made


class List(tuple[Any, ...]):
    """An array or a list; `type` is the full .NET type name, such as `System.String[]`."""

    type: str

    def __new__(cls, items: Iterable[Any] = (), type: str = "System.Object[]") -> Self:
        made = super().__new__(cls, items)
        made.type = type
        return made


@dataclass(eq=False, slots=True)
class Obj:
    """An instance of a module's type, alive inside one pipeline.

    `type` is the full .NET type name or, for a type of the Hyper-V module, its last part
    (`VirtualMachine`). `props` holds what the world gives; a property of the type that is
    missing reads as .NET's default for it. A name that the type does not have is a bug of the world.
    """

    type: str
    props: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The `Id` (a VM, adapter, snapshot, switch ...) as text, lower-case for a GUID; `""` where there is none."""
        return str(self.props.get("Id") or "")

    @property
    def name(self) -> str:
        """The `Name`, `""` where there is none."""
        return str(self.props.get("Name") or "")


@dataclass(eq=False, slots=True)
class Bag:
    """An object as a client sent it: a property bag, never a live object."""

    types: tuple[str, ...] = ()
    text: str = ""
    props: Mapping[str, Any] = field(default_factory=dict)


Value = Any
