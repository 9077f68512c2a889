"""The shape of what people write: a closed set of descriptions from which both the reader of documents and the JSON Schema derive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hvplan.model.rows import Row
from hvplan.model.values import UNSET, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A single value. `null`: null is a value of its own here. `secret`: what stands there is never shown. `raw`: may be a map or list, parsed whole.

    `row`: the row of the model it comes from; None for what is ordinary code.
    """

    kind: Kind[Any]
    doc: str
    null: bool = False
    secret: bool = False
    raw: bool = False
    row: Row | None = None

    @property
    def resets(self) -> bool:
        """Does null mean a default that is documented."""
        return self.row is not None and self.row.resets_to is not UNSET


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A map with known keys. `required` must be written. `also`: a plain value that may stand in its place (`dynamic: false`).

    `choice`: exactly one of its keys must be written; with each, the other keys that may stand beside it.
    """

    doc: str
    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    choice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: Leaf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A map from names that the user chooses to items of one shape. `key`: what a name must be. `removable`: null on a name means remove."""

    doc: str
    item: Shape
    key: Kind[str]
    removable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A list of items of one shape. `single`: one item may stand without the list."""

    doc: str
    item: Shape
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """In the format, but not in this version: an error of its own, never mistaken for a typing mistake."""

    doc: str = ""


Shape = Leaf | Group | Named | Many | Later


def leaf(row: Row, *, null: bool = False) -> Leaf:
    """The leaf of one row of the model: its kind and its documentation."""
    return Leaf(kind=row.kind, doc=row.doc, null=null, raw=row.kind.schema.get("type") == "array", row=row)


def later(*names: str) -> dict[str, Shape]:
    """Keys of the format that this version does not carry."""
    return {name: Later() for name in names}
