"""The vocabulary of a difference: what a comparison of desired and live can say about one address.

`Create | Update | Replace | Delete | Keep` is closed. One object may be adopted, renamed and changed at once, so these
are facts on an `Update`; the verbs that people read are derived from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.model.boot import Boot
from hvplan.model.devices import Disk, Dvd, NetworkAdapter, Slot, Vhd
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveAdapter, LiveDrive, LiveFile, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.marker import Marker
from hvplan.model.network import LiveManagementAdapter, ManagementAdapter, Nic
from hvplan.model.objects import Host, VirtualDisk, VirtualMachine, VirtualSwitch
from hvplan.model.rows import Row
from hvplan.model.values import Json

Want = VirtualMachine | VirtualSwitch | VirtualDisk | Host | Disk | Dvd | NetworkAdapter | ManagementAdapter
Live = LiveVm | LiveSwitch | LiveVhd | LiveFile | LiveDrive | LiveAdapter | LiveManagementAdapter | HostSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One attribute that differs. `before` and `after` are values of `row`, or JSON where there is none; `cause`: pending | drift | both | unknown | ``."""

    path: str
    before: Any
    after: Any
    line: When
    row: Row | None = None
    cause: str = ""

    @property
    def impact(self) -> Impact:
        """What this change costs the machine as it is now."""
        return self.line.impact

    def json(self, value: Any) -> Json:
        """A value of this field as documents show it."""
        return self.row.json(value) if self.row else value


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """A VHD file to be made for a disk: under `temp` first, then renamed to `vhd.path`.

    `leftover`: a file of a killed run stands at `temp` and goes first. `folders`: missing ones, outermost first.
    `bytes`: how much space the making takes at once. `grows_from`: the size of a copy whose declared size is larger; 0 for
    a file that is made as large as it is to be. `standing`: a killed run has made it already, and it only grows.
    """

    vhd: Vhd
    temp: str
    leftover: bool = False
    folders: tuple[str, ...] = ()
    bytes: int = 0
    grows_from: int = 0
    standing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One write on the way of a disk from one file to another.

    `kind`: `folder` (make it), `leftover` (remove what a cut-off run left), `convert`, `copy`, `move`, `rename` (all of them from
    `path` to `to`), `attach` (the drive stands on `path` from then on), `drop` (remove our own unfinished file), `delete` (as asked for).
    """

    kind: str
    path: str
    to: str = ""


EXCHANGED: Final = frozenset({"vhd.path", "vhd.type", "vhd.blockSize"})
"""Attributes of a disk that change by putting another file in its place."""
BEFORE: Final = "vhd.before"
"""Path under which the file that a conversion kept is deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """Another file behind a drive, act by act in the one order in which a killed run finds its way.

    `type` and `block_size`: what a converted file becomes; 0: the host's own block size. `copied`: bytes that are read.
    `room`: bytes the new file takes at once in the folder of `path`. `same`: it is the same disk in another file, not
    another one that stood there. `held`: what the drive holds now. `keeps`: what is said of the file that stays, `""` if none does.
    """

    acts: tuple[Act, ...]
    path: str
    held: str
    type: str = ""
    block_size: int = 0
    copied: int = 0
    room: int = 0
    same: bool = True
    keeps: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """An object that is not there. `controllers`: SCSI controllers a new VM ends up with. Disks: `slot`, and `file`, or `ready`: it stands there.

    `net_adapters`: the physical adapters of a new External switch. `management`: why this may cut the session off, `""` if it does not.
    `brought`: a DVD drive that New-VM brings anyhow; an adapter of whose name New-VM brought another one, which goes first.
    """

    address: str
    want: Want
    controllers: int = 0
    slot: Slot | None = None
    file: NewFile | None = None
    ready: bool = False
    brought: bool = False
    net_adapters: tuple[Nic, ...] = ()
    line: When = When("new", Impact.ONLINE)
    management: str = ""
    boot: Boot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """An object that is there and becomes what is wanted.

    `adopts`: it carries no mark and is taken over. `claims`: it is ours, and its mark has to say so anew (a creation or a
    window that was cut off, a former name of the stack). `finishing`: its mark says `new`. `released`: the mark goes, the object stays.
    `unasked`: devices that New-VM made for a creation that was cut off. `slot`: where a disk sits. `net_adapters`: the
    physical adapters a switch ends up with, where they change. `management`: why this may cut the session off.
    `exchange`: how a disk gets another file. `left`: what a later run changes.
    """

    address: str
    want: Want
    live: Live
    fields: tuple[FieldChange, ...] = ()
    left: tuple[FieldChange, ...] = ()
    marker: Marker | None = None
    adopts: bool = False
    claims: bool = False
    finishing: bool = False
    released: bool = False
    renamed_from: str = ""
    protect: bool | None = None
    unasked: tuple[LiveAdapter | LiveDrive, ...] = ()
    slot: Slot | None = None
    net_adapters: tuple[Nic, ...] = ()
    management: str = ""
    exchange: Exchange | None = None
    boot: Boot | None = None

    @property
    def exchanged(self) -> Exchange | None:
        """The exchange of a disk's file, where a field is left that asks for it."""
        return self.exchange if any(field.path in EXCHANGED for field in self.fields) else None

    @property
    def deletes(self) -> str:
        """The file that an earlier or this conversion kept and that is deleted, `""` if none is."""
        return next((str(field.before) for field in self.fields if field.path == BEFORE), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """An object that could become what is wanted only by being destroyed and made anew; this version lists and refuses it."""

    address: str
    want: Want
    live: Live
    fields: tuple[FieldChange, ...]
    marker: Marker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """An object that goes: a VM, a switch, or a device (its file stays). `files`: VHD files that go with a VM, by disk address."""

    address: str
    live: Live
    want: Want | None = None
    marker: Marker | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    line: When = When("removed", Impact.ONLINE)
    management: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Nothing to do here. `live` None: it is wanted absent and is, or nobody can tell. `left`: what a later run changes.

    `partial`: this run looks at some of its devices only, or, of a device, it does not look at it at all; the mark keeps what it says of it.
    """

    address: str
    want: Want
    live: Live | None
    marker: Marker | None = None
    slot: Slot | None = None
    partial: bool = False
    left: tuple[FieldChange, ...] = ()
    boot: Boot | None = None


Change = Create | Update | Replace | Delete | Keep


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that will not be done. `code` is stable; `path`: the attribute meant; `flag`: the option that allows it.

    `blocks`: addresses (with everything below them) whose steps fall away; a finding about a part that could not be
    read blocks nothing, because nothing is planned for that part. `deferred`: it is left for later, not refused.
    """

    address: str
    code: str
    text: str
    path: str = ""
    flag: str = ""
    blocks: tuple[str, ...] = ()
    deferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HostDiff:
    """Everything one host differs in. `changes`: switches, disks, then each VM followed by its devices. `unmanaged`: addresses nobody declared.

    `outside`: what --target and --exclude leave out of this run, as it would stand in `changes`: listed, and nothing is done about it.
    """

    host: str
    changes: tuple[Change, ...] = ()
    outside: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    unmanaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffOptions:
    """What part of the declared objects is looked at, and which files of deleted VMs go too: globs over addresses.

    `most`: what costs more is left for a later run, so nothing that only it needs is foreseen or refused in this one.
    """

    host: str = ""
    cluster: str = "refuse"
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    delete_disks: tuple[str, ...] = ()
    most: Impact = Impact.DATA
