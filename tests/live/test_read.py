"""Reading a host: what comes out, how many pipelines it takes, and what an error means (law 11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hvplan.cmdlets.table import TABLE
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConnectionFailed
from hvplan.live.questions import MACHINE, QUESTIONS
from hvplan.live.read import pipelines, read_files, read_host, read_vhds, read_vm
from hvplan.model.boot import BootEntry
from hvplan.model.devices import Slot, Vlan
from hvplan.model.live import LiveFile, LiveVhd, LiveVm
from hvplan.model.parts import Bios, ComPorts, Firmware, Platform, Video
from hvplan.model.values import UNSET, Unknown
from hvplan.remoting.session import NotSent, Unsure
from tests.live.scripted import DB, WANTED, WEB, adapter, error, host, lacking, machine, memory, processor, read


def test_a_whole_host() -> None:
    """Everything a plan needs is there, in the model's own values."""
    live = read_host(host(), WANTED)
    assert (live.identity.computer, live.identity.release, live.identity.build) == ("HV01", "2025", "26100")
    assert live.identity.machine_id == "4c4c4544-0042-3510-8036-b4c04f4d3232"
    assert live.identity.module_version == "2.0.0.0"
    assert not live.identity.cluster_node
    assert live.has("Set-VM", "AutomaticCheckpointsEnabled")
    assert (live.processors, live.memory, live.vm_path, live.vhd_path) == (16, 1 << 36, "D:\\VMs", "D:\\VHDs")
    assert live.free == {"d:": 1 << 40}
    (switch,) = live.switches
    assert (switch.settings.type, switch.settings.notes) == ("Internal", "ours")
    assert "hvplan/v1" in switch.notes
    web, db = live.vms
    assert (web.id, web.state, web.general.notes, web.general.start_delay) == (WEB, "Running", "by hand", 30)
    assert web.notes.endswith("vm=2f0c8a52-6d3e")
    assert not isinstance(web.processor, Unknown)
    assert web.processor.count == 4
    assert web.situation.dynamic_memory
    assert not isinstance(web.firmware, Unknown)
    assert web.firmware is not None
    assert web.firmware.secure_boot == "MicrosoftWindows"
    assert (db.firmware, db.busy, web.busy) == (None, "merging disks", "")
    assert [str(d.slot) for d in (*web.disks, *web.dvds, *db.disks)] == ["scsi 0:0", "scsi 0:1", "ide 0:0"]
    assert not isinstance(web.adapters, Unknown)
    (nic,) = web.adapters
    assert (nic.mac, nic.settings.switch, nic.settings.vlan) == ("00-15-5D-01-02-03", "lan", Vlan("Access", 20))
    assert (db.adapters, db.checkpoints, web.scsi_controllers, db.scsi_controllers) == ((), (), 1, 0)
    assert not isinstance(web.checkpoints, Unknown)
    assert [c.name for c in web.checkpoints] == ["before"]


def boot_source(vm: str, path: str | None, device: object = None) -> dict[str, object]:
    """An entry of a boot order, as Select-Object brings it."""
    return {"VMId": vm, "FirmwarePath": path, "Device": device}


def test_a_boot_order() -> None:
    """Drives by slot, adapters by id, what the guest wrote by its path; empty entries are none, in whichever way they come."""
    scripted = host()
    disk = {"ControllerType": "SCSI", "ControllerNumber": 0, "ControllerLocation": 1, "Id": "x", "Path": "D:\\a.vhdx"}
    nic = {"Id": "Microsoft:A\\B", "Name": "nic1", "MacAddress": "00155D010203"}
    order = (boot_source(WEB, "\\HD(1)\\EFI"), boot_source(WEB, "\\Scsi(0,1)", disk), {"VMId": None}, boot_source(WEB, None), boot_source(WEB, "\\MAC", nic))
    scripted.rows["Get-VMFirmware"][0]["BootOrder"] = order
    web, db = read_host(scripted, WANTED).vms
    entries = (
        BootEntry(firmware_path="\\HD(1)\\EFI"),
        BootEntry(firmware_path="\\Scsi(0,1)", slot=Slot("scsi", 0, 1)),
        BootEntry(firmware_path="\\MAC", adapter="Microsoft:A\\B"),
    )
    assert (web.boot_order, db.boot_order) == (entries, ())
    again = read_vm(scripted, WEB, {})
    assert isinstance(again, LiveVm)
    assert again.boot_order == entries
    scripted.rows["Get-VMFirmware"][0]["BootOrder"] = ()
    assert read(scripted)["web"].boot_order == ()


