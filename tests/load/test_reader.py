"""The strict reader: what a scalar means, encodings, limits, places; and no text that brings it down."""

from __future__ import annotations

import codecs

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml.events import Event

from hvplan.diagnostics import Place
from hvplan.load import reader
from hvplan.load.reader import MAX_VALUES, Reading, read, resolve
from hvplan.load.text import MAX_BYTES
from hvplan.load.tree import MAX_DEPTH, Mapping, Scalar, child, plain, where


def root(text: str | bytes) -> Mapping:
    """The one document of a text that must be right."""
    reading = read(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    assert reading.diagnostics == ()
    (document,) = reading.documents
    assert isinstance(document.root, Mapping)
    return document.root


def said(text: str | bytes) -> list[str]:
    """Everything that is said about a text, one line each, without hints."""
    reading = read(text if isinstance(text, bytes) else text.encode(), "f.yaml")
    return [str(d).splitlines()[0] for d in reading.diagnostics]


@pytest.mark.parametrize("written", ["null", "~", ""])
def test_null(written: str) -> None:
    """Null has three spellings."""
    assert resolve(written) is None


@pytest.mark.parametrize(("written", "meant"), [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)])
def test_truth(written: str, meant: bool) -> None:
    """true and false are known in lower, title and upper case."""
    assert resolve(written) is meant


@pytest.mark.parametrize("number", [0, 1, -1, 42, 2147483648, 10**30])
def test_whole_numbers(number: int) -> None:
    """Plain decimal integers are numbers."""
    assert resolve(str(number)) == number
    assert type(resolve(str(number))) is int


TEXTS = """010 -0 +5 0x1F 0o17 0b1 1_000 12:30:45 1e3 .5 5. .inf .nan yes no on off Yes NO On Off y n tRUE Null NULL
2026-01-01 1.10 10.0 = << 6001405A0B"""


@pytest.mark.parametrize("written", TEXTS.split())
def test_all_else_is_text_as_written(written: str) -> None:
    """What YAML 1.1 makes numbers, times, dates and booleans of stays the text that it is."""
    assert resolve(written) == written


def test_numbers_too_long_to_convert_are_text() -> None:
    """Python refuses to convert very long numbers; they stay text and a range says what is wrong."""
    assert resolve("9" * 5000) == "9" * 5000


def test_quotes_make_text() -> None:
    """Quoted scalars are never anything but text; so are block scalars."""
    assert plain(root("a: 'true'\nb: \"1\"\nc: |\n  2\nd: ''\n")) == {"a": "true", "b": "1", "c": "2\n", "d": ""}


def test_keys_are_text_as_written() -> None:
    """A key is what stands there, whatever it would mean as a value; a quoted << is a key like any other."""
    assert plain(root("1: a\ntrue: b\n010: c\nnull: d\n'<<': e\n")) == {"1": "a", "true": "b", "010": "c", "null": "d", "<<": "e"}


@pytest.mark.parametrize(
    "data",
    [
        "a: é\n".encode(),
        codecs.BOM_UTF8 + "a: é\n".encode(),
        codecs.BOM_UTF16_LE + "a: é\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "a: é\n".encode("utf-16-be"),
        "a: é\r\n".encode(),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16-le", "utf-16-be", "crlf"],
)
def test_encodings(data: bytes) -> None:
    """UTF-8 with or without a byte order mark, UTF-16 with one; places do not count the mark."""
    assert plain(root(data)) == {"a": "é"}
    assert root(data).place == Place("f.yaml", 1, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("a: 1\nb: é".encode("latin-1"), "f.yaml:2:4: error: Byte 0xE9 here is not valid UTF-8."),
        ("a: 1\n".encode("utf-16-le"), "f.yaml: error: The file looks like UTF-16 without a byte order mark."),
        (codecs.BOM_UTF32_LE + "a: 1\n".encode("utf-32-le"), "f.yaml: error: The file is written in UTF-32."),
        (codecs.BOM_UTF16_LE + b"a\x00:", "f.yaml:1:2: error: Byte 0x3A here is not valid UTF-16."),
        (b"a: \xff\xfe", "f.yaml:1:4: error: Byte 0xFF here is not valid UTF-8."),
        (b"a: x\x07y", "f.yaml:1:5: error: The character U+0007 must not stand in a file as it is."),
        ("a: x\u2028y".encode(), "f.yaml:1:5: error: The character U+2028 must not stand in a file as it is."),
        ("a: x\uffffy".encode(), "f.yaml:1:5: error: The character U+FFFF must not stand in a file as it is."),
        (b"x" * (MAX_BYTES + 1), "f.yaml: error: The file is larger than 10 MiB."),
    ],
    ids=["latin-1", "utf-16 unmarked", "utf-32", "half a character", "bytes", "bell", "line separator", "U+FFFF", "too large"],
)
def test_what_cannot_be_read_is_named(data: bytes, message: str) -> None:
    """Bytes that are no text of ours are refused with their place."""
    assert said(data) == [message]


