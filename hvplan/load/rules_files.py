"""Rules for VHD files: endings, sizes, parents."""

from __future__ import annotations

from typing import Final

from hvplan.diagnostics import Place
from hvplan.load.check import Checker
from hvplan.load.tree import Node, where
from hvplan.model.devices import Vhd
from hvplan.model.values import is_root, show_size

LEAST: Final = 3 << 20  # behaviour 3.2
VHD_BLOCKS: Final = (512 << 10, 2 << 20)  # behaviour 3.2
VHDX_BLOCKS_LEAST: Final = 1 << 20  # behaviour 3.2
MOST: Final = {".vhdx": 64 << 40, ".vhd": 2040 << 30}  # behaviour 3.1


def ending(path: str) -> str:
    """`.vhdx`, `.vhd`, or `""` for anything else."""
    return next((end for end in MOST if path.lower().endswith(end)), "")


def extension_rule(path: str, place: Place, checker: Checker) -> None:
    """A disk's file is a .vhdx or a .vhd."""
    if path.lower().endswith((".avhdx", ".avhd")):
        checker.say("vhd-ending", "This is the file of a checkpoint, not a disk.", place, detail=f"found {path}", hint="name the file at the end of its chain")
    elif not ending(path) or path.lower().rsplit("\\", 1)[-1] == ending(path):
        checker.say("vhd-ending", "A disk's file must end in .vhdx or .vhd.", place, detail=f"found {path}", hint="write NAME.vhdx")


def folder_rule(path: object, name: str, node: Node, checker: Checker) -> None:
    """A folder for files of machines is not the root of a drive or share. `name`: its path in the document."""
    if isinstance(path, str) and is_root(path):
        summary = f"{name} must be a folder such as D:\\VMs: files of a machine cannot lie in the root of a drive or share."
        checker.say("invalid-value", summary, where(node, *name.split(".")), detail=f"found {path}")


def vhd_rules(vhd: Vhd, node: Node, checker: Checker) -> None:
    """The file of one disk; `node` is its `vhd`."""
    extension_rule(vhd.path, where(node, "path"), checker)
    if vhd.source and vhd.parent:
        checker.say(
            "vhd-conflict",
            "vhd.source and vhd.parent exclude each other.",
            where(node, "source"),
            detail=f"parent at {where(node, 'parent')}",
            hint="source makes a full copy, parent a differencing child; write null for the one that a template gives",
        )
    if vhd.parent and isinstance(vhd.size, int):
        checker.say("vhd-conflict", "A differencing disk has the size of its parent.", where(node, "size"), hint="remove vhd.size, or use source")
    if vhd.parent and isinstance(vhd.type, str) and vhd.type != "Differencing":
        checker.say(
            "vhd-conflict", "A disk with a parent is Differencing.", where(node, "type"), detail=f"found {vhd.type}", hint="remove vhd.type, or use source"
        )
    if vhd.type == "Differencing" and not vhd.parent:
        checker.say("vhd-conflict", "A Differencing disk needs a parent.", where(node, "type"), hint="write vhd.parent: NAME of a VirtualDisk document")
    for link, path in (("source", vhd.source_path), ("parent", vhd.parent_path)):
        if path and ending(path) and ending(vhd.path) and ending(path) != ending(vhd.path):
            detail = f"{vhd.path} from {path}"
            checker.say("vhd-format", f"A disk and its {link} must have the same format.", where(node, link), detail=detail, hint="use the same ending")
    _sizes(vhd, node, checker)


def _sizes(vhd: Vhd, node: Node, checker: Checker) -> None:
    end = ending(vhd.path)
    if end == ".vhd" and vhd.logical_sector == 4096:
        checker.say("vhd-format", "A .vhd has logical sectors of 512 bytes.", where(node, "logicalSector"), hint="use .vhdx")
    if end == ".vhd" and isinstance(vhd.block_size, int) and vhd.block_size not in VHD_BLOCKS:
        detail = f"found {show_size(vhd.block_size)}"
        checker.say("vhd-format", "A .vhd has blocks of 512 KiB or 2 MiB.", where(node, "blockSize"), detail=detail, hint="remove blockSize, or use .vhdx")
    if end == ".vhdx" and isinstance(vhd.block_size, int) and vhd.block_size < VHDX_BLOCKS_LEAST:
        detail = f"found {show_size(vhd.block_size)}"
        checker.say("vhd-format", "A .vhdx has blocks of 1 MiB to 256 MiB.", where(node, "blockSize"), detail=detail, hint="use 1MiB or more, or .vhd")
    if not isinstance(vhd.size, int):
        return
    place = where(node, "size")
    sector = vhd.logical_sector if isinstance(vhd.logical_sector, int) else 512
    if vhd.size < LEAST:
        checker.say("limit", "vhd.size must be at least 3 MiB.", place, detail=f"found {show_size(vhd.size)}", hint="did you mean MiB or GiB")
    elif end and vhd.size > MOST[end]:
        checker.say("limit", f"vhd.size is more than a {end} can hold.", place, detail=f"found {show_size(vhd.size)}; the most is {show_size(MOST[end])}")
    elif vhd.size % sector:
        down = vhd.size // sector * sector
        checker.say(
            "vhd-size", f"vhd.size must be a multiple of {sector} bytes.", place, detail=f"found {vhd.size} bytes", hint=f"use {down} or {down + sector}"
        )