def test_a_boot_order_that_nobody_can_tell() -> None:
    """Without a record beside an error it is Unknown; so is one whose devices did not come as objects. All else of the machine stays known."""
    scripted = host()
    scripted.errors["BootOrder"] = [error("it is locked", "ResourceBusy")]
    web = read(scripted)["web"]
    assert isinstance(web.boot_order, Unknown)
    assert "it is locked" in web.boot_order.why
    assert isinstance(web.firmware, Firmware)
    for device in ("HardDiskDrive (Name = 'x')", {"ControllerType": "SCSI"}, {}):
        scripted = host()
        scripted.rows["Get-VMFirmware"][0]["BootOrder"] = (boot_source(WEB, "\\x", device),)
        assert isinstance(read(scripted)["web"].boot_order, Unknown), device


def test_functions_are_looked_for_where_scripts_are_refused() -> None:
    """At an endpoint of its own, the function that stands for a constant script is part of what the session has; elsewhere nobody asks for it."""
    for restricted in (False, True):
        scripted = host()
        if restricted:
            scripted.rows["Get-Command"].append({"Name": "Set-HvplanBootOrder", "Version": None, "Parameters": {"Keys": ("VMId", "Device")}})
        live = read_host(scripted, replace(WANTED, restricted=restricted))
        asked = [cmd.parameters["Name"] for one in scripted.sent for statement in one.statements for cmd in statement if cmd.cmdlet == "Get-Command"]
        assert ["Set-HvplanBootOrder" in names for names in asked if isinstance(names, tuple)] == [restricted]
        assert live.has("Set-HvplanBootOrder", "VMId") is restricted


def test_everyday_settings() -> None:
    """Units are one: MaximumPerNumaNode comes in megabytes, the timeout in minutes. Services are known by their component, ports by their number."""
    web, db = read_host(host(), WANTED).vms
    assert web.platform == Platform(
        critical_error="Pause",
        critical_error_timeout=1800,
        checkpoint_path="D:\\VMs\\web",
        paging_path="D:\\VMs\\web",
        low_space=128 << 20,
        high_space=512 << 20,
        cache_types=False,
    )
    assert not isinstance(web.memory, Unknown)
    assert web.memory.numa_node == 64 << 30
    assert web.firmware == Firmware(secure_boot="MicrosoftWindows", console_mode="Default", pause_after_boot_failure=True, network_boot="IPv6")
    assert (web.bios, db.firmware) == (None, None)
    assert db.bios == Bios(startup_order=("IDE", "CD", "LegacyNetworkAdapter", "Floppy"), num_lock=True)
    assert web.video == Video(resolution="Default", horizontal=1920, vertical=1080)
    assert not isinstance(web.services, Unknown)
    assert not isinstance(db.services, Unknown)
    assert (web.services.guest_service_interface, db.services.guest_service_interface, db.services.vss) == (True, False, True)
    assert web.com_ports == ComPorts(com1="\\\\.\\pipe\\x", com2="")


def test_one_machine_again_has_them_too() -> None:
    """A re-read before and after a step sees what the plan saw."""
    scripted = host()
    web = read_host(scripted, WANTED).vms[0]
    assert read_vm(scripted, WEB, {name: frozenset(cmdlet.parameters) for name, cmdlet in TABLE.items()}) == web


