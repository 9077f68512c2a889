"""The recorded bindings, asked of the real engine again: what the recordings say is what it still does."""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulator.powershell.asking import Asked, engine_path
from tests.simulator.powershell.test_binder_recordings import FROM_A_CLIENT, RECORDINGS

Json = Any


def _gist(verdict: Mapping[str, Json]) -> Json:
    """Calls with what was bound, and errors by id and category."""
    failed = verdict.get("failed")
    errors = [(one["id"], one["category"]) for one in verdict.get("errors", ())]
    return verdict.get("calls", []), (failed["id"], failed["category"]) if failed else None, errors


def test_the_recordings_hold_on_the_engine(figure: Callable[[str], None]) -> None:
    """Everything but what a client's objects need, which is asked over the wire."""
    with lzma.open(RECORDINGS, "rt", encoding="utf-8") as file:
        lines = [line for line in map(json.loads, file) if not line["kind"].endswith(FROM_A_CLIENT)]
    with Asked(engine_path()) as engine:
        verdicts = engine.verdicts(lines)
    differ = [line["id"] for line, verdict in zip(lines, verdicts, strict=True) if _gist(line["verdict"]) != _gist(verdict)]
    assert differ == []
    figure(f"{len(lines)} recorded bindings hold on the real engine")
