"""Controllers, COM ports and integration services."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.values import Obj
from hvplan.simulator.world import record_devices
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.cultures import SERVICES, service_name
from hvplan.simulator.world.drives import Place, each_place
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Slot
from hvplan.simulator.world.record_parts import Owner
from hvplan.simulator.world.records import service
from hvplan.simulator.world.refusals import about, invalid, operation_failed, refusal
from hvplan.simulator.world.releases import IDE_CONTROLLERS, SCSI_CONTROLLERS
from hvplan.simulator.world.settings import owner_of
from hvplan.simulator.world.slots import readers, slot_of
from hvplan.simulator.world.wildcard import has_wildcard, matches


def get_scsi(context: Context) -> None:
    """Get-VMScsiController."""
    for owner, _ in readers(context):
        for number in range(len(owner.vm.controllers)):
            if not context.has("ControllerNumber") or int(context.get("ControllerNumber")) == number:
                context.give(record_devices.scsi_controller(owner, number))


def get_ide(context: Context) -> None:
    """Get-VMIdeController: two in Generation 1, none in Generation 2."""
    for owner, _ in readers(context):
        for number in range(IDE_CONTROLLERS if owner.vm.generation == 1 else 0):
            if not context.has("ControllerNumber") or int(context.get("ControllerNumber")) == number:
                context.give(record_devices.ide_controller(owner, number))


def add_scsi(context: Context) -> None:
    """Add-VMScsiController: off only, at most four."""

    def act(vm: VM) -> None:
        if len(vm.controllers) >= SCSI_CONTROLLERS:
            raise operation_failed(
                about(vm, f"'{vm.name}' failed to add device 'Synthetic SCSI Controller'.", "The maximum of 4 devices was reached."), vm.name
            )
        check(vm, "scsiController")
        new = context.state.put(replace(vm, controllers=(*vm.controllers, context.state.draw("scsi", str(vm.id)))))
        context.give_if_asked(lambda: record_devices.scsi_controller(Owner(new, context.state), len(new.controllers) - 1))

    context.each(context.vms(), act)


def remove_scsi(context: Context) -> None:
    """Remove-VMScsiController: an empty one; those behind it count one less (behaviour 8)."""

    def places() -> list[Place]:
        found = [slot_of(context, one) for one in context.many("VMScsiController")]
        return [*found, *((vm, Slot("scsi", int(context.get("ControllerNumber", 0)), 0)) for vm in context.vms())]

    def act(place: Place) -> None:
        vm, slot = place
        if slot.controller >= len(vm.controllers):
            raise refusal("ObjectNotFound", "ObjectNotFound", f"'{vm.name}' has no SCSI controller {slot.controller}.", vm.name)
        if any(one.slot.bus == "scsi" and one.slot.controller == slot.controller for one in vm.disks) or any(
            one.slot.bus == "scsi" and one.slot.controller == slot.controller for one in vm.dvds
        ):
            raise operation_failed(about(vm, f"'{vm.name}' failed to remove device 'Synthetic SCSI Controller'.", "Drives are attached to it."), vm.name)
        check(vm, "scsiController")
        record = record_devices.scsi_controller(Owner(vm, context.state), slot.controller)

        def down(one: Slot) -> Slot:
            return replace(one, controller=one.controller - 1) if one.bus == "scsi" and one.controller > slot.controller else one

        names = {str(one.slot): str(down(one.slot)) for one in vm.disks} | {str(one.slot): str(down(one.slot)) for one in vm.dvds}
        order = tuple(names.get(entry, entry) for entry in vm.firmware.boot_order)
        context.state.put(
            replace(
                vm,
                controllers=tuple(id for number, id in enumerate(vm.controllers) if number != slot.controller),
                disks=tuple(replace(one, slot=down(one.slot)) for one in vm.disks),
                dvds=tuple(replace(one, slot=down(one.slot)) for one in vm.dvds),
                firmware=replace(vm.firmware, boot_order=order),
            )
        )
        context.give_if_asked(lambda: record)

    each_place(context, iter(places()), act)


def get_com(context: Context) -> None:
    """Get-VMComPort."""
    for owner, _ in readers(context):
        for number in (1, 2):
            if not context.has("Number") or int(context.get("Number")) == number:
                context.give(record_devices.com_port(owner, number))


def set_com(context: Context) -> None:
    """Set-VMComPort: stored in every state that is not Saved; takes effect at the next power-on."""
    if context.has("DebuggerMode") and context.get("DebuggerMode") != "Off":
        raise invalid("Debugger mode is not supported by this host.")
    path = context.text("Path")
    if path and not path.startswith("\\\\"):
        raise invalid(f"'{path}' is not the path of a named pipe.", path)
    found = [(owner_of(context.state, one), int(one.id.rpartition("\\")[2] or 0) + 1) for one in context.many("VMComPort") if isinstance(one, Obj)]
    ports = [(vm, number) for vm, number in found if vm is not None] + [(vm, int(context.get("Number", 1))) for vm in context.vms()]
    for vm, number in ports:
        if number not in (1, 2):
            raise invalid(f"There is no COM port {number}.", vm.name)
        check(vm, "comPort")
        changed = replace(vm, com1=path) if number == 1 else replace(vm, com2=path)
        new = context.state.put(changed if "Path" in context.call.bound else vm)
        context.give_if_asked(lambda new=new, number=number: record_devices.com_port(Owner(new, context.state), number))  # type: ignore[misc]


def _keys(context: Context, names: list[str]) -> list[str]:
    """The services that names or patterns fit; names follow the host's language."""
    culture = context.state.host.culture
    found: list[str] = []
    for name in names:
        fitting = [key for key in SERVICES if matches(name, service_name(culture, key))]
        if not fitting and not has_wildcard(name):
            raise refusal("ObjectNotFound", "ObjectNotFound", f"Unable to find an integration component with the name '{name}'.", name)
        found += fitting
    return found