@pytest.mark.parametrize(("cmdlet", "part"), [("Get-VMVideo", "video"), ("Get-VMIntegrationService", "services"), ("Get-VMComPort", "com_ports")])
def test_a_cmdlet_that_the_session_lacks_is_not_asked(cmdlet: str, part: str) -> None:
    """A restricted endpoint may hide it: that part is unknown, with the reason, and everything else is read."""
    scripted = host(Get_Command=[row for row in host().rows["Get-Command"] if row["Name"] != cmdlet])
    scripted.fails[cmdlet] = error("no such cmdlet", "ObjectNotFound")
    for vm in read_host(scripted, WANTED).vms:
        assert getattr(vm, part) == Unknown(f"the session has no {cmdlet}")
        assert not isinstance(vm.processor, Unknown)


def test_a_service_that_is_not_listed() -> None:
    """Without an error it is not there; beside an error nobody knows."""
    scripted = host(Get_VMIntegrationService=[row for row in host().rows["Get-VMIntegrationService"] if not row["Id"].endswith("02A4")])
    (web, _) = read_host(scripted, WANTED).vms
    assert not isinstance(web.services, Unknown)
    assert (web.services.vss, web.services.shutdown) == (UNSET, True)
    scripted.errors["Get-VMIntegrationService"] = [error("one of them is locked")]
    assert all(isinstance(machine.services, Unknown) for machine in read_host(scripted, WANTED).vms)


def test_files_and_chains() -> None:
    """Declared paths and the attached disks of VMs in scope, down to the base; a stranger's disk is not opened."""
    live = read_host(host(), WANTED)
    assert live.files["d:\\new.vhdx"] is None
    assert live.files["d:\\vhds"] == LiveFile(path="D:\\VHDs", folder=True, size=0)
    assert live.vhds["d:\\new.vhdx"] is None
    assert live.base("D:\\VHDs\\web_1.avhdx") == "D:\\VHDs\\web.vhdx"
    header = live.vhds["d:\\vhds\\web.vhdx"]
    assert isinstance(header, LiveVhd)
    assert header.parent == "D:\\golden\\base.vhdx"
    assert isinstance(live.vhds["d:\\golden\\base.vhdx"], LiveVhd)
    assert "d:\\vhds\\db.vhdx" not in live.vhds


@pytest.mark.parametrize("vms", [1, 2, 50])
def test_the_number_of_pipelines_does_not_depend_on_the_number_of_vms(vms: int) -> None:
    """Seventeen, and one for each level of the deepest chain: here three."""
    scripted = host()
    for n in range(vms - 2):
        id = f"00000000-0000-0000-0000-{n:012}"
        scripted.rows["Get-VM"].append(machine(id, f"vm{n}"))
        scripted.rows["Get-VMProcessor"].append(processor(id))
        scripted.rows["Get-VMMemory"].append(memory(id))
    if vms == 1:
        scripted.rows["Get-VM"].pop()
    read_host(scripted, WANTED)
    assert len(scripted.sent) == pipelines(levels=3) == 20
    assert not any(invocation.write for invocation in scripted.sent)


def test_a_host_without_vms() -> None:
    """An empty list without an error is an answer."""
    scripted = host(Get_VM=[])
    assert read_host(scripted, WANTED).vms == ()


@pytest.mark.parametrize("cmdlet", ["Get-VM", "Get-VMSwitch", "Get-VMHost", "Win32_OperatingSystem", "Win32_Service"])
def test_an_error_about_the_host_stops(cmdlet: str) -> None:
    """Nothing may read as gone because a list was not complete: identity, switches and VMs carry no error, or there is no plan."""
    scripted = host()
    scripted.errors[cmdlet] = [error("the service is not running", "ResourceUnavailable")]
    with pytest.raises(ConnectionFailed) as failed:
        read_host(scripted, WANTED)
    assert "hv01" in failed.value.diagnostics[0].summary
    assert "the service is not running" in failed.value.diagnostics[0].summary
    assert "vmms" in failed.value.diagnostics[0].hint


