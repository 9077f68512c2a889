"""The WS-Management service: one request in, one answer out, whatever carried it and whichever PowerShell stands behind.

| action                        | on                      | does                                              |
|-------------------------------|-------------------------|---------------------------------------------------|
| Create, Delete                | a configuration         | a shell with its session begins, ends             |
| Command, Send, Receive, Signal| a shell                 | a pipeline's messages in, out; stop or release it |
| Disconnect, Reconnect, Connect| a shell                 | nobody listens; the same or another client again  |
| Get                           | `shell`, `config`       | what a shell is doing; the host's quotas          |
| Enumerate                     | `shell`, `shell/Command`| which shells, which commands of a shell           |
"""

from __future__ import annotations

import itertools
import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from hvplan.simulator.clock import Clock, RealClock
from hvplan.simulator.wire import bodies, faults
from hvplan.simulator.wire.faults import Fault
from hvplan.simulator.wire.options import check_options
from hvplan.simulator.wire.psrp import Session, Sink
from hvplan.simulator.wire.quotas import Quotas
from hvplan.simulator.wire.safe_xml import Malformed
from hvplan.simulator.wire.shells import Shell
from hvplan.simulator.wire.soap import CONFIG, ENUMERATION, FAULT, POWERSHELL, SHELL, TRANSFER, Request, read, reply

_LOG = logging.getLogger(__name__)
DEFAULT_CONFIGURATION: Final = "Microsoft.PowerShell"
_TERMINATE = frozenset({f"{SHELL}/signal/terminate"})
# PowerShell's own client writes `crtl_c`, and so does its plugin.
_CTRL_C = frozenset({"powershell/signal/crtl_c", "powershell/signal/ctrl_c", f"{SHELL}/signal/ctrl_c", f"{SHELL}/signal/ctrl_break"})

_INPUT_STREAMS = frozenset({"stdin", "pr"})

MakeSession = Callable[[int, Sink], Session]
"""Makes the session of a new shell: its number in the audit log, and where its output goes."""


