"""CLIXML from a client -> the simulator's values (`values.py`), without building an object model first.

| CLIXML                                  | value                                             |
|-----------------------------------------|---------------------------------------------------|
| `S C URI XD SBK`                        | `str` (a script block arrives as text: truth 23)  |
| `I32`                                   | `int`; what does not fit is Malformed (truth 10)  |
| `I64 U64 U32 I16 U16 By SB`             | `Number`, range-checked                           |
| `Db Sg D`                               | `Real`                                            |
| `B G TS DT Version BA Nil`              | `bool UUID timedelta datetime Version bytes None` |
| `SS`                                    | a `Bag` without any content: a secret is not kept |
| `Obj` with `LST STK QUE IE`             | `List`                                            |
| `Obj` with `DCT`                        | `dict`                                            |
| `Obj` of a type with `System.Enum`      | `Enum`                                            |
| any other `Obj`                         | the primitive it wraps, else a `Bag`              |
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Any

from hvplan.simulator.values import Bag, Enum, List, Number, Real, Version
from hvplan.simulator.wire.iso import duration, moment
from hvplan.simulator.wire.safe_xml import Malformed

SECURE_STRING = "System.Security.SecureString"

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RANGES: Mapping[str, tuple[int, int]] = {
    "By": (0, 255),
    "SB": (-128, 127),
    "I16": (-(2**15), 2**15 - 1),
    "U16": (0, 2**16 - 1),
    "I32": (-(2**31), 2**31 - 1),
    "U32": (0, 2**32 - 1),
    "I64": (-(2**63), 2**63 - 1),
    "U64": (0, 2**64 - 1),
}
_WHOLE = re.compile(r"[+-]?\d{1,20}", re.ASCII)
_NAMED: Mapping[str, str] = {"INF": "inf", "-INF": "-inf", "NaN": "nan"}
_LISTS = frozenset({"LST", "STK", "QUE", "IE"})
_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False, "1": True, "0": False}


def unescape(text: str | None) -> str:
    """Undo `_xHHHH_`; two surrogates side by side become the character they stand for (truth 17)."""
    if text is None:
        return ""
    if "_x" not in text and "_X" not in text:
        return text
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if any("\ud800" <= char <= "\udfff" for char in plain):
        return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return plain


def whole(tag: str, text: str | None) -> int:
    """A whole number of the CLIXML type `tag`; raises Malformed where it does not fit (truth 10)."""
    said = (text or "").strip()
    low, high = _RANGES[tag]
    if not _WHOLE.fullmatch(said) or not low <= int(said) <= high:
        raise Malformed(f"{said[:40]!r} is not a value of type {tag}")
    return int(said)


def _number(tag: str) -> Callable[[str | None], Any]:
    return lambda text: Number(whole(tag, text), tag)


def _real(tag: str) -> Callable[[str | None], Any]:
    def read(text: str | None) -> Real:
        said = (text or "").strip()
        if not said or "_" in said or (said not in _NAMED and said[-1].isalpha()):  # .NET writes INF and NaN, and only so
            raise Malformed(f"{said[:40]!r} is not a value of type {tag}")
        return Real(_NAMED.get(said, said), tag)

    return read


_DECIMAL = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_MAX_DECIMAL = 79228162514264337593543950335
_GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?|[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
_VERSION = re.compile(r"\d{1,10}(\.\d{1,10}){1,3}", re.ASCII)


def _decimal(text: str | None) -> Real:
    """A Decimal: no exponent, within its range, as the real engine reads it."""
    said = (text or "").strip()
    if not _DECIMAL.fullmatch(said) or abs(int(said.partition(".")[0].lstrip("+-") or "0")) > _MAX_DECIMAL:
        raise Malformed(f"{said[:40]!r} is not a value of type D")
    return Real(said, "D")


def _guid(text: str | None) -> uuid.UUID:
    said = (text or "").strip()
    if not _GUID.fullmatch(said):
        raise Malformed(f"{said[:40]!r} is not a Guid")
    return uuid.UUID(said)


def _version(text: str | None) -> Version:
    """A System.Version: two to four numbers."""
    said = (text or "").strip()
    if not _VERSION.fullmatch(said) or any(int(part) > 2**31 - 1 for part in said.split(".")):
        raise Malformed(f"{said[:40]!r} is not a Version")
    return Version(said)


def _boolean(text: str | None) -> bool:
    said = (text or "").strip()
    if said not in _BOOLEANS:
        raise Malformed(f"{said[:40]!r} is not a boolean")
    return _BOOLEANS[said]


def _secret(_: str | None) -> Bag:
    return Bag(types=(SECURE_STRING, "System.Object"), text=SECURE_STRING)


_PRIMITIVES: Mapping[str, Callable[[str | None], Any]] = {
    "S": unescape,
    "I32": lambda text: whole("I32", text),
    "B": _boolean,
    "Nil": lambda _: None,
    "G": _guid,
    "TS": lambda text: duration(text or ""),
    "DT": lambda text: moment(text or ""),
    "Version": _version,
    "BA": lambda text: base64.b64decode(text or "", validate=False),
    "C": lambda text: chr(whole("U16", text)),
    "URI": unescape,
    "XD": unescape,
    "SBK": unescape,
    "SS": _secret,
    **{tag: _number(tag) for tag in ("I64", "U64", "U32", "I16", "U16", "By", "SB")},
    **{tag: _real(tag) for tag in ("Db", "Sg")},
    "D": _decimal,
}


class Reader:
    """Reads the values of one message; `RefId`s are known within it. `secrets` says whether a session key was exchanged."""

    __slots__ = ("_objects", "_secrets", "_types")

    def __init__(self, *, secrets: bool = False) -> None:
        self._types: dict[str, tuple[str, ...]] = {}
        self._objects: dict[str, Any] = {}
        self._secrets = secrets

    def read(self, element: ET.Element) -> Any:
        """One value. Raises Malformed for what no serializer writes."""
        tag = element.tag
        primitive = _PRIMITIVES.get(tag)
        if primitive is not None:
            if tag == "SS" and not self._secrets:
                raise Malformed("a SecureString came before a session key was exchanged")
            try:
                return primitive(element.text)
            except Malformed:
                raise
            except (ValueError, ArithmeticError, binascii.Error) as error:
                raise Malformed(f"<{tag}>: {error}") from None
        if tag == "Obj":
            return self._object(element)
        if tag == "Ref":
            try:
                return self._objects[element.get("RefId", "")]
            except KeyError:
                raise Malformed(f"no object has RefId {element.get('RefId')!r}") from None
        raise Malformed(f"<{tag[:40]}> is no CLIXML value")

    def members(self, element: ET.Element) -> dict[str, ET.Element]:
        """The members of an `Obj` by name, unread: what a PSRP message consists of."""
        if element.tag != "Obj":
            raise Malformed(f"an object was expected, not <{element.tag[:40]}>")
        self._names(element)
        return {unescape(member.get("N")): member for bag in element if bag.tag in ("MS", "Props") for member in bag}

    def items(self, element: ET.Element | None) -> list[ET.Element]:
        """The items of a list, unread."""
        if element is None or element.tag == "Nil":
            return []
        self._names(element)
        for child in element:
            if child.tag in _LISTS:
                return list(child)
        raise Malformed("a list was expected")

    def _names(self, element: ET.Element) -> tuple[str, ...]:
        for child in element:
            if child.tag == "TN":
                names = tuple(unescape(name.text) for name in child)
                self._types[child.get("RefId", "")] = names
                return names
            if child.tag == "TNRef":
                try:
                    return self._types[child.get("RefId", "")]
                except KeyError:
                    raise Malformed(f"no type names have RefId {child.get('RefId')!r}") from None
        return ()

    def _object(self, element: ET.Element) -> Any:
        types = self._names(element)
        reference = element.get("RefId", "")
        props: dict[str, Any] = {}
        bag = Bag(types=types, props=props)
        self._objects[reference] = bag  # a client's object may hold itself
        text, primitive = "", None
        for child in element:
            tag = child.tag
            if tag in _LISTS:
                made: Any = List((self.read(item) for item in child), types[0] if types else "System.Object[]")
                self._objects[reference] = made
                return made
            if tag == "DCT":
                table: dict[Any, Any] = {}
                self._objects[reference] = table
                self._fill(table, child)
                return table
            if tag in ("Props", "MS"):
                for member in child:
                    props[unescape(member.get("N"))] = self.read(member)
            elif tag == "ToString":
                text = unescape(child.text)
            elif tag not in ("TN", "TNRef"):
                primitive = child
        if primitive is not None:
            value = self.read(primitive)
            if "System.Enum" in types and isinstance(value, int):
                value = Enum(text or str(int(value)), types[0], int(value))
            self._objects[reference] = value
            return value
        bag.text = text
        return bag

    def _fill(self, table: dict[Any, Any], element: ET.Element) -> None:
        for entry in element:
            pair = {part.get("N"): part for part in entry}
            if "Key" not in pair or "Value" not in pair:
                raise Malformed("a dictionary entry has no Key or no Value")
            key = self.read(pair["Key"])
            try:
                table[key] = self.read(pair["Value"])
            except TypeError:
                raise Malformed("a dictionary is the key of a dictionary") from None
