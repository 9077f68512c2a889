"""Names that machines and switches give up and others take in the same run: a renaming comes first, and who keeps a name keeps it from others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from hvplan.diff.changes import Create, Finding, HostDiff, Update
from hvplan.document.plan import Expect
from hvplan.model.live import LiveHost, LiveSwitch, LiveVm
from hvplan.model.objects import VirtualMachine, VirtualSwitch
from hvplan.plan.draft import Draft


def names_kept(diff: HostDiff, live: LiveHost, blocked: frozenset[str]) -> Iterator[Finding]:
    """Machines and switches that would get a name which another one has and does not give up in this run."""
    leaving = dict(_leaving(diff, blocked))
    for change in diff.changes:
        if change.address in blocked or not isinstance(change.want, VirtualMachine | VirtualSwitch) or not _takes(change):
            continue
        own = change.live.id if isinstance(change, Update) and isinstance(change.live, LiveVm | LiveSwitch) else ""
        others: Iterable[LiveVm | LiveSwitch] = live.vms if isinstance(change.want, VirtualMachine) else live.switches
        held = [one.id for one in others if one.id not in (own, *leaving) and one.name.casefold() == change.want.name.casefold()]
        if held:
            ids, has = ", ".join(sorted(held)), "has" if len(held) == 1 else "have"
            does = "it is not renamed to a name that is taken" if own else "it is not made while that is so"
            text = f"{own + ' is meant by its mark, and ' if own else ''}{ids} {has} the name {change.want.name}{' too' if own else ''}: {does}."
            yield Finding(address=change.address, code="name-taken", text=f"{text} Rename or remove the other one first.", blocks=(change.address,))


def in_turn(drafts: tuple[Draft, ...], diff: HostDiff, blocked: frozenset[str]) -> tuple[Draft, ...]:
    """The steps of a host, where a new object waits for the renaming of the one that has its name.

    Two that exchange their names need no order: names are no identity, and two may have one for a moment (behaviour 8).
    """
    made = [c for c in diff.changes if isinstance(c, Create) and isinstance(c.want, VirtualMachine | VirtualSwitch) and c.address not in blocked]
    new = {(_kind(c.address), c.want.name.casefold()): c.address for c in made if isinstance(c.want, VirtualMachine | VirtualSwitch)}
    freed = {address: taker for address, name in dict(_leaving(diff, blocked)).values() if (taker := new.get((_kind(address), name)))}
    waiting = {taker: f"name of {taker}" for taker in freed.values()}
    return tuple(_with_name(draft, freed, waiting) for draft in drafts)


def _with_name(draft: Draft, freed: Mapping[str, str], waiting: Mapping[str, str]) -> Draft:
    if draft.kind not in ("vm", "switch"):
        return draft
    if draft.action == "rename" and (taker := freed.get(draft.address)):
        gone = Expect(address=taker, path="exists", value=False)
        return replace(draft, gives=(*draft.gives, waiting[taker]), verify=(*draft.verify, gone))
    if draft.action == "create" and draft.address in waiting:
        return replace(draft, uses=(*draft.uses, waiting[draft.address]))
    return draft


def _leaving(diff: HostDiff, blocked: frozenset[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Id of each object that is renamed in this run -> its address and the name it gives up, case folded."""
    for change in diff.changes:
        if isinstance(change, Update) and isinstance(change.live, LiveVm | LiveSwitch) and change.renamed_from and change.address not in blocked:
            yield change.live.id, (change.address, change.renamed_from.casefold())


def _kind(address: str) -> str:
    return address.partition("/")[0]


def _takes(change: object) -> bool:
    return isinstance(change, Create) or (isinstance(change, Update) and bool(change.renamed_from))


__all__ = ["in_turn", "names_kept"]
