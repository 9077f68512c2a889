"""Exports of machines with any name, notes and adapters: what is written is read back as it was meant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.cli.exporting import exported, shown_host
from hvplan.export.written import Written
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.load.loading import Loaded, load
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.objects import Host
from hvplan.model.values import UNSET, Unknown
from hvplan.simulator.world import SimulatedWorld
from tests.casebook import CASES
from tests.direct import DirectSession

HOST = Host(name="hv01", connection={"simulated": {"world": "host.world.yaml"}})
WORLD = SimulatedWorld.from_text((CASES / "in-sync" / "host.world.yaml").read_text("utf-8"))
LIVE = read_host(DirectSession(WORLD), Wanted(host="hv01", every=True))
HOSTILE = [
    *("Off", "yes", "null", "~", "true", "1.10", "0815", "1e3", "12:30:45", "=", "<<", "!!python", "&a", "*a", "- x", "? x", ": x", "a: b", "a #b", "#c"),
    *("%y", "@x", "`x", "'", '"', "''", "{name}", "{{", "}}", "}", "{", "[x]", "{index}", " x", "x ", "x\ty", "\\", "a\\nb", "D:\\x", "\x7f", "\x85", "\u2028"),
    *("\ufeff", "\xa0", "ü", "日本", "\U0001f4be", "x'; Remove-VM * -Force #", "$(x)", "---", "...", "|", ">", "-", "?", "a,b", "/", "%41", "con", "x" * 100),
]
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=["Cs"])
NAMES = (st.text(CHARACTERS, min_size=1, max_size=20) | st.sampled_from(HOSTILE)).filter(str.strip)
NOTES = st.text(CHARACTERS, max_size=60) | st.sampled_from(HOSTILE) | st.lists(st.sampled_from(HOSTILE), max_size=4).map("\n".join)


def _with(name: str, notes: str, adapter: str) -> LiveHost:
    (vm,) = LIVE.vms
    assert not isinstance(vm.adapters, Unknown)
    adapters = tuple(replace(a, name=adapter) for a in vm.adapters)
    return replace(LIVE, vms=(replace(vm, name=name, notes=notes, general=replace(vm.general, notes=notes), adapters=adapters),))


def _read(text: str, tmp: str) -> Loaded:
    with open(tmp, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
    return load([tmp])


@settings(deadline=None, max_examples=150)
@given(name=NAMES, notes=NOTES, adapter=NAMES)
def test_hostile_texts_are_texts(name: str, notes: str, adapter: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a machine, its adapter and its notes say: nothing is left out, and the files read back as just that."""
    live = _with(name, notes, adapter)
    made = exported(HOST, live)
    assert made.left_out == (), made.text
    loaded = _read(made.text, str(tmp_path_factory.mktemp("x") / "x.yaml"))
    (vm,) = loaded.desired.vms
    assert vm.name == name
    assert [a.name for a in vm.network_adapters] == [adapter]
    if notes:
        assert vm.general.notes == notes.replace("\r\n", "\n")


def _titles(objects: tuple[Written, ...]) -> list[str]:
    return [one.title for one in objects if one.body is not None]


def _machine() -> LiveVm:
    return LIVE.vms[0]


@pytest.mark.parametrize("part", ["processor", "memory", "firmware", "adapters", "checkpoints"])
def test_what_could_not_be_read_is_not_declared(part: str) -> None:
    """An Unknown part is told and left out; it is never written as empty (law 11)."""
    live = replace(LIVE, vms=(replace(_machine(), **{part: Unknown("no rights")}),))  # type: ignore[arg-type]
    made = exported(HOST, live)
    assert "vm/web01" in _titles(made.objects)
    assert "no rights" in made.text


def test_what_no_file_could_say_is_told() -> None:
    """A value that is no value of the format reads as UNSET; the export does not pass over it, and says nothing of what a release does not have."""
    vm = _machine()
    assert not isinstance(vm.platform, Unknown)
    odd = replace(vm, platform=replace(vm.platform, low_space=UNSET))
    assert "its memoryMappedIo.low is not declared" in exported(HOST, replace(LIVE, vms=(odd,))).text
    older = {name: parameters - {"LowMemoryMappedIoSpace"} for name, parameters in LIVE.commands.items()}
    assert "memoryMappedIo.low" not in exported(HOST, replace(LIVE, vms=(odd,), commands=older)).text


