"""One step carried out, honestly: re-checked, sent once, and believed only when a re-read shows it.

    precondition met? --no--> all that moved stands as planned? --yes--> done, nothing sent
          |yes                                 `--no--> failed, nothing sent
          v
        send --NotSent--> again, a few times, then not_sent
          |--Failed, or any error record--> failed
          |--Unsure--> re-read the object by identity: as planned -> done; as before -> failed; else unknown
          v
        Done: re-read: as planned -> done; else failed

Only NotSent is ever sent again. A stop waits for Off with its own timeout, whatever the call said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.apply.known import PRODUCING, Known, MissingReference
from hvplan.apply.listener import Listener
from hvplan.apply.observe import Declared, Unreadable, look, observe
from hvplan.apply.recent import Recent
from hvplan.apply.schedule import result_of
from hvplan.apply.stale import brings_about, holds, named, shown
from hvplan.clock import Clock
from hvplan.cmdlets.build import InvalidInvocation, from_json, resolve
from hvplan.cmdlets.invocation import Invocation
from hvplan.document.plan import Expect, Step
from hvplan.document.result import StepError, StepResult
from hvplan.model.address import decode, owner
from hvplan.model.live import LiveHost, LiveSwitch, LiveVm
from hvplan.model.marker import find
from hvplan.model.values import Unknown
from hvplan.remoting.session import Done, ErrorRecord, Failed, NotSent, Session, Unsure

BACK_OFF: Final = (1.0, 2.0, 4.0)
"""Seconds before each new try of what was certainly not sent."""
GROWING: Final = frozenset({"Copy-Item", "Move-Item", "Convert-VHD", "Merge-VHD"})
"""Cmdlets whose file is there long before it is whole."""
HOPELESS: Final = frozenset({"logon-failed", "access-denied", "closed"})
"""Why a call was not sent, where trying again does not help or does harm."""
SETTLE: Final = 20.0
"""Seconds within which an object must show what was written to it."""
LOOKS: Final = (0.2, 0.5, 1.0, 2.0)
"""Seconds between two looks; the last one repeats."""
SAY: Final = 2.0
"""Seconds of waiting after which people are told what for."""


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


def carry_out(site: Site, step: Step, *, verify: bool) -> StepResult:
    """Carry one step out. Without `verify` the re-read is left to whoever looks at the object last."""
    try:
        live = look(site.reader, site.host, (*step.expect, *step.verify), site.known, site.plan)
        if broken := [e for e in step.expect if not _holds(site, live, e)]:
            if all(_as_planned(site, step, live, e) for e in broken) and all(_holds(site, live, v) for v in step.verify):
                return result_of(step, "done")
            return _failed(step, "precondition", _moved(site, live, broken))
        invocation = resolve(from_json(step.invocation), lambda ref: site.known.lookup(site.host, ref))
        began = site.clock.monotonic()
    except Unreadable as error:
        return _failed(step, "unreadable", f"nothing was sent: {step.address} could not be re-read before the write: {error}")
    except MissingReference as error:
        return _failed(step, "reference", f"nothing was sent: {error}")
    except InvalidInvocation as error:
        return _failed(step, "invocation", f"nothing was sent: {error}")
    outcome = _send(site, step, invocation)
    return _after(site, step, outcome, verify, site.clock.monotonic() - began)


def _as_planned(site: Site, step: Step, live: LiveHost, moved: Expect) -> bool:
    """Does what moved stand where this step would have put it; a thing that has come into being is somebody else's."""
    same = [v for v in step.verify if (v.address, v.path) == (moved.address, moved.path) and not brings_about(v)]
    return any(_holds(site, live, v) for v in same)


def _send(site: Site, step: Step, invocation: Invocation) -> Done | Failed | NotSent | Unsure:
    for pause in (*BACK_OFF, 0.0):
        site.sent.add(step.id)
        _forget(site, step)
        outcome = site.session.run(invocation, timeout=float(step.timeout))
        _forget(site, step)
        if not isinstance(outcome, NotSent):
            return outcome
        site.sent.discard(step.id)
        if outcome.code in HOPELESS:
            break  # asking again with a wrong password locks accounts
        if pause:
            site.listener.waiting(step, f"the connection ({outcome.why})", pause)
            site.clock.sleep(pause)
    return outcome


