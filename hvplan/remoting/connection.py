"""How a host is reached: plain values, with everything that was a reference resolved. Secrets never show in messages or `repr`."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConnectionFailed
from hvplan.remoting.references import Prompt, resolve_reference

PORTS: Mapping[str, int] = {"https": 5986, "http": 5985}


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """`operation_timeout` in seconds; `configuration` is the endpoint; `certificate` and `certificate_key` are PEM files for auth certificate."""

    address: str
    port: int = 5986
    transport: str = "https"
    auth: str = "negotiate"
    username: str = ""
    password: str = field(default="", repr=False)
    insecure: bool = False
    ca_file: str = ""
    configuration: str = "Microsoft.PowerShell"
    operation_timeout: int = 30
    max_sessions: int = 4
    certificate: str = ""
    certificate_key: str = ""

    @property
    def endpoint(self) -> str:
        """`https://hv01:5986`, for messages."""
        host = f"[{self.address}]" if ":" in self.address else self.address
        return f"{self.transport}://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Does it stay on this machine."""
        try:
            return ipaddress.ip_address(self.address.strip("[]")).is_loopback
        except ValueError:
            return self.address.lower() == "localhost"

    @property
    def restricted(self) -> bool:
        """Is it an endpoint of its own, where constant scripts are functions because script text is refused (truth 23)."""
        return self.configuration.casefold() != "microsoft.powershell"

    @property
    def encrypts_messages(self) -> bool:
        """Is every message sealed by the logon (http without TLS); such a connection cannot outlive its TCP connection."""
        return self.transport == "http" and self.auth in ("negotiate", "ntlm", "kerberos")

    def refused(self) -> str:
        """Why this must not be tried: a password would travel in clear text, or something it needs is missing. `""` if it may."""
        if self.transport == "http" and self.auth in ("basic", "certificate") and not (self.auth == "basic" and self.loopback):
            return f"auth {self.auth} over http would send secrets in clear text: use https, or auth negotiate"
        for what, path in (("caFile", self.ca_file), ("certificate", self.certificate), ("certificateKey", self.certificate_key)):
            if path and not Path(path).is_file():
                return f"{what} {path} is not there"
        if self.auth == "basic" and not (self.username and self.password):
            return "auth basic needs username and password"
        if self.auth == "certificate" and not (self.certificate and self.certificate_key):
            return "auth certificate needs a certificate and its key"
        return ""


def connection_of(written: Mapping[str, Any], *, host: str, prompt: Prompt | None = None, commands: bool = False) -> Connection:
    """A connection as written in a Host, with its references resolved.

    `prompt` asks a person (text, hidden) and returns what was typed; `commands`: whether `{command: [...]}` may run, which
    is so for hosts files alone. Raises ConnectionFailed, which names the reference and never its value.
    """
    transport = str(written.get("transport") or "https").lower()
    values: dict[str, Any] = {}
    problems: list[Diagnostic] = []
    for name in ("username", "password"):
        if (reference := written.get(name)) is not None:
            try:
                values[name] = resolve_reference(reference, what=f"{name} of host {host}", hidden=name == "password", prompt=prompt, commands=commands)
            except ConnectionFailed as error:
                problems += error.diagnostics
    if problems:
        raise ConnectionFailed(*problems)
    connection = Connection(
        address=str(written.get("address") or ""),
        port=int(written.get("port") or PORTS.get(transport, 5986)),
        transport=transport,
        auth=str(written.get("auth") or "negotiate").lower(),
        insecure=bool(written.get("insecure", False)),
        ca_file=str(written.get("caFile") or ""),
        configuration=str(written.get("configuration") or "Microsoft.PowerShell"),
        operation_timeout=int(written.get("operationTimeout") or 30),
        max_sessions=int(written.get("maxSessions") or 4),
        certificate=str(written.get("certificate") or ""),
        certificate_key=str(written.get("certificateKey") or ""),
        **values,
    )
    if why := connection.refused():
        raise ConnectionFailed(Diagnostic(code="unsafe-connection", summary=f"Host {host} is not contacted: {why}."))
    return connection
