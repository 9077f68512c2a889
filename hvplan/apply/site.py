"""What a run has of one host: its session, what is known of it, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field

from hvplan.apply.known import Known
from hvplan.apply.listener import Listener
from hvplan.apply.observe import Declared
from hvplan.apply.recent import Recent
from hvplan.clock import Clock
from hvplan.remoting.session import Session


@dataclass(slots=True, kw_only=True)
class Site:
    """One host during a run. `wrote` becomes true before the first write leaves."""

    host: str
    session: Session
    reader: Recent
    known: Known
    plan: Declared
    clock: Clock
    listener: Listener
    sent: set[str] = field(default_factory=set)
