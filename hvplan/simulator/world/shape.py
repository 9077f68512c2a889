"""What a mapping of a world file may hold: a table of keys, read into keyword arguments and written back.

`Field` says how one key is read from a node and written; `Shape` is the table of one mapping. What equals the
default is left out when it is written, so a state file stays as short as a seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from uuid import UUID

from hvplan.simulator.world import units
from hvplan.simulator.world.reader import Node, Problems

Parse = Callable[[Node, Problems], Any]
Write = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One key: the attribute it fills, how it is read and how it is written."""

    attribute: str
    parse: Parse
    write: Write = lambda value: value


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of one mapping."""

    what: str
    fields: Mapping[str, Field]

    def load(self, node: Node, problems: Problems, extra: tuple[str, ...] = ()) -> dict[str, Any]:
        """The attributes that the mapping gives; unknown keys are mistakes, `extra` keys are the caller's."""
        made: dict[str, Any] = {}
        if node.value is None:
            return made
        if not isinstance(node.value, dict):
            problems.add(node, f"{self.what} must be a mapping.")
            return made
        for key, item in node.value.items():
            row = self.fields.get(key)
            if row is not None:
                value = row.parse(item, problems)
                if value is not INVALID:
                    made[row.attribute] = value
            elif key not in extra:
                near = get_close_matches(key, [*self.fields, *extra], 1)
                hint = f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join([*self.fields, *extra])}."
                problems.add(item, f"{self.what} has no `{key}`.", hint, code="unknown-key")
        return made

    def dump(self, value: Any, default: Any = None) -> dict[str, Any]:
        """The mapping of an object, without what equals `default`'s (an object of the same class)."""
        made: dict[str, Any] = {}
        for key, row in self.fields.items():
            present = getattr(value, row.attribute)
            if default is None or present != getattr(default, row.attribute):
                made[key] = row.write(present)
        return made


class _Invalid:
    """Says that a value was refused and noted."""


INVALID = _Invalid()


def _refuse(node: Node, problems: Problems, wanted: str) -> Any:
    shown = node.text or ("a mapping" if isinstance(node.value, dict) else "a list" if isinstance(node.value, list) else "nothing")
    problems.add(node, f"`{shown}` is not {wanted}.")
    return INVALID


def text(node: Node, problems: Problems) -> Any:
    """Any scalar, as it was written; nothing is the empty text."""
    if isinstance(node.value, dict | list):
        return _refuse(node, problems, "text")
    return "" if node.value is None else node.text


def optional_text(node: Node, problems: Problems) -> Any:
    """Text, or null."""
    return None if node.value is None else text(node, problems)


def whole(minimum: int, maximum: int) -> Parse:
    """A whole number within bounds."""

    def parse(node: Node, problems: Problems) -> Any:
        if isinstance(node.value, int) and not isinstance(node.value, bool) and minimum <= node.value <= maximum:
            return node.value
        return _refuse(node, problems, f"a whole number from {minimum} to {maximum}")

    return parse


def _measured(read: Callable[[str], int | None], wanted: str) -> Parse:
    def parse(node: Node, problems: Problems) -> Any:
        found = read(node.text) if node.text else None
        return _refuse(node, problems, wanted) if found is None else found

    return parse


size = _measured(units.parse_size, "a size such as 4GiB, 60GB or a number of bytes")
rate = _measured(units.parse_rate, "a rate such as 1Gbit")
duration = _measured(units.parse_duration, "a duration such as 30s, 5m, 2h or 1d")


def minutes(node: Node, problems: Problems) -> Any:
    """A duration, in minutes."""
    found = duration(node, problems)
    return found if found is INVALID else found // 60


def mac(node: Node, problems: Problems) -> Any:
    """A MAC address, as twelve digits."""
    found = units.parse_mac(node.text)
    return _refuse(node, problems, "a MAC address such as 00-15-5D-01-02-03") if found is None else found


def guid(node: Node, problems: Problems) -> Any:
    """A GUID."""
    try:
        return UUID(node.text)
    except ValueError:
        return _refuse(node, problems, "a GUID")


def moment(node: Node, problems: Problems) -> Any:
    """A time: `2026-01-01T02:00:00Z`."""
    try:
        made = datetime.fromisoformat(node.text)
    except ValueError:
        return _refuse(node, problems, "a time such as 2026-01-01T02:00:00Z")
    return made.astimezone(UTC) if made.tzinfo else made.replace(tzinfo=UTC)


def optional_moment(node: Node, problems: Problems) -> Any:
    """A time, or null."""
    return None if node.value is None else moment(node, problems)


def moment_text(value: datetime | None) -> str | None:
    """A time as it is written."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def boolean(node: Node, problems: Problems) -> Any:
    """`true`, `false`, and Hyper-V's `On` and `Off`."""
    if isinstance(node.value, bool):
        return node.value
    word = node.text.lower() if isinstance(node.value, str) else ""
    return {"on": True, "off": False}[word] if word in ("on", "off") else _refuse(node, problems, "true or false")


def choice(*members: str) -> Parse:
    """One of some words, in any case."""
    known = {member.lower(): member for member in members}

    def parse(node: Node, problems: Problems) -> Any:
        found = known.get(node.text.lower()) if not isinstance(node.value, dict | list) else None
        return _refuse(node, problems, "one of " + ", ".join(members)) if found is None else found

    return parse


def many(parse: Parse) -> Parse:
    """A list; null is the empty one."""

    def parse_all(node: Node, problems: Problems) -> Any:
        if node.value is None:
            return ()
        if not isinstance(node.value, list):
            return _refuse(node, problems, "a list")
        items = [parse(item, problems) for item in node.value]
        return tuple(item for item in items if item is not INVALID)

    return parse_all


def part(shape: Shape, make: Callable[..., Any]) -> Parse:
    """A mapping of its own shape, made into a value."""

    def parse(node: Node, problems: Problems) -> Any:
        return make(**shape.load(node, problems))

    return parse
