"""The catalogue: which cmdlets, parameters and enums a host of a given release has.

Its data file is made from the collected facts by `build_catalogue`. Cmdlets are built when they are first asked
for, so a fresh process pays only for reading the file. Object types have a table of their own, `objects`.
"""

from __future__ import annotations

import functools
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from hvplan.simulator.powershell import objects
from hvplan.simulator.powershell.common_parameters import COMMON, SHOULD_PROCESS
from hvplan.simulator.powershell.declarations import ALL_SETS, EVERY_SET, Cmdlet, EnumType, Parameter, SetEntry

__all__ = ["ALL_SETS", "EVERY_SET", "Catalogue", "Cmdlet", "EnumType", "Parameter", "SetEntry", "load_catalogue"]

RELEASES = ("2012", "2012R2", "2016", "2019", "2022", "2025")
CLIENTS = {"Windows 11": "2025"}
PREFIXES = ("Microsoft.HyperV.PowerShell.", "Microsoft.Vhd.PowerShell.", "Microsoft.FailoverClusters.PowerShell.")

Raw = Mapping[str, Any]


@functools.cache
def _raw() -> Raw:
    content: Raw = json.loads(gzip.decompress((Path(__file__).parent / "data" / "catalogue.json.gz").read_bytes()))
    return content


@functools.cache
def load_catalogue(release: str | None) -> Catalogue:
    """The catalogue of one release: `2016 | 2019 | 2022 | 2025 | Windows 11`, or None for everything that is known.

    Raises ValueError for a release that is not one of these.
    """
    if release is not None and release not in RELEASES and release not in CLIENTS:
        raise ValueError(f"unknown release {release!r}: expected one of {', '.join((*RELEASES, *CLIENTS))}")
    return Catalogue(_raw(), release)


class Catalogue:
    """What a host's PowerShell knows; safe to use from several threads."""

    def __init__(self, raw: Raw, release: str | None) -> None:
        self.release = release
        self._rank = len(RELEASES) if release is None else RELEASES.index(CLIENTS.get(release, release))
        self._raw = raw
        self._names = {name.lower(): name for name, facts in raw["cmdlets"].items() if self._known(facts)}
        self._aliases = {alias.lower(): name for name in self._names.values() for alias in raw["cmdlets"][name].get("a", ())}
        self._cmdlets: dict[str, Cmdlet] = {}
        self._enums: dict[str, EnumType] = {}
        self._enum_names = {name.lower(): name for name in raw["enums"]}

    def _known(self, facts: Raw) -> bool:
        since = facts.get("since")
        return since not in RELEASES or RELEASES.index(since) <= self._rank

    def names(self) -> Iterator[str]:
        """The canonical names of all cmdlets that this release has."""
        return iter(self._names.values())

    def aliases(self) -> Mapping[str, str]:
        """Alias, lower-case, to canonical cmdlet name."""
        return self._aliases

    def find(self, name: str) -> Cmdlet | None:
        """The cmdlet of this name, in any case, by alias or qualified (`Hyper-V\\Get-VM`); None if the host has none."""
        module, _, bare = name.rpartition("\\")
        canonical = self._names.get(bare.lower()) or self._aliases.get(bare.lower())
        if canonical is None:
            return None
        if canonical not in self._cmdlets:
            self._cmdlets[canonical] = self._cmdlet(canonical, self._raw["cmdlets"][canonical])
        cmdlet = self._cmdlets[canonical]
        return cmdlet if not module or module.lower() == cmdlet.module.lower() else None

    @staticmethod
    def type(name: str) -> objects.ObjectType | None:
        """The object type of this full name or, for Hyper-V, VHD and cluster types, of its last part (the same for every release)."""
        return objects.object_type(name)

    def enum(self, name: str) -> EnumType | None:
        """The enum of this full name or, for Hyper-V, VHD and cluster types, of its last part; in any case."""
        canonical = self._full(name, self._enum_names)
        if canonical is None:
            return None
        if canonical not in self._enums:
            facts = self._raw["enums"][canonical]
            self._enums[canonical] = EnumType(name=canonical, members=facts["m"], underlying=facts.get("u", "System.Int32"), flags=bool(facts.get("f")))
        return self._enums[canonical]

    @staticmethod
    def _full(name: str, names: Mapping[str, str]) -> str | None:
        found = names.get(name.lower())
        if found is None and "." not in name:
            found = next((names[full] for prefix in PREFIXES if (full := (prefix + name).lower()) in names), None)
        return found

    def _cmdlet(self, name: str, facts: Raw) -> Cmdlet:
        known = {key: one for key, one in facts["p"].items() if self._known(one)}
        bits = _bits(facts["d"], facts["s"], known)
        declared = (_parameter(key, one, facts["s"], bits) for key, one in known.items())
        parameters = (*declared, *COMMON, *(SHOULD_PROCESS if facts.get("sp") else ()))
        words = name.replace("-", "")
        return Cmdlet(
            name=name,
            module=facts["m"],
            class_name=f"Microsoft.HyperV.PowerShell.Commands.{words}" if facts["m"] == "Hyper-V" else f"Microsoft.PowerShell.Commands.{words}Command",
            default_set=facts["d"],
            default_flag=bits.get(facts["d"], 0),
            sets=tuple(bits),
            parameters=parameters,
            should_process=bool(facts.get("sp")),
            confirm_impact=facts.get("ci", "None"),
            aliases=tuple(facts.get("a", ())),
            outputs=tuple(facts.get("o", ())),
            kind=facts.get("kind", "cmdlet"),
            by_name={parameter.name.lower(): parameter for parameter in parameters},
            by_alias={alias.lower(): parameter for parameter in parameters for alias in parameter.aliases},
        )


def _bits(default: str, sets: Raw, names: Iterable[str]) -> dict[str, int]:
    """Bits as the engine deals them: the default set first, then sets in the order in which the parameters name them."""
    order = [default] if default else []
    for name in names:
        order += [key for key, members in sets.items() if name in members and key != ALL_SETS and key not in order]
    return {key: 1 << index for index, key in enumerate(order)}


def _parameter(name: str, facts: Raw, sets: Raw, bits: Mapping[str, int]) -> Parameter:
    entries = tuple(
        SetEntry(
            set=key,
            flag=0 if key == ALL_SETS else bits[key],
            mandatory=bool(members[name].get("m")),
            position=members[name].get("pos"),
            by_value=bool(members[name].get("v")),
            by_name=bool(members[name].get("n")),
        )
        for key, members in sets.items()
        if name in members
    )
    return Parameter(
        name=name,
        type=facts["t"],
        nullable=bool(facts.get("n")),
        aliases=tuple(facts.get("a", ())),
        entries=entries,
        validation=tuple((kind, tuple(arguments)) for kind, *arguments in facts.get("v", ())),
        allow_null=bool(facts.get("z")),
        allow_empty_string=bool(facts.get("e")),
        type_name=facts.get("k"),
        flags=sum(entry.flag for entry in entries),
        in_all_sets=any(entry.flag == 0 for entry in entries),
        mandatory_somewhere=any(entry.mandatory for entry in entries),
        pipe_somewhere=any(entry.from_pipe for entry in entries),
    )
