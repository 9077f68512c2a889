"""The simulated PowerShell answers recorded exchanges as the real engine did."""

from __future__ import annotations

import pytest

from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from tests.simulator.powershell.exchanges import RecordedWorld, differences, pipeline_of, recorded, recorded_answers, run, short

EXCHANGES = recorded()
ANSWERS = recorded_answers()
OPEN = [exchange for exchange in EXCHANGES if exchange["session"]["type"] == "Default" and exchange.get("script") is None]


def disagreements(exchange: dict) -> list[str]:  # type: ignore[type-arg]
    """Where the simulator differs from one exchange."""
    world = RecordedWorld({command: ANSWERS[name] for command, name in exchange["answers"].items()})
    messages = run(SimulatedPowerShell(world), pipeline_of(exchange))
    found = [short(difference) for difference in differences(exchange["expect"]["messages"], messages)]
    if world.calls != exchange["expect"]["calls"]:
        found.append(short(f"calls {world.calls} instead of {exchange['expect']['calls']}"))
    return found


def test_recorded_exchanges_of_open_sessions_agree() -> None:
    """Every recorded exchange of an open session runs the same calls and tells the client the same, in the same order."""
    failed = {exchange["name"]: found for exchange in OPEN if (found := disagreements(exchange))}
    print(f"{len(OPEN) - len(failed)} recorded exchanges agree")
    assert len(OPEN) == 78
    if failed:
        pytest.fail("\n".join(f"{name}: {difference}" for name, found in failed.items() for difference in found))
