"""The file behind a new disk: may it be made here, and what has to be done first.

A file is made under `<stem>.hvplan<ext>` and renamed. A leftover of exactly that name goes first. A finished file that
a killed run did not come to attach is taken up again when the mark on the VM says it was to be there.
"""

from __future__ import annotations

import ntpath
from collections.abc import Mapping
from typing import Final

from hvplan.diff.changes import Finding, NewFile
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import disk_declared, disk_section
from hvplan.model.devices import Disk, Vhd
from hvplan.model.filenames import kept, unfinished
from hvplan.model.live import LiveFile, LiveVhd
from hvplan.model.marker import digest
from hvplan.model.values import UNSET, Unknown, is_root, normal_path, show_size

SMALLEST, LARGEST = 3 << 20, {".vhdx": 64 << 40, ".vhd": 2040 << 30}  # behaviour 3.1, 3.2
_INHERITED: Final[Mapping[str, frozenset[str]]] = {
    "source": frozenset({"vhd.type", "vhd.blockSize", "vhd.logicalSector", "vhd.physicalSector"}),
    "parent": frozenset({"vhd.blockSize", "vhd.logicalSector"}),
}
"""What a file has from the one it is made from, whatever is asked."""

SHARE: Final = "Make the share, let the host reach it, or correct the path."
"""What to do about a share that is not there."""

_HEADER = 4 << 20  # a new dynamic or differencing file starts near 4 MB (behaviour 3.2)


def header(ctx: Context, path: str) -> LiveVhd | Unknown | None:
    """A VHD's header; a path whose header was never read is Unknown."""
    return ctx.host.vhds.get(normal_path(path), Unknown("it was not read"))


def prepare(disk: Disk, vhd: Vhd, address: str, vm: Machine, ctx: Context) -> NewFile | Finding | None:
    """The file to be made for a new disk; None when a file stands there and is to be used; or why neither can be."""
    standing = ctx.host.files.get(normal_path(vhd.path), Unknown("it was not looked for"))
    if isinstance(standing, Unknown):
        return vm.refuse(address, "unknown", f"{vhd.path}: whether a file stands there could not be read ({standing.why}).", "vhd.path")
    if standing is not None:
        return _standing(disk, vhd, address, vm, ctx)
    if finding := _wrong_size(vhd, address, vm):
        return finding
    origin = vhd.parent_path or vhd.source_path
    if origin and (finding := _origin(vhd, origin, address, vm, ctx)):
        return finding
    if not origin and vhd.size is UNSET:
        return vm.refuse(address, "disk-size", f"{vhd.path} is not there and cannot be made: write vhd.size, vhd.parent or vhd.source.", "vhd.size")
    return _new(vhd, address, vm, ctx)


def _new(vhd: Vhd, address: str, vm: Machine, ctx: Context) -> NewFile | Finding:
    temp = unfinished(vhd.path)
    leftover = isinstance(ctx.host.files.get(normal_path(temp)), LiveFile)
    if leftover and (used := in_use(temp, ctx)):
        text = f"{temp} looks like a leftover of a cut-off run, but {used}. It is not removed; detach it first."
        return vm.refuse(address, "leftover-in-use", text, "vhd.path")
    if leftover and isinstance(ctx.host.files.get(normal_path(kept(vhd.path))), LiveFile):
        text = f"{temp} stands there beside {kept(vhd.path)}: a conversion was cut off, its disk detached, and it may be the only whole one"
        return vm.refuse(address, "leftover-in-use", f"{text}. Rename the one you want to {ntpath.basename(vhd.path)}.", "vhd.path")
    if share := no_root(vhd.path, ctx):
        return vm.refuse(address, "share-missing", f"the host does not find {share}, so {vhd.path} cannot be made. {SHARE}", "vhd.path")
    if blocker := not_a_folder(ntpath.dirname(vhd.path), ctx):
        return vm.refuse(address, "not-a-folder", f"{blocker} is a file, so {vhd.path} cannot stand below it. Choose another path.", "vhd.path")
    folders = missing_folders(ntpath.dirname(vhd.path), ctx)
    return NewFile(vhd=vhd, temp=temp, leftover=leftover, folders=folders, bytes=_bytes(vhd, ctx), grows_from=_copied_smaller(vhd, ctx))


