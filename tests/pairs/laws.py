"""What holds of every pair of a host and a desired state, and a tally of what was met."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from hvplan.apply.gates import Given, open_gates
from hvplan.cli.exporting import exported
from hvplan.document.canonical import dumps, to_json
from hvplan.document.plan import PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.document.schema import plan_schema
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted, wanted_of
from hvplan.load.loading import load
from hvplan.model import address
from hvplan.model.objects import Ensure, Host
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.report.text import render_plan, render_result
from tests.lab import NOW
from tests.pairs import compare
from tests.pairs.draws import Doc
from tests.pairs.ground import Ground

STOPS = ("Stop-VM", "Save-VM", "Suspend-VM", "Restart-VM", "Remove-VM")
MADE = ("New-VM", "New-VMSwitch", "Remove-VM", "Remove-VMSwitch")
ROUNDS = 4
HV01 = Host(name="hv01", connection={"simulated": {"world": "host.world.yaml"}})


@dataclass
class Tally:
    """What the pairs of a run were: so that a generator that has lost its aim is seen."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    diagnostics: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    created: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is looked at beside the plain run of a pair: a connection lost at a write, an export, files deleted with machines."""

    lost_at: int | None = None
    sent: bool = False
    export: bool = False
    delete_disks: bool = False
    max_impact: str = ""


@cache
def _validator() -> Any:
    from jsonschema import Draft7Validator

    return Draft7Validator(plan_schema())


def check(seed: Doc, documents: Sequence[Doc], ways: Ways, tally: Tally) -> Doc:
    """All laws on one pair. The host as it is afterwards; as it was, when the files are refused."""
    with tempfile.TemporaryDirectory() as made:
        ground = Ground(Path(made), seed, documents, ways.delete_disks, ways.max_impact)
        tally.counts["pairs"] += 1
        for diagnostic in ground.loaded.diagnostics:
            assert diagnostic.summary, diagnostic
        if ground.errors:
            tally.counts["refused by the loader"] += 1
            tally.diagnostics.update(d.code for d in ground.errors)
            return seed
        return _planned(ground, ways, tally)


def _planned(ground: Ground, ways: Ways, tally: Tally) -> Doc:
    before = ground.world.dump()
    document = ground.plan()
    _reads_only(ground, before)
    _one_document(ground, document)
    tally.refusals.update(refusal.code for refusal in document.refusals)
    if document.refusals:
        tally.counts["with refusals"] += 1
        assert ground.apply(document).exit_code == 3
        _reads_only(ground, before)
        document = ground.plan(skip=True)
        _one_document(ground, document)
    consents = open_gates(document, Given(), None)
    start, result = len(ground.world.audit), ground.apply(document)
    after = ground.world.dump()
    _carried_out(document, result)
    _stopped_with_consent(ground, document, before, start)
    _only_what_is_asked(ground, document, before, after, ways)
    _count(document, result, consents, tally)
    _then_nothing(ground, document, after)
    if ways.export:
        tally.counts["exports"] += 1
        _exported(ground)
    if ways.lost_at is not None and document.steps and ground.desired.stack.marks:
        tally.counts["connections lost"] += 1
        _lost(ground, document, ways)
    return after


def _reads_only(ground: Ground, before: Doc) -> None:
    """Law 1."""
    assert ground.writes() == [], "law 1: a plan has written"
    assert ground.world.dump() == before, "law 1: a plan has changed the host"


def _one_document(ground: Ground, document: PlanDocument) -> None:
    """Law 7, and what every document is: valid, and good for a view."""
    mapping = to_json(document)
    again = ground.again(ground.world.dump())
    skip = bool(not document.refusals and document.deferred)
    second = again.plan(skip=skip)
    if second.refusals == document.refusals:
        assert dumps(to_json(second)) == dumps(mapping), "law 7: the same input, other bytes"
    else:
        assert skip, "law 7: the same input, other refusals"
    wrong = sorted(error.message for error in _validator().iter_errors(mapping))
    assert wrong == [], f"the document does not fit its schema: {wrong}"
    assert render_plan(document).rstrip() == render_plan(mapping).rstrip(), "the views of a document and of its JSON differ"


