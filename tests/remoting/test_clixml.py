"""What a host's CLIXML becomes; the shapes are those that the real engine sends."""

from __future__ import annotations

import struct
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.remoting.clixml import error_record, pipeline_state, record, text_of, warning
from hvplan.remoting.messages import PIPELINE_OUTPUT, BadMessage, Messages

SELECTED = """<Obj RefId="0"><TN RefId="0"><T>Selected.Microsoft.HyperV.PowerShell.VirtualMachine</T><T>System.Object</T></TN><MS>
<G N="Id">0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0</G><S N="Name">a_x000A_b_x005F_c_xD83D__xDE00_</S><S N="Empty"></S><Nil N="Path" />
<Obj N="State" RefId="1"><TN RefId="1"><T>Microsoft.HyperV.PowerShell.VMState</T><T>System.Enum</T></TN><ToString>Running</ToString><I32>2</I32></Obj>
<I64 N="MemoryStartup">8589934592</I64><U64 N="Top">18446744073709551615</U64><B N="IsClustered">false</B><TS N="Uptime">P1DT2H3M4.5S</TS>
<DT N="CreationTime">2026-01-01T02:00:00Z</DT><Version N="V">2.0.0.0</Version><C N="DriveLetter">68</C><S N="Plain">Off</S>
<Obj N="HardDrives" RefId="2"><TN RefId="2"><T>Microsoft.HyperV.PowerShell.HardDiskDrive[]</T></TN><LST>
<Obj RefId="3"><TN RefId="3"><T>X</T></TN><ToString>HardDiskDrive</ToString><Props><S N="Path">C:\\a.vhdx</S><I32 N="ControllerNumber">0</I32></Props></Obj>
<Ref RefId="3" /></LST></Obj>
<Obj N="Parameters" RefId="4"><TN RefId="4"><T>Dictionary</T></TN><DCT><En><S N="Key">Notes</S><Obj N="Value" RefId="5"><ToString>p</ToString></Obj></En>
<En><S N="Key">VM</S><Nil N="Value" /></En></DCT></Obj>
<Obj N="Setting" RefId="6"><ToString>only text</ToString></Obj></MS></Obj>"""


def test_a_selected_object() -> None:
    """Every kind of value, nested ones too; enums as their name, GUIDs in small letters, time spans in seconds."""
    drive = {"Path": "C:\\a.vhdx", "ControllerNumber": 0}
    assert record(SELECTED) == {
        "Id": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
        "Name": "a\nb_c😀",
        "Empty": "",
        "Path": None,
        "State": "Running",
        "MemoryStartup": 8589934592,
        "Top": 18446744073709551615,
        "IsClustered": False,
        "Uptime": 93784,
        "CreationTime": "2026-01-01T02:00:00Z",
        "V": "2.0.0.0",
        "DriveLetter": "D",
        "Plain": "Off",
        "HardDrives": (drive, drive),
        "Parameters": {"Notes": "p", "VM": None},
        "Setting": "only text",
    }


def test_a_cim_property_in_both_bags() -> None:
    """The number counts, the display text does not; what is missing in one is taken from the other."""
    both = '<Obj RefId="0"><Props><U16 N="Health">0</U16><Nil N="Status" /></Props><MS><S N="Health">Healthy</S><S N="Status">Up</S></MS></Obj>'
    assert record(both) == {"Health": 0, "Status": "Up"}


def test_something_that_is_no_object() -> None:
    """It is kept under the empty name, never mistaken for a property."""
    assert record("<I32>5</I32>") == {"": 5}


ERROR = """<Obj RefId="0"><TN RefId="0"><T>System.Management.Automation.ErrorRecord</T></TN><ToString>shown</ToString><MS>
<Obj N="Exception" RefId="1"><ToString>VirtualizationException: it failed</ToString><Props><S N="Message">it failed_x000A_twice</S></Props></Obj>
{target}<S N="FullyQualifiedErrorId">ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM</S><I32 N="ErrorCategory_Category">13</I32>
<S N="ErrorCategory_Activity">Get-VM</S><S N="ErrorCategory_TargetName">web</S><B N="writeErrorStream">true</B></MS></Obj>"""