@pytest.mark.parametrize("question", [question.cmdlet for question in QUESTIONS])
def test_a_pipeline_that_fails_for_good_stops(question: str) -> None:
    """No rights, no such cmdlet: a pipeline that failed says nothing about any VM."""
    scripted = host()
    scripted.fails[question] = error("no rights", "PermissionDenied")
    with pytest.raises(ConnectionFailed) as failed:
        read_host(scripted, WANTED)
    assert "Hyper-V Administrators" in failed.value.diagnostics[0].hint


@pytest.mark.parametrize(("cmdlet", "part"), [("Get-VMProcessor", "processor"), ("Get-VMMemory", "memory"), ("Get-VMFirmware", "firmware")])
def test_what_has_no_record_beside_an_error_is_unknown(cmdlet: str, part: str) -> None:
    """One VM that could not be read is unknown in that part, with the reason; the others are read."""
    scripted = host()
    scripted.rows[cmdlet] = [row for row in scripted.rows[cmdlet] if row["VMId"] != WEB]
    scripted.errors[cmdlet] = [error("the VM is locked")]
    vms = read(scripted)
    unknown = getattr(vms["web"], part)
    assert isinstance(unknown, Unknown)
    assert "the VM is locked" in unknown.why
    assert not isinstance(getattr(vms["db"], part), Unknown)


def test_a_record_that_is_missing_without_an_error_is_unknown_too() -> None:
    """A VM made between two pipelines has no processor yet; it is not a VM with none."""
    scripted = host()
    scripted.rows["Get-VMProcessor"] = [processor(DB)]
    assert isinstance(read(scripted)["web"].processor, Unknown)


def test_a_value_that_this_version_does_not_know_is_unknown() -> None:
    """A record that cannot be decoded says so, with the path and the value."""
    scripted = host(Get_VMProcessor=[processor(WEB, Count="many"), processor(DB)])
    unknown = read(scripted)["web"].processor
    assert isinstance(unknown, Unknown)
    assert "processor.count" in unknown.why
    assert "many" in unknown.why


def test_adapters_beside_an_error_are_compared_with_what_each_vm_has() -> None:
    """An error about one VM's adapters leaves those VMs known whose every adapter came back, and only those."""
    scripted = host()
    scripted.errors["Get-VMNetworkAdapter"] = [error("an adapter is busy")]
    vms = read(scripted)
    assert not isinstance(vms["web"].adapters, Unknown)
    assert vms["db"].adapters == ()
    scripted.rows["Get-VM"][0]["NetworkAdapters"] = ({"Id": adapter(WEB)["Id"]}, {"Id": adapter(WEB, 2)["Id"]})
    vms = read(scripted)
    assert isinstance(vms["web"].adapters, Unknown)
    assert vms["db"].adapters == ()


def test_checkpoints_beside_an_error_are_unknown() -> None:
    """Nobody can tell whether a list with an error lacks one."""
    scripted = host()
    scripted.errors["Get-VMSnapshot"] = [error("busy")]
    assert all(isinstance(vm.checkpoints, Unknown) for vm in read(scripted).values())


def test_controllers_that_could_not_be_counted_make_the_vm_untouchable() -> None:
    """A count has no unknown value, so the VM says why nothing may be changed."""
    scripted = host(Get_VMScsiController=[])
    scripted.errors["Get-VMScsiController"] = [error("busy")]
    assert "SCSI controllers" in read(scripted)["web"].busy


def test_an_older_release_lacks_an_attribute() -> None:
    """A property that the host does not have, with no parameter that writes it, is no attribute of that host."""
    scripted = host(Get_Command=lacking("Set-VM", {"Set-VM": ["AutomaticCheckpointsEnabled"]}))
    for row in scripted.rows["Get-VM"]:
        row["AutomaticCheckpointsEnabled"] = None
    web = read(scripted)["web"]
    assert web.general.automatic_checkpoints is UNSET
    assert web.busy == ""