BEYOND = r"""kind: World
host: {name: HV01, release: "2022", processors: 8, memory: 64GiB, volumes: [{path: 'D:\', size: 2TiB, free: 1TiB}]}
files: [{path: 'D:\a.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}, {path: 'D:\f.vfd', size: 1440KiB}]
vms:
  - {name: new, generation: 2, memory: {startup: 2GiB}, devices: {disks: [{slot: scsi 0:0, path: 'D:\a.vhdx', shared: true}]}}
  - {name: old, generation: 1, memory: {startup: 2GiB}, devices: {floppy: {image: 'D:\f.vfd'}}}
  - {name: plain, generation: 1, memory: {startup: 2GiB}}
"""


def test_what_the_format_has_no_words_for_is_told() -> None:
    """Reservations of a shared disk and a floppy disk stand as comments above their machines; a drive without a disk in it is nothing to tell."""
    live = read_host(DirectSession(SimulatedWorld.from_text(BEYOND)), Wanted(host="hv01", every=True, network=True, media=True))
    assert {vm.name: vm.beyond for vm in live.vms} == {"new": ("persistent reservations on scsi 0:0",), "old": ("a floppy disk (D:\\f.vfd)",), "plain": ()}
    remarks = {one.title: one.remarks for one in exported(HOST, live).objects}
    assert "it has persistent reservations on scsi 0:0; that is not declared" in remarks["vm/new"]
    assert "it has a floppy disk (D:\\f.vfd); that is not declared" in remarks["vm/old"]


def test_templates_shorten_from_three_machines_on() -> None:
    """Two alike machines are written out; a third makes a template of what they share, and all mean the same as before."""

    def host(count: int) -> LiveHost:
        return replace(LIVE, vms=tuple(replace(_machine(), id=f"id{n}", name=f"m{n}", disks=()) for n in range(count)))

    assert "VirtualMachineTemplate" not in exported(HOST, host(2)).text
    three = exported(HOST, host(3))
    assert three.text.count("kind: VirtualMachineTemplate") == 1
    assert three.text.count("startup: 2GiB") == 1


def _bodies(live: LiveHost) -> dict[str, Any]:
    return {one.title: one.body for one in exported(HOST, live).objects if one.body is not None and one.body["kind"].startswith("VirtualMachine")}


def _of(number: int, **general: Any) -> LiveVm:
    vm = _machine()
    return replace(vm, id=f"id{number}", name=f"m{number}", disks=(), general=replace(vm.general, **general))


def test_a_template_is_what_a_person_would_write() -> None:
    """Machines that differ in their start delay alone have a template and say their delay; one more like three others takes theirs and says what is its
    own, unless it would inherit what it does not have; those that share no more than their size have none."""
    staggered = _bodies(replace(LIVE, vms=tuple(_of(n, start_delay=30 * n, stop_action="Save") for n in range(1, 5))))
    template = {"generation": 2, "automaticActions": {"stop": "Save"}, "processor": {"count": 2}, "memory": {"startup": "2GiB"}}
    said = staggered["template gen2-2cpu-2gib"]
    assert {key: said[key] for key in said if key not in ("apiVersion", "kind", "name")} == template
    assert [staggered[f"vm/m{n}"]["automaticActions"] for n in (1, 2, 3, 4)] == [{"startDelay": text} for text in ("30s", "1m", "90s", "2m")]
    odd = replace(LIVE, vms=(*(_of(n, stop_action="Save") for n in range(1, 4)), _of(4, stop_action="TurnOff", start_delay=60)))
    assert _bodies(odd)["vm/m4"]["automaticActions"] == {"startDelay": "1m", "stop": "TurnOff"}
    assert _bodies(odd)["vm/m4"]["template"] == _bodies(odd)["vm/m1"]["template"]
    lacking = replace(LIVE, vms=(*(_of(n, stop_action="Save") for n in range(1, 4)), _of(4)))
    assert "template" not in _bodies(lacking)["vm/m4"], "it would inherit Save, and says nothing of it"
    apart = replace(LIVE, vms=tuple(_of(n, stop_action=action) for n, action in enumerate(("Save", "TurnOff", "ShutDown"))))
    assert not any("template" in body for body in _bodies(apart).values())


