"""Looks at what a step is about, as often as it takes: what stands there now, and what of the step's work is still missing."""

from __future__ import annotations

from typing import Final

from hvplan.apply.known import MissingReference
from hvplan.apply.observe import Unreadable, look, observe
from hvplan.apply.site import Site
from hvplan.apply.stale import holds, named, shown, states_existence
from hvplan.document.plan import Expect, Step
from hvplan.model.address import owner
from hvplan.model.live import LiveHost
from hvplan.model.values import Unknown

LOOKS: Final = (0.2, 0.5, 1.0, 2.0)
"""Seconds between two looks; the last one repeats."""
SAY: Final = 2.0
"""Seconds of waiting after which people are told what for; then more and more rarely, at least every `SAY_AGAIN` seconds."""
SAY_AGAIN: Final = 30.0


def forget(site: Site, step: Step) -> None:
    """What was read of the step's object is not true any more, nor of anything else while the object has no id."""
    site.reader.forget(site.known.id(site.host, owner(step.address)))


def wait(site: Site, step: Step, limit: float) -> tuple[list[str], str]:
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
            told = passed + min(SAY_AGAIN, max(SAY, passed))
        forget(site, step)
        site.clock.sleep(min(pauses.pop(0) if len(pauses) > 1 else pauses[0], max(0.05, limit - passed)))


def _look_once(site: Site, step: Step) -> tuple[list[str], str]:
    try:
        live = look(site.reader, site.host, step.verify, site.known, site.plan, ahead=site.plan.ahead.get(step.id, ()))
        if step.escalates and is_off(site, step, live):
            return [], ""  # what stands at a stop is reached, also where something else was asked for
        return [difference(site, live, v) for v in step.verify if not holds_now(site, live, v)], ""
    except (Unreadable, MissingReference) as error:
        return [], str(error)


def holds_now(site: Site, live: LiveHost, expect: Expect) -> bool:
    """Does what was read show what is expected; what cannot be told does not."""
    try:
        return holds(expect, observe(live, site.host, expect, site.known, site.plan), site.known, site.host)
    except MissingReference:
        return False


def difference(site: Site, live: LiveHost, expect: Expect) -> str:
    """How that is in place of what is expected, for people."""
    now = observe(live, site.host, expect, site.known, site.plan)
    if isinstance(now, bool) and states_existence(expect):
        return f"{named(expect)} is {shown(expect.path, now)}"
    seen = now.why if isinstance(now, Unknown) else shown(expect.path, now)
    return f"{named(expect)} is {seen}, not {shown(expect.path, site.known.resolved(site.host, expect.value))}"


def is_off(site: Site, step: Step, live: LiveHost) -> bool:
    """Is the machine of this step off."""
    return holds_now(site, live, being_off(step))


def being_off(step: Step) -> Expect:
    """That the machine of this step is off."""
    return Expect(address=owner(step.address), path="state", value="Off")
