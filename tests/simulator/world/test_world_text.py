"""Text and numbers of a world file: whatever is written is read back as the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.simulator.world import units
from hvplan.simulator.world.emitter import emit
from hvplan.simulator.world.reader import Node, Problems, read

WRITABLE = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | WRITABLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WRITABLE, inner, max_size=3),
    max_leaves=12,
)


def plain(node: Node) -> Any:
    """A node's value without places."""
    if isinstance(node.value, dict):
        return {key: plain(item) for key, item in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return node.value


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(WRITABLE, VALUES, min_size=1, max_size=4))
def test_any_mapping_survives_the_file(value: dict[str, Any]) -> None:
    """Control characters, line separators, words that look like YAML: text stays text, a number a number."""
    problems = Problems("x")
    node = read(emit(value), problems)
    assert problems.found == []
    assert node is not None
    assert plain(node) == value


@given(st.integers(0, 1 << 62))
def test_sizes_rates_and_durations_are_exact(value: int) -> None:
    """The shortest way to write a quantity is read as that quantity."""
    assert units.parse_size(str(units.size_text(value))) == value
    assert units.parse_rate(str(units.rate_text(value))) == value
    assert units.parse_duration(str(units.duration_text(value))) == value


@pytest.mark.parametrize(
    ("text", "size"), [("4GiB", 4 << 30), ("60GB", 60 * 10**9), ("1.5GiB", 3 << 29), ("7", 7), ("4 apples", None), ("", None), ("-1", None)]
)
def test_sizes(text: str, size: int | None) -> None:
    """Binary and decimal units, plain bytes, and what is none."""
    assert units.parse_size(text) == size


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("D:\\VHDs\\A.vhdx", "d:/vhds/a.VHDX", True),
        ("D:\\VHDs\\", "D:\\VHDs", True),
        ("D:\\a\\\\b", "D:\\a\\b", True),
        ("\\\\srv\\share\\a", "\\\\SRV\\share\\a", True),
        ("D:\\a", "D:\\ab", False),
    ],
)
def test_one_file_has_one_key(one: str, other: str, same: bool) -> None:
    """Letters, slashes and a last separator make no difference on Windows."""
    assert (units.path_key(one) == units.path_key(other)) == same


@pytest.mark.parametrize("text", ["00-15-5D-01-02-03", "00155d010203", "00:15:5d:01:02:03", "0015.5D01.0203"])
def test_macs_in_any_usual_form(text: str) -> None:
    """Dashes, colons, dots, none."""
    assert units.parse_mac(text) == "00155D010203"
    assert units.mac_text("00155D010203") == "00-15-5D-01-02-03"


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    "text", ["\ufffe\uffff", "\u0085\u2028\u2029", "\x00\x7f\x9f", "\U0001f600", "\ufeff", "a: b # c", "'\"\\", "\t x ", "\r\n", "\ud7ff\ue000"]
)
def test_both_parsers_read_what_is_written(text: str, fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML has a fast parser and, where that is missing, a plain one."""
    if not fast:
        monkeypatch.delattr("yaml.CSafeLoader", raising=False)
    problems = Problems("x")
    node = read(emit({text: [text, {"k": text}]}), problems)
    assert problems.found == []
    assert node is not None
    assert plain(node) == {text: [text, {"k": text}]}


def test_half_a_character_does_not_spoil_the_file() -> None:
    """A lone surrogate, which no file can hold, is replaced by the sign for that."""
    node = read(emit({"notes": "a\ud800b"}), Problems("x"))
    assert node is not None
    assert plain(node) == {"notes": "a\ufffdb"}
