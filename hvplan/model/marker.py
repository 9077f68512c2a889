"""The one line of an object's notes that is hvplan's: who owns it, and what was last applied.

    hvplan/v1 stack=lab id=web01 vm=2f0c8a52-6d3e origin=created applied=1:cpu.3f,mem.9c nic/lan=<13 of the adapter's GUID> protect

Values are percent-encoded. The line may stand anywhere; what users see as notes is the text without it and without
the one line break that joins it on. All other bytes of the notes stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from hvplan.model.address import decode
from hvplan.model.values import Json

PREFIX = "hvplan/v1 "
LIMIT = 3500
NOTES_MOST = 4096
"""Bytes of notes as UTF-8, our line included: no limit is documented, and this is as far as anybody goes (behaviour 8)."""
ID_LENGTH = 13
# Notes are edited on Windows: a line ends with \r\n, \n or \r, which `^` and `$` do not all know.
_LINE = re.compile(r"(?:\r\n|\r|\n)?(?<![^\r\n])hvplan/v1 [^\r\n]*(?:\r\n|\r|\n)?")
_BARE = re.compile(r"(?<![^\r\n])hvplan/v1 [^\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """`kind` is `vm` or `switch`; `owner` the first 13 characters of the object's GUID, or `new` while a creation is under way.

    `applied`: section -> short digest. `adapters`: device key -> first 13 characters of the adapter's GUID. `restart`:
    the machine was stopped for a change and is owed its start, which a killed run did not come to; `resumed`: it was saved and
    is resumed for a change, so it is owed its stop. `going`: device key ->
    file of a disk that goes with the machine: what a killed run has detached and not deleted yet is known by this alone.
    """

    stack: str
    id: str
    kind: str = "vm"
    owner: str = "new"
    origin: str = "created"
    applied: Mapping[str, str] = field(default_factory=dict)
    adapters: Mapping[str, str] = field(default_factory=dict)
    protect: bool = False
    restart: bool = False
    resumed: bool = False
    going: Mapping[str, str] = field(default_factory=dict)

    def fits(self, guid: str) -> bool:
        """Does it belong to the object with that id; a copied or restored object carries a foreign one."""
        return self.owner in ("new", guid.lower()[:ID_LENGTH])


def going_of(files: Mapping[str, str]) -> dict[str, str]:
    """Device key -> file, from files by the address of their disk."""
    return {decode(address.rsplit("/", 1)[1]): path for address, path in files.items()}


def _safe(value: str) -> str:
    return quote(value, safe="/-._~")


def write(marker: Marker) -> str:
    """The line, below 3.5 KB: when it grows longer the digests of devices fold into one `devices.xxxx`."""
    line = _line(marker, marker.applied)
    if len(line.encode()) > LIMIT:
        devices = {k: v for k, v in marker.applied.items() if "/" in k}
        folded = {k: v for k, v in marker.applied.items() if "/" not in k} | {"devices": digest(devices)}
        line = _line(marker, folded)
    return line


def _line(marker: Marker, applied: Mapping[str, str]) -> str:
    words = [f"stack={_safe(marker.stack)}", f"id={_safe(marker.id)}", f"{marker.kind}={marker.owner}", f"origin={marker.origin}"]
    if applied:
        words.append("applied=1:" + ",".join(f"{_safe(section)}.{value}" for section, value in sorted(applied.items())))
    words += [f"nic/{_safe(key)}={guid}" for key, guid in sorted(marker.adapters.items())]
    words += ["protect"] if marker.protect else []
    words += ["restart"] if marker.restart else []
    words += ["resumed"] if marker.resumed else []
    words += [f"going/{_safe(key)}={_safe(path)}" for key, path in sorted(marker.going.items())]
    return PREFIX + " ".join(words)


def find(notes: str) -> tuple[Marker | None, int]:
    """The marker in notes, and how many lines claim to be one: with two or more none is believed."""
    lines = [m.group().strip("\r\n") for m in _LINE.finditer(notes)]
    return (_parse(lines[0]) if len(lines) == 1 else None), len(lines)


def _parse(line: str) -> Marker | None:
    values: dict[str, str] = {}
    adapters: dict[str, str] = {}
    going: dict[str, str] = {}
    for word in line[len(PREFIX) :].split(" "):
        key, equals, value = word.partition("=")
        if key.startswith("nic/") and equals:
            adapters[unquote(key[4:])] = value
        elif key.startswith("going/") and equals:
            going[unquote(key[6:])] = unquote(value)
        elif key:
            values[key] = value if equals else "true"
    kind = "switch" if "switch" in values else "vm"
    if not {"stack", "id", kind} <= values.keys():
        return None
    applied: dict[str, str] = {}
    version, _, sections = values.get("applied", "").partition(":")
    if version == "1":
        for item in sections.split(","):
            section, _, value = item.rpartition(".")
            if section:
                applied[unquote(section)] = value
    return Marker(
        stack=unquote(values["stack"]),
        id=unquote(values["id"]),
        kind=kind,
        owner=values[kind].lower(),
        origin=values.get("origin", "created"),
        applied=applied,
        adapters=adapters,
        protect="protect" in values,
        restart="restart" in values,
        resumed="resumed" in values,
        going=going,
    )


def line_in(notes: str) -> str:
    """Our line as it stands in notes, whatever Windows ends lines with; `""` without one."""
    match = _BARE.search(notes)
    return match.group() if match else ""


def text_of(notes: str) -> str:
    """The users' notes: without our line and the one line break that joins it on."""
    match = _LINE.search(notes)
    if match is None:
        return notes
    found = match.group()
    before, after = found[0] in "\r\n", found[-1] in "\r\n"
    # A line in the middle has a break on both sides; one of them belongs to the users' text.
    keep = re.search(r"(?:\r\n|\r|\n)$", found) if before and after else None
    return notes[: match.start()] + (keep.group() if keep else "") + notes[match.end() :]


def join(text: str, line: str) -> str:
    """Users' notes with our line appended after one line break (behind a lone carriage return another one, or the two would be one break)."""
    end = "\r" if text.endswith("\r") else "\n"
    return f"{text}{end}{line}" if text else line


def replace_line(notes: str, line: str) -> str:
    """Notes with our line exchanged where it stands, or appended; every other byte stays."""
    match = _BARE.search(notes)
    return notes[: match.start()] + line + notes[match.end() :] if match else join(notes, line)


def digest(value: Json) -> str:
    """A short digest of a section's values: enough to tell that something moved, never a secret."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:6]
