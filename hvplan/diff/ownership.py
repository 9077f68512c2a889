"""Who is who, and whose: finding the live object behind a declared one, and what its mark allows.

By the marker's id with the right GUID first; else by name; from then on by id. A copy's marker (import, replica,
restore) is reported and never believed. Two marker lines are believed even less.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from hvplan.diff.changes import Finding
from hvplan.model.live import LiveSwitch, LiveVm
from hvplan.model.marker import Marker, find
from hvplan.model.objects import Lifecycle, Stack, VirtualMachine, VirtualSwitch
from hvplan.model.values import Unknown

L = TypeVar("L", LiveVm, LiveSwitch)


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing on the host is it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[L]):
    """The live object. `marker`: its believed marker. `ours`: this stack owns it. `cut_off`: a creation that was killed before it left its mark.

    `former`: the marker carries a former name of this stack.
    """

    live: L
    marker: Marker | None = None
    cut_off: bool = False
    former: bool = False

    @property
    def ours(self) -> bool:
        """Does this stack own it."""
        return self.marker is not None

    @property
    def misnamed(self) -> bool:
        """Does its mark still say a former name: a run was killed behind the renaming, and whoever gets that name next would be taken for it."""
        return self.marker is not None and self.marker.id.casefold() != self.live.name.casefold()

    @property
    def finishing(self) -> bool:
        """Was its creation cut off after it left its first mark."""
        return self.marker is not None and self.marker.owner == "new"


@dataclass(frozen=True, slots=True)
class Foreign:
    """There is such an object, and it may not be touched."""

    finding: Finding


Identified = Missing | Found[L] | Foreign


def believed(notes: str, guid: str, kind: str) -> Marker | None:
    """The marker of an object, if it has just one and it fits the object."""
    marker, lines = find(notes)
    return marker if marker and lines == 1 and marker.kind == kind and marker.fits(guid) else None


def is_copy(notes: str, guid: str, kind: str) -> bool:
    """Does the object carry the marker of another one."""
    marker, lines = find(notes)
    return marker is not None and lines == 1 and (marker.kind != kind or not marker.fits(guid))


def names(lives: Sequence[L]) -> str:
    """Ids for a message, in order."""
    return ", ".join(sorted(live.id for live in lives))


def owned_by(stack: Stack, kind: str, lives: Sequence[L]) -> dict[str, Marker]:
    """Id -> marker of the live objects that are the stack's; empty for a stack that leaves no marks."""
    if not stack.marks:
        return {}
    found = ((live.id, believed(live.notes, live.id, kind)) for live in lives)
    return {id: marker for id, marker in found if marker is not None and marker.stack in (stack.name, *stack.formerly)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search(Generic[L]):
    """How declared objects of one kind are found. `declared`: names of all declared objects of the kind, case folded.

    `owned`: id of a live object -> its marker, where that is believed and this stack's (`owned_by`). It is read once:
    every declared object asks every live one.
    """

    kind: str
    noun: str
    stack: Stack
    lives: tuple[L, ...]
    declared: frozenset[str]
    cut_off: Callable[[L], bool]
    owned: Mapping[str, Marker]

    def identify(self, want: VirtualMachine | VirtualSwitch, address: str) -> Identified[L]:
        """The live object of `want`, or why it may not be touched."""
        if marked := self._marked(want.name, want.lifecycle):
            return self._one(marked, address, f"carry the mark of {self.noun} {want.name}")
        for name in (want.name, *want.lifecycle.formerly):
            if named := [live for live in self.lives if live.name.casefold() == name.casefold() and not self._someone_elses(live, want)]:
                return self._one(named, address, f"are named {name}")
            if name.casefold() != want.name.casefold() and name.casefold() in self.declared:
                break
        return Missing()

    def _marked(self, name: str, lifecycle: Lifecycle) -> list[L]:
        for known in (name, *lifecycle.formerly):
            if found := [live for live in self.lives if (marker := self.owned.get(live.id)) and marker.id.casefold() == known.casefold()]:
                return found
        return []

    def _someone_elses(self, live: L, want: VirtualMachine | VirtualSwitch) -> bool:
        """Is it, by its mark, another declared object that somebody renamed."""
        marker = self.owned.get(live.id)
        return marker is not None and marker.id.casefold() != want.name.casefold() and marker.id.casefold() in self.declared

    def _one(self, found: list[L], address: str, what: str) -> Identified[L]:
        if len(found) > 1:
            text = f"{len(found)} {self.noun}s {what}: {names(found)}. Rename or remove all but one."
            return Foreign(_finding(address, "duplicate", text))
        return self._judge(found[0], address)

    def _judge(self, live: L, address: str) -> Identified[L]:
        marker, lines = find(live.notes)
        if lines > 1:
            text = f"its notes hold {lines} hvplan lines, so none is believed. Remove all but the right one by hand."
            return Foreign(_finding(address, "two-markers", f"{self.noun} {live.name} ({live.id}): {text}"))
        if marker is None or not self.stack.marks:
            return Found(live=live, cut_off=self.stack.marks and lines == 0 and self.cut_off(live))
        if is_copy(live.notes, live.id, self.kind):
            text = f"{self.noun} {live.name} ({live.id}) carries the mark of another object: it is a copy (import, replica or restore) and is not touched."
            return Foreign(_finding(address, "copy", f"{text} Remove the hvplan line from its notes to take it over."))
        if marker.stack not in (self.stack.name, *self.stack.formerly):
            text = f"{self.noun} {live.name} ({live.id}) belongs to stack {marker.stack}."
            return Foreign(_finding(address, "foreign-stack", f"{text} Release it there, or name that stack in `formerly` of this one."))
        if marker.id.casefold() != address_name(address).casefold() and marker.id.casefold() in self.declared:
            return Missing()
        return Found(live=live, marker=marker, former=marker.stack != self.stack.name)


def address_name(address: str) -> str:
    """The name an address of an object carries, as written."""
    from hvplan.model.address import decode

    return decode(address.split("/", 1)[1])


def _finding(address: str, code: str, text: str) -> Finding:
    return Finding(address=address, code=code, text=text, blocks=(address,))


def vm_cut_off(live: LiveVm) -> bool:
    """Does it look like New-VM before its mark was written: off, no notes, no disk, no checkpoint, nothing in a drive and on no switch.

    New-VM leaves at most one adapter, connected to nothing, and an empty DVD drive: a machine with more was made by somebody, who is asked.
    """
    if live.state != "Off" or live.notes or live.disks or isinstance(live.checkpoints, Unknown) or live.checkpoints or isinstance(live.adapters, Unknown):
        return False
    return len(live.adapters) < 2 and all(adapter.settings.switch is None for adapter in live.adapters) and not any(drive.path for drive in live.dvds)


def copies(lives: Sequence[L], kind: str, noun: str) -> tuple[str, ...]:
    """A warning for each object that carries the mark of another one."""
    return tuple(
        f"{noun} {live.name} ({live.id}) carries the mark of another object; it is a copy and is not owned"
        for live in sorted(lives, key=lambda live: live.id)
        if is_copy(live.notes, live.id, kind)
    )
