"""Restricted sessions: what a role lets through, and role files as data."""

from __future__ import annotations

import threading

import pytest

from hvplan.simulator.pipe import Argument, Command, Pipeline
from hvplan.simulator.powershell.data_file import read_data_file
from hvplan.simulator.powershell.restricted import read_configuration, read_role
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from tests.simulator.powershell.exchanges import RecordedWorld

ROLE = r"""
# what a planner may do
@{
    GUID = 'a0000000-0000-0000-0000-000000000001'   <# any #>
    ModulesToImport = 'Hyper-V'
    VisibleCmdlets = 'Get-VM', 'Microsoft.PowerShell.Utility\Select-Object',
        @{ Name = 'Set-VM'; Parameters = @{ Name = 'VM' }, @{ Name = 'Name' }, @{ Name = 'Notes'; ValidatePattern = '^it''s [a-z]+\z' } },
        @{ Name = "Stop-VM"; Parameters = @(@{ Name = 'Name' }, @{ Name = 'Force'; ValidateSet = 'False' }) }
}
"""


def told(world: RecordedWorld, name: str, *arguments: Argument) -> str:
    """Run one command in a session of that role; the id of the error that ended it, `""` if none did."""
    heard: list[str] = []
    powershell = SimulatedPowerShell(world, configuration=read_role(ROLE))
    powershell.open(1).run(Pipeline(((Command(name, arguments),),)), lambda kind, clixml: heard.append(clixml), threading.Event())
    return heard[-1].partition('"FullyQualifiedErrorId">')[2].partition("<")[0]


def test_a_role_file_is_data() -> None:
    """Comments, both quotes, lists with and without @(), nested tables."""
    role = read_data_file(ROLE)
    assert role["ModulesToImport"] == "Hyper-V"
    assert role["VisibleCmdlets"][2]["Parameters"][2] == {"Name": "Notes", "ValidatePattern": r"^it's [a-z]+\z"}
    assert role["VisibleCmdlets"][3]["Name"] == "Stop-VM"
    assert read_data_file("@{ A = 1; B = $true\n C = @(); 'D e' = \"a`nb\"; F = { Get-VM { } } }") == {
        "A": 1,
        "B": True,
        "C": [],
        "D e": "a\nb",
        "F": "Get-VM { }",
    }


@pytest.mark.parametrize("text", ["", "@{ A = Get-VM }", "@{ A = 1", '@{ A = "$(1+1)" }', "@{ A = 1 } Get-VM", "@{ = 1 }"])
def test_what_is_not_data_is_refused(text: str) -> None:
    """A data file runs nothing, so a command in it is an error with its line."""
    with pytest.raises(ValueError, match="line 1"):
        read_data_file(text)


def test_a_role_lets_through_what_it_lists() -> None:
    """Visible cmdlets and parameters pass, everything else does not exist or does not validate (truth 19-24)."""
    world = RecordedWorld({})
    assert told(world, "Get-VM") == ""
    assert told(world, "Hyper-V\\Get-VM") == ""
    assert told(world, "Set-VM", Argument("Name", "a"), Argument("Notes", "IT'S fine")) == ""
    assert told(world, "Set-VM", Argument("Name", "a"), Argument("Notes", "it's fine\n")) == "ParameterArgumentValidationError,Set-VM"
    assert told(world, "Set-VM", Argument("Name", "a"), Argument("ProcessorCount", 1)) == "NamedParameterNotFound,Set-VM"
    assert told(world, "Hyper-V\\Set-VM", Argument("Name", "a")) == "CommandNotFoundException"
    assert told(world, "Stop-VM", Argument("Name", "a"), Argument("Force", True)) == "ParameterArgumentValidationError,Stop-VM"
    assert told(world, "Start-VM", Argument("Name", "a")) == "CommandNotFoundException"
    assert [call["command"] for call in world.calls] == ["Get-VM", "Get-VM", "Set-VM"]


def test_a_configuration_that_cannot_be_is_refused() -> None:
    """A session type that does not exist, and a table without parameters, fail before anybody relies on them."""
    with pytest.raises(ValueError, match="unknown session type 'Open'"):
        read_configuration({"SessionType": "Open"})
    with pytest.raises(ValueError, match="Parameters"):
        read_configuration({"VisibleCmdlets": [{"Name": "Get-VM"}]})
