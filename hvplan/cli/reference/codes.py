"""Every stable code of a message, with what it says and what to do. A test holds the table against the source of all rooms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from hvplan.cli.reference.codes_files import FILES
from hvplan.cli.reference.codes_host import HOST
from hvplan.cli.reference.codes_run import CONNECTION, RUN, STEPS

GROUPS: Final[tuple[tuple[str, str, Mapping[str, tuple[str, str]]], ...]] = (
    ("files", "the files alone are wrong: validate, plan and apply stop before they talk to a host (exit 1)", FILES),
    ("refusal", "the files do not go with this host: plan lists it and exits 3; --skip-refused leaves it out and does the rest", HOST),
    ("connection", "the host could not be reached or read (exit 1), or a call of an apply did not get through", CONNECTION),
    ("command", "the command stops before it writes (exit 1 or 3)", RUN),
    ("step", "the outcome of one step of an apply that has begun (exit 4)", STEPS),
)
"""Name of a group, what a message of it means for the command, and its codes: code -> (what it says, what to do)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code. `group` and `means`: where it comes from and what that means for the command; a code may come from several places."""

    code: str
    group: str
    means: str
    says: str
    do: str


def codes() -> Iterator[Code]:
    """All of them, group by group."""
    for group, means, table in GROUPS:
        for code, (says, do) in table.items():
            yield Code(code=code, group=group, means=means, says=says, do=do)


def meanings(code: str) -> tuple[Code, ...]:
    """What a code means, one entry for each group that has it; empty for no code."""
    return tuple(entry for entry in codes() if entry.code == code)