def _carried_out(document: PlanDocument, result: ResultDocument) -> None:
    """Law 10: nothing fails on a host without faults."""
    assert render_result(result)
    failed = [f"{s.id} {s.address} {s.cmdlet} {s.outcome}: {s.error}" for s in result.steps if s.outcome not in ("done", "skipped")]
    said = {step.id: step.powershell for step in document.steps}
    shown = [f"{text}\n  {said[text.split()[0]]}" for text in failed]
    assert not shown, "law 10: " + "\n".join(shown)
    assert result.exit_code == 0, f"law 10: exit {result.exit_code}, {result.refusals}"


def _stopped_with_consent(ground: Ground, document: PlanDocument, before: Doc, start: int) -> None:
    """Law 5: whatever running machine was stopped, saved or paused, apply would have asked, or the files allow it."""
    running = {vm["id"]: vm["name"] for vm in before.get("vms", ()) if vm.get("state") == "Running"}
    stopped = {vm["id"] for c in ground.writes(start) if c["command"] in STOPS for vm in c["bound"].get("VM", ())} & running.keys()
    by_id = {c.before["id"]: c.address for c in document.resource_changes if c.before and "id" in c.before and c.address.count("/") == 1}
    asked = {consent.address for consent in document.consents if consent.kind == "restart"}
    policy = ground.desired.stack.policy.restart
    allowed = {address.vm(vm.name) for vm in ground.desired.vms if (vm.lifecycle.restart or policy) == "allow"}
    wrong = [running[id] for id in stopped if by_id.get(id) not in asked | allowed]
    assert wrong == [], f"law 5: stopped without consent: {wrong}"


def _only_what_is_asked(ground: Ground, document: PlanDocument, before: Doc, after: Doc, ways: Ways) -> None:
    """Laws 4 and 9."""
    desired, before, after = ground.desired, compare.by_id(before), compare.by_id(after)
    assert (found := compare.deleted(before, after, desired)) == [], f"law 4: {found}"
    assert (found := compare.strangers(before, after, desired)) == [], f"law 9: {found}"
    gone = {path for path in compare.files_gone(before, after) if ".hvplan." not in path}
    if not ways.delete_disks:
        moved = {str(f.before).lower() for c in document.resource_changes for f in c.fields if f.path == "vhd.path"}
        assert gone <= moved, f"law 4: files are gone: {gone - moved}"
    else:
        asked = {consent.address for consent in document.consents if consent.kind == "delete-disk"}
        assert not gone or asked, f"law 4: files are gone without consent: {gone}"
    assert (found := compare.host(before, after, desired.hosts[0].settings)) == [], f"law 9: the host: {found}"
    there = {vm["id"]: vm for vm in after.get("vms", ())}
    before_ids = {vm["id"]: vm for vm in before.get("vms", ())}
    wanted = {address.vm(vm.name): vm for vm in desired.vms}
    for change in document.resource_changes:
        id = change.before.get("id") if change.before else None
        if change.address in wanted and wanted[change.address].ensure is not Ensure.ABSENT and id in there and id in before_ids:
            if not before_ids[id].get("notes") and not before_ids[id].get("devices", {}).get("disks"):
                continue  # perhaps a creation that was cut off, which is gone on with
            if "vm=new" in before_ids[id].get("notes", ""):
                continue
            found = compare.machine(before_ids[id], there[id], wanted[change.address], desired.stack.policy)
            assert found == [], f"law 9: {change.address}: {found}"


