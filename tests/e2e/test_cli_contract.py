"""The page on commands and documents, statement by statement: the plan document, its bytes, its digest, its text."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Lab
from tests.e2e.contract import AT, HAND, HAND_ID, HEAD, NEW, OLD, OLD_ID, WEB, WEB_ID, lab_of

Json = Any
LEVELS = ("none", "online", "next-start", "restart", "stop", "host", "replace", "data")
REF = re.compile(r"vm/[^/]+(/\w+/[^/]+)?|switch/[^/]+")


def canonical(tree: Json) -> bytes:
    """Sorted keys, no blanks, UTF-8 unescaped."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(tree: Mapping[str, Json]) -> str:
    """The digest, from the page alone."""
    work = {key: tree[key] for key in ("resource_changes", "steps", "power_windows", "checkpoints", "refusals", "deferred")}
    work["hosts"] = {name: {"identity": host["identity"]} for name, host in tree["hosts"].items()}
    return hashlib.sha256(canonical(work)).hexdigest()


class Case:
    """One plan of everything, made once."""

    def __init__(self, folder: Path) -> None:
        self.lab: Lab = lab_of(folder, HEAD + WEB + NEW + HAND)
        self.ran = self.lab("plan", "--at", AT, "-o", "one.json", "--document", "two.json")
        self.raw = (folder / "one.json").read_bytes()
        self.tree: dict[str, Json] = json.loads(self.raw)
        self.by = {change["address"]: change for change in self.tree["resource_changes"]}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The plan that most tests look at."""
    return Case(tmp_path_factory.mktemp("contract"))


def test_every_way_to_the_document_gives_the_same_canonical_bytes(case: Case) -> None:
    """-o, --document and --format json: the same bytes, which are canonical; the same input and `now` give the same, `meta` left out."""
    printed = json.loads(case.lab("plan", "--at", AT, "--format", "json").raw)
    assert (case.lab.folder / "two.json").read_bytes() == case.raw == canonical(case.tree)
    assert case.lab("show", "one.json", "--format", "json").raw == case.raw
    assert {**printed, "meta": None} == {**case.tree, "meta": None}


def test_the_digest_covers_the_work_and_nothing_else(case: Case) -> None:
    """Recomputed from the page; equal an hour later and after a comment; another when the work changes."""
    assert case.tree["digest"] == digest_of(case.tree)
    later = json.loads(case.lab("plan", "--at", "2026-01-02T04:04:05Z", "--format", "json").raw)
    assert (later["now"], later["digest"]) == ("2026-01-02T04:04:05Z", case.tree["digest"])
    case.lab.write("commented.yaml", "# why\n" + HEAD + WEB + NEW + HAND)
    commented = json.loads(case.lab("plan", "commented.yaml", "--at", AT, "--format", "json").raw)
    assert commented["digest"] == case.tree["digest"]
    assert commented["sources"] != case.tree["sources"]
    (case.lab.folder / "commented.yaml").unlink()
    assert json.loads(case.lab("plan", "--target", "web01", "--at", AT, "--format", "json").raw)["digest"] != case.tree["digest"]


def test_the_document_has_its_keys(case: Case) -> None:
    """Terraform's names and ours, each of its type; now as given; hosts with identity, release, module version and connection as written."""
    lists = (
        "resource_changes",
        "resource_drift",
        "steps",
        "power_windows",
        "checkpoints",
        "refusals",
        "deferred",
        "consents",
        "unmanaged",
        "policies",
        "warnings",
    )
    assert all(isinstance(case.tree[key], list) for key in lists)
    assert isinstance(case.tree["format_version"], str)
    assert (case.tree["applyable"], case.tree["errored"], case.tree["now"]) == (True, False, AT)
    host = case.tree["hosts"]["hv01"]
    assert set(host["identity"]) >= {"computer", "machine_id"}
    assert (host["identity"]["computer"], host["release"]) == ("HV01", "2025")
    assert host["module_version"]
    assert host["connection"] == {"simulated": {"world": str(case.lab.folder / "hv01.world.yaml")}}, "file paths are made absolute"
    source = (case.lab.folder / "lab.yaml").read_bytes()
    assert case.tree["sources"]["files"] == [{"path": "lab.yaml", "sha256": hashlib.sha256(source).hexdigest()}]
    assert case.tree["unmanaged"] == [{"address": address, "host": "hv01"} for address in ("switch/dmz", "switch/lan", "vm/old01", "vm/other")]


