"""The boot order of a machine: whether the named devices come first as it is, and what it would have to wait for.

A named device is known by what its own comparison found: the slot it sits in, the adapter it is. So an order waits for
what is decided about its devices, and is left out where that is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hvplan.diff.adapters import label
from hvplan.diff.changes import Change, Create, FieldChange, Finding, Keep, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import cause
from hvplan.model import address as addresses
from hvplan.model.boot import PATH, Boot, BootDevice, counting, leads, shown, words
from hvplan.model.impact import Impact, always, judge
from hvplan.model.live import LiveAdapter, LiveDrive, LiveHost, LiveVm
from hvplan.model.marker import Marker
from hvplan.model.values import UNSET, Json, Unknown

COMMAND: Final = "Set-HvplanBootOrder"
NEEDS: Final = ("Get-VM", "Get-VMFirmware", "Get-VMHardDiskDrive", "Get-VMDvdDrive", "Get-VMNetworkAdapter")
"""Cmdlets that the script itself calls, beside Set-VMFirmware -BootOrder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootDiff:
    """What there is to say of an order. `boot` None: nothing is declared, or nothing is decided."""

    boot: Boot | None = None
    fields: tuple[FieldChange, ...] = ()
    findings: tuple[Finding, ...] = ()


def diff_boot(vm: Machine, live: LiveVm | None, devices: Sequence[Change], findings: Iterable[Finding], ctx: Context) -> BootDiff:
    """The declared order of one machine; `devices` and `findings` are what was found of all its devices."""
    named = vm.want.boot_order
    if named is UNSET or not vm.want.lifecycle.manages(PATH):
        return BootDiff()
    if vm.situation.generation == 1:
        text = f"{PATH} does not exist on Generation 1. Remove it, and use bios.startupOrder."
        return _refused(vm, "wrong-generation", text, blocks=(vm.address,))
    if live and isinstance(live.boot_order, Unknown):
        return _refused(vm, "unknown", f"the boot order could not be read ({live.boot_order.why}), so nothing about it is decided.")
    by_address = {change.address: change for change in devices}
    refused = {address for finding in findings for address in finding.blocks}
    found: list[BootDevice] = []
    for name in named:
        at = addresses.device(vm.address, *name.split("/", 1))
        change = by_address.get(at)
        word = _word(change)
        if not word and not isinstance(change, Create):
            why = "about which nothing is decided" if at in refused else "which is not there and which lifecycle leaves alone"
            text = f"{PATH} names {name}, {why}; the order stays as it is. Take it out of the order, or settle that first."
            return _refused(vm, "boot-device", text, blocks=(vm.address,) if vm.new else ())
        found.append(BootDevice(name=name, address=at, word=word))
    if live is None or isinstance(live.boot_order, Unknown):
        return BootDiff(boot=Boot(devices=tuple(found)), findings=tuple(_cannot(vm, ctx)))
    now = tuple(device.word for device in found)
    order = words(live.boot_order)
    counted = tuple(counting(order, now))
    boot = Boot(devices=tuple(found), order=counted, shown=tuple(shown(word, names(vm, live, devices)) for word in counted))
    if all(now) and leads(now, order):
        return BootDiff(boot=boot, findings=tuple(_cannot(vm, ctx)) if moved(boot, devices) else ())
    line = judge(always(Impact.RESTART), None, None, vm.situation)
    field = FieldChange(path=PATH, before=list(boot.shown), after=list(named), line=line)
    return BootDiff(boot=boot, fields=(field,), findings=tuple(_cannot(vm, ctx)))


def _refused(vm: Machine, code: str, text: str, blocks: tuple[str, ...] = ()) -> BootDiff:
    return BootDiff(findings=(Finding(address=vm.address, code=code, path=PATH, text=text, blocks=blocks),))


def _word(change: Change | None) -> str:
    """What a device is called in the order as it stands; `""` for one that is not there."""
    match change:
        case Update(live=LiveDrive() as drive) | Keep(live=LiveDrive() as drive):
            return str(drive.slot)
        case Update(live=LiveAdapter() as adapter) | Keep(live=LiveAdapter() as adapter):
            return adapter.id.lower()
        case _:
            return ""


