"""Texts to load in tests, with a host that everything belongs to."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hvplan.load import Loaded, load
from hvplan.model.objects import VirtualMachine

HOST = "kind: Host\nname: hv01\nconnection: {address: hv01}\n---\n"
GOLDEN = "kind: VirtualDisk\nname: golden\npath: D:\\golden.vhdx\nensure: Reference\n---\n"


def loaded(text: str) -> Loaded:
    """What a text asks for, with a host and a golden image behind it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "base.yaml").write_text(HOST + GOLDEN, "utf-8")
        path = Path(folder, "lab.yaml")
        path.write_text(text, "utf-8")
        return load([str(path), folder])


def machines(text: str) -> tuple[VirtualMachine, ...]:
    """The machines of a text that must be right."""
    result = loaded(text)
    assert [str(d) for d in result.diagnostics] == []
    return result.desired.vms


def machine(text: str) -> VirtualMachine:
    """The one machine of a text that must be right, which begins below its name."""
    (vm,) = machines(f"kind: VirtualMachine\nname: web01\n{text}\n")
    return vm
