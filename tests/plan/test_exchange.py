"""Another file behind a drive: converted, moved, attached; from every place in which a killed run may have left it; and what is refused."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

import pytest

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Cmd
from hvplan.diff.changes import Act
from hvplan.diff.digests import disk_declared, disk_section
from hvplan.diff.ways import Stand, acts, on_one_volume, stand
from hvplan.document.plan import PlanDocument
from hvplan.model.devices import Disk
from hvplan.model.filenames import kept, moving, unfinished, unfinished_again
from hvplan.model.live import LiveCheckpoint, LiveFile, LiveHost
from hvplan.model.marker import digest
from hvplan.model.values import Unknown, normal_path
from hvplan.plan.options import PlanOptions
from hvplan.report.text import render_plan
from tests.plan.worlds import GIB, disk, drive, guid, host, lines, live_vm, mine, plan, refusals, vhd, vm

F = r"D:\VHDs\web01-data.vhdx"
T, TT, B, M = unfinished(F), unfinished_again(F), kept(F), moving(F)
A = r"D:\Old\data.vhdx"
ADDRESS = "vm/web01/disks/data"
FOLDERS = {normal_path(path): LiveFile(path=path, folder=True, size=0) for path in (r"D:\VHDs", r"D:\Old")}
OUR_WORDS = ("convert", "copy", "move", "rename", "attach", "drop", "delete")


def world(*standing: str, held: str = F, kind: str = "Dynamic", state: str = "Running", **more: Any) -> LiveHost:
    """A host with our machine, whose drive holds a file, and those files; the other names are known to be free."""
    files = [vhd(path, 10 * GIB, type=more.pop("kinds", {}).get(path, kind), file_size=4 * GIB) for path in standing]
    free = [path for path in (F, T, TT, B, M, A) if path not in standing]
    live = live_vm(state=state, marker=more.pop("marker", mine()), disks=(drive(held, "scsi 0:1"),), checkpoints=more.pop("checkpoints", ()))
    return host(live, *more.pop("others", ()), vhds=(*files, *more.pop("headers", ())), missing=(*free, *more.pop("missing", ())), files=FOLDERS, **more)


def wish(**wanted: Any) -> Disk:
    """The disk as declared."""
    return disk("data", "scsi 0:1", **({"path": F} | wanted))


def made(live: LiveHost, *disks: Disk, **more: Any) -> PlanDocument:
    """The plan for those disks."""
    return plan(live, vm(disks=disks), **more)


def words(document: PlanDocument) -> list[str]:
    """What the steps of an exchange do, with the files they are about: `attach web01-data.vhdx`."""
    found = []
    for step in document.steps:
        if step.action in OUR_WORDS and step.address == ADDRESS:
            last = step.invocation[-1]["parameters"]
            names = [last[name] for name in ("Path", "LiteralPath", "DestinationPath", "Destination", "NewName") if name in last]
            found.append(" ".join((step.action, *(name.rsplit("\\", 1)[-1] for name in names))))
    return found


NAMED = ["rename web01-data.hvplan.vhdx web01-data.vhdx", "attach web01-data.vhdx"]
SWAP = ["attach web01-data.hvplan.vhdx", "rename web01-data.vhdx web01-data.hvplan-before.vhdx", *NAMED]
CONVERT = "convert web01-data.vhdx web01-data.hvplan.vhdx"


def test_a_conversion_in_the_window() -> None:
    """Off, copy, swap: in one stop and start, in the one order, and the drive is pointed at every file that gets a name."""
    document = made(world(F), wish(type="Fixed"))
    assert words(document) == [CONVERT, *SWAP]
    actions = [step.action for step in document.steps]
    assert actions[:2] == ["mark", "stop"]
    assert actions[-2:] == ["start", "mark"]
    (window,) = document.power_windows
    assert {step.id for step in document.steps if step.action in OUR_WORDS} <= set(window.steps)
    inside = [step for step in document.steps if step.action in OUR_WORDS]
    for before, after in pairwise(inside):
        assert after.needs == (before.id,)
    assert [c.kind for c in document.consents] == ["restart"]
    assert [w for w in document.warnings if B in w and "--delete-disks" in w]


def test_what_it_costs_is_said() -> None:
    """The plan says how much is copied and how much room that needs; a fixed disk needs all of it, and the volume is asked."""
    text = render_plan(made(world(F, free={"d:": 50 * GIB}), wish(type="Fixed")))
    assert "restart, copies 4 GiB" in text
    assert "converted; needs 10 GiB free on D:" in text
    assert refusals(made(world(F, free={"d:": 10 * GIB - 1}), wish(type="Fixed"))) == [(ADDRESS, "space")]
    assert refusals(made(world(F, free={"d:": 4 * GIB - 1}, kind="Fixed"), wish(type="Dynamic"))) == [(ADDRESS, "space")]
    leftover = world(F, T, free={"d:": 6 * GIB}, kinds={T: "Fixed"})
    assert refusals(made(leftover, wish(type="Fixed"))) == []  # what the leftover gives back counts


def test_off_and_on_ide_and_a_leftover() -> None:
    """A machine that is off needs no window, only to stay off; what a cut-off run left goes first."""
    document = made(world(F, T, state="Off"), wish(type="Fixed"))
    assert document.power_windows == ()
    assert document.consents == ()
    assert lines(document)[0] == rf"Remove-Item -LiteralPath '{T}' -Confirm:$false"
    assert words(document)[1:] == [CONVERT, *SWAP]
    assert all(("state", "Off") in [(e.path, e.value) for e in step.expect] for step in document.steps if step.action in ("convert", "attach", "rename"))


def test_it_grows_on_its_new_file() -> None:
    """Size and type at once: converted, then grown, all in the window."""
    document = made(world(F), wish(type="Fixed", size=20 * GIB))
    assert [step.action for step in document.steps][-3:] == ["resize", "start", "mark"]
    assert rf"Resize-VHD -Path '{F}' -SizeBytes {20 * GIB} -Confirm:$false" in lines(document)
    assert refusals(made(world(F, free={"d:": 15 * GIB}), wish(type="Fixed", size=20 * GIB))) == [(ADDRESS, "space")]


@pytest.mark.parametrize(
    ("standing", "held", "type", "expected"),
    [
        ((F, T), F, "Fixed", ["delete web01-data.hvplan.vhdx", CONVERT, *SWAP]),
        ((F, T), T, "Dynamic", SWAP[1:]),
        ((B, T), T, "Dynamic", NAMED),
        ((B, F), T, "Dynamic", ["attach web01-data.vhdx"]),
        ((B, F), F, "Dynamic", []),
    ],
)
def test_where_a_conversion_was_cut_off(standing: tuple[str, ...], held: str, type: str, expected: list[str]) -> None:
    """Recognised by names and attachments alone, and finished. (What stands is dynamic here, so what was to be made is too.)"""
    document = made(world(*standing, held=held, state="Off"), wish(type=type))
    assert refusals(document) == []
    assert words(document) == expected


@pytest.mark.parametrize("standing", [(F, T), (B, T), (B, F)])
def test_a_mind_that_changed_in_between(standing: tuple[str, ...]) -> None:
    """The drive never goes back to an older file: what it stands on is converted once more, under a second name, and no kept file is touched."""
    document = made(world(*standing, held=T, state="Off"), wish(type="Fixed"))
    assert refusals(document) == []
    did = words(document)
    assert did[-1] == "attach web01-data.vhdx"
    assert "convert web01-data.hvplan.vhdx web01-data.hvplan.hvplan.vhdx" in did
    assert "drop web01-data.hvplan.vhdx" in did
    assert not any("before" in word.split()[1] for word in did)
    assert did.index("attach web01-data.hvplan.hvplan.vhdx") < did.index("drop web01-data.hvplan.vhdx")


@pytest.mark.parametrize("held", [F, T, TT, A, unfinished(A)])
def test_every_act_leaves_a_place_from_which_it_goes_on(held: str) -> None:
    """Whatever stands where, killed behind any act, and once more behind any act of the next run: the run after that ends with the disk, as
    declared, in its file; a file with the disk in it is there all the time, and one that a conversion kept is never touched.
    """
    tried = 0
    for number in range(1 << 6):
        standing = [path for bit, path in enumerate((F, T, TT, M, held)) if number & (1 << bit)]
        there = {normal_path(path) for path in standing}
        where = _stand(there, held)
        if where.kind in ("lost", "attach") or where.content not in standing:
            continue
        for wanted in ("old", "new"):
            files = {normal_path(path): (normal_path(path) == normal_path(where.content), "old") for path in standing}
            if normal_path(M) in files and where.kind == "elsewhere":
                continue  # something is in the way of a move: refused
            _walk(files, held, wanted, kills=2)
            tried += 1
    assert tried > 8


MADE_FOR_A = unfinished(A)
STANDS = [
    (F, {F}, "plain", F),
    (T, {T, F}, "unfinished", T),
    (TT, {TT, B}, "unfinished", TT),
    (T, {F}, "named", F),
    (T, {B}, "lost", ""),
    (A, {F}, "moved", F),
    (A, {M}, "moving", M),
    (A, {A, F}, "attach", F),
    (A, {A}, "elsewhere", A),
    (MADE_FOR_A, {MADE_FOR_A}, "elsewhere", MADE_FOR_A),
    (MADE_FOR_A, {MADE_FOR_A, F}, "turned", MADE_FOR_A),
    (A, {B}, "lost", ""),
]


@pytest.mark.parametrize(("held", "there", "kind", "content"), STANDS)
def test_where_a_disk_stands(held: str, there: set[str], kind: str, content: str) -> None:
    """The table of `diff/ways`, row by row: what a machine may have run on is never given up for an older file that stands at the path."""
    assert _stand({normal_path(path) for path in there}, held) == Stand(kind=kind, content=content)


Files = dict[str, tuple[bool, str]]
"""Path -> does it hold the disk as it is now, and of which type."""


def _stand(there: Collection[str], held: str) -> Stand:
    return stand(F, held, lambda path: normal_path(path) in there)


def _walk(files: Files, held: str, wanted: str, kills: int) -> None:
    where = _stand(files, held)
    assert where.kind not in ("lost", "attach"), (files, held)
    assert files[normal_path(where.content)][0]
    way = acts(where, F, held, lambda path: normal_path(path) in files, converts=files[normal_path(where.content)][1] != wanted)
    now, at = dict(files), held
    for act in way:
        at = _do(act, now, at, wanted)
        assert any(current for current, _ in now.values()), (act, now)
        if kills:
            _walk(dict(now), at, wanted, kills - 1)
    assert normal_path(at) == normal_path(F)
    assert now[normal_path(F)] == (True, wanted)


def _do(act: Act, files: Files, held: str, wanted: str) -> str:
    """What an act makes of the files; gives what the drive holds then."""
    path, to = normal_path(act.path), normal_path(act.to)
    assert to not in files
    assert path in files
    match act.kind:
        case "convert":
            files[to] = (files[path][0], wanted)
        case "copy":
            files[to] = files[path]
        case "rename" | "move":
            files[to] = files.pop(path)
        case "drop" | "leftover":
            assert path != normal_path(held)
            assert path != normal_path(B)
            files.pop(path)
    return act.path if act.kind == "attach" else held


def test_moves() -> None:
    """In one folder by name; to another folder under a name of its own; to another volume as a copy; the old one stays only there."""
    beside, below, far = r"D:\Old\new.vhdx", r"D:\Old\more\new.vhdx", r"E:\new.vhdx"
    names = [other(path) for path in (beside, below, far) for other in (str, unfinished, moving, kept, unfinished_again)]
    live = world(A, held=A, state="Off", missing=(*names, r"D:\Old\more"))
    assert words(made(live, wish(path=beside))) == ["rename data.vhdx new.vhdx", "attach new.vhdx"]
    deeper = made(live, wish(path=below))
    assert words(deeper) == ["move data.vhdx new.hvplan-move.vhdx", "rename new.hvplan-move.vhdx new.vhdx", "attach new.vhdx"]
    assert lines(deeper)[0].startswith("New-Item -ItemType Directory -Path 'D:\\Old' -Name 'more'")
    assert words(made(live, wish(path=far))) == [
        "copy data.vhdx new.hvplan.vhdx",
        "attach new.hvplan.vhdx",
        "rename new.hvplan.vhdx new.vhdx",
        "attach new.vhdx",
    ]
    assert not on_one_volume(r"C:\ClusterStorage\Volume1\a.vhdx", r"C:\ClusterStorage\Volume2\a.vhdx")
    assert on_one_volume(r"\\nas\vhds\a\x.vhdx", r"\\NAS\vhds\b\x.vhdx")


def test_moves_that_were_cut_off() -> None:
    """A drive that points to nothing follows its file; a file on its way gets its name first; nothing anywhere is refused, and nothing is made."""
    assert words(made(world(F, held=A), wish())) == ["attach web01-data.vhdx"]
    assert words(made(world(M, held=A), wish())) == ["rename web01-data.hvplan-move.vhdx web01-data.vhdx", "attach web01-data.vhdx"]
    lost = made(world(held=A), wish())
    assert refusals(lost) == [(ADDRESS, "disk-lost")]
    assert not words(lost)
    assert refusals(made(world(A, M, held=A), wish())) == [(ADDRESS, "move-in-the-way")]


def test_another_format() -> None:
    """A .vhd becomes a .vhdx by conversion, whatever its name; the old file stays where it is."""
    old = r"D:\VHDs\web01-data.vhd"
    document = made(world(held=old, headers=(vhd(old, 10 * GIB, type="Fixed", file_size=10 * GIB),)), wish())
    assert words(document) == ["convert web01-data.vhd web01-data.hvplan.vhdx", "attach web01-data.hvplan.vhdx", *NAMED]
    assert "-VHDType Fixed " in next(line for line in lines(document) if "Convert-VHD" in line)


def test_a_file_that_stands_there_is_attached() -> None:
    """Only when it is what is declared and nobody's; the old one stays; and it never counts as one that hvplan made."""
    made_before = mine(applied={disk_section("data"): digest(disk_declared(wish(path=A)))})
    live = world(A, F, held=A, marker=made_before)
    document = made(live, wish())
    assert words(document) == ["attach web01-data.vhdx"]
    assert f"disk/data.{digest(disk_declared(wish(existing='Adopt')))}" in lines(document)[-1]
    assert refusals(made(live, wish(size=99 * GIB))) == [(ADDRESS, "file-differs")]
    taken = world(A, F, held=A, others=(live_vm("other", 2, disks=(drive(F),)),))
    assert refusals(made(taken, wish())) == [(ADDRESS, "file-in-use")]
    parent = world(A, F, held=A, headers=(vhd(r"D:\c.vhdx", 10 * GIB, type="Differencing", parent=F),))
    assert refusals(made(parent, wish())) == [(ADDRESS, "file-in-use")]


