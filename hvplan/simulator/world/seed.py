"""A world file as a whole: mapping -> state -> mapping. A state file is a seed in which everything is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from hvplan.simulator.world import host_nouns, seed_checkpoints, seed_checks, shapes, units
from hvplan.simulator.world.builtin import add_default_switch, default_settings
from hvplan.simulator.world.emitter import emit
from hvplan.simulator.world.host_nouns import Address, File, Host, Nat, Vhd
from hvplan.simulator.world.nouns import VM, Adapter
from hvplan.simulator.world.reader import Node, Problems, read
from hvplan.simulator.world.releases import RELEASES
from hvplan.simulator.world.seed_devices import dump_adapter, load_adapter, named_items
from hvplan.simulator.world.shape import Field, Shape, boolean, size, text, whole
from hvplan.simulator.world.state import State, drawn_id, own_adapter

_TOP = ("kind", "host", "switches", "nats", "addresses", "files", "vms", "drawn", "apiVersion", "name")
_NAT = Shape("A NAT", {"name": Field("name", text), "prefix": Field("prefix", text)})
_ADDRESS = Shape("An address", {"interface": Field("interface", text), "address": Field("address", text), "length": Field("length", whole(1, 128))})


def load_state(source: str, file: str, release: str | None = None) -> State:
    """The state that a world file describes; `file` is its name in messages. Raises `ConfigurationError` with every mistake."""
    problems = Problems(file)
    node = read(source, problems)
    problems.stop_if_any()
    if node is None or not isinstance(node.value, dict):
        problems.add(node, "A world must be a mapping.", "A world begins with `kind: World`.")
        problems.stop_if_any()
    assert node is not None
    top = node.value
    if "kind" not in top or top["kind"].text != "World":
        problems.add(top.get("kind", node), "This is not a world.", "A world begins with `kind: World`.")
        problems.stop_if_any()
    for key, item in top.items():
        if key not in _TOP:
            problems.add(item, f"A world has no `{key}`.", f"Known here: {', '.join(_TOP)}.", code="unknown-key")
    state = State(_host(top.get("host"), problems, release))
    drawn = top.get("drawn")
    _switches(top.get("switches"), state, problems)
    add_default_switch(state)
    _files(top.get("files"), state, problems)
    _vms(top.get("vms"), state, problems)
    _nats(top.get("nats"), state, problems)
    for item in _list(top.get("addresses"), problems):
        state.addresses.append(Address(**{"interface": "", "address": "", **_ADDRESS.load(item, problems)}))
        seed_checks.address(item, state.addresses[-1].address, problems)
    for path in (state.host.settings.vm_path, state.host.settings.vhd_path):
        state.make_folders(path)
    if drawn is not None and isinstance(drawn.value, dict):
        state.drawn = {key: int(item.value) for key, item in drawn.value.items()}
    problems.stop_if_any()
    return state


def dump_state(state: State) -> dict[str, Any]:
    """The mapping of a state: what `load_state` reads back as the same state."""
    host = state.host
    default = Host(uuid=UUID(int=0))
    made: dict[str, Any] = {"name": host.name, "release": host.release, "culture": host.culture, **shapes.HOST.dump(host, default)}
    made["volumes"] = [shapes.VOLUME.dump(one, host_nouns.Volume(path="", size=-1, free=-1)) for one in host.volumes]
    made["netAdapters"] = [shapes.NET_ADAPTER.dump(one, host_nouns.NetAdapter(id=UUID(int=0), name="", mac="", description="")) for one in host.net_adapters]
    made["settings"] = _dump_settings(host.settings, default_settings(host.release))
    switch = host_nouns.Switch(id=UUID(int=0), name="")
    made_up: dict[str, Any] = {
        "kind": "World",
        "host": made,
        "switches": [{"name": one.name, **shapes.SWITCH.dump(one, switch), **_dump_management(one, state)} for one in state.switches.values()],
        "nats": [_NAT.dump(one, Nat(name="", prefix="")) for one in state.nats],
        "addresses": [{"interface": one.interface, "address": one.address, "length": one.length} for one in state.addresses],
        "files": [_dump_file(one) for one in state.files.values()],
        "vms": [seed_checkpoints.dump_with_checkpoints(vm, state) for vm in state.vms.values()],
        "drawn": dict(state.drawn),
    }
    return made_up


def dump_text(state: State) -> str:
    """The same as YAML text."""
    return emit(dump_state(state))


def _nats(node: Node | None, state: State, problems: Problems) -> None:
    """NATs; `switch` and `gateway`, as in the format, give the host's adapter on that switch its address."""
    made: list[tuple[Node, Nat]] = []
    for item in _list(node, problems):
        given = _NAT.load(item, problems, ("switch", "gateway"))
        if not given.get("name") or not given.get("prefix"):
            problems.add(item, "A NAT needs a name and a prefix.")
            continue
        made.append((item, Nat(**given)))
        if "gateway" in item.value and "switch" in item.value:
            length = given["prefix"].partition("/")[2]
            alias = f"vEthernet ({item.value['switch'].text})"
            state.addresses.append(Address(interface=alias, address=item.value["gateway"].text, length=int(length) if length.isdigit() else 24))
            seed_checks.address(item.value["gateway"], item.value["gateway"].text, problems)
    seed_checks.nats(made, problems)
    seed_checks.twice(((item, one.name) for item, one in made), "The NAT", problems)
    state.nats += [one for _, one in made]


