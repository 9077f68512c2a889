"""What is said of many objects in the same words, said once; and options as they have to be typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

MOST: Final = 4
"""How many objects may stand in lines of their own; above that they share one."""

_PLAIN: Final = re.compile(r"[\w@%+=:,./*-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something that is said of one object: `text` as it goes on behind its name, `flag` the option that allows it."""

    name: str
    text: str
    flag: str = ""

    @property
    def option(self) -> str:
        """The option without the object: `--adopt` for `--adopt=vm/web01`."""
        return self.flag.removesuffix(f"={self.name}")


def grouped(said: Iterable[Said]) -> Iterator[tuple[Said, ...]]:
    """The same things: one by one in their order, or all together in the place of the first where there are many."""
    groups: dict[tuple[str, str], list[Said]] = {}
    everything = tuple(said)
    for one in everything:
        groups.setdefault((one.text, one.option), []).append(one)
    for one in everything:
        group = groups[one.text, one.option]
        if len(group) <= MOST:
            yield (one,)
        elif one is group[0]:
            yield tuple(group)


def typed(option: str) -> str:
    """An option whose value holds blanks or signs that shells read, in quotes: double ones, which every shell has, where they are enough."""
    name, sign, value = option.partition("=" if "=" in option.partition(" ")[0] else " ")
    if not sign or _PLAIN.fullmatch(value):
        return option
    return f"{name}{sign}" + (f'"{value}"' if not set(value) & set('"$`\\!') else shlex.quote(value))
