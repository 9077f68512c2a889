"""Who is asking: the seam between HTTP and whatever authenticates it.

A `Guard` lives as long as its connection, because NTLM authenticates connections and not requests; what it
admits it hands on in plain text and it says how to seal the answer, so message encryption fits in here too.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

SOAP_TYPE: Final = "application/soap+xml;charset=UTF-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request of `user`; `body` is its plain text."""

    user: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """Not yet, or not at all: 401 with these `WWW-Authenticate` values."""

    offers: tuple[str, ...]


class Guard(Protocol):
    """Authenticates the requests of one connection."""

    def admit(self, headers: Mapping[str, str], body: bytes) -> Admitted | Challenge:
        """Judge one request; header names are in lower case."""
        ...

    def seal(self, body: bytes) -> tuple[str, bytes]:
        """Content type and bytes of an answer to the request admitted last."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicGuard:
    """Basic over plain HTTP, for loopback only. Without `user` any name and password are taken."""

    user: str | None = None
    password: str | None = None

    def admit(self, headers: Mapping[str, str], body: bytes) -> Admitted | Challenge:
        """See `Guard`."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        refused = Challenge(offers=('Basic realm="WSMAN"',))
        if scheme.lower() != "basic":
            return refused
        try:
            name, colon, password = _text(base64.b64decode(token.strip(), validate=True)).partition(":")
        except (binascii.Error, ValueError):
            return refused
        if not colon or not name:
            return refused
        if self.user is not None:
            # Windows does not tell the case of a user name apart.
            right_name = hmac.compare_digest(name.lower().encode(), self.user.lower().encode())
            right_password = hmac.compare_digest(password.encode(), (self.password or "").encode())
            if not (right_name and right_password):
                return refused
        return Admitted(user=name, body=body)

    def seal(self, body: bytes) -> tuple[str, bytes]:
        """See `Guard`."""
        return SOAP_TYPE, body


def _text(credentials: bytes) -> str:
    """Basic never said which characters its bytes mean: clients send UTF-8 or Latin-1."""
    try:
        return credentials.decode()
    except UnicodeDecodeError:
        return credentials.decode("latin-1")
