"""What is foreseen of a start: a machine does not start while a file that it has in a drive is not there (behaviour 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hvplan.diff.changes import Change, Delete, Finding, Update
from hvplan.model.devices import Slot
from hvplan.model.live import LiveDrive, LiveHost, LiveVhd, LiveVm
from hvplan.model.values import normal_path


def start_foreseen(change: Update, devices: tuple[Change, ...], host: LiveHost) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What is said of files that are missing, and why a machine that lacks one is not started."""
    live, address = change.live, change.address
    assert isinstance(live, LiveVm)
    if live.state == "Running":
        return (), ()
    other = set(_other_files(devices))
    missing = [(drive, gone) for drive in (*live.disks, *live.dvds) if drive.slot not in other and (gone := _gone(drive.path, host))]
    if not missing:
        return (), ()
    listed = "; ".join(f"{drive.slot} has {drive.path}, " + ("which" if gone == drive.path else f"which needs {gone}, and that") for drive, gone in missing)
    text = f"{listed} is not there"
    if not any(field.path == "state" and field.after == "Running" for field in change.fields):
        return (f"{text}: the machine would not start.",), ()
    text += ", so the machine would not start. Put the file in place, or take the drive off (absent: true)."
    return (), (Finding(address=address, code="file-missing", text=text, path="state", blocks=(address,)),)


def _other_files(devices: Iterable[Change]) -> Iterator[Slot]:
    """Slots of the drives that go, or get another file, in this run."""
    for one in devices:
        drive = one.live if isinstance(one, Update | Delete) else None
        if isinstance(drive, LiveDrive) and (
            isinstance(one, Delete) or (isinstance(one, Update) and (one.exchanged or any(f.path == "iso" for f in one.fields)))
        ):
            yield drive.slot


def _gone(path: str, host: LiveHost) -> str:
    """The file of a drive, or the one it is built on, that is known not to be there; `""` when nobody knows of any."""
    seen: set[str] = set()
    while path and (key := normal_path(path)) not in seen:
        seen.add(key)
        if key in host.files and host.files[key] is None:
            return path
        header = host.vhds.get(key)
        if key in host.vhds and header is None:
            return path
        path = header.parent if isinstance(header, LiveVhd) else ""
    return ""
