"""Arguments by name: exact, abbreviated or by alias."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell import binding_errors
from hvplan.simulator.powershell.binder_state import State
from hvplan.simulator.powershell.declarations import Cmdlet, Parameter

DASHES = "-\u2013\u2014\u2015"


def match(cmdlet: Cmdlet, name: str) -> Parameter | None:
    """The parameter that a name means: exact before abbreviated, names before aliases, the cmdlet's own before common ones.

    None if nothing fits. Raises BindingError `AmbiguousParameter` if several do.
    """
    if name[:1] and name[0] in DASHES:
        name = name[1:]
    lower = name.lower()
    if lower in cmdlet.by_name:
        return cmdlet.by_name[lower]
    found = [parameter for key, parameter in cmdlet.by_name.items() if key.startswith(lower)]
    if lower in cmdlet.by_alias:
        return cmdlet.by_alias[lower]
    found += [parameter for key, parameter in cmdlet.by_alias.items() if key.startswith(lower) and parameter not in found]
    if len(found) > 1:
        own = [parameter for parameter in found if parameter.declared]
        found = [own[0]] if own[:1] and all(parameter is own[0] for parameter in own) else found
    if len(found) > 1:
        raise binding_errors.ambiguous(name, (parameter.name for parameter in found))
    return found[0] if found else None


def pair_up(cmdlet: Cmdlet, arguments: Sequence[Argument]) -> list[Argument]:
    """Give bare names their value: True for a switch, else the next argument.

    Raises BindingError `MissingArgument` when there is none.
    """
    paired: list[Argument] = []
    rest = list(arguments)
    while rest:
        argument = rest.pop(0)
        parameter = match(cmdlet, argument.name) if argument.name is not None and not argument.given else None
        if parameter is None:
            paired.append(argument)
            continue
        if parameter.is_switch:
            paired.append(replace(argument, value=True, given=True))
            continue
        if not rest:
            raise binding_errors.no_argument(parameter.name, parameter.type)
        following = rest.pop(0)
        if following.name is None:
            paired.append(replace(argument, value=following.value, given=True))
            continue
        if match(cmdlet, following.name) is not None or following.given:
            raise binding_errors.no_argument(parameter.name, parameter.type)
        paired.append(replace(argument, value=f"-{following.name}", given=True))
    return paired


def bind_named(state: State, arguments: Sequence[Argument]) -> list[Argument]:
    """Bind what has a name; gives back what is left, in order.

    Raises BindingError.
    """
    left: list[Argument] = []
    for argument in arguments:
        parameter = match(state.cmdlet, argument.name) if argument.name is not None else None
        if parameter is None:
            left.append(argument)
            continue
        if parameter.name in state.bound:
            raise binding_errors.twice(parameter.name)
        state.give(parameter, argument.value, convert=True)
    return left
