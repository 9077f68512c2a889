"""Consents, gates and what a run covers, as the page on commands says; and how an apply ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Lab
from tests.e2e.contract import AT, HAND, HEAD, NEW, WEB, WORLD, lab_of, ways

Json = Any


def document(lab: Lab, *arguments: str) -> dict[str, Json]:
    """The plan's document."""
    tree: dict[str, Json] = json.loads(lab("plan", "--at", AT, "--format", "json", *arguments).raw)
    return tree


@pytest.mark.parametrize(
    ("stack", "web", "flags", "planned", "applied"),
    [
        ("", "", (), 0, 3),
        ("", "", ("--allow-restart",), 0, 0),
        ("", "", ("--allow-restart=web*",), 0, 0),
        ("{restart: never}", "", ("--allow-restart",), 3, 3),
        ("{restart: allow}", "", (), 0, 0),
        ("{restart: never}", "{restart: allow}", (), 0, 0),
        ("{restart: allow}", "{restart: never}", ("--allow-restart",), 3, 3),
        ("{restart: never}", "{restart: ask}", (), 0, 3),
        ("{restart: never}", "{restart: ask}", ("--allow-restart=vm/web01",), 0, 0),
    ],
)
def test_who_may_restart_a_machine(tmp_path: Path, stack: str, web: str, flags: tuple[str, ...], planned: int, applied: int) -> None:
    """--yes consents to writes alone; ask needs its flag, never refuses even with it, allow needs nothing; a machine's lifecycle overrides the stack."""
    lab = lab_of(tmp_path, ways(stack, web))
    assert lab("plan").code == planned
    ran = lab("apply", "--yes", *flags)
    assert ran.code == applied, ran.err
    assert ("count: 4" in lab.state) is (applied == 0), "refused is refused as a whole"
    if (planned, applied) == (0, 3):
        assert "--allow-restart=vm/web01" in ran.err


@pytest.mark.parametrize(
    ("stack", "flags", "planned", "applied"),
    [
        ("", (), 0, 3),
        ("", ("--adopt",), 0, 0),
        ("", ("--adopt=hand*",), 0, 0),
        ("{adopt: allow}", (), 0, 0),
        ("{adopt: never}", ("--adopt",), 3, 3),
    ],
)
def test_who_may_be_taken_over(tmp_path: Path, stack: str, flags: tuple[str, ...], planned: int, applied: int) -> None:
    """The same for adoption; a document that is not the stack's needs it."""
    lab = lab_of(tmp_path, ways(stack).replace(WEB, HAND))
    assert lab("plan").code == planned
    assert lab("apply", "--yes", *flags).code == applied
    assert ("origin=adopted" in lab.state) is (applied == 0)


def test_what_a_run_covers(tmp_path: Path) -> None:
    """--target and --exclude take addresses, patterns, bare machine names, hosts and labels (consents no labels); what fits nothing is an error (1)."""
    lab = lab_of(tmp_path, HEAD + WEB + NEW + HAND)

    def touched(*arguments: str) -> set[str]:
        return {step["address"].split("/disks")[0].split("/network")[0] for step in document(lab, *arguments)["steps"]}

    assert touched() == {"vm/web01", "vm/db01", "vm/hand01"}
    for glob in ("web01", "web*", "vm/web01", "vm/w?b01", "hv01:web01", "hv01:vm/web*", "label=tier:web"):
        assert touched("--target", glob) == {"vm/web01"}, glob
        assert touched("--exclude", glob) == {"vm/db01", "vm/hand01"}, glob
    assert touched("--target", "web01", "--target", "hand01") == {"vm/web01", "vm/hand01"}
    every = {change["address"] for change in document(lab)["resource_changes"]}
    narrow = document(lab, "--target", "web01")
    assert {change["address"] for change in narrow["resource_changes"]} == every, "every declared address has its entry"
    assert {later["address"] for later in narrow["deferred"]} == {"vm/db01", "vm/hand01"}
    assert {change["address"].split("/")[1] for change in narrow["resource_changes"] if change["change"]["actions"] != ["no-op"]} == {"web01"}
    below = document(lab, "--target", "vm/web01/networkAdapters/*")["steps"]
    assert any(step["address"] == "vm/web01/networkAdapters/lan" for step in below)
    assert not any(step["invocation"][-1]["cmdlet"] in ("Stop-VM", "Set-VMProcessor") for step in below)
    for flag in (
        "--target=nobody",
        "--exclude=vm/*/nothing",
        "--target=hv02:web01",
        "--exclude=label=tier:db",
        "--adopt=x",
        "--allow-restart=x",
        "--delete-disks=x",
        "--allow-restart=label=tier:web",
    ):
        ran = lab("plan", flag)
        assert (ran.code, ran.out) == (1, ""), flag
        assert "fits nothing" in ran.err


