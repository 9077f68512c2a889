"""One WSMan connection with one shell on it: opened, handed to one call at a time, closed; after trouble never used again.

All waiting is ours: pypsrp's own loops poll without end and repeat requests by themselves, so a pipeline is followed
here with single Receive requests against a deadline of the caller's clock. Commands are added by name; the only script text
that leaves is that of the constants, and none at all to a restricted endpoint.
"""

from __future__ import annotations

import base64
import logging
import math
import uuid
import xml.etree.ElementTree as ET
from functools import partial
from typing import Any, Final

from hvplan.clock import Clock
from hvplan.cmdlets.constants import script_of
from hvplan.cmdlets.invocation import Invocation
from hvplan.remoting import messages
from hvplan.remoting.arguments import wire
from hvplan.remoting.connection import Connection
from hvplan.remoting.failures import STILL_RUNNING, after_command, trouble
from hvplan.remoting.heard import Heard
from hvplan.remoting.session import Outcome, Unsure

IDLE_TIMEOUT: Final = 240
"""Seconds after which the host closes a shell that nobody uses: what a crashed run leaves behind is soon gone."""

POLL: Final = 10
"""Most seconds one Receive waits at the host, so that a stop or a deadline is never far away."""

CONNECTING: Final = 15
"""Most seconds for a TCP connection and its TLS handshake."""

GRACE: Final = 3
"""Seconds that an answer may be late beyond the time the host was given for it."""

CLOSING: Final = 3
"""Seconds that each request of a close may take."""


