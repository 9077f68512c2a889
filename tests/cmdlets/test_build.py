"""What may be built, and what is refused although PowerShell would take it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.cmdlets.build import InvalidInvocation, expand, from_json, read, references, resolve, select, switch, to_json, vm, where, write
from hvplan.cmdlets.invocation import Argument, Cmd, Invocation, Ref, Text
from hvplan.cmdlets.shape import RANGES
from hvplan.cmdlets.table import SELECT, TABLE

ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
ADAPTER = "Microsoft:0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0\\11111111-2222-3333-4444-555555555555"
NEW = Ref(address="vm/web01", property="Id")
SLOT: Mapping[str, Argument] = {"ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 1}

GOOD: dict[str, tuple[Cmd, ...]] = {
    "a setting": (vm(ID), Cmd("Set-VMProcessor", {"Count": 4})),
    "an adapter by id": (vm(ID), Cmd("Get-VMNetworkAdapter"), where("Id", ADAPTER), Cmd("Set-VMNetworkAdapterVlan", {"Access": True, "VlanId": 20})),
    "an adapter that a step will make": (
        vm(NEW),
        Cmd("Get-VMNetworkAdapter"),
        where("Id", Ref(address="vm/web01", property="NetworkAdapters.0.Id")),
        Cmd("Remove-VMNetworkAdapter"),
    ),
    "a disk by slot": (vm(ID), Cmd("Get-VMHardDiskDrive", SLOT), Cmd("Remove-VMHardDiskDrive")),
    "a disk by id": (vm(ID), Cmd("Get-VMHardDiskDrive"), where("Id", ADAPTER), Cmd("Remove-VMHardDiskDrive")),
    "a DVD drive by slot": (vm(ID), Cmd("Get-VMDvdDrive", {"ControllerNumber": 0, "ControllerLocation": 1}), Cmd("Set-VMDvdDrive", {"Path": None})),
    "a controller": (vm(ID), Cmd("Get-VMScsiController", {"ControllerNumber": 1}), Cmd("Remove-VMScsiController")),
    "a checkpoint": (Cmd("Get-VMSnapshot", {"Id": ID}), Cmd("Remove-VMSnapshot")),
    "a switch": (switch(ID), Cmd("Set-VMSwitch", {"Notes": ""})),
    "a creation that marks": (
        Cmd("New-VM", {"Name": "web01", "Generation": 2, "MemoryStartupBytes": 1 << 33, "NoVHD": True}),
        Cmd("Set-VM", {"Notes": "hvplan/v1", "Passthru": True}),
        select("Id", "NetworkAdapters"),
    ),
    "a new switch": (Cmd("New-VMSwitch", {"Name": "lan", "SwitchType": "Internal", "Id": ID}), select("Id")),
    "a new VHD": (Cmd("New-VHD", {"Path": r"D:\a.vhdx", "SizeBytes": 1 << 40, "Dynamic": True}),),
    "a folder": (Cmd("New-Item", {"Path": "D:\\a", "Name": "b", "ItemType": "Directory"}),),
    "a copy": (Cmd("Copy-Item", {"LiteralPath": r"D:\a.vhdx", "Destination": r"D:\b.vhdx"}),),
    "a removal by exact path": (Cmd("Remove-Item", {"LiteralPath": r"D:\a[1].vhdx"}),),
    "a text with a reference": (vm(NEW), Cmd("Set-VM", {"Notes": Text(parts=("vm=", Ref(address="vm/web01", property="Id", first=13)))})),
    "a boot order": (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0", ADAPTER)}),),
    "a boot order of what steps will make": (
        Cmd("Set-HvplanBootOrder", {"VMId": NEW, "Device": ("SCSI 0:0", Ref(address="vm/web01/networkAdapters/lan", property="Id"))}),
    ),
}


@pytest.mark.parametrize("cmds", GOOD.values(), ids=GOOD.keys())
def test_what_a_write_may_be(cmds: tuple[Cmd, ...]) -> None:
    """It goes into a document and comes back the same; every command that can ask carries `Confirm: false`."""
    invocation = write(*cmds)
    assert invocation.write
    assert from_json(to_json(invocation)) == invocation
    for cmd in invocation.statements[0]:
        if TABLE[cmd.cmdlet].confirms:
            assert cmd.parameters["Confirm"] is False
            assert not TABLE[cmd.cmdlet].asks or cmd.parameters["Force"] is True


def test_force_goes_only_with_what_asks() -> None:
    """Remove-VM and Remove-VMSwitch are forced, because they ask; stopping is forced only when a step says so: it may kill."""
    assert write(vm(ID), Cmd("Remove-VM")).statements[0][1].parameters["Force"] is True
    assert "Force" not in write(vm(ID), Cmd("Stop-VM")).statements[0][1].parameters


BAD: dict[str, tuple[Cmd, ...]] = {
    "nothing": (),
    "a cmdlet that is not in the table": (vm(ID), Cmd("Restart-VM", {"Force": True})),
    "a script": (Cmd("Invoke-Expression", {"Command": "Stop-VM x"}),),
    "an alias of the same cmdlet": (vm(ID), Cmd("set-vm", {"Notes": "x"})),
    "an abbreviated parameter": (vm(ID), Cmd("Set-VM", {"Note": "x"})),
    "a parameter with its dash": (vm(ID), Cmd("Set-VM", {"-Notes": "x"})),
    "a VM by name": (Cmd("Get-VM", {"Name": "web*"}), Cmd("Stop-VM")),
    "every VM": (Cmd("Get-VM"), Cmd("Stop-VM")),
    "nobody": (Cmd("Stop-VM"),),
    "every adapter of a VM": (vm(ID), Cmd("Get-VMNetworkAdapter"), Cmd("Remove-VMNetworkAdapter")),
    "a VM for an adapter": (vm(ID), Cmd("Set-VMNetworkAdapterVlan", {"Untagged": True})),
    "an adapter for a VM": (vm(ID), Cmd("Get-VMNetworkAdapter"), where("Id", ADAPTER), Cmd("Set-VMProcessor", {"Count": 2})),
    "an adapter by name": (vm(ID), Cmd("Get-VMNetworkAdapter"), where("Name", "lan"), Cmd("Remove-VMNetworkAdapter")),
    "a disk by half a slot": (vm(ID), Cmd("Get-VMHardDiskDrive", {"ControllerNumber": 0}), Cmd("Remove-VMHardDiskDrive")),
    "every disk": (vm(ID), Cmd("Get-VMHardDiskDrive"), Cmd("Remove-VMHardDiskDrive")),
    "a switch into a VM's cmdlet": (switch(ID), Cmd("Remove-VM")),
    "every checkpoint of a VM": (vm(ID), Cmd("Get-VMSnapshot"), Cmd("Remove-VMSnapshot")),
    "a file by pattern": (Cmd("Remove-Item", {"Path": r"D:\*"}),),
    "a file without path": (Cmd("Remove-Item"),),
    "a copy without path": (Cmd("Copy-Item", {"Destination": r"D:\b"}),),
    "a file from the pipe": (Cmd("Get-Item", {"LiteralPath": "D:\\a"}), Cmd("Remove-Item")),
    "a pattern where one may be taken": (vm(ID), Cmd("Add-VMHardDiskDrive", {**SLOT, "Path": r"D:\a[1].vhdx"})),
    "two effects": (vm(ID), Cmd("Start-VM", {"Passthru": True}), Cmd("Save-VM")),
    "a creation with more than its mark": (Cmd("New-VM", {"Name": "a"}), Cmd("Set-VM", {"Notes": "x", "CheckpointType": "Disabled"})),
    "a creation that goes on": (Cmd("New-VM", {"Name": "a"}), Cmd("Start-VM")),
    "only reads": (vm(ID), select("Id")),
    "a selection in the middle": (vm(ID), select("Id"), Cmd("Stop-VM")),
    "a selection from nothing": (vm(ID), Cmd("Stop-VM"), select("Id")),
    "a filter that is not complete": (
        vm(ID),
        Cmd("Get-VMNetworkAdapter"),
        Cmd("Where-Object", {"Property": "Id", "Value": ADAPTER}),
        Cmd("Remove-VMNetworkAdapter"),
    ),
    "null for a switch": (vm(ID), Cmd("Stop-VM", {"Force": None})),
    "false for a switch": (vm(ID), Cmd("Stop-VM", {"Force": False})),
    "a confirmation": (vm(ID), Cmd("Stop-VM", {"Confirm": True})),
    "no force where it asks": (vm(ID), Cmd("Remove-VM", {"Force": False})),
    "what if": (vm(ID), Cmd("Stop-VM", {"WhatIf": True})),
    "empty text for a number": (vm(ID), Cmd("Set-VMProcessor", {"Count": ""})),
    "text for a number": (vm(ID), Cmd("Set-VMProcessor", {"Count": "4"})),
    "true for a number": (vm(ID), Cmd("Set-VMProcessor", {"Count": True})),
    "a number for a truth": (vm(ID), Cmd("Set-VMMemory", {"DynamicMemoryEnabled": 1})),
    "text for a truth": (vm(ID), Cmd("Set-VMMemory", {"DynamicMemoryEnabled": "False"})),
    "the beginning of a word": (vm(ID), Cmd("Set-VM", {"AutomaticStartAction": "No"})),
    "an unknown word": (vm(ID), Cmd("Set-VM", {"AutomaticStartAction": "Never"})),
    "a generation that does not exist": (Cmd("New-VM", {"Name": "a", "Generation": 3}),),
    "an external switch": (Cmd("New-VMSwitch", {"Name": "a", "SwitchType": "External"}),),
    "an empty name": (vm(ID), Cmd("Rename-VM", {"NewName": ""})),
    "an id that is none": (vm("web01"), Cmd("Stop-VM")),
    "text that XML cannot carry": (vm(ID), Cmd("Set-VM", {"Notes": "a\ud800"})),
    "a list for one text": (vm(ID), Cmd("Set-VM", {"Notes": ("a",)})),
    "a boot order of nothing": (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ()}),),
    "a boot order of nobody": (Cmd("Set-HvplanBootOrder", {"Device": ("SCSI 0:0",)}),),
    "a boot order of a VM by name": (Cmd("Set-HvplanBootOrder", {"VMId": "web01", "Device": ("SCSI 0:0",)}),),
    "a boot order of what is no device": (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0", "$(Stop-VM x)")}),),
    "a boot order of every device": (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("*",)}),),
    "a boot order from the pipe": (vm(ID), Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0",)})),
    "a boot order that goes on": (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": ("SCSI 0:0",)}), select("Id")),
    "a boot order of live objects": (vm(ID), Cmd("Set-VMFirmware", {"BootOrder": ("SCSI 0:0",)})),
    "a property taken apart": (vm(ID), Cmd("Get-VMFirmware"), expand("BootOrder"), Cmd("Stop-VM")),
}


@pytest.mark.parametrize("cmds", BAD.values(), ids=BAD.keys())
def test_what_a_write_may_not_be(cmds: tuple[Cmd, ...]) -> None:
    """Each of these PowerShell would run, on the wrong object or with the wrong value, or would wait for an answer."""
    with pytest.raises(InvalidInvocation):
        write(*cmds)


@pytest.mark.parametrize("wire", sorted(RANGES))
def test_numbers_stay_in_their_type(wire: str) -> None:
    """A number that does not fit its type could not be read by the host at all (truth 10)."""
    low, high = RANGES[wire]
    free = [(c, p) for c in TABLE.values() for p in c.parameters.values() if p.wire == wire and not p.members and "VirtualMachine" in c.pipe and c.write]
    for cmdlet, parameter in free:
        for value in (low, high):
            write(vm(ID), Cmd(cmdlet.name, {parameter.name: value}))
        for value in (low - 1, high + 1):
            with pytest.raises(InvalidInvocation):
                write(vm(ID), Cmd(cmdlet.name, {parameter.name: value}))


def test_reads_only_read() -> None:
    """Several statements may be read at once; a write among them is refused, and so is a list of VMs by name."""
    assert not read((Cmd("Get-VM"), select("Id")), (Cmd("Get-VMProcessor", {"VMName": "*"}), select("VMId"))).write
    for statement in ((Cmd("Get-VM"), Cmd("Stop-VM", {"Confirm": False})), (Cmd("Get-VMProcessor", {"VMName": "web01"}),), (), (select("Id"),)):
        with pytest.raises(InvalidInvocation):
            read(statement)
    with pytest.raises(InvalidInvocation):
        read()


def test_a_boot_order_is_taken_apart_in_the_middle_of_a_read() -> None:
    """Of a firmware, that property alone, right before the select that ends the pipe, and never in a write."""
    firmware = (Cmd("Get-VM"), where("Generation", 2), Cmd("Get-VMFirmware"))
    assert not read((*firmware, expand("BootOrder"), select("VMId", "FirmwarePath", "Device"))).write
    bad: tuple[tuple[Cmd, ...], ...] = (
        (*firmware, expand("SecureBoot"), select("VMId")),
        (Cmd("Get-VM"), expand("BootOrder"), select("Id")),
        (Cmd("Get-VM"), expand("HardDrives"), select("Id")),
        (*firmware, expand("BootOrder"), where("Device", "x"), select("VMId")),
        (*firmware, expand("BootOrder"), expand("BootOrder"), select("VMId")),
        (*firmware, Cmd(SELECT, {"ExpandProperty": "BootOrder", "Property": ("VMId",)}), select("VMId")),
        (*firmware, select("BootOrder"), select("VMId")),
    )
    for statement in bad:
        with pytest.raises(InvalidInvocation):
            read(statement)


def test_references_in_a_list_are_resolved_and_checked() -> None:
    """What a step returns takes its place in the list, and is no device unless it looks like one."""
    lan = Ref(address="vm/web01/networkAdapters/lan", property="Id")
    invocation = write(Cmd("Set-HvplanBootOrder", {"VMId": NEW, "Device": ("SCSI 0:0", lan)}))
    assert references(invocation) == (NEW, lan)
    told = {"vm/web01": ID, lan.address: ADAPTER}
    assert resolve(invocation, lambda ref: told[ref.address]).statements[0][0].parameters["Device"] == ("SCSI 0:0", ADAPTER)
    with pytest.raises(InvalidInvocation):
        resolve(invocation, lambda ref: ID)


def test_references_are_found_and_resolved() -> None:
    """Every reference is asked for once, cut as it says, and the result is checked like anything else."""
    invocation = write(
        vm(NEW),
        Cmd("Set-VM", {"Notes": Text(parts=("vm=", Ref(address="vm/web01", property="Id", first=13), " ", Ref(address="n", property="Id", after="\\")))}),
    )
    assert [ref.property for ref in references(invocation)] == ["Id", "Id", "Id"]
    told = {"vm/web01": ID.upper(), "n": ADAPTER}
    done = resolve(invocation, lambda ref: told[ref.address])
    assert done.statements[0][1].parameters["Notes"] == f"vm={ID[:13]} 11111111-2222-3333-4444-555555555555"
    assert references(done) == ()
    with pytest.raises(InvalidInvocation):
        resolve(invocation, lambda ref: "web*")


@pytest.mark.parametrize(
    "foreign",
    [
        [{"cmdlet": "Set-HvplanBootOrder", "parameters": {"VMId": ID, "Device": ["SCSI 0:0", 1]}}],
        [{"cmdlet": "Stop-VM", "script": "x"}],
        [{"parameters": {}}],
        ["Stop-VM"],
        [{"cmdlet": "Set-VM", "parameters": {"Notes": {"ref": "a"}}}],
    ],
)
def test_foreign_documents_are_refused(foreign: list[Mapping[str, object]]) -> None:
    """A plan file is somebody's text until every command in it has passed."""
    with pytest.raises(InvalidInvocation):
        from_json(foreign)


