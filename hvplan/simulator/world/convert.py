"""Convert-VHD: a new file of another format, type or block size beside the old one (behaviour 2.3 and 4).

Where facts are silent the stricter reading: nothing of the chain may be attached to a machine that is not off (saved and
paused ones included), a file that others are built on and a disk of a checkpoint are not converted, nothing is overwritten.
The new file has an identifier of its own, and the sector sizes and the content of the old one.
"""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.world import units, vhds
from hvplan.simulator.world.avhdx import is_avhdx
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.host_nouns import File, Vhd
from hvplan.simulator.world.refusals import Refusal, operation_failed
from hvplan.simulator.world.state import State, media
from hvplan.simulator.world.vhd_cmdlets import opened, vhd_record

_OFF = frozenset({"Off", "OffCritical"})


def _failed(source: str, why: str) -> Refusal:
    return operation_failed(f"Failed to convert the virtual disk.\n\nThe system failed to convert '{source}': {why}", source)


def _free(state: State, source: str) -> list[File]:
    """The chain of a source that may be converted now, nearest first."""
    links = [file for link in state.chain(source) if (file := state.file(link)) is not None]
    end = links[-1].vhd
    if end is None or end.parent:
        raise _failed(source, "The system cannot find the file specified. (0x80070002).")
    keys = {units.path_key(link.path) for link in links}
    for vm in state.vms.values():
        in_use = vm.state not in _OFF or vm.merging_until is not None
        if in_use and any(units.path_key(link) in keys for medium in media(vm) for link in state.chain(medium)):
            raise _failed(source, "The process cannot access the file because it is being used by another process. (0x80070020).")
    if state.children(source):
        raise _failed(source, "A differencing disk depends on it. (0xC03A000E).")
    return links


def _kind(context: Context, header: Vhd, source: str) -> str:
    """The type that is wanted; a differencing one names its parent, no other does."""
    kind = context.text("VHDType", header.type)
    if kind not in ("Fixed", "Dynamic", "Differencing") or (kind == "Differencing") != context.has("ParentPath"):
        raise vhds.arguments(source)
    return kind


def _parent(context: Context, header: Vhd, links: list[File], source: str) -> str:
    """The parent of a differencing target: it has the content of the source's own parent, so it has its size, and is no part of the chain."""
    if not context.has("ParentPath"):
        return ""
    parent = opened(context.state, context.text("ParentPath"))[0]
    if header.type != "Differencing" or parent.vhd is None or parent.vhd.size != header.size or parent.path == links[0].path:
        raise vhds.arguments(source)
    return parent.path


def convert_vhd(context: Context) -> None:
    """Convert-VHD; the extension of the target decides its format, the type is the source's unless it says otherwise."""
    state, source, target = context.state, context.text("Path"), context.text("DestinationPath")
    header = opened(state, source)[1]
    if is_avhdx(source) or units.extension_of(source) not in (".vhd", ".vhdx"):
        raise vhds.arguments(source)
    links = _free(state, source)
    kind = _kind(context, header, source)
    parent = _parent(context, header, links, source)
    inside = min(header.size, sum(link.size for link in (links[:1] if kind == "Differencing" else links)))
    made = vhds.create(
        state, target, size=header.size, type=kind, parent=parent, block=int(context.get("BlockSizeBytes", 0)), logical=header.logical,
        physical=header.physical, content=0 if kind == "Fixed" else inside,
    )  # fmt: skip
    made = replace(made, vhd=replace(made.vhd or header, minimum=header.minimum))
    state.put_file(made)
    if context.on("DeleteSource"):
        state.remove_file(source)
    context.give_if_asked(lambda: vhd_record(made, state))


HANDLERS: dict[str, Handler] = {"Convert-VHD": convert_vhd}
