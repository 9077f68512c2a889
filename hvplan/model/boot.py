r"""The boot order of a Generation 2 machine: what it holds, in words that can be compared, and when it boots as declared.

An entry is a drive, a network adapter, or a file that the guest wrote (`\HD(2,GPT,...)\EFI\Microsoft\Boot\bootmgfw.efi`).
The words of an order: `scsi 0:0` for a drive, the id of an adapter, `file on scsi 0:0` for a file that tells its drive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hvplan.model.devices import Slot
from hvplan.model.values import Json, Kind

PATH: Final = "firmware.bootOrder"
GROUPS: Final = ("disks", "dvds", "networkAdapters")
"""Kinds of devices that firmware boots from."""
_FILE: Final = "file on "


def _parse_name(raw: object) -> str:
    if isinstance(raw, str):
        group, slash, key = raw.partition("/")
        if slash and key and group in GROUPS:
            return raw
    raise ValueError("a device of this machine such as disks/os, networkAdapters/lan or dvds/setup")


NAME: Final[Kind[str]] = Kind(name="device", parse=_parse_name, schema={"type": "string", "pattern": f"^({'|'.join(GROUPS)})/."})
"""A declared device of the same machine: the kind and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootEntry:
    """One entry: the `slot` of a drive, else the whole id of an `adapter`, else a file of the guest; `firmware_path` is UEFI's own text for it."""

    firmware_path: str = ""
    slot: Slot | None = None
    adapter: str = ""

    @property
    def word(self) -> str:
        """What tells a device; `""` for a file."""
        return str(self.slot) if self.slot else self.adapter.lower()


def words(order: Iterable[BootEntry]) -> tuple[str, ...]:
    """An order in words. Files that tell no drive are left out: nobody can say what they boot (real guests write short paths)."""
    entries = tuple(order)
    drives = {entry.firmware_path: entry.word for entry in entries if entry.slot and entry.firmware_path}
    found = (entry.word or _of_file(entry.firmware_path, drives) for entry in entries)
    return tuple(word for word in found if word)


def _of_file(path: str, drives: Mapping[str, str]) -> str:
    on = [drive for drive in drives if path == drive or path.startswith((drive + "\\", drive + "/"))]
    return _FILE + drives[max(on, key=len)] if on else ""


def counting(order: Iterable[str], named: Sequence[str]) -> Iterator[str]:
    """The words that count when these devices are to come first: files on one of them are the guest's own way to boot it."""
    mine = {_FILE + word for word in named}
    yield from (word for word in order if word not in mine)


def devices(order: Iterable[str]) -> tuple[str, ...]:
    """An order without the files in it: what a step expects to find, because a guest may write files at any time."""
    return tuple(word for word in order if not word.startswith(_FILE))


def leads(named: Sequence[Json], order: Sequence[Json]) -> bool:
    """Do these devices come first, in this order (engine: Ordering). Ids ignore case."""
    wanted = [str(word).lower() for word in named]
    return list(counting((str(word).lower() for word in order), wanted))[: len(wanted)] == wanted


def shown(word: str, names: Mapping[str, str]) -> str:
    """A word for people. `names`: word of a device -> what it is called."""
    device = word.removeprefix(_FILE)
    called = names.get(device, device)
    return f"a file on {called}" if word.startswith(_FILE) else called


@dataclass(frozen=True, slots=True, kw_only=True)
class BootDevice:
    """A device that a declared order names; `address` is its own, `word` what it is in the live order now, `""` while it is not there."""

    name: str
    address: str
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """A declared order against a machine. `order`: the words of the live one that count; `shown`: the same for people. `left`: not written in this run."""

    devices: tuple[BootDevice, ...]
    order: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    left: bool = False