def test_every_declared_address_has_its_entry(case: Case) -> None:
    """All of them, in-sync ones too, sorted by host and address, each with its type, name, host and Terraform's words alone."""
    devices = {f"vm/{vm}/{device}" for vm in ("web01", "db01") for device in ("disks/os", "networkAdapters/lan")}
    assert list(case.by) == sorted({"disk/golden", "vm/web01", "vm/db01", "vm/hand01"} | devices)
    types = {"disk": "hyperv_virtual_disk", "vm": "hyperv_virtual_machine", "disks": "hyperv_vm_disk", "networkAdapters": "hyperv_vm_network_adapter"}
    for address, change in case.by.items():
        parts = address.split("/")
        assert (change["type"], change["name"], change["host"]) == (types[parts[-2]], parts[-1], "hv01")
        assert change["impact"] in LEVELS
        assert set(change["change"]) >= {
            "actions",
            "before",
            "after",
            "after_unknown",
            "before_sensitive",
            "after_sensitive",
            "replace_paths",
            "importing",
            "fields",
        }
        assert set(change["change"]["actions"]) <= {"no-op", "create", "read", "update", "delete"}


def test_what_is_in_sync_stands_as_no_op(case: Case) -> None:
    """before equals after; nothing else is said."""
    for address in ("disk/golden", "vm/web01/disks/os"):
        change = case.by[address]["change"]
        assert change["actions"] == ["no-op"]
        assert change["before"] == change["after"]
        assert (change["after_unknown"], change["fields"], change["importing"], case.by[address]["impact"]) == ({}, [], None, "none")
    assert case.by["vm/web01/disks/os"]["change"]["after"] == {"slot": "scsi 0:0", "vhd": {"path": "D:\\VHDs\\web01-os.vhdx"}}


def test_a_create_has_no_before_and_knows_what_it_does_not_know(case: Case) -> None:
    """before null; after the written paths in the files' nesting and whole units; ids null, and true in after_unknown; devices apart."""
    vm, disk, adapter = (case.by[f"vm/db01{below}"]["change"] for below in ("", "/disks/os", "/networkAdapters/lan"))
    assert [one["actions"] for one in (vm, disk, adapter)] == [["create"]] * 3
    assert vm["before"] is None
    assert vm["after"] == {
        "id": None,
        "generation": 2,
        "processor": {"count": 2},
        "memory": {"startup": 1 << 30, "dynamic": {"minimum": 512 << 20, "maximum": 2 << 30, "buffer": 30}},
        "automaticActions": {"startDelay": 30},
        "state": "Running",
    }
    assert vm["after_unknown"] == adapter["after_unknown"] == {"id": True}
    assert disk["after"] == {"slot": "scsi 0:0", "vhd": {"path": "D:\\VHDs\\db01-os.vhdx", "parent": "golden"}}, "the next free slot is said"
    assert adapter["after"] == {"id": None, "switch": "lan"}


def test_an_update_shows_ids_and_written_paths_alone(case: Case) -> None:
    """before and after hold the id and what is written, no devices; fields say path, values, unit, impact, why and cause."""
    change = case.by["vm/web01"]["change"]
    kept = {"id": WEB_ID, "generation": 2, "memory": {"startup": 2 << 30}, "notes": "Front end"}
    assert change["actions"] == ["update"]
    assert change["before"] == kept | {"processor": {"count": 2, "weight": 100}}
    assert change["after"] == kept | {"processor": {"count": 4, "weight": 300}}
    fields = {field["path"]: field for field in change["fields"]}
    assert set(fields) == {"processor.count", "processor.weight"}
    assert all(set(field) >= {"path", "before", "after", "unit", "impact", "why", "cause"} for field in fields.values())
    assert (fields["processor.count"]["before"], fields["processor.count"]["after"], fields["processor.count"]["impact"]) == (2, 4, "restart")
    assert fields["processor.weight"]["impact"] == "online"
    assert case.by["vm/web01"]["impact"] == "restart", "the highest of its own"
    adapter = case.by["vm/web01/networkAdapters/lan"]
    assert (adapter["change"]["actions"], adapter["impact"]) == (["update"], "online")
    assert (adapter["change"]["before"]["vlan"], adapter["change"]["after"]["vlan"]) == ("Untagged", 20)


def test_an_adoption_is_an_import(case: Case) -> None:
    """importing holds the id; with changes the word is update."""
    change = case.by["vm/hand01"]["change"]
    assert (change["actions"], change["importing"]["id"]) == (["update"], HAND_ID)


