"""What is foreseen of a stop: whether the guest can be asked to shut down, and what becomes of it when it does not (behaviour 5.3)."""

from __future__ import annotations

from typing import Final

from hvplan.diff.changes import Change, Finding, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.power import needs_off, saved_policy
from hvplan.model.live import LiveVm
from hvplan.model.objects import Policy, Shutdown, VirtualMachine
from hvplan.model.parts import IntegrationServices
from hvplan.model.rows import rows, settled
from hvplan.model.values import Unknown

_SHUTDOWN: Final = rows(IntegrationServices)["shutdown"]
_THEN: Final = {
    "Force": "it is stopped by force (shutdown.then: Force)",
    "Save": "it is saved then",
    "TurnOff": "it is turned off (shutdown.then: TurnOff)",
}
"""What the policy names for a guest that does not shut down, for people."""


def shutdown_of(want: VirtualMachine, policy: Policy) -> Shutdown:
    """How this machine is stopped."""
    return want.lifecycle.shutdown or policy.shutdown


def stop_foreseen(vm: Machine, change: Update, devices: tuple[Change, ...], ctx: Context) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """What is said of a machine that has to be stopped, and why it is not even tried: what is certain not to end in Off."""
    live, want, policy = change.live, vm.want, ctx.desired.stack.policy
    assert isinstance(live, LiveVm)
    if not is_stopped(want, live, change, devices, ctx):
        return (), ()
    shutdown, given = shutdown_of(want, policy), settled(_SHUTDOWN, want.services.shutdown) is True and want.lifecycle.manages(_SHUTDOWN.path)
    off = live.state == "Running" and _off(live) and not given
    if off and shutdown.then == "Save":
        text = "its shutdown service is off, so it would be saved (shutdown.then: Save), which is not off, and nothing could be changed."
        text += " Write integrationServices.shutdown: true, or let shutdown.then be TurnOff."
        return (), (Finding(address=vm.address, code="saved-not-off", text=text, path="state", blocks=(vm.address,)),)
    told = [_deaf(live, shutdown)] if live.state == "Running" and not given else []
    if shutdown.then == "Save":
        text = f"should its guest not shut down within {shutdown.timeout} s, it is saved (shutdown.then: Save), which is not off:"
        ends = "it stays saved, and the run fails" if want.power == "Off" else "what needs it off then fails, and it is resumed"
        told.append(f"{text} {ends}. shutdown.then: TurnOff would go on, at the price of its unsaved work.")
    return tuple(text for text in told if text), ()


def removal_foreseen(want: VirtualMachine, live: LiveVm, policy: Policy) -> tuple[str, ...]:
    """What is said of a machine that is stopped to be removed."""
    text = _deaf(live, shutdown_of(want, policy)) if live.state == "Running" else ""
    return (text,) if text else ()


def is_stopped(want: VirtualMachine, live: LiveVm, change: Update, devices: tuple[Change, ...], ctx: Context) -> bool:
    """Is the guest asked to shut down: not where it is only saved or paused."""
    goes_off = any(field.path == "state" and field.after == "Off" and field.impact <= ctx.options.most for field in change.fields)
    resumed = live.state == "Saved" and saved_policy(want, ctx.desired.stack.policy) == "Resume"
    return (live.state == "Running" or resumed) and (goes_off or needs_off(change, devices, ctx.options))


def _off(live: LiveVm) -> bool:
    return not isinstance(live.services, Unknown) and live.services.shutdown is False


def _deaf(live: LiveVm, shutdown: Shutdown) -> str:
    """Why the guest will not hear that it is to shut down, `""` where nothing is known of that."""
    then = _THEN.get(shutdown.then, "")
    if _off(live):
        do = then or "write integrationServices.shutdown: true, or say what then (shutdown.then)"
        return f"its shutdown service is off, so the guest cannot be asked to shut down; {do}."
    if live.silent:
        do = then or "wait until the guest is up, or say what then (shutdown.then)"
        return f"its shutdown service has no contact with the guest ({live.silent}), so the guest may not shut down when it is asked; {do}."
    return ""
