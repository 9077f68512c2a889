"""Rules for the boot order of one machine: it names devices of that machine, which are to be there, each once."""

from __future__ import annotations

from hvplan.load.check import Checker, suggest
from hvplan.load.tree import Mapping, Node, Scalar, Sequence, child, where
from hvplan.model.boot import PATH
from hvplan.model.objects import VirtualMachine

_KEYS = tuple(PATH.split("."))


def boot_rules(vm: VirtualMachine, root: Mapping, checker: Checker) -> None:
    """`firmware.bootOrder`."""
    node = child(root, *_KEYS)
    if not isinstance(node, Sequence):
        return
    if vm.generation == 1:
        hint = "remove it and write bios: {startupOrder: [...]}, or use generation: 2"
        checker.say("generation", f"{PATH} needs Generation 2; this machine has Generation 1.", node.place, hint=hint)
        return
    if not node.items:
        hint = "name the devices to boot from, or remove the key: what is not written is not managed"
        checker.say("boot-order", f"{PATH} names no device, and an empty order cannot be set.", node.place, hint=hint)
    devices = {
        **{f"disks/{disk.key}": disk.absent for disk in vm.disks},
        **{f"dvds/{dvd.key}": dvd.absent for dvd in vm.dvds},
        **{f"networkAdapters/{adapter.key}": adapter.absent for adapter in vm.network_adapters},
    }
    emulated = {f"networkAdapters/{adapter.key}" for adapter in vm.network_adapters if adapter.settings.legacy is True}
    seen: dict[str, Node] = {}
    for item in node.items:
        name = item.text if isinstance(item, Scalar) else ""
        if name not in (vm.boot_order or ()):
            continue  # it is no name at all, which has been said
        first = seen.setdefault(name, item)
        if first is not item:
            checker.say("boot-order", f"{PATH} names {name} twice.", item.place, detail=f"first at {first.place}", hint="keep one of them")
        elif name not in devices and child(root, "devices", *name.split("/", 1)) is not None:
            continue  # what it says of itself is wrong, which has been said
        elif name not in devices:
            hint = suggest(name, devices) or ("its devices are " + ", ".join(devices) if devices else "declare it below devices")
            checker.say("boot-order", f"{PATH} names a device that this machine does not declare.", item.place, detail=f"found '{name}'", hint=hint)
        elif devices[name]:
            at = where(root, "devices", *name.split("/", 1))
            checker.say("boot-order", f"{PATH} names {name}, which is removed.", item.place, detail=f"absent, at {at}", hint="take it out of the order")
        elif name in emulated and vm.generation != 2:  # on Generation 2 the adapter itself is wrong
            hint = "take it out of the order: emulated adapters are on Generation 1 alone, and that has bios.startupOrder"
            checker.say("boot-order", f"{PATH} names {name}, an emulated (legacy) adapter.", item.place, hint=hint)
