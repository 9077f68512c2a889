"""A probe for the promise that no parameter is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Recorder(Mapping[str, Any]):
    """Bound parameters that remember which of them were asked for."""

    def __init__(self, bound: Mapping[str, Any]) -> None:
        self._bound, self.asked = bound, set[str]()

    def __getitem__(self, name: str) -> Any:
        self.asked.add(name)
        return self._bound[name]

    def __contains__(self, name: object) -> bool:
        self.asked.add(str(name))
        return name in self._bound

    def __iter__(self) -> Iterator[str]:
        return iter(self._bound)

    def __len__(self) -> int:
        return len(self._bound)
