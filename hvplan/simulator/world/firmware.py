"""Firmware of Generation 2 and BIOS of Generation 1 (behaviour 2.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.values import List, Obj
from hvplan.simulator.world import record_devices
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.enums import enum, on_off
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Bios, Firmware
from hvplan.simulator.world.record_parts import NO_ID, Owner
from hvplan.simulator.world.refusals import Refusal, about, invalid, operation_failed
from hvplan.simulator.world.releases import TEMPLATES
from hvplan.simulator.world.settings import owner_of
from hvplan.simulator.world.slots import readers, slot_of

_NS = "Microsoft.HyperV.PowerShell."
_VMBUS = "9B17E5A2-0891-42DD-B653-80B5C22809BA"
_NETWORK, _STORAGE = UUID("f8615163-df3e-46c5-913f-f2d2f965ed0e"), UUID("ba6163d9-04a1-4d29-b605-72e2ffb1dc7f")


def firmware_record(owner: Owner) -> Obj:
    """`VMFirmware`."""
    firmware = owner.vm.firmware
    made = [(entry, boot_source(owner, entry)) for entry in firmware.boot_order]
    sources = [source for entry, source in made if source is not None or not entry]
    return Obj(
        "VMFirmware",
        {
            **owner.base,
            "BootOrder": List(sources, _NS + "VMBootSource[]"),
            "PreferredNetworkBootProtocol": enum("IPProtocolPreference", firmware.network_boot),
            "SecureBoot": on_off(firmware.secure_boot),
            "SecureBootTemplateId": TEMPLATES.get(firmware.template, NO_ID),
            "SecureBootTemplate": firmware.template,
            "ConsoleMode": enum("ConsoleModeType", firmware.console_mode),
            "PauseAfterBootFailure": on_off(firmware.pause_after_boot_failure),
        },
    )


def boot_source(owner: Owner, entry: str) -> Obj | None:
    """`VMBootSource` of one entry of the boot order; None for an empty one and when its device is gone.

    The path is that of public samples: the channel's class and instance as bytes behind the vendor's GUID, then the address or the unit.
    """
    vm = owner.vm
    if not entry:
        return None
    device: Obj | None = None
    kind, _, rest = entry.partition(" ")
    if kind == "adapter":
        adapter = next((one for one in vm.adapters if str(one.id) == rest), None)
        device = record_devices.adapter(owner, adapter) if adapter else None
        address = (adapter.mac or adapter.dynamic_mac) if adapter else ""
        type, description, path = "Network", "EFI Network", _path(_NETWORK, adapter.id if adapter else NO_ID, f"MAC({address})")
    elif kind == "file":
        type, description, path = "File", "Windows Boot Manager", rest
    else:
        disk = next((one for one in vm.disks if str(one.slot) == entry), None)
        dvd = next((one for one in vm.dvds if str(one.slot) == entry), None)
        device = record_devices.disk(owner, disk) if disk else record_devices.dvd(owner, dvd) if dvd else None
        slot = disk.slot if disk else dvd.slot if dvd else None
        controller = vm.controllers[slot.controller] if slot else NO_ID
        type, description, path = "Drive", "EFI SCSI Device", _path(_STORAGE, controller, f"Scsi(0,{slot.location if slot else 0})")
    if device is None and kind != "file":
        return None
    base = {key: value for key, value in owner.base.items() if key != "ComputerName"}
    return Obj("VMBootSource", {**base, "BootType": enum("VMBootSourceType", type), "Description": description, "FirmwarePath": path, "Device": device})


def _path(channel: UUID, instance: UUID, unit: str) -> str:
    return f"\\AcpiEx(VMBus,0,0)\\VenHw({_VMBUS},{(channel.bytes_le + instance.bytes_le).hex().upper()})\\{unit}"


def bios_record(owner: Owner) -> Obj:
    """`VMBios`."""
    order = List((enum("BootDevice", one) for one in owner.vm.bios.startup_order), _NS + "BootDevice[]")
    return Obj("VMBios", {**owner.base, "NumLockEnabled": owner.vm.bios.num_lock, "StartupOrder": order})


def _wrong_generation(vm: VM, wanted: int) -> Refusal:
    """Row 31, and its likeness for the other generation."""
    if wanted == 2:
        text = "Generation 1 virtual machines do not support the VMFirmware cmdlets. Use Get-VMBios and Set-VMBios instead."
    else:
        text = "Generation 2 virtual machines do not support the VMBios cmdlets. Use Get-VMFirmware and Set-VMFirmware instead."
    return invalid(text, vm.name)


def _getter(record: Callable[[Owner], Obj], generation: int) -> Handler:
    def handler(context: Context) -> None:
        def act(owner: Owner) -> None:
            if owner.vm.generation != generation:
                raise _wrong_generation(owner.vm, generation)
            context.give(record(owner))

        context.each([owner for owner, _ in readers(context)], act)

    return handler


def _targets(context: Context, objects: str) -> list[VM]:
    found = context.vms()
    return found + [vm for one in context.many(objects) if (vm := owner_of(context.state, one))]


def set_firmware(context: Context) -> None:
    """Set-VMFirmware: off only; the template never again after a virtual TPM (row 32); an empty boot order changes nothing.

    What a boot order does not name is gone from it, a guest's entries too: public scripts remove them so.
    """

    def act(vm: VM) -> None:
        if vm.generation != 2:
            raise _wrong_generation(vm, 2)
        new = _ordered(context, vm, vm.firmware)
        if context.has("EnableSecureBoot"):
            check(vm, "firmware.secure_boot")
            new = replace(new, secure_boot=context.get("EnableSecureBoot") == "On")
        template = _template(context)
        if template is not None:
            check(vm, "firmware.template")
            if vm.security.template_locked or vm.security.tpm:
                text = "Cannot modify the secure boot template ID property after the virtual TPM is initialized."
                raise operation_failed(about(vm, f"'{vm.name}' failed to modify settings.", text), vm.name)
            new = replace(new, template=template)
        rows = {"ConsoleMode": "console_mode", "PreferredNetworkBootProtocol": "network_boot"}
        for parameter, attribute in rows.items():
            if context.has(parameter):
                check(vm, "firmware.other")
                new = replace(new, **{attribute: str(context.get(parameter))})  # type: ignore[arg-type]
        if context.has("PauseAfterBootFailure"):
            check(vm, "firmware.other")
            new = replace(new, pause_after_boot_failure=context.get("PauseAfterBootFailure") == "On")
        stored = context.state.put(replace(vm, firmware=new))
        context.give_if_asked(lambda: firmware_record(Owner(stored, context.state)))

    context.each(_targets(context, "VMFirmware"), act)


def _template(context: Context) -> str | None:
    if context.has("SecureBootTemplateId"):
        found = next((name for name in context.state.host.templates if TEMPLATES[name] == context.get("SecureBootTemplateId")), None)
        if found is None:
            raise invalid("The secure boot template was not found.", str(context.get("SecureBootTemplateId")))
        return found
    if context.has("SecureBootTemplate"):
        name = context.text("SecureBootTemplate")
        found = next((one for one in context.state.host.templates if one.lower() == name.lower()), None)
        if found is None:
            raise invalid(f"The secure boot template '{name}' was not found.", name)
        return found
    return None


def _ordered(context: Context, vm: VM, firmware: Firmware) -> Firmware:
    order = [_entry(context, vm, one) for one in context.many("BootOrder")]
    if order:
        check(vm, "firmware.boot_order")
        if len(set(order)) != len(order):
            raise invalid("A device stands twice in the boot order.", vm.name)
        return replace(firmware, boot_order=tuple(order))
    if context.has("FirstBootDevice"):
        check(vm, "firmware.boot_order")
        first = _entry(context, vm, context.get("FirstBootDevice"))
        return replace(firmware, boot_order=(first, *(entry for entry in firmware.boot_order if entry != first)))
    return firmware


def _entry(context: Context, vm: VM, one: Any) -> str:
    """The entry of the boot order that a device or a boot source stands for."""
    kind = one.type.rpartition(".")[2] if isinstance(one, Obj) else ""
    if kind == "VMBootSource":
        device = one.props.get("Device")
        if device is not None:
            return _entry(context, vm, device)
        path = f"file {one.props.get('FirmwarePath')}"
        if path in vm.firmware.boot_order:
            return path
    elif kind == "VMNetworkAdapter":
        id = one.id.rpartition("\\")[2].lower()
        if any(str(adapter.id) == id for adapter in vm.adapters):
            return f"adapter {id}"
    elif kind in ("HardDiskDrive", "DvdDrive"):
        owner, slot = slot_of(context, one)
        if owner.id == vm.id:
            return str(slot)
    raise invalid("The boot order names a device that is not one of this virtual machine.", vm.name)


def set_bios(context: Context) -> None:
    """Set-VMBios: off only; the order names all four devices."""
    if context.on("EnableNumLock") and context.on("DisableNumLock"):
        raise invalid("Specify either EnableNumLock or DisableNumLock.")

    def act(vm: VM) -> None:
        if vm.generation != 1:
            raise _wrong_generation(vm, 1)
        check(vm, "bios")
        new = vm.bios
        order = tuple(str(one) for one in context.many("StartupOrder"))
        if order:
            if sorted(order) != sorted(Bios().startup_order):
                raise invalid("The startup order must name CD, IDE, LegacyNetworkAdapter and Floppy, each once.", vm.name)
            new = replace(new, startup_order=order)
        if context.on("EnableNumLock") or context.on("DisableNumLock"):
            new = replace(new, num_lock=context.on("EnableNumLock"))
        stored = context.state.put(replace(vm, bios=new))
        context.give_if_asked(lambda: bios_record(Owner(stored, context.state)))

    context.each(_targets(context, "VMBios"), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMFirmware": _getter(firmware_record, 2),
    "Set-VMFirmware": set_firmware,
    "Get-VMBios": _getter(bios_record, 1),
    "Set-VMBios": set_bios,
}
