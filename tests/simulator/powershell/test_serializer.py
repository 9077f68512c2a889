"""Objects travel as a remoting session writes them: depth one, notes one deeper, text escaped."""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.simulator.powershell import objects
from hvplan.simulator.powershell.psobject import PSObject
from hvplan.simulator.powershell.serializer import serialize
from hvplan.simulator.values import Enum, List, Number, Obj, Real, TimeSpan, Version

ID = uuid.UUID("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0")


def web() -> Obj:
    """A VM with a device of each kind."""
    adapter = Obj("VMNetworkAdapter", {"Name": "nic", "Id": r"Microsoft:x\1", "VMName": "web", "VMId": ID, "VlanSetting": Obj("VMNetworkAdapterVlanSetting")})
    return Obj("VirtualMachine", {"Name": "web", "Id": ID, "State": "Running", "MemoryStartup": 1 << 30, "NetworkAdapters": [adapter]})


def element(xml: str, name: str) -> ET.Element:
    """The element of that property anywhere in a message."""
    found = next((child for child in ET.fromstring(xml).iter() if child.get("N") == name), None)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("value", "xml"),
    [
        ("a", "<S>a</S>"),
        (True, "<B>true</B>"),
        (5, "<I32>5</I32>"),
        (Number(5, "I64"), "<I64>5</I64>"),
        (Number(2**64 - 1, "U64"), "<U64>18446744073709551615</U64>"),
        (Real(1.5, "Db"), "<Db>1.5</Db>"),
        (ID, f"<G>{ID}</G>"),
        (Version("10.0.26100"), "<Version>10.0.26100</Version>"),
        (timedelta(hours=1, minutes=2, seconds=3), "<TS>PT1H2M3S</TS>"),
        (timedelta(), "<TS>PT0S</TS>"),
        (TimeSpan(5), "<TS>PT0.0000005S</TS>"),
        (datetime(2026, 1, 2, 3, 4, 5, 120000, tzinfo=UTC), "<DT>2026-01-02T03:04:05.12Z</DT>"),
        (b"\x01\x02\x03", "<BA>AQID</BA>"),
        (None, ""),
    ],
)
def test_primitives_keep_their_element(value: object, xml: str) -> None:
    """Each primitive has the element of its .NET type; a null output is a message without content."""
    assert serialize(value) == xml


def test_text_is_escaped_as_powershell_does() -> None:
    """Control characters, line breaks, `_x` and what is beyond the BMP are `_xHHHH_` (truth 17); markup is markup's business."""
    assert serialize("a\n\x01_x0041_<&>😀_X") == "<S>a_x000A__x0001__x005F_x0041_&lt;&amp;&gt;_xD83D__xDE00__x005F_X</S>"


@given(st.text())
def test_any_text_makes_well_formed_xml(text: str) -> None:
    """Whatever a user writes into a VM's notes, the message can be parsed."""
    ET.fromstring(serialize(Obj("VirtualMachine", {"Notes": text, "Name": text})))


def test_an_object_is_flat_and_a_selected_one_is_one_deeper() -> None:
    """At depth one an enum is its name and a device its text; what Select-Object made brings the number and the whole device (truth 11, 12)."""
    whole = serialize(web())
    assert element(whole, "State").tag == "S"
    assert element(whole, "State").text == "Running"
    assert [item.tag for item in element(whole, "NetworkAdapters").findall("LST/*")] == ["S"]
    chosen = serialize(PSObject(None, {name: objects.get(web(), name) for name in ("State", "NetworkAdapters")}))
    assert element(chosen, "State").findtext("I32") == "2"
    assert element(chosen, "NetworkAdapters").find("LST/Obj/Props") is not None
    assert element(chosen, "VlanSetting").tag == "S"


def test_what_a_world_leaves_out_is_the_types_default() -> None:
    """Every property of the type is there: null, 0, false, and for an enum its member 0 or the text 0."""
    xml = serialize(Obj("VirtualMachine"))
    assert element(xml, "Notes").tag == "Nil"
    assert element(xml, "ProcessorCount").text == "0"
    assert element(xml, "ReplicationMode").text == "None"
    assert element(xml, "AutomaticStopAction").text == "0"
    assert element(xml, "Id").text == str(uuid.UUID(int=0))


def test_a_propertys_declared_type_decides_its_element() -> None:
    """A world may give plain numbers and text: the type knows that memory is 64 bits and a state an enum."""
    xml = serialize(Obj("VirtualMachine", {"MemoryStartup": 5, "State": "Off", "Generation": 2, "StatusDescriptions": ["a"]}))
    assert element(xml, "MemoryStartup").tag == "I64"
    assert element(xml, "Generation").tag == "I32"
    assert element(xml, "StatusDescriptions").findtext("TN/T") == "System.String[]"
    assert element(serialize(PSObject(None, {"State": objects.get(Obj("VirtualMachine", {"State": "Off"}), "State")})), "State").findtext("I32") == "3"


def test_a_property_that_the_type_does_not_have_names_the_worlds_handler() -> None:
    """A world cannot invent a property; the error says which command's handler did."""
    with pytest.raises(objects.WorldError, match=r"Get-VM .*VirtualMachine .*'Bad'"):
        objects.check(Obj("VirtualMachine", {"Bad": 1}), "Get-VM")
    nested = Obj("VirtualMachine", {"HardDrives": [Obj("HardDiskDrive", {"Bad": 1})]})
    with pytest.raises(objects.WorldError, match="HardDiskDrive"):
        objects.check(nested, "Get-VM")


def test_type_names_and_objects_are_written_once() -> None:
    """The same type chain is a reference the second time, and so is the same object."""
    disk = Obj("HardDiskDrive", {"Name": "d"})
    xml = serialize(PSObject(None, {"One": disk, "Two": disk, "Three": Obj("HardDiskDrive", {"Name": "e"})}))
    assert element(xml, "Two").tag == "Ref"
    assert element(xml, "Two").get("RefId") == element(xml, "One").get("RefId")
    assert element(xml, "Three").find("TNRef") is not None


def test_a_cim_instance_is_whole_even_inside_another_object() -> None:
    """CIM instances are never flattened; the number is in Props, its name in MS (windows.md)."""
    adapter = Obj("MSFT_NetAdapter", {"Name": "Ethernet", "InterfaceIndex": 7, "Status": Enum("Up", "x", 1)})
    xml = serialize(Obj("VMNetworkAdapter", {"VMQueue": adapter}))
    inner = element(xml, "VMQueue")
    assert inner.findtext("TN/T") == "Microsoft.Management.Infrastructure.CimInstance#ROOT/StandardCimv2/MSFT_NetAdapter"
    assert inner.findtext("MS/S[@N='Status']") == "Up"
    assert inner.findtext("MS/U32[@N='ifIndex']") == "7"


def test_lists_take_no_depth_and_keep_their_type() -> None:
    """A list is a list at any depth, with its .NET type's name."""
    xml = serialize(List(["a", Number(1, "I64"), None], "System.Object[]"))
    assert [item.tag for item in ET.fromstring(xml).findall("LST/*")] == ["S", "I64", "Nil"]


def test_a_device_is_written_in_linear_time() -> None:
    """A list of VMs costs as many elements as it has properties: nothing is written twice."""
    one, ten = serialize(List([web()])), serialize(List([web() for _ in range(10)]))
    assert ten.count("<S N=") == 10 * one.count("<S N=")
