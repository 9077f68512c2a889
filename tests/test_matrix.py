"""Every attribute of a machine, on every generation and in every stable state, written from one value to another on the simulated host.

The cells come from the rows: a new row is tried by itself. What the plan says a change costs is what happens: nothing is
stopped for what is said to be online, what needs a restart has exactly one, a machine that is off or saved stays so; the
host then has the value, and a second plan is empty.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.clock import VirtualClock
from hvplan.document.plan import PlanDocument
from hvplan.live.read import read_host
from hvplan.live.wanted import wanted_of
from hvplan.load.loading import load
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.parts import PARTS
from hvplan.model.rows import Row, nest, rows
from hvplan.model.values import UNSET
from hvplan.plan.make import HostInput, make_plan
from hvplan.plan.options import PlanOptions
from hvplan.simulator.clock import VirtualClock as WorldClock
from hvplan.simulator.world import SimulatedWorld
from tests.direct import DirectSession

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MIB = 1 << 20
ROWS = [(part, name, row) for part, kind in PARTS for name, row in rows(kind).items()]
DYNAMIC = re.compile(r"memory\.dynamic\.")
HEAD = """kind: Stack
name: lab
host: hv01
---
kind: Host
name: hv01
connection: {simulated: {world: x.world.yaml}}
"""
WORLD = """kind: World
host:
  name: HV01
  release: "2025"
  processors: 64
  memory: 1024GiB
  volumes: [{path: 'C:\\', size: 200GiB, free: 120GiB}, {path: 'D:\\', size: 2TiB, free: 1500GiB}]
  settings: {virtualMachinePath: 'D:\\VMs', virtualHardDiskPath: 'D:\\VHDs'}
vms:
"""
OTHERS = {
    "text": ("Front end",),
    "path": (r"D:\Elsewhere",),
    "named pipe": (r"\\.\pipe\matrix",),
    "size": (2048 * MIB, 1024 * MIB),
    "duration": (120,),
    "whole minutes": (3600,),
    "list of boot devices": (["LegacyNetworkAdapter", "IDE", "CD", "Floppy"],),
    "template | true | false": ("MicrosoftUEFICertificateAuthority",),
    "true | false": (True, False),
}
"""Sort of value -> values to write, in the form that documents hold; words and ranges say theirs themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One row on one machine."""

    part: str
    field: str
    row: Row
    generation: int
    state: str

    @property
    def name(self) -> str:
        """The machine's name."""
        return f"{self.row.path} {self.generation}"

    @property
    def id(self) -> str:
        """The machine's id."""
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, self.name))

    def seed(self) -> str:
        """The machine in a world."""
        memory = "startup: 512MiB" + (", dynamic: {minimum: 256MiB, maximum: 1GiB}" if DYNAMIC.match(self.row.path) else "")
        return (
            f"  - {{name: '{self.name}', id: {self.id}, generation: {self.generation}, state: {self.state}, processor: {{count: 1}}, memory: {{{memory}}},\n"
            f"     automaticActions: {{stop: ShutDown}}, notes: hvplan/v1 stack=lab id={self.name.replace(' ', '%20')} vm={self.id[:13]} origin=created}}\n"
        )

    def value(self, live: LiveVm) -> Any:
        """The row's value on a host."""
        return getattr(getattr(live, self.part), self.field)

    def other(self, live: LiveVm) -> Any:
        """A value that the row takes and the machine does not have, as documents hold it."""
        now = self.row.kind.json(self.value(live))
        for tried in (*self._candidates(now), *OTHERS.get(self.row.kind.name, ())):
            if tried != now and self.row.kind.parse(tried) is not None:
                return tried
        pytest.fail(f"{self.row.path}: no other value than {now!r} is known; tell OTHERS one of a {self.row.kind.name}")

    def _candidates(self, now: Any) -> Iterator[Any]:
        if self.row.path == "memory.dynamic.minimum":
            yield now - 64 * MIB  # only lowered under power
        elif bounds := re.fullmatch(r"(\d+) to (\d+)", self.row.kind.name):
            low, high = int(bounds[1]), int(bounds[2])
            yield from (value for value in (2, 1000) if low <= value <= high)
            yield low
        elif re.fullmatch(r"\w+( \| \w+)+", self.row.kind.name) and self.row.kind.name not in OTHERS:
            yield from self.row.kind.name.split(" | ")


