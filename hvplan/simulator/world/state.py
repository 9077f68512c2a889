"""Everything a simulated host knows at one moment. Only code that holds the world's lock touches it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from uuid import NAMESPACE_URL, UUID, uuid5

from hvplan.simulator.world import units
from hvplan.simulator.world.host_nouns import Address, File, Host, Nat, Switch, Vhd, Volume
from hvplan.simulator.world.nouns import VM, Adapter, Checkpoint, Disk
from hvplan.simulator.world.releases import RELEASES, Release

STOPPED_STATES = frozenset({"Off", "Saved", "OffCritical", "SavedCritical", "FastSaved", "Hibernated"})
"""States in which no worker process holds the VM's files or memory."""

OFF_STATES = frozenset({"Off", "OffCritical"})


def drawn_id(host: str, kind: str, name: str, before: int) -> UUID:
    """What Hyper-V would draw at random: the same for the same host, kind, name and number of earlier ones."""
    return uuid5(NAMESPACE_URL, f"simulated-hyper-v/{host}/{kind}/{name}/{before}")


class State:
    """Objects by identity, and what has been drawn so far."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.switches: dict[UUID, Switch] = {}
        self.vms: dict[UUID, VM] = {}
        self.files: dict[str, File] = {}
        self.nats: list[Nat] = []
        self.addresses: list[Address] = []
        self.drawn: dict[str, int] = {}
        self.version = 0
        self._serial = 0

    @property
    def release(self) -> Release:
        """The release's facts."""
        return RELEASES[self.host.release]

    def touch(self) -> None:
        """Say that something changed, so that it gets saved."""
        self.version += 1

    def draw(self, kind: str, name: str) -> UUID:
        """A new id."""
        key = f"{kind}/{name}"
        before = self.drawn.get(key, 0)
        self.drawn[key] = before + 1
        self.touch()
        return drawn_id(self.host.name, kind, name, before)

    def put(self, vm: VM) -> VM:
        """Store a VM's new value."""
        self.vms[vm.id] = vm
        self.touch()
        return vm

    def put_switch(self, switch: Switch) -> Switch:
        """Store a switch's new value."""
        self.switches[switch.id] = switch
        self.touch()
        return switch

    def checkpoint(self, id: UUID) -> tuple[VM, Checkpoint] | None:
        """A checkpoint and its VM."""
        for vm in self.vms.values():
            for checkpoint in vm.checkpoints:
                if checkpoint.id == id:
                    return vm, checkpoint
        return None

    # files

    def file(self, path: str) -> File | None:
        """The file or folder at a path."""
        return self.files.get(units.path_key(path))

    def given(self, disk: Disk) -> Disk:
        """A drive whose VM has the right to the file that stands at its path now; no later file of that name has it."""
        file = self.file(disk.path) if disk.path else None
        return replace(disk, serial=file.serial if file is not None else -1) if disk.path else disk

    def volume(self, path: str) -> Volume | None:
        """The volume that a path lies on: the one with the longest path that begins it."""
        key = units.path_key(path) + "\\"
        fitting = [volume for volume in self.host.volumes if key.startswith(units.path_key(volume.path) + "\\")]
        return max(fitting, key=lambda volume: len(volume.path), default=None)

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at the path; the root of a volume does."""
        key = units.path_key(path)
        if any(units.path_key(volume.path) == key for volume in self.host.volumes):
            return True
        found = self.files.get(key)
        return found is not None and found.folder

    def put_file(self, file: File, *, account: bool = True) -> None:
        """Store a file's new value; with `account` the volume's free bytes follow its size."""
        key = units.path_key(file.path)
        before = self.files.get(key)
        if not file.serial:
            self._serial += 1
            file = replace(file, serial=self._serial)
        self.files[key] = file
        if account:
            self._account(file.path, file.size - (before.size if before else 0))
        self.touch()

    def remove_file(self, path: str) -> None:
        """Forget a file or an (empty) folder."""
        file = self.files.pop(units.path_key(path))
        self._account(path, -file.size)
        self.touch()

    def make_folders(self, path: str) -> None:
        """Make a folder and everything above it that is missing; nothing where there is no volume."""
        if self.volume(path) is None:
            return
        while path and not self.is_folder(path):
            self.files[units.path_key(path)] = File(path=path.rstrip("\\"), folder=True)
            self.touch()
            path = units.parent_of(path)

    def _account(self, path: str, grown: int) -> None:
        volume = self.volume(path)
        if volume is None or not grown:
            return
        changed = replace(volume, free=max(0, min(volume.size, volume.free - grown)))
        self.host = replace(self.host, volumes=tuple(changed if one is volume else one for one in self.host.volumes))

    def room(self, path: str, wanted: int) -> bool:
        """Whether so many bytes fit on the volume of a path."""
        volume = self.volume(path)
        return volume is not None and volume.free >= wanted

    # who uses a file

    def chain(self, path: str) -> Iterator[str]:
        """The file at a path and its parents, as they are found; ends at a missing one."""
        seen: set[str] = set()
        while path and units.path_key(path) not in seen:
            seen.add(units.path_key(path))
            file = self.file(path)
            if file is None:
                return
            yield file.path
            path = file.vhd.parent if file.vhd else ""

    def vhd(self, path: str) -> Vhd | None:
        """The header of a virtual disk."""
        file = self.file(path)
        return file.vhd if file else None

    def children(self, path: str) -> list[File]:
        """The differencing disks whose parent is the file at a path."""
        key = units.path_key(path)
        return [file for file in self.files.values() if file.vhd and file.vhd.parent and units.path_key(file.vhd.parent) == key]

    def users(self, path: str) -> list[VM]:
        """The VMs that have the file itself attached."""
        key = units.path_key(path)
        return [vm for vm in self.vms.values() if any(units.path_key(medium) == key for medium in media(vm))]

    def holder(self, path: str, besides: UUID | None = None) -> VM | None:
        """A VM whose worker process has the file open: attached, or a parent of what is attached, and not stopped."""
        key = units.path_key(path)
        for vm in self.vms.values():
            if vm.id == besides or vm.state in STOPPED_STATES:
                continue
            for medium in media(vm):
                if any(units.path_key(link) == key for link in self.chain(medium)):
                    return vm
        return None

    def keeper(self, path: str) -> VM | None:
        """A VM that is not off, a saved one too, and has the file attached or below what is attached: what needs it off waits (behaviour 2.1 A)."""
        key = units.path_key(path)
        for vm in self.vms.values():
            if vm.state not in OFF_STATES and any(units.path_key(link) == key for medium in media(vm) for link in self.chain(medium)):
                return vm
        return None

    def merging(self, path: str) -> VM | None:
        """A VM whose disks are being merged and that uses the file."""
        key = units.path_key(path)
        for vm in self.vms.values():
            if vm.merging_until is not None and any(units.path_key(link) == key for medium in media(vm) for link in self.chain(medium)):
                return vm
        return None


def own_adapter(state: State, switch: UUID, name: str) -> Adapter:
    """A new adapter of the host on a switch."""
    id = state.draw("management", f"{switch}/{name}")
    return Adapter(id=id, name=name, switch=switch, dynamic_mac=f"00155D{id.hex[:6].upper()}")


def media(vm: VM) -> Iterator[str]:
    """The paths of everything in a VM's drives."""
    for disk in vm.disks:
        if disk.path:
            yield disk.path
    for dvd in vm.dvds:
        if dvd.path:
            yield dvd.path
    if vm.floppy:
        yield vm.floppy
