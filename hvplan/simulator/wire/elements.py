"""What a PowerShell engine says on its standard output and hears on its standard input: one XML element a line.

| element                                              | from   | means                                                     |
|------------------------------------------------------|--------|-----------------------------------------------------------|
| `<Command PSGuid='G' />`                             | us     | a pipeline begins; its `CommandAck` must come before data |
| `<Data Stream='Default' PSGuid='G'>BASE64</Data>`    | both   | PSRP fragments of a pipeline, or of the pool (null GUID)  |
| `<Signal PSGuid='G' />`                              | us     | stop                                                      |
| `<Close PSGuid='G' />`                               | us     | forget a pipeline, or end the pool                        |
| `<CommandAck PSGuid='G' />`, `DataAck`, `SignalAck`, `CloseAck` | engine | heard                                         |
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import uuid
from dataclasses import dataclass
from typing import Final

from hvplan.simulator.wire.fragments import TYPES

POOL: Final = uuid.UUID(int=0)
_ELEMENT: Final = re.compile(r"""<(\w+)(?:\s+Stream=(['"])\w*\2)?\s+PSGuid=(['"])([0-9a-fA-F-]{36})\3\s*(?:/>|>([A-Za-z0-9+/=\s]*)</\1>)\s*""")
_HEAD: Final = struct.Struct(">QQBI")
_TYPE: Final = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Element:
    """One line: `name` of the element, whom it is about, and the bytes of a `Data`."""

    name: str
    id: uuid.UUID
    data: bytes = b""


def read(line: str) -> Element | None:
    """The element of a line; None for a line that is none."""
    found = _ELEMENT.fullmatch(line)
    if found is None:
        return None
    try:
        return Element(found[1], uuid.UUID(found[4]), base64.b64decode(found[5] or "", validate=True))
    except (ValueError, binascii.Error):
        return None


def write(element: Element) -> bytes:
    """The line of an element, with its end."""
    if element.name == "Data":
        return b"<Data Stream='Default' PSGuid='%s'>%s</Data>\n" % (str(element.id).encode(), base64.b64encode(element.data))
    return f"<{element.name} PSGuid='{element.id}' />\n".encode()


class Fragments:
    """Splits what an engine says of one stream into whole fragments, and notices the message that ends a pipeline."""

    __slots__ = ("_buffer", "_ending")

    def __init__(self) -> None:
        self._buffer = b""
        self._ending = False

    def split(self, data: bytes) -> tuple[list[bytes], bool]:
        """The fragments that these bytes complete; True with the last one of a PIPELINE_STATE: an engine sends it once, at the end."""
        buffer = self._buffer + data if self._buffer else data
        at, parts, last = 0, [], False
        while len(buffer) - at >= _HEAD.size:
            _, _, flags, length = _HEAD.unpack_from(buffer, at)
            end = at + _HEAD.size + length
            if len(buffer) < end:
                break
            if flags & 1:
                self._ending = length >= 8 and _TYPE.unpack_from(buffer, at + _HEAD.size + 4)[0] == TYPES["PIPELINE_STATE"]
            last = last or bool(self._ending and flags & 2)
            parts.append(buffer[at:end])
            at = end
        self._buffer = buffer[at:]
        return parts, last
