"""What the command table says about one cmdlet and one parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "I16": (-(1 << 15), (1 << 15) - 1),
    "I32": (-(1 << 31), (1 << 31) - 1),
    "I64": (-(1 << 63), (1 << 63) - 1),
    "U16": (0, (1 << 16) - 1),
    "U32": (0, (1 << 32) - 1),
    "U64": (0, (1 << 64) - 1),
}
"""Wire type of a whole number -> lowest and highest value."""

WIRES: Final = frozenset({"S", "S[]", "G", "B", "switch", "enum", "enum[]", "any", *RANGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter this product may send.

    `wire` is its type as it travels: `S` text, `S[]` texts, `G` a GUID, `B` true or false, `switch`, `enum` one of
    `members` as text, `enum[]` several of them, `any` (the value Where-Object compares with), or a whole number (`I16 I32
    I64 U16 U32 U64`). `members`: for `enum` its names, for other types the only values taken. `empty`: empty text is allowed;
    `null`: so is null. `pattern`: it may take a wildcard pattern on the host, so pattern characters are refused;
    `star`: it takes `*` alone, which means all. `form`: a regular expression that a text fits as a whole; `""` for any text.
    """

    name: str
    wire: str
    members: tuple[str | int, ...] = ()
    empty: bool = False
    null: bool = False
    pattern: bool = False
    star: bool = False
    form: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cmdlet:
    """One cmdlet this product may send.

    `pipe`: kind of object it takes from the pipe -> the parameter that binds it, by value and without conversion.
    `output`: kind of object it returns, `""` for none; `passthru`: the switch it returns that for, `""` when it
    returns without being asked. `creates`: it needs no object to start from. `by_path`: its object is the file at its
    exact -Path. `confirms`: it supports ShouldProcess, so a write carries `Confirm: false`. `asks`: it prompts without
    `Force`. `high`: its confirm impact is High. `host_wide`: it changes the host the session is on, so there is no object
    to choose. `script`: it is no cmdlet but one of the constant scripts, which finds its object by its own `VMId`.
    """

    name: str
    module: str
    write: bool
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    pipe: Mapping[str, str] = field(default_factory=dict)
    output: str = ""
    passthru: str = ""
    creates: bool = False
    by_path: bool = False
    confirms: bool = False
    asks: bool = False
    high: bool = False
    host_wide: bool = False
    script: bool = False


_PARAMETER: Final = re.compile(r"(?P<name>\w+):(?P<wire>[A-Za-z]+(?:16|32|64)?(?:\[\])?)(?P<flags>[?0%*]*)(?:=(?P<members>[\w|]+))?")


def parameters(text: str, enums: Mapping[str, tuple[str, ...]]) -> Mapping[str, Parameter]:
    """Parameters from one text, separated by spaces: `Notes:S0` is text that may be empty.

    Flags after the type: `0` may be empty, `?` may be null, `%` may be taken for a pattern, `*` takes only the star.
    `=a|b` lists the values taken; a type that is the name of an enum takes its members.
    """
    found: dict[str, Parameter] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None:
            raise ValueError(f"not a parameter of the command table: {word}")
        name, wire, flags, values = match["name"], match["wire"], match["flags"], match["members"]
        members: tuple[str | int, ...] = tuple(int(v) if v.isdigit() else v for v in values.split("|")) if values else ()
        if wire.removesuffix("[]") in enums:
            members, wire = members or enums[wire.removesuffix("[]")], "enum[]" if wire.endswith("[]") else "enum"
        if wire not in WIRES:
            raise ValueError(f"{word}: there is no wire type {wire}")
        found[name] = Parameter(name=name, wire=wire, members=members, empty="0" in flags, null="?" in flags, pattern="%" in flags, star="*" in flags)
    return found
