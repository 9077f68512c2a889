"""What is asked about virtual machines, and the answers put in order by the VM's id, never by position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.cmdlets.build import expand, select, vm, where
from hvplan.cmdlets.invocation import Cmd, Statement
from hvplan.live.ask import Answer
from hvplan.live.decode import Commands, properties
from hvplan.model.devices import AdapterSettings
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.remoting.session import Record

_VM: Final = ("Id", "Name", "State", "Generation", "Version", "Path", "IsClustered", "ReplicationMode", "OperationalStatus", "HardDrives", "DVDDrives")
BEYOND: Final = ("FibreChannelHostBusAdapters", "FloppyDrive")
"""What files of this version have no words for; an export says where there is one."""
_ADAPTER: Final = ("Id", "Name", "VMId", "IsLegacy", "MacAddress", "DynamicMacAddressEnabled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One kind of record about VMs. `filter`: the property and value that choose the VMs that have it. `expands`: the property it is taken out of.

    `needed`: nothing is known of a VM without it; others are not asked where the session does not have the cmdlet.
    """

    name: str
    cmdlet: str
    properties: tuple[str, ...]
    filter: tuple[str, int] | None = None
    needed: bool = True
    expands: str = ""

    def of_all(self) -> Statement:
        """For every VM of the host."""
        if self.filter:
            return (Cmd("Get-VM"), where(*self.filter), Cmd(self.cmdlet), *self._selects())
        return (Cmd(self.cmdlet, {"VMName": "*"}), *self._selects())

    def of_one(self, id: str) -> Statement:
        """For one VM."""
        chosen = (where(*self.filter),) if self.filter else ()
        return (vm(id), *chosen, Cmd(self.cmdlet), *self._selects())

    def _selects(self) -> Statement:
        return (*((expand(self.expands),) if self.expands else ()), select(*self.properties))


def _columns(*names: str, part: type[Any], query: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*names, *properties(part, query))))


MACHINE: Final = tuple(dict.fromkeys((*_columns(*_VM, *BEYOND, part=General, query="Get-VM"), *properties(Platform, "Get-VM"))))
QUESTIONS: Final = (
    Question(name="processor", cmdlet="Get-VMProcessor", properties=_columns("VMId", part=Processor, query="Get-VMProcessor")),
    Question(name="memory", cmdlet="Get-VMMemory", properties=_columns("VMId", part=Memory, query="Get-VMMemory")),
    Question(name="firmware", cmdlet="Get-VMFirmware", properties=_columns("VMId", part=Firmware, query="Get-VMFirmware"), filter=("Generation", 2)),
    Question(name="boot", cmdlet="Get-VMFirmware", properties=("VMId", "FirmwarePath", "Device"), filter=("Generation", 2), expands="BootOrder"),
    Question(name="adapters", cmdlet="Get-VMNetworkAdapter", properties=_columns(*_ADAPTER, part=AdapterSettings, query="Get-VMNetworkAdapter")),
    Question(name="controllers", cmdlet="Get-VMScsiController", properties=("VMId", "ControllerNumber")),
    Question(name="checkpoints", cmdlet="Get-VMSnapshot", properties=("VMId", "Id", "Name", "SnapshotType", "IsAutomaticCheckpoint")),
    Question(name="bios", cmdlet="Get-VMBios", properties=_columns("VMId", part=Bios, query="Get-VMBios"), filter=("Generation", 1), needed=False),
    Question(name="video", cmdlet="Get-VMVideo", properties=_columns("VMId", part=Video, query="Get-VMVideo"), needed=False),
    Question(
        name="services",
        cmdlet="Get-VMIntegrationService",
        properties=_columns("VMId", "Id", "PrimaryOperationalStatus", part=IntegrationServices, query="Get-VMIntegrationService"),
        needed=False,
    ),
    Question(name="com_ports", cmdlet="Get-VMComPort", properties=_columns("VMId", "Id", part=ComPorts, query="Get-VMComPort"), needed=False),
)
"""What is asked beside Get-VM: one pipeline each for a whole host. Firmware and BIOS only where there is one: the other generation refuses the cmdlet."""


def questions(commands: Commands) -> tuple[tuple[Question, ...], dict[str, str]]:
    """What is asked of a session with these cmdlets, and why the rest is not, by name."""
    lacking = {question.name: f"the session has no {question.cmdlet}" for question in QUESTIONS if not question.needed and question.cmdlet not in commands}
    return tuple(question for question in QUESTIONS if question.name not in lacking), lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The answers to all questions, by question and VM id. `adapter_ids`: which adapters a VM has, asked only after an error."""

    records: Mapping[str, Mapping[str, tuple[Record, ...]]] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    adapter_ids: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, question: str, id: str) -> tuple[Record, ...]:
        """Records of one VM."""
        return self.records.get(question, {}).get(id, ())


def told(answers: Iterable[tuple[str, Answer]], adapter_ids: Mapping[str, frozenset[str]] | None = None, lacking: Mapping[str, str] | None = None) -> Told:
    """Answers, put in order by VM. `lacking`: why something was not asked."""
    records: dict[str, Mapping[str, tuple[Record, ...]]] = {}
    why: dict[str, str] = dict(lacking or {})
    for name, answer in answers:
        grouped: dict[str, list[Record]] = {}
        for record in answer.records:
            grouped.setdefault(str(record["VMId"]), []).append(record)
        records[name] = {id: tuple(found) for id, found in grouped.items()}
        why[name] = answer.why
    return Told(records=records, why=why, adapter_ids=adapter_ids or {})
