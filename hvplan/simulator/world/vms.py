"""VMs as objects: found, created, renamed, removed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hvplan.simulator.world import avhdx, limits, units, vhds
from hvplan.simulator.world.context import Context, Handler
from hvplan.simulator.world.cultures import word
from hvplan.simulator.world.matrix import check
from hvplan.simulator.world.nouns import VM, Adapter, Disk, Dvd, Firmware, Memory, Slot
from hvplan.simulator.world.records import vm_record
from hvplan.simulator.world.refusals import about, invalid, not_simulated, operation_failed, vm_id_not_found, wrong_state
from hvplan.simulator.world.releases import version_tuple


def get_vm(context: Context) -> None:
    """Get-VM: all, by patterns, or by one id."""
    if context.call.set == "Id" or context.has("Id"):
        wanted = context.get("Id")
        found = context.state.vms.get(wanted if isinstance(wanted, UUID) else UUID(str(wanted))) if wanted is not None else None
        if found is None:
            raise vm_id_not_found(wanted, reading=True)
        vms = [found]
    elif context.has("Name"):
        vms = context.vms("Name", reading=True)
    else:
        vms = list(context.state.vms.values())
    now = context.now()
    for vm in sorted(vms, key=lambda one: one.name.lower()):
        context.give(vm_record(vm, context.state, now))


def new_vm(context: Context) -> None:
    """New-VM: nothing is left behind when any of it is refused (behaviour 6 for the defaults)."""
    state = context.state
    name = limits.name(context.text("Name", "New Virtual Machine"))
    generation = int(context.get("Generation", 1))
    version = context.text("Version", state.release.default_version)
    if version not in state.release.versions:
        raise invalid(f"The version {version} is not supported by this host.", name)
    path = _folder(context, name)
    if generation == 2 and context.text("BootDevice") in ("Floppy", "IDE", "LegacyNetworkAdapter"):
        raise invalid(f"The boot device {context.text('BootDevice')} does not exist in Generation 2 virtual machines.", name)
    if generation == 2 and context.text("BootDevice") == "CD":  # whether it brings a DVD drive along, no source tells
        raise not_simulated("New-VM -BootDevice CD of Generation 2")
    switch = context.switch_named(context.text("SwitchName")) if context.has("SwitchName") else None
    draft = VM(
        id=UUID(int=0), name=name, generation=generation, version=version, path=path, created=context.now().replace(microsecond=0), guest=state.host.guest
    )
    startup = int(context.get("MemoryStartupBytes", Memory().startup))
    memory = Memory(startup=startup, minimum=min(Memory().minimum, startup))
    limits.memory(draft, memory, state)
    slot = Slot("ide" if generation == 1 else "scsi", 0, 0)
    disks: tuple[Disk, ...] = ()
    if context.has("NewVHDPath"):
        disks = (state.given(Disk(slot=slot, path=_new_disk(context, generation))),)
    elif context.has("VHDPath"):
        disk_path = _full(context.text("VHDPath"), state.host.settings.vhd_path)
        vhds.attachable(state, draft, disk_path)
        disks = (state.given(Disk(slot=slot, path=disk_path)),)
    id = state.draw("vm", name)
    adapter = Adapter(
        id=state.draw("adapter", f"{id}/{word(state.host.culture, 'adapter')}"), name=word(state.host.culture, "adapter"), switch=switch.id if switch else None
    )
    order = _boot_order(context, disks, adapter) if generation == 2 else ()
    vm = replace(
        draft, id=id, memory=memory, disks=disks, adapters=(adapter,), controllers=(state.draw("scsi", str(id)),), firmware=Firmware(boot_order=order),
        dvds=(Dvd(slot=Slot("ide", 1, 0)),) if generation == 1 else (), automatic_checkpoints=not state.release.server,
    )  # fmt: skip
    if generation == 1 and context.has("BootDevice"):
        vm = replace(vm, bios=replace(vm.bios, startup_order=_bios_order(context.text("BootDevice"), vm.bios.startup_order)))
    state.make_folders(units.join(path, "Virtual Machines"))
    context.give(vm_record(state.put(vm), state, context.now()))


def _folder(context: Context, name: str) -> str:
    """With `-Path P` a VM lives in `P\\<name>`, without in the host's folder; not in a drive's root (behaviour 3.2, 6)."""
    state = context.state
    if not context.has("Path"):
        return state.host.settings.vm_path.rstrip("\\")
    base = _full(context.text("Path"), state.host.settings.vm_path)
    limits.folder_name(name)
    if state.volume(base) is None:
        raise operation_failed(f"The system cannot find the path specified: '{base}'. (0x80070003).", base)
    if vhds.foreign(state, base):
        raise operation_failed(f"The virtual machine cannot be stored at '{base}': {vhds.FOREIGN}", base)
    return units.join(base, name)


def _full(path: str, default: str) -> str:
    """A bare file name goes to the host's default folder (behaviour 6)."""
    clean = path.replace("/", "\\")
    return clean if ":" in clean or clean.startswith("\\\\") else units.join(default, clean)


