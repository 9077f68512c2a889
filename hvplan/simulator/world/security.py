"""Security of a VM: key protector, virtual TPM, encryption (behaviour 2.5, 7-15, 7-32); and its video and floppy."""

from __future__ import annotations

from dataclasses import replace

from hvplan.simulator.values import Obj
from hvplan.simulator.world import limits, record_devices, units
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.enums import enum
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM
from hvplan.simulator.world.record_parts import Owner, component
from hvplan.simulator.world.records import vm_record
from hvplan.simulator.world.refusals import about, invalid, operation_failed
from hvplan.simulator.world.releases import version_tuple
from hvplan.simulator.world.settings import reader, targets

_NONE = b"\x00\x00\x00\x04"
"""What no key protector reads as (behaviour 10)."""
_VIDEO = "5CED7FEE-0E5B-4C26-B2B8-AA5A0B7C3DB9"


def get_security(context: Context) -> None:
    """Get-VMSecurity: a record without any identity of its VM (cmdlets.md)."""
    for vm in context.vms():
        security = vm.security
        props = {
            "TpmEnabled": security.tpm, "KsdEnabled": False, "Shielded": security.shielded,
            "EncryptStateAndVmMigrationTraffic": security.encrypt_traffic, "VirtualizationBasedSecurityOptOut": security.vbs_opt_out,
            "ComputerName": context.state.host.name,
        }  # fmt: skip
        context.give(Obj("VMSecurity", props))


def _checked(vm: VM) -> None:
    if vm.generation == 1:
        raise invalid(about(vm, f"'{vm.name}' failed to modify settings.", "Generation 1 virtual machines do not support these security settings."), vm.name)
    check(vm, "security")
    if version_tuple(vm.version) < (7, 0):
        raise operation_failed(about(vm, f"'{vm.name}' failed to modify settings.", "The configuration version does not support it."), vm.name)


def _needs_protector(vm: VM) -> None:
    if not vm.security.key_protector:
        text = "The selected security settings of a virtual machine cannot be changed without a valid key protector configured."
        raise operation_failed(about(vm, f"'{vm.name}' failed to modify settings.", text), vm.name)


def set_security(context: Context) -> None:
    """Set-VMSecurity."""

    def act(vm: VM) -> None:
        _checked(vm)
        new = vm.security
        if context.has("EncryptStateAndVmMigrationTraffic"):
            _needs_protector(vm)
            new = replace(new, encrypt_traffic=bool(context.get("EncryptStateAndVmMigrationTraffic")))
        if context.has("VirtualizationBasedSecurityOptOut"):
            new = replace(new, vbs_opt_out=bool(context.get("VirtualizationBasedSecurityOptOut")))
        _stored(context, replace(vm, security=new))

    context.each(context.vms(), act)


def _stored(context: Context, vm: VM) -> None:
    context.state.put(vm)
    context.give_if_asked(lambda: vm_record(vm, context.state, context.now()))


def get_protector(context: Context) -> None:
    """Get-VMKeyProtector: the bytes; four of them stand for none."""
    for vm in context.vms():
        kept = vm.security.key_protector
        local = b"local key protector of " + vm.id.bytes
        context.give(_NONE if not kept else local if kept.lower() == "local" else bytes.fromhex(kept))


def set_protector(context: Context) -> None:
    """Set-VMKeyProtector: a new local one, or the bytes given."""
    if context.on("NewLocalKeyProtector") == context.has("KeyProtector"):
        raise invalid("Specify either NewLocalKeyProtector or KeyProtector.")

    def act(vm: VM) -> None:
        _checked(vm)
        given = context.get("KeyProtector")
        kept = "Local" if context.on("NewLocalKeyProtector") else "" if bytes(given) == _NONE else bytes(given).hex()
        if not kept and vm.security.tpm:
            _needs_protector(replace(vm, security=replace(vm.security, key_protector="")))
        _stored(context, replace(vm, security=replace(vm.security, key_protector=kept)))

    context.each(context.vms(), act)


def _tpm(enabled: bool) -> Handler:
    def handler(context: Context) -> None:
        def act(vm: VM) -> None:
            _checked(vm)
            if enabled:
                _needs_protector(vm)
            locked = vm.security.template_locked or enabled
            _stored(context, replace(vm, security=replace(vm.security, tpm=enabled, template_locked=locked)))

        context.each(context.vms(), act)

    return handler


def video_record(owner: Owner) -> Obj:
    """`VMVideo`."""
    video = owner.vm.video
    return component(
        owner, "VMVideo", "Video", f"{owner.prefix}\\{_VIDEO}", ResolutionType=enum("ResolutionType", video.resolution),
        HorizontalResolution=video.horizontal, VerticalResolution=video.vertical,
    )  # fmt: skip


def set_video(context: Context) -> None:
    """Set-VMVideo: off only, as nobody has said otherwise."""

    def act(vm: VM) -> None:
        check(vm, "vm.other")
        horizontal = limits.within(vm, "HorizontalResolution", int(context.get("HorizontalResolution", vm.video.horizontal)), 640, 65535)
        vertical = limits.within(vm, "VerticalResolution", int(context.get("VerticalResolution", vm.video.vertical)), 480, 65535)
        new = replace(vm.video, resolution=context.text("ResolutionType", vm.video.resolution), horizontal=horizontal, vertical=vertical)
        stored = context.state.put(replace(vm, video=new))
        context.give_if_asked(lambda: video_record(Owner(stored, context.state)))

    context.each(targets(context, "VMVideo"), act)


def get_floppy(context: Context) -> None:
    """Get-VMFloppyDiskDrive: one in Generation 1, none in Generation 2."""
    for vm in context.vms():
        if vm.generation == 1:
            context.give(record_devices.floppy(Owner(vm, context.state)))


def set_floppy(context: Context) -> None:
    """Set-VMFloppyDiskDrive: a .vfd image, or null to eject."""

    def act(vm: VM) -> None:
        if vm.generation == 2:
            raise invalid("Generation 2 virtual machines have no diskette drive.", vm.name)
        check(vm, "dvd.medium")
        path = context.text("Path") or None
        if path is not None and (context.state.file(path) is None or units.extension_of(path) != ".vfd"):
            raise operation_failed(about(vm, f"'{vm.name}' failed to modify device.", f"'{path}' is not a virtual floppy disk. (0x80070002)."), vm.name)
        stored = context.state.put(replace(vm, floppy=path))
        context.give_if_asked(lambda: record_devices.floppy(Owner(stored, context.state)))

    context.each(targets(context, "VMFloppyDiskDrive"), act)


HANDLERS: dict[str, Handler] = {
    "Get-VMSecurity": get_security,
    "Set-VMSecurity": set_security,
    "Get-VMKeyProtector": get_protector,
    "Set-VMKeyProtector": set_protector,
    "Enable-VMTPM": _tpm(True),
    "Disable-VMTPM": _tpm(False),
    "Get-VMVideo": reader(video_record),
    "Set-VMVideo": set_video,
    "Get-VMFloppyDiskDrive": get_floppy,
    "Set-VMFloppyDiskDrive": set_floppy,
}
