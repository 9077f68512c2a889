"""Settings of a host as its document writes them: only what a fresh host does not have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.export.written import Json, put
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveHost
from hvplan.model.rows import written
from hvplan.model.values import UNSET, Unknown, is_root, normal_path

FRESH: Final[Mapping[str, Json]] = {
    "settings.numaSpanning": True,
    "settings.enhancedSessionMode": False,
    "settings.liveMigration.enabled": False,
    "settings.liveMigration.authentication": "CredSSP",
    "settings.liveMigration.performance": "Compression",
    "settings.liveMigration.maximum": 2,
    "settings.liveMigration.storageMaximum": 2,
    "settings.liveMigration.anyNetwork": False,
}
"""What a server has on which nobody set anything. A client's enhanced session mode is always written: no source says what it begins with."""

FOLDERS: Final[Mapping[str, frozenset[str]]] = {
    "settings.virtualMachinePath": frozenset({r"c:\programdata\microsoft\windows\hyper-v"}),
    "settings.virtualHardDiskPath": frozenset(
        {r"c:\users\public\documents\hyper-v\virtual hard disks", r"c:\programdata\microsoft\windows\virtual hard disks"},
    ),
}
"""Folders of a fresh host (behaviour 6)."""


def settings_of(live: LiveHost) -> tuple[dict[str, Json], list[str]]:
    """The `settings:` of a Host document as it nests them, and remarks."""
    if isinstance(live.settings, Unknown):
        return {}, [f"its settings could not be read ({live.settings.why}), so they are not declared"]
    tree: dict[str, Json] = {}
    remarks: list[str] = []
    for _, row, value in written(live.settings):
        if _is_fresh(row.path, value, live, live.settings):
            continue
        if row.path != "settings.virtualMachinePath" or not is_root(value):
            put(tree, row.path, row.kind.json(value))
        else:
            remarks.append(f"its {row.path} is {value}, which is not declared: no file could ask for that")
    return tree.get("settings", {}), remarks


def _is_fresh(path: str, value: Json, live: LiveHost, settings: HostSettings) -> bool:
    if path.startswith("settings.macAddressRange."):
        return _given(settings)
    if path in FOLDERS:
        return normal_path(value) in FOLDERS[path]
    if path == "settings.enhancedSessionMode" and live.identity.release not in ("2016", "2019", "2022", "2025"):
        return False
    return bool(value == FRESH.get(path, UNSET))


def _given(settings: HostSettings) -> bool:
    """Is it a range that Hyper-V makes up itself: 00-15-5D, two numbers of the host's own, and all 256 below them (behaviour 3.2)."""
    low, high = settings.mac_minimum, settings.mac_maximum
    if not isinstance(low, str) or not isinstance(high, str):
        return low is UNSET and high is UNSET
    return low[:-3] == high[:-3] and low.startswith("00-15-5D-") and (low[-3:], high[-3:]) == ("-00", "-FF")
