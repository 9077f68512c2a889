"""Settings of a whole host, compared. A host carries no mark: nobody owns it, and what is written is what is changed."""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Iterator

from hvplan.diff.changes import FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context
from hvplan.diff.result import ObjectDiff
from hvplan.diff.settings import compare, row_findings
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Situation
from hvplan.model.objects import Host, Lifecycle
from hvplan.model.rows import Row, written
from hvplan.model.values import Unknown, same_path

_ANY = Situation(state="Off", generation=0)


def diff_settings(want: Host, address: str, ctx: Context) -> ObjectDiff | None:
    """The settings of one host; None when its document says none."""
    if not any(True for _ in written(want.settings)):
        return None
    live = ctx.host.settings
    if isinstance(live, Unknown):
        text = f"the settings of the host could not be read ({live.why}), so nothing about them is decided."
        refused = Finding(address=address, code="unknown", text=text, blocks=(address,))
        return ObjectDiff(changes=(Keep(address=address, want=want, live=None),), findings=(refused,))
    fields = compare(want.settings, live, Lifecycle(), situation=_ANY, host=ctx.host, equal=_equal)
    if not fields:
        return ObjectDiff(changes=(Keep(address=address, want=want, live=live),))
    findings = (*row_findings(want.settings, address, Lifecycle(), 0, ctx.host), *_range(want.settings, live, address), *_volumes(want.settings, address, ctx))
    findings += tuple(_alone(fields, address, ctx))
    return ObjectDiff(changes=(Update(address=address, want=want, live=live, fields=fields),), findings=findings)


def _equal(row: Row, want: object, now: object) -> bool:
    if row.path.endswith("Path") and isinstance(want, str) and isinstance(now, str):
        return same_path(want, now)
    return want == now


def _range(want: HostSettings, live: HostSettings, address: str) -> Iterator[Finding]:
    """A range of MAC addresses that would end before it begins."""
    low, high = (one if isinstance(one, str) else other for one, other in ((want.mac_minimum, live.mac_minimum), (want.mac_maximum, live.mac_maximum)))
    if isinstance(low, str) and isinstance(high, str) and low > high:
        text = f"MAC addresses would go from {low} to {high}. Write both ends."
        yield Finding(address=address, code="mac-range", path="settings.macAddressRange.minimum", text=text, blocks=(address,))


def _alone(fields: Iterable[FieldChange], address: str, ctx: Context) -> Iterator[Finding]:
    """Live migration is turned on in a domain or a cluster only; checked where the host says that it is in neither."""
    turned_on = any(field.path == "settings.liveMigration.enabled" and field.after is True for field in fields)
    if turned_on and ctx.host.domain is False and not ctx.host.identity.cluster_node:
        text = "the host is in no domain, and live migration is turned on in a domain or a cluster only. Join one first, or leave liveMigration.enabled out."
        yield Finding(address=address, code="no-domain", path="settings.liveMigration.enabled", text=text, blocks=(address,))


def _volumes(want: HostSettings, address: str, ctx: Context) -> Iterator[Finding]:
    """A folder on a drive that the host does not have, where its drives are known."""
    for path, value in (("settings.virtualMachinePath", want.vm_path), ("settings.virtualHardDiskPath", want.vhd_path)):
        drive = ntpath.splitdrive(value)[0].lower() if isinstance(value, str) else ""
        if drive.endswith(":") and ctx.host.free and drive not in ctx.host.free:
            text = f"{value}: this host has no drive {drive.upper()}. It has {', '.join(sorted(ctx.host.free)).upper()}."
            yield Finding(address=address, code="no-drive", path=path, text=text, blocks=(address,))
