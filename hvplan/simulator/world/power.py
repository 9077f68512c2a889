"""Power: start, stop, save, suspend, resume (behaviour 5.2 and 5.3).

A transition that takes time is a state with an end (`VM.pending`); the world moves VMs on before it answers a call,
so a transition ends whether or not the call that began it is still waiting.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hvplan.simulator.world import avhdx, vhds
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.nouns import VM, Disk, Pending
from hvplan.simulator.world.records import vm_record
from hvplan.simulator.world.refusals import Refusal, about, invalid, operation_failed, refusal, wrong_state
from hvplan.simulator.world.state import STOPPED_STATES, State

SHUTDOWN_LIMIT = 300.0
"""Seconds that Stop-VM waits for a guest: five minutes are documented for -Force, assumed without it."""
_RUNNING = ("Running", "RunningCritical")
_UNDER_WAY = ("Starting", "Saving", "Pausing", "Resuming")


def settle(state: State, now: datetime) -> None:
    """Move every VM on whose transition, or merge, has ended by now."""
    for vm in list(state.vms.values()):
        if vm.pending is not None and vm.pending.due is not None and vm.pending.due <= now:
            state.put(arrived(vm, vm.pending.state, vm.pending.due))
            vm = state.vms[vm.id]
        if vm.merging_until is not None and vm.merging_until <= now:
            state.put(avhdx.collapse(state, replace(vm, merging_until=None)))


def arrived(vm: VM, new: str, now: datetime) -> VM:
    """A VM in a stable state."""
    started = vm.started
    if new in STOPPED_STATES:
        started = None
    elif new == "Running" and (vm.state in STOPPED_STATES or vm.state == "Starting" or started is None):
        started = now
    return replace(vm, state=new, pending=None, started=started)


def start_vm(context: Context) -> None:
    """Start-VM: a running VM gives a warning only."""

    def act(vm: VM) -> None:
        if vm.state in _RUNNING:
            context.warnings.append("The virtual machine is already in the specified state.")
        elif vm.state in ("Off", "Saved", "OffCritical", "SavedCritical"):
            if vm.state.endswith("Critical"):
                raise operation_failed(about(vm, f"'{vm.name}' failed to start.", "The configuration storage is not accessible. (0x80070002)."), vm.name)
            vm = _powered(context, vm)
            _pass_through(context, vm, "Starting", "Running", context.latency.start)
        elif vm.state == "Paused":
            _pass_through(context, vm, "Resuming", "Running", 0)
        else:
            raise wrong_state(vm)
        context.give_if_asked(lambda: vm_record(context.live(vm), context.state, context.now()))

    context.each(context.vms("Name"), act)


def _powered(context: Context, vm: VM) -> VM:
    """What a start needs: memory, files that exist and that nobody else holds, MAC addresses (rows 16, 18 and 20)."""
    state = context.state
    used = sum(other.memory.startup for other in state.vms.values() if other.id != vm.id and other.state not in STOPPED_STATES)
    if used + vm.memory.startup > state.host.memory:
        detail = "Not enough memory in the system to start the virtual machine. (0x8007000E)."
        raise refusal("OutOfMemory", "ResourceUnavailable", about(vm, f"'{vm.name}' failed to start.", detail), vm.name)
    for drive in vm.disks:
        if drive.path:
            _openable(state, vm, drive)
    for medium in (*(dvd.path for dvd in vm.dvds), vm.floppy):
        if medium and state.file(medium) is None:
            raise _attachment(vm, medium, vhds.MISSING)
    return state.put(with_addresses(state, vm))


def _openable(state: State, vm: VM, drive: Disk) -> None:
    path = drive.path
    if why := vhds.broken(state, path):
        raise _attachment(vm, path, why)
    file = state.file(path)
    if drive.serial is not None and file is not None and file.serial != drive.serial:  # it only got the name
        why = f"User account does not have permission required to open attachment '{path}'. Error: 'General access denied error' (0x80070005)."
        raise refusal("AccessDenied", "PermissionDenied", about(vm, f"'{vm.name}' failed to start.", why), vm.name)
    holder = state.holder(path, besides=vm.id)
    if holder is not None and not drive.shared and any(vhds.same(path, drive.path) for drive in holder.disks):
        raise _attachment(vm, path, vhds.IN_USE)
    if why := vhds.written(state, vm, path):
        raise _attachment(vm, path, why)


def _attachment(vm: VM, path: str, why: str) -> Refusal:
    controller = "Emulated IDE Controller" if vm.generation == 1 else "Synthetic SCSI Controller"
    detail = f"{controller}: Failed to Power on with Error. Failed to open attachment '{path}'. Error: '{why}'"
    return operation_failed(about(vm, f"'{vm.name}' failed to start.", detail), vm.name)


def with_addresses(state: State, vm: VM) -> VM:
    """Dynamic MAC addresses are drawn when a VM starts; the pool is 256 large by default (behaviour 3.2)."""
    adapters = list(vm.adapters)
    for index, adapter in enumerate(adapters):
        if adapter.mac is None and adapter.dynamic_mac == "000000000000":
            adapters[index] = replace(adapter, dynamic_mac=_next_mac(state, vm))
    return replace(vm, adapters=tuple(adapters))


def _next_mac(state: State, vm: VM) -> str:
    settings = state.host.settings
    first, last = int(settings.mac_minimum, 16), int(settings.mac_maximum, 16)
    taken = {adapter.mac or adapter.dynamic_mac for one in state.vms.values() for adapter in one.adapters}
    pool = last - first + 1
    for step in range(pool):
        number = first + (state.host.next_mac + step) % pool
        address = f"{number:012X}"
        if address not in taken:
            state.host = replace(state.host, next_mac=(state.host.next_mac + step + 1) % pool)
            return address
    detail = "Synthetic Ethernet Port: Attempt to access invalid address. (0x800701E7)."
    raise operation_failed(about(vm, f"'{vm.name}' failed to start.", detail), vm.name)


def _pass_through(context: Context, vm: VM, between: str, end: str, seconds: float) -> None:
    """Go through a transitional state; at once when it takes no time."""
    vm = context.live(vm)
    if seconds <= 0:
        context.state.put(arrived(vm, end, context.now()))
        return
    due = context.after(seconds)
    context.state.put(replace(vm, state=between, pending=Pending(state=end, due=due)))
    context.wait_until(due, vm, between)
    settle(context.state, context.now())


def stop_vm(context: Context) -> None:
    """Stop-VM: the guest's own shutdown, `-Force`, `-TurnOff` or `-Save`."""
    if context.on("Save") and context.on("TurnOff"):
        raise invalid("Specify either Save or TurnOff.")

    def act(vm: VM) -> None:
        if context.on("Save"):
            _save(context, vm)
        elif context.on("TurnOff"):
            _turn_off(context, vm)
        else:
            _shut_down(context, vm)
        context.give_if_asked(lambda: vm_record(context.live(vm), context.state, context.now()))

    context.each(context.vms("Name"), act)


