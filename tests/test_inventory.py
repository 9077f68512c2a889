"""A plan without the host: what inspect wrote down stands for it, on every case."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests import casebook
from tests.casebook import NOW, Case, hvplan

CASES = pytest.mark.parametrize("case", casebook.cases(), ids=lambda case: case.name)
HOSTS = ("--hosts", ".hosts.yaml")


@CASES
def test_a_plan_against_the_inventory_is_the_plan_against_the_host(case: Case) -> None:
    """Inspect, then plan --against: the same document, text and exit code as with the host; inspect only reads (law 1), and no host is talked to."""
    with casebook.copied(case) as folder:
        live = casebook.plan(case, "--document", "live.json", "--detailed-exitcode")
        (folder / "audit.jsonl").unlink()
        made = hvplan("inspect", ".", *HOSTS, "-o", "inv.yaml", "--format", "json", "--at", NOW)
        assert made.exit == 0, made.err
        (folder / "inv.json").write_text(made.out, "utf-8")
        assert casebook.writes(casebook.audit(folder)) == []
        (folder / "audit.jsonl").unlink()
        (folder / "host.world.yaml").unlink()
        for file in ("inv.yaml", "inv.json"):
            offline = casebook.plan(case, "--document", "offline.json", "--detailed-exitcode", "--against", file)
            assert (offline.exit, offline.out) == (live.exit, live.out), offline.err
            assert _comparable(folder / "offline.json") == _comparable(folder / "live.json")
        assert not (folder / "audit.jsonl").exists()


def _comparable(file: Path) -> dict[str, Any]:
    tree = json.loads(file.read_text("utf-8"))
    hosts = {name: {key: value for key, value in host.items() if key != "connection"} for name, host in tree["hosts"].items()}
    return {key: value for key, value in tree.items() if key != "meta"} | {"hosts": hosts}


def _case(name: str) -> Case:
    return next(case for case in casebook.cases() if case.name == name)


def test_the_same_host_gives_the_same_bytes() -> None:
    """Law 7: inspected twice at one time, JSON and YAML are the same to the byte."""
    with casebook.copied(_case("hostile-names")) as folder:
        for name in ("one.yaml", "two.yaml", "one.json", "two.json"):
            assert hvplan("inspect", ".", *HOSTS, "-o", name, "--at", NOW).exit == 0
        assert (folder / "one.yaml").read_bytes() == (folder / "two.yaml").read_bytes()
        assert (folder / "one.json").read_bytes() == (folder / "two.json").read_bytes()


def test_files_that_were_not_inspected_are_unknown() -> None:
    """A document that asks for other files than those that were looked up is refused by name, and nothing of it is planned."""
    with casebook.copied(_case("create-a-lab")) as folder:
        (folder / "only").mkdir()
        os.chdir(folder / "only")
        assert hvplan("inspect", "--hosts", "../.hosts.yaml", "-o", "inv.yaml").exit == 0
        os.chdir(folder)
        ran = casebook.plan(_case("create-a-lab"), "--against", "only/inv.yaml", "--document", "plan.json")
        assert ran.exit == 3, ran.out + ran.err
        document = json.loads((folder / "plan.json").read_text("utf-8"))
        assert "inspect again" in json.dumps(document["refusals"])
        assert not any("New-VHD" in step["powershell"] for step in document["steps"])


def test_which_host_an_inventory_stands_for() -> None:
    """The name it was read under, else its computer name, else the only one; a host without an inventory is an error."""
    with casebook.copied(_case("in-sync")) as folder:
        assert hvplan("inspect", ".", *HOSTS, "-o", "inv.yaml").exit == 0
        text = (folder / "inv.yaml").read_text("utf-8")
        (folder / "other.yaml").write_text(text.replace("host: hv01", "host: hv77").replace("computer: HV01", "computer: HV77"), "utf-8")
        one = casebook.plan(_case("in-sync"), "--against", "other.yaml")
        assert one.exit == 0
        assert "read as hv77" in one.err
        twice = casebook.plan(_case("in-sync"), "--against", "inv.yaml", "--against", "inv.yaml")
        assert (twice.exit, "give one of them" in twice.err) == (1, True)
        extra = casebook.plan(_case("in-sync"), "--against", "inv.yaml", "--against", "other.yaml")
        assert (extra.exit, "no host of these documents" in extra.err) == (0, True)
        third = (folder / "third.yaml").write_text(text.replace("host: hv01", "host: x").replace("computer: HV01", "computer: X"), "utf-8")
        assert third
        none = casebook.plan(_case("in-sync"), "--against", "other.yaml", "--against", "third.yaml")
        assert (none.exit, "no inventory of host hv01" in none.err) == (1, True)
        assert casebook.plan(_case("in-sync"), "--against", "desired.yaml").exit == 1
        assert casebook.plan(_case("in-sync"), "--against", "nothing.yaml").exit == 1
        assert casebook.plan(_case("in-sync"), "--against", "inv.yaml", "--address", "https://hv01").exit == 1


def test_an_inventory_is_no_plan() -> None:
    """`apply` and `show` given an inventory say what it is for."""
    with casebook.copied(_case("in-sync")):
        assert hvplan("inspect", ".", *HOSTS, "-o", "inv.json").exit == 0
        ran = hvplan("apply", "inv.json", "--yes")
        assert (ran.exit, "--against" in ran.err) == (1, True)
        named = hvplan("plan", "inv.json")
        assert named.exit == 1


def test_for_people() -> None:
    """The text names machines with state, memory and disks, behind checkpoints too."""
    with casebook.copied(_case("behind-a-checkpoint")):
        ran = hvplan("inspect", ".", *HOSTS, "--format", "text")
        assert ran.exit == 0
        for word in ("web01   Running", "2 GiB", "web01-os", "boots     scsi 0:0, lan", "1 checkpoint: before update", "1 VM, 1 running; 1 switch."):
            assert word in ran.out, ran.out


def test_without_documents() -> None:
    """A hosts file alone is enough, and so is a Host document; a name that no host has is told."""
    with casebook.copied(_case("in-sync")) as folder:
        (folder / "empty").mkdir()
        hosts = str(folder / ".hosts.yaml")
        os.chdir(folder / "empty")
        ran = hvplan("inspect", "--hosts", hosts, "--format", "text")
        assert (ran.exit, "web01" in ran.out) == (0, True), ran.err
        assert hvplan("inspect", "--hosts", hosts, "--host", "nobody").exit == 1
        assert hvplan("inspect").exit == 1
        os.chdir(folder)
