"""Limits at their very ends: the last value that is possible is planned, the next one is refused with its place."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.model.parts import Memory, Processor
from tests.plan.worlds import GIB, MIB, host, live_vm, mine, plan, refusals, vm

TIB = 1 << 40
OK: list[tuple[str, str]] = []


def said(wanted: dict[str, Any], *, live: dict[str, Any] | None = None, **of_host: Any) -> list[tuple[str, str]]:
    """Refusals of a change of a machine that is off."""
    return refusals(plan(host(live_vm(marker=mine(), **(live or {})), **of_host), vm(**wanted)))


def test_processors() -> None:
    """As many as the host has, and not one more."""
    assert said({"processor": Processor(count=32)}, processors=32) == OK
    assert said({"processor": Processor(count=33)}, processors=32) == [("vm/web01", "processors")]
    assert said({"processor": Processor(count=64), "generation": 1}, live={"generation": 1}, processors=128) == OK
    assert said({"processor": Processor(count=65), "generation": 1}, live={"generation": 1}, processors=128) == [("vm/web01", "processors")]


@pytest.mark.parametrize(("generation", "most"), [(1, TIB), (2, 240 * TIB)])
def test_memory(generation: int, most: int) -> None:
    """From 32 MiB to what the generation takes, in steps of 2 MiB (behaviour 3.1, 3.2)."""

    def asked(size: int) -> list[tuple[str, str]]:
        return said({"memory": Memory(startup=size), "generation": generation}, live={"generation": generation}, memory=most * 2)

    assert (asked(32 * MIB), asked(most)) == (OK, OK)
    assert asked(30 * MIB) == asked(33 * MIB) == asked(most + 2 * MIB) == [("vm/web01", "memory")]


def test_the_order_of_dynamic_memory_counts_what_the_host_keeps() -> None:
    """minimum <= startup <= maximum, equal ones included, whichever of them is written."""
    dynamic = {"memory": Memory(startup=4 * GIB, dynamic=True, minimum=2 * GIB, maximum=8 * GIB, buffer=20, priority=50)}
    order = [("vm/web01", "memory-order")]
    assert said({"memory": Memory(startup=8 * GIB)}, live=dynamic) == OK
    assert said({"memory": Memory(startup=8 * GIB + 2 * MIB)}, live=dynamic) == order
    assert said({"memory": Memory(startup=2 * GIB)}, live=dynamic) == OK
    assert said({"memory": Memory(startup=2 * GIB - 2 * MIB)}, live=dynamic) == order
    assert said({"memory": Memory(startup=GIB, dynamic=False)}, live=dynamic) == OK, "static memory has no other ends"
