"""From the difference of one host to its drafts: again and again without what turned out to be refused, until nothing new is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hvplan.cmdlets.build import InvalidInvocation
from hvplan.diff.changes import Change, Create, Delete, Finding, HostDiff, Keep, Update
from hvplan.model.address import owner
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.objects import Host, Stack, VirtualMachine, VirtualSwitch
from hvplan.plan.boot import orders_left
from hvplan.plan.create import create_drafts
from hvplan.plan.draft import Draft
from hvplan.plan.gates import blocked_by, dependents, has_steps, kept_adapters, policy_findings
from hvplan.plan.management import host_drafts
from hvplan.plan.names import in_turn, names_kept
from hvplan.plan.notes import too_long
from hvplan.plan.slots import kept_slots
from hvplan.plan.starts import starts_left
from hvplan.plan.switches import switch_drafts
from hvplan.plan.update import VmWork, delete_drafts, update_drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class HostWork:
    """Everything one host's plan is made of. `works`: the steps of each object by its address."""

    host: str
    live: LiveHost
    diff: HostDiff
    findings: tuple[Finding, ...] = ()
    blocked: frozenset[str] = frozenset()
    works: Mapping[str, VmWork] = field(default_factory=dict)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every step, object by object."""
        return in_turn(tuple(draft for work in self.works.values() for draft in work.drafts), self.diff, self.blocked)

    def finding_of(self, address: str) -> Finding | None:
        """Why an address has no steps."""
        return next((f for f in self.findings if address in f.blocks or owner(address) in f.blocks), None)


def settle(work: HostWork, stack: Stack, more: Sequence[Finding] = ()) -> HostWork:
    """Draft every object, leave out what is refused, and draft again what that changes."""
    findings = [*work.findings, *more]
    while True:
        blocked = blocked_by(findings, work.diff)
        diff, orders = orders_left(work.diff, blocked, findings)
        diff, starts = starts_left(diff, blocked, findings)
        found = [*dependents(diff, blocked), *kept_adapters(diff, blocked), *kept_slots(diff, blocked), *names_kept(diff, work.live, blocked), *orders, *starts]
        works: dict[str, VmWork] = {}
        for change, devices in objects(diff):
            try:
                made = _drafts(work, change, devices, stack, blocked)
            except InvalidInvocation as error:
                text = f"a step of it cannot be sent: {error}. Change the value."
                found.append(Finding(address=change.address, code="cannot-be-sent", text=text, blocks=(change.address,)))
                continue
            works[change.address] = made
            found += too_long(change.address, made.drafts)
            if change.address not in blocked:
                found += policy_findings(change, made, stack, has_steps(change.address, made.drafts))
        new = [finding for finding in found if finding not in findings]
        if not new:
            return replace(work, diff=diff, findings=tuple(findings), blocked=blocked, works=works)
        findings += new


def objects(diff: HostDiff) -> Iterator[tuple[Change, tuple[Change, ...]]]:
    """Each object with its devices. A device whose machine is out of scope comes under a machine that keeps as it is."""
    devices: dict[str, list[Change]] = {}
    for change in diff.changes:
        devices.setdefault(owner(change.address), []).append(change)
    for address, group in devices.items():
        own = next((change for change in group if change.address == address), None)
        below = tuple(change for change in group if change.address != address)
        if own is not None:
            yield own, below


def _drafts(work: HostWork, change: Change, devices: tuple[Change, ...], stack: Stack, blocked: frozenset[str]) -> VmWork:
    host, address = work.host, change.address
    if isinstance(change.want, VirtualSwitch):
        return VmWork(drafts=() if address in blocked else tuple(switch_drafts(host, change, devices, work.live, stack, blocked)))
    if isinstance(change.want, Host):
        return VmWork(drafts=() if address in blocked else tuple(host_drafts(host, change)))
    match change:
        case Create(want=VirtualMachine()) if address not in blocked:
            return VmWork(drafts=tuple(create_drafts(host, change, devices, work.live, stack)))
        case Delete(live=LiveVm()) if address not in blocked:
            return delete_drafts(host, change, stack)
        case Update(live=LiveVm()) | Keep(live=LiveVm(), want=VirtualMachine()) if address not in blocked:
            return update_drafts(host, change, devices, stack, blocked)
        case _:
            return VmWork(drafts=())


__all__ = ["HostWork", "objects", "settle"]