def _list(node: Node | None, problems: Problems) -> list[Node]:
    if node is None or node.value is None:
        return []
    if isinstance(node.value, list):
        return node.value
    problems.add(node, "This must be a list.")
    return []


def _host(node: Node | None, problems: Problems, release: str | None) -> Host:
    given = shapes.HOST.load(node, problems, ("volumes", "netAdapters", "settings")) if node is not None else {}
    name = given.setdefault("name", "HV01")
    given.setdefault("uuid", drawn_id(name, "host", name, 0))
    if release is not None:
        if release not in RELEASES:
            problems.add(None, f"There is no release `{release}`.", f"Known: {', '.join(RELEASES)}.")
            problems.stop_if_any()
        given["release"] = release
    parts = node.value if node is not None and isinstance(node.value, dict) else {}
    settings = _settings(parts["settings"], problems) if "settings" in parts else {}
    octets = given["uuid"].bytes[:2].hex().upper()
    settings.setdefault("mac_minimum", f"00155D{octets}00")
    settings.setdefault("mac_maximum", f"00155D{octets}FF")
    given["settings"] = replace(default_settings(given.setdefault("release", "2025")), **settings)
    if "volumes" in parts:
        listed = _list(parts["volumes"], problems)
        volumes = [shapes.VOLUME.load(item, problems) for item in listed]
        seed_checks.twice(((item, one["path"].rstrip("\\")) for item, one in zip(listed, volumes, strict=True) if "path" in one), "The volume", problems)
        for item, one in zip(listed, volumes, strict=True):
            if one.get("free", 0) > one.get("size", 0):
                problems.add(item, "More of the volume is free than there is of it.")
        given["volumes"] = tuple(
            host_nouns.Volume(**{"free": one.get("size", 0), **one, "path": one["path"].rstrip("\\") + "\\"})
            for one in volumes
            if "path" in one and "size" in one
        )
    cards = _list(parts.get("netAdapters"), problems)
    adapters = [shapes.NET_ADAPTER.load(item, problems) for item in cards]
    seed_checks.twice(((item, one["name"]) for item, one in zip(cards, adapters, strict=True) if "name" in one), "The network adapter", problems)
    given["net_adapters"] = tuple(
        host_nouns.NetAdapter(
            **{
                "id": drawn_id(name, "netadapter", one.get("name", ""), 0),
                "name": "Ethernet",
                "mac": "000000000000",
                "description": one.get("name", "Ethernet"),
                **one,
            }
        )
        for one in adapters
    )
    return Host(**given)


def _settings(node: Node, problems: Problems) -> dict[str, Any]:
    parts = {"macAddressRange": shapes.MAC_RANGE, "liveMigration": shapes.MIGRATION}
    made = shapes.SETTINGS.load(node, problems, tuple(parts))
    for key, shape in parts.items():
        if isinstance(node.value, dict) and key in node.value:
            made.update(shape.load(node.value[key], problems))
    return made


def _dump_settings(settings: host_nouns.Settings, default: host_nouns.Settings) -> dict[str, Any]:
    made = shapes.SETTINGS.dump(settings, default)
    for key, shape in (("macAddressRange", shapes.MAC_RANGE), ("liveMigration", shapes.MIGRATION)):
        inner = shape.dump(settings, default)
        if inner:
            made[key] = inner
    return made


def _switches(node: Node | None, state: State, problems: Problems) -> None:
    behind: list[tuple[Node, str]] = []
    for item in _list(node, problems):
        given = shapes.SWITCH.load(item, problems, ("allowManagementOS", "managementAdapters"))
        if not given.get("name"):
            problems.add(item, "A switch needs a name.")
            continue
        if given.get("net_adapters"):
            given.setdefault("type", "External")
        drawn = state.draw("switch", given["name"])
        given.setdefault("id", drawn)
        given["management"] = _management(item, given, state, problems)
        if given["id"] in state.switches:
            problems.add(item, f"The id {given['id']} is taken twice.")
        given["net_adapters"] = tuple(found for one in given.get("net_adapters", ()) if (found := _behind(one, state, problems)))
        if given["net_adapters"] and given.get("type", "Internal") != "External":
            problems.add(item, f"The {given.get('type', 'Internal')} switch {given['name']} stands on no network adapter of the host.")
        behind += [(item, name) for name in given["net_adapters"]]
        state.switches[given["id"]] = host_nouns.Switch(**given)
    seed_checks.twice(behind, "The network adapter behind a switch", problems)