def _turn_off(context: Context, vm: VM) -> None:
    """From every stable state, and out of a shutdown that no guest answers; on the way elsewhere it is refused as other requests are (behaviour 5.2)."""
    if vm.state == "Off":
        context.warnings.append("The virtual machine is already in the specified state.")
        return
    if vm.state in _UNDER_WAY:
        raise wrong_state(vm)
    context.state.put(arrived(vm, "OffCritical" if vm.state.endswith("Critical") else "Off", context.now()))


def _shut_down(context: Context, vm: VM) -> None:
    if vm.state == "Off":
        context.warnings.append("The virtual machine is already in the specified state.")
        return
    if vm.state != "Running":  # a critical one is only turned off (behaviour 5.2)
        raise wrong_state(vm)
    force = context.on("Force")
    hears = vm.guest.shutdown != "none" and "shutdown" in vm.services
    if not hears and not force:  # row 34: the question whether to turn it off has nobody to answer it
        detail = "The guest does not respond to a shutdown request, and the question whether to turn it off cannot be asked."
        raise refusal("InvalidOperation", "InvalidOperation", about(vm, f"'{vm.name}' cannot be shut down.", detail), vm.name)
    if not hears:
        context.state.put(arrived(vm, "Off", context.now()))
        return
    seconds = {"prompt": context.latency.shutdown, "slow": float(vm.guest.seconds), "never": float("inf")}[vm.guest.shutdown]
    if seconds <= SHUTDOWN_LIMIT:
        _pass_through(context, vm, "Stopping", "Off", seconds)
        return
    context.state.put(replace(vm, state="Stopping", pending=Pending(state="Off")))
    if not context.wait_until(context.after(SHUTDOWN_LIMIT), vm, "Stopping"):
        return
    vm = context.live(vm)
    if vm.state != "Stopping":
        return
    if not force:  # row 33: it stays in Stopping until somebody turns it off
        raise operation_failed(about(vm, "Failed to stop.", f"'{vm.name}' did not shut down in time."), vm.name)
    context.state.put(arrived(vm, "Off", context.now()))


def _save(context: Context, vm: VM) -> None:
    if vm.state == "Saved":
        context.warnings.append("The virtual machine is already in the specified state.")
        return
    if vm.state not in ("Running", "Paused"):
        raise wrong_state(vm)
    _pass_through(context, vm, "Saving", "Saved", 0)


def _simple(allowed: tuple[str, ...], already: str, between: str, end: str) -> Handler:
    """A transition that any VM in one of the allowed states makes."""

    def handler(context: Context) -> None:
        def act(vm: VM) -> None:
            if vm.state == already:
                context.warnings.append("The virtual machine is already in the specified state.")
            elif vm.state not in allowed:
                raise wrong_state(vm)
            else:
                _pass_through(context, vm, between, end, 0)
            context.give_if_asked(lambda: vm_record(context.live(vm), context.state, context.now()))

        context.each(context.vms("Name"), act)

    return handler


def restart_vm(context: Context) -> None:
    """Restart-VM: like power off and on, no shutdown of the guest (behaviour 5.2)."""

    def act(vm: VM) -> None:
        if vm.state != "Running":
            raise wrong_state(vm)
        context.state.put(replace(vm, state="Running", started=context.now()))
        context.give_if_asked(lambda: vm_record(context.live(vm), context.state, context.now()))

    context.each(context.vms("Name"), act)


def discard_saved_state(context: Context) -> None:
    """Remove-VMSavedState."""

    def act(vm: VM) -> None:
        if vm.state != "Saved":
            raise wrong_state(vm)
        context.state.put(arrived(vm, "Off", context.now()))

    context.each(context.vms("VMName"), act)


HANDLERS: dict[str, Handler] = {
    "Start-VM": start_vm,
    "Stop-VM": stop_vm,
    "Restart-VM": restart_vm,
    "Save-VM": _simple(("Running", "Paused"), "Saved", "Saving", "Saved"),
    "Suspend-VM": _simple(("Running",), "Paused", "Pausing", "Paused"),
    "Resume-VM": _simple(("Paused",), "Running", "Resuming", "Running"),
    "Remove-VMSavedState": discard_saved_state,
}
