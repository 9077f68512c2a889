"""Which files hvplan made: the mark says it of each disk, and a file may go with its machine only where it does (law 4).

The digest of a disk whose file was there before is the one of a disk with `existing: Adopt`, whatever the files say now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

from hvplan.diff.changes import Change, Create, FieldChange, Keep, Update
from hvplan.diff.digests import SECTION_OF, adapter_section, applied, disk_declared, disk_section, dvd_section, qos_section
from hvplan.model.devices import Disk, Dvd, NetworkAdapter
from hvplan.model.marker import Marker, digest
from hvplan.model.objects import VirtualMachine
from hvplan.model.values import Json, normal_path

_DIGESTED: Final[Mapping[str, str]] = {"vhd.size": "size", "slot": "slot", "vhd.type": "type", "vhd.blockSize": "block_size", "vhd.path": "path"}
"""Attribute of a disk that changes in place -> its name in the digest: the mark still holds what it was."""


def applied_with_files(want: VirtualMachine, own: Update | Keep | None, devices: Sequence[Change], old: Marker | None) -> dict[str, str]:
    """Section -> digest of a machine, telling files that hvplan made from those that were there, and what was left for later from what was done."""
    left: dict[str, dict[str, Json]] = {}
    for field in own.left if own else ():
        left.setdefault(SECTION_OF.get(field.path, "vm"), {})[field.path] = field.json(field.before)
    for device in devices:
        match device:
            case Update(want=NetworkAdapter() as adapter) | Keep(want=NetworkAdapter() as adapter):
                left[adapter_section(adapter.key)] = {field.path: field.json(field.before) for field in device.left}
            case Update(want=Disk() as disk) | Keep(want=Disk() as disk):
                left[disk_section(disk.key)] = _stays(device)
                left[qos_section(disk.key)] = {field.path: field.json(field.before) for field in device.left}
            case Update(want=Dvd() as dvd) | Keep(want=Dvd() as dvd):
                left[dvd_section(dvd.key)] = {field.path: _value(field) for field in device.left}
            case _:
                pass
    return applied(want, left) | dict(_adopted(devices, old))


def _adopted(devices: Sequence[Change], old: Marker | None) -> Iterator[tuple[str, str]]:
    for device in devices:
        if isinstance(device.want, Disk) and device.want.vhd and not device.want.absent and not made_by_us(device, device.want, old):
            values = disk_declared(replace(device.want, vhd=replace(device.want.vhd, existing="Adopt")))
            yield disk_section(device.want.key), digest({**values, **{name: value for name, value in _stays(device).items() if name in values}})


def _stays(device: Change) -> dict[str, Json]:
    """What a disk has until a later run changes it, in the words of its digest."""
    left = device.left if isinstance(device, Update | Keep) else ()
    return {_DIGESTED[field.path]: _value(field) for field in left if field.path in _DIGESTED}


def made_by_us(device: Change, disk: Disk, old: Marker | None) -> bool:
    """Was the file made by this run or, as the mark says, by an earlier one; in a creation that was cut off by that one."""
    if isinstance(device, Create) and device.file is not None:
        return True
    if not isinstance(device, Create | Keep | Update) or disk.vhd is None or disk.vhd.existing == "Adopt":
        return False
    if old is None or old.owner == "new":
        return old is not None
    last = old.applied.get(disk_section(disk.key))
    now = disk_declared(disk)
    fields = device.fields if isinstance(device, Update) else device.left if isinstance(device, Keep) else ()
    before = now | {_DIGESTED[f.path]: _value(f) for f in fields if _DIGESTED.get(f.path) in now}
    if isinstance(device, Update) and device.exchange and not device.exchange.same:
        before = now  # another file that stood there is ours only if the mark says so of that very file
    return last is not None and any(last == digest(values) for values in (*_choices(now), *(_choices(before) if before != now else ())))


def makes_file(device: Change, disk: Disk, old: Marker | None) -> bool:
    """Does the disk get a file of ours in a place where nobody but the mark says so."""
    if isinstance(device, Create):
        return device.file is not None
    return isinstance(device, Update) and device.exchanged is not None and device.exchanged.same and made_by_us(device, disk, old)


def _value(field: FieldChange) -> Json:
    return normal_path(str(field.before)) if field.path in ("vhd.path", "iso") and field.before else field.before


def _choices(values: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """The declaration, and every smaller one it may have grown from."""
    for count in range(len(values), 0, -1):
        for chosen in combinations(sorted(values), count):
            yield {path: values[path] for path in chosen}
