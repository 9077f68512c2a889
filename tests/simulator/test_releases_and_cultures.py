"""Every release in every culture: a host with machines of both generations, read and written through a runspace as a client would."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest

from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.pipe import Argument, Command, Pipeline
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.values import List, Number
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.world_host import NOW

GIB: Final = 1 << 30
SELECT: Final = "Microsoft.PowerShell.Utility\\Select-Object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What a release is known by; `year` is when a parameter must have come to be there."""

    year: int
    default: str
    oldest: str
    build: str
    client: bool = False


RELEASES: Final[Mapping[str, Release]] = {
    "2016": Release(year=2016, default="8.0", oldest="5.0", build="14393"),
    "2019": Release(year=2019, default="9.0", oldest="5.0", build="17763"),
    "2022": Release(year=2022, default="10.0", oldest="8.0", build="20348"),
    "2025": Release(year=2025, default="12.0", oldest="8.0", build="26100"),
    "Windows 11": Release(year=2025, default="12.0", oldest="8.0", build="26100", client=True),
}
CULTURES: Final = ("en-US", "de-DE", "fr-FR", "ja-JP")
ADAPTERS: Final = {"en-US": "Network Adapter", "de-DE": "Netzwerkkarte", "fr-FR": "Carte réseau", "ja-JP": "ネットワーク アダプター"}
SEED: Final = r"""
kind: World
host:
  name: HV01
  release: "{release}"
  culture: {culture}
  volumes: [{{path: 'C:\', size: 200GiB, free: 120GiB}}, {{path: 'D:\', size: 2TiB, free: 1500GiB}}]
  netAdapters: [{{name: Ethernet, mac: 00-15-5D-FF-00-01, description: 'Intel(R) Ethernet X710', linkSpeed: 10Gbit}}]
switches: [{{name: lan, type: Internal}}]
files:
  - {{path: 'D:\VHDs\web.vhdx', vhd: {{size: 40GiB}}}}
  - {{path: 'D:\VHDs\old.vhd', vhd: {{size: 40GiB}}}}
  - {{path: 'D:\iso\setup.iso', size: 5GiB}}
vms:
  - {{name: web, state: Running, devices: {{disks: [{{slot: scsi 0:0, path: 'D:\VHDs\web.vhdx'}}], networkAdapters: [{{switch: lan}}]}}}}
  - {{name: old, generation: 1, devices: {{disks: [{{slot: ide 0:0, path: 'D:\VHDs\old.vhd'}}], networkAdapters: [{{}}, {{legacy: true, name: pxe}}]}}}}
"""
Row = dict[str, str]


class Host:
    """One host and one session on it."""

    def __init__(self, release: str, culture: str) -> None:
        self.world = SimulatedWorld.from_text(SEED.format(release=release, culture=culture), clock=VirtualClock(NOW))
        self._runspace = SimulatedPowerShell(self.world).open(1)

    def run(self, *commands: tuple[str, dict[str, Any]]) -> tuple[list[Row], list[str]]:
        """One statement: its objects by property, as text, and its error ids."""
        heard: list[tuple[str, str]] = []
        parts = tuple(Command(name, tuple(_argument(key, value) for key, value in given.items())) for name, given in commands)
        self._runspace.run(Pipeline((parts,)), lambda kind, clixml: heard.append((kind, clixml)), threading.Event())
        roots = [(kind, ET.fromstring(clixml)) for kind, clixml in heard if clixml]
        errors = [
            found
            for kind, root in roots
            if kind in ("ERROR_RECORD", "PIPELINE_STATE") and (found := root.findtext(".//S[@N='FullyQualifiedErrorId']")) is not None
        ]
        return [_row(root) for kind, root in roots if kind == "PIPELINE_OUTPUT"], errors

    def good(self, *commands: tuple[str, dict[str, Any]]) -> list[Row]:
        """One statement that has to succeed."""
        rows, errors = self.run(*commands)
        assert errors == [], (commands, errors)
        return rows


def _argument(name: str, value: Any) -> Argument:
    return Argument(name, List(value) if isinstance(value, list) else value, given=value is not ...)


def _row(root: ET.Element) -> Row:
    row: Row = {}
    for member in root.findall("Props/*") + root.findall("MS/*"):
        items = [one.text or one.findtext("ToString") or "" for one in member.findall("LST/*")]
        row[member.get("N", "")] = " ".join(items) if member.find("LST") is not None else member.findtext("ToString") or member.text or ""
    return row


