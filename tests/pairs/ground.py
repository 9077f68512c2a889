"""One host in memory with one set of files: loaded, planned and applied, and cut off in the middle."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.clock import VirtualClock
from hvplan.cmdlets.invocation import Invocation
from hvplan.diagnostics import Diagnostic
from hvplan.document.plan import PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.live.read import read_host
from hvplan.live.wanted import wanted_of
from hvplan.load.loading import Loaded, load
from hvplan.model.objects import Desired
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.remoting.session import NotSent, Outcome, Unsure
from hvplan.simulator.clock import VirtualClock as WorldClock
from hvplan.simulator.world import SimulatedWorld
from tests.casebook import READS
from tests.direct import DirectSession
from tests.lab import ALL, NOW
from tests.pairs.draws import Doc

EVERYTHING = Given(adopt=ALL, allow_restart=ALL, allow_management_change=ALL)


@cache
def recalled(release: str) -> dict[str, Outcome]:
    """What Get-Command said on hosts of a release: always the same, and most of the time that a host takes to be read."""
    return {}


@dataclass
class Ground:
    """A host and the files for it."""

    folder: Path
    seed: Doc
    documents: Sequence[Doc]
    delete_disks: bool = False
    max_impact: str = ""
    world: SimulatedWorld = field(init=False)
    session: DirectSession = field(init=False)
    loaded: Loaded = field(init=False)

    def __post_init__(self) -> None:
        self.world = SimulatedWorld.from_mapping(self.seed, clock=WorldClock(NOW))
        self.session = DirectSession(self.world)
        self.find()
        text = "---\n".join(json.dumps(document, ensure_ascii=False) + "\n" for document in self.documents)
        (self.folder / "desired.yaml").write_text(text, "utf-8", newline="\n")
        self.loaded = self.load()

    def again(self, seed: Doc) -> Ground:
        """The same files and the same command for another host, or for this one as it was."""
        return replace(self, seed=seed)

    def load(self) -> Loaded:
        """Read the files."""
        return load([str(self.folder / "desired.yaml")])

    @property
    def errors(self) -> list[Diagnostic]:
        """What is wrong in the files."""
        return [d for d in self.loaded.diagnostics if d.severity == "error"]

    @property
    def desired(self) -> Desired:
        """What is asked for."""
        return self.loaded.desired.of("hv01")

    def plan(self, *, skip: bool = False) -> PlanDocument:
        """Read the host and plan. `skip`: what is refused is left out."""
        desired = self.desired
        live = read_host(self.session, wanted_of(desired))
        options = PlanOptions(skip_refused=skip, delete_disks=ALL if self.delete_disks else (), max_impact=self.max_impact)
        places = self.loaded.places
        return make_plan(
            [HostInput(host=desired.hosts[0], desired=desired, live=live)],
            stack=desired.stack,
            options=options,
            now=NOW,
            place=lambda host, address, path: str(places.place(host, address, path) or ""),
        )

    def apply(self, document: PlanDocument, given: Given = EVERYTHING) -> ResultDocument:
        """Carry a plan out, one step after another."""
        given = replace(given, delete_disks=ALL if self.delete_disks else ())
        return apply_plan(document, {"hv01": self.session}, clock=VirtualClock(NOW), options=Options(given=given, parallel=1))

    def writes(self, start: int = 0) -> list[dict[str, Any]]:
        """The writes that reached the host, from an entry of its log on."""
        return [call for call in self.world.audit[start:] if not call["command"].startswith(READS)]

    def lose(self, at: int, *, sent: bool) -> None:
        """From its n-th write on the host is out of reach; `sent`: that write still happened, and nobody heard of it."""
        writes = 0
        lost = False

        def before(number: int, invocation: Invocation) -> Outcome | None:
            nonlocal writes, lost
            writes += invocation.write and not lost
            lost = lost or (invocation.write and writes > at and not sent)
            return NotSent(why="out of reach") if lost else None

        def after(number: int, invocation: Invocation, outcome: Outcome) -> Outcome:
            nonlocal lost
            if lost or not (sent and invocation.write and writes > at):
                return outcome
            lost = True
            return Unsure(why="out of reach")

        self.session.before, self.session.after = before, after

    def find(self) -> None:
        """The host can be reached (again)."""

        def before(number: int, invocation: Invocation) -> Outcome | None:
            return recalled(self.world.release).get(repr(invocation)) if asks(invocation) else None

        def after(number: int, invocation: Invocation, outcome: Outcome) -> Outcome:
            return recalled(self.world.release).setdefault(repr(invocation), outcome) if asks(invocation) else outcome

        def asks(invocation: Invocation) -> bool:
            return invocation.statements[0][0].cmdlet == "Get-Command"

        self.session.before, self.session.after = before, after
