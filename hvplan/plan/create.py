"""The steps of a new machine, exactly in the order that leaves nothing nobody knows when the run is killed.

New-VM with its first mark in one pipe; what New-VM made unasked goes; settings with every default sent; devices; the
whole mark; the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create
from hvplan.diff.digests import SECTIONS
from hvplan.diff.settings import effective
from hvplan.document.plan import Expect
from hvplan.model import address as addresses
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveHost
from hvplan.model.marker import Marker, write
from hvplan.model.objects import Stack, VirtualMachine
from hvplan.model.values import UNSET
from hvplan.plan import settings
from hvplan.plan.boot import order_drafts
from hvplan.plan.devices import add_controller, device_drafts, remove_adapter, remove_dvd
from hvplan.plan.draft import Draft
from hvplan.plan.management import HOST_FOLDER
from hvplan.plan.notes import vm_mark
from hvplan.plan.power import boot

_BOOTABLE = frozenset({"disk", "dvd", "adapter"})
_NEW = When("new", Impact.ONLINE)
_BROUGHT_CONTROLLERS = 1  # New-VM brings one SCSI controller in both generations (behaviour 6)


def create_drafts(host: str, change: Create, devices: Sequence[Change], live: LiveHost, stack: Stack) -> Iterator[Draft]:
    """Every step from nothing to a running machine."""
    want, address = change.want, change.address
    assert isinstance(want, VirtualMachine)
    id = Ref(address=address, property="Id")
    head = build.vm(id)
    yield _new_vm(host, address, want, stack)
    yield remove_adapter(host, address, head, address, Ref(address=address, property="NetworkAdapters.0.Id"), _NEW, kind="unasked")
    if want.generation == 1 and not any(isinstance(device, Create) and device.brought for device in devices):
        yield remove_dvd(host, address, head, Ref(address=address, property="DVDDrives.0.Id"))
    generation = want.generation if want.generation is not UNSET else 0
    fields = [
        field
        for part in SECTIONS
        for field in settings.created(effective(getattr(want, part), want.lifecycle, defaults=True, generation=generation, host=live))
        if field.path != "notes"
    ]
    yield from (replace(draft, expect=()) for draft in settings.drafts(host, address, head, fields))
    for index in range(_BROUGHT_CONTROLLERS, change.controllers):
        yield add_controller(host, address, head, index, Impact.ONLINE)
    yield from in_turn(draft for device in devices for draft in device_drafts(host, address, id, device))
    yield from order_drafts(host, change, id, devices)
    yield from vm_mark(host, address, want, None, None, id, stack, devices, fields=(), blocked=frozenset())
    if first := boot(host, address, want, id):
        yield replace(first, uses=starts_after(want))


def in_turn(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The devices of a new machine come one after another as they are declared, disks first: without a declared boot order it boots in that order.

    Otherwise what is slow to make would come last, and a machine would boot otherwise after a run that was killed.
    """
    came = 0
    for draft in drafts:
        if draft.action == "add" and draft.kind in _BOOTABLE:
            before, here = (f"device {came} of {draft.owner}", f"device {came + 1} of {draft.owner}")
            draft = replace(draft, uses=(*draft.uses, before), gives=(*draft.gives, here))
            came += 1
        yield draft


def starts_after(want: VirtualMachine) -> tuple[str, ...]:
    """The starts that come before this one."""
    return tuple(f"started {addresses.vm(name)}" for name in want.lifecycle.start_after)


def _new_vm(host: str, address: str, want: VirtualMachine, stack: Stack) -> Draft:
    arguments: dict[str, Argument] = {"Name": want.name}
    if isinstance(want.generation, int):
        arguments["Generation"] = want.generation
    if isinstance(want.memory.startup, int):
        arguments["MemoryStartupBytes"] = want.memory.startup
    arguments["NoVHD"] = True
    if isinstance(want.path, str):
        arguments["Path"] = want.path
    if isinstance(want.version, str):
        arguments["Version"] = want.version
    pipe = [Cmd("New-VM", arguments)]
    if stack.marks:
        first = Marker(stack=stack.name, id=want.name, protect=want.lifecycle.protect is True)
        pipe.append(Cmd("Set-VM", {"Notes": write(first), "Passthru": True}))
    pipe.append(build.select("Id", "NetworkAdapters", "DVDDrives"))
    return Draft(
        host=host,
        address=address,
        owner=address,
        kind="vm",
        action="create",
        invocation=build.write(*pipe),
        cause=("create",),
        expect=(Expect(address=address, path="exists", value=False),),
        verify=(Expect(address=address, path="exists", value=True),),
        uses=() if "Path" in arguments else (HOST_FOLDER,),
        produces=True,
    )
