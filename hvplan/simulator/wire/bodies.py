"""What stands in the bodies: identifiers and base64 of a request, the elements of an answer."""

from __future__ import annotations

import base64
import binascii
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape

from hvplan.simulator.wire.faults import BAD_SCHEMA, Fault
from hvplan.simulator.wire.iso import duration
from hvplan.simulator.wire.shells import Shell
from hvplan.simulator.wire.soap import POWERSHELL, SHELL, selectors

REST: Final = 2048
"""Bytes of an envelope with output that are not output."""


def data(text: str | None) -> bytes:
    """Base64 content. Raises Fault."""
    try:
        return base64.b64decode((text or "").strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Fault(BAD_SCHEMA) from None


def command_id(text: str | None) -> uuid.UUID:
    """A CommandId. Raises Fault."""
    try:
        return uuid.UUID(text)
    except (ValueError, TypeError):
        raise Fault(BAD_SCHEMA) from None


def seconds(text: str) -> float:
    """A duration in seconds. Raises Fault."""
    try:
        return duration(text).total_seconds()
    except ValueError:
        raise Fault(BAD_SCHEMA) from None


def filtered_shell(body: ET.Element | None) -> str:
    """The ShellId that an Enumerate of commands asks for."""
    found = None if body is None else next((element for element in body.iter() if element.tag.endswith("}SelectorSet")), None)
    return selectors(found).get("ShellId", "").upper()


def created(shell: Shell) -> str:
    """The answer to Create."""
    return (
        "<x:ResourceCreated><a:Address>http://127.0.0.1/wsman</a:Address><a:ReferenceParameters>"
        f'<w:ResourceURI>{escape(shell.resource)}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{escape(shell.id)}</w:Selector></w:SelectorSet>'
        f"</a:ReferenceParameters></x:ResourceCreated>{shell.describe()}"
    )


def received(command: uuid.UUID | None, output: bytes, *, done: bool) -> str:
    """The answer to Receive, for the pool or for a command."""
    text = base64.b64encode(output).decode()
    if command is None:
        return f'<rsp:ReceiveResponse><rsp:Stream Name="stdout">{text}</rsp:Stream></rsp:ReceiveResponse>'
    name = str(command).upper()
    stream = f'<rsp:Stream Name="stdout" CommandId="{name}">{text}</rsp:Stream>' if text else ""
    if not done:
        return f'<rsp:ReceiveResponse>{stream}<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Running"/></rsp:ReceiveResponse>'
    return (
        f'<rsp:ReceiveResponse>{stream}<rsp:Stream Name="stdout" CommandId="{name}" End="true"></rsp:Stream>'
        f'<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>'
    )


def connected(answer: bytes) -> str:
    """The answer to Connect."""
    text = base64.b64encode(answer).decode()
    return f'<rsp:ConnectResponse><connectResponseXml xmlns="{POWERSHELL}">{text}</connectResponseXml></rsp:ConnectResponse>'


def command(shell: Shell, id: uuid.UUID) -> str:
    """One command of a shell, for Enumerate."""
    return (
        f"<rsp:Command><rsp:ShellId>{escape(shell.id)}</rsp:ShellId><rsp:CommandId>{str(id).upper()}</rsp:CommandId>"
        "<rsp:State>Running</rsp:State><rsp:CommandLine></rsp:CommandLine></rsp:Command>"
    )


def enumerated(items: Iterable[str]) -> str:
    """The answer to Enumerate: all items at once."""
    found = "".join(items)
    return f"<n:EnumerateResponse><n:EnumerationContext></n:EnumerationContext><w:Items>{found}</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
