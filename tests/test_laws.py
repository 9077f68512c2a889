"""The laws of the engine on every case, on a host in memory."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hvplan.cmdlets.invocation import Invocation
from hvplan.document.plan import Expect, PlanDocument, Refusal, ResourceChange, Step
from hvplan.errors import ConnectionFailed
from hvplan.model.address import decode
from hvplan.remoting.session import Done, ErrorRecord, Failed, Outcome, Unsure
from hvplan.simulator.call import Answer, Call
from hvplan.simulator.values import List
from tests import casebook
from tests.casebook import Case
from tests.lab import Lab

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
CONSENTS = ("--adopt", "--allow-restart", "--delete-disks", "--allow-management-change")
STOPS = ("Stop-VM", "Save-VM", "Suspend-VM", "Restart-VM", "Remove-VM")


@CASES
def test_law_5_no_running_machine_is_stopped_without_consent(case: Case, tmp_path: Path) -> None:
    """`--yes` alone never stops, saves, pauses or restarts what runs."""
    lab = Lab(case, tmp_path)
    running = {vm["id"] for vm in lab.world.dump().get("vms", ()) if vm.get("state") == "Running"}
    lab.apply(lab.plan(), consents=False)
    stopped = [call for call in lab.calls() if call["command"] in STOPS and {vm["id"] for vm in call["bound"].get("VM", ())} & running]
    assert stopped == []


@CASES
def test_law_8_a_stale_plan_changes_nothing(case: Case, tmp_path: Path) -> None:
    """Whatever a step expects to find: if that has moved, apply refuses (3) before its first write and says what moved."""
    willing = replace(case, apply=(*case.apply, *CONSENTS))
    document = Lab(willing, tmp_path).plan()
    if document.refusals or not document.steps:
        return
    tried = 0
    expects = (e for step in document.steps if _first(step, document) for e in step.expect)
    for expect in {(e.address, e.path, repr(e.value)): e for e in expects}.values():
        lab = Lab(willing, tmp_path)
        made = lab.plan()
        if not (_move(lab, expect, made) or _take_away(lab, expect, made)):
            continue
        tried += 1
        moved, start = lab.world.dump(), len(lab.world.audit)
        result = lab.apply(made)
        assert result.exit_code == 3, (expect, result)
        assert casebook.writes(lab.calls(start)) == [], expect
        assert lab.world.dump() == moved
        assert [why for refusal in result.refusals for why in _unclear(refusal)] == []
        assert any(_tells(refusal, expect) for refusal in result.refusals), (expect, result.refusals)
    assert tried, "no expectation of this case could be moved"


_SENTENCE = re.compile(r"(?P<what>.+) was (?P<then>.+) when the plan was made \(\S+Z\), and (?:is (?P<now>.+) now|cannot be read now: (?P<why>.+))", re.DOTALL)


def _unclear(refusal: Refusal) -> Iterator[str]:
    """What somebody at 3 a.m. would not understand of a refusal."""
    found = _SENTENCE.fullmatch(refusal.text)
    if refusal.code != "stale" or not found:
        yield f"no sentence: {refusal.text}"
        return
    if found["then"] == found["now"]:
        yield f"nothing has moved: {refusal.text}"
    if {found["then"], found["now"]} & {"null", "None", "[]", "{}", '""', ""}:
        yield f"a programmer's word: {refusal.text}"
    if not found["what"].startswith((refusal.address, "file ")):
        yield f"it does not say where: {refusal.text}"
    if not refusal.address.startswith("host/") and not re.search(r"desired\.yaml:\d+:\d+$", refusal.place):
        yield f"no file and line: {refusal}"


def _tells(refusal: Refusal, expect: Expect) -> bool:
    """Is it about what was moved: the thing itself, or what it was part of."""
    if expect.path.startswith("notes") and refusal.text.startswith(f"{expect.address} notes"):  # the mark is part of the notes
        return True
    if refusal.text.startswith(f"{expect.address} {expect.path} was ") or (expect.path.startswith("file ") and refusal.text.startswith(f"{expect.path} was ")):
        return True
    return expect.address.startswith(refusal.address) and refusal.text.startswith(f"{refusal.address} was ")


def _take_away(lab: Lab, expect: Expect, document: PlanDocument) -> bool:
    """Take the machine, the switch or the device itself from the host, where no other way to move a value is known."""
    if expect.value is False and expect.path in ("exists", "file"):
        return False
    kind, _, *device = expect.address.split("/")
    vm = _vm(lab, expect.address, document)
    planned = Expect(address=expect.address, path="exists", value=False)
    if kind != "vm" or not vm or any(planned in step.verify for step in document.steps):
        return False
    if device[:1] == ["networkAdapters"]:
        adapters = [a for a in _call(lab, "Get-VMNetworkAdapter", "VMObject", VM=vm).records if a.name == decode(device[1])]
        return bool(adapters) and not _call(lab, "Remove-VMNetworkAdapter", "ResourceObject", VMNetworkAdapter=List(adapters)).errors
    if device:
        return False
    _call(lab, "Stop-VM", "VMObject", VM=vm, TurnOff=True)
    return not _call(lab, "Remove-VM", "VMObject", VM=vm, Force=True).errors


def _first(step: Step, document: PlanDocument) -> bool:
    """Does the step only build on what was there when the plan was made."""
    return all(need not in {s.id for s in document.steps} for need in step.needs)


def _call(lab: Lab, command: str, set_: str, **bound: Any) -> Answer:
    return lab.world.call(Call(command=command, set=set_, bound=bound))


def _vm(lab: Lab, address: str, document: PlanDocument) -> List | None:
    owner = "/".join(address.split("/")[:2])
    change = next((c for c in document.resource_changes if c.address == owner), None)
    if change is None or not change.before or "id" not in change.before:
        return None
    found = lab.world.call(Call(command="Get-VM", set="Id", bound={"Id": uuid.UUID(change.before["id"])})).records
    return List(found, "VirtualMachine[]")


def _move(lab: Lab, expect: Expect, document: PlanDocument) -> bool:
    """Change on the host what is expected, behind the plan's back; False where the test knows no way."""
    if expect.path.startswith("file ") and expect.value is False:
        return not _call(lab, "New-VHD", "DynamicWithoutSource", Path=List([expect.path[5:]]), SizeBytes=1 << 30, Dynamic=True).errors
    if expect.path.startswith("file ") and expect.value is True:
        gone = Expect(address=expect.address, path=expect.path, value=False)
        if any(gone in step.verify for step in document.steps):
            return False  # moved to the planned value
        return not _call(lab, "Remove-Item", "LiteralPath", LiteralPath=List([expect.path[5:]])).errors
    if expect.path == "exists" and expect.value is False and expect.address.startswith("vm/") and expect.address.count("/") == 1:
        name = next(c.name for c in document.resource_changes if c.address == expect.address)
        return not _call(lab, "New-VM", "No VHD", Name=name, NoVHD=True, Generation=2, MemoryStartupBytes=1 << 30).errors
    if expect.address.startswith("host/") or "/managementAdapters/" in expect.address:
        return _move_host(lab, expect, document)
    if expect.path == "exists" and expect.value is False and expect.address.startswith("switch/"):
        name = next(c.name for c in document.resource_changes if c.address == expect.address)
        return not _call(lab, "New-VMSwitch", "SwitchType", Name=name, SwitchType="Private").errors
    if expect.path == "name" and expect.address.startswith("switch/"):
        return not _call(lab, "Rename-VMSwitch", "SwitchName", Name=expect.value, NewName="another name").errors
    if expect.address.startswith("switch/"):
        return _move_switch(lab, expect, document)
    vm = _vm(lab, expect.address, document)
    if not vm:
        return False
    match (expect.address.split("/")[2:], expect.path):
        case ([], "notes" | "notes.marker"):
            return _sets(lab, "Set-VM", vm, Notes="somebody else was here")
        case ([], "automaticActions.criticalErrorTimeout"):
            return _sets(lab, "Set-VM", vm, AutomaticCriticalErrorActionTimeout=99)
        case ([], "processor.weight"):
            return _sets(lab, "Set-VMProcessor", vm, RelativeWeight=777)
        case ([], "processor.count"):
            return _sets(lab, "Set-VMProcessor", vm, Count=7)
        case ([], "memory.startup"):
            return _sets(lab, "Set-VMMemory", vm, StartupBytes=5 << 30)
        case ([], "firmware.secureBoot"):
            return _sets(lab, "Set-VMFirmware", vm, EnableSecureBoot="On", SecureBootTemplate="MicrosoftUEFICertificateAuthority")
        case ([], "state") if expect.value == "Running":
            return _sets(lab, "Save-VM", vm)
        case ([], "state") if expect.value == "Saved":
            return _sets(lab, "Start-VM", vm) and _sets(lab, "Suspend-VM", vm)
        case (["networkAdapters", key], "exists") if expect.value is False:
            after = next(c.after for c in document.resource_changes if c.address == expect.address) or {}
            return _sets(lab, "Add-VMNetworkAdapter", vm, Name=after.get("name", decode(key)))
        case ([], "state") if expect.value == "Off":
            return _sets(lab, "Start-VM", vm) and _sets(lab, "Save-VM", vm)
        case (["networkAdapters", _], "vlan"):
            adapters = [a for a in _call(lab, "Get-VMNetworkAdapter", "VMObject", VM=vm).records if a.name == expect.address.rsplit("/", 1)[1]]
            return bool(adapters) and not _call(lab, "Remove-VMNetworkAdapter", "ResourceObject", VMNetworkAdapter=List(adapters)).errors
        case (["disks", _], "slot") if expect.value:
            kind, _, place = expect.value.partition(" ")
            drives = [
                d
                for d in _call(lab, "Get-VMHardDiskDrive", "VMObject", VM=vm).records
                if (str(d.props["ControllerType"]).lower(), f"{d.props['ControllerNumber']}:{d.props['ControllerLocation']}") == (kind, place)
            ]
            if not drives or _call(lab, "Remove-VMHardDiskDrive", "VMHardDiskDrive", VMHardDiskDrive=List(drives)).errors:
                return False
            return _sets(lab, "Add-VMHardDiskDrive", vm, Path=drives[0].props["Path"], ControllerType="SCSI", ControllerNumber=0, ControllerLocation=9)
    return False