def references(value: Json) -> list[dict[str, Json]]:
    """Every reference below a value."""
    if isinstance(value, dict):
        return [value] if "ref" in value else [ref for below in value.values() for ref in references(below)]
    return [ref for below in value for ref in references(below)] if isinstance(value, list) else []


def test_steps_say_what_is_sent(case: Case) -> None:
    """Ids once; needs earlier steps; expect, cause, impact; invocation as cmdlets and parameters; the PowerShell has them all; references resolve."""
    steps = case.tree["steps"]
    ids = [step["id"] for step in steps]
    assert len(set(ids)) == len(ids)
    made: set[str] = set()
    for index, step in enumerate(steps):
        assert set(step) >= {"id", "address", "cause", "impact", "needs", "expect", "invocation", "powershell"}
        assert step["impact"] in LEVELS
        assert set(step["needs"]) <= set(ids[:index]), "in an order that can be followed"
        assert all(set(expect) == {"address", "path", "value"} for expect in step["expect"])
        for command in step["invocation"]:
            assert set(command) == {"cmdlet", "parameters"}
            assert command["cmdlet"] in step["powershell"]
            assert all(f"-{name}" in step["powershell"] for name in command["parameters"])
        for ref in references([command["parameters"] for command in step["invocation"]]):
            assert REF.fullmatch(ref["ref"])
            assert ref["ref"] in made, "an earlier step produces it"
            assert "$s" in step["powershell"]
        if step["powershell"].startswith(f"${step['id']} = "):
            made.add(step["address"])
    mark = next(step for step in steps if step["address"] == "vm/db01" and "text" in str(step["invocation"]))
    text = mark["invocation"][-1]["parameters"]["Notes"]["text"]
    assert text[0].startswith("hvplan/v1 stack=lab id=db01 vm=")
    assert text[1] == {"ref": "vm/db01", "property": "Id", "first": 13}
    weight = next(step for step in steps if step["cause"] == ["processor.weight"])
    assert weight["powershell"] == f"Get-VM -Id '{WEB_ID}' | Set-VMProcessor -RelativeWeight 300 -Confirm:$false"


def test_one_window_for_what_needs_the_machine_off(case: Case) -> None:
    """The window names its steps from the stop to the start; apply will ask for it, and for the adoption."""
    window = case.tree["power_windows"]
    assert [(one["address"], one["stop"]) for one in window] == [("vm/web01", {"timeout": 300, "then": "Fail"})]
    last = {step["id"]: step["invocation"][-1]["cmdlet"] for step in case.tree["steps"]}
    assert [last[id] for id in window[0]["steps"]] == ["Stop-VM", "Set-VMProcessor", "Start-VM"]
    asked = [(one["address"], one["kind"], one["flag"]) for one in case.tree["consents"]]
    assert asked == [("vm/hand01", "adopt", "--adopt=vm/hand01"), ("vm/web01", "restart", "--allow-restart=vm/web01")]


def test_the_text_is_laid_out_as_the_page_shows(case: Case) -> None:
    """Headline with the digest; a block per object with sign, impact and file:line; fields; steps after `>`; totals; the last line. Never `now`."""
    lines = case.ran.out.splitlines()
    digest = case.tree["digest"][:8]
    assert re.fullmatch(rf"hvplan \S+   host hv01 \(Windows Server 2025, simulated\)   plan {digest}   \d+ objects read", lines[0])
    assert lines[1] == ""
    assert any(re.fullmatch(r"  \+ vm/db01 +create, about \d+ s +lab\.yaml:\d+", line) for line in lines)
    assert any(re.fullmatch(r"  ~ vm/web01 +restart, about \d+ s +lab\.yaml:\d+", line) for line in lines)
    assert any(re.fullmatch(r"      processor\.count +2 -> 4 +restart", line) for line in lines)
    assert any(re.fullmatch(r"      networkAdapters/lan vlan +Untagged -> 20 +online", line) for line in lines)
    shown = [line.removeprefix("      > ") for line in lines if line.startswith("      > ")]
    assert sorted(shown) == sorted(step["powershell"] for step in case.tree["steps"])
    assert "Create   (1)  vm/db01" in lines
    assert "Update   (1)  vm/web01" in lines
    assert "Same     (1)  Unmanaged (4)  switch/dmz, switch/lan, vm/old01, vm/other" in lines
    assert lines[-1].startswith("Plan: 1 to create, 1 to update, 0 to replace, 0 to delete")
    assert lines[-1].endswith("and 3 devices. 1 VM restarts.")
    assert AT not in case.ran.out
    assert case.ran.out.isascii()
    assert case.ran.err == "Reading hv01 ...\n", "progress is not part of the result"


