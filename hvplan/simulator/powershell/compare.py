"""How PowerShell compares values: `-eq`, `-gt`, `-like` ..., on lists as filters (truth 15).

The right side is converted to the type of the left one; text is compared by the invariant culture without case.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hvplan.simulator.powershell import net_types
from hvplan.simulator.powershell.psobject import base, text
from hvplan.simulator.values import Enum, Obj, Version


class Incomparable(ValueError):
    """The two values have no order: `-gt` and its like fail on them."""


def truth(value: Any) -> bool:
    """A value as a condition: empty text, zero, null and an empty list are false; a list of one is what it holds."""
    value = base(value)
    match value:
        case None:
            return False
        case Enum():
            return number_of(value) != 0
        case list() | tuple():
            return bool(value) if len(value) != 1 else truth(value[0])
        case str() | bool() | int() | float():
            return bool(value)
    return True


def number_of(value: Enum) -> int:
    """The number of an enum's member."""
    known = net_types.enum_type(value.type)
    return value.number if value.number is not None else known.number(value) if known is not None else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def parse_number(value: str) -> float | int | None:
    """A number from its text (`4`, `0x10`, `5.5`, ` 5 `); the empty text is 0 (truth 8); None if it is none."""
    value = value.strip()
    if not value:
        return 0
    try:
        return int(value, 16) if value[:2].lower() == "0x" else int(value)
    except ValueError:
        try:
            return float(value)
        except ValueError:
            return None


def parse_span(value: str) -> timedelta | None:
    """A TimeSpan from its text (`[d.]hh:mm[:ss[.fffffff]]`, or days)."""
    found = re.fullmatch(r"\s*(-)?(?:(\d+)\.)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?\s*", value)
    if found is None:
        return timedelta(days=int(value)) if re.fullmatch(r"\s*-?\d+\s*", value) else None
    sign, days, hours, minutes, seconds, fraction = found.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        return None
    span = timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes), seconds=int(seconds or 0))
    span += timedelta(microseconds=int((fraction or "0").ljust(7, "0")) // 10)
    return -span if sign else span


def _moment(value: str) -> datetime | None:
    for form in ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y"):
        try:
            return datetime.strptime(value, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def _version(value: str) -> tuple[int, ...] | None:
    parts = value.split(".")
    return tuple(int(part) for part in parts) if 2 <= len(parts) <= 4 and all(part.isdigit() for part in parts) else None


def _pair(left: Any, right: Any) -> tuple[Any, Any] | None:
    """Both sides as values of the left one's type; None where the right one does not convert."""
    made: Any = None
    match left:
        case Enum():
            known = net_types.enum_type(left.type)
            if _is_number(right):
                made = int(right)
            elif isinstance(right, str) and known is not None:
                member = next((number for name, number in known.members.items() if name.lower() == right.lower()), None)
                made = member if member is not None else int(right) if re.fullmatch(r"-?\d+", right) else None
            return None if made is None else (number_of(left), made)
        case bool():
            return (left, truth(right))
        case Version():
            return None if (made := _version(text(right))) is None else (_version(left), made)
        case int() | float():
            made = right if isinstance(right, int | float) else parse_number(right) if isinstance(right, str) else None
            if isinstance(right, Enum):
                made = number_of(right)
        case uuid.UUID():
            try:
                made = right if isinstance(right, uuid.UUID) else uuid.UUID(text(right))
            except ValueError:
                made = None
            return None if made is None else (str(left), str(made))
        case timedelta():
            made = right if isinstance(right, timedelta) else parse_span(right) if isinstance(right, str) else None
        case datetime():
            made = right if isinstance(right, datetime) else _moment(right) if isinstance(right, str) else None
            left = left if left.tzinfo is not None else left.replace(tzinfo=UTC)
    return None if made is None else (left, made)


def equal(left: Any, right: Any, exact_case: bool = False) -> bool:
    """Whether `left -eq right`, both single values."""
    left, right = base(left), base(right)
    if left is None or right is None:
        return left is right
    if type(left) is str:
        other = text(right)
        return left == other if exact_case else left.casefold() == other.casefold()
    if isinstance(left, Obj):
        return left is right
    pair = _pair(left, right)
    return pair is not None and bool(pair[0] == pair[1])


def order(left: Any, right: Any, exact_case: bool = False) -> int:
    """-1, 0 or 1; null comes before everything. Raises Incomparable where the right side does not convert."""
    left, right = base(left), base(right)
    if left is None or right is None:
        return (left is not None) - (right is not None)
    if type(left) is str:
        other = text(right)
        one, two = (left, other) if exact_case else (left.casefold(), other.casefold())
        return (one > two) - (one < two)
    pair = _pair(left, right)
    if pair is None:
        raise Incomparable(f'Cannot compare "{text(left)}" to "{text(right)}" because the objects are not the same type or cannot be converted.')
    return int(pair[0] > pair[1]) - int(pair[0] < pair[1])


@cache
def wildcard(pattern: str, exact_case: bool = False) -> re.Pattern[str]:
    """A PowerShell wildcard pattern (`*`, `?`, `[a-z]`, a backtick before a literal) as a regular expression for the whole text."""
    out, place = [], 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "`" and place < len(pattern):
            out.append(re.escape(pattern[place]))
            place += 1
        elif char == "*":
            out.append(".*")
        elif char == "?":
            out.append(".")
        elif char == "[" and (end := pattern.find("]", place + 1)) > 0:
            inside = pattern[place:end].replace("\\", "\\\\").replace("^", "\\^").replace("[", "\\[")
            out.append(f"[{inside}]")
            place = end + 1
        else:
            out.append(re.escape(char))
    return re.compile("".join(out), re.DOTALL | (0 if exact_case else re.IGNORECASE))


def has_wildcard(pattern: str) -> bool:
    """Whether a text is a pattern."""
    return any(char in pattern for char in "*?[")


def _items(value: Any) -> tuple[Any, ...] | None:
    value = base(value)
    return tuple(value) if isinstance(value, list | tuple) else None


def each(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """An operator on single values, as PowerShell applies it to a list on the left: it keeps what fits, and that is the condition."""

    def applied(left: Any, right: Any) -> bool:
        items = _items(left)
        return test(left, right) if items is None else truth([item for item in items if test(item, right)])

    return applied


def contains(left: Any, right: Any, exact_case: bool = False) -> bool:
    """Whether `left -contains right`; a single left value is a list of one."""
    items = _items(left)
    return any(equal(item, right, exact_case) for item in ((left,) if items is None else items))
