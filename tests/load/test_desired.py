"""What documents become: values, devices, templates, instances, hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hvplan.load import load
from hvplan.model.devices import AdapterSettings, Disk, NetworkAdapter, Slot, Vhd, Vlan
from hvplan.model.objects import Ensure, Lifecycle, Shutdown
from hvplan.model.values import UNSET
from tests.load.sample import loaded, machine, machines


def test_not_written_is_not_managed() -> None:
    """Nothing is filled in: what is not written stays unset."""
    vm = machine("")
    assert (vm.generation, vm.state, vm.path, vm.memory.startup, vm.processor.count) == (UNSET,) * 5
    assert (vm.disks, vm.network_adapters, vm.ensure) == ((), (), Ensure.PRESENT)


def test_rows_take_their_values() -> None:
    """Values arrive in normal form: bytes, seconds, Hyper-V's own words."""
    vm = machine("memory: {startup: 4GiB, dynamic: Off}\nautomaticActions: {start: start, startDelay: 2m}\nnotes: 0815\nversion: 10.0\nstate: Off")
    assert (vm.memory.startup, vm.memory.dynamic) == (4 << 30, False)
    assert (vm.general.start_action, vm.general.start_delay, vm.general.notes) == ("Start", 120, "0815")
    assert (vm.version, vm.state) == ("10.0", "Off")


@pytest.mark.parametrize("written", ["true", "On", "{}", "{minimum: 512MiB}"])
def test_dynamic_memory_is_on_by_being_written(written: str) -> None:
    """Limits turn dynamic memory on; so does true."""
    assert machine(f"memory: {{dynamic: {written}}}").memory.dynamic is True


def test_devices() -> None:
    """Devices carry their key, and a VirtualDisk's path stands beside its name."""
    vm = machine(
        "devices:\n  scsiControllers: 2\n  disks:\n"
        "    os: {slot: SCSI 0:0, vhd: {path: 'D:/{name}-{device}.vhdx', parent: golden}}\n"
        "    gone: {slot: scsi 0:1, absent: true}\n"
        "  networkAdapters: {lan: {switch: lan, vlan: 20}, off: {switch: null, vlan: Untagged, match: {mac: 00155d010203}}, old: null}"
    )
    assert vm.scsi_controllers == 2
    assert vm.disks == (
        Disk(key="os", slot=Slot("scsi", 0, 0), vhd=Vhd(path="D:\\web01-os.vhdx", parent="golden", parent_path="D:\\golden.vhdx")),
        Disk(key="gone", slot=Slot("scsi", 0, 1), absent=True),
    )
    assert vm.network_adapters == (
        NetworkAdapter(key="lan", name="lan", settings=AdapterSettings(switch="lan", vlan=Vlan("Access", 20))),
        NetworkAdapter(key="off", name="off", settings=AdapterSettings(switch=None, vlan=Vlan()), match_mac="00-15-5D-01-02-03"),
        NetworkAdapter(key="old", name="old", absent=True),
    )


def test_a_disk_that_is_attached() -> None:
    """`disk` gives the path of its document."""
    (disk,) = machine("devices: {disks: {data: {disk: golden}}}").disks
    assert (disk.disk, disk.path) == ("golden", "D:\\golden.vhdx")


def test_lifecycle_and_labels() -> None:
    """How a machine is handled."""
    vm = machine(
        "ensure: absent\nlabels: {tier: web, a: 1}\nlifecycle: {formerly: old, protect: true, manage: [memory], restart: allow, savedState: discard, "
        "shutdown: {timeout: 90s, then: turnoff}, exclusive: disks}"
    )
    assert vm.ensure is Ensure.ABSENT
    assert vm.labels == (("a", "1"), ("tier", "web"))
    assert vm.lifecycle == Lifecycle(
        formerly=("old",),
        protect=True,
        manage=("memory",),
        restart="allow",
        saved_state="Discard",
        shutdown=Shutdown(timeout=90, then="TurnOff"),
        exclusive=("disks",),
    )


