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

import base64
import binascii
import itertools
import logging
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from typing import Final

from hvplan.simulator.wire import faults
from hvplan.simulator.wire.faults import Fault
from hvplan.simulator.wire.iso import duration
from hvplan.simulator.wire.psrp import Session, Sink
from hvplan.simulator.wire.quotas import Quotas
from hvplan.simulator.wire.safe_xml import Malformed
from hvplan.simulator.wire.shells import Shell
from hvplan.simulator.wire.soap import CONFIG, ENUMERATION, FAULT, POWERSHELL, SHELL, TRANSFER, Request, read, reply, selectors

_LOG = logging.getLogger(__name__)
DEFAULT_CONFIGURATION: Final = "Microsoft.PowerShell"
_ENVELOPE_REST = 2048  # bytes of an answer that are not output
_TERMINATE = frozenset({f"{SHELL}/signal/Terminate".lower(), f"{SHELL}/signal/terminate".lower()})
_CTRL_C = frozenset({"powershell/signal/ctrl_c", f"{SHELL}/signal/ctrl_c", f"{SHELL}/signal/ctrl_break"})

MakeSession = Callable[[int, Sink], Session]
"""Makes the session of a new shell: its number in the audit log, and where its output goes."""


class Service:
    """Shells, quotas and faults. Safe for several threads.

    `configuration`: the one session configuration of this host, `Microsoft.PowerShell` where it is None.
    """

    def __init__(
        self, make_session: MakeSession, *, configuration: str | None = None, quotas: Quotas | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._make_session = make_session
        self._resource = f"{POWERSHELL}/{configuration or DEFAULT_CONFIGURATION}"
        self.quotas = quotas or Quotas()
        self._monotonic = monotonic
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
        """End the shells that were idle for too long."""
        with self._lock:
            idle = [key for key, shell in self._shells.items() if shell.idle]
            ended = [self._shells.pop(key) for key in idle]
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
        until = time.monotonic() + seconds
        ended = [shell.session.join(max(0.0, until - time.monotonic())) for shell in shells]
        return all(ended)

    def _shell(self, request: Request, user: str) -> Shell:
        shell = self._shells.get(request.shell_id.upper())
        if shell is None:
            raise faults.no_shell(request.shell_id)
        if shell.user.lower() != user.lower():
            raise Fault(faults.ACCESS_DENIED)
        if shell.idle:
            self.sweep()
            raise faults.no_shell(request.shell_id)
        return shell

    def _of(self, user: str) -> list[Shell]:
        return [shell for shell in list(self._shells.values()) if shell.user.lower() == user.lower()]

    def _create(self, request: Request, user: str) -> str:
        if request.resource.lower() != self._resource.lower():
            raise Fault(faults.NO_CONFIGURATION, request.resource)
        element = request.content("Shell")
        opening = _decode(element.findtext(f"{{{POWERSHELL}}}creationXml"))
        idle = element.findtext(f"{{{SHELL}}}IdleTimeOut")
        self.sweep()
        shell_id = (element.get("ShellId") or str(uuid.uuid4())).upper()
        shell = Shell(
            id=shell_id,
            resource=request.resource,
            user=user,
            idle_timeout=min(self.quotas.max_idle_timeout, _seconds(idle)) if idle else self.quotas.idle_timeout,
            client_ip="127.0.0.1",
            monotonic=self._monotonic,
        )
        shell.session = self._make_session(next(self._numbers), shell.put)
        with self._lock:
            if self._closing:
                raise Fault(faults.ABORTED)
            if shell_id in self._shells:
                raise Fault(faults.SHELL_EXISTS)
            if len(self._of(user)) >= self.quotas.shells_per_user:
                raise Fault(faults.MAX_SHELLS, self.quotas.shells_per_user)
            self._shells[shell_id] = shell
        try:
            shell.session.receive(None, opening)
        except Malformed:
            with self._lock:
                self._shells.pop(shell_id, None)
            shell.close()
            raise
        return (
            "<x:ResourceCreated><a:Address>http://127.0.0.1/wsman</a:Address><a:ReferenceParameters>"
            f'<w:ResourceURI>{self._resource}</w:ResourceURI><w:SelectorSet><w:Selector Name="ShellId">{shell_id}</w:Selector></w:SelectorSet>'
            f"</a:ReferenceParameters></x:ResourceCreated>{shell.describe()}"
        )

    def _delete(self, request: Request, user: str) -> str:
        shell = self._shell(request, user)
        with self._lock:
            self._shells.pop(shell.id, None)
        shell.close()
        return ""

    def _command(self, request: Request, user: str) -> str:
        element = request.content("CommandLine")
        command = _command_id(element.get("CommandId")) if element.get("CommandId") else uuid.uuid4()
        data = _decode("".join(part.text or "" for part in element.iterfind(f"{{{SHELL}}}Arguments")))
        with self._shell(request, user) as shell:
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
        with self._shell(request, user) as shell:
            for stream in element.iterfind(f"{{{SHELL}}}Stream"):
                command = _command_id(stream.get("CommandId")) if stream.get("CommandId") else None
                if command is None or not shell.command_done(command):
                    self._feed(shell, command, _decode(stream.text))
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
        said = stream.get("CommandId")
        command = _command_id(said) if said else None
        budget = (min(self.quotas.envelope, request.envelope or self.quotas.envelope) - _ENVELOPE_REST) // 4 * 3
        with self._shell(request, user) as shell:
            data, done = shell.take(command, seconds=request.timeout, budget=budget)
        text = base64.b64encode(data).decode()
        if command is None:
            return f'<rsp:ReceiveResponse><rsp:Stream Name="stdout">{text}</rsp:Stream></rsp:ReceiveResponse>'
        name = str(command).upper()
        output = f'<rsp:Stream Name="stdout" CommandId="{name}">{text}</rsp:Stream>' if text else ""
        if done:
            end = f'<rsp:Stream Name="stdout" CommandId="{name}" End="true"></rsp:Stream>'
            state = f'<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Done"><rsp:ExitCode>0</rsp:ExitCode></rsp:CommandState>'
        else:
            end, state = "", f'<rsp:CommandState CommandId="{name}" State="{SHELL}/CommandState/Running"/>'
        return f"<rsp:ReceiveResponse>{output}{end}{state}</rsp:ReceiveResponse>"

    def _signal(self, request: Request, user: str) -> str:
        element = request.content("Signal")
        command = _command_id(element.get("CommandId"))
        code = (element.findtext(f"{{{SHELL}}}Code") or "").strip().lower()
        with self._shell(request, user) as shell:
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
        with self._shell(request, user) as shell:
            shell.set_connected(False)
        return "<rsp:DisconnectResponse/>"

    def _reconnect(self, request: Request, user: str) -> str:
        with self._shell(request, user) as shell:
            shell.set_connected(True)
        return "<rsp:ReconnectResponse/>"

    def _connect(self, request: Request, user: str) -> str:
        element = request.content("Connect")
        said = element.get("CommandId")
        with self._shell(request, user) as shell:
            if said:
                shell.command_done(_command_id(said))
                return "<rsp:ConnectResponse/>"
            answer = shell.session.connect(_decode(element.findtext(f"{{{POWERSHELL}}}connectXml")))
            shell.set_connected(True)
        text = base64.b64encode(answer).decode()
        return f'<rsp:ConnectResponse><connectResponseXml xmlns="{POWERSHELL}">{text}</connectResponseXml></rsp:ConnectResponse>'

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
            items = "".join(shell.describe() for shell in self._of(user))
        elif resource == f"{SHELL}/command":
            items = "".join(
                f"<rsp:Command><rsp:ShellId>{shell.id}</rsp:ShellId><rsp:CommandId>{str(command).upper()}</rsp:CommandId>"
                "<rsp:State>Running</rsp:State><rsp:CommandLine></rsp:CommandLine></rsp:Command>"
                for shell in self._of(user)
                if shell.id == _filter(request.body)
                for command in shell.commands()
            )
        else:
            raise Fault(faults.NO_RESOURCE)
        return f"<n:EnumerateResponse><n:EnumerationContext></n:EnumerationContext><w:Items>{items}</w:Items><w:EndOfSequence/></n:EnumerateResponse>"


def _filter(body: ET.Element | None) -> str:
    found = None if body is None else next((element for element in body.iter() if element.tag.endswith("}SelectorSet")), None)
    return selectors(found).get("ShellId", "").upper()


def _decode(text: str | None) -> bytes:
    try:
        return base64.b64decode((text or "").strip(), validate=True)
    except (binascii.Error, ValueError):
        raise Fault(faults.BAD_SCHEMA) from None


def _command_id(text: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except (ValueError, TypeError):
        raise Fault(faults.BAD_SCHEMA) from None


def _seconds(text: str) -> float:
    try:
        return duration(text).total_seconds()
    except ValueError:
        raise Fault(faults.BAD_SCHEMA) from None
