"""Which questions tell a path of a machine: a re-read asks only these, because each is a cmdlet that a host takes its time for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.live.questions import QUESTIONS
from hvplan.model import boot
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows

EVERYTHING: Final = frozenset(question.name for question in QUESTIONS)
"""All that can be asked about a machine beside its own record."""
_BY_CMDLET: Final = {question.cmdlet: question.name for question in QUESTIONS if not question.expands}
_OWN: Final = ("id", "name", "generation", "version", "state", "path", "notes.marker", "exists")
"""Paths that the machine's own record tells, beside the rows read by Get-VM."""
_PATHS: Final[Mapping[str, frozenset[str]]] = {
    **{row.path: frozenset({_BY_CMDLET[row.query]} if row.query != "Get-VM" else ()) for _, part in PARTS for row in rows(part).values()},
    **dict.fromkeys(_OWN, frozenset[str]()),
    "devices.scsiControllers": frozenset({"controllers"}),
    boot.PATH: frozenset({"boot"}),
}
_GROUPS: Final[Mapping[str, frozenset[str]]] = {"disks": frozenset(), "dvds": frozenset(), "networkAdapters": frozenset({"adapters"})}
"""Drives come with the machine's own record."""


def questions_of(address: str, path: str) -> frozenset[str]:
    """Names of the questions that tell this path of a machine or of one of its devices; everything for a path that is not known here."""
    _, _, *device = address.split("/")
    return _GROUPS.get(device[0], EVERYTHING) if device else _PATHS.get(path, EVERYTHING)
