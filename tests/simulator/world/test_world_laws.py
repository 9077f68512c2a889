"""Laws of a world: any sequence of calls leaves it whole; threads do not mix; reading 300 VMs is cheap."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.simulator.world import SimulatedWorld
from hvplan.simulator.world.limits import taken_slots
from hvplan.simulator.world.units import path_key
from tests.simulator.world.world_host import GIB, MIB, good, new_vm, one, run, world

NAMES = st.sampled_from(["a", "b", "c*", "[d"])
FILES = st.sampled_from([f"D:\\VHDs\\{name}.vhdx" for name in ("one", "two", "x", "y", "z")])
CALLS: st.SearchStrategy[tuple[str, dict[str, Any]]] = st.one_of(
    st.tuples(st.just("New-VM"), st.fixed_dictionaries({"Name": NAMES, "Generation": st.sampled_from([1, 2])})),
    st.tuples(st.sampled_from(["Start-VM", "Stop-VM", "Save-VM", "Suspend-VM", "Resume-VM"]), st.fixed_dictionaries({"Name": st.tuples(NAMES)})),
    st.tuples(st.just("Remove-VM"), st.fixed_dictionaries({"Name": st.tuples(NAMES), "Force": st.just(True)})),
    st.tuples(st.just("New-VHD"), st.fixed_dictionaries({"Path": st.tuples(FILES), "SizeBytes": st.just(GIB)})),
    st.tuples(st.just("New-VHD"), st.fixed_dictionaries({"Path": st.tuples(FILES), "ParentPath": FILES, "Differencing": st.just(True)})),
    st.tuples(st.just("Resize-VHD"), st.fixed_dictionaries({"Path": st.tuples(FILES), "SizeBytes": st.sampled_from([GIB, 50 * GIB])})),
    st.tuples(st.just("Remove-Item"), st.fixed_dictionaries({"LiteralPath": st.tuples(FILES)})),
    st.tuples(st.just("Copy-Item"), st.fixed_dictionaries({"LiteralPath": st.tuples(FILES), "Destination": FILES})),
    st.tuples(st.just("Add-VMHardDiskDrive"), st.fixed_dictionaries({"VMName": st.tuples(NAMES), "Path": FILES})),
    st.tuples(st.just("Add-VMDvdDrive"), st.fixed_dictionaries({"VMName": st.tuples(NAMES)})),
    st.tuples(st.sampled_from(["Add-VMScsiController", "Add-VMNetworkAdapter"]), st.fixed_dictionaries({"VMName": st.tuples(NAMES)})),
    st.tuples(st.just("Remove-VMScsiController"), st.fixed_dictionaries({"VMName": st.tuples(NAMES), "ControllerNumber": st.integers(0, 3)})),
    st.tuples(
        st.just("Remove-VMHardDiskDrive"),
        st.fixed_dictionaries(
            {"VMName": NAMES, "ControllerType": st.sampled_from(["SCSI", "IDE"]), "ControllerNumber": st.just(0), "ControllerLocation": st.integers(0, 2)}
        ),
    ),
    st.tuples(st.just("Checkpoint-VM"), st.fixed_dictionaries({"Name": st.tuples(NAMES)})),
    st.tuples(st.sampled_from(["Remove-VMSnapshot", "Restore-VMSnapshot"]), st.fixed_dictionaries({"VMName": st.tuples(NAMES), "Name": st.just("*")})),
    st.tuples(st.just("Set-VMMemory"), st.fixed_dictionaries({"VMName": st.tuples(NAMES), "StartupBytes": st.sampled_from([512 * MIB, GIB, 3])})),
    st.tuples(st.just("Rename-VMSwitch"), st.fixed_dictionaries({"Name": st.just("lan"), "NewName": st.sampled_from(["lan", "weighted"])})),
)


def whole(host: SimulatedWorld) -> None:
    """What is always true of a world."""
    state = host.state
    for vm in state.vms.values():
        assert len(taken_slots(vm)) == len(vm.disks) + len(vm.dvds)
        assert all(slot.controller < len(vm.controllers) for slot in taken_slots(vm) if slot.bus == "scsi")
        entries = {str(slot) for slot in taken_slots(vm)} | {f"adapter {adapter.id}" for adapter in vm.adapters}
        if vm.generation == 2:
            assert set(vm.firmware.boot_order) == entries
        known = {checkpoint.id for checkpoint in vm.checkpoints} | {None}
        assert vm.parent in known
        assert all(checkpoint.parent in known for checkpoint in vm.checkpoints)
    assert all(key == path_key(file.path) for key, file in state.files.items())
    assert all(0 <= volume.free <= volume.size for volume in state.host.volumes)
    addresses = [adapter.mac or adapter.dynamic_mac for vm in state.vms.values() for adapter in vm.adapters]
    drawn = [address for address in addresses if address != "000000000000"]
    assert len(drawn) == len(set(drawn))


@settings(max_examples=120, deadline=None)
@given(st.lists(CALLS, max_size=25))
def test_any_sequence_of_calls_leaves_a_whole_world(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """No call raises; slots, boot order, checkpoint tree and free space stay consistent; the state survives its file; a refused call changes nothing."""
    host = world()
    for command, bound in calls:
        before = host.dump()
        single = len(good(host, "Get-VM", Name=["?"])) < 2
        lists: dict[str, Any] = {key: list(value) if isinstance(value, tuple) else value for key, value in bound.items()}
        answer = run(host, command, "", **lists)
        if answer.errors and single and not answer.records and command not in ("Remove-VMSnapshot", "Restore-VMSnapshot"):
            assert {**host.dump(), "drawn": 0} == {**before, "drawn": 0}
        whole(host)
    text = host.dump_text()
    again = SimulatedWorld.from_text(text)
    assert again.dump_text() == text
    assert again.state.vms == host.state.vms


def test_threads_work_side_by_side() -> None:
    """Eight threads, each with its own VM and one shared one: every change is there, none is lost, ids are all different."""
    host = world()
    shared = new_vm(host, "shared")
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            mine = new_vm(host, f"vm{number}")
            for index in range(10):
                good(host, "Set-VM", VM=[mine], Notes=f"{index}")
                good(host, "Add-VMNetworkAdapter", VM=[shared], Name=f"{number}-{index}")
                good(host, "Get-VM")
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    names = [record.name for record in good(host, "Get-VMNetworkAdapter", VM=[shared])]
    assert len(names) == len(set(names)) == 61
    assert {record.props["Notes"] for record in good(host, "Get-VM") if record.id != shared.id} == {"9"}


def test_a_hanging_stop_does_not_block_others() -> None:
    """While one call waits for a guest, other VMs work, and a second call may turn that VM off."""
    from hvplan.simulator.clock import RealClock

    host = SimulatedWorld.from_text(
        "kind: World\nvms: [{name: stuck, state: Running, guest: {shutdown: never}}, {name: free, state: Running}]\n", clock=RealClock()
    )
    stuck = one(host, "Get-VM", Name=["stuck"])
    waiting = threading.Thread(target=lambda: run(host, "Stop-VM", VM=[stuck]))
    waiting.start()
    while one(host, "Get-VM", Name=["stuck"]).props["State"] != "Stopping":
        pass
    good(host, "Stop-VM", Name=["free"])
    good(host, "Stop-VM", VM=[stuck], TurnOff=True)
    assert one(host, "Get-VM", Name=["stuck"]).props["State"] == "Off"
    waiting.join(timeout=5)
    assert not waiting.is_alive()


def test_reading_does_not_grow_with_the_square_of_vms() -> None:
    """Ten times the VMs are about ten times the work: counted in calls of Python functions, not in seconds."""
    import sys

    def cost(count: int) -> int:
        host = world("\n".join(f"  - {{name: vm{index}, devices: {{networkAdapters: [{{name: a}}]}}}}" for index in range(count)))
        calls = 0

        def trace(frame: Any, event: str, arg: Any) -> None:
            nonlocal calls
            calls += event == "call"

        sys.setprofile(trace)
        try:
            good(host, "Get-VM")
            good(host, "Get-VMNetworkAdapter", VMName=["*"])
        finally:
            sys.setprofile(None)
        return calls

    assert cost(200) < 14 * cost(20)
