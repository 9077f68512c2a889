"""What is foreseen of a start: no machine starts without a file that it has in a drive, nor with one that another holds (behaviour 5.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hvplan.diff.changes import Change, Delete, Finding, Update
from hvplan.diff.context import Context
from hvplan.diff.stopping import is_stopped
from hvplan.model.devices import Slot
from hvplan.model.live import LiveDrive, LiveHost, LiveVhd, LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.model.values import normal_path

_HOLDS = frozenset({"Running", "Paused"})
_SHARED = ".vhds"


def start_foreseen(change: Update, devices: tuple[Change, ...], ctx: Context) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What is said of files that are missing, and why a machine is not started: a file is not there, or a machine that nobody declared runs with it."""
    live, address = change.live, change.address
    assert isinstance(live, LiveVm)
    starts = _starts(change, live, devices, ctx)
    if live.state == "Running" and not starts:
        return (), ()
    other = set(_other_files(devices))
    missing = [f"{d.slot} has {d.path}, {gone}" for d in (*live.disks, *live.dvds) if d.slot not in other and (gone := _gone(d.path, ctx.host))]
    if missing and not starts:
        return (f"{'; '.join(missing)}: the machine would not start.",), ()
    findings = []
    if missing:
        text = f"{'; '.join(missing)}, so the machine would not start. Put the file in place, or take the drive off (absent: true)."
        findings.append(Finding(address=address, code="file-missing", text=text, path="state", blocks=(address,)))
    taken = [f"{d.slot} has {d.path}, {held}" for d in live.disks if starts and d.slot not in other and (held := _held(live, d, ctx))]
    if taken:
        text = f"{'; '.join(taken)}, so the machine would not start. Turn that one off, or take the disk off one of them."
        findings.append(Finding(address=address, code="file-in-use", text=text, path="state", blocks=(address,)))
    return (), tuple(findings)


def _starts(change: Update, live: LiveVm, devices: tuple[Change, ...], ctx: Context) -> bool:
    """Does this run start it: as declared, again after a stop for a change, or out of a saved state to be stopped then."""
    assert isinstance(change.want, VirtualMachine)
    state = next((field.after for field in change.fields if field.path == "state" and field.impact <= ctx.options.most), None)
    stopped = is_stopped(change.want, live, change, devices, ctx)
    return state == "Running" or (stopped and (live.state == "Saved" or state != "Off"))


def _other_files(devices: Iterable[Change]) -> Iterator[Slot]:
    """Slots of the drives that go, or get another file, in this run."""
    for one in devices:
        drive = one.live if isinstance(one, Update | Delete) else None
        if isinstance(drive, LiveDrive) and (
            isinstance(one, Delete) or (isinstance(one, Update) and (one.exchanged or any(f.path == "iso" for f in one.fields)))
        ):
            yield drive.slot


def _gone(path: str, host: LiveHost) -> str:
    """What is said of the file of a drive, or of one that it is built on, that is known not to be there; `""` when nobody knows of any."""
    for file in _chain(path, host):
        key = normal_path(file)
        if (key in host.files and host.files[key] is None) or (key in host.vhds and host.vhds[key] is None):
            return "which is not there" if file == path else f"which needs {file}, and that is not there"
    return ""


def _held(live: LiveVm, drive: LiveDrive, ctx: Context) -> str:
    """What is said of a file that a machine which runs, and which no document speaks of, writes to or is built on; shared disks are no one's alone."""
    if not drive.path or normal_path(drive.path).endswith(_SHARED) or any(word.endswith(f" on {drive.slot}") for word in live.beyond):
        return ""
    declared = {name.casefold() for want in ctx.desired.vms for name in (want.name, *want.lifecycle.formerly)}
    mine = [normal_path(file) for file in _chain(drive.path, ctx.host)]
    for other in ctx.host.vms:
        if other.id == live.id or other.state not in _HOLDS or other.name.casefold() in declared:
            continue
        for theirs in (one.path for one in other.disks if one.path):
            if normal_path(theirs) in mine or mine[0] in map(normal_path, _chain(theirs, ctx.host)):
                return f"and {other.name} ({other.id}) is {other.state} with {theirs}"
    return ""


def _chain(path: str, host: LiveHost) -> Iterator[str]:
    """A file and those that it is built on, as far as they are known."""
    seen: set[str] = set()
    while path and (key := normal_path(path)) not in seen:
        seen.add(key)
        yield path
        header = host.vhds.get(key)
        path = header.parent if isinstance(header, LiveVhd) else ""
