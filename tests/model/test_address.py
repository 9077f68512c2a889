"""Addresses and the globs over them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.model import address
from hvplan.model.address import Glob


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_name_comes_back(name: str) -> None:
    """Encoding loses nothing, and leaves nothing in it that an address or a glob gives a meaning to."""
    part = address.encode(name)
    assert address.decode(part) == name
    assert not set(part) & set("/*?[]")
    assert all(character.isprintable() or ord(character) > 0x9F for character in part)


def test_addresses() -> None:
    """Kinds and devices."""
    assert address.vm("web01") == "vm/web01"
    assert address.switch("a/b") == "switch/a%2Fb"
    assert address.disk("100%") == "disk/100%25"
    device = address.device(address.vm("a[b]*c"), "networkAdapters", "lan 1")
    assert device == "vm/a%5Bb%5D%2Ac/networkAdapters/lan 1"
    assert address.owner(device) == "vm/a%5Bb%5D%2Ac"


@pytest.mark.parametrize(
    ("glob", "where", "fits"),
    [
        ("web*", "vm/web01", True),
        ("WEB01", "vm/web01", True),
        ("web01", "vm/web01/disks/os", True),
        ("web", "vm/web01", False),
        ("*", "switch/lan", False),
        ("*/*", "switch/lan", True),
        ("vm/*/disks/os", "vm/web01/disks/os", True),
        ("vm/*/disks/os", "vm/web01", False),
        ("vm/*", "vm/web01/disks/os", True),
        ("hv01:web??", "vm/web01", True),
        ("hv02:web??", "vm/web01", False),
        ("hv*:switch/lan", "switch/lan", True),
        ("label=tier:web", "vm/web01", True),
        ("label=tier:db", "vm/web01", False),
        ("a%2Fb", "vm/a%2Fb", True),
    ],
)
def test_globs(glob: str, where: str, fits: bool) -> None:
    """`*` and `?` stay inside one part; a glob fits an address and everything below; without `/` it means machines."""
    assert Glob(glob).fits(where, "hv01", (("tier", "web"),)) is fits
