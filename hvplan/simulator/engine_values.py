"""Bound calls and answers as a real engine writes them: JSON with types (`powershell.notation`) on both sides of the `call` seam.

A live object comes back from an engine as type, id and name, which is all that a world may rely on (`call`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from hvplan.simulator.call import Answer, Error
from hvplan.simulator.powershell import notation, objects
from hvplan.simulator.values import List, Obj

Json = Any
_CREDENTIAL: Final = "System.Management.Automation.PSCredential"


def read_bound(bound: Mapping[str, Json]) -> dict[str, Any]:
    """The values of a call's parameters. Raises ValueError for a notation that nobody knows."""
    return {name: _read(value) for name, value in bound.items()}


def _read(json: Json) -> Any:
    match json:
        case {"credential": name}:
            return Obj(_CREDENTIAL, {"UserName": name})
        case {"list": list(items), "type": "System.Byte[]"} if all(isinstance(item, dict) and "By" in item for item in items):
            return bytes(item["By"] for item in items)
        case {"list": list(items)}:
            return List((_read(item) for item in items), json.get("type", "System.Object[]"))
        case {"obj": str(type), "id": id, "name": name}:
            return Obj(type, {"Id": id, "Name": name})
    return notation.read(json, live=False)


def write_answer(answer: Answer) -> dict[str, Json]:
    """An answer as an engine takes it.

    Raises `objects.WorldError` for a property that a record's type does not have: a bug of the world, never of a user.
    """
    return {
        "objects": [_write(record, ()) for record in answer.records],
        "warnings": list(answer.warnings),
        "errors": [_error(error) for error in answer.errors],
    }


def failure(message: str) -> dict[str, Json]:
    """The answer where the world itself failed; the same id as the built-in PowerShell's."""
    return write_answer(Answer(errors=(Error(id="SimulatorFailure", category="NotSpecified", message=message, terminating=True),)))


def _error(error: Error) -> dict[str, Json]:
    return {
        "id": error.id,
        "category": error.category,
        "exception": error.exception,
        "message": error.message,
        "target": _write(error.target, ()),
        "terminating": error.terminating,
    }


def _write(value: Any, inside: tuple[Obj, ...]) -> Json:
    """A value with all it holds. `inside`: the objects around it; one of them is written a second time without the objects that it holds."""
    match value:
        case Obj():
            again = any(one is value for one in inside)
            around = (*inside, value)
            return {"obj": _type(value), "props": {name: _write(one, around) for name, one in _properties(value) if not (again and _holds(one))}}
        case datetime() if value == datetime.min:  # noqa: DTZ901 - .NET's default has no zone either
            return {"DT": "0001-01-01T00:00:00.0000000"}
        case bytes():
            return notation.write(value)
        case list() | tuple():
            return {"list": [_write(item, inside) for item in value], "type": getattr(value, "type", "System.Object[]")}
    return notation.write(value)


def _type(value: Obj) -> str:
    known = objects.object_type(value.type)
    return known.name if known is not None else value.type


def _properties(value: Obj) -> Iterator[tuple[str, Any]]:
    """What the world gave, as its type declares it; a name that type files add stands for the property behind it."""
    objects.check(value, "this command")
    known = objects.object_type(value.type)
    for name in value.props:
        target = known.extended.get(name, name) if known is not None else name
        if target is not None and (target == name or target not in value.props):
            yield target, objects.get(value, name)


def _holds(value: Any) -> bool:
    return isinstance(value, Obj) or (isinstance(value, list | tuple) and any(isinstance(one, Obj) for one in value))
