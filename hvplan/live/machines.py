"""Virtual machines: how what was asked about one (`questions`) comes together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from hvplan.live.decode import Commands, components_of, fields_of, part_of
from hvplan.live.questions import BEYOND, Told
from hvplan.model.boot import BootEntry
from hvplan.model.devices import AdapterSettings, DriveSettings, Slot
from hvplan.model.live import LiveAdapter, LiveCheckpoint, LiveDrive, LiveVm
from hvplan.model.marker import text_of
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.rows import rows
from hvplan.model.values import MAC, UNSET, Unknown
from hvplan.remoting.session import Record

_DEEP: Final[Mapping[str, str]] = {"VlanSetting": "VLAN", "BandwidthSetting": "bandwidth"}
"""Settings of an adapter that are objects; a text is all that is left of one at the wrong depth (truth 11, 12)."""
BUSY: Final[Mapping[str, str]] = {
    "ApplyingSnapshot": "applying a checkpoint",
    "CreatingSnapshot": "creating a checkpoint",
    "DeletingSnapshot": "deleting a checkpoint",
    "MergingDisks": "merging disks",
    "ExportingVirtualMachine": "being exported",
    "MigratingVirtualMachine": "being migrated",
    "MigratingPlannedVm": "being migrated",
    "BackingUpVirtualMachine": "being backed up",
    "ModifyingUpVirtualMachine": "being modified",
    "StorageMigrationPhaseOne": "moving its storage",
    "StorageMigrationPhaseTwo": "moving its storage",
}
"""Operational status -> why nothing may be changed now (catalogue, VMOperationalStatus)."""
SILENT: Final = frozenset({"NoContact", "LostCommunication", "CommunicationTimedOut", "CommunicationFailed"})
"""Operational status of a guest's service that does not answer (catalogue, VMIntegrationComponentOperationalStatus)."""


def live_vm(record: Record, answers: Told, commands: Commands) -> LiveVm:
    """One VM, from its own record and what the other questions told of it. What cannot be known is Unknown, or makes it `busy`."""
    id, notes = str(record["Id"]), str(record["Notes"] or "")
    general, problem = fields_of(General, {**record, "Notes": text_of(notes)}, "Get-VM", commands)
    generation = int(record["Generation"] or 0)
    platform, unplatform = fields_of(Platform, record, "Get-VM", commands)

    def part(kind: type[Any], name: str, query: str) -> Any:
        return part_of(kind, answers.of(name, id), query, answers.why.get(name, ""), commands)

    controllers = answers.of("controllers", id)
    disks, dvds = _drives(record["HardDrives"], commands), _drives(record["DVDDrives"], commands)
    unread = [f"its settings could not be read: {problem}"] if problem else []
    if answers.why.get("controllers") and not controllers:
        unread.append(f"its SCSI controllers could not be read: {answers.why['controllers']}")
    if disks is None or dvds is None:
        unread.append("its drives could not be read")
    return LiveVm(
        id=id,
        name=str(record["Name"]),
        state=str(record["State"]),
        generation=generation,
        version=str(record["Version"] or ""),
        path=str(record["Path"] or ""),
        notes=notes,
        clustered=record["IsClustered"] is True,
        replication=str(record["ReplicationMode"] or "None"),
        silent=_silent(answers.of("services", id)) if record["State"] == "Running" else "",
        busy=_busy(record["OperationalStatus"]) or "; ".join(unread),
        general=General(**general),
        processor=part(Processor, "processor", "Get-VMProcessor"),
        memory=part(Memory, "memory", "Get-VMMemory"),
        firmware=part(Firmware, "firmware", "Get-VMFirmware") if generation == 2 else None,
        bios=part(Bios, "bios", "Get-VMBios") if generation == 1 else None,
        platform=Unknown(unplatform) if unplatform else Platform(**platform),
        video=part(Video, "video", "Get-VMVideo"),
        services=components_of(IntegrationServices, answers.of("services", id), answers.why.get("services", "")),
        com_ports=components_of(ComPorts, answers.of("com_ports", id), answers.why.get("com_ports", "")),
        scsi_controllers=len(controllers),
        disks=disks or (),
        dvds=dvds or (),
        adapters=_adapters(answers, id, commands),
        boot_order=_boot_order(answers, id) if generation == 2 else (),
        checkpoints=_checkpoints(answers, id),
        beyond=tuple(_beyond(record)),
    )


def _beyond(record: Record) -> Iterator[str]:
    """Devices of its own record that no file can say."""
    adapters, floppy, drives = record.get(BEYOND[0]), record.get(BEYOND[1]), record.get("HardDrives")
    if isinstance(adapters, tuple) and adapters:
        yield "a Fibre Channel adapter" if len(adapters) == 1 else f"{len(adapters)} Fibre Channel adapters"
    if isinstance(floppy, Mapping) and floppy.get("Path"):
        yield f"a floppy disk ({floppy['Path']})"
    for drive in drives if isinstance(drives, tuple) else ():
        if isinstance(drive, Mapping) and drive.get("SupportPersistentReservations") is True:
            yield f"persistent reservations on {str(drive['ControllerType']).lower()} {drive['ControllerNumber']}:{drive['ControllerLocation']}"


