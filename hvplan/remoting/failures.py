"""What went wrong on the way to a host: whether the call was certainly not sent, and what a person can do about it.

Everything that pypsrp, requests or the TLS library may raise is told apart here, once.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hvplan.remoting.connection import Connection
from hvplan.remoting.session import NotSent, Unsure

STILL_RUNNING: Final = 2150858793
"""The fault that says nothing has come within the operation timeout: ask again."""

_NO_SHELL: Final = 2150858843
_SHELL_QUOTAS: Final = frozenset({2150859173, 2150859174})
_ACCESS_DENIED: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One failure: `code` for diagnostics, a sentence, what to do; `refused`: the host turned the request away unread or unexecuted."""

    code: str
    why: str
    hint: str = ""
    refused: bool = False


def trouble(error: BaseException, connection: Connection) -> Trouble:
    """What an exception of a request means. Passwords never stand in it: only the address, the user's name and what the host said."""
    from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError

    where = connection.endpoint
    chain = list(_causes(error))
    names = [type(cause).__name__ for cause in chain]
    if isinstance(error, AuthenticationError):
        return _wrong_password(connection)
    if isinstance(error, WSManFaultError):
        return _fault(error.code, str(error.reason or error.message), connection)
    if isinstance(error, WinRMTransportError):
        return _http(int(error.code), connection)
    if "SSLError" in names or "SSLCertVerificationError" in names or "CertificateError" in names:
        said = next((str(cause) for cause in reversed(chain) if "SSL" in type(cause).__name__), str(error))
        return Trouble(
            code="tls-failed",
            why=f"The TLS connection to {where} failed: {said}",
            hint="Give the host's CA with caFile, use the name the certificate was made for, or check that this port speaks https.",
            refused="SSLCertVerificationError" in names,  # any other may come after the request has left
        )
    if any(isinstance(cause, socket.gaierror) for cause in chain) or "NameResolutionError" in names:
        return Trouble(code="host-unknown", why=f"The name {connection.address} is not known here.", hint="Check the address and the DNS.", refused=True)
    if "NewConnectionError" in names or "ConnectTimeout" in names or "ConnectTimeoutError" in names or isinstance(error, ConnectionRefusedError):
        return Trouble(
            code="host-unreachable",
            why=f"Nothing answers at {where}.",
            hint="Check the address and port, that WinRM is enabled there (Enable-PSRemoting), and the firewall between.",
            refused=True,
        )
    if "ReadTimeout" in names or "ReadTimeoutError" in names:
        return Trouble(code="no-answer", why=f"{where} did not answer in time.", hint="The host may be busy; a higher operationTimeout waits longer.")
    if any(isinstance(cause, ImportError) or ("library" in str(cause) and "requires" in str(cause)) for cause in chain):
        return Trouble(
            code="auth-unavailable",
            why=f"auth {connection.auth} is not possible on this machine: {_short(error)}",
            hint="Install what it needs (for kerberos: pip install 'pypsrp[kerberos]'), or use auth negotiate or ntlm.",
            refused=True,
        )
    if any(name in ("SpnegoError", "BadMICError", "NoCredentialError", "BadMechanismError", "InvalidCredentialError") for name in names):
        return Trouble(code="logon-failed", why=f"{where} and this machine could not agree on a logon: {error}", hint="Check auth, user name and password.")
    return Trouble(
        code="connection-lost", why=f"The connection to {where} was lost: {_short(error)}", hint="Run the command again; it looks at the host first."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything behind it, arguments that are exceptions included (requests hides urllib3's there)."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        behind = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        waiting += [cause for cause in behind if isinstance(cause, BaseException)]


def _wrong_password(connection: Connection) -> Trouble:
    who = f" the user {connection.username}" if connection.username else " this logon"
    return Trouble(
        code="logon-failed",
        why=f"{connection.endpoint} refuses{who} with {connection.auth}.",
        hint="Check user name and password, that the host allows this auth (winrm get winrm/config/service/auth), and that the user may use remoting.",
        refused=True,
    )


def _http(status: int, connection: Connection) -> Trouble:
    if status == 404:
        return Trouble(code="no-endpoint", why=f"{connection.endpoint} is a web server, but there is no WinRM behind it.", hint="Check the port.", refused=True)
    if status == 503:
        return Trouble(
            code="service-unavailable",
            why=f"{connection.endpoint}: the WinRM service is not running, or is starting.",
            hint="Start-Service WinRM on the host.",
            refused=True,
        )
    return Trouble(code="http-error", why=f"{connection.endpoint} answered HTTP {status} instead of WinRM.", hint="Check address, port and transport.")


def _fault(code: object, said: str, connection: Connection) -> Trouble:
    where = connection.endpoint
    if code == STILL_RUNNING:
        return Trouble(code="no-answer", why=f"{where} did not finish a request in time.", hint="The host may be busy; a higher operationTimeout waits longer.")
    if code == _NO_SHELL:
        return Trouble(code="shell-gone", why=f"{where} no longer knows our session: it was restarted, or the session idled out.", refused=True)
    if code in _SHELL_QUOTAS:
        return Trouble(code="quota", why=f"{where} has no session left for this user: {said}", hint="Close other sessions, or lower maxSessions.", refused=True)
    if code == _ACCESS_DENIED:
        return Trouble(
            code="access-denied",
            why=f"{where}: access is denied for {connection.username or 'this user'} at the endpoint {connection.configuration}.",
            hint="The user must be a member of Remote Management Users and of Hyper-V Administrators, or be allowed at the endpoint.",
            refused=True,
        )
    return Trouble(
        code="wsman-fault",
        why=f"{where} refused a request: {said} (fault {code}).",
        hint=f"Check that the endpoint {connection.configuration} exists there (Get-PSSessionConfiguration).",
        refused=True,
    )


def _short(error: BaseException) -> str:
    """One line for people. What requests and urllib3 wrap is asked itself: the text of their own errors is the representation of Python objects."""
    while behind := next((arg for arg in error.args if isinstance(arg, BaseException)), None):
        error = behind
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return (said or type(error).__name__).splitlines()[0][:300]


def not_sent(found: Trouble) -> NotSent:
    """The outcome of a call that certainly did not run."""
    return NotSent(why=found.why, code=found.code, hint=found.hint)


def after_command(found: Trouble) -> NotSent | Unsure:
    """The outcome when the request that carries the command failed: what the host turned away did not run, of the rest nobody knows."""
    return not_sent(found) if found.refused else Unsure(why=found.why)
