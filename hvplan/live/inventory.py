"""A host as it was read, to an inventory document and back, without loss; and what a later plan may know of it.

What was not read is not in the document, what was not there is null in it, and what could not be read is `unknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, TypeVar

from hvplan.diagnostics import Diagnostic
from hvplan.document import inventory as doc
from hvplan.document.inventory import InventoryDocument, Unread
from hvplan.errors import ConfigurationError
from hvplan.live.read import in_scope, is_vhd
from hvplan.live.wanted import Wanted
from hvplan.model.devices import VLAN, AdapterSettings, Vlan, parse_slot
from hvplan.model.live import Identity, LiveAdapter, LiveCheckpoint, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.objects import SwitchSettings
from hvplan.model.parts import Firmware, General, Memory, Processor
from hvplan.model.rows import Row, rows
from hvplan.model.values import UNSET, Json, Unknown, normal_path

P = TypeVar("P")


def inventory_of(live: LiveHost, *, host: str, meta: Mapping[str, Json]) -> InventoryDocument:
    """The document of a host that was read under the name `host`. The order of machines, switches and adapters means nothing and is by name."""
    return InventoryDocument(
        host=host,
        identity=doc.HostIdentity(**asdict(live.identity)),
        processors=live.processors,
        memory=live.memory,
        vm_path=live.vm_path,
        vhd_path=live.vhd_path,
        vms=tuple(_machine(vm) for vm in sorted(live.vms, key=lambda vm: (vm.name, vm.id))),
        switches=tuple(
            doc.Switch(id=s.id, name=s.name, notes=s.notes, settings=_settings(s.settings)) for s in sorted(live.switches, key=lambda s: (s.name, s.id))
        ),
        vhds={key: _or_unread(found, lambda f: doc.VhdHeader(**asdict(f))) for key, found in sorted(live.vhds.items())},
        files={key: _or_unread(found, lambda f: doc.File(**asdict(f))) for key, found in sorted(live.files.items())},
        free=dict(sorted(live.free.items())),
        commands={name: tuple(sorted(parameters)) for name, parameters in sorted(live.commands.items())},
        meta=meta,
    )


def host_of(document: InventoryDocument) -> LiveHost:
    """The host of a document. Raises ConfigurationError (exit 1) for a value that no host has."""
    try:
        return LiveHost(
            identity=Identity(**asdict(document.identity)),
            commands={name: frozenset(parameters) for name, parameters in document.commands.items()},
            processors=document.processors,
            memory=document.memory,
            vm_path=document.vm_path,
            vhd_path=document.vhd_path,
            switches=tuple(_live_switch(switch) for switch in document.switches),
            vms=tuple(_live_machine(vm) for vm in document.vms),
            files={key: _or_unknown(found, lambda f: LiveFile(**asdict(f))) for key, found in document.files.items()},
            vhds={key: _or_unknown(found, lambda f: LiveVhd(**asdict(f))) for key, found in document.vhds.items()},
            free=dict(document.free),
        )
    except ValueError as error:
        summary = f"The inventory of {document.host} holds a value that is none: {error}"
        raise ConfigurationError(Diagnostic(code="not-an-inventory", summary=summary, hint="make it again with hvplan inspect")) from error


def as_read(live: LiveHost, wanted: Wanted) -> LiveHost:
    """What a plan's own read of that host would have brought: files and headers that it asks for, down every chain, and nothing beside them.

    So a plan against an inventory is the plan against the host. What the inventory does not know is Unknown.
    """
    attached = [drive.path for vm in live.vms if in_scope(vm, wanted) for drive in vm.disks if is_vhd(drive.path)]
    files: dict[str, LiveFile | Unknown | None] = {}
    for path in (*wanted.files, *wanted.vhds, *attached):
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
    return replace(live, files=files, vhds=vhds)


def _not_asked(path: str) -> Unknown:
    return Unknown(f"the inventory does not know {path}; run hvplan inspect again with these files")


def _or_unread(found: Any, made: Any) -> Any:
    return None if found is None else Unread(unknown=found.why) if isinstance(found, Unknown) else made(found)


def _or_unknown(found: Any, made: Any) -> Any:
    return None if found is None else Unknown(found.unknown) if isinstance(found, Unread) else made(found)


def _settings(part: Any) -> dict[str, Json]:
    """Every readable row of a part by its path; a value of null stands for itself (an adapter that is not connected)."""
    values = {name: getattr(part, name) for name in rows(part)}
    return {row.path: None if values[name] is None else row.kind.json(values[name]) for name, row in rows(part).items() if values[name] is not UNSET}


def _part(kind: type[P], settings: Mapping[str, Json]) -> P:
    known = {row.path: name for name, row in rows(kind).items()}
    if other := sorted(settings.keys() - known.keys()):
        raise ValueError(f"there is no setting {other[0]}")
    return kind(**{name: _value(rows(kind)[name], settings[path]) for path, name in known.items() if path in settings})


def _value(row: Row, value: Json) -> Any:
    """A value as it was read, which is the form that documents hold. A VLAN mode that this version only names has no other form."""
    if row.kind is VLAN:
        return Vlan(value) if isinstance(value, str) else Vlan("Access", VLAN.parse(value).id)
    try:
        row.kind.parse(value)
    except ValueError as error:
        raise ValueError(f"{row.path} is {value!r}, expected {error}") from error
    return value


def _machine(vm: LiveVm) -> doc.Machine:
    return doc.Machine(
        **{name: getattr(vm, name) for name in ("id", "name", "state", "generation", "version", "path", "notes", "clustered", "replication", "busy")},
        general=_settings(vm.general),
        processor=_or_unread(vm.processor, _settings),
        memory=_or_unread(vm.memory, _settings),
        firmware=_or_unread(vm.firmware, _settings),
        scsi_controllers=vm.scsi_controllers,
        disks=tuple(_drive(drive) for drive in vm.disks),
        dvds=tuple(_drive(drive) for drive in vm.dvds),
        adapters=Unread(unknown=vm.adapters.why)
        if isinstance(vm.adapters, Unknown)
        else tuple(_adapter(a) for a in sorted(vm.adapters, key=lambda a: (a.name, a.id))),
        checkpoints=Unread(unknown=vm.checkpoints.why)
        if isinstance(vm.checkpoints, Unknown)
        else tuple(doc.Checkpoint(**asdict(checkpoint)) for checkpoint in vm.checkpoints),
    )


def _drive(drive: LiveDrive) -> doc.Drive:
    return doc.Drive(slot=str(drive.slot), path=drive.path, id=drive.id)


def _adapter(adapter: LiveAdapter) -> doc.Adapter:
    return doc.Adapter(
        id=adapter.id, name=adapter.name, legacy=adapter.legacy, mac=adapter.mac, mac_dynamic=adapter.mac_dynamic, settings=_settings(adapter.settings)
    )


def _live_switch(switch: doc.Switch) -> LiveSwitch:
    return LiveSwitch(id=switch.id, name=switch.name, notes=switch.notes, settings=_part(SwitchSettings, switch.settings))


def _live_machine(vm: doc.Machine) -> LiveVm:
    return LiveVm(
        **{name: getattr(vm, name) for name in ("id", "name", "state", "generation", "version", "path", "notes", "clustered", "replication", "busy")},
        general=_part(General, vm.general),
        processor=_or_unknown(vm.processor, lambda part: _part(Processor, part)),
        memory=_or_unknown(vm.memory, lambda part: _part(Memory, part)),
        firmware=_or_unknown(vm.firmware, lambda part: _part(Firmware, part)),
        scsi_controllers=vm.scsi_controllers,
        disks=tuple(_live_drive(drive) for drive in vm.disks),
        dvds=tuple(_live_drive(drive) for drive in vm.dvds),
        adapters=_or_unknown(vm.adapters, lambda found: tuple(_live_adapter(adapter) for adapter in found)),
        checkpoints=_or_unknown(vm.checkpoints, lambda found: tuple(LiveCheckpoint(**asdict(checkpoint)) for checkpoint in found)),
    )


def _live_drive(drive: doc.Drive) -> LiveDrive:
    return LiveDrive(slot=parse_slot(drive.slot), path=drive.path, id=drive.id)


def _live_adapter(adapter: doc.Adapter) -> LiveAdapter:
    settings = _part(AdapterSettings, adapter.settings)
    return LiveAdapter(id=adapter.id, name=adapter.name, legacy=adapter.legacy, mac=adapter.mac, mac_dynamic=adapter.mac_dynamic, settings=settings)
