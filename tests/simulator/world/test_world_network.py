"""Switches, adapters, VLANs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.world.world_host import good, new_vm, one, refused, run, vm, world


def test_a_switch_name_fits_as_a_pattern_and_two_fits_fail() -> None:
    """By equality or as a pattern (7-3, 7-27); two switches of one name are possible and then ambiguous."""
    host = world()
    made = new_vm(host)
    good(host, "Connect-VMNetworkAdapter", VMName=["web"], SwitchName="LA?")
    assert vm(host, "web").props["NetworkAdapters"][0].props["SwitchName"] == "lan"
    assert refused(host, "Connect-VMNetworkAdapter", VMName=["web"], SwitchName="none") == ("InvalidParameter", "InvalidArgument")
    good(host, "New-VMSwitch", Name="lan", SwitchType="Private")
    assert refused(host, "Connect-VMNetworkAdapter", VMName=["web"], SwitchName="lan") == ("InvalidOperation", "InvalidOperation")
    assert refused(host, "New-VM", Name="other", SwitchName="*")[0] == "InvalidOperation"
    second = [record for record in good(host, "Get-VMSwitch", Name="lan") if record.props["SwitchType"] == "Private"]
    good(host, "Connect-VMNetworkAdapter", VMNetworkAdapter=good(host, "Get-VMNetworkAdapter", VM=[made]), VMSwitch=second[0])
    assert vm(host, "web").props["NetworkAdapters"][0].props["SwitchId"] == second[0].props["Id"]


def test_a_switch_in_use_stays() -> None:
    """A running VM holds its switch (7-44); a stopped one loses the connection; Force answers the prompt."""
    host = world("  - {name: web, state: Running, devices: {networkAdapters: [{name: a, switch: lan}]}}")
    lan = one(host, "Get-VMSwitch", Name="lan")
    assert refused(host, "Remove-VMSwitch", VMSwitch=[lan])[0] == "HostFunctionNotImplemented"
    assert refused(host, "Remove-VMSwitch", VMSwitch=[lan], Force=True)[0] == "OperationFailed"
    good(host, "Stop-VM", Name=["web"])
    good(host, "Remove-VMSwitch", VMSwitch=[lan], Force=True)
    assert vm(host, "web").props["NetworkAdapters"][0].props["Connected"] is False
    assert refused(host, "Get-VMSwitch", Name="lan") == ("InvalidParameter", "InvalidArgument")


def test_switches_are_made_as_asked() -> None:
    """Internal, Private, External by its adapter, which serves one switch only; an id may be given; teams are embedded."""
    host = world()
    made = one(host, "New-VMSwitch", Name="x", NetAdapterName=["Ethernet"], AllowManagementOS=False, Id="7d4c1f2e-0000-4000-8000-000000000001").props
    assert (made["SwitchType"], made["AllowManagementOS"], str(made["Id"])) == ("External", False, "7d4c1f2e-0000-4000-8000-000000000001")
    assert list(made["NetAdapterInterfaceDescriptions"]) == ["Intel(R) Ethernet X710"]
    assert refused(host, "New-VMSwitch", Name="y", NetAdapterName=["Ethernet"])[0] == "OperationFailed"
    assert refused(host, "New-VMSwitch", Name="y", NetAdapterName=["none"])[0] == "ObjectNotFound"
    assert refused(host, "New-VMSwitch", Name="y", SwitchType="External")[0] == "InvalidParameter"
    private = one(host, "New-VMSwitch", Name="p", SwitchType="Private", Notes="n").props
    assert (private["AllowManagementOS"], private["Notes"]) == (False, "n")
    good(host, "Set-VMSwitch", Name=["p"], Notes="m", SwitchType="Internal")
    assert one(host, "Get-VMSwitch", Name="p").props["SwitchType"] == "Internal"
    assert "vEthernet (p)" in [record.name for record in good(host, "Get-NetAdapter")]


@pytest.mark.parametrize(
    ("bound", "expected"),
    [
        ({"Access": True, "VlanId": 20}, {"OperationMode": "Access", "AccessVlanId": 20}),
        ({"Trunk": True, "AllowedVlanIdList": "10-12,30", "NativeVlanId": 1}, {"OperationMode": "Trunk", "AllowedVlanIdListString": "10-12,30"}),
        ({"Untagged": True}, {"OperationMode": "Untagged", "AccessVlanId": 0}),
        ({"Isolated": True, "PrimaryVlanId": 10, "SecondaryVlanId": 101}, {"PrivateVlanMode": "Isolated", "SecondaryVlanId": 101}),
        ({"Access": True, "VlanId": 0}, None),
        ({"Access": True, "VlanId": 4095}, None),
        ({"Access": True, "Trunk": True, "VlanId": 5}, None),
        ({"VlanId": 5}, None),
        ({"Trunk": True, "AllowedVlanIdList": "5-x"}, None),
    ],
)
def test_vlans(bound: dict[str, Any], expected: dict[str, Any] | None) -> None:
    """Exactly one mode, ids of 1 to 4094; Get brings back what Set said."""
    host = world()
    new_vm(host)
    if expected is None:
        assert refused(host, "Set-VMNetworkAdapterVlan", VMName=["web"], **bound)[0] == "InvalidParameter"
        expected = {"OperationMode": "Untagged"}
    else:
        good(host, "Set-VMNetworkAdapterVlan", VMName=["web"], **bound)
    setting = one(host, "Get-VMNetworkAdapterVlan", VMName=["web"]).props
    assert {name: setting[name] for name in expected} == expected


def test_minimum_bandwidth_follows_the_switch() -> None:
    """A weight on a switch in weight mode, an absolute minimum on the others (behaviour 2.4)."""
    host = world()
    new_vm(host, "a", SwitchName="lan")
    new_vm(host, "w", SwitchName="weighted")
    good(host, "Set-VMNetworkAdapter", VMName=["a"], MinimumBandwidthAbsolute=10**8)
    good(host, "Set-VMNetworkAdapter", VMName=["w"], MinimumBandwidthWeight=10)
    assert refused(host, "Set-VMNetworkAdapter", VMName=["a"], MinimumBandwidthWeight=10)[0] == "OperationFailed"
    assert refused(host, "Set-VMNetworkAdapter", VMName=["w"], MinimumBandwidthAbsolute=10**8)[0] == "OperationFailed"


@pytest.mark.parametrize(
    ("generation", "version", "legacy", "most"), [(1, "12.0", False, 8), (1, "12.0", True, 4), (2, "8.0", False, 8), (2, "12.0", False, 64)]
)
def test_how_many_adapters_a_vm_takes(generation: int, version: str, legacy: bool, most: int) -> None:
    """Behaviour 3.1; more than eight need configuration 8.3."""
    host = world(f"  - {{name: web, generation: {generation}, version: '{version}'}}")
    web = vm(host, "web")
    for index in range(most):
        good(host, "Add-VMNetworkAdapter", VM=[web], Name=f"n{index}", IsLegacy=legacy)
    assert refused(host, "Add-VMNetworkAdapter", VM=[web], Name="more", IsLegacy=legacy)[0] == "OperationFailed"


def test_a_name_removes_every_adapter_of_it_and_no_pattern() -> None:
    """Behaviour 8: `Remove-VMNetworkAdapter -Name` takes no wildcards and removes all of that name."""
    host = world("  - {name: web, devices: {networkAdapters: [{name: a}, {name: a}, {name: b}]}}")
    assert refused(host, "Remove-VMNetworkAdapter", VMName=["web"], Name="*") == ("ObjectNotFound", "ObjectNotFound")
    good(host, "Remove-VMNetworkAdapter", VMName=["web"], Name="A")
    assert [record.name for record in good(host, "Get-VMNetworkAdapter", VMName=["web"])] == ["b"]


@pytest.mark.parametrize("address", ["00155D0102", "zz155D010203", "01155D010203", "000000000000"])
def test_a_static_address_must_be_one(address: str) -> None:
    """Twelve digits, no multicast, not zero."""
    host = world()
    new_vm(host)
    assert refused(host, "Set-VMNetworkAdapter", VMName=["web"], StaticMacAddress=address)[0] == "InvalidParameter"


def test_a_static_address_becomes_dynamic_again() -> None:
    """In any usual form; shown as twelve digits."""
    host = world()
    new_vm(host)
    good(host, "Set-VMNetworkAdapter", VMName=["web"], StaticMacAddress="00-15-5d-01-02-03")
    adapter = one(host, "Get-VMNetworkAdapter", VMName=["web"]).props
    assert (adapter["MacAddress"], adapter["DynamicMacAddressEnabled"]) == ("00155D010203", False)
    good(host, "Set-VMNetworkAdapter", VMName=["web"], DynamicMacAddress=True)
    assert one(host, "Get-VMNetworkAdapter", VMName=["web"]).props["DynamicMacAddressEnabled"] is True


def test_asking_windows() -> None:
    """Host identity, cluster membership, volumes and adapters, and the errors of CDXML functions."""
    host = world()
    assert one(host, "Get-CimInstance", ClassName="Win32_OperatingSystem").props["BuildNumber"] == "26100"
    assert good(host, "Get-CimInstance", ClassName="Win32_Service", Filter="Name='ClusSvc'") == []
    assert one(host, "Get-CimInstance", Query="SELECT * FROM Win32_Service WHERE Name = 'vmms'").props["State"] == "Running"
    assert run(host, "Get-CimInstance", ClassName="Win32_Service", Filter="x").errors[0].id == "HRESULT 0x80041017"
    assert one(host, "Get-Volume", FilePath="D:\\VHDs\\one.vhdx").props["DriveLetter"] == "D"
    assert refused(host, "Get-NetAdapter", Name=["none"]) == ("CmdletizationQuery_NotFound_Name", "ObjectNotFound")
    assert good(host, "Get-NetAdapter", Name=["none*"]) == []


def test_the_host_has_adapters_of_its_own() -> None:
    """One on every switch it uses, further ones by Add with ManagementOS; each shows as `vEthernet (<name>)`; a VLAN is its own."""
    host = world()
    good(host, "New-VMSwitch", Name="ext", NetAdapterName=["Ethernet"], AllowManagementOS=True)
    good(host, "Add-VMNetworkAdapter", ManagementOS=True, SwitchName="ext", Name="Migration")
    good(host, "Set-VMNetworkAdapterVlan", ManagementOS=True, VMNetworkAdapterName="Migration", Access=True, VlanId=20)
    found = {record.name: record for record in good(host, "Get-VMNetworkAdapter", ManagementOS=True, SwitchName="ext")}
    assert {name: record.props["VlanSetting"].props["AccessVlanId"] for name, record in found.items()} == {"ext": 0, "Migration": 20}
    assert "vEthernet (Migration)" in [record.name for record in good(host, "Get-NetAdapter")]
    again = type(host).from_text(host.dump_text())
    assert [record.id for record in good(again, "Get-VMNetworkAdapter", ManagementOS=True)] == [
        record.id for record in good(host, "Get-VMNetworkAdapter", ManagementOS=True)
    ]
    good(host, "Rename-VMNetworkAdapter", VMNetworkAdapter=[found["Migration"]], NewName="Live")
    good(host, "Remove-VMNetworkAdapter", ManagementOS=True, Name="Live")
    good(host, "Set-VMSwitch", Name=["ext"], AllowManagementOS=False)
    assert good(host, "Get-VMNetworkAdapter", ManagementOS=True, SwitchName="ext") == []
    assert one(host, "Get-VMSwitch", Name="ext").props["AllowManagementOS"] is False


def test_a_seed_names_the_hosts_adapters_as_the_format_does() -> None:
    """`managementAdapters` with VLAN and bandwidth; without it one adapter of the switch's name."""
    text = "switches: [{name: ext, managementAdapters: {Mgmt: {vlan: 10}, Live: {vlan: 20, bandwidth: {minimumWeight: 20}}}}, {name: p, type: Private}]"
    host = type(world()).from_text(f"kind: World\n{text}\n")
    assert [record.name for record in good(host, "Get-VMNetworkAdapter", ManagementOS=True)] == ["Mgmt", "Live"]
    assert good(host, "Get-VMNetworkAdapter", ManagementOS=True, Name="Live")[0].props["BandwidthSetting"].props["MinimumBandwidthWeight"] == 20


