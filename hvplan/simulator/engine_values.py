"""Bound calls and answers as a real engine writes them: JSON with types (`powershell.notation`) on both sides of the `call` seam.

A live object comes back from an engine as type, id and name, which is all that a world may rely on (`call`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from hvplan.simulator.call import Answer, Error
from hvplan.simulator.powershell import notation, objects
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.values import Enum, List, Obj

Json = Any
_HYPERV: Final = "Microsoft.HyperV.PowerShell."
_MODULES: Final = ("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.", "Microsoft.FailoverClusters.PowerShell.")
_GENERATED: Final = "Microsoft.PowerShell.Cmdletization.GeneratedTypes."
"""Enums that Windows makes for commands of CIM classes."""
_BARE: Final = "Microsoft.Virtualization.Client.Management."
"""Types that an engine's stand-ins have without any property: the module's reflection does not reach them."""
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
            return Obj(type.removeprefix(_HYPERV), {"Id": id, "Name": name})  # as the world itself names it
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
    """A value with all it holds. `inside`: the objects around it; where one of them comes back, what it holds is written without what that holds."""
    match value:
        case Obj():
            again = any(one is value for one in inside)
            return _object(value, lambda one: _plain(one) if again else _write(one, (*inside, value)))
        case Enum() if value.type.startswith(_GENERATED):
            return str(value)  # an engine has no such type; its text is what a client sees of it
        case Enum():
            return {"enum": value.type, "v": _member(value)}
        case datetime() if value == datetime.min:  # noqa: DTZ901 - .NET's default has no zone either
            return {"DT": "0001-01-01T00:00:00.0000000"}
        case List() | list() | tuple():
            return {"list": [_write(item, inside) for item in value], "type": getattr(value, "type", "System.Object[]")}
    return notation.write(value)


def _plain(value: Any) -> Json:
    """A value without the objects that it holds, for a circle of objects that must end somewhere."""
    match value:
        case Obj():
            return _object(value, lambda one: None if _holds(one) else _write(one, ()))
        case list() | tuple() if _holds(value):
            return {"list": [_plain(item) for item in value], "type": getattr(value, "type", "System.Object[]")}
    return _write(value, ())


def _object(value: Obj, write: Callable[[Any], Json]) -> Json:
    """An object as an instance of its type; one of Windows itself, which an engine has no type for, as its properties alone."""
    objects.check(value, "this command")
    known = objects.object_type(value.type)
    if value.type.startswith(_BARE):
        return {"obj": value.type.rpartition(".")[2], "props": {}}
    if known is None or known.cim or not known.name.startswith(_MODULES):
        return {"psobject": {name: write(objects.get(value, name)) for name in objects.names_of(value)}}
    # a name that type files add stands for the property behind it
    props = {known.extended.get(name) or name: objects.get(value, name) for name in value.props if known.extended.get(name, name) is not None}
    return {"obj": known.name, "props": {name: write(one) for name, one in props.items()}}


def _member(value: Enum) -> str:
    """A member's name; where nobody knows its number, an engine's enum has no such name, and only the number can stand there."""
    known = load_catalogue(None).enum(value.type)
    if known is None or value not in known.members or known.members[value] is not None:
        return str(value)
    table = objects.enum_type(value.type)
    number = value.number if value.number is not None or table is None else table.number(value)
    return str(value) if number is None else str(number)


def _holds(value: Any) -> bool:
    return isinstance(value, Obj) or (isinstance(value, list | tuple) and any(isinstance(one, Obj) for one in value))
