"""What keeps the file of a disk as it is: checkpoints, disks that are built on it, machines that have it too (behaviour 4)."""

from __future__ import annotations

from collections.abc import Iterator

from hvplan.diff.changes import Finding
from hvplan.diff.context import Context, Machine
from hvplan.model.live import LiveDrive, LiveVm
from hvplan.model.values import Unknown, normal_path, same_path


def still(drive: LiveDrive, base: str, address: str, path: str, what: str, vm: Machine, live: LiveVm, ctx: Context, *, file: bool) -> Iterator[Finding]:
    """Why the disk is not `what` (`made larger`). `base`: the file at the end of what is attached; `file`: the file itself changes, not only where it sits."""
    if isinstance(live.checkpoints, Unknown):
        text = f"a disk is not {what} while its machine has checkpoints, and they could not be read ({live.checkpoints.why})."
        yield vm.refuse(address, "unknown", text, path)
    elif live.checkpoints or not same_path(drive.path, base):
        names = ", ".join(checkpoint.name for checkpoint in live.checkpoints[:3]) or f"{drive.path} is attached"
        text = f"a disk is not {what} while its machine has checkpoints ({names}). Remove them first."
        yield vm.refuse(address, "checkpoints", text, path)
    elif file and (children := ctx.parents.get(normal_path(base))):
        yield vm.refuse(address, "disk-is-parent", f"{base} is the parent of {', '.join(children)}, so it does not change.", path)
    if users := ctx.attached_to_others(base, vm.id):
        yield vm.refuse(address, "disk-attached", f"{base} is attached to {', '.join(users)} too, so it is not {what}.", path)
