"""The runspace pool's own messages, through psrpcore's server half: opening, key exchange, runspace counts, reconnecting.

They are few and small. What a pipeline sends and receives does not pass here: psrpcore's serializer costs
twenty times a string template.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from hvplan.simulator.wire import fragments
from hvplan.simulator.wire.opening import Opening
from hvplan.simulator.wire.safe_xml import Malformed

_HEAD = struct.Struct(">QQBI")


def _private_data(ps_version: str) -> dict[str, Any]:
    """What Windows PowerShell 5.1 tells about itself; shape of the recorded opening (truth, opening), values of 5.1."""
    from psrpcore.types import PSBool, PSInt, PSPrimitiveDictionary, PSString, PSVersion

    compatible = [PSVersion(text) for text in ("1.0", "2.0", "3.0", "4.0", "5.0", ps_version)]
    table = {
        "PSVersion": PSVersion(ps_version),
        "PSEdition": PSString("Desktop"),
        "PSCompatibleVersions": compatible,
        "CLRVersion": PSVersion("4.0.30319.42000"),
        "BuildVersion": PSVersion("10.0." + ps_version.split(".", 2)[2]),
        "WSManStackVersion": PSVersion("3.0"),
        "PSRemotingProtocolVersion": PSVersion("2.3"),
        "SerializationVersion": PSVersion("1.1.0.1"),
    }
    no, one = PSBool(False), PSInt(1)
    debugger = {"DebugMode": one, "DebugStop": no, "DebugBreakpointCount": PSInt(0), "BreakAll": no, "UnhandledBreakpointMode": one}
    return {"PSVersionTable": PSPrimitiveDictionary(table), **debugger}


class Pool:
    """One pool's state. Not safe for several threads: its session holds a lock around it.

    `ps_version`: four numbers, as `$PSVersionTable.PSVersion` of Windows PowerShell says them.
    """

    def __init__(self, ps_version: str) -> None:
        import psrpcore
        from psrpcore.types import PSPrimitiveDictionary

        self._core = psrpcore.ServerRunspacePool(application_private_data=PSPrimitiveDictionary(_private_data(ps_version)))
        self._object = 0
        self._opening = Opening()
        self.key_exchanged = False

    @property
    def opened(self) -> bool:
        """True once INIT_RUNSPACEPOOL has been answered."""
        from psrpcore.types import RunspacePoolState

        return bool(self._core.state == RunspacePoolState.Opened)

    @property
    def id(self) -> uuid.UUID:
        """The pool's id, as the client chose it."""
        found: uuid.UUID = self._core.runspace_pool_id
        return found

    @property
    def runspaces(self) -> int:
        """How many pipelines may run at once."""
        return max(1, int(self._core.max_runspaces))

    def reconnecting(self, messages: Sequence[fragments.Message]) -> None:
        """A new client connects; `messages` are its SESSION_CAPABILITY and CONNECT_RUNSPACEPOOL, to be received next.

        Raises Malformed, and leaves the pool as it is, where they are not these two.
        """
        if not self.opened:
            raise Malformed("a client cannot connect before the runspace pool was opened")
        opening = Opening(fragments.CONNECT_RUNSPACEPOOL)
        for message in messages:
            opening.check(message)
        if not opening.done:
            raise Malformed("a client that connects says SESSION_CAPABILITY and CONNECT_RUNSPACEPOOL")
        self._opening = Opening(fragments.CONNECT_RUNSPACEPOOL)
        self._core.begin_disconnect()
        self._core.disconnect()
        self._core.connect()

    def receive(self, message: fragments.Message, idle: Callable[[], int]) -> list[bytes]:
        """Take one message, give the messages that answer it. `idle` counts the runspaces that are free.

        Raises Malformed for a message that does not read, or not at this time.
        """
        import psrpcore
        from psrpcore.types import PSInt64, PSVersion

        self._opening.check(message)  # it also reads the message with our own care
        if message.type == fragments.SESSION_CAPABILITY:
            self._core.our_capability.protocolversion = PSVersion(self._opening.protocol)
        self._object += 1
        data = b"".join(fragments.fragment(self._object, message.raw, len(message.raw)))
        try:
            self._core.receive_data(psrpcore.PSRPPayload(data, psrpcore.StreamType.default, None))
            while (event := self._core.next_event()) is not None:
                match event:
                    case psrpcore.GetAvailableRunspacesEvent():
                        self._core.runspace_availability_response(event.ci, PSInt64(idle()))
                    case psrpcore.SetMaxRunspacesEvent() | psrpcore.SetMinRunspacesEvent():
                        self._core.runspace_availability_response(event.ci, self._fits(event))
                    case psrpcore.ResetRunspaceStateEvent():
                        self._core.runspace_availability_response(event.ci, True)
                    case psrpcore.PublicKeyEvent():
                        self.key_exchanged = True
        except (psrpcore.PSRPCoreError, ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
            raise Malformed(f"{type(error).__name__}: {error}") from None
        return self._answers()

    def _fits(self, event: Any) -> bool:
        import psrpcore

        if isinstance(event, psrpcore.SetMaxRunspacesEvent):
            return bool(event.count >= max(1, self._core.min_runspaces))
        return bool(1 <= event.count <= self._core.max_runspaces)

    def _answers(self) -> list[bytes]:
        """Each message as one: psrpcore numbers its own fragments, and two numberings would collide in one stream."""
        answers = []
        while (payload := self._core.data_to_send()) is not None:
            data, at = payload.data, 0
            while at < len(data):
                length = _HEAD.unpack_from(data, at)[3]
                at += _HEAD.size
                answers.append(bytes(data[at : at + length]))
                at += length
        return answers