def _live_name(address: str, document: PlanDocument) -> str:
    """The name a switch has now."""
    before = next(c.before for c in document.resource_changes if c.address == address) or {}
    return str(before.get("name", decode(address.split("/")[1])))


def _move_switch(lab: Lab, expect: Expect, document: PlanDocument) -> bool:
    name = List([_live_name(expect.address, document)])
    match expect.path:
        case "notes" | "notes.marker":
            return not _call(lab, "Set-VMSwitch", "SwitchName_SwitchType", Name=name, Notes="somebody else was here").errors
        case "type" | "netAdapters" if expect.value not in ("Private", []):
            planned = Expect(address=expect.address, path="type", value="Private")
            return (
                not any(planned in step.verify for step in document.steps)
                and not _call(lab, "Set-VMSwitch", "SwitchName_SwitchType", Name=name, SwitchType="Private").errors
            )
    return False


def _move_host(lab: Lab, expect: Expect, document: PlanDocument) -> bool:
    """The same for what belongs to the host itself: its settings, and its own adapters on switches."""
    if expect.path == "settings.liveMigration.maximum":
        return not _call(lab, "Set-VMHost", "ComputerName", MaximumVirtualMachineMigrations=9).errors
    if expect.path == "settings.virtualMachinePath":
        return not _call(lab, "Set-VMHost", "ComputerName", VirtualMachinePath="C:\\elsewhere").errors
    if "/managementAdapters/" not in expect.address:
        return False
    switch, name = _live_name("/".join(expect.address.split("/")[:2]), document), decode(expect.address.rsplit("/", 1)[1])
    if expect.path == "exists" and expect.value is False:
        return not _call(lab, "Add-VMNetworkAdapter", "ManagementOS", ManagementOS=True, Name=name, SwitchName=switch).errors
    return not _call(lab, "Remove-VMNetworkAdapter", "ManagementOS", ManagementOS=True, Name=name, SwitchName=switch).errors


