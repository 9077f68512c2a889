"""Inventories: a host comes back from its file as it was read, and a file that is none says so."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from hvplan.document import inventory as doc
from hvplan.document.inventory_file import load_inventories, to_bytes, to_mapping, to_yaml
from hvplan.document.schema import check
from hvplan.errors import ConfigurationError
from hvplan.live.inventory import PLAIN, as_read, host_of, inventory_of
from hvplan.live.read import read_host
from hvplan.live.wanted import Wanted
from hvplan.model.boot import BootEntry
from hvplan.model.live import Identity, LiveAdapter, LiveCheckpoint, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.network import LiveManagementAdapter, Nic
from hvplan.model.parts import PARTS
from hvplan.model.values import Unknown
from tests.live.scripted import host as scripted
from tests.live.worlds import HOSTS

META = {"time": "2026-01-02T03:04:05Z", "version": "0"}


@settings(deadline=None)
@given(HOSTS)
def test_nothing_is_lost_on_the_way(live: LiveHost) -> None:
    """Host to document to file to document to host, as JSON and as YAML: every value, Unknown and absent ones, is what it was."""
    document = inventory_of(live, host="hv01", meta=META)
    assert host_of(document) == live
    assert load_inventories(to_bytes(document), name="x.json") == (document,)
    assert load_inventories(to_yaml(document).encode(), name="x.yaml") == (document,)
    check(to_mapping(document))


@settings(deadline=None, max_examples=30)
@given(HOSTS)
def test_the_order_of_reading_does_not_matter(live: LiveHost) -> None:
    """The same host, whose objects were listed in another order, has the same bytes."""
    other = replace(live, vms=live.vms[::-1], switches=live.switches[::-1])
    unique = {(vm.name, vm.id) for vm in live.vms}, {(s.name, s.id) for s in live.switches}
    if (len(unique[0]), len(unique[1])) == (len(live.vms), len(live.switches)):
        assert to_bytes(inventory_of(other, host="h", meta={})) == to_bytes(inventory_of(live, host="h", meta={}))


def test_what_the_inventory_does_not_know_is_unknown() -> None:
    """A path that nobody asked for is Unknown with what to do about it; one that was asked for and is not there stays absent."""
    host = next_host(files={"d:\\a.vhdx": None, "d:\\b": LiveFile(path="D:\\b", folder=True, size=0)})
    live = as_read(host, Wanted(files=("D:\\a.vhdx", "D:\\b", "D:\\new.vhdx"), vhds=("D:\\a.vhdx", "D:\\new.vhdx")))
    assert (live.files["d:\\a.vhdx"], live.vhds["d:\\a.vhdx"]) == (None, None)
    unknown = live.files["d:\\new.vhdx"]
    assert isinstance(unknown, Unknown)
    assert "inspect again" in unknown.why
    assert isinstance(live.vhds["d:\\new.vhdx"], Unknown)


def next_host(**over: Any) -> LiveHost:
    """A host without machines."""
    return LiveHost(identity=Identity(computer="HV01", machine_id="1", release="2025", build="26100", module_version="2"), **over)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"kind: World\n",
        b"[]",
        b"{}",
        b'{"kind": "Inventory", "format_version": "9.9"}',
        b"kind: Inventory\nformat_version: '1.0'\n",
        b"kind: &a Inventory\nhost: *a\n",
        b"kind: Inventory\nkind: Inventory\n",
        b"kind: !x Inventory\n",
        b"\xff\xff\xff",
        b"{" * 10000,
        b"[" * 10000,
        b"a: b: c",
    ],
)
def test_what_is_no_inventory_is_exit_1(raw: bytes) -> None:
    """Another kind, another version, a missing key, tags, anchors and bombs: said so with the file's name, exit 1."""
    with pytest.raises(ConfigurationError) as caught:
        load_inventories(raw, name="inv.yaml")
    assert "inv.yaml" in str(caught.value.diagnostics[0])


@pytest.mark.parametrize("value", [{"processor.count": "many"}, {"speed": 1}])
def test_values_that_no_host_has_are_named(value: dict[str, Any]) -> None:
    """A value edited by hand that Hyper-V does not know is refused by its path."""
    document = inventory_of(read_host(scripted(), Wanted()), host="hv01", meta={})
    wrong = replace(document, vms=(replace(document.vms[0], parts={**document.vms[0].parts, "processor": value}),))
    with pytest.raises(ConfigurationError, match=next(iter(value))):
        host_of(wrong)


def test_every_field_is_carried() -> None:
    """Whatever a read learns to bring, an inventory has to hold: a new field of a live object is missed here first."""

    def names(kind: Any) -> set[str]:
        return {field.name for field in fields(kind)}

    assert names(LiveHost) == names(doc.InventoryDocument) - {"host", "anonymised", "meta"}
    assert names(LiveVm) == set(PLAIN) | {name for name, _ in PARTS} | {"disks", "dvds", "adapters", "boot_order", "checkpoints"}
    pairs = (
        (LiveSwitch, doc.Switch),
        (LiveAdapter, doc.Adapter),
        (LiveDrive, doc.Drive),
        (BootEntry, doc.BootEntry),
        (LiveCheckpoint, doc.Checkpoint),
        (LiveVhd, doc.VhdHeader),
    )
    others = ((LiveFile, doc.File), (Identity, doc.HostIdentity), (Nic, doc.HostNic), (LiveManagementAdapter, doc.HostAdapter))
    for live, written in (*pairs, *others):
        assert names(live) == names(written), live


def test_the_example_is_an_inventory() -> None:
    """`schemas/inventory.example.yaml` is complete, fits the schema, reads, and is written just so."""
    file = Path(__file__).parents[2] / "schemas" / "inventory.example.yaml"
    (document,) = load_inventories(file.read_bytes(), name="example")
    check(to_mapping(document))
    assert to_yaml(document) == file.read_text("utf-8")
    assert host_of(document).vms
    empty = [key for key, value in to_mapping(document).items() if value in ([], {})]
    assert empty in ([], ["reached"]), "an example shows every part"
