"""Limits that the facts foretell: what a host or a generation does not give, said at plan time and not by a failed step."""

from __future__ import annotations

import ntpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from hvplan.diff.changes import Create, Delete, FieldChange, Finding, Update
from hvplan.diff.context import Context, Machine
from hvplan.model.address import owner
from hvplan.model.devices import CONTROLLERS, NetworkAdapter
from hvplan.model.live import LiveAdapter, LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.model.parts import Memory, Processor
from hvplan.model.rows import rows, settled
from hvplan.model.values import UNSET, Unknown, show_size

PROCESSORS: Final[Mapping[str, int]] = {"2016": 240, "2019": 240, "2022": 1024, "2025": 2048}
MEMORY: Final[Mapping[str, int]] = {"2016": 12 << 40, "2019": 12 << 40, "2022": 240 << 40, "2025": 240 << 40}
SECURE_BOOT: Final = "firmware.secureBoot"
FOLDERS: Final = ("checkpoints.path", "smartPagingPath")
VERSIONS: Final[Mapping[str, tuple[tuple[int, ...], tuple[int, ...]]]] = {
    "2016": ((5, 0), (8, 0)),
    "2019": ((5, 0), (9, 0)),
    "2022": ((8, 0), (10, 0)),
    "2025": ((8, 0), (12, 0)),
}
"""Release -> lowest and highest configuration version (behaviour 1.3)."""
_THREADS: Final = rows(Processor)["threads_per_core"]
GENERATION_1_PROCESSORS, GENERATION_1_MEMORY = 64, 1 << 40
ADAPTERS_NEW, ADAPTERS_OLD, ADAPTERS_LEGACY = 64, 8, 4
SMALLEST_MEMORY, MEMORY_STEP = 32 << 20, 2 << 20
NEW_MINIMUM, NEW_MAXIMUM = 512 << 20, 1 << 40
"""behaviour 3.1, 3.2 and 6; a release that is not in a table has the limits of the newest."""


def vm_limits(vm: Machine, ctx: Context) -> Iterator[Finding]:
    """Processors and memory beyond what this host or the generation gives."""
    host, want, generation = ctx.host, vm.want, vm.situation.generation
    count = settled(rows(Processor)["count"], want.processor.count)
    if isinstance(count, int):
        most = GENERATION_1_PROCESSORS if generation == 1 else PROCESSORS.get(host.identity.release, PROCESSORS["2025"])
        if count > most:
            yield _over(vm, "processor.count", "processors", f"{count} processors: Generation {generation} takes at most {most} on this host.")
        elif host.processors and count > host.processors:
            yield _over(vm, "processor.count", "processors", f"{count} processors: this host has {host.processors}.")
    if settled(_THREADS, want.processor.threads_per_core) == 0 and host.identity.release == "2016":
        text = "processor.threadsPerCore: a 2016 host does not take 0 (as many as the host has). Declare 1 or 2."
        yield Finding(address=vm.address, code="threads", path="processor.threadsPerCore", text=text, blocks=(vm.address,))
    known = VERSIONS.get(host.identity.release)
    if vm.new and isinstance(want.version, str) and known and not known[0] <= _version(want.version) <= known[1]:
        lowest, highest = (".".join(map(str, end)) for end in known)
        text = f"configuration version {want.version}: this host makes machines of version {lowest} to {highest}. Declare one of these, or none."
        yield Finding(address=vm.address, code="version", path="version", text=text, blocks=(vm.address,))
    for path, size in ((path, _size(want.memory, name)) for path, name in _SIZES.items()):
        if not isinstance(size, int):
            continue
        most = GENERATION_1_MEMORY if generation == 1 else MEMORY.get(host.identity.release, MEMORY["2025"])
        if not SMALLEST_MEMORY <= size <= most or size % MEMORY_STEP:
            text = f"{path}: {show_size(size)} is not possible; from 32 MiB to {show_size(most)}, a multiple of 2 MiB."
            yield _over(vm, path, "memory", text)


def folder_findings(vm: Machine, folders: Mapping[str, object], ctx: Context) -> Iterator[Finding]:
    """Folders (path of the attribute -> value) on a drive that the host does not have, where its drives are known."""
    for path, value in folders.items():
        drive = ntpath.splitdrive(value)[0].lower() if isinstance(value, str) else ""
        if drive.endswith(":") and ctx.host.free and drive not in ctx.host.free:
            text = f"{path}: {value}: this host has no drive {drive.upper()}. It has {', '.join(sorted(ctx.host.free)).upper()}."
            yield Finding(address=vm.address, code="no-drive", path=path, text=text, blocks=(vm.address,))


