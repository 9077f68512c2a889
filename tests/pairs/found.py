"""Pairs that once broke a law, made small: each says what had to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.pairs.chains import Chain
from tests.pairs.draws import Doc

STACK: Final[Doc] = {"kind": "Stack", "name": "lab", "host": "hv01"}
HOST: Final[Doc] = {"kind": "Host", "name": "hv01", "connection": {"simulated": {"world": "host.world.yaml"}}}


def _new(**keys: object) -> Doc:
    return {"kind": "VirtualMachine", "name": "web01", "generation": 2, "memory": {"startup": "512MiB"}, **keys}


FOUND: Final[Mapping[str, Chain]] = {
    "null as notes of a new machine is no text": Chain(world={"kind": "World"}, first=(STACK, HOST, _new(notes=None))),
}
"""What had to hold -> the chain."""
