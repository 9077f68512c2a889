"""Places: where everything is written, also what templates, aliases and instances bring."""

from __future__ import annotations

from pathlib import Path

from hvplan.load import load

TEXT = """kind: Host
name: hv01
---
kind: VirtualMachineTemplate
name: t
memory: {startup: &size 2GiB}
devices: {disks: {os: {vhd: {path: 'D:\\{name}.vhdx'}}}}
---
kind: VirtualMachine
name: a
template: t
memory:
  dynamic:
    minimum: 1GiB
devices:
  networkAdapters:
    a.b/c: {switch: lan}
---
kind: VirtualMachine
name: x{index}
instances: 2
template: t
---
kind: VirtualMachine
name: y
instances:
  - y1
  - y2
---
kind: VirtualSwitch
name: lan
type: Internal
"""


def test_places(tmp_path: Path) -> None:
    """Each path leads to where its value is written; what nobody wrote leads to the nearest thing above."""
    (tmp_path / "f.yaml").write_text(TEXT)
    loaded = load([str(tmp_path)])
    assert loaded.diagnostics == ()

    def at(address: str, path: str = "", host: str = "hv01") -> str:
        return str(loaded.places.place(host, address, path)).removeprefix(str(tmp_path / "f.yaml") + ":")

    assert at("vm/a") == "9:1"
    assert at("vm/a", "memory.startup") == "6:19"
    assert at("vm/a", "memory.dynamic") == "13:3"
    assert at("vm/a", "memory.dynamic.minimum") == "14:14"
    assert at("vm/a", "memory.dynamic.maximum") == "13:3"
    assert at("vm/a", "processor.count") == "9:1"
    assert at("vm/a", "notes.marker") == "9:1"
    assert at("vm/a", "id") == "9:1"
    assert at("vm/a", "name") == "10:7"
    assert at("vm/a/disks/os") == "7:19"
    assert at("vm/a/disks/os", "vhd.path") == "7:36"
    assert at("vm/a/disks/os", "slot") == "7:19"
    assert at("vm/a/networkAdapters/a.b%2Fc") == "17:5"
    assert at("vm/a/networkAdapters/a.b%2Fc", "switch") == "17:21"
    assert at("vm/a/disks/unknown", "vhd.path") == "9:1"
    assert at("vm/x2", "memory.startup") == "6:19"
    assert at("vm/x2") == "19:1"
    assert at("vm/y2") == "28:5"
    assert at("vm/y2", "memory.startup") == "28:5"
    assert at("switch/lan", "type") == "32:7"
    assert at("host/hv01") == "1:1"
    assert at("vm/nobody") == "None"
    assert at("vm/a", host="other") == "None"
