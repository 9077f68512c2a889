"""Drafts as the document's steps: numbered, with what each waits for and the PowerShell that says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hvplan.cmdlets.build import references, to_json
from hvplan.cmdlets.printing import powershell
from hvplan.document.plan import PowerWindow, Step
from hvplan.plan.draft import OFFLINE, Draft, duration
from hvplan.plan.graph import build, needs, ordered
from hvplan.plan.update import VmWork


def steps(drafts: Sequence[Draft]) -> tuple[tuple[Step, ...], tuple[Draft, ...]]:
    """The steps in the order of their numbers, and the drafts behind them in the same order."""
    graph = build(drafts)
    order = ordered(graph, drafts)
    waits = needs(graph, order)
    ids = {index: f"s{number}" for number, index in enumerate(order, 1)}
    referred = {(drafts[index].host, ref.address) for index in order for ref in references(drafts[index].invocation)}
    variables: dict[str, dict[str, str]] = {}
    for index, draft in enumerate(drafts):
        if draft.produces:
            variables.setdefault(draft.host, {})[draft.address] = f"${ids[index]}"
    stops = {(d.host, d.owner): ids[i] for i, d in enumerate(drafts) if (d.kind, d.action) == ("power", "stop") and not d.escalates}
    made = []
    for index in order:
        draft = drafts[index]
        assigned = draft.produces and (draft.host, draft.address) in referred
        made.append(
            Step(
                id=ids[index],
                host=draft.host,
                address=draft.address,
                action=draft.action,
                cause=draft.cause,
                impact=draft.impact.label,
                needs=tuple(ids[before] for before in waits.get(index, ())),
                expect=draft.expect,
                verify=draft.verify,
                invocation=to_json(draft.invocation),
                powershell=powershell(draft.invocation, variables=variables.get(draft.host, {}), assign=f"${ids[index]} = " if assigned else ""),
                escalates=stops[(draft.host, draft.owner)] if draft.escalates else "",
                timeout=draft.timeout,
            )
        )
    return tuple(made), tuple(drafts[index] for index in order)


def windows(made: Sequence[Step], drafts: Sequence[Draft], works: Mapping[tuple[str, str], VmWork]) -> tuple[PowerWindow, ...]:
    """The power windows: the stop, what needs the machine off, the start."""
    found = []
    for (host, address), work in sorted(works.items()):
        if not work.power.window:
            continue
        inside = tuple(
            step.id
            for step, draft in zip(made, drafts, strict=True)
            if (draft.host, draft.owner) == (host, address) and (draft.phase == OFFLINE or draft.kind in ("power", "resume", "hold"))
        )
        shutdown = work.power.shutdown
        found.append(PowerWindow(host=host, address=address, steps=inside, timeout=shutdown.timeout, then=shutdown.then))
    return tuple(found)


def durations(made: Sequence[Step], drafts: Sequence[Draft]) -> dict[str, int]:
    """Expected seconds by step id, from the fixed table."""
    return {step.id: duration(draft) for step, draft in zip(made, drafts, strict=True)}


def copies(made: Sequence[Step], drafts: Sequence[Draft]) -> dict[str, int]:
    """Bytes of disks that are copied, by step id."""
    return {step.id: draft.copies for step, draft in zip(made, drafts, strict=True) if draft.copies}
