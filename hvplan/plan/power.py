"""Power: the one stop and the one start of a VM, and what stands between them.

Everything that can be done before stopping is done before. The stop is the guest's own shutdown first; what the policy
names for a guest that does not answer is a step of its own, which runs only after that one has failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd, Invocation, Ref
from hvplan.diff.changes import FieldChange
from hvplan.diff.power import saved_policy
from hvplan.diff.stopping import shutdown_of
from hvplan.document.plan import Expect
from hvplan.model.impact import Impact
from hvplan.model.live import LiveVm
from hvplan.model.objects import Policy, Shutdown, VirtualMachine
from hvplan.plan.draft import OFFLINE, Draft

_ESCALATION: Final = {
    "Force": (Cmd("Stop-VM", {"Force": True}), "Off", 360),
    "Save": (Cmd("Stop-VM", {"Save": True}), "Saved", 600),
    "TurnOff": (Cmd("Stop-VM", {"TurnOff": True}), "Off", 120),
}
"""What the policy names -> what is sent, the state it ends in, and the seconds it may take at least, whatever the guest was given:
Force gives a guest another five minutes (behaviour 5.3), and saving writes its memory to a disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """The power steps of one VM. `stops`: a machine that runs is stopped, so a consent is needed; `window`: its changes need it off."""

    drafts: tuple[Draft, ...] = ()
    stops: bool = False
    window: bool = False
    shutdown: Shutdown = Shutdown()


def power(host: str, address: str, want: VirtualMachine, live: LiveVm, drafts: Sequence[Draft], fields: Sequence[FieldChange], policy: Policy) -> Power:
    """What a machine's changes and its declared state ask of its power."""
    offline = any(draft.phase == OFFLINE for draft in drafts)
    state = next((field for field in fields if field.path == "state"), None)
    target = str(state.after) if state else live.state
    if not offline and not state:
        return Power()
    made = _Made(host=host, address=address, id=live.id, shutdown=shutdown_of(want, policy), cause=_cause(drafts, state))
    found: list[Draft] = []
    stops = False
    now = live.state
    if (offline or target == "Off") and now == "Saved":
        if saved_policy(want, policy) == "Discard":
            found.append(made.step("power", "stop", Cmd("Remove-VMSavedState"), "Saved", "Off", Impact.DATA))
            now = "Off"
        else:
            found.append(made.step("resume", "start", Cmd("Start-VM"), "Saved", "Running", Impact.RESTART))
            now = "Running"
    if (offline or target == "Off") and now == "Running":
        found += made.stop(
            expected="Running" if live.state == "Running" else "", impact=Impact.RESTART if offline and target != "Off" else Impact.STOP, stays=target == "Off"
        )
        stops, now = True, "Off"
    if state is None and live.state == "Saved":
        target = "Off"  # what was saved is gone; a machine that did not run is not started
    found += made.towards(target, now, first=now == live.state)
    if target in ("Saved", "Paused") and live.state == "Running":
        stops = True
    return Power(drafts=tuple(found), stops=stops, window=offline and live.state != "Off", shutdown=made.shutdown)


def _cause(drafts: Sequence[Draft], state: FieldChange | None) -> tuple[str, ...]:
    found = [path for draft in drafts if draft.phase == OFFLINE for path in draft.cause] + (["state"] if state else [])
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    host: str
    address: str
    id: str | Ref
    shutdown: Shutdown
    cause: tuple[str, ...]

    def step(self, kind: str, action: str, cmd: Cmd, before: str, after: str, impact: Impact, *, timeout: int = 120, gives: tuple[str, ...] = ()) -> Draft:
        """One change of power. `before` is expected unless it is `""`."""
        return Draft(
            host=self.host,
            address=self.address,
            owner=self.address,
            kind=kind,
            action=action,
            invocation=self.invocation(cmd),
            phase="",
            cause=self.cause,
            impact=impact,
            expect=(Expect(address=self.address, path="state", value=before),) if before else (),
            verify=(Expect(address=self.address, path="state", value=after),),
            timeout=timeout,
            gives=gives,
        )

    def invocation(self, cmd: Cmd) -> Invocation:
        """A power cmdlet on this machine, by id."""
        return build.write(build.vm(self.id), cmd)

    def stop(self, expected: str, impact: Impact, *, stays: bool = False) -> Iterator[Draft]:
        """The guest's own shutdown, then what the policy names for a guest that does not answer.

        `stays`: off is where it is to stay, so a machine that was saved instead has not got there.
        """
        wait = self.shutdown.timeout
        yield self.step("power", "stop", Cmd("Stop-VM"), expected, "Off", impact, timeout=wait)
        if self.shutdown.then in _ESCALATION:
            cmd, after, least = _ESCALATION[self.shutdown.then]
            yield replace(self.step("power", "stop", cmd, "", "Off" if stays else after, impact, timeout=max(wait, least)), escalates=True)

    def towards(self, target: str, now: str, *, first: bool) -> Iterator[Draft]:
        """From the state after the changes to the wanted one."""
        expected = now if first else ""
        if target in ("Running", "Saved", "Paused") and now in ("Off", "Saved") and now != target:
            yield self.step("power", "start", Cmd("Start-VM"), expected, "Running", Impact.ONLINE, gives=(f"started {self.address}",))
            now, expected = "Running", ""
        if target == "Running" and now == "Paused":
            yield self.step("power", "start", Cmd("Resume-VM"), expected, "Running", Impact.ONLINE, gives=(f"started {self.address}",))
        elif target in ("Saved", "Paused") and now == "Running":
            cmd = Cmd("Save-VM") if target == "Saved" else Cmd("Suspend-VM")
            yield self.step("hold", "stop", cmd, expected, target, Impact.STOP, timeout=600)


def boot(host: str, address: str, want: VirtualMachine, id: str | Ref) -> Draft | None:
    """The first start of a new machine, after its mark."""
    if want.power != "Running":
        return None
    made = _Made(host=host, address=address, id=id, shutdown=Shutdown(), cause=("state",))
    return made.step("boot", "start", Cmd("Start-VM"), "", "Running", Impact.ONLINE, gives=(f"started {address}",))


def stop_for_removal(host: str, address: str, want: VirtualMachine, live: LiveVm, policy: Policy) -> tuple[Draft, ...]:
    """The stop before a deletion. A saved state goes with the machine, as a step that says so."""
    made = _Made(host=host, address=address, id=live.id, shutdown=shutdown_of(want, policy), cause=("ensure",))
    if live.state == "Saved":
        return (made.step("power", "stop", Cmd("Remove-VMSavedState"), "Saved", "Off", Impact.DATA),)
    return tuple(made.stop("Running", Impact.STOP)) if live.state == "Running" else ()
