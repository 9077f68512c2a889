"""What a run has of one host: its session, what is known of it, and who listens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hvplan.apply.known import Known
from hvplan.apply.listener import Listener
from hvplan.apply.observe import Declared
from hvplan.apply.recent import Recent
from hvplan.clock import Clock
from hvplan.remoting.session import Session

HOPELESS: Final = frozenset({"logon-failed", "access-denied", "closed"})
"""Why a host was not reached, where trying again does not help or does harm: a wrong password that is repeated locks the account."""


@dataclass(slots=True, kw_only=True)
class Site:
    """One host during a run.

    `sent`: ids of the steps whose write may have reached it, each put in before the write leaves. `away`: nobody reached it
    for a whole back-off; until it answers, it is asked once by each step and not waited for again.
    """

    host: str
    session: Session
    reader: Recent
    known: Known
    plan: Declared
    clock: Clock
    listener: Listener
    sent: set[str] = field(default_factory=set)
    away: bool = False
