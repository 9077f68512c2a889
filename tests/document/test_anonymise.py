"""Anonymised inventories: nothing of the original is left, the shape stays, and the same input gives the same output."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from hvplan.document.anonymise import HARMLESS, WORDS, anonymised
from hvplan.document.inventory import InventoryDocument
from hvplan.document.inventory_file import load_inventories, to_bytes, to_mapping
from hvplan.live.inventory import host_of, inventory_of, word_settings
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.model.boot import words
from hvplan.model.live import LiveHost
from hvplan.model.values import Unknown, normal_path
from hvplan.simulator.world import SimulatedWorld
from tests import casebook
from tests.direct import DirectSession
from tests.live.worlds import HOSTS

WORLDS = {
    f"{file.parent.parent.name}-{file.parent.name}": file
    for file in sorted([*casebook.CASES.glob("*/host.world.yaml"), *casebook.CASES.parents[1].glob("examples/*/*.world.yaml")])
}
WORD_SETTINGS = word_settings()
OURS = re.compile(
    r"(vm|switch|adapter|checkpoint|folder|file|host|text|nic|id|stack|x+|hvplan|new|created|adopted|origin|protect|restart|microsoft|default|not|shown)"
)


def _inventory(name: str) -> InventoryDocument:
    world = SimulatedWorld.from_text(WORLDS[name].read_text("utf-8"))
    return inventory_of(read_host(DirectSession(world), Wanted(host="hv01", every=True, network=True)), host="hv01", meta={})


def _said(document: InventoryDocument) -> Iterator[str]:
    """Every word of every text that somebody chose: names, notes, paths; and every id and MAC."""
    tree = to_mapping(document)
    texts = [tree["host"], tree["identity"]["computer"], tree["identity"]["machine_id"], tree["vm_path"], tree["vhd_path"], *tree["files"], *tree["vhds"]]
    for one in (*tree["vms"], *tree["switches"]):
        texts += [one["id"], one["name"], one["notes"], one.get("path", "")]
    for vm in tree["vms"]:
        texts += [drive["path"] for drive in (*vm["disks"], *vm["dvds"])]
        texts += [text for adapter in vm["adapters"] for text in (adapter["id"], adapter["name"], adapter["mac"])]
        texts += [text for entry in vm["boot_order"] for text in (entry["adapter"], entry["firmware_path"])]
        texts += [text for checkpoint in vm["checkpoints"] for text in (checkpoint["id"], checkpoint["name"])]
    for text in texts:
        yield from (word for word in re.split(r"[\s\\/.:_=,'\"\[\]{}()]+", text.lower()) if len(word) > 3 and not OURS.fullmatch(word))


@pytest.mark.parametrize("name", WORLDS)
def test_nothing_of_the_original_is_left(name: str) -> None:
    """No word of a name, path or note, no id and no MAC address of the host is found in the anonymised file."""
    document = _inventory(name)
    made = to_mapping(anonymised(document, WORD_SETTINGS))
    made.pop("commands")
    text = str(made).lower()
    known = {vm["state"].lower() for vm in made["vms"]} | {"00-00-00-00-00-00", "vhdx", "avhdx"} | {word.lower() for word in WORDS}
    left = {word for word in _said(document) if word not in known and re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text)}
    assert left <= _vocabulary(made), left


def _vocabulary(tree: dict[str, Any]) -> set[str]:
    """Keys of the document and Hyper-V's own words are ours, whatever a machine may be called."""

    def keys(value: Any) -> Iterator[str]:
        for key, below in value.items() if isinstance(value, dict) else ():
            yield from (word.lower() for word in (key, *re.split("[._]", key)) if "\\" not in key)
            if isinstance(below, bool) or key in HARMLESS | WORD_SETTINGS:
                yield str(below).lower()
            yield from keys(below)
        for item in value if isinstance(value, list) else ():
            yield from keys(item)

    return set(keys(tree))