def _silent(services: Iterable[Record]) -> str:
    """What the shutdown service says of a guest that it cannot reach; the services of a machine that does not run have no contact either."""
    shutdown = rows(IntegrationServices)["shutdown"].component.lower()
    found = next((service for service in services if str(service.get("Id")).partition("\\")[2].lower() == shutdown), {})
    status = str(found.get("PrimaryOperationalStatus") or "")
    return status if status in SILENT else ""


def _busy(status: object) -> str:
    words = status if isinstance(status, tuple) else (status,)
    return next((BUSY[word] for word in words if word in BUSY), "")


def _drives(value: object, commands: Commands) -> tuple[LiveDrive, ...] | None:
    """Drives by slot; None when they did not come as objects."""
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str):
        return None
    try:
        drives = [
            LiveDrive(
                slot=Slot(str(drive["ControllerType"]).lower(), int(drive["ControllerNumber"]), int(drive["ControllerLocation"])),
                path=str(drive["Path"] or ""),
                id=str(drive["Id"] or ""),
                settings=DriveSettings(**fields_of(DriveSettings, drive, "Get-VMHardDiskDrive", commands)[0]) if "MaximumIOPS" in drive else DriveSettings(),
            )
            for drive in value
        ]
    except (KeyError, TypeError, ValueError):
        return None
    return tuple(sorted(drives, key=lambda drive: drive.slot))


def _adapters(answers: Told, id: str, commands: Commands) -> tuple[LiveAdapter, ...] | Unknown:
    """All adapters of a VM, or Unknown: with an error in the answer, unless every adapter the VM has is among its records."""
    records, why = answers.of("adapters", id), answers.why.get("adapters", "")
    if why and answers.adapter_ids.get(id) != frozenset(str(record["Id"]).lower() for record in records):
        return Unknown(why)
    adapters: list[LiveAdapter] = []
    for record in records:
        settings, problem = fields_of(AdapterSettings, record, "Get-VMNetworkAdapter", commands)
        settings["switch"] = record["SwitchName"] or None  # no name is a value: not connected
        if record["VlanSetting"] is None:
            settings["vlan"] = UNSET  # unlike a bandwidth, a VLAN setting is always there
        flat = next((what for name, what in _DEEP.items() if isinstance(record[name], str)), "")
        if problem or flat:
            return Unknown(problem or f"the {flat} of {record['Name']} did not come back")
        adapters.append(
            LiveAdapter(
                id=str(record["Id"]),
                name=str(record["Name"] or ""),
                legacy=record["IsLegacy"] is True,
                mac=_mac(str(record["MacAddress"] or "")),
                mac_dynamic=record["DynamicMacAddressEnabled"] is True,
                settings=AdapterSettings(**settings),
            )
        )
    return tuple(adapters)


def _boot_order(answers: Told, id: str) -> tuple[BootEntry, ...] | Unknown:
    """The entries of a VM's boot order, empty ones left out. With an error in the answer nobody knows whether a VM without a record has any.

    What kind of entry it is tells its device alone: the numbers of BootType are not known.
    """
    records, why = answers.of("boot", id), answers.why.get("boot", "")
    if why and not records:
        return Unknown(why)
    entries: list[BootEntry] = []
    for record in records:
        path, device = str(record["FirmwarePath"] or ""), record["Device"]
        if device is None:
            entries += [BootEntry(firmware_path=path)] if path else []
            continue
        entry = _boot_device(path, device)
        if entry is None:
            return Unknown(f"the device of a boot entry came back as {device!r}")
        entries.append(entry)
    return tuple(entries)


def _boot_device(path: str, device: object) -> BootEntry | None:
    """A drive by its slot, an adapter by its id; None for what is neither (a text is all that is left of a device at the wrong depth, truth 11)."""
    if not isinstance(device, Mapping):
        return None
    try:
        if device.get("ControllerType") is not None:
            slot = Slot(str(device["ControllerType"]).lower(), int(device["ControllerNumber"]), int(device["ControllerLocation"]))
            return BootEntry(firmware_path=path, slot=slot)
    except (KeyError, TypeError, ValueError):
        return None
    return BootEntry(firmware_path=path, adapter=str(device["Id"])) if device.get("Id") else None


def _mac(text: str) -> str:
    try:
        return MAC.parse(text)
    except ValueError:
        return text


def _checkpoints(answers: Told, id: str) -> tuple[LiveCheckpoint, ...] | Unknown:
    """All checkpoints of a VM; with an error in the answer nobody knows whether there are more."""
    if why := answers.why.get("checkpoints", ""):
        return Unknown(why)
    return tuple(
        LiveCheckpoint(
            id=str(record["Id"]),
            name=str(record["Name"] or ""),
            kind=str(record["SnapshotType"] or ""),
            automatic=record["IsAutomaticCheckpoint"] is True,
        )
        for record in answers.of("checkpoints", id)
    )
