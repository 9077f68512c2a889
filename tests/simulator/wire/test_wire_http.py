"""HTTP in front of the service: who may come in, what is no request, how connections live and end."""

from __future__ import annotations

import socket
from base64 import b64encode

import pytest
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.powershell import RunspacePool

from hvplan.simulator.serve import Endpoint, start
from tests.simulator.wire.wire_client import FakePowerShell, invoke, pool, post, simulator_threads, wsman

IDENTIFY = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body/></s:Envelope>'


def raw(host: Endpoint, data: bytes) -> bytes:
    """Everything the server answers to bytes until it closes the connection."""
    with socket.create_connection((host.host, host.port), timeout=20) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
        return b"".join(parts)


def test_a_wrong_password_is_401_and_the_right_one_opens() -> None:
    """With user and password set, only they are taken; the name has no case."""
    with start(FakePowerShell(), user="admin", password="p:ä") as host:
        with pool(host, username="ADMIN", password="p:ä") as opened:
            assert invoke(opened, "Get-VM") == ["done"]
        for name, password in (("admin", "wrong"), ("other", "p:ä"), ("admin", "")):
            with wsman(host, username=name, password=password) as connection, pytest.raises(AuthenticationError):
                RunspacePool(connection).open()


@pytest.mark.parametrize("header", ["", "Negotiate TlRMTVNTUAAB", "Basic ***", "Basic " + b64encode(b"nocolon").decode(), "Basic " + b64encode(b":x").decode()])
def test_without_basic_credentials_the_answer_says_what_is_wanted(header: str) -> None:
    """401 with the realm WSMAN, also for a scheme that is not spoken and for credentials that cannot be read."""
    with start(FakePowerShell()) as host:
        line = f"Authorization: {header}\r\n" if header else ""
        answer = raw(host, f"POST /wsman HTTP/1.1\r\nHost: x\r\n{line}Content-Length: 0\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 401 ")
        assert b'WWW-Authenticate: Basic realm="WSMAN"\r\n' in answer


def test_a_request_beyond_500_kb_is_413_and_the_connection_lives() -> None:
    """The envelope limit of the host is told as HTTP 413, as Windows does; the next request on it is served."""
    with start(FakePowerShell()) as host, pool(host) as opened:
        transport = opened.connection.transport
        with pytest.raises(WinRMTransportError) as caught:
            transport.send(b" " * (500 * 1024 + 1))
        assert caught.value.code == 413
        assert invoke(opened, "Get-VM") == ["done"]
        assert post(host, b" " * (500 * 1024))[0] == 500  # no envelope, but not too large


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /wsman HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", 404),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nhi", 415),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: minus\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0_0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nhi\r\n0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhidden\r\n0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"POST /wsman HTTP/1.1\r\nX: " + b"a" * 70000 + b"\r\n\r\n", 431),
        (b"POST /wsman HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n", 400),
    ],
)
def test_what_is_no_request_has_its_status(request_bytes: bytes, status: int) -> None:
    """Wrong method, path, type, length or line: the status says so."""
    with start(FakePowerShell()) as host:
        assert raw(host, request_bytes).startswith(f"HTTP/1.1 {status} ".encode())
        with pool(host) as opened:
            assert invoke(opened, "Get-VM") == ["done"]


@pytest.mark.parametrize("cut", [b"", b"POST", b"POST /wsman HTTP/1.1\r\nContent-Length: 50\r\n\r\nhalf", b"\x16\x03\x01\x02\x00garbage", b"\x00" * 1000])
def test_a_request_that_is_cut_off_ends_its_connection_only(cut: bytes) -> None:
    """The server goes on, whatever a connection began with."""
    with start(FakePowerShell()) as host:
        raw(host, cut)
        with pool(host) as opened:
            assert invoke(opened, "Get-VM") == ["done"]


def test_chunks_continue_and_a_query_are_understood() -> None:
    """`/wsman?PSVersion=5.1`, chunked bodies and `Expect: 100-continue` are what Windows clients send."""
    token = b64encode(b"a:b")
    with start(FakePowerShell()) as host:
        answer = raw(
            host,
            b"POST /wsman?PSVersion=5.1.26100.1 HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\nContent-Type: application/soap+xml\r\n"
            b"Authorization: Basic " + token + b"\r\n\r\n" + f"{len(IDENTIFY):x}\r\n".encode() + IDENTIFY + b"\r\n0\r\n\r\n",
        )
        assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 ")
        assert b"2150858753" in answer


def test_one_connection_carries_many_requests_and_close_is_heeded() -> None:
    """Keep-alive is the rule of HTTP/1.1; `Connection: close` ends it after the answer."""
    token = b64encode(b"a:b").decode()
    head = f"POST /wsman HTTP/1.1\r\nAuthorization: Basic {token}\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(IDENTIFY)}\r\n"
    with start(FakePowerShell()) as host:
        twice = (head + "\r\n").encode() + IDENTIFY
        assert raw(host, twice + twice).count(b"HTTP/1.1 500 ") == 2
        once = (head + "Connection: close\r\n\r\n").encode() + IDENTIFY
        assert raw(host, once + twice).count(b"HTTP/1.1 500 ") == 1


def test_it_listens_on_loopback_only_and_says_where() -> None:
    """The address is 127.0.0.1, the port is one that was free, and it is free again afterwards; closing twice is no error."""
    before = simulator_threads()
    with start(FakePowerShell()) as host:
        assert host.host == "127.0.0.1"
        assert host.port > 0
        with pytest.raises(OSError, match=r"[Aa]ddress already in use"):
            start(FakePowerShell(), port=host.port)
    host.close()
    assert simulator_threads() == before
    with start(FakePowerShell(), port=host.port) as again:
        assert again.port == host.port
