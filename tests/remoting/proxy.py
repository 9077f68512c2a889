"""A proxy on loopback that does to one request what networks and hosts do: drop it, lose the answer, garble it, hang.

It stands between a session and the simulated host and counts what it sees, so a test knows whether a request was
repeated, and can ask the host itself whether it was carried out.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from dataclasses import dataclass, field

_FAULT = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"><s:Body><s:Fault>'
    "<s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>w:InternalError</s:Value></s:Subcode></s:Code>"
    "<s:Reason><s:Text>said the proxy</s:Text></s:Reason>"
    '<s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="{code}" Machine="hv01"><f:Message>said the proxy</f:Message>'
    "</f:WSManFault></s:Detail></s:Fault></s:Body></s:Envelope>"
)


@dataclass
class Proxy:
    """`trouble`: action -> what happens to its next request, once. `seen`: actions in order. `connections`: how many were ever opened."""

    target: int
    trouble: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    connections: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stop listening and let go of what hangs."""
        self.released.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self.target)) as server:
            while (request := _message(client)) is not None:
                found = re.search(rb"/([A-Za-z]+)</", request)
                action = found[1].decode() if found else "?"
                with self._lock:
                    self.seen.append(action)
                    what = self.trouble.pop(action, "")
                if not self._one(what, request, client, server):
                    return

    def _one(self, what: str, request: bytes, client: socket.socket, server: socket.socket) -> bool:
        """Carry one request, or do what was asked instead; whether the connection goes on."""
        match what.split():
            case ["reset-before"]:
                return False
            case ["hang-before"]:
                self.released.wait(30)
                return False
            case ["http", status]:
                client.sendall(_answer(int(status), b"<html>no</html>", "text/html"))
                return True
            case ["fault", code]:
                client.sendall(_answer(500, _FAULT.format(code=code).encode()))
                return True
        server.sendall(request)
        answer = _message(server)
        if answer is None:
            return False
        match what:
            case "reset-after":
                return False
            case "truncate":
                client.sendall(answer[: len(answer) - 40])
                return False
            case "garble":
                client.sendall(_answer(200, b"<s:Envelope><garbage"))
                return True
            case "foreign":
                client.sendall(re.sub(rb"(RelatesTo>)uuid:[^<]+", rb"\1uuid:00000000-0000-0000-0000-000000000000", answer))
                return True
            case "hang-after":
                self.released.wait(30)
                return False
        client.sendall(answer)
        return True


def _answer(status: int, body: bytes, kind: str = "application/soap+xml;charset=UTF-8") -> bytes:
    return f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def _message(source: socket.socket) -> bytes | None:
    """One whole HTTP message with its body; None at the end of the stream."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = source.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    length = int(found[1]) if found else 0
    while len(body) < length:
        more = source.recv(65536)
        if not more:
            return None
        body += more
    return head + b"\r\n\r\n" + body
