"""A stale plan changes nothing: who the host is and what every first precondition names, before the first write."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from hvplan.apply.known import Known
from hvplan.apply.observe import ABSENT, Declared, observe
from hvplan.apply.schedule import in_order
from hvplan.document.plan import Expect, HostEntry, PlanDocument, Refusal, Step
from hvplan.model import view
from hvplan.model.address import owner
from hvplan.model.live import Identity, LiveHost
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows
from hvplan.model.values import Unknown, normal_path

Json = Any
_NOTHING: Final = {"notes.marker": "not there", "slot": "not attached", "switch": "not connected", "iso": "no disc"}
"""What an empty value of an attribute means, where "empty" would not say it."""


def other_host(name: str, entry: HostEntry, identity: Identity) -> tuple[Refusal, ...]:
    """Is it the host the plan was made for."""
    pairs = (
        ("computer name", entry.computer, identity.computer),
        ("machine id", entry.machine_id, identity.machine_id),
        ("release", entry.release, identity.release),
    )
    moved = [f"{what} was {then}, is {now}" for what, then, now in pairs if then.casefold() != now.casefold()]
    if not moved:
        return ()
    return (Refusal(host=name, address="host/" + name, code="other-host", text=f"this is not the host the plan was made for: {'; '.join(moved)}"),)


def first_expects(steps: Iterable[Step]) -> tuple[tuple[Step, Expect], ...]:
    """The preconditions that no earlier step of the plan brings about."""
    by_id = {step.id: step for step in steps}
    above: dict[str, frozenset[str]] = {}
    for id in in_order(by_id):
        direct = {*by_id[id].needs, by_id[id].escalates} - {""}
        above[id] = frozenset(direct).union(*(above[need] for need in direct))
    found: list[tuple[Step, Expect]] = []
    for step in by_id.values():
        made = [(by_id[id].host, v) for id in above[step.id] for v in by_id[id].verify]
        found += [(step, expect) for expect in step.expect if not any(host == step.host and _brings(v, expect) for host, v in made)]
    return tuple(found)


def _brings(made: Expect, expect: Expect) -> bool:
    """Does a step that ends with `made` change what `expect` names: the same place, or the existence of what it stands in."""
    if made.path.startswith("file ") or expect.path.startswith("file "):
        return normal_path(made.path) == normal_path(expect.path)
    if made.address == expect.address and (made.path == expect.path or made.path in ("exists", "slot")):
        return True
    return made.path == "exists" and expect.address.startswith(made.address + "/")


def moved(name: str, document: PlanDocument, live: LiveHost, known: Known, plan: Declared) -> tuple[Refusal, ...]:
    """Every first precondition of one host that no longer holds, unless it stands at the planned value already."""
    refusals: dict[tuple[str, str], Refusal] = {}
    places = {change.address: change.place for change in document.resource_changes if change.host == name}
    for step, expect in first_expects(document.steps):
        if step.host != name:
            continue
        now = observe(live, name, expect, known, plan)
        if holds(expect, now, known, name) or _planned(step, expect, now, known, name):
            continue
        if now is ABSENT:  # one sentence for all that is gone with it
            expect, now = Expect(address=expect.address, path="exists", value=True), False
        text, place = _sentence(expect, now, document.now), places.get(expect.address) or places.get(owner(expect.address), "")
        refusals[expect.address, expect.path] = Refusal(host=name, address=expect.address, code="stale", text=text, place=place)
    return tuple(refusals.values())


def holds(expect: Expect, now: Json | Unknown, known: Known, host: str) -> bool:
    """Is what stands there what was expected."""
    return not isinstance(now, Unknown) and view.equal(expect.path, known.resolved(host, expect.value), now)


def states_existence(expect: Expect) -> bool:
    """Is it about an object or a file being there, and nothing else."""
    return expect.path == "exists" or expect.path.startswith("file ")


def brings_about(made: Expect) -> bool:
    """Is it that something exists. Who finds it there already has met somebody else's object, not the planned value."""
    return made.value is True and states_existence(made)


def _planned(step: Step, expect: Expect, now: Json | Unknown, known: Known, host: str) -> bool:
    same = [v for v in step.verify if v.address == expect.address and v.path == expect.path and not brings_about(v)]
    return any(holds(v, now, known, host) for v in same)


def _sentence(expect: Expect, now: Json | Unknown, when: str) -> str:
    if isinstance(now, Unknown):
        return f"{named(expect)} was {shown(expect.path, expect.value)} when the plan was made ({when}), and cannot be read now: {now.why}"
    return f"{named(expect)} was {shown(expect.path, expect.value)} when the plan was made ({when}), and is {shown(expect.path, now)} now"


def named(expect: Expect) -> str:
    """The thing an expectation is about, for people."""
    if expect.path == "exists":
        return expect.address
    return expect.path if expect.path.startswith("file ") else f"{expect.address} {expect.path}"


def shown(path: str, value: Json) -> str:
    """A value for people, in the unit of its attribute."""
    if path == "exists" or path.startswith("file "):
        return "there" if value else "not there"
    if value is None or value == "" or value == []:
        return _NOTHING.get(path, "empty" if value == "" else "none")
    if isinstance(value, int) and not isinstance(value, bool):
        kinds = {row.path: row.kind for _, part in PARTS for row in rows(part).values()}
        if path in kinds:
            return kinds[path].show(value)
    if isinstance(value, list | tuple):
        return ", ".join(shown(path, one) for one in value)
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return json.dumps(value, ensure_ascii=False) if path == "notes" or "\n" in value else value
