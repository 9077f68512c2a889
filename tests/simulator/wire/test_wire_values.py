"""What a client sends arrives as the values that the simulator is written in."""

from __future__ import annotations

import struct
import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypsrp.serializer import Serializer

from hvplan.simulator.pipe import Argument
from hvplan.simulator.values import Bag, Enum, List, Number, Real, Version
from hvplan.simulator.wire import fragments, iso
from hvplan.simulator.wire.create import NotCreated, argument, read_create
from hvplan.simulator.wire.safe_xml import Malformed, parse
from hvplan.simulator.wire.values_in import Reader
from tests.simulator.wire.soap_client import command, create


def read(clixml: str, *, secrets: bool = False) -> Any:
    return Reader(secrets=secrets).read(parse(clixml.encode()))


SAMPLES: list[tuple[str, Any]] = [
    ("<S>a_x000A_b</S>", "a\nb"),
    ("<S>_xD83D__xDE00_</S>", "\U0001f600"),
    ("<S>_xD83D_</S>", "\ud83d"),
    ("<S>_x005F_x0041_</S>", "_x0041_"),
    ("<S />", ""),
    ("<I32>-2147483648</I32>", -(2**31)),
    ("<I64>8589934592</I64>", Number(8 << 30, "I64")),
    ("<U64>18446744073709551615</U64>", Number(2**64 - 1, "U64")),
    ("<SB>-5</SB>", Number(-5, "SB")),
    ("<By>255</By>", Number(255, "By")),
    ("<Db>2.5</Db>", Real(2.5, "Db")),
    ("<B>true</B>", True),
    ("<B>false</B>", False),
    ("<Nil />", None),
    ("<G>0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0</G>", uuid.UUID("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")),
    ("<TS>PT5M</TS>", timedelta(minutes=5)),
    ("<TS>-P1DT0.5S</TS>", -timedelta(days=1, seconds=0.5)),
    ("<DT>2026-01-01T02:00:00.1234567+02:00</DT>", datetime(2026, 1, 1, 0, 0, 0, 123456, UTC)),
    ("<DT>2026-01-01T02:00:00</DT>", datetime(2026, 1, 1, 2, tzinfo=UTC)),
    ("<Version>10.0.26100</Version>", Version("10.0.26100")),
    ("<BA>AAEC</BA>", b"\x00\x01\x02"),
    ("<C>97</C>", "a"),
    ("<SBK>1+1</SBK>", "1+1"),
    ('<Obj RefId="0"><TN RefId="0"><T>System.String[]</T><T>System.Array</T></TN><LST><S>a</S><Nil /></LST></Obj>', List(("a", None), "System.String[]")),
    ('<Obj RefId="0"><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En></DCT></Obj>', {"a": 1}),
    ('<Obj RefId="0"><TN RefId="0"><T>X.VMState</T><T>System.Enum</T></TN><ToString>Off</ToString><I32>3</I32></Obj>', Enum("Off", "X.VMState", 3)),
    ('<Obj RefId="0"><S>text</S><MS><S N="Note">x</S></MS></Obj>', "text"),
]


@pytest.mark.parametrize(("clixml", "value"), SAMPLES, ids=[sample[0][:40] for sample in SAMPLES])
def test_every_kind_of_value_arrives_with_its_type(clixml: str, value: Any) -> None:
    """A value read from CLIXML equals the value it stands for, and has the same type, tag and type name."""
    found = read(clixml)
    assert found == value
    assert type(found) is type(value)
    for detail in ("tag", "type", "number"):
        assert getattr(found, detail, None) == getattr(value, detail, None)


def test_an_object_arrives_as_a_property_bag() -> None:
    """Type names, text and all members of a client's object are kept, nested ones too; a RefId finds its object again."""
    found = read(
        '<Obj RefId="0"><TN RefId="0"><T>Deserialized.X</T><T>System.Object</T></TN><ToString>x</ToString><Props><I32 N="A">1</I32></Props>'
        '<MS><Obj N="B" RefId="1"><TNRef RefId="0" /><MS><S N="C">c</S></MS></Obj><Ref N="D" RefId="1" /></MS></Obj>'
    )
    assert isinstance(found, Bag)
    assert (found.types, found.text, found.props["A"]) == (("Deserialized.X", "System.Object"), "x", 1)
    assert found.props["B"].types == ("Deserialized.X", "System.Object")
    assert found.props["B"].props == {"C": "c"}
    assert found.props["D"] is found.props["B"]


def test_a_secret_is_not_kept() -> None:
    """A SecureString becomes an object without its text, and is refused before keys were exchanged."""
    found = read("<SS>bm90aGluZw==</SS>", secrets=True)
    assert isinstance(found, Bag)
    assert "bm90" not in repr(found)
    with pytest.raises(Malformed, match="session key"):
        read("<SS>bm90aGluZw==</SS>")


