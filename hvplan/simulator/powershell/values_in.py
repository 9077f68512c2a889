"""One value into one parameter: conversion as the binder does it, then validation, then the setter.

The binder is stricter than a cast: text never becomes a boolean, a list is never unwrapped, and without `convert`
(objects of the pipe, first rounds) nothing is converted at all.
"""

from __future__ import annotations

from typing import Any

from hvplan.simulator.powershell import binding_errors, psobject
from hvplan.simulator.powershell.convert import BOOLEAN, OPAQUE, Unconvertible, convert, default_of, is_assignable, is_enum, is_value_type, truth
from hvplan.simulator.powershell.declarations import SWITCH, Parameter
from hvplan.simulator.powershell.validate import validate
from hvplan.simulator.values import Bag, List, Number

WRAPPED = "System.Management.Automation.PSObject"
BYTES = "System.Byte[]"
PREFERENCE = "System.Management.Automation.ActionPreference"


def accept(parameter: Parameter, value: Any, *, convert: bool, piped: bool = False) -> tuple[Any] | None:
    """The value as the parameter would hold it, in a tuple; None if it is not of the parameter's type and `convert` is off.

    `piped`: the value is an object of the pipe itself, which PowerShell has wrapped in a PSObject. Raises BindingError.
    """
    if convert:
        value = coerce(parameter, value)
    else:
        taken = _as_it_is(parameter, value, piped)
        if taken is None:
            return None
        value = taken[0]
    validate(parameter, value, wrapped=piped and parameter.type in OPAQUE)
    if value is None and not parameter.nullable and is_value_type(parameter.type):
        raise binding_errors.not_set(parameter.name, parameter.type)
    if parameter.type == PREFERENCE and value == "Suspend":
        raise binding_errors.suspended(parameter.name)
    return (value,)


def coerce(parameter: Parameter, value: Any) -> Any:
    """The value converted to the parameter's type. Raises BindingError."""
    try:
        return _coerce(parameter.name, parameter.type, parameter.nullable, value)
    except Unconvertible as error:
        raise binding_errors.not_converted(parameter.name, str(error)) from error


def _coerce(name: str, type: str, nullable: bool, value: Any) -> Any:
    if value is None:
        if type == SWITCH:
            return True
        if type == BOOLEAN and not nullable:
            raise binding_errors.null_boolean(name)
        return None
    if type in OPAQUE:
        return value
    bare = psobject.base(value)
    if is_assignable(type, bare):
        return bare
    if type in (BOOLEAN, SWITCH):
        decided = truth(bare)
        if decided is None:
            raise binding_errors.not_supported(name, psobject.type_name(bare))
        return decided
    if type.endswith("[]"):
        element = type.removesuffix("[]")
        return _pack(type, [_element(name, element, item) for item in items(bare)])
    if is_list(bare) and (nullable or not is_enum(type)):
        raise binding_errors.not_supported(name, psobject.text(bare))
    return convert(value if isinstance(bare, psobject.PSObject) else bare, type)


def _element(name: str, type: str, value: Any) -> Any:
    made = _coerce(name, type, False, value)
    return default_of(type) if made is None else made


def _as_it_is(parameter: Parameter, value: Any, piped: bool) -> tuple[Any] | None:
    """The value if it is of the parameter's type, or packed in a list if it is of the element's type."""
    type = parameter.type
    if value is None:
        return None if is_value_type(type) or type in (BOOLEAN, SWITCH, "System.String") else (None,)
    if type in OPAQUE:
        return (value,) if piped or type != WRAPPED or isinstance(value, Bag | psobject.PSObject) else None
    bare = psobject.base(value)
    if is_assignable(type, bare):
        return (bare,)
    if not type.endswith("[]"):
        return None
    element = type.removesuffix("[]")
    packed = items(bare)
    if not all(item is None or (element in OPAQUE and element != WRAPPED) or is_assignable(element, psobject.base(item)) for item in packed):
        return None
    return (_pack(type, [default_of(element) if item is None else psobject.base(item) for item in packed]),)


def is_list(value: Any) -> bool:
    """Whether .NET sees an array or a list."""
    return isinstance(value, list | tuple | bytes)


def items(value: Any) -> list[Any]:
    """The items of a list; a single value is a list of itself."""
    if isinstance(value, bytes):
        return [Number(byte, "By") for byte in value]
    return list(value) if isinstance(value, list | tuple) else [value]


def _pack(type: str, values: list[Any]) -> Any:
    if type == BYTES:
        return bytes(values)
    opaque = type.removesuffix("[]") in OPAQUE and type.removesuffix("[]") != WRAPPED
    return List(values, "System.Object[]" if opaque else type)
