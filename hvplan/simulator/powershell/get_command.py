"""Get-Command: what the session can call, with its parameters, so one pipeline tells what a host's cmdlets can do (truth 16)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hvplan.simulator.powershell import compare, psobject
from hvplan.simulator.powershell.commands import Commands, Found, not_found
from hvplan.simulator.powershell.declarations import Cmdlet, Parameter
from hvplan.simulator.powershell.psobject import Dictionary
from hvplan.simulator.powershell.stage import Host, Terminate, heed
from hvplan.simulator.values import Enum, List, Obj, Version

VERSIONS: Mapping[str, str] = {
    "FailoverClusters": "2.0.0.0",
    "Hyper-V": "2.0.0.0",
    "Microsoft.PowerShell.Core": "3.0.0.0",
    "Microsoft.PowerShell.Management": "3.1.0.0",
    "Microsoft.PowerShell.Utility": "3.1.0.0",
    "NetAdapter": "2.0.0.0",
    "Storage": "2.0.0.0",
}
"""Module versions (windows.md, Windows PowerShell 5.1); the other modules are 1.0.0.0."""

_SMA = "System.Management.Automation."
_KINDS = {"Alias": 1, "Function": 2, "Cmdlet": 8}
_PARAMETERS = f"System.Collections.Generic.Dictionary`2[[System.String, mscorlib],[{_SMA}ParameterMetadata, System.Management.Automation]]"


class GetCommand:
    """Errors for names that nothing fits come first, then what was found: in the order asked, or sorted where a pattern was asked for."""

    def __init__(self, commands: Commands, bound: Mapping[str, Any], host: Host) -> None:
        self._commands = commands
        self._host = host
        self._names = [psobject.text(name) for name in bound.get("Name") or ()]
        self._kinds = psobject.text(bound.get("CommandType")).replace(" ", "").split(",") if bound.get("CommandType") is not None else None
        self._filters = {key: [compare.wildcard(psobject.text(word)) for word in bound.get(key) or ()] for key in ("Module", "Noun", "Verb")}
        self._most: int | None = bound.get("TotalCount")
        self._bound = bound

    def begin(self) -> None:
        """Refuse what is not simulated rather than answer it wrongly."""
        heed(self._host, "Get-Command", self._bound, "Syntax", "ShowCommandInfo", "ArgumentList", "FullyQualifiedModule", "ParameterName", "ParameterType")

    def process(self, value: Any) -> None:
        """Nothing depends on the pipe."""

    def end(self) -> None:
        """Everything at once."""
        found = [command for command in self._found() if self._fits(command)]
        if not self._names or any(compare.has_wildcard(name) for name in self._names):
            found.sort(key=lambda command: (_KINDS[_kind(command)], command.name.lower()))
        for command in found if self._most is None or self._most < 0 else found[: self._most]:
            self._host.emit(describe(command))

    def _found(self) -> list[Found]:
        if not self._names:
            return list(self._commands.visible().values())
        found: dict[str, Found] = {}
        for name in self._names:
            for command in self._named(name):
                found.setdefault(command.name.lower(), command)
        return list(found.values())

    def _named(self, name: str) -> Iterable[Found]:
        if compare.has_wildcard(name):
            pattern = compare.wildcard(name.rpartition("\\")[2])
            return [command for key, command in self._commands.visible().items() if pattern.fullmatch(key)]
        try:
            return [self._commands.find(name)]
        except Terminate:
            self._host.error("CommandNotFoundException", "ObjectNotFound", not_found(name).message, "CommandNotFoundException", name, piped=False)
            return []

    def _fits(self, command: Found) -> bool:
        verb, _, noun = command.name.rpartition("\\")[2].partition("-")
        words = {"Module": _module(command), "Noun": noun, "Verb": verb}
        if any(patterns and not any(pattern.fullmatch(words[key]) for pattern in patterns) for key, patterns in self._filters.items()):
            return False
        return self._kinds is None or "All" in self._kinds or _kind(command) in self._kinds


def _kind(command: Found) -> str:
    return "Cmdlet" if command.cmdlet.kind == "cmdlet" else "Function"


def _module(command: Found) -> str:
    """The module that a command is in; a function around a cmdlet is in none."""
    return "" if command.inner is not None else command.cmdlet.module


def describe(command: Found) -> Obj:
    """A CmdletInfo or FunctionInfo."""
    cmdlet = command.cmdlet
    kind = _kind(command)
    module = _module(command)
    verb, _, noun = command.name.rpartition("\\")[2].partition("-")
    common: dict[str, Any] = {
        "Name": command.name,
        "CommandType": Enum(kind, _SMA + "CommandTypes", _KINDS[kind]),
        "Verb": verb,
        "Noun": noun,
        "Source": module,
        "ModuleName": module,
        "Module": module or None,
        "Namespace": module,
        "HelpUri": "",
        "Version": Version(VERSIONS.get(module, "1.0.0.0")) if module else None,
        "Visibility": Enum("Public", _SMA + "SessionStateEntryVisibility", 0),
        "DefaultParameterSet": cmdlet.default_set or None,
        "Parameters": _parameters(cmdlet),
    }
    if kind == "Function":
        return Obj(_SMA + "FunctionInfo", {**common, "CmdletBinding": True})
    return Obj(_SMA + "CmdletInfo", {**common, "ImplementingType": cmdlet.class_name})


def _parameters(cmdlet: Cmdlet) -> Dictionary:
    return Dictionary({parameter.name: _metadata(parameter) for parameter in cmdlet.parameters}, _PARAMETERS)


def _metadata(parameter: Parameter) -> Obj:
    aliases = List(parameter.aliases, "System.Collections.ObjectModel.Collection`1[[System.String, mscorlib]]")
    return Obj(
        _SMA + "ParameterMetadata",
        {
            "Name": parameter.name,
            "ParameterType": f"System.Nullable`1[{parameter.type}]" if parameter.nullable else parameter.type,
            "Aliases": aliases,
            "IsDynamic": False,
            "SwitchParameter": parameter.is_switch,
        },
    )
