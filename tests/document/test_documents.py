"""The documents' promises: bytes, digest, strict reading, schemas."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hvplan.document import schema
from hvplan.document.canonical import digest, dumps, to_json
from hvplan.document.plan import PlanDocument
from hvplan.document.saved import is_document, load_document, load_plan
from hvplan.errors import ConfigurationError, Refused
from tests.document.sample import PLAN, REFUSAL, RESULT

SCHEMAS = Path(__file__).parents[2] / "schemas"


def saved(document: PlanDocument) -> bytes:
    return dumps(to_json(document))


def changed(path: str, value: Any) -> bytes:
    """The sample's bytes with one value set; the digest stays as it was."""
    tree = to_json(PLAN)
    *branch, leaf = path.split("/")
    node: Any = tree
    for key in branch:
        node = node[int(key)] if isinstance(node, list) else node[key]
    node[int(leaf) if isinstance(node, list) else leaf] = value
    return dumps(tree)


def test_a_plan_comes_back_as_it_was() -> None:
    """Saving and loading a plan loses nothing, and neither does a result."""
    assert load_plan(saved(PLAN)) == PLAN
    assert load_document(dumps(to_json(RESULT))) == RESULT
    assert load_plan(saved(replace(PLAN, refusals=(REFUSAL,), errored=True))).refusals == (REFUSAL,)


def test_the_bytes_are_canonical() -> None:
    """Sorted keys, no blanks, UTF-8 unescaped, no line break: whoever writes the tree again gets the same bytes."""
    raw = saved(replace(PLAN, warnings=("Größe \U0001f4be",)))
    assert json.dumps(json.loads(raw), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == raw
    assert "Größe \U0001f4be".encode() in raw


def test_the_shapes_of_the_page_on_documents() -> None:
    """The binding names: `change`, `stop`, null flags, paths as lists, `continue`."""
    tree = to_json(replace(PLAN, refusals=(REFUSAL,)))
    web01 = tree["resource_changes"][1]
    assert set(web01["change"]) == {
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
    assert web01["impact"] == "restart"
    assert web01["change"]["fields"][0]["unit"] == "bytes"
    assert tree["power_windows"][0]["stop"] == {"timeout": 300, "then": "Fail"}
    assert tree["refusals"][0]["flag"] is None
    assert tree["resource_drift"][0]["address"] == "vm/web01/networkAdapters/lan"
    assert tree["hosts"]["hv01"]["identity"]["computer"] == "HV01"
    assert (tree["applyable"], tree["errored"], tree["kind"]) == (False, False, "plan")
    assert to_json(RESULT)["continue"] == "hvplan apply lab.yaml"
    assert to_json(replace(RESULT, continue_with=""))["continue"] is None


def test_the_digest_covers_the_work_and_nothing_else() -> None:
    """An hour later, from another commit, with a comment above the lines, after another path: the same digest."""
    same = digest(to_json(PLAN))
    moved = tuple(replace(c, place="lab.yaml:99:1") for c in PLAN.resource_changes)
    entry = replace(PLAN.hosts["hv01"], connection={"address": "other"}, module_version="9")
    for other in (
        replace(PLAN, now="2030-01-01T00:00:00Z", meta={}, sources={}, warnings=(), unmanaged=(), consents=(), objects=1, stack=""),
        replace(PLAN, resource_changes=moved),
        replace(PLAN, hosts={"hv01": entry}),
    ):
        assert digest(to_json(other)) == same
    for other in (
        replace(PLAN, steps=PLAN.steps[:-1]),
        replace(PLAN, deferred=()),
        replace(PLAN, refusals=(REFUSAL,)),
        replace(PLAN, power_windows=()),
        replace(PLAN, checkpoints=({"address": "vm/web01"},)),
        replace(PLAN, resource_changes=PLAN.resource_changes[1:]),
        replace(PLAN, hosts={"hv01": replace(entry, computer="HV02")}),
    ):
        assert digest(to_json(other)) != same


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("steps/0/invocation/0/cmdlet", "Remove-VM"),
        ("steps/0/powershell", "echo"),
        ("resource_changes/1/change/after/memory/startup", 1),
        ("hosts/hv01/identity/machine_id", "x"),
        ("digest", "0" * 64),
        ("refusals", [{}]),
        ("steps/0/needs", ["s9"]),
        ("power_windows/0/stop/then", "TurnOff"),
    ],
)
def test_a_plan_that_was_changed_is_refused(path: str, value: Any) -> None:
    """Whatever is changed in the work, the plan is refused with exit code 3."""
    with pytest.raises(Refused) as caught:
        load_plan(changed(path, value))
    assert caught.value.exit_code == 3


