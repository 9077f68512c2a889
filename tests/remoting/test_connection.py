"""Connections as written, and the secrets they only point to."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from hvplan.errors import ConnectionFailed
from hvplan.remoting.connection import Connection, connection_of
from hvplan.remoting.references import resolve_reference

SECRET = "s3cret-Value"


def test_defaults() -> None:
    """https with TLS verified, negotiate, the usual endpoint, port by transport."""
    connection = connection_of({"address": "hv01"}, host="hv01")
    assert connection == Connection(address="hv01")
    assert connection.endpoint == "https://hv01:5986"
    assert connection_of({"address": "hv01", "transport": "http"}, host="hv01").port == 5985
    assert not connection.insecure


def test_everything_written() -> None:
    """Every key of a Host's connection has its place."""
    written = {
        "address": "::1",
        "port": 15985,
        "transport": "http",
        "auth": "basic",
        "username": "admin",
        "password": {"env": "HVPLAN_TEST_SECRET"},
        "insecure": True,
        "caFile": __file__,
        "configuration": "hvplan",
        "operationTimeout": 10,
        "maxSessions": 2,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HVPLAN_TEST_SECRET", SECRET)
        connection = connection_of(written, host="hv01")
    assert connection.password == SECRET
    assert SECRET not in repr(connection)
    assert (connection.configuration, connection.operation_timeout, connection.max_sessions, connection.ca_file) == ("hvplan", 10, 2, __file__)
    assert connection.endpoint == "http://[::1]:15985"


def test_every_kind_of_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environment, file, prompt and command give the value, without the line break at its end."""
    (tmp_path / "secret").write_text(SECRET + "\n", "utf-8")
    monkeypatch.setenv("HVPLAN_TEST_SECRET", SECRET)
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, hidden: bool) -> str:
        asked.append((text, hidden))
        return SECRET

    command = [sys.executable, "-c", f"print('{SECRET}')"]
    for reference in ({"env": "HVPLAN_TEST_SECRET"}, {"file": str(tmp_path / "secret")}, {"prompt": True}, {"command": command}):
        assert resolve_reference(reference, what="password of host hv01", hidden=True, prompt=prompt, commands=True) == SECRET
    assert asked == [("Password of host hv01", True)]


BROKEN: list[tuple[Any, str]] = [
    ({"env": "HVPLAN_NOT_SET"}, "HVPLAN_NOT_SET"),
    ({"file": "/no/such/file"}, "/no/such/file"),
    ({"prompt": True}, "nobody can be asked"),
    ({"command": ["echo", SECRET]}, "hosts file"),
    ({"keyring": "no-such-service"}, "keyring"),
    ({"env": 5}, "not a reference"),
    (SECRET, "not a reference"),
    (None, "not a reference"),
]


@pytest.mark.parametrize(("reference", "said"), BROKEN)
def test_what_cannot_be_resolved_names_the_reference(reference: Any, said: str) -> None:
    """The message says which reference, never a value; a password that stands there in clear text is refused."""
    with pytest.raises(ConnectionFailed) as failed:
        resolve_reference(reference, what="password of host hv01", hidden=True)
    assert said in str(failed.value)
    assert "hv01" in str(failed.value)
    assert SECRET not in str(failed.value.diagnostics)


@pytest.mark.parametrize("command", [[sys.executable, "-c", f"print('{SECRET}'); raise SystemExit(3)"], [sys.executable, "-c", ""], ["/no/such/program"]])
def test_a_command_that_fails(command: list[str]) -> None:
    """What it printed is a secret all the same."""
    with pytest.raises(ConnectionFailed) as failed:
        resolve_reference({"command": command}, what="password of host hv01", hidden=True, commands=True)
    assert SECRET not in str(failed.value)


def test_a_variable_that_is_not_set() -> None:
    """The hint can be pasted, in either kind of shell."""
    with pytest.raises(ConnectionFailed) as failed:
        resolve_reference({"env": "HVPLAN_NOT_SET"}, what="password of host hv01", hidden=True)
    assert failed.value.diagnostics[0].hint == "export HVPLAN_NOT_SET=..., or in PowerShell $env:HVPLAN_NOT_SET = '...'"


def test_all_broken_references_are_told_at_once() -> None:
    """User name and password together."""
    with pytest.raises(ConnectionFailed) as failed:
        connection_of({"address": "x", "username": {"env": "HVPLAN_NO_USER"}, "password": {"env": "HVPLAN_NO_PASSWORD"}}, host="hv01")
    assert len(failed.value.diagnostics) == 2


@pytest.mark.parametrize(
    "written",
    [
        {"address": "hv01", "transport": "http", "auth": "basic", "username": "u"},
        {"address": "127.0.0.1", "transport": "http", "auth": "certificate"},
        {"address": "hv01", "auth": "basic"},
        {"address": "hv01", "caFile": "/no/such/ca.pem"},
    ],
)
def test_what_is_not_even_tried(written: dict[str, Any]) -> None:
    """Secrets in clear text over a network, a logon without what it needs, a CA file that is not there."""
    with pytest.raises(ConnectionFailed):
        connection_of(written, host="hv01")


@pytest.mark.parametrize(
    ("address", "loopback"), [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost", True), ("10.0.0.1", False), ("hv01", False)]
)
def test_loopback(address: str, loopback: bool) -> None:
    """What stays on this machine."""
    assert Connection(address=address).loopback is loopback
