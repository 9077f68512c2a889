"""A host in memory: machines whose memory and processors can be set, stopped and started, and outcomes that can be scripted.

It is session and reader at once. `script` holds, for the last cmdlet of a write, outcomes to give instead of plain
success: each is taken once. `Lost(ran=...)` stands for a call whose end nobody sees.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from hvplan.clock import VirtualClock
from hvplan.cmdlets.build import to_json, vm, write
from hvplan.cmdlets.invocation import Cmd, Invocation
from hvplan.cmdlets.printing import powershell
from hvplan.document.plan import Consent, Expect, HostEntry, PlanDocument, PowerWindow, ResourceChange, Step
from hvplan.live.narrow import EVERYTHING
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.parts import General, Memory, Processor
from hvplan.model.values import Unknown, normal_path
from hvplan.remoting.session import Done, Outcome, Record, Unsure

WHO = Identity(computer="HV01", machine_id="m1", release="2025", build="26100", module_version="2.0.0.0")
GIB = 1 << 30


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def machine(number: int, **values: Any) -> LiveVm:
    """A running machine with one processor and 2 GiB."""
    base = LiveVm(
        id=guid(number),
        name=f"web{number:02d}",
        state="Running",
        generation=2,
        version="12.0",
        path="D:\\VMs",
        notes="",
        general=General(notes=""),
        processor=Processor(count=1, weight=100),
        memory=Memory(startup=2 * GIB, dynamic=False),
    )
    return replace(base, **values)


@dataclass(frozen=True, slots=True)
class Lost:
    """The call's end is not seen; `ran` says whether it took effect."""

    ran: bool


Scripted = Outcome | Lost | Callable[[], Outcome]