@pytest.mark.parametrize("missing", ["digest", "steps", "hosts", "refusals"])
def test_a_plan_without_a_digested_part_is_refused(missing: str) -> None:
    """Leaving out what the digest covers, or the digest itself, does not get a plan past it."""
    tree = to_json(PLAN)
    del tree[missing]
    with pytest.raises(Refused):
        load_plan(dumps(tree))


def sealed(tree: dict[str, Any]) -> bytes:
    """Bytes whose digest fits, as a forger would make them."""
    return dumps(tree | {"digest": digest(tree)})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("now", 5),
        ("steps/0/timeout", "120"),
        ("steps/0/timeout", True),
        ("steps/0/extra", 1),
        ("steps/0/expect", None),
        ("resource_changes/0/change", {}),
        ("resource_changes/0/change/other", 1),
        ("places", []),
        ("power_windows/0/stop", 300),
        ("unheard_of", 1),
        ("steps", {}),
    ],
)
def test_wrong_shapes_are_named(path: str, value: Any) -> None:
    """A digest that fits does not excuse a shape that does not: exit 1, and the message says where."""
    with pytest.raises(ConfigurationError) as caught:
        load_plan(sealed(json.loads(changed(path, value))))
    assert path.split("/")[0] in str(caught.value.diagnostics[0])


@pytest.mark.parametrize(
    "raw", [b"", b"kind: Stack", b"[]", b"{}", b'{"format_version":"2.0"}', b'{"format_version":"1.0","format_version":"1.0"}', b"\xff{", b"1.5"]
)
def test_what_is_no_plan_is_exit_1(raw: bytes) -> None:
    """Not JSON, no version, an unknown version: said so, exit 1."""
    with pytest.raises(ConfigurationError) as caught:
        load_plan(raw)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("word", ["command", "engine"])
def test_a_plan_cannot_start_a_program(word: str) -> None:
    """`command` and `engine` anywhere in a connection are refused with exit 1: only the operator's own hosts file may say them."""
    for connection in ({word: "x"}, {"password": {word: ["sh"]}}, {"simulated": {"world": "w", word: "x"}}):
        entry = replace(PLAN.hosts["hv01"], connection=connection)
        with pytest.raises(ConfigurationError) as caught:
            load_plan(saved(replace(PLAN, hosts={"hv01": entry})))
        assert word in str(caught.value.diagnostics[0])


def test_a_result_is_no_plan() -> None:
    """`apply RESULT` says what it was given."""
    with pytest.raises(ConfigurationError, match="cannot be used as a plan"):
        load_plan(dumps(to_json(RESULT)))


def test_no_float_ever() -> None:
    """A float in a document is a mistake of ours and never written."""
    with pytest.raises(TypeError):
        dumps({"a": [1, {"b": 1.0}]})


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda below: st.lists(below) | st.dictionaries(st.text(), below)))
def test_canonical_bytes_read_back(value: Any) -> None:
    """Any value reads back as it was written, lone surrogates too, and the bytes are UTF-8."""
    raw = dumps({"v": value})
    assert json.loads(raw.decode()) == {"v": value}


def test_schema_files_are_current() -> None:
    """The files in schemas/ are what the types say; otherwise: python -m hvplan.document.schema schemas."""
    for name, text in schema.files().items():
        assert (SCHEMAS / name).read_text("utf-8") == text


@pytest.mark.parametrize("word", ["plan", "result"])
def test_the_examples_fit_their_schemas(word: str) -> None:
    """The example documents are complete, fit their schema and load."""
    raw = (SCHEMAS / f"{word}.example.json").read_bytes()
    tree, rule = json.loads(raw), json.loads((SCHEMAS / f"{word}.schema.json").read_text("utf-8"))
    jsonschema.Draft7Validator.check_schema(rule)
    jsonschema.Draft7Validator(rule).validate(tree)
    load_document(raw)
    empty = [key for key, value in tree.items() if value in ([], {}) and key not in ("checkpoints", "policies", "refusals")]
    assert not empty, "an example shows every part"


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """A missing key, a key too many and a float fail the schema."""
    validator = jsonschema.Draft7Validator(schema.plan_schema())
    tree = to_json(PLAN)
    assert not list(validator.iter_errors(tree))
    assert list(validator.iter_errors({key: value for key, value in tree.items() if key != "steps"}))
    assert list(validator.iter_errors(tree | {"other": 1}))
    assert list(validator.iter_errors(json.loads(changed("steps/0/expect/0/value", "x").replace(b'"x"', b"1.5"))))


def test_telling_a_plan_from_a_path() -> None:
    """A PLAN argument is a JSON file with format_version; YAML and other JSON are not."""
    assert is_document(saved(PLAN))
    assert not is_document(b"kind: Stack\nname: lab\n")
    assert not is_document(b'{"kind": "Stack"}')
    assert not is_document(b"{" * 100_000)
