"""Live hosts as hypothesis draws them: every value that a read can bring, Unknown parts and hostile texts among them."""

from __future__ import annotations

from hypothesis import strategies as st

from hvplan.model.boot import BootEntry
from hvplan.model.devices import CONTROLLERS, AdapterSettings, Slot, Vlan
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import Identity, LiveAdapter, LiveCheckpoint, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.network import LiveManagementAdapter, ManagementSettings, Nic, SwitchSettings
from hvplan.model.parts import Bios, ComPorts, Firmware, General, IntegrationServices, Memory, Platform, Processor, Video
from hvplan.model.values import UNSET, Unknown, normal_path

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=12) | st.sampled_from(
    ["Off", "yes", "1.10", "a: b", "- x", "'", '"', "{name}", "line\nline", "a\r\nb", " x ", "\x85", "\u2028", "null", "*", "# no", "web01", "?"]
)
WHOLE = st.integers(0, 1 << 50)
UNKNOWN = st.builds(Unknown, TEXTS)
FLAG = st.booleans()


def _or_unset(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.just(UNSET) | values


def _or_unknown(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return values | UNKNOWN


PERCENT = _or_unset(st.integers(0, 100))
GENERAL = st.builds(
    General,
    notes=TEXTS,
    start_action=_or_unset(st.sampled_from(["Nothing", "StartIfRunning", "Start"])),
    start_delay=_or_unset(st.integers(0, (1 << 31) - 1)),
    stop_action=_or_unset(st.sampled_from(["TurnOff", "Save", "ShutDown"])),
    checkpoint_type=_or_unset(st.sampled_from(["Disabled", "Production", "ProductionOnly", "Standard"])),
    automatic_checkpoints=_or_unset(FLAG),
)
PROCESSOR = st.builds(Processor, count=_or_unset(st.integers(1, 2048)), reserve=PERCENT, limit=PERCENT, nested=_or_unset(FLAG))
MEMORY = st.builds(Memory, startup=_or_unset(WHOLE), dynamic=_or_unset(FLAG), minimum=_or_unset(WHOLE), maximum=_or_unset(WHOLE), priority=PERCENT)
FIRMWARE = st.builds(Firmware, secure_boot=_or_unset(FLAG | TEXTS.filter(bool)))
VLANS = st.builds(Vlan) | st.builds(Vlan, st.just("Access"), st.integers(1, 4094)) | st.builds(Vlan, st.sampled_from(["Trunk", "Private"]))
SLOTS = st.builds(Slot, st.sampled_from(["scsi", "ide"]), st.integers(0, 1), st.integers(0, 1)).filter(lambda slot: slot.controller < CONTROLLERS[slot.kind][0])
ADAPTERS = st.builds(
    LiveAdapter,
    id=TEXTS,
    name=TEXTS,
    legacy=FLAG,
    mac=TEXTS,
    mac_dynamic=FLAG,
    settings=st.builds(AdapterSettings, switch=st.none() | TEXTS.filter(bool), vlan=_or_unset(VLANS)),
)
DRIVES = st.builds(LiveDrive, slot=SLOTS, path=TEXTS, id=TEXTS)
VMS = st.builds(
    LiveVm,
    id=TEXTS,
    name=TEXTS,
    state=TEXTS,
    generation=st.sampled_from([1, 2]),
    version=TEXTS,
    path=TEXTS,
    notes=TEXTS,
    clustered=FLAG,
    silent=TEXTS,
    busy=TEXTS,
    general=GENERAL,
    processor=_or_unknown(PROCESSOR),
    memory=_or_unknown(MEMORY),
    firmware=st.none() | _or_unknown(FIRMWARE),
    bios=st.none() | _or_unknown(st.builds(Bios, num_lock=_or_unset(FLAG), startup_order=st.just(("CD", "IDE", "LegacyNetworkAdapter", "Floppy")))),
    platform=_or_unknown(st.builds(Platform)),
    video=_or_unknown(st.builds(Video)),
    services=_or_unknown(st.builds(IntegrationServices)),
    com_ports=_or_unknown(st.builds(ComPorts)),
    scsi_controllers=st.integers(0, 4),
    disks=st.lists(DRIVES, max_size=2).map(tuple),
    dvds=st.lists(DRIVES, max_size=1).map(tuple),
    adapters=_or_unknown(st.lists(ADAPTERS, max_size=2).map(lambda found: tuple(sorted(found, key=lambda a: (a.name, a.id))))),
    boot_order=_or_unknown(st.lists(st.builds(BootEntry, firmware_path=TEXTS, slot=st.none() | SLOTS, adapter=TEXTS), max_size=3).map(tuple)),
    checkpoints=_or_unknown(st.lists(st.builds(LiveCheckpoint, id=TEXTS, name=TEXTS, kind=TEXTS, automatic=FLAG), max_size=2).map(tuple)),
)
NICS = st.lists(
    st.builds(Nic, id=TEXTS, name=TEXTS, description=TEXTS, mac=TEXTS, physical=FLAG, addresses=st.none() | st.lists(TEXTS, max_size=2).map(tuple)), max_size=2
).map(tuple)
MANAGEMENT = st.builds(
    LiveManagementAdapter,
    id=TEXTS,
    name=TEXTS,
    switch_id=TEXTS,
    interface=TEXTS,
    settings=st.builds(ManagementSettings, vlan=_or_unset(VLANS), maximum=_or_unset(WHOLE)),
)
SWITCHES = st.builds(
    LiveSwitch,
    id=TEXTS,
    name=TEXTS,
    notes=TEXTS,
    settings=st.builds(SwitchSettings, type=st.sampled_from(["Internal", "Private", "External"]), notes=TEXTS, sriov=_or_unset(FLAG)),
    net_adapters=_or_unknown(NICS),
    management=_or_unknown(st.lists(MANAGEMENT, max_size=2).map(tuple)),
    team_unread=TEXTS,
)
VHDS = st.builds(LiveVhd, path=TEXTS, type=TEXTS, size=WHOLE, file_size=WHOLE, block_size=WHOLE, parent=TEXTS, attached=FLAG)
FILES = st.builds(LiveFile, path=TEXTS, folder=FLAG, size=WHOLE)
HOSTS = st.builds(
    LiveHost,
    identity=st.builds(Identity, computer=TEXTS, machine_id=TEXTS, release=TEXTS, build=TEXTS, module_version=TEXTS, cluster_node=FLAG),
    commands=st.dictionaries(TEXTS, st.frozensets(TEXTS, max_size=3), max_size=3),
    processors=WHOLE,
    memory=WHOLE,
    vm_path=TEXTS,
    vhd_path=TEXTS,
    settings=_or_unknown(st.builds(HostSettings, numa_spanning=_or_unset(FLAG))),
    nics=_or_unknown(NICS),
    switches=st.lists(SWITCHES, max_size=2).map(lambda found: tuple(sorted(found, key=lambda s: (s.name, s.id)))),
    vms=st.lists(VMS, max_size=3).map(lambda found: tuple(sorted(found, key=lambda vm: (vm.name, vm.id)))),
    files=st.dictionaries(TEXTS.map(normal_path), st.none() | _or_unknown(FILES), max_size=3),
    vhds=st.dictionaries(TEXTS.map(normal_path), st.none() | _or_unknown(VHDS), max_size=3),
    free=st.dictionaries(st.sampled_from(["c:", "d:"]), WHOLE, max_size=2),
    domain=st.none() | FLAG,
    templates=st.lists(TEXTS, max_size=2).map(tuple),
)