def test_a_filter_defers_and_a_gate_refuses(tmp_path: Path) -> None:
    """--max-impact lists what is above as deferred and does the rest; --refuse-above refuses; --skip-refused makes that deferred too."""
    lab = lab_of(tmp_path, HEAD + WEB)
    tree = document(lab, "--max-impact", "online")
    assert [(one["address"], one["path"]) for one in tree["deferred"]] == [("vm/web01", "processor.count")]
    assert {step["cause"][0] for step in tree["steps"]} >= {"processor.weight", "vlan"}
    assert tree["consents"] == tree["refusals"] == tree["power_windows"] == []
    only = lab("plan", "--max-impact", "none", "--detailed-exitcode")
    assert only.code == 0, "only deferred work left counts as nothing"
    assert "Deferred" in only.out
    assert only.out.splitlines()[-1].startswith("Nothing to do: ")
    assert lab("plan", "--refuse-above", "online").code == 3
    assert lab("plan", "--refuse-above", "restart").code == 0
    assert lab("plan", "--refuse-above", "online", "--skip-refused", "--detailed-exitcode").code == 0
    assert lab("apply", "--yes", "--max-impact", "online", "--document", "r.json").code == 0
    assert json.loads((tmp_path / "r.json").read_bytes())["exit_code"] == 0
    assert [one["path"] for one in document(lab)["resource_changes"][1]["change"]["fields"]] == ["processor.count"]


def test_nobody_to_ask_is_a_refusal_with_a_result(tmp_path: Path) -> None:
    """No terminal and no --yes: 3, the flag named, a result that says refused; reasons come before the line that counts them."""
    lab = lab_of(tmp_path, HEAD + NEW)
    ran = lab("apply", "--document", "r.json")
    result = json.loads((tmp_path / "r.json").read_bytes())
    assert (ran.code, result["exit_code"], result["hosts"]) == (3, 3, {"hv01": {"verdict": "refused"}})
    assert (result["refusals"][0]["code"], result["refusals"][0]["flag"]) == ("not-approved", "--yes")
    assert "--yes" in ran.err
    assert "db01" not in lab.state
    wrong = lab("apply", "--yes", "--expect-digest", "0" * 64, "--format", "json")
    assert (wrong.code, json.loads(wrong.raw)["refusals"][0]["code"]) == (3, "other-plan")
    assert "db01" not in lab.state


def test_a_result_says_what_became_of_every_step(tmp_path: Path) -> None:
    """A guest that does not listen: 4; the failed stop with its error, what it skipped and because of which; the way on; no bare verb for the machine."""
    lab = lab_of(
        tmp_path,
        ways("{restart: allow, shutdown: {timeout: 1s, then: Fail}}"),
        WORLD.replace("    notes: |-", "    guest: {shutdown: never}\n    notes: |-", 1),
    )
    digest = document(lab)["digest"]
    ran = lab("apply", "--yes", "--parallel", "1", "--document", "r.json")
    result = json.loads((tmp_path / "r.json").read_bytes())
    assert (ran.code, result["exit_code"], result["kind"], result["plan_digest"]) == (4, 4, "result", digest)
    assert result["hosts"] == {"hv01": {"verdict": "failed"}}
    assert all(set(step) >= {"id", "address", "outcome", "error", "because"} for step in result["steps"])
    (stop,) = (step for step in result["steps"] if step["outcome"] == "failed")
    assert set(stop["error"]) == {"id", "category", "message"}
    skipped = [step for step in result["steps"] if step["outcome"] == "skipped"]
    assert {step["because"] for step in skipped} == {stop["id"]}
    assert all(step["error"] is None and step["because"] is None for step in result["steps"] if step["outcome"] == "done")
    assert result["continue"].startswith("hvplan apply")
    assert f"failed    {stop['id']:<5} vm/web01: Stop-VM" in ran.out
    assert "Stopped part-way" in ran.out
    assert "done s1 vm/web01: Set-VMProcessor" in ran.err
    shown = lab("show", "r.json").out
    assert ran.out.endswith(shown), "show prints the result as apply did"


