"""One object of the pipe: by value, by property name, by value converted, by property name converted.

Each of the four is tried over all parameters that are still unbound, the default set first, and may narrow the sets
before the next is tried.
"""

from __future__ import annotations

from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.binder_sets import settle_sets, verify_set_selected
from hvplan.simulator.powershell.binder_state import State
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.declarations import Parameter

ROUNDS = ((False, False), (True, False), (False, True), (True, True))
"""(by property name, with conversion), in the engine's order."""


def bind_object(state: State, value: Any) -> bool:
    """Bind one object; False if no parameter takes it. Raises BindingError; what it had bound is unbound with the next object."""
    state.take_back()
    state.flags = state.flags_before_pipe
    try:
        bound = _rounds(state, value)
        verify_set_selected(state)
    except BindingError:
        state.take_back()
        raise
    if not bound:
        state.take_back()
    return bound


def _rounds(state: State, value: Any) -> bool:
    bound = False
    first = state.prioritized
    among = first or state.flags
    for step in range(2 if first else 1):
        for by_name, convert in ROUNDS:
            if _round(state, value, among, by_name=by_name, convert=convert):
                bound = True
                if not first or step == 1:
                    settle_sets(state, before_pipe=True, set_default=True)
                    among = state.flags
        if first and step == 0:
            if state.flags == first:
                break
            among = state.flags & ~first
    settle_sets(state, before_pipe=False, set_default=True)
    return bound


def _round(state: State, value: Any, among: int, *, by_name: bool, convert: bool) -> bool:
    default = state.cmdlet.default_flag
    if default & among:
        if _in_sets(state, value, default, by_name=by_name, convert=convert):
            return True
        among &= ~default
    return _in_sets(state, value, among, by_name=by_name, convert=convert)


def _in_sets(state: State, value: Any, among: int, *, by_name: bool, convert: bool) -> bool:
    bound = False
    for parameter in reversed(tuple(state.unbound)):
        if not parameter.pipe_somewhere or not (parameter.flags & among or parameter.in_all_sets):
            continue
        if any(entry.by_name if by_name else entry.by_value for entry in parameter.matching(among)):
            fits = _by_name(state, value, parameter, convert) if by_name else _give(state, value, parameter, convert, piped=True)
            bound = bound or fits
    return bound


def _give(state: State, value: Any, parameter: Parameter, convert: bool, *, piped: bool) -> bool:
    try:
        fits = state.give(parameter, value, convert=convert, piped=piped)
    except BindingError as error:
        if error.is_validation:
            raise
        return False
    if fits:
        state.from_pipe.append(parameter)
    return fits


def _by_name(state: State, value: Any, parameter: Parameter, convert: bool) -> bool:
    if value is None or isinstance(value, dict):
        return False
    for name in (parameter.name, *parameter.aliases):
        own = psobject.find(value, name)
        if own is not None:
            return _give(state, psobject.get(value, own), parameter, convert, piped=False)
    return False
