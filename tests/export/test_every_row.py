"""Every row of the model, set on a simulated host to something that it does not have by itself: an export says so, or says why it cannot.

The cells come from the rows, so a new one is tried by itself. Nothing here knows which rows there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hvplan.cli.exporting import exported
from hvplan.document.anonymise import anonymised
from hvplan.document.yaml_text import block
from hvplan.live.inventory import host_of, inventory_of, word_settings
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.load.loading import load
from hvplan.model.adapters import AdapterSettings
from hvplan.model.devices import DriveSettings
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveHost
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.objects import Desired, Host
from hvplan.model.parts import PARTS
from hvplan.model.rows import Row, nest, rows
from hvplan.model.values import Unknown
from hvplan.simulator.clock import VirtualClock
from hvplan.simulator.world import SimulatedWorld
from tests.direct import DirectSession
from tests.lab import NOW
from tests.test_matrix import OTHERS

Json = Any
HOST = Host(name="hv01", connection={"simulated": {"world": "x.world.yaml"}})
MORE: Mapping[str, tuple[Json, ...]] = {
    "rate": (100_000_000,),
    "MAC address": ("00-15-5D-0A-00-10",),
    "MAC address | Dynamic": ("00-15-5D-01-02-03",),
    "VLAN id | Untagged": ({"trunk": ["10-20", 30], "native": 1}, 20),
    "switch name | null": ("lan",),
}
"""Values of sorts that a machine's own rows do not have."""

WITH: Mapping[str, Mapping[str, Json]] = {
    "machine memory.dynamic.minimum": {"memory.startup": 4 << 30, "memory.dynamic": {"minimum": 1 << 30, "maximum": 8 << 30}},
    "machine memory.dynamic.maximum": {"memory.startup": 1 << 30, "memory.dynamic": {"minimum": 1 << 30, "maximum": 8 << 30}},
    "machine memory.dynamic.buffer": {"memory.startup": 1 << 30, "memory.dynamic": {"minimum": 1 << 30, "maximum": 8 << 30}},
    "switch loadBalancing": {"embeddedTeaming": True},
    "switch type": {"netAdapters": None},
    "management bandwidth.minimumWeight": {"bandwidthMode": "Weight"},
    "management bandwidth.minimumAbsolute": {"bandwidthMode": "Absolute"},
    "adapter bandwidth.minimumWeight": {"bandwidthMode": "Weight"},
    "adapter bandwidth.minimumAbsolute": {"bandwidthMode": "Absolute"},
    "host settings.macAddressRange.minimum": {"settings.macAddressRange.maximum": "00-15-5D-0A-00-FF"},
    "host settings.macAddressRange.maximum": {"settings.macAddressRange.minimum": "00-15-5D-0A-00-00"},
    "disk qos.minimumIops": {"qos.maximumIops": 5000},
}
"""What has to be said beside a row for its value to be possible at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One row of one kind of object, on a machine of one generation where it is a machine's."""

    kind: str
    part: str
    field: str
    row: Row
    generation: int = 2

    def __str__(self) -> str:
        return f"{self.kind} {self.row.path}" + (" (1)" if self.generation == 1 else "")


def _cells() -> Iterator[Cell]:
    for part, settings in PARTS:
        for name, row in rows(settings).items():
            for generation in row.generations:
                yield Cell(kind="machine", part=part, field=name, row=row, generation=generation)
    others = {"adapter": AdapterSettings, "disk": DriveSettings, "switch": SwitchSettings, "management": ManagementSettings, "host": HostSettings}
    for kind, settings in others.items():
        for name, row in rows(settings).items():
            yield Cell(kind=kind, part="settings", field=name, row=row, generation=1 if row.path == "legacy" else 2)


def _world(cell: Cell, value: Json) -> str:
    """A host with one switch, one machine and everything below them; `value` at the row's place, None leaves it out."""
    said = dict(WITH.get(f"{cell.kind} {cell.row.path}", {}))
    mode: dict[str, Json] = {key: said.pop(key) for key in ("bandwidthMode", "embeddedTeaming", "netAdapters") if key in said}
    flat = dict(said) if value is None else {**said, cell.row.path: value}
    if isinstance(flat.get("memory.dynamic"), dict) and cell.row.path.startswith("memory.dynamic.") and value is not None:
        flat["memory.dynamic"] = {**flat["memory.dynamic"], cell.row.path.rpartition(".")[2]: value}
        flat.pop(cell.row.path)
    tree = nest(flat)

    def of(kind: str) -> dict[str, Json]:
        return tree if cell.kind == kind else {}

    switch: dict[str, Json] = {"name": "lan", "type": "External", "netAdapters": ["Ethernet"], **mode, **of("switch")}
    if switch["netAdapters"] is None:
        del switch["netAdapters"]
        switch["type"] = tree.get("type", "Internal")
    if cell.kind == "management":
        switch["managementAdapters"] = {"lan": {}, "Mgmt": tree}
    slot = "scsi 0:0" if cell.generation == 2 else "ide 0:0"
    vm: dict[str, Json] = {"name": "web01", "generation": cell.generation, "processor": {"count": 1}, "memory": {"startup": 1 << 29}}
    for key, below in of("machine").items():
        vm[key] = {**vm[key], **below} if isinstance(vm.get(key), dict) and isinstance(below, dict) else below
    devices = dict(vm.get("devices", {}))
    devices["disks"] = [{"slot": slot, "path": r"D:\web01.vhdx", **of("disk")}]
    on = {} if cell.row.path == "switch" else {"switch": "lan"}
    devices["networkAdapters"] = [{"name": "lan", **on, **of("adapter")}]
    host = {
        "name": "HV01",
        "release": "2025",
        "processors": 64,
        "memory": 1 << 40,
        "volumes": [{"path": "C:\\", "size": 1 << 38, "free": 1 << 37}, {"path": "D:\\", "size": 1 << 41, "free": 1 << 40}],
        "netAdapters": [{"name": "Ethernet", "mac": "00-15-5D-FF-00-01", "description": "Intel(R) Ethernet X710", "linkSpeed": 10**10}],
        **of("host"),
    }
    files = [{"path": r"D:\web01.vhdx", "vhd": {"size": 1 << 35, "type": "Dynamic", "fileSize": 1 << 30}}]
    return "\n".join(block({"kind": "World", "host": host, "switches": [switch], "files": files, "vms": [{**vm, "devices": devices}]})) + "\n"


