"""Templates: maps merge deeply, what is later wins, and null over something inherited stops the inheritance.

While merging, a stopped key stays as a mark, so that a null of the machine over a null of a second template over a
value of the first is still a stop and not a reset. The marks are removed at the end.
"""

from __future__ import annotations

from typing import Final

from hvplan.diagnostics import Place
from hvplan.load.tree import Entry, Mapping, Node, Scalar, is_null

OWN_NULL: Final = frozenset({"switch", "iso"})
"""Keys at which null is a value of its own, also over a template."""

_STOPPED: Final = Scalar(Place(""), None, "(stopped)")


def merge(templates: tuple[Mapping, ...], own: Mapping) -> Mapping:
    """The templates in order, then the document itself, as one map. Every value keeps the place where it is written."""
    result = Mapping(own.place, {})
    for layer in (*templates, own):
        result = _over(result, layer)
    return _clean(result._replace(place=own.place))


def _over(below: Mapping, above: Mapping) -> Mapping:
    entries = dict(below.entries)
    for key, entry in above.entries.items():
        old = entries.get(key)
        if old is None:
            entries[key] = entry
        elif is_null(entry.node) and key not in OWN_NULL:
            entries[key] = Entry(entry.key, _STOPPED)
        elif isinstance(entry.node, Mapping) and isinstance(old.node, Mapping):
            entries[key] = Entry(entry.key, _over(old.node, entry.node))
        else:
            entries[key] = entry
    return Mapping(above.place, entries)


def _clean(node: Mapping) -> Mapping:
    entries: dict[str, Entry] = {}
    for key, entry in node.entries.items():
        if entry.node is not _STOPPED:
            entries[key] = Entry(entry.key, _clean_below(entry.node))
    return Mapping(node.place, entries)


def _clean_below(node: Node) -> Node:
    return _clean(node) if isinstance(node, Mapping) else node