_REFS = st.builds(Ref, address=st.text(max_size=5), property=st.sampled_from(["Id", "NetworkAdapters.0.Id"]))
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 65), 1 << 65),
    st.text(max_size=6),
    st.sampled_from([ID, "*", "On", "SCSI", "Id", ADAPTER]),
    st.lists(st.text(max_size=3) | st.sampled_from(["SCSI 0:0", ADAPTER]) | _REFS, max_size=2).map(tuple),
    _REFS,
    st.lists(st.text(max_size=3) | _REFS, max_size=2).map(lambda parts: Text(parts=tuple(parts))),
)
_NAMES = [*sorted({name for cmdlet in TABLE.values() for name in cmdlet.parameters}), "VMName", "Name", "Path", "ComputerName", "FilterScript", "force"]


@st.composite
def _commands(draw: st.DrawFn) -> Cmd:
    name = draw(st.sampled_from([*TABLE, "Restart-VM", "Invoke-Command", "ForEach-Object", "get-vm"]))
    known = sorted(TABLE[name].parameters) if name in TABLE else []
    keys = draw(st.lists(st.sampled_from(known + _NAMES), max_size=3, unique=True))
    return Cmd(name, {key: draw(_VALUES) for key in keys})


def _inside(invocation: Invocation) -> None:
    for statement in invocation.statements:
        for cmd in statement:
            assert set(cmd.parameters) <= set(TABLE[cmd.cmdlet].parameters)
        effects = [cmd for cmd in statement if TABLE[cmd.cmdlet].write]
        assert bool(effects) == invocation.write
        if invocation.write and TABLE[effects[0].cmdlet].pipe and "ManagementOS" not in statement[0].parameters:
            assert set(statement[0].parameters) == {"Id"}
            assert statement[0].cmdlet in ("Get-VM", "Get-VMSwitch", "Get-VMSnapshot")