@dataclass
class FakeHost:
    """`calls`: last cmdlet and machine id of every write that reached the host, in order."""

    vms: dict[str, LiveVm] = field(default_factory=dict)
    files: dict[str, LiveFile] = field(default_factory=dict)
    script: dict[str, list[Scripted]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    identity_now: Identity = WHO
    blind: bool = False
    asked: tuple[str, ...] = ()  # normal paths that `whole` knows about
    deaf: bool = False  # writes are answered and have no effect
    during: Callable[[str], None] = lambda cmdlet: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @classmethod
    def of(cls, *vms: LiveVm) -> FakeHost:
        return cls(vms={vm.id: vm for vm in vms})

    # the session
    def run(self, invocation: Invocation, *, timeout: float = 120.0) -> Outcome:
        assert invocation.write
        last = next(cmd for cmd in reversed(invocation.statements[0]) if cmd.cmdlet != "Microsoft.PowerShell.Utility\\Select-Object")
        self.during(last.cmdlet)
        with self.lock:
            scripted = self.script.get(last.cmdlet, [])
            plan = scripted.pop(0) if scripted else None
            match plan:
                case None:
                    return self._carry_out(invocation)
                case Lost(ran=ran):
                    if ran:
                        self._carry_out(invocation)
                    return Unsure(why="the connection was lost")
                case _ if callable(plan):
                    return plan()
                case _:
                    return plan

    def close(self) -> None:
        """Nothing to close."""

    def _carry_out(self, invocation: Invocation) -> Done:
        first, *_ = cmds = invocation.statements[0]
        records: tuple[Record, ...] = ()
        name = next(cmd.cmdlet for cmd in reversed(cmds) if "Select-Object" not in cmd.cmdlet)
        id = str(first.parameters.get("Id", ""))
        self.calls.append((name, id))
        if self.deaf:
            return Done()
        for cmd in cmds:
            match cmd.cmdlet:
                case "New-VM":
                    number = 100 + len(self.vms)
                    self.vms[guid(number)] = machine(number, name=cmd.parameters["Name"], state="Off")
                    id = guid(number)
                    records = ({"Id": id},)
                case "New-Item":
                    path = f"{cmd.parameters['Path']}\\{cmd.parameters['Name']}"
                    self.files[normal_path(path)] = LiveFile(path=path, folder=True, size=0)
                case "Remove-VM":
                    del self.vms[id]
                case _ if id in self.vms:
                    self.vms[id] = _changed(self.vms[id], cmd)
        return Done(records=records)

    # the reader
    def whole(self) -> LiveHost:
        return LiveHost(identity=self.identity_now, vms=tuple(self.vms.values()), files={**dict.fromkeys(self.asked), **self.files})

    def identity(self) -> Identity:
        return self.identity_now

    def settings(self) -> HostSettings | Unknown:
        return Unknown("this host has none")

    def vm(self, id: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        return Unknown("the service is down") if self.blind else self.vms.get(id)

    def vm_named(self, name: str, asking: frozenset[str] = EVERYTHING) -> LiveVm | Unknown | None:
        if self.blind:
            return Unknown("the service is down")
        same = [vm for vm in self.vms.values() if vm.name == name]
        return Unknown("several") if len(same) > 1 else same[0] if same else None

    def switch(self, id: str) -> LiveSwitch | Unknown | None:
        return None

    def switch_named(self, name: str) -> LiveSwitch | Unknown | None:
        return None

    def files_of(self, paths: Sequence[str]) -> Mapping[str, LiveFile | Unknown | None]:
        return {normal_path(path): self.files.get(normal_path(path)) for path in paths}

    def vhds(self, paths: Sequence[str]) -> Mapping[str, LiveVhd | Unknown | None]:
        return {normal_path(path): None for path in paths}


@dataclass
class Eyes:
    """The reader's half, where a dataclass cannot have a field and a method of one name."""

    host: FakeHost

    def __getattr__(self, name: str) -> Any:
        return getattr(self.host, name)

    def files(self, paths: Sequence[str]) -> Mapping[str, LiveFile | Unknown | None]:
        return self.host.files_of(paths)


def _changed(vm: LiveVm, cmd: Cmd) -> LiveVm:
    values: Mapping[str, Any] = cmd.parameters
    match cmd.cmdlet:
        case "Stop-VM":
            return replace(vm, state="Off")
        case "Start-VM":
            return replace(vm, state="Running")
        case "Set-VMMemory":
            assert isinstance(vm.memory, Memory)
            return replace(vm, memory=replace(vm.memory, startup=values["StartupBytes"]))
        case "Set-VMProcessor":
            assert isinstance(vm.processor, Processor)
            return replace(vm, processor=replace(vm.processor, count=values.get("Count", vm.processor.count)))
        case "Set-VM" if "Notes" in values:
            return replace(vm, notes=str(values["Notes"]))
        case _:
            return vm


CLOCK = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def clock() -> VirtualClock:
    return VirtualClock(CLOCK)


def set_step(id: str, number: int, *, count: int = 2, was: int = 1, needs: tuple[str, ...] = (), **more: Any) -> Step:
    """Processors of a machine."""
    return _step(id, number, Cmd("Set-VMProcessor", {"Count": count}), "set", "processor.count", was, count, needs, **more)


def stop_step(id: str, number: int, *, needs: tuple[str, ...] = (), escalates: str = "", extra: Mapping[str, Any] | None = None, **more: Any) -> Step:
    step = _step(id, number, Cmd("Stop-VM", dict(extra or {})), "stop", "state", "Running", "Off", needs, **more)
    return replace(step, escalates=escalates)


def start_step(id: str, number: int, *, needs: tuple[str, ...] = (), **more: Any) -> Step:
    return _step(id, number, Cmd("Start-VM"), "start", "state", "Off", "Running", needs, **more)


def mark_step(id: str, number: int, *, needs: tuple[str, ...] = (), **more: Any) -> Step:
    """The mark that a machine gets last."""
    line = f"hvplan/v1 stack=lab id=web{number:02d} vm=new origin=created"
    return _step(id, number, Cmd("Set-VM", {"Notes": line}), "mark", "notes.marker", "", line, needs, **more)


def _step(id: str, number: int, cmd: Cmd, action: str, path: str, was: Any, becomes: Any, needs: tuple[str, ...], **more: Any) -> Step:
    address = f"vm/web{number:02d}"
    invocation = write(vm(guid(number)), cmd)
    base = Step(
        id=id,
        host="hv01",
        address=address,
        action=action,
        cause=(path,),
        impact="online",
        needs=needs,
        expect=(Expect(address=address, path=path, value=was),),
        verify=(Expect(address=address, path=path, value=becomes),),
        invocation=to_json(invocation),
        powershell=powershell(invocation),
        timeout=60,
    )
    return replace(base, **more)


def plan(*steps: Step, **more: Any) -> PlanDocument:
    """A plan of these steps on hv01."""
    owners = sorted({step.address for step in steps})
    changes = tuple(
        ResourceChange(
            host="hv01", address=a, type="hyperv_virtual_machine", name=a[3:], actions=("update",), before={}, after={}, impact="online", place="lab.yaml:1:1"
        )
        for a in owners
    )
    entry = HostEntry(computer="HV01", machine_id="m1", release="2025", module_version="2.0.0.0", simulated=True)
    values: dict[str, Any] = {"hosts": {"hv01": entry}, "now": "2026-01-02T03:04:05Z", "resource_changes": changes, "steps": steps}
    return PlanDocument(**(values | more))


def window(number: int, *steps: str) -> PowerWindow:
    return PowerWindow(host="hv01", address=f"vm/web{number:02d}", steps=steps, timeout=60, then="Fail")


def restart_consent(number: int) -> Consent:
    address = f"vm/web{number:02d}"
    return Consent(host="hv01", address=address, kind="restart", flag=f"--allow-restart={address}")