def test_a_surrogate_as_an_escape() -> None:
    """A lone surrogate written as an escape is refused too, whatever the parser thinks of it."""
    assert len(said('a: "\\ud800"')) == 1


@pytest.mark.parametrize("bracket", ["[", "{a: ", "- ", "? "])
@pytest.mark.parametrize("depth", [25_000, 1_000_000])
def test_deep_nesting_is_refused_at_once(bracket: str, depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However deep a file nests, no more than the limit is looked at."""
    taken: list[object] = []
    take = reader._Composer.take

    def counted(self: reader._Composer, event: Event) -> None:
        taken.append(event)
        take(self, event)

    monkeypatch.setattr(reader._Composer, "take", counted)
    assert [line.split("error: ")[1] for line in said(bracket * depth)] == [f"Nested deeper than {MAX_DEPTH} levels."]
    assert len(taken) <= 3 * MAX_DEPTH


def test_depth_counts_through_aliases() -> None:
    """Aliases cannot build deeper than the limit either."""
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 80)]
    assert said("\n".join(lines)) == ["f.yaml:64:12: error: Nested deeper than 64 levels through aliases."]


def test_a_bomb_of_aliases_is_refused_by_what_it_expands_to() -> None:
    """A few hundred bytes that stand for nine to the power of eight values are refused; 100,000 plain values are not."""
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{c}: &{c} [{','.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefg", "bcdefgh", strict=True))
    assert len(bomb) < 400
    (line,) = said(bomb)
    assert line.endswith(f"The file stands for more than {MAX_VALUES:,} values.")
    assert said("[" + "x," * 100_000 + "x]") == []


def test_an_alias_is_the_value_itself_with_its_place() -> None:
    """What an alias or a merge key gives is placed where it is written; own keys win over merged ones, earlier maps over later."""
    tree = root("one: &one {a: 1, b: 2}\ntwo: &two {b: 3, c: 4}\nthree:\n  <<: [*one, *two]\n  a: 5\nfour: *one\n")
    assert plain(tree)["three"] == {"a": 5, "b": 2, "c": 4}  # type: ignore[index]
    assert str(where(tree, "three", "a")) == "f.yaml:5:6"
    assert str(where(tree, "three", "b")) == "f.yaml:1:21"
    assert str(where(tree, "three", "c")) == "f.yaml:2:21"
    assert str(where(tree, "four", "a")) == "f.yaml:1:15"
    assert str(where(tree, "four", "nothing")) == "f.yaml:6:1"


def test_anchors_do_not_reach_into_the_next_document() -> None:
    """A document is read by itself."""
    assert said("a: &x 1\n---\nb: *x\n") == ["f.yaml:3:4: error: There is no anchor &x above in this document for *x."]


def test_what_stands_before_a_syntax_error_is_kept() -> None:
    """The documents before the mistake are read, and it is known that others are missing."""
    reading = read(b"a: 1\n---\nb: [\n", "f.yaml")
    assert [plain(d.root) for d in reading.documents] == [{"a": 1}]
    assert reading.broken
    assert not read(b"a: 1\n", "f.yaml").broken


def sane(reading: Reading, text: str) -> None:
    """Every message has a place inside the text, and words of its own."""
    lines = text.count("\n") + text.count("\r") + 2
    for diagnostic in reading.diagnostics:
        assert diagnostic.place is not None
        assert diagnostic.place.file == "f.yaml"
        assert 0 <= diagnostic.place.line <= lines
        assert diagnostic.summary.endswith(".")
        assert "yaml." not in str(diagnostic)
    assert reading.documents or reading.diagnostics


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_gives_data_or_diagnostics(text: str) -> None:
    """No text brings the reader down."""
    sane(read(text.encode("utf-8", "surrogatepass"), "f.yaml"), text)


@settings(max_examples=300, deadline=None)
@given(st.binary())
def test_any_bytes_give_data_or_diagnostics(data: bytes) -> None:
    """No bytes bring the reader down."""
    sane(read(data, "f.yaml"), data.decode("utf-8", "replace") + data.decode("utf-16-le", "replace"))


PIECES = ("a:", *"bc-?[]{},&*!|>'%@`#1~:", '"', "<<", "&x", "*x", "---", "...", "true", "{name}", "\\")


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "\n", "\t", "\r", " ", "  "])))
def test_any_mixture_of_yaml_gives_data_or_diagnostics(parts: list[str]) -> None:
    """No mixture of YAML's own characters brings the reader down."""
    text = "".join(parts)
    sane(read(text.encode(), "f.yaml"), text)


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.text("abcXYZ 012.:{}'\"#&*!|>%@-\\é", max_size=12))
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3), max_leaves=12
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text("abcxyz", min_size=1), TREES, min_size=1))
def test_json_is_read_as_it_is(data: dict[str, object]) -> None:
    """JSON is YAML: what a program wrote comes back the same."""
    import json

    assert plain(root(json.dumps(data, ensure_ascii=False))) == data


