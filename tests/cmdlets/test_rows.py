"""Names that other rooms write as text, held against the table and the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hvplan.cmdlets.table import TABLE
from hvplan.model.devices import AdapterSettings, DriveSettings
from hvplan.model.hostsettings import HostSettings
from hvplan.model.network import ManagementSettings, SwitchSettings
from hvplan.model.parts import PARTS
from hvplan.model.rows import Row, rows

CATALOGUE: Any = json.loads((Path(__file__).parent / "catalogue.json").read_text("utf-8"))
ROWS = [
    row
    for part in (*(part for _, part in PARTS), AdapterSettings, DriveSettings, SwitchSettings, ManagementSettings, HostSettings)
    for row in rows(part).values()
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.path)
def test_a_row_names_what_exists(row: Row) -> None:
    """The cmdlet that reads it lists objects with those properties, the one that writes it has those parameters."""
    read = TABLE[row.query]
    assert not read.write
    assert set(row.get) <= set(CATALOGUE["objects"][read.output])
    if row.write:
        assert TABLE[row.write].write
        assert set(row.set) <= set(TABLE[row.write].parameters)
    if row.off:
        assert TABLE[row.off].write
        takes = {read.output: "VMIntegrationService"} if row.component else {}
        assert TABLE[row.off].pipe == TABLE[row.write].pipe == takes
