"""Rules for the devices of one machine: slots, files, adapters."""

from __future__ import annotations

from typing import Final

from hvplan.diagnostics import Place
from hvplan.load.check import Checker
from hvplan.load.rules_files import ending, vhd_rules
from hvplan.load.tree import Mapping, child, where
from hvplan.model.adapters import DYNAMIC, crossed
from hvplan.model.devices import CONTROLLERS, Disk, Dvd, Slot
from hvplan.model.objects import VirtualMachine
from hvplan.model.values import UNSET

ADAPTERS_MOST: Final = {1: 8, 2: 64}  # behaviour 3.1
LEGACY_MOST: Final = 4  # behaviour 3.1, beside the others
DISKS_MOST: Final = CONTROLLERS["scsi"][0] * CONTROLLERS["scsi"][1]


def device_rules(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    """All devices of one machine."""
    slots: dict[Slot, tuple[Disk | Dvd, Place]] = {}
    for disk in vm.disks:
        at = ("devices", "disks", disk.key)
        _disk(vm, disk, root, checker)
        if isinstance(disk.slot, Slot):
            place = where(root, *at, "slot")
            if disk.slot in slots:
                other, first = slots[disk.slot]
                detail = f"{disk.slot} of disk {disk.key}; also of disk {other.key}, at {first}"
                checker.say("slot-twice", "Two disks cannot sit in one slot.", place, detail=detail, hint="give each its own slot, or leave the slot out")
            slots.setdefault(disk.slot, (disk, place))
            _slot(vm, disk, disk.slot, place, checker)
    for dvd in vm.dvds:
        _dvd(vm, dvd, root, slots, checker)
    if len(vm.disks) > DISKS_MOST:
        checker.say("limit", f"A machine has at most {DISKS_MOST} disks.", where(root, "devices", "disks"), detail=f"found {len(vm.disks)}")
    _controllers(vm, root, checker)
    _adapters(vm, root, checker)


def _slot(vm: VirtualMachine, disk: Disk, slot: Slot, place: Place, checker: Checker) -> None:
    if slot.kind == "pmem":
        checker.say("not-supported", "Persistent memory (pmem) is not supported by this version.", place, hint="use a scsi slot")
    elif slot.kind == "ide" and vm.generation == 2:
        checker.say(
            "slot-generation", "A Generation 2 machine has no IDE.", place, detail=f"{slot} of disk {disk.key}", hint="use a scsi slot, such as scsi 0:0"
        )


def _dvd(vm: VirtualMachine, dvd: Dvd, root: Mapping, slots: dict[Slot, tuple[Disk | Dvd, Place]], checker: Checker) -> None:
    """One DVD drive: it shares the slots with the disks, and each generation has one kind of them for it (behaviour 2.3, 3.2)."""
    place, written = where(root, "devices", "dvds", dvd.key, "slot"), child(root, "devices", "dvds", dvd.key, "slot")
    if isinstance(dvd.iso, str) and not dvd.iso.lower().endswith(".iso") and not dvd.absent:
        summary = "What is put into a DVD drive is an image whose name ends in .iso."
        checker.say("iso-ending", summary, where(root, "devices", "dvds", dvd.key, "iso"), detail=f"found {dvd.iso}", hint="name the .iso file")
    if not isinstance(dvd.slot, Slot):
        free = "ide 1:0" if vm.generation == 1 else "scsi 0:4"
        if written is None and not isinstance(dvd.iso, str) and child(root, "devices", "dvds", dvd.key, "iso") is None:
            hint = f"say where it sits: {dvd.key}: {{slot: {free}}}"
            checker.say("missing", f"Which DVD drive is {dvd.key}? It needs its slot, or the file in it.", place, hint=hint)
        elif written is None and dvd.iso is None:
            checker.say("missing", f"Which DVD drive is {dvd.key}? An empty one needs its slot.", place, hint=f"write slot: {free}")
        return
    if dvd.slot in slots and not (dvd.absent or slots[dvd.slot][0].absent):
        other, first = slots[dvd.slot]
        detail = f"{dvd.slot} of DVD drive {dvd.key}; also of {other.key}, at {first}"
        checker.say("slot-twice", "A DVD drive needs a slot of its own.", place, detail=detail, hint="give each its own slot")
    slots.setdefault(dvd.slot, (dvd, place))
    wanted = {1: "ide", 2: "scsi"}.get(vm.generation if isinstance(vm.generation, int) else 0, dvd.slot.kind)
    if dvd.slot.kind != wanted or dvd.slot.kind == "pmem":
        summary = f"A Generation {vm.generation} machine has DVD drives on {wanted} alone." if wanted != "pmem" else "A DVD drive does not sit on pmem."
        checker.say(
            "slot-generation", summary, place, detail=f"found {dvd.slot}", hint="use ide 1:0" if wanted == "ide" else "use a scsi slot, such as scsi 0:4"
        )


def _disk(vm: VirtualMachine, disk: Disk, root: Mapping, checker: Checker) -> None:
    node = child(root, "devices", "disks", disk.key)
    place = where(root, "devices", "disks", disk.key)
    vhd_node, disk_node = child(node, "vhd"), child(node, "disk")
    if vhd_node is not None and disk_node is not None:
        hint = "vhd makes a file of this machine's own, disk attaches a VirtualDisk document; write null for the one that a template gives"
        checker.say("disk-conflict", f"Disk {disk.key} has both vhd and disk.", where(root, "devices", "disks", disk.key, "disk"), hint=hint)
    if vhd_node is None and disk_node is None:
        if not disk.absent:
            if child(node, "slot") is None:
                hint = "write vhd: {path: ..., size: ...} or disk: NAME, or the slot of a disk that is there"
                checker.say("missing", f"Disk {disk.key} needs a vhd, or a disk to attach.", place, hint=hint)
        elif not isinstance(disk.slot, Slot) and child(node, "slot") is None:
            hint = f"say where it sits: {disk.key}: {{slot: scsi 0:1, absent: true}}"
            checker.say("missing", f"Which disk is {disk.key}? A disk to remove needs its slot or its file.", place, hint=hint)
    low, high = disk.settings.minimum_iops, disk.settings.maximum_iops
    if isinstance(low, int) and isinstance(high, int) and low > high > 0:
        detail = f"minimumIops {low}, maximumIops {high}"
        qos = where(root, "devices", "disks", disk.key, "qos")
        checker.say(
            "qos-order", "qos.minimumIops is above qos.maximumIops.", qos, detail=detail, hint="lower the minimum, or write maximumIops: 0 for no limit"
        )
    if disk.vhd is not None and vhd_node is not None:
        vhd_rules(disk.vhd, vhd_node, checker)
    if vm.generation == 2 and ending(disk.path) == ".vhd" and not disk.absent:
        keys = ("vhd", "path") if disk.vhd else ("disk",)
        checker.say("vhd-generation", "A Generation 2 machine takes .vhdx only.", where(root, "devices", "disks", disk.key, *keys), detail=f"found {disk.path}")


def _controllers(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    drives: tuple[Disk | Dvd, ...] = (*vm.disks, *vm.dvds)
    named = [disk for disk in drives if isinstance(disk.slot, Slot) and disk.slot.kind == "scsi"]
    if isinstance(vm.scsi_controllers, int) and named:
        top = max(named, key=lambda disk: disk.slot if isinstance(disk.slot, Slot) else Slot("", 0, 0))
        if isinstance(top.slot, Slot) and top.slot.controller >= vm.scsi_controllers:
            group = "disks" if isinstance(top, Disk) else "dvds"
            detail = f"{group.removesuffix('s')} {top.key} sits in {top.slot}, at {where(root, 'devices', group, top.key, 'slot')}"
            hint = f"write scsiControllers: {top.slot.controller + 1}, or leave it out: a controller that a slot names is implied"
            checker.say(
                "controllers", "There are fewer SCSI controllers than the slots name.", where(root, "devices", "scsiControllers"), detail=detail, hint=hint
            )


def _adapters(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    names: dict[str, str] = {}
    for adapter in vm.network_adapters:
        at = ("devices", "networkAdapters", adapter.key)
        first = names.setdefault(adapter.name.casefold(), adapter.key)
        if first != adapter.key:
            detail = f"'{adapter.name}', also of adapter {first}, at {where(root, 'devices', 'networkAdapters', first)}"
            checker.say(
                "adapter-name", "Two adapters of one machine cannot have the same name.", where(root, *at, "name"), detail=detail, hint="rename one of them"
            )
    _adapter_settings(vm, root, checker)
    most = ADAPTERS_MOST.get(vm.generation if isinstance(vm.generation, int) else 2, ADAPTERS_MOST[2])
    present = [adapter for adapter in vm.network_adapters if not adapter.absent and adapter.settings.legacy is not True]
    if len(present) > most:
        checker.say(
            "limit", f"This machine can have at most {most} network adapters.", where(root, "devices", "networkAdapters"), detail=f"found {len(present)}"
        )


def _adapter_settings(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    """What adapters say that cannot be together, or not on this generation."""
    addresses: dict[str, str] = {}
    matches: dict[str, str] = {}
    for adapter in vm.network_adapters:
        if adapter.match_mac and (first := matches.setdefault(adapter.match_mac, adapter.key)) != adapter.key:
            place = where(root, "devices", "networkAdapters", adapter.key, "match", "mac")
            detail = f"{adapter.match_mac}, also of adapter {first}, at {where(root, 'devices', 'networkAdapters', first, 'match', 'mac')}"
            checker.say("mac-twice", "Two adapters cannot be found by one MAC address.", place, detail=detail, hint="keep one of them")
        at, settings = ("devices", "networkAdapters", adapter.key), adapter.settings
        if settings.minimum_weight is not UNSET and settings.minimum_absolute is not UNSET:
            hint = "keep the one of the switch's bandwidthMode"
            checker.say("bandwidth", "minimumWeight and minimumAbsolute exclude each other.", where(root, *at, "bandwidth"), hint=hint)
        if text := crossed(settings.minimum_absolute, settings.maximum):
            hint = "lower the minimum, or write maximum: 0 for no limit"
            checker.say("bandwidth-order", "minimumAbsolute is above maximum.", where(root, *at, "bandwidth"), detail=text, hint=hint)
        if settings.legacy is True and vm.generation == 2:
            hint = "remove legacy, or use generation: 1"
            checker.say("generation", "An emulated (legacy) adapter needs Generation 1.", where(root, *at, "legacy"), hint=hint)
        if isinstance(settings.mac, str) and settings.mac != DYNAMIC and (int(settings.mac[:2], 16) & 1 or not settings.mac.strip("0-")):
            summary = "An adapter cannot have an address for several receivers, or none: its first octet is even, and not all are zero."
            checker.say("mac-address", summary, where(root, *at, "mac"), detail=f"found {settings.mac}", hint="use one such as 00-15-5D-0A-0B-0C, or Dynamic")
        if isinstance(settings.mac, str) and settings.mac != DYNAMIC and not adapter.absent:
            first = addresses.setdefault(settings.mac, adapter.key)
            if first != adapter.key:
                detail = f"{settings.mac}, also of adapter {first}, at {where(root, 'devices', 'networkAdapters', first)}"
                hint = "give each its own, or Dynamic"
                checker.say("mac-twice", "Two adapters cannot have one MAC address.", where(root, *at, "mac"), detail=detail, hint=hint)
    emulated = [adapter for adapter in vm.network_adapters if adapter.settings.legacy is True and not adapter.absent]
    if len(emulated) > LEGACY_MOST:
        place = where(root, "devices", "networkAdapters")
        checker.say("limit", f"A machine has at most {LEGACY_MOST} emulated (legacy) adapters.", place, detail=f"found {len(emulated)}")