def test_a_file_of_ours_stays_ours() -> None:
    """The mark proves it after a conversion and a move, and says so before the window, for a run that is killed in it."""
    was = mine(applied={disk_section("data"): digest(disk_declared(wish()))})
    becomes = wish(type="Fixed")
    document = made(world(F, marker=was), becomes)
    proof = f"disk/data.{digest(disk_declared(becomes))}"
    marks = [step.powershell for step in document.steps if step.action == "mark"]
    assert proof in marks[0]
    assert proof in marks[-1]


def test_what_keeps_a_disk_as_it_is() -> None:
    """Checkpoints, children, other machines, unread chains, differencing disks, a kept file in the way: each refused by name, nothing planned."""
    checkpoint = LiveCheckpoint(id=guid(50), name="before", kind="Standard", automatic=True)
    child = (vhd(r"D:\VHDs\child.vhdx", 10 * GIB, type="Differencing", parent=F),)
    other = (live_vm("other", 2, disks=(drive(F),)),)
    unread = (live_vm("other", 2, disks=(drive(r"D:\x.vhdx"),)),)
    for live, code in (
        (world(F, checkpoints=(checkpoint,)), "checkpoints"),
        (world(F, headers=child), "disk-is-parent"),
        (world(F, others=other), "disk-attached"),
        (world(F, others=unread, headers=()), ""),
        (world(F, kind="Differencing"), "disk-type"),
        (world(F, B), "before-in-the-way"),
    ):
        document = made(live, wish(type="Fixed"))
        assert refusals(document) == ([(ADDRESS, code)] if code else [])
        assert bool(words(document)) == (not code)
    used = world(F, B, others=(live_vm("other", 2, disks=(drive(B),)),))
    document = made(used, wish(type="Fixed"), options=PlanOptions(delete_disks=(ADDRESS,), max_deletes=1))
    assert ((ADDRESS, "before-in-the-way") in refusals(document), document.steps) == (True, ()), "another machine has what it would delete"
    locked = world(F, others=unread)
    hidden = LiveHost(**{name: getattr(locked, name) for name in LiveHost.__slots__} | {"vhds": {**locked.vhds, normal_path(r"D:\x.vhdx"): Unknown("locked")}})
    assert refusals(made(hidden, wish(type="Fixed"))) == [(ADDRESS, "unknown")]


