"""PSRP messages and their fragments, both ways ([MS-PSRP] 2.2.1 and 2.2.4).

A fragment: object id and fragment id (8 bytes each, big endian), a byte of flags (1 start, 2 end), length
(4 bytes), data. A message: destination, type (4 bytes each, little endian), runspace pool id, pipeline id,
then UTF-8 CLIXML, which a Windows server begins with a byte order mark.
"""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from typing import Final

from hvplan.simulator.pipe import MessageKind
from hvplan.simulator.wire.safe_xml import Malformed

_HEAD: Final = struct.Struct(">QQBI")
_MESSAGE: Final = struct.Struct("<II16s16s")
_BOM: Final = b"\xef\xbb\xbf"
TO_CLIENT, TO_SERVER = 1, 2
_MAX_OBJECT: Final = 2**63 - 1

FRAGMENT_BYTES: Final = 32 * 1024
"""How much data a server puts in one fragment (PowerShell's default fragment size)."""

MAX_OBJECT_BYTES: Final = 10 * 1024 * 1024
"""The largest message a session takes (`PSMaximumReceivedObjectSizeMB`, default 10)."""

TYPES: Final[dict[MessageKind, int]] = {
    "PIPELINE_OUTPUT": 0x00041004,
    "ERROR_RECORD": 0x00041005,
    "PIPELINE_STATE": 0x00041006,
    "DEBUG_RECORD": 0x00041007,
    "VERBOSE_RECORD": 0x00041008,
    "WARNING_RECORD": 0x00041009,
    "PROGRESS_RECORD": 0x00041010,
    "INFORMATION_RECORD": 0x00041011,
}
"""What a pipeline sends."""

CREATE_PIPELINE: Final = 0x00021006
GET_COMMAND_METADATA: Final = 0x0002100A
PIPELINE_INPUT: Final = 0x00041002
END_OF_PIPELINE_INPUT: Final = 0x00041003
PIPELINE_HOST_RESPONSE: Final = 0x00041101
PUBLIC_KEY: Final = 0x00010005
CONNECT_RUNSPACEPOOL: Final = 0x00010008
INIT_RUNSPACEPOOL: Final = 0x00010004
SESSION_CAPABILITY: Final = 0x00010002
SET_MAX_RUNSPACES: Final = 0x00021002
SET_MIN_RUNSPACES: Final = 0x00021003
GET_AVAILABLE_RUNSPACES: Final = 0x00021007
RUNSPACEPOOL_HOST_RESPONSE: Final = 0x00021101
RESET_RUNSPACE_STATE: Final = 0x0002100C


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message; `raw` is all of it, `data` its CLIXML without the mark."""

    type: int
    pool: uuid.UUID
    pipeline: uuid.UUID
    data: bytes
    raw: bytes


class Defragmenter:
    """Joins the fragments of one stream: of the pool, or of one command. Bytes may arrive in any portions. `destination`: for whom its messages are."""

    __slots__ = ("_buffer", "_destination", "_length", "_object", "_parts")

    def __init__(self, destination: int = TO_SERVER) -> None:
        self._destination = destination
        self._buffer = b""
        self._object = 0
        self._parts: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete. Raises Malformed for fragments out of order or too much data."""
        buffer = self._buffer + data if self._buffer else data
        at, done = 0, []
        while len(buffer) - at >= _HEAD.size:
            object_id, fragment_id, flags, length = _HEAD.unpack_from(buffer, at)
            self._check(object_id, fragment_id, flags, length)
            end = at + _HEAD.size + length
            if len(buffer) < end:
                break
            self._object = object_id
            self._parts.append(buffer[at + _HEAD.size : end])
            self._length += length
            at = end
            if flags & 2:
                done.append(unpack(b"".join(self._parts), self._destination))
                self._parts, self._length = [], 0
        self._buffer = buffer[at:]
        return done

    def _check(self, object_id: int, fragment_id: int, flags: int, length: int) -> None:
        if bool(flags & 1) != (not self._parts) or fragment_id != len(self._parts) or (self._parts and object_id != self._object):
            raise Malformed(f"fragment {fragment_id} of object {object_id} is out of order")
        if not 0 < object_id <= _MAX_OBJECT:
            raise Malformed(f"{object_id} is no number of an object")
        if flags & 2 and not length:
            raise Malformed(f"the last fragment of object {object_id} is empty")  # a real server waits for another one
        if self._length + length > MAX_OBJECT_BYTES:
            raise Malformed(f"an object is larger than {MAX_OBJECT_BYTES} bytes")


def unpack(raw: bytes, for_whom: int) -> Message:
    """Split a message from its header. Raises Malformed, also for one that is meant for the other side."""
    if len(raw) < _MESSAGE.size:
        raise Malformed("a message without its header")
    destination, kind, pool, pipeline = _MESSAGE.unpack_from(raw)
    if destination != for_whom:
        raise Malformed(f"a message is for destination {destination}, not {for_whom}")
    data = raw[_MESSAGE.size :]
    return Message(kind, uuid.UUID(bytes_le=pool), uuid.UUID(bytes_le=pipeline), data.removeprefix(_BOM), raw)


def pack(kind: int, pool: uuid.UUID, pipeline: uuid.UUID, clixml: str) -> bytes:
    """A message from the server."""
    return _MESSAGE.pack(TO_CLIENT, kind, pool.bytes_le, pipeline.bytes_le) + _BOM + clixml.encode()


def fragment(object_id: int, message: bytes, size: int = FRAGMENT_BYTES) -> list[bytes]:
    """The fragments of one message, at most `size` bytes of data each."""
    if len(message) <= size:
        return [_HEAD.pack(object_id, 0, 3, len(message)) + message]
    last = (len(message) - 1) // size
    return [
        _HEAD.pack(object_id, number, (number == 0) | (number == last) << 1, len(part)) + part
        for number, part in ((n, message[n * size : (n + 1) * size]) for n in range(last + 1))
    ]
