"""Law 4: nothing unowned is deleted, and no VHD file unless it was asked for twice, by exact path, when nobody else needs it.

The judge reads the host before, the host after and the audit log between them, and what was declared and consented to;
it knows nothing of plans. Exceptions are the leftovers `<stem>.hvplan<ext>` and what New-VM made unasked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from hvplan.document.plan import PlanDocument
from tests import casebook
from tests.audit import LEFTOVER, done
from tests.casebook import Case
from tests.lab import Lab
from tests.variants import World, documents, drives, machine, named, parents, variant

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
CONSENTS: Final = ("--adopt", "--allow-restart", "--delete-disks", "--allow-management-change")
WAYS: Final = ((), *((one,) for one in CONSENTS), CONSENTS)
BEFORE: Final = re.compile(r"\.hvplan-before\.[^.\\]+$")
"""What a conversion has replaced, under the name it gets until it goes."""
_MARK: Final = re.compile(r"(?m)^hvplan/v1 (?P<words>.*?)\r?$")


def words(notes: str) -> dict[str, str]:
    """The words of the one mark in notes; empty without one, or with two."""
    lines = _MARK.findall(notes)
    return dict(word.partition("=")[::2] for word in lines[0].split(" ")) if len(lines) == 1 else {}


@dataclass(frozen=True, kw_only=True)
class Judge:
    """What happened on one host, and what was asked for."""

    before: World
    after: World
    calls: list[dict[str, Any]]
    desired: list[World]
    given: tuple[str, ...]

    def verdict(self) -> list[str]:
        """Every deletion that was none of ours, in words."""
        return [*self._objects("vms", "VirtualMachine", "vm"), *self._objects("switches", "VirtualSwitch", "switch"), *self._files(), *self._removals()]

    def _absent(self, kind: str, name: str) -> bool:
        return any(doc.get("kind") == kind and doc.get("ensure") == "Absent" and str(doc.get("name")).casefold() == name.casefold() for doc in self.desired)

    def _stack(self) -> str:
        return next((str(doc["name"]) for doc in self.desired if doc.get("kind") == "Stack" and doc.get("ownership") != "none"), "")

    def ours(self, thing: World, kind: str, *, created: bool) -> bool:
        """Does its mark, which fits its id, say that this stack owns it."""
        mark = words(thing.get("notes", ""))
        right = mark.get("stack") == self._stack() and thing["id"].lower().startswith(mark.get(kind, "-")) and bool(self._stack())
        return (right and (not created or mark.get("origin") == "created")) or (mark.get(kind) == "new" and mark.get("stack") == self._stack())

    def _objects(self, group: str, kind: str, word: str) -> Iterator[str]:
        left = {thing["id"] for thing in self.after.get(group, ())}
        for thing in self.before.get(group, ()):
            if thing["id"] not in left and not (self.ours(thing, word, created=True) and self._absent(kind, thing["name"])):
                yield f"{kind} {thing['name']} is gone"

    def _files(self) -> Iterator[str]:
        moved = {_path(call, "LiteralPath", "Path") for call in done(self.calls) if call["command"] in ("Rename-Item", "Move-Item")}
        removed = {_path(call, "LiteralPath", "Path") for call in done(self.calls) if call["command"] == "Remove-Item"}
        there = {file["path"].lower() for file in self.before.get("files", ())}
        left = {file["path"].lower() for file in self.after.get("files", ())}
        for path in sorted(there - left - moved - removed):
            yield f"{path} is gone, and nobody removed it"
        for path in sorted(removed):
            yield from (f"{path}: {why}" for why in self._wrong(path))

    def _wrong(self, path: str) -> Iterator[str]:
        """Why a file should have stayed."""
        users = {vm for vm, file in self._reach() if file == path}
        if LEFTOVER.search(path):
            yield from (f"a leftover that {vm} uses" for vm in users if not self._freed(path, vm))
            return
        if "--delete-disks" not in self.given:
            yield "deleted without consent"
        absent = {vm["id"] for vm in self.before.get("vms", ()) if self._absent("VirtualMachine", vm["name"]) and self.ours(vm, "vm", created=True)}
        replaced = bool(users) and all(self._freed(path, vm) for vm in users)
        if not users & absent and not replaced and not BEFORE.search(path) and not self._absent_disk(path):
            yield "nobody asked for this file to go"
        yield from (f"{vm} uses it too" for vm in users - absent if not self._freed(path, vm))
        yield from (f"{child} is built on it" for child, parent in parents(self.after) if parent == path)

    def _absent_disk(self, path: str) -> bool:
        """Does a document of its own say that the file is to go."""
        gone = [doc for doc in self.desired if doc.get("kind") == "VirtualDisk" and doc.get("ensure") == "Absent"]
        return any(str(doc.get("path", "")).lower() == path for doc in gone)

    def _reach(self) -> Iterator[tuple[str, str]]:
        """Which machine reaches which file, down every chain."""
        above = dict(parents(self.before))
        for vm, path in drives(self.before):
            seen: set[str] = set()
            at: str | None = path
            while at is not None and at not in seen:
                seen.add(at)
                yield vm, at
                at = above.get(at)

    def _freed(self, path: str, vm: str) -> bool:
        """Did this run put another file in its place on a machine of ours."""
        there = {thing["id"] for thing in self.after.get("vms", ())}
        return (
            vm in there
            and path not in {file for one, file in drives(self.after) if one == vm}
            and any(t["id"] == vm and self.ours(t, "vm", created=False) for t in self.before["vms"])
        )

    def _removals(self) -> Iterator[str]:
        """Devices go only from machines that are ours, become ours with consent, or were made in this run; checkpoints never."""
        known = {vm["id"].lower(): vm for vm in self.before.get("vms", ())}
        for call in done(self.calls):
            if not call["command"].startswith("Remove-VM") or call["command"] in ("Remove-VM", "Remove-VMSwitch"):
                continue
            if "Snapshot" in call["command"]:
                yield f"{call['command']}: a checkpoint"
            for id in _owners(call):
                vm = known.get(id)
                if vm is not None and not self.ours(vm, "vm", created=False) and "--adopt" not in self.given and not _cut_off(vm):
                    yield f"{call['command']} on {vm['name']}, which nobody owns"


def _owners(call: Mapping[str, Any]) -> Iterator[str]:
    for things in call["bound"].values():
        for thing in things if isinstance(things, list | tuple) else ():
            found = re.search(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", str(thing.get("id", ""))) if isinstance(thing, Mapping) else None
            if found:
                yield found.group().lower()


def _cut_off(vm: World) -> bool:
    """New-VM that was killed before its mark: off, no notes, no disk, no checkpoint."""
    return vm.get("state", "Off") == "Off" and not vm.get("notes") and not vm.get("devices", {}).get("disks") and not vm.get("checkpoints")


def _path(call: Mapping[str, Any], *names: str) -> str:
    value = next(call["bound"][name] for name in names if name in call["bound"])
    return str(value[0] if isinstance(value, list | tuple) else value).lower()


def judged(case: Case, given: tuple[str, ...], folder: Path, plans: dict[bool, PlanDocument] | None = None) -> tuple[Judge, PlanDocument, int]:
    """Plan and apply with these consents, as many deletions allowed as anybody could want. `plans`: what was planned already, with and without files."""
    kept = tuple(option for option in case.options if not option.startswith(("--max-deletes", *CONSENTS)))
    asked = replace(case, options=("--max-deletes=99", *kept), apply=("--yes", *given))
    lab = Lab(asked, folder)
    known = {} if plans is None else plans
    before = lab.world.dump()
    document = known.setdefault("--delete-disks" in given, known.get("--delete-disks" in given) or lab.plan())
    start = len(lab.world.audit)
    result = lab.apply(document)
    return (
        Judge(before=before, after=lab.world.dump(), calls=lab.calls(start), desired=documents(asked), given=given),
        document,
        result.exit_code,
    )


@CASES
def test_nothing_is_deleted_that_nobody_gave_away(case: Case, tmp_path: Path) -> None:
    """Applied without any consent, with each of them alone and with all."""
    plans: dict[bool, PlanDocument] = {}
    for given in WAYS:
        judge, _, _ = judged(case, given, tmp_path, plans)
        assert judge.verdict() == [], given


OS: Final = r"D:\VHDs\web01-os.vhdx"
STRANGER: Final = "aaaaaaaa-1111-4222-8333-444444444444"


def _stranger(world: World, path: str, **more: Any) -> None:
    world["vms"].append({"name": "stranger", "id": STRANGER, "generation": 2, "devices": {"disks": [{"slot": "scsi 0:0", "path": path}]}, **more})


def _child(world: World, path: str) -> None:
    world["files"].append({"path": path, "vhd": {"size": "40GiB", "type": "Differencing", "parent": OS, "fileSize": "4MiB"}})


def _shared(world: World) -> None:
    _stranger(world, OS)


def _shared_in_other_letters(world: World) -> None:
    _stranger(world, OS.upper())


def _in_a_strangers_checkpoint(world: World) -> None:
    _stranger(world, OS, checkpoints=[{"name": "before", "created": "2026-01-01T02:00:00Z", "type": "Standard"}])


def _in_its_own_checkpoint(world: World) -> None:
    machine(world, "web01")["checkpoints"] = [{"name": "before", "created": "2026-01-01T02:00:00Z", "type": "Standard"}]


def _parent_of_a_strangers_disk(world: World) -> None:
    _child(world, r"D:\VHDs\child.vhdx")
    _stranger(world, r"D:\VHDs\child.vhdx")


def _grandparent_of_a_strangers_disk(world: World) -> None:
    _child(world, r"D:\VHDs\child.vhdx")
    world["files"].append({"path": r"D:\VHDs\grandchild.vhdx", "vhd": {"size": "40GiB", "type": "Differencing", "parent": r"D:\VHDs\child.vhdx"}})
    _stranger(world, r"D:\VHDs\grandchild.vhdx")


def _notes(world: World, notes: str) -> None:
    machine(world, "web01")["notes"] = notes


def _named_by_a_forged_mark(world: World) -> None:
    other = r"D:\VHDs\other.vhdx"
    world["files"].append({"path": other, "vhd": {"size": "40GiB", "fileSize": "1GiB"}})
    _stranger(world, other)
    _notes(world, machine(world, "web01")["notes"] + " going/data=D%3A%5CVHDs%5Cother.vhdx")


STAYS: Final[Mapping[str, Callable[[World], None]]] = {
    "a stranger's machine has the file too": _shared,
    "and spells its path otherwise": _shared_in_other_letters,
    "a checkpoint of a stranger's machine needs it": _in_a_strangers_checkpoint,
    "a checkpoint of the machine itself needs it": _in_its_own_checkpoint,
    "a stranger's disk is built on it": _parent_of_a_strangers_disk,
    "a stranger's disk is built on what is built on it": _grandparent_of_a_strangers_disk,
    "the machine was adopted": lambda world: _notes(world, "hvplan/v1 stack=lab id=web01 vm=2f0c8a52-6d3e origin=adopted applied=1:disk/os.b3f61c"),
    "the machine is another stack's": lambda world: _notes(world, "hvplan/v1 stack=prod id=web01 vm=2f0c8a52-6d3e origin=created applied=1:disk/os.b3f61c"),
    "the machine is a copy": lambda world: _notes(world, "hvplan/v1 stack=lab id=web01 vm=99999999-6d3e origin=created applied=1:disk/os.b3f61c"),
    "the machine is protected": lambda world: _notes(world, "hvplan/v1 stack=lab id=web01 vm=2f0c8a52-6d3e origin=created applied=1:disk/os.b3f61c protect"),
    "nothing says that the file was made": lambda world: _notes(world, "hvplan/v1 stack=lab id=web01 vm=2f0c8a52-6d3e origin=created"),
    "there are two marks": lambda world: _notes(
        world, "\n".join(["hvplan/v1 stack=lab id=web01 vm=2f0c8a52-6d3e origin=created applied=1:disk/os.b3f61c"] * 2)
    ),
    "nobody has marked the machine": lambda world: _notes(world, "Front end"),
    "a mark names a stranger's file": _named_by_a_forged_mark,
}


@pytest.mark.parametrize("why", STAYS)
def test_a_file_stays_while_anybody_may_need_it(why: str, tmp_path: Path) -> None:
    """With every consent there is: the file is there afterwards, and so is everything of strangers."""
    hostile = variant(named("delete-with-its-disk"), tmp_path / "case", world=STAYS[why])
    judge, _, _ = judged(hostile, CONSENTS, tmp_path)
    assert judge.verdict() == []
    assert OS.lower() in {file["path"].lower() for file in judge.after["files"]}
    strangers = [vm for vm in judge.before["vms"] if vm["name"] == "stranger"]
    assert [vm for vm in judge.after["vms"] if vm["name"] == "stranger"] == strangers


def _namesake(world: World) -> None:
    world["vms"].append(
        {"name": "web01", "id": STRANGER, "generation": 2, "devices": {"disks": [{"slot": "scsi 0:0", "path": r"D:\VHDs\web01-os-backup.vhdx"}]}}
    )


def _nearly_the_same_names(world: World) -> None:
    for path in (r"D:\VHDs\web01-os2.vhdx", r"D:\VHDs\web01-os.vhdx2", r"D:\VHDs\web01-o?.txt".replace("?", "s"), r"D:\VHDs\web01-[o]s.vhdx"):
        world["files"].append({"path": path, "vhd": {"size": "40GiB", "fileSize": "1GiB"}} if path.endswith("vhdx") else {"path": path, "size": "1GiB"})


@pytest.mark.parametrize("how", [_namesake, _nearly_the_same_names], ids=["a namesake", "nearly the same names"])
def test_only_what_is_ours_goes(how: Callable[[World], None], tmp_path: Path) -> None:
    """What looks like it stays: the machine goes by its id, the file by its exact path."""
    hostile = variant(named("delete-with-its-disk"), tmp_path / "case", world=how)
    judge, _, exit_code = judged(hostile, CONSENTS, tmp_path)
    assert (judge.verdict(), exit_code) == ([], 0)
    gone = {file["path"] for file in judge.before["files"]} - {file["path"] for file in judge.after["files"]}
    assert gone == {OS}
    assert [vm["id"] for vm in judge.before["vms"] if vm not in judge.after["vms"]] == ["2f0c8a52-6d3e-4f1a-9b7c-0d1e2f3a4b5c"]


def test_the_judge_sees(tmp_path: Path) -> None:
    """A judge that always nods is none: a file, a machine and a device that were taken from strangers are told."""
    judge, _, _ = judged(named("delete-with-its-disk"), CONSENTS, tmp_path)
    assert judge.verdict() == []
    assert any("without consent" in text for text in replace(judge, given=()).verdict())
    assert any("nobody asked" in text for text in replace(judge, desired=[judge.desired[0]]).verdict())
    assert any("VirtualMachine web01 is gone" in text for text in replace(judge, desired=[judge.desired[0]]).verdict())
    strangers = replace(judge, before={**judge.before, "vms": [{**vm, "notes": "mine"} for vm in judge.before["vms"]]}, given=())
    assert any("nobody owns" in text for text in strangers.verdict())
