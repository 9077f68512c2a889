"""Single objects read again, as an apply does between its steps."""

from __future__ import annotations

import pytest

from hvplan.errors import ConnectionFailed
from hvplan.live.read import read_host, read_switch, read_vm
from hvplan.live.wanted import Wanted
from hvplan.model.live import LiveVm
from hvplan.model.values import Unknown
from hvplan.remoting.session import Unsure
from tests.live.scripted import DB, WEB, error, host, memory

WANTED = Wanted(host="hv01", names=frozenset({"web"}))


def test_one_vm_again() -> None:
    """The same VM as in the whole read, in one pipeline."""
    scripted = host()
    live = read_host(scripted, WANTED)
    scripted.sent.clear()
    again = read_vm(scripted, WEB.upper(), live.commands)
    assert again == live.vms[0]
    assert len(scripted.sent) == 1
    assert read_vm(scripted, DB, live.commands) == live.vms[1]


def test_one_vm_that_is_gone_or_cannot_be_told() -> None:
    """An error about an id may mean anything: gone is what a complete list does not have; a list with an error tells nothing.
    Without the host there is no answer at all."""
    scripted = host()
    gone = "99999999-0000-0000-0000-000000000000"
    assert read_vm(scripted, gone, {}) is None
    scripted.errors["Get-VM"] = [error("busy")]
    assert isinstance(read_vm(scripted, gone, {}), Unknown)
    scripted.outcomes = [Unsure(why="lost"), Unsure(why="lost")]
    with pytest.raises(ConnectionFailed):
        read_vm(scripted, WEB, {})


def test_one_vm_of_which_a_part_cannot_be_read() -> None:
    """An error in the batch is not the end: everything is asked again one by one, and only that part is unknown."""
    scripted = host(Get_VMMemory=[memory(DB)])
    scripted.errors["Get-VMMemory"] = [error("locked")]
    vm = read_vm(scripted, WEB, {})
    alone = [invocation for invocation in scripted.sent if len(invocation.statements) == 1]
    assert len(alone) == len(scripted.sent) - 1 == len(scripted.sent[0].statements), "the list of machines and each question by itself"
    assert isinstance(vm, LiveVm)
    assert isinstance(vm.memory, Unknown)
    assert not isinstance(vm.processor, Unknown)


def test_one_switch_again() -> None:
    """By id: there, gone, or unknown."""
    scripted = host()
    switch = read_switch(scripted, "aaaaaaaa-0000-0000-0000-000000000001")
    assert switch == read_host(scripted, WANTED).switches[0]
    assert read_switch(scripted, "aaaaaaaa-0000-0000-0000-000000000002") is None
    scripted.errors["Get-VMSwitch"] = [error("busy")]
    assert isinstance(read_switch(scripted, "aaaaaaaa-0000-0000-0000-000000000002"), Unknown)