def test_a_scalar_keeps_its_text() -> None:
    """A number where text is expected is the text as written."""
    node = child(root("version: 10.0\nname: 1234\n"), "name")
    assert isinstance(node, Scalar)
    assert (node.value, node.text) == (1234, "1234")


LONG = "a" * 1100
ESCAPES = (r'"\U00110000"', r'"\UFFFFFFFF"', r'"\ud83d\ude42"', r'"\xZZ"', r'"\x"', "!%zz x", "!<x", f"&{LONG}", f"{LONG}: 1", f'"{LONG}": 1')
USUAL = ("[" * 5000, "- " * 5000, "a: 'x", "a: b: c", "\ta: 1", "a: {b", "a: [b", "- a\nb: c", "a: %", "a: *", "--- a\n... b")


@pytest.mark.parametrize("parser", [yaml.CLoader, yaml.Loader], ids=["libyaml", "python"])
@pytest.mark.parametrize("written", ESCAPES, ids=[str(n) for n in range(len(ESCAPES))])
def test_odd_scalars_are_answered_by_both_parsers(parser: type, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may come without libyaml; whatever the parser says, we say it in words of our own."""
    monkeypatch.setattr(reader, "_PARSER", parser)
    reading = read(f"a: {written}\n".encode(), "f.yaml")
    sane(reading, written)
    assert "This is not valid YAML." not in [d.summary for d in reading.diagnostics]


@pytest.mark.parametrize("text", USUAL)
def test_both_parsers_are_understood(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual mistakes get the same words from either parser."""
    with_libyaml = [d.code for d in read(text.encode(), "f.yaml").diagnostics]
    monkeypatch.setattr(reader, "_PARSER", yaml.Loader)
    reading = read(text.encode(), "f.yaml")
    assert [d.code for d in reading.diagnostics] == with_libyaml
    assert "This is not valid YAML." not in [d.summary for d in reading.diagnostics]
