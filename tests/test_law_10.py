"""Law 10: no failure that the facts could have predicted. What a plan lets through is carried out, on every case and on hosts that are worse than theirs.

Every FAILED step of a run without faults is a fault of the plan, unless its reason is a guest that does not listen: no read shows that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from hvplan.document.result import ResultDocument
from tests import casebook
from tests.casebook import Case
from tests.lab import Lab
from tests.variants import World, variant

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
CONSENTS: Final = ("--yes", "--adopt", "--allow-restart", "--delete-disks", "--allow-management-change")
ONE_IN: Final = 4
"""Of so many pairs of a case and a worse host one is tried where not all of them are asked for (`-m soak`)."""


def _vms(world: World) -> Iterator[World]:
    yield from world.get("vms", ())


def _entries(vm: World, kind: str) -> list[World]:
    """Devices of a machine, whether they are written as a list or by key."""
    found = vm.get("devices", {}).get(kind) or []
    return [one or {} for one in (found.values() if isinstance(found, Mapping) else found)]


def _add(vm: World, kind: str, name: str, device: World) -> None:
    """One more device, in the way in which the others are written."""
    found = vm.setdefault("devices", {}).setdefault(kind, [])
    if isinstance(found, dict):
        found[name] = device
    else:
        found.append({"name": name, **device} if kind == "networkAdapters" else device)


def _full_disks(world: World) -> None:
    for volume in world["host"].get("volumes", ()):
        volume["free"] = "5MiB"


def _no_memory(world: World) -> None:
    world["host"]["memory"] = "4GiB"


def _few_processors(world: World) -> None:
    world["host"]["processors"] = 2


def _many_adapters(world: World) -> None:
    most = 8 if world["host"].get("release") == "2016" else 64
    for vm in _vms(world):
        for number in range(most - len(_entries(vm, "networkAdapters"))):
            _add(vm, "networkAdapters", f"more {number}", {})


def _taken_slots(world: World) -> None:
    drive = (world["host"].get("volumes") or [{"path": "D:\\"}])[-1]["path"]
    for number, vm in enumerate(_vms(world)):
        taken = {str(device.get("slot")) for kind in ("disks", "dvds") for device in _entries(vm, kind)}
        for slot in (f"scsi 0:{place}" for place in range(64)):
            if slot not in taken:
                path = rf"{drive}taken\{number}-{slot[7:]}.vhdx"
                world.setdefault("files", []).append({"path": path, "vhd": {"size": "1GiB", "fileSize": "4MiB"}})
                _add(vm, "disks", f"taken {slot[7:]}", {"slot": slot, "path": path})


def _nothing_to_build_on(world: World) -> None:
    used = {str(disk.get("path")).lower() for vm in _vms(world) for disk in _entries(vm, "disks")}
    parents = {str(file.get("vhd", {}).get("parent")).lower() for file in world.get("files", ())}
    world["files"] = [file for file in world.get("files", ()) if file.get("folder") or file["path"].lower() in used | parents]


def _state(state: str) -> Callable[[World], None]:
    def change(world: World) -> None:
        held: set[str] = set()
        for vm in _vms(world):
            files = {disk["path"].casefold() for disk in _disks(vm) if disk.get("path")}
            if not files & held:  # two machines never run with one file
                vm["state"] = state
                held |= files

    return change


def _disks(vm: dict[str, Any]) -> list[dict[str, Any]]:
    disks = vm.get("devices", {}).get("disks", [])
    return list(disks.values()) if isinstance(disks, dict) else disks


def _checkpoints(world: World) -> None:
    for vm in _vms(world):
        vm.setdefault("checkpoints", [{"name": "before", "created": "2026-01-01T02:00:00Z", "type": "Standard"}])


def _old(world: World) -> None:
    world["host"]["release"] = "2016"
    for vm in _vms(world):
        vm["version"] = "8.0"


WORSE: Final[Mapping[str, Callable[[World], None]]] = {
    "full disks": _full_disks,
    "no memory": _no_memory,
    "few processors": _few_processors,
    "many adapters": _many_adapters,
    "taken slots": _taken_slots,
    "nothing to build on": _nothing_to_build_on,
    "all off": _state("Off"),
    "all running": _state("Running"),
    "all saved": _state("Saved"),
    "all paused": _state("Paused"),
    "checkpoints": _checkpoints,
    "an old release": _old,
}


def failures(result: ResultDocument) -> list[str]:
    """Every step that failed, but for guests that do not listen."""
    return [
        f"{step.id} {step.address} {step.cmdlet}: {step.error.id} {step.error.message}"
        for step in result.steps
        if step.outcome not in ("done", "skipped")
        and step.error
        and not (step.cmdlet == "Stop-VM" and ("timeout" in step.error.id or "OperationFailed" in step.error.id))
    ]


def tried(case: Case, folder: Path) -> list[str]:
    """Plan and apply with every consent."""
    lab = Lab(replace(case, apply=CONSENTS, options=("--max-deletes=99", *case.options)), folder)
    return failures(lab.apply(lab.plan()))


def on(case: Case, how: str, folder: Path) -> list[str]:
    """The same on a worse host."""
    here = folder / how
    (here / "work").mkdir(parents=True)
    return tried(variant(case, here / "case", world=WORSE[how]), here / "work")


def chosen(case: Case, how: str) -> bool:
    """Is this pair always tried: the same in every run."""
    return hashlib.sha256(f"{case.name} {how}".encode()).digest()[0] % ONE_IN == 0


@CASES
def test_what_a_plan_lets_through_is_carried_out(case: Case, tmp_path: Path) -> None:
    """On the host of the case, and on some of the worse ones."""
    assert tried(case, tmp_path) == []
    wrong: dict[str, Any] = {how: found for how in WORSE if chosen(case, how) and (found := on(case, how, tmp_path))}
    assert wrong == {}


@pytest.mark.soak
@CASES
def test_on_every_worse_host(case: Case, tmp_path: Path) -> None:
    """All of them."""
    wrong: dict[str, Any] = {how: found for how in WORSE if (found := on(case, how, tmp_path))}
    assert wrong == {}
