"""`hvplan explain`: computed from the tables, complete, and readable."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hvplan.cli.reference import codes, page, text
from hvplan.cli.reference.attributes import SHORT, Attribute, every, find, kinds, suggest, walk
from hvplan.cli.reference.describe import describe
from hvplan.cli.reference.facts import ALSO, FACTS, MEANS, MUST
from hvplan.cmdlets.table import TABLE
from hvplan.load.check import Checker
from hvplan.load.format import DOCUMENTS, LATER_KINDS
from hvplan.load.reader import read
from hvplan.load.schema import document
from hvplan.load.shapes import Later
from hvplan.load.tree import plain
from hvplan.model.devices import AdapterSettings
from hvplan.model.impact import Impact
from hvplan.model.objects import SwitchSettings
from hvplan.model.parts import PARTS
from hvplan.model.rows import rows
from tests.cli.codes_used import used
from tests.cli.conftest import Lab

ROOT = Path(__file__).resolve().parents[2]
EVERY = {attribute.name: attribute for attribute in every()}


def test_every_code_that_is_used_is_explained_and_no_other() -> None:
    """Whatever a room can say has a sentence and a way on; nothing is explained that nobody says."""
    exact, patterns = used()
    table = {entry.code for entry in codes.codes()}
    assert {code: file for code, file in exact.items() if code not in table} == {}, "add it to hvplan/cli/reference/codes_*.py"
    assert [code for code in sorted(table) if code not in exact and not any(re.fullmatch(p, code) for p in patterns)] == []
    assert [p for p in patterns if not any(re.fullmatch(p, code) for code in table)] == []


def test_every_row_can_be_explained() -> None:
    """No attribute of the model is out of reach, and what is told of it is what its row says."""
    parts: list[tuple[str, type[Any]]] = [("vm", part) for _, part in PARTS]
    parts += [("switch", SwitchSettings), ("vm.devices.networkAdapters.*", AdapterSettings)]
    for prefix, part in parts:
        for row in rows(part).values():
            told = describe(EVERY[f"{prefix}.{row.path}"])
            assert EVERY[f"{prefix}.{row.path}"].row == row
            assert told.reads == (f"{row.query}: {' '.join(row.get)}",)
            assert told.generations == (() if prefix == "switch" else row.generations)
            assert told.since == row.since
            assert told.source == row.source
            costs = [(condition.replace("otherwise", "always"), label) for condition, label in told.costs]
            assert costs[-len(row.impact) :] == [(when.condition.replace("otherwise", "always"), when.impact.label) for when in row.impact]


def test_what_is_ordinary_code_has_all_its_lines(lab: Lab) -> None:
    """A list that no row stands behind says what it costs, too, who writes it and how it looks among its devices."""
    told = lab("explain", "vm.firmware.bootOrder").out
    for words in (
        "generations   2 only",
        "what changing it costs",
        "otherwise           restart",
        "Set-HvplanBootOrder -VMId -Device",
        "[disks/os, networkAdapters/lan]",
    ):
        assert words in told, told


def test_facts_are_of_attributes_that_exist() -> None:
    """What is known of ordinary code names a place of the format, and nothing that a row says already."""
    places = {(attribute.kind, attribute.path): attribute for attribute in EVERY.values()}
    assert [where for where in FACTS if where not in places] == []
    assert [where for where in FACTS if places[where].row is not None] == []
    assert [where for where in (*MUST, *ALSO) if where not in places or places[where].row is None] == []


def test_every_cmdlet_and_parameter_that_is_named_is_in_the_command_table() -> None:
    """Nothing is told of a cmdlet that could not be sent."""
    for attribute in EVERY.values():
        told = describe(attribute)
        for line in told.reads:
            assert not TABLE[line.partition(":")[0]].write, line
        for line in told.writes:
            cmdlet, *parameters = line.split(" -")
            assert TABLE[cmdlet].write, line
            assert [p for p in parameters if p not in TABLE[cmdlet].parameters] == [], line


def test_impacts_have_words() -> None:
    """Every level, in rising order, and what is refused."""
    assert list(MEANS) == [*(level.label for level in Impact), "refused"]
    assert {label for attribute in EVERY.values() for _, label in describe(attribute).costs} <= set(MEANS)


@pytest.mark.parametrize("name", sorted(EVERY))
def test_examples_are_taken_by_the_loader_and_by_editors(name: str) -> None:
    """An example is a document that the loader reads without a word, that shows the attribute, and that an editor does not mark."""
    attribute = EVERY[name]
    written = describe(attribute).example
    (found,) = read(written.encode(), "example.yaml").documents
    checker = Checker()
    checker.check(DOCUMENTS[attribute.kind], found.root, "")
    assert checker.found == [], f"give it a value in hvplan/cli/reference/examples.py: {written}"
    data = plain(found.root)
    assert list(jsonschema.Draft7Validator(document(attribute.kind)).iter_errors(data)) == [], written
    node = data
    for part in attribute.path.split("."):
        assert isinstance(node, dict | list), written
        node = node[0] if isinstance(node, list) else next(iter(node.values())) if part == "*" else node[part]


@pytest.mark.parametrize("width", [60, 80, 110])
def test_it_fits_the_terminal(width: int) -> None:
    """No line of an explanation is longer than the terminal unless one word is."""
    shown = [*text.overview(width)]
    for attribute in (*kinds(), *EVERY.values()):
        shown += text.place(attribute, width)
    shown += [line for entry in codes.codes() for line in text.code([entry], width)]
    assert [line.text for line in shown if len(line.text) > width and not _unbreakable(line.text, width)] == []


def _unbreakable(line: str, width: int) -> bool:
    """A word that is longer than what is left of the line, or a line of YAML."""
    return max(map(len, line.split())) > width - 16 or re.match(r"    +\S+: \S", line) is not None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("vm.memory.startup", "vm.memory.startup"),
        ("VirtualMachine.Memory.Startup", "vm.memory.startup"),
        ("memory.startup", "vm.memory.startup"),
        ("vm.devices.disks.*.slot", "vm.devices.disks.*.slot"),
        ("vm.devices.disks.os.slot", "vm.devices.disks.*.slot"),
        ("vm.devices.disks.slot", "vm.devices.disks.*.slot"),
        ("vm.devices.networkAdapters.lan.match.mac", "vm.devices.networkAdapters.*.match.mac"),
        ("connection.auth", "host.connection.auth"),
        ("template", "template"),
        ("vm.labels.tier", "vm.labels.*"),
    ],
)
def test_names(name: str, meant: str) -> None:
    """Kinds in full or short, any case, a device by any name, and without the kind where that is clear."""
    found = find(name)
    assert found is not None
    assert found.name == meant


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("vm.memry.startup", "vm.memory.startup"),
        ("vm.memory.startp", "vm.memory.startup"),
        ("startup", "vm.memory.startup"),
        ("vm.disks.os.slot", "vm.devices.disks.*.slot"),
        ("file-in-teh-way", "file-in-the-way"),
    ],
)
def test_unknown_names_get_what_was_meant(lab: Lab, name: str, meant: str) -> None:
    """A slip of the hand is answered with the name that was meant, exit 1."""
    assert suggest(name)[0] == meant
    ran = lab("explain", name)
    assert (ran.code, ran.out) == (1, "")
    assert f"did you mean {meant}" in ran.err


def test_an_attribute(lab: Lab) -> None:
    """Type, default, costs in each condition, cmdlets and source, in the terminal's width."""
    ran = lab("explain", "vm.memory.startup", COLUMNS="80")
    assert ran.code == 0
    told = re.sub(r"\s+", " ", ran.out)
    for words in ("a size such as 4GiB", "must be written", "dynamic memory is on restart", "static memory online", "the machine is off online"):
        assert words in told
    for words in ("Get-VMMemory: Startup", "Set-VMMemory -StartupBytes", "behaviour 2.2, 3.2", "JSON Schema", "startup: 4GiB", "memory.dynamic.minimum"):
        assert words in told


