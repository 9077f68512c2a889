"""Every recorded conversion of the real engine: a value, a type, and what PowerShell makes of it.

Left out is what depends on the day it is asked (dates without a year, times without a date), single ticks of a date,
and a decimal's trailing zeros, which our values do not carry.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hvplan.simulator.powershell import psobject
from hvplan.simulator.powershell.convert import Unconvertible, convert, is_assignable
from hvplan.simulator.powershell.notation import read, write

RECORDINGS = Path(__file__).parents[2] / "recordings" / "conversions.jsonl.xz"
EXPECTED = 5523


def converted(value: Any, type: str) -> dict[str, Any]:
    bare = psobject.base(value)
    if is_assignable(type, bare):
        return {"gives": write(bare)}
    try:
        return {"gives": write(convert(bare, type))}
    except Unconvertible:
        return {"fails": True}


def test_every_recorded_conversion_agrees(figure: Callable[[str], None]) -> None:
    """Numbers, enums, text, GUIDs, times and versions convert to what the real engine makes of them, and fail where it fails."""
    lines = [json.loads(line) for line in lzma.decompress(RECORDINGS.read_bytes()).splitlines()]
    differing = []
    for line in lines:
        expected = {key: line[key] for key in line if key not in ("value", "type")}
        got = converted(read(line["value"], live=True), line["type"])
        if json.dumps(got) != json.dumps(expected):
            differing.append(f"{line['value']!r} to {line['type']}: expected {expected}, got {got}")
    figure(f"{len(lines) - len(differing)} recorded conversions agree")
    assert not differing, f"{len(differing)} of {len(lines)} recorded conversions differ:\n" + "\n".join(differing[:10])
    assert len(lines) == EXPECTED
