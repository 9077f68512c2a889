"""What the desired objects of a host make it necessary to know."""

from __future__ import annotations

from hvplan.live.wanted import wanted_of
from hvplan.model.devices import Disk, Vhd
from hvplan.model.filenames import unfinished
from hvplan.model.objects import Desired, Host, Lifecycle, Stack, VirtualDisk, VirtualMachine


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
