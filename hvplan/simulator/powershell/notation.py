"""Values as JSON with their types: the notation of the recordings and of the real engine's conversation with a world.

`{"I32": 4}`, `{"I64": 4294967296}`, `{"G": "..."}`, `{"TS": "PT5M"}`, `{"DT": "..."}`, `{"Version": "10.0"}`,
`{"enum": TYPE, "v": NAME}`, `{"switch": true}`, `{"list": [...], "type": ...}`, `{"hash": {...}}`, `{"psobject": {...}}`,
`{"obj": TYPE, "props": {...}}`; plain text, true, false and null stand for themselves (truth README).
"""

from __future__ import annotations

import math
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hvplan.simulator.powershell import convert, objects, psobject
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.convert_times import LOCAL, UNSPECIFIED
from hvplan.simulator.powershell.declarations import SWITCH, Cmdlet
from hvplan.simulator.values import Bag, Enum, List, Number, Obj, Real, TimeSpan, Version

Json = Any
_WHOLE = frozenset({"I64", "U32", "U64", "I16", "U16", "By", "SB", "SBy"})
_REAL = frozenset({"Db", "Sg", "D"})
_SPAN = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,7}))?S)?)?")


def read(json: Json, *, live: bool) -> Any:
    """A value from its notation. `live`: an `obj` is an object inside the pipe (Obj), else one as a client sends it (Bag)."""
    match json:
        case list():
            return List(read(item, live=live) for item in json)
        case Mapping():
            return _tagged(json, live)
    return json


def _tagged(json: Mapping[str, Json], live: bool) -> Any:
    match json:
        case {"obj": str(name)}:
            props = {key: read(item, live=live) for key, item in json.get("props", {}).items()}
            return Obj(name, props) if live else _bag(name, props)
        case {"enum": str(type), "v": value}:
            known = load_catalogue(None).enum(type) or objects.enum_type(type)
            full = known.name if known else type
            return Enum(str(value), full, known.members.get(str(value)) if known else None)
        case {"list": list(items)}:
            return List((read(item, live=live) for item in items), json.get("type", "System.Object[]"))
        case {"hash": Mapping() as pairs}:
            return {key: read(item, live=live) for key, item in pairs.items()}
        case {"psobject": Mapping() as notes}:
            return psobject.PSObject(notes={key: read(item, live=live) for key, item in notes.items()})
        case {"switch": bool(value)}:
            return value
    (tag, value), *_ = json.items()
    return _primitive(tag, value)


def _primitive(tag: str, value: Json) -> Any:
    if tag in _WHOLE:
        return Number(int(value), tag)
    if tag in _REAL:
        return Real(value, tag)
    match tag:
        case "I32":
            return int(value)
        case "G":
            return uuid.UUID(value)
        case "TS":
            return span(value)
        case "DT":
            return _time(re.sub(r"(\.\d{6})\d+", r"\1", value))
        case "Version":
            return Version(value)
    raise ValueError(f"unknown value notation {tag!r}")


def _time(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        return read.replace(tzinfo=UNSPECIFIED)
    return read.astimezone(UTC if text.endswith("Z") else LOCAL)


def _bag(name: str, props: Mapping[str, Any]) -> Bag:
    """An object as it comes back from a client: every property of its type, enums and objects as their text."""
    live = Obj(name, props)
    types = tuple(f"Deserialized.{one}" for one in objects.chain_of(live))
    return Bag(types, objects.obj_text(live), {key: _flat(objects.get(live, key)) for key in objects.names_of(live)})


def _flat(value: Any) -> Any:
    match value:
        case Enum() | Obj():
            return psobject.text(value)
        case List():
            return List((_flat(item) for item in value), "System.Collections.ArrayList")
    return value


def write(value: Any) -> Json:
    """A value's notation; an object of a module's type is written as `obj`, `id` and `name`, as the engine tells a world of it."""
    match value:
        case None | bool():
            return value
        case Enum():
            return {"enum": value.type, "v": str(value)}
        case Version():
            return {"Version": str(value)}
        case str():
            return value
        case Number() | Real():
            return {value.tag: int(value) if isinstance(value, int) else _real(value)}
        case int():
            return {"I32": value}
        case float():
            return {"Db": _real(value)}
        case uuid.UUID():
            return {"G": str(value)}
        case timedelta():
            return {"TS": span_text(value)}
        case datetime():
            return {"DT": value.replace(tzinfo=None).isoformat(timespec="microseconds") + "0" + _zone(value)}
        case List():
            return {"list": [write(item) for item in value], "type": value.type}
        case list() | tuple():
            return {"list": [write(item) for item in value], "type": "System.Object[]"}
        case bytes():
            return {"list": [{"By": byte} for byte in value], "type": "System.Byte[]"}
        case Mapping():
            return {"hash": {str(key): write(item) for key, item in value.items()}}
        case Obj(type=convert.CREDENTIAL):
            return {"credential": value.props.get("UserName")}
        case Obj():
            return {"obj": objects.full_name(value.type), "id": _text(value, "Id"), "name": _text(value, "Name")}
        case Bag():
            return {"obj": value.types[0] if value.types else "", "props": {key: write(item) for key, item in value.props.items()}}
        case psobject.PSObject() if value.base is None:
            return {"obj": value.types[0], "props": {key: write(item) for key, item in value.notes.items()}}
        case psobject.PSObject():
            return write(value.base)
    return psobject.text(value)


def _real(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(float(value)).upper()


def _zone(value: datetime) -> str:
    if value.tzinfo is UNSPECIFIED or value.tzinfo is None:
        return ""
    return "+00:00" if value.tzinfo is LOCAL else "Z"


def _text(value: Obj, name: str) -> str | None:
    own = objects.find(value, name)
    found = objects.get(value, own) if own is not None else None
    return None if found is None else psobject.text(found)


def write_bound(cmdlet: Cmdlet, bound: Mapping[str, Any]) -> dict[str, Json]:
    """The notation of a bound call's parameters, switches marked as such."""
    switches = {parameter.name for parameter in cmdlet.parameters if parameter.type == SWITCH}
    return {name: {"switch": bool(value)} if name in switches else write(value) for name, value in bound.items()}


def span(text: str) -> timedelta:
    """A TimeSpan from its XML duration. Raises ValueError."""
    parts = _SPAN.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is no duration")
    sign, days, hours, minutes, seconds, fraction = parts.groups()
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    ticks = (whole * 10_000_000 + int((fraction or "").ljust(7, "0"))) * (-1 if sign else 1)
    return TimeSpan(ticks) if ticks % 10 else timedelta(microseconds=ticks // 10)


def span_text(value: timedelta) -> str:
    """A TimeSpan as an XML duration, to the tick where it is known: `P1DT2H3M4.5S`, `PT0S`."""
    ticks = value.ticks if isinstance(value, TimeSpan) else (value // timedelta(microseconds=1)) * 10
    whole, fraction = divmod(abs(ticks), 10_000_000)
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    part = f".{fraction:07d}".rstrip("0") if fraction else ""
    date = f"{days}D" if days else ""
    time = "".join((f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", f"{seconds}{part}S" if seconds or part else ""))
    if not date and not time:
        return "PT0S"
    return f"{'-' if ticks < 0 else ''}P{date}{'T' + time if time else ''}"
