"""The end state of a host as two runs can share it: without what a run draws anew (dynamic MACs, times, order of arrival)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from hvplan.simulator.world import SimulatedWorld

Json = Any
_DRAWN: Final = frozenset({"drawn", "nextMac", "dynamicMac", "created", "started", "due", "identifier", "macAddressRange"})
_KEYS: Final = ("name", "path", "slot", "id")
_BOOKKEEPING: Final = re.compile(r"(?<=\S) (?:applied|nic/[^ =]*|dvd/[^ =]*)=\S*")


def end_state(world: SimulatedWorld) -> Json:
    """The whole host, comparable. Digests and device ids in a mark are bookkeeping, which is written with the next real change of its object."""
    return _stable(world.dump())


def _stable(value: Json) -> Json:
    match value:
        case Mapping():
            return {key: _BOOKKEEPING.sub("", one) if key == "notes" else _stable(one) for key, one in value.items() if key not in _DRAWN}
        case [*items]:
            return sorted((_stable(item) for item in items), key=_key) if all(isinstance(i, Mapping) for i in items) else [_stable(i) for i in items]
        case _:
            return value


def _key(item: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(str(item.get(name, "")).casefold() for name in _KEYS)


def difference(one: Json, other: Json, at: str = "") -> list[str]:
    """Every place in which two end states differ, one line each: `vms[web01].notes: 'a' | 'b'`."""
    match one, other:
        case (Mapping(), Mapping()):
            keys = [*one, *(key for key in other if key not in one)]
            return [line for key in keys for line in difference(one.get(key), other.get(key), f"{at}.{key}".lstrip("."))]
        case ([*here], [*there]) if all(isinstance(item, Mapping) for item in (*here, *there)):
            ours, theirs = ({_key(item): item for item in items} for items in (here, there))
            both = [*ours, *(key for key in theirs if key not in ours)]
            found = [line for key in both for line in difference(ours.get(key), theirs.get(key), f"{at}[{' '.join(filter(None, key))}]")]
            return found if found or len(here) == len(there) else [f"{at}: {len(here)} | {len(there)}"]
        case _:
            return [] if one == other else [f"{at}: {one!r} | {other!r}"]