def test_show_renders_the_saved_plan_as_plan_did(case: Case, tmp_path: Path) -> None:
    """The same text, from anywhere, without the files and the host."""
    assert lab_of(tmp_path, "")("show", str(case.lab.folder / "one.json")).out == case.ran.out
    short = case.lab("show", "one.json", "--format", "summary").out.splitlines()
    assert (short[0], short[-1]) == (case.ran.out.splitlines()[0], case.ran.out.splitlines()[-1])


def test_a_deletion_and_its_refusal(tmp_path: Path) -> None:
    """Over maxDeletes: exit 3, a refusal whose flag names the number, not applyable; with it: after null and impact data."""
    lab = lab_of(tmp_path, HEAD + OLD)
    ran = lab("plan", "--detailed-exitcode", "--document", "no.json")
    tree = json.loads((tmp_path / "no.json").read_bytes())
    assert (ran.code, tree["applyable"], tree["steps"]) == (3, False, [])
    (refusal,) = tree["refusals"]
    assert set(refusal) >= {"address", "code", "text", "flag", "place"}
    assert (refusal["address"], refusal["flag"], refusal["place"].split(":")[0]) == ("vm/old01", "--max-deletes 1", "lab.yaml")
    assert "REFUSED" in ran.out
    assert ran.out.splitlines()[-1].endswith("Not applyable: 1 refusal (--max-deletes 1, or --skip-refused).")
    skipped = json.loads(lab("plan", "--skip-refused", "--format", "json").raw)
    assert (skipped["refusals"], [one["address"] for one in skipped["deferred"]]) == ([], ["vm/old01"])
    assert set(skipped["deferred"][0]) >= {"address", "path", "why", "next"}
    assert lab("plan", "--skip-refused", "--detailed-exitcode").code == 0
    assert lab("plan", "--max-deletes", "1", "--detailed-exitcode", "--document", "yes.json").code == 2
    (change,) = (c for c in json.loads((tmp_path / "yes.json").read_bytes())["resource_changes"] if c["address"] == "vm/old01")
    assert (change["change"]["actions"], change["change"]["after"], change["impact"]) == (["delete"], None, "data")
    assert change["change"]["before"]["id"] == OLD_ID
    assert lab("apply", "--yes", "--max-deletes", "1").code == 0
    assert lab("plan", "--detailed-exitcode").out.splitlines()[-1] == "Nothing to do: 2 objects match.", "what is declared absent and is not there matches"


def test_a_switch_knows_its_id_before_it_is_made(tmp_path: Path) -> None:
    """New-VMSwitch takes an id here, so after holds it and nothing is unknown; drift and pending changes have their cause."""
    switch = "---\nkind: VirtualSwitch\nname: priv\ntype: Private\nnotes: one\n"
    lab = lab_of(tmp_path, HEAD + switch)
    (change,) = (c for c in json.loads(lab("plan", "--format", "json").raw)["resource_changes"] if c["address"] == "switch/priv")
    assert change["type"] == "hyperv_virtual_switch"
    assert re.fullmatch(r"[0-9a-f-]{36}", change["change"]["after"]["id"])
    assert change["change"]["after_unknown"] == {}
    assert lab("apply", "--yes").code == 0
    lab.write("lab.yaml", HEAD + switch.replace("one", "two"))
    ran = lab("plan", "--document", "p.json")
    tree = json.loads((tmp_path / "p.json").read_bytes())
    (change,) = (c for c in tree["resource_changes"] if c["address"] == "switch/priv")
    assert [field["cause"] for field in change["change"]["fields"]] == ["pending"]
    assert "because lab.yaml changed since the last apply" in ran.out


def test_shared_options_may_stand_before_the_command(case: Case) -> None:
    """--no-color and --debug belong to every command, `hvplan` itself too; alone it prints help, exit 0."""
    assert "\x1b[" in case.lab("show", "one.json", FORCE_COLOR="1").out
    assert "\x1b[" not in case.lab("--no-color", "show", "one.json", FORCE_COLOR="1").out
    ran = case.lab("--debug", "show", "nowhere.json")
    assert (ran.code, ran.out) == (1, "")
    alone = case.lab()
    assert alone.code == 0
    assert all(word in alone.out for word in ("--debug", "--no-color", "plan", "apply", "show", "validate", "simulate"))
