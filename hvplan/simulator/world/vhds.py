"""VHD files: how they are made, attached, chained and merged (behaviour 3.2 and 4)."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.world import units
from hvplan.simulator.world.host_nouns import File, Vhd
from hvplan.simulator.world.nouns import VM
from hvplan.simulator.world.refusals import Refusal, about, invalid, operation_failed
from hvplan.simulator.world.releases import VHD_MAXIMUM, VHD_MINIMUM, VHDX_MAXIMUM
from hvplan.simulator.world.state import STOPPED_STATES, State, media

IN_USE, MISSING = "The requested resource is in use. (0x800700AA).", "The system cannot find the file specified. (0x80070002)."
DISKS = (".vhdx", ".vhd", ".avhdx", ".avhd", ".vhds")


FOREIGN = "The requested operation could not be completed due to a file system limitation. (0x80070299)."


def foreign(state: State, path: str) -> bool:
    """Whether a path lies on a file system that holds no files of VMs: FAT and exFAT (behaviour 3.2, 7-38)."""
    volume = state.volume(path)
    return volume is not None and volume.file_system.lower() in ("fat", "fat32", "exfat")


def same(one: str, other: str) -> bool:
    """Whether two paths name one file."""
    return units.path_key(one) == units.path_key(other)


def failed(path: str, why: str) -> Refusal:
    """Row 37: creating failed, with the reason of the system."""
    return operation_failed(f"Failed to create the virtual hard disk.\n\nThe system failed to create '{path}': {why}", path)


def arguments(path: str) -> Refusal:
    """Row 39."""
    return invalid(f"One or more arguments are invalid: '{path}'.", path)


def create(
    state: State,
    path: str,
    *,
    size: int,
    type: str = "Dynamic",
    parent: str = "",
    block: int = 0,
    logical: int = 512,
    physical: int = 4096,
    content: int = 0,
) -> File:
    """Make a virtual disk file; a missing folder, an existing file, a bad size or a full volume refuse it. `content`: bytes that it holds from the start."""
    extension = units.extension_of(path)
    if extension not in (".vhdx", ".vhd"):
        raise arguments(path)
    most = VHDX_MAXIMUM if extension == ".vhdx" else VHD_MAXIMUM
    header = Vhd(
        size=size, type=type, block=block or (2 if extension == ".vhd" else 32) * units.MIB, logical=logical, physical=physical if extension == ".vhdx" else 512
    )
    if parent:
        header = _child(state, path, parent, size, header)
    if not VHD_MINIMUM <= header.size <= most or header.size % header.logical:
        raise arguments(path)
    if logical not in (512, 4096) or physical not in (512, 4096) or (extension == ".vhd" and logical != 512):
        raise arguments(path)
    if extension == ".vhd" and header.block not in (512 * units.KIB, 2 * units.MIB):
        raise arguments(path)
    if extension == ".vhdx" and (header.block & (header.block - 1) or not units.MIB <= header.block <= 256 * units.MIB):
        raise arguments(path)
    if state.volume(path) is None or not state.is_folder(units.parent_of(path)):
        raise failed(path, "The system cannot find the path specified. (0x80070003).")
    if foreign(state, path):
        raise failed(path, FOREIGN)
    if state.file(path) is not None:
        raise failed(path, "The file exists. (0x80070050).")
    if not units.legal_name(units.leaf_of(path)):
        raise failed(path, "The filename, directory name, or volume label syntax is incorrect. (0x8007007B).")
    file_size = header.size + 4 * units.MIB if type == "Fixed" else max(content, 4 * units.MIB)
    if not state.room(path, file_size):
        raise failed(path, "There is not enough space on the disk. (0x80070070).")
    header = replace(header, identifier=str(state.draw("vhd", units.path_key(path))).upper())
    file = File(path=path.replace("/", "\\"), size=file_size, vhd=header)
    state.put_file(file)
    return file


def _child(state: State, path: str, parent: str, size: int, header: Vhd) -> Vhd:
    above = state.file(parent)
    if above is None:
        raise failed(path, f"The system cannot find the file specified: '{parent}'. (0x80070002).")
    # an .avhdx is no parent (behaviour 4), and child and parent have one format
    if above.vhd is None or units.extension_of(parent) != units.extension_of(path) or units.extension_of(parent).startswith(".av"):
        raise arguments(path)
    if size and size < above.vhd.size:
        raise arguments(path)
    if state.holder(parent) and any(vm.state not in ("Off", "Saved") for vm in state.users(parent)):
        raise failed(path, "The process cannot access the file because it is being used by another process. (0x80070020).")
    return replace(header, type="Differencing", parent=above.path, size=size or above.vhd.size, logical=above.vhd.logical, block=above.vhd.block)


def attachable(state: State, vm: VM, path: str) -> None:
    """A file that can go into a drive: it exists, is a virtual disk the generation takes, and is not in this VM already.

    The same file in two VMs is not checked here: the second start fails (behaviour 5.3). A running VM opens it at once.
    """
    file = state.file(path)
    if file is None or file.folder:
        raise _add_failed(vm, path, "The system cannot find the file specified. (0x80070002).")
    if file.vhd is None or units.extension_of(path) not in DISKS:
        raise invalid(about(vm, f"'{vm.name}' failed to add device 'Virtual Hard Disk'.", f"'{path}' is not a virtual hard disk."), vm.name)
    if vm.generation == 2 and units.extension_of(path) in (".vhd", ".avhd"):
        raise invalid(about(vm, f"'{vm.name}' failed to add device 'Virtual Hard Disk'.", "Generation 2 virtual machines take only VHDX files."), vm.name)
    if state.children(file.path):  # writing to it would spoil what is built on it; nobody has tried, so the stricter reading
        raise _add_failed(vm, path, "A differencing disk depends on it. (0xC03A000E).")
    if any(same(path, medium) for medium in media(vm)):
        raise invalid(f"Cannot add '{path}'. The disk is already connected to the virtual machine '{vm.name}'.", vm.name)


def in_use(state: State, vm: VM, path: str) -> None:
    """What a running VM needs beside that: the whole chain is there, and nobody else has the file open or writes to what it stands on."""
    why = IN_USE if state.holder(path, besides=vm.id) is not None else broken(state, path) or written(state, vm, path)
    if why:
        raise _add_failed(vm, path, why)


def broken(state: State, path: str) -> str:
    """What hinders opening a disk: a file of its chain is not there; nothing if all are."""
    links = list(state.chain(path))
    last = state.vhd(links[-1]) if links else None
    return MISSING if not links or (last is not None and last.parent) else ""


def written(state: State, vm: VM, path: str) -> str:
    """What hinders opening a disk: another VM writes to a parent of it; nothing if none does."""
    for link in list(state.chain(path))[1:]:
        if any(one.id != vm.id and one.state not in STOPPED_STATES for one in state.users(link)):
            return IN_USE
    return ""


def _add_failed(vm: VM, path: str, why: str) -> Refusal:
    return operation_failed(about(vm, f"'{vm.name}' failed to add device 'Virtual Hard Disk'.", f"Attachment '{path}' failed: {why}"), vm.name)
