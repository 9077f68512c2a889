"""Reading a simulated host over the real protocol: the seams fit, from rows down to bytes and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hvplan.clock import SystemClock
from hvplan.cmdlets.invocation import Invocation
from hvplan.live.read import pipelines, read_host, read_switch, read_vm
from hvplan.live.wanted import Wanted
from hvplan.model.devices import Vlan
from hvplan.model.live import LiveFile, LiveVhd
from hvplan.model.values import UNSET, Unknown
from hvplan.remoting.connection import Connection
from hvplan.remoting.psrp import PsrpSession
from hvplan.remoting.session import Outcome
from hvplan.simulator.serve import start_world

WORLD = r"""
kind: World
host:
  name: HV01
  release: "2022"
  processors: 8
  memory: 32GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 100GiB}, {path: 'D:\', size: 1TiB, free: 500GiB}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: lan, type: Internal}]
files:
  - {path: 'D:\VHDs\web.vhdx', vhd: {size: 40GiB, type: Dynamic, fileSize: 9GiB}}
vms:
  - name: web
    id: 2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c
    state: Running
    generation: 2
    processor: {count: 4}
    memory: {startup: 2GiB}
    notes: Made by hand
    devices:
      disks: [{slot: scsi 0:0, path: 'D:\VHDs\web.vhdx'}]
      networkAdapters: [{name: lan, switch: lan, mac: 00-15-5D-01-02-03, vlan: 20}, {name: spare, switch: null}]
    checkpoints: [{name: before, created: 2026-01-01T02:00:00Z, type: Standard}]
  - {name: old, state: 'Off', generation: 1, memory: {startup: 1GiB}}
"""


class Counting:
    """A session that counts what passes through it."""

    def __init__(self, inner: PsrpSession) -> None:
        self.inner, self.sent = inner, list[Invocation]()

    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        """Pass it on."""
        self.sent.append(invocation)
        return self.inner.run(invocation, timeout=timeout)

    def close(self) -> None:
        """Close it."""
        self.inner.close()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Counting]:
    """A session to the host of WORLD."""
    (tmp_path / "hv01.world.yaml").write_text(WORLD, "utf-8")
    endpoint = start_world(tmp_path / "hv01.world.yaml", state=tmp_path / "state.yaml", reset=True)
    to = Connection(address="127.0.0.1", port=endpoint.port, transport="http", auth="basic", username="any", password="any")
    session = Counting(PsrpSession(to, SystemClock()))
    yield session
    session.close()
    endpoint.close()


def test_a_simulated_host_is_read_whole(session: Counting) -> None:
    """Every part of every VM is known, in the model's values, in the number of pipelines that was promised."""
    gone, folder = "D:\\VHDs\\gone.vhdx", "D:\\VHDs"
    live = read_host(session, Wanted(host="hv01", names=frozenset({"web"}), files=(gone, folder, "Z:\\x"), vhds=(gone,)))
    assert (live.identity.computer, live.identity.release, live.identity.cluster_node) == ("HV01", "2022", False)
    assert live.identity.machine_id
    assert (live.processors, live.memory, live.vm_path) == (8, 32 << 30, "D:\\VMs")
    assert live.free["c:"] == 100 << 30
    assert 0 < live.free["d:"] <= 500 << 30, "the checkpoint's file takes some"
    vms = {vm.name: vm for vm in live.vms}
    web, old = vms["web"], vms["old"]
    for vm in live.vms:
        assert not isinstance(vm.processor, Unknown)
        assert not isinstance(vm.memory, Unknown)
        assert not isinstance(vm.firmware, Unknown)
        assert not isinstance(vm.adapters, Unknown)
        assert not isinstance(vm.checkpoints, Unknown)
        assert UNSET not in (vm.general.notes, vm.general.stop_action, vm.processor.count, vm.memory.startup)
        assert vm.busy == ""
    assert (web.state, web.general.notes, web.generation, old.firmware) == ("Running", "Made by hand", 2, None)
    assert not isinstance(web.adapters, Unknown)
    assert [(a.name, a.settings.switch, a.settings.vlan, a.mac_dynamic) for a in web.adapters] == [
        ("lan", "lan", Vlan("Access", 20), False),
        ("spare", None, Vlan(), True),
    ]
    (disk,) = web.disks
    assert live.base(disk.path) == "D:\\VHDs\\web.vhdx", "behind the checkpoint stands the file of the world"
    assert isinstance(live.vhds["d:\\vhds\\web.vhdx"], LiveVhd)
    assert (live.files["d:\\vhds\\gone.vhdx"], live.vhds["d:\\vhds\\gone.vhdx"]) == (None, None)
    assert isinstance(live.files["d:\\vhds"], LiveFile)
    assert isinstance(live.files["z:\\x"], Unknown), "a drive that is not there is no file that is not there"
    assert len(session.sent) == pipelines(levels=2)


def test_single_objects_are_read_the_same(session: Counting) -> None:
    """What apply reads again is what the plan saw; what is gone is None."""
    live = read_host(session, Wanted(host="hv01"))
    for vm in live.vms:
        assert read_vm(session, vm.id, live.commands) == vm
    assert read_switch(session, live.switches[0].id) == live.switches[0]
    assert read_vm(session, "99999999-0000-0000-0000-000000000000", live.commands) is None
    assert read_switch(session, "99999999-0000-0000-0000-000000000000") is None
