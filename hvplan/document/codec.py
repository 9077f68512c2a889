"""Documents to JSON and back, and their schemas, all from the frozen types.

A dataclass becomes an object with its fields as keys, a tuple an array, a mapping an object. Where the written
document differs from the type, one of the tables below says so; there is no code per document. `decode` is strict:
every key must be there, none beside them, and each of its type.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

from hvplan.document.plan import Deferred, HostEntry, PowerWindow, Refusal, ResourceChange, Step
from hvplan.document.result import ResultDocument, StepResult

Json = Any

NESTED: Final[Mapping[type[Any], Mapping[str, str]]] = {
    ResourceChange: dict.fromkeys(("actions", "before", "after", "after_unknown", "replace_paths", "importing", "fields"), "change"),
    PowerWindow: {"timeout": "stop", "then": "stop"},
    HostEntry: {"computer": "identity", "machine_id": "identity"},
}
"""Type -> field -> the object of the document that holds it."""

WRAPPED: Final[Mapping[tuple[type[Any], str], str]] = {(ResultDocument, "hosts"): "verdict"}
"""Mappings whose values stand in an object of their own, under this key."""

RENAMED: Final[Mapping[tuple[type[Any], str], str]] = {(ResultDocument, "continue_with"): "continue"}

EMPTY_IS_NULL: Final[frozenset[tuple[type[Any], str]]] = frozenset(
    {
        (ResourceChange, "previous_address"),
        (ResourceChange, "action_reason"),
        (Refusal, "flag"),
        (Refusal, "place"),
        (Deferred, "next"),
        (Step, "escalates"),
        (StepResult, "because"),
        (ResultDocument, "continue_with"),
    }
)
"""Texts whose emptiness is written as null."""

ELSEWHERE: Final[frozenset[tuple[type[Any], str]]] = frozenset({(ResourceChange, "place")})
"""Fields that stand elsewhere in the document: places are no part of the work, so not of the digest (`places`)."""

CONSTANT: Final[Mapping[type[Any], Mapping[str, Json]]] = {ResourceChange: {"change.before_sensitive": {}, "change.after_sensitive": {}}}
"""Keys of the document that always hold the same: no secret value is ever in a plan."""


class WrongShape(ValueError):
    """A document that is not what its version promises; says where and what was expected."""

    def __init__(self, where: str, expected: str) -> None:
        super().__init__(f"{where or 'the document'}: expected {expected}")


@cache
def _cached_hints(kind: Hashable) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    return _cached_hints(cast(Hashable, kind))


def _path(kind: type[Any], name: str) -> tuple[str, ...]:
    key = RENAMED.get((kind, name), name)
    group = NESTED.get(kind, {}).get(name)
    return (group, key) if group else (key,)


def _keys(kind: type[Any]) -> list[tuple[str, tuple[str, ...], Any]]:
    """Field name, path in the document and type, of every field that is written."""
    hints = _hints(kind)
    return [(f.name, _path(kind, f.name), hints[f.name]) for f in fields(kind) if (kind, f.name) not in ELSEWHERE]


def encode(value: Any) -> Json:
    """A value of the documents' types as JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        tree: dict[str, Json] = {}
        for name, path, _ in _keys(kind):
            _put(tree, path, _written(kind, name, getattr(value, name)))
        for dotted, constant in CONSTANT.get(kind, {}).items():
            _put(tree, tuple(dotted.split(".")), encode(constant))
        return tree
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    return value


def _written(kind: type[Any], name: str, value: Any) -> Json:
    if (kind, name) in EMPTY_IS_NULL:
        return value or None
    if (kind, name) == (ResourceChange, "replace_paths"):  # a path is a list of its parts, as in Terraform
        return [path.split(".") for path in value]
    if inner := WRAPPED.get((kind, name)):
        return {key: {inner: encode(item)} for key, item in value.items()}
    return encode(value)


def _put(tree: dict[str, Json], path: tuple[str, ...], value: Json) -> None:
    for key in path[:-1]:
        tree = tree.setdefault(key, {})
    tree[path[-1]] = value