@pytest.fixture(params=[(release, culture) for release in RELEASES for culture in CULTURES], ids=lambda pair: "-".join(pair))
def place(request: pytest.FixtureRequest) -> tuple[Host, Release, str]:
    """A fresh host of one release in one culture."""
    release, culture = request.param
    return Host(release, culture), RELEASES[release], culture


NAMED: Final = {"VMName": "*"}
READS: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    *((2016, name, {}) for name in ("Get-VM", "Get-VMHost", "Get-VMSwitch", "Get-VMHostSupportedVersion", "Get-NetAdapter", "Get-Volume", "Get-NetNat")),
    *((2016, name, NAMED) for name in ("Get-VMProcessor", "Get-VMMemory", "Get-VMHardDiskDrive", "Get-VMDvdDrive", "Get-VMScsiController", "Get-VMComPort")),
    *((2016, name, NAMED) for name in ("Get-VMNetworkAdapter", "Get-VMNetworkAdapterVlan", "Get-VMIntegrationService", "Get-VMSnapshot", "Get-VMVideo")),
    *((2016, name, {"VMName": "web"}) for name in ("Get-VMFirmware", "Get-VMSecurity", "Get-VMKeyProtector")),
    *((2016, name, {"VMName": "old"}) for name in ("Get-VMBios", "Get-VMIdeController", "Get-VMFloppyDiskDrive")),
    (2016, "Get-VHD", {"Path": r"D:\VHDs\web.vhdx"}),
    (2016, "Get-VMNetworkAdapter", {"ManagementOS": True}),
    (2016, "Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}),
    (2016, "Get-Item", {"LiteralPath": r"D:\iso\setup.iso"}),
)


def test_everything_can_be_read(place: tuple[Host, Release, str]) -> None:
    """No error anywhere, and an answer wherever there is something to tell."""
    host, _, _ = place
    silent = {"Get-NetNat", "Get-VMSnapshot", "Get-VMDvdDrive"}
    for _, name, given in READS:
        rows = host.good((name, given))
        assert rows or name in silent, name


def test_a_host_says_what_it_is(place: tuple[Host, Release, str]) -> None:
    """Build, kind and language; versions; what a client has beside a server."""
    host, release, culture = place
    (system,) = host.good(("Get-CimInstance", {"ClassName": "Win32_OperatingSystem"}))
    assert (system["BuildNumber"], system["ProductType"], system["MUILanguages"]) == (release.build, "1" if release.client else "3", culture)
    versions = [row["Version"] for row in host.good(("Get-VMHostSupportedVersion", {}))]
    assert (versions[0], versions[-1]) == (release.oldest, release.default)
    (default,) = host.good(("Get-VMHostSupportedVersion", {"Default": True}))
    assert default["Version"] == release.default
    (settings,) = host.good(("Get-VMHost", {}))
    assert settings["EnableEnhancedSessionMode"] == str(release.client).lower()
    folder = r"C:\ProgramData\Microsoft\Windows\Virtual Hard Disks" if release.client else r"C:\Users\Public\Documents\Hyper-V\Virtual hard disks"
    assert settings["VirtualHardDiskPath"] == folder
    switches = {row["Name"]: row for row in host.good(("Get-VMSwitch", {}))}
    assert set(switches) == ({"lan", "Default Switch"} if release.client else {"lan"})
    if release.client:
        assert switches["Default Switch"]["Id"] == "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444"
        assert host.run(("Remove-VMSwitch", {"Name": "Default Switch", "Force": True}))[1] == [
            "OperationFailed,Microsoft.HyperV.PowerShell.Commands.RemoveVMSwitch"
        ]
        assert len(host.good(("Get-VMSwitch", {}))) == 2
    again = SimulatedWorld.from_text(host.world.dump_text(), clock=VirtualClock(NOW))
    assert again.dump() == host.world.dump()


