"""What stands between a difference and its steps: policies, limits, filters; and what apply will have to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from hvplan.diff.changes import Change, Create, Delete, Finding, HostDiff, Keep, Replace, Update
from hvplan.diff.scope import fits_any
from hvplan.document.plan import Consent
from hvplan.model.address import owner, switch
from hvplan.model.devices import NetworkAdapter
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Impact
from hvplan.model.live import LiveSwitch, LiveVm
from hvplan.model.marker import find
from hvplan.model.objects import Lifecycle, Policy, Stack, VirtualMachine, VirtualSwitch
from hvplan.model.values import Unknown
from hvplan.plan.draft import Draft
from hvplan.plan.update import VmWork

_ASK, _NEVER = "ask", "never"
_HELD: Final[Mapping[str, str]] = {"Save-VM": "saved", "Suspend-VM": "paused"}
_FLAGS: Final[Mapping[str, str]] = {
    "restart": "--allow-restart",
    "adopt": "--adopt",
    "delete-disk": "--delete-disks",
    "management": "--allow-management-change",
}


def impact_of(change: Change) -> Impact:
    """The highest impact of one address."""
    match change:
        case Create(line=line) | Delete(line=line):
            return line.impact
        case Replace():
            return Impact.REPLACE
        case Update(fields=fields) as update:
            own = Impact.ONLINE if real(update) else Impact.NONE
            return max([own, *(field.impact for field in fields)])
        case Keep():
            return Impact.NONE


def real(change: Update) -> bool:
    """Does an update say anything beside its fields."""
    facts = (change.adopts, change.claims, change.finishing, change.released, change.renamed_from, change.unasked)
    return any(facts) or change.protect is not None


def limit(diff: HostDiff, most: Impact) -> tuple[HostDiff, tuple[Finding, ...]]:
    """Without what is above a level (`--max-impact`), which is left for a later run."""
    changes: list[Change] = []
    left: list[Finding] = []
    for change in diff.changes:
        above: list[tuple[str, Impact]] = []
        kept: Change = change
        match change:
            case Update():
                above = [(field.path, field.impact) for field in change.fields if field.impact > most]
                later = tuple(field for field in change.fields if field.impact > most)
                kept = replace(change, fields=tuple(field for field in change.fields if field.impact <= most), left=later)
                if real(kept) and most < Impact.ONLINE:  # adopting, renaming and the like
                    above.append(("", Impact.ONLINE))
                    kept = _without_facts(kept)
                if not kept.fields and not real(kept):
                    kept = Keep(
                        address=change.address, want=change.want, live=change.live, marker=change.marker, slot=change.slot, left=change.fields, boot=change.boot
                    )
            case Create() | Delete() | Replace() if impact_of(change) > most:
                above = [("", impact_of(change))]
        if above and isinstance(kept, Create | Delete | Replace):
            left += (_later(change.address, path, level, blocks=(change.address,)) for path, level in above)
        else:
            left += (_later(change.address, path, level) for path, level in above)
        changes.append(kept)
    return replace(diff, changes=tuple(changes)), tuple(left)


def _without_facts(change: Update) -> Update:
    """An update of its fields alone."""
    return replace(change, adopts=False, claims=False, finishing=False, released=False, renamed_from="", unasked=(), protect=None)


def _later(address: str, path: str, level: Impact, blocks: tuple[str, ...] = ()) -> Finding:
    return Finding(address=address, code="max-impact", text=f"impact {level.label} is above --max-impact", path=path, blocks=blocks, deferred=True)


def above(diff: HostDiff, most: Impact, blocked: frozenset[str]) -> Iterator[Finding]:
    """Refusals for what is above the gate (`--refuse-above`)."""
    for change in diff.changes:
        level = impact_of(change)
        if level > most and change.address not in blocked:
            text = f"impact {level.label} is above what --refuse-above allows ({most.label})."
            yield Finding(address=change.address, code="impact", text=text, flag=f"--refuse-above {level.label}", blocks=(change.address,))


def blocked_by(findings: Iterable[Finding], diff: HostDiff) -> frozenset[str]:
    """Every address whose steps fall away, with everything below it."""
    roots = {address for finding in findings for address in finding.blocks}
    return frozenset(change.address for change in diff.changes if change.address in roots or owner(change.address) in roots)


def dependents(diff: HostDiff, blocked: frozenset[str]) -> Iterator[Finding]:
    """Adapters whose switch will not be made, because that was refused."""
    missing: set[str] = set()
    for change in diff.changes:
        if isinstance(change, Create) and isinstance(change.want, VirtualSwitch) and change.address in blocked:
            missing.add(change.want.name.casefold())
    created = {c.address for c in diff.changes if isinstance(c, Create)}
    for change in diff.changes:
        if not isinstance(change, Create | Update) or not isinstance(change.want, NetworkAdapter) or change.address in blocked:
            continue
        name = change.want.settings.switch
        moves = isinstance(change, Create) or any(field.path == "switch" for field in change.fields)
        if moves and isinstance(name, str) and name.casefold() in missing:
            whole = owner(change.address)
            text = f"{switch(name)} is not made, because that was refused."
            yield Finding(address=change.address, code="depends", text=text, path="switch", blocks=(whole if whole in created else change.address,))


def kept_adapters(diff: HostDiff, blocked: frozenset[str]) -> Iterator[Finding]:
    """Switches that were to get a physical adapter of another one, which keeps it, because its change was refused."""
    held: dict[str, str] = {}
    for change in diff.changes:
        if change.address in blocked and not isinstance(change, Create) and isinstance(change.live, LiveSwitch):
            held |= {nic.id: change.address for nic in (() if isinstance(change.live.net_adapters, Unknown) else change.live.net_adapters)}
    for change in diff.changes:
        if isinstance(change, Create | Update) and change.address not in blocked:
            for nic in change.net_adapters:
                if held.get(nic.id, change.address) != change.address:
                    text = f"{nic.name} stays under {held[nic.id]}, because that change was refused."
                    yield Finding(address=change.address, code="depends", text=text, path="netAdapters", blocks=(change.address,))


def deletions(diff: HostDiff, blocked: frozenset[str]) -> tuple[str, ...]:
    """Addresses of what is deleted: machines, switches, VHD files; neither devices nor releases."""
    found: list[str] = []
    for change in diff.changes:
        if isinstance(change, Delete) and isinstance(change.live, LiveVm | LiveSwitch) and change.address not in blocked:
            found += [change.address, *sorted(change.files)]
        elif isinstance(change, Update) and change.deletes and not {change.address, owner(change.address)} & blocked:
            found.append(change.address)
    return tuple(found)


def too_many(per_host: Mapping[str, tuple[str, ...]], most: int) -> tuple[str, Finding] | None:
    """The one refusal of more deletions than are allowed, and the host it is shown at."""
    count = sum(map(len, per_host.values()))
    if count <= most:
        return None
    host = next(name for name, addresses in per_host.items() if addresses)
    listed = ", ".join(address for addresses in per_host.values() for address in addresses[:5])
    text = (
        f"{count} deletion{'' if count == 1 else 's'} ({listed}{', ...' if count > 5 else ''}), and {most} {'is' if most == 1 else 'are'} allowed (maxDeletes)."
    )
    blocks = tuple(dict.fromkeys(address for addresses in per_host.values() for address in addresses))
    return host, Finding(address=per_host[host][0], code="max-deletes", text=text, flag=f"--max-deletes {count}", blocks=blocks)


def policy_findings(change: Change, work: VmWork | None, stack: Stack, touched: bool) -> Iterator[Finding]:
    """What the policy says is never done. `touched`: the object has steps."""
    lifecycle, address = _lifecycle(change), change.address
    if work and work.power.stops and restart_policy(lifecycle, stack.policy) == _NEVER:
        text = "the machine would be stopped, and `restart: never` holds. Change the policy, or leave what needs the machine off."
        yield Finding(address=address, code="restart-never", text=text, blocks=(address,))
    if takes_over(change, stack, touched) and adopt_policy(lifecycle, stack.policy) == _NEVER:
        text = "it exists and is not marked as this stack's, and `adopt: never` holds. Change the policy, or take it out of the files."
        yield Finding(address=address, code="adopt-never", text=text, blocks=(address,))


def consents(host: str, change: Change, work: VmWork | None, stack: Stack, touched: bool) -> Iterator[Consent]:
    """What apply will ask for one object."""
    lifecycle, address = _lifecycle(change), change.address
    if work and work.power.stops and restart_policy(lifecycle, stack.policy) == _ASK:
        again = any(draft.kind == "power" and draft.action == "start" for draft in work.drafts)
        held = next(
            (_HELD[str(cmd.cmdlet)] for draft in work.drafts if draft.kind == "hold" for cmd in draft.invocation.statements[0] if cmd.cmdlet in _HELD), ""
        )
        yield _consent(host, address, "restart", f"{address} is {held or ('stopped and started again' if again else 'stopped')}")
    if takes_over(change, stack, touched) and adopt_policy(lifecycle, stack.policy) == _ASK:
        text = f"{address} exists and is taken over" if stack.marks else f"{address} exists, {_belongs(change)} and is changed"
        yield _consent(host, address, "adopt", text)
    if isinstance(change, Create | Update | Delete) and change.management:
        yield _consent(host, address, "management", f"{address} changes, and {change.management}")
    if isinstance(change, Delete):
        for at, path in sorted(change.files.items()):
            yield _consent(host, at, "delete-disk", f"{path} is deleted")


def disk_consents(host: str, change: Change) -> Iterator[Consent]:
    """What apply will ask for one disk: the file that its conversion kept is deleted."""
    if isinstance(change, Update) and change.deletes:
        yield _consent(host, change.address, "delete-disk", f"{change.deletes} is deleted")


def _belongs(change: Change) -> str:
    live = change.live if isinstance(change, Update | Keep) else None
    marker, _ = find(live.notes) if isinstance(live, LiveVm | LiveSwitch) else (None, 0)
    return f"belongs to stack {marker.stack}" if marker else "carries no mark"


def _consent(host: str, address: str, kind: str, text: str) -> Consent:
    return Consent(host=host, address=address, kind=kind, flag=f"{_FLAGS[kind]}={address}", text=text)


def takes_over(change: Change, stack: Stack, touched: bool) -> bool:
    """Is an existing object taken over or, where nothing is marked, changed."""
    if not isinstance(change, Update | Keep) or not isinstance(change.live, LiveVm | LiveSwitch | HostSettings):
        return False
    if isinstance(change.live, HostSettings):
        return touched and not stack.marks
    return (isinstance(change, Update) and change.adopts) or (touched and not stack.marks)


def restart_policy(lifecycle: Lifecycle, policy: Policy) -> str:
    """ask | allow | never."""
    return lifecycle.restart or policy.restart


def adopt_policy(lifecycle: Lifecycle, policy: Policy) -> str:
    """ask | allow | never."""
    return lifecycle.adopt or policy.adopt


def _lifecycle(change: Change) -> Lifecycle:
    return change.want.lifecycle if isinstance(change.want, VirtualMachine | VirtualSwitch) else Lifecycle()


def has_steps(address: str, drafts: Iterable[Draft]) -> bool:
    """Has an object, or one of its devices, a step."""
    return any(draft.owner == address for draft in drafts)


__all__ = [
    "above",
    "blocked_by",
    "consents",
    "deletions",
    "dependents",
    "disk_consents",
    "fits_any",
    "has_steps",
    "impact_of",
    "kept_adapters",
    "limit",
    "policy_findings",
    "too_many",
]
