"""Every property that is asked of a host is one that its objects have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hvplan.cmdlets.invocation import Statement
from hvplan.cmdlets.table import EXPANDS, SELECT, TABLE
from hvplan.live.read import read_host, read_vm
from hvplan.live.wanted import Wanted
from tests.live.scripted import WEB, host

CATALOGUE: Any = json.loads((Path(__file__).parent.parent / "cmdlets" / "catalogue.json").read_text("utf-8"))
FOREIGN = {"Get-Item", "Get-Command"}
"""Objects of .NET and PowerShell itself: FullName, Length, PSIsContainer; Name, Version, Parameters."""


def kind(statement: Statement) -> str:
    """The type of object that a statement selects from, `""` for one that the catalogue does not describe."""
    lister = [cmd for cmd in statement if cmd.cmdlet not in (SELECT, "Where-Object")][-1]
    match lister.cmdlet:
        case "Get-CimInstance":
            return str(lister.parameters["ClassName"])
        case "Get-Volume":
            return "MSFT_Volume"
        case "Get-VMFirmware" if statement[-2].cmdlet == SELECT:
            assert statement[-2].parameters["ExpandProperty"] in CATALOGUE["objects"]["VMFirmware"]
            return EXPANDS["VMFirmware", str(statement[-2].parameters["ExpandProperty"])]
        case name:
            return "" if name in FOREIGN else TABLE[name].output


def test_selected_properties_exist() -> None:
    """A name that no object has would come back as null, silently (truth 12)."""
    scripted = host()
    read_host(scripted, Wanted(host="hv01", names=frozenset({"web"}), files=("D:\\a",), vhds=("D:\\a",)))
    read_vm(scripted, WEB, {})
    statements = [statement for invocation in scripted.sent for statement in invocation.statements]
    for statement in statements:
        if name := kind(statement):
            properties = statement[-1].parameters["Property"]
            assert isinstance(properties, tuple)
            assert set(properties) <= set(CATALOGUE["objects"][name]), name
            for cmd in statement:
                if cmd.cmdlet == "Where-Object":
                    assert cmd.parameters["Property"] in CATALOGUE["objects"]["VirtualMachine"]
    assert len(statements) > 20
