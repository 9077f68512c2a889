"""A step before it has a number: what it does, what it waits for in words, and how it is printed later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hvplan.cmdlets.invocation import Invocation, Ref
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact

ONLINE: Final = "online"
OFFLINE: Final = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One write. `kind` and `action` are what the ordering rules speak of; `owner` is the VM or object it belongs to.

    `phase`: `online`, `offline` (inside the power window) or `""` (neither: marks and power itself). `gives` and
    `uses` name what passes between objects: `switch lan`, `file d:\\x.vhdx`, `started vm/dc01`. `escalates`: it runs
    only after the failure of the stop of the same VM. `produces`: later steps may refer to what it returns. `copies`: bytes
    of a disk that it reads and writes.
    """

    host: str
    address: str
    owner: str
    kind: str
    action: str
    invocation: Invocation
    phase: str = ONLINE
    cause: tuple[str, ...] = ()
    impact: Impact = Impact.ONLINE
    expect: tuple[Expect, ...] = ()
    verify: tuple[Expect, ...] = ()
    gives: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    escalates: bool = False
    produces: bool = False
    timeout: int = 120
    copies: int = 0


DURATIONS: Final = {
    ("vm", "create"): 3,
    ("file", "create"): 2,
    ("file", "copy"): 60,
    ("swap", "convert"): 60,
    ("swap", "copy"): 60,
    ("power", "stop"): 30,
    ("power", "start"): 5,
    ("boot", "start"): 5,
}
"""(kind, action) -> seconds a step is expected to take; anything else one second. Measured times are never in a plan."""


def duration(draft: Draft) -> int:
    """Expected seconds of a step, from the fixed table."""
    return DURATIONS.get((draft.kind, draft.action), 1)


def whose(id: str, address: str) -> str | Ref:
    """The id of an object, or a reference to what the step that creates it returns."""
    return id or Ref(address=address, property="Id")


def values(address: str, pairs: Iterable[tuple[str, object]]) -> tuple[Expect, ...]:
    """Expectations of one object."""
    return tuple(Expect(address=address, path=path, value=value) for path, value in pairs)
