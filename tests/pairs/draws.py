"""The few words in which the generators speak: something with a chance, one of several, a tree merged over another."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Doc = dict[str, Any]
"""A document, or an object of a world, as YAML has it."""


class Draws:
    """Decisions of one example. What is drawn first from a sequence is what an example is made small to."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def of(self, values: st.SearchStrategy[T]) -> T:
        """Any of the values."""
        return self._draw(values)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred; false when made small."""
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def one(self, items: Sequence[T]) -> T:
        """One of them."""
        return items[self._draw(st.integers(0, len(items) - 1))]

    def some(self, items: Sequence[T], most: int, least: int = 0) -> list[T]:
        """So many different ones, in the order given."""
        left = list(range(len(items)))
        count = self.one(range(min(least, len(left)), min(most, len(left)) + 1))
        return [items[at] for at in sorted(left.pop(self.one(range(len(left)))) for _ in range(count))]


def merged(below: Doc, above: Doc) -> Doc:
    """Both maps in one, deeply; what is above wins."""
    made = deepcopy(below)
    for key, value in above.items():
        made[key] = merged(made[key], value) if isinstance(value, dict) and isinstance(made.get(key), dict) else deepcopy(value)
    return made