@given(st.lists(_commands(), max_size=4))
def test_no_argument_leads_outside_the_table(cmds: list[Cmd]) -> None:
    """Whatever is asked for: either it is refused, or every name in it is the table's and a change starts from one id."""
    for statement in (tuple(cmds), (vm(ID), *cmds), (switch(ID), *cmds)):
        for writes in (True, False):
            try:
                _inside(write(*statement) if writes else read(statement))
            except InvalidInvocation:
                continue


@given(_VALUES)
def test_documents_bring_every_argument_back(value: Argument) -> None:
    """What can be sent can be stored, and means the same afterwards."""
    heads = (Cmd("Set-VM", {"Notes": value}), Cmd("Set-VMMemory", {"StartupBytes": value}), Cmd("Rename-VM", {"NewName": value}))
    for cmds in (*((vm(ID), cmd) for cmd in heads), (Cmd("Set-HvplanBootOrder", {"VMId": ID, "Device": value}),)):
        try:
            invocation = write(*cmds)
        except InvalidInvocation:
            continue
        assert from_json(to_json(invocation)) == invocation


def test_select_is_always_the_qualified_name() -> None:
    """The bare name is a proxy on a restricted endpoint that takes almost nothing (truth 18)."""
    assert select("Id").cmdlet == SELECT
    assert "Select-Object" not in TABLE
