"""One command at its place in a pipe: how it passes objects on, and what its errors and warnings come to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from hvplan.simulator.call import World
from hvplan.simulator.pipe import Emit
from hvplan.simulator.powershell import records, serializer
from hvplan.simulator.powershell.commands import Found
from hvplan.simulator.powershell.records import ErrorRecord
from hvplan.simulator.powershell.stage import Cancelled, StopUpstream, Terminate

_PROMPT = "A command that prompts the user failed because the host program or the command type does not support user interaction."
_SMA = "System.Management.Automation."


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What the statements of one pipeline share. `emit` gets what a client may still hear."""

    world: World
    emit: Emit
    stopped: threading.Event
    session: int
    pipeline: int


class Place:
    """One command at its place in a pipe; what its stage sees of the rest (`stage.Host`)."""

    def __init__(self, index: int, found: Found, typed: str, session: Session) -> None:
        self.index = index
        self.found = found
        self.session = session
        self.next: Callable[[Any], None] = self._output
        self.before: Place | None = None
        self.preferences: Mapping[str, Any] = {}
        self.typed = typed

    def _output(self, value: Any) -> None:
        self.session.emit("PIPELINE_OUTPUT", serializer.serialize(value))

    def emit(self, value: Any) -> None:
        """See `stage.Host`."""
        if self.session.stopped.is_set():
            raise Cancelled
        self.next(value)

    def error(self, id: str, category: str, message: str, exception: str, target: Any = None, *, piped: bool = True, parameter: str | None = None) -> None:
        """See `stage.Host`."""
        details = {"ParamName": parameter} if parameter is not None else {}
        self.report(self.record(id, category, message, _SMA + exception, target=target, piped=piped, details=details))

    def fail(self, id: str, category: str, message: str, exception: str) -> NoReturn:
        """See `stage.Host`."""
        raise Terminate(self.record(id, category, message, _SMA + exception, thrown=True))

    def stop_upstream(self) -> NoReturn:
        """See `stage.Host`."""
        raise StopUpstream(self.index)

    def record(self, id: str, category: str, message: str, exception: str, **more: Any) -> ErrorRecord:
        """An error record of this command; its id ends in the command's class."""
        return ErrorRecord(
            id=f"{id},{self.found.own_class}",
            category=category,
            message=message,
            exception=exception,
            activity=self.found.name,
            invocation=self.typed,
            **more,
        )

    def report(self, error: ErrorRecord, asking: Place | None = None) -> None:
        """An error that need not end the statement: the preference decides. `asking`: whose fault it is if the user must be asked."""
        match str(self.preferences.get("ErrorAction", "Continue")):
            case "SilentlyContinue" | "Ignore":
                return
            case "Stop":
                raise Terminate(error, preference=True)
            case "Inquire":
                (asking or self).prompt(error.message)
        self.session.emit("ERROR_RECORD", records.error_record(error))

    def warn(self, message: str) -> None:
        """A warning, as the preference has it."""
        preference = str(self.preferences.get("WarningAction", "Continue"))
        if preference in ("SilentlyContinue", "Ignore"):
            return
        self.session.emit("WARNING_RECORD", records.informational("Warning", message))
        if preference == "Stop":
            text = 'The running command stopped because the preference variable "WarningPreference" or common parameter is set to Stop: ' + message
            raise Terminate(self.record("ActionPreferenceStop", "OperationStopped", text, _SMA + "ActionPreferenceStopException", thrown=True), preference=True)
        if preference == "Inquire":
            self.prompt(message)

    def prompt(self, question: str) -> NoReturn:
        """Ask the user, whom nobody can ask over the wire (truth 7)."""
        message = f"{_PROMPT} The host was attempting to request confirmation with the following message: {question}"
        raise Terminate(self.record("HostFunctionNotImplemented", "NotImplemented", message, _SMA + "Host.HostException", thrown=True))
