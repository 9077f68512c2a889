"""A boot order with an entry that a guest wrote, end to end: bound, run and stored, where no engine's stand-in can follow."""

from __future__ import annotations

import threading
from uuid import UUID

import pytest

from hvplan.simulator.pipe import Argument, Command, Pipeline
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.values import List
from hvplan.simulator.world import SimulatedWorld
from tests.simulator.powershell.boot_order_questions import SCRIPT
from tests.simulator.world.test_world_boot_order import MANAGER, host, words

ID = UUID("2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c")


def state(world: SimulatedWorld, *devices: str, restricted: bool = False) -> str:
    """Run the constant, as text or as the function of a restricted session; the message that ended it."""
    (machine,) = world.state.vms.values()
    arguments = (Argument("VMId", machine.id), Argument("Device", List(devices, "System.String[]")))
    configuration = {"type": "RestrictedRemoteServer", "modules": ["Hyper-V", "Hvplan"], "functions": ["Set-HvplanBootOrder"]} if restricted else None
    command = Command("Set-HvplanBootOrder", arguments) if restricted else Command(SCRIPT, arguments, is_script=True)
    heard: list[str] = []
    SimulatedPowerShell(world, configuration=configuration).open(1).run(Pipeline(((command,),)), lambda kind, clixml: heard.append(clixml), threading.Event())
    return heard[-1]


@pytest.mark.parametrize("restricted", [False, True])
def test_a_guests_entry_outlives_a_new_order(restricted: bool) -> None:
    """The named devices first; then what stood there, the guest's entry included; empty entries go."""
    world = host(f"networkAdapters/lan, 'file {MANAGER}', null, disks/os")
    assert 'N="PipelineState">4<' in state(world, "SCSI 0:1", "scsi 0:2", restricted=restricted)
    assert words(world) == ["1", "2", "lan", "file", "0", "san"]
    calls = [line["command"] for line in world.audit if line["command"].startswith("Set-")]
    assert calls == ["Set-VMFirmware"]


def test_a_client_cannot_send_a_boot_source_back() -> None:
    """What a client holds is a bag of properties; only a script on the host has the object itself."""
    world = host(f"'file {MANAGER}'")
    source = Command("Set-VMFirmware", (Argument("VMName", "web"), Argument("BootOrder", List(["VMBootSource"]))))
    heard: list[str] = []
    SimulatedPowerShell(world).open(1).run(Pipeline(((source,),)), lambda kind, clixml: heard.append(clixml), threading.Event())
    assert "CannotConvertArgumentNoMessage,Microsoft.HyperV.PowerShell.Commands.SetVMFirmware" in heard[-1]
    assert words(world)[0] == "file"
