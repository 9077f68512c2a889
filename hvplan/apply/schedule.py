"""Which step may start now: needs, escalations, one writer per machine and file, host-wide work one by one.

A step starts when everything it needs is done. A need that has escalations (`escalates`) is done when it or one of them
is; it has failed only when all of them have. An escalation starts after the failure of what it escalates, never after
its success and never while its outcome is unknown. What depends on a failure is skipped, with the root failure named;
everything else goes on. One thing does not wait for success: a machine that was stopped for a change is started again
whatever became of the change, once everything between its stop and its start has ended (unless an outcome among it is
unknown: then it may still be under way, and the next run owes the start). What follows such a start on its machine waits
for those changes too: a mark does not say that something was applied which was not. Pure: no threads, no time.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from hvplan.cmdlets.table import TABLE
from hvplan.document.plan import Step
from hvplan.document.result import Outcome, StepError, StepResult
from hvplan.model.address import owner
from hvplan.model.values import normal_path

Status = Literal["pending", "done", "failed"]
WRITTEN_PATHS: Final = ("Path", "LiteralPath", "Destination")
HOST_WIDE: Final = ("switch", "nat", "host")


class BrokenPlan(ValueError):
    """Steps that cannot be put in order: an id twice, a need that is no step, a circle."""


def claims(step: Step) -> frozenset[tuple[str, str]]:
    """What a step must have to itself: its machine, the files it writes, and for host-wide work all such work of the host."""
    top = owner(step.address)
    kind = top.split("/")[0]
    held = {(step.host, "host-wide" if kind in HOST_WIDE else top)}
    for command in step.invocation:
        for name, value in command.get("parameters", {}).items():
            if name in WRITTEN_PATHS and isinstance(value, str) and not (command.get("cmdlet") == "Copy-Item" and name != "Destination"):
                held.add((step.host, "file " + normal_path(value)))
    return frozenset(held)


class Schedule:
    """The steps of a plan and how far they are. Not safe for several threads by itself."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps: Mapping[str, Step] = _checked(tuple(steps))
        self.results: dict[str, StepResult] = {}
        self._running: dict[str, frozenset[tuple[str, str]]] = {}
        self._touched: list[str] = []
        self._claims = {id: claims(step) for id, step in self.steps.items()}
        self._chains: dict[str, list[str]] = {}
        for id in self.steps:
            self._chains.setdefault(self._root(id), []).append(id)
        self.needed = frozenset(need for step in self.steps.values() for need in step.needs)
        self._users: dict[str, list[str]] = {id: [] for id in self.steps}
        for step in self.steps.values():
            for need in {*step.needs, step.escalates} - {""}:
                self._users[need].append(step.id)
        self._windows = _windows(self.steps)
        self._behind = {step.id: behind for step in self.steps.values() if (behind := self._beyond_starts(step))}
        for start, (_, between) in self._windows.items():
            for id in between:
                self._users[id].append(start)
        for id, behind in self._behind.items():
            for need in behind:
                self._users[need].append(id)
        self._weights = self._longest()
        self._free: list[tuple[int, int, str]] = []  # what may start but for its claims, the longest remaining path first
        self._queued: set[str] = set()
        self._places = {id: place for place, id in enumerate(self.steps)}
        for id in self.steps:
            self._queue(id)

    def _root(self, id: str) -> str:
        while above := self.steps[id].escalates:
            id = above
        return id

    def _beyond_starts(self, step: Step) -> tuple[str, ...]:
        """What stands between stop and start, for a step that needs that start of its own machine: the start alone does not tell that it was done."""
        starts = [need for need in step.needs if need in self._windows and owner(self.steps[need].address) == owner(step.address)]
        return tuple(id for start in starts if self.steps[start].host == step.host for id in self._windows[start][1])

    def chain(self, id: str) -> tuple[str, ...]:
        """A step with its escalations, in the plan's order."""
        return tuple(self._chains[self._root(id)])

    def status(self, id: str) -> Status:
        """How a need stands, its escalations counted."""
        results = [self.results.get(member) for member in self.chain(id)]
        if any(r is not None and r.outcome == "done" for r in results):
            return "done"
        return "pending" if any(r is None for r in results) else "failed"

    def blame(self, id: str) -> str:
        """The step to name when a need has failed: the last of its chain that ran, or what skipped that."""
        ran = [r for member in self.chain(id) if (r := self.results.get(member)) is not None and r.outcome != "skipped"]
        return ran[-1].id if ran else next((r.because for member in self.chain(id) if (r := self.results.get(member)) is not None and r.because), id)

    @property
    def finished(self) -> bool:
        """Has every step ended or been skipped."""
        return len(self.results) == len(self.steps)

    @property
    def running(self) -> tuple[Step, ...]:
        """What has started and not ended."""
        return tuple(self.steps[id] for id in self._running)

    def ready(self) -> Iterator[Step]:
        """What may start now, the longest remaining path first; among themselves these never share a claim."""
        held = set().union(*self._running.values()) if self._running else set()
        for _, _, id in self._free:
            if not held & self._claims[id]:
                held |= self._claims[id]
                yield self.steps[id]

    def _queue(self, id: str) -> None:
        if id not in self._queued and self._may_start(id):
            self._queued.add(id)
            insort(self._free, (-self._weights[id], self._places[id], id))

    def _may_start(self, id: str) -> bool:
        if id in self.results or id in self._running:
            return False
        step = self.steps[id]
        if step.escalates:
            above = self.results.get(step.escalates)
            if above is None or above.outcome != "failed":
                return False
        if step.id in self._windows and self._stopped(step.id):
            return self._over(step.id) and not self._still_out(step)
        return all(self.status(need) == "done" for need in self._foreign(step))

    def _stopped(self, start: str) -> bool:
        """Has the machine that this step starts been stopped by this plan."""
        return self.status(self._windows[start][0]) == "done"

    def _over(self, start: str) -> bool:
        """Has everything between the stop and this start ended, nothing of it with an unknown outcome."""
        results = [self.results.get(id) for id in self._windows[start][1]]
        return all(r is not None and r.outcome != "unknown" for r in results)

    def _still_out(self, step: Step) -> list[str]:
        """Needs outside the window that are not done."""
        inside = self._windows[step.id][1]
        return [need for need in self._foreign(step) if need not in inside and self.status(need) != "done"]

    def _foreign(self, step: Step) -> list[str]:
        own = set(self.chain(step.id))
        return [need for need in (*step.needs, *self._behind.get(step.id, ())) if need not in own]

    def start(self, id: str) -> None:
        """A worker takes it."""
        self._free.remove((-self._weights[id], self._places[id], id))
        self._running[id] = self._claims[id]

    def finish(self, result: StepResult) -> None:
        """It has ended. What this makes impossible or needless is not decided here: `skips` says it."""
        self._running.pop(result.id, None)
        self.results[result.id] = result
        self._touched += self._affected(result.id)

    def skips(self) -> tuple[StepResult, ...]:
        """Steps that will never run, now that others have ended; they are entered as results. Called after every `finish`."""
        new: list[StepResult] = []
        while self._touched:
            id = self._touched.pop()
            if id in self.results or id in self._running:
                continue
            because = self._never(self.steps[id])
            if because is None:
                self._queue(id)
            else:
                result = skipped(self.steps[id], because)
                self.results[id] = result
                self._touched += self._affected(id)
                new.append(result)
        return tuple(sorted(new, key=lambda result: self._places[result.id]))

    def _affected(self, id: str) -> list[str]:
        """The steps whose turn may come, or be over, when this one has ended."""
        return [user for member in self.chain(id) for user in self._users[member]]

    def _never(self, step: Step) -> str | None:
        """The step because of which this one never runs; `""` when it is simply not needed; None while it may still run."""
        if step.escalates and (above := self.results.get(step.escalates)) is not None and above.outcome != "failed":
            return "" if above.outcome == "done" else above.because if above.outcome == "skipped" else above.id
        needs = self._foreign(step)
        if step.id in self._windows and self._stopped(step.id):
            inside = self._windows[step.id][1]
            unsure = [id for id in inside if (r := self.results.get(id)) is not None and r.outcome == "unknown"]
            if unsure:
                return unsure[0]
            needs = [need for need in needs if need not in inside]
        failed = next((need for need in needs if self.status(need) == "failed"), None)
        return None if failed is None else self.blame(failed)

    def abandon(self) -> tuple[StepResult, ...]:
        """Skip everything that has not started (somebody asked to stop)."""
        self._free.clear()
        new = [skipped(step, "") for id, step in self.steps.items() if id not in self.results and id not in self._running]
        self.results |= {result.id: result for result in new}
        return tuple(new)

    def _longest(self) -> dict[str, int]:
        weights: dict[str, int] = {}
        for id in reversed(in_order(self.steps)):
            weights[id] = max(1, self.steps[id].timeout) + max((weights[below] for below in self._users[id]), default=0)
        return weights