def template_findings(vm: Machine, fields: Iterable[FieldChange] | None, ctx: Context) -> Iterator[Finding]:
    """A secure boot template that the host does not know, where it says which it knows. `fields`: what changes, None for a new machine."""
    wanted = vm.want.firmware.secure_boot if vm.want.lifecycle.manages(SECURE_BOOT) else None
    changes = fields is None or any(field.path == SECURE_BOOT for field in fields)
    known = ctx.host.templates
    if changes and known and isinstance(wanted, str) and wanted.casefold() not in {name.casefold() for name in known}:
        text = f"firmware.secureBoot: this host knows no template {wanted}. It knows {', '.join(sorted(known))}."
        yield Finding(address=vm.address, code="secure-boot-template", path=SECURE_BOOT, text=text, blocks=(vm.address,))


def memory_order(vm: Machine, live: Memory | Unknown | None) -> Iterator[Finding]:
    """Dynamic memory that would not end up with minimum <= startup <= maximum (behaviour 3.2), counting what the host keeps."""
    want, now = vm.want.memory, None if isinstance(live, Unknown) else live
    written = [path for path, name in _SIZES.items() if _size(want, name) is not None and vm.want.lifecycle.manages(path)]
    dynamic = want.dynamic if isinstance(want.dynamic, bool) and vm.want.lifecycle.manages("memory.dynamic") else now is not None and now.dynamic is True
    if not dynamic or isinstance(live, Unknown) or not (written or (now is not None and now.dynamic is not True)):
        return
    ends = {path: _size(want, name) if path in written else _size(now, name) or _NEW.get(path) for path, name in _SIZES.items()}
    for low, high in (("memory.dynamic.minimum", "memory.startup"), ("memory.startup", "memory.dynamic.maximum")):
        less, more = ends[low], ends[high]
        if less is None or more is None or less <= more:
            continue
        kept = [path for path in (low, high) if path not in written]
        text = f"{low} would be {show_size(less)}, more than {high} with {show_size(more)}"
        stays = "is that on a new machine" if vm.new else "stays as the host has it"
        text += f"; {kept[0]} is not written and {stays}. Write it too." if kept else ". Change one of them."
        yield Finding(address=vm.address, code="memory-order", text=text, path=(written or ["memory.dynamic"])[0], blocks=(vm.address,))


_SIZES: Final[Mapping[str, str]] = {"memory.startup": "startup", "memory.dynamic.minimum": "minimum", "memory.dynamic.maximum": "maximum"}
_NEW: Final[Mapping[str, int]] = {"memory.dynamic.minimum": NEW_MINIMUM, "memory.dynamic.maximum": NEW_MAXIMUM}


def _size(memory: Memory | None, name: str) -> int | None:
    value = settled(rows(Memory)[name], getattr(memory, name)) if memory is not None else None
    return value if isinstance(value, int) else None


def _over(vm: Machine, path: str, code: str, text: str) -> Finding:
    return Finding(address=vm.address, code=code, text=f"{text} Declare less.", path=path, blocks=(vm.address,))


def device_limits(vm: Machine, live: LiveVm | None, changes: tuple[object, ...], controllers: int, ctx: Context) -> Iterator[Finding]:
    """More adapters or SCSI controllers than a machine takes, or more controllers than are declared: a new one comes with one (behaviour 3.1, 6)."""
    most, _ = CONTROLLERS["scsi"]
    if controllers > most:
        yield _over(vm, "devices.scsiControllers", "controllers", f"{controllers} SCSI controllers: a machine takes at most {most}.")
    said = vm.want.scsi_controllers if vm.want.lifecycle.manages("devices.scsiControllers") else UNSET
    if isinstance(said, int) and said < controllers and (live is None or said >= live.scsi_controllers):  # of those that are there, `fewer_controllers` speaks
        text = f"its drives need {controllers} SCSI controllers, not {said}. Declare {controllers}, or leave it out."
        if said == 0 and live is None:
            text = "a new machine comes with 1 SCSI controller, not 0; this version does not remove it. Declare 1, or leave it out."
        yield Finding(address=vm.address, code="controllers-fewer", text=text, path="devices.scsiControllers", blocks=(vm.address,))
    new = vm.situation.generation == 2 and ctx.host.identity.release != "2016" and _version(vm.situation.version) >= (8, 3)
    for legacy, limit, what in ((False, ADAPTERS_NEW if new else ADAPTERS_OLD, "network"), (True, ADAPTERS_LEGACY, "emulated (legacy)")):
        here = sum(a.legacy is legacy for a in live.adapters) if live and not isinstance(live.adapters, Unknown) else 0
        added = sum(isinstance(c, Create) and isinstance(c.want, NetworkAdapter) and (c.want.settings.legacy is True) is legacy for c in changes)
        removed = sum(isinstance(c, Delete) and isinstance(c.live, LiveAdapter) and c.live.legacy is legacy for c in changes)
        if added and here + added - removed > limit:
            yield _over(vm, "devices.networkAdapters", "adapters", f"{here + added - removed} {what} adapters: this machine takes at most {limit}.")


