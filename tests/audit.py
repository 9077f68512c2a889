"""What a host was told, counted by object: the audit log as the laws read it, without looking at any plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tests import casebook

Call = Mapping[str, Any]
LEFTOVER: Final = re.compile(r"\.hvplan\.[^.\\]+$", re.IGNORECASE)
CREATES: Final = re.compile(r"(New|Add|Copy|Convert)-")
REMOVES: Final = re.compile(r"Remove-")
OTHERS: Final = re.compile(r"(?!New|Add|Copy|Convert|Remove)")
_PIPED: Final = ("VM", "VMNetworkAdapter", "VMHardDiskDrive", "VMDvdDrive", "VMSwitch", "VMIntegrationService", "VMSnapshot")
_NAMED: Final = ("Name", "Path", "LiteralPath", "Destination", "DestinationPath", "SwitchName", "ControllerType", "ControllerNumber", "ControllerLocation")


def done(calls: Iterable[Call]) -> list[Call]:
    """Writes that came to something: all but those the host refused."""
    return [call for call in casebook.writes([dict(call) for call in calls]) if call["outcome"] in ("ok", "done")]


def target(call: Call) -> tuple[str, ...]:
    """What one write is about, in words that are the same in every run: names and paths, never an id that a run draws."""
    bound = call["bound"]
    things = [thing for name in _PIPED for thing in bound.get(name, ()) if isinstance(thing, Mapping)]
    return (*(f"{thing['type']} {thing.get('name')}" for thing in things), *(str(_one(bound[name])) for name in _NAMED if name in bound))


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def counted(calls: Iterable[Call], what: re.Pattern[str]) -> Counter[tuple[str, ...]]:
    """How often each object was written to with each cmdlet that fits."""
    return Counter((call["command"], *target(call)) for call in done(calls) if what.match(call["command"]))


def lasting(counts: Counter[tuple[str, ...]]) -> Counter[tuple[str, ...]]:
    """Without files that are still being made: a leftover goes, and is made once more."""
    return Counter({words: count for words, count in counts.items() if not any(LEFTOVER.search(word) for word in words)})