@pytest.mark.parametrize("saved", [False, True])
def test_the_way_on_is_the_same_run(tmp_path: Path, saved: bool) -> None:
    """The command to go on with keeps scope, gates and consents, also after a saved plan; --yes is left to whoever types it."""
    deaf = WORLD.replace("    notes: |-", "    guest: {shutdown: never}\n    notes: |-", 1)
    lab = lab_of(tmp_path, ways("{shutdown: {timeout: 1s, then: Fail}}"), deaf)
    gates = ("--allow-restart=vm/web01", "--refuse-above", "data", "--max-deletes", "1")
    lab("plan", "lab.yaml", "-o", "p.json")
    ran = lab("apply", *(("p.json",) if saved else ("lab.yaml", "--yes", "--target", "web01")), *gates, "--format", "json")
    assert ran.code == 4, ran.err
    again = json.loads(ran.raw)["continue"].split()
    assert again[:3] == ["hvplan", "apply", "lab.yaml"]
    assert set(again) >= {*gates, *(() if saved else ("--target", "web01"))}
    assert "--yes" not in again


def test_a_stale_plan_writes_nothing(tmp_path: Path) -> None:
    """Something moved after the plan: 3, nothing written; the text says what it was then and is now."""
    lab = lab_of(tmp_path, HEAD + WEB)
    lab("plan", "-o", "p.json")
    lab.write("lab.yaml", HEAD + WEB.replace("weight: 300", "weight: 150").replace("count: 4", "count: 2"))
    assert lab("apply", "--yes", "--target", "web01").code == 0
    before = lab.state
    ran = lab("apply", "p.json", "--allow-restart")
    assert (ran.code, lab.state) == (3, before)
    assert "was 100 when the plan was made" in ran.err
    assert "is 150 now" in ran.err
    assert json.loads(lab("apply", "p.json", "--allow-restart", "--format", "json").raw)["refusals"][0]["code"] == "stale"


def test_a_saved_plan_is_applied_from_anywhere(tmp_path: Path) -> None:
    """Another folder, no --yes, its consents still asked for; a folder that cannot be written only costs the journal."""
    (tmp_path / "lab").mkdir()
    (tmp_path / "elsewhere").mkdir()
    lab, other = lab_of(tmp_path / "lab", HEAD + WEB), Lab(tmp_path / "elsewhere")
    other.write(".hvplan", "a file where the folder would be")
    lab("plan", "-o", "p.json")
    plan = str(tmp_path / "lab" / "p.json")
    assert other("apply", plan).code == 3
    for flag in ("--prune", "--pick", "--with-snapshots", "--skip-refused", "--target=web01", "--exclude=web01", "--max-impact=online", f"--at={AT}"):
        assert other("apply", plan, flag).code == 1, flag
    done = other("apply", plan, "--allow-restart")
    assert done.code == 0, done.err
    assert "no journal is kept" in done.out
    assert lab("plan", "--detailed-exitcode").code == 0


def test_files_of_a_deleted_machine_need_their_own_word_twice(tmp_path: Path) -> None:
    """The plan names the file by its disk and the flag for it; that very flag is understood by plan and apply; without it the file stays."""
    lab = lab_of(tmp_path, HEAD + NEW)
    assert lab("apply", "--yes").code == 0
    lab.write("lab.yaml", HEAD + "---\nkind: VirtualMachine\nname: db01\nensure: Absent\n")
    file, flag = "db01-os.vhdx", "--delete-disks=vm/db01/disks/os"
    kept = document(lab, "--max-deletes", "1")
    assert not any(file in step["powershell"] for step in kept["steps"])
    ran = lab("plan", "--max-deletes", "2", flag, "-o", "p.json")
    assert ran.code == 0, ran.err
    tree = json.loads((tmp_path / "p.json").read_bytes())
    (change,) = (c for c in tree["resource_changes"] if c["address"] == "vm/db01/disks/os")
    assert (change["change"]["actions"], change["change"]["after"], change["impact"]) == (["delete"], None, "data")
    assert {(one["kind"], one["flag"]) for one in tree["consents"]} == {("restart", "--allow-restart=vm/db01"), ("delete-disk", flag)}
    for given in ((), ("--allow-restart",), (flag,), ("--allow-restart", flag)):
        code = lab("apply", "p.json", "--max-deletes", "2", *given).code
        assert code == (0 if len(given) == 2 else 3), given
    assert file not in lab.state
    assert "ubuntu.vhdx" in lab.state