def _windows(steps: Mapping[str, Step]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Start of a machine that the plan stops before -> the first stop, and the steps between the two."""
    above: dict[str, frozenset[str]] = {}
    for id in in_order(steps):
        direct = {*steps[id].needs, steps[id].escalates} - {""}
        above[id] = frozenset(direct).union(*(above[need] for need in direct))
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for id, step in steps.items():
        stops = [
            s for s in above[id] if steps[s].action == "stop" and (steps[s].host, steps[s].address) == (step.host, step.address) and not steps[s].escalates
        ]
        if step.action == "start" and stops:
            stop = stops[0]
            found[id] = (stop, tuple(sorted(s for s in above[id] if stop in above[s] and steps[s].action != "stop")))
    return found


def skipped(step: Step, because: str) -> StepResult:
    """The result of a step that never ran."""
    return result_of(step, "skipped", because=because)


def result_of(step: Step, outcome: Outcome, error: StepError | None = None, because: str = "") -> StepResult:
    """How a step ended, with what people need to know it by."""
    return StepResult(id=step.id, host=step.host, address=step.address, action=step.action, cmdlet=effect(step), outcome=outcome, error=error, because=because)


def effect(step: Step) -> str:
    """The cmdlet that writes: the first in the pipeline that is no read (`New-VM` of `New-VM | Set-VM`); `""` for a step that does not write."""
    names = [str(command.get("cmdlet", "")) for command in step.invocation]
    return next((name for name in names if name in TABLE and TABLE[name].write), "")


def _checked(steps: tuple[Step, ...]) -> Mapping[str, Step]:
    by_id = {step.id: step for step in steps}
    if len(by_id) != len(steps):
        raise BrokenPlan("two steps have one id")
    for step in steps:
        for need in (*step.needs, *([step.escalates] if step.escalates else [])):
            if need not in by_id:
                raise BrokenPlan(f"step {step.id} needs {need}, which is no step of this plan")
    in_order(by_id)
    return by_id


def in_order(steps: Mapping[str, Step]) -> list[str]:
    """Ids with every need before what needs it; BrokenPlan for a circle."""
    order: list[str] = []
    left = {id: set(step.needs) | ({step.escalates} if step.escalates else set()) for id, step in steps.items()}
    users: dict[str, list[str]] = {id: [] for id in steps}
    for id, needs in left.items():
        for need in needs:
            users[need].append(id)
    free = [id for id, needs in left.items() if not needs]
    while free:
        id = free.pop()
        order.append(id)
        for user in users[id]:
            left[user].discard(id)
            if not left[user]:
                free.append(user)
    if len(order) != len(steps):
        raise BrokenPlan("the steps need each other in a circle: " + ", ".join(sorted(set(steps) - set(order))))
    return order