def test_no_secret_and_nothing_of_the_hosts_file() -> None:
    """A connection of the command line is written as references; one of a hosts file not at all; files relative to the export."""
    given_now = Host(name="h", connection={"address": "h", "username": "bob", "password": {"prompt": True}}, from_hosts_file=True)
    shown = shown_host(given_now, "/x").connection
    assert (shown["username"], shown["password"]) == ({"env": "HVPLAN_USER"}, {"env": "HVPLAN_PASSWORD"})
    pinned = Host(name="h", connection={}, from_hosts_file=True)
    text = exported(HOST, LIVE, shown=shown_host(pinned, "/x")).text
    assert "connection" not in text
    simulated = Host(name="h", connection={"simulated": {"world": "/a/b/host.world.yaml"}})
    assert shown_host(simulated, "/a/out").connection == {"simulated": {"world": "../b/host.world.yaml"}}


ODD = r"""kind: World
host:
  name: HV01
  release: "2025"
  processors: 8
  memory: 64GiB
  volumes: [{path: 'D:\', size: 2TiB, free: 1TiB}]
  netAdapters: [{name: 'Ethernet {2}', mac: 00-15-5D-FF-00-01, description: X710, linkSpeed: 10Gbit}]
  settings: {virtualMachinePath: 'D:\VMs {x}', virtualHardDiskPath: 'D:\VHDs'}
switches: [{name: '{lan}', type: External, netAdapters: [{name: 'Ethernet {2}'}], managementAdapters: {'Mgmt {1}': {vlan: 10}}, notes: '{x}'}]
files:
  - {path: 'D:\nul.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
  - {path: 'D:\{a}.vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
  - {path: 'D:\a.iso', size: 1MiB}
vms:
  - name: odd
    generation: 2
    memory: {startup: 2GiB}
    checkpoints: {path: 'D:\'}
    devices:
      disks: [{slot: scsi 0:0, path: 'D:\nul.vhdx'}, {slot: scsi 0:1, path: 'D:\{a}.vhdx'}]
      dvds: [{slot: scsi 0:2, iso: 'D:\a.iso'}]
"""


def test_what_no_document_may_say_leaves_its_object_standing() -> None:
    """A disk, a medium or a folder that a file could not ask for is told above its machine; braces are braces, also in a host and in keys."""
    world = SimulatedWorld.from_text(ODD)
    live = read_host(DirectSession(world), Wanted(host="hv01", every=True, network=True, media=True))
    (vm,) = live.vms
    live = replace(live, vms=(replace(vm, dvds=tuple(replace(drive, path=r"D:\a.img") for drive in vm.dvds)),))
    made = exported(replace(HOST, name="{hv}"), live)
    assert made.left_out == (), made.text
    remarks = "\n".join(next(one.remarks for one in made.objects if one.title == "vm/odd"))
    for told in (r"D:\nul.vhdx", r"D:\a.img", "checkpoints.path"):
        assert told in remarks
    for written in (r"'D:\{{a}}.vhdx'", r"'D:\VMs {{x}}'", "'{{hv}}'", "'{{lan}}'", "'Mgmt {1}'"):
        assert written in made.text


@pytest.mark.parametrize("release", ["2016", "2019", "2022", "2025", "Windows 11"])
def test_a_plain_machine_says_little(release: str) -> None:
    """On every release a machine of which nobody set anything says its size, and what hvplan would otherwise make differently."""
    world = (
        f'kind: World\nhost: {{name: HV01, release: "{release}", processors: 8, memory: 64GiB}}\nvms: [{{name: a, generation: 2, memory: {{startup: 1GiB}}}}]\n'
    )
    body = next(one.body for one in exported(HOST, read_host(DirectSession(SimulatedWorld.from_text(world)), Wanted(host="hv01", every=True))).objects[1:])
    assert body is not None
    assert body.keys() - {"automaticActions", "checkpoints"} == {"apiVersion", "kind", "name", "generation", "memory"}


WINDOWS_LINES = r"""kind: World
host: {name: HV01, release: "2025", processors: 8, memory: 64GiB, volumes: [{path: 'D:\', size: 2TiB, free: 1TiB}]}
switches: [{name: lan, type: Internal, notes: "Production\r\nask Ada first\r\n"}]
"""


