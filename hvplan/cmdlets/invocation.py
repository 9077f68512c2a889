"""What may be sent to a host: typed commands, checked against the table when they are built.

A write is one statement that starts from an id or an exact path (or creates); reads may be several statements.
The checks live in `check.py`; there is no other way to make an `Invocation` than `write` and `read`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """A value that an earlier step produces: property `property` of what the step that creates `address` returned.

    `property` may go into nested objects: `NetworkAdapters.0.Id`. `after`: only what stands after the last of these
    characters; `first`: only so many characters of the rest (both apply to the value's text, lower-case for a GUID).
    """

    address: str
    property: str
    after: str = ""
    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text with references in it."""

    parts: tuple[str | Ref, ...]


Argument = str | int | bool | None | tuple[str | Ref, ...] | Ref | Text


@dataclass(frozen=True, slots=True)
class Cmd:
    """One cmdlet of a pipe: canonical name (`Microsoft.PowerShell.Utility\\\\Select-Object` is the one qualified name) and named parameters, in order."""

    cmdlet: str
    parameters: Mapping[str, Argument] = field(default_factory=dict)


Statement = tuple[Cmd, ...]


@dataclass(frozen=True, slots=True)
class Invocation:
    """One pipeline to send. `write` says whether it may change the host."""

    statements: tuple[Statement, ...]
    write: bool
