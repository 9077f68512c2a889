"""Names are data: whatever stands in them is stored as given, over real remoting, and does nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvplan.simulator.call import Answer, Call
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.serve import start
from hvplan.simulator.values import Number
from hvplan.simulator.world import SimulatedWorld
from tests.cli.conftest import Lab

NAMES = (
    "x'; Remove-VM * -Force; $(Stop-Computer)",
    "a[b]*c",
    "--%",
    "'\u2018\u2019\u201a\u201b",
    '"\u201c\u201d\u201e',
    "🚀 naïve 漢字 \u202e",
    "-Force",
    "$(Get-VM)`n;|&",
    "_x000A_",
    "@{a=1}",
    "true",
    "0x10",
)
BREAKS = "one\ntwo"
WORLD = r"""kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 256GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: lan, type: Internal}]
vms:
  - {name: abc, state: Running, generation: 2, memory: {startup: 2GiB}, notes: "fits a[b]*c as a pattern"}
  - {name: 'a[b]XXc', state: 'Off', generation: 1, memory: {startup: 2GiB}, notes: "Do not touch"}
"""


class Spy:
    """A world that keeps what was bound, as typed as it came."""

    def __init__(self, real: SimulatedWorld) -> None:
        self.real, self.release, self.bound = real, real.release, list[tuple[str, str, Any]]()

    def call(self, call: Call) -> Answer:
        """Note it and pass it on."""
        self.bound += [(call.command, name, value) for name, value in call.bound.items()]
        return self.real.call(call)

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Pass it on."""
        self.real.unbound(command, error_id, session, pipeline)


def documents(names: tuple[str, ...], *, memory: str = "8GiB") -> str:
    """A machine, an adapter and a switch of each name, and notes that hold it."""
    parts = [{"kind": "Stack", "name": "lab", "host": "hv01"}, {"kind": "Host", "name": "hv01", "connection": {"address": "elsewhere.invalid"}}]
    for number, key in enumerate(names):
        name = key.replace("{", "{{").replace("}", "}}")  # values may hold placeholders, keys never do
        parts.append({"kind": "VirtualSwitch", "name": name, "type": "Private", "notes": name})
        dynamic: dict[str, Any] = {"startup": memory, "dynamic": False}
        machine = {"kind": "VirtualMachine", "name": name, "generation": 1 + number % 2, "notes": f"{name}\n{name}", "memory": dynamic}
        parts.append(machine | {"devices": {"networkAdapters": {key: {"switch": name}}}})
    return "".join("---\n" + json.dumps(part, ensure_ascii=False) + "\n" for part in parts)


def notes(text: str) -> str:
    """Notes without hvplan's line."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("hvplan/v1 "))


def over_the_wire(lab: Lab, spy: Spy, *arguments: str) -> Any:
    """The command against the spied world, over real remoting."""
    with start(SimulatedPowerShell(spy, release=spy.release)) as endpoint:
        url = f"http://127.0.0.1:{endpoint.port}"
        return lab(*arguments, "--address", url, "--user", "me", "--auth", "basic", HVPLAN_PASSWORD="any")


def test_names_are_stored_as_given_and_touch_nothing_else(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Machines, adapters, switches and notes of hostile names: equal to what was given, everybody else's untouched, the next plan empty; 8 GiB
    arrives as a 64-bit integer."""
    lab, spy = Lab(tmp_path), Spy(SimulatedWorld.from_text(WORLD))
    lab.write("lab.yaml", documents(NAMES))
    before = spy.real.dump()
    ran = over_the_wire(lab, spy, "apply", "--yes")
    assert ran.code == 0, ran.err
    after = spy.real.dump()
    for kind in ("vms", "switches"):
        old = {one["id"] for one in before[kind]}
        assert [one for one in after[kind] if one["id"] in old] == before[kind], "somebody else's was touched"
        made = {one["name"]: one for one in after[kind] if one["id"] not in old}
        assert set(made) == set(NAMES)
        for name, one in made.items():
            assert notes(one["notes"]) == (f"{name}\n{name}" if kind == "vms" else name)
            if kind == "vms":
                assert [(a["name"], a["switch"]) for a in one["devices"]["networkAdapters"]] == [(name, name)]
    again = over_the_wire(lab, spy, "plan", "--detailed-exitcode")
    assert (again.code, again.out.strip().rpartition("\n")[2][:13]) == (0, "Nothing to do"), again.out + again.err
    given = {value for command, name, value in spy.bound if name in ("Name", "NewName", "SwitchName") and command.startswith(("New-", "Add-", "Connect-"))}
    assert given == set(NAMES)
    sizes = [value for _, name, value in spy.bound if name in ("MemoryStartupBytes", "StartupBytes")]
    assert sizes
    for size in sizes:
        assert isinstance(size, Number)
        assert (int(size), size.tag) == (8 << 30, "I64")
    figure(f"{len(NAMES)} hostile names for machines, adapters, switches and notes stored as given; {len(sizes)} sizes of 8 GiB came as I64")


@pytest.mark.parametrize("kind", ["VirtualMachine", "VirtualSwitch", "adapter"])
def test_a_name_with_a_line_break(tmp_path: Path, kind: str) -> None:
    """It is refused from the files alone with its place, or stored as given; nothing between."""
    lab, spy = Lab(tmp_path), Spy(SimulatedWorld.from_text(WORLD))
    old, new = (f'"networkAdapters": {{"{NAMES[6]}"', '"networkAdapters": {"one\\ntwo"') if kind == "adapter" else (f'"{kind}", "name": "{NAMES[6]}"',) * 2
    if kind != "adapter":
        new = f'"{kind}", "name": "one\\ntwo"'
    text = documents(NAMES[6:7])
    if kind == "VirtualSwitch":
        text = text.replace(f'"switch": "{NAMES[6]}"', '"switch": "one\\ntwo"')
    assert old in text
    lab.write("lab.yaml", text.replace(old, new))
    before = spy.real.dump()
    ran = over_the_wire(lab, spy, "apply", "--yes")
    if ran.code == 1:
        assert "lab.yaml:" in ran.err
        assert spy.real.dump() == before
        return
    assert ran.code == 0, ran.err
    made = spy.real.dump()
    names = {
        "VirtualMachine": [vm["name"] for vm in made["vms"]],
        "VirtualSwitch": [switch["name"] for switch in made["switches"]],
        "adapter": [a["name"] for vm in made["vms"] for a in vm.get("devices", {}).get("networkAdapters", ())],
    }
    assert BREAKS in names[kind]