def test_the_default_switch_is_built_in() -> None:
    """A client's Default Switch cannot be renamed, changed or removed."""
    host = type(world()).from_text("kind: World\nswitches: [{name: Default Switch, id: c08cb7b8-9b3c-408e-8e30-5e16a3aeb444}]\n")
    before = host.dump()
    writes: list[tuple[str, dict[str, Any]]] = [("Rename-VMSwitch", {"NewName": "x"}), ("Set-VMSwitch", {"Notes": "x"}), ("Remove-VMSwitch", {"Force": True})]
    for command, bound in writes:
        assert refused(host, command, Name=["Default Switch"], **bound)[0] == "OperationFailed"
    assert host.dump() == before


def test_a_team_takes_its_load_balancing() -> None:
    """An embedded team of one; only a team has one."""
    host = world()
    good(host, "New-VMSwitch", Name="set", NetAdapterName=["Ethernet"], EnableEmbeddedTeaming=True)
    assert one(host, "Get-VMSwitch", Name="set").props["NetAdapterInterfaceDescription"] == "Teamed-Interface"
    good(host, "Set-VMSwitchTeam", Name=["set"], LoadBalancingAlgorithm="Dynamic")
    assert one(host, "Get-VMSwitchTeam", Name="set").props["LoadBalancingAlgorithm"] == "Dynamic"
    assert refused(host, "Set-VMSwitchTeam", Name=["lan"], LoadBalancingAlgorithm="Dynamic")[0] == "InvalidParameter"
