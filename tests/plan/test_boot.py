"""Boot orders: when one is as declared, what it costs, what it waits for, and what its step says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hvplan.cmdlets.build import from_json, references
from hvplan.diff.digests import sections
from hvplan.document.canonical import dumps, to_json
from hvplan.document.plan import PlanDocument, Step
from hvplan.document.saved import load_plan
from hvplan.model.adapters import NetworkAdapter
from hvplan.model.boot import BootEntry, leads, words
from hvplan.model.devices import Dvd, parse_slot
from hvplan.model.live import LiveDrive, LiveHost
from hvplan.model.marker import digest
from hvplan.model.objects import Host, Lifecycle
from hvplan.model.values import UNSET, Unknown
from hvplan.plan.options import PlanOptions
from hvplan.report.text import render_plan
from tests.plan.worlds import COMMANDS, GIB, adapter, disk, drive, guid, host, live_adapter, live_switch, live_vm, mine, plan, refusals, vhd, vm

OS, DATA = r"D:\VHDs\web01-os.vhdx", r"D:\VHDs\web01-data.vhdx"
LAN = live_adapter("lan", 700)
ABLE = COMMANDS | {"Set-VMFirmware": COMMANDS["Set-VMFirmware"] | {"BootOrder"}}
HUB = r"\AcpiEx(VMBus,0,0)\VenHw(9B17E5A2)"
GUEST = BootEntry(firmware_path=r"\HD(2,GPT,0A1B2C3D)\EFI\Microsoft\Boot\bootmgfw.efi")


def at(location: int) -> BootEntry:
    """The entry of the drive in a slot."""
    return BootEntry(firmware_path=rf"{HUB}\Scsi(0,{location})", slot=parse_slot(f"scsi 0:{location}"))


def on(location: int) -> BootEntry:
    """A file on that drive, by a path that tells."""
    return BootEntry(firmware_path=rf"{HUB}\Scsi(0,{location})\HD(1,GPT)\EFI\BOOT\bootx64.efi")


def nic(number: int = 700) -> BootEntry:
    """The entry of an adapter."""
    return BootEntry(firmware_path=rf"{HUB}\MAC({number})", adapter=live_adapter(number=number).id)


def there(order: Sequence[BootEntry] | Unknown, *, state: str = "Running", marker: Any = None, commands: Any = ABLE, **more: Any) -> LiveHost:
    """Our machine with a system disk, a data disk and an adapter, and that order."""
    values: dict[str, Any] = {"disks": (drive(OS, "scsi 0:0"), drive(DATA, "scsi 0:1")), "adapters": (LAN,)}
    found = order if isinstance(order, Unknown) else tuple(order)
    live = live_vm(state=state, marker=marker or mine(adapters={"lan": LAN.guid[:13]}), boot_order=found, **(values | more))
    return host(live, switches=(live_switch(),), vhds=(vhd(OS), vhd(DATA)), commands=commands)


def wish(*order: str, **more: Any) -> Any:
    """The machine with its devices declared, and an order."""
    values: dict[str, Any] = {"disks": (disk("os", "scsi 0:0"), disk("data", "scsi 0:1")), "network_adapters": (adapter(),)}
    return vm(boot_order=order or UNSET, **(values | more))


def orders(document: PlanDocument) -> list[Step]:
    """The steps that write an order."""
    return [step for step in document.steps if step.invocation[0]["cmdlet"] == "Set-HvplanBootOrder"]


def device(document: PlanDocument) -> Any:
    """What the only such step names."""
    (step,) = orders(document)
    return step.invocation[0]["parameters"]["Device"]


IN_SYNC: dict[str, tuple[tuple[str, ...], tuple[BootEntry, ...]]] = {
    "the same": (("disks/os", "networkAdapters/lan"), (at(0), nic(), at(1))),
    "a beginning": (("disks/os",), (at(0), nic(), at(1))),
    "the guest's file in front, by a path that tells no disk": (("disks/os",), (GUEST, at(0), nic())),
    "the guest's files in between": (("disks/os", "networkAdapters/lan"), (GUEST, at(0), on(0), nic())),
    "a file on a named disk before an adapter that is named first": (("networkAdapters/lan", "disks/os"), (on(0), nic(), at(0))),
    "a file that tells its disk, which is named": (("disks/os",), (on(0), at(0), at(1))),
    "a file on another disk behind what is named": (("disks/os",), (at(0), on(1), at(1))),
}
NOT: dict[str, tuple[tuple[str, ...], tuple[BootEntry, ...]]] = {
    "another order": (("disks/os", "networkAdapters/lan"), (nic(), at(0), at(1))),
    "a gap": (("disks/os", "networkAdapters/lan"), (at(0), at(1), nic())),
    "a device without an entry": (("disks/os", "networkAdapters/lan"), (at(0), at(1))),
    "no entry at all": (("disks/os",), ()),
    "a file on a disk that is not named, in front": (("disks/os",), (on(1), at(0), at(1))),
}


@pytest.mark.parametrize(("named", "order"), IN_SYNC.values(), ids=IN_SYNC.keys())
def test_named_devices_come_first_past_what_the_guest_wrote(named: tuple[str, ...], order: tuple[BootEntry, ...]) -> None:
    """Nothing to do, and the document shows the order by the names of the devices."""
    document = plan(there(order), wish(*named))
    assert (document.steps, document.refusals) == ((), ())
    (machine,) = (change for change in document.resource_changes if change.address == "vm/web01")
    assert machine.before == machine.after
    assert machine.before is not None
    assert machine.before["firmware"]["bootOrder"][: len(named)] == list(named) or GUEST not in order


@pytest.mark.parametrize(("named", "order"), NOT.values(), ids=NOT.keys())
def test_anything_else_is_written_in_the_window(named: tuple[str, ...], order: tuple[BootEntry, ...]) -> None:
    """One restart, with consent; off it costs nothing. The step names the devices alone, and a re-read has to show them in front."""
    document = plan(there(order), wish(*named))
    assert [step.action for step in document.steps] == ["mark", "stop", "set", "start", "mark"]
    assert [consent.kind for consent in document.consents] == ["restart"]
    ids = {"disks/os": "SCSI 0:0", "networkAdapters/lan": LAN.id}
    assert device(document) == [ids[name] for name in named]
    (step,) = orders(document)
    assert [(v.path, v.value) for v in step.verify] == [("firmware.bootOrder", [ids[name].lower() for name in named])]
    assert ("firmware.bootOrder", [word for word in words(order) if not word.startswith("file")]) in [(e.path, e.value) for e in step.expect]
    off = plan(there(order, state="Off"), wish(*named))
    assert ([step.impact for step in orders(off)], off.consents) == (["online"], ())


def test_a_saved_machine_is_not_off() -> None:
    """It follows savedState, as for everything that needs the machine off."""
    assert {code for _, code in refusals(plan(there((nic(), at(0)), state="Saved"), wish("disks/os")))} >= {"saved"}
    paused = plan(there((nic(), at(0)), state="Paused"), wish("disks/os"))
    assert paused.refusals
    assert not orders(paused)


def test_what_is_not_declared_is_shown_by_where_it_is() -> None:
    """Undeclared drives by slot, adapters by name; files by what they lie on."""
    order = (on(1), nic(), at(1), at(0))
    document = plan(there(order), wish("disks/os", disks=(disk("os", "scsi 0:0"),), network_adapters=()))
    (field,) = (field for change in document.resource_changes for field in change.fields)
    assert field.before == ["a file on disks/scsi 0:1", "networkAdapters/lan", "disks/scsi 0:1", "disks/os"]
    assert (field.after, field.impact, field.unit) == (["disks/os"], "restart", "")


def test_a_drive_that_moves_ends_in_its_place() -> None:
    """In sync before the move or not: the order is written behind it, with the slot that the drive ends up in."""
    declared = wish("disks/data", "disks/os", disks=(disk("os", "scsi 0:0"), disk("data", "scsi 0:5")))
    for order, fields in (((at(1), at(0), nic()), 0), ((at(0), at(1), nic()), 1)):
        document = plan(there(order), declared)
        assert device(document) == ["SCSI 0:5", "SCSI 0:0"]
        (machine,) = (change for change in document.resource_changes if change.address == "vm/web01")
        assert len(machine.fields) == fields
        (step,) = orders(document)
        move = next(step for step in document.steps if step.address == "vm/web01/disks/data")
        assert move.id in step.needs
        assert [e.path for e in step.expect] == ["state"]


def test_devices_of_the_same_run_are_named_by_what_their_steps_return() -> None:
    """A new adapter by reference, new drives by slot; the document brings it all back, and the text of the step is what it sends."""
    declared = wish(
        "dvds/setup",
        "networkAdapters/pxe",
        "disks/new",
        "networkAdapters/lan",
        disks=(disk("os", "scsi 0:0"), disk("data", "scsi 0:1"), disk("new", "scsi 0:2", size=GIB)),
        dvds=(Dvd(key="setup", slot=parse_slot("scsi 0:3"), iso=None),),
        network_adapters=(adapter(), adapter("pxe")),
    )
    live = there((at(0), nic(), at(1)))
    live = replace(live, files=dict(live.files) | {"d:\\vhds\\web01-new.vhdx": None, "d:\\vhds\\web01-new.hvplan.vhdx": None})
    document = plan(replace(live, vhds=dict(live.vhds) | {"d:\\vhds\\web01-new.vhdx": None, "d:\\vhds\\web01-new.hvplan.vhdx": None}), declared)
    assert document.refusals == ()
    assert device(document) == ["SCSI 0:3", {"ref": "vm/web01/networkAdapters/pxe", "property": "Id"}, "SCSI 0:2", LAN.id]
    again = load_plan(dumps(to_json(document)))
    assert again.steps == document.steps
    (step,) = orders(again)
    assert [ref.address for ref in references(from_json(step.invocation))] == ["vm/web01/networkAdapters/pxe"]
    (added,) = (one for one in document.steps if "Add-VMNetworkAdapter" in one.powershell)
    assert f"-Device 'SCSI 0:3', ${added.id}.Id, 'SCSI 0:2', '{LAN.id}'" in step.powershell


def test_a_creation_writes_it_last_before_the_mark() -> None:
    """Every device is there by then, and the machine has not started."""
    live = host(switches=(live_switch(),), missing=(OS, r"D:\VHDs\web01-os.hvplan.vhdx"), commands=ABLE)
    declared = wish("networkAdapters/lan", "disks/os", disks=(disk("os", "scsi 0:0", size=GIB),), state="Running")
    document = plan(live, declared)
    assert document.refusals == ()
    assert device(document) == [{"ref": "vm/web01/networkAdapters/lan", "property": "Id"}, "SCSI 0:0"]
    kinds = [step.invocation[-1]["cmdlet"] for step in document.steps]
    assert kinds[-3:] == ["Set-HvplanBootOrder", "Set-VM", "Start-VM"]
    assert document.steps[-3].invocation[0]["parameters"]["VMId"] == {"ref": "vm/web01", "property": "Id"}
    (made,) = (change for change in document.resource_changes if change.address == "vm/web01")
    assert made.after is not None
    assert made.after["firmware"]["bootOrder"] == ["networkAdapters/lan", "disks/os"]


def test_an_order_that_could_not_be_read_is_left_alone() -> None:
    """It is refused by name, and nothing else of the machine waits for it; the mark does not say that it was applied."""
    document = plan(there(Unknown("it is locked"), state="Off"), wish("disks/os", processor=replace(vm().processor, count=4)))
    assert [code for _, code in refusals(document)] == ["unknown"]
    assert [step.invocation[-1]["cmdlet"] for step in document.steps] == ["Set-VMProcessor", "Set-VM"]
    assert "fw." not in document.steps[-1].powershell
    assert plan(there(Unknown("it is locked"), state="Off"), wish()).refusals == ()


def test_an_order_waits_for_its_devices_alone() -> None:
    """An adapter that is refused keeps the order as it is; one that cannot be told too. The rest is planned."""
    broken = adapter("lan", "nowhere")
    document = plan(there((at(0), nic()), state="Off"), wish("networkAdapters/lan", network_adapters=(broken,), processor=replace(vm().processor, count=4)))
    assert sorted(code for _, code in refusals(document)) == ["depends", "switch-missing"]
    assert [step.invocation[-1]["cmdlet"] for step in document.steps] == ["Set-VMProcessor", "Set-VM"]
    skipped = plan(
        there((at(0), nic()), state="Off"), wish("networkAdapters/lan", network_adapters=(broken,)), options=replace(PlanOptions(), skip_refused=True)
    )
    assert (skipped.refusals, {d.path for d in skipped.deferred}) == ((), {"firmware.bootOrder", "switch"})
    unread = plan(there((at(0), nic()), adapters=Unknown("locked")), wish("networkAdapters/lan"))
    assert "boot-device" in {code for _, code in refusals(unread)}
    lifecycle, both = Lifecycle(ignore=("networkAdapters.pxe",)), (adapter(), adapter("pxe"))
    ignored = plan(there((at(0), nic())), wish("networkAdapters/pxe", "disks/os", lifecycle=lifecycle, network_adapters=both))
    assert [code for _, code in refusals(ignored)] == ["boot-device"]


def test_what_lifecycle_leaves_alone_is_not_compared() -> None:
    """`lifecycle.ignore: [firmware.bootOrder]`, or all of the firmware."""
    for path in ("firmware.bootOrder", "firmware"):
        document = plan(there((nic(), at(0))), wish("disks/os", lifecycle=Lifecycle(ignore=(path,))))
        assert (document.steps, document.refusals) == ((), ())


def test_a_run_that_leaves_a_device_out() -> None:
    """The order waits for a device that is not there yet, as deferred work; with one that is there, it is written."""
    new = wish("networkAdapters/pxe", "disks/os", network_adapters=(adapter(), adapter("pxe")))
    document = plan(there((nic(), at(0)), state="Off"), new, options=replace(PlanOptions(), excludes=("vm/web01/networkAdapters/pxe",)))
    assert [(d.address, d.path) for d in document.deferred] == [("vm/web01", "firmware.bootOrder"), ("vm/web01/networkAdapters/pxe", "")]
    assert (orders(document), document.refusals) == ([], ())
    known = plan(there((nic(), at(0)), state="Off"), wish("disks/os"), options=replace(PlanOptions(), excludes=("vm/web01/disks/os",)))
    assert device(known) == ["SCSI 0:0"]
    later = plan(there((nic(), at(0))), wish("disks/os"), options=replace(PlanOptions(), max_impact="online"))
    assert ([d.path for d in later.deferred], later.steps) == (["firmware.bootOrder"], ())


def test_where_scripts_are_refused_the_function_must_be_there() -> None:
    """A restricted endpoint without it is told so by the plan; an open session needs the cmdlets that the script calls."""
    order, wanted = (nic(), at(0)), wish("disks/os")
    at_endpoint = Host(name="hv01", connection={"address": "hv01", "configuration": "hvplan"})
    for connection, commands, text in (
        (at_endpoint, {name: found for name, found in ABLE.items() if name != "Set-HvplanBootOrder"}, "this endpoint has no Set-HvplanBootOrder"),
        (at_endpoint, ABLE, ""),
        (Host(name="hv01"), COMMANDS, "no Set-VMFirmware -BootOrder"),
        (Host(name="hv01"), {name: found for name, found in ABLE.items() if name != "Get-VMDvdDrive"}, "no Get-VMDvdDrive"),
    ):
        document = plan(there(order, commands=commands), wanted, reached=connection)
        said = [refusal.text for refusal in document.refusals if refusal.code == "not-on-this-host"]
        assert [text in one for one in said] == ([True] if text else [])
        assert bool(orders(document)) is not bool(text)
    assert plan(there((at(0),), commands=COMMANDS), wanted).refusals == ()


def test_who_moved_it() -> None:
    """The file, the host or both, though the mark does not say how many devices were named."""

    def cause(applied: tuple[str, ...], now: tuple[str, ...], order: tuple[BootEntry, ...]) -> str:
        before = wish(*applied)
        marker = mine(adapters={"lan": LAN.guid[:13]}, applied={word: digest(values) for word, values in sections(before).items()})
        document = plan(there(order, marker=marker), wish(*now))
        (field,) = (field for change in document.resource_changes for field in change.fields)
        return field.cause

    assert cause(("disks/os",), ("networkAdapters/lan",), (at(0), nic(), at(1))) == "pending"
    assert cause(("disks/os", "networkAdapters/lan"), ("networkAdapters/lan",), (GUEST, at(0), nic(), at(1))) == "pending"
    assert cause(("disks/os",), ("disks/os",), (nic(), at(0))) == "drift"
    assert cause(("disks/os",), ("disks/data",), (nic(), at(0), at(1))) == "both"


def test_a_text_plan_defines_the_function_once() -> None:
    """What follows calls it, so the whole text can be pasted from the top."""
    second = live_vm("web02", 2, "Off", mine("web02", 2), disks=(LiveDrive(slot=parse_slot("scsi 0:0"), path=r"D:\two.vhdx", id="x"),), boot_order=())
    first = there((nic(), at(0)), state="Off")
    both = replace(first, vms=(*first.vms, second), files=first.files, vhds=dict(first.vhds) | {"d:\\two.vhdx": vhd(r"D:\two.vhdx")})
    document = plan(both, wish("disks/os"), vm("web02", disks=(disk("os", path=r"D:\two.vhdx"),), boot_order=("disks/os",)))
    text = render_plan(document)
    assert text.count("> function Set-HvplanBootOrder {") == 1
    assert text.count("> Set-HvplanBootOrder -VMId") == 2
    assert text.index("> function") < text.index("> Set-HvplanBootOrder -VMId")
    assert all(step.powershell.startswith("function ") for step in orders(document))


def test_ids_ignore_case_and_empty_entries_count_nothing() -> None:
    """Two spellings of one adapter are one; a file that tells its drive needs a whole part of the path."""
    assert leads(["Microsoft:A\\B", "scsi 0:0"], ["microsoft:a\\b", "scsi 0:0", "scsi 0:1"])
    assert not leads(["scsi 0:0", "scsi 0:1"], ["scsi 0:0"])
    near = BootEntry(firmware_path=rf"{HUB}\Scsi(0,1)0\x")
    assert words((near, at(1))) == ("scsi 0:1",)


def test_names_are_of_declared_devices() -> None:
    """Adapters are known by the declared key, whatever their name on the host is."""
    renamed = NetworkAdapter(key="uplink", name="lan", settings=adapter().settings)
    document = plan(there((nic(), at(0)), state="Off", marker=mine()), wish("disks/os", network_adapters=(renamed,)))
    (field,) = (field for change in document.resource_changes for field in change.fields)
    assert field.before == ["networkAdapters/uplink", "disks/os"]
    assert guid(1) in device_id(document)


def device_id(document: PlanDocument) -> str:
    """The machine that the step means."""
    (step,) = orders(document)
    return str(step.invocation[0]["parameters"]["VMId"])
