"""Whatever is wrong is said once, with its place, and nothing has happened."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Lab
from tests.e2e.host import hosts_file, served

WORLD = r"""kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 64GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: lan, type: Internal}]
files:
  - {path: 'D:\VHDs\base.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
  - {path: 'D:\VHDs\taken.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
vms:
  - {name: stranger, state: Running, generation: 2, memory: {startup: 2GiB}}
"""
GOOD = r"""kind: Stack
name: lab
host: hv01
---
kind: Host
name: hv01
connection: {simulated: {world: hv01.world.yaml}}
---
kind: VirtualDisk
name: base
path: 'D:\VHDs\base.vhdx'
ensure: Reference
---
kind: VirtualMachine
name: web01
generation: 2
processor: {count: 2}
memory:
  startup: 2GiB
  dynamic: {minimum: 1GiB, maximum: 4GiB}
devices:
  disks:
    os: {slot: scsi 0:0, vhd: {path: 'D:\VHDs\web01.vhdx', parent: base}}
    data: {slot: scsi 0:1, vhd: {path: 'D:\VHDs\data.vhdx', size: 10GiB}}
  networkAdapters:
    lan: {switch: lan}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """`old` becomes `new`; the one error stands at `at` (line and column of lab.yaml) and says `says`; `exit` 1: files alone, 3: against
    this host. `lines`: how many objects cannot be made for it."""

    old: str
    new: str
    at: str
    says: str
    exit: int = 1
    lines: int = 1


INPUTS = {
    "unknown key": Bad(old="processor: {count: 2}", new="processor: {cuont: 2}", at="17:13", says="cuont"),
    "wrong type": Bad(old="count: 2}", new="count: two}", at="17:20", says="two"),
    "IDE disk on Generation 2": Bad(old="{slot: scsi 0:1", new="{slot: ide 0:1", at="24:18", says="Generation 2|generation 2"),
    "memory no multiple of 2 MiB": Bad(old="startup: 2GiB", new="startup: 2049MiB", at="19:12", says="2 MiB"),
    "minimum above startup": Bad(old="minimum: 1GiB", new="minimum: 3GiB", at="19:12", says="minimum"),
    "slot used twice": Bad(old="scsi 0:1", new="scsi 0:0", at="24:18", says="0:0"),
    "parent that no document describes": Bad(old="parent: base", new="parent: bass", at="23:68", says="bass"),
    "missing parent disk": Bad(old=r"\base.vhdx", new=r"\none.vhdx", at="23", says=r"none\.vhdx", exit=3, lines=2),
    "unknown switch": Bad(old="lan: {switch: lan}", new="lan: {switch: wan}", at="26", says="wan", exit=3),
    "file at a new disk's path": Bad(old=r"\data.vhdx", new=r"\taken.vhdx", at="24", says=r"taken\.vhdx", exit=3),
}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A good file and its host, which has been looked at once."""
    made = Lab(tmp_path)
    made.write("hv01.world.yaml", WORLD)
    made.write("lab.yaml", GOOD)
    made.write(".hosts.yaml", "kind: Host\nname: hv01\nconnection: {simulated: {world: hv01.world.yaml, audit: audit.jsonl}}\n")
    assert made("plan", "--hosts", ".hosts.yaml", "--detailed-exitcode").code == 2, "the file is good before it is made bad"
    return made


def writes(lab: Lab) -> list[str]:
    """Writes that reached the host."""
    calls = [json.loads(line) for line in (lab.folder / "audit.jsonl").read_text("utf-8").splitlines()]
    return [call["command"] for call in calls if not call["command"].startswith(("Get-", "Where-Object", "Select-Object"))]


@pytest.mark.parametrize("bad", INPUTS.values(), ids=INPUTS.keys())
def test_it_is_said_once_with_its_place_and_nothing_happens(lab: Lab, bad: Bad) -> None:
    """One error that says what and where, the exit code of the page on commands, and a host that is the same to the byte."""
    assert GOOD.count(bad.old) == 1
    lab.write("lab.yaml", GOOD.replace(bad.old, bad.new))
    before = lab.state
    validated = lab("validate")
    assert validated.code == (1 if bad.exit == 1 else 0), validated.err
    for arguments in (("plan",), ("plan", "--detailed-exitcode"), ("apply", "--yes")):
        ran = lab(*arguments, "--hosts", ".hosts.yaml")
        assert ran.code == bad.exit, ran.err + ran.out
        assert "Traceback" not in ran.err
        if bad.exit == 1:
            (line,) = [line for line in ran.err.splitlines() if re.search(r"\berror:", line)]
            assert re.match(rf"\S*lab\.yaml:{bad.at}: error: ", line), line
            assert re.search(bad.says, ran.err), ran.err
        else:
            lines = [line for line in ran.out.splitlines() if line.strip().startswith("refused:")]
            assert lines[-1].endswith(f" (lab.yaml:{bad.at})"), ran.out
            assert all(re.search(bad.says, line) for line in lines), lines
            assert len(lines) == bad.lines
    assert writes(lab) == []
    assert lab.state == before != ""


def test_no_host_and_no_password_are_said_with_the_host(lab: Lab) -> None:
    """A host that cannot be reached and a password that is wrong: exit 1, one error with the host, and the world as it was."""
    before = lab.state
    lab.write("lab.yaml", GOOD.replace("simulated: {world: hv01.world.yaml}", "address: elsewhere.invalid"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        lab.write("nobody.hosts", hosts_file(free.getsockname()[1]))
    with served(lab.folder) as host:
        lab.write("known.hosts", hosts_file(host.port))
        for file, password in (("nobody.hosts", "x"), ("known.hosts", "wr0ng")):
            for arguments in (("plan",), ("apply", "--yes")):
                ran = lab(*arguments, "lab.yaml", "--hosts", file, LAB_PASSWORD=password)
                (line,) = [line for line in ran.err.splitlines() if "error:" in line]
                assert (ran.code, ran.out) == (1, ""), ran
                assert "127.0.0.1" in line or "hv01" in line
                assert "wr0ng" not in ran.err
    assert writes(lab) == []
    assert lab.state == before


def test_figures(figure: Callable[[str], None]) -> None:
    """So many ways to be wrong are told with their place."""
    figure(f"{len(INPUTS) + 2} bad inputs: one error each, the world unchanged")
    assert {bad.exit for bad in INPUTS.values()} == {1, 3}