def get_services(context: Context) -> None:
    """Get-VMIntegrationService."""
    keys = _keys(context, [str(name) for name in context.many("Name")] or ["*"])
    for owner, _ in readers(context):
        for key in keys:
            context.give(service(owner, key))


def switch_services(enabled: bool) -> Handler:
    """Enable-/Disable-VMIntegrationService."""

    def handler(context: Context) -> None:
        wanted: list[tuple[VM, str]] = []
        for one in context.many("VMIntegrationService"):
            vm = owner_of(context.state, one)
            suffix = one.id.rpartition("\\")[2].upper() if isinstance(one, Obj) else ""
            key = next((key for key, id in SERVICES.items() if id == suffix), None)
            if vm is None or key is None:
                raise refusal("ObjectNotFound", "ObjectNotFound", "Unable to find the integration component.", one)
            wanted.append((vm, key))
        keys = _keys(context, [str(name) for name in context.many("Name")])
        wanted += [(vm, key) for vm in context.vms() for key in keys]

        def act(pair: tuple[VM, str]) -> None:
            vm = context.live(pair[0])
            check(vm, "integrationServices")
            left = {*vm.services, pair[1]} if enabled else {*vm.services} - {pair[1]}
            new = context.state.put(replace(vm, services=tuple(sorted(left))))
            context.give_if_asked(lambda: service(Owner(new, context.state), pair[1]))

        context.each(wanted, act)

    return handler


HANDLERS: dict[str, Handler] = {
    "Get-VMScsiController": get_scsi,
    "Add-VMScsiController": add_scsi,
    "Remove-VMScsiController": remove_scsi,
    "Get-VMIdeController": get_ide,
    "Get-VMComPort": get_com,
    "Set-VMComPort": set_com,
    "Get-VMIntegrationService": get_services,
    "Enable-VMIntegrationService": switch_services(True),
    "Disable-VMIntegrationService": switch_services(False),
}
