"""What a run took beside the least it could have taken."""

from __future__ import annotations

from hvplan.cli.progress import pace
from tests.apply.fake import set_step


def test_the_lower_bound_is_the_longer_of_chain_and_shared_work() -> None:
    """A chain of 2 and 3 seconds beside 1: five; many equal steps: all of them shared by the workers."""
    chain = (set_step("s1", 1), set_step("s2", 1, needs=("s1",)), set_step("s3", 2))
    assert pace(chain, {"s1": 2.0, "s2": 3.0, "s3": 1.0}, 4, 5.5) == "5.5 s; the least for this work is 5.0 s (its longest chain of steps)"
    many = tuple(set_step(f"s{n}", n) for n in range(8))
    assert pace(many, {f"s{n}": 1.0 for n in range(8)}, 2, 4.5) == "4.5 s; the least for this work is 4.0 s (all work shared by 2 workers)"
