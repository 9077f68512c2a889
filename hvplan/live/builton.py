"""Whether a plan may touch a file on which a disk of a machine out of scope is built: only then are those disks read too.

A file that gets into a drive, changes, or goes elsewhere must be nobody's parent (behaviour 2.3, 4), and a file does not say
whose parent it is: its children do. Where declared disks are as they are declared, nobody has to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hvplan.live.wanted import Own, Wanted
from hvplan.model import marker
from hvplan.model.devices import Vhd
from hvplan.model.live import LiveDrive, LiveFile, LiveHost, LiveVhd, LiveVm
from hvplan.model.values import UNSET, Unknown, normal_path, same_path


def touches(live: LiveHost, wanted: Wanted) -> bool:
    """May a plan attach, change or move a file that stands on the host, or copy one that is in use."""
    return any(_touches(own, live, wanted) for own in wanted.own)


def _touches(own: Own, live: LiveHost, wanted: Wanted) -> bool:
    source = live.vhds.get(normal_path(own.vhd.source_path)) if own.vhd else None
    if isinstance(source, LiveVhd) and source.attached:
        return True
    drives = tuple(drive for vm in live.vms if _is(vm, own, wanted) for drive in vm.disks)
    if any(_holds(drive, own.path, live) for drive in drives):
        found = live.vhds.get(normal_path(own.path))
        return isinstance(found, LiveVhd) and own.vhd is not None and any(_differing(own.vhd, found))
    if isinstance(live.files.get(normal_path(own.path)), LiveFile):
        return True
    return _in_slot(own, drives)


def _is(vm: LiveVm, own: Own, wanted: Wanted) -> bool:
    """Is it the machine of that disk, by its name or by the mark of a stack of ours."""
    if vm.name.casefold() in own.machine:
        return True
    mark, _ = marker.find(vm.notes)
    return mark is not None and mark.stack in wanted.stacks and mark.id.casefold() in own.machine


def _holds(drive: LiveDrive, path: str, live: LiveHost) -> bool:
    base = live.base(drive.path) if drive.path else ""
    return not isinstance(base, Unknown) and same_path(base, path)


def _in_slot(own: Own, drives: Sequence[LiveDrive]) -> bool:
    """Does the slot hold another file, which then gets this name."""
    return any(drive.slot == own.slot for drive in drives)


def _differing(vhd: Vhd, found: LiveVhd) -> Iterator[bool]:
    pairs = ((vhd.size, found.size), (vhd.type, found.type), (vhd.block_size, found.block_size))
    return (want is not UNSET and want != now for want, now in pairs)