def test_the_kept_file_goes_only_when_asked_for_twice() -> None:
    """--delete-disks names it, apply asks, it counts as a deletion, and it goes last; without it the file stays and the plan says where."""
    asked = PlanOptions(delete_disks=(ADDRESS,), max_deletes=1)
    document = made(world(F), wish(type="Fixed"), options=asked)
    assert words(document) == [CONVERT, *SWAP, "delete web01-data.hvplan-before.vhdx"]
    assert ("delete-disk", ADDRESS) in [(c.kind, c.address) for c in document.consents]
    assert refusals(made(world(F), wish(type="Fixed"), options=PlanOptions(delete_disks=(ADDRESS,)))) == [(ADDRESS, "max-deletes")]
    later = made(world(F, B), wish(), options=asked)
    assert words(later) == ["delete web01-data.hvplan-before.vhdx"]
    assert later.power_windows == ()
    assert made(world(F, B), wish()).steps == ()
    assert any(B in text for text in made(world(F, B), wish()).warnings)
    stranger = (live_vm("other", 2, disks=(drive(r"D:\x.vhdx"),)),)
    assert refusals(made(world(F, B, others=stranger), wish(), options=asked)) == [(ADDRESS, "disk-kept")]


def test_a_level_that_is_held_back_holds_all_of_it() -> None:
    """Below --max-impact nothing of an exchange is planned; what does not need it is."""
    document = made(world(F), wish(type="Fixed"), options=PlanOptions(max_impact="online"))
    assert words(document) == []
    assert [d.path for d in document.deferred] == ["vhd.type"]


def test_a_leftover_beside_a_kept_file_is_not_taken_for_one() -> None:
    """A disk that was detached in the middle of its conversion: the unfinished file may be the only whole one, so a new disk is refused there."""
    live = host(live_vm(state="Off", marker=mine()), vhds=(vhd(T), vhd(B)), missing=(F, TT, M), files=FOLDERS)
    assert refusals(made(live, wish(size=10 * GIB))) == [(ADDRESS, "leftover-in-use")]


def test_conversions_name_their_files() -> None:
    """Without a path, or with a pattern for one, neither a conversion nor a move can be said."""
    for cmd in (
        Cmd("Convert-VHD", {"DestinationPath": T}),
        Cmd("Convert-VHD", {"Path": r"D:\*.vhdx", "DestinationPath": T}),
        Cmd("Move-Item", {"Destination": T}),
        Cmd("Move-Item", {"LiteralPath": F, "Destination": r"D:\[a].vhdx"}),
    ):
        with pytest.raises(build.InvalidInvocation):
            build.write(cmd)
