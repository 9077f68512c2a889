"""What a call that nobody saw the end of has made: read back, because later steps refer to it, and believed only where it is ours."""

from __future__ import annotations

from typing import Any

from hvplan.apply.known import PRODUCING
from hvplan.apply.observe import look
from hvplan.apply.schedule import result_of
from hvplan.apply.site import Site
from hvplan.document.plan import Step
from hvplan.document.result import StepError, StepResult
from hvplan.model.address import decode, owner
from hvplan.model.live import LiveHost, LiveSwitch, LiveVm
from hvplan.model.marker import find
from hvplan.model.values import Unknown


def adopt_produced(site: Site, step: Step, lost: str) -> StepResult:
    """The write is there. What it returned is read back, because later steps refer to it. Raises Unreadable when it cannot be."""
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
