"""What the short digests in a mark prove, and what they do not."""

from __future__ import annotations

from hvplan.diff.digests import applied, cause, disk_declared, made_as, sections
from hvplan.model.devices import Disk, parse_slot
from hvplan.model.marker import Marker, digest, find, write
from hvplan.model.parts import Memory, Processor
from hvplan.model.values import RESET
from tests.plan.worlds import GIB, adapter, disk, drive, mine, vhd, vm

OS = r"D:\VHDs\web01-os.vhdx"


def test_sections_hold_only_what_is_written() -> None:
    """A section of which nothing is written is not there; devices have their own."""
    wanted = vm(processor=Processor(), memory=Memory(startup=GIB), disks=(disk(size=GIB),), network_adapters=(adapter(),))
    assert sections(wanted) == {
        "mem": {"memory.startup": GIB},
        "disk/os": {"path": OS.lower(), "slot": "scsi 0:0", "size": GIB},
        "nic/lan": {"name": "lan", "switch": "lan"},
    }


def test_a_key_survives_the_mark() -> None:
    """Whatever a device is called, its section reads back from the notes as it was written."""
    marker = Marker(stack="lab", id="x", applied=applied(vm(disks=(disk("a,b.c d/ü=%", size=GIB),))))
    read, _ = find(write(marker))
    assert read is not None
    assert read.applied == marker.applied


def test_cause_never_guesses() -> None:
    """Without a mark, or where digests were folded, nobody knows; a section never applied is new in the file."""
    now, live = {"processor.count": 4}, {"processor.count": 1, "processor.weight": 100}
    assert cause(None, "cpu", now, live) == "unknown"
    assert cause(mine(applied={"devices": "abcdef"}), "nic/lan", now, live) == "unknown"
    assert cause(mine(applied={"mem": "abcdef"}), "cpu", now, live) == "pending"
    assert cause(mine(applied={"cpu": digest(now)}), "cpu", now, live) == "drift"
    assert cause(mine(applied={"cpu": digest({"processor.weight": 100})}), "cpu", now, live) == "pending"
    assert cause(mine(applied={"cpu": "abcdef"}), "cpu", now, live) == "both"


def test_causes_of_large_sections() -> None:
    """Of many values not every choice is tried: what is declared now, two more or two fewer. `null` counts as the value it stands for."""
    live = {f"processor.a{number}": number for number in range(16)}
    declared = {path: live[path] for path in list(live)[:6]}
    now = declared | {"processor.a3": 99}
    assert cause(mine(applied={"cpu": digest(declared)}), "cpu", now, live) == "pending"
    assert cause(mine(applied={"cpu": digest({p: v for p, v in declared.items() if p != "processor.a5"})}), "cpu", now, live) == "pending"
    assert cause(mine(applied={"cpu": digest(live)}), "cpu", now, live) == "both"
    reset = vm(processor=Processor(weight=RESET))
    assert applied(reset)["cpu"] == applied(vm(processor=Processor(weight=100)))["cpu"]


def test_a_mark_proves_which_files_hvplan_made() -> None:
    """The digest of a disk that was declared and made fits the file; of one that was adopted or named it never does."""
    made = disk(size=60 * GIB)
    header, slot = vhd(OS), drive(OS)
    assert made_as(mine(applied={"disk/os": digest(disk_declared(made))}), slot, OS, header) == "os"
    for other in (disk(size=60 * GIB, existing="Adopt"), Disk(key="os", slot=parse_slot("scsi 0:0"), disk="shared", disk_path=OS), disk(path=r"D:\other.vhdx")):
        assert made_as(mine(applied={"disk/os": digest(disk_declared(other))}), slot, OS, header) is None
    assert made_as(mine(), slot, OS, header) is None


def test_the_source_of_a_copy_is_no_part_of_it() -> None:
    """Nothing on the host tells what a file was copied from, so the proof does without."""
    copied = disk(source="golden", source_path=r"D:\golden.vhdx")
    assert made_as(mine(applied={"disk/os": digest(disk_declared(copied))}), drive(OS), OS, vhd(OS)) == "os"
