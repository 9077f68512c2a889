"""What a change costs a running machine: the levels, in rising order, and tables of conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Impact(IntEnum):
    """Rising; `label` is the document's word. `--max-impact` and `--refuse-above` compare by it."""

    NONE = 0
    ONLINE = 1
    NEXT_START = 2
    RESTART = 3
    STOP = 4
    HOST = 5
    REPLACE = 6
    DATA = 7

    @property
    def label(self) -> str:
        """`next-start` for NEXT_START."""
        return self.name.lower().replace("_", "-")

    @classmethod
    def named(cls, label: str) -> Impact:
        """The level of that label; KeyError if there is none."""
        return cls[label.upper().replace("-", "_")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What an impact may depend on: the VM as it is. `state` is Hyper-V's word (`Running`); `version` the configuration version."""

    state: str
    generation: int
    version: str = ""
    dynamic_memory: bool = False
    nested: bool = False

    @property
    def off(self) -> bool:
        """Is it really off: Saved is not Off."""
        return self.state == "Off"


@dataclass(frozen=True, slots=True)
class When:
    """One line of an impact table: printed by `explain`, walked by the planner. The last line has no test."""

    condition: str
    impact: Impact
    test: Callable[[Any, Any, Situation], bool] = lambda before, after, vm: True


Table = tuple[When, ...]


def always(impact: Impact) -> Table:
    """The table of an attribute whose impact does not depend on anything but power."""
    return (When("always", impact),)


def judge(table: Table, before: object, after: object, vm: Situation) -> When:
    """The line that holds. On a VM that is off, a change that would need a stop is made online."""
    line = next(w for w in table if w.test(before, after, vm))
    if vm.off and line.impact in (Impact.NEXT_START, Impact.RESTART):
        return When("the machine is off", Impact.ONLINE)
    return line
