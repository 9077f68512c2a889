"""The binder's rules one by one, and what the recordings leave out: bare names, several objects, prompts."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.binder import Binding, BindingError, bind, should_process
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.psobject import PSObject
from hvplan.simulator.values import Bag, Number, Obj

VM = Obj("VirtualMachine", {"Name": "web"})


def bound(command: str, *arguments: Argument, expects_input: bool = False) -> Binding:
    cmdlet = load_catalogue(None).find(command)
    assert cmdlet is not None
    return bind(cmdlet, arguments, expects_input=expects_input)


def named(name: str, value: Any) -> Argument:
    return Argument(name, value)


def bare(name: str) -> Argument:
    return Argument(name, given=False)


def refusal(command: str, *arguments: Argument) -> str:
    with pytest.raises(BindingError) as caught:
        bound(command, *arguments)
    return caught.value.id


def test_a_bare_switch_is_true_and_takes_nothing_with_it() -> None:
    """`Stop-VM -Force web` forces and stops web."""
    call = bound("Stop-VM", bare("Force"), Argument(None, "web")).without_input()
    assert call.set == "Name"
    assert call.bound == {"Force": True, "Name": ("web",)}


def test_a_bare_name_takes_the_next_argument() -> None:
    """`Get-VM -Name web` is the same as a name with its value."""
    assert bound("Get-VM", bare("Name"), Argument(None, "web")).without_input().bound == {"Name": ("web",)}


def test_a_bare_name_without_a_value_is_refused() -> None:
    """At the end, and before another parameter of the cmdlet."""
    assert refusal("Get-VM", bare("Name")) == "MissingArgument"
    assert refusal("Set-VM", bare("Name"), bare("Passthru")) == "MissingArgument"


def test_a_bare_name_takes_an_unknown_name_as_its_text() -> None:
    """What looks like a parameter but is none becomes the value, dash included."""
    assert bound("Get-VM", bare("Name"), bare("Bogus")).without_input().bound == {"Name": ("-Bogus",)}


def test_an_exact_name_wins_over_longer_ones_and_the_cmdlets_own_over_common_ones() -> None:
    """`-VM` is not `-VMName`; `-Pass` and `-V` mean the cmdlet's parameters where only one fits."""
    assert "VM" in bound("Set-VMProcessor", named("VM", VM)).without_input().bound
    assert refusal("Set-VMProcessor", named("V", "web")) == "AmbiguousParameter"
    assert bound("Set-VM", named("Name", "web"), named("Pass", True)).without_input().bound["Passthru"] is True


def test_each_object_of_the_pipe_starts_from_the_command_line() -> None:
    """One object's set does not decide the next one's; what it bound stays visible, as in $PSBoundParameters."""
    binding = bound("Set-VMMemory", named("StartupBytes", Number(1 << 30, "I64")), expects_input=True)
    first = binding.with_input(VM)
    second = binding.with_input("db")
    assert (first.set, first.bound["VM"]) == ("VMObject", (VM,))
    assert (second.set, second.bound["VMName"], second.bound["VM"]) == ("VMName", ("db",), (VM,))
    assert binding.with_input(VM).set == "VMObject"


def test_an_object_that_does_not_bind_leaves_the_next_one_alone() -> None:
    """A refused object is one error, not the end."""
    binding = bound("Get-VMSwitch", expects_input=True)
    with pytest.raises(BindingError) as caught:
        binding.with_input({"z": 1})
    assert caught.value.id == "InputObjectNotBound"
    assert binding.with_input(PSObject(notes={"Id": uuid.UUID(int=7)})).bound["Id"] == (uuid.UUID(int=7),)


def test_an_object_from_a_client_is_text_by_position_and_nothing_by_name() -> None:
    """Truth 4: a property bag never becomes a live object."""
    bag = Bag(("Deserialized.Microsoft.HyperV.PowerShell.VirtualMachine",), "VirtualMachine (Name = 'web')", {"Name": "web"})
    assert bound("Start-VM", Argument(None, bag)).without_input().bound == {"Name": ("VirtualMachine (Name = 'web')",)}
    assert refusal("Start-VM", named("VM", bag)) == "CannotConvertArgumentNoMessage"


def test_a_derived_object_binds_to_a_parameter_of_its_base() -> None:
    """A VM's adapter and the host's are both VMNetworkAdapterBase; a DVD drive is not."""
    for type in ("VMNetworkAdapter", "VMInternalNetworkAdapter"):
        assert bound("Set-VMNetworkAdapterVlan", expects_input=True).with_input(Obj(type)).set == "ResourceObject"
    assert bound("Set-VMNetworkAdapterVlan", expects_input=True).with_input(Obj("DvdDrive")).set != "ResourceObject"


@pytest.mark.parametrize(
    ("command", "extra", "decision"),
    [
        ("Update-VMVersion", {}, "prompt"),
        ("Update-VMVersion", {"Confirm": False}, "proceed"),
        ("Update-VMVersion", {"WhatIf": True}, "what if"),
        ("Remove-VM", {}, "proceed"),
        ("Remove-VM", {"Confirm": True}, "prompt"),
        ("Remove-VM", {"Confirm": True, "WhatIf": True}, "what if"),
        ("Get-VM", {}, "proceed"),
    ],
)
def test_who_would_be_asked(command: str, extra: dict[str, bool], decision: str) -> None:
    """High impact or -Confirm asks, -WhatIf does nothing, the rest goes ahead (truth 7)."""
    binding = bound(command, named("Name", "web"), *(named(name, value) for name, value in extra.items()))
    assert should_process(binding.cmdlet, binding.without_input().bound) == decision


def test_null_is_true_for_a_switch_and_refused_for_a_boolean() -> None:
    """Truth 8: `Stop-VM -Force` with null is forced."""
    assert bound("Stop-VM", named("Name", "web"), named("Force", None)).without_input().bound["Force"] is True
    assert refusal("Set-VM", named("Name", "web"), named("BatteryPassthroughEnabled", None)) == "ParameterArgumentValidationErrorNullNotAllowed"
