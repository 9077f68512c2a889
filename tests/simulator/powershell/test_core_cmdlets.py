"""PowerShell's own commands inside the simulator, and the constant script that sets a boot order."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from hvplan.simulator.pipe import Argument, Command, Pipeline, Runspace
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.values import List
from tests.simulator.powershell.exchanges import RecordedWorld
from tests.simulator.powershell.recorded_script import BOOT_ORDER, RECORDED

VMS = {"objects": [{"obj": "VirtualMachine", "props": {"Name": name, "ProcessorCount": {"I64": count}}} for name, count in (("b", 2), ("C", 1), ("a", 2))]}


def ask(runspace: Runspace, *commands: Command) -> list[str]:
    """Run one statement; the messages' content."""
    heard: list[str] = []
    runspace.run(Pipeline((commands,)), lambda kind, clixml: heard.append(clixml), threading.Event())
    return heard


def command(name: str, **arguments: Any) -> Command:
    """A command with named arguments."""
    return Command(name, tuple(Argument(key, List(value) if isinstance(value, list) else value) for key, value in arguments.items()))


def names(messages: list[str]) -> list[str]:
    """The `Name` of each output."""
    return [found[1] for message in messages if (found := re.search(r'<S N="Name">(.*?)</S>', message))]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"Property": "Name"}, ["a", "b", "C"]),
        ({"Property": "Name", "Descending": True}, ["C", "b", "a"]),
        ({"Property": ["ProcessorCount", "Name"]}, ["C", "a", "b"]),
        ({"Property": "ProcessorCount", "Unique": True}, ["C", "b"]),
        ({"Property": "Nope"}, ["b", "C", "a"]),
    ],
)
def test_sort_object(arguments: dict[str, Any], expected: list[str]) -> None:
    """Text without case, numbers as numbers, equals in the order they came."""
    runspace = SimulatedPowerShell(RecordedWorld({"Get-VM": VMS})).open(1)
    assert names(ask(runspace, command("Get-VM"), command("Sort-Object", **arguments), command("Select-Object", Property="Name"))) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"First": 2}, ["b", "C"]),
        ({"Last": 2}, ["C", "a"]),
        ({"Skip": 1}, ["C", "a"]),
        ({"Skip": 1, "First": 1}, ["C"]),
        ({"SkipLast": 1}, ["b", "C"]),
        ({"First": 1, "Last": 1}, ["b", "a"]),
        ({"Skip": 1, "Last": 1}, ["C"]),
        ({"Index": [0, 2]}, ["b", "a"]),
        ({"First": 0}, []),
    ],
)
def test_select_object_takes_some(arguments: dict[str, Any], expected: list[str]) -> None:
    """First, Last, Skip, SkipLast and Index say which objects go on."""
    runspace = SimulatedPowerShell(RecordedWorld({"Get-VM": VMS})).open(1)
    assert names(ask(runspace, command("Get-VM"), command("Select-Object", **arguments), command("Select-Object", Property="Name"))) == expected


def test_measure_object() -> None:
    """Counts objects; with a property it sums numbers."""
    runspace = SimulatedPowerShell(RecordedWorld({"Get-VM": VMS})).open(1)
    assert '<I32 N="Count">3</I32>' in ask(runspace, command("Get-VM"), command("Measure-Object"))[0]
    assert '<Db N="Sum">5</Db>' in ask(runspace, command("Get-VM"), command("Measure-Object", Property=["ProcessorCount"], Sum=True))[0]


def test_get_command_tells_what_the_host_can_do() -> None:
    """One pipeline tells a cmdlet's parameters and its module's version; an unknown name is an error of its own (truth 16)."""
    runspace = SimulatedPowerShell(RecordedWorld({})).open(1)
    chosen = command("Select-Object", Property=["Name", "Version", "Parameters"])
    error, output, _ = ask(runspace, command("Get-Command", Name=["Rename-VM", "Nope-VM"]), chosen)
    assert "CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand" in error
    assert '<S N="Name">Rename-VM</S><Version N="Version">2.0.0.0</Version>' in output
    keys = re.findall(r'<S N="Key">(\w+)</S>', output)
    assert keys[:5] == ["CimSession", "ComputerName", "Credential", "Name", "NewName"]
    assert names(ask(runspace, command("Get-Command", Name=["Compare-*"], Module=["Hyper-V"]))) == ["Compare-VM"]


def test_get_command_knows_the_release() -> None:
    """A host tells only of what its release has."""
    ask_for = command("Get-Command", Name=["Set-VM", "Get-VMHostPartitionableGpu"])
    old = ask(SimulatedPowerShell(RecordedWorld({}, release="2016")).open(1), ask_for, command("Select-Object", Property="Name"))
    assert names(old) == ["Set-VM"]


def test_the_boot_order_script_reads_and_writes_as_it_says() -> None:
    """The constant script calls four cmdlets; text in its arguments that looks like code stays text."""
    disk = {"obj": "HardDiskDrive", "props": {"Id": r"Microsoft:1\B0", "Name": "disk"}}
    world = RecordedWorld({"Get-VM": {"objects": VMS["objects"][:1]}, "Get-VMHardDiskDrive": {"objects": [disk]}})
    script = Command(
        BOOT_ORDER, (Argument("VMId", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), Argument("Device", List(["$(Stop-VM x)", r"microsoft:1\b0"]))), True
    )
    ask(SimulatedPowerShell(world, scripts=RECORDED).open(1), script)
    assert [call["command"] for call in world.calls] == ["Get-VM", "Get-VMNetworkAdapter", "Get-VMHardDiskDrive", "Set-VMFirmware"]
    assert [device["name"] for device in world.calls[-1]["bound"]["BootOrder"]["list"]] == ["disk"]


def test_script_text_shares_the_sessions_variables() -> None:
    """Where the VM was not found for good, the script goes on with the VM of the pipeline before, as the engine does."""
    world = RecordedWorld({"Get-VM": {"objects": VMS["objects"][:1]}})
    runspace = SimulatedPowerShell(world, scripts=RECORDED).open(1)
    ask(runspace, Command(BOOT_ORDER, (Argument("VMId", "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),), True))
    world.calls.clear()
    ask(runspace, Command(BOOT_ORDER, (Argument("VMId", "nope"),), True))
    assert [call["command"] for call in world.calls] == ["Get-VMNetworkAdapter", "Get-VMHardDiskDrive", "Set-VMFirmware"]
    assert world.calls[-1]["bound"]["VM"]["list"][0]["name"] == "b"
