"""What the catalogue declares: cmdlets, their parameters and sets, and enums, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ALL_SETS = "__AllParameterSets"
EVERY_SET = 0xFFFFFFFF
"""The binder's flags before anything has narrowed the choice: all sets are still possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetEntry:
    """One `[Parameter(ParameterSetName = ...)]` of a parameter; `flag` is the set's bit, 0 for `__AllParameterSets`."""

    set: str
    flag: int
    mandatory: bool = False
    position: int | None = None
    by_value: bool = False
    by_name: bool = False

    @property
    def in_all_sets(self) -> bool:
        """Whether this declaration stands for every set of the cmdlet."""
        return self.flag == 0

    @property
    def from_pipe(self) -> bool:
        """Whether the parameter takes an object of the pipe, by value or by property name."""
        return self.by_value or self.by_name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parameter:
    """One parameter of a cmdlet.

    `type` is the full .NET name (`System.String[]`), without the `Nullable` that `nullable` stands for.
    `validation` holds (kind, arguments) in order: `notNull`, `notNullOrEmpty`, `range` (least, most), `set`
    (texts), `variableName`. `declared` is False for common and ShouldProcess parameters. `flags` is the sum
    of the sets' bits. `type_name` is a PSTypeName that Windows demands; the recordings do not know it.
    """

    name: str
    type: str
    nullable: bool = False
    aliases: tuple[str, ...] = ()
    entries: tuple[SetEntry, ...] = ()
    validation: tuple[tuple[str, tuple[object, ...]], ...] = ()
    allow_null: bool = False
    allow_empty_string: bool = False
    allow_empty_collection: bool = False
    declared: bool = True
    type_name: str | None = None
    flags: int = 0
    in_all_sets: bool = False
    mandatory_somewhere: bool = False
    pipe_somewhere: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether the parameter takes no value unless one is glued to it (`-Force:$false`)."""
        return self.type == SWITCH

    def matching(self, flags: int) -> tuple[SetEntry, ...]:
        """The declarations that belong to one of the sets in `flags`, or to all sets."""
        return tuple(entry for entry in self.entries if entry.flag == 0 or entry.flag & flags)

    def takes_pipe(self, flags: int) -> bool:
        """Whether a set in `flags` lets this parameter take an object of the pipe."""
        return self.pipe_somewhere and any((self.in_all_sets or entry.flag & flags) and entry.from_pipe for entry in self.entries)


SWITCH = "System.Management.Automation.SwitchParameter"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cmdlet:
    """One cmdlet as its host's release has it; `parameters` ends with the common ones.

    `sets` are in the order of their bits, the default set first. `confirm_impact` is `None`, `Low`, `Medium` or
    `High`; `class_name` is what binding errors end in. `by_name` and `by_alias` are keyed by lower-case name.
    """

    name: str
    module: str
    class_name: str
    default_set: str
    default_flag: int
    sets: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    should_process: bool
    confirm_impact: str
    aliases: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    kind: str = "cmdlet"
    by_name: Mapping[str, Parameter] = field(default_factory=dict)
    by_alias: Mapping[str, Parameter] = field(default_factory=dict)

    def set_name(self, flags: int) -> str:
        """The name that the engine gives to a set's bit; the default set's for no bit or all bits."""
        if flags in (0, EVERY_SET):
            return self.default_set or ALL_SETS
        index = (flags & -flags).bit_length() - 1
        return self.sets[index] if index < len(self.sets) else ""

    @property
    def all_flags(self) -> int:
        """The bits of all sets of the cmdlet."""
        return (1 << len(self.sets)) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumType:
    """An enum: member names in order with their numbers (None where no public source has the number)."""

    name: str
    members: Mapping[str, int | None]
    underlying: str = "System.Int32"
    flags: bool = False

    def named(self, number: int) -> str | None:
        """The first member that has this number."""
        return next((name for name, value in self.members.items() if value == number), None)
