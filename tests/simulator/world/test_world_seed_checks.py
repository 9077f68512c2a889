"""Wrong world files: one clear message at the line, whatever is wrong with them; and what looks wrong but is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvplan.errors import ConfigurationError
from hvplan.simulator.world import SimulatedWorld, open_world
from tests.simulator.world.world_host import run

HEAD = r"""kind: World
host:
  volumes: [{path: 'D:\', size: 2TiB, free: 1TiB}]
  netAdapters: [{name: Ethernet, mac: 00-15-5D-FF-00-01}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
"""
FILES = r"""files:
  - {path: 'D:\a.vhdx', vhd: {size: 40GiB}}
  - {path: 'D:\c.vhd', vhd: {size: 40GiB}}
"""
DEVICES = "  - {name: web, generation: 2, devices: {%s}}"
FIRST = "  - {name: web, generation: 1, devices: {%s}}"
DISK = r"disks: [{slot: scsi 0:0, path: 'D:\a.vhdx'}"
TWO = "  - {name: %s, generation: 2, state: %s, devices: {" + DISK + "]}}"


def mistakes(text: str) -> list[tuple[int, str]]:
    """Line and summary of every mistake in a world."""
    with pytest.raises(ConfigurationError) as caught:
        SimulatedWorld.from_text(text, file="hv01.world.yaml")
    found = [(one.place.line or 0, one.summary) for one in caught.value.diagnostics if one.place is not None]
    assert all(one.place is not None and one.place.file == "hv01.world.yaml" for one in caught.value.diagnostics)
    return found


@pytest.mark.parametrize(
    ("vm", "said"),
    [
        ("  - {name: web, genration: 2}", "no `genration`"),
        (DEVICES % r"disks: [{slot: scsi 0:64, path: 'D:\a.vhdx'}]", "no slot scsi 0:64"),
        (DEVICES % r"disks: [{slot: ide 0:0, path: 'D:\a.vhdx'}]", "Generation 2 has no IDE"),
        (DEVICES % rf"{DISK}, {{slot: scsi 0:0}}]", "scsi 0:0 is taken twice"),
        (DEVICES % rf"{DISK}, {{slot: scsi 0:1, path: 'd:\A.vhdx'}}]", "same file"),
        (DEVICES % r"disks: [{slot: scsi 0:0, path: 'D:\c.vhd'}]", r"cannot hold `D:\c.vhd`"),
        (DEVICES % r"disks: [{slot: scsi 0:0, path: 'D:\i.iso'}]", r"cannot hold `D:\i.iso`"),
        (DEVICES % r"dvds: [{slot: scsi 0:0, iso: 'D:\a.vhdx'}]", "DVD drive cannot hold"),
        (FIRST % "dvds: [{slot: scsi 0:0}]", "DVD drives on IDE"),
        (DEVICES % "networkAdapters: [{name: n, legacy: true}]", "no legacy network adapters"),
        (DEVICES % "networkAdapters: [{name: n, mac: 01-15-5D-00-00-01}]", "MAC address of an adapter"),
        (DEVICES % "networkAdapters: [{name: n, vlan: 4095}]", "4095 is not a VLAN"),
        (DEVICES % "comPorts: {com1: {pipe: serial}}", "named pipe"),
        (DEVICES % r"disks: [{slot: scsi 0:0, qos: {minimumIops: 9, maximumIops: 5}}]", "minimum IOPS"),
        ("  - {name: web, memory: {startup: 1025MiB}}", "2 MB"),
        ("  - {name: web, memory: {startup: 1GiB, dynamic: {minimum: 2GiB, maximum: 4GiB}}}", "minimum <= startup"),
        ("  - {name: web, generation: 1, processor: {count: 65}}", "at most 64 processors"),
        ("  - {name: web, memoryMappedIo: {low: 64MiB}}", "128 MiB"),
        ("  - {name: web, generation: 1, security: {tpm: true}}", "Generation 1 has no such security"),
        ("  - {name: web, generation: 1, firmware: {consoleMode: COM1}}", "no firmware"),
        ("  - {name: web, generation: 2, bios: {numLock: true}}", "no BIOS"),
        ("  - {name: web, generation: 2, firmware: {secureBoot: Linux}}", "template `Linux`"),
        ("  - {name: web, checkpoints: [" + ", ".join(f"{{name: c{n}}}" for n in range(51)) + "]}", "50 checkpoints"),
    ],
)
def test_a_machine_that_cannot_be(vm: str, said: str) -> None:
    """Said once, at the line of the machine."""
    (mistake,) = mistakes(HEAD + FILES + "vms:\n" + vm)
    assert mistake[0] == 10
    assert said in mistake[1]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (r"  - {path: 'd:/A.vhdx', vhd: {size: 1GiB}}", "twice; the other one stands at line 7"),
        (r"  - {path: 'D:\b.vhdx', vhd: {size: 1000000001}}", "1000000001 bytes"),
        (r"  - {path: 'D:\b.vhd', vhd: {size: 3TiB}}", "cannot have"),
        (r"  - {path: 'D:\b.txt', vhd: {size: 1GiB}}", "cannot be a virtual hard disk"),
        (r"  - {path: 'D:\b.vhdx', vhd: {size: 1GiB, type: Differencing}}", "has no parent"),
        (r"  - {path: 'D:\b.vhdx', vhd: {size: 1GiB, type: Fixed, parent: 'D:\a.vhdx'}}", "has a parent"),
        (r"  - {path: 'D:\b.vhdx', vhd: {parent: 'D:\b.vhdx', size: 1GiB}}", "its own parents"),
        ("nats: [{name: a, prefix: 10.0.0.0/24}, {name: b, prefix: 10.0.0.0/25}]", "overlaps"),
        ("nats: [{name: a, prefix: 10.0.0.0/24}, {name: A, prefix: 10.1.0.0/24}]", "twice"),
        ("nats: [{name: a, prefix: 10.0.0.1/24}]", "not the prefix of a network"),
        ("addresses: [{interface: Ethernet, address: ten}]", "not an IP address"),
        ("switches: [{name: a, type: Internal, netAdapters: [Ethernet]}]", "stands on no network adapter"),
        ("switches: [{name: a, netAdapters: [Ethernet]}, {name: b, netAdapters: [Ethernet]}]", "twice"),
    ],
)
def test_a_host_that_cannot_be(line: str, said: str) -> None:
    """Files, NATs, addresses and switches: said once, at the line."""
    (mistake,) = mistakes(HEAD + FILES + line + "\n")
    assert mistake[0] == 9
    assert said in mistake[1]


def test_volumes_and_adapters_of_the_host() -> None:
    """No two of one name, and no more free than there is."""
    text = HEAD.replace("free: 1TiB}", r"free: 3TiB}, {path: 'd:\', size: 1TiB}").replace("[{name: Ethernet,", "[{name: Ethernet}, {name: ethernet,")
    assert [line for line, _ in mistakes(text)] == [3, 3, 4]


def test_two_running_machines_hold_one_disk() -> None:
    """The second could not have started (behaviour 5.3); while one of them is off, both may name it."""
    assert [line for line, _ in mistakes(HEAD + FILES + f"vms:\n{TWO % ('a', 'Running')}\n{TWO % ('b', 'Paused')}\n")] == [11]
    SimulatedWorld.from_text(HEAD + FILES + f"vms:\n{TWO % ('a', 'Running')}\n{TWO % ('b', 'Saved')}\n")


def test_what_real_hosts_have_is_fine() -> None:
    """A drive whose file is gone, a parent that is gone, folders and media on volumes that are not there, a TPM without a word about its key protector."""
    lost = r"""  - {path: 'D:\b.vhdx', vhd: {size: 40GiB, parent: 'D:\lost.vhdx'}}
vms:
  - name: web
    path: 'X:\VMs'
    security: {tpm: true}
    devices: {disks: [{slot: scsi 0:0, path: 'E:\SAN\gone.vhdx'}], dvds: [{slot: scsi 0:1, iso: 'C:\gone.iso'}]}
"""
    host = SimulatedWorld.from_text(HEAD + FILES + lost)
    again = SimulatedWorld.from_text(host.dump_text())
    assert again.dump_text() == host.dump_text()
    (protector,) = run(host, "Get-VMKeyProtector", VMName=["web"]).records
    assert protector != b"\0\0\0\4"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_seed_is_text_with_or_without_a_mark(tmp_path: Path, encoding: str) -> None:
    """UTF-16 with a mark is what Windows PowerShell's `>` writes."""
    seed = tmp_path / "hv01.world.yaml"
    seed.write_text("kind: World\nhost: {name: Büro}\n", encoding=encoding)
    with open_world(seed) as host:
        assert host.state.host.name == "Büro"


@pytest.mark.parametrize(("content", "said"), [(None, "There is no such file"), (b"kind: W\xff", "byte 7 is no UTF-8"), (b"\xff\xfea", "is no UTF-16")])
def test_a_seed_that_cannot_be_read(tmp_path: Path, content: bytes | None, said: str) -> None:
    """In words, with the file named once, and no trace of it left behind."""
    seed = tmp_path / "hv01.world.yaml"
    if content is not None:
        seed.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        open_world(seed)
    (mistake,) = caught.value.diagnostics
    assert said in mistake.summary
    assert mistake.hint
    assert str(seed) not in mistake.summary
    assert mistake.place is not None
    assert mistake.place.file == str(seed)
    assert not (tmp_path / ".hvplan").exists()