def decode(kind: Any, raw: Json, where: str = "") -> Any:
    """JSON as a value of that type; WrongShape says what does not fit."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return raw
    if origin in (Union, types.UnionType):
        if raw is None and type(None) in arguments:
            return None
        return _decode_one_of([a for a in arguments if a is not type(None)], raw, where)
    if origin is Literal:
        if raw not in arguments:
            raise WrongShape(where, "one of " + ", ".join(map(str, arguments)))
        return raw
    if origin is tuple:
        if not isinstance(raw, list):
            raise WrongShape(where, "a list")
        return tuple(decode(arguments[0], item, f"{where}[{index}]") for index, item in enumerate(raw))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        if not isinstance(raw, dict):
            raise WrongShape(where, "an object")
        return {key: decode(arguments[1], item, f"{where}.{key}") for key, item in raw.items()}
    if is_dataclass(kind):
        return _decode_object(kind, raw, where)  # type: ignore[arg-type]
    if type(raw) is not kind:
        raise WrongShape(where, {str: "a text", int: "a whole number", bool: "true or false"}[kind])
    return raw


def _decode_one_of(kinds: list[Any], raw: Json, where: str) -> Any:
    """The first of several types that fits; what the last one misses is said."""
    for kind in kinds[:-1]:
        try:
            return decode(kind, raw, where)
        except WrongShape:
            continue
    return decode(kinds[-1], raw, where)


def _decode_object(kind: type[Any], raw: Json, where: str) -> Any:
    if not isinstance(raw, dict):
        raise WrongShape(where, "an object")
    _no_others(kind, raw, where)
    values: dict[str, Any] = {}
    for name, path, hint in _keys(kind):
        node, at = raw, where
        for key in path:
            at = f"{at}.{key}" if at else key
            if not isinstance(node, dict) or key not in node:
                raise WrongShape(at, "to be there")
            node = node[key]
        if (kind, name) in EMPTY_IS_NULL:
            values[name] = "" if node is None else decode(str, node, at)
        elif (kind, name) == (ResourceChange, "replace_paths"):
            values[name] = tuple(".".join(parts) for parts in decode(tuple[tuple[str, ...], ...], node, at))
        elif inner := WRAPPED.get((kind, name)):
            values[name] = decode(hint, _unwrapped(node, inner, at), at)
        else:
            values[name] = decode(hint, node, at)
    return kind(**values)


def _unwrapped(raw: Json, inner: str, where: str) -> Json:
    if not isinstance(raw, dict):
        raise WrongShape(where, "an object")
    for key, below in raw.items():
        if not isinstance(below, dict) or set(below) != {inner}:
            raise WrongShape(f"{where}.{key}", f"an object with {inner}")
    return {key: below[inner] for key, below in raw.items()}


def _no_others(kind: type[Any], raw: Mapping[str, Json], where: str) -> None:
    known = {path for _, path, _ in _keys(kind)} | {tuple(dotted.split(".")) for dotted in CONSTANT.get(kind, {})}
    for key, below in raw.items():
        if not any(path[0] == key for path in known):
            raise WrongShape(f"{where}.{key}" if where else key, "no such key")
        if isinstance(below, dict) and (inner := {path[1] for path in known if path[0] == key and len(path) > 1}):
            for other in sorted(below.keys() - inner):
                raise WrongShape(f"{where}.{key}.{other}", "no such key")


def schema(kind: Any) -> dict[str, Json]:
    """The JSON Schema (draft 7) of a type, definitions not included: dataclasses are `$ref`s."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return {"not": {"type": "number", "not": {"type": "integer"}}}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema(a) if a is not type(None) else {"type": "null"} for a in arguments]}
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": schema(arguments[0])}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": schema(arguments[1])}
    if is_dataclass(kind):
        return {"$ref": f"#/definitions/{kind.__name__}"}  # type: ignore[union-attr]
    return {"type": {str: "string", int: "integer", bool: "boolean"}[kind]}


def object_schema(kind: type[Any]) -> dict[str, Json]:
    """The schema of one dataclass as it is written: every key required, none beside them."""
    root: dict[str, Json] = _object()
    root["description"] = (kind.__doc__ or "").split("\n\n")[0]
    for name, path, hint in _keys(kind):
        if (kind, name) in EMPTY_IS_NULL:
            leaf: dict[str, Json] = {"type": ["string", "null"]}
        elif (kind, name) == (ResourceChange, "replace_paths"):
            leaf = {"type": "array", "items": {"type": "array", "items": {"type": "string"}}}
        elif inner := WRAPPED.get((kind, name)):
            below = _object()
            _put_schema(below, (inner,), schema(get_args(hint)[1]))
            leaf = {"type": "object", "additionalProperties": below}
        else:
            leaf = schema(hint)
        _put_schema(root, path, leaf)
    for dotted, constant in CONSTANT.get(kind, {}).items():
        _put_schema(root, tuple(dotted.split(".")), {"const": constant})
    return root


def _object() -> dict[str, Json]:
    return {"type": "object", "additionalProperties": False, "properties": {}, "required": []}


def _put_schema(root: dict[str, Json], path: tuple[str, ...], leaf: dict[str, Json]) -> None:
    for key in path[:-1]:
        if key not in root["properties"]:
            root["properties"][key] = _object()
            root["required"].append(key)
        root = root["properties"][key]
    root["properties"][path[-1]] = leaf
    root["required"].append(path[-1])


def dataclasses_below(kind: type[Any]) -> list[type[Any]]:
    """The dataclasses that a dataclass is made of, each once, itself left out."""
    found: dict[type[Any], None] = {}

    def walk(hint: Any) -> None:
        for inner in get_args(hint):
            walk(inner)
        if is_dataclass(hint) and isinstance(hint, type) and hint not in found and hint is not kind:
            found[hint] = None
            for below in _hints(hint).values():
                walk(below)

    for hint in _hints(kind).values():
        walk(hint)
    return sorted(found, key=lambda k: k.__name__)
