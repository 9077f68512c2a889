"""Writes whose object is the host: its own adapters, one at a time and by id, and its settings."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from hvplan.cmdlets import build
from hvplan.cmdlets.build import InvalidInvocation
from hvplan.cmdlets.invocation import Argument, Cmd
from hvplan.cmdlets.printing import powershell

ID = "Microsoft:07F57AF9-F36F-5C8F-962F-D9F2A7A0DEA2"
VM = "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"
VLAN = Cmd("Set-VMNetworkAdapterVlan", {"Access": True, "VlanId": 10})
ADD: Mapping[str, Argument] = {"ManagementOS": True, "Name": "Mgmt", "SwitchName": "lan"}


def test_an_adapter_of_the_host_is_chosen_by_id() -> None:
    """It is printed as it would be typed, and read back from a document as the same."""
    invocation = build.write(*build.own_adapter(ID), VLAN)
    assert powershell(invocation) == (
        f"Get-VMNetworkAdapter -ManagementOS | Where-Object -Property 'Id' -EQ -Value '{ID}' | Set-VMNetworkAdapterVlan -Access -VlanId 10 -Confirm:$false"
    )
    assert build.from_json(build.to_json(invocation)) == invocation


@pytest.mark.parametrize(
    "pipe",
    [
        (Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}), VLAN),
        (Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}), build.where("Name", "Mgmt"), VLAN),
        (Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}), build.where("Id", 1), VLAN),
        (Cmd("Get-VMNetworkAdapter", {"VMName": "*"}), build.where("Id", ID), VLAN),
        (Cmd("Get-VMNetworkAdapter"), build.where("Id", ID), VLAN),
        (build.vm(VM), Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}), build.where("Id", ID), VLAN),
        (*build.own_adapter(ID), Cmd("Connect-VMNetworkAdapter", {"SwitchName": "lan"})),
        (*build.own_adapter(ID), Cmd("Rename-VMNetworkAdapter", {"NewName": "x"})),
        (build.vm(VM), Cmd("Add-VMNetworkAdapter", ADD)),
        (Cmd("Add-VMNetworkAdapter", {"Name": "Mgmt", "SwitchName": "lan"}),),
        (Cmd("Add-VMNetworkAdapter", {"ManagementOS": True, "Name": "Mgmt"}),),
        (Cmd("Add-VMNetworkAdapter", {"ManagementOS": True, "SwitchName": "lan"}),),
        (Cmd("Set-VMHost"),),
        (Cmd("Get-VMHost"), Cmd("Set-VMHost", {"NumaSpanningEnabled": True})),
        (Cmd("Get-VMHost"), Cmd("Enable-VMMigration")),
        (build.vm(VM), Cmd("Disable-VMMigration")),
        (build.vm(VM), Cmd("Set-VMHost", {"NumaSpanningEnabled": True})),
        (Cmd("Set-VMHost", {"VirtualMachinePath": "D:\\*"}),),
        (Cmd("New-VMSwitch", {"Name": "lan", "NetAdapterName": ("Eth*",)}),),
        (build.switch(VM), Cmd("Set-VMSwitch", {"NetAdapterName": "Ethernet [2]"})),
        (build.switch(VM), Cmd("Set-VMSwitch", {"SwitchType": "External"})),
    ],
)
def test_what_could_mean_another_adapter_is_refused(pipe: tuple[Cmd, ...]) -> None:
    """Every adapter of the host, one of a name, a machine's, a pattern, nothing to set: none of it can be made."""
    with pytest.raises(InvalidInvocation):
        build.write(*pipe)


def test_one_more_adapter_and_the_settings_of_the_host() -> None:
    """Both name no object by id: one makes a new one, the other means the host of the session."""
    assert powershell(build.write(Cmd("Add-VMNetworkAdapter", {**ADD, "Passthru": True}), build.select("Id"))) == (
        "Add-VMNetworkAdapter -ManagementOS -Name 'Mgmt' -SwitchName 'lan' -Passthru -Confirm:$false | Microsoft.PowerShell.Utility\\Select-Object -Property Id"
    )
    assert powershell(build.write(Cmd("Set-VMHost", {"NumaSpanningEnabled": False}))) == "Set-VMHost -NumaSpanningEnabled $false -Confirm:$false"
