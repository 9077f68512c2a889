"""A disk that is there and holds the declared file: what of it differs, what that costs, and why it may not be changed now."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from hvplan.diff.changes import BEFORE, EXCHANGED, Change, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import cause, disk_cause, disk_live, qos_section, qos_values
from hvplan.diff.exchange import diff_file
from hvplan.diff.files import header, possible_size
from hvplan.diff.keeps import doubtful
from hvplan.diff.settings import compare, manages, row_findings
from hvplan.diff.still import still
from hvplan.model.devices import Disk, Slot
from hvplan.model.impact import Impact
from hvplan.model.live import LiveDrive, LiveVhd, LiveVm
from hvplan.model.objects import Lifecycle
from hvplan.model.rows import rows
from hvplan.model.values import UNSET, normal_path, show_size

GROUP = "disks"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveDiff:
    """The change of one disk, and what is said of it."""

    change: Change
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()


def diff_drive(disk: Disk, drive: LiveDrive, base: str, address: str, vm: Machine, live: LiveVm, ctx: Context) -> DriveDiff:
    """The change of one disk. `base`: the file at the end of what is attached."""
    findings: list[Finding] = []
    fields: list[FieldChange] = []
    if isinstance(disk.slot, Slot) and disk.slot != drive.slot:
        findings += still(drive, base, address, "slot", "moved to another slot", vm, live, ctx, file=False)
        line = vm.line(Impact.RESTART, "a disk changes its slot while the machine is off")
        fields.append(FieldChange(path="slot", before=str(drive.slot), after=str(disk.slot), line=line))
    file = diff_file(disk, drive, base, address, vm, live, ctx)
    fields += file.fields
    findings += file.findings
    found = header(ctx, file.content)
    for path, (now, wanted) in sorted(file.differing.items()):
        if path == "vhd.size" and disk.vhd and disk.vhd.size is not UNSET and isinstance(found, LiveVhd) and disk.vhd.size > found.size:
            exchanged = any(field.path in EXCHANGED for field in file.fields)
            fields.append(_growth(disk, drive, found, disk.vhd.size, vm, exchanged=exchanged))
            findings += _no_growth(disk, drive, replace(found, path=disk.path), disk.vhd.size, address, vm, live, ctx, exchanged=exchanged)
            continue
        smaller = " and a disk is not shrunk" if path == "vhd.size" else ""
        text = f"{path} is {now}, not {wanted}; this version does not change it{smaller}. Declare it as it is, or change the file by hand."
        findings.append(vm.refuse(address, "disk-" + path.removeprefix("vhd.").lower(), text, path))
    limits = tuple(_qos(disk, drive, vm, ctx))
    fields += limits
    findings += _qos_order(limits, drive, address, vm)
    findings += (replace(f, blocks=(vm.address if vm.new else address,)) for f in row_findings(disk.settings, address, _lifecycle(disk, vm), 0, ctx.host))
    if not fields:
        return DriveDiff(change=Keep(address=address, want=disk, live=drive, slot=drive.slot), findings=tuple(findings), warnings=file.warnings)
    told = disk_cause(vm.marker, disk, disk_live(drive, base, ctx.host.vhds.get(normal_path(base))))
    caused = tuple(field if field.cause or field.path == BEFORE else replace(field, cause=told) for field in fields)
    slot = disk.slot if isinstance(disk.slot, Slot) else drive.slot
    change = Update(address=address, want=disk, live=drive, fields=caused, slot=slot, exchange=file.exchange)
    return DriveDiff(change=change, findings=tuple(findings), warnings=file.warnings)


def _growth(disk: Disk, drive: LiveDrive, found: LiveVhd, size: int, vm: Machine, *, exchanged: bool) -> FieldChange:
    """Resize-VHD: under power for a VHDX on SCSI alone (behaviour 2.3)."""
    if exchanged:
        line = vm.line(Impact.RESTART, "it grows on its new file")
    elif drive.slot.kind != "scsi":
        line = vm.line(Impact.RESTART, "an IDE drive")
    elif ntpath.splitext(found.path)[1].lower() == ".vhd":
        line = vm.line(Impact.RESTART, "a .vhd file")
    else:
        line = vm.line(Impact.ONLINE, "a SCSI drive")
    return FieldChange(path="vhd.size", before=found.size, after=size, line=line)


def _no_growth(
    disk: Disk, drive: LiveDrive, found: LiveVhd, size: int, address: str, vm: Machine, live: LiveVm, ctx: Context, *, exchanged: bool
) -> Iterator[Finding]:
    """Why a disk cannot grow now: its size, what is built on it, what it is built on, and the volume it lies on. `exchanged`: the last are judged already."""
    if wrong := possible_size(found.path, size, found.logical_sector or 512):
        yield vm.refuse(address, "disk-size", f"vhd.size: {wrong}", "vhd.size")
    if found.type == "Differencing":
        text = (
            f"{found.path} is a differencing disk ({found.parent or 'nobody knows of what'}); this version grows dynamic and fixed ones. Declare it as it is."
        )
        yield vm.refuse(address, "disk-size", text, "vhd.size")
    if exchanged:
        return
    yield from still(drive, found.path, address, "vhd.size", "made larger", vm, live, ctx, file=True)
    if doubt := doubtful(found.path, ctx):
        yield vm.refuse(address, "unknown", f"{doubt}, which is therefore not made larger.", "vhd.size")
    volume, more = ntpath.splitdrive(found.path)[0].lower(), size - found.size
    if found.type == "Fixed" and ctx.host.free.get(volume, more) < more:
        left = show_size(ctx.host.free[volume])
        text = f"{found.path} grows by {show_size(more)}, and {volume.upper()} has {left} left. Make room first."
        yield vm.refuse(address, "space", text, "vhd.size")


def _lifecycle(disk: Disk, vm: Machine) -> Lifecycle:
    prefixes = (f"devices.{GROUP}.{disk.key}.", f"{GROUP}.{disk.key}.", f"{GROUP}/{disk.key}/")
    paths = [row.path for row in rows(disk.settings).values()]
    return Lifecycle(ignore=tuple(path for path in paths if not manages(vm.want.lifecycle, *(prefix + path for prefix in prefixes))))


def _qos(disk: Disk, drive: LiveDrive, vm: Machine, ctx: Context) -> Iterator[FieldChange]:
    told = cause(vm.marker, qos_section(disk.key), qos_values(disk.settings), qos_values(drive.settings))
    for field in compare(disk.settings, drive.settings, _lifecycle(disk, vm), situation=vm.situation, host=ctx.host):
        yield replace(field, cause=told)


def _qos_order(fields: tuple[FieldChange, ...], drive: LiveDrive, address: str, vm: Machine) -> Iterator[Finding]:
    """Limits that would end up the wrong way round, counting what the host keeps (behaviour 3.2)."""
    now = qos_values(drive.settings) | {field.path: field.after for field in fields}
    low, high = now.get("qos.minimumIops"), now.get("qos.maximumIops")
    if fields and isinstance(low, int) and isinstance(high, int) and low > high > 0:
        text = f"qos.minimumIops would be {low}, more than qos.maximumIops with {high}; what is not written stays as the host has it. Write both."
        yield vm.refuse(address, "qos-order", text, fields[0].path)
