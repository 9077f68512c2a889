"""A host that is away for a moment when an object has to be looked at: asked again like a write that was not sent, and not for ever."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from hvplan.apply.carry import BACK_OFF
from hvplan.apply.live_reader import LiveReader
from hvplan.apply.observe import Unreadable
from hvplan.apply.run import Options, apply_plan
from hvplan.cmdlets.invocation import Invocation
from hvplan.document.plan import Expect, PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.live.narrow import EVERYTHING
from hvplan.model.live import LiveFile, LiveHost, LiveVm
from hvplan.model.values import Unknown
from hvplan.remoting.session import NotSent, Outcome, Unsure
from tests.apply.fake import Eyes, FakeHost, clock, machine, plan, set_step
from tests.apply.runs import outcomes


@dataclass
class Blinking(Eyes):
    """Eyes that see the host at first and then, `shut` times, nothing. `looked`: how often they tried."""

    shut: int = 0
    away: bool = True
    looked: list[str] = field(default_factory=list)

    def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        self.looked.append(id)
        if len(self.looked) <= self.shut:
            raise Unreadable("nothing answers", away=self.away)
        return self.host.vm(id, asking)

    def whole(self) -> LiveHost:
        return self.host.whole()


def carried(host: FakeHost, document: PlanDocument, eyes: Blinking) -> tuple[ResultDocument, float]:
    """The result, and the seconds that were waited."""
    time = clock()
    began = time.monotonic()
    return apply_plan(document, {"hv01": host}, clock=time, options=Options(parallel=1), readers={"hv01": eyes}), time.monotonic() - began


def test_a_look_before_a_write_is_tried_again() -> None:
    """A host that comes back within seconds costs no step."""
    host = FakeHost.of(machine(1))
    result, _ = carried(host, plan(set_step("s1", 1)), Blinking(host, shut=3))
    assert (outcomes(result), result.exit_code, len(host.calls)) == ({"s1": "done"}, 0, 1)


def test_a_host_that_is_gone_is_waited_for_once() -> None:
    """Nothing was sent is what the result says; of many steps only one waits its back-off out, the others ask once."""
    host = FakeHost.of(*(machine(number) for number in range(1, 6)))
    eyes = Blinking(host, shut=1000)
    result, waited = carried(host, plan(*(set_step(f"s{number}", number) for number in range(1, 6))), eyes)
    assert set(outcomes(result).values()) == {"not_sent"}
    assert (result.exit_code, result.hosts, host.calls) == (1, {"hv01": "failed"}, [])
    assert all(step.error and "nothing answers" in step.error.message for step in result.steps)
    assert len(eyes.looked) == len(BACK_OFF) + 1 + 4
    assert waited == sum(BACK_OFF)


def test_a_host_that_answers_is_not_asked_again() -> None:
    """What an answer does not tell stays untold: the step fails at once, and nothing was sent."""
    host = FakeHost.of(machine(1))
    eyes = Blinking(host, shut=1, away=False)
    result, waited = carried(host, plan(set_step("s1", 1)), eyes)
    assert (outcomes(result), result.exit_code, host.calls, waited) == ({"s1": "failed"}, 1, [], 0)
    assert result.steps[0].error is not None
    assert "nothing was sent" in result.steps[0].error.message


@dataclass
class Answering:
    """A session that gives every read the same outcome, and counts them."""

    outcome: Outcome
    asked: int = 0

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        self.asked += 1
        return self.outcome

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize(
    ("outcome", "away", "asked"),
    [
        (NotSent(why="nothing answers", code="host-unreachable"), True, 1),
        (NotSent(why="the shell was lost", code="connection-lost"), True, 2),
        (NotSent(why="401", code="logon-failed"), False, 1),
        (NotSent(why="no right", code="access-denied"), False, 1),
        (Unsure(why="our deadline passed"), False, 2),
    ],
)
def test_why_a_host_was_not_reached(outcome: Outcome, away: bool, asked: int) -> None:
    """Away is a host that may come back: no wrong password is repeated, and no read that ran out of time begins anew."""
    session = Answering(outcome)
    with pytest.raises(Unreadable) as found:
        LiveReader(session, plan(set_step("s1", 1)), "hv01").vm_named("web01")
    assert (found.value.away, session.asked) == (away, asked)


def test_what_is_in_the_way_is_said_once() -> None:
    """Of a thing that is there and should not be, or the other way round, the message says how it is: that is enough."""
    host = FakeHost.of(machine(1))
    host.asked = ("d:\\vms",)
    step = replace(set_step("s1", 1), expect=(Expect(address="vm/web01", path="file D:\\VMs", value=True),))
    result, _ = carried(host, plan(step), Blinking(host))
    stale = [refusal.text for refusal in result.refusals]
    assert stale == ["file D:\\VMs was there when the plan was made (2026-01-02T03:04:05Z), and is not there now"]
    host.files["d:\\vms"] = LiveFile(path="D:\\VMs", folder=True, size=0)
    host.during = lambda cmdlet: host.files.clear()
    result, _ = carried(host, plan(set_step("s0", 1), replace(step, needs=("s0",))), Blinking(host))
    assert result.steps[1].error is not None
    assert result.steps[1].error.message == "nothing was sent, because something moved: file D:\\VMs is not there"
