"""What a user and a pipeline see of the installed command: exit codes, streams, documents."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hvplan.cli.options import LEVELS
from hvplan.document import schema
from hvplan.model.impact import Impact
from tests.cli.conftest import LAB, WEB, WORLD, Lab, command, environment


def test_version_and_help(lab: Lab) -> None:
    """`hvplan` alone prints help, exit 0; so does --help of every command; --version is one line."""
    assert lab.installed("--version").out == "hvplan 0.1.0\n"
    assert (lab.installed().code, "Exit codes" in lab().out) == (0, True)
    for name in ("validate", "plan", "show", "apply", "simulate"):
        helped = lab(name, "--help")
        assert helped.code == 0
        assert "--debug" in helped.out
        assert "--no-color" in helped.out


def test_version_loads_nothing_heavy() -> None:
    """The version is there at once: neither protocol nor graph nor YAML nor colour is loaded for it."""
    code = "import sys; sys.argv = ['hvplan', '--version']\nfrom hvplan.cli.main import main\ntry: main()\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], env=environment({}), capture_output=True, text=True, timeout=60, check=True)
    loaded = set(done.stdout.split())
    assert "click" in loaded
    assert not loaded & {"pypsrp", "psrpcore", "networkx", "jsonschema", "yaml", "rich", "requests", "hvplan.simulator", "hvplan.load"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("plan", "--nonsense"),
        ("plan", "nowhere.yaml"),
        ("plan", "--max-impact", "much"),
        ("plan", "--at", "yesterday"),
        ("plan", "--user", "me"),
        ("plan", "--parallel", "0"),
        ("apply", "--expect-digest", "xyz"),
        ("show",),
        ("show", "lab.yaml"),
        ("show", "nowhere.json"),
        ("simulate", "nowhere.yaml"),
        ("plan", "--target", "vm/nobody"),
        ("plan", "--adopt=nobody"),
        ("plan", "--address", "ftp://x"),
    ],
)
def test_a_typo_never_reads_as_changes_pending(lab: Lab, arguments: tuple[str, ...]) -> None:
    """Usage errors are 1, never 2; they go to stderr, say something, and show no traceback."""
    ran = lab(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert "error" in ran.err
    assert "Traceback" not in ran.err
    assert "db01" not in lab.state


def test_validate_shows_every_error_with_its_place(lab: Lab) -> None:
    """All errors of all files in one run, sorted, each with file:line:column; exit 1; plan says the same."""
    assert (lab("validate", ".").code, lab("validate", "lab.yaml").out) == (0, "Valid: 1 file, 1 object on 1 host.\n")
    lab.write("lab.yaml", LAB.replace("count: 1", "count: many").replace("startup: 1GiB", "startup: 1XiB"))
    for name in ("validate", "plan", "apply"):
        ran = lab(name, ".")
        assert ran.code == 1
        places = [line.split(": error")[0] for line in ran.err.splitlines() if ": error: " in line]
        assert len(places) == 2
        assert places == sorted(places)
        assert all(place.count(":") == 2 for place in places)


def test_plan_apply_plan(lab: Lab) -> None:
    """A plan, its apply and the plan after it; without PATH the current folder."""
    first = lab.installed("plan", "--detailed-exitcode")
    assert first.code == 2
    assert "  + vm/db01" in first.out
    assert lab.installed("plan").code == 0
    assert lab.state.count("db01") == 0, "planning is read-only"
    applied = lab.installed("apply", "--yes")
    assert applied.code == 0, applied.err
    assert "host hv01: converged" in applied.out
    assert "done s1 vm/db01: New-VM" in applied.err
    last = lab.installed("plan", "--detailed-exitcode")
    assert last.code == 0
    assert last.out.splitlines()[-1] == "Nothing to do: 1 object matches."
    again = lab.installed("apply")
    assert (again.code, "Nothing to do." in again.out) == (0, True), "nothing to do asks nothing"
    assert list((lab.folder / ".hvplan" / "run").iterdir())


def test_without_a_terminal_nothing_is_assumed(lab: Lab) -> None:
    """No --yes and nobody to ask: refused (3) with the flag, nothing written."""
    ran = lab("apply")
    assert ran.code == 3
    assert "--yes" in ran.err
    assert "db01" not in lab.state


def test_yes_is_no_consent_to_adoption(lab: Lab) -> None:
    """--yes consents to writes alone: taking over a machine needs its own flag, which the refusal names; with it all goes through."""
    lab.write("lab.yaml", LAB + WEB)
    planned = lab("plan")
    assert planned.code == 0, "a consent still to be given is no refusal"
    assert "--adopt=vm/web01" in planned.out
    refused = lab("apply", "--yes")
    assert refused.code == 3
    assert "--adopt=vm/web01" in refused.err
    assert "db01" not in lab.state
    assert lab("apply", "--yes", "--adopt=web01").code == 3, "the change restarts it: one more consent"
    assert lab("apply", "--yes", "--adopt=web01", "--allow-restart").code == 0


def test_a_bare_consent_takes_no_next_word(lab: Lab) -> None:
    """The value stands only after `=`: the word after a bare --adopt is a PATH."""
    lab.write("lab.yaml", LAB + WEB)
    assert lab("plan", "--adopt", "lab.yaml").code == 0
    assert lab("plan", "--adopt", "nowhere.yaml").code == 1


def test_every_way_to_the_document_gives_the_same_bytes(lab: Lab) -> None:
    """-o, --document and --format json write the same canonical bytes, which fit the schema; the text goes beside them."""
    at = ("--at", "2026-01-02T03:04:05Z")
    json_out = lab.installed("plan", *at, "--format", "json", "-o", "one.json", "--document", "two.json")
    one, two = (lab.folder / "one.json").read_bytes(), (lab.folder / "two.json").read_bytes()
    assert json_out.raw == one == two
    tree = json.loads(one)
    schema.check(tree)
    assert tree["now"] == "2026-01-02T03:04:05Z"
    assert tree["sources"]["files"][0]["path"] == "lab.yaml"
    again = json.loads(lab("plan", *at, "--format", "json").raw)
    for volatile in ("meta",):
        tree.pop(volatile), again.pop(volatile)
    assert tree == again
    assert lab("show", "one.json").out == lab("plan", *at).out
    assert lab("show", "one.json", "--format", "json").raw == one
    assert lab("plan", *at, "--format", "summary").out.splitlines()[-1].startswith("Plan: 1 to create")


def test_a_saved_plan_is_carried_out_as_it_is(lab: Lab) -> None:
    """apply PLAN needs no --yes, refuses options that would change the plan (1), writes a result that fits its schema."""
    lab("plan", "-o", "plan.json")
    for flag in (("--target", "vm/db01"), ("--exclude", "vm/db01"), ("--max-impact", "online"), ("--skip-refused",), ("--at", "2026-01-02T03:04:05Z")):
        ran = lab("apply", "plan.json", *flag)
        assert (ran.code, flag[0] in ran.err) == (1, True)
    assert lab("apply", "plan.json", "lab.yaml").code == 1
    digest = json.loads((lab.folder / "plan.json").read_bytes())["digest"]
    assert lab("apply", "plan.json", "--expect-digest", "0" * 64).code == 3
    assert "db01" not in lab.state
    done = lab("apply", "plan.json", "--expect-digest", digest[:8], "--format", "json", "--document", "result.json")
    assert done.code == 0, done.err
    result = json.loads(done.raw)
    schema.check(result)
    assert (result["kind"], result["exit_code"], result["plan_digest"], result["hosts"]) == ("result", 0, digest, {"hv01": {"verdict": "converged"}})
    assert (lab.folder / "result.json").read_bytes() == done.raw
    assert "host hv01: converged" in lab("show", "result.json").out


def test_a_stale_plan_changes_nothing(lab: Lab) -> None:
    """Somebody created the machine meanwhile: exit 3, then and now named, nothing else written."""
    lab("plan", "-o", "plan.json")
    assert lab("apply", "--yes").code == 0
    before = lab.state
    ran = lab("apply", "plan.json")
    assert ran.code == 3
    assert "vm/db01" in ran.err
    assert "not there when the plan was made" in ran.err
    assert lab.state == before


def test_a_plan_is_for_its_host(lab: Lab) -> None:
    """The hosts file's entry of that name is used; when it leads to another host, the plan is refused (3)."""
    lab("plan", "-o", "plan.json")
    lab.write("other.world.yaml", WORLD.replace("HV01", "HV99"))
    lab.write("hosts.yaml", "kind: Host\nname: hv01\nconnection: {simulated: {world: other.world.yaml}}\n")
    ran = lab("apply", "plan.json", "--hosts", "hosts.yaml")
    assert ran.code == 3
    assert "not the host the plan was made for" in ran.err
    assert lab("apply", "plan.json", HVPLAN_HOSTS="hosts.yaml").code == 3
    assert lab("apply", "plan.json").code == 0


