"""What the desired objects of a host make it necessary to know."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.live.builton import touches
from hvplan.live.wanted import wanted_of
from hvplan.model.devices import Disk, Slot, Vhd
from hvplan.model.filenames import unfinished
from hvplan.model.live import LiveVhd
from hvplan.model.objects import Desired, Host, Lifecycle, Stack, VirtualDisk, VirtualMachine
from tests.plan.worlds import drive, host, live_vm


def test_paths_names_and_stacks() -> None:
    """Disks with their sources, parents, leftovers and folders; old names; stacks that mark what they own."""
    vhd = Vhd(path="D:\\VHDs\\web.os.vhdx", source="golden", source_path="D:\\golden\\a.vhdx")
    desired = Desired(
        stack=Stack(name="lab", formerly=("old-lab",)),
        hosts=(Host(name="hv01"),),
        disks=(VirtualDisk(name="golden", host="hv01", path="D:\\golden\\a.vhdx"),),
        vms=(
            VirtualMachine(
                name="Web", host="hv01", path="D:\\VMs", lifecycle=Lifecycle(formerly=("www",)), disks=(Disk(key="os", vhd=vhd), Disk(key="x", absent=True))
            ),
        ),
    )
    wanted = wanted_of(desired)
    assert wanted.host == "hv01"
    assert wanted.names == {"web", "www"}
    assert wanted.stacks == {"lab", "old-lab"}
    assert wanted.vhds == ("D:\\golden\\a.vhdx", "D:\\VHDs\\web.os.vhdx", "D:\\VHDs\\web.os.hvplan.vhdx", "D:\\VHDs\\web.os.hvplan-move.vhdx")
    assert set(wanted.files) == {*wanted.vhds, "D:\\VMs", "D:\\VHDs", "D:\\VHDs\\web.os.hvplan.hvplan.vhdx", "D:\\VHDs\\web.os.hvplan-before.vhdx"}
    assert wanted_of(Desired(stack=Stack(name="lab", ownership="none"))).stacks == frozenset()


def test_unfinished_files_keep_their_extension() -> None:
    """Hyper-V tells formats by extension, so the name of a file in the making ends like the file's."""
    assert unfinished("D:\\a.b\\web01-os.vhdx") == "D:\\a.b\\web01-os.hvplan.vhdx"
    assert unfinished("D:\\a.b\\web") == "D:\\a.b\\web.hvplan"


OS, GOLDEN = "D:\\VHDs\\web-os.vhdx", "D:\\golden\\a.vhdx"


def header(path: str, **more: Any) -> LiveVhd:
    """A dynamic disk of 10 GiB."""
    values: dict[str, Any] = {"path": path, "type": "Dynamic", "size": 10 << 30, "file_size": 1}
    return LiveVhd(**(values | more))


@pytest.mark.parametrize(
    ("disk", "expected"),
    [
        (Disk(key="os", vhd=Vhd(path=OS)), False),
        (Disk(key="os", slot=Slot("scsi", 0, 0), vhd=Vhd(path=OS, size=10 << 30, type="Dynamic")), False),
        (Disk(key="os", slot=Slot("scsi", 0, 7), vhd=Vhd(path=OS)), False),
        (Disk(key="new", slot=Slot("scsi", 0, 7), vhd=Vhd(path="D:\\VHDs\\new.vhdx", size=10 << 30)), False),
        (Disk(key="os", vhd=Vhd(path=OS, size=20 << 30)), True),
        (Disk(key="os", vhd=Vhd(path=OS, type="Fixed")), True),
        (Disk(key="os", slot=Slot("scsi", 0, 0), vhd=Vhd(path="D:\\VHDs\\new.vhdx")), True),
        (Disk(key="more", disk="golden", disk_path=GOLDEN), True),
        (Disk(key="copy", slot=Slot("scsi", 0, 7), vhd=Vhd(path="D:\\VHDs\\new.vhdx", source="golden", source_path=GOLDEN)), True),
        (Disk(key="more", disk="golden", disk_path=GOLDEN, absent=True), False),
    ],
)
def test_when_the_disks_of_strangers_are_read(disk: Disk, expected: bool) -> None:
    """Only where a file that stands there is attached, changed, moved or copied while it is in use: in a host as declared nobody's are."""
    machine = VirtualMachine(name="web", host="hv01", disks=(disk,))
    live = host(live_vm("web", disks=(drive(OS),)), vhds=(header(OS), header(GOLDEN, attached=True)), missing=("D:\\VHDs\\new.vhdx",))
    assert touches(live, wanted_of(Desired(hosts=(Host(name="hv01"),), vms=(machine,)))) is expected
