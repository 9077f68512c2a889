"""An inventory for people: the host in a few lines, its switches, and its machines with state, memory and disks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hvplan.document.inventory import Adapter, BootEntry, Drive, InventoryDocument, Machine, Switch, Unread, VhdHeader
from hvplan.model.values import normal_path
from hvplan.report.lines import Line, plural, show, visible


def inventory_lines(document: InventoryDocument) -> Iterator[Line]:
    """All lines of one host."""
    yield _head(document)
    if document.free:
        yield Line("  free      " + ", ".join(f"{drive.upper()} {_about(free)}" for drive, free in sorted(document.free.items())))
    for switch in document.switches:
        yield Line(f"  switch    {visible(switch.name)}   {_switch(switch)}")
    for vm in document.vms:
        yield from _machine(vm, document)
    yield _end(document)


def told_lines(document: InventoryDocument) -> Iterator[Line]:
    """One host in two lines."""
    yield _head(document)
    yield _end(document)


def _head(document: InventoryDocument) -> Line:
    who = document.identity
    edition = f"Windows Server {who.release}" if len(who.release) == 4 else who.release
    node = ", a cluster node" if who.cluster_node else ""
    size = f"{plural(document.processors, 'processor')}, {_bytes(document.memory)}"
    return Line(f"{visible(document.host)}   {visible(who.computer)} ({edition}{node})   {size}", "head")


def _end(document: InventoryDocument) -> Line:
    running = sum(vm.state == "Running" for vm in document.vms)
    return Line(f"{plural(len(document.vms), 'VM')}, {running} running; {plural(len(document.switches), 'switch', 'switches')}.", "dim")


def _switch(switch: Switch) -> str:
    """Its type, what lies under it, and which adapters the host has on it beside the one it brings."""
    kind, under, own = show(switch.settings.get("type")), switch.net_adapters, switch.management
    if isinstance(under, Unread):
        kind += f", network adapters could not be read: {visible(under.unknown)}"
    elif under:
        kind += f" over {', '.join(visible(nic.name or nic.id) for nic in under)}" + (" (a team)" if switch.settings.get("embeddedTeaming") is True else "")
    if own and not isinstance(own, Unread) and (others := [visible(a.name) for a in own if a.name.casefold() != switch.name.casefold()]):
        kind += f", the host is on it as {', '.join(others)}"
    return kind


def _machine(vm: Machine, document: InventoryDocument) -> Iterator[Line]:
    processor = vm.parts.get("processor") or {}
    count = f"processors unknown ({processor.unknown})" if isinstance(processor, Unread) else plural(processor.get("processor.count", 0), "processor")
    busy = f", {visible(vm.busy)}" if vm.busy else ""
    yield Line("")
    yield Line(f"  {visible(vm.name)}   {vm.state}{busy}   Generation {vm.generation}, {visible(count)}, {_memory(vm)}", "head")
    for drive in vm.disks:
        yield Line(f"      {drive.slot:<10}{_disk(drive, document)}")
    for dvd in vm.dvds:
        yield Line(f"      {dvd.slot:<10}DVD {visible(dvd.path) or 'empty'}")
    if isinstance(vm.adapters, Unread):
        yield Line(f"      network   could not be read: {visible(vm.adapters.unknown)}", "danger")
    else:
        for adapter in vm.adapters:
            yield Line(f"      network   {_adapter(adapter)}")
    yield from (Line(f"      also      {visible(device)}") for device in vm.beyond)
    if isinstance(vm.boot_order, Unread):
        yield Line(f"      boots     could not be read: {visible(vm.boot_order.unknown)}", "danger")
    elif vm.boot_order:
        yield Line("      boots     " + ", ".join(_boot_entry(entry, vm) for entry in vm.boot_order))
    if isinstance(vm.checkpoints, Unread):
        yield Line(f"      checkpoints could not be read: {visible(vm.checkpoints.unknown)}", "danger")
    elif vm.checkpoints:
        yield Line(f"      {plural(len(vm.checkpoints), 'checkpoint')}: " + ", ".join(visible(checkpoint.name) for checkpoint in vm.checkpoints))


def _memory(vm: Machine) -> str:
    memory = vm.parts.get("memory") or {}
    if isinstance(memory, Unread):
        return f"memory could not be read ({visible(memory.unknown)})"
    startup = _bytes(memory.get("memory.startup"))
    if memory.get("memory.dynamic") is not True:
        return startup
    return f"{startup} (dynamic, {_bytes(memory.get('memory.dynamic.minimum'))} to {_bytes(memory.get('memory.dynamic.maximum'))})"


def _disk(drive: Drive, document: InventoryDocument) -> str:
    if not drive.path:
        return "empty"
    header = document.vhds.get(normal_path(drive.path))
    if isinstance(header, VhdHeader):
        behind = f", on {visible(header.parent)}" if header.parent else ""
        return f"{visible(drive.path)}   {_bytes(header.size)} {header.type}, {_bytes(header.file_size)} used{behind}"
    why = f"could not be read: {visible(header.unknown)}" if isinstance(header, Unread) else "the file is not there" if header is None else "not read"
    return f"{visible(drive.path)}   {why if normal_path(drive.path) in document.vhds else 'not read'}"


def _adapter(adapter: Adapter) -> str:
    switch, vlan = adapter.settings.get("switch"), adapter.settings.get("vlan")
    tagged = f", VLAN {vlan}" if isinstance(vlan, int) else f", {_vlans(vlan)}" if vlan not in (None, "Untagged") else ""
    return f"{visible(adapter.name)}   {visible(switch) if switch else 'not connected'}{visible(tagged)}   {_mac(adapter)}"


def _vlans(vlan: object) -> str:
    """A trunk or a private VLAN in the words of the files: `trunk 10-20, 30 native 1`."""
    return " ".join(f"{key} {show(value)}" for key, value in vlan.items()) if isinstance(vlan, Mapping) else str(vlan)


def _mac(adapter: Adapter) -> str:
    """Its address; a dynamic one is given at the first start."""
    return "no MAC address yet" if adapter.mac_dynamic and not set(adapter.mac) - set("0-") else visible(adapter.mac)


def _boot_entry(entry: BootEntry, vm: Machine) -> str:
    """A slot, the name of an adapter, or the last part of what the guest wrote."""
    if not entry.adapter:
        return entry.slot or "the guest's " + visible(entry.firmware_path.rpartition("\\")[2])
    adapters = () if isinstance(vm.adapters, Unread) else vm.adapters
    return visible(next((adapter.name for adapter in adapters if adapter.id.lower() == entry.adapter.lower()), entry.adapter))


def _bytes(value: object) -> str:
    return show(value, "bytes")


def _about(free: int) -> str:
    """Free space, which nobody wants to the byte: `2.9 TiB`."""
    unit, size = next(((unit, 1 << shift) for shift, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB")) if free >= 1 << shift), ("bytes", 1))
    tenths = free * 10 // size
    return f"{tenths // 10} {unit}" if size == 1 or tenths >= 1000 or tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10} {unit}"
