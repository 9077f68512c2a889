"""To a TimeSpan or a DateTime: from text as .NET reads it (invariant culture), from a whole number of ticks of 100 ns.

Dates without a year and times without a date mean today, which nothing here may know: they do not convert.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.convert_numbers import Unconvertible, number_text
from hvplan.simulator.values import Enum, Number, TimeSpan

LOCAL = timezone(timedelta(), "Local")
"""The zone of a DateTime whose kind is Local; hosts keep UTC."""
UNSPECIFIED = timezone(timedelta(), "Unspecified")
"""The zone of a DateTime without a zone."""

TICKS_PER_SECOND = 10_000_000
MOST_DAYS = 10_675_199
_SPAN = re.compile(r"(-)?(?:(\d{1,8})(?:\.|:(?=\d+:\d+:\d)))?(\d{1,8}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?", re.ASCII)
_DAYS = re.compile(r"(-)?(\d{1,8})", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?\s*([ap]m)?", re.IGNORECASE | re.ASCII)
_ZONE = re.compile(r"\s*(?:(Z|GMT)|([+-])(\d{1,2}):(\d{2}))$", re.IGNORECASE | re.ASCII)
_DATES = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?", re.ASCII),
    re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4}|\d{2})", re.ASCII),
    re.compile(rf"(?P<m>{_NAMES})\s+(?P<d>\d{{1,2}}),?\s+(?P<y>\d{{4}})", re.IGNORECASE | re.ASCII),
    re.compile(rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?(?P<d>\d{{1,2}})[\s-](?P<m>{_NAMES})[\s-](?P<y>\d{{4}})", re.IGNORECASE | re.ASCII),
)


def to_span(value: Any) -> timedelta:
    """A TimeSpan. Raises Unconvertible."""
    ticks = _ticks(value)
    if ticks is None:
        text = _text(value)
        ticks = _span_ticks(text.strip())
        if ticks is None:
            raise Unconvertible(f'Cannot convert value "{text}" to type "System.TimeSpan". Error: "String \'{text}\' was not recognized as a valid TimeSpan."')
    return TimeSpan(ticks) if ticks % 10 else timedelta(microseconds=ticks // 10)


def _ticks(value: Any) -> int | None:
    """Whole numbers, enums among them, count ticks; None for anything else. A UInt64 goes by its text: no constructor takes one."""
    whole = value.number if isinstance(value, Enum) else value
    if isinstance(whole, Number) and whole.tag == "U64":
        return None
    return int(whole) if isinstance(whole, int) and not isinstance(whole, bool) and -(2**63) <= whole < 2**63 else None


def _text(value: Any) -> str:
    return number_text(value) if isinstance(value, float) else psobject.text(value)


def _span_ticks(text: str) -> int | None:
    only_days = _DAYS.fullmatch(text)
    parts = _SPAN.fullmatch(text)
    if only_days:
        sign, days, hours, minutes, seconds, fraction = only_days[1], int(only_days[2]), 0, 0, 0, ""
    elif parts:
        sign, fraction = parts[1], parts[6] or ""
        days, hours, minutes, seconds = (int(parts[group] or 0) for group in (2, 3, 4, 5))
        if hours > 23 and parts[2] is None and parts[5] is not None and not fraction:
            days, hours, minutes, seconds = hours, minutes, seconds, 0
    else:
        return None
    if days > MOST_DAYS or hours > 23 or minutes > 59 or seconds > 59:
        return None
    ticks = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * TICKS_PER_SECOND + int(fraction.ljust(7, "0"))
    return -ticks if sign else ticks


def to_time(value: Any) -> datetime:
    """A DateTime, aware; text with a zone becomes local time, which is UTC here, to the microsecond. Raises Unconvertible."""
    ticks = _ticks(value)
    if ticks is not None and 0 <= ticks < 3_155_378_976_000_000_000:
        return datetime(1, 1, 1, tzinfo=UNSPECIFIED) + timedelta(microseconds=ticks // 10)
    text = _text(value)
    read = _moment(text.strip()) if isinstance(value, str | float) else None
    if read is None:
        raise Unconvertible(f'Cannot convert value "{text}" to type "System.DateTime". Error: "The string \'{text}\' was not recognized as a valid DateTime."')
    return read


def _moment(text: str) -> datetime | None:
    date = next((found for form in _DATES if (found := form.match(text))), None)
    if date is None:
        return None
    rest = text[date.end() :]
    zone = _ZONE.search(rest)
    clock = rest[: zone.start()] if zone else rest
    if clock and clock[0] not in "T \t":
        return None
    time = _TIME.fullmatch(clock[1:].strip()) if clock.strip("T \t") else None
    if clock.strip() and time is None:
        return None
    year, month = int(date["y"]), date["m"]
    try:
        day = datetime(
            year if len(date["y"]) == 4 else year + (2000 if year < 50 else 1900),
            _MONTHS.index(month[:3].lower()) + 1 if month[0].isalpha() else int(month),
            int(date["d"] or 1),
            tzinfo=UNSPECIFIED,
        )
        moment = day + (_clock(time) if time else timedelta())
    except ValueError:
        return None
    if zone is None:
        return moment
    offset = timedelta() if zone[1] else timedelta(hours=int(zone[3]), minutes=int(zone[4])) * (-1 if zone[2] == "-" else 1)
    return (moment - offset).replace(tzinfo=LOCAL)


def _clock(time: re.Match[str]) -> timedelta:
    hours, minutes, seconds, half = int(time[1]), int(time[2]), int(time[3] or 0), (time[5] or "").lower()
    if minutes > 59 or seconds > 59 or hours > 23 or (half and not 1 <= hours <= 12):
        raise ValueError(time[0])
    if half:
        hours = hours % 12 + (12 if half == "pm" else 0)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds, microseconds=int((time[4] or "0").ljust(6, "0")[:6]))
