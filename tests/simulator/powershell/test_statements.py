"""Statements, failures, preferences and stops: what runs, and what the client hears of it (truth 1-7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from hvplan.simulator.call import Answer, Call, Error
from hvplan.simulator.pipe import Argument, Command, Pipeline
from hvplan.simulator.powershell.runspace import SimulatedPowerShell
from hvplan.simulator.values import Obj

FAILED = Error(id="OperationFailed", category="NotSpecified", message="failed", target="web")
THROWN = Error(id="OperationFailed", category="NotSpecified", message="failed", target="web", terminating=True)


@dataclass(eq=False)
class World:
    """Answers as told, and keeps the names of the calls; a command in `waits` waits for a stop."""

    answers: dict[str, Answer] = field(default_factory=dict)
    waits: frozenset[str] = frozenset()
    calls: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    release: str = "2025"
    waiting: threading.Event = field(default_factory=threading.Event)

    def call(self, call: Call) -> Answer:
        """Note and answer."""
        self.calls.append(call.command)
        if call.command in self.waits:
            self.waiting.set()
            assert call.stopped.wait(30)
        return self.answers.get(call.command, Answer())

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Note."""
        self.refused.append((command, error_id))


def vms(*names: str) -> Answer:
    """An answer with VMs."""
    return Answer(records=tuple(Obj("VirtualMachine", {"Name": name}) for name in names))


def statement(text: str) -> Iterator[Command]:
    """`Get-VM | Set-VM -Notes x`."""
    for part in text.split("|"):
        name, *words = part.split()
        yield Command(name, tuple(Argument(words[place].lstrip("-"), words[place + 1]) for place in range(0, len(words), 2)))


def tell(world: World, text: str, stopped: threading.Event | None = None) -> list[str]:
    """Run statements, separated by semicolons; what the client hears, shortened."""
    heard: list[str] = []

    def emit(kind: str, clixml: str) -> None:
        state = clixml.partition('"PipelineState">')[2][:1]
        heard.append({"PIPELINE_OUTPUT": "out", "ERROR_RECORD": "error", "WARNING_RECORD": "warning"}.get(kind, state))

    pipeline = Pipeline(tuple(tuple(statement(part)) for part in text.split(";")))
    SimulatedPowerShell(world).open(1).run(pipeline, emit, stopped or threading.Event())
    return heard


CASES = [
    # what runs, what of it is heard: 4 completed, 5 failed
    ("Get-VM", ["Get-VM"], ["out", "4"]),
    ("Stop-VM -Name x", ["Stop-VM"], ["5"]),
    ("Get-VM; Stop-VM -Name x; Start-VM -Name a; Get-VM", ["Get-VM", "Stop-VM", "Start-VM", "Get-VM"], ["out", "5"]),
    ("Stop-VM -Name x; Get-VM", ["Stop-VM", "Get-VM"], ["error", "out", "4"]),
    ("Stop-VM -Name x; Get-VM; Get-VM; Start-VM -Name a", ["Stop-VM", "Get-VM", "Get-VM", "Start-VM"], ["error", "out", "4"]),
    ("Stop-VM -Name x; Stop-VM -Name y; Get-VM", ["Stop-VM", "Stop-VM", "Get-VM"], ["error", "5"]),
    ("Nope-VM; Get-VM; Get-VM", ["Get-VM", "Get-VM"], ["error", "out", "4"]),
    ("Get-VM -Nope 1; Get-VM", ["Get-VM"], ["error", "out", "4"]),
    ("Save-VM -Name x; Get-VM", ["Save-VM", "Get-VM"], ["error", "out", "4"]),
    ("Save-VM -Name x -ErrorAction Stop; Get-VM", ["Save-VM"], ["5"]),
    ("Get-VM; Save-VM -Name x -ErrorAction Stop; Get-VM", ["Get-VM", "Save-VM"], ["out", "5"]),
    ("Stop-VM -Name x; Get-VM; Save-VM -Name x -ErrorAction Stop; Get-VM", ["Stop-VM", "Get-VM", "Save-VM"], ["error", "out", "4"]),
    ("Stop-VM -Name x -ErrorAction SilentlyContinue; Get-VM", ["Stop-VM", "Get-VM"], ["error", "out", "4"]),
    ("Get-VM | Nope-VM", [], ["5"]),
    ("Get-VM | Set-VM -Nope 1", [], ["5"]),
    ("Get-VM | Update-VMVersion", ["Get-VM"], ["5"]),
    ("Get-VM | Update-VMVersion; Get-VM", ["Get-VM", "Get-VM"], ["error", "out", "4"]),
    ("Suspend-VM -Name x", ["Suspend-VM"], ["warning", "4"]),
    ("Suspend-VM -Name x -WarningAction SilentlyContinue", ["Suspend-VM"], ["4"]),
    ("Suspend-VM -Name x -WarningAction Stop; Get-VM", ["Suspend-VM"], ["warning", "5"]),
]


