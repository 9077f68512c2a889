"""HTTP/1.1 for one service on loopback: a thread for each connection, nothing but POST /wsman.

Written out because the library's request parser costs more than the rest of a request together.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import BinaryIO, Final

from hvplan.simulator.wire.auth import Challenge, Guard
from hvplan.simulator.wire.service import Service

_LOG = logging.getLogger(__name__)
_MAX_LINE: Final = 65536
_MAX_HEADERS: Final = 100
_ONCE: Final = frozenset({"content-length", "transfer-encoding", "authorization"})
_MAX_DISCARD: Final = 64 * 1024 * 1024
_SWEEP: Final = 1.0
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")


class _Refused(Exception):
    """The request is answered with `status`, then the connection is closed."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    method: str
    path: str
    keep_alive: bool
    headers: Mapping[str, str] = field(default_factory=dict)


class HttpServer:
    """Listens on 127.0.0.1; `guards` makes the guard of a new connection. Raises OSError if the port is taken."""

    def __init__(self, service: Service, guards: Callable[[], Guard], *, port: int = 0) -> None:
        self._service = service
        self._guards = guards
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [
            threading.Thread(target=self._accept, name=f"simulator-accept-{self.port}", daemon=True),
            threading.Thread(target=self._sweep, name=f"simulator-sweep-{self.port}", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self, seconds: float = 5.0) -> None:
        """Stop listening, end every connection, wait for their threads."""
        self._closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()  # wakes accept() on every system
        self._listener.close()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (*self._threads, *connections.values()):
            thread.join(seconds)

    def _sweep(self) -> None:
        while not self._closing.wait(_SWEEP):
            self._service.sweep()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                if self._closing.is_set():
                    return
                _LOG.exception("a connection was lost while it was accepted")
                self._closing.wait(0.05)  # out of file handles, perhaps: others may end meanwhile
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), name=f"simulator-connection-{self.port}", daemon=True)
            with self._lock:
                if self._closing.is_set():
                    connection.close()
                    return
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            guard = self._guards()
            with connection.makefile("rb") as stream:
                while not self._closing.is_set() and self._one(connection, stream, guard):
                    pass
        except OSError:
            pass  # the client went away; it knows why
        finally:
            with self._lock:
                self._connections.pop(connection, None)
            connection.close()

    def _one(self, connection: socket.socket, stream: BinaryIO, guard: Guard) -> bool:
        """Answer one request; False when the connection ends."""
        try:
            head = _read_head(stream)
            if head is None:
                return False
            if head.headers.get("expect", "").lower() == "100-continue":
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = _read_body(stream, head.headers, self._service.quotas.envelope)
        except _Refused as refused:
            connection.sendall(_response(refused.status, keep_alive=False))
            return False
        status = _acceptable(head, body)
        if status is not HTTPStatus.OK or body is None:
            connection.sendall(_response(status, keep_alive=head.keep_alive))
            return head.keep_alive
        admitted = guard.admit(head.headers, body)
        if isinstance(admitted, Challenge):
            lines = "".join(f"WWW-Authenticate: {offer}\r\n" for offer in admitted.offers)
            connection.sendall(_response(HTTPStatus.UNAUTHORIZED, keep_alive=head.keep_alive, lines=lines))
            return head.keep_alive
        code, answer = self._service.handle(admitted.user, admitted.body)
        content_type, sealed = guard.seal(answer)
        lines = f"Content-Type: {content_type}\r\n"
        connection.sendall(_response(HTTPStatus(code), keep_alive=head.keep_alive, lines=lines, body=sealed))
        return head.keep_alive


def _acceptable(head: _Head, body: bytes | None) -> HTTPStatus:
    path = head.path.partition("?")[0].rstrip("/").lower()
    if path != "/wsman":
        return HTTPStatus.NOT_FOUND
    if head.method != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED
    if body is None:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    # An empty first request is how a client asks for the ways to authenticate.
    if body and kind not in ("application/soap+xml", "multipart/encrypted"):
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    return HTTPStatus.OK


def _response(status: HTTPStatus, *, keep_alive: bool, lines: str = "", body: bytes = b"") -> bytes:
    close = "" if keep_alive else "Connection: close\r\n"
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\n{lines}Server: Microsoft-HTTPAPI/2.0\r\n{close}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


def _line(stream: BinaryIO) -> bytes:
    line = stream.readline(_MAX_LINE + 1)
    if len(line) > _MAX_LINE:
        raise _Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    return line


def _read_head(stream: BinaryIO) -> _Head | None:
    """The request line and headers; None when the client is done. Raises _Refused."""
    line = _line(stream)
    while line in (b"\r\n", b"\n"):
        line = _line(stream)
    if not line.endswith(b"\n"):
        return None
    words = line.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _Refused(HTTPStatus.BAD_REQUEST)
    headers: dict[str, str] = {}
    lines = 0
    while (line := _line(stream)) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        key, lines = name.strip().lower(), lines + 1
        if not colon or not key or lines > _MAX_HEADERS or (key in headers and key in _ONCE):
            raise _Refused(HTTPStatus.BAD_REQUEST)
        headers[key] = value.strip()
    asked = headers.get("connection", "").lower()
    keep_alive = "keep-alive" in asked if words[2] == "HTTP/1.0" else "close" not in asked
    return _Head(method=words[0].upper(), path=words[1], keep_alive=keep_alive, headers=headers)


def _read_body(stream: BinaryIO, headers: Mapping[str, str], limit: int) -> bytes | None:
    """The body, or None for one larger than `limit`, which is read and dropped. Raises _Refused."""
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise _Refused(HTTPStatus.NOT_IMPLEMENTED)
        if "content-length" in headers:  # two ends of one body: nobody could tell where the next request begins
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return _read_chunks(stream, limit)
    said = headers.get("content-length", "0")
    if not said.isascii() or not said.isdecimal():
        raise _Refused(HTTPStatus.BAD_REQUEST)
    length = int(said) if len(said) < 16 else _MAX_DISCARD + 1
    if length <= limit:
        return _exactly(stream, length)
    if length > _MAX_DISCARD:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    while length > 0:
        length -= len(_exactly(stream, min(length, 1 << 20)))
    return None


def _read_chunks(stream: BinaryIO, limit: int) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    while True:
        digits = _line(stream).partition(b";")[0].strip()
        if not digits or not _HEX.issuperset(digits):
            raise _Refused(HTTPStatus.BAD_REQUEST)
        length = int(digits, 16)
        if size + length > _MAX_DISCARD:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if length == 0:
            while _line(stream) not in (b"\r\n", b"\n", b""):
                pass
            return b"".join(parts) if size <= limit else None
        part = _exactly(stream, length)
        if _line(stream) not in (b"\r\n", b"\n"):
            raise _Refused(HTTPStatus.BAD_REQUEST)
        size += length
        if size <= limit:
            parts.append(part)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise ConnectionAbortedError("the request was cut off")
    return data
