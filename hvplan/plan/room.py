"""Starts that have memory only once other machines have given theirs back: they wait for those steps, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from hvplan.diff.changes import Change, Update
from hvplan.diff.limits import held, startup
from hvplan.model.live import LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.plan.draft import Draft
from hvplan.plan.work import HostWork

_MEMORY: Final = "memory"
_STARTS: Final = frozenset({"boot", "power"})


def with_room(work: HostWork) -> tuple[Draft, ...]:
    """The drafts of one host. Where memory would not do for all starts at once, they use what the stops and shrinks of this run give."""
    drafts = work.drafts
    starts = {draft.owner for draft in drafts if draft.kind in _STARTS and draft.action == "start"}
    needed = sum(_needs(change) for change in work.diff.changes if change.address in starts)
    taken = sum(held(vm) for vm in work.live.vms if vm.state in ("Running", "Paused"))
    if not work.live.memory or taken + needed <= work.live.memory:
        return drafts
    shrinking = frozenset(_shrinking(work))
    return tuple(_linked(draft, starts, shrinking) for draft in drafts)


def _needs(change: Change) -> int:
    want, live = change.want, getattr(change, "live", None)
    if not isinstance(want, VirtualMachine) or (isinstance(live, LiveVm) and live.state == "Running"):
        return 0
    return startup(want, live if isinstance(live, LiveVm) else None)


def _shrinking(work: HostWork) -> Iterator[str]:
    for change in work.diff.changes:
        if isinstance(change, Update) and any(f.path == "memory.startup" and f.before is not None and f.after < f.before for f in change.fields):
            yield change.address


def _linked(draft: Draft, starts: set[str], shrinking: frozenset[str]) -> Draft:
    if draft.kind in _STARTS and draft.action == "start":
        return replace(draft, uses=(*draft.uses, _MEMORY))
    stopped = draft.action == "stop" and draft.owner not in starts
    smaller = draft.owner in shrinking and "memory.startup" in draft.cause and draft.action == "set"
    return replace(draft, gives=(*draft.gives, _MEMORY)) if stopped or smaller else draft