def _sets(lab: Lab, command: str, vm: List, **bound: Any) -> bool:
    return not _call(lab, command, "VMObject", VM=vm, **bound).errors


def _names(change: ResourceChange) -> tuple[str, ...]:
    """The name of an object, and the one it had."""
    return (change.name, decode(change.previous_address.partition("/")[2]))


@CASES
def test_law_9_what_is_not_written_is_not_touched(case: Case, tmp_path: Path) -> None:
    """Machines, switches and files that no step names stay as they are, to the last byte."""
    lab = Lab(case, tmp_path)
    document = lab.plan()
    before = lab.world.dump()
    lab.apply(document)
    after = lab.world.dump()
    touched = {name for c in document.resource_changes if c.address.startswith("vm/") and c.address.count("/") == 1 for name in _names(c)}
    strangers = {vm["id"]: vm for vm in before.get("vms", ()) if vm["name"] not in touched}
    assert {vm["id"]: vm for vm in after.get("vms", ()) if vm["id"] in strangers} == strangers
    declared = {name for c in document.resource_changes if c.address.startswith("switch/") for name in _names(c)}
    others = [s for s in before.get("switches", ()) if s["name"] not in declared]
    assert [s for s in after.get("switches", ()) if s in others] == others
    if not any("Remove-Item" in step.powershell for step in document.steps):
        kept = {f["path"] for f in after.get("files", ())}
        named = {step.invocation[-1]["parameters"]["LiteralPath"] for step in document.steps if step.invocation[-1]["cmdlet"] in ("Move-Item", "Rename-Item")}
        assert {f["path"] for f in before.get("files", ())} - named <= kept


