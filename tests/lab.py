"""A case on a host in memory: planned and applied through a DirectSession, with what the laws need to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hvplan.apply.gates import Given
from hvplan.apply.run import Options, apply_plan
from hvplan.clock import VirtualClock
from hvplan.document.plan import PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.live.read import read_host
from hvplan.live.wanted import wanted_of
from hvplan.load.loading import load
from hvplan.plan.make import HostInput, PlanOptions, make_plan
from hvplan.remoting.session import Session
from hvplan.simulator.clock import VirtualClock as WorldClock
from hvplan.simulator.world import SimulatedWorld
from tests.casebook import Case
from tests.direct import DirectSession

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ALL = ("*",)


@dataclass
class Lab:
    """One case's files and host. `connect` makes another session to the host than the direct one."""

    case: Case
    folder: Path
    connect: Callable[[SimulatedWorld], Session] | None = None
    world: SimulatedWorld = field(init=False)
    direct: DirectSession = field(init=False)
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        for name in ("desired.yaml", "host.world.yaml"):
            shutil.copy(self.case.folder / name, self.folder / name)
        self.world = SimulatedWorld.from_text((self.folder / "host.world.yaml").read_text("utf-8"), clock=WorldClock(NOW))
        self.direct = DirectSession(self.world)
        self.session = self.direct if self.connect is None else self.connect(self.world)

    def _number(self, option: str) -> int | None:
        return next((int(o.partition("=")[2]) for o in (*self.case.options, *self.case.apply) if o.startswith(option + "=")), None)

    def _globs(self, option: str) -> tuple[str, ...]:
        return ALL if option in (*self.case.options, *self.case.apply) else ()

    def plan(self) -> PlanDocument:
        """Read the host and plan."""
        loaded = load([str(self.folder)])
        desired = loaded.desired.of("hv01")
        live = read_host(self.session, wanted_of(desired, deletes=bool(self._globs("--delete-disks"))))
        options = PlanOptions(
            max_deletes=self._number("--max-deletes"), delete_disks=self._globs("--delete-disks"), skip_refused="--skip-refused" in self.case.options
        )
        place: Callable[[str, str, str], str] = lambda host, address, path: str(loaded.places.place(host, address, path) or "")  # noqa: E731
        return make_plan([HostInput(host=desired.hosts[0], desired=desired, live=live)], stack=desired.stack, options=options, now=NOW, place=place)

    def apply(self, document: PlanDocument, *, consents: bool = True) -> ResultDocument:
        """Carry a plan out, one step after another; without `consents` as with a bare `--yes`."""
        given = Given(
            adopt=self._globs("--adopt"),
            allow_restart=self._globs("--allow-restart"),
            delete_disks=self._globs("--delete-disks"),
            allow_management_change=self._globs("--allow-management-change"),
        )
        return apply_plan(document, {"hv01": self.session}, clock=VirtualClock(NOW), options=Options(given=given if consents else Given(), parallel=1))

    def calls(self, start: int = 0) -> list[dict[str, Any]]:
        """The host's audit log from an entry on."""
        return list(self.world.audit[start:])
