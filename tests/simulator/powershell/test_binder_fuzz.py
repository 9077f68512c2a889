"""Our binder against the real one, over invocations that nobody wrote.

A disagreement is made as small as it gets and printed as a line for `tests/recordings/found.jsonl`, which is replayed
without an engine. What is not generated, and why, stands in `fuzz_values` and `fuzz_invocations`.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.powershell.asking import Asked, engine_path
from tests.simulator.powershell.fuzz_invocations import cmdlets, invocation
from tests.simulator.powershell.shrinking import shrunk
from tests.simulator.powershell.test_binder_recordings import comparable, replay

FOUND = Path(__file__).parents[2] / "recordings" / "found.jsonl"
BATCH = 500
SHOWN = 5

Json = Any


def test_generated_invocations_bind_as_in_the_real_engine(figure: Callable[[str], None]) -> None:
    """Bound set, names, order, converted values with their types, error id, category and exception agree: 1,500 invocations."""
    agree(1_500, figure)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_many_generated_invocations_bind_as_in_the_real_engine(figure: Callable[[str], None]) -> None:
    """The same over 20,000."""
    agree(20_000, figure)


def agree(count: int, figure: Callable[[str], None]) -> None:
    """Ask both; the count and the seed stand in the summary."""
    path = engine_path()
    seed = random.randrange(1 << 30)  # noqa: S311 - test data
    draw = random.Random(seed)  # noqa: S311 - test data
    asked = cmdlets()
    outcomes: Counter[str] = Counter()
    differing: list[Json] = []
    with Asked(path) as engine:
        for start in range(0, count, BATCH):
            lines = [invocation(draw, draw.choice(asked)) for _ in range(min(BATCH, count - start))]
            for line, verdict in zip(lines, engine.verdicts(lines), strict=True):
                outcomes[verdict["failed"]["id"].split(",")[0] if "failed" in verdict else "bound" if verdict["calls"] else "nothing"] += 1
                if differs(line, verdict):
                    differing.append(line)
        found = [_found(engine, line) for line in differing[:SHOWN]]
    figure(f"{count - len(differing)} of {count} generated invocations bind as on the real engine, seed {seed}")
    shown = "\n".join(f"{json.dumps(line)}\n  ours: {_ours(line)}" for line in found)
    assert not differing, f"seed {seed}: {len(differing)} of {count} differ; made small, as lines for {FOUND.name}:\n{shown}"
    assert outcomes["bound"] > count // 10, "hardly anything bound: the generators have lost their aim"


def differs(line: Json, verdict: Json) -> bool:
    """Whether our verdict is another one; a failure of our binder other than a refusal is."""
    try:
        return bool(comparable(replay(line)) != comparable(verdict))
    except Exception:  # noqa: BLE001  (whatever it is, it is a disagreement, and is shown as one)
        return True


def _found(engine: Asked, line: Json) -> Json:
    def still(lines: list[Json]) -> list[bool]:
        return [differs(one, verdict) for one, verdict in zip(lines, engine.verdicts(lines), strict=True)]

    small = shrunk(line, still)
    return {**small, "verdict": engine.verdicts([small])[0]}


def _ours(line: Json) -> str:
    try:
        return json.dumps(replay(line))
    except Exception as error:  # noqa: BLE001  (shown)
        return repr(error)


def test_what_was_found_once_agrees() -> None:
    """Every disagreement that fuzzing found, made small, with the real engine's verdict: our binder has the same."""
    lines = [json.loads(line) for line in FOUND.read_text("utf-8").splitlines()]
    assert lines
    for line in lines:
        assert comparable(replay(line)) == comparable(line["verdict"]), json.dumps(line)


def test_a_wrong_verdict_is_found_and_made_small() -> None:
    """The comparison notices a difference in any part, and what is shown is no longer than it needs to be."""
    arguments = [["Name", {"list": ["abc", "d"]}], ["Passthru"], ["ComputerName", "host"]]
    line = {"kind": "fuzz", "statements": [[{"command": "Stop-VM", "arguments": arguments}]], "input": ["a", "b"]}
    assert not differs(line, replay(line))
    assert differs(line, {"calls": []})

    def still(lines: list[Json]) -> list[bool]:
        return ["Name" in [argument[0] for argument in one["statements"][0][0]["arguments"]] for one in lines]

    small = shrunk(line, still)
    assert small["statements"][0][0]["arguments"] == [["Name", {"list": []}]]
    assert "input" not in small
