"""Starts that wait for another machine's (`startAfter`), when nothing is done about that one in this run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from hvplan.diff.changes import Change, Create, Finding, HostDiff, Keep, Update
from hvplan.model import address as addresses
from hvplan.model.live import LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.plan.gates import real


def starts_left(diff: HostDiff, blocked: frozenset[str], findings: Sequence[Finding]) -> tuple[HostDiff, tuple[Finding, ...]]:
    """Without the starts that would come after that of a machine about which nothing is done: one that is there keeps its other changes, a new one waits whole.

    A machine that was stopped for a change is started again in any case: it ran without the other one before.
    """
    waits = dict(_waits(diff.changes, blocked))
    left = tuple(_finding(change, waits, findings) for change in diff.changes if change.address in waits and change.address not in blocked)
    changes = tuple(_without_start(change) if change.address in waits and change.address not in blocked else change for change in diff.changes)
    return replace(diff, changes=changes), left


def _waits(changes: Sequence[Change], blocked: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Each machine that is not started -> the one it waits for, itself where nothing is done about it; also those that wait for one that waits."""
    held = {change.address: change.address for change in changes if change.address in blocked and _missed(change)}
    starting = [change for change in changes if change.address not in blocked and _starts(change)]
    while found := {c.address: one for c in starting if c.address not in held and (one := next((a for a in _after(c) if a in held), ""))}:
        held |= found
    yield from held.items()


def _missed(change: Change) -> bool:
    """Is it declared to run, and does not."""
    live = change.live if not isinstance(change, Create) else None
    return isinstance(change.want, VirtualMachine) and change.want.power == "Running" and not (isinstance(live, LiveVm) and live.state == "Running")


def _starts(change: Change) -> bool:
    """Does this run start it because its file says so."""
    declared = isinstance(change.want, VirtualMachine) and change.want.power == "Running"
    return declared and (isinstance(change, Create) or (isinstance(change, Update) and any(field.path == "state" for field in change.fields)))


def _after(change: Change) -> tuple[str, ...]:
    return tuple(addresses.vm(name) for name in change.want.lifecycle.start_after) if isinstance(change.want, VirtualMachine) else ()


def _finding(change: Change, waits: Mapping[str, str], findings: Sequence[Finding]) -> Finding:
    first = waits[change.address]
    root = first
    while waits[root] != root:
        root = waits[root]
    why = next((finding for finding in findings if root in finding.blocks), None)
    new = isinstance(change, Create)
    text = f"it is not {'made' if new else 'started'}, because {first}, after which it starts, is not started in this run."
    path, blocks = ("", (change.address,)) if new else ("state", ())
    return Finding(address=change.address, code="depends", path=path, text=text, blocks=blocks, deferred=bool(why and why.deferred))


def _without_start(change: Change) -> Change:
    if not isinstance(change, Update):
        return change
    left = (*change.left, *(field for field in change.fields if field.path == "state"))
    kept = replace(change, fields=tuple(field for field in change.fields if field.path != "state"), left=left)
    if kept.fields or real(kept):
        return kept
    return Keep(address=change.address, want=change.want, live=change.live, marker=change.marker, slot=change.slot, left=left, boot=change.boot)


__all__ = ["starts_left"]
