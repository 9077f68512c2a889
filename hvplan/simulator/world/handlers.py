"""Every command that the world knows, and who carries it out. What is missing here answers `NotSimulated`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hvplan.simulator.world import host_reads, power, settings, switches, vms
from hvplan.simulator.world.context import Handler

HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        **host_reads.HANDLERS,
        **power.HANDLERS,
        **settings.HANDLERS,
        **switches.HANDLERS,
        **vms.HANDLERS,
    }
)
