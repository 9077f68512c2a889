"""The parameter binder: what PowerShell makes of a command's arguments and of each object of its pipe.

It works in two phases, as PowerShell does. `bind` takes the command line once: names, then positions, then which
parameter sets are left and which mandatory parameters miss. A `Binding` then takes each object of the pipe, by value
and by property name, without and with conversion, and goes back to where the command line left it before the next.

Nothing here knows what a cmdlet does or that Hyper-V exists: the catalogue says what there is, the recordings of the
real engine (truth, binder) say what it does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import binder_pipe, binding_errors
from hvplan.simulator.powershell.binder_names import bind_named, pair_up
from hvplan.simulator.powershell.binder_positions import bind_positional
from hvplan.simulator.powershell.binder_sets import missing_mandatory, narrow_to_pipe, settle_sets, verify_set_selected
from hvplan.simulator.powershell.binder_state import State
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.declarations import Cmdlet
from hvplan.simulator.powershell.psobject import text

__all__ = ["Binding", "BindingError", "Bound", "bind", "should_process"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A call as it is bound: the parameter set's name, and parameter -> converted value for what was given.

    Names are in the order in which they were bound. As in `$PSBoundParameters`, what an earlier object of the pipe
    bound stays until another value takes its place; `set` says what counts.
    """

    set: str
    bound: Mapping[str, Any]


class Binding:
    """A command line that is bound; one for each command of a pipeline, not shared between threads."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def cmdlet(self) -> Cmdlet:
        """The cmdlet that is bound."""
        return self._state.cmdlet

    @property
    def bound(self) -> Mapping[str, Any]:
        """What is bound so far (after `bind`: the command line), common parameters such as `ErrorAction` included."""
        return dict(self._state.command_line)

    def without_input(self) -> Bound:
        """The one call of a command that nothing is piped into."""
        return Bound(self._state.set_name, dict(self._state.command_line))

    def with_input(self, value: Any) -> Bound:
        """The call for one object of the pipe.

        Raises BindingError, which is non-terminating and whose target is the object: `InputObjectNotBound`,
        `InputObjectMissingMandatory`, `AmbiguousParameterSet`, or a validation that the object fails.
        """
        if not binder_pipe.bind_object(self._state, value):
            raise binding_errors.not_bound()
        lacking = missing_mandatory(self._state, self._state.valid_count(), expects_input=False)
        if lacking:
            raise binding_errors.object_lacks(parameter.name for parameter in lacking)
        return Bound(self._state.set_name, dict(self._state.command_line))


def bind(cmdlet: Cmdlet, arguments: Sequence[Argument], *, expects_input: bool) -> Binding:
    """Bind a command line. `expects_input`: whether another command, or the client's input, stands before it in the pipe.

    Raises BindingError, which ends the statement: `NamedParameterNotFound`, `AmbiguousParameter`, `ParameterAlreadyBound`,
    `MissingArgument`, `PositionalParameterNotFound`, `CannotConvertArgument`, `CannotConvertArgumentNoMessage`,
    `ParameterArgumentValidationError` (and `...NullNotAllowed`, `...EmptyStringNotAllowed`, `...EmptyArrayNotAllowed`),
    `ParameterBindingFailed`, `AmbiguousParameterSet`, `MissingMandatoryParameter`.
    """
    state = State(cmdlet)
    left = bind_named(state, pair_up(cmdlet, arguments))
    left, failure = bind_positional(state, left)
    settle_sets(state, before_pipe=True, set_default=False)
    _all_processed(left, failure)
    count = settle_sets(state, before_pipe=expects_input, set_default=not expects_input)
    if expects_input and count > 1:
        narrowed = narrow_to_pipe(state)
        if narrowed != state.flags:
            state.flags = narrowed
            count = settle_sets(state, before_pipe=True, set_default=False)
    lacking = missing_mandatory(state, count, expects_input=expects_input)
    if lacking:
        raise binding_errors.missing(parameter.name for parameter in lacking)
    if not expects_input:
        verify_set_selected(state)
    state.flags_before_pipe = state.flags
    return Binding(state)


def _all_processed(left: Sequence[Argument], failure: BindingError | None) -> None:
    if not left:
        return
    first = left[0]
    if first.name is not None:
        raise binding_errors.unknown(first.name)
    raise failure or binding_errors.no_position("$null" if first.value is None else text(first.value))


def should_process(cmdlet: Cmdlet, bound: Mapping[str, Any]) -> Literal["proceed", "what if", "prompt"]:
    """What ShouldProcess decides for a bound call before the world hears of it.

    `what if`: nothing happens and no error is given. `prompt`: over the wire nobody can answer, so the call fails with
    `HostFunctionNotImplemented`, category NotImplemented (truth 7): `Confirm` was given, or the cmdlet's impact is High
    and `Confirm` was not given as False.
    """
    if not cmdlet.should_process:
        return "proceed"
    if bound.get("WhatIf"):
        return "what if"
    confirm = bound.get("Confirm")
    return "prompt" if confirm or (confirm is None and cmdlet.confirm_impact == "High") else "proceed"
