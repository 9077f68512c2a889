"""The world that engines ask, over plain sockets. Needs no engine."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from hvplan.simulator.call import Answer, Call, Error
from hvplan.simulator.engine_values import read_bound, write_answer
from hvplan.simulator.engine_world import EngineDoor
from hvplan.simulator.values import Bag, Enum, Number, Obj


class Answering:
    """A world that answers by a function."""

    release = "2025"

    def __init__(self, answer: Callable[[Call], Answer]) -> None:
        self.call = answer

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """An engine never tells."""


@contextmanager
def door(answer: Callable[[Call], Answer]) -> Iterator[EngineDoor]:
    """A door to such a world."""
    one = EngineDoor(Answering(answer))
    try:
        yield one
    finally:
        one.close()


def connect(one: EngineDoor) -> socket.socket:
    """A connection as an engine makes it."""
    host, _, port = one.address.partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def ask(connection: socket.socket, **call: Any) -> dict[str, Any]:
    """One call and its answer."""
    connection.sendall(json.dumps({"set": "", "bound": {}, **call}).encode() + b"\n")
    with connection.makefile("rb") as stream:
        answer: dict[str, Any] = json.loads(stream.readline())
    return answer


def test_a_call_comes_as_the_seam_says_and_its_answer_goes_back_typed() -> None:
    """Names, set, converted values, the numbers for the audit log; records, warnings and errors with their types."""
    heard: list[Call] = []

    def answer(call: Call) -> Answer:
        heard.append(call)
        vm = Obj("VirtualMachine", {"Name": "web", "State": "Off", "MemoryStartup": 1 << 32, "Uptime": timedelta(minutes=5)})
        return Answer(records=(vm,), warnings=("careful",), errors=(Error(id="X", category="InvalidOperation", message="m", target="web"),))

    with door(answer) as one, connect(one) as connection:
        one.session, one.pipeline = 3, 7
        bound = {"VMName": {"list": ["web"], "type": "System.String[]"}, "StartupBytes": {"I64": 1 << 32}, "Force": {"switch": True}}
        said = ask(connection, command="Set-VMMemory", set="VMName", bound=bound)
    (call,) = heard
    assert (call.command, call.set, call.session, call.pipeline) == ("Set-VMMemory", "VMName", 3, 7)
    assert call.bound == {"VMName": ("web",), "StartupBytes": 1 << 32, "Force": True}
    (record,) = said["objects"]
    assert record["obj"] == "Microsoft.HyperV.PowerShell.VirtualMachine"
    assert record["props"]["State"] == {"enum": "Microsoft.HyperV.PowerShell.VMState", "v": "Off"}
    assert (record["props"]["MemoryStartup"], record["props"]["Uptime"]) == ({"I64": 1 << 32}, {"TS": "PT5M"})
    assert said["warnings"] == ["careful"]
    assert (said["errors"][0]["id"], said["errors"][0]["target"], said["errors"][0]["terminating"]) == ("X", "web", False)


def test_calls_at_once_wait_for_each_other_as_little_as_in_one_process() -> None:
    """A call on one connection is answered while another one waits."""
    waits, goes_on = threading.Event(), threading.Event()

    def answer(call: Call) -> Answer:
        if call.command == "Stop-VM":
            waits.set()
            assert goes_on.wait(30)
        return Answer()

    with door(answer) as one, connect(one) as first, connect(one) as second:
        first.sendall(b'{"command": "Stop-VM", "set": "", "bound": {}}\n')
        assert waits.wait(30)
        assert ask(second, command="Get-VM")["errors"] == []
        goes_on.set()


@pytest.mark.parametrize("how", ["the engine closes its connection", "the door closes"])
def test_a_closed_connection_stops_its_call(how: str) -> None:
    """`Call.stopped` is set, whoever closes."""
    begun, ended = threading.Event(), threading.Event()

    def answer(call: Call) -> Answer:
        begun.set()
        if call.stopped.wait(30):
            ended.set()
        return Answer()

    with door(answer) as one, connect(one) as connection:
        connection.sendall(b'{"command": "Stop-VM", "set": "", "bound": {}}\n')
        assert begun.wait(30)
        if how == "the door closes":
            one.close()
        else:
            connection.close()
        assert ended.wait(30)


def test_a_failure_of_the_world_is_an_error_of_the_call(caplog: pytest.LogCaptureFixture) -> None:
    """An exception, a property that no type has, a line that is no call: each is answered, and the connection lives on."""

    def answer(call: Call) -> Answer:
        if call.command == "Get-VM":
            raise KeyError("bug")
        return Answer(records=(Obj("VirtualMachine", {"Nope": 1}),))

    with door(answer) as one, connect(one) as connection:
        said = [ask(connection, command="Get-VM"), ask(connection, command="Get-VMHost"), ask(connection, nothing=1)]
    assert [(error["id"], error["terminating"]) for one in said for error in one["errors"]] == [("SimulatorFailure", True)] * 3
    assert "Nope" in said[1]["errors"][0]["message"]
    assert len(caplog.records) == 3


def test_bound_values_become_what_the_built_in_binder_gives() -> None:
    """Live objects by type, id and name under the name that the world gives its types; a client's objects as bags; bytes as bytes."""
    read = read_bound(
        {
            "VM": {"list": [{"obj": "Microsoft.HyperV.PowerShell.VirtualMachine", "id": "2F", "name": "web"}], "type": "X[]"},
            "InputObject": {"obj": "System.Management.Automation.PSCustomObject", "props": {"Id": {"I32": 1}}},
            "KeyProtector": {"list": [{"By": 0}, {"By": 255}], "type": "System.Byte[]"},
            "Credential": {"credential": "admin"},
            "Count": {"U16": 2},
        }
    )
    (vm,) = read["VM"]
    assert (vm.type, vm.id, vm.name, read["VM"].type) == ("VirtualMachine", "2F", "web", "X[]")
    assert isinstance(read["InputObject"], Bag)
    assert read["KeyProtector"] == b"\0\xff"
    assert read["Credential"].props["UserName"] == "admin"
    assert (read["Count"], read["Count"].tag) == (2, "U16")