def _behind(node: Node, state: State, problems: Problems) -> str:
    """The name of the host's adapter that a switch stands on: given as a text, or by name, MAC address or description."""
    wanted = next(iter(node.value.items()), ("name", node)) if isinstance(node.value, dict) else ("name", node)
    tests = {"name": lambda one: one.name, "description": lambda one: one.description, "mac": lambda one: one.mac}
    key, text = wanted[0], wanted[1].text.lower()
    text = (units.parse_mac(text) or "").lower() if key == "mac" else text
    found = [one.name for one in state.host.net_adapters if key in tests and tests[key](one).lower() == text]
    if not found:
        problems.add(node, f"The host has no network adapter of the {key} `{wanted[1].text}`.")
    return found[0] if found else ""


def _management(item: Node, given: dict[str, Any], state: State, problems: Problems) -> tuple[Adapter, ...]:
    """The host's own adapters on a switch: as listed, else one of the switch's name unless the host does not use it."""
    listed = item.value.get("managementAdapters")
    if listed is not None:
        cards = named_items(listed, problems, "managementAdapters")
        loaded = (load_adapter(key, card, state, problems, given["id"]) for key, card in cards)
        return tuple(replace(card, switch=given["id"]) for card in loaded if card is not None)
    allowed = item.value.get("allowManagementOS")
    used = given.get("type", "Internal") != "Private" if allowed is None else boolean(allowed, problems) is True
    return (own_adapter(state, given["id"], given["name"]),) if used else ()


def _dump_management(one: host_nouns.Switch, state: State) -> dict[str, Any]:
    return {"managementAdapters": [dump_adapter(replace(card, switch=None), state) for card in one.management]}


def _files(node: Node | None, state: State, problems: Problems) -> None:
    made: list[tuple[Node, File]] = []
    for item in _list(node, problems):
        given = shapes.FILE.load(item, problems, ("vhd",))
        if not given.get("path"):
            if not isinstance(item.value, dict) or "path" not in item.value:
                problems.add(item, "A file needs a path.")
            continue
        header = item.value.get("vhd")
        if header is not None:
            rows = shapes.VHD.load(header, problems, ("fileSize",))
            if "size" not in rows and not rows.get("parent"):
                problems.add(header, "A virtual hard disk needs a size.")
                continue
            if rows.get("parent"):
                rows.setdefault("type", "Differencing")
            rows.setdefault("size", 0)
            rows.setdefault("identifier", str(drawn_id(state.host.name, "vhd", units.path_key(given["path"]), 0)).upper())
            vhd = replace(_header(given["path"]), **rows)
            inside = size(header.value["fileSize"], problems) if "fileSize" in header.value else None
            fallback = vhd.size if vhd.type == "Fixed" else 4 * units.MIB
            given["size"] = given.get("size", inside if isinstance(inside, int) else fallback)
            given["vhd"] = vhd
        if state.volume(given["path"]) is None:
            problems.add(item, f"`{given['path']}` lies on no volume of the host.", "Add the volume under host.volumes.")
        file = File(**given)
        state.put_file(file, account=False)
        state.make_folders(units.parent_of(file.path))
        seed_checks.file(item, file, problems)
        made.append((item, file))
    seed_checks.twice(((item, units.path_key(file.path)) for item, file in made), "The file", problems)
    seed_checks.chains(made, state, problems)
    for file in list(state.files.values()):
        if file.vhd and file.vhd.parent and not file.vhd.size:
            parent = state.vhd(file.vhd.parent)
            state.put_file(replace(file, vhd=replace(file.vhd, size=parent.size if parent else 0)), account=False)


def _header(path: str) -> Vhd:
    """What a header says that a file does not spell out: a VHD has sectors of 512 bytes and blocks of 2 MiB (behaviour 3.2)."""
    return Vhd(size=-1, block=2 * units.MIB, physical=512) if units.extension_of(path) in (".vhd", ".avhd") else Vhd(size=-1)


def _dump_file(file: File) -> dict[str, Any]:
    if file.folder:
        return {"path": file.path, "folder": True}
    if file.vhd is None:
        return {"path": file.path, "size": units.size_text(file.size)}
    return {"path": file.path, "vhd": {**shapes.VHD.dump(file.vhd, Vhd(size=-1)), "fileSize": units.size_text(file.size)}}


def _vms(node: Node | None, state: State, problems: Problems) -> None:
    made: list[tuple[Node, VM]] = []
    for item in _list(node, problems):
        vm = seed_checkpoints.load_with_checkpoints(item, state, problems)
        if vm is None:
            continue
        if vm.id in state.vms:
            problems.add(item, f"The id {vm.id} is taken twice.")
        state.vms[vm.id] = replace(vm, disks=tuple(state.given(disk) if disk.serial is None and state.file(disk.path) else disk for disk in vm.disks))
        state.make_folders(vm.path)
        made.append((item, state.vms[vm.id]))
        seed_checks.machine(item, vm, state, problems)
    seed_checks.locked(made, state, problems)
