"""Every command that the world knows, and who carries it out. What is missing here answers `NotSimulated`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hvplan.simulator.world import (
    adapters,
    controllers,
    convert,
    drives,
    firmware,
    host_reads,
    items,
    moves,
    nats,
    power,
    security,
    settings,
    snapshots,
    switches,
    vhd_cmdlets,
    vlans,
    vms,
    windows,
)
from hvplan.simulator.world.context import Handler

ASKING = frozenset(["Remove-VM", "Remove-VMSwitch", "Remove-VMGroup", "Merge-VHD", "Set-VHD", "Update-VMVersion"])
"""Commands that ask a question without `-Force`, which nobody can answer over the wire; also those without a handler."""
FORCELESS = frozenset({"Parent", "PhysicalSectorSize"})
"""Parameter sets of Set-VHD that have no `-Force`, so cannot ask for it."""

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        **adapters.HANDLERS,
        **controllers.HANDLERS,
        **convert.HANDLERS,
        **drives.HANDLERS,
        **firmware.HANDLERS,
        **host_reads.HANDLERS,
        **items.HANDLERS,
        **moves.HANDLERS,
        **nats.HANDLERS,
        **power.HANDLERS,
        **security.HANDLERS,
        **settings.HANDLERS,
        **snapshots.HANDLERS,
        **switches.HANDLERS,
        **vhd_cmdlets.HANDLERS,
        **vlans.HANDLERS,
        **vms.HANDLERS,
        **windows.HANDLERS,
    }
)
