"""A world for tests, and calls to it built without a binder."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hvplan.simulator.call import Answer, Call
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.values import List, Obj
from hvplan.simulator.world import SimulatedWorld

GIB, MIB = 1 << 30, 1 << 20
NOW = datetime(2026, 2, 1, tzinfo=UTC)
HOST = r"""
kind: World
host:
  name: HV01
  release: "{release}"
  culture: {culture}
  volumes: [{{path: 'C:\', size: 200GiB, free: 120GiB}}, {{path: 'D:\', size: 2TiB, free: 1500GiB}}]
  netAdapters: [{{name: Ethernet, mac: 00-15-5D-FF-00-01, description: 'Intel(R) Ethernet X710', linkSpeed: 10Gbit}}]
  settings: {{virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}}
switches: [{{name: lan, type: Internal}}, {{name: weighted, type: Internal, bandwidthMode: Weight}}]
files:
  - {{path: 'D:\VHDs\one.vhdx', vhd: {{size: 40GiB, minimumSize: 10GiB}}}}
  - {{path: 'D:\VHDs\two.vhdx', vhd: {{size: 40GiB}}}}
  - {{path: 'D:\VHDs\old.vhd', vhd: {{size: 40GiB}}}}
  - {{path: 'D:\golden\base.vhdx', vhd: {{size: 20GiB, fileSize: 2GiB}}}}
  - {{path: 'D:\iso\setup.iso', size: 5GiB}}
"""


def world(vms: str = "", *, release: str = "2025", culture: str = "en-US", latency: str = "none", clock: VirtualClock | None = None) -> SimulatedWorld:
    """A host with two switches and a few files; `vms` is the text below `vms:`."""
    text = HOST.format(release=release, culture=culture) + (f"vms:\n{vms}\n" if vms else "")
    return SimulatedWorld.from_text(text, clock=clock or VirtualClock(NOW), latency=latency)


def run(host: SimulatedWorld, command: str, set: str = "", **bound: Any) -> Answer:
    """One bound call; lists become .NET lists."""
    return host.call(Call(command=command, set=set, bound={key: List(value) if isinstance(value, list) else value for key, value in bound.items()}))


def good(host: SimulatedWorld, command: str, **bound: Any) -> list[Obj]:
    """A call that has to succeed; its records."""
    answer = run(host, command, **bound)
    assert not answer.errors, f"{command} failed: {answer.errors[0].message}"
    return list(answer.records)


def one(host: SimulatedWorld, command: str, **bound: Any) -> Obj:
    """A call that has to give exactly one record."""
    records = good(host, command, **bound)
    assert len(records) == 1
    return records[0]


def refused(host: SimulatedWorld, command: str, **bound: Any) -> tuple[str, str]:
    """Id and category of the one error a call has to give; no record may come with it."""
    answer = run(host, command, **bound)
    assert len(answer.errors) == 1, f"{command} gave {len(answer.errors)} errors"
    assert not answer.records
    return answer.errors[0].id, answer.errors[0].category


def vm(host: SimulatedWorld, name: str) -> Obj:
    """The VM of exactly that name."""
    return next(record for record in good(host, "Get-VM") if record.name == name)


def new_vm(host: SimulatedWorld, name: str = "web", generation: int = 2, **more: Any) -> Obj:
    """A new VM."""
    return one(host, "New-VM", Name=name, Generation=generation, MemoryStartupBytes=GIB, **more)
