"""A restricted session: which commands and parameters it lets through, and the functions it puts around them (truth 18-24).

A configuration is data: `type` (`RestrictedRemoteServer`, `Empty`), `modules`, `cmdlets` and `functions`; an entry
is a name (with wildcards, or qualified) or `{"Name": ..., "Parameters": [{"Name": ..., "ValidateSet": ..., "ValidatePattern": ...}]}`.
The keys of a role file (`SessionType ModulesToImport VisibleCmdlets VisibleFunctions`) mean the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hvplan.simulator.powershell import binding_errors, compare, psobject
from hvplan.simulator.powershell.catalogue import Catalogue
from hvplan.simulator.powershell.commands import Commands, Found, Limit, Make, OpenCommands, not_found
from hvplan.simulator.powershell.common_parameters import COMMON
from hvplan.simulator.powershell.data_file import read_data_file
from hvplan.simulator.powershell.declarations import Cmdlet, Parameter, SetEntry
from hvplan.simulator.powershell.null import NotSimulated, Null
from hvplan.simulator.powershell.stage import Terminate

ALIASES: Mapping[str, str] = {
    "clear": "Clear-Host",
    "cls": "Clear-Host",
    "exsn": "Exit-PSSession",
    "gcm": "Get-Command",
    "measure": "Measure-Object",
    "select": "Select-Object",
}
PROXIES: Mapping[str, Mapping[str, tuple[tuple[str, tuple[object, ...]], ...]]] = {
    "Get-Command": {"Name": (), "Module": (), "ArgumentList": (), "CommandType": (), "ListImported": (), "ShowCommandInfo": ()},
    "Select-Object": {
        "Property": (
            (
                "set",
                (
                    "ModuleName",
                    "Namespace",
                    "OutputType",
                    "Count",
                    "HelpUri",
                    "Name",
                    "CommandType",
                    "ResolvedCommandName",
                    "DefaultParameterSet",
                    "CmdletBinding",
                    "Parameters",
                ),
            ),
        ),
        "InputObject": (),
    },
    "Measure-Object": {"InputObject": ()},
}
"""The proxies that a RestrictedRemoteServer session has of its own (windows.md, JEA): parameters and their validation."""

BUILT_IN: Mapping[str, tuple[tuple[tuple[str, str, bool], ...], Make]] = {
    "Clear-Host": ((), partial(NotSimulated, "Clear-Host")),
    "Exit-PSSession": ((), Null),
    "Get-FormatData": ((("TypeName", "System.String[]", False), ("PowerShellVersion", "System.Version", False)), Null),
    "Get-Help": ((("Name", "System.String", False), ("Category", "System.String[]", False)), partial(NotSimulated, "Get-Help")),
}
"""Its other functions (windows.md, JEA): parameters, and what they do here, where nobody asks for formats."""

_KEYS = {"sessiontype": "type", "modulestoimport": "modules", "visiblecmdlets": "cmdlets", "visiblefunctions": "functions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A restricted session's definition, read from data."""

    type: str = "Default"
    modules: tuple[str, ...] = ()
    entries: tuple[str | Mapping[str, Any], ...] = ()

    @property
    def restricted(self) -> bool:
        """Whether it restricts anything."""
        return self.type != "Default"


def read_configuration(data: Mapping[str, Any]) -> Configuration:
    """A configuration from its data. Raises ValueError for a session type that there is none of, and for entries that no session opens with."""
    known = {_KEYS.get(key.lower(), key): value for key, value in data.items()}
    type = str(known.get("type", "Default"))
    if type not in ("Default", "RestrictedRemoteServer", "Empty"):
        raise ValueError(f"unknown session type {type!r}: expected Default, RestrictedRemoteServer or Empty")
    for entry in (*_listed(known.get("cmdlets")), *_listed(known.get("functions"))):
        if not isinstance(entry, str) and not ("Name" in entry and "Parameters" in entry):
            raise ValueError(f"a visible command needs a Name and Parameters, or is a plain name: {entry!r}")
    tables = [{str(entry["Name"]).lower() for entry in _listed(known.get(key)) if not isinstance(entry, str)} for key in ("cmdlets", "functions")]
    for name in sorted(tables[0] & tables[1]):
        raise ValueError(f"{name} has parameters among the visible cmdlets and among the visible functions: no session opens with it; list it once")
    modules = tuple(module if isinstance(module, str) else str(module["ModuleName"]) for module in _listed(known.get("modules")))
    return Configuration(type=type, modules=modules, entries=(*_listed(known.get("cmdlets")), *_listed(known.get("functions"))))


def read_role(text: str) -> Mapping[str, Any]:
    """The configuration that a session or role file's text describes; without a session type it is RestrictedRemoteServer, as JEA wants it.

    Raises ValueError for text that is no data file.
    """
    read = read_data_file(text)
    return read if any(key.lower() == "sessiontype" for key in read) else {"SessionType": "RestrictedRemoteServer", **read}