def _count(document: PlanDocument, result: ResultDocument, consents: Sequence[Any], tally: Tally) -> None:
    done = [step for step in result.steps if step.outcome == "done"]
    tally.counts["steps"] += len(done)
    tally.counts["with steps"] += bool(done)
    tally.counts["with consents"] += bool(consents)
    tally.counts["deferred"] += len(document.deferred)
    for change in document.resource_changes:
        if change.changes:
            kind = change.type.removeprefix("hyperv_")
            tally.changes[f"{kind} {'adopt' if change.importing else '-'.join(change.actions)}"] += 1
            if change.previous_address:
                tally.changes[f"{kind} rename"] += 1
            tally.rows.update(f.path for f in change.fields)
            tally.created.update(path for path, _ in compare.flat(dict(change.after or {})) if change.actions == ("create",))


def _then_nothing(ground: Ground, document: PlanDocument, after: Doc) -> None:
    """Law 2. Where something was refused, what was done may have made room for it: then it ends after a few rounds."""
    whole = not document.deferred
    for _ in range(ROUNDS):
        again = ground.plan(skip=True)
        left = [f"{s.address} {s.action}: {s.powershell}" for s in again.steps]
        if not left:
            shown = [c.address for c in again.resource_changes if c.changes and not again.deferred]
            assert shown == [], f"law 2: still listed as changes: {shown}"
            return
        assert not whole, "law 2: a second plan has steps: " + "\n".join(left)
        ground.apply(again)
    raise AssertionError("law 2: it never ends: " + "\n".join(left))


def _exported(ground: Ground) -> None:
    """Law 6, its first half."""
    start = len(ground.world.audit)
    live = read_host(ground.session, Wanted(host="hv01", every=True))
    text = exported(HV01, live).text
    file = ground.folder / "export.yaml"
    file.write_text(text, "utf-8", newline="\n")
    loaded = load([str(file)])
    assert [str(d) for d in loaded.diagnostics if d.severity == "error"] == [], "law 6: an export does not load"
    live = read_host(ground.session, wanted_of(loaded.desired))
    one = HostInput(host=HV01, desired=loaded.desired, live=live)
    document = make_plan([one], stack=loaded.desired.stack, options=PlanOptions(), now=NOW, place=lambda *_: "")
    found = [*document.steps, *document.refusals, *document.deferred, *document.consents]
    assert found == [], f"law 6: {found}\n{text}"
    assert ground.writes(start) == []
    file.unlink()


def _lost(ground: Ground, document: PlanDocument, ways: Ways) -> None:
    """Law 3: cut off at a write, gone on with: the same end as of undisturbed runs until nothing is left, nothing made or removed twice."""
    assert ways.lost_at is not None
    cut = ground.again(ground.seed)
    there = cut.world.dump()
    planned = cut.plan(skip=bool(document.deferred))
    cut.lose(ways.lost_at % len(document.steps), sent=ways.sent)
    cut.apply(planned)
    cut.find()
    for _ in range(ROUNDS):
        again = cut.plan(skip=True)
        if not again.steps:
            break
        _carried_out(again, cut.apply(again))
    else:
        raise AssertionError("law 3: it never ends")
    ended, wanted = (compare.ending(world, there) for world in (cut.world.dump(), ground.world.dump()))
    for kind in wanted:
        assert ended[kind] == wanted[kind], f"law 3: another end: {kind}\n{_apart(wanted[kind], ended[kind])}"
    assert _made(cut) == _made(ground), f"law 3: made or removed another number of times: {_made(cut)} for {_made(ground)}"


def _apart(one: Any, other: Any) -> str:
    if isinstance(one, list) and isinstance(other, list):
        return "\n".join([*(f"- {item}" for item in one if item not in other), *(f"+ {item}" for item in other if item not in one)])
    return f"- {one}\n+ {other}"


def _made(ground: Ground) -> Counter[str]:
    """How often machines and switches were made and removed."""
    return Counter(c["command"] for c in ground.writes() if c["outcome"] in ("ok", "done") and c["command"] in MADE)