TEMPLATES = """
kind: VirtualMachineTemplate
name: one
generation: 2
processor: {count: 2, reserve: 10}
labels: {tier: web}
devices: {disks: {os: {slot: scsi 0:0, vhd: {path: 'D:\\{name}.vhdx', parent: golden}}}, networkAdapters: {lan: {switch: lan, vlan: 5}, two: {switch: lan}}}
---
kind: VirtualMachineTemplate
name: two
processor: {count: 4, reserve: null}
state: Running
---
"""


def test_templates_merge_deeply_and_the_later_wins() -> None:
    """Maps merge, values replace, the machine wins over all."""
    (vm,) = machines(TEMPLATES + "kind: VirtualMachine\nname: a\ntemplate: [one, two]\nstate: Off\nprocessor: {weight: 50}\nlabels: {x: y}\n")
    assert (vm.generation, vm.state, vm.processor.count, vm.processor.weight) == (2, "Off", 4, 50)
    assert vm.processor.reserve is UNSET
    assert vm.labels == (("tier", "web"), ("x", "y"))
    assert vm.disks[0].path == "D:\\a.vhdx"


def test_null_stops_what_a_template_gives() -> None:
    """A value, a whole part, a device: not managed. `switch: null` keeps its meaning. absent: true removes."""
    (vm,) = machines(
        TEMPLATES + "kind: VirtualMachine\nname: a\ntemplate: one\nprocessor: null\ngeneration: ~\n"
        "devices: {disks: {os: null}, networkAdapters: {lan: {switch: null, vlan: null}, two: {absent: true}, three: null}}\n"
    )
    assert (vm.generation, vm.processor.count, vm.disks) == (UNSET, UNSET, ())
    lan, two, three = vm.network_adapters
    assert (lan.settings.switch, lan.settings.vlan, lan.absent) == (None, UNSET, False)
    assert (two.absent, three.absent) == (True, True)


def test_a_source_in_place_of_a_templates_parent() -> None:
    """Null stops one link so that another can be written."""
    (vm,) = machines(TEMPLATES + "kind: VirtualMachine\nname: a\ntemplate: one\ndevices: {disks: {os: {vhd: {parent: null, source: golden}}}}\n")
    assert vm.disks[0].vhd is not None
    assert (vm.disks[0].vhd.parent, vm.disks[0].vhd.source) == ("", "golden")


def test_numbered_instances() -> None:
    """{index} counts from 1, unpadded."""
    vms = machines("kind: VirtualMachine\nname: web{index}\ninstances: 3\nnotes: '{index} of {name} on {host}, {{x}} }'\n")
    assert [(vm.name, vm.general.notes) for vm in vms] == [(f"web{i}", f"{i} of web{i} on hv01, {{x}} }}") for i in (1, 2, 3)]


def test_named_instances() -> None:
    """{name} is the item, {index} its position; a name with placeholders is built from them."""
    vms = machines("kind: VirtualMachine\nname: web\ninstances: [a, b]\nnotes: '{name} {index}'\n")
    assert [(vm.name, vm.general.notes) for vm in vms] == [("a", "a 1"), ("b", "b 2")]
    assert [vm.name for vm in machines("kind: VirtualMachine\nname: 'x-{name}'\ninstances: [a, 2]\n")] == ["x-a", "x-2"]


HOSTS = "kind: Host\nname: a1\n---\nkind: Host\nname: a2\n---\nkind: Stack\nname: lab\nhost: a1\n---\n"


SWITCHES = "kind: VirtualSwitch\nname: lan-{host}\nhost: [a1, a2]\n---\n"
MACHINES = "kind: VirtualMachine\nname: x\n---\nkind: VirtualMachine\nname: w{index}\nhost: a{index}\ninstances: 2\n"


def test_hosts() -> None:
    """Its own host, else the stack's; a list fans out; instances may stand on hosts of their own."""
    result = loaded(HOSTS + SWITCHES + MACHINES)
    assert [str(d) for d in result.diagnostics] == []
    assert [(s.host, s.name) for s in result.desired.switches] == [("a1", "lan-a1"), ("a2", "lan-a2")]
    assert [(v.host, v.name) for v in result.desired.vms] == [("a1", "x"), ("a1", "w1"), ("a2", "w2")]
    assert [host.name for host in result.desired.hosts] == ["a1", "a2", "hv01"]
    assert [v.name for v in result.desired.of("a2").vms] == ["w2"]


