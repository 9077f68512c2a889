"""What a plan is made of and for."""

from __future__ import annotations

from dataclasses import dataclass

from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host


@dataclass(frozen=True, slots=True, kw_only=True)
class HostInput:
    """One host: what was declared (of all hosts, or of this one alone) and what was read."""

    host: Host
    desired: Desired
    live: LiveHost


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """Command line options that change a plan. Globs are as on the command line, `("*",)` for a bare flag.

    `max_impact`: a level above which changes are left for later; `refuse_above`: a level above which the plan is refused.
    `max_deletes` None: the stack's own limit. `adopt` and `allow_restart` are answers to consents and change no plan.
    """

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    allow_restart: tuple[str, ...] = ()
    delete_disks: tuple[str, ...] = ()
    max_deletes: int | None = None
    max_impact: str = ""
    refuse_above: str = ""
    skip_refused: bool = False
