"""CLIXML to plain values: output objects as records, error records, pipeline states, warnings. Pure.

One pass over the element tree, no classes of the host's types. What a value becomes is written at
`hvplan.remoting.session.Record`; names decide, never the order of members, because Windows PowerShell 5.1 and 7 differ
in it (truth, last paragraph).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.remoting.session import ErrorRecord, Record

CATEGORIES: Final = (
    "NotSpecified",
    "OpenError",
    "CloseError",
    "DeviceError",
    "DeadlockDetected",
    "InvalidArgument",
    "InvalidData",
    "InvalidOperation",
    "InvalidResult",
    "InvalidType",
    "MetadataError",
    "NotImplemented",
    "NotInstalled",
    "ObjectNotFound",
    "OperationStopped",
    "OperationTimeout",
    "SyntaxError",
    "ParserError",
    "PermissionDenied",
    "ResourceBusy",
    "ResourceExists",
    "ResourceUnavailable",
    "ReadError",
    "WriteError",
    "FromStdErr",
    "SecurityError",
    "ProtocolError",
    "ConnectionError",
    "AuthenticationError",
    "LimitsExceeded",
    "QuotaExceeded",
    "NotEnabled",
)
"""Names of ErrorCategory by number."""

STATES: Final = ("NotStarted", "Running", "Stopping", "Stopped", "Completed", "Failed", "Disconnected")
"""Names of a pipeline's state by number ([MS-PSRP] 2.2.3.5)."""

_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SPAN: Final = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")


def text_of(raw: str | None) -> str:
    """Text with its `_xHHHH_` escapes undone; two escaped halves of a character become one (truth 17)."""
    if raw is None:
        return ""
    if "_x" not in raw:
        return raw
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), raw)
    return plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _span(raw: str | None) -> int:
    match = _SPAN.fullmatch(raw or "")
    if match is None:
        return 0
    days, hours, minutes, seconds = (int(match[group] or 0) for group in (2, 3, 4, 5))
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return -total if match[1] else total


def _int(raw: str | None) -> int:
    return int(raw or "0")


_PLAIN: Final[Mapping[str, Callable[[str | None], Any]]] = {
    "S": text_of,
    "B": lambda raw: raw == "true",
    "G": lambda raw: (raw or "").lower(),
    "Nil": lambda raw: None,
    "TS": _span,
    "C": lambda raw: chr(_int(raw)),
    **dict.fromkeys(("By", "SB", "U16", "I16", "U32", "I32", "U64", "I64"), _int),
    **dict.fromkeys(("Sg", "Db"), lambda raw: float(raw or 0)),
    **dict.fromkeys(("DT", "Version", "D", "URI", "XD", "SBK", "BA", "ToString"), text_of),
}
_LISTS: Final = frozenset({"LST", "IE", "QUE", "STK"})


@dataclass(slots=True)
class _Reader:
    """Values of one message; `Ref` points to objects of the same message."""

    seen: dict[str, Any] = field(default_factory=dict)

    def value(self, element: ET.Element) -> Any:
        plain = _PLAIN.get(element.tag)
        if plain is not None:
            return plain(element.text)
        if element.tag == "Ref":
            return self.seen.get(element.get("RefId", ""))
        found = self._object(element)
        if (identity := element.get("RefId")) is not None:
            self.seen[identity] = found
        return found

    def _object(self, element: ET.Element) -> Any:
        bag: dict[str, Any] | None = None
        shown: str | None = None
        inner: ET.Element | None = None
        for child in element:
            tag = child.tag
            if tag in ("Props", "MS"):
                bag = {} if bag is None else bag
                self._members(child, bag)
            elif tag in _LISTS:
                return tuple(self.value(item) for item in child)
            elif tag == "DCT":
                return self._dictionary(child)
            elif tag == "ToString":
                shown = text_of(child.text)
            elif tag not in ("TN", "TNRef"):
                inner = child
        if inner is not None:  # an enum or another simple value with its type
            return shown if shown is not None else self.value(inner)
        if bag is not None:
            return bag
        return shown if shown is not None else {}

    def _members(self, members: ET.Element, bag: dict[str, Any]) -> None:
        for member in members:
            name = text_of(member.get("N"))
            # A name in both bags is a CIM property with its number and a display text: the number counts, unless it is missing.
            if bag.get(name) is None:
                bag[name] = self.value(member)

    def _dictionary(self, element: ET.Element) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for entry in element:
            pair = {part.get("N"): self.value(part) for part in entry}
            found[str(pair.get("Key"))] = pair.get("Value")
        return found


def _parsed(xml: bytes | str) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 - from the host we administer; this parser loads nothing from outside


def record(xml: bytes | str) -> Record:
    """One output object; something that is no object (a number, a text) stands under the empty name. Raises ET.ParseError."""
    value = _Reader().value(_parsed(xml))
    return value if isinstance(value, Mapping) else {"": value}


def error_record(xml: bytes | str) -> ErrorRecord:
    """One error record. Raises ET.ParseError."""
    return _error(_Reader().value(_parsed(xml)))


def _error(value: Any) -> ErrorRecord:
    members: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
    exception = members.get("Exception")
    said = exception.get("Message") if isinstance(exception, Mapping) else exception
    category = members.get("ErrorCategory_Category")
    target = members.get("TargetObject")
    return ErrorRecord(
        id=str(members.get("FullyQualifiedErrorId") or ""),
        category=CATEGORIES[category] if isinstance(category, int) and 0 <= category < len(CATEGORIES) else CATEGORIES[0],
        message=str(members.get("ErrorDetails_Message") or said or members.get("ErrorCategory_Message") or value or "an error without a text"),
        target=target if isinstance(target, str) and target else str(members.get("ErrorCategory_TargetName") or ""),
        activity=str(members.get("ErrorCategory_Activity") or ""),
    )


def pipeline_state(xml: bytes | str) -> tuple[str, ErrorRecord | None]:
    """The name of a pipeline's state, and the error that ended it. Raises ET.ParseError."""
    members = _Reader().value(_parsed(xml))
    number = members.get("PipelineState") if isinstance(members, Mapping) else None
    name = STATES[number] if isinstance(number, int) and 0 <= number < len(STATES) else "Failed"
    error = members.get("ExceptionAsErrorRecord") if isinstance(members, Mapping) else None
    return name, _error(error) if error is not None else None


def warning(xml: bytes | str) -> str:
    """The text of a warning. Raises ET.ParseError."""
    members = _Reader().value(_parsed(xml))
    if isinstance(members, Mapping):
        return str(members.get("InformationalRecord_Message") or "")
    return str(members)
