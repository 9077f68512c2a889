"""What the comparison of one object gives."""

from __future__ import annotations

from dataclasses import dataclass

from hvplan.diff.changes import Change, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectDiff:
    """Changes of one object and its devices. `undeclared`: addresses of devices nobody declared. `outside`: as in `HostDiff`."""

    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    undeclared: tuple[str, ...] = ()
    outside: tuple[Change, ...] = ()
