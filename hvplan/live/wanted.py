"""What has to be known of a host beyond its objects: which files are looked for, and whose disks are read."""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hvplan.model.devices import Slot, Vhd
from hvplan.model.filenames import kept, moving, unfinished, unfinished_again
from hvplan.model.objects import Desired, Ensure, VirtualMachine
from hvplan.model.values import Unset, is_root, normal_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A declared disk. `machine`: the names of its machine, in small letters; `slot`: where it is declared to sit, if it is."""

    machine: frozenset[str]
    slot: Slot | None
    path: str
    vhd: Vhd | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`host`: its name, for messages. `names`: VMs, in small letters, whose disks are read; `stacks`: so are those of VMs these stacks own.
    What is in their DVD drives is looked for too: without it they would not start.

    `files`: paths whose existence is asked for. `vhds`: paths among them whose headers are read where they exist.
    `every`: the disks of every VM are read, because files may be deleted and another machine's may be built on one.
    `network`: switches are declared, so what the host lends them is read. `media`: what is in any DVD drive is looked for, as an export has to.
    `own`: declared disks; where a plan may touch the file of one, the disks of every VM are read as well.
    `restricted`: the host is reached at an endpoint of its own, where functions stand for constant scripts.
    """

    host: str = ""
    names: frozenset[str] = frozenset()
    stacks: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    vhds: tuple[str, ...] = ()
    every: bool = False
    own: tuple[Own, ...] = ()
    network: bool = False
    restricted: bool = False
    media: bool = False


def wanted_of(desired: Desired, *, deletes: bool = False) -> Wanted:
    """What the desired objects of one host make it necessary to know: their disks, leftovers beside them, sources, parents, folders.

    `deletes`: files may be deleted beside those of machines that go.
    """
    vhds: dict[str, str] = {}
    folders: dict[str, str] = {}
    images: dict[str, str] = {}
    others: dict[str, str] = {}

    def vhd(path: str) -> None:
        if path:
            vhds.setdefault(normal_path(path), path)

    for disk in desired.disks:
        vhd(disk.path)
    for machine in desired.vms:
        if not isinstance(machine.path, Unset):
            folders.setdefault(normal_path(machine.path), machine.path)
        for dvd in machine.dvds:
            if isinstance(dvd.iso, str):
                images.setdefault(normal_path(dvd.iso), dvd.iso)
        for drive in machine.disks:
            vhd(drive.path)
            if drive.vhd is not None:
                vhd(unfinished(drive.vhd.path))
                vhd(moving(drive.vhd.path))
                for other in (unfinished_again(drive.vhd.path), kept(drive.vhd.path)):
                    others.setdefault(normal_path(other), other)
                vhd(drive.vhd.source_path)
                vhd(drive.vhd.parent_path)
                folder = drive.vhd.path.rpartition("\\")[0]
                if not folder.endswith(":"):
                    folders.setdefault(normal_path(folder), folder)
                if is_root(share := ntpath.splitdrive(drive.vhd.path)[0]):
                    folders.setdefault(normal_path(share), share)
    names = {name.casefold() for machine in desired.vms for name in (machine.name, *machine.lifecycle.formerly)}
    stack = desired.stack
    return Wanted(
        host=desired.hosts[0].name if len(desired.hosts) == 1 else "",
        names=frozenset(names),
        stacks=frozenset((stack.name, *stack.formerly)) if stack.marks else frozenset(),
        files=(*vhds.values(), *folders.values(), *images.values(), *others.values()),
        vhds=tuple(vhds.values()),
        restricted=any(host.restricted for host in desired.hosts),
        network=bool(desired.switches),
        own=tuple(_own(desired.vms)),
        every=deletes or any(machine.ensure is Ensure.ABSENT for machine in desired.vms),
    )


def _own(machines: Iterable[VirtualMachine]) -> Iterator[Own]:
    for machine in machines:
        names = frozenset(name.casefold() for name in (machine.name, *machine.lifecycle.formerly))
        for disk in machine.disks if machine.ensure is Ensure.PRESENT else ():
            if disk.path and not disk.absent:
                yield Own(machine=names, slot=disk.slot if isinstance(disk.slot, Slot) else None, path=disk.path, vhd=disk.vhd)
