"""Select-Object: the properties of an object as notes, one of them expanded, some of the objects (truth 12-14, 18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hvplan.simulator.powershell import compare, psobject
from hvplan.simulator.powershell.psobject import CUSTOM, PSObject
from hvplan.simulator.powershell.stage import Host
from hvplan.simulator.values import Bag, Obj

_CIM = "Microsoft.Management.Infrastructure.CimInstance"
_EXISTS = 'The property cannot be processed because the property "{}" already exists.'


class Select:
    """First and Skip stream; Last, SkipLast and Unique wait for the end, as the real one does."""

    def __init__(self, bound: Mapping[str, Any], host: Host) -> None:
        self._host = host
        self._properties = _words(bound.get("Property"))
        self._exclude = [compare.wildcard(word) for word in _words(bound.get("ExcludeProperty"))]
        self._expand = psobject.text(bound["ExpandProperty"]) if bound.get("ExpandProperty") is not None else None
        self._selects = "Property" in bound or "ExcludeProperty" in bound
        self._first: int | None = bound.get("First")
        self._last: int | None = bound.get("Last")
        self._skip: int = bound.get("Skip") or 0
        self._skip_last: int = bound.get("SkipLast") or 0
        self._index: tuple[int, ...] | None = tuple(bound["Index"]) if bound.get("Index") is not None else None
        self._wait = bool(bound.get("Wait"))
        self._unique: list[PSObject | Any] | None = [] if bound.get("Unique") else None
        self._seen = 0
        self._passed = 0
        self._held: list[Any] = []

    def begin(self) -> None:
        """Refuse property names that are none."""
        if any(not word for word in self._properties):
            self._host.fail("Argument", "InvalidArgument", "A property name cannot be null or an empty string.", "PSArgumentException")

    def process(self, value: Any) -> None:
        """One object of the pipe; null is none."""
        if value is None:
            return
        place = self._seen
        self._seen += 1
        if self._index is not None:
            if place in self._index:
                self._take(value)
            if not self._wait and (not self._index or self._seen > max(self._index)):
                self._finish()
            return
        if self._last is not None:
            if self._first is not None and self._passed < self._first:
                self._passed += 1
                self._take(value)
                return
            self._held.append(value)
            if len(self._held) > self._last + self._skip:
                self._held.pop(0)
            return
        if place < self._skip:
            return
        if self._skip_last:
            self._held.append(value)
            if len(self._held) > self._skip_last:
                self._take(self._held.pop(0))
            return
        if self._first is None or self._passed < self._first:
            self._passed += 1
            self._take(value)
        if self._first is not None and self._passed >= self._first and not self._wait:
            self._finish()

    def _finish(self) -> None:
        self.end()
        self._unique = [] if self._unique is not None else None
        self._host.stop_upstream()

    def end(self) -> None:
        """What was held back for the end."""
        if self._last is not None:
            held = self._held[: len(self._held) - self._skip] if self._skip else self._held
            for value in held[-self._last :] if self._last else []:
                self._take(value)
            self._held = []
        for value in self._unique or ():
            self._host.emit(value)

    def _take(self, value: Any) -> None:
        if self._expand is not None:
            self._expanded(value, self._expand)
        elif self._selects:
            self._write(PSObject(None, self._notes(value, expanding=False), (f"Selected.{_class(value)}", *CUSTOM)))
        else:
            self._write(value)

    def _names(self, value: Any, word: str) -> Iterable[str]:
        found = psobject.find(value, word)
        if found is not None:
            return [found]
        if not compare.has_wildcard(word):
            return []
        pattern = compare.wildcard(word)
        return [name for name in psobject.properties(value) if pattern.fullmatch(name)]

    def _notes(self, value: Any, *, expanding: bool) -> dict[str, Any]:
        notes: dict[str, Any] = {}
        taken: set[str] = set()
        for word in self._properties or ([] if expanding else ["*"]):
            names = list(self._names(value, word))
            if not names and not compare.has_wildcard(word):
                names = [word]
            for name in names:
                if any(pattern.fullmatch(name) for pattern in self._exclude):
                    continue
                if name.lower() in taken:
                    self._exists(name, value, "AlreadyExistingUserSpecifiedPropertyNoExpand")
                    continue
                taken.add(name.lower())
                notes[name] = psobject.get(value, name) if psobject.find(value, name) is not None else None
        return notes

    def _exists(self, name: str, value: Any, id: str) -> None:
        self._host.error(id, "InvalidOperation", _EXISTS.format(name), "PSArgumentException", value, parameter="Property")

    def _expanded(self, value: Any, word: str) -> None:
        names = list(self._names(value, word))
        if not names:
            self._host.error(
                "ExpandPropertyNotFound", "InvalidArgument", f'Property "{word}" cannot be found.', "PSArgumentException", value, parameter="ExpandProperty"
            )
            return
        if len(names) > 1:
            message = f'Multiple properties cannot be expanded: "{word}".'
            self._host.error("MutlipleExpandProperties", "InvalidArgument", message, "PSArgumentException", value, parameter="ExpandProperty")
            return
        found = psobject.get(value, names[0])
        notes = self._notes(value, expanding=True) if self._properties else {}
        items = found if isinstance(found, list | tuple) else tuple(found) if isinstance(found, bytes) else (found,)
        for item in items:
            if item is None:
                continue
            added: dict[str, Any] = {}
            for name, note in notes.items():
                if psobject.find(item, name) is not None:
                    self._exists(name, value, "AlreadyExistingUserSpecifiedPropertyExpand")
                else:
                    added[name] = note
            if isinstance(item, PSObject):
                self._write(PSObject(item.base, {**item.notes, **added}, item.types) if added else item)
            else:
                self._write(PSObject(item, added) if added else item)

    def _write(self, value: Any) -> None:
        if self._unique is None:
            self._host.emit(value)
        elif not any(_same(value, other) for other in self._unique):
            self._unique.append(value)


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    return [psobject.text(item) for item in value] if isinstance(value, list | tuple) else [psobject.text(value)]


def _class(value: Any) -> str:
    """The .NET class of an object, which `Selected.` stands before."""
    base = psobject.base(value)
    if isinstance(base, PSObject | Bag):
        return CUSTOM[0]
    if isinstance(base, Obj):
        name = psobject.type_name(base)
        return name if "." in name else _CIM
    return psobject.type_name(base)


def _same(one: Any, two: Any) -> bool:
    """Whether `-Unique` takes two objects for the same: equal text, case included, and equal notes."""
    notes, others = getattr(one, "notes", {}), getattr(two, "notes", {})
    custom = isinstance(psobject.base(one), PSObject) and isinstance(psobject.base(two), PSObject)
    if not custom and psobject.text(psobject.base(one)) != psobject.text(psobject.base(two)):
        return False
    return len(notes) == len(others) and all(name in others and psobject.text(note) == psobject.text(others[name]) for name, note in notes.items())
