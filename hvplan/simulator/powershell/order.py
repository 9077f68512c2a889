"""Sort-Object and Measure-Object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cmp_to_key
from typing import Any

from hvplan.simulator.powershell import compare, psobject
from hvplan.simulator.powershell.stage import Host, heed
from hvplan.simulator.values import Obj, Real


def _words(value: Any) -> list[str]:
    return [psobject.text(word) for word in value] if isinstance(value, list | tuple) else [] if value is None else [psobject.text(value)]


def _value(value: Any, word: str) -> Any:
    name = psobject.find(value, word)
    return psobject.get(value, name) if name is not None else None


class Sort:
    """Sorts by properties, or by the objects themselves; null comes first, equals stay in order."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        self._host = host
        self._words = _words(bound.get("Property"))
        self._sign = -1 if bound.get("Descending") else 1
        self._exact = bool(bound.get("CaseSensitive"))
        self._unique = bool(bound.get("Unique"))
        self._bound = bound
        self._held: list[Any] = []

    def begin(self) -> None:
        """Refuse what is not simulated: text is compared plainly here."""
        heed(self._host, "Sort-Object", self._bound, "Culture")

    def process(self, value: Any) -> None:
        """Keep it for the end."""
        self._held.append(value)

    def end(self) -> None:
        """All of them, sorted."""
        self._held.sort(key=cmp_to_key(self._compare))
        last: list[Any] = []
        for value in self._held:
            if self._unique and last and self._compare(last[0], value) == 0:
                continue
            last = [value]
            self._host.emit(value)

    def _compare(self, one: Any, two: Any) -> int:
        pairs = [(_value(one, word), _value(two, word)) for word in self._words] or [(one, two)]
        for left, right in pairs:
            try:
                sign = compare.order(left, right, self._exact)
            except compare.Incomparable:
                sign = compare.order(psobject.text(left), psobject.text(right), self._exact)
            if sign:
                return sign * self._sign
        return 0


class Measure:
    """Counts; with a property also sums and compares numbers."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        self._host = host
        self._words = _words(bound.get("Property"))
        self._wanted = [name for name in ("Average", "Sum", "Maximum", "Minimum") if bound.get(name)]
        self._bound = bound
        self._count = 0
        self._numbers: dict[str, list[float]] = {word: [] for word in self._words}

    def begin(self) -> None:
        """Refuse what is not simulated: nothing is read here as text of many words."""
        heed(self._host, "Measure-Object", self._bound, "Line", "Word", "Character", "IgnoreWhiteSpace")

    def process(self, value: Any) -> None:
        """Count it."""
        if value is None:
            return
        self._count += 1
        for word, numbers in self._numbers.items():
            found = _value(value, word)
            number = compare.parse_number(found) if isinstance(found, str) else found
            if isinstance(number, int | float) and not isinstance(number, bool):
                numbers.append(number)

    def end(self) -> None:
        """One answer for each property, or one for all."""
        if not self._words:
            self._host.emit(self._info(None, self._count, []))
        for word, numbers in self._numbers.items():
            self._host.emit(self._info(word, len(numbers), numbers))

    def _info(self, word: str | None, count: int, numbers: list[float]) -> Obj:
        known = {"Sum": sum(numbers), "Maximum": max(numbers), "Minimum": min(numbers), "Average": sum(numbers) / len(numbers)} if numbers else {}
        measured = {name: Real(known[name], "Db") if numbers else None for name in self._wanted}
        return Obj("Microsoft.PowerShell.Commands.GenericMeasureInfo", {"Count": count, "Property": word, **measured})
