"""Complete documents to write, read, check and draw: every list holds something."""

from __future__ import annotations

from hvplan.document.plan import (
    Consent,
    Deferred,
    Expect,
    Field,
    HostEntry,
    PlanDocument,
    PowerWindow,
    Refusal,
    ResourceChange,
    Step,
    Unmanaged,
)
from hvplan.document.result import ResultDocument, StepError, StepResult

VM = "2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"
ADAPTER = f"Microsoft:{VM.upper()}\\8C1B2A34-0000-4000-8000-000000000001"
STOP = ({"cmdlet": "Get-VM", "parameters": {"Id": VM}}, {"cmdlet": "Stop-VM", "parameters": {"Confirm": False}})
SET = ({"cmdlet": "Get-VM", "parameters": {"Id": VM}}, {"cmdlet": "Set-VMMemory", "parameters": {"Confirm": False, "StartupBytes": 8 << 30}})
START = ({"cmdlet": "Get-VM", "parameters": {"Id": VM}}, {"cmdlet": "Start-VM", "parameters": {"Confirm": False}})
VLAN = (
    {"cmdlet": "Get-VM", "parameters": {"Id": VM}},
    {"cmdlet": "Get-VMNetworkAdapter", "parameters": {}},
    {"cmdlet": "Where-Object", "parameters": {"EQ": True, "Property": "Id", "Value": ADAPTER}},
    {"cmdlet": "Set-VMNetworkAdapterVlan", "parameters": {"Access": True, "Confirm": False, "VlanId": 20}},
)

STEPS = (
    Step(
        id="s1",
        host="hv01",
        address="vm/web01/networkAdapters/lan",
        action="set",
        cause=("vlan",),
        impact="online",
        needs=(),
        expect=(Expect(address="vm/web01/networkAdapters/lan", path="vlan", value=10),),
        verify=(Expect(address="vm/web01/networkAdapters/lan", path="vlan", value=20),),
        invocation=VLAN,
        powershell=f"Get-VM -Id '{VM}' | Get-VMNetworkAdapter | Where-Object -Property 'Id' -EQ -Value '{ADAPTER}' | "
        "Set-VMNetworkAdapterVlan -Access -VlanId 20 -Confirm:$false",
    ),
    Step(
        id="s2",
        host="hv01",
        address="vm/web01",
        action="stop",
        cause=("memory.startup",),
        impact="restart",
        needs=("s1",),
        expect=(Expect(address="vm/web01", path="state", value="Running"),),
        verify=(Expect(address="vm/web01", path="state", value="Off"),),
        invocation=STOP,
        powershell=f"Get-VM -Id '{VM}' | Stop-VM -Confirm:$false",
        timeout=300,
    ),
    Step(
        id="s3",
        host="hv01",
        address="vm/web01",
        action="set",
        cause=("memory.startup",),
        impact="restart",
        needs=("s2",),
        expect=(Expect(address="vm/web01", path="memory.startup", value=4 << 30),),
        verify=(Expect(address="vm/web01", path="memory.startup", value=8 << 30),),
        invocation=SET,
        powershell=f"Get-VM -Id '{VM}' | Set-VMMemory -StartupBytes {8 << 30} -Confirm:$false",
    ),
    Step(
        id="s4",
        host="hv01",
        address="vm/web01",
        action="start",
        cause=("memory.startup",),
        impact="restart",
        needs=("s3",),
        expect=(Expect(address="vm/web01", path="state", value="Off"),),
        verify=(Expect(address="vm/web01", path="state", value="Running"),),
        invocation=START,
        powershell=f"Get-VM -Id '{VM}' | Start-VM -Confirm:$false",
    ),
)

CHANGES = (
    ResourceChange(
        host="hv01",
        address="switch/lan",
        type="hyperv_virtual_switch",
        name="lan",
        actions=("no-op",),
        before={"id": "6f1c7a52-0d3e-4f1a-9b7c-0d1e2f3a4b5c", "type": "Internal"},
        after={"id": "6f1c7a52-0d3e-4f1a-9b7c-0d1e2f3a4b5c", "type": "Internal"},
        place="lab.yaml:5:1",
    ),
    ResourceChange(
        host="hv01",
        address="vm/web01",
        type="hyperv_virtual_machine",
        name="web01",
        actions=("update",),
        before={"id": VM, "memory": {"startup": 4 << 30}},
        after={"id": VM, "memory": {"startup": 8 << 30}},
        impact="restart",
        fields=(Field(path="memory.startup", before=4 << 30, after=8 << 30, unit="bytes", impact="restart", why="dynamic memory is on", cause="pending"),),
        place="lab.yaml:12:1",
    ),
    ResourceChange(
        host="hv01",
        address="vm/web01/networkAdapters/lan",
        type="hyperv_vm_network_adapter",
        name="lan",
        actions=("update",),
        before={"id": ADAPTER, "vlan": 10},
        after={"id": ADAPTER, "vlan": 20},
        impact="online",
        fields=(Field(path="vlan", before=10, after=20, impact="online", cause="drift"),),
        place="lab.yaml:20:7",
    ),
)

PLAN = PlanDocument(
    hosts={
        "hv01": HostEntry(
            computer="HV01",
            machine_id="11111111-2222-3333-4444-555555555555",
            release="2025",
            module_version="2.0.0.0",
            simulated=True,
            connection={"simulated": {"world": "/lab/hv01.world.yaml"}},
        )
    },
    now="2026-01-02T03:04:05Z",
    resource_changes=CHANGES,
    steps=STEPS,
    power_windows=(PowerWindow(host="hv01", address="vm/web01", steps=("s2", "s3", "s4"), timeout=300, then="Fail"),),
    deferred=(Deferred(host="hv01", address="vm/db01", path="processor.count", why="--max-impact online"),),
    consents=(Consent(host="hv01", address="vm/web01", kind="restart", flag="--allow-restart=vm/web01", text="vm/web01 restarts once"),),
    unmanaged=(Unmanaged(host="hv01", address="switch/Default Switch"),),
    warnings=("vm/web01: the guest's shutdown service is off",),
    sources={"files": [{"path": "lab.yaml", "sha256": "0" * 64}], "git_commit": None},
    stack="lab",
    objects=14,
    meta={"durations": {"s1": 1, "s2": 30, "s3": 1, "s4": 8}, "time": "2026-01-02T03:04:06Z", "version": "0.1.0"},
)

REFUSAL = Refusal(host="hv01", address="vm/old01", code="protected", text="vm/old01 is protected", flag="", place="lab.yaml:52:1")

RESULT = ResultDocument(
    plan_digest="0" * 64,
    exit_code=4,
    hosts={"hv01": "failed"},
    steps=(
        StepResult(id="s1", host="hv01", address="vm/web01/networkAdapters/lan", action="set", cmdlet="Set-VMNetworkAdapterVlan", outcome="done"),
        StepResult(
            id="s2",
            host="hv01",
            address="vm/web01",
            action="stop",
            cmdlet="Stop-VM",
            outcome="failed",
            error=StepError(id="timeout", category="OperationTimeout", message="vm/web01 was not off after 300 seconds"),
        ),
        StepResult(id="s3", host="hv01", address="vm/web01", action="set", cmdlet="Set-VMMemory", outcome="skipped", because="s2"),
        StepResult(id="s4", host="hv01", address="vm/web01", action="start", cmdlet="Start-VM", outcome="skipped", because="s2"),
    ),
    continue_with="hvplan apply lab.yaml",
    meta={"started": "2026-01-02T03:04:05Z", "seconds": 301},
)
