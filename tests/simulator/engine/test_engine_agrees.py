"""Both rooms over equal worlds: the same messages in order, the same bound calls, the same end state.

Where they differ, the built-in PowerShell (or the world) is wrong; `agreement` says what is not compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulator.engine.agreement import disagreements
from tests.simulator.engine.pipelines import PIPELINES
from tests.simulator.engine.rooms import Room, Statement, builtin, real
from tests.simulator.engine.seed import SEED
from tests.simulator.powershell.exchanges import short


@pytest.fixture(scope="module")
def rooms() -> Iterator[tuple[Room, Room]]:
    """The engine and the built-in PowerShell; each pipeline runs on a fresh world in both."""
    named = os.environ.get("HVPLAN_ENGINE")
    if not named:
        pytest.skip("not run: HVPLAN_ENGINE is not set")
    other = builtin(SEED)
    with real(SEED, Path(named)) as engine:
        yield engine, other
    other.close()


@pytest.mark.parametrize("name", PIPELINES)
def test_the_built_in_powershell_answers_as_the_engine_does(rooms: tuple[Room, Room], name: str) -> None:
    """Messages, calls and state."""
    engine, other = rooms
    expected, got = engine.run(*PIPELINES[name]), other.run(*PIPELINES[name])
    assert [short(one) for one in disagreements(expected, got)] == []
    assert other.settled() == engine.settled()
    assert other.world.world.dump() == engine.world.world.dump()


def test_the_comparison_sees_a_difference(rooms: tuple[Room, Room]) -> None:
    """Another value, another error and another order of the same objects are differences."""
    engine, other = rooms
    one, two = PIPELINES["vm missing"], PIPELINES["vm missing id"]
    assert disagreements(engine.run(*one), other.run(*two)) != []
    whole: Statement = (("Get-VM", {}),)
    heard, messages = engine.run(whole), other.run(whole)
    assert disagreements(heard, [messages[1], messages[0], *messages[2:]]) != []
    assert disagreements(heard, [(kind, clixml.replace("Made by hand", "Made by foot")) for kind, clixml in messages]) != []
