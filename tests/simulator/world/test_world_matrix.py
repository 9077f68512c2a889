"""Which change a VM takes in which state: behaviour 2, row by row, tried through the cmdlets."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.values import Obj
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import GIB, MIB, run, vm, world

# Columns: Running Generation 1, Running Generation 2, Saved, Paused, Off. Y taken, N refused, - does not exist.
TABLE: dict[str, tuple[str, Any]] = {
    "more processors": ("N N N N Y", ("Set-VMProcessor", {"Count": 4})),
    "processor reserve": ("Y Y N Y Y", ("Set-VMProcessor", {"Reserve": 10})),
    "nested virtualization": ("N N N N Y", ("Set-VMProcessor", {"ExposeVirtualizationExtensions": True})),
    "processor compatibility": ("N N N N Y", ("Set-VMProcessor", {"CompatibilityForMigrationEnabled": True})),
    "threads per core": ("N N N N Y", ("Set-VMProcessor", {"HwThreadCountPerCore": 1})),
    "NUMA": ("N N N N Y", ("Set-VMProcessor", {"MaximumCountPerNumaNode": 2})),
    "static memory resize": ("Y Y N N Y", ("Set-VMMemory", {"StartupBytes": 2 * GIB})),
    "dynamic memory on": ("N N N N Y", ("Set-VMMemory", {"DynamicMemoryEnabled": True})),
    "memory buffer": ("Y Y N Y Y", ("Set-VMMemory", {"Buffer": 30})),
    "memory priority": ("Y Y N Y Y", ("Set-VMMemory", {"Priority": 60})),
    "SCSI disk": ("Y Y N N Y", ("Add-VMHardDiskDrive", {"ControllerType": "SCSI", "Path": "D:\\VHDs\\one.vhdx"})),
    "IDE disk": ("N - N N Y", ("Add-VMHardDiskDrive", {"ControllerType": "IDE", "Path": "D:\\VHDs\\one.vhdx"})),
    "SCSI controller": ("N N N N Y", ("Add-VMScsiController", {})),
    "DVD drive on IDE": ("N - N N Y", ("Add-VMDvdDrive", {"ControllerNumber": 1})),
    "DVD drive on SCSI": ("- Y N N Y", ("Add-VMDvdDrive", {"ControllerNumber": 0})),
    "network adapter": ("N Y N N Y", ("Add-VMNetworkAdapter", {"Name": "second"})),
    "legacy adapter": ("N - N N Y", ("Add-VMNetworkAdapter", {"IsLegacy": True})),
    "connect": ("Y Y Y Y Y", ("Connect-VMNetworkAdapter", {"VMName": ["web"], "SwitchName": "lan"})),
    "VLAN": ("Y Y Y Y Y", ("Set-VMNetworkAdapterVlan", {"Access": True, "VlanId": 20})),
    "static MAC": ("N N N N Y", ("Set-VMNetworkAdapter", {"StaticMacAddress": "00155D010203"})),
    "MAC spoofing": ("Y Y Y Y Y", ("Set-VMNetworkAdapter", {"MacAddressSpoofing": "On"})),
    "bandwidth": ("Y Y Y Y Y", ("Set-VMNetworkAdapter", {"MaximumBandwidth": 10**9})),
    "secure boot": ("- N N N Y", ("Set-VMFirmware", {"EnableSecureBoot": "Off"})),
    "secure boot template": ("- N N N Y", ("Set-VMFirmware", {"SecureBootTemplate": "MicrosoftUEFICertificateAuthority"})),
    "BIOS order": ("N - N N Y", ("Set-VMBios", {"StartupOrder": ["IDE", "CD", "LegacyNetworkAdapter", "Floppy"]})),
    "COM port": ("Y Y N Y Y", ("Set-VMComPort", {"Number": 1, "Path": "\\\\.\\pipe\\web"})),
    "integration service": ("Y Y N Y Y", ("Enable-VMIntegrationService", {"Name": ["Guest Service Interface"]})),
    "start action": ("Y Y Y Y Y", ("Set-VM", {"AutomaticStartAction": "Nothing"})),
    "start delay": ("Y Y Y Y Y", ("Set-VM", {"AutomaticStartDelay": 30})),
    "stop action": ("N N N N Y", ("Set-VM", {"AutomaticStopAction": "ShutDown"})),
    "notes": ("Y Y Y Y Y", ("Set-VM", {"Notes": "hello"})),
    "name": ("Y Y Y Y Y", ("Rename-VM", {"NewName": "other"})),
    "checkpoint type": ("Y Y Y Y Y", ("Set-VM", {"CheckpointType": "Standard"})),
    "memory-mapped IO": ("N N N N Y", ("Set-VM", {"LowMemoryMappedIoSpace": 256 * MIB})),
    "upgrade": ("N N N N Y", ("Update-VMVersion", {"Force": True})),
    "checkpoint": ("Y Y Y N Y", ("Checkpoint-VM", {})),
}
COLUMNS = [("Running", 1), ("Running", 2), ("Saved", 2), ("Paused", 2), ("Off", 2)]
TRANSITIONAL = ["Starting", "Stopping", "Saving", "Pausing", "Resuming", "RunningCritical", "OffCritical"]


def seed(state: str, generation: int) -> SimulatedWorld:
    """One VM named web in a state."""
    return world(
        f"  - {{name: web, generation: {generation}, state: {state}, version: '10.0', processor: {{count: 2}}, memory: {{startup: 1GiB}}, "
        "devices: {networkAdapters: [{name: Network Adapter}]}}"
    )


def tried(host: SimulatedWorld, command: str, bound: dict[str, Any]) -> tuple[str, ...]:
    """The error ids of an operation on the VM."""
    target: dict[str, Any] = {} if "VMName" in bound else {"VM": [vm(host, "web")]}
    return tuple(error.id for error in run(host, command, **target, **bound).errors)


def generation_of(row: str, column: tuple[str, int]) -> int:
    """Saved, Paused and Off have one column for both generations: the one that has the device is tried."""
    state, generation = column
    marks = TABLE[row][0].split()
    return 1 if state != "Running" and marks[1] == "-" else generation


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: f"{column[0]}{column[1]}")
@pytest.mark.parametrize("row", TABLE)
def test_a_change_is_taken_or_refused_as_the_table_says(row: str, column: tuple[str, int]) -> None:
    """Every cell of behaviour 2; a refused change leaves the whole host as it was."""
    marks, (command, bound) = TABLE[row]
    expected = marks.split()[COLUMNS.index(column)]
    host = seed(column[0], generation_of(row, column))
    before = host.dump()
    errors = tried(host, command, bound)
    if expected == "Y":
        assert errors == ()
        assert host.dump() != before
    else:
        assert errors
        assert host.dump() == before
        if expected == "N":
            generic = {"stop action": "OperationFailed"}
            assert errors[0] == generic.get(row, "InvalidState")


@pytest.mark.parametrize("state", TRANSITIONAL)
@pytest.mark.parametrize("row", ["notes", "connect", "start action", "more processors"])
def test_a_vm_between_two_states_takes_no_change(row: str, state: str) -> None:
    """Even what is always allowed waits until a transition, or a critical state, is over (behaviour 5.2)."""
    host = seed(state, 2)
    command, bound = TABLE[row][1]
    assert tried(host, command, bound) == ("InvalidState",)


@pytest.mark.parametrize("state", ["Running", "Paused", "Saved", "Off"])
def test_a_medium_can_be_changed_in_every_state(state: str) -> None:
    """DVD media are inserted and ejected in every stable state (behaviour 2.3)."""
    host = world(f"  - {{name: web, generation: 2, state: {state}, devices: {{dvds: [{{slot: scsi 0:1}}]}}}}")
    drive: Obj = run(host, "Get-VMDvdDrive", VMName=["web"]).records[0]
    inserted = run(host, "Set-VMDvdDrive", VMDvdDrive=[drive], Path="D:\\iso\\setup.iso", Passthru=True)
    assert inserted.records[0].props["DvdMediaType"] == "ISO"
    ejected = run(host, "Set-VMDvdDrive", VMDvdDrive=[drive], Path=None, Passthru=True)
    assert ejected.records[0].props["DvdMediaType"] == "None"


MEMORY = "  - {name: web, state: Running, memory: {startup: 2GiB, dynamic: {minimum: 1GiB, maximum: 4GiB}}}"


@pytest.mark.parametrize(
    ("bound", "taken"),
    [
        ({"MinimumBytes": 512 * MIB}, True),
        ({"MinimumBytes": 2 * GIB}, False),
        ({"MaximumBytes": 8 * GIB}, True),
        ({"MaximumBytes": 3 * GIB}, False),
        ({"StartupBytes": 3 * GIB}, False),
    ],
)
def test_dynamic_memory_of_a_running_vm_only_widens(bound: dict[str, int], taken: bool) -> None:
    """While running the minimum only falls, the maximum only rises, and the startup memory stays (behaviour 2.2)."""
    host = world(MEMORY)
    assert (tried(host, "Set-VMMemory", bound) == ()) == taken


def test_one_illegal_property_poisons_the_whole_call() -> None:
    """Of a combined call nothing is applied when one part of it is refused (behaviour 2.1 D)."""
    host = seed("Running", 2)
    before = host.dump()
    assert tried(host, "Set-VM", {"Notes": "new", "AutomaticStartAction": "Start", "ProcessorCount": 8})
    assert tried(host, "Set-VMProcessor", {"Reserve": 10, "Count": 8})
    assert host.dump() == before


def test_what_a_world_does_not_know_it_says() -> None:
    """A command or parameter without rules answers NotSimulated instead of pretending."""
    host = seed("Off", 2)
    assert run(host, "Get-VMReplication", VMName=["web"]).errors[0].id == "NotSimulated"
    assert tried(host, "Set-VM", {"BatteryPassthroughEnabled": True}) == ("NotSimulated",)
