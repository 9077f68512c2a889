"""Boot orders in exports: written where a machine made anew would boot otherwise, and never beyond what is declared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hvplan.cli.exporting import exported
from hvplan.export.written import Written
from hvplan.model.boot import BootEntry
from hvplan.model.devices import parse_slot
from hvplan.model.live import LiveDrive, LiveHost
from hvplan.model.values import Unknown
from tests.export.test_export import HOST, LIVE

(VM,) = LIVE.vms
assert not isinstance(VM.adapters, Unknown)
(NIC,) = VM.adapters
OS = BootEntry(firmware_path="\\Scsi(0,0)", slot=parse_slot("scsi 0:0"))
DVD = BootEntry(firmware_path="\\Scsi(0,4)", slot=parse_slot("scsi 0:4"))
LAN = BootEntry(firmware_path="\\MAC", adapter=NIC.id)
GUEST = BootEntry(firmware_path="\\HD(2,GPT)\\EFI\\x.efi")


def _with(order: Sequence[BootEntry] | Unknown, **more: Any) -> LiveHost:
    return replace(LIVE, vms=(replace(VM, boot_order=order if isinstance(order, Unknown) else tuple(order), **more),))


def _of(live: LiveHost) -> tuple[Any, Written]:
    """The declared order, and the machine's document."""
    (one,) = (one for one in exported(HOST, live).objects if one.title == f"vm/{VM.name}")
    assert one.body is not None
    return one.body.get("firmware", {}).get("bootOrder"), one


def test_the_order_of_a_new_machine_is_not_written() -> None:
    """Disks, then adapters, whatever files the guest has put in front: nothing is managed that nobody chose."""
    for order in ((OS, LAN), (GUEST, OS, LAN), (OS, GUEST, LAN)):
        written, one = _of(_with(order))
        assert (written, one.partial) == (None, False)
        assert not any("boot order" in remark for remark in one.remarks)


def test_any_other_order_is_written() -> None:
    """By the names of the document; a DVD drive has its own, and braces in a name are no placeholders."""
    assert _of(_with((LAN, OS)))[0] == ["networkAdapters/lan", "disks/os"]
    drive = LiveDrive(slot=parse_slot("scsi 0:4"), path="")
    assert _of(_with((DVD, OS, LAN), dvds=(drive,)))[0] == ["dvds/dvd", "disks/os", "networkAdapters/lan"]
    assert _of(_with((OS, DVD, LAN), dvds=(drive,)))[0] is None
    assert _of(_with((LAN, OS), adapters=(replace(NIC, name="{name}"),)))[0] == ["networkAdapters/{{name}}", "disks/os"]


def test_what_cannot_be_said_is_remarked_on() -> None:
    """A device without an entry, an undeclared one in between or in front, an order that could not be read: the document is then partial."""
    stranger = LiveDrive(slot=parse_slot("scsi 0:9"), path="")
    between = BootEntry(firmware_path="\\Scsi(0,9)", slot=parse_slot("scsi 0:9"))
    drives = (*VM.disks, stranger)
    for live, written, words in (
        (_with((LAN,)), ["networkAdapters/lan"], "has no entry for disks/os"),
        (_with((OS, between, LAN), disks=drives), ["disks/os"], "goes on with scsi 0:9"),
        (_with((between, OS, LAN), disks=drives), None, "begins with scsi 0:9"),
        (_with((OS, LAN, between), disks=drives), None, ""),
        (_with(()), None, "has no entry for disks/os"),
        (_with(Unknown("it is locked")), None, "could not be read (it is locked)"),
    ):
        found, one = _of(live)
        said = [remark for remark in one.remarks if "boot order" in remark]
        assert (found, [words in remark for remark in said], one.partial) == (written, [True] if words else [], bool(words)), one.remarks
