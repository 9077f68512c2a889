"""To an enum: by name in any case, by a beginning that only one name has, by number, by names that combine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.convert_numbers import ASCII_SPACE, WHOLE, Unconvertible, number_text
from hvplan.simulator.powershell.convert_plain import notes
from hvplan.simulator.powershell.declarations import EnumType
from hvplan.simulator.values import Enum, Version

_NUMBER = re.compile(r"[+-]?\d+", re.ASCII)


def known(type: str) -> EnumType | None:
    """The enum of that name, None if the type is none."""
    return load_catalogue(None).enum(type)


def _enum(type: str) -> EnumType:
    found = known(type)
    if found is None:
        raise Unconvertible(f'Unable to find type "{type}".')
    return found


def to_enum(value: Any, type: str) -> Enum:
    """A value as a member. Raises Unconvertible: an unknown or ambiguous name, a number that no member has."""
    enum = _enum(type)
    match value:
        case bool():
            raise Unconvertible(f'Cannot convert value "{value}" to type "{type}". Error: "Invalid cast from \'System.Boolean\' to \'{type}\'."')
        case Enum() if value.number is not None:
            return from_number(value.number, type)
        case str():
            return _from_text(value, enum)
        case int():
            return from_number(_truncated(int(value), enum), type)
        case float():
            return _from_text(number_text(value), enum)
        case list() | tuple():
            return _from_text(",".join(_word(item, type) for item in value), enum)
    raise Unconvertible(f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "{type}".')


def _word(item: Any, type: str) -> str:
    """One of a list's items: text as it is, anything else as the member that it converts to."""
    if isinstance(item, str) and not isinstance(item, Enum | Version):
        return item
    pairs = item if isinstance(item, Mapping) else notes(item)
    return from_number(0, type, check=False) if pairs is not None and not pairs else to_enum(item, type)


def from_number(number: int, type: str, *, check: bool = True) -> Enum:
    """The member with this number; with `check`, Unconvertible is raised if there is none (or bits that no member has)."""
    enum = _enum(type)
    name = enum.named(number)
    if name is None and check and not _defined(number, enum):
        raise _undefined(str(number), enum)
    return Enum(name if name is not None else _names(number, enum), enum.name, number)


def _truncated(number: int, enum: EnumType) -> int:
    """A whole number cut to the bits of the enum's own type, as .NET does without a word."""
    _, least, most = WHOLE[enum.underlying]
    return (number - least) % (most - least + 1) + least


def _defined(number: int, enum: EnumType) -> bool:
    """Whether the engine takes a number that no member has: bits of several members, or anything where a member is negative."""
    _, least, most = WHOLE[enum.underlying]
    if not least <= number <= most:
        return False
    mask = 0
    for value in enum.members.values():
        if value is not None and value < 0:
            return True
        mask |= value or 0
    return enum.flags and number & ~mask == 0


def _names(number: int, enum: EnumType) -> str:
    """A combination as .NET writes it, `A, B`; the number itself where no member fits."""
    if not enum.flags or number == 0:
        return str(number)
    rest = number
    names: list[str] = []
    for name, value in sorted(enum.members.items(), key=lambda pair: -(pair[1] or 0)):
        if value and rest & value == value:
            rest &= ~value
            names.insert(0, name)
    return ", ".join(names) if rest == 0 else str(number)


def _from_text(text: str, enum: EnumType) -> Enum:
    trimmed = text.strip()
    digits = text.lstrip().rstrip("\0").rstrip(ASCII_SPACE)
    if _NUMBER.fullmatch(digits):
        return from_number(int(digits), enum.name)
    members = {name.lower(): name for name in enum.members}
    words = [word.strip().lower() for word in trimmed.split(",")]
    if len(words) == 1 or not all(word in members for word in words):
        name = members.get(trimmed.lower()) or _beginning(text, trimmed, enum)
        return Enum(name, enum.name, enum.members[name])
    number = 0
    for word in words:
        number |= enum.members[members[word]] or 0
    if enum.named(number) is None and not _defined(number, enum):
        raise _undefined(text, enum)
    return from_number(number, enum.name)


def _beginning(text: str, trimmed: str, enum: EnumType) -> str:
    fitting = [name for name in enum.members if name.lower().startswith(text.lower())]  # spaces count here
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(enum.members)
    if fitting:
        why = f"The identifier name {trimmed} cannot be processed because of the following possible matches: {', '.join(fitting)}."
    else:
        why = f"Unable to match the identifier name {trimmed} to a valid enumerator name. Specify one of the following: {names}"
    raise Unconvertible(f'Cannot convert value "{text}" to type "{enum.name}". Error: "{why}"')


def _undefined(text: str, enum: EnumType) -> Unconvertible:
    listed = ",".join(enum.members)
    return Unconvertible(
        f'Cannot convert value "{text}" to type "{enum.name}" due to enumeration values that are not valid. Specify one of the following enumeration '
        f'values and try again. The possible enumeration values are "{listed}".'
    )
