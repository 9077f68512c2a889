"""One attribute, one row: a typed dataclass field whose metadata says everything about it.

From a row derive its YAML path and type, the property that reads it, the parameter that writes it, what a change
costs a running machine, its place in the documents, the JSON Schema and `hvplan explain`. Rows name cmdlets and
parameters as text; a test holds every name against the command table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from hvplan.model.impact import Impact, Table, always
from hvplan.model.values import RESET, UNSET, Json, Kind, Reset, Unset

T = TypeVar("T")
Record = Mapping[str, Any]  # one object as a host sent it
Sent = Any  # a cmdlet argument: str | int | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Everything about one attribute.

    `path` is its place under the object in YAML and documents (`memory.startup`). `get`: properties read, of the
    object that `query` lists. `set`: every parameter it may ever send, to `write`. `together`: rows of one name
    travel in one call, at their highest impact. `default` is sent explicitly when an object is created without it;
    UNSET means nothing is sent. `reset` is what Hyper-V itself makes a new object with, where that is known.
    `component`: behind the VM's id, the id of the one of several objects that `query` lists for a VM. `off`: the cmdlet
    that writes `false` where `write` writes `true` and neither takes a value; both act on that component.
    `create_only`: a difference needs replacement.
    """

    name: str = ""
    path: str
    kind: Kind[Any]
    get: tuple[str, ...]
    set: tuple[str, ...]
    query: str
    write: str
    decode: Callable[[Record], Any]
    encode: Callable[[Any], Mapping[str, Sent]]
    impact: Table
    together: str
    generations: tuple[int, ...]
    since: str
    default: Any
    create_only: bool
    source: str
    doc: str
    reset: Any = UNSET
    component: str = ""
    off: str = ""

    @property
    def resets_to(self) -> Any:
        """What `null` means: what a machine made without this attribute has; UNSET when nobody documented that."""
        return self.reset if self.default is UNSET else self.default

    def command(self, value: object) -> str:
        """The cmdlet that writes this value."""
        return self.off if self.off and value is False else self.write

    def show(self, value: object) -> str:
        """A value of this row for people; `-` for nothing."""
        return "-" if value is None or isinstance(value, Unset | Reset) else self.kind.show(value)

    def json(self, value: object) -> Json:
        """A value of this row for a document."""
        return None if value is None or isinstance(value, Unset | Reset) else self.kind.json(value)


def attribute(
    kind: Kind[T],
    path: str,
    *,
    get: str,
    set: str = "",
    query: str,
    write: str = "",
    impact: Impact | Table = Impact.ONLINE,
    doc: str,
    source: str,
    together: str = "",
    generations: tuple[int, ...] = (1, 2),
    since: str = "2016",
    default: T | Unset = UNSET,
    create_only: bool = False,
    reset: T | Unset = UNSET,
    component: str = "",
    off: str = "",
    decode: Callable[[Record], T] | None = None,
    encode: Callable[[T], Mapping[str, Sent]] | None = None,
) -> T | Unset | Reset:
    """A dataclass field that carries its row; typed as its value, so mypy checks the annotation against `kind`."""
    properties, parameters = tuple(get.split()), tuple(set.split())
    row = Row(
        path=path,
        kind=kind,
        get=properties,
        set=parameters,
        query=query,
        write=write,
        decode=decode or (lambda record: kind.parse(record[properties[0]])),
        encode=encode or (lambda value: {parameters[0]: value}),
        impact=impact if isinstance(impact, tuple) else always(impact),
        together=together,
        generations=generations,
        since=since,
        default=default,
        create_only=create_only,
        source=source,
        doc=doc,
        reset=reset,
        component=component,
        off=off,
    )
    return cast("T | Unset | Reset", field(default=UNSET, metadata={"row": row}))


def rows(part: type[Any] | object) -> Mapping[str, Row]:
    """Field name -> row of a part (class or instance), in the order they are declared."""
    return {f.name: cast(Row, f.metadata["row"]) for f in fields(cast(Any, part)) if "row" in f.metadata}


def written(part: object) -> Iterator[tuple[str, Row, Any]]:
    """Field name, row and value of every field of a part that is set."""
    for name, row in rows(part).items():
        value = getattr(part, name)
        if value is not UNSET:
            yield name, row, value


def readable(kind: Kind[T], raw: object) -> T:
    """A live value, or UNSET for one that no file could declare: it differs from whatever is declared, and holds up nothing else."""
    try:
        return kind.parse(raw)
    except ValueError:
        return cast("T", UNSET)


def settled(row: Row, value: Any) -> Any:
    """A desired value with `null` as what it stands for."""
    return row.resets_to if value is RESET else value


def nest(flat: Mapping[str, Json]) -> dict[str, Json]:
    """`{"memory.startup": 1}` as `{"memory": {"startup": 1}}`; a longer path wins over a shorter one that is a plain value."""
    tree: dict[str, Json] = {}
    for path in sorted(flat):
        node = tree
        *branch, leaf = path.split(".")
        for key in branch:
            below = node.get(key)
            if not isinstance(below, dict):
                below = node[key] = {}
            node = below
        node[leaf] = flat[path]
    return tree
