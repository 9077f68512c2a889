"""Key protector and virtual TPM, video and floppy; NATs and addresses of the host."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.simulator.world import SimulatedWorld
from tests.simulator.world.test_world_records import mistakes
from tests.simulator.world.world_host import good, new_vm, one, refused, run, vm, world


def security(host: SimulatedWorld) -> dict[str, Any]:
    """The security of web."""
    return dict(one(host, "Get-VMSecurity", VMName=["web"]).props)


def test_a_tpm_needs_a_key_protector_first() -> None:
    """Row 15; none reads as four bytes; a TPM, once on, nails the secure boot template, even after it is off (7-32)."""
    host = world()
    made = new_vm(host)
    assert run(host, "Get-VMKeyProtector", VM=[made]).records == (b"\x00\x00\x00\x04",)
    assert refused(host, "Enable-VMTPM", VM=[made])[0] == "OperationFailed"
    good(host, "Set-VMKeyProtector", VM=[made], NewLocalKeyProtector=True)
    good(host, "Enable-VMTPM", VM=[made])
    assert security(host)["TpmEnabled"] is True
    good(host, "Disable-VMTPM", VM=[made])
    assert refused(host, "Set-VMFirmware", VM=[made], SecureBootTemplate="MicrosoftUEFICertificateAuthority")[0] == "OperationFailed"
    again = SimulatedWorld.from_text(host.dump_text())
    assert refused(again, "Set-VMFirmware", VM=[made], SecureBootTemplate="MicrosoftUEFICertificateAuthority")[0] == "OperationFailed"


def test_a_given_key_protector_reads_back() -> None:
    """The bytes that were set are the bytes that are read, also from the state file."""
    host = world()
    made = new_vm(host)
    good(host, "Set-VMKeyProtector", VM=[made], KeyProtector=b"\x01\x02\xff")
    assert run(SimulatedWorld.from_text(host.dump_text()), "Get-VMKeyProtector", VM=[made]).records == (b"\x01\x02\xff",)


@pytest.mark.parametrize(("state", "generation"), [("Running", 2), ("Saved", 2), ("Paused", 2), ("Off", 1)])
def test_security_changes_while_off_in_generation_2_only(state: str, generation: int) -> None:
    """Behaviour 2.5."""
    host = world(f"  - {{name: web, generation: {generation}, state: {state}}}")
    refused(host, "Set-VMKeyProtector", VM=[vm(host, "web")], NewLocalKeyProtector=True)
    refused(host, "Set-VMSecurity", VM=[vm(host, "web")], VirtualizationBasedSecurityOptOut=True)
    assert security(host)["VirtualizationBasedSecurityOptOut"] is False


def test_encryption_needs_the_protector_too() -> None:
    """Row 15."""
    host = world()
    made = new_vm(host)
    assert refused(host, "Set-VMSecurity", VM=[made], EncryptStateAndVmMigrationTraffic=True)[0] == "OperationFailed"
    good(host, "Set-VMKeyProtector", VM=[made], NewLocalKeyProtector=True)
    good(host, "Set-VMSecurity", VM=[made], EncryptStateAndVmMigrationTraffic=True)
    assert security(host)["EncryptStateAndVmMigrationTraffic"] is True
    assert mistakes(one(host, "Get-VMSecurity", VMName=["web"]), set()) == []


def test_video_and_floppy() -> None:
    """The screen's size; a floppy only in Generation 1."""
    host = world("  - {name: web}\n  - {name: old, generation: 1}")
    good(host, "Set-VMVideo", VMName=["web"], ResolutionType="Single", HorizontalResolution=1280, VerticalResolution=1024)
    video = one(host, "Get-VMVideo", VMName=["web"])
    assert (video.props["ResolutionType"], video.props["HorizontalResolution"]) == ("Single", 1280)
    assert mistakes(video, set()) == []
    assert refused(host, "Set-VMFloppyDiskDrive", VMName=["web"], Path=None)[0] == "InvalidParameter"
    assert refused(host, "Set-VMFloppyDiskDrive", VMName=["old"], Path="D:\\none.vfd")[0] == "OperationFailed"
    assert one(host, "Get-VMFloppyDiskDrive", VMName=["old"]).props["Path"] is None


def test_nats_do_not_overlap_and_come_back() -> None:
    """A network prefix, no overlap, found by name or pattern, kept in the state file."""
    host = world()
    good(host, "New-NetNat", Name="lab", InternalIPInterfaceAddressPrefix="192.168.77.0/24")
    assert refused(host, "New-NetNat", Name="x", InternalIPInterfaceAddressPrefix="192.168.0.0/16")[1] == "InvalidArgument"
    assert refused(host, "New-NetNat", Name="x", InternalIPInterfaceAddressPrefix="192.168.78.1/24")[1] == "InvalidArgument"
    assert refused(host, "Get-NetNat", Name=["none"]) == ("CmdletizationQuery_NotFound_Name", "ObjectNotFound")
    again = SimulatedWorld.from_text(host.dump_text())
    found = one(again, "Get-NetNat", Name=["LAB"])
    assert found.props["InternalIPInterfaceAddressPrefix"] == "192.168.77.0/24"
    assert mistakes(found, set()) == []
    good(again, "Remove-NetNat", InputObject=[found])
    assert good(again, "Get-NetNat") == []


def test_addresses_of_the_host_stand_on_its_adapters() -> None:
    """On `vEthernet (<switch>)`, in both stores; an address once; gone with its switch."""
    host = world()
    alias = "vEthernet (lan)"
    made = good(host, "New-NetIPAddress", InterfaceAlias=alias, IPAddress="192.168.77.1", PrefixLength=24)
    assert [record.props["Store"] for record in made] == ["ActiveStore", "PersistentStore"]
    assert refused(host, "New-NetIPAddress", InterfaceAlias=alias, IPAddress="192.168.77.1", PrefixLength=24)[0] == "Windows System Error 5010"
    assert refused(host, "New-NetIPAddress", InterfaceAlias="none", IPAddress="192.168.77.2", PrefixLength=24)[0] == "Windows System Error 87"
    assert one(host, "Get-NetIPAddress", InterfaceAlias=[alias], PolicyStore="ActiveStore").props["PrefixLength"] == 24
    assert good(SimulatedWorld.from_text(host.dump_text()), "Get-NetIPAddress", IPAddress=["192.168.77.1"])
    good(host, "Remove-VMSwitch", Name=["lan"], Force=True)
    assert {record.props["IPAddress"] for record in good(host, "Get-NetIPAddress")} == {"127.0.0.1", "::1"}
    assert refused(host, "Remove-NetIPAddress", IPAddress=["::1"])[0] == "Windows System Error 5"


def test_a_nat_of_a_seed_brings_its_gateway() -> None:
    """The words of the format: switch, prefix, gateway."""
    host = SimulatedWorld.from_text("kind: World\nswitches: [{name: lab}]\nnats: [{name: n, switch: lab, prefix: 192.168.77.0/24, gateway: 192.168.77.1}]\n")
    assert good(host, "Get-NetIPAddress", InterfaceAlias=["vEthernet (lab)"])[0].props["IPAddress"] == "192.168.77.1"
    assert SimulatedWorld.from_text(host.dump_text()).dump_text() == host.dump_text()
