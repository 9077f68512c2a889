"""Plain settings of a machine, without those that a creation gives by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hvplan.export.written import Json, literal, size_text, unsayable
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.parts import PARTS, Memory
from hvplan.model.rows import Row, written
from hvplan.model.values import Unknown, is_root, same_path, show_duration

LIKE_RESET: Final[Mapping[str, Json]] = {
    "firmware.secureBoot": "MicrosoftWindows",  # that was turned on without naming one (behaviour 6)
    "memoryMappedIo.high": 512 << 20,
    "video.horizontal": 1920,
    "video.vertical": 1080,
}
"""What a new machine reads as where its row does not say. Of the last three no source says so: what is left out here is not managed."""

OF_THE_HOST: Final[Mapping[str, Callable[[LiveHost], Json]]] = {
    "processor.numa.maximumPerNode": lambda live: live.processors,
    "processor.numa.maximumPerSocket": lambda live: 1,
    "memory.numaMaximumPerNode": lambda live: live.memory,
    "processor.threadsPerCore": lambda live: 1 if live.identity.release == "2016" else 0,
}
"""Where a new machine takes after its host: here one that is a single NUMA node; others say so in every machine.

2016 has no 0 for as many threads as the host has (behaviour 3.2).
"""

FOLDERS: Final = frozenset({"checkpoints.path", "smartPagingPath"})
"""Folders that follow the machine's own where nobody chose others."""

VERSIONS: Final[Mapping[str, str]] = {"2016": "8.0", "2019": "9.0", "2022": "10.0", "2025": "12.0"}
"""Release -> configuration version of a new machine (behaviour 1.3)."""


def settings_of(vm: LiveVm, live: LiveHost) -> tuple[dict[str, Json], list[str]]:
    """Settings as the document nests them, and remarks on parts that could not be read."""
    flat: dict[str, Json] = {}
    remarks: list[str] = []
    for name, _ in PARTS:
        part = getattr(vm, name)
        if isinstance(part, Unknown):
            remarks.append(f"its {name.replace('_', ' ')} settings could not be read ({part.why}), so they are not declared")
        elif part is not None:
            flat |= dict(_values(part, vm, live, remarks))
            remarks += [f"its {path} is not declared: what the host has there is nothing that a file could say" for path in unsayable(part, live)]
    return _nested(flat), remarks


def _nested(flat: Mapping[str, Json]) -> dict[str, Json]:
    """Maps below maps, in the order of the rows; what is a map is thereby on (`memory.dynamic`)."""
    tree: dict[str, Json] = {}
    for path, value in flat.items():
        node = tree
        *branch, leaf = path.split(".")
        for key in branch:
            below = node.get(key)
            if not isinstance(below, dict):
                below = node[key] = {}
            node = below
        if not isinstance(node.get(leaf), dict):
            node[leaf] = value
    return tree


def _values(part: Any, vm: LiveVm, live: LiveHost, remarks: list[str]) -> Iterator[tuple[str, Json]]:
    static = isinstance(part, Memory) and part.dynamic is not True
    for _, row, value in written(part):
        if static and row.path.startswith("memory.dynamic."):
            continue  # they do not count while dynamic memory is off (behaviour 6)
        if row.path in FOLDERS and (same_path(value, vm.path) or same_path(value, live.vm_path)):
            continue
        if row.path in FOLDERS and is_root(value):
            remarks.append(f"its {row.path} is {value}, which is not declared: no file could ask for that")
            continue
        if row.path == "memory.startup" or value != _given(row, live):
            yield row.path, _shown(row, value)


def _given(row: Row, live: LiveHost) -> Json:
    """What a machine made without this attribute has on this host; UNSET when nobody documented that."""
    if row.path in LIKE_RESET:
        return LIKE_RESET[row.path]
    if row.path in OF_THE_HOST:
        return OF_THE_HOST[row.path](live)
    return row.resets_to


def _shown(row: Row, value: Json) -> Json:
    if row.kind.unit == "bytes":
        return size_text(value)
    if row.kind.unit == "seconds":
        return show_duration(value)
    if row.path == "notes":
        return literal(value.replace("\r\n", "\n"))
    if isinstance(value, tuple):
        return [literal(item) if isinstance(item, str) else item for item in value]
    return literal(value) if isinstance(value, str) else value
