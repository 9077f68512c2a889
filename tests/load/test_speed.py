"""Speed, by counts: twice the documents cost twice the calls, and nothing heavy is imported."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hvplan.load import load

MACHINE = """---
kind: VirtualMachine
name: vm{0}
template: t
memory: {{startup: 4GiB, dynamic: {{minimum: 1GiB}}}}
devices:
  disks: {{os: {{slot: scsi 0:0, vhd: {{path: 'D:\\vm{0}.vhdx', parent: golden}}}}}}
  networkAdapters: {{lan: {{switch: lan}}}}
"""
BASE = """kind: Host
name: h
---
kind: VirtualDisk
name: golden
path: D:\\golden.vhdx
ensure: Reference
---
kind: VirtualMachineTemplate
name: t
generation: 2
processor: {count: 2}
"""


def calls(folder: Path, machines: int) -> int:
    """How many Python functions are called to load so many machines."""
    (folder / "a.yaml").write_text(BASE + "".join(MACHINE.format(number) for number in range(machines)), "utf-8")
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    load([str(folder)])
    sys.setprofile(profile)
    try:
        loaded = load([str(folder)])
    finally:
        sys.setprofile(None)
    assert (len(loaded.desired.vms), loaded.diagnostics) == (machines, ())
    return count


def test_the_cost_of_a_machine_does_not_grow(tmp_path: Path, figure: Callable[[str], None]) -> None:
    """Loading is linear in the number of documents."""
    few, many = calls(tmp_path, 20), calls(tmp_path, 200)
    figure(f"calls per machine: {few / 20:.0f} of 20, {many / 200:.0f} of 200")
    assert many <= 10 * few


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """validate must start fast: neither jsonschema nor anything that talks to a host or draws."""
    (tmp_path / "a.yaml").write_text(BASE, "utf-8")
    heavy = "{'jsonschema', 'networkx', 'pypsrp', 'psrpcore', 'rich', 'requests', 'click'}"
    code = f"import sys; from hvplan.load import load; load([{str(tmp_path)!r}]); sys.exit(' '.join({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False).stderr.strip() == ""