def _forget(site: Site, step: Step) -> None:
    """What was read of the step's object is not true any more, nor of anything else while the object has no id."""
    site.reader.forget(site.known.id(site.host, owner(step.address)))


def _after(site: Site, step: Step, outcome: Done | Failed | NotSent | Unsure, verify: bool, passed: float) -> StepResult:
    match outcome:
        case NotSent(why=why):
            return result_of(step, "not_sent", StepError(id="not-sent", category="", message=f"the host was not reached: {why}"))
        case Failed(errors=errors):
            return result_of(step, "failed", _error(errors))
        case Done(errors=errors) if errors:
            return result_of(step, "failed", _error(errors))
        case Done(records=records):
            if records:
                site.known.learn(step, records[0])
            return check(site, step, passed) if verify or step.action == "stop" else result_of(step, "done")
        case Unsure(why=why):
            return _decide(site, step, why, passed)


def check(site: Site, step: Step, passed: float = 0.0) -> StepResult:
    """Does a re-read show what the step wrote; waits a little, for a stop until its timeout is over, of which `passed` seconds are."""
    limit = step.timeout - passed if step.action == "stop" else SETTLE
    missing, unreadable = _wait(site, step, limit)
    if unreadable:
        return _unsure(step, f"it was sent without an error, but the re-read failed: {unreadable}")
    if not missing:
        return result_of(step, "done")
    if step.action == "stop":
        return _failed(step, "timeout", f"{step.address} was not off after {step.timeout} seconds: {'; '.join(missing)}")
    return _failed(step, "not-shown", f"it was sent without an error, but the re-read shows something else: {'; '.join(missing)}")


def _decide(site: Site, step: Step, why: str, passed: float) -> StepResult:
    """The outcome of a call nobody saw the end of, from a re-read of the object by its identity."""
    if step.action == "stop":
        result = check(site, step, passed)
        return result if result.outcome != "failed" or result.error is None else _failed(step, "timeout", f"{result.error.message} ({why})")
    missing, unreadable = _wait(site, step, SETTLE)
    lost = f"the end of the call was not seen ({why})"
    if unreadable:
        return _unsure(step, f"{lost}, and the re-read failed: {unreadable}")
    try:
        live = look(site.reader, site.host, step.expect, site.known, site.plan)
    except Unreadable as error:
        return _unsure(step, f"{lost}, and the re-read failed: {error}")
    as_before = bool(step.expect) and all(_holds(site, live, e) for e in step.expect)
    if not missing and step.verify and not as_before and not _grows(step):
        return _adopt_produced(site, step, lost)
    if missing and as_before:
        return _failed(step, "unsure", f"{lost}; the re-read shows everything as it was before")
    return _unsure(step, f"{lost}, and the re-read does not tell: {'; '.join(missing) or 'what it shows could be so either way'}")


def _grows(step: Step) -> bool:
    """Does it write a file that is there long before it is whole, so that finding it proves nothing."""
    last = step.invocation[-1] if step.invocation else {}
    return last.get("cmdlet") in GROWING or (last.get("cmdlet") == "New-VHD" and bool(last.get("parameters", {}).get("Fixed")))


def _adopt_produced(site: Site, step: Step, lost: str) -> StepResult:
    """The write is there. What it returned is read back, because later steps refer to it."""
    if step.action not in PRODUCING:
        return result_of(step, "done")
    live = look(site.reader, site.host, step.verify, site.known, site.plan, whole=True)
    if not _ours(step, live):
        return result_of(
            step, "unknown", StepError(id="unsure", category="", message=f"{lost}; an object of that name is there now, but it does not carry this run's mark")
        )
    _learn_existing(site, step, live)
    return result_of(step, "done")


def _ours(step: Step, live: LiveHost) -> bool:
    """A machine created without anybody seeing the end must carry the mark that this very step gives, or no mark was asked for."""
    asked = [value for command in step.invocation if isinstance(value := command.get("parameters", {}).get("Notes"), str)]
    machine = _machine(step, live)
    if machine is None or not asked:
        return True
    return find(machine.notes)[0] == find(asked[0])[0]


def _machine(step: Step, live: LiveHost) -> LiveVm | None:
    name = decode(step.address.split("/")[1]) if step.address.startswith("vm/") else ""
    return next((vm for vm in live.vms if vm.name.casefold() == name.casefold()), live.vms[0] if len(live.vms) == 1 else None)


