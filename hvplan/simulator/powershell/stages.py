"""The stages of a running pipe: commands that the world answers, PowerShell's own, and functions around others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hvplan.simulator.call import Answer, Call
from hvplan.simulator.powershell import objects, psobject, records
from hvplan.simulator.powershell.binder import Binding, Bound, should_process
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.commands import Found, Make, not_bound
from hvplan.simulator.powershell.place import Place
from hvplan.simulator.powershell.records import exception_name
from hvplan.simulator.powershell.stage import Cancelled, Stage, Terminate
from hvplan.simulator.values import Obj


class _Nothing:
    """What the first command of a pipe gets when the client sent no input: nothing to bind."""


NOTHING = _Nothing()


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
        # the object was on its way from the command before, so that is whose call a question would interrupt
        place.report(not_bound(place.found, failure, invocation=place.typed, target=value, piped=True), asking=place.before)
        return None
    return bound


def check_limits(found: Found, bound: Mapping[str, Any]) -> None:
    """Hold bound values to what a restricted session allows; raises BindingError."""
    for name, limits in found.limits.items():
        if name in bound:
            for limit in limits:
                limit(name, bound[name])
