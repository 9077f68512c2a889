"""The parameters that every cmdlet has, and the two that come with ShouldProcess (Windows PowerShell 5.1)."""

from __future__ import annotations

from hvplan.simulator.powershell.declarations import ALL_SETS, SWITCH, Parameter, SetEntry

_PREFERENCE = "System.Management.Automation.ActionPreference"
_VARIABLE = (("variableName", ()),)


def _common(name: str, alias: str, type: str, validation: tuple[tuple[str, tuple[object, ...]], ...] = ()) -> Parameter:
    return Parameter(name=name, type=type, aliases=(alias,), entries=(SetEntry(set=ALL_SETS, flag=0),), validation=validation, declared=False, in_all_sets=True)


COMMON = (
    _common("Verbose", "vb", SWITCH),
    _common("Debug", "db", SWITCH),
    _common("ErrorAction", "ea", _PREFERENCE),
    _common("WarningAction", "wa", _PREFERENCE),
    _common("InformationAction", "infa", _PREFERENCE),
    _common("ErrorVariable", "ev", "System.String", _VARIABLE),
    _common("WarningVariable", "wv", "System.String", _VARIABLE),
    _common("InformationVariable", "iv", "System.String", _VARIABLE),
    _common("OutVariable", "ov", "System.String", _VARIABLE),
    _common("OutBuffer", "ob", "System.Int32", (("range", (0, 2147483647)),)),
    _common("PipelineVariable", "pv", "System.String", _VARIABLE),
)

SHOULD_PROCESS = (_common("WhatIf", "wi", SWITCH), _common("Confirm", "cf", SWITCH))
