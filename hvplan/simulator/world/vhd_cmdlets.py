"""Get-VHD, New-VHD, Resize-VHD, Merge-VHD, Set-VHD: files that may or may not be in a drive."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hvplan.simulator.values import Obj
from hvplan.simulator.world import units, vhds
from hvplan.simulator.world.avhdx import is_avhdx, merge_file
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.enums import enum
from hvplan.simulator.world.host_nouns import File, Vhd
from hvplan.simulator.world.record_parts import u32, u64
from hvplan.simulator.world.refusals import Refusal, operation_failed, refusal, vm_id_not_found
from hvplan.simulator.world.releases import VHD_MAXIMUM, VHD_MINIMUM, VHDX_MAXIMUM
from hvplan.simulator.world.state import State

_FORMATS = {".vhd": "VHD", ".avhd": "VHD", ".vhds": "VHDSet"}
_PMEM = "VirtualHardDiskPmemAddressAbstractionType"


def vhd_record(file: File, state: State) -> Obj:
    """`VirtualHardDisk` (the module of VHDs, not of VMs)."""
    header = file.vhd
    assert header is not None
    extension = units.extension_of(file.path)
    return Obj(
        "Microsoft.Vhd.PowerShell.VirtualHardDisk",
        {
            "ComputerName": state.host.name, "Path": file.path, "VhdFormat": enum("VhdFormat", _FORMATS.get(extension, "VHDX")),
            "VhdType": enum("VhdType", header.type), "FileSize": u64(file.size), "Size": u64(header.size),
            "MinimumSize": None if header.minimum is None else u64(header.minimum), "LogicalSectorSize": u32(header.logical),
            "PhysicalSectorSize": u32(header.physical), "BlockSize": u32(0 if header.type == "Fixed" else header.block), "ParentPath": header.parent,
            "DiskIdentifier": header.identifier, "FragmentationPercentage": u32(0), "Alignment": u32(1),
            "Attached": state.holder(file.path) is not None, "DiskNumber": None, "IsPMEMCompatible": False, "AddressAbstractionType": enum(_PMEM, "None"),
            "Number": None,
        },
    )  # fmt: skip


def opened(state: State, path: str) -> tuple[File, Vhd]:
    """The virtual disk at a path, and its header; refuses what is not there, is no disk or is being merged (row 40)."""
    file = state.file(path)
    if file is None or file.folder:
        message = f"Getting the mounted storage instance for the path '{path}' failed. The system cannot find the file specified. (0x80070002)."
        raise refusal("ObjectNotFound", "ObjectNotFound", message, path)
    if file.vhd is None:
        message = f"Getting the mounted storage instance for the path '{path}' failed. The file or directory is corrupted and unreadable. (0xC03A0002)."
        raise operation_failed(message, path)
    if state.merging(path) is not None:  # row 40: another operation has it open
        message = f"Getting the mounted storage instance for the path '{path}' failed. The operation cannot be performed while the object is in use."
        raise refusal("ObjectInUse", "ResourceBusy", message, path)
    return file, file.vhd


def get_vhd(context: Context) -> None:
    """Get-VHD, by paths or by the ids of VMs whose disks it then lists."""
    paths = [str(path) for path in context.many("Path")]
    for id in context.many("VMId"):
        vm = context.state.vms.get(id if isinstance(id, UUID) else UUID(str(id)))
        if vm is None:
            context.errors.append(vm_id_not_found(id, reading=False).error)
            continue
        paths += [disk.path for disk in vm.disks if disk.path]
    context.each(paths, lambda path: context.give(vhd_record(opened(context.state, path)[0], context.state)))


def new_vhd(context: Context) -> None:
    """New-VHD: dynamic unless it says otherwise; differencing takes size and format from its parent."""
    parent = context.text("ParentPath")
    kinds = [kind for kind in ("Dynamic", "Fixed", "Differencing") if context.on(kind)] or ["Differencing" if parent else "Dynamic"]
    if len(kinds) > 1 or (kinds[0] == "Differencing") != bool(parent):
        raise vhds.arguments(context.text("Path"))
    kind = kinds[0]

    def act(path: str) -> None:
        full = path if ":" in path or path.startswith("\\\\") else units.join(context.state.host.settings.vhd_path, path)
        made = vhds.create(
            context.state, full, size=int(context.get("SizeBytes", 0)), type=kind, parent=parent, block=int(context.get("BlockSizeBytes", 0)),
            logical=int(context.get("LogicalSectorSizeBytes", 512)), physical=int(context.get("PhysicalSectorSizeBytes", 4096)),
        )  # fmt: skip
        context.give(vhd_record(made, context.state))

    context.each([str(path) for path in context.many("Path")], act)


def resize_vhd(context: Context) -> None:
    """Resize-VHD: online only a VHDX on SCSI; never a parent; shrinking down to its minimum size (behaviour 2.3, 4)."""

    def act(path: str) -> None:
        state = context.state
        file, header = opened(state, path)
        size = header.minimum if context.on("ToMinimumSize") else int(context.get("SizeBytes", 0))
        if state.children(file.path):
            raise _failed(path, "A differencing disk depends on it. (0xC03A000E).")
        if size is None or size % header.logical or size < VHD_MINIMUM:
            raise vhds.arguments(path)
        if size > (VHD_MAXIMUM if units.extension_of(path) in (".vhd", ".avhd") else VHDX_MAXIMUM):
            raise vhds.arguments(path)
        _resizable_now(state, file, path)
        if size < header.size and (units.extension_of(path) in (".vhd", ".avhd") or header.minimum is None or size < header.minimum):
            raise _failed(path, "The disk cannot be made smaller than its last partition. (0xC03A0018).")
        file_size = file.size
        if header.type == "Fixed":
            if not state.room(path, size - header.size):
                raise _failed(path, "There is not enough space on the disk. (0x80070070).")
            file_size += size - header.size
        changed = replace(file, size=file_size, vhd=replace(header, size=size))
        state.put_file(changed)
        context.give_if_asked(lambda: vhd_record(changed, state))

    context.each([str(path) for path in context.many("Path")], act)


def _resizable_now(state: State, file: File, path: str) -> None:
    holder = state.keeper(file.path)
    if holder is None:
        if is_avhdx(path):
            raise _failed(path, "The disk belongs to a checkpoint. (0x80070057).")
        return
    disk = next((one for one in holder.disks if one.path and vhds.same(one.path, path)), None)
    if disk is None or disk.slot.bus == "ide" or units.extension_of(path) != ".vhdx" or holder.state not in ("Running",):
        raise _failed(path, "The process cannot access the file because it is being used by another process. (0x80070020).")


def _failed(path: str, why: str) -> Refusal:
    return operation_failed(f"Failed to resize the virtual disk.\n\nThe system failed to resize '{path}': {why}", path)


def merge_vhd(context: Context) -> None:
    """Merge-VHD: down to the parent, or to the ancestor named; nothing of the chain in use."""
    state = context.state
    path, target = context.text("Path"), context.text("DestinationPath")
    opened(state, path)
    links = list(state.chain(path))
    ends = [index for index, link in enumerate(links) if index and (vhds.same(link, target) if target else index == 1)]
    if not ends:
        raise vhds.arguments(path)
    for link in links[: ends[0] + 1]:
        if state.keeper(link) is not None or (link is not links[0] and len(state.children(link)) > 1):
            raise operation_failed(f"Failed to merge '{path}': '{link}' is in use. (0x80070020).", path)
    for child in links[: ends[0]]:
        merge_file(state, child)
    end = state.file(links[ends[0]])
    assert end is not None
    context.give_if_asked(lambda: vhd_record(end, state))


def set_vhd(context: Context) -> None:
    """Set-VHD: another parent, physical sector size or identifier, of a file that is not in use."""
    state, path = context.state, context.text("Path")
    file, header = opened(state, path)
    if state.keeper(path) is not None or (context.has("PhysicalSectorSizeBytes") and state.users(path)):  # that one unattached only (behaviour 2.3)
        raise operation_failed(f"Failed to set '{path}': it is in use. (0x80070020).", path)
    if context.has("ParentPath"):
        parent = opened(state, context.text("ParentPath"))[0]
        if header.type != "Differencing" or any(vhds.same(link, path) for link in state.chain(parent.path)):
            raise vhds.arguments(path)
        present = state.vhd(header.parent)
        if present is not None and parent.vhd is not None and present.identifier != parent.vhd.identifier and not context.on("IgnoreIdMismatch"):
            why = "There exists ID mismatch between the differencing virtual hard disk and the parent disk. (0xC03A000E)."
            raise operation_failed(f"Failed to set new parent for the virtual disk '{path}': {why}", path)
        header = replace(header, parent=parent.path)
    if context.has("PhysicalSectorSizeBytes"):
        size = int(context.get("PhysicalSectorSizeBytes"))
        if size not in (512, 4096) or units.extension_of(path) != ".vhdx":
            raise vhds.arguments(path)
        header = replace(header, physical=size)
    if context.on("ResetDiskIdentifier"):
        header = replace(header, identifier=str(state.draw("vhd", units.path_key(path))).upper())
    changed = replace(file, vhd=header)
    state.put_file(changed)
    context.give_if_asked(lambda: vhd_record(changed, state))


HANDLERS: dict[str, Handler] = {
    "Get-VHD": get_vhd,
    "New-VHD": new_vhd,
    "Resize-VHD": resize_vhd,
    "Merge-VHD": merge_vhd,
    "Set-VHD": set_vhd,
}
