"""Arguments by position: without conversion before with, the default set before the others."""

from __future__ import annotations

from collections.abc import Sequence

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.binder_state import State
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.declarations import Parameter, SetEntry

Places = dict[int, dict[Parameter, list[SetEntry]]]


def bind_positional(state: State, arguments: Sequence[Argument]) -> tuple[list[Argument], BindingError | None]:
    """Bind what has no name; gives back what is left and why the last try failed, if it did.

    Raises BindingError when a validation refuses a value.
    """
    if not arguments:
        return [], None
    places = _places(state)
    if not places:
        return list(arguments), None
    left: list[Argument] = []
    failure: BindingError | None = None
    rest = list(arguments)
    flags = state.flags
    for place in sorted(places):
        if not places[place]:
            continue
        argument = _next(rest, left)
        if argument is None:
            break
        default = state.cmdlet.default_flag & flags
        for among, convert in ((default, False), (flags, False), (default, True), (flags, True)):
            if among:
                fits, failure = _bind_at(state, places[place], argument, among, convert=convert)
                if fits:
                    break
        else:
            left.append(argument)
            continue
        if state.flags != flags:
            flags = state.flags
            _drop_sets(places, flags)
    return left + rest, failure


def _places(state: State) -> Places:
    places: Places = {}
    for parameter in state.unbound:
        for entry in parameter.matching(state.flags):
            if entry.position is not None:
                places.setdefault(entry.position, {}).setdefault(parameter, []).append(entry)
    return places


def _next(rest: list[Argument], passed: list[Argument]) -> Argument | None:
    """The next argument without a name; one with an unknown name takes the argument behind it along."""
    while rest:
        argument = rest.pop(0)
        if argument.name is None:
            return argument
        passed.append(argument)
        if rest and rest[0].name is None:
            passed.append(rest.pop(0))
    return None


def _bind_at(state: State, candidates: dict[Parameter, list[SetEntry]], argument: Argument, among: int, *, convert: bool) -> tuple[bool, BindingError | None]:
    bound, failure = False, None
    for parameter, entries in candidates.items():
        for entry in entries:
            if not entry.in_all_sets and not entry.flag & among:
                continue
            try:
                fits = state.give(parameter, argument.value, convert=convert)
            except BindingError as error:
                if error.is_validation:
                    raise
                fits, failure = False, error
            if fits:
                bound = True
                break
    return bound, failure


def _drop_sets(places: Places, flags: int) -> None:
    for candidates in places.values():
        for parameter, entries in list(candidates.items()):
            entries[:] = [entry for entry in entries if entry.in_all_sets or entry.flag & flags]
            if not entries:
                del candidates[parameter]
