"""Worlds of any size with the files that describe them: half of the machines Generation 1, two disks and two adapters each."""

from __future__ import annotations

import uuid
from pathlib import Path

SPACE = uuid.UUID("6f1a6a6e-5b0f-4a53-9d7e-0a1b2c3d4e5f")

WORLD = """\
kind: World
host:
  name: HV01
  release: "2025"
  processors: 64
  memory: 4TiB
  volumes: [{path: 'C:\\', size: 200GiB, free: 120GiB}, {path: 'D:\\', size: 200TiB, free: 150TiB}]
  settings: {virtualMachinePath: 'D:\\VMs', virtualHardDiskPath: 'D:\\VHDs'}
"""
SWITCH = """\
switches:
  - {name: lan, type: Internal, id: 9a3d0d5e-63d1-4f0a-8f10-2b1d54d0c001, notes: 'hvplan/v1 stack=many id=lan switch=9a3d0d5e-63d1 origin=created'}
"""
FILE = "  - {{path: 'D:\\VHDs\\{name}-{disk}.vhdx', vhd: {{size: {size}, type: Dynamic, fileSize: 1GiB}}}}\n"
LIVE = """\
  - name: {name}
    id: {id}
    state: Running
    generation: {generation}
    processor: {{count: 2}}
    memory: {{startup: 2GiB, dynamic: true, minimum: 1GiB, maximum: 4GiB}}
    notes: "Machine {name}\\nhvplan/v1 stack=many id={name} vm={short} origin=created"
    devices:
      disks: [{{slot: '{slot}', path: 'D:\\VHDs\\{name}-os.vhdx'}}, {{slot: 'scsi 0:1', path: 'D:\\VHDs\\{name}-data.vhdx'}}]
      networkAdapters: [{{name: lan, switch: lan, vlan: 20}}, {{name: back, switch: lan}}]
"""
HEAD = """\
kind: Stack
name: many
host: hv01
---
kind: Host
name: hv01
connection: {simulated: {world: hv01.world.yaml}}
---
kind: VirtualSwitch
name: lan
type: Internal
"""
WANTED = """\
---
kind: VirtualMachine
name: {name}
generation: {generation}
notes: Machine {name}
processor: {{count: 2}}
memory: {{startup: 2GiB, dynamic: {{minimum: 1GiB, maximum: 4GiB}}}}
devices:
  disks:
    os: {{slot: '{slot}', vhd: {{path: 'D:\\VHDs\\{name}-os.vhdx', size: 40GiB}}}}
    data: {{slot: 'scsi 0:1', vhd: {{path: 'D:\\VHDs\\{name}-data.vhdx', size: 100GiB}}}}
  networkAdapters:
    lan: {{switch: lan, vlan: 20}}
    back: {{switch: lan}}
"""


def machine(number: int) -> dict[str, str]:
    """What stands in the templates for one machine."""
    name = f"vm{number:03}"
    id = str(uuid.uuid5(SPACE, name))
    return {"name": name, "id": id, "short": id[:13], "generation": str(1 + number % 2), "slot": "scsi 0:0" if number % 2 else "ide 0:0"}


def write(folder: Path, count: int, *, there: bool) -> None:
    """`lab.yaml` with so many machines and its host `hv01.world.yaml`, where they exist already (`there`) or where nothing does."""
    machines = [machine(number) for number in range(count)]
    (folder / "lab.yaml").write_text(HEAD + "".join(WANTED.format(**one) for one in machines), "utf-8")
    world = WORLD
    if there:
        files = "".join(FILE.format(name=one["name"], disk=disk, size=size) for one in machines for disk, size in (("os", "40GiB"), ("data", "100GiB")))
        world += SWITCH + "files:\n" + files + "vms:\n" + "".join(LIVE.format(**one) for one in machines)
    (folder / "hv01.world.yaml").write_text(world, "utf-8")
