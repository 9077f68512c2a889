"""A chain: a host, files for it, what somebody does behind our back, the files as they were edited: two pairs, the second of a host that carries our marks."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.pairs.desired import documents
from tests.pairs.draws import Doc, Draws
from tests.pairs.edits import Edit, edited, edits
from tests.pairs.laws import Tally, Ways, check
from tests.pairs.mutation import changed, spoiled
from tests.pairs.worlds import world


@dataclass(frozen=True, kw_only=True)
class Chain:
    """All that is generated, so that a failing one is printed whole."""

    world: Doc
    first: tuple[Doc, ...]
    edits: tuple[Edit, ...] = ()
    second: tuple[Doc, ...] = ()
    ways: tuple[Ways, Ways] = (Ways(), Ways())


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Any chain."""
    draws = Draws(draw)
    seed = world(draws)
    first = documents(draws, seed)
    done = edits(draws)
    second = changed(draws, first, seed)
    if draws.chance(10):
        second = spoiled(draws, second)
    return Chain(world=seed, first=first, edits=done, second=second, ways=(_ways(draws), _ways(draws)))


def _ways(draws: Draws) -> Ways:
    lost = draws.one(range(60)) if draws.chance(20) else None
    most = draws.one(("online", "next-start", "restart")) if draws.chance(8) else ""
    return Ways(lost_at=lost, sent=draws.chance(50), export=draws.chance(12), delete_disks=draws.chance(15), max_impact=most)


def run(chain: Chain, tally: Tally) -> None:
    """All laws on both pairs of a chain."""
    after = check(chain.world, chain.first, chain.ways[0], tally)
    if chain.second:
        check(edited(after, chain.edits), chain.second, chain.ways[1], tally)