def _copied_smaller(vhd: Vhd, ctx: Context) -> int:
    """The size of the source when the copy is to be larger; else 0."""
    source = header(ctx, vhd.source_path) if vhd.source_path else None
    return source.size if isinstance(source, LiveVhd) and vhd.size is not UNSET and vhd.size > source.size else 0


def _bytes(vhd: Vhd, ctx: Context) -> int:
    if vhd.source_path:
        source = header(ctx, vhd.source_path)
        return source.file_size if isinstance(source, LiveVhd) else 0
    return vhd.size if vhd.type == "Fixed" and vhd.size is not UNSET else _HEADER


def missing_folders(folder: str, ctx: Context) -> tuple[str, ...]:
    """Folders on the way there that are missing, outermost first."""
    missing: list[str] = []
    while folder and not is_root(folder) and normal_path(folder) in ctx.host.files and ctx.host.files[normal_path(folder)] is None:
        missing.insert(0, folder)
        folder, below = ntpath.dirname(folder), folder
        if folder == below:
            break
    return tuple(missing)


def no_root(path: str, ctx: Context) -> str:
    """The share below which a file would stand, when the host does not find it; `""` when it is there, or nobody knows."""
    root = ntpath.splitdrive(path)[0]
    return root if is_root(root) and ctx.host.files.get(normal_path(root), Unknown("it was not looked for")) is None else ""


def not_a_folder(folder: str, ctx: Context) -> str:
    """The file that stands where a folder on the way would have to be, `""` if none does."""
    while folder and isinstance(found := ctx.host.files.get(normal_path(folder)), LiveFile | None) and folder != ntpath.dirname(folder):
        if found is not None:
            return "" if found.folder else folder
        folder = ntpath.dirname(folder)
    return ""


def _wrong_size(vhd: Vhd, address: str, vm: Machine) -> Finding | None:
    if vhd.size is UNSET:
        return None
    wrong = possible_size(vhd.path, vhd.size, vhd.logical_sector if vhd.logical_sector is not UNSET else 512)
    return vm.refuse(address, "disk-size", f"vhd.size: {wrong}", "vhd.size") if wrong else None


def possible_size(path: str, size: int, sector: int) -> str:
    """Why a file of that kind cannot have that size, `""` if it can."""
    most = LARGEST.get(ntpath.splitext(path)[1].lower(), LARGEST[".vhdx"])
    if SMALLEST <= size <= most and size % sector == 0:
        return ""
    return f"{show_size(size)} is not possible here: from 3 MiB to {show_size(most)}, a multiple of {sector} bytes."


def _origin(vhd: Vhd, origin: str, address: str, vm: Machine, ctx: Context) -> Finding | None:
    """Why the parent or source cannot be used."""
    word = "parent" if vhd.parent_path else "source"
    found = header(ctx, origin)
    if found is None:
        return vm.refuse(address, f"{word}-missing", f"{word} {origin} is not there. Put the file in place, or correct the path.", f"vhd.{word}")
    if isinstance(found, Unknown):
        return vm.refuse(address, "unknown", f"{word} {origin} could not be read ({found.why}).", f"vhd.{word}")
    if users := ctx.attached_to_others(origin):
        text = f"{word} {origin} is attached to {', '.join(users)}; a {word} must not be in use. Detach it there first."
        return vm.refuse(address, f"{word}-attached", text, f"vhd.{word}")
    # The parent of a running machine's disk is open too, but for reading only: copying it is safe.
    if found.attached and word == "source" and not ctx.parents.get(normal_path(origin)):
        return vm.refuse(address, "source-attached", f"source {origin} is in use on the host, so a copy would be torn. Release it first.", "vhd.source")
    if ntpath.splitext(origin)[1].lower() != ntpath.splitext(vhd.path)[1].lower():
        return vm.refuse(address, "disk-format", f"{vhd.path} cannot be made from {origin}: the formats differ.", "vhd.path")
    if vhd.size is not UNSET and vhd.size < found.size:
        text = f"{word} {origin} has {show_size(found.size)}; a copy is not made smaller ({show_size(vhd.size)}). Leave vhd.size out, or write a larger one."
        return vm.refuse(address, "disk-size", text, "vhd.size")
    if vhd.size is not UNSET and vhd.size > found.size and not vm.situation.off and ntpath.splitext(vhd.path)[1].lower() == ".vhd":
        text = f"a copy of {origin} grows to {show_size(vhd.size)} once it is attached, and a .vhd does not grow while its machine runs. Leave vhd.size out."
        return vm.refuse(address, "disk-size", text, "vhd.size")
    inherited = {path: pair for path, pair in differences(vhd, found).items() if path in _INHERITED[word]}
    if inherited:
        listed = "; ".join(f"{path} would be {now}, not {wanted}" for path, (now, wanted) in sorted(inherited.items()))
        return vm.refuse(address, "disk-origin", f"made from {word} {origin}, {listed}. Leave it out, or choose another {word}.", min(inherited))
    return None


