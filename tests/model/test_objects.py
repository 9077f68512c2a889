"""Desired and live objects: what lifecycle manages, what belongs to a host, how live objects look in documents."""

from __future__ import annotations

import pytest

from hvplan.model.devices import AdapterSettings, Slot, Vlan
from hvplan.model.live import Identity, LiveAdapter, LiveDrive, LiveHost, LiveVhd, LiveVm
from hvplan.model.objects import Desired, Host, Lifecycle, Stack, VirtualMachine, VirtualSwitch
from hvplan.model.parts import General, Memory, Processor
from hvplan.model.values import Unknown, normal_path
from hvplan.model.view import adapter_values, drive_values, equal, vm_values

IDENTITY = Identity(computer="HV01", machine_id="m", release="2025", build="26100", module_version="2.0.0.0")


@pytest.mark.parametrize(
    ("lifecycle", "path", "managed"),
    [
        (Lifecycle(), "memory.startup", True),
        (Lifecycle(manage=("memory",)), "memory.startup", True),
        (Lifecycle(manage=("memory",)), "memoryMappedIo", False),
        (Lifecycle(manage=("memory.startup",)), "memory.priority", False),
        (Lifecycle(ignore=("notes",)), "notes", False),
        (Lifecycle(ignore=("disks",)), "disks/os", False),
        (Lifecycle(manage=("memory",), ignore=("memory.priority",)), "memory.priority", False),
        (Lifecycle(manage=()), "notes", False),
    ],
)
def test_what_is_managed(lifecycle: Lifecycle, path: str, managed: bool) -> None:
    """`manage` and `ignore` fit a path and everything below it, and nothing that only begins alike."""
    assert lifecycle.manages(path) is managed


def test_what_belongs_to_a_host() -> None:
    """Everything has one host; the stack is everybody's."""
    desired = Desired(
        stack=Stack(name="lab"),
        hosts=(Host(name="a"), Host(name="b")),
        switches=(VirtualSwitch(name="lan", host="a"),),
        vms=(VirtualMachine(name="x", host="b"), VirtualMachine(name="y", host="a")),
    )
    mine = desired.of("a")
    assert ([h.name for h in mine.hosts], len(mine.switches), [v.name for v in mine.vms], mine.stack.marks) == (["a"], 1, ["y"], True)


def live_vm(**more: object) -> LiveVm:
    values: dict[str, object] = {
        "id": "i",
        "name": "web01",
        "state": "Running",
        "generation": 2,
        "version": "10.0",
        "path": "D:\\VMs",
        "notes": "",
        "general": General(notes="x"),
        "processor": Processor(count=2),
        "memory": Memory(startup=1 << 30, dynamic=False, minimum=1, maximum=2),
    }
    return LiveVm(**(values | more))  # type: ignore[arg-type]


def test_a_live_machine_in_documents() -> None:
    """Limits of dynamic memory stand only while it is on; what could not be read is missing, never null."""
    values = vm_values(live_vm(processor=Unknown("no rights")))
    assert (values["memory.startup"], values["memory.dynamic"], values["notes"]) == (1 << 30, False, "x")
    assert not [path for path in values if path.startswith(("memory.dynamic.", "processor."))]
    assert vm_values(live_vm(memory=Memory(dynamic=True, minimum=5)))["memory.dynamic.minimum"] == 5


def test_a_live_adapter_in_documents() -> None:
    """The VLAN is its id or its mode; an adapter without a switch has null."""
    adapter = LiveAdapter(
        id="Microsoft:A\\B", name="lan", legacy=False, mac="00", mac_dynamic=True, settings=AdapterSettings(switch=None, vlan=Vlan("Access", 5))
    )
    assert (adapter_values(adapter)["vlan"], adapter_values(adapter)["switch"], adapter_values(adapter)["mac"], adapter.guid) == (5, None, "Dynamic", "b")


def vhd(path: str, parent: str = "") -> LiveVhd:
    return LiveVhd(path=path, type="Differencing" if parent else "Dynamic", size=1, file_size=1, parent=parent)


def test_the_base_behind_checkpoints() -> None:
    """Checkpoint files are followed, a declared differencing disk is not; a circle or a gap is unknown."""
    files = [vhd("D:\\b.avhdx", "D:\\a.avhdx"), vhd("D:\\a.avhdx", "D:\\os.vhdx"), vhd("D:\\os.vhdx", "D:\\golden.vhdx"), vhd("D:\\c.avhdx", "D:\\C.avhdx")]
    host = LiveHost(identity=IDENTITY, vhds={normal_path(file.path): file for file in files})
    assert host.base("D:\\B.avhdx") == "D:\\os.vhdx"
    assert isinstance(host.base("D:\\c.avhdx"), Unknown)
    assert isinstance(host.base("D:\\d.avhdx"), Unknown)
    assert drive_values(host, LiveDrive(slot=Slot("scsi", 0, 0), path="D:\\b.avhdx"))["vhd.path"] == "D:\\os.vhdx"


@pytest.mark.parametrize(
    ("path", "one", "other", "same"),
    [
        ("vhd.path", "D:\\A.vhdx", "d:/a.VHDX", True),
        ("vhd.parentPath", "D:\\A", "d:\\a", True),
        ("switch", "LAN", "lan", True),
        ("notes", "A", "a", False),
        ("memory.dynamic", 1, True, False),
        ("x", {"path": "D:\\A"}, {"path": "D:\\a"}, True),
    ],
)
def test_equal_to_windows(path: str, one: object, other: object, same: bool) -> None:
    """Paths and switch names ignore case; nothing else does, and true is not 1."""
    assert equal(path, one, other) is same