@pytest.mark.parametrize(
    "clixml",
    [
        "<I32>2147483648</I32>",
        "<I32>8589934592</I32>",
        "<I32>1_000</I32>",
        "<I32></I32>",
        "<U64>-1</U64>",
        "<I64>9223372036854775808</I64>",
        "<By>256</By>",
        "<B>yes</B>",
        "<G>not-a-guid</G>",
        "<G>urn:uuid:2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c</G>",
        "<Version>abc</Version>",
        "<Version>1</Version>",
        "<Version>1.2.3.4.5</Version>",
        "<D>1e3</D>",
        "<D>79228162514264337593543950336</D>",
        "<Db>infinity</Db>",
        "<Db>nan</Db>",
        "<TS>5 minutes</TS>",
        "<TS>P</TS>",
        "<DT>yesterday</DT>",
        "<Db>1_0</Db>",
        "<BA>AAE</BA>",
        "<Unknown />",
        '<Ref RefId="7" />',
        '<Obj RefId="0"><TNRef RefId="9" /><MS /></Obj>',
        '<Obj RefId="0"><DCT><En><S N="Key">a</S></En></DCT></Obj>',
        '<Obj RefId="0"><DCT><En><Obj N="Key" RefId="1"><DCT /></Obj><S N="Value">a</S></En></DCT></Obj>',
        "<S>" * 5000 + "</S>" * 5000,
        '<!DOCTYPE x [<!ENTITY a "b">]><S>&a;</S>',
        "<S><![CDATA[x]]></S>",
        "<S>unclosed",
        "",
    ],
)
def test_what_no_serializer_writes_is_refused(clixml: str) -> None:
    """A number that does not fit its type, an unknown element, a document type: each is Malformed and nothing else."""
    with pytest.raises(Malformed):
        read(clixml)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=40))
def test_text_of_a_plain_client_arrives_equal(text: str) -> None:
    """Whatever text pypsrp can write is read back equal."""
    written = Serializer().serialize(text)
    assert written is not None
    assert Reader().read(parse(ET.tostring(written))) == text


@pytest.mark.parametrize(
    ("name", "value", "read_as"),
    [
        ("Force", None, Argument("Force", None)),
        ("-Force", None, Argument("Force", None, given=False)),
        ("-Force:", None, Argument("Force", None)),
        ("-Force: ", True, Argument("Force", True)),
        ("-Name", "x", Argument("Name", "x")),
        ("\u2013Name", "x", Argument("Name", "x")),
        ("--Name", "x", Argument("Name", "x")),
        ("Name:", "x", Argument("Name:", "x")),
        (None, "x", Argument(None, "x")),
    ],
)
def test_a_parameter_name_is_read_as_powershell_rebuilds_its_token(name: str | None, value: Any, read_as: Argument) -> None:
    """Only a name with a dash can be a bare name; without a dash a null is a value (truth, closing remarks)."""
    assert argument(name, value) == read_as


@pytest.mark.parametrize("name", ["", "  ", "-", "-:", "--"])
def test_a_parameter_without_a_name_makes_no_pipeline(name: str) -> None:
    """Nothing but dashes, colons and spaces is no name."""
    with pytest.raises(NotCreated):
        argument(name, "x")


@pytest.mark.parametrize("commands", [command("<Nil N='Cmd' />"), command("<S N='Cmd'></S>")])
def test_a_command_without_a_name_makes_no_pipeline(commands: str) -> None:
    """The message reads, but a command must have its name."""
    with pytest.raises(NotCreated):
        read_create(parse(create(commands).encode()), secrets=False)


@settings(deadline=None)
@given(st.lists(st.binary(min_size=0, max_size=300), min_size=1, max_size=4), st.integers(1, 97), st.integers(1, 60))
def test_fragments_join_to_the_messages_they_were_cut_from(bodies: list[bytes], size: int, portion: int) -> None:
    """However messages are cut into fragments and the bytes into portions, the same messages come out in order."""
    ids = (uuid.uuid4(), uuid.uuid4())
    messages = [struct.pack("<II", 2, 0x00021006) + ids[0].bytes_le + ids[1].bytes_le + body for body in bodies]
    data = b"".join(part for number, message in enumerate(messages) for part in fragments.fragment(number + 1, message, size))
    joiner = fragments.Defragmenter()
    found = [message for at in range(0, len(data), portion) for message in joiner.feed(data[at : at + portion])]
    assert [message.raw for message in found] == messages
    assert all((message.pool, message.pipeline) == ids for message in found)


@pytest.mark.parametrize("order", [(1,), (0, 0), (0, 2)])
def test_fragments_out_of_order_are_refused(order: tuple[int, ...]) -> None:
    """A fragment that is missing, doubled or early is Malformed."""
    parts = fragments.fragment(1, b"x" * 100, 30)
    with pytest.raises(Malformed, match="out of order"):
        fragments.Defragmenter().feed(b"".join(parts[number] for number in order))


def test_an_object_too_large_is_refused_before_it_is_collected() -> None:
    """The announced length alone is enough to refuse more than 10 MiB."""
    head = struct.pack(">QQBI", 1, 0, 1, fragments.MAX_OBJECT_BYTES + 1)
    with pytest.raises(Malformed, match="larger than"):
        fragments.Defragmenter().feed(head)


@settings(deadline=None)
@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)))
def test_durations_are_read_to_the_microsecond(value: timedelta) -> None:
    """A duration written with days, seconds and fraction is read back equal."""
    assert iso.duration(f"P{value.days}DT{value.seconds}.{value.microseconds:06d}S") == value
