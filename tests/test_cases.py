"""Every case, as a user runs it: the installed command against its simulated host, over real PowerShell remoting."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests import casebook
from tests.casebook import Case

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)


def test_there_are_enough_cases() -> None:
    """The disasters of others and everyday work are both told as cases."""
    assert len(casebook.cases()) >= 15


@CASES
def test_what_comes_of_it(case: Case) -> None:
    """Plan, document, writes and end state are those that somebody has reviewed."""
    for name, text in casebook.outcome(case).items():
        assert text == (case.folder / name).read_text("utf-8"), f"{case.name}/{name} differs; python -m tests.casebook {case.name} writes it anew"


@CASES
def test_plan_apply_plan(case: Case) -> None:
    """Laws 1, 2 and 7: planning only reads, the same input gives the same bytes, and after an apply nothing is left to do."""
    with casebook.copied(case) as folder:
        first = casebook.plan(case, "--document", "one.json", "--detailed-exitcode")
        second = casebook.plan(case, "--document", "two.json", "--detailed-exitcode")
        assert (first.exit, second.exit) == (case.plan_exit, case.plan_exit)
        assert first.out == second.out
        assert casebook.writes(casebook.audit(folder)) == []
        one, two = (json.loads((folder / name).read_text("utf-8")) for name in ("one.json", "two.json"))
        assert _comparable(one) == _comparable(two)
        before = casebook.dump(folder)
        applied = casebook.apply(case)
        assert applied.exit == case.exit, applied.out + applied.err
        if case.exit in (1, 3):
            assert casebook.writes(casebook.audit(folder)) == []
            assert casebook.dump(folder) == before
        after = casebook.plan(case, "--detailed-exitcode")
        if case.converges:
            assert (after.exit, after.out.splitlines()[-1][:13]) == (0, "Nothing to do"), after.out
        again = len(casebook.writes(casebook.audit(folder)))
        if case.converges:
            assert casebook.apply(case).exit == 0
            assert len(casebook.writes(casebook.audit(folder))) == again


def _comparable(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "meta"}
