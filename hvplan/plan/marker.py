"""The mark an object ends up with: who owns it, which adapter is which, and digests of what was applied.

A mark that is only out of date is never a change: it is written with the next real change of its object. Ids that do
not exist yet stand in it as references.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hvplan.cmdlets.invocation import Ref, Text
from hvplan.model.live import LiveSwitch, LiveVm
from hvplan.model.marker import ID_LENGTH, Marker, join, replace_line, text_of, write
from hvplan.model.view import marker_line

_HOLE: Final = re.compile(r"\x01(\d{11})\x01")


@dataclass(slots=True)
class Holes:
    """Places for references in a line: texts as long as what will stand there, so that the line's length is right."""

    refs: list[Ref] = field(default_factory=list)

    def hole(self, ref: Ref) -> str:
        """A text that stands for the reference."""
        self.refs.append(ref)
        return f"\x01{len(self.refs) - 1:011}\x01"

    def fill(self, text: str) -> str | Text:
        """The text with its references in place."""
        parts: list[str | Ref] = []
        for index, piece in enumerate(_HOLE.split(text)):
            if index % 2:
                parts.append(self.refs[int(piece)])
            elif piece:
                parts.append(piece)
        return Text(parts=tuple(parts)) if any(isinstance(part, Ref) for part in parts) else text


def owner_of(id: str, address: str, holes: Holes) -> str:
    """The first characters of an object's GUID, or a reference to them."""
    return id.lower()[:ID_LENGTH] if id else holes.hole(Ref(address=address, property="Id", first=ID_LENGTH))


def adapter_id(address: str, holes: Holes) -> str:
    """The first characters of the GUID of an adapter that is still to be added."""
    return holes.hole(Ref(address=address, property="Id", after="\\", first=ID_LENGTH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """New notes of an object. `notes`: whole; `line`: the mark in them, `""` when there is none; `text`: the users' own."""

    notes: str | Text
    line: str | Text
    text: str


def marked(marker: Marker, live: LiveVm | LiveSwitch | None, users: str | None, holes: Holes) -> Mark | None:
    """The notes that carry this mark; None when the object has them already. `users`: the users' text when it changes, else None."""
    line = write(marker)
    old = live.notes if live else ""
    text = text_of(old) if users is None else users
    whole = replace_line(old, line) if text == text_of(old) else join(text, line)
    if live and whole == old:
        return None
    return Mark(notes=holes.fill(whole), line=holes.fill(line), text=text)


def unmarked(live: LiveVm | LiveSwitch) -> Mark:
    """The notes without our line."""
    text = text_of(live.notes)
    return Mark(notes=text, line="", text=text)


def retained(users: str, live: LiveVm | LiveSwitch | None) -> Mark:
    """New users' text beside whatever mark stands there: without a stack of our own the line of another stays."""
    line = marker_line(live.notes) if live else ""
    return Mark(notes=join(users, line) if line else users, line=line, text=users)


def kept(new: Mapping[str, str], old: Mapping[str, str], planned: frozenset[str]) -> dict[str, str]:
    """Section -> digest: new where the section was planned in this run, as it was elsewhere."""
    return {s: new[s] if s in planned else old[s] for s in sorted(new) if s in planned or s in old}
