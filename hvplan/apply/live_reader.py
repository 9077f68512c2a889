"""The reader over a session: the reading room's own questions, asked for a plan's objects only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from hvplan.apply.observe import Unreadable, declared
from hvplan.apply.site import HOPELESS
from hvplan.cmdlets.build import select
from hvplan.cmdlets.invocation import Cmd
from hvplan.document.plan import PlanDocument
from hvplan.errors import HvplanError
from hvplan.live.ask import ask
from hvplan.live.narrow import EVERYTHING
from hvplan.live.read import read_files, read_host, read_settings, read_switch, read_vhds, read_vm
from hvplan.live.wanted import Wanted
from hvplan.model.address import decode, owner
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.values import Unknown
from hvplan.remoting.session import Session

_REACHED: Final = frozenset({"cannot-read", "no-answer"})
"""Codes of reads that failed although the host was reached."""
LENT: Final = frozenset({"netAdapters", "loadBalancing"})
"""Paths of a switch that its own record does not tell."""


def wanted(document: PlanDocument, host: str) -> Wanted:
    """What the preconditions of a plan's steps on one host make it necessary to know."""
    names: set[str] = set()
    files: dict[str, None] = {}
    vhds: dict[str, None] = {}
    network = False
    paths = declared(document).paths
    for step in document.steps:
        if step.host != host:
            continue
        for expect in (*step.expect, *step.verify):
            kind, name, *_ = owner(expect.address).split("/")
            if kind == "vm":
                names.add(decode(name).casefold())
            network |= kind == "switch" and (expect.address != owner(expect.address) or expect.path in LENT)
            if expect.path.startswith("file "):
                files[expect.path.removeprefix("file ")] = None
            elif path := paths.get((host, expect.address)):
                files[path] = None
                if expect.path.startswith("vhd."):
                    vhds[path] = None
    known = [c.before["name"] for c in document.resource_changes if c.host == host and c.before and isinstance(c.before.get("name"), str)]
    return Wanted(host=host, names=frozenset(names | {name.casefold() for name in known}), files=tuple(files), vhds=tuple(vhds), network=network)


class LiveReader:
    """One host, read for one plan."""

    def __init__(self, session: Session, document: PlanDocument, host: str) -> None:
        self._session, self._host = session, host
        self._wanted = wanted(document, host)
        self._live: LiveHost | None = None

    def whole(self) -> LiveHost:
        """Everything the plan's preconditions need."""
        self._live = read_host(self._session, self._wanted)
        return self._live

    def identity(self) -> Identity:
        """Which host this is, as last read."""
        return self._read().identity

    def _read(self) -> LiveHost:
        return self._live if self._live is not None else self.whole()

    def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """One machine by id; parts that are not asked for are Unknown."""
        with _reaching():
            return read_vm(self._session, id, self._read().commands, asking)

    def vm_named(self, name: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        """The one machine of that name; names are compared here, not by the host's culture."""
        found = self._ids("Get-VM", name)
        return self.vm(found, asking) if isinstance(found, str) else found

    def switch(self, id: str) -> LiveSwitch | Unknown | None:
        """One switch by id, with what the host lends it where the plan is about that."""
        with _reaching():
            return read_switch(self._session, id, self._read().commands if self._wanted.network else None)

    def switch_named(self, name: str) -> LiveSwitch | Unknown | None:
        """The one switch of that name."""
        found = self._ids("Get-VMSwitch", name)
        return self.switch(found) if isinstance(found, str) else found

    def settings(self) -> HostSettings | Unknown:
        """The settings of the whole host."""
        with _reaching():
            return read_settings(self._session, self._read().commands)

    def _ids(self, cmdlet: str, name: str) -> str | Unknown | None:
        with _reaching():
            answer = ask(self._session, ((Cmd(cmdlet), select("Id", "Name")),), what=f"the list of {cmdlet}", host="")
        if answer.errors or not answer.whole:
            return Unknown(answer.why or f"the list of {cmdlet} is not complete")
        same = [str(record["Id"]) for record in answer.records if str(record["Name"]).casefold() == name.casefold()]
        return Unknown(f"there are {len(same)} objects named {name}") if len(same) > 1 else same[0] if same else None

    def files(self, paths: Sequence[str]) -> Mapping[str, LiveFile | Unknown | None]:
        """Files and folders by exact path."""
        with _reaching():
            return read_files(self._session, paths)

    def vhds(self, paths: Sequence[str]) -> Mapping[str, LiveVhd | Unknown | None]:
        """VHD headers by exact path."""
        with _reaching():
            return read_vhds(self._session, paths)


@contextmanager
def _reaching() -> Iterator[None]:
    """A host that was not reached is away; one that answered, or let a whole read run out, is not asked again, nor is a wrong password repeated."""
    try:
        yield
    except HvplanError as error:
        raise Unreadable(str(error), away=not any(one.code in HOPELESS | _REACHED for one in error.diagnostics)) from error
