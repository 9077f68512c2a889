"""Arguments as they travel: every value with the wire type that the command table gives its parameter."""

from __future__ import annotations

from typing import Any

from hvplan.cmdlets.invocation import Argument, Cmd, Ref, Text
from hvplan.cmdlets.shape import RANGES, Parameter
from hvplan.cmdlets.table import TABLE


def wire(cmd: Cmd) -> list[tuple[str, Any]]:
    """Names and values of one command for pypsrp. Raises ValueError for a reference that nobody resolved.

    pypsrp would send every whole number as a 32-bit one, whatever its size, and cannot send tuples
    (engineering notes 1.1), so numbers and GUIDs are tagged and tuples become lists.
    """
    known = TABLE[cmd.cmdlet].parameters
    return [(name, _value(known[name], value)) for name, value in cmd.parameters.items()]


def _value(parameter: Parameter, value: Argument) -> Any:
    from pypsrp.serializer import TaggedValue

    match value:
        case Ref() | Text():
            raise ValueError(f"-{parameter.name} holds a reference that was not resolved")
        case tuple():
            if any(isinstance(item, Ref) for item in value):
                raise ValueError(f"-{parameter.name} holds a reference that was not resolved")
            return list(value)
        case None | bool():
            return value
        case int():
            return TaggedValue(parameter.wire if parameter.wire in RANGES else _smallest(value), value)
        case str() if parameter.wire == "G":
            return TaggedValue("G", value)
        case str():
            return value


def _smallest(value: int) -> str:
    return next(tag for tag in ("I32", "I64", "U64") if RANGES[tag][0] <= value <= RANGES[tag][1])