@pytest.mark.parametrize(
    ("target", "name"), [("", "web"), ('<S N="TargetObject">D:\\a</S>', "D:\\a"), ('<Obj N="TargetObject" RefId="9"><Props /></Obj>', "web")]
)
def test_an_error_record(target: str, name: str) -> None:
    """Id, category, message and target by name, whatever else stands there."""
    error = error_record(ERROR.format(target=target))
    assert (error.id, error.category, error.activity) == ("ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM", "ObjectNotFound", "Get-VM")
    assert error.message == "it failed\ntwice"
    assert error.target == name


def test_the_state_of_a_pipeline_with_its_error() -> None:
    """A failure carries its error record inside the state."""
    assert pipeline_state('<Obj RefId="0"><MS><I32 N="PipelineState">4</I32></MS></Obj>') == ("Completed", None)
    inside = ERROR.format(target="").replace('<Obj RefId="0">', '<Obj N="ExceptionAsErrorRecord" RefId="0">', 1)
    state, error = pipeline_state(f'<Obj RefId="7"><MS><I32 N="PipelineState">5</I32>{inside}</MS></Obj>')
    assert state == "Failed"
    assert error is not None
    assert error.category == "ObjectNotFound"


def test_a_warning() -> None:
    """Its text."""
    assert warning('<Obj RefId="0"><ToString>careful</ToString><MS><S N="InformationalRecord_Message">careful</S></MS></Obj>') == "careful"


@given(st.text())
def test_escapes_are_undone(text: str) -> None:
    """Escaped as the protocol says, any text comes back; a lone half of a character becomes the sign for a lost one."""
    escaped = "".join(
        f"_x{half:04X}_" for character in text for half in struct.unpack(f"<{len(character.encode('utf-16-le')) // 2}H", character.encode("utf-16-le"))
    )
    assert text_of(escaped) == text
    assert text_of("a_xD83D_b") == "a�b"


PIPELINE = uuid.UUID("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


def fragments(body: bytes, size: int, identity: int = 1) -> bytes:
    """A message, cut into fragments of that size."""
    data = struct.pack("<II", 1, PIPELINE_OUTPUT) + uuid.uuid4().bytes_le + PIPELINE.bytes_le + b"\xef\xbb\xbf" + body
    parts = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(struct.pack(">QQBI", identity, n, (n == 0) | (n == len(parts) - 1) << 1, len(part)) + part for n, part in enumerate(parts))


@given(st.binary(max_size=200), st.integers(1, 300))
def test_fragments_come_together(body: bytes, size: int) -> None:
    """However a message was cut, it is the same message, with its type and its pipeline."""
    assert list(Messages().feed(fragments(body, size))) == [(PIPELINE_OUTPUT, PIPELINE, body)]


def test_fragments_across_answers() -> None:
    """A message may begin in one answer and end in the next, between others."""
    long, short = fragments(b"long", 40, identity=1), fragments(b"short", 400, identity=2)
    incoming = Messages()
    assert list(incoming.feed(long[: 21 + 40] + short)) == [(PIPELINE_OUTPUT, PIPELINE, b"short")]
    assert list(incoming.feed(long[21 + 40 :])) == [(PIPELINE_OUTPUT, PIPELINE, b"long")]


@pytest.mark.parametrize(
    "data",
    [b"\0", fragments(b"x" * 99, 50)[:40], fragments(b"x" * 99, 50)[21 + 50 :], struct.pack(">QQBI", 1, 0, 3, 1) + b"x"],
    ids=["half a head", "half a body", "no first", "too short"],
)
def test_broken_fragments_are_refused(data: bytes) -> None:
    """A stream that cannot be followed is not guessed at."""
    with pytest.raises(BadMessage):
        list(Messages().feed(data))
