"""Files and folders through the item cmdlets of PowerShell's file system provider.

Ids and categories are the provider's own: `PathNotFound`, `DirectoryExist`, `RemoveFileSystemItemIOError` ...
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hvplan.simulator.values import Obj
from hvplan.simulator.world import units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.host_nouns import File
from hvplan.simulator.world.record_parts import i64
from hvplan.simulator.world.refusals import Refusal, not_simulated, prompt, refusal
from hvplan.simulator.world.state import STOPPED_STATES, State
from hvplan.simulator.world.wildcard import has_wildcard, matches, unescape

IO = "System.IO.IOException"
"""The exception of most refusals of the file system."""


def item_record(file: File) -> Obj:
    """`System.IO.FileInfo` or `DirectoryInfo`, with the provider's notes."""
    folder = units.parent_of(file.path)
    provider = "Microsoft.PowerShell.Core\\FileSystem::"
    props: dict[str, object] = {
        "Name": units.leaf_of(file.path) or file.path, "FullName": file.path, "Exists": True, "Extension": units.extension_of(file.path),
        "PSPath": provider + file.path, "PSParentPath": provider + folder, "PSChildName": units.leaf_of(file.path), "PSIsContainer": file.folder,
    }  # fmt: skip
    if file.folder:
        return Obj("System.IO.DirectoryInfo", props)
    return Obj("System.IO.FileInfo", {**props, "Length": i64(file.size), "DirectoryName": folder, "IsReadOnly": False})


def not_found(path: str) -> Refusal:
    """There is nothing at that path, or not even such a drive."""
    return refusal(
        "PathNotFound",
        "ObjectNotFound",
        f"Cannot find path '{path}' because it does not exist.",
        path,
        exception="System.Management.Automation.ItemNotFoundException",
    )


def no_drive(path: str) -> Refusal:
    """There is no such drive."""
    drive = path.partition(":")[0]
    message = f"Cannot find drive. A drive with the name '{drive}' does not exist."
    return refusal("DriveNotFound", "ObjectNotFound", message, drive, exception="System.Management.Automation.DriveNotFoundException")


def at(state: State, path: str) -> File:
    """What stands at a path, exactly."""
    file = state.file(path)
    if file is not None:
        return file
    if state.is_folder(path):
        return File(path=path, folder=True)
    if state.volume(path) is None and not path.startswith("\\\\"):
        raise no_drive(path)
    raise not_found(path)


def named(context: Context) -> list[str]:
    """The paths of a call: `LiteralPath` as written, `Path` as patterns."""
    found = [str(path) for path in context.many("LiteralPath")]
    for pattern in (str(path) for path in context.many("Path")):
        if has_wildcard(pattern):
            found += [file.path for file in context.state.files.values() if matches(pattern, file.path) and pattern.count("\\") == file.path.count("\\")]
        else:
            found.append(unescape(pattern))
    return found


def busy(state: State, path: str) -> bool:
    """Whether a running machine or a merge has the file open."""
    return state.holder(path) is not None or state.merging(path) is not None


def _in_use(id: str, what: str, path: str) -> Refusal:
    message = f"Cannot {what} item {path}: The process cannot access the file '{path}' because it is being used by another process."
    return refusal(id, "WriteError", message, path, exception=IO)


def get_item(context: Context) -> None:
    """Get-Item."""
    context.each(named(context), lambda path: context.give(item_record(at(context.state, path))))


def get_children(context: Context) -> None:
    """Get-ChildItem, of the folders named: the session's own folder is nobody's business here."""
    if not context.has("Path") and not context.has("LiteralPath"):
        raise not_simulated("Get-ChildItem without a path")

    def act(path: str) -> None:
        base = at(context.state, path)
        key = units.path_key(base.path)
        for file in sorted(context.state.files.values(), key=lambda one: one.path.lower()):
            above = units.path_key(units.parent_of(file.path))
            below = above == key or (context.on("Recurse") and (above + "\\").startswith(key + "\\"))
            if below and (not context.on("File") or not file.folder) and (not context.on("Directory") or file.folder):
                context.give(item_record(file))

    context.each(named(context), act)


def new_item(context: Context) -> None:
    """New-Item: a folder, with what is missing above it, or an empty file."""
    kind = context.text("ItemType", "File").lower()
    state = context.state

    def act(path: str) -> None:
        path = (units.join(path, context.text("Name")) if context.has("Name") else path).replace("/", "\\").rstrip("\\")
        if state.volume(path) is None:
            raise no_drive(path)
        if not units.legal_name(units.leaf_of(path)):
            raise refusal("NewItemIOError", "WriteError", "The filename, directory name, or volume label syntax is incorrect.", path, exception=IO)
        present = state.file(path)
        if "directory".startswith(kind) or kind in ("container", "directory"):
            if present is not None and not (context.on("Force") and present.folder):
                message = f"An item with the specified name {path} already exists."
                raise refusal("DirectoryExist", "ResourceExists", message, path, exception=IO)
            state.make_folders(path)
        else:
            if present is not None and not context.on("Force"):
                raise refusal("NewItemIOError", "WriteError", f"The file '{path}' already exists.", path, exception=IO)
            if not state.is_folder(units.parent_of(path)):
                message = f"Could not find a part of the path '{path}'."
                raise refusal("NewItemIOError", "WriteError", message, path, exception="System.IO.DirectoryNotFoundException")
            state.put_file(File(path=path, size=len(context.text("Value").encode())))
        context.give(item_record(at(state, path)))

    context.each([str(path) for path in context.many("Path")], act)


