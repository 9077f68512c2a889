"""Reading what a host is: its release, cluster, identity and domain, which templates it knows, and whether its guests hear it."""

from __future__ import annotations

import pytest

from hvplan.live.read import read_host
from tests.live.scripted import WANTED, WEB, host, read


@pytest.mark.parametrize(
    ("build", "product", "release"),
    [
        ("14393", 3, "2016"),
        ("17763", 2, "2019"),
        ("20348", 3, "2022"),
        ("26100", 3, "2025"),
        ("26100", 1, "Windows 11"),
        ("19045", 1, "19045"),
        ("25398", 3, "25398"),
    ],
)
def test_releases(build: str, product: int, release: str) -> None:
    """A release by build number; a client of the same build is another release; what is not known keeps its number."""
    scripted = host(Win32_OperatingSystem=[{"BuildNumber": build, "ProductType": product, "CSName": "x"}])
    assert read_host(scripted, WANTED).identity.release == release


@pytest.mark.parametrize(
    ("services", "node"), [([], False), ([{"Name": "ClusSvc", "StartMode": "Disabled"}], False), ([{"Name": "ClusSvc", "StartMode": "Auto"}], True)]
)
def test_cluster_nodes(services: list[dict[str, object]], node: bool) -> None:
    """A node is where the cluster service may start; there a drive letter says nothing about free space."""
    live = read_host(host(Win32_Service=services), WANTED)
    assert live.identity.cluster_node is node
    assert bool(live.free) is not node


@pytest.mark.parametrize("uuid", ["00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", None])
def test_a_machine_without_an_id(uuid: str | None) -> None:
    """Boards that were never numbered say all zeros or all ones: that is no id."""
    assert read_host(host(Win32_ComputerSystemProduct=[{"UUID": uuid}]), WANTED).identity.machine_id == ""


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (({"Name": "MicrosoftWindows", "Id": WEB}, {"Name": "Own"}), ("MicrosoftWindows", "Own")),
        ((), ()),
        (None, ()),
        (("MicrosoftWindows", "Microsoft.Virtualization.Client.Management.SecureBootTemplate"), ()),
        (({"Name": "MicrosoftWindows"}, {"Id": WEB}), ()),
    ],
)
def test_secure_boot_templates(said: object, known: tuple[str, ...]) -> None:
    """By their names, when every one of them came as an object that has one; else nobody knows which there are."""
    about = host().rows["Get-VMHost"][0]
    assert read_host(host(**{"Get-VMHost": [about | {"SecureBootTemplates": said}]}), WANTED).templates == known


@pytest.mark.parametrize(
    ("said", "known"), [([{"PartOfDomain": True}], True), ([{"PartOfDomain": False}], False), ([{"PartOfDomain": None}], None), ([], None)]
)
def test_a_host_in_a_domain(said: list[dict[str, object]], known: bool | None) -> None:
    """Told beside who the host is, without a pipeline of its own; silence is no answer."""
    scripted = host(Win32_ComputerSystem=said)
    assert read_host(scripted, WANTED).domain is known
    assert len([one for one in scripted.sent if "Win32_ComputerSystem" in str(one)]) == 1


@pytest.mark.parametrize(
    ("state", "status", "silent"), [("Running", "NoContact", "NoContact"), ("Running", "Ok", ""), ("Off", "NoContact", ""), ("Running", None, "")]
)
def test_a_guest_that_its_shutdown_service_cannot_reach(state: str, status: str | None, silent: str) -> None:
    """Of a machine that runs, and by the component of the service, whatever its name is there."""
    about = host().rows["Get-VM"][0] | {"State": state}
    told = [one | {"PrimaryOperationalStatus": status if "9F8233AC" in one["Id"] else "NoContact"} for one in host().rows["Get-VMIntegrationService"]]
    found = read(host(**{"Get-VM": [about], "Get-VMIntegrationService": told}))
    assert found["web"].silent == silent
