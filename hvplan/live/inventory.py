"""A host as it was read, to an inventory document and back, without loss; and what a later plan may know of it.

What was not read is not in the document, what was not there is null in it, and what could not be read is `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from hvplan.diagnostics import Diagnostic
from hvplan.document import inventory as doc
from hvplan.document.inventory import InventoryDocument, Unread
from hvplan.errors import ConfigurationError
from hvplan.live.builton import touches
from hvplan.live.read import in_scope, is_vhd, media
from hvplan.live.wanted import Wanted
from hvplan.model.boot import BootEntry
from hvplan.model.devices import AdapterSettings, DriveSettings, Vlan, parse_slot
from hvplan.model.firmware import STARTUP_ORDER
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveAdapter, LiveCheckpoint, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.network import LiveManagementAdapter, ManagementSettings, Nic, SwitchSettings
from hvplan.model.parts import PARTS, General
from hvplan.model.rows import Row, rows, written
from hvplan.model.values import Json, Unknown, normal_path

P = TypeVar("P")
VLAN = rows(AdapterSettings)["vlan"].kind


def inventory_of(live: LiveHost, *, host: str, meta: Mapping[str, Json]) -> InventoryDocument:
    """The document of a host that was read under the name `host`. The order of machines, switches and adapters means nothing and is by name."""
    return InventoryDocument(
        host=host,
        identity=doc.HostIdentity(**_flat(live.identity)),
        processors=live.processors,
        memory=live.memory,
        vm_path=live.vm_path,
        vhd_path=live.vhd_path,
        vms=tuple(_machine(vm) for vm in sorted(live.vms, key=lambda vm: (vm.name, vm.id))),
        settings=_or_unread(live.settings, _settings),
        reached=live.reached,
        nics=_or_unread(live.nics, lambda found: tuple(doc.HostNic(**_flat(nic)) for nic in found)),
        switches=tuple(_switch(switch) for switch in sorted(live.switches, key=lambda switch: (switch.name, switch.id))),
        vhds={key: _or_unread(found, lambda f: doc.VhdHeader(**_flat(f))) for key, found in sorted(live.vhds.items())},
        files={key: _or_unread(found, lambda f: doc.File(**_flat(f))) for key, found in sorted(live.files.items())},
        free=dict(sorted(live.free.items())),
        domain=live.domain,
        templates=live.templates,
        commands={name: tuple(sorted(parameters)) for name, parameters in sorted(live.commands.items())},
        meta=meta,
    )


def host_of(document: InventoryDocument) -> LiveHost:
    """The host of a document. Raises ConfigurationError (exit 1) for a value that no host has."""
    try:
        return LiveHost(
            identity=Identity(**_flat(document.identity)),
            commands={name: frozenset(parameters) for name, parameters in document.commands.items()},
            processors=document.processors,
            memory=document.memory,
            vm_path=document.vm_path,
            vhd_path=document.vhd_path,
            settings=_or_unknown(document.settings, lambda part: _part(HostSettings, part)),
            reached=document.reached,
            nics=_or_unknown(document.nics, lambda found: tuple(Nic(**_flat(nic)) for nic in found)),
            switches=tuple(_live_switch(switch) for switch in document.switches),
            vms=tuple(_live_machine(vm) for vm in document.vms),
            files={key: _or_unknown(found, lambda f: LiveFile(**_flat(f))) for key, found in document.files.items()},
            vhds={key: _or_unknown(found, lambda f: LiveVhd(**_flat(f))) for key, found in document.vhds.items()},
            free=dict(document.free),
            domain=document.domain,
            templates=document.templates,
        )
    except ValueError as error:
        summary = f"The inventory of {document.host} holds a value that is none: {error}"
        raise ConfigurationError(Diagnostic(code="not-an-inventory", summary=summary, hint="make it again with hvplan inspect")) from error


def word_settings() -> frozenset[str]:
    """Paths of the settings that take nothing but Hyper-V's own words, so that they tell nothing of whose host it is."""
    kinds = (HostSettings, SwitchSettings, ManagementSettings, AdapterSettings, *(kind for _, kind in PARTS))
    every = [row for kind in kinds for row in rows(kind).values()]
    words = [row for row in every if any("enum" in one for one in row.kind.schema.get("anyOf", ()))]
    return frozenset(row.path for row in (*words, *(row for row in every if row.kind in (VLAN, STARTUP_ORDER))))