def test_objects_that_hold_each_other_are_written_to_an_end() -> None:
    """An adapter holds its VLAN setting, and that its adapter: one more round, then no objects (truth 14)."""
    adapter: dict[str, Any] = {"Name": "nic"}
    inner = Obj("VMNetworkAdapter", adapter)
    adapter["VlanSetting"] = Obj("VMNetworkAdapterVlanSetting", {"ParentAdapter": inner, "AccessVlanId": Number(5, "I32")})
    (written,) = write_answer(Answer(records=(inner,)))["objects"]
    parent = written["props"]["VlanSetting"]["props"]["ParentAdapter"]
    assert parent["props"]["Name"] == "nic"
    again = parent["props"]["VlanSetting"]["props"]
    assert (again["AccessVlanId"], again["ParentAdapter"]) == ({"I32": 5}, None)


def test_what_an_engine_has_no_type_for_is_given_as_properties() -> None:
    """A file has its columns, defaults included; an enum whose numbers nobody knows has its number."""
    file = Obj("System.IO.FileInfo", {"FullName": "D:\\a", "Length": Number(5, "I64")})
    source = Obj("VMBootSource", {"BootType": Enum("Network", "Microsoft.HyperV.PowerShell.VMBootSourceType", 2)})
    one, two = write_answer(Answer(records=(file, source)))["objects"]
    assert (one["psobject"]["FullName"], one["psobject"]["Length"], one["psobject"]["IsReadOnly"]) == ("D:\\a", {"I64": 5}, False)
    assert two["props"]["BootType"] == {"enum": "Microsoft.HyperV.PowerShell.VMBootSourceType", "v": "2"}
