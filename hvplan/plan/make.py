"""A plan: hosts compared, differences ordered into steps, and everything a reader or apply must know, as one document.

Pure: the time is given, nothing is read, and the same input gives the same document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hvplan.diagnostics import Diagnostic
from hvplan.diff.changes import Create, Delete, DiffOptions, Finding, Keep, Update
from hvplan.diff.host import declared_addresses, diff_host, labels
from hvplan.document.plan import Consent, Deferred, HostEntry, PlanDocument, Refusal, ResourceChange, Unmanaged
from hvplan.errors import ConfigurationError
from hvplan.model.address import Glob, owner
from hvplan.model.impact import Impact
from hvplan.model.network import ManagementAdapter
from hvplan.model.objects import Stack
from hvplan.plan.draft import Draft
from hvplan.plan.entries import entry
from hvplan.plan.gates import above, blocked_by, consents, deletions, disk_consents, has_steps, limit, too_many
from hvplan.plan.options import HostInput, PlanOptions
from hvplan.plan.room import with_room
from hvplan.plan.steps import copies, durations, steps, windows
from hvplan.plan.work import HostWork, objects, settle

__all__ = ["HostInput", "PlanOptions", "make_plan"]

Place = Callable[[str, str, str], str]


def make_plan(hosts: Sequence[HostInput], *, stack: Stack, options: PlanOptions, now: datetime, place: Place) -> PlanDocument:
    """The plan for all hosts. `place(host, address, path)` is `file:line:column` or `""`.

    Raises ConfigurationError for a pattern that fits nothing, HvplanError when the steps wait for each other in a circle.
    """
    _check_globs(hosts, options)
    works = [_compare(one, stack, options) for one in hosts]
    most = options.max_deletes if options.max_deletes is not None else stack.policy.max_deletes
    if found := too_many({work.host: deletions(work.diff, work.blocked) for work in works}, most):
        at, finding = found
        works = [settle(work, stack, (_here(finding, work, shown=work.host == at),)) for work in works]
    drafts = _shared_folders(draft for work in works for draft in with_room(work))
    made, behind = steps(drafts)
    entries = sorted((e for work in works for e in _entries(work, stack, options, place)), key=lambda e: (e.host, e.address))
    several = len(works) > 1
    return PlanDocument(
        hosts={one.host.name: _host_entry(one) for one in sorted(hosts, key=lambda one: one.host.name)},
        now=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        resource_changes=tuple(entries),
        steps=made,
        power_windows=windows(made, behind, {(work.host, address): one for work in works for address, one in work.works.items()}),
        refusals=tuple(sorted(_refusals(works, options, place), key=lambda r: (r.host, r.address, r.code, r.text))),
        deferred=tuple(sorted(_deferred(works, options), key=lambda d: (d.host, d.address, d.path, d.why))),
        consents=tuple(sorted(_consents(works, stack), key=lambda c: (c.host, c.address, c.kind))),
        unmanaged=tuple(Unmanaged(host=work.host, address=address) for work in sorted(works, key=lambda w: w.host) for address in work.diff.unmanaged),
        warnings=tuple(f"{work.host}: {text}" if several else text for work in works for text in (*work.diff.warnings, *_kept(work))),
        stack=stack.name,
        objects=sum(one.live.objects for one in hosts),
        meta={"durations": durations(made, behind)} | ({"copies": copied} if (copied := copies(made, behind)) else {}),
    )


def _shared_folders(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Every folder is made once, whoever needs it first."""
    seen: set[tuple[str, str]] = set()
    kept: list[Draft] = []
    for draft in drafts:
        key = (draft.host, draft.gives[0]) if draft.kind == "folder" else None
        if key is None or key not in seen:
            kept.append(draft)
        seen |= {key} if key else set()
    return tuple(kept)


def _compare(one: HostInput, stack: Stack, options: PlanOptions) -> HostWork:
    most = Impact.named(options.max_impact) if options.max_impact else Impact.DATA
    asked = DiffOptions(
        host=one.host.name,
        cluster=one.host.cluster,
        targets=options.targets,
        excludes=options.excludes,
        delete_disks=options.delete_disks,
        most=most,
    )
    desired = replace(one.desired.of(one.host.name), stack=stack)
    diff = diff_host(desired, one.live, asked)
    findings: list[Finding] = list(diff.findings)
    if options.max_impact:
        diff, left = limit(diff, most)
        findings += left
    if options.refuse_above:
        findings += above(diff, Impact.named(options.refuse_above), blocked_by(findings, diff))
    return settle(HostWork(host=one.host.name, live=one.live, diff=diff), stack, findings)


