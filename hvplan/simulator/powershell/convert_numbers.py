"""To a number: from text (decimal, hexadecimal, with exponent or suffix), from another number, from a boolean."""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.values import Enum, Number, Real

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
_HEX = re.compile(r"(?:0x|&h|#)([0-9a-f]+)", re.IGNORECASE)
_SCANNED = re.compile(r"([+-]?)(?:0x([0-9a-f]+)|0b([01]+)|(\d*\.?\d*(?:e[+-]?\d+)?))(?:[dlsyun]|u[lsy])?([kmgtp]b)?", re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


class Unconvertible(Exception):
    """A value that does not convert; the text says from what to what and why."""


def number(value: int | float | Decimal, type: str) -> Any:
    """A number of that type; the value must fit."""
    if type in REAL:
        return Real(str(value), REAL[type])
    tag = WHOLE[type][0]
    return int(value) if tag == "I32" else Number(int(value), tag)


def to_number(value: Any, type: str) -> Any:
    """A value as a number of that type, halves rounded to even. Raises Unconvertible."""
    match value:
        case Enum():
            if value.number is None:
                raise _wrong(value, type)
            return _fit(Decimal(value.number), value, type)
        case bool():
            return number(int(value), type)
        case str():
            return _fit(_scan(value, type), value, type)
        case int():
            return _fit(Decimal(int(value)), value, type)
        case float():
            if not math.isfinite(value):
                raise _outside(value, type)
            return _fit(Decimal(repr(float(value))), value, type)
    raise Unconvertible(f'Cannot convert the "{psobject.text(value)}" value of type "{psobject.type_name(value)}" to type "{type}".')


def _scan(text: str, type: str) -> Decimal:
    if text == "":
        return Decimal(0)
    trimmed = text.strip()
    hexadecimal = _HEX.fullmatch(trimmed)
    if hexadecimal:
        return Decimal(int(hexadecimal[1], 16))
    if _DECIMAL.fullmatch(trimmed):
        try:
            return Decimal(trimmed.replace(",", ""))
        except InvalidOperation:
            raise _wrong(text, type) from None
    scanned = _SCANNED.fullmatch(trimmed)
    if scanned is None or not any(scanned[group] for group in (2, 3, 4)):
        raise _wrong(text, type)
    sign, hexadecimal_digits, binary, decimal, suffix = scanned.groups()
    try:
        whole = Decimal(int(hexadecimal_digits, 16)) if hexadecimal_digits else Decimal(int(binary, 2)) if binary else Decimal(decimal)
    except InvalidOperation:
        raise _wrong(text, type) from None
    return whole * _SUFFIX[(suffix or "").lower()] * (-1 if sign == "-" else 1)


def _fit(value: Decimal, given: Any, type: str) -> Any:
    if type in REAL:
        return Real(str(value), REAL[type])
    _, least, most = WHOLE[type]
    rounded = int(value.to_integral_value(ROUND_HALF_EVEN))
    if not least <= rounded <= most:
        raise _outside(given, type)
    return number(rounded, type)


def _outside(value: Any, type: str) -> Unconvertible:
    short = type.removeprefix("System.")
    return Unconvertible(f'Cannot convert value "{psobject.text(value)}" to type "{type}". Error: "Value was either too large or too small for a {short}."')


def _wrong(value: Any, type: str) -> Unconvertible:
    text = psobject.text(value)
    return Unconvertible(f'Cannot convert value "{text}" to type "{type}". Error: "The input string \'{text}\' was not in a correct format."')