def _cannot(vm: Machine, ctx: Context) -> Iterator[Finding]:
    """Why the order cannot be written at this endpoint: no function where scripts are refused, or no cmdlet that the script calls."""
    host: LiveHost = ctx.host
    text = ""
    if any(one.restricted for one in ctx.desired.hosts):
        if COMMAND not in host.commands:
            text = f"{PATH}: this endpoint has no {COMMAND}, and script text is refused there. Make that function visible, or leave the order out."
    elif lacking := [name for name in NEEDS if name not in host.commands] or ([] if host.has("Set-VMFirmware", "BootOrder") else ["Set-VMFirmware -BootOrder"]):
        text = f"{PATH}: this host's session has no {', '.join(lacking)}. Remove it for this host, or make the cmdlet visible at the endpoint."
    if text:
        yield Finding(address=vm.address, code="not-on-this-host", path=PATH, text=text, blocks=(vm.address,))


def names(vm: Machine, live: LiveVm, devices: Iterable[Change]) -> Mapping[str, str]:
    """Word of a live device -> what it is called: as it is declared, else by its slot or its name on the host."""
    adapters = () if isinstance(live.adapters, Unknown) else live.adapters
    found = {str(drive.slot): f"{group}/{drive.slot}" for group, drives in (("disks", live.disks), ("dvds", live.dvds)) for drive in drives}
    found |= {adapter.id.lower(): f"networkAdapters/{label(adapter, adapters)}" for adapter in adapters}
    for change in devices:
        if (word := _word(change)) and change.want is not None:
            _, _, group, key = change.address.split("/")
            found[word] = f"{group}/{addresses.decode(key)}"
    return found


def moved(boot: Boot, devices: Iterable[Change]) -> bool:
    """Does a named drive get another slot: its entry may not survive that, so the order is written after it."""
    mine = {device.address for device in boot.devices}
    return any(isinstance(c, Update) and c.address in mine and any(field.path == "slot" for field in c.fields) for c in devices)


def missing(boot: Boot, devices: Iterable[Change]) -> str:
    """The first device of an order that is neither there nor made by these changes; `""` if there is none."""
    made = {change.address for change in devices if isinstance(change, Create)}
    return next((device.name for device in boot.devices if not device.word and device.address not in made), "")


def without_order(change: Change) -> Change:
    """A machine whose order is not written in this run."""
    match change:
        case Create(boot=Boot() as boot):
            return replace(change, boot=replace(boot, left=True))
        case Update(boot=Boot() as boot):
            left = replace(boot, left=True)
            rest = tuple(field for field in change.fields if field.path != PATH)
            facts = (rest, change.adopts, change.claims, change.finishing, change.released, change.renamed_from, change.unasked, change.protect is not None)
            if any(facts):
                return replace(change, fields=rest, boot=left)
            return Keep(address=change.address, want=change.want, live=change.live, marker=change.marker, left=change.fields, boot=left)
        case _:
            return change


def written(change: Change) -> Boot | None:
    """The order that a change of a machine asks to be written; None where it is as declared, or not."""
    match change:
        case Create(boot=Boot(left=False) as boot):
            return boot
        case Update(boot=Boot(left=False) as boot) if any(field.path == PATH for field in change.fields):
            return boot
        case _:
            return None


def scoped(own: Change, below: Sequence[Change]) -> tuple[Change, tuple[Finding, ...]]:
    """A machine in a run that leaves some of its devices out: an order that names one which is not there yet waits for it."""
    boot = written(own)
    if boot is None or not (name := missing(boot, below)):
        return own, ()
    text = f"{PATH} names {name}, which is not there yet and no part of this run"
    return without_order(own), (Finding(address=own.address, code="boot-device", path=PATH, text=text, deferred=True),)


def order_cause(marker: Marker | None, now: Mapping[str, Json], live: Mapping[str, Json], order: Sequence[str]) -> str:
    """Who moved something of the firmware. How many devices were named when it was last applied is not known: each number is tried."""
    plain = {path: value for path, value in live.items() if path != PATH}
    tried = [cause(marker, "fw", now, plain | {PATH: list(order[:count])}) for count in range(1, len(order) + 1)]
    return "pending" if "pending" in tried else next(iter(tried), cause(marker, "fw", now, plain))