HOSTILE = ("x'; Remove-VM * -Force; $(Stop-Computer)", "a[b]*c", "-WhatIf", '"quoted"', "\u2018curly\u2019", "line\nbreak", "tab\there", "名前", "🙂" * 50)


def test_hostile_names_arrive_unchanged() -> None:
    """A name is data, whatever it looks like."""
    text = "---\n".join(f"kind: VirtualMachine\nname: {json.dumps(name, ensure_ascii=False)}\n" for name in HOSTILE)
    assert [vm.name for vm in machines(text)] == list(HOSTILE)


def test_relative_paths_stand_against_the_file(tmp_path: Path) -> None:
    """World, CA file and secrets in files are relative to the document's file, not to the current folder."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.yaml").write_text(
        "kind: Host\nname: a\nconnection: {simulated: {world: ../w.yaml, faults: f.yaml}}\n---\n"
        "kind: Host\nname: b\nconnection: {address: b, caFile: ca.pem, username: u, password: {file: /run/p}, operationTimeout: 1m}\n"
    )
    a, b = load([str(tmp_path)]).desired.hosts
    assert a.connection == {"simulated": {"world": str(tmp_path / "w.yaml"), "faults": str(tmp_path / "sub" / "f.yaml")}}
    assert a.simulated
    assert b.connection == {"address": "b", "caFile": str(tmp_path / "sub" / "ca.pem"), "username": "u", "password": {"file": "/run/p"}, "operationTimeout": 60}


PLAIN = ("hunter2", "'{hunter2}'", "[hunter2]", "{hunter2: x}", "{env: [hunter2]}", "{env: a, hunter2: b}", "{prompt: hunter2}", '"hunter2\\V"', "hunter2: x")


@pytest.mark.parametrize("password", PLAIN)
def test_no_secret_is_ever_shown(password: str) -> None:
    """Whatever shape a plain password takes, no diagnostic repeats it."""
    result = loaded(f"kind: Host\nname: b\nconnection:\n  address: b\n  username: u\n  password: {password}\n")
    assert any(d.severity == "error" for d in result.diagnostics)
    assert "hunter2" not in "\n".join(str(d) for d in result.diagnostics)


def test_a_secret_under_a_mistyped_key_is_not_shown() -> None:
    """It is no text with placeholders either, of which a message would say what is in the braces."""
    result = loaded("kind: Host\nname: b\nconnection: {address: b, username: u, passwrod: 'x{hunter2}y'}\n")
    codes = {d.code for d in result.diagnostics}
    assert "unknown-key" in codes
    assert "placeholder" not in codes
    assert "hunter2" not in "\n".join(str(d) for d in result.diagnostics)


def test_placeholders_of_a_host_and_a_stack() -> None:
    """A host has its own name and that of the stack, in its settings and in how it is reached; a command for a secret keeps its braces."""
    result = loaded(
        "kind: Stack\nname: '{{lab}}'\nhost: hv-{{lab}}\n---\nkind: Host\nname: hv-{stack}\n"
        "connection: {address: a, caFile: '/{name}.pem', username: {env: '{u}'}, password: {file: '/{p}'}}\n"
        "settings: {virtualMachinePath: 'D:\\{host}'}\n---\nkind: VirtualMachine\nname: '{stack} on {host}'\nhost: 'hv-{stack}'\n"
    )
    assert [d.summary for d in result.diagnostics if d.severity == "error"] == []
    host = next(host for host in result.desired.hosts if host.name == "hv-{lab}")
    assert host.connection == {"address": "a", "caFile": "/hv-{lab}.pem", "username": {"env": "{u}"}, "password": {"file": "/{p}"}}
    assert host.settings.vm_path == "D:\\hv-{lab}"
    assert [vm.name for vm in result.desired.vms] == ["{lab} on hv-{lab}"]