def as_read(live: LiveHost, wanted: Wanted) -> LiveHost:
    """What a plan's own read of that host would have brought: files and headers that it asks for, down every chain, and nothing beside them.

    So a plan against an inventory is the plan against the host. What the inventory does not know is Unknown.
    """
    looked_at = [vm for vm in live.vms if in_scope(vm, wanted)]
    attached = [drive.path for vm in looked_at for drive in vm.disks if is_vhd(drive.path)]
    files: dict[str, LiveFile | Unknown | None] = {}
    for path in (*wanted.files, *wanted.vhds, *attached, *media(live.vms if wanted.media else looked_at)):
        key = normal_path(path)
        files[key] = live.files[key] if key in live.files else _not_asked(path)
    vhds: dict[str, LiveVhd | Unknown | None] = {}
    waiting = {normal_path(path): path for path in (*wanted.vhds, *attached)}
    while waiting:
        key, path = waiting.popitem()
        gone = files.get(key)
        found = live.vhds[key] if key in live.vhds else gone if key in files and not isinstance(gone, LiveFile) else _not_asked(path)
        vhds[key] = found
        if isinstance(found, LiveVhd) and found.parent and normal_path(found.parent) not in vhds:
            waiting[normal_path(found.parent)] = found.parent
    read = replace(live, files=files, vhds=vhds)
    if not wanted.every and touches(read, wanted):
        return as_read(live, replace(wanted, every=True))
    live = read
    if wanted.network:
        return live
    not_asked = Unknown("they were not looked for")
    return replace(live, nics=not_asked, reached=(), switches=tuple(replace(switch, net_adapters=not_asked, management=not_asked) for switch in live.switches))


def _not_asked(path: str) -> Unknown:
    return Unknown(f"the inventory does not know {path}; run hvplan inspect again with these files")


def _or_unread(found: Any, made: Any) -> Any:
    return None if found is None else Unread(unknown=found.why) if isinstance(found, Unknown) else made(found)


def _or_unknown(found: Any, made: Any) -> Any:
    return None if found is None else Unknown(found.unknown) if isinstance(found, Unread) else made(found)


def _settings(part: Any) -> dict[str, Json]:
    """Every readable row of a part by its path; a value of null stands for itself (an adapter that is not connected)."""
    return {row.path: _plain(None if value is None else row.kind.json(value)) for _, row, value in written(part)}


def _plain(value: Json) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _part(kind: type[P], settings: Mapping[str, Json]) -> P:
    known = {row.path: name for name, row in rows(kind).items()}
    if other := sorted(settings.keys() - known.keys()):
        raise ValueError(f"there is no setting {other[0]}")
    return kind(**{name: _value(rows(kind)[name], settings[path]) for path, name in known.items() if path in settings})


def _value(row: Row, value: Json) -> Any:
    """A value as it was read, which is the form that documents hold. A VLAN mode that this version only names has no other form."""
    if row.kind is VLAN:
        return Vlan(value) if isinstance(value, str) else VLAN.parse(value)
    try:
        row.kind.parse(value)
    except ValueError as error:
        raise ValueError(f"{row.path} is {value!r}, expected {error}") from error
    return tuple(value) if isinstance(value, list) else value


def _flat(value: Any) -> dict[str, Any]:
    """The fields of a dataclass, its values as they are."""
    return {f.name: getattr(value, f.name) for f in fields(value)}


PLAIN = ("id", "name", "state", "generation", "version", "path", "notes", "clustered", "replication", "busy", "scsi_controllers", "beyond", "silent")
"""Fields of a machine that both sides hold alike."""


