"""World files: what may stand in them, what is said about mistakes, and that nothing is lost on the way out and in."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.errors import ConfigurationError
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import good, new_vm, one, vm, world

DOCUMENTED = r"""
kind: World
host:
  name: HV01
  release: "2025"
  culture: en-US
  processors: 16
  memory: 64GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  netAdapters: [{name: Ethernet, mac: 00-15-5D-FF-00-01, description: Intel(R) Ethernet X710, linkSpeed: 10Gbit}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
  cluster: false
  guest: {shutdown: prompt}
switches: [{name: lan, type: Internal}]
nats: []
files:
  - {path: 'D:\golden\ubuntu.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
  - {path: 'D:\VHDs\old-web.vhdx', vhd: {size: 40GiB, type: Dynamic, fileSize: 9GiB}}
  - {path: 'D:\iso\setup.iso', size: 5GiB}
vms:
  - name: old-web
    id: 2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c
    state: Running
    generation: 2
    processor: {count: 2}
    memory: {startup: 2GiB}
    notes: Made by hand
    devices:
      disks: [{slot: scsi 0:0, path: 'D:\VHDs\old-web.vhdx'}]
      networkAdapters: [{name: Network Adapter, switch: lan, mac: 00-15-5D-01-02-03}, {name: Network Adapter, switch: null}]
    checkpoints: [{name: before update, created: 2026-01-01T02:00:00Z, type: Standard}]
    guest: {shutdown: prompt}
"""
RICH = r"""
  - name: full
    generation: 2
    state: Off
    processor: {count: 4, reserve: 5, nestedVirtualization: On, numa: {maximumPerNode: 8}}
    memory: {startup: 4GiB, dynamic: {minimum: 1GiB, maximum: 8GiB, buffer: 25}, priority: 60}
    firmware: {secureBoot: MicrosoftUEFICertificateAuthority, bootOrder: [networkAdapters/lan, disks/data], consoleMode: COM1}
    automaticActions: {start: Start, startDelay: 30s, stop: ShutDown, criticalErrorTimeout: 1h}
    integrationServices: {guestServiceInterface: true, timeSynchronization: Off}
    memoryMappedIo: {low: 512MiB, high: 32GiB}
    checkpoints: {type: ProductionOnly, automatic: false, path: 'D:\Snapshots'}
    devices:
      scsiControllers: 2
      disks: {data: {slot: scsi 0:1, path: 'D:\VHDs\one.vhdx', qos: {minimumIops: 10, maximumIops: 100}}}
      dvds: {setup: {slot: scsi 1:0, iso: 'D:\iso\setup.iso'}}
      networkAdapters:
        lan: {switch: lan, vlan: 20, security: {dhcpGuard: true}, bandwidth: {maximum: 1Gbit}, offload: {vmqWeight: 50}}
        trunk: {vlan: {trunk: [10-20, 30], native: 1}}
        inner: {vlan: {isolated: {primary: 10, secondary: 101}}, mac: Dynamic}
      comPorts: {com1: {pipe: '\\.\pipe\full'}}
    guest: {shutdown: slow (30s), ipAddresses: [10.0.0.5]}
  - {name: old, generation: 1, version: '8.0', bios: {startupOrder: [IDE, CD, LegacyNetworkAdapter, Floppy], numLock: true}, state: Saved}
"""


def load(text: str) -> SimulatedWorld:
    """A world from text."""
    return SimulatedWorld.from_text(text, file="hv01.world.yaml")


def same(host: SimulatedWorld) -> bool:
    """Whether the state survives being written and read."""
    text = host.dump_text()
    again = load(text)
    return again.dump_text() == text and again.state.vms == host.state.vms and again.state.files == host.state.files and again.state.host == host.state.host


def test_the_documented_world_loads() -> None:
    """The example of the simulator's page is a world: its VM runs, on an AVHDX, below its checkpoint."""
    host = load(DOCUMENTED)
    web = vm(host, "old-web")
    assert web.id == "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"
    assert web.props["State"] == "Running"
    assert web.props["ParentSnapshotName"] == "before update"
    assert web.props["HardDrives"][0].props["Path"].endswith(".avhdx")
    held = one(host, "Get-VMHardDiskDrive", VMSnapshot=one(host, "Get-VMSnapshot", VM=[web]))
    assert held.props["Path"] == "D:\\VHDs\\old-web.vhdx"
    assert [record.props["Connected"] for record in good(host, "Get-VMNetworkAdapter", VM=[web])] == [True, False]


@pytest.mark.parametrize("text", [DOCUMENTED, world(RICH).dump_text()], ids=["documented", "rich"])
def test_what_is_written_reads_back_as_the_same(text: str) -> None:
    """dump, load, dump: equal, byte for byte."""
    assert same(load(text))


def test_every_word_of_a_rich_vm_is_heard() -> None:
    """The words of the format mean in a world what they mean to a user."""
    host = world(RICH)
    full = vm(host, "full")
    expected: dict[str, Any] = {
        "ProcessorCount": 4, "MemoryStartup": 4 << 30, "MemoryMaximum": 8 << 30, "DynamicMemoryEnabled": True, "AutomaticStartAction": "Start",
        "AutomaticStartDelay": 30, "AutomaticStopAction": "ShutDown", "AutomaticCriticalErrorActionTimeout": 60, "CheckpointType": "ProductionOnly",
        "SnapshotFileLocation": "D:\\Snapshots", "LowMemoryMappedIoSpace": 512 << 20, "HighMemoryMappedIoSpace": 32 << 30,
    }  # fmt: skip
    assert {name: full.props[name] for name in expected} == expected
    adapters = {record.name: record.props for record in full.props["NetworkAdapters"]}
    assert adapters["lan"]["VlanSetting"].props["AccessVlanId"] == 20
    assert adapters["lan"]["BandwidthSetting"].props["MaximumBandwidth"] == 10**9
    assert adapters["trunk"]["BandwidthSetting"] is None
    assert adapters["trunk"]["VlanSetting"].props["AllowedVlanIdListString"] == "10-20,30"
    assert adapters["inner"]["VlanSetting"].props["PrivateVlanMode"] == "Isolated"
    firmware = one(host, "Get-VMFirmware", VM=[full]).props
    assert firmware["SecureBootTemplate"] == "MicrosoftUEFICertificateAuthority"
    assert [source.props["BootType"] for source in firmware["BootOrder"]] == ["Network", "Drive", "Drive", "Network", "Network"]
    assert len(good(host, "Get-VMScsiController", VM=[full])) == 2
    assert full.props["ComPort1"].props["Path"] == "\\\\.\\pipe\\full"
    assert one(host, "Get-VMBios", VM=[vm(host, "old")]).props["NumLockEnabled"] is True


MISTAKES = [
    (
        "kind: World\nvms:\n  - {name: a, devices: {\n      scsiControllers: [e6d4097e-6a68-5489-a90e-4d4f26ee6b26], dvds: [{slot: 'scsi 1:1'}]}}\n",
        4,
        "SCSI controller 1, which is not listed",
    ),
    ("kind: Host\n", 1, "not a world"),
    ("kind: World\nhosts: {}\n", 2, "has no `hosts`"),
    ("kind: World\nhost: {culture: xx}\n", 2, "`xx` is not one of"),
    ("kind: World\nhost: {memory: lots}\n", 2, "`lots` is not a size"),
    ("kind: World\nvms:\n  - {name: a, stat: Off}\n", 3, "has no `stat`"),
    ("kind: World\nvms:\n  - {name: a, state: Sleeping}\n", 3, "`Sleeping` is not one of"),
    ("kind: World\nvms:\n  - name: a\n    name: b\n", 4, "already given at line 3"),
    ("kind: World\nvms:\n  - {name: a, devices: {disks: [{slot: scsi 9:0}]}}\n", 3, "no slot scsi 9:0"),
    ("kind: World\nvms:\n  - {name: a, devices: {networkAdapters: [{switch: nowhere}]}}\n", 3, "No switch is called `nowhere`"),
    ("kind: World\nvms:\n  - {name: a, version: '1.0'}\n", 3, "cannot run configuration version 1.0"),
    ("kind: World\nfiles: [{path: relative.vhdx}]\n", 2, "not a full Windows path"),
    ("kind: World\nvms: [{name: a, generation: 2, devices: {disks: [{slot: ide 0:0}]}}]\n", 2, "has no IDE controllers"),
    ("kind: World\nhost: !!python/object:os.system {}\n", 2, "Tags are not allowed"),
    ("kind: World\nvms: [\n", 3, "not YAML"),
]


@pytest.mark.parametrize(("text", "line", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_place(text: str, line: int, words: str) -> None:
    """Every mistake names file and line."""
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    found = caught.value.diagnostics[0]
    assert words in found.summary
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("hv01.world.yaml", line)


def test_all_mistakes_come_in_one_run() -> None:
    """Not one at a time."""
    with pytest.raises(ConfigurationError) as caught:
        load("kind: World\nhost: {memory: lots, processors: many}\nvms: [{name: a, stat: Off}]\n")
    assert len(caught.value.diagnostics) == 3


def test_words_are_words() -> None:
    """`Off` is a state and a name, `1234` a name, a time stays text: nothing is guessed."""
    host = load("kind: World\nvms: [{name: Off, state: Off, notes: 010}, {name: 1234, notes: 12:30}, {name: yes}]\n")
    assert {record.name: record.props["Notes"] for record in good(host, "Get-VM")} == {"Off": "010", "1234": "12:30", "yes": ""}


def test_checkpoints_of_a_seed_make_a_tree() -> None:
    """`parent` names the checkpoint above; each keeps the disks of its moment, and every file of the chain stands there."""
    host = world(
        "  - name: web\n    devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}]}\n"
        "    checkpoints: [{name: a}, {name: b}, {name: c, parent: a, created: 2026-01-02T00:00:00Z}]"
    )
    snapshots = {record.name: record for record in good(host, "Get-VMSnapshot", VMName=["web"])}
    assert {name: record.props["ParentSnapshotName"] for name, record in snapshots.items()} == {"a": "", "b": "a", "c": "a"}
    paths = {name: record.props["HardDrives"][0].props["Path"] for name, record in snapshots.items()}
    assert paths["a"] == "D:\\VHDs\\one.vhdx"
    assert len({*paths.values(), vm(host, "web").props["HardDrives"][0].props["Path"]}) == 4
    for path in paths.values():
        one(host, "Get-VHD", Path=[path])
    assert same(host)


def test_a_state_file_can_become_a_seed_after_any_work() -> None:
    """What cmdlets did is in the dump."""
    host = world()
    made = new_vm(host, "web")
    good(host, "New-VHD", Path=["D:\\VHDs\\web.vhdx"], SizeBytes=10 << 30)
    good(host, "Add-VMHardDiskDrive", VM=[made], Path="D:\\VHDs\\web.vhdx")
    good(host, "Checkpoint-VM", VM=[made], SnapshotName="s")
    good(host, "New-VMSwitch", Name="lan", SwitchType="Private")
    good(host, "Start-VM", VM=[made])
    assert same(host)


def test_the_settings_of_a_host_are_those_of_the_format() -> None:
    """Paths, MAC range and live migration, read by Get-VMHost and kept in the state file."""
    host = load(
        "kind: World\nhost:\n  settings: {virtualMachinePath: 'C:\\VMs', numaSpanning: false, macAddressRange: {minimum: 00-15-5D-01-00-00, "
        "maximum: 00-15-5D-01-FF-FF}, liveMigration: {enabled: true, authentication: Kerberos, performance: SMB, maximum: 4}}\n"
    )
    shown = one(host, "Get-VMHost").props
    expected = {
        "VirtualMachinePath": "C:\\VMs", "NumaSpanningEnabled": False, "MacAddressMinimum": "00155D010000", "MacAddressMaximum": "00155D01FFFF",
        "VirtualMachineMigrationEnabled": True, "VirtualMachineMigrationAuthenticationType": "Kerberos", "MaximumVirtualMachineMigrations": 4,
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert same(host)


@pytest.mark.parametrize("how", ["Ethernet", "{name: ethernet}", "{mac: 00:15:5d:ff:00:01}", "{description: 'Intel(R) Ethernet X710'}"])
def test_a_switch_names_its_adapter_in_any_way_of_the_format(how: str) -> None:
    """By name, MAC address or description."""
    text = DOCUMENTED.replace("switches: [{name: lan, type: Internal}]", f"switches: [{{name: lan, type: External, netAdapters: [{how}]}}]")
    host = load(text)
    assert list(one(host, "Get-VMSwitch", Name="lan").props["NetAdapterInterfaceDescriptions"]) == ["Intel(R) Ethernet X710"]
    assert same(host)
