"""Checked values to what a switch has of its host, and to the settings of a host."""

from __future__ import annotations

from typing import Any

from hvplan.load.build import Values, given, got, part
from hvplan.load.check import REMOVE
from hvplan.model.hostsettings import HostSettings
from hvplan.model.network import ManagementAdapter, ManagementSettings, NetAdapterRef
from hvplan.model.values import UNSET, Unset

BY = ("name", "mac", "description")


def net_adapters(values: Values) -> tuple[NetAdapterRef, ...] | Unset:
    """Physical adapters as they are named; one that is wrong is left out, rules speak of it."""
    written = got(values, "netAdapters")
    if not isinstance(written, tuple):
        return UNSET
    return tuple(NetAdapterRef(by, item[by]) for item in written for by in BY if isinstance(item, dict) and item.get(by, UNSET) is not UNSET)


def management(values: Values) -> tuple[ManagementAdapter, ...]:
    """Adapters of the host, in the order written."""
    written = got(values, "managementAdapters")
    return tuple(_management(key, item) for key, item in written.items() if item is not UNSET) if isinstance(written, dict) else ()


def _management(key: str, values: Any) -> ManagementAdapter:
    if values is REMOVE:
        return ManagementAdapter(key=key, absent=True)
    return ManagementAdapter(key=key, settings=part(ManagementSettings, values), **given(values, absent="absent"))


def host_settings(values: Values) -> HostSettings:
    """The settings of a host."""
    return part(HostSettings, values)