def test_machines_take_the_hosts_defaults(place: tuple[Host, Release, str]) -> None:
    """Of a seed and new ones: configuration version, automatic checkpoints, names of devices in the host's language; ids have none."""
    host, release, culture = place
    for generation in (1, 2):
        given = {"Name": f"g{generation}", "Generation": generation, "MemoryStartupBytes": Number(GIB, "I64"), "NoVHD": True, "SwitchName": "lan"}
        host.good(("New-VM", given))
    machines = host.good(("Get-VM", {}))
    assert [row["Name"] for row in machines] == ["g1", "g2", "old", "web"]
    assert {row["Version"] for row in machines} == {release.default}
    assert {row["AutomaticCheckpointsEnabled"] for row in machines} == {str(release.client).lower()}
    assert {row["CheckpointType"] for row in machines} == {"Production"}
    names = {row["Name"] for row in host.good(("Get-VMNetworkAdapter", {"VMName": "*"}))}
    assert names == {ADAPTERS[culture], "pxe"}
    services = host.good(("Get-VMIntegrationService", {"VMName": "g2"}))
    assert {row["Name"] for row in services if row["Id"].endswith("9F8233AC-BE49-4C79-8EE3-E7E1985B2077")} == {
        {"en-US": "Shutdown", "de-DE": "Herunterfahren", "fr-FR": "Arrêt", "ja-JP": "シャットダウン"}[culture]
    }
    drives = [row["Name"] for row in host.good(("Get-VMHardDiskDrive", {"VMName": "web"}))]
    assert drives[0].startswith({"en-US": "Hard Drive on SCSI", "de-DE": "Festplatte", "fr-FR": "Disque dur", "ja-JP": "ハード ドライブ"}[culture])
    status = {row["Status"] for row in machines}
    assert len(status) == 1
    assert (status == {"Operating normally"}) == (culture == "en-US")


SINCE: Final[tuple[tuple[int, str, dict[str, Any], str, Any], ...]] = (
    (2019, "Set-VM", {"Name": "old"}, "AutomaticCheckpointsEnabled", False),
    (2019, "Set-VM", {"Name": "old"}, "EnhancedSessionTransportType", "VMBus"),
    (2019, "New-VMSwitch", {"Name": "s", "SwitchType": "Private"}, "Id", "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"),
    (2019, "New-VHD", {"Path": r"D:\VHDs\n.vhdx", "SizeBytes": GIB}, "AddressAbstractionType", "None"),
    (2019, "Convert-VHD", {"Path": r"D:\VHDs\old.vhd", "DestinationPath": r"D:\VHDs\n.vhdx"}, "AddressAbstractionType", "None"),
    (2019, "Set-VMSwitch", {"Name": "lan"}, "EnableSoftwareRsc", True),
    (2019, "Set-VMProcessor", {"VMName": "old"}, "Perfmon", ["pmu"]),
    (2019, "Restart-VM", {"Name": "web", "Force": True}, "Type", "Reset"),
    (2022, "Get-VMAssignableDevice", {"VMName": "web"}, "InstancePath", "x"),
    (2025, "New-VM", {"Name": "n"}, "GuestStateIsolationType", "Disabled"),
    (2016, "New-VM", {"Name": "n", "NoVHD": True}, "Version", "8.0"),
    (2016, "Set-VM", {"Name": "old"}, "CheckpointType", "Standard"),
)
COMMANDS: Final[Mapping[str, int]] = {
    "Get-VMPmemController": 2019, "Get-VMStorageSettings": 2019, "Set-VMStorageSettings": 2019, "Get-VMNetworkAdapterRdma": 2019,
    "Get-VMHostPartitionableGpu": 2022, "Set-VMHostPartitionableGpu": 2022, "Get-VMPartitionableGpu": 2016, "Enable-VMTPM": 2016, "Wait-VM": 2016,
    "Get-VMSwitchTeam": 2016, "Get-VMVideo": 2016, "Update-VMVersion": 2016,
}  # fmt: skip


def test_what_a_release_lacks_does_not_bind(place: tuple[Host, Release, str]) -> None:
    """A parameter or command that came later is unknown to the binder, changes nothing, and Get-Command does not tell of it; others bind."""
    host, release, _ = place
    before = host.world.dump()
    for since, name, given, parameter, value in SINCE:
        _, errors = host.run((name, {**given, parameter: value, "WhatIf": ...} if not name.startswith("Get-") else {**given, parameter: value}))
        unknown = any(error.startswith("NamedParameterNotFound") for error in errors)
        assert unknown == (since > release.year), (name, parameter, errors)
        told = host.good(("Get-Command", {"Name": name}), (SELECT, {"Property": "Parameters"}))
        assert told
    assert host.world.dump() == before
    for name, since in COMMANDS.items():
        _, errors = host.run(("Get-Command", {"Name": name}))
        assert (errors == []) == (since <= release.year), name
        _, errors = host.run((name, {"Nope": 1}))
        assert errors[0].startswith("NamedParameterNotFound" if since <= release.year else "CommandNotFoundException"), name


