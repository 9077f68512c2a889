"""Whatever any case sends gets the same answer with the protocol and without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hvplan.clock import SystemClock
from hvplan.remoting.connection import Connection
from hvplan.remoting.psrp import PsrpSession
from hvplan.remoting.session import Done, Failed, Outcome
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.serve import start
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.lab import NOW, Lab


def told(outcome: Outcome) -> tuple[object, ...]:
    """What a client knows of an invocation: its end, records, errors by id and category, warnings."""
    match outcome:
        case Done(records=records, errors=errors, warnings=warnings):
            return "done", records, [(e.id, e.category, e.target) for e in errors], warnings
        case Failed(records=records, errors=errors):
            return "failed", records, [(e.id, e.category, e.target) for e in errors], ()
        case _:
            return type(outcome).__name__, outcome.why


@pytest.mark.timeout(600)
def test_every_invocation_of_every_case_over_the_wire(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Plan, apply, plan of each case without protocol; then the same invocations in the same order on a fresh copy of its host over real
    PowerShell remoting: every record, error and warning is the same, and so is the host in the end."""
    agreed = shells = errors = 0
    for case in casebook.cases():
        folder = tmp_path / case.name
        folder.mkdir()
        lab = Lab(case, folder)
        heard: list[Outcome] = []

        def keep(number: int, invocation: object, outcome: Outcome, heard: list[Outcome] = heard) -> Outcome:
            heard.append(outcome)
            return outcome

        lab.direct.after = keep
        lab.apply(lab.plan())
        lab.plan()
        assert len(heard) == len(lab.direct.sent) > 0

        text = (folder / "host.world.yaml").read_text("utf-8")
        world = SimulatedWorld.from_text(text, clock=VirtualClock(NOW))
        with start(SimulatedPowerShell(world, release=world.release)) as endpoint:
            to = Connection(address=endpoint.host, port=endpoint.port, transport="http", auth="basic", username="any", password="any")
            session = PsrpSession(to, SystemClock())
            for number, (invocation, outcome) in enumerate(zip(lab.direct.sent, heard, strict=True)):
                assert told(session.run(invocation)) == told(outcome), f"{case.name}, invocation {number}: {invocation}"
                agreed += 1
                errors += bool(isinstance(outcome, Done | Failed) and outcome.errors)
            session.close()
        assert world.dump() == lab.world.dump(), case.name
        shells += 1
    figure(f"{agreed} invocations of {shells} cases agree over the wire, {errors} of them with errors")
    assert agreed > 300
    assert errors, "no case has an error on its way; then errors are not compared"