def in_use(path: str, ctx: Context) -> str:
    """How a file is in use, in words; `""` when it is not."""
    if users := ctx.attached_to_others(path):
        return f"it is attached to {', '.join(users)}"
    if children := ctx.parents.get(normal_path(path)):
        return f"it is the parent of {', '.join(children)}"
    found = ctx.host.vhds.get(normal_path(path))
    return "the host has it mounted" if isinstance(found, LiveVhd) and found.attached else ""


def _standing(disk: Disk, vhd: Vhd, address: str, vm: Machine, ctx: Context) -> NewFile | Finding | None:
    """None when the file that stands there may be attached; a copy of ours that a killed run left as small as its source grows then."""
    ours = (vm.completing and vm.marker is not None) or (vm.marker is not None and vm.marker.applied.get(disk_section(disk.key)) == digest(disk_declared(disk)))
    if vhd.existing != "Adopt" and not ours:
        text = f"a file already stands at {vhd.path}. It is never overwritten: remove it, choose another path, or write `existing: Adopt` to use it."
        return vm.refuse(address, "file-in-the-way", text, "vhd.path")
    if used := in_use(vhd.path, ctx):
        return vm.refuse(address, "file-in-use", f"{vhd.path} cannot be attached: {used}.", "vhd.path")
    found = header(ctx, vhd.path)
    if not isinstance(found, LiveVhd):
        why = found.why if isinstance(found, Unknown) else "it is not a VHD"
        return vm.refuse(address, "unknown", f"{vhd.path} could not be read ({why}), so it is not attached.", "vhd.path")
    differing = dict(differences(vhd, found))
    source = header(ctx, vhd.source_path) if vhd.source_path else None
    if isinstance(source, LiveVhd) and source.size != found.size:
        differing["vhd.source"] = (show_size(found.size), f"a copy of {show_size(source.size)}")
    if ours and set(differing) == {"vhd.size"} and isinstance(source, LiveVhd) and source.size == found.size and _copied_smaller(vhd, ctx):
        return NewFile(vhd=vhd, temp=unfinished(vhd.path), grows_from=found.size, standing=True)
    if differing:
        text = f"the file at {vhd.path} is not what is declared: " + "; ".join(
            f"{path} is {now}, not {want}" for path, (now, want) in sorted(differing.items())
        )
        return vm.refuse(address, "file-differs", f"{text}. Declare it as it is, or choose another path.", min(differing))
    return None


def differences(vhd: Vhd, found: LiveVhd) -> Mapping[str, tuple[str, str]]:
    """How a VHD file differs from its declaration: path -> (as it is, as wanted), as text. What the header does not say is not compared."""
    differing: dict[str, tuple[str, str]] = {}
    if vhd.size is not UNSET and vhd.size != found.size:
        differing["vhd.size"] = (show_size(found.size), show_size(vhd.size))
    if vhd.type is not UNSET and vhd.type != found.type:
        differing["vhd.type"] = (found.type, vhd.type)
    if vhd.parent_path and normal_path(found.parent) != normal_path(vhd.parent_path):
        differing["vhd.parent"] = (found.parent or "none", vhd.parent_path)
    for path, want, now, show in (
        ("vhd.blockSize", vhd.block_size, found.block_size, show_size),
        ("vhd.logicalSector", vhd.logical_sector, found.logical_sector, str),
        ("vhd.physicalSector", vhd.physical_sector, found.physical_sector, str),
    ):
        if want is not UNSET and now and want != now:
            differing[path] = (show(now), show(want))
    return differing
