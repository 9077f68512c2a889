"""How a session opens, as strictly as the real engine takes it ([MS-PSRP] 3.1.5.4.1 and 3.1.5.4.2).

A client says its SESSION_CAPABILITY and then INIT_RUNSPACEPOOL, each once; one that takes a session over says
SESSION_CAPABILITY and CONNECT_RUNSPACEPOOL. The real engine answers a wrong order, a version that does not fit or
impossible numbers of runspaces with the end of the session, or with nothing at all; here each is Malformed.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any, Final

from hvplan.simulator.values import Version
from hvplan.simulator.wire import fragments
from hvplan.simulator.wire.fragments import Message
from hvplan.simulator.wire.safe_xml import Malformed, parse_message
from hvplan.simulator.wire.values_in import Reader

_OPENING: Final = frozenset({fragments.SESSION_CAPABILITY, fragments.INIT_RUNSPACEPOOL, fragments.CONNECT_RUNSPACEPOOL})
_OLDER_PROTOCOLS: Final = frozenset({"2.0", "2.1", "2.2"})
_OF_INIT: Final = ("MinRunspaces", "MaxRunspaces", "PSThreadOptions", "ApartmentState", "HostInfo", "ApplicationArguments")
_SERVER_MINOR: Final = 3
_SERIALIZATION_MINOR: Final = 1


class Opening:
    """What of an opening was heard so far. `last`: the message that ends it. `protocol`: what both sides speak, `""` before it is known."""

    __slots__ = ("_last", "_opened", "protocol")

    def __init__(self, last: int = fragments.INIT_RUNSPACEPOOL) -> None:
        self._last = last
        self.protocol = ""
        self._opened = False

    @property
    def done(self) -> bool:
        """True once all of it was heard."""
        return self._opened

    def check(self, message: Message) -> None:
        """Take one message of the pool. Raises Malformed for one that does not come now or does not fit this server."""
        root = parse_message(message.data)
        match message.type:
            case fragments.SESSION_CAPABILITY if not self.protocol:
                self.protocol = _protocol(root)
            case self._last if self.protocol and not self._opened:
                _check_runspaces(root, _OF_INIT if message.type == fragments.INIT_RUNSPACEPOOL else ())
                self._opened = True
            case kind if kind in _OPENING or not self._opened:
                raise Malformed(f"message type 0x{kind:08X} does not come at this time")


def _protocol(root: ET.Element) -> str:
    """The protocol version that a SESSION_CAPABILITY leads to: an older client's own, else this server's."""
    members = _members(root)
    protocol = _version(members, "protocolversion")
    major, minor, *_ = _numbers(protocol)
    if protocol not in _OLDER_PROTOCOLS and (major != 2 or minor < _SERVER_MINOR):
        raise Malformed(f"protocol version {protocol} is not supported; this server speaks 2.{_SERVER_MINOR}")
    if _numbers(_version(members, "PSVersion"))[0] != 2:
        raise Malformed("PSVersion is not 2.0, as every client of this protocol says it")
    major, minor, *_ = _numbers(_version(members, "SerializationVersion"))
    if major != 1 or minor < _SERIALIZATION_MINOR:
        raise Malformed("the version of the serializer is not supported; this server speaks 1.1.0.1")
    return protocol if protocol in _OLDER_PROTOCOLS else f"2.{_SERVER_MINOR}"


def _check_runspaces(root: ET.Element, needed: tuple[str, ...]) -> None:
    if not needed and root.tag == "S":
        return  # who connects may leave the numbers as they are: an empty text
    members = _members(root)
    for name in needed:
        if name not in members:
            raise Malformed(f"INIT_RUNSPACEPOOL has no {name}")
    least, most = members.get("MinRunspaces", 1), members.get("MaxRunspaces", 1)
    if type(least) is not int or type(most) is not int or not 1 <= least <= most:
        raise Malformed(f"a pool of {least} to {most} runspaces is impossible")


def _members(root: ET.Element) -> dict[str, Any]:
    reader = Reader()
    return {name: reader.read(member) for name, member in reader.members(root).items()}


def _version(members: dict[str, Any], name: str) -> Version:
    value = members.get(name)
    if not isinstance(value, Version):
        raise Malformed(f"SESSION_CAPABILITY has no {name}")
    return value


def _numbers(version: Version) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
