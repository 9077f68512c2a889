"""WS-Management envelopes: a request out of bytes, a reply out of a template."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from hvplan.simulator.wire.faults import BAD_SCHEMA, Fault
from hvplan.simulator.wire.iso import duration
from hvplan.simulator.wire.safe_xml import Malformed, parse

SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
CONFIG: Final = "http://schemas.microsoft.com/wbem/wsman/1/config"
TRANSFER: Final = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
ENUMERATION: Final = "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
POWERSHELL: Final = "http://schemas.microsoft.com/powershell"
FAULT: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault"
_SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING: Final = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_WSMAN: Final = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"

MAX_TIMEOUT: Final = 60.0
"""Seconds: MaxTimeoutms of a Windows host is 60000 (behaviour 9)."""

_ENVELOPE: Final = (
    f'<s:Envelope xml:lang="en-US" xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:x="{TRANSFER}" xmlns:n="{ENUMERATION}" xmlns:w="{_WSMAN}"'
    f' xmlns:rsp="{SHELL}" xmlns:p="http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"><s:Header><a:Action>%s</a:Action><a:MessageID>uuid:%s</a:MessageID>'
    f"<a:To>{_ADDRESSING}/role/anonymous</a:To><a:RelatesTo>%s</a:RelatesTo></s:Header><s:Body>%s</s:Body></s:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a request. `must`: a service that does not understand it must refuse."""

    name: str
    value: str
    must: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `timeout`: OperationTimeout in seconds. `envelope`: the largest answer in bytes, None where it was not said."""

    action: str
    resource: str
    message_id: str
    selectors: Mapping[str, str]
    options: tuple[Option, ...]
    timeout: float
    envelope: int | None
    body: ET.Element | None

    @property
    def shell_id(self) -> str:
        """The selected shell, `""` without one."""
        return self.selectors.get("ShellId", "")

    def content(self, tag: str) -> ET.Element:
        """The element `tag` of the shell namespace in the body. Raises Fault."""
        if self.body is None or self.body.tag != f"{{{SHELL}}}{tag}":
            raise Fault(BAD_SCHEMA)
        return self.body


def read(data: bytes) -> Request:
    """Read an envelope. Raises Fault where it is none."""
    try:
        root = parse(data)
    except Malformed as error:
        raise Fault(BAD_SCHEMA) from error
    header, body = root.find(f"{{{_SOAP}}}Header"), root.find(f"{{{_SOAP}}}Body")
    if root.tag != f"{{{_SOAP}}}Envelope" or header is None or body is None:
        raise Fault(BAD_SCHEMA)
    fields = {element.tag: (element.text or "").strip() for element in header}
    size = fields.get(f"{{{_WSMAN}}}MaxEnvelopeSize", "")
    return Request(
        action=fields.get(f"{{{_ADDRESSING}}}Action", ""),
        resource=fields.get(f"{{{_WSMAN}}}ResourceURI", ""),
        message_id=fields.get(f"{{{_ADDRESSING}}}MessageID", ""),
        selectors=selectors(header.find(f"{{{_WSMAN}}}SelectorSet")),
        options=_options(header.find(f"{{{_WSMAN}}}OptionSet")),
        timeout=_timeout(fields.get(f"{{{_WSMAN}}}OperationTimeout")),
        envelope=int(size) if size.isascii() and size.isdecimal() and len(size) < 10 else None,
        body=body[0] if len(body) else None,
    )


def selectors(element: ET.Element | None) -> Mapping[str, str]:
    """The selectors of a SelectorSet by name."""
    if element is None:
        return {}
    return {child.get("Name", ""): (child.text or "").strip() for child in element}


def _options(element: ET.Element | None) -> tuple[Option, ...]:
    found = () if element is None else element
    return tuple(Option(child.get("Name", ""), (child.text or "").strip(), child.get("MustComply") in ("true", "1")) for child in found)


def reply(action: str, relates_to: str, body: str) -> bytes:
    """An envelope; `body` is XML and may use the prefixes `s a x n w rsp p`."""
    return (_ENVELOPE % (action, str(uuid.uuid4()).upper(), escape(relates_to), body)).encode()


def _timeout(text: str | None) -> float:
    if not text:
        return MAX_TIMEOUT
    try:
        return min(MAX_TIMEOUT, max(0.0, duration(text).total_seconds()))
    except ValueError:
        raise Fault(BAD_SCHEMA) from None