class Shell:
    """A connection and its shell. `used` counts pipelines, `last` is when it was last used, `broken` says never again."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock
        self.used, self.last, self.broken = 0, clock.monotonic(), False
        self._wsman: Any = None
        self._pool: Any = None

    def open(self, deadline: float) -> None:
        """Connect, log on and open the shell; raises whatever pypsrp or requests raise."""
        from pypsrp.powershell import RunspacePool
        from pypsrp.wsman import WSMan

        _quiet()
        to = self._connection
        self._wsman = WSMan(
            to.address,
            port=to.port,
            ssl=to.transport == "https",
            auth=to.auth,
            username=to.username or None,
            password=to.password or None,
            cert_validation=not to.insecure,
            encryption="auto" if to.transport == "https" or to.encrypts_messages else "never",
            connection_timeout=min(CONNECTING, to.operation_timeout),
            operation_timeout=to.operation_timeout,
            read_timeout=to.operation_timeout + GRACE,
            reconnection_retries=0,
            no_proxy=True,
            certificate_pem=to.certificate or None,
            certificate_key_pem=to.certificate_key or None,
        )
        self._patience(deadline)
        self._untrusting()
        self._wsman.receive = partial(self._receive_once, deadline)
        self._pool = RunspacePool(self._wsman, configuration_name=to.configuration, idle_timeout=IDLE_TIMEOUT)
        self._pool.open()

    def _untrusting(self) -> None:
        """The environment of this process (proxies, CA bundles, netrc) says nothing about how a host is reached or trusted."""
        session = self._wsman.transport.session = self._wsman.transport._build_session()
        session.trust_env = False
        session.verify = self._verify

    @property
    def _verify(self) -> bool | str:
        return False if self._connection.insecure else self._connection.ca_file or True

    def _receive_once(
        self, deadline: float, resource_uri: str, resource: ET.Element, option_set: Any = None, selector_set: Any = None, timeout: int | None = None
    ) -> Any:
        """What pypsrp calls while it opens a shell: one request, where its own would repeat it five times."""
        from pypsrp.wsman import NAMESPACES, WSManAction

        if self._clock.monotonic() >= deadline:
            raise TimeoutError("the shell did not open in time")
        answer = self._wsman.invoke(WSManAction.RECEIVE, resource_uri, resource, option_set, selector_set, timeout)
        return answer.find("s:Body", namespaces=NAMESPACES)

    def _patience(self, deadline: float) -> None:
        """No request may outlive the deadline by more than its own few seconds."""
        seconds = max(1, min(self._connection.operation_timeout, math.ceil(deadline - self._clock.monotonic())))
        self._wsman.operation_timeout = seconds
        self._wsman.transport.connection_timeout = min(CONNECTING, seconds)
        self._wsman.transport.read_timeout = seconds + GRACE

    def run(self, invocation: Invocation, deadline: float) -> Outcome:
        """Send one pipeline and follow it to its end or to the deadline. Nothing of the network is raised."""
        from pypsrp.powershell import PowerShell

        pipeline = PowerShell(self._pool)
        fill(pipeline, invocation, restricted=self._connection.restricted)
        self.used += 1
        self._patience(deadline)
        try:
            pipeline.begin_invoke()
        except Exception as error:  # noqa: BLE001 - whatever the libraries raise, the outcome is told
            self.broken = True
            return after_command(trouble(error, self._connection))
        outcome = self._follow(pipeline, deadline)
        self.last = self._clock.monotonic()
        return outcome

    def _follow(self, pipeline: Any, deadline: float) -> Outcome:
        incoming, heard = messages.Messages(), Heard()
        identity = uuid.UUID(pipeline.id)
        try:
            while True:
                left = deadline - self._clock.monotonic()
                if left <= 0:
                    self._stop(pipeline)
                    return Unsure(why="our deadline passed; a stop was sent, but what had begun may have been done")
                ended = self._receive(pipeline, max(1, min(POLL, math.ceil(left))), incoming, heard, identity)
                if (outcome := heard.outcome()) is not None:
                    self._release(pipeline)
                    return outcome
                if ended:
                    self.broken = True
                    return Unsure(why="the host closed the pipeline without saying how it ended")
        except (ET.ParseError, messages.BadMessage) as error:
            self.broken = True
            return Unsure(why=f"the host's answer could not be read: {error}")
        except Exception as error:  # noqa: BLE001 - as above
            self.broken = True
            return Unsure(why=trouble(error, self._connection).why)

    def _receive(self, pipeline: Any, seconds: int, incoming: messages.Messages, heard: Heard, identity: uuid.UUID) -> bool:
        """One Receive, repeated by nobody; whether the host says the pipeline's streams are at their end."""
        from pypsrp.exceptions import WSManFaultError
        from pypsrp.shell import CommandState
        from pypsrp.wsman import NAMESPACES, OptionSet, WSManAction

        wanted = ET.Element(f"{{{NAMESPACES['rsp']}}}Receive")
        stream = ET.SubElement(wanted, f"{{{NAMESPACES['rsp']}}}DesiredStream", CommandId=pipeline._command_id or pipeline.id)
        stream.text = "stdout"
        options = OptionSet()
        options.add_option("WSMAN_CMDSHELL_OPTION_KEEPALIVE", "True")
        shell = self._pool.shell
        try:
            answer = self._wsman.invoke(WSManAction.RECEIVE, shell.resource_uri, wanted, options, shell._selector_set, seconds)
        except WSManFaultError as fault:
            if fault.code == STILL_RUNNING:
                return False
            raise
        state = None
        for found in answer.iterfind("s:Body/rsp:ReceiveResponse/rsp:Stream", namespaces=NAMESPACES):
            if found.text:
                for kind, whose, body in incoming.feed(base64.b64decode(found.text)):
                    if whose == identity:
                        heard.take(kind, body)
        for found in answer.iterfind("s:Body/rsp:ReceiveResponse/rsp:CommandState", namespaces=NAMESPACES):
            state = found.get("State")
        return state == CommandState.DONE

    def _release(self, pipeline: Any) -> None:
        """Tell the host that its answer has arrived; if that fails the answer still counts, and the shell does not."""
        from pypsrp.shell import SignalCode

        try:
            self._wsman.operation_timeout, self._wsman.transport.read_timeout = POLL, POLL + GRACE
            self._pool.shell.signal(SignalCode.TERMINATE, command_id=pipeline._command_id or pipeline.id)
            self._pool.pipelines.pop(pipeline.id, None)
        except Exception:  # noqa: BLE001 - the result is already here
            self.broken = True

    def _stop(self, pipeline: Any) -> None:
        """Ask the host to stop, once and briefly; the shell goes with it."""
        from pypsrp.shell import SignalCode

        self.broken = True
        try:
            self._wsman.operation_timeout, self._wsman.transport.read_timeout = CLOSING, CLOSING
            self._pool.shell.signal(SignalCode.PS_CTRL_C, command_id=pipeline._command_id or pipeline.id)
        except Exception:  # noqa: BLE001 - nothing more can be done from here
            return

    def close(self, *, politely: bool = True) -> None:
        """Close shell and connection, within a few seconds and without raising. Not `politely`: leave the shell to its idle timeout."""
        wsman, pool = self._wsman, self._pool
        self._wsman = self._pool = None
        if wsman is None:
            return
        try:
            if politely and pool is not None:
                wsman.operation_timeout, wsman.transport.read_timeout, wsman.transport.connection_timeout = CLOSING, CLOSING, CLOSING
                pool.close()
        except Exception:  # noqa: BLE001 - closing never fails for the caller
            self.broken = True
        try:
            wsman.close()
        except Exception:  # noqa: BLE001 - as above
            self.broken = True


def fill(pipeline: Any, invocation: Invocation, *, restricted: bool) -> None:
    """The commands of an invocation, by name with typed values; a constant script by its text where the endpoint takes any, in a scope of its own."""
    for statement in invocation.statements:
        for cmd in statement:
            if (script := script_of(cmd)) and not restricted:
                pipeline.add_script(script, use_local_scope=True)
            else:
                pipeline.add_cmdlet(cmd.cmdlet)
            for name, value in wire(cmd):
                pipeline.add_parameter(name, value)
        pipeline.add_statement()


def _quiet() -> None:
    """pypsrp and its libraries log whole messages, secrets and all, at debug level: that never happens by accident."""
    for name in ("pypsrp", "urllib3"):
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL)
