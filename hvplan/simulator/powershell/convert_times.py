"""To a TimeSpan or a DateTime: from text as .NET reads it (invariant culture), from a whole number of ticks of 100 ns."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.convert_numbers import Unconvertible
from hvplan.simulator.values import TimeSpan

LOCAL = timezone(timedelta(), "Local")
"""The zone of a DateTime whose kind is Local; hosts keep UTC."""
UNSPECIFIED = timezone(timedelta(), "Unspecified")
"""The zone of a DateTime without a zone."""

TICKS_PER_SECOND = 10_000_000
_SPAN = re.compile(r"(-)?(?:(\d{1,8})(?:\.|:(?=\d+:\d+:\d)))?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?")
_DAYS = re.compile(r"(-)?(\d{1,8})")
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_DATES = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
)


def guid_digits(text: str) -> str | None:
    """The digits of a GUID in one of .NET's forms: bare, with dashes, in braces or in brackets; None if it is none."""
    inner = text[1:-1] if text[:1] + text[-1:] in ("{}", "()") and len(text) == 38 else text
    if _GUID.fullmatch(inner):
        return inner
    return text if re.fullmatch(r"[0-9a-fA-F]{32}", text) else None


def _span(ticks: int) -> timedelta:
    return TimeSpan(ticks) if ticks % 10 else timedelta(microseconds=ticks // 10)


def to_span(value: Any) -> timedelta:
    """A TimeSpan. Raises Unconvertible."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _span(round(value))
    if isinstance(value, str):
        trimmed = value.strip()
        days = _DAYS.fullmatch(trimmed)
        if days and int(days[2]) <= 10_675_199:
            return _span(int(days[2]) * 86400 * TICKS_PER_SECOND * (-1 if days[1] else 1))
        parts = _SPAN.fullmatch(trimmed)
        if parts:
            hours, minutes, seconds = int(parts[3]), int(parts[4]), int(parts[5] or 0)
            if hours < 24 and minutes < 60 and seconds < 60:
                whole = ((int(parts[2] or 0) * 24 + hours) * 60 + minutes) * 60 + seconds
                ticks = whole * TICKS_PER_SECOND + int((parts[6] or "").ljust(7, "0"))
                return _span(-ticks if parts[1] else ticks)
        raise Unconvertible(f'Cannot convert value "{value}" to type "System.TimeSpan". Error: "String \'{value}\' was not recognized as a valid TimeSpan."')
    raise Unconvertible(f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "System.TimeSpan".')


def to_time(value: Any) -> datetime:
    """A DateTime, aware; text without a zone is local time, which is UTC here. Raises Unconvertible."""
    if isinstance(value, int) and not isinstance(value, bool):
        try:
            return datetime(1, 1, 1, tzinfo=UNSPECIFIED) + timedelta(microseconds=int(value) // 10)
        except OverflowError:
            pass
    elif isinstance(value, str):
        trimmed = value.strip()
        for form in _DATES:
            try:
                return datetime.strptime(trimmed, form).replace(tzinfo=UNSPECIFIED)
            except ValueError:
                continue
        try:
            read = datetime.fromisoformat(trimmed)
        except ValueError:
            pass
        else:
            return read.astimezone(LOCAL) if read.tzinfo else read.replace(tzinfo=UNSPECIFIED)
        raise Unconvertible(
            f'Cannot convert value "{value}" to type "System.DateTime". Error: "The string \'{value}\' was not recognized as a valid DateTime."'
        )
    raise Unconvertible(f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "System.DateTime".')