def test_a_plan_made_through_a_hosts_file_says_only_that(lab: Lab) -> None:
    """No connection of a hosts file stands in a plan; applying it needs the hosts file again."""
    lab.write("hosts.yaml", "kind: Host\nname: hv01\nconnection: {simulated: {world: hv01.world.yaml}}\n")
    lab("plan", "lab.yaml", "--hosts", "hosts.yaml", "-o", "plan.json")
    assert json.loads((lab.folder / "plan.json").read_bytes())["hosts"]["hv01"]["connection"] == {"hosts_file": True}
    ran = lab("apply", "plan.json")
    assert (ran.code, "--hosts" in ran.err) == (1, True)
    assert lab("apply", "plan.json", "--hosts", "hosts.yaml").code == 0


def test_a_changed_plan_is_refused(lab: Lab) -> None:
    """Another cmdlet in a saved plan: 3; a program in its connection: 1; another version: 1. Nothing is written."""
    lab("plan", "-o", "plan.json")
    raw = (lab.folder / "plan.json").read_text("utf-8")
    for old, new, code in (
        ('"New-VM"', '"Remove-VM"', 3),
        ('"simulated":{', '"simulated":{"engine":"/bin/sh",', 1),
        ('"format_version":"1.0"', '"format_version":"9.0"', 1),
    ):
        assert old in raw
        lab.write("changed.json", raw.replace(old, new, 1))
        ran = lab("apply", "changed.json")
        assert (ran.code, "Traceback" in ran.err) == (code, False), ran.err
    assert "db01" not in lab.state


