"""The bytes a host sends back, as messages ([MS-PSRP] 2.2.1, 2.2.4): fragments put together, headers taken off. Pure."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

PIPELINE_OUTPUT: Final = 0x00041004
ERROR_RECORD: Final = 0x00041005
PIPELINE_STATE: Final = 0x00041006
WARNING_RECORD: Final = 0x00041009

_FRAGMENT: Final = struct.Struct(">QQBI")
_HEADER_SIZE: Final = 40
_BOM: Final = b"\xef\xbb\xbf"


class BadMessage(Exception):
    """Bytes that are no PowerShell remoting messages: the connection cannot be trusted any more."""


@dataclass(slots=True)
class Messages:
    """Collects fragments of one pipeline, also across several answers."""

    _parts: dict[int, list[bytes]] = field(default_factory=dict)

    def feed(self, data: bytes) -> Iterator[tuple[int, uuid.UUID, bytes]]:
        """Type, pipeline id and CLIXML of every message that is complete. Raises BadMessage."""
        position = 0
        while position < len(data):
            if len(data) - position < _FRAGMENT.size:
                raise BadMessage("a fragment without a whole header")
            identity, number, flags, length = _FRAGMENT.unpack_from(data, position)
            position += _FRAGMENT.size
            if position + length > len(data):
                raise BadMessage("a fragment that ends early")
            yield from self._fragment(identity, number, flags, data[position : position + length])
            position += length

    def _fragment(self, identity: int, number: int, flags: int, blob: bytes) -> Iterator[tuple[int, uuid.UUID, bytes]]:
        if flags & 1:
            self._parts[identity] = []
        parts = self._parts.get(identity)
        if parts is None or number != len(parts):
            raise BadMessage("a fragment is missing")
        parts.append(blob)
        if flags & 2:
            del self._parts[identity]
            yield _message(b"".join(parts))


def _message(data: bytes) -> tuple[int, uuid.UUID, bytes]:
    if len(data) < _HEADER_SIZE:
        raise BadMessage("a message without a whole header")
    body = data[_HEADER_SIZE:]
    return int.from_bytes(data[4:8], "little"), uuid.UUID(bytes_le=data[24:40]), body[len(_BOM) :] if body.startswith(_BOM) else body
