"""Law 3: killed after any write, the next run converges to the end state of an undisturbed run; nothing is created twice, lost or orphaned.

A killed process leaves the host as its last write left it, and knows nothing: so a kill is a host that takes so many writes
and then hears no more of that run. That is the kill before a write is sent and the one after the write before it, whose answer
nobody reads; and, where one pipeline writes twice (`New-VM | Set-VM`), the one in the middle of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pytest

from hvplan.cmdlets.invocation import Invocation
from hvplan.document.plan import PlanDocument
from hvplan.remoting.session import NotSent, Outcome
from hvplan.simulator.call import Answer, Call
from hvplan.simulator.values import List
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.audit import CREATES, OTHERS, REMOVES, counted, lasting
from tests.casebook import Case
from tests.direct import DirectSession
from tests.endstate import difference, end_state
from tests.lab import Lab
from tests.variants import named, variant

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
GONE: Final = NotSent(why="the process was killed", code="closed")
ONE_IN: Final = 4
"""Of so many kills one is made where not all of them are asked for (`-m soak`)."""


@dataclass
class Mortal:
    """A world that takes `life` writes from one process and hears nothing of it after the last one."""

    real: SimulatedWorld
    life: int
    writes: int = field(default=0)

    @property
    def release(self) -> str:
        """The host's own."""
        return str(self.real.release)

    def dead(self) -> bool:
        """Has the process been killed."""
        return self.writes >= self.life

    def call(self, call: Call) -> Answer:
        """Answer while the process lives; what its killed pipeline would have done next does not happen."""
        if not call.command.startswith(casebook.READS):
            if self.dead():
                return Answer()
            self.writes += 1
        return self.real.call(call)

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """The real world notes it."""
        self.real.unbound(command, error_id, session, pipeline)


@dataclass
class Killed:
    """The session of a process that is killed: once it is dead nothing is sent, and no answer is read."""

    world: Mortal

    def __post_init__(self) -> None:
        self.direct = DirectSession(self.world)

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Run it while there is somebody to run it."""
        if self.world.dead():
            return GONE
        outcome = self.direct.run(invocation, timeout=timeout)
        return GONE if self.world.dead() and invocation.write else outcome

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, kw_only=True)
class Undisturbed:
    """What comes of a case when nobody kills anything."""

    document: PlanDocument
    writes: int
    state: Any
    calls: list[dict[str, Any]]
    exit: int


def undisturbed(case: Case, folder: Path) -> Undisturbed:
    """Plan and apply, and look."""
    lab = Lab(case, folder)
    document = lab.plan()
    result = lab.apply(document)
    return Undisturbed(document=document, writes=len(casebook.writes(lab.calls())), state=end_state(lab.world), calls=lab.calls(), exit=result.exit_code)


def next_run(case: Case) -> Case:
    """The case with the consents that its next run needs: where nothing is marked, what a killed run made is an object that was there."""
    return case if _marks(case) else replace(case, apply=(*case.apply, "--adopt"))


def _marks(case: Case) -> bool:
    """Does the stack of this case leave marks."""
    text = (case.folder / "desired.yaml").read_text("utf-8")
    return "kind: Stack" in text and "ownership: none" not in text


def killed(case: Case, after: int, calm: Undisturbed, folder: Path) -> Lab:
    """Carry the plan out until `after` writes are made, and no further."""
    lab = Lab(next_run(case), folder)
    own, lab.session = lab.session, Killed(Mortal(lab.world, after))
    lab.apply(calm.document)
    lab.session = own
    assert len(casebook.writes(lab.calls())) == after, "the kill came at another write"
    return lab


def check(case: Case, after: int, calm: Undisturbed, folder: Path) -> None:
    """The law, for one kill."""
    lab = killed(case, after, calm, folder)
    document = lab.plan()
    if stuck := [refusal for refusal in document.refusals if "is Stopping" in refusal.text]:
        _let_go(lab, stuck[0].address)
        document = lab.plan()
    result = lab.apply(document)
    for what in (CREATES, REMOVES, OTHERS):
        more = lasting(counted(lab.calls(), what)) - lasting(counted(calm.calls, what))
        assert not more, f"done too often: {more}"
    if not _marks(case) and document.refusals:
        return  # it names what it found, and asks somebody who knows
    if case.converges:
        assert result.exit_code == 0, (result.refusals, [step for step in result.steps if step.error])
        assert lab.plan().steps == ()
    if _marks(case):
        _same(lab, calm)


def _same(lab: Lab, calm: Undisturbed) -> None:
    """The end state of both is one, and so is what was created and removed on the way."""
    lost = difference(end_state(lab.world), calm.state)
    assert lost == [], lost
    for what in (CREATES, REMOVES):
        less = lasting(counted(calm.calls, what)) - lasting(counted(lab.calls(), what))
        assert not less, f"not done: {less}"


def _let_go(lab: Lab, address: str) -> None:
    """A guest that hangs in its shutdown was in flight at the kill: the next run names the state and writes nothing; somebody turns the machine off."""
    before = len(casebook.writes(lab.calls()))
    assert lab.apply(lab.plan()).exit_code == 3
    assert len(casebook.writes(lab.calls())) == before
    found = lab.world.call(Call(command="Get-VM", set="Name", bound={"Name": List([address.removeprefix("vm/")])})).records
    assert not lab.world.call(Call(command="Stop-VM", set="VMObject", bound={"VM": List(found, "VirtualMachine[]"), "TurnOff": True})).errors


def chosen(case: Case, after: int) -> bool:
    """Is this one of those that are always made: the same in every run, all over the writes of all cases."""
    return hashlib.sha256(f"{case.name} {after}".encode()).digest()[0] % ONE_IN == 0


@CASES
def test_killed_after_some_writes(case: Case, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """A part of all kills, the same in every run."""
    _kill(case, tmp_path, figure, lambda after: chosen(case, after))


@pytest.mark.soak
@CASES
def test_killed_after_every_write(case: Case, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """All of them."""
    _kill(case, tmp_path, figure, lambda after: True)


def _kill(case: Case, folder: Path, figure: Callable[[str], None], wanted: Callable[[int], bool]) -> None:
    calm = undisturbed(case, folder)
    points = [after for after in range(1, calm.writes + 1) if wanted(after)] if calm.exit == 0 else []
    wrong: dict[int, str] = {}
    for after in points:
        try:
            check(case, after, calm, folder)
        except AssertionError as error:
            wrong[after] = str(error)
    assert not wrong, "\n".join(f"killed after write {after}: {text}" for after, text in wrong.items())
    if points:
        figure(f"{case.name}: killed after {len(points)} of {calm.writes} writes")


def test_an_adapter_is_not_added_twice_under_its_own_name(tmp_path: Path) -> None:
    """An adapter whose name is not its key, killed right behind every adapter that was added: the next run knows it by that name."""
    (tmp_path / "work").mkdir()
    named_so = variant(named("create-a-lab"), tmp_path / "case", desired=lambda text: text.replace("{lan: {switch: lan}}", "{lan: {name: Front, switch: lan}}"))
    calm = undisturbed(named_so, tmp_path / "work")
    points = [number for number, call in enumerate(casebook.writes(calm.calls), 1) if call["command"] == "Add-VMNetworkAdapter"]
    assert len(points) == 2
    for after in points:
        check(named_so, after, calm, tmp_path / "work")
