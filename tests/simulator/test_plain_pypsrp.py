"""A plain pypsrp script against a simulated host: what any client sees, with nothing of hvplan on its side.

`engine/` runs the same tests with a real PowerShell in front of the world.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import TaggedValue
from pypsrp.wsman import WSMan

from hvplan.simulator.serve import Endpoint, start_world
from tests.simulator.powershell.boot_order_questions import SCRIPT

WORLD = r"""
kind: World
host:
  name: HV01
  release: "2025"
  processors: 16
  memory: 64GiB
  volumes: [{path: 'C:\', size: 200GiB, free: 120GiB}, {path: 'D:\', size: 2TiB, free: 1500GiB}]
  settings: {virtualMachinePath: 'D:\VMs', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: lan, type: Internal}]
vms:
  - name: old-web
    id: 2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c
    state: "Off"
    generation: 2
    processor: {count: 2}
    memory: {startup: 2GiB}
    devices:
      networkAdapters: [{name: Network Adapter, switch: lan, mac: 00-15-5D-01-02-03}]
"""
OLD_WEB = uuid.UUID("2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c")
GIB = 1 << 30
SELECT = "Microsoft.PowerShell.Utility\\Select-Object"
HOSTILE = [
    "it's ‘quoted’ ‚by‛ five",
    'a "b" $(c) `d; | & <tag> &amp;',
    "--%",
    "_x0041_ and _x005F_",
    "\u202eright to left, \u200bzero width",
    "\U0001f600 beyond the plane",
    "line\nbreak\tand\u0085next",
]


class Host:
    """A session on the host; `run` takes commands as (name, parameters) and gives the finished pipeline."""

    def __init__(self, pool: RunspacePool, *, real: bool = False) -> None:
        self.pool = pool
        self.real = real

    def run(self, *commands: tuple[str, dict[str, Any]]) -> PowerShell:
        """One statement."""
        shell = PowerShell(self.pool)
        for name, parameters in commands:
            shell.add_cmdlet(name).add_parameters(parameters)
        shell.invoke()
        shell.close()
        return shell

    def records(self, *commands: tuple[str, dict[str, Any]], properties: tuple[str, ...]) -> list[dict[str, Any]]:
        """One statement that must succeed, its objects as dictionaries of the chosen properties."""
        chosen = ("Microsoft.PowerShell.Utility\\Select-Object", {"Property": list(properties)})
        shell = self.run(*commands, chosen)
        assert [str(error) for error in shell.streams.error] == []
        return [dict(record.extended_properties) for record in shell.output]


def endpoint(folder: Path, **options: Any) -> Endpoint:
    """The world served from a folder."""
    path = folder / "hv01.world.yaml"
    if not path.exists():
        path.write_text(WORLD, "utf-8")
    return start_world(path, audit=folder / "audit.jsonl", **options)


def session(host: str, port: int) -> RunspacePool:
    """A pool of a plain client."""
    connection = WSMan(host, port=port, ssl=False, auth="basic", encryption="never", username="admin", password="secret", no_proxy=True)
    return RunspacePool(connection)


@pytest.fixture
def engine() -> Path | None:
    """The program that is PowerShell; None for the built-in one."""
    return None


@pytest.fixture
def host(tmp_path: Path, engine: Path | None) -> Iterator[Host]:
    """An open session on a fresh host."""
    with endpoint(tmp_path, engine=engine) as served, session(served.host, served.port) as pool:
        yield Host(pool, real=engine is not None)


def script(host: Host, device: list[str]) -> PowerShell:
    """The constant script of a boot order, as a client sends text with parameters."""
    shell = PowerShell(host.pool)
    shell.add_script(SCRIPT).add_parameter("VMId", OLD_WEB).add_parameter("Device", device)
    shell.invoke()
    shell.close()
    return shell


def test_the_constant_script_sets_a_boot_order(host: Host) -> None:
    """Script text with parameters arrives; what it names boots first; what it does not find ends it and changes nothing; other text does not run."""
    drive = {"ControllerNumber": 0, "ControllerLocation": 3}
    assert ids(host.run(("Get-VM", {"Id": OLD_WEB}), ("Add-VMDvdDrive", drive))) == []
    order = (("Get-VMFirmware", {"VMName": "old-web"}), (SELECT, {"ExpandProperty": "BootOrder"}))

    def types() -> list[str]:
        return [str(found["BootType"]) for found in host.records(*order, properties=("BootType",))]

    before = types()
    adapter = host.records(("Get-VMNetworkAdapter", {"VMName": "old-web"}), properties=("Id",))[0]["Id"]
    assert ids(script(host, ["SCSI 0:3", adapter])) == []
    assert types() == [*reversed(before)]
    assert ids(script(host, ["SCSI 0:4"])) == ["The virtual machine has no device SCSI 0:4."]
    assert types() == [*reversed(before)]
    shell = PowerShell(host.pool)
    shell.add_script(SCRIPT.replace("-Confirm:$false", "-Confirm"))
    if not host.real:
        shell.invoke()
        assert ids(shell) == ["ScriptsNotAllowed"]
        assert types() == [*reversed(before)]


def ids(shell: PowerShell) -> list[str]:
    """The error ids of a pipeline, without the class they came from."""
    return [str(error.fq_error).split(",")[0] for error in shell.streams.error]


def test_a_switch_and_a_vm_are_made_and_read_back_with_their_types(host: Host) -> None:
    """New-VMSwitch and New-VM with 8 GiB as I64: the objects come back with their names, ids, sizes and enums."""
    made = host.run(("New-VMSwitch", {"Name": "backend", "SwitchType": "Private"}))
    assert (ids(made), made.output[0].adapted_properties["Name"]) == ([], "backend")
    parameters = {"Name": "db", "MemoryStartupBytes": TaggedValue("I64", 8 * GIB), "Generation": 2, "NoVHD": True, "SwitchName": "backend"}
    (vm,) = host.run(("New-VM", parameters)).output
    assert vm.adapted_properties["Name"] == "db"
    assert isinstance(vm.adapted_properties["Id"], uuid.UUID)
    assert vm.adapted_properties["MemoryStartup"] == 8 * GIB
    assert str(vm.adapted_properties["State"]) == "Off"
    assert vm.types[0] == "Microsoft.HyperV.PowerShell.VirtualMachine"


def test_a_vm_is_chosen_by_id_and_changed_through_the_pipe(host: Host, tmp_path: Path) -> None:
    """Get-VM -Id | Set-VMMemory changes that VM and is two calls in the audit log."""
    done = host.run(("Get-VM", {"Id": OLD_WEB}), ("Set-VMMemory", {"StartupBytes": TaggedValue("I64", 4 * GIB)}))
    assert (ids(done), done.had_errors) == ([], False)
    assert host.records(("Get-VM", {"Id": OLD_WEB}), properties=("Name", "MemoryStartup")) == [{"Name": "old-web", "MemoryStartup": 4 * GIB}]
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["command"] for line in lines[:2]] == ["Get-VM", "Set-VMMemory"]
    assert {line["session"] for line in lines} == {1}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_stored_and_read_back_equal(host: Host, text: str) -> None:
    """Quotes, operators, escapes, control characters and emoji are data in both directions."""
    assert ids(host.run(("Set-VM", {"Name": "old-web", "Notes": text}))) == []
    assert host.records(("Get-VM", {"Id": OLD_WEB}), properties=("Notes",)) == [{"Notes": text}]


@pytest.mark.parametrize(
    ("command", "parameters", "error"),
    [
        ("Get-VM", {"Name": "missing"}, "InvalidParameter"),
        ("Get-Nothing", {}, "CommandNotFoundException"),
        ("C:\\Get-VM", {}, "CommandNotFoundException"),
        ("Nothing\\Get-VM", {}, "CouldNotAutoLoadModule"),
        ("Set-VM", {"Name": "old-web", "Bogus": 1}, "NamedParameterNotFound"),
        ("Set-VMProcessor", {"VMName": "old-web", "Count": "many"}, "CannotConvertArgumentNoMessage"),
        ("Set-VMMemory", {"VMName": "old-web", "StartupBytes": [1, 2]}, "CannotConvertArgument"),
        ("Remove-VM", {"Name": "old-web"}, "HostFunctionNotImplemented"),
    ],
)
def test_mistakes_come_back_as_error_records(host: Host, command: str, parameters: dict[str, Any], error: str) -> None:
    """Unknown names, parameters, types and refused prompts have the ids of the real host, and the session lives on."""
    failed = host.run((command, parameters))
    assert ids(failed) == [error]
    assert failed.output == []
    assert str(failed.streams.error[0])
    assert host.records(("Get-VM", {}), properties=("Name",)) == [{"Name": "old-web"}]


def test_clients_at_once_get_what_each_asked_for(tmp_path: Path, engine: Path | None) -> None:
    """Four clients make five VMs each at the same time; each reads back its own, and all are on the host."""
    with endpoint(tmp_path, engine=engine) as served:

        def client(number: int) -> list[int]:
            with session(served.host, served.port) as pool:
                host = Host(pool)
                for turn in range(5):
                    name = f"vm-{number}-{turn}"
                    memory = TaggedValue("I64", (number + 1) * GIB)
                    assert ids(host.run(("New-VM", {"Name": name, "MemoryStartupBytes": memory, "Generation": 2, "NoVHD": True}))) == []
                return [vm["MemoryStartup"] // GIB for vm in host.records(("Get-VM", {"Name": f"vm-{number}-*"}), properties=("MemoryStartup",))]

        with ThreadPoolExecutor(4) as workers:
            assert list(workers.map(client, range(4))) == [[number + 1] * 5 for number in range(4)]
        with session(served.host, served.port) as pool:
            assert len(Host(pool).records(("Get-VM", {}), properties=("Name",))) == 21


def test_state_is_carried_from_one_start_to_the_next(tmp_path: Path, engine: Path | None) -> None:
    """What was made is there after a restart, and gone after a reset; the seed is never written."""
    new = {"Name": "kept", "MemoryStartupBytes": TaggedValue("I64", GIB), "Generation": 2, "NoVHD": True}
    with endpoint(tmp_path, engine=engine) as served, session(served.host, served.port) as pool:
        assert ids(Host(pool).run(("New-VM", new))) == []
    with endpoint(tmp_path, engine=engine) as served, session(served.host, served.port) as pool:
        found = Host(pool).records(("Get-VM", {}), properties=("Name",))
        assert {vm["Name"] for vm in found} == {"old-web", "kept"}
    with endpoint(tmp_path, engine=engine, reset=True) as served, session(served.host, served.port) as pool:
        assert Host(pool).records(("Get-VM", {}), properties=("Name",)) == [{"Name": "old-web"}]
    assert (tmp_path / "hv01.world.yaml").read_text("utf-8") == WORLD


@pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be asked to end by a signal there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_served_world_announces_itself_and_ends_on_a_signal_with_its_state_saved(tmp_path: Path, engine: Path | None, number: signal.Signals) -> None:
    """One JSON line once it listens; the signal ends it with 0; the next start finds what was made."""
    (tmp_path / "hv01.world.yaml").write_text(WORLD, "utf-8")
    code = "import sys; from hvplan.simulator.serve import serve_until_signal; sys.exit(serve_until_signal(sys.argv[1], engine=sys.argv[2] or None))"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-c", code, str(tmp_path / "hv01.world.yaml"), str(engine or "")]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert served.stdout is not None
        said = json.loads(served.stdout.readline())
        assert (said["host"], said["tls"], said["configuration"]) == ("127.0.0.1", False, None)
        pool = session(said["host"], said["port"])
        pool.open()
        made = Host(pool).run(("New-VMSwitch", {"Name": "kept", "SwitchType": "Private"}))
        assert ids(made) == []
        served.send_signal(number)
        assert served.wait(30) == 0
        assert served.stdout.read() == ""
    finally:
        served.kill()
        served.wait()
        if served.stdout is not None:
            served.stdout.close()
    with endpoint(tmp_path, engine=engine) as again, session(again.host, again.port) as pool:
        assert {found["Name"] for found in Host(pool).records(("Get-VMSwitch", {}), properties=("Name",))} == {"lan", "kept"}
