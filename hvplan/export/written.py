"""What export writes of one object: its document, or why it is left out, with remarks on what this version cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hvplan.model.live import LiveHost
from hvplan.model.rows import Row, rows
from hvplan.model.values import UNSET, Kind

Json = Any
API_VERSION: Final = "hvplan/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`id`: `vm ID`, `switch ID` or `disk PATH`, so that two objects of one name stay two. `body` None: left out.

    `remarks`: what is not in the document. `partial`: something of it would be different on a host that was made anew.
    """

    id: str
    title: str
    body: Mapping[str, Json] | None
    remarks: tuple[str, ...] = ()
    partial: bool = False


def literal(text: str) -> str:
    """A text in which braces are no placeholders."""
    return text.replace("{", "{{").replace("}", "}}")


def literals(value: Json) -> Json:
    """The same of all texts in maps and lists; keys are never placeholders."""
    match value:
        case str():
            return literal(value)
        case Mapping():
            return {key: literals(item) for key, item in value.items()}
        case list() | tuple():
            return [literals(item) for item in value]
        case _:
            return value


def size_text(value: int) -> str | int:
    """Bytes as people write them: `4GiB`; plain bytes where no unit fits exactly."""
    for shift, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")):
        if value and value % (1 << shift) == 0:
            return f"{value >> shift}{unit}"
    return value


def plain(row: Row, value: Json) -> Json:
    """A value as documents write it, braces no placeholders; rates with their unit: `500Mbit`; plain bits where none fits exactly."""
    shown = row.kind.json(value)
    if isinstance(shown, str):
        return literal(shown)
    if row.kind.unit == "bits per second" and shown:
        return next((f"{shown // size}{unit}" for unit, size in (("Gbit", 10**9), ("Mbit", 10**6), ("kbit", 10**3)) if shown % size == 0), shown)
    return shown


def unique(wanted: str, taken: set[str]) -> str:
    """The name, or with a number behind it where it is taken already; Windows ignores case. It is then taken."""
    name, number = wanted, 2
    while name.casefold() in taken:
        name, number = f"{wanted} {number}", number + 1
    taken.add(name.casefold())
    return name


def put(tree: dict[str, Json], path: str, value: Json) -> None:
    """A value at its path, in maps below maps."""
    *branch, leaf = path.split(".")
    for key in branch:
        tree = tree.setdefault(key, {})
    tree[leaf] = value


def readable(row: Row, shown: Json, value: Json) -> bool:
    """Would a file that says this mean the value."""
    try:
        return bool(row.kind.parse(shown) == value)
    except ValueError:
        return False


def sayable(kind: Kind[Any], value: Json) -> bool:
    """Is it a value that a file could hold."""
    try:
        kind.parse(value)
    except ValueError:
        return False
    return True


def unsayable(part: Any, live: LiveHost) -> Iterator[str]:
    """Paths that this host has and that hold something no file could say: such a value reads as UNSET, like one that a release does not have."""
    for name, row in rows(part).items():
        if getattr(part, name) is UNSET and not row.component and any(live.has(row.write, parameter) for parameter in row.set):
            yield row.path
