"""Our line in the notes: it is found, and every other byte of the notes stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hvplan.model import marker
from hvplan.model.marker import LIMIT, Marker

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
GUIDS = st.uuids().map(str)
HEX = st.text("0123456789abcdef", min_size=6, max_size=6)
MARKERS = st.builds(
    Marker,
    stack=NAMES,
    id=NAMES,
    kind=st.sampled_from(["vm", "switch"]),
    owner=st.one_of(st.just("new"), GUIDS.map(lambda guid: guid[: marker.ID_LENGTH])),
    origin=st.sampled_from(["created", "adopted"]),
    applied=st.dictionaries(st.sampled_from(["cpu", "mem", "vm", "disks/os", "networkAdapters/a b"]), HEX),
    adapters=st.dictionaries(NAMES, GUIDS.map(lambda guid: guid[: marker.ID_LENGTH]), max_size=3),
    protect=st.booleans(),
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=30)
NOTES = WORDS.filter(lambda text: not text.startswith(marker.PREFIX))
BREAKS = st.sampled_from(["\n", "\r\n", "\r"])


@given(MARKERS)
def test_a_line_comes_back(value: Marker) -> None:
    """What is written is read back the same, whatever the names hold."""
    line = marker.write(value)
    assert "\n" not in line
    assert marker.find(line) == (value, 1)


@given(MARKERS, st.lists(NOTES, max_size=3), st.lists(NOTES, max_size=3), BREAKS)
def test_the_users_text_is_what_it_was(value: Marker, before: list[str], after: list[str], end: str) -> None:
    """Wherever the line stands and however lines end, the users' text is the notes without it and without one line break."""
    line = marker.write(value)
    notes = end.join([*before, line, *after])
    assert marker.find(notes) == (value, 1)
    assert marker.text_of(notes) == end.join([*before, *after])


@given(MARKERS, MARKERS, st.lists(NOTES, max_size=3), BREAKS)
def test_replacing_touches_nothing_else(one: Marker, other: Marker, text: list[str], end: str) -> None:
    """The line is exchanged where it stands, or appended after one break."""
    notes = end.join(text)
    first = marker.replace_line(notes, marker.write(one))
    second = marker.replace_line(first, marker.write(other))
    assert marker.text_of(first) == marker.text_of(second) == notes
    assert marker.find(second) == (other, 1)


def test_two_lines_are_not_believed() -> None:
    """With two lines that claim to be ours none is believed."""
    line = marker.write(Marker(stack="a", id="b"))
    assert marker.find(f"{line}\n{line}") == (None, 2)


def test_a_copied_machine_carries_a_foreign_line() -> None:
    """The line belongs to the object whose GUID it carries, or to one that is just being made."""
    guid = "2F0C8A52-6D3E-4F1A-9B7C-0D1E2F3A4B5C"
    assert Marker(stack="a", id="b", owner="2f0c8a52-6d3e").fits(guid)
    assert Marker(stack="a", id="b").fits(guid)
    assert not Marker(stack="a", id="b", owner="00000000-0000").fits(guid)


def test_many_devices_fold() -> None:
    """A line never grows over its limit: digests of devices fold into one."""
    value = Marker(stack="lab", id="web01", applied={"cpu": "abcdef"} | {f"networkAdapters/adapter-{i:03}": "abcdef" for i in range(200)})
    line = marker.write(value)
    assert len(line) < LIMIT
    found, _ = marker.find(line)
    assert found is not None
    assert set(found.applied) == {"cpu", "devices"}


def test_a_line_in_the_middle_is_replaced_where_it_stands() -> None:
    """Every other byte stays, the line breaks of Windows too."""
    old, new = marker.write(Marker(stack="a", id="b")), marker.write(Marker(stack="a", id="c"))
    assert marker.replace_line(f"above\r\n{old}\r\nbelow", new) == f"above\r\n{new}\r\nbelow"