def _learn_existing(site: Site, step: Step, live: LiveHost) -> None:
    """What a creating step would have returned, from the object that stands there."""
    if step.action not in PRODUCING:
        return
    machine = _machine(step, live)
    if machine is not None and step.address == owner(step.address):
        adapters = () if isinstance(machine.adapters, Unknown) else machine.adapters
        record: dict[str, Any] = {
            "Id": machine.id,
            "NetworkAdapters": tuple({"Id": a.id, "Name": a.name} for a in adapters),
            "DVDDrives": tuple(
                {"Id": d.id, "ControllerNumber": d.slot.controller, "ControllerLocation": d.slot.location, "ControllerType": d.slot.kind.upper()}
                for d in machine.dvds
            ),
        }
        site.known.learn(step, record)
    elif machine is not None and "/networkAdapters/" in step.address and not isinstance(machine.adapters, Unknown):
        name = site.plan.names.get((site.host, step.address), decode(step.address.rsplit("/", 1)[1]))
        for adapter in machine.adapters:
            if adapter.name.casefold() == name.casefold():
                site.known.learn(step, {"Id": adapter.id, "Name": adapter.name})
    elif step.address.startswith("switch/") and live.switches:
        site.known.learn(step, {"Id": live.switches[0].id} if step.address == owner(step.address) else _own_adapter(step, live.switches[0]))


def _own_adapter(step: Step, switch: LiveSwitch) -> dict[str, Any]:
    """The adapter of the host that a step has added: it has the last part of the step's address for a name."""
    name = decode(step.address.rsplit("/", 1)[1]).casefold()
    found = () if isinstance(switch.management, Unknown) else switch.management
    return next(({"Id": adapter.id, "Name": adapter.name} for adapter in found if adapter.name.casefold() == name), {})


def _wait(site: Site, step: Step, limit: float) -> tuple[list[str], str]:
    """Look until everything in `verify` stands there: what is still missing, and why it could not be read (`""` if it could)."""
    if not step.verify:
        return [], ""
    start, told = site.clock.monotonic(), SAY
    pauses = list(LOOKS)
    while True:
        missing, unreadable = _look_once(site, step)
        passed = site.clock.monotonic() - start
        if (not missing and not unreadable) or passed >= limit:
            return missing, unreadable
        if passed >= told:
            site.listener.waiting(step, "; ".join(missing) or unreadable, passed)
            told = passed + SAY
        _forget(site, step)
        site.clock.sleep(min(pauses.pop(0) if len(pauses) > 1 else pauses[0], max(0.05, limit - passed)))


def _look_once(site: Site, step: Step) -> tuple[list[str], str]:
    try:
        live = look(site.reader, site.host, step.verify, site.known, site.plan, ahead=site.plan.ahead.get(step.id, ()))
        return [_difference(site, live, v) for v in step.verify if not _holds(site, live, v)], ""
    except (Unreadable, MissingReference) as error:
        return [], str(error)


def _holds(site: Site, live: LiveHost, expect: Expect) -> bool:
    try:
        return holds(expect, observe(live, site.host, expect, site.known, site.plan), site.known, site.host)
    except MissingReference:
        return False


def _difference(site: Site, live: LiveHost, expect: Expect) -> str:
    now = observe(live, site.host, expect, site.known, site.plan)
    seen = now.why if isinstance(now, Unknown) else shown(expect.path, now)
    return f"{named(expect)} is {seen}, not {shown(expect.path, site.known.resolved(site.host, expect.value))}"


def _moved(site: Site, live: LiveHost, broken: Iterable[Expect]) -> str:
    return "nothing was sent, because something moved: " + "; ".join(_difference(site, live, e) for e in broken)


def _error(errors: tuple[ErrorRecord, ...]) -> StepError:
    first = errors[0] if errors else ErrorRecord(id="", category="", message="the host says it failed, without a reason")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return StepError(id=first.id, category=first.category, message=first.message + more)


def _failed(step: Step, id: str, message: str) -> StepResult:
    return result_of(step, "failed", StepError(id=id, category="", message=message))


def _unsure(step: Step, message: str) -> StepResult:
    return result_of(step, "unknown", StepError(id="unsure", category="", message=message))
