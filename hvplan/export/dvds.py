"""DVD drives as a document names them: by slot, with the file in them, or `null` for an empty drive."""

from __future__ import annotations

from hvplan.export.adapters import Found
from hvplan.export.written import Json, literal, sayable, unique
from hvplan.model.devices import ISO
from hvplan.model.live import LiveDrive, LiveHost, LiveVm
from hvplan.model.values import normal_path


def dvds_of(vm: LiveVm, live: LiveHost) -> Found:
    """Every drive. Its name says nothing of what is in it, because that changes: `dvd`, `dvd 2`."""
    found = Found()
    taken: set[str] = set()
    for drive in vm.dvds:
        values: dict[str, Json] = {"slot": str(drive.slot)}
        if why := _unsaid(drive, live):
            found.say(f"DVD drive {drive.slot} holds {drive.path}, which is not declared: {why}", partial=True)
        else:
            values["iso"] = literal(drive.path) if drive.path else None
        found.devices[unique("dvd", taken)] = values
    return found


def _unsaid(drive: LiveDrive, live: LiveHost) -> str:
    """Why a file cannot name the medium."""
    if not drive.path:
        return ""
    if not sayable(ISO, drive.path):
        return "it is no file"
    if not drive.path.lower().endswith(".iso"):
        return "its name does not end in .iso"
    return "that file is not there" if live.files.get(normal_path(drive.path), drive) is None else ""