def test_a_kind_lists_what_is_below(lab: Lab) -> None:
    """Every key of a machine in this version has its line; the others are named as such."""
    out = lab("explain", "vm").out
    for key, shape in DOCUMENTS["VirtualMachine"].keys.items():
        if not isinstance(shape, Later):
            assert re.search(rf"^    {key}\b", out, re.MULTILINE), key
    later = [key for key, shape in DOCUMENTS["VirtualMachine"].keys.items() if isinstance(shape, Later)]
    assert ", ".join(later) in re.sub(r"\s+", " ", out)


def test_what_this_version_does_not_carry(lab: Lab) -> None:
    """A key or kind of the format that is not carried yet is told apart from a typing mistake; what is below it too."""
    names = [f"{SHORT_NAMES[kind.kind]}.{item.path}" for kind in kinds() for item in walk(kind) if isinstance(item.shape, Later)]
    for name in [*names[:3], *(f"{name}.below" for name in names[:1]), *LATER_KINDS]:
        ran = lab("explain", name)
        assert ran.code == 0
        assert "not supported by this version" in re.sub(r"\s+", " ", ran.out)
        assert json.loads(lab("explain", name, "--format", "json").out)["supported"] is False


SHORT_NAMES = {kind: short for short, kind in SHORT.items()}


