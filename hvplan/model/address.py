"""Addresses: how every object is named in plans, documents and on the command line (`vm/web01/disks/os`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_UNSAFE = re.compile(r"[%/*?\[\]\x00-\x1f\x7f-\x9f]")


def encode(name: str) -> str:
    """A name as one part of an address: `% / * ? [ ]` and control characters are percent-encoded."""
    return _UNSAFE.sub(lambda m: "".join(f"%{byte:02X}" for byte in m.group().encode()), name)


def decode(part: str) -> str:
    """The name behind one part of an address."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda m: bytes.fromhex(m.group().replace("%", "")).decode("utf-8", "replace"), part)


def host(name: str) -> str:
    """`host/NAME`: the host itself, for what concerns all of it."""
    return f"host/{encode(name)}"


def vm(name: str) -> str:
    """`vm/web01`."""
    return f"vm/{encode(name)}"


def switch(name: str) -> str:
    """`switch/lan`."""
    return f"switch/{encode(name)}"


def disk(name: str) -> str:
    """`disk/ubuntu-golden`."""
    return f"disk/{encode(name)}"


def device(owner: str, group: str, key: str) -> str:
    """`vm/web01/networkAdapters/lan` from `vm/web01`, `networkAdapters` and `lan`."""
    return f"{owner}/{group}/{encode(key)}"


def owner(address: str) -> str:
    """The address of the object a device belongs to (`vm/web01`), or the address itself."""
    return "/".join(address.split("/")[:2])


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern over addresses: `*` and `?` stay inside one part; it fits an address and everything below it."""

    text: str

    def fits(self, address: str, host: str = "", labels: tuple[tuple[str, str], ...] = ()) -> bool:
        """Does it fit; an optional `HOST:` stands before, `label=key:value` asks labels, a pattern without `/` means `vm/...`."""
        pattern = self.text
        if pattern.startswith("label="):
            key, _, value = pattern[6:].partition(":")
            return (key, value) in labels
        wanted_host, colon, rest = pattern.partition(":")
        if colon and "/" not in wanted_host:
            if not _part(wanted_host, host):
                return False
            pattern = rest
        if "/" not in pattern:
            pattern = f"vm/{pattern}"
        wanted, parts = pattern.split("/"), address.split("/")
        return len(wanted) <= len(parts) and all(_part(w, p) for w, p in zip(wanted, parts, strict=False))


def _part(pattern: str, text: str) -> bool:
    regex = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(regex, text, re.IGNORECASE | re.DOTALL) is not None