def test_refusals_are_exit_3_from_plan_and_apply(lab: Lab) -> None:
    """Wrong against this host: the document is written, exit 3 with and without --detailed-exitcode; --skip-refused defers it."""
    lab.write("lab.yaml", LAB.replace("count: 1", "count: 64"))
    for flags in ((), ("--detailed-exitcode",)):
        assert lab("plan", "-o", "plan.json", *flags).code == 3
    assert json.loads((lab.folder / "plan.json").read_bytes())["refusals"]
    assert lab("apply", "--yes").code == 3
    assert lab("apply", "plan.json").code == 3
    assert lab("plan", "--skip-refused", "--detailed-exitcode").code == 0


def test_gates_are_asked_at_apply_too(lab: Lab) -> None:
    """--refuse-above is a gate for a saved plan as well."""
    lab("plan", "-o", "plan.json")
    assert lab("apply", "plan.json", "--refuse-above", "none").code == 3
    assert lab("apply", "plan.json", "--refuse-above", "restart").code == 0


def test_a_host_that_cannot_be_reached_is_exit_1(lab: Lab) -> None:
    """A closed port on loopback: exit 1, a sentence, no traceback. CI asks nothing of loopback addresses."""
    lab.write("lab.yaml", LAB.replace("simulated: {world: hv01.world.yaml}", "address: 127.0.0.1\n  port: 9\n  transport: http"))
    for name, extra in (("plan", {}), ("apply", {"CI": "true"})):
        ran = lab.installed(name, ".", **extra)
        assert ran.code == 1
        assert "error" in ran.err
        assert "Traceback" not in ran.err


def test_one_of_two_hosts_unreadable(lab: Lab) -> None:
    """The readable one is planned, the document is written with errored, exit 1; apply writes nothing, and every host has its verdict."""
    host = "---\nkind: Host\nname: hv02\nconnection: {address: 127.0.0.1, port: 9, transport: http}\n"
    lab.write("lab.yaml", LAB + host + "---\nkind: VirtualSwitch\nname: x\nhost: hv02\ntype: Private\n")
    ran = lab("plan", "-o", "plan.json")
    assert ran.code == 1
    tree = json.loads((lab.folder / "plan.json").read_bytes())
    assert (tree["errored"], tree["applyable"]) == (True, False)
    assert "vm/db01" in ran.out
    assert lab("apply", "--yes", "--document", "result.json").code == 1
    result = json.loads((lab.folder / "result.json").read_bytes())
    assert (result["exit_code"], result["steps"]) == (1, [])
    assert result["hosts"] == {"hv01": {"verdict": "unchanged"}, "hv02": {"verdict": "failed"}}
    assert lab("apply", "plan.json").code == 1
    assert "db01" not in lab.state