def test_a_code(lab: Lab) -> None:
    """What it says, what to do, and what it means for the command."""
    ran = lab("explain", "file-in-the-way")
    assert ran.code == 0
    assert "existing: Adopt" in ran.out
    assert "exits 3" in ran.out


def test_without_a_name(lab: Lab) -> None:
    """The kinds and how to go on."""
    out = lab("explain").out
    for kind in (*DOCUMENTS, *LATER_KINDS):
        assert kind in out
    assert "hvplan explain vm.memory.startup" in out


def test_json(lab: Lab) -> None:
    """The same as values, for every sort of name."""
    told = json.loads(lab("explain", "vm.memory.startup", "--format", "json").out)
    assert told["path"] == "memory.startup"
    assert {"condition": "dynamic memory is on", "impact": "restart", "means": MEANS["restart"]} in told["impact"]
    assert json.loads(lab("explain", "vm.devices.disks", "--format", "json").out)["below"][0]["name"] == "vm.devices.disks.*.slot"
    assert json.loads(lab("explain", "stale", "--format", "json").out)["codes"][0]["where"] == "command"
    assert "VirtualMachine" in [kind["kind"] for kind in json.loads(lab("explain", "--format", "json").out)["kinds"]]


def test_the_reference_page_is_the_generated_one() -> None:
    """`python -m hvplan.cli.reference` writes what stands in schemas/."""
    assert (ROOT / "schemas" / page.FILE).read_text("utf-8") == page.page(), "run: python -m hvplan.cli.reference"


def test_the_reference_page_has_every_attribute() -> None:
    """Every single value of every kind has its row, and every row of the table as many cells as its head."""
    lines = page.page().splitlines()
    for attribute in EVERY.values():
        if attribute.leaf and attribute.kind != "VirtualMachineTemplate":
            assert any(line.startswith(f"| `{attribute.path}` | ") for line in lines), attribute.name
    cells = [len(re.split(r"(?<!\\)\|", line)) for line in lines if line.startswith("| `") and line.count("|") > 6]
    assert set(cells) == {len(page._HEAD) + 2}


def test_it_is_quick_to_load() -> None:
    """Neither the protocol nor the graph nor the checker of documents is loaded to explain something."""
    heavy = ("pypsrp", "psrpcore", "networkx", "jsonschema", "rich", "requests")
    script = f"""
import sys
from hvplan.cli.main import run
for words in (["explain"], ["explain", "vm.memory.startup"], ["explain", "vm"], ["schema"], ["schema", "plan"]):
    assert run(words) == 0
print(*(name for name in {heavy!r} if name in sys.modules), file=sys.stderr, end="")
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_place_knows_its_name() -> None:
    """The name of a place finds the place."""
    for attribute in EVERY.values():
        assert find(attribute.name) == Attribute(kind=attribute.kind, path=attribute.path, shape=attribute.shape)
