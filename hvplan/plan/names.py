"""Names that machines give up and others take in the same run: a renaming comes first, and who keeps a name keeps it from others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from hvplan.diff.changes import Create, Finding, HostDiff, Update
from hvplan.document.plan import Expect
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.plan.draft import Draft


def names_kept(diff: HostDiff, live: LiveHost, blocked: frozenset[str]) -> Iterator[Finding]:
    """Machines that would get a name which another one has and does not give up in this run."""
    leaving = dict(_leaving(diff, blocked))
    for change in diff.changes:
        if change.address in blocked or not isinstance(change.want, VirtualMachine) or not _takes(change):
            continue
        own = change.live.id if isinstance(change, Update) and isinstance(change.live, LiveVm) else ""
        held = [vm.id for vm in live.vms if vm.id not in (own, *leaving) and vm.name.casefold() == change.want.name.casefold()]
        if held:
            ids, has = ", ".join(sorted(held)), "has" if len(held) == 1 else "have"
            does = "it is not renamed to a name that is taken" if own else "it is not made while that is so"
            text = f"{own + ' is meant by its mark, and ' if own else ''}{ids} {has} the name {change.want.name}{' too' if own else ''}: {does}."
            yield Finding(address=change.address, code="name-taken", text=f"{text} Rename the other one first.", blocks=(change.address,))


def in_turn(drafts: tuple[Draft, ...], diff: HostDiff, blocked: frozenset[str]) -> tuple[Draft, ...]:
    """The steps of a host, where a new machine waits for the renaming of the one that has its name.

    Two that exchange their names need no order: names are no identity, and two may have one for a moment (behaviour 8).
    """
    new = {c.want.name.casefold(): c.address for c in diff.changes if isinstance(c, Create) and isinstance(c.want, VirtualMachine) and c.address not in blocked}
    freed = {address: new[name] for address, name in dict(_leaving(diff, blocked)).values() if name in new}
    waiting = {taker: f"name of {taker}" for taker in freed.values()}
    return tuple(_with_name(draft, freed, waiting) for draft in drafts)


def _with_name(draft: Draft, freed: Mapping[str, str], waiting: Mapping[str, str]) -> Draft:
    if draft.kind != "vm":
        return draft
    if draft.action == "rename" and (taker := freed.get(draft.address)):
        gone = Expect(address=taker, path="exists", value=False)
        return replace(draft, gives=(*draft.gives, waiting[taker]), verify=(*draft.verify, gone))
    if draft.action == "create" and draft.address in waiting:
        return replace(draft, uses=(*draft.uses, waiting[draft.address]))
    return draft


def _leaving(diff: HostDiff, blocked: frozenset[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Id of each machine that is renamed in this run -> its address and the name it gives up, case folded."""
    for change in diff.changes:
        if isinstance(change, Update) and isinstance(change.live, LiveVm) and change.renamed_from and change.address not in blocked:
            yield change.live.id, (change.address, change.renamed_from.casefold())


def _takes(change: object) -> bool:
    return isinstance(change, Create) or (isinstance(change, Update) and bool(change.renamed_from))


__all__ = ["in_turn", "names_kept"]