def _here(finding: Finding, work: HostWork, *, shown: bool) -> Finding:
    """A refusal of several hosts at one of them: told once, in force everywhere."""
    blocks = tuple(address for address in finding.blocks if any(c.address == owner(address) for c in work.diff.changes))
    return replace(finding, blocks=blocks, address=finding.address if shown else "")


def _check_globs(hosts: Sequence[HostInput], options: PlanOptions) -> None:
    """A pattern that fits nothing is a mistake, not an empty plan."""
    diagnostics = []
    for flag, globs in (("--target", options.targets), ("--exclude", options.excludes)):
        for glob in globs:
            if glob != "*" and not any(_fits(glob, one) for one in hosts):
                summary = f"{flag} {glob} fits nothing that is declared."
                diagnostics.append(Diagnostic(code="no-match", summary=summary, hint="Addresses look like vm/web01 or vm/web01/disks/os."))
    if diagnostics:
        raise ConfigurationError.of(diagnostics)


def _fits(glob: str, one: HostInput) -> bool:
    desired = one.desired.of(one.host.name)
    known = labels(desired)
    return any(Glob(glob).fits(address, one.host.name, known.get(owner(address), ())) for address in declared_addresses(desired))


def _host_entry(one: HostInput) -> HostEntry:
    identity, host = one.live.identity, one.host
    return HostEntry(
        computer=identity.computer,
        machine_id=identity.machine_id,
        release=identity.release,
        module_version=identity.module_version,
        simulated=host.simulated,
        connection={"hosts_file": True} if host.from_hosts_file else dict(host.connection),
    )


def _entries(work: HostWork, stack: Stack, options: PlanOptions, place: Place) -> Iterator[ResourceChange]:
    outside = {change.address for change in work.diff.outside}
    for change in work.diff.changes:
        if change.address in outside:  # a machine of which this run looks at some devices only
            continue
        why = work.finding_of(change.address)
        left = "" if why is None else "deferred" if why.deferred else "refused" if options.skip_refused else ""
        yield from entry(work.host, change, work.live, stack, place, left=left)
    refused = {finding.address for finding in work.findings if not finding.deferred}
    for change in work.diff.outside:
        left = "refused" if change.address in refused else "" if isinstance(change, Keep) else "deferred"
        yield from entry(work.host, change, work.live, stack, place, left=left)


def _refusals(works: Sequence[HostWork], options: PlanOptions, place: Place) -> Iterator[Refusal]:
    for work in works:
        for finding in work.findings:
            if finding.address and not finding.deferred and not options.skip_refused:
                at = place(work.host, finding.address, finding.path)
                yield Refusal(host=work.host, address=finding.address, code=finding.code, text=finding.text, flag=finding.flag, place=at)


def _kept(work: HostWork) -> Iterator[str]:
    """Files that this run keeps beside the new ones."""
    for change in work.diff.changes:
        if isinstance(change, Update) and change.exchanged and change.exchanged.keeps and not {change.address, owner(change.address)} & work.blocked:
            yield change.exchanged.keeps


def _deferred(works: Sequence[HostWork], options: PlanOptions) -> Iterator[Deferred]:
    for work in works:
        for finding in work.findings:
            if finding.deferred or options.skip_refused:
                if finding.address:
                    yield Deferred(host=work.host, address=finding.address, path=finding.path, why=finding.text)
                yield from _with_it(work, finding)


def _with_it(work: HostWork, finding: Finding) -> Iterator[Deferred]:
    """The other objects that would have changed and are left for later for the same reason, where nothing else is said of them."""
    told = {one.address for one in work.findings}
    for change in work.diff.changes:
        if change.address in finding.blocks and change.address not in told and not isinstance(change, Keep):
            why = finding.text if finding.address in finding.blocks or not finding.address else f"{finding.address}: {finding.text}"
            yield Deferred(host=work.host, address=change.address, path="", why=why)


def _consents(works: Sequence[HostWork], stack: Stack) -> Iterator[Consent]:
    for work in works:
        for change, devices in objects(work.diff):
            made = work.works.get(change.address)
            if made and change.address not in work.blocked:
                yield from consents(work.host, change, made, stack, has_steps(change.address, made.drafts))
                for device in devices:
                    if device.address not in work.blocked:
                        yield from disk_consents(work.host, device)
                asked = isinstance(change, Create | Update | Delete) and bool(change.management)  # which answers for everything below it
                for device in () if asked else devices:
                    if device.address not in work.blocked and isinstance(device.want, ManagementAdapter):
                        yield from consents(work.host, device, None, stack, touched=False)
