"""How much is asked of a host does not depend on how much is on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hvplan.live.read import pipelines, read_host
from hvplan.live.wanted import wanted_of
from hvplan.load.loading import load
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.bench.machines import write
from tests.direct import DirectSession
from tests.lab import NOW


def nowhere(host: str, address: str, path: str) -> str:
    """Places are of no interest here."""
    return ""


def sent(folder: Path, count: int, *, there: bool) -> tuple[int, int]:
    """Pipelines that a plan of so many machines sends, and the steps that it has."""
    folder.mkdir()
    write(folder, count, there=there)
    world = SimulatedWorld.from_text((folder / "hv01.world.yaml").read_text("utf-8"), clock=VirtualClock(NOW))
    session = DirectSession(world)
    desired = load([str(folder)]).desired.of("hv01")
    live = read_host(session, wanted_of(desired))
    document = make_plan([HostInput(host=desired.hosts[0], desired=desired, live=live)], stack=desired.stack, options=PlanOptions(), now=NOW, place=nowhere)
    assert document.refusals == ()
    assert len([c for c in document.resource_changes if c.address.startswith("vm/")]) == 5 * count
    assert not [call for call in world.audit if not call["command"].startswith(("Get-", "Where-", "Select-"))]
    return len(session.sent), len(document.steps)


@pytest.mark.parametrize("there", [True, False], ids=["in sync", "to create"])
def test_a_plan_sends_the_same_number_of_pipelines_for_3_machines_and_for_300(there: bool, tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Disks, adapters, half of them Generation 1: nothing is asked for one machine alone."""
    few, few_steps = sent(tmp_path / "few", 3, there=there)
    many, many_steps = sent(tmp_path / "many", 300, there=there)
    figure(f"{few} pipelines for 3 machines, {many} for 300, {'in sync' if there else 'none of them there'}; {few_steps} and {many_steps} steps")
    assert few == many <= pipelines(levels=2, network=True)
    assert (few_steps == many_steps == 0) if there else (few_steps > 30 and many_steps > 3000)
