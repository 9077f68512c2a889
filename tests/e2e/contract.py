"""The world and the files of the contract tests: a machine to change, one to adopt, one to create, one to delete."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Lab

AT = "2026-01-02T03:04:05Z"
WEB_ID, HAND_ID, OLD_ID = "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c", "7b1d9c04-11aa-4c3e-8f00-aabbccddeeff", "9b1d9c04-11aa-4c3e-8f00-aabbccddee01"

WORLD = rf"""kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 64GiB
  volumes: [{{path: 'D:\', size: 2TiB, free: 1500GiB}}]
  settings: {{virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}}
switches: [{{name: lan, type: Internal}}, {{name: dmz, type: Private}}]
files:
  - {{path: 'D:\golden\ubuntu.vhdx', vhd: {{size: 40GiB, type: Dynamic, fileSize: 9GiB}}}}
  - {{path: 'D:\VHDs\web01-os.vhdx', vhd: {{size: 40GiB, type: Dynamic, fileSize: 9GiB}}}}
vms:
  - name: web01
    id: {WEB_ID}
    state: Running
    generation: 2
    processor: {{count: 2}}
    memory: {{startup: 2GiB}}
    notes: |-
      Front end
      hvplan/v1 stack=lab id=web01 vm={WEB_ID[:13]} origin=created
    devices:
      disks: [{{slot: scsi 0:0, path: 'D:\VHDs\web01-os.vhdx'}}]
      networkAdapters: [{{name: lan, switch: lan, mac: 00-15-5D-01-02-03}}]
  - {{name: hand01, id: {HAND_ID}, state: Off, generation: 2, memory: {{startup: 1GiB}}, notes: By hand}}
  - name: old01
    id: {OLD_ID}
    state: Off
    generation: 2
    memory: {{startup: 1GiB}}
    notes: hvplan/v1 stack=lab id=old01 vm={OLD_ID[:13]} origin=created
  - {{name: other, state: Running, generation: 2, memory: {{startup: 1GiB}}}}
"""

HEAD = """kind: Stack
name: lab
host: hv01
---
kind: Host
name: hv01
connection:
  simulated: {world: hv01.world.yaml}
---
kind: VirtualDisk
name: golden
path: D:\\golden\\ubuntu.vhdx
ensure: Reference
"""

WEB = """---
kind: VirtualMachine
name: web01
labels: {tier: web}
generation: 2
processor: {count: 4, weight: 300}
memory: {startup: 2GiB}
notes: Front end
devices:
  disks: {os: {slot: scsi 0:0, vhd: {path: 'D:\\VHDs\\web01-os.vhdx'}}}
  networkAdapters: {lan: {switch: lan, vlan: 20}}
"""
"""Running: the count restarts it, the weight and the VLAN do not."""

NEW = """---
kind: VirtualMachine
name: db01
generation: 2
processor: {count: 2}
memory: {startup: 1GiB, dynamic: {minimum: 512MiB, maximum: 2GiB, buffer: 30}}
automaticActions: {startDelay: 30s}
state: Running
devices:
  disks: {os: {vhd: {path: 'D:\\VHDs\\db01-os.vhdx', parent: golden}}}
  networkAdapters: {lan: {switch: lan}}
"""

HAND = """---
kind: VirtualMachine
name: hand01
processor: {count: 2}
"""

OLD = """---
kind: VirtualMachine
name: old01
ensure: Absent
"""


def lab_of(folder: Path, text: str, world: str = WORLD) -> Lab:
    """A folder with these files and this world."""
    lab = Lab(folder)
    lab.write("hv01.world.yaml", world)
    lab.write("lab.yaml", text)
    return lab


def ways(stack: str = "", web: str = "") -> str:
    """The files with a policy for the stack and a lifecycle for web01."""
    policy = f"policy: {stack}\n---\nkind: Host" if stack else "---\nkind: Host"
    return HEAD.replace("---\nkind: Host", policy, 1) + WEB + (f"lifecycle: {web}\n" if web else "")
