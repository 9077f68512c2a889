"""Validation attributes, and the emptiness that no mandatory parameter takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hvplan.simulator.powershell import binding_errors, psobject
from hvplan.simulator.powershell.convert import is_value_type
from hvplan.simulator.powershell.declarations import Parameter

_NULL = "The argument is null. Provide a valid value for the argument, and then try running the command again."
_NOTHING = "The argument is null or empty. Provide an argument that is not null or empty, and then try the command again."
_HOLLOW = (
    "The argument is null, empty, or an element of the argument collection contains a null value. Supply a collection that does not contain any null "
    "values and then try the command again."
)
_SCOPES = ("global", "local", "private", "script", "using", "variable", "workflow")


def validate(parameter: Parameter, value: Any, *, wrapped: bool = False) -> None:
    """Hold a converted value against the parameter's validation. Raises BindingError.

    `wrapped`: the value is still the PSObject that the pipe put around it, whose emptiness no attribute sees.
    """
    for kind, arguments in parameter.validation:
        match kind:
            case "notNull":
                why = _NULL if value is None or (not wrapped and _has_null(parameter, value)) else None
            case "notNullOrEmpty":
                why = None if wrapped and value is not None else _hollow(parameter, value)
            case "range":
                why = _each(value, lambda item, limits=arguments: _outside(item, *limits))
            case "set":
                why = _each(value, lambda item, allowed=arguments: _foreign(item, allowed))
            case _:
                why = _no_variable(value)
        if why is not None:
            raise binding_errors.refused(parameter.name, why)
    if parameter.mandatory_somewhere:
        _mandatory(parameter, value)


def _has_null(parameter: Parameter, value: Any) -> bool:
    bare = psobject.base(value)
    return parameter.type != "System.Management.Automation.PSObject" and isinstance(bare, list | tuple) and any(item is None for item in bare)


def _hollow(parameter: Parameter, value: Any) -> str | None:
    if value is None:
        return _NOTHING
    if parameter.type == "System.Management.Automation.PSObject":
        return None
    bare = psobject.base(value)
    match bare:
        case str():
            return None if bare else _NOTHING
        case list() | tuple() | bytes():
            if not bare:
                return _HOLLOW
            if not is_value_type(parameter.type.removesuffix("[]")) and any(item is None or item == "" for item in bare):
                return _HOLLOW
        case Mapping():
            return None if bare else _NOTHING
    return None


def _each(value: Any, why: Any) -> str | None:
    """The first reason to refuse an item; null is refused, a list may be empty."""
    if value is None:
        return _HOLLOW
    bare = psobject.base(value)
    items = bare if isinstance(bare, list | tuple | bytes) else (bare,)
    return next((reason for item in items if (reason := _HOLLOW if item is None else why(item)) is not None), None)


def _outside(value: Any, least: Any, most: Any) -> str | None:
    if value > most:
        return f"The {value} argument is greater than the maximum allowed range of {most}. Supply an argument that is less than or equal to {most}."
    if value < least:
        return f"The {value} argument is less than the minimum allowed range of {least}. Supply an argument that is greater than or equal to {least}."
    return None


def _foreign(value: Any, allowed: tuple[Any, ...]) -> str | None:
    text = psobject.text(value)
    if text.lower() in (str(one).lower() for one in allowed):
        return None
    listed = ",".join(map(str, allowed))
    return f'The argument "{text}" does not belong to the set "{listed}" specified by the ValidateSet attribute. Supply an argument that is in the set.'


def _no_variable(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    if not value:
        return 'Cannot process argument because the value of argument "path" is not valid.'
    scope, colon, _ = value.removeprefix("+").partition(":")
    return f'The argument "{value}" is not a valid variable name.' if colon and scope.lower() not in _SCOPES else None


def _mandatory(parameter: Parameter, value: Any) -> None:
    if value is None:
        if not parameter.allow_null and not (parameter.type == "System.Boolean" and parameter.nullable):
            raise binding_errors.empty(parameter.name, "Null")
        return
    if parameter.type == "System.String":
        if value == "" and not parameter.allow_empty_string:
            raise binding_errors.empty(parameter.name, "EmptyString")
        return
    if not parameter.type.endswith("[]"):
        return
    if not value:
        if not parameter.allow_empty_collection:
            raise binding_errors.empty(parameter.name, "EmptyArray")
        return
    element = parameter.type.removesuffix("[]")
    for item in () if is_value_type(element) else value:
        if item is None and not parameter.allow_null:
            raise binding_errors.empty(parameter.name, "Null")
        if item == "" and element == "System.String" and not parameter.allow_empty_string:
            raise binding_errors.empty(parameter.name, "EmptyString")
