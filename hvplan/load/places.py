"""Where everything is written: (host, address, path) to a place, joined to documents when they are made."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field

from hvplan.diagnostics import Place
from hvplan.load.tree import Node, child, where


@dataclass(frozen=True, slots=True)
class Written:
    """Where an object or a device is written: its own place, and the node that its paths lead through."""

    place: Place
    node: Node


@dataclass(frozen=True, slots=True)
class Places:
    """Looks places up. A value that a template or an alias gives is placed where it is written."""

    written: Map[tuple[str, str], Written] = field(default_factory=dict)

    def place(self, host: str, address: str, path: str = "") -> Place | None:
        """The place of a path of an address on a host, or of the nearest thing above it that is written; None for an unknown object.

        `path` as in documents (`memory.startup`, `vhd.path`). `id` and other paths that nobody writes give the object's place.
        """
        parts = address.split("/")
        while parts:
            found = self.written.get((host, "/".join(parts)))
            if found is not None:
                keys = path.split(".")
                below = "/".join(parts) == address and child(found.node, keys[0]) is not None
                return where(found.node, *keys) if below else found.place
            parts.pop()
        return None