VM: Final = ("Get-VM", {"Name": "n2"})
WRITES: Final[tuple[tuple[tuple[str, dict[str, Any]], ...], ...]] = (
    (("New-VMSwitch", {"Name": "back", "SwitchType": "Internal"}),),
    (("New-VMSwitch", {"Name": "ext", "NetAdapterName": "Ethernet", "AllowManagementOS": True}),),
    (("Rename-VMSwitch", {"Name": "back", "NewName": "backend"}),),
    (("New-VM", {"Name": "n1", "Generation": 1, "MemoryStartupBytes": Number(GIB, "I64"), "NoVHD": True}),),
    (("New-VM", {"Name": "n2", "Generation": 2, "MemoryStartupBytes": Number(GIB, "I64"), "NoVHD": True, "SwitchName": "lan"}),),
    (("New-VHD", {"Path": r"D:\VHDs\n2.vhdx", "SizeBytes": Number(10 * GIB, "U64"), "Dynamic": ...}),),
    (VM, ("Add-VMHardDiskDrive", {"ControllerType": "SCSI", "Path": r"D:\VHDs\n2.vhdx"})),
    (VM, ("Add-VMDvdDrive", {"Path": r"D:\iso\setup.iso"})),
    (VM, ("Add-VMScsiController", {})),
    (VM, ("Add-VMNetworkAdapter", {"Name": "second", "SwitchName": "backend"})),
    (VM, ("Set-VM", {"Notes": "n", "AutomaticStartAction": "Nothing", "AutomaticStopAction": "ShutDown", "CheckpointType": "Standard"})),
    (VM, ("Set-VMProcessor", {"Count": 2, "ExposeVirtualizationExtensions": True})),
    (VM, ("Set-VMMemory", {"DynamicMemoryEnabled": True, "StartupBytes": GIB, "MinimumBytes": GIB, "MaximumBytes": 2 * GIB})),
    (VM, ("Set-VMFirmware", {"SecureBootTemplate": "MicrosoftUEFICertificateAuthority"})),
    (VM, ("Get-VMNetworkAdapter", {"Name": "second"}), ("Set-VMNetworkAdapterVlan", {"Access": ..., "VlanId": 10})),
    (VM, ("Get-VMIntegrationService", {}), ("Where-Object", {"Property": "Id", "Like": ..., "Value": "*6C09BB55*"}), ("Enable-VMIntegrationService", {})),
    (VM, ("Set-VMKeyProtector", {"NewLocalKeyProtector": ...})),
    (VM, ("Enable-VMTPM", {})),
    (VM, ("Start-VM", {})),
    (VM, ("Checkpoint-VM", {"SnapshotName": "one"})),
    (VM, ("Stop-VM", {"Force": ...})),
    (VM, ("Get-VMSnapshot", {}), ("Remove-VMSnapshot", {})),
    (VM, ("Rename-VM", {"NewName": "renamed"})),
    (("Get-VM", {"Name": "renamed"}), ("Remove-VM", {"Force": ...})),
    (("Convert-VHD", {"Path": r"D:\VHDs\old.vhd", "DestinationPath": r"D:\VHDs\old.vhdx"}),),
    (("Set-VMHost", {"VirtualMachinePath": r"D:\VMs"}),),
    (("Remove-VMSwitch", {"Name": "backend", "Force": ...}),),
)


def test_the_main_writes_work_everywhere(place: tuple[Host, Release, str]) -> None:
    """Nothing that all releases have depends on the release or on the language."""
    host, release, _ = place
    for statement in WRITES:
        host.good(*statement)
    assert [row["Name"] for row in host.good(("Get-VM", {}))] == ["n1", "old", "web"]
    (machine,) = host.good(("Get-VM", {"Name": "n1"}))
    assert machine["Version"] == release.default