def _merged(entries: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Tables of one name as one: all their parameters, and of one parameter all its words and all its patterns.

    A parameter that one of them leaves free stays bound by what another asks of it, as the real engine has it.
    """
    names: dict[str, str] = {}
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for entry in entries:
        key = names.setdefault(str(entry["Name"]).lower(), str(entry["Name"])).lower()
        for row in _listed(entry["Parameters"]):
            whole = rows.setdefault(key, {}).setdefault(str(row["Name"]).lower(), {"Name": row["Name"]})
            for limit in ("ValidateSet", "ValidatePattern"):
                if row.get(limit) is not None:
                    whole[limit] = [*_listed(whole.get(limit)), *_listed(row[limit])]
    return [{"Name": name, "Parameters": list(rows.get(key, {}).values())} for key, name in names.items()]


def _listed(value: Any) -> Sequence[Any]:
    return [] if value is None else value if isinstance(value, list | tuple) else [value]


class RestrictedCommands:
    """The commands of a restricted session: public cmdlets, and functions that stand before cmdlets of the same name."""

    def __init__(
        self,
        catalogue: Catalogue,
        core: Mapping[str, Callable[[Commands], Make]],
        configuration: Configuration,
        module_functions: Mapping[str, Found],
    ) -> None:
        self._catalogue = catalogue
        self._open = OpenCommands(catalogue, core, self)
        self._aliases = ALIASES if configuration.type == "RestrictedRemoteServer" else {}
        self._public: dict[str, Found] = {}
        self._functions: dict[str, Found] = {}
        if configuration.type == "RestrictedRemoteServer":
            for name, parameters in PROXIES.items():
                self._proxy(name, parameters)
            for name, (declared, make) in BUILT_IN.items():
                self._functions[name.lower()] = function(name, "", declared, make)
            self._functions["out-default"] = function("Out-Default", "Microsoft.PowerShell.Core", [("InputObject", "System.Object", True)], Null, by_value=True)
        loaded = {module.lower() for module in configuration.modules} | self._imported(configuration.entries)
        for entry in configuration.entries:
            if isinstance(entry, str):
                self._plain(entry, module_functions, loaded)
        for table in _merged(entry for entry in configuration.entries if not isinstance(entry, str)):
            self._limited(table, loaded)

    def find(self, typed: str) -> Found:
        """See `Commands`."""
        name = self._aliases.get(typed.lower(), typed)
        found = self._functions.get(name.lower())
        if found is not None:
            return found
        module, _, bare = name.rpartition("\\")
        cmdlet = self._catalogue.find(name)
        exists = cmdlet is not None and bare.lower() == cmdlet.name.lower()
        if cmdlet is not None and exists and cmdlet.name.lower() in self._public:
            return self._public[cmdlet.name.lower()]
        if module and bare.lower() in self._functions and not exists:
            return self._functions[bare.lower()]
        raise Terminate(not_found(cmdlet.name if cmdlet is not None and exists else typed))

    def visible(self) -> Mapping[str, Found]:
        """See `Commands`."""
        public = {found.name: found for key, found in self._public.items() if key not in self._functions}
        return {**{found.name: found for found in self._functions.values()}, **public}

    def _proxy(self, name: str, parameters: Mapping[str, tuple[tuple[str, tuple[object, ...]], ...]]) -> None:
        cmdlet = self._catalogue.find(name)
        if cmdlet is None:
            return
        chosen = []
        for word, validation in parameters.items():
            known = cmdlet.by_name.get(word.lower())
            if known is None:
                continue
            if word == "InputObject":  # mandatory in every set: a proxy wants to be piped into
                known = replace(known, entries=tuple(replace(entry, mandatory=True) for entry in known.entries), mandatory_somewhere=True)
            if word == "Property" and validation:
                known = replace(known, type="System.String[]", validation=validation)
            chosen.append(known)
        self._functions[name.lower()] = self._around(cmdlet, name, chosen, {"Property": (some,)} if "Property" in parameters else {})

    def _plain(self, entry: str, module_functions: Mapping[str, Found], loaded: set[str]) -> None:
        module, _, bare = entry.rpartition("\\")
        pattern = compare.wildcard(bare)
        for name, function in module_functions.items():
            if pattern.fullmatch(name) and module.lower() in ("", function.cmdlet.module.lower()) and function.cmdlet.module.lower() in loaded:
                self._functions[name.lower()] = function
        for name in self._catalogue.names():
            if pattern.fullmatch(name):
                cmdlet = self._catalogue.find(name)
                if cmdlet is not None and module.lower() in ("", cmdlet.module.lower()):
                    self._public[name.lower()] = self._open.found(cmdlet)

    def _imported(self, entries: Iterable[str | Mapping[str, Any]]) -> set[str]:
        """The modules that plain names import, whatever stands before them; patterns and tables import none."""
        plain = (entry for entry in entries if isinstance(entry, str) and not compare.has_wildcard(entry))
        return {cmdlet.module.lower() for cmdlet in map(self._catalogue.find, plain) if cmdlet is not None}

    def _limited(self, entry: Mapping[str, Any], loaded: set[str]) -> None:
        name = str(entry["Name"])
        cmdlet = self._catalogue.find(name)
        if cmdlet is None or not (cmdlet.module.lower() in loaded or cmdlet.module.startswith("Microsoft.PowerShell.")):
            return  # nobody loads the module for such an entry: it is dropped in silence
        chosen: list[Parameter] = []
        limits: dict[str, tuple[Limit, ...]] = {}
        for row in _listed(entry.get("Parameters")):
            known = cmdlet.by_name.get(str(row["Name"]).lower())
            if known is None:
                continue
            if row.get("ValidatePattern") is not None:
                limits[known.name] = (Pattern("|".join(str(pattern) for pattern in _listed(row["ValidatePattern"]))),)
            if row.get("ValidateSet") is not None:
                known = replace(known, validation=(*known.validation, ("set", tuple(str(word) for word in _listed(row["ValidateSet"])))))
            chosen.append(known)
        shown = name if "\\" in name else cmdlet.name
        self._functions[shown.lower()] = self._around(cmdlet, shown, chosen, limits)

    def _around(self, cmdlet: Cmdlet, name: str, parameters: Iterable[Parameter], limits: Mapping[str, tuple[Limit, ...]]) -> Found:
        inner = self._open.found(cmdlet)
        return Found(name=name, cmdlet=narrowed(cmdlet, name, parameters), binding_class=name, own_class=name, inner=inner, limits=limits)


def narrowed(cmdlet: Cmdlet, name: str, parameters: Iterable[Parameter]) -> Cmdlet:
    """A cmdlet with only some of its parameters, and the common ones: what a function around it declares."""
    kept = (*parameters, *(parameter for parameter in cmdlet.parameters if not parameter.declared))
    return replace(
        cmdlet,
        class_name=name,
        kind="function",
        parameters=kept,
        by_name={parameter.name.lower(): parameter for parameter in kept},
        by_alias={alias.lower(): parameter for parameter in kept for alias in parameter.aliases},
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """`ValidatePattern`: wrapped as `^(...)$`, without case; `$` lets a trailing line break through, `\\z` does not (truth 22)."""

    pattern: str

    def __call__(self, name: str, value: Any) -> None:
        """See `Limit`."""
        whole = f"^({self.pattern})$"
        expression = re.compile(whole.replace("\\z", "\0").replace("\\Z", r"(?=\n?\Z)").replace("\0", r"\Z"), re.IGNORECASE)
        for item in value if isinstance(value, list | tuple) else (value,):
            text = psobject.text(item)
            if expression.search(text) is None:
                why = f'The argument "{text}" does not match the "{whole}" pattern. Supply an argument that matches "{whole}" and try the command again.'
                raise binding_errors.refused(name, why)


def some(name: str, value: Any) -> None:
    """`ValidateCount(1, ...)`; see `Limit`."""
    if isinstance(value, list | tuple) and not value:
        raise binding_errors.refused(name, "The number of provided arguments, (0), is fewer than the minimum number of allowed arguments (1).")


def function(name: str, module: str, parameters: Iterable[tuple[str, str, bool]], make: Make, *, by_value: bool = False) -> Found:
    """A script function of a module: typed parameters (name, .NET type, mandatory) and what it does; `by_value`: they take the pipe."""
    declared = tuple(
        Parameter(
            name=parameter,
            type=type,
            entries=(SetEntry(set="__AllParameterSets", flag=0, mandatory=mandatory, position=None if by_value else place, by_value=by_value),),
            mandatory_somewhere=mandatory,
            pipe_somewhere=by_value,
            in_all_sets=True,
        )
        for place, (parameter, type, mandatory) in enumerate(parameters)
    )
    cmdlet = Cmdlet(
        name=name,
        module=module,
        class_name=name,
        default_set="",
        default_flag=0,
        sets=(),
        parameters=(*declared, *COMMON),
        should_process=False,
        confirm_impact="None",
        kind="script-function",
        by_name={parameter.name.lower(): parameter for parameter in (*declared, *COMMON)},
        by_alias={alias.lower(): parameter for parameter in COMMON for alias in parameter.aliases},
    )
    return Found(name=name, cmdlet=cmdlet, binding_class=name, own_class=name, make=make)
