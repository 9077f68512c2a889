"""Names and ids: what finds a thing, what does not, and names that look like code."""

from __future__ import annotations

import pytest

from hvplan.simulator.values import Obj
from hvplan.simulator.world.wildcard import has_wildcard, matches
from tests.simulator.world.world_host import GIB, good, new_vm, one, refused, run, vm, world

HOSTILE = [
    "x'; Remove-VM * -Force; $(Stop-Computer)",
    "a[b]*c",
    "`n",
    "*",
    "[",
    "日本語",
    "\U0001f600",
    "a\nb",
    "_x0041_",
    "null",
    "~",
    "- a",
    "#",
    '"',
    "''",
    " x",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_kept_as_it_is_and_touches_nothing_else(name: str) -> None:
    """A name is data: stored equal, in the state file too, and a change of that VM by its object reaches no other."""
    host = world("  - {name: other, notes: mine}\n  - {name: x, notes: mine}")
    made = new_vm(host, name)
    good(host, "Set-VM", VM=[made], Notes="touched")
    assert [record.name for record in good(host, "Get-VM", Id=made.props["Id"])] == [name]
    assert [record.props["Notes"] for record in good(host, "Get-VM") if record.id != made.id] == ["mine", "mine"]
    again = type(host).from_text(host.dump_text())
    assert vm(again, name).props["Notes"] == "touched"
    good(host, "Remove-VM", VM=[made], Force=True)
    assert len(good(host, "Get-VM")) == 2


def test_two_vms_may_have_one_name_and_a_name_means_both() -> None:
    """Behaviour 8: names are not unique; ids are, and a name reaches every VM of it."""
    host = world()
    first, second = new_vm(host, "twin"), new_vm(host, "twin")
    assert first.id != second.id
    good(host, "Set-VMProcessor", VMName=["TWIN"], Count=3)
    assert [record.props["ProcessorCount"] for record in good(host, "Get-VM", Name=["twin"])] == [3, 3]
    good(host, "Set-VMProcessor", VM=[second], Count=5)
    assert one(host, "Get-VM", Id=first.props["Id"]).props["ProcessorCount"] == 3


def test_names_are_patterns() -> None:
    """`Get-VM -Name` takes wildcards; a pattern that fits nothing is silent, a plain name is an error of its own (7-1, 7-2)."""
    host = world("  - {name: web1}\n  - {name: web2}\n  - {name: db}")
    assert [record.name for record in good(host, "Get-VM", Name=["web*"])] == ["web1", "web2"]
    assert good(host, "Get-VM", Name=["x*"]) == []
    assert refused(host, "Get-VM", Name=["nobody"]) == ("InvalidParameter", "InvalidArgument")
    assert refused(host, "Start-VM", Name=["nobody"]) == ("ObjectNotFound", "ObjectNotFound")
    assert refused(host, "Get-VMProcessor", VMName=["nobody"]) == ("ObjectNotFound", "ObjectNotFound")
    answer = run(host, "Get-VM", Name=["nobody", "db"])
    assert [record.name for record in answer.records] == ["db"]
    assert len(answer.errors) == 1


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [("a*", "ABC", True), ("a?c", "abc", True), ("a[b-c]d", "acd", True), ("a`*", "a*", True), ("a`*", "ab", False), ("[x", "[x", True), ("a.c", "abc", False)],
)
def test_patterns_are_powershells(pattern: str, text: str, fits: bool) -> None:
    """Star, question mark, sets, backtick; case never matters; a dot is a dot."""
    assert matches(pattern, text) == fits


def test_an_escaped_pattern_is_a_plain_name() -> None:
    """The backtick takes the meaning away."""
    assert has_wildcard("a*")
    assert not has_wildcard("a`*")


def test_an_object_whose_thing_is_gone_is_an_error() -> None:
    """A live object in the pipe is found again by its id, and only by that."""
    host = world()
    made = new_vm(host, "web")
    good(host, "Remove-VM", VM=[made], Force=True)
    new_vm(host, "web")
    assert refused(host, "Set-VM", VM=[made], Notes="x") == ("ObjectNotFound", "ObjectNotFound")


