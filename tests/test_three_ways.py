"""Every case three ways: straight into our PowerShell, over the wire, and over the wire with a real PowerShell engine.

Same plan, same end state, same bound calls in the same order: what differs is a fault of our PowerShell or our world.
The real engine takes part where HVPLAN_ENGINE names one; it serves all cases in one session, because a start is dear.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hvplan.clock import SystemClock
from hvplan.document.canonical import dumps, to_json
from hvplan.remoting.connection import Connection
from hvplan.remoting.psrp import PsrpSession
from hvplan.remoting.session import Session
from hvplan.simulator.call import Answer, Call
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.serve import Endpoint, start, start_engine
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.casebook import Case
from tests.lab import Lab

ENGINE = os.environ.get("HVPLAN_ENGINE", "")
NEEDS_ENGINE = pytest.mark.skipif(not ENGINE, reason="not run: HVPLAN_ENGINE is not set")
Figure = Callable[[str], None]


@dataclass
class Borrowed:
    """A world that stands for another one: one endpoint serves case after case."""

    real: SimulatedWorld | None = None

    @property
    def release(self) -> str:
        """The newest: a real engine filters nothing."""
        return "2025"

    def call(self, call: Call) -> Answer:
        """The present case's world answers."""
        assert self.real is not None
        return self.real.call(call)

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """The present case's world notes it."""
        assert self.real is not None
        self.real.unbound(command, error_id, session, pipeline)


@dataclass(frozen=True)
class Story:
    """What comes of a case: plans before and after, the result, the host's end state and every call that it got."""

    before: bytes
    after: bytes
    result: tuple[tuple[str, str, str], ...]
    state: dict[str, Any]
    calls: tuple[tuple[str, str, str, str], ...]


def story(case: Case, folder: Path, connect: Callable[[SimulatedWorld], Session] | None = None) -> Story:
    """Plan, apply, plan."""
    lab = Lab(case, folder, connect)
    try:
        document = lab.plan()
        result = lab.apply(document)
        again = lab.plan()
    finally:
        lab.session.close()
    steps = tuple((step.id, step.outcome, step.error.id if step.error else "") for step in result.steps)
    calls = tuple((c["command"], c["set"], repr(sorted(c["bound"].items())), c["outcome"]) for c in lab.calls())
    return Story(before=_bytes(document), after=_bytes(again), result=steps, state=lab.world.dump(), calls=calls)


def _bytes(document: Any) -> bytes:
    return dumps({key: value for key, value in to_json(document).items() if key != "meta"})


def reach(endpoint: Endpoint, sessions: int = 1) -> PsrpSession:
    """A session to an endpoint."""
    connection = Connection(address=endpoint.host, port=endpoint.port, transport="http", auth="basic", username="u", password="p")
    return PsrpSession(connection, SystemClock(), max_sessions=sessions)


def _agree(one: Story, other: Story) -> None:
    assert other.before == one.before
    for mine, theirs in zip(one.calls, other.calls, strict=False):
        assert theirs == mine
    assert len(other.calls) == len(one.calls)
    assert other.result == one.result
    assert other.state == one.state
    assert other.after == one.after


CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)


@CASES
def test_over_the_wire(case: Case, tmp_path: Path) -> None:
    """The protocol changes nothing."""
    endpoints: list[Endpoint] = []

    def connect(world: SimulatedWorld) -> Session:
        endpoints.append(start(SimulatedPowerShell(world, release=world.release)))
        return reach(endpoints[0])

    direct = story(case, tmp_path)
    try:
        _agree(direct, story(case, tmp_path, connect))
    finally:
        for endpoint in endpoints:
            endpoint.close()


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Borrowed, Endpoint]]:
    """One endpoint with the real engine for all cases."""
    world = Borrowed()
    with start_engine(world, ENGINE) as endpoint:
        yield world, endpoint


def _untold(case: Case) -> bool:
    """What an engine cannot tell: bandwidth, whose settings have no properties among its stand-ins; a release that lacks parameters (it filters none);
    what a guest wrote into a boot order, since its class of boot sources is no component of a machine and does not go back into one; which templates
    for secure boot a host knows, whose class has no properties there.
    """
    desired, world, plan = ((case.folder / name).read_text("utf-8") for name in ("desired.yaml", "host.world.yaml", "plan.json"))
    lacking = "bandwidth:" in desired + world or 'release: "2016"' in world or '"secure-boot-template"' in plan
    return lacking or bool(re.search(r"bootOrder: \[.*file \\", world))


@NEEDS_ENGINE
@pytest.mark.timeout(900)
def test_with_the_real_engine(served: tuple[Borrowed, Endpoint], tmp_path_factory: pytest.TempPathFactory, figure: Figure, subtests: pytest.Subtests) -> None:
    """Behind a real PowerShell every case gives the same plan, the same calls and the same end."""
    world, endpoint = served
    session = reach(endpoint)

    class Lent:
        """The session of all cases, not closed by one of them."""

        run = staticmethod(session.run)

        def close(self) -> None:
            """Later."""

    def connect(real: SimulatedWorld) -> Session:
        world.real = real
        return Lent()

    agreed = 0
    told = [case for case in casebook.cases() if not _untold(case)]
    for case in told:
        with subtests.test(msg=case.name):
            folder = tmp_path_factory.mktemp("case")
            _agree(story(case, folder), story(case, folder, connect))
            agreed += 1
    session.close()
    figure(f"{agreed} of {len(told)} cases agree on the real PowerShell engine ({len(casebook.cases()) - len(told)} more cannot be told there)")
    figure(f"{endpoint.engine_starts} engine starts for them")
