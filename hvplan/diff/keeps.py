"""Why a VHD file that was asked to go has to stay (law 4), and what may be built on one."""

from __future__ import annotations

from hvplan.diff.context import Context
from hvplan.model.live import LiveVhd
from hvplan.model.values import Unknown, normal_path, same_path


def keeps_file(path: str, vm_id: str, ctx: Context) -> str:
    """Why the file may not go, `""` if it may: other machines than this one have it, or something is or may be built on it."""
    if users := ctx.attached_to_others(path, vm_id):
        return f"it is attached to {', '.join(users)}"
    hidden = sorted(vm.name for vm in ctx.host.vms if vm.id != vm_id and any(d.path and not _chain_known(d.path, ctx) for d in vm.disks))
    if hidden:
        return f"disks of {', '.join(hidden)} were not or could not be read, so it is not known whether they are built on it"
    if children := ctx.parents.get(normal_path(path)):
        return f"it is the parent of {', '.join(children)}"
    return ""


def unread(ctx: Context) -> tuple[str, ...]:
    """Attached files, and files these are built on, that were asked for and could not be read: nobody knows what they are built on."""
    found: set[str] = set()
    for path in {drive.path for vm in ctx.host.vms for drive in vm.disks if drive.path}:
        seen: set[str] = set()
        while normal_path(path) not in seen:
            seen.add(normal_path(path))
            header = ctx.host.vhds.get(normal_path(path))
            if isinstance(header, Unknown):
                found.add(path)
            path = header.parent if isinstance(header, LiveVhd) and header.parent else path
    return tuple(sorted(found))


def doubtful(path: str, ctx: Context) -> str:
    """Which disks could not be read, so that nobody knows whether they are built on this file; `""` where everybody does."""
    hidden = [one for one in unread(ctx) if not same_path(one, path)]
    return f"{', '.join(hidden[:3])} could not be read, so it is not known whether it is built on {path}" if hidden else ""


def _chain_known(path: str, ctx: Context) -> bool:
    """Was every file behind an attached one read, down to one without a parent."""
    seen: set[str] = set()
    while normal_path(path) not in seen:
        seen.add(normal_path(path))
        header = ctx.host.vhds.get(normal_path(path))
        if not isinstance(header, LiveVhd):
            return False
        if not header.parent:
            return True
        path = header.parent
    return False