class Service:
    """Shells, quotas and faults. Safe for several threads.

    `configuration`: the one session configuration of this host, `Microsoft.PowerShell` where it is None. `clock`
    tells when a shell was idle for too long.
    """

    def __init__(self, make_session: MakeSession, *, configuration: str | None = None, quotas: Quotas | None = None, clock: Clock | None = None) -> None:
        self._make_session = make_session
        self._resource = f"{POWERSHELL}/{configuration or DEFAULT_CONFIGURATION}"
        self.quotas = quotas or Quotas()
        self._clock = clock or RealClock()
        self._shells: dict[str, Shell] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._closing = False
        self._actions: Mapping[str, Callable[[Request, str], str]] = {
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Signal": self._signal,
            f"{SHELL}/Send": self._send,
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Delete": self._delete,
            f"{TRANSFER}/Get": self._get,
            f"{SHELL}/Disconnect": self._disconnect,
            f"{SHELL}/Reconnect": self._reconnect,
            f"{SHELL}/Connect": self._connect,
            f"{ENUMERATION}/Enumerate": self._enumerate,
        }

    def handle(self, user: str, data: bytes) -> tuple[int, bytes]:
        """Answer one envelope of an authenticated user: HTTP status 200, or 500 with a fault."""
        relates_to = ""
        try:
            request = read(data)
            relates_to = request.message_id
            action = self._actions.get(request.action)
            if action is None:
                raise Fault(faults.NO_ACTION, request.action)
            return 200, reply(f"{request.action}Response", relates_to, action(request, user))
        except Fault as fault:
            return 500, reply(FAULT, relates_to, fault.body())
        except Malformed as error:
            return 500, reply(FAULT, relates_to, Fault(faults.PLUGIN, error).body())
        except Exception as error:  # noqa: BLE001  (logged below; no request may end the server)
            _LOG.exception("a request failed")
            return 500, reply(FAULT, relates_to, Fault(faults.BROKEN, f"The simulator failed: {type(error).__name__}: {error}").body())

    def sweep(self) -> None:
        """End the shells that are lost or were idle for too long."""
        with self._lock:
            over = [key for key, shell in self._shells.items() if shell.over]
            ended = [self._shells.pop(key) for key in over]
        for shell in ended:
            shell.close()

    def close(self, seconds: float = 5.0) -> bool:
        """End all shells; False if a pipeline still ran after `seconds`."""
        with self._lock:
            self._closing = True
            shells = list(self._shells.values())
            self._shells.clear()
        for shell in shells:
            shell.close()
        clock = RealClock()  # threads take real time to end, whatever the host's clock does
        until = clock.monotonic() + seconds
        ended = [shell.session.join(max(0.0, until - clock.monotonic())) for shell in shells]
        return all(ended)

    def _connected(self, request: Request, user: str) -> Shell:
        """The shell that a request works on; only Delete, Get and what connects it again take one that is disconnected."""
        shell = self._named(request, user)
        if not shell.connected:
            raise Fault(faults.SHELL_DISCONNECTED)
        return shell

    def _named(self, request: Request, user: str) -> Shell:
        """The shell of a request that must name its configuration as well."""
        if request.resource.lower() != self._resource.lower():
            raise Fault(faults.NO_CONFIGURATION, request.resource)
        return self._shell(request, user)

    def _shell(self, request: Request, user: str) -> Shell:
        shell = self._shells.get(request.shell_id.upper())
        if shell is None:
            raise faults.no_shell(request.shell_id)
        if shell.user.lower() != user.lower():
            raise Fault(faults.ACCESS_DENIED)
        if shell.over:
            self.sweep()
            raise faults.no_shell(request.shell_id)
        return shell

    def _of(self, user: str) -> list[Shell]:
        return [shell for shell in list(self._shells.values()) if shell.user.lower() == user.lower()]

    def _create(self, request: Request, user: str) -> str:
        if request.resource.lower() != self._resource.lower():
            raise Fault(faults.NO_CONFIGURATION, request.resource)
        element = request.content("Shell")
        check_options(request.options)
        opening = bodies.data(element.findtext(f"{{{POWERSHELL}}}creationXml"))
        idle = element.findtext(f"{{{SHELL}}}IdleTimeOut")
        self.sweep()
        shell_id = (element.get("ShellId") or str(uuid.uuid4())).upper()
        shell = Shell(
            id=shell_id,
            resource=request.resource,
            user=user,
            idle_timeout=self._idle(idle) or self.quotas.idle_timeout,
            client_ip="127.0.0.1",
            monotonic=self._clock.monotonic,
        )
        shell.session = self._make_session(next(self._numbers), shell.put)
        try:
            with self._lock:
                self._admit(shell)
        except Fault:
            shell.close()
            raise
        try:
            if not opening:
                raise Malformed("a shell begins with the opening of its session")
            shell.session.receive(None, opening)
        except Malformed:
            with self._lock:
                self._shells.pop(shell_id, None)
            shell.close()
            raise
        return bodies.created(shell)

    def _idle(self, text: str | None) -> float | None:
        """The idle timeout that a client asks for, in seconds. Raises Fault."""
        if not text:
            return None
        seconds = bodies.seconds(text)
        if not self.quotas.min_idle_timeout <= seconds <= self.quotas.max_idle_timeout:
            raise Fault(faults.IDLE_OUT_OF_BOUNDS, text, self.quotas.min_idle_timeout, self.quotas.max_idle_timeout)
        return seconds

    def _admit(self, shell: Shell) -> None:
        if self._closing:
            raise Fault(faults.ABORTED)
        if shell.id in self._shells:
            raise Fault(faults.SHELL_EXISTS)
        if len(self._of(shell.user)) >= self.quotas.shells_per_user:
            raise Fault(faults.MAX_SHELLS, self.quotas.shells_per_user)
        self._shells[shell.id] = shell

    def _delete(self, request: Request, user: str) -> str:
        shell = self._named(request, user)
        with self._lock:
            self._shells.pop(shell.id, None)
        shell.close()
        return ""

    def _command(self, request: Request, user: str) -> str:
        element = request.content("CommandLine")
        command = bodies.command_id(element.get("CommandId")) if element.get("CommandId") else uuid.uuid4()
        data = bodies.data("".join(part.text or "" for part in element.iterfind(f"{{{SHELL}}}Arguments")))
        with self._connected(request, user) as shell:
            if shell.commands_ever >= self.quotas.commands_per_shell:
                raise Fault(faults.MAX_COMMANDS)
            if sum(len(other.commands()) for other in self._of(user)) >= self.quotas.operations_per_user:
                raise Fault(faults.MAX_OPERATIONS, self.quotas.operations_per_user)
            if not shell.open_command(command):
                raise Fault(faults.BAD_SCHEMA)
            try:
                shell.session.receive(command, data)
            except Malformed:
                shell.release(command)
                raise
        return f"<rsp:CommandResponse><rsp:CommandId>{str(command).upper()}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, request: Request, user: str) -> str:
        element = request.content("Send")
        with self._connected(request, user) as shell:
            for stream in element.iterfind(f"{{{SHELL}}}Stream"):
                if stream.get("Name") not in _INPUT_STREAMS:
                    raise Fault(faults.INPUT_STREAM, stream.get("Name"))
                command = bodies.command_id(stream.get("CommandId")) if stream.get("CommandId") else None
                if command is None or not shell.command_done(command):
                    self._feed(shell, command, bodies.data(stream.text))
        return "<rsp:SendResponse/>"

    def _feed(self, shell: Shell, command: uuid.UUID | None, data: bytes) -> None:
        try:
            shell.session.receive(command, data)
        except Malformed:
            if command is not None and not shell.command_done(command):
                shell.release(command)
            raise

    def _receive(self, request: Request, user: str) -> str:
        stream = request.content("Receive").find(f"{{{SHELL}}}DesiredStream")
        if stream is None:
            raise Fault(faults.BAD_SCHEMA)
        if (stream.text or "").strip() != "stdout":
            raise Fault(faults.OUTPUT_STREAM)
        said = stream.get("CommandId")
        command = bodies.command_id(said) if said else None
        budget = (min(self.quotas.envelope, request.envelope or self.quotas.envelope) - bodies.REST) // 4 * 3
        with self._connected(request, user) as shell:
            data, done = shell.take(command, seconds=request.timeout, budget=budget)
        return bodies.received(command, data, done=done)

    def _signal(self, request: Request, user: str) -> str:
        element = request.content("Signal")
        command = bodies.command_id(element.get("CommandId"))
        code = (element.findtext(f"{{{SHELL}}}Code") or "").strip().lower()
        with self._connected(request, user) as shell:
            if code in _TERMINATE:
                shell.release(command)
                shell.session.stop(command)
            elif code in _CTRL_C:
                shell.command_done(command)  # an unknown command is a fault
                shell.session.stop(command)
            else:
                raise Fault(faults.BAD_SCHEMA)
        return "<rsp:SignalResponse/>"

    def _disconnect(self, request: Request, user: str) -> str:
        element = request.content("Disconnect")
        with self._named(request, user) as shell:
            if not shell.connected:
                raise Fault(faults.NOT_TO_DISCONNECT)
            idle = self._idle(element.findtext(f"{{{SHELL}}}IdleTimeOut"))
            if idle is not None:
                shell.idle_timeout = idle
            shell.set_connected(False)
        return "<rsp:DisconnectResponse/>"

    def _reconnect(self, request: Request, user: str) -> str:
        with self._named(request, user) as shell:
            if shell.connected:
                raise Fault(faults.NOT_TO_RECONNECT)
            shell.set_connected(True)
        return "<rsp:ReconnectResponse/>"

    def _connect(self, request: Request, user: str) -> str:
        element = request.content("Connect")
        said = element.get("CommandId")
        with self._named(request, user) as shell:
            if said:
                shell.command_done(bodies.command_id(said))
                return "<rsp:ConnectResponse/>"
            if shell.connected:
                raise Fault(faults.CONNECTED_ELSEWHERE)
            answer = shell.session.connect(bodies.data(element.findtext(f"{{{POWERSHELL}}}connectXml")))
            shell.set_connected(True)
        return bodies.connected(answer)

    def _get(self, request: Request, user: str) -> str:
        resource = request.resource.lower().rstrip("/")
        if resource == CONFIG:
            return self.quotas.config()
        if resource == SHELL:
            return self._shell(request, user).describe()
        raise Fault(faults.NO_RESOURCE)

    def _enumerate(self, request: Request, user: str) -> str:
        resource = request.resource.lower().rstrip("/")
        if resource == SHELL:
            return bodies.enumerated(shell.describe() for shell in self._of(user))
        if resource == f"{SHELL}/command":
            chosen = bodies.filtered_shell(request.body)
            found = [shell for shell in self._of(user) if shell.id == chosen]
            return bodies.enumerated(bodies.command(shell, command) for shell in found for command in shell.commands())
        raise Fault(faults.NO_RESOURCE)
