"""The objects that Hyper-V's cmdlets give back, with the properties and types of the catalogue.

Ids have the forms of the catalogue's samples: the VM's id in upper case inside `Id`, in lower case in `VMId`.
A property that is left out is .NET's default, which the serializer fills in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hvplan.simulator.values import List, Number, Obj
from hvplan.simulator.world import cultures, record_devices
from hvplan.simulator.world.cultures import SERVICES, service_name, status_text
from hvplan.simulator.world.enums import enum, on_off
from hvplan.simulator.world.nouns import VM, Checkpoint
from hvplan.simulator.world.record_parts import Owner, component, i64, texts
from hvplan.simulator.world.state import State

NS = "Microsoft.HyperV.PowerShell."
_ACTIVE = ("Running", "Paused", "Saving", "Pausing", "Resuming", "Stopping", "Starting", "RunningCritical", "PausedCritical")


def vm_record(vm: VM, state: State, now: datetime) -> Obj:
    """`VirtualMachine`."""
    owner = Owner(vm, state)
    active = vm.state in _ACTIVE
    parent = next((one for one in vm.checkpoints if one.id == vm.parent), None)
    merging = vm.merging_until is not None
    operational = [enum("VMOperationalStatus", "Ok"), *([enum("VMOperationalStatus", "MergingDisks")] if merging else [])]
    critical = vm.state.endswith("Critical")
    if critical:
        operational = [enum("VMOperationalStatus", "SupportingEntityInError")]
    status = status_text(state.host.culture)
    props: dict[str, Any] = _base(vm, state, owner)
    props.update(
        ConfigurationLocation=vm.path,
        GuestStatePath=vm.path,
        SmartPagingFilePath=vm.smart_paging_path or vm.path,
        SnapshotFileLocation=vm.snapshot_path or vm.path,
        AutomaticStartAction=enum("StartAction", vm.actions.start),
        AutomaticStartDelay=vm.actions.delay,
        AutomaticStopAction=enum("StopAction", vm.actions.stop),
        AutomaticCriticalErrorAction=enum("CriticalErrorAction", vm.actions.critical),
        AutomaticCriticalErrorActionTimeout=vm.actions.critical_timeout,
        AutomaticCheckpointsEnabled=vm.automatic_checkpoints,
        MemoryAssigned=i64(vm.memory.startup if active else 0),
        MemoryDemand=i64(vm.memory.startup // 2 if active and vm.memory.dynamic else 0),
        MemoryStatus="",
        NumaAligned=True,
        NumaNodesCount=1,
        NumaSocketCount=1,
        Heartbeat=_heartbeat(vm),
        IntegrationServicesState="",
        Uptime=(now - vm.started) if active and vm.started else timedelta(0),
        OperationalStatus=List(operational, NS + "VMOperationalStatus[]"),
        PrimaryOperationalStatus=operational[0],
        SecondaryOperationalStatus=operational[1] if merging else None,
        StatusDescriptions=texts([status, *([status_text(state.host.culture, True)] if merging else [])]),
        PrimaryStatusDescription=status,
        SecondaryStatusDescription=status_text(state.host.culture, True) if merging else "",
        Status=status_text(state.host.culture, merging),
        ReplicationHealth=enum("VMReplicationHealthState", "NotApplicable" if vm.replication == "None" else "Normal"),
        ReplicationMode=enum("VMReplicationMode", vm.replication),
        ReplicationState=enum("VMReplicationState", "Disabled" if vm.replication == "None" else "Replicating"),
        CheckpointType=enum("CheckpointType", vm.checkpoint_type),
        EnhancedSessionTransportType=enum("EnhancedSessionTransportType", vm.enhanced_session),
        Groups=List((), f"System.Collections.Generic.List`1[[{NS}VMGroup]]"),
        VirtualMachineType=enum("VirtualMachineType", "RealizedVirtualMachine"),
        VirtualMachineSubType=enum("VirtualMachineSubType", f"Generation{vm.generation}"),
        GuestStateIsolationType=enum("GuestIsolationType", "Disabled"),
        State=enum("VMState", vm.state),
        ParentSnapshotId=vm.parent,
        ParentSnapshotName=parent.name if parent else "",
        Id=vm.id,
        Name=vm.name,
        CreationTime=vm.created,
        ParentCheckpointId=vm.parent,
        ParentCheckpointName=parent.name if parent else "",
        VMName=vm.name,
        VMId=vm.id,
        CheckpointFileLocation=vm.snapshot_path or vm.path,
    )
    return Obj("VirtualMachine", props)


def snapshot_record(vm: VM, checkpoint: Checkpoint, state: State) -> Obj:
    """`VMSnapshot`: the configuration that it holds, under its own id."""
    held = checkpoint.vm
    parent = next((one for one in vm.checkpoints if one.id == checkpoint.parent), None)
    props = _base(held, state, Owner(held, state, checkpoint))
    props.update(
        SnapshotType=enum("SnapshotType", checkpoint.type),
        IsAutomaticCheckpoint=checkpoint.automatic,
        VMId=vm.id,
        VMName=vm.name,
        State=enum("VMState", "Saved" if checkpoint.memory else "Off"),
        ParentSnapshotId=checkpoint.parent,
        ParentSnapshotName=parent.name if parent else "",
        Id=checkpoint.id,
        Name=checkpoint.name,
        CreationTime=checkpoint.created,
        ParentCheckpointId=checkpoint.parent,
        ParentCheckpointName=parent.name if parent else "",
    )
    return Obj("VMSnapshot", props)


def _base(vm: VM, state: State, owner: Owner) -> dict[str, Any]:
    """What a VM and a checkpoint share."""
    return {
        "ComPort1": record_devices.com_port(owner, 1),
        "ComPort2": record_devices.com_port(owner, 2),
        "DVDDrives": List((record_devices.dvd(owner, one) for one in vm.dvds), NS + "DvdDrive[]"),
        "FibreChannelHostBusAdapters": List((), f"System.Collections.Generic.List`1[[{NS}VMFibreChannelHba]]"),
        "FloppyDrive": record_devices.floppy(owner) if vm.generation == 1 else None,
        "HardDrives": List((record_devices.disk(owner, one) for one in vm.disks), NS + "HardDiskDrive[]"),
        "VMIntegrationService": List((service(owner, key) for key in SERVICES), f"System.Collections.Generic.List`1[[{NS}VMIntegrationComponent]]"),
        "DynamicMemoryEnabled": vm.memory.dynamic,
        "MemoryMaximum": i64(vm.memory.maximum),
        "MemoryMinimum": i64(vm.memory.minimum),
        "MemoryStartup": i64(vm.memory.startup),
        "ProcessorCount": i64(vm.processor.count),
        "Generation": vm.generation,
        "IsClustered": vm.clustered,
        "Notes": vm.notes,
        "Path": vm.path,
        "SizeOfSystemFiles": i64(73 * 1024),
        "Version": vm.version,
        "GuestControlledCacheTypes": vm.mapped_io.cache_types,
        "LowMemoryMappedIoSpace": Number(vm.mapped_io.low, "U32"),
        "HighMemoryMappedIoSpace": Number(vm.mapped_io.high, "U64"),
        "LockOnDisconnect": on_off(vm.lock_on_disconnect),
        "NetworkAdapters": List((record_devices.adapter(owner, one) for one in vm.adapters), f"System.Collections.Generic.List`1[[{NS}VMNetworkAdapter]]"),
        "ComputerName": state.host.name,
    }


def _heartbeat(vm: VM) -> Any:
    if vm.state != "Running" or vm.guest.shutdown == "none" or "heartbeat" not in vm.services:
        return None
    return enum("VMHeartbeatStatus", "OkApplicationsUnknown")


def service(owner: Owner, key: str) -> Obj:
    """`VMIntegrationComponent`."""
    vm = owner.vm
    enabled = key in vm.services
    talking = enabled and vm.state == "Running" and vm.guest.shutdown != "none"
    status = enum("VMIntegrationComponentOperationalStatus", "Ok" if talking or vm.state != "Running" else "NoContact")
    return component(
        owner, "VMIntegrationComponent", service_name(owner.state.host.culture, key), f"{owner.prefix}\\{SERVICES[key]}",
        Enabled=enabled, OperationalStatus=List([status], NS + "VMIntegrationComponentOperationalStatus[]"), PrimaryOperationalStatus=status,
        PrimaryStatusDescription="OK" if talking else "",
    )  # fmt: skip


def processor_record(owner: Owner) -> Obj:
    """`VMProcessor`."""
    vm, processor = owner.vm, owner.vm.processor
    host = owner.state.host
    threads = processor.threads_per_core
    return component(
        owner, "VMProcessor", cultures.word(host.culture, "processor"), f"{owner.prefix}\\b637f346-6a0e-4dec-af52-bd70cb80a21d\\0",
        ResourcePoolName="Primordial", Count=i64(processor.count), CompatibilityForMigrationEnabled=processor.migration_compatibility,
        CompatibilityForOlderOperatingSystemsEnabled=processor.legacy_compatibility,
        HwThreadCountPerCore=i64(owner.state.release.threads_per_core if threads is None else threads),
        ExposeVirtualizationExtensions=processor.nested, Maximum=i64(processor.limit), Reserve=i64(processor.reserve), RelativeWeight=processor.weight,
        MaximumCountPerNumaNode=i64(processor.per_node or host.processors), MaximumCountPerNumaSocket=i64(processor.per_socket or 1),
        EnableHostResourceProtection=processor.host_resource_protection,
        OperationalStatus=List([enum("VMProcessorOperationalStatus", "Ok")] if vm.state == "Running" else [], NS + "VMProcessorOperationalStatus[]"),
        StatusDescription=texts([]),
    )  # fmt: skip


def memory_record(owner: Owner) -> Obj:
    """`VMMemory`; the maximum of a NUMA node is read in MB although it is set in bytes, as public scripts on real hosts take it."""
    memory = owner.vm.memory
    host = owner.state.host
    return component(
        owner, "VMMemory", cultures.word(host.culture, "memory"), f"{owner.prefix}\\4764334d-e001-4176-82ee-5594ec9b530e",
        ResourcePoolName="Primordial", Buffer=memory.buffer, DynamicMemoryEnabled=memory.dynamic, Maximum=i64(memory.maximum),
        MaximumPerNumaNode=i64((memory.per_node or host.memory) >> 20), Minimum=i64(memory.minimum), Priority=memory.priority, Startup=i64(memory.startup),
    )  # fmt: skip