def _machine(vm: LiveVm) -> doc.Machine:
    return doc.Machine(
        **{name: getattr(vm, name) for name in PLAIN},
        parts={name: _or_unread(getattr(vm, name), _settings) for name, _ in PARTS},
        disks=tuple(_drive(drive) for drive in vm.disks),
        dvds=tuple(_drive(drive) for drive in vm.dvds),
        adapters=_or_unread(vm.adapters, lambda found: tuple(_adapter(a) for a in sorted(found, key=lambda a: (a.name, a.id)))),
        boot_order=_or_unread(vm.boot_order, lambda found: tuple(_boot_entry(entry) for entry in found)),
        checkpoints=_or_unread(vm.checkpoints, lambda found: tuple(doc.Checkpoint(**_flat(checkpoint)) for checkpoint in found)),
    )


def _boot_entry(entry: BootEntry) -> doc.BootEntry:
    return doc.BootEntry(firmware_path=entry.firmware_path, slot=str(entry.slot or ""), adapter=entry.adapter)


def _switch(switch: LiveSwitch) -> doc.Switch:
    values = _flat(switch) | {
        "settings": _settings(switch.settings),
        "net_adapters": _or_unread(switch.net_adapters, lambda found: tuple(doc.HostNic(**_flat(nic)) for nic in found)),
        "management": _or_unread(
            switch.management, lambda found: tuple(doc.HostAdapter(**(_flat(one) | {"settings": _settings(one.settings)})) for one in found)
        ),
    }
    return doc.Switch(**values)


def _drive(drive: LiveDrive) -> doc.Drive:
    return doc.Drive(slot=str(drive.slot), path=drive.path, id=drive.id, settings=_settings(drive.settings))


def _adapter(adapter: LiveAdapter) -> doc.Adapter:
    return doc.Adapter(
        id=adapter.id, name=adapter.name, legacy=adapter.legacy, mac=adapter.mac, mac_dynamic=adapter.mac_dynamic, settings=_settings(adapter.settings)
    )


def _live_switch(switch: doc.Switch) -> LiveSwitch:
    values = _flat(switch) | {
        "settings": _part(SwitchSettings, switch.settings),
        "net_adapters": _or_unknown(switch.net_adapters, lambda found: tuple(Nic(**_flat(nic)) for nic in found)),
        "management": _or_unknown(
            switch.management,
            lambda found: tuple(LiveManagementAdapter(**(_flat(one) | {"settings": _part(ManagementSettings, one.settings)})) for one in found),
        ),
    }
    return LiveSwitch(**values)


def _live_machine(vm: doc.Machine) -> LiveVm:
    unheard: doc.Unread | Mapping[str, Json] | None = Unread(unknown="the inventory does not hold it; make it again with hvplan inspect")
    parts = {name: _or_unknown(vm.parts.get(name, unheard), lambda found, kind=kind: _part(kind, found)) for name, kind in PARTS}
    if not isinstance(parts["general"], General):
        raise ValueError(f"{vm.name} has no general settings")
    return LiveVm(
        **{name: getattr(vm, name) for name in PLAIN},
        **parts,
        disks=tuple(_live_drive(drive) for drive in vm.disks),
        dvds=tuple(_live_drive(drive) for drive in vm.dvds),
        adapters=_or_unknown(vm.adapters, lambda found: tuple(_live_adapter(adapter) for adapter in found)),
        boot_order=_or_unknown(vm.boot_order, lambda found: tuple(_live_boot_entry(entry) for entry in found)),
        checkpoints=_or_unknown(vm.checkpoints, lambda found: tuple(LiveCheckpoint(**_flat(checkpoint)) for checkpoint in found)),
    )


def _live_boot_entry(entry: doc.BootEntry) -> BootEntry:
    return BootEntry(firmware_path=entry.firmware_path, slot=parse_slot(entry.slot) if entry.slot else None, adapter=entry.adapter)


def _live_drive(drive: doc.Drive) -> LiveDrive:
    return LiveDrive(slot=parse_slot(drive.slot), path=drive.path, id=drive.id, settings=_part(DriveSettings, drive.settings))


def _live_adapter(adapter: doc.Adapter) -> LiveAdapter:
    settings = _part(AdapterSettings, adapter.settings)
    return LiveAdapter(id=adapter.id, name=adapter.name, legacy=adapter.legacy, mac=adapter.mac, mac_dynamic=adapter.mac_dynamic, settings=settings)