def test_notes_of_a_switch_end_their_lines_as_windows_does() -> None:
    """The notes box of the switch manager writes CRLF: a switch that has such notes is declared, not left out as one that would change."""
    live = read_host(DirectSession(SimulatedWorld.from_text(WINDOWS_LINES)), Wanted(host="hv01", every=True, network=True))
    made = exported(HOST, live)
    assert made.left_out == (), made.text
    assert "notes: |\n  Production\n  ask Ada first\n" in made.text


CROSSED = r"""kind: World
host: {name: HV01, release: "2025", processors: 8, memory: 64GiB, volumes: [{path: 'D:\', size: 2TiB, free: 1TiB}]}
switches: [{name: lan, type: Internal}]
files:
  - {path: 'D:\odd.vhd', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB, blockSize: 1MiB}}
  - {path: 'D:\a [1].vhdx', vhd: {size: 20GiB, type: Dynamic, fileSize: 2GiB}}
vms:
  - name: private
    generation: 2
    memory: {startup: 2GiB}
    devices: {networkAdapters: {lan: {switch: lan, vlan: {isolated: {primary: 10, secondary: 101}}, bandwidth: {maximum: 1500Mbit}}}}
  - name: emulated
    generation: 1
    memory: {startup: 2GiB}
    devices: {networkAdapters: {lan: {switch: lan, legacy: true, vlan: {trunk: [10-20], native: 1}}}}
  - name: copied
    generation: 2
    memory: {startup: 2GiB}
    devices: {networkAdapters: [{name: a, switch: lan, mac: 00-15-5D-00-00-01}, {name: b, switch: lan, mac: 00-15-5D-00-00-01}]}
  - {name: blocks, generation: 1, memory: {startup: 2GiB}, devices: {disks: [{slot: ide 0:0, path: 'D:\odd.vhd'}]}}
  - {name: brackets, generation: 1, memory: {startup: 2GiB}, devices: {disks: [{slot: ide 0:0, path: 'D:\a [1].vhdx'}]}}
"""


def test_one_value_that_no_file_may_say_leaves_its_machine_standing() -> None:
    """A VLAN mode that the rules refuse where the adapter is, a MAC address twice, a block size of another format: told above the machine, which is
    declared without them; so is that nobody could make anew a file whose name New-VHD takes for a pattern. Rates are written with a unit."""
    live = read_host(DirectSession(SimulatedWorld.from_text(CROSSED)), Wanted(host="hv01", every=True, network=True))
    made = exported(HOST, live)
    assert made.left_out == (), made.text
    one = {written.title: written for written in made.objects}
    for name, told in (
        ("private", "its vlan isolated"),
        ("copied", "network adapter a has the same"),
        ("emulated", "its vlan"),
        ("blocks", "block size"),
        ("brackets", "pattern"),
    ):
        assert any(told in remark for remark in one[f"vm/{name}"].remarks), one[f"vm/{name}"].remarks
    assert {title for title, written in one.items() if written.partial} == {"vm/private", "vm/emulated", "vm/copied", "vm/blocks", "vm/brackets"}
    assert "bandwidth: {maximum: 1500Mbit}" in made.text


def test_the_order_of_a_team_means_nothing() -> None:
    """Whatever order a host tells the members of a team in: the export is the same."""
    world = """kind: World
host:
  name: HV01
  release: "2025"
  processors: 8
  memory: 64GiB
  netAdapters: [{name: Ethernet, mac: 00-AA-5D-FF-00-01}, {name: Ethernet 2, mac: 00-AA-5D-FF-00-02}]
switches: [{name: lan, type: External, embeddedTeaming: true, netAdapters: [{name: Ethernet 2}, {name: Ethernet}]}]
"""
    live = read_host(DirectSession(SimulatedWorld.from_text(world)), Wanted(host="hv01", every=True, network=True))
    (switch,) = live.switches
    assert not isinstance(switch.net_adapters, Unknown)
    turned = replace(live, switches=(replace(switch, net_adapters=switch.net_adapters[::-1]),))
    assert exported(HOST, turned).text == exported(HOST, live).text