@pytest.mark.parametrize(("text", "calls", "heard"), CASES)
def test_what_runs_and_what_is_heard(text: str, calls: list[str], heard: list[str]) -> None:
    """A failed statement does not keep the later ones from running, and the client hears only what a real one would tell it."""
    world = World({"Get-VM": vms("web"), "Stop-VM": Answer(errors=(THROWN,)), "Save-VM": Answer(errors=(FAILED,)), "Suspend-VM": Answer(warnings=("careful",))})
    assert tell(world, text) == heard
    assert world.calls == calls


def test_objects_flow_one_by_one() -> None:
    """Each object goes down the whole pipe before the next, so a failure leaves the earlier ones done (truth 3)."""
    world = World({"Get-VM": vms("a", "b"), "Set-VM": vms("a")})
    tell(world, "Get-VM | Set-VM -Notes x | Stop-VM")
    assert world.calls == ["Get-VM", "Set-VM", "Stop-VM", "Set-VM", "Stop-VM"]


def test_select_first_stops_what_is_upstream() -> None:
    """When Select-Object has what it wants, the commands before it get no more objects and are not heard of again."""
    world = World({"Get-VM": Answer(records=vms("a", "b").records, errors=(FAILED,)), "Set-VM": vms("a")})
    assert tell(world, "Get-VM | Set-VM -Notes x | Select-Object -First 1 | Stop-VM") == ["4"]
    assert world.calls == ["Get-VM", "Set-VM", "Stop-VM"]


@pytest.mark.parametrize(
    ("text", "calls", "heard"),
    [
        ("Wait-VM -Name x", ["Wait-VM"], ["3"]),
        ("Wait-VM -Name x; Get-VM", ["Wait-VM"], ["3"]),
        ("Get-VM; Wait-VM -Name x; Get-VM; Start-VM -Name a", ["Get-VM", "Wait-VM", "Get-VM", "Start-VM"], ["out", "3"]),
        ("Nope-VM; Wait-VM -Name x; Get-VM", ["Wait-VM", "Get-VM"], ["error", "3"]),
    ],
)
def test_a_stop_ends_its_statement_only(text: str, calls: list[str], heard: list[str]) -> None:
    """A stop during the first statement ends the batch; during a later one the rest still runs, unheard (truth 1)."""
    world = World({"Get-VM": vms("web")}, waits=frozenset({"Wait-VM"}))
    stopped = threading.Event()

    def stop() -> None:
        world.waiting.wait(30)
        stopped.set()

    stopper = threading.Thread(target=stop)
    stopper.start()
    assert tell(world, text, stopped) == heard
    stopper.join()
    assert world.calls == calls


def test_what_did_not_bind_is_told_to_the_world() -> None:
    """The audit log hears of calls that never were: an unknown command, an unknown parameter, an object that fits nothing."""
    world = World({"Get-VM": vms("web")})
    tell(world, "Nope-VM; Get-VM -Nope 1; Get-VM | Set-VMHardDiskDrive -ToControllerLocation 5")
    assert world.refused == [
        ("Nope-VM", "CommandNotFoundException"),
        ("Get-VM", "NamedParameterNotFound"),
        ("Set-VMHardDiskDrive", "InputObjectMissingMandatory"),
    ]


def test_a_cmdlet_of_a_later_release_is_unknown() -> None:
    """What a host's release does not have, its PowerShell does not know."""
    world = World(release="2016")
    assert tell(world, "Get-VMHostPartitionableGpu") == ["5"]
    assert world.refused == [("Get-VMHostPartitionableGpu", "CommandNotFoundException")]


def test_script_text_is_refused() -> None:
    """Script text runs nothing, whatever it says."""
    world = World()
    heard: list[str] = []
    SimulatedPowerShell(world).open(1).run(Pipeline(((Command("Get-VM", is_script=True),),)), lambda kind, clixml: heard.append(clixml), threading.Event())
    assert world.calls == []
    assert "ScriptsNotAllowed" in heard[-1]
