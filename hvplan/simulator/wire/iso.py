"""Durations and moments as XML writes them (`PT20S`, `2026-01-01T02:00:00.1234567Z`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)?")


def duration(text: str) -> timedelta:
    """Read a duration; fractions below a microsecond are cut. Raises ValueError for anything else than days and less."""
    found = _DURATION.fullmatch(text.strip())
    if not found or text.strip().rstrip("T").endswith("P"):
        raise ValueError(f"not a duration: {text[:40]!r}")
    sign, days, hours, minutes, seconds, fraction = found.groups()
    try:
        clock = timedelta(hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0))
        whole = timedelta(days=int(days or 0)) + clock + timedelta(microseconds=_microseconds(fraction))
    except OverflowError as error:
        raise ValueError(f"a duration out of range: {text[:40]!r}") from error
    return -whole if sign else whole


def moment(text: str) -> datetime:
    """Read a date with time as an aware UTC value; one without a zone is taken as UTC. Raises ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"not a date with time: {text[:40]!r}")
    whole, fraction, zone = found.groups()
    made = datetime.fromisoformat(whole + ("+00:00" if zone in (None, "Z") else zone))
    try:
        return made.replace(microsecond=_microseconds(fraction)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"a date out of range: {text[:40]!r}") from error


def _microseconds(fraction: str | None) -> int:
    return int((fraction or "0")[:6].ljust(6, "0"))
