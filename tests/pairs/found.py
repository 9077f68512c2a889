"""Pairs that once broke a law, made small: each says what had to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.pairs.chains import Chain
from tests.pairs.draws import Doc
from tests.pairs.laws import Ways

STACK: Final[Doc] = {"kind": "Stack", "name": "lab", "host": "hv01"}
HOST: Final[Doc] = {"kind": "Host", "name": "hv01", "connection": {"simulated": {"world": "host.world.yaml"}}}


WILLING: Final[Doc] = {**STACK, "policy": {"adopt": "allow", "restart": "allow"}}
EMPTY: Final[Doc] = {"kind": "World"}


def _with(**keys: object) -> Doc:
    return {"kind": "World", "vms": [{"name": "web01", "generation": 2, "memory": {"startup": "512MiB"}, **keys}]}


def _new(**keys: object) -> Doc:
    return {"kind": "VirtualMachine", "name": "web01", "generation": 2, "memory": {"startup": "512MiB"}, **keys}


FOUND: Final[Mapping[str, Chain]] = {
    "null as notes of a new machine is no text": Chain(world=EMPTY, first=(STACK, HOST, _new(notes=None))),
    "a buffer is set once dynamic memory is on": Chain(
        world=_with(state="Running"), first=(WILLING, HOST, {"kind": "VirtualMachine", "name": "web01", "memory": {"dynamic": {"buffer": 30}}})
    ),
    "a minimum needs a mode that is written, on a switch that is new": Chain(
        world=EMPTY,
        first=(
            STACK,
            HOST,
            {"kind": "VirtualSwitch", "name": "lan", "type": "Internal"},
            _new(devices={"networkAdapters": {"lan": {"switch": "lan", "bandwidth": {"minimumWeight": 10}}}}),
        ),
    ),
    "a minimum is not above what the host keeps as maximum": Chain(
        world=_with(devices={"networkAdapters": [{"name": "lan", "bandwidth": {"maximum": "500Mbit"}}]}),
        first=(
            WILLING,
            HOST,
            {"kind": "VirtualMachine", "name": "web01", "devices": {"networkAdapters": {"lan": {"bandwidth": {"minimumAbsolute": "1Gbit"}}}}},
        ),
    ),
    "null on an adapter of the host": Chain(
        world=EMPTY, first=(STACK, HOST, {"kind": "VirtualSwitch", "name": "lan", "type": "Internal", "managementAdapters": {"Mgmt": {"vlan": None}}})
    ),
    "a drive that is not compared adds no controller, after a lost connection neither": Chain(
        world=EMPTY,
        first=(STACK, HOST, _new(lifecycle={"manage": ["processor"]}, devices={"dvds": {"setup": {"slot": "scsi 2:0"}}})),
        ways=(Ways(lost_at=2, sent=True), Ways()),
    ),
    "the host's adapter that a switch brings is not added twice": Chain(
        world={"kind": "World", "switches": [{"name": "lan", "type": "Private"}]},
        first=(WILLING, HOST, {"kind": "VirtualSwitch", "name": "lan", "type": "Internal", "managementAdapters": {"lan": {}}}),
    ),
    "an adapter of the host goes to one switch alone": Chain(
        world={
            "kind": "World",
            "host": {"netAdapters": [{"name": "Ethernet 2", "mac": "00-15-5D-FF-00-01", "description": "Intel(R) 1"}]},
            "switches": [{"name": "lan", "type": "Internal"}],
        },
        first=(
            WILLING,
            HOST,
            {"kind": "VirtualSwitch", "name": "lan", "type": "External", "netAdapters": [{"name": "Ethernet 2"}]},
            {"kind": "VirtualSwitch", "name": "dmz", "type": "External", "netAdapters": [{"mac": "00155dff0001"}]},
        ),
    ),
    "the adapter that New-VM brought is not taken for an emulated one of its name": Chain(
        world=EMPTY,
        first=(STACK, HOST, _new(generation=1, devices={"networkAdapters": {"Network Adapter": {"legacy": True}}})),
        ways=(Ways(lost_at=0, sent=True), Ways()),
    ),
    "a state that is not compared starts nothing, after a lost connection neither": Chain(
        world=EMPTY, first=(STACK, HOST, _new(state="Running", lifecycle={"ignore": ["state"]})), ways=(Ways(lost_at=3, sent=True), Ways())
    ),
    "a machine whose state is not compared is owed its start": Chain(
        world=_with(state="Running"),
        first=(WILLING, HOST, _new(state="Running", processor={"count": 2}, lifecycle={"ignore": ["state"]})),
        ways=(Ways(lost_at=2, sent=True), Ways()),
    ),
    "a drive that is compared gets its controller": Chain(
        world=_with(notes="by hand", devices={"networkAdapters": [{}]}),
        first=(WILLING, HOST, _new(lifecycle={"manage": ["dvds"]}, devices={"dvds": {"setup": {"slot": "scsi 2:0"}}})),
    ),
}
"""What had to hold -> the chain."""
