"""`hvplan schema`: the files that are checked in, and one kind at a time."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from hvplan.load.format import DOCUMENTS
from tests.cli.conftest import Lab

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


@pytest.mark.parametrize(("words", "file"), [((), "hvplan.schema.json"), (("plan",), "plan.schema.json"), (("result",), "result.schema.json")])
def test_it_prints_the_files(lab: Lab, words: tuple[str, ...], file: str) -> None:
    """The whole, and the schemas of documents, byte for byte what stands in schemas/."""
    ran = lab("schema", *words)
    assert ran.code == 0
    assert ran.raw == (SCHEMAS / file).read_bytes()


@pytest.mark.parametrize("name", ["vm", "virtualmachine", *DOCUMENTS])
def test_one_kind_stands_by_itself(lab: Lab, name: str) -> None:
    """The schema of one kind takes a document of it and marks one of another kind."""
    schema = json.loads(lab("schema", name).out)
    kind = schema["title"]
    assert kind.lower() == name.lower() or (name, kind) == ("vm", "VirtualMachine")
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    path = {"path": "D:\\a.vhdx"} if kind == "VirtualDisk" else {}
    assert validator.is_valid({"kind": kind, "name": "a", **path})
    assert not validator.is_valid({"kind": "Pod", "name": "a", **path})


def test_what_there_is_not(lab: Lab) -> None:
    """A slip gets what was meant, a kind of a later version its own words; exit 1, nothing on stdout."""
    ran = lab("schema", "virtualmachin")
    assert (ran.code, ran.out) == (1, "")
    assert "did you mean 'VirtualMachine'" in ran.err
    ran = lab("schema", "nat")
    assert (ran.code, ran.out) == (1, "")
    assert "not supported by this version" in ran.err
