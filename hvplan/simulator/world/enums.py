"""The .NET enums that records of the world carry, with their numbers (catalogue: enums by reflection)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hvplan.simulator.values import Enum

_HYPERV = "Microsoft.HyperV.PowerShell."
_VHD = "Microsoft.Vhd.PowerShell."


def _numbered(names: str, start: int = 0) -> dict[str, int]:
    return {name: number for number, name in enumerate(names.split(), start)}


_TABLE: dict[str, dict[str, int]] = {
    _HYPERV + "BootDevice": _numbered("Floppy CD IDE LegacyNetworkAdapter NetworkAdapter VHD"),
    _HYPERV + "CacheAttributes": _numbered("Default WriteCacheEnabled WriteCacheAndFUAEnabled WriteCacheDisabled"),
    _HYPERV + "CheckpointType": _numbered("Disabled Production ProductionOnly Standard", 2),
    _HYPERV + "ConsoleModeType": _numbered("Default COM1 COM2 None"),
    _HYPERV + "ControllerType": _numbered("IDE SCSI PMEM"),
    _HYPERV + "CriticalErrorAction": _numbered("None Pause"),
    _HYPERV + "DvdMediaType": _numbered("None ISO PassThrough"),
    _HYPERV + "EnhancedSessionTransportType": _numbered("VMBus HvSocket"),
    _HYPERV + "GuestIsolationType": {"TrustedLaunch": 0, "VBS": 1, "SNP": 2, "TDX": 3, "OpenHCL": 16, "Disabled": -1},
    _HYPERV + "IPProtocolPreference": _numbered("IPv4 IPv6"),
    _HYPERV + "IovInterruptModerationValue": {"Default": 0, "Adaptive": 1, "Off": 2, "Low": 100, "Medium": 200, "High": 300},
    _HYPERV + "MigrationAuthenticationType": _numbered("CredSSP Kerberos"),
    _HYPERV + "OnOffState": _numbered("On Off"),
    _HYPERV + "ResolutionType": {"Maximum": 2, "Single": 3, "Default": 4},
    _HYPERV + "SnapshotType": {"Standard": 0, "Recovery": 1, "Planned": 2, "Missing": 5, "Replica": 6, "AppConsistentReplica": 7, "SyncedReplica": 8},
    _HYPERV + "StartAction": _numbered("Nothing StartIfRunning Start", 2),
    _HYPERV + "StopAction": _numbered("TurnOff Save ShutDown", 2),
    _HYPERV + "VMBootSourceType": _numbered("Unknown Drive Network File"),  # numbers unknown: counted in order
    _HYPERV + "VMHeartbeatStatus": _numbered(
        "Unknown Disabled NoContact Error LostCommunication OkApplicationsUnknown OkApplicationsHealthy OkApplicationsCritical Paused"
    ),
    _HYPERV + "VMIntegrationComponentOperationalStatus": {"Ok": 2, "Degraded": 3, "Error": 6, "NoContact": 12, "LostCommunication": 13, "Disabled": 32896},
    _HYPERV + "VMMigrationPerformance": _numbered("TCPIP Compression SMB"),
    _HYPERV + "VMNetworkAdapterIsolationMode": _numbered("None NativeVirtualSubnet ExternalVirtualSubnet Vlan"),
    _HYPERV + "VMNetworkAdapterOperationalStatus": {"Unknown": 0, "Ok": 2, "Degraded": 3, "Stopped": 10, "Dormant": 15},
    _HYPERV + "VMNetworkAdapterPortMirroringMode": _numbered("None Destination Source"),
    _HYPERV + "VMNetworkAdapterPrivateVlanMode": {"0": 0, "Isolated": 1, "Community": 2, "Promiscuous": 3},
    _HYPERV + "VMNetworkAdapterVlanMode": _numbered("Untagged Access Trunk Private"),
    _HYPERV + "VMOperationalStatus": {
        "Ok": 2, "Degraded": 3, "PredictiveFailure": 5, "InService": 11, "Dormant": 15, "SupportingEntityInError": 16, "ApplyingSnapshot": 23769,
        "CreatingSnapshot": 32768, "DeletingSnapshot": 32770, "WaitingToStart": 32771, "MergingDisks": 32772, "BackingUpVirtualMachine": 32776,
    },
    _HYPERV + "VMProcessorOperationalStatus": {"Ok": 2},
    _HYPERV + "VMReplicationHealthState": _numbered("NotApplicable Normal Warning Critical"),
    _HYPERV + "VMReplicationMode": _numbered("None Primary Replica TestReplica ExtendedReplica"),
    _HYPERV + "VMReplicationState": {"Disabled": 0, "Replicating": 4},
    _HYPERV + "VMState": {
        "Other": 1, "Running": 2, "Off": 3, "Stopping": 4, "Saved": 6, "Paused": 9, "Starting": 10, "Reset": 11, "Saving": 32773, "Pausing": 32776,
        "Resuming": 32777, "FastSaved": 32779, "FastSaving": 32780, "ForceShutdown": 32781, "ForceReboot": 32782, "Hibernated": 32783,
        "ComponentServicing": 32784, "RunningCritical": 32785, "OffCritical": 32786, "StoppingCritical": 32787, "SavedCritical": 32788,
        "PausedCritical": 32789, "StartingCritical": 32790, "ResetCritical": 32791, "SavingCritical": 32792, "PausingCritical": 32793,
        "ResumingCritical": 32794, "FastSavedCritical": 32795, "FastSavingCritical": 32796,
    },
    _HYPERV + "VMSwitchBandwidthMode": _numbered("Default Weight Absolute None"),
    _HYPERV + "VMSwitchExtensionType": _numbered("Unknown Capture Filter Forwarding Monitoring Native"),
    _HYPERV + "VMSwitchLoadBalancingAlgorithm": {"HyperVPort": 4, "Dynamic": 5},
    _HYPERV + "VMSwitchTeamingMode": {"SwitchIndependent": 1},
    _HYPERV + "VMSwitchType": _numbered("Private Internal External"),
    _HYPERV + "VirtualMachineSubType": _numbered("Unknown Generation1 Generation2"),
    _HYPERV + "VirtualMachineType": {"RealizedVirtualMachine": 3, "PlannedVirtualMachine": 4},
    _HYPERV + "VrssQueueSchedulingModeType": _numbered("Dynamic StaticVmq StaticVrss"),
    _HYPERV + "VrssVmbusChannelAffinityPolicyType": {"None": 1, "Weak": 2, "Strong": 3, "Strict": 4},
    _VHD + "VhdFormat": {"Unknown": 0, "VHD": 2, "VHDX": 3, "VHDSet": 4},
    _VHD + "VhdType": {"Unknown": 0, "Fixed": 2, "Dynamic": 3, "Differencing": 4},
    "Microsoft.Virtualization.Client.Management.VirtualHardDiskPmemAddressAbstractionType": {"None": 0, "BTT": 1, "Unknown": 65535},
}  # fmt: skip


def _members() -> Mapping[str, Mapping[str, Enum]]:
    return MappingProxyType(
        {full.rpartition(".")[2]: MappingProxyType({name: Enum(name, full, number) for name, number in members.items()}) for full, members in _TABLE.items()}
    )


ENUMS = _members()
"""Short name of an enum -> member -> value."""


def enum(type_name: str, member: str) -> Enum:
    """The member of an enum by its short name; a name that is not in the table is a bug here (KeyError)."""
    return ENUMS[type_name][member]


def on_off(value: bool) -> Enum:
    """`OnOffState`, in which On is 0."""
    return ENUMS["OnOffState"]["On" if value else "Off"]


def words(type_name: str) -> tuple[str, ...]:
    """The member names of an enum."""
    return tuple(ENUMS[type_name])