def test_type_id_and_name_are_enough() -> None:
    """Behind a real engine an object comes back as type, id and name: everything is found by these."""
    host = world("  - {name: web, devices: {disks: [{slot: scsi 0:0, path: 'D:\\VHDs\\one.vhdx'}], networkAdapters: [{name: a}, {name: a}]}}")

    def bare(record: Obj) -> Obj:
        full = record.type if "." in record.type else f"Microsoft.HyperV.PowerShell.{record.type}"
        return Obj(full, {"Id": record.id, "Name": record.name})

    web = bare(vm(host, "web"))
    second = bare(good(host, "Get-VMNetworkAdapter", VM=[web])[1])
    good(host, "Set-VMNetworkAdapter", VMNetworkAdapter=[second], DhcpGuard="On")
    assert [record.props["DhcpGuard"] for record in good(host, "Get-VMNetworkAdapter", VM=[web])] == ["Off", "On"]
    good(host, "Set-VMHardDiskDrive", VMHardDiskDrive=[bare(one(host, "Get-VMHardDiskDrive", VM=[web]))], MaximumIOPS=500)
    assert one(host, "Get-VMHardDiskDrive", VM=[web]).props["MaximumIOPS"] == 500
    taken = bare(one(host, "Checkpoint-VM", VM=[web], SnapshotName="s", Passthru=True))
    good(host, "Remove-VMSnapshot", VMSnapshot=[taken])
    good(host, "Set-VMProcessor", VMProcessor=[bare(one(host, "Get-VMProcessor", VM=[web]))], Count=2)
    good(host, "Rename-VMSwitch", VMSwitch=bare(one(host, "Get-VMSwitch", Name="lan")), NewName="lan2")


def test_ids_derive_from_the_world() -> None:
    """The same calls on the same seed give the same ids; a removed VM's id is never given again."""

    def ids() -> list[str]:
        host = world()
        first = new_vm(host, "web")
        good(host, "Remove-VM", VM=[first], Force=True)
        return [first.id, new_vm(host, "web").id, good(host, "Get-VMSwitch")[0].id]

    assert ids() == ids()
    assert len(set(ids())) == 3


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_has_1_to_100_characters(name: str) -> None:
    """Behaviour 3.2."""
    host = world()
    assert refused(host, "New-VM", Name=name, Generation=2, MemoryStartupBytes=GIB)[0] == "InvalidParameter"


def test_a_path_makes_the_name_a_folder() -> None:
    """`New-VM -Path P` lives in `P\\<name>`, so the name must be a legal one; nothing is left of a refused VM."""
    host = world()
    before = host.dump()
    assert refused(host, "New-VM", Name="a*b", Path="D:\\x", Generation=2)[0] == "OperationFailed"
    assert host.dump() == before
    assert new_vm(host, "web", Path="D:\\x").props["Path"] == "D:\\x\\web"
    assert good(host, "Get-Item", LiteralPath=["D:\\x\\web\\Virtual Machines"])


@pytest.mark.parametrize(
    ("culture", "adapter"), [("en-US", "Network Adapter"), ("de-DE", "Netzwerkkarte"), ("fr-FR", "Carte réseau"), ("ja-JP", "ネットワーク アダプター")]
)
def test_default_names_speak_the_hosts_language(culture: str, adapter: str) -> None:
    """Default device and service names are localised; their ids are not (behaviour 6, 8)."""
    host = world(culture=culture)
    made = new_vm(host)
    assert made.props["NetworkAdapters"][0].name == adapter
    services = good(host, "Get-VMIntegrationService", VM=[made])
    assert [record.id.rpartition("\\")[2] for record in services if record.props["Enabled"] is False] == ["6C09BB55-D683-4DA0-8931-C9BF705F6480"]
    assert (services[3].name == "Shutdown") == (culture == "en-US")
