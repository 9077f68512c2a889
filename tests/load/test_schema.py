"""The JSON Schema: generated from the table that documents are read with, and in agreement with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvplan.diagnostics import Place
from hvplan.load.check import Checker
from hvplan.load.format import DOCUMENTS
from hvplan.load.reader import read, resolve
from hvplan.load.schema import dumps, of, schemas, whole
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape
from hvplan.load.tree import Scalar, plain

ROOT = Path(__file__).resolve().parents[2]


def leaves(shape: Shape, path: str) -> Iterator[tuple[str, Leaf]]:
    """Every single value of a shape, with its path."""
    match shape:
        case Leaf():
            yield path, shape
        case Group():
            for key, item in shape.keys.items():
                yield from leaves(item, f"{path}.{key}")
            if shape.also:
                yield path, shape.also
        case Named() | Many():
            yield from leaves(shape.item, f"{path}.*")
        case Later():
            pass


LEAVES = {path: leaf for kind, group in DOCUMENTS.items() for path, leaf in leaves(group, kind)}


def test_the_files_are_the_generated_ones() -> None:
    """`python -m hvplan.load.schema` writes what stands in schemas/."""
    for name, schema in schemas().items():
        assert (ROOT / "schemas" / name).read_text("utf-8") == dumps(schema), f"run: python -m hvplan.load.schema ({name})"


def test_it_is_a_schema() -> None:
    """Draft 7, as editors understand it."""
    jsonschema.Draft7Validator.check_schema(whole())


def test_every_property_has_a_description_and_nothing_else_is_allowed() -> None:
    """A description is the hover text; an unknown key is marked."""

    def walk(node: Any, at: str) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("properties"), dict) and "additionalProperties" in node:
                assert node["additionalProperties"] is False, at
                for key, value in node["properties"].items():
                    assert value.get("description"), f"{at}.{key}"
            for key, value in node.items():
                walk(value, f"{at}.{key}")
        elif isinstance(node, list):
            for index, value in enumerate(node):
                walk(value, f"{at}[{index}]")

    walk(whole()["definitions"], "")


def documents() -> list[tuple[Path, Any]]:
    """Every document of the examples and the cases."""
    files = [*ROOT.glob("examples/*/*.yaml"), *ROOT.glob("tests/cases/*/desired.yaml")]
    return [(file, plain(d.root)) for file in sorted(files) for d in read(file.read_bytes(), str(file)).documents]


def test_examples_and_cases_fit() -> None:
    """What loads is not marked by an editor."""
    validator = jsonschema.Draft7Validator(whole())
    mine = [(file, data) for file, data in documents() if data.get("kind") in DOCUMENTS]
    assert len(mine) > 50
    for file, data in mine:
        assert [error.message for error in validator.iter_errors(data)] == [], file


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "VirtualMachine"},
        {"kind": "VirtualMachine", "name": "a", "memmory": {}},
        {"kind": "VirtualMachine", "name": "a", "memory": {"startup": "4 gigs"}},
        {"kind": "VirtualMachine", "name": "a", "devices": {"disks": {"os": {"slot": "scsi"}}}},
        {"kind": "Pod", "name": "a"},
        {"kind": "VirtualDisk", "name": "a"},
        {"kind": "Host", "name": "a", "connection": {"password": "x"}},
        {"name": "a"},
    ],
)
def test_mistakes_are_marked(data: Any) -> None:
    """An editor sees what the loader would refuse."""
    assert list(jsonschema.Draft7Validator(whole()).iter_errors(data))


def test_null_stops_inheritance_in_a_machine_only() -> None:
    """In a machine null may stand at every key; in a switch nothing can be inherited."""
    validator = jsonschema.Draft7Validator(whole())
    machine = {"kind": "VirtualMachine", "name": "a", "memory": {"startup": None}, "processor": None, "notes": None, "devices": {"disks": {"os": None}}}
    assert list(validator.iter_errors(machine)) == []
    assert list(validator.iter_errors({"kind": "VirtualSwitch", "name": "a", "notes": None}))


# What people write, in canonical spelling: numbers, booleans, words, sizes, durations, slots, paths, addresses.
WORDS = """Off On true false Running Saved Paused Present Absent Reference ask allow never Refuse Adopt Dynamic Fixed Untagged Internal Private Fail Force Save
TurnOff ShutDown Nothing Start StartIfRunning Production ProductionOnly Standard Disabled notes none hvplan/v1 https http negotiate basic lan wan
2019 2025 refuse standalone-vms-only disks networkAdapters 10.0 10. 9 a 0 - : x'y é"""
UNITS = ["", "B", "KiB", "MiB", "GiB", "TiB", "KB", "MB", "GB", " GiB", "PiB", "G", "s", "m", "h", "d", "w", " m"]
TEXTS = st.one_of(
    st.sampled_from([*WORDS.split(), "", " ", "x" * 100, "x" * 101, "Windows 11", "Windows 12"]),
    st.builds("{}{}".format, st.integers(0, 5000), st.sampled_from(UNITS)),
    st.builds("{} {}:{}".format, st.sampled_from(["scsi", "ide", "SCSI"]), st.integers(0, 1), st.integers(0, 1)),
)
VALUES = st.one_of(TEXTS, st.integers(-2, 70000), st.booleans(), st.none())
# Formats that a schema cannot express, or not without hiding what is wanted: the kind alone decides.
LOOSE = {"path", "path | null", "named pipe", "whole minutes", "MAC address", "block size", "host name or IP address", "file", "slot", "size"}


@cache
def validator(path: str) -> jsonschema.Draft7Validator:
    """The schema of one leaf."""
    return jsonschema.Draft7Validator(of(LEAVES[path]))


def refused(path: str, value: str | int | bool | None) -> bool:
    """Does the loader refuse a value, written as YAML's text or as what it is."""
    checker = Checker()
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    checker.check(LEAVES[path], Scalar(Place("f"), value, text), "x")
    return bool(checker.found)


@pytest.mark.parametrize("path", sorted(LEAVES))
@settings(max_examples=120, deadline=None)
@given(value=VALUES)
def test_schema_and_rows_agree(path: str, value: str | int | bool | None) -> None:
    """A value in canonical spelling that the loader takes is never marked by an editor, and the other way round where a pattern can say it."""
    leaf, marked = LEAVES[path], not validator(path).is_valid(value)
    if isinstance(value, bool) and not (validator(path).is_valid(True) or leaf.kind.name == "text"):
        return  # Off as false is taken where Off is a word; the word is the canonical spelling
    if isinstance(value, str) and resolve(value) != value:
        return  # unquoted, this is no text
    if refused(path, value):
        assert marked or leaf.kind.name in LOOSE, (path, value)
    else:
        assert not marked, (path, value)