def _new_disk(context: Context, generation: int) -> str:
    path = _full(context.text("NewVHDPath"), context.state.host.settings.vhd_path)
    if generation == 2 and units.extension_of(path) != ".vhdx":
        raise invalid("Generation 2 virtual machines take only VHDX files.", path)
    vhds.create(context.state, path, size=int(context.get("NewVHDSizeBytes", 0)))
    return path


def _boot_order(context: Context, disks: tuple[Disk, ...], adapter: Adapter) -> tuple[str, ...]:
    """The first entries follow `-BootDevice`, or the network when there is no disk."""
    entries = [*(str(disk.slot) for disk in disks), f"adapter {adapter.id}"]
    wanted = context.text("BootDevice")
    if wanted == "NetworkAdapter":
        entries.reverse()
    return tuple(entries)


def _bios_order(first: str, order: tuple[str, ...]) -> tuple[str, ...]:
    device = {"VHD": "IDE", "NetworkAdapter": "LegacyNetworkAdapter"}.get(first, first)
    return (device, *(one for one in order if one != device))


def rename_vm(context: Context) -> None:
    """Rename-VM: any stable state, duplicates allowed, no file moves."""
    new = limits.name(context.text("NewName"))

    def act(vm: VM) -> None:
        check(vm, "name")
        renamed = context.state.put(replace(vm, name=new))
        context.give_if_asked(lambda: vm_record(renamed, context.state, context.now()))

    context.each(context.vms("Name"), act)


def remove_vm(context: Context) -> None:
    """Remove-VM: Off or Saved; configuration, saved state and checkpoints go, VHD files stay (behaviour 6)."""

    def act(vm: VM) -> None:
        if vm.state not in ("Off", "Saved", "OffCritical", "SavedCritical"):
            raise wrong_state(vm)
        record = vm_record(vm, context.state, context.now())
        avhdx.collapse(context.state, replace(vm, checkpoints=()))
        del context.state.vms[vm.id]
        context.state.touch()
        context.give_if_asked(lambda: record)

    context.each(context.vms("Name"), act)


def update_version(context: Context) -> None:
    """Update-VMVersion: off, to the host's default, never back."""

    def act(vm: VM) -> None:
        check(vm, "version")
        newest = context.state.release.default_version
        if version_tuple(vm.version) >= version_tuple(newest):
            raise operation_failed(about(vm, f"'{vm.name}' cannot be upgraded.", f"It already has version {vm.version}."), vm.name)
        upgraded = context.state.put(replace(vm, version=newest))
        context.give_if_asked(lambda: vm_record(upgraded, context.state, context.now()))

    context.each(context.vms("Name"), act)


HANDLERS: dict[str, Handler] = {"Get-VM": get_vm, "New-VM": new_vm, "Rename-VM": rename_vm, "Remove-VM": remove_vm, "Update-VMVersion": update_version}
