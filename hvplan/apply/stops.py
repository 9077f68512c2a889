"""Stops, which may end in another state than the wanted one: where a machine is on its way to, and what people need to know of one that stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hvplan.apply.known import MissingReference
from hvplan.apply.observe import Unreadable, look, observe
from hvplan.apply.reread import being_off, forget
from hvplan.apply.schedule import effect
from hvplan.apply.site import Site
from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd
from hvplan.cmdlets.printing import powershell
from hvplan.document.plan import Step
from hvplan.model.address import owner
from hvplan.model.values import Unknown

STAYS: Final = ("", "Running", "Paused", "Saved")
"""States of a machine that is not on its way to off; `""` when it cannot be told."""
GOING: Final = 5.0
"""Seconds that a machine gets which went on shutting down while the host refused an escalation: that may have come just before the end."""


def saves(step: Step) -> bool:
    """Is a machine saved where its guest did not shut down."""
    last: Mapping[str, Any] = step.invocation[-1] if step.invocation else {}
    return effect(step) == "Stop-VM" and last.get("parameters", {}).get("Save") is True


def end(step: Step) -> str:
    """The state in which a stop ends, in small letters."""
    return next((str(v.value).lower() for v in step.verify if v.path == "state"), "off")


def state_of(site: Site, step: Step) -> str:
    """The machine's state now; `""` when it cannot be told."""
    forget(site, step)
    try:
        live = look(site.reader, site.host, (being_off(step),), site.known, site.plan)
        now = observe(live, site.host, being_off(step), site.known, site.plan)
    except (Unreadable, MissingReference):
        return ""
    return "" if isinstance(now, Unknown) else str(now)


def left(site: Site, step: Step) -> str:
    """What people need to know of a machine that was not stopped, when nothing else is tried: how it stands, and the two ways on."""
    if step.id in site.plan.escalated or effect(step) != "Stop-VM":
        return ""
    state, id = state_of(site, step), site.known.id(site.host, owner(step.address))
    off = powershell(build.write(build.vm(id), Cmd("Stop-VM", {"TurnOff": True}))) if id else "Stop-VM -TurnOff"
    if state == "Running":
        way = "" if step.escalates else ", or say in the policy what is done instead of failing (shutdown.then)"
        return f"\n{step.address} runs as before. Shut it down in its guest{way}."
    if state == "Saved":
        return f"\n{step.address} is saved, which is not off. Start it, or let savedState be Discard (its saved memory is lost); then run again."
    stands = f"{step.address} is {state}" if state else f"How {step.address} stands could not be read"
    return f"\n{stands}. When it is off, the next run goes on from there. If its guest never gets there, turn it off: {off}"
