"""From a Host document to a session: references resolved, simulated hosts started, everything closed at the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from socket import IPPROTO_TCP, getaddrinfo
from typing import Any, Final
from urllib.parse import urlsplit

import click

from hvplan.clock import Clock
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError, ConnectionFailed, HvplanError, Refused
from hvplan.model.objects import Host
from hvplan.remoting.session import Session

Json = Any
PORTS: Final[Mapping[str, int]] = {"https": 5986, "http": 5985}
SIMULATED_OPTIONS: Final = ("release", "latency", "audit", "state")
"""What a Host may say about its simulated world, beside `world`; relative paths were made absolute at load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdHoc:
    """A host given on the command line."""

    address: str
    user: str | None = None
    auth: str | None = None

    @property
    def name(self) -> str:
        """What a host is called that no document names: the first label of its name in the network, or its whole IP address."""
        address = str(self.connection()["address"]).lower()
        return address if ":" in address or address.replace(".", "").isdigit() else address.split(".")[0]

    def connection(self) -> dict[str, Json]:
        """The connection it means; a usage error says what was expected."""
        parts = urlsplit(self.address if "//" in self.address else f"https://{self.address}")
        try:
            port = parts.port
        except ValueError:
            port = None
        if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/", "/wsman") or parts.username or "@" in parts.netloc:
            raise click.UsageError(f"--address {self.address}: expected something like https://hv01.corp.example:5986")
        written: dict[str, Json] = {"address": parts.hostname, "transport": parts.scheme, "port": port or PORTS[parts.scheme]}
        if self.auth:
            written["auth"] = self.auth
        if self.user is not None:
            written["username"] = self.user
            written["password"] = {"env": "HVPLAN_PASSWORD"} if "HVPLAN_PASSWORD" in os.environ or not _somebody() else {"prompt": True}
        return written


def ad_hoc(address: str | None, user: str | None, auth: str | None) -> AdHoc | None:
    """The host of `--address`, checked at once; a usage error if the others stand without it."""
    if address is None:
        if user is not None or auth is not None:
            raise click.UsageError("--user and --auth go with --address")
        return None
    found = AdHoc(address=address, user=user, auth=auth)
    found.connection()
    return found


def with_ad_hoc(hosts: Iterable[Host], given: AdHoc | None) -> tuple[Host, ...]:
    """The hosts, the only one of them reached as `--address` says."""
    known = tuple(hosts)
    if given is None:
        return known
    if len(known) != 1:
        names = ", ".join(host.name for host in known) or "none"
        raise click.UsageError(f"--address is for one host, and the documents have {len(known)} ({names}); use --hosts FILE")
    return (replace(known[0], connection=given.connection(), from_hosts_file=True),)


def loopback(connection: Mapping[str, Json]) -> bool:
    """Does it stay on this machine: a simulated host, or a loopback address."""
    address = str(connection.get("address", ""))
    if "simulated" in connection or address.lower() == "localhost":
        return True
    try:
        return ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False


def ip_addresses(host: Host) -> tuple[str, ...]:
    """The IP addresses a host is reached at; empty for a simulated one, a name that says nothing, and a loopback address (a tunnel's end)."""
    address = str(host.connection.get("address", "")).strip("[]")
    if not address or loopback(host.connection):
        return ()
    try:
        found = getaddrinfo(address, None, proto=IPPROTO_TCP)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def guard_in_ci(hosts: Iterable[Host], *, allow_unpinned: bool, allow_insecure: bool, environment: Mapping[str, str]) -> None:
    """Under `CI=true`, nobody's credentials go where only a file under review says (Refused, exit 3)."""
    if environment.get("CI", "").lower() not in ("true", "1"):
        return
    wrong: list[Diagnostic] = []
    for host in hosts:
        if loopback(host.connection):
            continue
        if not host.from_hosts_file and not allow_unpinned:
            hint = "pin it in a hosts file (--hosts FILE or HVPLAN_HOSTS), or use --allow-unpinned"
            wrong.append(Diagnostic(code="unpinned", summary=f"host {host.name}: its address stands only in the files under review", hint=hint))
        if host.connection.get("insecure") is True and not allow_insecure:
            hint = "give its certificate with caFile, or use --allow-insecure"
            wrong.append(Diagnostic(code="insecure", summary=f"host {host.name}: insecure: true, so its certificate is not checked", hint=hint))
    if wrong:
        raise Refused(*wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The sessions that could be opened, and what is wrong with the other hosts."""

    sessions: Mapping[str, Session]
    failed: Mapping[str, HvplanError]


@contextmanager
def sessions(hosts: Iterable[Host], clock: Clock) -> Iterator[Reached]:
    """Open a session for each host; a host that fails does not keep the others from being read. All are closed at the end."""
    with ExitStack() as stack:
        opened: dict[str, Session] = {}
        failed: dict[str, HvplanError] = {}
        for host in hosts:
            try:
                opened[host.name] = _simulated(host, clock, stack) if host.simulated else _remote(host, clock, stack)
            except HvplanError as error:
                failed[host.name] = error
        yield Reached(sessions=opened, failed=failed)


def _remote(host: Host, clock: Clock, stack: ExitStack) -> Session:
    from hvplan.remoting.connection import connection_of
    from hvplan.remoting.psrp import PsrpSession

    if not host.connection.get("address"):
        hint = "write connection: {address: ...} in its Host document or in a hosts file, or use --address"
        raise ConfigurationError(Diagnostic(code="no-address", summary=f"host {host.name}: no address to reach it at", hint=hint))
    session = PsrpSession(connection_of(host.connection, host=host.name, prompt=_ask if _somebody() else None, commands=host.from_hosts_file), clock)
    stack.callback(session.close)
    return session


def _simulated(host: Host, clock: Clock, stack: ExitStack) -> Session:
    from hvplan.remoting.connection import Connection
    from hvplan.remoting.psrp import PsrpSession
    from hvplan.simulator.serve import start_world

    inner = host.connection["simulated"]
    world = inner.get("world") if isinstance(inner, Mapping) else None
    if not isinstance(world, str):
        raise ConfigurationError(Diagnostic(code="no-world", summary=f"host {host.name}: a simulated host needs world: FILE"))
    if other := sorted(set(inner) - {"world", *SIMULATED_OPTIONS}):
        summary = f"host {host.name}: simulated.{other[0]} is not supported by this version"
        raise ConfigurationError(Diagnostic(code="not-supported", summary=summary, hint=f"remove it; known: world {' '.join(SIMULATED_OPTIONS)}"))
    try:
        options: dict[str, Any] = {key: str(inner[key]) for key in SIMULATED_OPTIONS if key in inner}
        endpoint = start_world(world, **options)
    except OSError as error:
        raise ConnectionFailed(
            Diagnostic(code="no-world", summary=f"host {host.name}: its simulated world cannot be started: {error}", hint="check connection.simulated.world")
        ) from error
    stack.callback(endpoint.close)
    connection = Connection(address=endpoint.host, port=endpoint.port, transport="http", auth="basic", username="hvplan", password="hvplan")  # noqa: S106
    session = PsrpSession(connection, clock)
    stack.callback(session.close)
    return session


def _somebody() -> bool:
    """Is somebody there to be asked."""
    return sys.stdin is not None and sys.stdin.isatty()


def _ask(question: str, hidden: bool) -> str:
    """Ask a person."""
    import getpass

    return getpass.getpass(f"{question}: ") if hidden else str(click.prompt(question, err=True))
