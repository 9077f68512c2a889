"""What no host can be in, however it came about: told about a world file before it is served.

Only what no command of the world leads to stands here, because state files are read as seeds are. So a drive whose file is gone,
a parent that is missing, a folder on a volume that is not there, are all fine: real hosts have them. More adapters than there is room
for are let pass too, so that a test can have a host on which every further one is refused.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from hvplan.simulator.world import limits, releases, units, vhds
from hvplan.simulator.world.host_nouns import File, Nat, Vhd
from hvplan.simulator.world.nouns import VM, Adapter, Bios, Firmware, Security
from hvplan.simulator.world.reader import Node, Problems
from hvplan.simulator.world.refusals import Refusal
from hvplan.simulator.world.state import STOPPED_STATES, State


def twice(nodes: Iterable[tuple[Node, str]], what: str, problems: Problems) -> None:
    """Nothing of these stands twice, case aside."""
    seen: dict[str, Node] = {}
    for node, key in nodes:
        if key.lower() in seen:
            problems.add(node, f"{what} `{key}` is there twice; the other one stands at line {seen[key.lower()].line}.")
        seen.setdefault(key.lower(), node)


def file(node: Node, one: File, problems: Problems) -> None:
    """A virtual disk: its name, its size, whether it has a parent."""
    header = one.vhd
    if header is None:
        return
    extension = units.extension_of(one.path)
    if extension not in vhds.DISKS:
        problems.add(node, f"`{one.path}` cannot be a virtual hard disk.", f"Its name ends in one of {', '.join(vhds.DISKS)}.")
    if (header.type == "Differencing") != bool(header.parent):
        problems.add(node, f"`{one.path}` is {header.type} and has {'a' if header.parent else 'no'} parent.", "A differencing disk has a parent, no other has.")
    most = releases.VHD_MAXIMUM if extension in (".vhd", ".avhd") else releases.VHDX_MAXIMUM
    if header.size and (not releases.VHD_MINIMUM <= header.size <= most or header.size % header.logical):
        problems.add(node, f"`{one.path}` cannot have {header.size} bytes.", f"Whole sectors of {header.logical}, {releases.VHD_MINIMUM} to {most} bytes.")


def chains(nodes: Iterable[tuple[Node, File]], state: State, problems: Problems) -> None:
    """No disk is its own parent, at any distance."""
    for node, one in nodes:
        last: Vhd | None = state.vhd(list(state.chain(one.path))[-1])
        if last is not None and last.parent and state.file(last.parent) is not None:
            problems.add(node, f"`{one.path}` is among its own parents.")


def nats(rows: list[tuple[Node, Nat]], problems: Problems) -> None:
    """Prefixes are networks, and none overlaps another."""
    known: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
    for node, one in rows:
        try:
            network = ipaddress.ip_network(one.prefix)
        except ValueError:
            problems.add(node, f"`{one.prefix}` is not the prefix of a network.", "Write it as 192.168.100.0/24, without bits of a host.")
            continue
        if any(network.version == other.version and network.overlaps(other) for other in known):
            problems.add(node, f"The prefix {one.prefix} overlaps that of another NAT.")
        known.append(network)


def address(node: Node, text: str, problems: Problems) -> None:
    """An IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        problems.add(node, f"`{text}` is not an IP address.")


def adapter(node: Node, one: Adapter, problems: Problems) -> None:
    """The MAC address is one of an adapter, VLANs are VLANs, rates are in order."""
    if one.mac and (int(one.mac[:2], 16) & 1 or not int(one.mac, 16)):
        problems.add(node, f"{units.mac_text(one.mac)} is not the MAC address of an adapter.")
    vlan = one.vlan
    wrong = [number for number in (vlan.access, vlan.primary, vlan.secondary, vlan.native) if not 0 <= number <= 4094]
    if wrong or (vlan.mode == "Access" and not vlan.access):
        problems.add(node, f"{wrong[0] if wrong else 0} is not a VLAN of 1 to 4094.")


def machine(node: Node, vm: VM, state: State, problems: Problems) -> None:
    """Limits of memory, processors and devices; what the other generation has."""
    at = node.value if isinstance(node.value, dict) else {}

    def complain(summary: str, key: str = "") -> None:
        problems.add(at.get(key, node), f"{vm.name}: {summary}")

    try:
        limits.memory(vm, vm.memory, state)
    except Refusal as refused:
        complain(refused.error.message.split("\n\n")[1], "memory")
    most = state.release.vcpus1 if vm.generation == 1 else state.release.vcpus2
    if vm.processor.count > most:
        complain(f"a virtual machine of Generation {vm.generation} has at most {most} processors.", "processor")
    if vm.generation == 1 and "firmware" in at and vm.firmware != Firmware():
        complain("Generation 1 has no firmware settings.", "firmware")
    if vm.generation == 1 and vm.security != Security():
        complain("Generation 1 has no such security.", "security")
    if vm.generation == 2 and vm.bios != Bios():
        complain("Generation 2 has no BIOS.", "bios")
    if vm.firmware.template not in releases.TEMPLATES:
        complain(f"there is no secure boot template `{vm.firmware.template}`: {', '.join(releases.TEMPLATES)}.", "firmware")
    if not 128 * units.MIB <= vm.mapped_io.low <= 3584 * units.MIB:
        complain("the low memory-mapped IO space has 128 MiB to 3584 MiB.", "memoryMappedIo")
    if len(vm.checkpoints) > releases.CHECKPOINTS:
        complain(f"a virtual machine has at most {releases.CHECKPOINTS} checkpoints.", "checkpoints")
    for wrong in _devices(vm):
        complain(wrong, "devices")


def _devices(vm: VM) -> Iterable[str]:
    if vm.generation == 2 and any(one.legacy for one in vm.adapters):
        yield "Generation 2 has no legacy network adapters."
    if vm.generation == 1 and any(dvd.slot.bus == "scsi" for dvd in vm.dvds):
        yield "Generation 1 has its DVD drives on IDE."
    paths = [units.path_key(disk.path) for disk in vm.disks if disk.path]
    if len(set(paths)) < len(paths):
        yield "two of its drives hold the same file."
    for disk in vm.disks:
        kind = units.extension_of(disk.path) if disk.path else ".vhdx"
        if kind not in vhds.DISKS or (vm.generation == 2 and kind in (".vhd", ".avhd")):
            yield f"a disk drive of Generation {vm.generation} cannot hold `{disk.path}`."
        if disk.maximum_iops and disk.minimum_iops > disk.maximum_iops:
            yield f"the minimum IOPS of the disk at {disk.slot} are above its maximum."
    for dvd in vm.dvds:
        if dvd.path and units.extension_of(dvd.path) != ".iso":
            yield f"a DVD drive cannot hold `{dvd.path}`."
    for port in (vm.com1, vm.com2):
        if port and not port.startswith("\\\\"):
            yield f"`{port}` is not the path of a named pipe."


def locked(nodes: Iterable[tuple[Node, VM]], state: State, problems: Problems) -> None:
    """No two running machines have one file open, unless they share it (behaviour 5.3)."""
    before: set[object] = set()
    for node, vm in nodes:
        for disk in vm.disks:
            other = state.holder(disk.path, besides=vm.id) if disk.path and vm.state not in STOPPED_STATES and not disk.shared else None
            if other is not None and other.id in before and any(vhds.same(one.path, disk.path) for one in other.disks if one.path):
                problems.add(node, f"{vm.name} and {other.name} run with the same disk, {disk.path}.", "One of them holds it: the other cannot have started.")
        before.add(vm.id)