@pytest.mark.parametrize("option", ["--prune", "--replace=vm/web01", "--with-snapshots", "--allow-checkpoint-removal", "--allow-checkpoint-removal=vm/web01"])
def test_options_of_later_versions_say_so(lab: Lab, option: str) -> None:
    """An option that is described, but not in this version, is a usage error (1) of its own and no typing mistake."""
    for word in ("plan", "apply"):
        ran = lab(word, option)
        assert ran.code == 1
        assert f"{option.partition('=')[0]} is not supported by this version" in ran.err


@pytest.mark.parametrize("option", ["--pick", "--events=events.jsonl"])
def test_options_of_a_later_apply_say_so(lab: Lab, option: str) -> None:
    """Those of apply alone are refused by it in words of their own."""
    ran = lab("apply", option)
    assert ran.code == 1
    assert f"{option.partition('=')[0]} is not supported by this version" in ran.err


def test_ci_refuses_addresses_from_the_files_under_review(lab: Lab) -> None:
    """Under CI=true nobody's credentials go where only a reviewed file says: 3 before any connection; pinned in a hosts file it may."""
    where = "address: 192.0.2.1, insecure: true"
    lab.write("lab.yaml", LAB.replace("simulated: {world: hv01.world.yaml}", "address: 192.0.2.1\n  insecure: true"))
    ran = lab("apply", "lab.yaml", "--yes", CI="true")
    assert ran.code == 3
    assert "--allow-unpinned" in ran.err
    assert "--allow-insecure" in ran.err
    lab.write("hosts.yaml", f"kind: Host\nname: hv01\nconnection: {{{where}}}\n")
    ran = lab("apply", "lab.yaml", "--yes", "--hosts", "hosts.yaml", CI="true")
    assert ran.code == 3
    assert "--allow-unpinned" not in ran.err
    assert "--allow-insecure" in ran.err


def test_colour_only_where_it_is_wanted(lab: Lab) -> None:
    """No terminal: none. FORCE_COLOR: some. NO_COLOR and --no-color win."""
    assert "\x1b[" not in lab("plan").out
    assert "\x1b[" in lab("plan", FORCE_COLOR="1").out
    assert "\x1b[" not in lab("plan", FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in lab("plan", "--no-color", FORCE_COLOR="1").out


def test_a_console_that_knows_few_characters_shows_others(lab: Lab) -> None:
    """Names outside the console's encoding do not end the command."""
    lab.write("lab.yaml", LAB.replace("db01", "дб-數據"))
    ran = lab.installed("plan", PYTHONIOENCODING="ascii")
    assert ran.code == 0
    assert "vm/??-??" in ran.out


def test_a_reader_that_goes_away_is_no_failure(lab: Lab) -> None:
    """`hvplan plan | head -1`: quiet, and the exit code stays that of the plan."""
    process = subprocess.Popen([*command(), "plan", "--detailed-exitcode"], cwd=lab.folder, env=environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read().decode()
    assert process.wait(60) == 2
    assert "Broken" not in err
    assert "Traceback" not in err


def test_the_levels_are_the_models() -> None:
    """The options' words are the impacts, in rising order."""
    assert tuple(level.label for level in Impact) == LEVELS


def test_sources_name_the_commit(lab: Lab) -> None:
    """In a git work tree the plan carries the commit; outside it is null."""
    assert json.loads(lab("plan", "--format", "json").raw)["sources"]["git_commit"] is None
    git = lab.folder / ".git"
    (git / "refs" / "heads").mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/main\n")
    (git / "refs" / "heads" / "main").write_text("a" * 40 + "\n")
    assert json.loads(lab("plan", "--format", "json").raw)["sources"]["git_commit"] == "a" * 40


def test_show_reads_standard_input(lab: Lab, tmp_path: Path) -> None:
    """`hvplan plan --format json | hvplan show -`."""
    raw = lab("plan", "--format", "json").raw
    done = subprocess.run([*command(), "show", "-"], input=raw, env=environment({}), capture_output=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0
    assert b"+ vm/db01" in done.stdout