TROUBLES = ("fails", "is lost", "errs")


@CASES
def test_law_11_unknown_is_not_absent(case: Case, tmp_path: Path) -> None:
    """Whichever read of a host fails, in whichever way: the plan stops or does less, and never creates or deletes more.

    The ways take turns over reads and cases, so that all cases together meet every read failing in every way.
    """
    whole = Lab(case, tmp_path)
    wanted = {_gist(step) for step in whole.plan().steps}
    error = ErrorRecord(id="AccessDenied,Some", category="PermissionDenied", message="no")
    turn = casebook.cases().index(case)
    for number in range(len(whole.direct.sent)):
        lab = Lab(case, tmp_path)
        trouble = TROUBLES[(turn + number) % len(TROUBLES)]

        def broken(index: int, invocation: Invocation, outcome: Outcome, at: int = number, how: str = trouble) -> Outcome:
            if index != at:
                return outcome
            match how:
                case "fails":
                    return Failed(errors=(error,))
                case "is lost":
                    return Unsure(why="gone")
                case _:
                    return Done(errors=(error,))

        lab.direct.after = broken
        try:
            document = lab.plan()
        except ConnectionFailed:
            continue
        more = {_gist(step) for step in document.steps} - wanted
        tried = "--skip-refused" in case.options and {action for _, action, _ in more} <= {"start", "mark"}  # no file is known to be gone: the host decides
        assert not more or document.refusals or tried, f"read {number} {trouble}"
        assert not {action for _, action, _ in more} & {"create", "copy", "add", "remove", "delete", "rename"}, f"read {number} {trouble}"


def _gist(step: Step) -> tuple[str, str, str]:
    return step.address, step.action, step.invocation[-1]["cmdlet"]