@dataclass
class Lab:
    """A host with a machine for every cell, and files that ask for another value on each."""

    folder: Path
    cells: tuple[Cell, ...]

    def __post_init__(self) -> None:
        self.world = SimulatedWorld.from_text(WORLD + "".join(cell.seed() for cell in self.cells), clock=WorldClock(NOW))
        self.session = DirectSession(self.world)
        (self.folder / "lab.yaml").write_text(HEAD, "utf-8")
        live = self.machines(self.read())
        self.asked = {cell.name: cell.other(live[cell.name]) for cell in self.cells}
        documents = [{"kind": "VirtualMachine", "name": c.name, **nest({c.row.path: self.asked[c.name]})} for c in self.cells]
        (self.folder / "lab.yaml").write_text(HEAD + "".join(f"---\n{json.dumps(document)}\n" for document in documents), "utf-8")

    def read(self) -> LiveHost:
        """The host."""
        return read_host(self.session, wanted_of(load([str(self.folder)]).desired.of("hv01")))

    def machines(self, live: LiveHost) -> dict[str, LiveVm]:
        """Its machines by name."""
        return {vm.name: vm for vm in live.vms}

    def plan(self, *, skip: bool = True) -> PlanDocument:
        """A plan. `skip`: what is refused is left out."""
        loaded = load([str(self.folder)])
        assert [str(diagnostic) for diagnostic in loaded.diagnostics if diagnostic.severity == "error"] == []
        desired = loaded.desired.of("hv01")
        one = HostInput(host=desired.hosts[0], desired=desired, live=self.read())
        return make_plan([one], stack=desired.stack, options=PlanOptions(skip_refused=skip), now=NOW, place=lambda host, address, path: "")

    def apply(self, document: PlanDocument) -> list[str]:
        """What failed in an apply with every consent."""
        result = apply_plan(document, {"hv01": self.session}, clock=VirtualClock(NOW), options=Options(given=Given(allow_restart=("*",)), parallel=1))
        return [f"{step.address} {step.cmdlet} {step.outcome}: {step.error}" for step in result.steps if step.outcome != "done"]

    def power(self, cell: Cell) -> list[str]:
        """The calls that changed the power of a cell's machine, in order."""
        calls = [c for c in self.world.audit if re.match("(Start|Stop|Save|Suspend|Resume|Restart)-VM$", c["command"])]
        return [c["command"] for c in calls if any(vm["id"].lower() == cell.id for vm in c["bound"].get("VM", ()))]


@pytest.mark.parametrize("state", ["Running", "Off", "Saved"])
def test_what_is_planned_is_what_happens(state: str, tmp_path: Path) -> None:
    """Planned impact and power of every row and generation; then the value, the state, and an empty plan."""
    cells = tuple(Cell(part=part, field=name, row=row, generation=generation, state=state) for part, name, row in ROWS for generation in row.generations)
    lab = Lab(tmp_path, cells)
    document = lab.plan()
    whole = lab.plan(skip=False)
    planned = {change.name: change for change in whole.resource_changes}
    refused = {refusal.address for refusal in whole.refusals}
    assert lab.apply(document) == []
    after = lab.machines(lab.read())
    for cell in cells:
        change, live = planned[cell.name], after[cell.name]
        assert [field.path for field in change.fields if field.path == cell.row.path], f"{cell.name}: nothing was planned"
        field = next(field for field in change.fields if field.path == cell.row.path)
        if change.address in refused:
            assert (state, field.impact) == ("Saved", "restart"), cell.name
            assert cell.row.kind.json(cell.value(live)) != lab.asked[cell.name], cell.name
        else:
            assert cell.row.kind.json(cell.value(live)) == lab.asked[cell.name], cell.name
        expected = ["Stop-VM", "Start-VM"] if field.impact == "restart" and state == "Running" else []
        assert lab.power(cell) == expected, f"{cell.name}: {field.impact}"
        assert live.state == state, cell.name
        assert state != "Off" or field.impact == "online", cell.name
    assert lab.plan().steps == ()
    assert {refusal.address for refusal in lab.plan(skip=False).refusals} == refused
    assert UNSET not in [cell.value(after[cell.name]) for cell in cells]