def test_only_exactly_that_path_is_absent() -> None:
    """A file is gone when the host says so of that very path; a missing drive, a missing right or silence is unknown."""
    scripted = host()
    scripted.errors["Get-Item"] = [
        error("Cannot find drive Z", "ObjectNotFound", target="Z"),
        error("Access is denied", "PermissionDenied", target="D:\\secret.vhdx"),
    ]
    scripted.errors["Get-Item"].append(error("not there", "ObjectNotFound", target="d:\\GONE.vhdx"))
    share = r"\\files\iso\a.iso"
    scripted.errors["Get-Item"] += [error("Access is denied", "PermissionDenied", target=share), error("not there", "ObjectNotFound", target=share)]
    found = read_files(scripted, ["D:\\gone.vhdx", "Z:\\a.vhdx", "D:\\secret.vhdx", "D:\\VHDs", share])
    assert found["d:\\gone.vhdx"] is None
    secret, drive = found["d:\\secret.vhdx"], found["d:\\vhds"]
    for unseen in (secret, found[share]):
        assert isinstance(unseen, Unknown)
        assert "denied" in unseen.why
    assert isinstance(drive, LiveFile)


def test_a_path_the_host_says_nothing_about_is_unknown() -> None:
    """No record and no error of its own: nobody knows."""
    scripted = host()
    scripted.outcomes = [NotSent(why="lost"), NotSent(why="lost", code="no-answer")]
    with pytest.raises(ConnectionFailed):
        read_files(scripted, ["D:\\a"])
    scripted.errors["Get-Item"] = [error("Cannot find drive Z", "ObjectNotFound", target="Z:\\a")]
    assert read_files(scripted, ["Z:\\a"]) == {"z:\\a": None}


def test_a_locked_header_is_unknown_and_so_is_its_base() -> None:
    """One VHD that is in use refuses only what depends on it."""
    scripted = host()
    scripted.rows["Get-VHD"] = scripted.rows["Get-VHD"][1:]
    scripted.errors["Get-VHD"] = [error("in use", "ResourceBusy", target="D:\\VHDs\\web_1.avhdx", id="ObjectInUse")]
    live = read_host(scripted, WANTED)
    header = live.vhds["d:\\vhds\\web_1.avhdx"]
    assert isinstance(header, Unknown)
    assert "ObjectInUse" in header.why
    assert isinstance(live.base("D:\\VHDs\\web_1.avhdx"), Unknown)


def test_headers_by_path() -> None:
    """Asked for again during an apply: there with its parents, not there, or a folder."""
    found = read_vhds(host(), ["D:\\VHDs\\web.vhdx", "D:\\no.vhdx"])
    assert isinstance(found["d:\\golden\\base.vhdx"], LiveVhd)
    assert found["d:\\no.vhdx"] is None


def test_a_lost_read_is_repeated_once() -> None:
    """A read may be sent again; a wrong password is not tried twice (it would lock the account)."""
    scripted = host()
    scripted.outcomes = [Unsure(why="reset")]
    assert len(read_host(scripted, WANTED).vms) == 2
    scripted = host()
    scripted.outcomes = [NotSent(why="refused", code="logon-failed", hint="check it")]
    with pytest.raises(ConnectionFailed) as failed:
        read_host(scripted, WANTED)
    assert len(scripted.sent) == 1
    assert failed.value.diagnostics[0] == Diagnostic(code="logon-failed", summary="Host hv01: refused", hint="check it")


def test_projections_come_from_the_rows() -> None:
    """Every property that a row decodes is asked for; nothing is asked for twice."""
    for columns in (MACHINE, *(question.properties for question in QUESTIONS)):
        assert len(set(columns)) == len(columns)
    assert {"Notes", "AutomaticStopAction", "CheckpointType"} <= set(MACHINE)
    assert "VlanSetting" in next(q.properties for q in QUESTIONS if q.name == "adapters")
    kinds = [frozenset(MACHINE), *(frozenset(question.properties) for question in QUESTIONS)]
    assert len(set(kinds)) == len(kinds), "records of one batch are told apart by what was selected"
