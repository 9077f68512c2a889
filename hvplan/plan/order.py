"""What comes before what, as a table with reasons; everything else may happen at the same time.

A rule joins steps of one `machine`, of one `object`, or across objects through a `thing` that the first gives and the
second uses. References are edges of their own: who refers to a new object waits for the step that creates it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hvplan.plan.draft import OFFLINE, ONLINE, Draft

MACHINE, OBJECT, THING = "machine", "object", "thing"


@dataclass(frozen=True, slots=True)
class Pick:
    """Which steps a side of a rule means: `kind action` in words, `*` for any; and a phase."""

    words: str
    phase: str = "*"

    def fits(self, draft: Draft) -> bool:
        """Is it one of them."""
        kinds, actions = self.words.split(" ")
        fits_kind = kinds == "*" or draft.kind in kinds.split("|")
        return fits_kind and (actions == "*" or draft.action in actions.split("|")) and self.phase in ("*", draft.phase)


@dataclass(frozen=True, slots=True)
class Rule:
    """Steps that fit `before` come before those that fit `after`, within `link`."""

    before: Pick
    after: Pick
    link: str
    reason: str


def _rule(before: str, after: str, link: str, reason: str, *, first: str = "*", second: str = "*") -> Rule:
    return Rule(Pick(before, first), Pick(after, second), link, reason)


RULES: Final = (
    _rule("host set", "vm create", THING, "a machine that names no folder lies in the host's own"),
    _rule("switch create|rename", "adapter add|connect", THING, "an adapter is connected by the switch's name"),
    _rule("switch|team set|delete", "switch|team create|set", THING, "a network adapter is under one switch at a time"),
    _rule("switch create|rename|set", "management|team *", MACHINE, "the switch must be there, as it will be"),
    _rule("team set", "management *", MACHINE, "the switch must be there, as it will be"),
    _rule("management add", "management set", OBJECT, "the adapter must be there"),
    _rule("management add|set", "management remove", MACHINE, "the host keeps a way in"),
    _rule("folder create", "folder create", THING, "a folder is made inside the one above it"),
    _rule("folder create", "host set", THING, "a folder that the host's settings name is there when they name it"),
    _rule("folder create", "file create|copy", THING, "a file is made inside its folder"),
    _rule("leftover delete", "file create|copy", THING, "a leftover of a cut-off run holds the name"),
    _rule("file create|copy", "file rename", THING, "a file gets its name when it is whole"),
    _rule("file rename", "disk add", OBJECT, "a disk is attached under its own name"),
    _rule("disk add", "file resize", OBJECT, "a copy grows where it is attached"),
    _rule("folder create", "swap convert|copy|move", THING, "a file is made inside its folder"),
    _rule("leftover delete", "swap convert|copy|move", THING, "a leftover of a cut-off run holds the name"),
    _rule("leftover delete", "swap *", OBJECT, "what a cut-off run left goes before something like it is made"),
    _rule("swap *", "swap *", THING, "a file takes the place of another step by step, so that a killed run finds its way"),
    _rule("intent mark", "swap *", MACHINE, "a file in another place is ours by its mark alone"),
    _rule("disk set", "swap *", OBJECT, "a drive is known by its file"),
    _rule("swap *", "file resize", OBJECT, "a disk grows on its new file"),
    _rule("swap *", "disk move", OBJECT, "a drive is known by its slot"),
    _rule("vm rename", "vm create", THING, "a name must be free"),
    _rule("switch rename", "switch create", THING, "a name must be free"),
    _rule("vm create", "settings|unasked|controller|disk|dvd|adapter *", MACHINE, "the machine must be there"),
    _rule("vm create", "file rename", MACHINE, "a finished file without its machine would be nobody's"),
    _rule("intent mark", "file rename", MACHINE, "a finished file without its mark would be nobody's"),
    _rule("vm create", "marker|boot|order *", MACHINE, "the machine must be there"),
    _rule("settings|unasked|controller|disk|dvd|adapter|file *", "order set", MACHINE, "a boot order is written last, when every device is where it stays"),
    _rule("unasked remove", "adapter|disk|dvd add", MACHINE, "what New-VM made unasked holds its name or its slot"),
    _rule("disk|dvd remove|move", "disk|dvd add|move", THING, "a slot must be free"),
    _rule("disk set", "disk move", OBJECT, "a drive is known by its slot"),
    _rule("adapter remove", "adapter add", THING, "a name must be free"),
    _rule("disk|dvd|adapter add", "disk|dvd|adapter add", THING, "a new machine boots in the order in which its devices came"),
    _rule("controller add", "controller add", THING, "controllers are numbered in the order they are added"),
    _rule("controller add", "disk|dvd add|move", THING, "a drive needs its controller"),
    _rule("adapter add", "adapter set", OBJECT, "the adapter must be there"),
    _rule("adapter set", "adapter connect", OBJECT, "a guest must not appear on a switch in the wrong VLAN", first=ONLINE, second=ONLINE),
    _rule("adapter set", "adapter connect", OBJECT, "a guest must not appear on a switch in the wrong VLAN", first=OFFLINE, second=OFFLINE),
    _rule("resume start", "power stop", MACHINE, "a saved machine is resumed to be shut down"),
    _rule("* *", "power stop", MACHINE, "everything that can be done while it runs is done before the stop", first=ONLINE),
    _rule("power stop", "* *", MACHINE, "it needs the machine off", second=OFFLINE),
    _rule("* *", "power start", MACHINE, "the machine starts when its changes are made", first=OFFLINE),
    _rule("* *", "power start", MACHINE, "power converges last", first=ONLINE),
    _rule("power stop", "power start", MACHINE, "a machine starts after it was stopped"),
    _rule("power start", "hold stop", MACHINE, "only a machine that runs is saved or paused"),
    _rule("* *", "hold stop", MACHINE, "power converges last", first=ONLINE),
    _rule("* *", "marker mark", MACHINE, "the mark says what was applied", first=ONLINE),
    _rule("* *", "marker mark", MACHINE, "the mark says what was applied", first=OFFLINE),
    _rule("power|hold stop", "marker mark", MACHINE, "the mark says what was applied, a state too"),
    _rule("power start", "marker mark", MACHINE, "the mark that a start is owed goes when it was made"),
    _rule("intent mark", "power stop", MACHINE, "a killed run must leave word that a start is owed"),
    _rule("intent mark", "resume start", MACHINE, "a killed run must leave word that a machine was saved"),
    _rule("intent mark", "disk remove", MACHINE, "a file that was taken off its machine is known by the mark alone"),
    _rule("intent mark", "marker mark", MACHINE, "the whole mark comes last"),
    _rule("marker mark", "boot start", MACHINE, "a new machine is marked before it starts"),
    _rule("boot|power start", "boot|power start", THING, "startAfter"),
    _rule("power|hold stop", "boot|power start", THING, "its memory is free only then"),
    _rule("settings set", "boot|power start", THING, "its memory is free only then"),
    _rule("disk remove", "file delete", OBJECT, "a file is detached before it is deleted"),
    _rule("power stop", "vm delete", MACHINE, "only a machine that is off is removed"),
    _rule("disk remove", "vm delete", MACHINE, "a machine goes last, so that a killed run leaves nothing nobody knows"),
    _rule("file delete", "vm delete", MACHINE, "a machine goes last, so that a killed run leaves nothing nobody knows"),
    _rule("adapter connect|remove", "switch delete", THING, "a switch goes when nobody is connected to it"),
    _rule("vm delete", "switch delete", THING, "a switch goes when nobody is connected to it"),
    _rule("switch *", "marker mark", OBJECT, "the mark says what was applied"),
)
