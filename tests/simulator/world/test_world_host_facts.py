"""What a host says about itself that other things hang on: its domain, its secure boot templates."""

from __future__ import annotations

import pytest

from hvplan.errors import ConfigurationError
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from hvplan.simulator.world.releases import RELEASES, TEMPLATES
from tests.simulator.world.world_host import HOST, NOW, good, new_vm, one, refused, world


def host_with(more: str) -> SimulatedWorld:
    """The usual host with further lines."""
    return SimulatedWorld.from_text(HOST.format(release="2025", culture="en-US").replace("  name: HV01\n", f"  name: HV01\n{more}\n"), clock=VirtualClock(NOW))


@pytest.mark.parametrize("release", RELEASES)
def test_the_templates_that_it_lists_are_those_that_it_takes(release: str) -> None:
    """Name and id of each; Set-VMFirmware takes both and says what it ended up with."""
    host = world(release=release)
    listed = one(host, "Get-VMHost").props["SecureBootTemplates"]
    assert {entry.props["Name"]: entry.props["Id"] for entry in listed} == TEMPLATES
    made = new_vm(host)
    for entry in listed:
        (record,) = good(host, "Set-VMFirmware", VM=[made], SecureBootTemplateId=entry.props["Id"], Passthru=True)
        assert record.props["SecureBootTemplate"] == entry.props["Name"]


def test_a_host_may_lack_one() -> None:
    """A template that is not listed is refused by name and by id, and nothing changes; a name that nobody knows is a mistake in the world."""
    host = host_with("  secureBootTemplates: [MicrosoftWindows]")
    made = new_vm(host)
    again = SimulatedWorld.from_text(host.dump_text(), clock=VirtualClock(NOW))
    before = again.dump()
    absent = TEMPLATES["OpenSourceShieldedVM"]
    for bound in ({"SecureBootTemplate": "OpenSourceShieldedVM"}, {"SecureBootTemplate": "Nonsense"}, {"SecureBootTemplateId": absent}):
        assert refused(again, "Set-VMFirmware", VM=[made], **bound) == ("InvalidParameter", "InvalidArgument")
    assert again.dump() == before
    with pytest.raises(ConfigurationError, match="MicrosoftWindow`"):
        host_with("  secureBootTemplates: [MicrosoftWindow]")


@pytest.mark.parametrize(("more", "domain"), [("", ""), ("  domain: null", ""), ("  domain: corp.example", "corp.example")])
def test_the_domain_is_one_fact(more: str, domain: str) -> None:
    """Without the word, or with null, a workgroup; Win32_ComputerSystem and Enable-VMMigration agree about it."""
    host = host_with(more)
    computer = one(host, "Get-CimInstance", ClassName="Win32_ComputerSystem", Property=["PartOfDomain", "domain"]).props
    assert computer == {"PartOfDomain": bool(domain), "Domain": domain or "WORKGROUP"}
    if domain:
        good(host, "Enable-VMMigration")
    else:
        assert refused(host, "Enable-VMMigration") == ("OperationFailed", "NotSpecified")


def test_a_class_stands_in_its_own_namespace() -> None:
    """Without a namespace only root/cimv2 is asked."""
    host = world()
    guest = "Msvm_GuestNetworkAdapterConfiguration"
    good(host, "Get-CimInstance", ClassName=guest, Namespace="root\\virtualization\\v2")
    assert refused(host, "Get-CimInstance", ClassName=guest) == ("HRESULT 0x80041010", "MetadataError")
    assert refused(host, "Get-CimInstance", ClassName="Win32_Service", Namespace="root/virtualization/v2")[0] == "HRESULT 0x80041010"
    (row,) = good(host, "Get-CimInstance", Query="SELECT UUID FROM Win32_ComputerSystemProduct")
    assert set(row.props) == {"UUID"}