def copy_item(context: Context) -> None:
    """Copy-Item of files: an existing target is overwritten, as PowerShell does; a file that a VM writes to cannot be read."""
    state = context.state
    destination = context.text("Destination").replace("/", "\\")

    def act(path: str) -> None:
        source = at(state, path)
        if source.folder:
            raise refusal("NotSimulated", "NotImplemented", "The simulated host copies files only.", path, exception="System.NotImplementedException")
        target = units.join(destination, units.leaf_of(source.path)) if state.is_folder(destination) else destination
        if state.volume(target) is None:
            raise no_drive(target)
        if not state.is_folder(units.parent_of(target)):
            message = f"Could not find a part of the path '{target}'."
            raise refusal(
                "System.IO.DirectoryNotFoundException", "NotSpecified", message, None, exception="System.IO.DirectoryNotFoundException", terminating=True
            )
        if units.path_key(target) == units.path_key(source.path):
            raise refusal("CopyError", "WriteError", f"Cannot overwrite the item {target} with itself.", path, exception=IO)
        if any(vm.state not in STOPPED_STATES for vm in state.users(source.path)) or busy(state, target) or state.merging(source.path):
            raise _in_use("CopyFileInfoItemIOError", "copy", source.path)
        present = state.file(target)
        if not state.room(target, source.size - (present.size if present else 0)):
            raise refusal("CopyFileInfoItemIOError", "WriteError", "There is not enough space on the disk.", path, exception=IO)
        copied = File(path=target, size=source.size, vhd=source.vhd, serial=present.serial if present else 0)  # rights stay with what is overwritten
        state.put_file(copied)
        if context.on("PassThru"):
            context.give(item_record(copied))

    context.each(named(context), act)


def rename_item(context: Context) -> None:
    """Rename-Item: in its folder, never over something else, not while a VM has it open."""
    state = context.state
    name = context.text("NewName")

    def act(path: str) -> None:
        try:
            file = at(state, path)
        except Refusal as refused:
            message = f"Cannot rename because item at '{path}' does not exist."
            raise refusal(
                "InvalidOperation", "InvalidOperation", message, path, exception="System.Management.Automation.PSInvalidOperationException"
            ) from refused
        target = name if units.parent_of(name) else units.join(units.parent_of(file.path), name)
        if units.path_key(units.parent_of(target)) != units.path_key(units.parent_of(file.path)):
            message = "Cannot rename the specified target, because it represents a path or device name."
            raise refusal("Argument", "InvalidArgument", message, name, exception="System.Management.Automation.PSArgumentException")
        if not units.legal_name(units.leaf_of(target)):
            raise refusal("RenameItemIOError", "WriteError", "The filename, directory name, or volume label syntax is incorrect.", path, exception=IO)
        if state.file(target) is not None and units.path_key(target) != units.path_key(file.path):
            raise refusal("RenameItemIOError", "WriteError", "Cannot create a file when that file already exists.", path, exception=IO)
        moved = [one for one in state.files.values() if one is file or inside(file, one)]
        if any(busy(state, one.path) for one in moved):
            raise refusal(
                "RenameItemIOError",
                "WriteError",
                f"The process cannot access the file '{path}' because it is being used by another process.",
                path,
                exception=IO,
            )
        relocate(state, moved, file, target)
        if context.on("PassThru"):
            context.give(item_record(at(state, target)))

    context.each(named(context), act)


def inside(folder: File, one: File) -> bool:
    """Does a file or folder stand in that folder, at any depth."""
    return folder.folder and units.path_key(one.path).startswith(units.path_key(folder.path) + "\\")


def relocate(state: State, moved: Sequence[File], source: File, target: str) -> None:
    """Give what stands at `source`, or below it, the same places at and below `target`."""
    for one in moved:
        state.remove_file(one.path)
    for one in moved:
        state.put_file(replace(one, path=target + one.path[len(source.path) :]))


def remove_item(context: Context) -> None:
    """Remove-Item: a file that no running VM has open; a folder with something in it only with -Recurse."""
    state = context.state

    def act(path: str) -> None:
        file = at(state, path)
        key = units.path_key(file.path)
        inside = [one for one in state.files.values() if units.path_key(one.path).startswith(key + "\\")]
        if file.folder and inside and not context.on("Recurse"):
            raise prompt("Remove-Item")
        if key not in state.files:
            raise refusal("RemoveFileSystemItemIOError", "WriteError", f"Cannot remove item {path}.", path, exception=IO)
        for one in sorted([*inside, file], key=lambda one: -len(one.path)):
            if busy(state, one.path):
                raise _in_use("RemoveFileSystemItemIOError", "remove", one.path)
            state.remove_file(one.path)

    context.each(named(context), act)


HANDLERS: dict[str, Handler] = {
    "Get-Item": get_item,
    "Get-ChildItem": get_children,
    "New-Item": new_item,
    "Copy-Item": copy_item,
    "Rename-Item": rename_item,
    "Remove-Item": remove_item,
}
