"""One step carried out, honestly: re-checked, sent once, and believed only when a re-read shows it.

    precondition met? --no--> all that moved stands as planned? --yes--> done, nothing sent
          |yes                                 `--no--> failed, nothing sent
          v
        send --NotSent--> again, a few times, then not_sent
          |--Failed, or any error record--> failed
          |--Unsure--> re-read the object by identity: as planned -> done; as before -> failed; else unknown
          v
        Done: re-read: as planned -> done; else failed

Only NotSent is ever sent again. A stop waits for its end with its own timeout, whatever the call said, as long as the
machine is on its way there; what escalates a stop is done where the machine went off after all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from hvplan.apply.known import MissingReference
from hvplan.apply.observe import Unreadable, look
from hvplan.apply.produced import adopt_produced
from hvplan.apply.reread import difference, forget, holds_now, is_off, wait
from hvplan.apply.schedule import result_of
from hvplan.apply.site import HOPELESS, Site
from hvplan.apply.stale import brings_about
from hvplan.apply.stops import GOING, STAYS, end, left, saves, state_of
from hvplan.cmdlets.build import InvalidInvocation, from_json, resolve
from hvplan.cmdlets.invocation import Invocation
from hvplan.document.plan import Expect, Step
from hvplan.document.result import StepError, StepResult
from hvplan.model.live import LiveHost
from hvplan.remoting.session import Done, ErrorRecord, Failed, NotSent, Unsure

BACK_OFF: Final = (1.0, 2.0, 4.0)
"""Seconds before each new try of what was certainly not sent."""
GROWING: Final = frozenset({"Copy-Item", "Move-Item", "Convert-VHD", "Merge-VHD"})
"""Cmdlets whose file is there long before it is whole."""
SETTLE: Final = 20.0
"""Seconds within which an object must show what was written to it."""


def carry_out(site: Site, step: Step, *, verify: bool) -> StepResult:
    """Carry one step out. Without `verify` the re-read is left to whoever looks at the object last."""
    if step.escalates:
        forget(site, step)  # a machine that was on its way may be there by now
    try:
        live = _look_before(site, step)
        if broken := [e for e in step.expect if not holds_now(site, live, e)]:
            if all(_as_planned(site, step, live, e) for e in broken) and all(holds_now(site, live, v) for v in step.verify):
                return result_of(step, "done")
            return _failed(step, "precondition", _moved(site, live, broken))
        if step.escalates and is_off(site, step, live):
            return result_of(step, "done")  # it went off after all
        invocation = resolve(from_json(step.invocation), lambda ref: site.known.lookup(site.host, ref))
        began = site.clock.monotonic()
    except Unreadable as error:
        if error.away:
            return result_of(step, "not_sent", StepError(id="not-sent", category="", message=f"the host was not reached: {error}"))
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
    return any(holds_now(site, live, v) for v in same)


def _look_before(site: Site, step: Step) -> LiveHost:
    """What the step is about, right before its write. A host that is away for a moment is asked again, as for a write that was not sent."""
    pauses = iter(BACK_OFF)
    while True:
        try:
            live = look(site.reader, site.host, (*step.expect, *step.verify), site.known, site.plan)
        except Unreadable as error:
            pause = next(pauses, None)
            if pause is None or site.away or not error.away:
                site.away = error.away
                raise
            site.listener.waiting(step, f"the host ({error})", pause)
            site.clock.sleep(pause)
        else:
            site.away = False
            return live


def _send(site: Site, step: Step, invocation: Invocation) -> Done | Failed | NotSent | Unsure:
    for pause in (*BACK_OFF, 0.0):
        site.sent.add(step.id)
        forget(site, step)
        outcome = site.session.run(invocation, timeout=float(step.timeout))
        forget(site, step)
        if not isinstance(outcome, NotSent):
            return outcome
        site.sent.discard(step.id)
        if outcome.code in HOPELESS:
            break  # asking again with a wrong password locks accounts
        if pause:
            site.listener.waiting(step, f"the connection ({outcome.why})", pause)
            site.clock.sleep(pause)
    return outcome


def _after(site: Site, step: Step, outcome: Done | Failed | NotSent | Unsure, verify: bool, passed: float) -> StepResult:
    match outcome:
        case NotSent(why=why):
            return result_of(step, "not_sent", StepError(id="not-sent", category="", message=f"the host was not reached: {why}"))
        case Failed(errors=errors) if step.action == "stop":
            return _not_taken(site, step, _error(errors), passed)
        case Done(errors=errors) if errors and step.action == "stop":
            return _not_taken(site, step, _error(errors), passed)
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


def check(site: Site, step: Step, passed: float = 0.0, why: str = "") -> StepResult:
    """Does a re-read show what the step wrote; waits a little, for a stop until its timeout is over, of which `passed` seconds are.

    `why`: the reason for which nobody saw the end of the call.
    """
    limit = step.timeout - passed if step.action == "stop" else SETTLE
    if saves(step) and end(step) == "off":
        limit = GOING  # a machine that was saved stays so
    missing, unreadable = wait(site, step, limit)
    if unreadable:
        return _unsure(step, f"it was sent without an error, but the re-read failed: {unreadable}")
    if not missing:
        return result_of(step, "done")
    if step.action == "stop":
        when = "" if limit == GOING else f" after {step.timeout} seconds"
        what = f"{step.address} was not {end(step)}{when}: {'; '.join(missing)}"
        return _failed(step, "timeout", what + (f" ({why})" if why else "") + left(site, step))
    return _failed(step, "not-shown", f"it was sent without an error, but the re-read shows something else: {'; '.join(missing)}")


def _not_taken(site: Site, step: Step, error: StepError, passed: float) -> StepResult:
    """A stop that the host says has failed: done where the machine gets there all the same, as one may whose guest was slow."""
    state = state_of(site, step)
    if state not in STAYS or state.lower() == end(step):
        missing, unreadable = wait(site, step, GOING if step.escalates else step.timeout - passed)
        if not missing and not unreadable:
            return result_of(step, "done")
    return result_of(step, "failed", replace(error, message=error.message + left(site, step)))


def _decide(site: Site, step: Step, why: str, passed: float) -> StepResult:
    """The outcome of a call nobody saw the end of, from a re-read of the object by its identity."""
    if step.action == "stop":
        return check(site, step, passed, why)
    missing, unreadable = wait(site, step, SETTLE)
    lost = f"the end of the call was not seen ({why})"
    if unreadable:
        return _unsure(step, f"{lost}, and the re-read failed: {unreadable}")
    try:
        live = look(site.reader, site.host, step.expect, site.known, site.plan)
        as_before = bool(step.expect) and all(holds_now(site, live, e) for e in step.expect)
        if not missing and step.verify and not as_before and not _grows(step):
            return adopt_produced(site, step, lost)
    except Unreadable as error:
        return _unsure(step, f"{lost}, and the re-read failed: {error}")
    if missing and as_before:
        return _failed(step, "unsure", f"{lost}; the re-read shows everything as it was before")
    return _unsure(step, f"{lost}, and the re-read does not tell: {'; '.join(missing) or 'what it shows could be so either way'}")


def _grows(step: Step) -> bool:
    """Does it write a file that is there long before it is whole, so that finding it proves nothing."""
    last = step.invocation[-1] if step.invocation else {}
    return last.get("cmdlet") in GROWING or (last.get("cmdlet") == "New-VHD" and bool(last.get("parameters", {}).get("Fixed")))


def _moved(site: Site, live: LiveHost, broken: Iterable[Expect]) -> str:
    return "nothing was sent, because something moved: " + "; ".join(difference(site, live, e) for e in broken)


def _error(errors: tuple[ErrorRecord, ...]) -> StepError:
    first = errors[0] if errors else ErrorRecord(id="", category="", message="the host says it failed, without a reason")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return StepError(id=first.id, category=first.category, message=first.message + more)


def _failed(step: Step, id: str, message: str) -> StepResult:
    return result_of(step, "failed", StepError(id=id, category="", message=message))


def _unsure(step: Step, message: str) -> StepResult:
    return result_of(step, "unknown", StepError(id="unsure", category="", message=message))
