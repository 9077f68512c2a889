"""Rows: every attribute says all that is derived from it, and what travels together is one call."""

from __future__ import annotations

from typing import Any

import pytest

from hvplan.model.devices import AdapterSettings, DriveSettings, Slot, Vlan, parse_slot
from hvplan.model.hostsettings import HostSettings
from hvplan.model.impact import Impact, Situation, judge
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.parts import PARTS, Memory, Processor
from hvplan.model.rows import Row, nest, rows, written
from hvplan.model.values import RESET, UNSET

ALL: list[tuple[type[Any], str, Row]] = [
    (part, name, row)
    for part in (*(kind for _, kind in PARTS), AdapterSettings, DriveSettings, SwitchSettings, ManagementSettings, HostSettings)
    for name, row in rows(part).items()
]


@pytest.mark.parametrize(("part", "name", "row"), ALL, ids=[f"{part.__name__}.{name}" for part, name, row in ALL])
def test_a_row_is_complete(part: type[Any], name: str, row: Row) -> None:
    """It has words for people, a source, a schema, something that reads it and something that writes it."""
    assert row.doc.endswith(".")
    assert row.source
    assert row.kind.schema
    assert row.get
    assert row.set or row.off
    assert row.query.startswith("Get-")
    assert row.write.split("-")[0] in (("New", "Add") if row.create_only else ("Enable",) if row.off else ("Set", "Connect"))
    assert set(row.generations) <= {1, 2}
    if row.default is not UNSET:
        assert set(row.encode(row.default)) <= set(row.set)
        assert row.kind.parse(row.default) == row.default
    if row.resets_to is not UNSET:
        assert set(row.encode(row.resets_to)) <= set(row.set)
        assert row.kind.parse(row.resets_to) == row.resets_to


@pytest.mark.parametrize(("part", "name", "row"), ALL, ids=[f"{part.__name__}.{name}" for part, name, row in ALL])
def test_an_impact_table_always_ends(part: type[Any], name: str, row: Row) -> None:
    """The last line of every table has no condition, so there is always an answer."""
    vm = Situation(state="Running", generation=2)
    last = row.impact[-1]
    assert last.test(None, None, vm)
    assert judge(row.impact, None, None, vm) in row.impact


def test_paths_are_unique() -> None:
    """No two rows of a machine stand in one place."""
    paths = [row.path for _, kind in PARTS for row in rows(kind).values()]
    assert len(paths) == len(set(paths))


def test_sizes_of_memory_travel_together() -> None:
    """Hyper-V checks startup, minimum and maximum against each other, so they are one call (behaviour 3.2)."""
    together = {name for name, row in rows(Memory).items() if row.together == "sizes"}
    assert together == {"startup", "dynamic", "minimum", "maximum"}


def test_startup_memory() -> None:
    """Static memory is changed while the machine runs, dynamic memory is not; on a machine that is off everything is (behaviour 2.2)."""
    table = rows(Memory)["startup"].impact
    running = {"state": "Running", "generation": 2, "version": "9.0"}
    assert judge(table, 1, 2, Situation(**running)).impact is Impact.ONLINE  # type: ignore[arg-type]
    assert judge(table, 1, 2, Situation(**running, dynamic_memory=True)).impact is Impact.RESTART  # type: ignore[arg-type]
    assert judge(table, 1, 2, Situation(state="Off", generation=2, version="9.0", dynamic_memory=True)).impact is Impact.ONLINE
    assert judge(table, 1, 2, Situation(state="Saved", generation=2, version="9.0", dynamic_memory=True)).impact is Impact.RESTART


def test_written_is_what_is_set() -> None:
    """Unset is skipped; a reset is something that is written."""
    part = Processor(count=2, weight=RESET)
    assert [(name, value) for name, _, value in written(part)] == [("count", 2), ("weight", RESET)]