@pytest.mark.parametrize("name", WORLDS)
def test_the_shape_stays(name: str) -> None:
    """It is read back as an inventory; sizes, states, chains and who is connected to what are those of the original."""
    document = _inventory(name)
    made = anonymised(document, WORD_SETTINGS)
    assert to_bytes(anonymised(document, WORD_SETTINGS)) == to_bytes(made)
    assert load_inventories(to_bytes(made), name="x") == (made,)
    before, after = host_of(document), host_of(made)
    assert [(vm.state, vm.generation, vm.memory, vm.processor, len(vm.disks)) for vm in after.vms] == [
        (vm.state, vm.generation, vm.memory, vm.processor, len(vm.disks)) for vm in before.vms
    ]
    assert _chains(after) == _chains(before)
    assert _orders(after) == _orders(before)
    assert (len(made.vhds), len(made.files)) == (len(document.vhds), len(document.files))
    assert len({vm.name for vm in after.vms}) == len({vm.name.lower() for vm in before.vms})
    switches = {switch.name for switch in after.switches}
    assert all(adapter.settings.switch in (switches | {None}) for vm in after.vms for adapter in vm.adapters)  # type: ignore[union-attr]


def _chains(live: LiveHost) -> list[list[int]]:
    """For every disk, the sizes of the files down its chain."""
    found = []
    for vm in live.vms:
        for drive in vm.disks:
            sizes, path = [], drive.path
            while isinstance(header := live.vhds.get(normal_path(path)), object) and hasattr(header, "parent"):
                sizes.append(header.file_size)  # type: ignore[union-attr]
                path = header.parent  # type: ignore[union-attr]
            found.append(sizes)
    return found


def _orders(live: LiveHost) -> list[list[int | str]]:
    """For every machine, what its boot order counts: slots, adapters by their place, files by what they lie on."""
    found: list[list[int | str]] = []
    for vm in live.vms:
        assert not isinstance(vm.boot_order, Unknown)
        assert not isinstance(vm.adapters, Unknown)
        ids = [adapter.id.lower() for adapter in vm.adapters]
        found.append([ids.index(word) if word in ids else word for word in words(vm.boot_order)])
    return found


@settings(deadline=None, max_examples=60)
@given(HOSTS)
def test_whatever_a_host_holds(live: LiveHost) -> None:
    """No text makes it fail, the result is a document again, and reading it twice gives the same bytes."""
    document = inventory_of(live, host="hv01", meta={})
    made = anonymised(document, WORD_SETTINGS)
    assert made.anonymised
    assert to_bytes(anonymised(document, WORD_SETTINGS)) == to_bytes(made)
    assert load_inventories(to_bytes(made), name="x") == (made,)
    assert len(made.vms) == len(document.vms)


def test_marks_still_fit_their_machines() -> None:
    """A machine that this stack owned is still owned by it under its made-up name, and a copy is still a copy."""
    made = host_of(anonymised(_inventory("cases-in-sync"), WORD_SETTINGS))
    (vm,) = made.vms
    assert f"stack=stack-1 id={vm.name} vm={vm.id[:13]} origin=created" in vm.notes


def test_a_range_of_addresses_stays_one() -> None:
    """The host's range of MAC addresses tells its IP address: it begins elsewhere, and is as long as it was."""
    document = _inventory("cases-in-sync")
    assert isinstance(document.settings, Mapping)
    keys = ("settings.macAddressRange.minimum", "settings.macAddressRange.maximum")
    ends = dict(zip(keys, ("00-15-5D-0A-07-00", "00-15-5D-0A-07-FF"), strict=True))
    made = anonymised(replace(document, settings={**document.settings, **ends}), WORD_SETTINGS).settings
    assert isinstance(made, Mapping)
    assert tuple(made[key] for key in keys) == ("00-15-5D-FF-00-00", "00-15-5D-FF-00-FF")
