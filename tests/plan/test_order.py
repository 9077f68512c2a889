"""The graph: a table of rules with reasons, joins instead of all-to-all, cycles as errors that print their path."""

from __future__ import annotations

import pytest

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd
from hvplan.errors import HvplanError
from hvplan.plan.draft import Draft
from hvplan.plan.graph import build as graph_of
from hvplan.plan.graph import edges, needs, ordered
from hvplan.plan.order import RULES
from tests.plan.worlds import guid


def draft(kind: str, action: str, number: int = 1, gives: tuple[str, ...] = (), uses: tuple[str, ...] = ()) -> Draft:
    """A step that only has a place in the order."""
    invocation = build.write(build.vm(guid(number)), Cmd("Start-VM"))
    return Draft(host="hv01", address=f"vm/{number}", owner=f"vm/{number}", kind=kind, action=action, invocation=invocation, gives=gives, uses=uses)


def test_every_rule_has_a_reason() -> None:
    """No rule stands without one, and none stands twice."""
    assert all(rule.reason for rule in RULES)
    assert len(set(RULES)) == len(RULES)


def test_many_before_many_meet_in_a_join() -> None:
    """Five removals before five additions are ten edges through a join, not twenty-five."""
    drafts = [draft("unasked", "remove") for _ in range(5)] + [draft("disk", "add") for _ in range(5)]
    assert len(list(edges(drafts))) == 10
    waits = needs(graph_of(drafts), ordered(graph_of(drafts), drafts))
    assert [len(waits[index]) for index in range(10)] == [0] * 5 + [5] * 5


def test_machines_do_not_wait_for_each_other() -> None:
    """Rules join steps of one machine only."""
    drafts = [draft("unasked", "remove", 1), draft("disk", "add", 2)]
    assert list(edges(drafts)) == []


def test_a_cycle_prints_its_path() -> None:
    """Two machines that start after each other are an error that says who waits for whom, and why."""
    drafts = [
        draft("power", "start", 1, gives=("started vm/1",), uses=("started vm/2",)),
        draft("power", "start", 2, gives=("started vm/2",), uses=("started vm/1",)),
    ]
    with pytest.raises(HvplanError) as caught:
        graph_of(drafts)
    (diagnostic,) = caught.value.diagnostics
    assert "start vm/1 before start vm/2: startAfter" in diagnostic.detail


def test_needs_name_only_the_nearest() -> None:
    """A step that is waited for anyway is not named again."""
    drafts = [draft("vm", "create"), draft("unasked", "remove"), draft("disk", "add")]
    graph = graph_of(drafts)
    assert needs(graph, ordered(graph, drafts))[2] == (1,)