def _version(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(".")) if text else (8, 3)
    except ValueError:
        return (0,)


def space_findings(ctx: Context, changes: tuple[object, ...]) -> Iterator[Finding]:
    """New files for which a volume has no room, in order of address; a volume whose free space is not known is not judged."""
    left = dict(ctx.host.free)
    created = {c.address for c in changes if isinstance(c, Create)}
    for address, path, needed in sorted(_new_files(changes)):
        volume = ntpath.splitdrive(path)[0].lower()
        if volume not in left:
            continue
        if needed > left[volume]:
            text = f"{path} needs {show_size(needed)}, and {volume.upper()} has {show_size(left[volume])} left. Make room first."
            above = owner(address)
            yield Finding(address=address, code="space", text=text, path="vhd.path", blocks=(above if above in created else address,))
        else:
            left[volume] -= needed


def _new_files(changes: tuple[object, ...]) -> Iterator[tuple[str, str, int]]:
    """Address, path and bytes of every file that is made."""
    for change in changes:
        if isinstance(change, Create) and change.file:
            yield change.address, change.file.vhd.path, change.file.bytes
        elif isinstance(change, Update) and change.exchanged:
            yield change.address, change.exchanged.path, change.exchanged.room


def memory_findings(ctx: Context, changes: tuple[object, ...]) -> Iterator[Finding]:
    """Machines that would be started into memory that the host does not have, in order of address."""
    if not ctx.host.memory:
        return
    leaving = {c.live.id for c in changes if isinstance(c, Delete) and isinstance(c.live, LiveVm)}
    starting: list[tuple[str, int]] = []
    for change in changes:
        match change:
            case Create(want=VirtualMachine() as want, address=address) if want.power == "Running" and isinstance(want.memory.startup, int):
                starting.append((address, want.memory.startup))
            case Update(want=VirtualMachine() as want, live=LiveVm() as live, address=address):
                if want.power == "Off":
                    leaving.add(live.id)
                elif live.state == "Running" and any(f.path == "memory.startup" for f in change.fields):
                    leaving.add(live.id)
                    starting.append((address, startup(want, live)))
                elif live.state in ("Off", "Saved") and any(f.path == "state" and f.after == "Running" for f in change.fields):
                    starting.append((address, startup(want, live)))
            case _:
                pass
    taken = sum(held(vm) for vm in ctx.host.vms if vm.state in ("Running", "Paused") and vm.id not in leaving)
    for address, size in sorted(starting):
        if taken + size > ctx.host.memory:
            text = (
                f"it needs {show_size(size)} to start, and the host has {show_size(ctx.host.memory)}, of which {show_size(taken)} is held by machines that run."
            )
            yield Finding(address=address, code="host-memory", path="memory.startup", text=f"{text} Declare less, or stop something.", blocks=(address,))
        else:
            taken += size


def startup(want: VirtualMachine, live: LiveVm | None) -> int:
    """Bytes of memory that a machine needs to start."""
    if isinstance(want.memory.startup, int):
        return want.memory.startup
    return live.memory.startup if live is not None and not isinstance(live.memory, Unknown) and isinstance(live.memory.startup, int) else 0


def held(vm: LiveVm) -> int:
    """Memory a running machine certainly holds: its startup size, or its minimum while memory is dynamic."""
    if isinstance(vm.memory, Unknown):
        return 0
    size = vm.memory.minimum if vm.memory.dynamic is True else vm.memory.startup
    return size if isinstance(size, int) else 0
