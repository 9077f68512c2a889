"""A host as live model: everything at once for a plan, single objects again for an apply.

A full read takes `pipelines(levels)` pipelines whatever the number of VMs: identity, cmdlets, switches, VMs, eleven
questions about VMs, files, free space: seventeen; and one for each level of the deepest VHD chain in scope. One more is
sent when the answer about network adapters carries an error. A host without VMs takes eleven fewer. Where switches are
declared the host's own network is one more (five when something of it cannot be read).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from hvplan.cmdlets.build import select, switch, vm, where
from hvplan.cmdlets.invocation import Cmd
from hvplan.live.ask import Answer, ask, must, sort, whole
from hvplan.live.builton import touches
from hvplan.live.decode import Commands
from hvplan.live.disks import chains, read_files, read_vhds
from hvplan.live.host import SWITCH, live_switch, read_about, read_free, read_settings, read_switches
from hvplan.live.machines import live_vm
from hvplan.live.narrow import EVERYTHING
from hvplan.live.network import read_lent
from hvplan.live.questions import MACHINE, QUESTIONS, questions, told
from hvplan.live.wanted import Wanted
from hvplan.model import marker
from hvplan.model.live import LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.values import Unknown, normal_path
from hvplan.remoting.session import Record, Session

__all__ = ["pipelines", "read_files", "read_host", "read_settings", "read_switch", "read_vhds", "read_vm"]

_VMS: Final = (Cmd("Get-VM"), select(*MACHINE))
_ADAPTER_IDS: Final = (Cmd("Get-VM"), select("Id", "NetworkAdapters"))


def pipelines(levels: int, *, network: bool = False) -> int:
    """How many pipelines a full read of a host with VMs takes when its deepest VHD chain in scope has so many levels; `network`: switches are declared.

    Where a plan touches a file on which something may be built, the files of machines out of scope are one more, and each level of theirs.
    """
    return 6 + len(QUESTIONS) + levels + (1 if network else 0)


def read_host(session: Session, wanted: Wanted) -> LiveHost:
    """Everything a plan needs. Raises ConnectionFailed when the host cannot be reached, or its identity, switches or VMs cannot be read."""
    host = wanted.host
    about = read_about(session, host, restricted=wanted.restricted)
    lent = read_lent(session, about.commands, host) if wanted.network else None
    switches = read_switches(session, host, lent)
    records = must(ask(session, (_VMS,), what="the list of its VMs", host=host), what="the list of its VMs", host=host)
    answers: list[tuple[str, Answer]] = []
    asked, lacking = questions(about.commands)
    for question in asked if records else ():
        what = f"{question.name} of its VMs"
        answers.append((question.name, whole(ask(session, (question.of_all(),), what=what, host=host), what=what, host=host)))
    doubtful = any(name == "adapters" and answer.errors for name, answer in answers)
    by_vm = told(answers, _adapter_ids(ask(session, (_ADAPTER_IDS,), what="adapters of its VMs", host=host)) if doubtful else None, lacking)
    vms = tuple(live_vm(record, by_vm, about.commands) for record in records)
    looked_at = [machine for machine in vms if in_scope(machine, wanted)]
    attached = [drive.path for machine in looked_at for drive in machine.disks if is_vhd(drive.path)]
    attached += [path for machine in looked_at for path in _going(machine)]
    files = read_files(session, (*wanted.files, *wanted.vhds, *attached, *media(vms if wanted.media else looked_at)), host=host)
    live = LiveHost(
        identity=about.identity,
        commands=about.commands,
        processors=about.processors,
        memory=about.memory,
        vm_path=about.vm_path,
        vhd_path=about.vhd_path,
        settings=about.settings,
        domain=about.domain,
        templates=about.templates,
        nics=Unknown("they were not looked for") if lent is None else lent.nics,
        switches=switches,
        vms=vms,
        files=files,
        vhds=_headers(session, (*wanted.vhds, *attached), files, host),
        free=read_free(session, host, cluster_node=about.identity.cluster_node),
    )
    if len(looked_at) == len(vms) or not touches(live, wanted):
        return live
    others = [drive.path for machine in vms if machine not in looked_at for drive in machine.disks if is_vhd(drive.path)]
    there = read_files(session, others, host=host)
    return replace(live, files={**there, **live.files}, vhds={**_headers(session, others, there, host), **live.vhds})


def _adapter_ids(answer: Answer) -> Mapping[str, frozenset[str]]:
    """Which adapters each VM has; nothing for a VM about which there is any doubt."""
    if answer.errors or not answer.whole:
        return {}
    return {str(r["Id"]): frozenset(str(a["Id"]).lower() for a in r["NetworkAdapters"]) for r in answer.records if isinstance(r["NetworkAdapters"], tuple)}


def in_scope(machine: LiveVm, wanted: Wanted) -> bool:
    """Are the disks of this machine read, and the files in its DVD drives looked for."""
    if wanted.every or machine.name.casefold() in wanted.names:
        return True
    owner, _ = marker.find(machine.notes)
    return owner is not None and owner.stack in wanted.stacks


def _going(machine: LiveVm) -> Iterator[str]:
    """Files that a killed run took off the machine and did not come to delete."""
    owner, _ = marker.find(machine.notes)
    return (path for path in (owner.going.values() if owner else ()) if is_vhd(path))


def media(vms: Iterable[LiveVm]) -> Iterator[str]:
    """Files in DVD drives; a drive of the host that was put in has no full path."""
    yield from (drive.path for machine in vms for drive in machine.dvds if re.match(r"[A-Za-z]:[\\/].|\\\\[^\\]", drive.path))


def is_vhd(path: str) -> bool:
    """Is it a file whose header can be read; a physical disk has no path of that kind."""
    return normal_path(path).endswith((".vhdx", ".vhd", ".avhdx", ".avhd", ".vhds"))


def _headers(session: Session, paths: Iterable[str], files: Mapping[str, LiveFile | Unknown | None], host: str) -> Mapping[str, LiveVhd | Unknown | None]:
    keys = {normal_path(path): path for path in paths}
    known: dict[str, Unknown | None] = {}
    there: list[str] = []
    for key, path in keys.items():
        match files[key]:
            case LiveFile(folder=False):
                there.append(path)
            case LiveFile():
                known[key] = Unknown(f"{path} is a folder")
            case other:
                known[key] = other
    return chains(session, there, known, host=host)


def read_vm(session: Session, vm_id: str, commands: Mapping[str, frozenset[str]], asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
    """One VM again: one pipeline when all is well. None when a complete list of VMs does not have it; Unknown when nobody can tell.

    `asking`: names of the questions beside its own record (`narrow`); a part that was not asked for is Unknown. Raises
    ConnectionFailed when the host was not reached.
    """
    vm_id = vm_id.lower()
    known, lacking = questions(commands)
    asked = tuple(question for question in known if question.name in asking)
    lacking |= {question.name: "it was not asked for" for question in known if question.name not in asking}
    statements = ((vm(vm_id), select(*MACHINE)), *(question.of_one(vm_id) for question in asked))
    answer = ask(session, statements, what="the VM", host="")
    if not answer.errors and answer.whole:
        machines, *others = sort(answer.records, statements)
        if len(machines) == 1:
            found = [(question.name, Answer(records=records)) for question, records in zip(asked, others, strict=True)]
            return live_vm(machines[0], told(found, lacking=lacking), commands)
    # From the first error on, a batch tells nothing (truth 1): everything is asked again, one by one.
    record = _machine(session, vm_id)
    if not isinstance(record, Mapping):
        return record
    answers = [(question.name, ask(session, (question.of_one(vm_id),), what=question.name, host="")) for question in asked]
    doubt = any(name == "adapters" and answer.errors for name, answer in answers)
    ids = _adapter_ids(ask(session, ((vm(vm_id), select("Id", "NetworkAdapters")),), what="adapters", host="")) if doubt else None
    return live_vm(record, told(answers, ids, lacking), commands)


def _machine(session: Session, vm_id: str) -> Record | Unknown | None:
    """A VM's record out of the list of all: an error about one id may mean anything, a complete list without it means it is gone."""
    answer = ask(session, ((Cmd("Get-VM"), where("Id", vm_id), select(*MACHINE)),), what="the list of VMs", host="")
    if answer.errors or not answer.whole:
        return Unknown(answer.why or "the list of VMs is not complete")
    return answer.records[0] if answer.records else None


def read_switch(session: Session, switch_id: str, commands: Commands | None = None) -> LiveSwitch | Unknown | None:
    """One switch again. None when a complete list of switches does not have it; Unknown when nobody can tell.

    With `commands` (those of the session) what the host lends it is read too: one pipeline more. Raises ConnectionFailed
    when the host was not reached.
    """
    answer = ask(session, ((switch(switch_id), select(*SWITCH)),), what="the switch", host="")
    if answer.errors or not answer.whole or not answer.records:
        answer = ask(session, ((Cmd("Get-VMSwitch"), where("Id", switch_id), select(*SWITCH)),), what="the list of switches", host="")
    lent = None if commands is None else read_lent(session, commands, "", addresses=False)
    if answer.errors or not answer.whole:
        return Unknown(answer.why or "the list of switches is not complete")
    return live_switch(answer.records[0], lent) if answer.records else None
