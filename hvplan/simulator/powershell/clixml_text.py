"""Primitive values as CLIXML spells them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from hvplan.simulator.values import TimeSpan

_SPECIAL = re.compile('[\x00-\x1f\x7f-\x9f&<>"\ud800-\udfff\U00010000-\U0010ffff]|_(?=[xX])')
_MARKUP = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    if char in _MARKUP:
        return _MARKUP[char]
    code = ord(char)
    if code > 0xFFFF:
        code -= 0x10000
        return f"_x{0xD800 + (code >> 10):04X}__x{0xDC00 + (code & 0x3FF):04X}_"
    return f"_x{code:04X}_"


def escape(text: str) -> str:
    """Text as CLIXML carries it: control characters, surrogates and `_x` as `_xHHHH_` (truth 17), markup as entities."""
    return _SPECIAL.sub(_escape, text) if _SPECIAL.search(text) else text


def duration(value: timedelta) -> str:
    """A TimeSpan as an XML duration: `PT1H2M3S`, `P1DT0.5S`, `PT0S`; to the tick (100 ns) where it is known."""
    ticks = value.ticks if isinstance(value, TimeSpan) else (value // timedelta(microseconds=1)) * 10
    whole, fraction = divmod(abs(ticks), 10_000_000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    part = f".{fraction:07d}".rstrip("0") if fraction else ""
    date = f"{days}D" if days else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{seconds}{part}S" if seconds or part else "")
    if not date and not clock:
        return "PT0S"
    return f"{'-' if ticks < 0 else ''}P{date}{'T' + clock if clock else ''}"


def moment(value: datetime) -> str:
    """A DateTime as an XML date and time; no zone where .NET's kind is unspecified."""
    fraction = f".{value.microsecond:06d}".rstrip("0").rstrip(".")
    zone = value.strftime("%z")
    zone = "" if not zone else "Z" if zone == "+0000" else f"{zone[:3]}:{zone[3:5]}"
    return f"{value.year:04d}-{value.month:02d}-{value.day:02d}T{value.hour:02d}:{value.minute:02d}:{value.second:02d}{fraction}{zone}"


def real(value: float) -> str:
    """A Double, Single or Decimal as XML writes it."""
    text = repr(float(value))
    text = {"inf": "INF", "-inf": "-INF", "nan": "NaN"}.get(text, text)
    return text.removesuffix(".0").replace("e+", "E+").replace("e-", "E-")
