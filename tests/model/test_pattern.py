"""PowerShell's patterns, as they matter for switch names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.model import pattern


@pytest.mark.parametrize(
    ("text", "name", "fits"),
    [
        ("lan", "LAN", True),
        ("lan*", "lan2", True),
        ("l?n", "lon", True),
        ("l?n", "ln", False),
        ("l[ao]n", "lon", True),
        ("l[a-c]n", "lBn", True),
        ("l[a-c]n", "ldn", False),
        ("l`[a]n", "l[a]n", True),
        ("l`*", "l*", True),
        ("l`*", "lx", False),
        ("l[an", "l[an", False),
        ("l.n", "lxn", False),
        ("*", "", True),
        ("a\nb*", "a\nbc", True),
    ],
)
def test_fits(text: str, name: str, fits: bool) -> None:
    """Wildcards as PowerShell reads them, without regard to case."""
    assert pattern.fits(text, name) is fits


@given(st.text(), st.text())
def test_any_two_texts(text: str, name: str) -> None:
    """No text brings it down, and one without wildcards fits itself."""
    pattern.fits(text, name)
    if not pattern.is_pattern(text):
        assert pattern.fits(text, text)
