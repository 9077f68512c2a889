"""To a number: from text (decimal, hexadecimal, binary, with exponent or suffix), from another number, from a boolean."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.values import Enum, Number, Real, Version

WHOLE = MappingProxyType(
    {
        "System.Byte": ("By", 0, 2**8 - 1),
        "System.SByte": ("SB", -(2**7), 2**7 - 1),
        "System.Int16": ("I16", -(2**15), 2**15 - 1),
        "System.UInt16": ("U16", 0, 2**16 - 1),
        "System.Int32": ("I32", -(2**31), 2**31 - 1),
        "System.UInt32": ("U32", 0, 2**32 - 1),
        "System.Int64": ("I64", -(2**63), 2**63 - 1),
        "System.UInt64": ("U64", 0, 2**64 - 1),
    }
)
"""Type of whole numbers -> CLIXML tag, least and greatest value."""
REAL = MappingProxyType({"System.Double": "Db", "System.Single": "Sg", "System.Decimal": "D"})
"""Type of numbers with a fraction -> CLIXML tag."""
NUMBERS = frozenset((*WHOLE, *REAL))

_SUFFIX = MappingProxyType({"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50})
_BY_SUFFIX = MappingProxyType(
    {"y": "System.SByte", "uy": "System.Byte", "s": "System.Int16", "us": "System.UInt16", "l": "System.Int64", "u": "System.UInt64", "ul": "System.UInt64"}
)
_SIGNED_HEX = MappingProxyType({"": (32, 64), "n": (32, 64), "y": (8,), "s": (16,), "l": (64,)})
_SIGNED_BINARY = (8, 16, 32, 64, 96, 128)
ASCII_SPACE = " \t\n\v\f\r"
_BARE_HEX = re.compile(r"(?:0x|&h|#)([0-9a-f]+)", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_FRACTION = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_LITERAL = re.compile(r"([+-]?)(?:0x([0-9a-f]*)|0b([01]+)|(\d+)|(\d*\.?\d*(?:e[+-]?\d+)?))([dlsyun]|u[lsy])?([kmgtp]b)?", re.IGNORECASE | re.ASCII)


class Unconvertible(Exception):
    """A value that does not convert; the text says from what to what and why."""


def number(value: float, type: str) -> Any:
    """A number of that type; the value must fit."""
    if type in REAL:
        return Real(value, REAL[type])
    tag = WHOLE[type][0]
    return int(value) if tag == "I32" else Number(int(value), tag)


def number_text(value: float) -> str:
    """A number with a fraction as PowerShell makes it text: 15 digits, `1E+20`."""
    text = f"{float(value):.15G}"
    return {"NAN": "NaN", "INF": "Infinity", "-INF": "-Infinity"}.get(text, text)


def to_number(value: Any, type: str) -> Any:
    """A value as a number of that type, halves rounded to even. Raises Unconvertible."""
    match value:
        case Enum() if value.number is not None:
            return _fit(value.number, value, type)
        case bool():
            return number(int(value), type)
        case str() if not isinstance(value, Enum | Version):
            return _from_text(value, type)
        case int() | float():
            return _fit(value, value, type)
    raise Unconvertible(f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "{type}".')


def _from_text(text: str, type: str) -> Any:
    trimmed = text.strip()
    if type in REAL and trimmed.lower() in ("nan", "infinity", "-infinity"):
        return number(float(trimmed), type)
    read = _read(text, trimmed)
    bare = _BARE_HEX.fullmatch(trimmed) if type in WHOLE else None
    if bare and (read is None or not _fits(read, type)):
        read = int(bare[1], 16)
    if read is None:
        raise Unconvertible(f'Cannot convert value "{text}" to type "{type}". Error: "The input string \'{text}\' was not in a correct format."')
    return _fit(read, text, type)


def _read(text: str, trimmed: str) -> float | None:
    """What a number's text means: exact for a whole number, else as a Double; None if it is none.

    .NET's own reader takes commas and zeros at the end, and knows fewer spaces than PowerShell's.
    """
    if not trimmed:
        return 0
    plain = text.rstrip("\0").strip(ASCII_SPACE)
    if _WHOLE.fullmatch(plain):
        return int(plain)
    if _FRACTION.fullmatch(plain):
        return float(plain.replace(",", ""))
    literal = _LITERAL.fullmatch(trimmed)
    if literal is None:
        return None
    sign, hexadecimal, binary, whole, fraction, suffix, unit = literal.groups()
    suffix = (suffix or "").lower()
    value: float
    if hexadecimal is not None:
        value = _signed(int(hexadecimal or "0", 16), len(hexadecimal) * 4, _SIGNED_HEX.get(suffix, ()))
    elif binary is not None:
        value = _signed(int(binary, 2), len(binary), () if suffix.startswith("u") else _SIGNED_BINARY)
    elif whole is not None:
        value = int(whole)
    elif fraction and any(digit.isdigit() for digit in fraction.lower().split("e")[0]):
        value = float(fraction)
    else:
        return None
    value = value * _SUFFIX[(unit or "").lower()] * (-1 if sign == "-" else 1)
    return value if suffix not in _BY_SUFFIX or _fits(value, _BY_SUFFIX[suffix]) else None


def _signed(value: int, bits: int, filled: tuple[int, ...]) -> int:
    """Digits that fill so many bits are a signed number."""
    return value - (1 << bits) if bits in filled and value >> (bits - 1) else value


def _fits(value: float, type: str) -> bool:
    if type in REAL:
        return True
    _, least, most = WHOLE[type]
    return float("-inf") < value < float("inf") and least <= round(value) <= most


def _fit(value: float, given: Any, type: str) -> Any:
    if not _fits(value, type):
        short = type.removeprefix("System.")
        given_text = psobject.text(given)
        raise Unconvertible(f'Cannot convert value "{given_text}" to type "{type}". Error: "Value was either too large or too small for a {short}."')
    return number(value if type in REAL else round(value), type)
