"""A disk that is there and holds the declared file: what of it differs, what that costs, and why it may not be changed now."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from dataclasses import replace

from hvplan.diff.changes import Change, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import cause, disk_declared, disk_live, disk_section, qos_section, qos_values
from hvplan.diff.files import differences, header, possible_size
from hvplan.diff.settings import compare, manages, row_findings
from hvplan.model.devices import Disk, Slot, Vhd
from hvplan.model.impact import Impact
from hvplan.model.live import LiveDrive, LiveVhd, LiveVm
from hvplan.model.objects import Lifecycle
from hvplan.model.rows import rows
from hvplan.model.values import UNSET, Unknown, normal_path, same_path, show_size

GROUP = "disks"


def diff_drive(disk: Disk, drive: LiveDrive, base: str, address: str, vm: Machine, live: LiveVm, ctx: Context) -> tuple[Change, tuple[Finding, ...]]:
    """The change of one disk, and its findings. `base`: the file at the end of what is attached."""
    findings: list[Finding] = []
    fields: list[FieldChange] = []
    if isinstance(disk.slot, Slot) and disk.slot != drive.slot:
        findings += _still(disk, drive, base, address, "slot", "moved to another slot", vm, live, ctx)
        line = vm.line(Impact.RESTART, "a disk changes its slot while the machine is off")
        fields.append(FieldChange(path="slot", before=str(drive.slot), after=str(disk.slot), line=line))
    if disk.vhd is not None and _says_something(disk.vhd):
        found = header(ctx, base)
        if not isinstance(found, LiveVhd):
            why = found.why if isinstance(found, Unknown) else "it is not there"
            text = f"{base} could not be read ({why}), so nothing about it is decided."
            return Keep(address=address, want=disk, live=drive, slot=drive.slot), (Finding(address=address, code="unknown", path="vhd", text=text),)
        for path, (now, wanted) in sorted(differences(disk.vhd, found).items()):
            if path == "vhd.size" and disk.vhd.size is not UNSET and disk.vhd.size > found.size:
                fields.append(_growth(disk, drive, found, disk.vhd.size, vm))
                findings += _no_growth(disk, drive, found, disk.vhd.size, address, vm, live, ctx)
                continue
            smaller = " and a disk is not shrunk" if path == "vhd.size" else ""
            text = f"{path} is {now}, not {wanted}; this version does not change it{smaller}. Declare it as it is, or change the file by hand."
            findings.append(vm.refuse(address, "disk-" + path.removeprefix("vhd.").lower(), text, path))
    limits = tuple(_qos(disk, drive, vm, ctx))
    fields += limits
    findings += _qos_order(limits, drive, address, vm)
    findings += (replace(f, blocks=(vm.address if vm.new else address,)) for f in row_findings(disk.settings, address, _lifecycle(disk, vm), 0, ctx.host))
    if not fields:
        return Keep(address=address, want=disk, live=drive, slot=drive.slot), tuple(findings)
    told = cause(vm.marker, disk_section(disk.key), disk_declared(disk), disk_live(drive, base, ctx.host.vhds.get(normal_path(base))))
    caused = tuple(field if field.cause else replace(field, cause=told) for field in fields)
    slot = disk.slot if isinstance(disk.slot, Slot) else drive.slot
    return Update(address=address, want=disk, live=drive, fields=caused, slot=slot), tuple(findings)


def _says_something(vhd: Vhd) -> bool:
    return bool(vhd.parent_path) or any(value is not UNSET for value in (vhd.size, vhd.type, vhd.block_size, vhd.logical_sector, vhd.physical_sector))


def _growth(disk: Disk, drive: LiveDrive, found: LiveVhd, size: int, vm: Machine) -> FieldChange:
    """Resize-VHD: under power for a VHDX on SCSI alone (behaviour 2.3)."""
    if drive.slot.kind != "scsi":
        line = vm.line(Impact.RESTART, "an IDE drive")
    elif ntpath.splitext(found.path)[1].lower() == ".vhd":
        line = vm.line(Impact.RESTART, "a .vhd file")
    else:
        line = vm.line(Impact.ONLINE, "a SCSI drive")
    return FieldChange(path="vhd.size", before=found.size, after=size, line=line)


def _no_growth(disk: Disk, drive: LiveDrive, found: LiveVhd, size: int, address: str, vm: Machine, live: LiveVm, ctx: Context) -> Iterator[Finding]:
    """Why a disk cannot grow now: its size, what is built on it, what it is built on, and the volume it lies on."""
    if wrong := possible_size(found.path, size, found.logical_sector or 512):
        yield vm.refuse(address, "disk-size", f"vhd.size: {wrong}", "vhd.size")
    if found.type == "Differencing":
        text = (
            f"{found.path} is a differencing disk ({found.parent or 'nobody knows of what'}); this version grows dynamic and fixed ones. Declare it as it is."
        )
        yield vm.refuse(address, "disk-size", text, "vhd.size")
    yield from _still(disk, drive, found.path, address, "vhd.size", "made larger", vm, live, ctx)
    volume, more = ntpath.splitdrive(found.path)[0].lower(), size - found.size
    if found.type == "Fixed" and ctx.host.free.get(volume, more) < more:
        left = show_size(ctx.host.free[volume])
        text = f"{found.path} grows by {show_size(more)}, and {volume.upper()} has {left} left. Make room first."
        yield vm.refuse(address, "space", text, "vhd.size")


def _still(disk: Disk, drive: LiveDrive, base: str, address: str, path: str, what: str, vm: Machine, live: LiveVm, ctx: Context) -> Iterator[Finding]:
    """Checkpoints and disks that are built on this one: they would not fit it any more (behaviour 4)."""
    if isinstance(live.checkpoints, Unknown):
        text = f"a disk is not {what} while its machine has checkpoints, and they could not be read ({live.checkpoints.why})."
        yield vm.refuse(address, "unknown", text, path)
    elif live.checkpoints or not same_path(drive.path, base):
        names = ", ".join(checkpoint.name for checkpoint in live.checkpoints[:3]) or f"{drive.path} is attached"
        text = f"a disk is not {what} while its machine has checkpoints ({names}). Remove them first."
        yield vm.refuse(address, "checkpoints", text, path)
    elif path == "vhd.size" and (children := ctx.parents.get(normal_path(base))):
        yield vm.refuse(address, "disk-is-parent", f"{base} is the parent of {', '.join(children)}, so it does not change.", path)
    if users := ctx.attached_to_others(base, vm.id):
        yield vm.refuse(address, "disk-attached", f"{base} is attached to {', '.join(users)} too, so it is not {what}.", path)


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
