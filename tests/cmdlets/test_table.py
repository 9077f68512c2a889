"""The command table against the catalogue of the real modules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hvplan.cmdlets.table import ENUMS, SELECT, TABLE, reads

CATALOGUE: Any = json.loads((Path(__file__).parent / "catalogue.json").read_text("utf-8"))
"""A slice of the catalogue: for every cmdlet its module, ShouldProcess, outputs, and the types of the parameters we send."""
WIRES = {
    "System.String": "S",
    "System.Version": "S",
    "System.String[]": "S[]",
    "System.Object[]": "S[]",
    "System.Guid": "G",
    "System.Guid[]": "G",
    "System.Boolean": "B",
    "System.Management.Automation.SwitchParameter": "switch",
    "System.Management.Automation.PSObject": "any",
    "System.Int16": "I16",
    "System.Int32": "I32",
    "System.Int64": "I64",
    "System.UInt16": "U16",
    "System.UInt32": "U32",
    "System.UInt64": "U64",
}
CMDLETS = sorted(name for name, cmdlet in TABLE.items() if not cmdlet.script)
"""All but the constant scripts, which no module of Windows has."""
ONE_OF_MANY = {"VMName", "Path", "LiteralPath"}
"""Parameters that take a list and get one text from us."""


def test_the_catalogue_covers_the_table() -> None:
    """No cmdlet is in the table that the catalogue does not know."""
    assert set(CMDLETS) == set(CATALOGUE["cmdlets"])


@pytest.mark.parametrize("name", CMDLETS)
def test_types_are_those_of_the_catalogue(name: str) -> None:
    """Every parameter has the type that the real cmdlet declares; only `one text instead of a list` differs."""
    ours, theirs = TABLE[name], CATALOGUE["cmdlets"][name]
    assert ours.module == theirs["module"]
    for parameter in ours.parameters.values():
        if parameter.name == "Confirm":
            continue
        declared = theirs["parameters"][parameter.name]["type"]
        if declared.startswith(("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.")):
            assert parameter.wire == ("enum[]" if declared.endswith("[]") else "enum")
            assert set(parameter.members) <= set(ENUMS[declared.rsplit(".", 1)[-1].removesuffix("[]")])
        elif parameter.wire == "S" and WIRES[declared] == "S[]":
            assert parameter.name in ONE_OF_MANY
        else:
            assert parameter.wire == WIRES[declared], parameter
        for value in theirs["parameters"][parameter.name].get("validateSet", ()):
            assert value in {str(member) for member in parameter.members}


@pytest.mark.parametrize("name", CMDLETS)
def test_what_the_pipe_binds(name: str) -> None:
    """A kind of object is bound by a parameter of that type, or of its base type."""
    bases = {"VMNetworkAdapter": "VMNetworkAdapterBase", "VMScsiController": "VMDriveController"}
    for kind, parameter in TABLE[name].pipe.items():
        declared = CATALOGUE["cmdlets"][name]["pipe"][parameter]
        assert declared in (kind, bases.get(kind))


def test_writes_support_should_process_and_reads_do_not() -> None:
    """What changes a host is what the real module confirms; so the list of reads is the list of what a plan may send."""
    assert {name for name, entry in CATALOGUE["cmdlets"].items() if not entry["shouldProcess"]} == reads()
    assert all(TABLE[name].confirms for name in CMDLETS if TABLE[name].write)
    assert [name for name in CMDLETS if TABLE[name].high != (CATALOGUE["cmdlets"][name]["confirmImpact"] == "High")] == []


def test_enums_have_the_members_of_the_catalogue() -> None:
    """A word that Hyper-V does not know cannot be sent."""
    assert {name: sorted(members) for name, members in ENUMS.items()} == CATALOGUE["enums"]


def test_nothing_reaches_an_object_by_name_or_another_computer() -> None:
    """Objects are chosen by id; a script, a session or a credential is never an argument."""
    never = {"VM", "VMSwitch", "VMNetworkAdapter", "ComputerName", "CimSession", "Credential", "ScriptBlock", "FilterScript", "Session", "AsJob", "Recurse"}
    for cmdlet in TABLE.values():
        assert not never & set(cmdlet.parameters)
        if cmdlet.write:
            assert "VMName" not in cmdlet.parameters
            assert cmdlet.creates or cmdlet.name.startswith("Add-") or "Name" not in cmdlet.parameters
    assert [name for name in TABLE if name.startswith(("Invoke-", "ForEach-", "Test-"))] == []
    assert [name for name in TABLE if "\\" in name] == [SELECT]
