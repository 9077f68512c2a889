"""A saved plan carried out elsewhere and later: from another folder, on another host, on one that was set up anew, and when what it builds on has moved."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import casebook
from tests.casebook import NOW, Case, Ran, hvplan
from tests.lab import Lab
from tests.variants import named

WORKING = [case for case in casebook.cases() if case.exit == 0 and case.plan_exit == 2]
CASES = pytest.mark.parametrize("case", [pytest.param(case, id=case.name, marks=() if n % 4 == 0 else pytest.mark.soak) for n, case in enumerate(WORKING)])
"""Every case there is something to do in; one in four of them where not all are asked for (`-m soak`)."""
ONLINE = "online-changes"
OTHER_ID = "12345678-1111-4222-8333-444444444444"


def saved(case: Case, folder: Path) -> None:
    """A plan of the working folder, in plan.json; its host is named by the documents, with a path relative to them."""
    made = hvplan("plan", ".", "--at", NOW, *case.options, "-o", "plan.json")
    assert made.exit == 0, made.out + made.err
    shutil.rmtree(folder / ".hvplan", ignore_errors=True)


def carried_out(case: Case, plan: str) -> Ran:
    """`hvplan apply PLAN`, with the consents of the case and a result document."""
    consents = tuple(option for option in case.options if option.startswith(("--max-deletes", "--delete-disks")))
    return hvplan("apply", plan, "--document", "result.json", "--parallel", "1", *consents, *case.apply)


def elsewhere(folder: Path) -> None:
    """Work in another folder from now on."""
    (folder / "a" / "b").mkdir(parents=True)
    os.chdir(folder / "a" / "b")


@CASES
def test_from_another_folder(case: Case) -> None:
    """It does the same to the same host, and keeps its journal where the command runs."""
    with casebook.copied(case) as folder:
        saved(case, folder)
        (folder / "direct").mkdir()
        lab = Lab(case, folder / "direct")
        lab.apply(lab.plan())
        elsewhere(folder)
        there = carried_out(case, "../../plan.json")
        assert there.exit == 0, there.err
        assert casebook.timeless(casebook.dump(folder)) == casebook.timeless(lab.world.dump_text())
        assert Path(".hvplan/run").is_dir()
        assert not (folder / ".hvplan" / "run").exists()


def stale(change: Callable[[str], str]) -> tuple[Ran, dict[str, Any], str, str]:
    """A plan of a running machine's changes, carried out from another folder on a world that `change` made of the first: what it says, and both worlds."""
    case = named(ONLINE)
    with casebook.copied(case) as folder:
        saved(case, folder)
        world = folder / "host.world.yaml"
        before = world.read_text("utf-8")
        world.write_text(change(before), "utf-8")
        assert world.read_text("utf-8") != before
        elsewhere(folder)
        ran = carried_out(case, "../../plan.json")
        result = json.loads(Path("result.json").read_text("utf-8")) if Path("result.json").exists() else {}
        return ran, result, casebook.dump(folder, seed=True), casebook.dump(folder)


def test_what_moved_is_told() -> None:
    """What, what it was, what it is, and the file and line that declare it; exit 3; nothing is written; the result document says the same."""
    ran, result, before, after = stale(lambda text: text.replace("startup: 2GiB", "startup: 5GiB"))
    assert (ran.exit, before) == (3, after)
    assert "vm/web01 memory.startup was 2 GiB when the plan was made (2026-01-02T03:04:05Z), and is 5 GiB now" in ran.err
    assert "make a new plan" in ran.err
    assert "desired.yaml:9:1: error: refused: vm/web01" in ran.err
    (refusal,) = result["refusals"]
    assert refusal["code"] == "stale"
    assert refusal["address"] == "vm/web01"
    assert refusal["place"].startswith("desired.yaml:9")
    assert result["exit_code"] == 3


def test_an_object_that_is_gone_is_told_once() -> None:
    """One sentence for the adapter that was removed, not one for each of its settings."""
    ran, _, before, after = stale(lambda text: text.replace("networkAdapters: [{name: lan, switch: lan, mac: 00-15-5D-01-02-03}]", "networkAdapters: []"))
    assert (ran.exit, before) == (3, after)
    assert ran.err.count("is not there now") == 1
    assert "vm/web01/networkAdapters/lan was there when the plan was made" in ran.err


def test_a_host_of_another_name() -> None:
    """Exit 3, with both names; nothing is written."""
    ran, result, before, after = stale(lambda text: text.replace("name: HV01", f"name: HV02\n  uuid: {OTHER_ID}"))
    assert (ran.exit, before) == (3, after)
    for words in ("not the host the plan was made for", "HV01", "HV02"):
        assert words in ran.err
    assert [refusal["code"] for refusal in result["refusals"]] == ["other-host"]


def test_the_same_name_on_another_machine() -> None:
    """A host that was replaced under its name is another host."""
    ran, _, before, after = stale(lambda text: text.replace("name: HV01", f"name: HV01\n  uuid: {OTHER_ID}"))
    assert (ran.exit, before) == (3, after)
    assert f"machine id was 799eeb28-1b4f-5a11-af09-331fb1e99664, is {OTHER_ID}" in ran.err


def test_the_same_machine_with_another_release() -> None:
    """A host that was set up anew with another release is not what was planned for."""
    ran, _, before, after = stale(
        lambda text: text.replace('release: "2025"', 'release: "2022"').replace("name: HV01", "name: HV01\n  uuid: 799eeb28-1b4f-5a11-af09-331fb1e99664")
    )
    assert (ran.exit, before) == (3, after)
    assert "release was 2025, is 2022" in ran.err


def test_the_same_machine_set_up_anew() -> None:
    """The identity fits, and the machines are gone: what is missing is told, and nothing is written."""

    def emptied(text: str) -> str:
        return text[: text.index("vms:")] + "vms: []\n"

    ran, _, before, after = stale(emptied)
    assert (ran.exit, before) == (3, after)
    assert "vm/web01 was there when the plan was made" in ran.err


def test_a_host_that_has_gone() -> None:
    """Nobody answers: exit 1, before any write, and the result says so."""
    case = named(ONLINE)
    with casebook.copied(case) as folder:
        saved(case, folder)
        (folder / "host.world.yaml").unlink()
        elsewhere(folder)
        ran = carried_out(case, "../../plan.json")
        assert ran.exit == 1
        assert "host.world.yaml" in ran.err
        result = json.loads(Path("result.json").read_bytes())
        assert (result["exit_code"], result["hosts"], result["steps"]) == (1, {"hv01": {"verdict": "failed"}}, [])
