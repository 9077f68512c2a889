"""One statement: its commands, joined into a pipe through which objects go one by one.

All commands are found first, then all are bound, then all begin, then objects flow; so a command that
is unknown or does not bind keeps the whole statement from running. An error that does not end the statement
goes to the client between the outputs, in order (truth 2); what was piped before an error stays done (truth 3).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NoReturn

from hvplan.simulator.call import Answer, Call, World
from hvplan.simulator.pipe import Argument, Command, Emit
from hvplan.simulator.powershell import objects, psobject, records, serializer
from hvplan.simulator.powershell.binder import Binding, Bound, bind, should_process
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.commands import Commands, Found, Make, for_function, not_bound
from hvplan.simulator.powershell.records import ErrorRecord, exception_name
from hvplan.simulator.powershell.stage import Cancelled, Stage, StopUpstream, Terminate
from hvplan.simulator.values import Obj

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
        self.preferences: Mapping[str, Any] = {}
        self.typed = typed

    def _output(self, value: Any) -> None:
        self.session.emit("PIPELINE_OUTPUT", serializer.serialize(value))

    def emit(self, value: Any) -> None:
        """See `stage.Host`."""
        if self.session.stopped.is_set():
            raise Cancelled
        self.next(value)

    def error(self, id: str, category: str, message: str, exception: str, target: Any = None, *, piped: bool = True) -> None:
        """See `stage.Host`."""
        parameter = {"ParamName": "ExpandProperty" if "Expand" in id and "Already" not in id else "Property"} if exception == "PSArgumentException" else {}
        self.report(self.record(id, category, message, _SMA + exception, target=target, piped=piped, details=parameter))

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

    def report(self, error: ErrorRecord) -> None:
        """An error that need not end the statement: the preference decides."""
        match str(self.preferences.get("ErrorAction", "Continue")):
            case "SilentlyContinue" | "Ignore":
                return
            case "Stop":
                raise Terminate(error, preference=True)
            case "Inquire":
                self.prompt(f"{error.message}")
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


class WorldStage:
    """A command that the world carries out: each object of the pipe is a call of its own."""

    def __init__(self, place: Place, binding: Binding) -> None:
        self._place = place
        self._binding = binding

    def begin(self) -> None:
        """Nothing happens before the first object."""

    def end(self) -> None:
        """Nothing was held back."""

    def process(self, value: Any) -> None:
        """Bind what the pipe brought, and call."""
        bound = bind_piped(self._place, self._binding, value)
        if bound is not None:
            self._call(bound)

    def _call(self, bound: Bound) -> None:
        place, session = self._place, self._place.session
        if session.stopped.is_set():
            raise Cancelled
        if not self._proceeds(bound.bound):
            return
        call = Call(
            command=place.found.command,
            set=bound.set,
            bound=bound.bound,
            session=session.session,
            pipeline=session.pipeline,
            stopped=session.stopped,
        )
        answer = session.world.call(call)
        if session.stopped.is_set():
            raise Cancelled
        self._deliver(answer)

    def _deliver(self, answer: Answer) -> None:
        place = self._place
        for message in answer.warnings:
            place.warn(message)
        for record in answer.records:
            if isinstance(record, Obj):
                objects.check(record, place.found.command)
            place.emit(record)
        for error in answer.errors:
            noted = place.record(error.id, error.category, error.message, exception_name(error.exception), target=error.target, thrown=error.terminating)
            if error.terminating:
                raise Terminate(noted)
            place.report(noted)

    def _proceeds(self, bound: Mapping[str, Any]) -> bool:
        place = self._place
        decision = should_process(place.found.cmdlet, bound)
        if decision == "what if":
            return False
        target = next((psobject.text(bound[name]) for name in ("VM", "VMSnapshot", "VMName", "Name", "Path") if name in bound), "host")
        question = f'Performing the operation "{place.found.command}" on target "{target}".'
        if decision == "prompt":
            place.prompt(f"Are you sure you want to perform this action?\n{question}")
        if place.found.cmdlet.should_process and bound.get("Verbose"):
            place.session.emit("VERBOSE_RECORD", records.informational("Verbose", question))
        return True


class CoreStage:
    """A command of PowerShell itself: made once from what was bound before the pipe, then fed."""

    def __init__(self, place: Place, binding: Binding, make: Make) -> None:
        self._place = place
        self._binding = binding
        bound = binding.bound
        self._takes_pipe = "InputObject" not in bound
        self._given = bound.get("InputObject")
        self._stage = make(bound, place)

    def begin(self) -> None:
        """See `Stage`."""
        self._stage.begin()

    def process(self, value: Any) -> None:
        """The object of the pipe, or what was given as InputObject."""
        if value is NOTHING:
            self._stage.process(self._given)
        elif self._takes_pipe:
            self._stage.process(value)
        else:
            bind_piped(self._place, self._binding, value)  # InputObject is taken: each object is an error

    def end(self) -> None:
        """See `Stage`."""
        self._stage.end()


class FunctionStage:
    """A function around a cmdlet: binds what it lets through, then hands it on (truth 19, 20)."""

    def __init__(self, place: Place, binding: Binding, inner: Stage) -> None:
        self._place = place
        self._binding = binding
        self._inner = inner

    def begin(self) -> None:
        """See `Stage`."""
        self._inner.begin()

    def process(self, value: Any) -> None:
        """Bind the object here first; what does not bind does not reach the cmdlet."""
        if value is NOTHING or bind_piped(self._place, self._binding, value) is not None:
            self._inner.process(value)

    def end(self) -> None:
        """See `Stage`."""
        self._inner.end()


def bind_piped(place: Place, binding: Binding, value: Any) -> Bound | None:
    """What is bound with an object of the pipe; None where it did not bind and that was reported."""
    if value is NOTHING:
        return binding.without_input()
    try:
        bound = binding.with_input(value)
        check_limits(place.found, bound.bound)
    except BindingError as failure:
        session = place.session
        session.world.unbound(place.found.command, failure.id, session.session, session.pipeline)
        place.report(not_bound(place.found, failure, invocation=place.typed, target=value, piped=True))
        return None
    return bound


def check_limits(found: Found, bound: Mapping[str, Any]) -> None:
    """Hold bound values to what a restricted session allows; raises BindingError."""
    for name, limits in found.limits.items():
        if name in bound:
            for limit in limits:
                limit(name, bound[name])


def prepare(statement: Sequence[Command], commands: Commands, session: Session, *, has_input: bool) -> list[tuple[Place, Stage]]:
    """Find and bind all commands of a statement. Raises Terminate for the first that is unknown or does not bind."""
    places = [Place(index, commands.find(command.name), command.name, session) for index, command in enumerate(statement)]
    return [(place, _bound(place, command.arguments, place.index > 0 or has_input)) for place, command in zip(places, statement, strict=True)]


def _bound(place: Place, arguments: Sequence[Argument], expects_input: bool) -> Stage:
    found = place.found
    try:
        binding = bind(found.cmdlet, for_function(found, arguments) if found.is_function else arguments, expects_input=expects_input)
        check_limits(found, binding.bound)
    except BindingError as failure:
        place.session.world.unbound(found.command, failure.id, place.session.session, place.session.pipeline)
        raise Terminate(not_bound(found, failure)) from None
    place.preferences = binding.bound
    if found.inner is not None:
        inside = Place(place.index, found.inner, place.typed, place.session)
        inside.next = place.emit
        return FunctionStage(place, binding, _bound(inside, [Argument(name, value) for name, value in binding.bound.items()], expects_input))
    return CoreStage(place, binding, found.make) if found.make is not None else WorldStage(place, binding)


def run(stages: Sequence[tuple[Place, Stage]], input: Iterable[Any] | None) -> None:
    """Run a pipe to its end. Raises Terminate for what ends the statement, Cancelled when the client asked to stop."""
    for (place, _), (_, following) in pairwise(stages):
        place.next = following.process
    start = 0
    try:
        for _, stage in stages:
            stage.begin()
        for value in (NOTHING,) if input is None else input:
            if stages[0][0].session.stopped.is_set():
                raise Cancelled
            stages[0][1].process(value)
    except StopUpstream as wish:
        start = wish.index + 1
    while start < len(stages):
        try:
            stages[start][1].end()
            start += 1
        except StopUpstream as wish:
            start = wish.index + 1


def collect(name: str, arguments: Sequence[Argument], commands: Commands, session: Session) -> list[Any]:
    """What one command gives inside a script. An error that ends its statement is noted and the script goes on, unless a preference ends all."""
    output: list[Any] = []
    try:
        stages = prepare([Command(name, tuple(arguments))], commands, session, has_input=False)
        stages[-1][0].next = output.append
        run(stages, None)
    except Terminate as end:
        if end.preference:
            raise
        session.emit("ERROR_RECORD", records.error_record(end.error))
    return output


class _Nothing:
    """What the first command of a pipe gets when the client sent no input: nothing to bind."""


NOTHING = _Nothing()
