"""What a handler gets: the bound parameters, the state, and ways to find things and to wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hvplan.simulator.call import Call, Error
from hvplan.simulator.clock import Clock
from hvplan.simulator.values import Obj
from hvplan.simulator.world import refusals
from hvplan.simulator.world.host_nouns import Switch
from hvplan.simulator.world.latency import Latency
from hvplan.simulator.world.nouns import VM, Checkpoint
from hvplan.simulator.world.refusals import Refusal
from hvplan.simulator.world.state import State
from hvplan.simulator.world.wildcard import has_wildcard, matches


@dataclass(slots=True)
class Context:
    """One bound call under way. `wait` gives the world's lock away for so long."""

    call: Call
    state: State
    clock: Clock
    latency: Latency
    pause: Callable[[float], None]
    records: list[Any] = field(default_factory=list)
    errors: list[Error] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    # parameters

    def has(self, name: str) -> bool:
        """Whether a parameter was given, and not as null."""
        return self.call.bound.get(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter's value."""
        found = self.call.bound.get(name)
        return default if found is None else found

    def text(self, name: str, default: str = "") -> str:
        """A parameter as text."""
        return str(self.get(name, default))

    def on(self, name: str) -> bool:
        """Whether a switch is there and true."""
        return bool(self.call.bound.get(name))

    def many(self, name: str) -> list[Any]:
        """A list parameter; a single value is a list of one."""
        found = self.call.bound.get(name)
        if found is None:
            return []
        return list(found) if isinstance(found, tuple | list) else [found]

    # answers

    def give(self, record: Any) -> None:
        """One record down the pipe."""
        self.records.append(record)

    def give_if_asked(self, record: Callable[[], Any]) -> None:
        """One record if `-Passthru` is on."""
        if self.on("Passthru"):
            self.records.append(record())

    def each(self, items: Iterator[Any] | list[Any], act: Callable[[Any], None]) -> None:
        """Act on each; a refusal becomes an error record and the next one is tried."""
        for item in items:
            try:
                act(item)
            except Refusal as refusal:
                self.errors.append(refusal.error)
                if refusal.error.terminating:
                    return

    # time

    def now(self) -> datetime:
        """The world's time."""
        return self.clock.now()

    def after(self, seconds: float) -> datetime:
        """A moment from now."""
        return self.clock.now() + timedelta(seconds=seconds)

    def wait_until(self, due: datetime, vm: VM, state: str) -> bool:
        """Let time pass and others work while a VM is in a state; False when the client stopped the call first."""
        while (left := (due - self.clock.now()).total_seconds()) > 0:
            now = self.state.vms.get(vm.id)
            if now is None or now.state != state:
                return True
            if self.call.stopped.is_set():
                return False
            self.pause(left)
        return True

    # finding

    def vms(self, names: str = "VMName", objects: str = "VM", *, reading: bool = False) -> list[VM]:
        """The VMs that a call names: live objects by id, names as patterns. Not-found errors are noted, the rest goes on.

        `reading`: Get-VM, whose not-found error has an id of its own (behaviour 7, rows 1 and 2).
        """
        found: dict[UUID, VM] = {}
        for given in self.many(objects):
            vm = self.state.vms.get(_uuid(given)) if isinstance(given, Obj) else None
            if vm is None:
                self.errors.append(refusals.gone("virtual machine", given).error)
            else:
                found[vm.id] = vm
        for name in self.many(names):
            fitting = [vm for vm in self.state.vms.values() if matches(str(name), vm.name)]
            if not fitting and not has_wildcard(str(name)):
                self.errors.append(refusals.vm_not_found(str(name), reading=reading).error)
            found.update({vm.id: vm for vm in fitting})
        return list(found.values())

    def live(self, vm: VM) -> VM:
        """The VM's present value, after a wait; raises when it is gone."""
        now = self.state.vms.get(vm.id)
        if now is None:
            raise refusals.gone("virtual machine", vm.name)
        return now

    def snapshot(self, given: Any) -> tuple[VM, Checkpoint]:
        """The checkpoint that a live object stands for."""
        found = self.state.checkpoint(_uuid(given)) if isinstance(given, Obj) else None
        if found is None:
            raise refusals.snapshot_not_found()
        return found

    def switch_named(self, name: str) -> Switch:
        """The one switch that a name fits, by equality or as a pattern; more than one fit fails (behaviour 7, row 27)."""
        fitting = [one for one in self.state.switches.values() if one.name.lower() == name.lower() or matches(name, one.name)]
        if not fitting:
            raise refusals.switch_not_found(name)
        if len(fitting) > 1:
            raise refusals.switch_ambiguous(name)
        return fitting[0]


def _uuid(given: Obj) -> UUID:
    try:
        return UUID(given.id)
    except ValueError:
        return UUID(int=0)


Handler = Callable[[Context], None]