def _live(cell: Cell, value: Json) -> LiveHost:
    world = SimulatedWorld.from_text(_world(cell, value), clock=VirtualClock(NOW))
    return read_host(DirectSession(world), Wanted(host="hv01", every=True, network=True, media=True))


def _value(cell: Cell, live: LiveHost) -> Any:
    (vm,), (switch,) = live.vms, live.switches
    assert not isinstance(vm.adapters, Unknown)
    assert not isinstance(switch.management, Unknown)
    match cell.kind:
        case "machine":
            part = getattr(vm, cell.part)
        case "adapter":
            part = vm.adapters[0].settings
        case "disk":
            part = vm.disks[0].settings
        case "switch":
            part = switch.settings
        case "management":
            part = next(a.settings for a in switch.management if a.name == "Mgmt")
        case _:
            part = live.settings
    assert not isinstance(part, Unknown)
    return getattr(part, cell.field)


def _declared(cell: Cell, desired: Desired) -> Any:
    (vm,), (switch,), (host,) = desired.vms, desired.switches, desired.hosts
    match cell.kind:
        case "machine":
            part: Any = getattr(vm, cell.part)
        case "adapter":
            part = vm.network_adapters[0].settings
        case "disk":
            part = vm.disks[0].settings
        case "switch":
            part = switch.settings
        case "management":
            part = next((a.settings for a in switch.management if a.name == "Mgmt"), ManagementSettings())
        case _:
            part = host.settings
    return getattr(part, cell.field)


def _candidates(row: Row) -> Iterator[Json]:
    yield from MORE.get(row.kind.name, OTHERS.get(row.kind.name, ()))
    if bounds := re.fullmatch(r"(\d+) to (\d+)", row.kind.name):
        low, high = int(bounds[1]), int(bounds[2])
        yield from (value for value in (2, 7, 800) if low <= value <= high)
    elif row.kind.name not in OTHERS and row.kind.name not in MORE:
        yield from row.kind.name.split(" | ")


def _other(cell: Cell) -> tuple[Json, LiveHost]:
    """A value that the object does not have by itself, and the host on which it has it."""
    bare = _value(cell, _live(cell, None))
    for tried in _candidates(cell.row):
        if cell.row.kind.parse(tried) != bare:
            live = _live(cell, tried)
            assert _value(cell, live) == cell.row.kind.parse(tried), f"the world did not take {cell}: {tried!r}"
            return tried, live
    pytest.fail(f"{cell}: no other value than {bare!r} is known; tell OTHERS or MORE one of a {cell.row.kind.name}")


@pytest.mark.parametrize("cell", list(_cells()), ids=str)
def test_an_export_says_what_is_there(cell: Cell, tmp_path: Path) -> None:
    """A value that is not what comes by itself stands in the export and reads back as just that, or a comment names its path.

    With made-up names the host is a host still: its inventory is read, and all of it is exported.
    """
    tried, live = _other(cell)
    made = exported(HOST, live)
    assert made.left_out == (), made.text
    (tmp_path / "x.yaml").write_text(made.text, "utf-8", newline="\n")
    loaded = load([str(tmp_path / "x.yaml")])
    told = any(cell.row.path in remark for one in made.objects for remark in one.remarks)
    assert _declared(cell, loaded.desired) == _value(cell, live) or told, f"{cell} is {tried!r} on the host\n{made.text}"
    anonymous = host_of(anonymised(inventory_of(live, host="hv01", meta={}), word_settings()))
    assert exported(HOST, anonymous).left_out == ()


BARE = r"""apiVersion: hvplan/v1
kind: Host
name: hv01
connection: {simulated: {world: x.world.yaml}}
---
# 00-15-5D-FF-00-01 is Ethernet (Intel(R) Ethernet X710)
apiVersion: hvplan/v1
kind: VirtualSwitch
name: lan
type: External
netAdapters: [{mac: '00-15-5D-FF-00-01'}]
bandwidthMode: Absolute
---
apiVersion: hvplan/v1
kind: VirtualMachine
name: web01
generation: 2
automaticActions: {stop: Save}
memory: {startup: 512MiB}
devices:
  disks:
    os: {slot: scsi 0:0, vhd: {path: 'D:\web01.vhdx', size: 32GiB}}
  networkAdapters: {lan: {switch: lan}}
"""


def test_what_comes_by_itself_is_not_written() -> None:
    """A host of which nobody set anything says nothing but what it must."""
    cell = Cell(kind="machine", part="general", field="notes", row=rows(dict(PARTS)["general"])["notes"])
    text = exported(HOST, _live(cell, None)).text
    assert text[text.index("apiVersion") :] == BARE
