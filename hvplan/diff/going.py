"""Files that were to go with their machine when a run was killed between taking them off it and deleting them: its mark names them."""

from __future__ import annotations

from collections.abc import Iterator

from hvplan.diff.context import Context
from hvplan.diff.files import header
from hvplan.diff.keeps import keeps_file
from hvplan.model.address import device
from hvplan.model.live import LiveVhd, LiveVm
from hvplan.model.marker import Marker
from hvplan.model.values import Unknown, same_path


def detached(live: LiveVm, marker: Marker, address: str, ctx: Context) -> Iterator[tuple[str, str, str]]:
    """Each of them that is on the machine no more: its disk's address, the file, and why it may not go (`""` if it may)."""
    held = [base for drive in live.disks if drive.path for base in (drive.path, ctx.host.base(drive.path))]
    for key, path in sorted(marker.going.items()):
        if any(isinstance(base, str) and same_path(base, path) for base in held):
            continue
        found = header(ctx, path)
        if found is None:
            continue
        at = device(address, "disks", key)
        if isinstance(found, Unknown):
            yield at, path, f"it could not be read ({found.why})"
        else:
            yield at, path, "the host has it in use" if isinstance(found, LiveVhd) and found.attached else keeps_file(path, live.id, ctx)


__all__ = ["detached"]
