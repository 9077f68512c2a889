"""The engine that HVPLAN_ENGINE names; without it these tests are reported as not run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture
def engine() -> Path:
    """The program that is PowerShell."""
    named = os.environ.get("HVPLAN_ENGINE")
    if not named:
        pytest.skip("not run: HVPLAN_ENGINE is not set")
    return Path(named)