def test_nest() -> None:
    """Paths become a tree; a longer path wins over a plain value above it."""
    assert nest({"memory.startup": 1, "memory.dynamic": True, "memory.dynamic.minimum": 2, "notes": "x"}) == {
        "memory": {"startup": 1, "dynamic": {"minimum": 2}},
        "notes": "x",
    }


@pytest.mark.parametrize(("written_as", "slot"), [("scsi 0:1", Slot("scsi", 0, 1)), (" SCSI 3:63 ", Slot("scsi", 3, 63)), ("ide 1:1", Slot("ide", 1, 1))])
def test_slots(written_as: str, slot: Slot) -> None:
    """KIND CONTROLLER:LOCATION."""
    assert parse_slot(written_as) == slot
    assert parse_slot(str(slot)) == slot


@pytest.mark.parametrize("written_as", ["scsi 4:0", "scsi 0:64", "ide 2:0", "ide 0:2", "sata 0:0", "scsi 0", "0:0", "", 1, None])
def test_slots_that_do_not_exist(written_as: object) -> None:
    """Only what a machine can have (behaviour 3.2)."""
    with pytest.raises(ValueError, match="a slot"):
        parse_slot(written_as)


@pytest.mark.parametrize(
    ("record", "vlan", "sent"),
    [
        ({"VlanSetting": {"OperationMode": "Access", "AccessVlanId": 20}}, Vlan("Access", 20), {"Access": True, "VlanId": 20}),
        ({"VlanSetting": {"OperationMode": "Untagged", "AccessVlanId": 0}}, Vlan(), {"Untagged": True}),
        ({"VlanSetting": None}, Vlan(), {"Untagged": True}),
        (
            {"VlanSetting": {"OperationMode": "Private", "PrivateVlanMode": "Isolated", "PrimaryVlanId": 10, "SecondaryVlanId": 101}},
            Vlan("Isolated", 10, secondary=((101, 101),)),
            {"Isolated": True, "PrimaryVlanId": 10, "SecondaryVlanId": 101},
        ),
        (
            {"VlanSetting": {"OperationMode": "Private", "PrivateVlanMode": "Community", "PrimaryVlanId": 10, "SecondaryVlanId": 102}},
            Vlan("Community", 10, secondary=((102, 102),)),
            {"Community": True, "PrimaryVlanId": 10, "SecondaryVlanId": 102},
        ),
        (
            {"VlanSetting": {"OperationMode": "Private", "PrivateVlanMode": "Promiscuous", "PrimaryVlanId": 10, "SecondaryVlanIdList": [101, 103, 102, 200]}},
            Vlan("Promiscuous", 10, secondary=((101, 103), (200, 200))),
            {"Promiscuous": True, "PrimaryVlanId": 10, "SecondaryVlanIdList": "101-103,200"},
        ),
    ],
)
def test_vlans(record: dict[str, Any], vlan: Vlan, sent: dict[str, Any]) -> None:
    """Read from the adapter's setting, written as parameters of a set of their own."""
    row = rows(AdapterSettings)["vlan"]
    assert row.decode(record) == vlan
    assert row.encode(vlan) == sent
    assert row.kind.parse(row.json(vlan)) == vlan


def test_null_is_what_a_new_adapter_or_drive_has() -> None:
    """`null` on any setting of an adapter or drive means the value that sets it back; only what is decided at creation or null by itself has none."""
    assert {row.path for row in rows(AdapterSettings).values() if row.resets_to is UNSET} == {"switch", "legacy"}
    assert [row.resets_to for row in rows(DriveSettings).values()] == [0, 0]
    assert rows(AdapterSettings)["vlan"].resets_to == Vlan()
    assert rows(AdapterSettings)["mac"].resets_to == "Dynamic"


def test_another_vlan_mode_keeps_its_name() -> None:
    """A trunk is not mistaken for anything that can be declared."""
    assert rows(AdapterSettings)["vlan"].decode({"VlanSetting": {"OperationMode": "Trunk", "AccessVlanId": 0}}) == Vlan("Trunk")
