"""Move-Item: a file or folder to another place. What has the old path in its drives, or as a parent, keeps it and finds nothing there."""

from __future__ import annotations

from hvplan.simulator.world import units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.host_nouns import File
from hvplan.simulator.world.items import IO, at, busy, inside, item_record, named, no_drive, relocate
from hvplan.simulator.world.refusals import Refusal, refusal
from hvplan.simulator.world.state import State
from hvplan.simulator.world.wildcard import has_wildcard, matches, unescape


def move_item(context: Context) -> None:
    """Move-Item: over a file only with -Force, never while a machine has it open; a folder stays on its volume."""
    state = context.state
    destination = _destination(state, context.text("Destination").replace("/", "\\").rstrip("\\"))

    def act(path: str) -> None:
        source = at(state, path)
        target = units.join(destination, units.leaf_of(source.path)) if state.is_folder(destination) else destination
        moved = [one for one in state.files.values() if one is source or inside(source, one)]
        _movable(state, source, target, moved)
        present = state.file(target)
        if present is not None and units.path_key(target) != units.path_key(source.path):
            if source.folder or present.folder or not context.on("Force"):
                raise _failed(source, "Cannot create a file when that file already exists.")
            if busy(state, target):
                raise _failed(source, "The process cannot access the file because it is being used by another process.")
            state.remove_file(target)
        relocate(state, moved, source, target)
        if context.on("PassThru"):
            context.give(item_record(at(state, target)))

    context.each(named(context), act)


def _destination(state: State, given: str) -> str:
    """The destination is a pattern too: it has to fit one thing (documented); one that fits nothing is refused, where nobody has tried."""
    if not has_wildcard(given):
        return unescape(given)
    fitting = [file.path for file in state.files.values() if matches(given, file.path) and given.count("\\") == file.path.count("\\")]
    if len(fitting) != 1:
        message = "Cannot move item because the destination resolved to multiple paths, or to none. Specify a destination path that resolves to one location."
        raise refusal("MoveItemOneDestinationOnly", "InvalidArgument", message, given, exception="System.ArgumentException")
    return fitting[0]


def _movable(state: State, source: File, target: str, moved: list[File]) -> None:
    volume = state.volume(target)
    if volume is None:
        raise no_drive(target)
    if source not in moved:  # the root of a volume
        raise _failed(source, "The root of a drive cannot be moved.")
    if not state.is_folder(units.parent_of(target)):
        raise _failed(source, f"Could not find a part of the path '{target}'.")
    if not units.legal_name(units.leaf_of(target)) or inside(source, File(path=target)):
        raise _failed(source, "The filename, directory name, or volume label syntax is incorrect.")
    if any(busy(state, one.path) for one in moved):
        raise _failed(source, "The process cannot access the file because it is being used by another process.")
    if volume is not state.volume(source.path):
        if source.folder:
            raise _failed(source, "Source and destination path must have identical roots. Move will not work across volumes.")
        if not state.room(target, source.size):
            raise _failed(source, "There is not enough space on the disk.")


def _failed(source: File, why: str) -> Refusal:
    kind = "MoveDirectoryItemIOError" if source.folder else "MoveFileInfoItemIOError"
    return refusal(kind, "WriteError", why, source.path, exception=IO)


HANDLERS: dict[str, Handler] = {"Move-Item": move_item}
