"""The simulated PowerShell answers recorded exchanges as the real engine did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from tests.simulator.powershell.exchanges import RecordedWorld, asked, differences, pipeline_of, recorded, recorded_answers, run, short
from tests.simulator.powershell.recorded_script import FUNCTIONS, RECORDED

EXCHANGES = recorded()
ANSWERS = recorded_answers()
OPEN = [exchange for exchange in EXCHANGES if exchange["session"]["type"] == "Default" and exchange.get("script") is None]


def disagreements(exchange: dict) -> list[str]:  # type: ignore[type-arg]
    """Where the simulator differs from one exchange."""
    world = RecordedWorld({command: ANSWERS[name] if isinstance(name, str) else name for command, name in exchange["answers"].items()})
    messages = run(SimulatedPowerShell(world, configuration=exchange["session"], scripts=RECORDED, functions=FUNCTIONS), pipeline_of(exchange))
    found = [short(difference) for difference in differences(exchange["expect"]["messages"], messages)]
    if world.calls != exchange["expect"]["calls"]:
        found.append(short(f"calls {world.calls} instead of {exchange['expect']['calls']}"))
    return found


def agreement(exchanges: list[dict], count: int, what: str, figure: Callable[[str], None]) -> None:  # type: ignore[type-arg]
    """Run them all, say how many agree, and fail with every difference."""
    failed = {exchange.get("name", place): found for place, exchange in enumerate(exchanges) if (found := disagreements(exchange))}
    figure(f"{len(exchanges) - len(failed)} {what} agree")
    assert len(exchanges) == count
    if failed:
        pytest.fail("\n".join(f"{name}: {difference}" for name, found in failed.items() for difference in found))


def test_recorded_exchanges_of_open_sessions_agree(figure: Callable[[str], None]) -> None:
    """Every recorded exchange of an open session runs the same calls and tells the client the same, in the same order."""
    agreement(OPEN, 78, "recorded exchanges", figure)


def test_recorded_exchanges_of_restricted_sessions_and_scripts_agree(figure: Callable[[str], None]) -> None:
    """A restricted session lets through, refuses and reports what the recorded one did; constant scripts and their functions call what they called."""
    agreement([exchange for exchange in EXCHANGES if exchange not in OPEN], 43, "recorded exchanges of restricted sessions and scripts", figure)


def test_exchanges_asked_of_the_engine_agree(figure: Callable[[str], None]) -> None:
    """What was drawn at random and asked of the real engine: statements, filters, selections, preferences, restricted sessions."""
    agreement(asked(), 439, "exchanges asked of the real engine", figure)
