"""A shell: whose it is, what waits to be received, and when it was last used."""

from __future__ import annotations

import threading
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from hvplan.simulator.wire.faults import ABORTED, DISCONNECTED, TIMED_OUT, Fault, no_command, no_shell
from hvplan.simulator.wire.psrp import Session

_GATHER = 0.01
_GATHER_BYTES = 64 * 1024


@dataclass(eq=False, slots=True)
class Outbox:
    """What one stream still has to say; `done`: nothing more will come."""

    parts: deque[bytes] = field(default_factory=deque)
    size: int = 0
    done: bool = False


class Shell:
    """One shell of a user. Times are seconds of `monotonic`."""

    def __init__(self, *, id: str, resource: str, user: str, idle_timeout: float, client_ip: str, monotonic: Callable[[], float]) -> None:
        self.id = id
        self.resource = resource
        self.user = user
        self.idle_timeout = idle_timeout
        self.client_ip = client_ip
        self.connected = True
        self.closed = False
        self.lost = False  # its PowerShell is gone
        self.commands_ever = 0
        self._monotonic = monotonic
        self._created = self._used = monotonic()
        self._in_use = 0
        self._ready = threading.Condition()
        self._boxes: dict[uuid.UUID | None, Outbox] = {None: Outbox()}
        self.session: Session  # set right after, it needs `put`

    def put(self, command: uuid.UUID | None, parts: list[bytes], last: bool) -> None:
        """Take fragments of the session; those for a command that was released are dropped. The pool's last: the shell is lost."""
        with self._ready:
            if command is None and last:
                self.lost = True
                self._ready.notify_all()
                return
            box = self._boxes.get(command)
            if box is None:
                return
            box.parts.extend(parts)
            box.size += sum(map(len, parts))
            box.done = box.done or last
            if last or box.size >= _GATHER_BYTES or len(box.parts) == len(parts):
                self._ready.notify_all()

    def take(self, command: uuid.UUID | None, *, seconds: float, budget: int) -> tuple[bytes, bool]:
        """Wait for output and take at most `budget` bytes of whole fragments (one at least); True with the last of them.

        Small messages that follow within 10 ms travel together. Raises Fault for a timeout and an unknown command.
        """
        with self._ready:
            if command not in self._boxes:
                raise no_command(command or uuid.UUID(int=0))
            box = self._boxes[command]
            self._ready.wait_for(lambda: self._ended(command) or box.parts or box.done, seconds)
            if box.parts and not box.done:
                self._ready.wait_for(lambda: self._ended(command) or box.done or box.size >= min(_GATHER_BYTES, budget), _GATHER)
            if self.lost and not self.closed:
                raise no_shell(self.id)
            if self.closed or command not in self._boxes:
                raise Fault(ABORTED)
            if not self.connected:
                raise Fault(DISCONNECTED)
            if not box.parts and not box.done:
                raise Fault(TIMED_OUT)
            taken: list[bytes] = []
            size = 0
            while box.parts and (not taken or size + len(box.parts[0]) <= budget):
                taken.append(box.parts.popleft())
                size += len(taken[-1])
            box.size -= size
            return b"".join(taken), box.done and not box.parts

    def open_command(self, command: uuid.UUID) -> bool:
        """Begin a command; False if it is there already."""
        with self._ready:
            if command in self._boxes:
                return False
            self._boxes[command] = Outbox()
            self.commands_ever += 1
            return True

    def release(self, command: uuid.UUID) -> None:
        """Forget a command and what it still had to say. Raises Fault for one that is not there."""
        with self._ready:
            if self._boxes.pop(command, None) is None:
                raise no_command(command)
            self._ready.notify_all()

    def command_done(self, command: uuid.UUID) -> bool:
        """True when a command has said its last. Raises Fault for one that is not there."""
        with self._ready:
            try:
                return self._boxes[command].done
            except KeyError:
                raise no_command(command) from None

    def commands(self) -> list[uuid.UUID]:
        """The commands that were not released yet."""
        with self._ready:
            return [command for command in self._boxes if command is not None]

    def set_connected(self, connected: bool) -> None:
        """Disconnect or reconnect; whoever waits for output hears of it."""
        with self._ready:
            self.connected = connected
            self._ready.notify_all()

    def close(self) -> None:
        """End the shell and all that waits on it."""
        with self._ready:
            self.closed = True
            self._ready.notify_all()
        self.session.close()

    def __enter__(self) -> Shell:
        """A request works on the shell: it is not idle meanwhile."""
        with self._ready:
            self._in_use += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._ready:
            self._in_use -= 1
            self._used = self._monotonic()

    @property
    def over(self) -> bool:
        """It is lost, or nobody has used it for longer than its idle timeout."""
        return self.lost or (not self._in_use and self._monotonic() - self._used > self.idle_timeout)

    def describe(self) -> str:
        """The `rsp:Shell` element that Create, Get and Enumerate answer with."""
        now = self._monotonic()
        inactivity = 0.0 if self._in_use else now - self._used
        return (
            f"<rsp:Shell><rsp:ShellId>{escape(self.id)}</rsp:ShellId><rsp:ResourceUri>{escape(self.resource)}</rsp:ResourceUri>"
            f"<rsp:Owner>{escape(self.user)}</rsp:Owner><rsp:ClientIP>{escape(self.client_ip)}</rsp:ClientIP><rsp:ProcessId>4242</rsp:ProcessId>"
            f"<rsp:IdleTimeOut>PT{self.idle_timeout:.3f}S</rsp:IdleTimeOut><rsp:InputStreams>stdin pr</rsp:InputStreams>"
            "<rsp:OutputStreams>stdout</rsp:OutputStreams><rsp:MaxIdleTimeOut>PT2147483.647S</rsp:MaxIdleTimeOut><rsp:Locale>en-US</rsp:Locale>"
            "<rsp:DataLocale>en-US</rsp:DataLocale><rsp:CompressionMode>NoCompression</rsp:CompressionMode><rsp:ProfileLoaded>Yes</rsp:ProfileLoaded>"
            f"<rsp:Encoding>UTF8</rsp:Encoding><rsp:BufferMode>Block</rsp:BufferMode><rsp:State>{'Connected' if self.connected else 'Disconnected'}</rsp:State>"
            f"<rsp:ShellRunTime>{_clock(now - self._created)}</rsp:ShellRunTime><rsp:ShellInactivity>{_clock(inactivity)}</rsp:ShellInactivity></rsp:Shell>"
        )

    def _ended(self, command: uuid.UUID | None) -> bool:
        return self.closed or self.lost or not self.connected or command not in self._boxes


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"P{days}DT{hour}H{minute}M{second}S"
