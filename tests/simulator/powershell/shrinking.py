"""The smallest invocation that still shows a disagreement."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Json = Any


def shrunk(line: Json, still: Callable[[list[Json]], list[bool]], rounds: int = 60) -> Json:
    """Drop objects, arguments and characters while `still` says (one answer for each line) that it still shows."""
    for _ in range(rounds):
        smaller = list(_smaller(line))
        found = next((one for one, shows in zip(smaller, still(smaller), strict=True) if shows), None)
        if found is None:
            break
        line = found
    return line


def _smaller(line: Json) -> Iterator[Json]:
    arguments = line["statements"][0][0]["arguments"]
    for index in range(len(arguments)):
        yield _with(line, arguments=arguments[:index] + arguments[index + 1 :])
    objects = line.get("input", [])
    for index in range(len(objects)):
        if len(objects) > 1:
            yield _with(line, input=objects[:index] + objects[index + 1 :])
        for value in _values(objects[index]):
            yield _with(line, input=[*objects[:index], value, *objects[index + 1 :]])
    if objects:
        yield {key: value for key, value in line.items() if key != "input"}
    for index, argument in enumerate(arguments):
        for value in _values(argument[1]) if len(argument) > 1 else ():
            yield _with(line, arguments=[*arguments[:index], [argument[0], value], *arguments[index + 1 :]])


def _values(value: Json) -> Iterator[Json]:
    if isinstance(value, str):
        yield from (value[: len(value) // 2], value[1:], value[:-1]) if value else ()
    elif isinstance(value, dict):
        yield from _in_tagged(value)


def _in_tagged(value: dict[str, Json]) -> Iterator[Json]:
    match value:
        case {"list": [*items]}:
            yield from ({**value, "list": items[:index] + items[index + 1 :]} for index in range(len(items)))
            yield from ({**value, "list": [*items[:index], one, *items[index + 1 :]]} for index, item in enumerate(items) for one in _values(item))
        case {"psobject": dict() as notes}:
            yield from ({"psobject": {key: item for key, item in notes.items() if key != name}} for name in notes)
        case {"obj": _, "props": dict() as props} if props:
            yield {**value, "props": {}}


def _with(line: Json, *, arguments: list[Json] | None = None, input: list[Json] | None = None) -> Json:
    made = copy.deepcopy(line)
    if arguments is not None:
        made["statements"][0][0]["arguments"] = arguments
    if input is not None:
        made["input"] = input
    return made
