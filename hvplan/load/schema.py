"""The JSON Schema of what people write, from the same table that documents are read with.

One schema for all kinds: a file may hold documents of any kind, and an editor takes one `$schema` comment for a file. Each
kind stands behind an `if` on `kind`, so an editor reports what is wrong with this document and not that no kind fits.

    python -m hvplan.load.schema [FOLDER]      writes the files (default: schemas/)
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hvplan.load.format import DOCUMENTS
from hvplan.load.shapes import Group, Later, Leaf, Many, Named, Shape

Schema = dict[str, Any]
FILE = "hvplan.schema.json"
_NULL: Schema = {"type": "null"}


def schemas() -> Mapping[str, Schema]:
    """File name -> schema."""
    return {FILE: whole()}


def whole() -> Schema:
    """The schema of a document of any kind."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "hvplan",
        "description": "One document of hvplan's YAML.",
        "type": "object",
        "required": ["kind", "name"],
        "properties": {"kind": {"enum": list(DOCUMENTS), "description": "What this document describes."}},
        "allOf": [{"if": {"required": ["kind"], "properties": {"kind": {"const": kind}}}, "then": {"$ref": f"#/definitions/{kind}"}} for kind in DOCUMENTS],
        "definitions": {kind: document(kind) for kind in DOCUMENTS},
    }


def document(kind: str) -> Schema:
    """The schema of one kind. In a machine and its templates null may stand anywhere: it stops what a template gives."""
    group = DOCUMENTS[kind]
    inherits = kind in ("VirtualMachine", "VirtualMachineTemplate")
    schema = of(group, null=inherits)
    schema = schema["anyOf"][0] if inherits else schema
    schema["properties"]["kind"] = {"const": kind, "description": "What this document describes."}
    schema["properties"]["name"] = {**of(group.keys["name"]), "description": _doc(group.keys["name"])}
    schema["required"] = sorted({"kind", "name", *group.required})
    return {"title": kind, **schema}


def of(shape: Shape, *, null: bool = False) -> Schema:
    """The schema of a shape; `null`: null may stand there too. Keys of later versions are left out, so an editor marks them."""
    match shape:
        case Leaf():
            schema = copy.deepcopy(dict(shape.kind.schema))
            if shape.kind.name == "text" and isinstance(schema.get("type"), list):  # a decimal is text as written
                schema["type"] = ["number" if word == "integer" else word for word in schema["type"]]
            schema = _or_null(schema) if (null or shape.resets) and not shape.null else schema
        case Group():
            keys = {key: {**of(item, null=null), "description": _doc(item)} for key, item in shape.keys.items() if not isinstance(item, Later)}
            schema = {"type": "object", "additionalProperties": False, "properties": keys}
            if shape.required:
                schema["required"] = list(shape.required)
            options = [*([of(shape.also)] if shape.also else []), *([schema] if keys or not shape.also else []), *([_NULL] if null else [])]
            schema = options[0] if len(options) == 1 else {"anyOf": _sorted(options)}
        case Named():
            item = {**of(shape.item, null=null), "description": _doc(shape.item)}
            names = {key: value for key, value in shape.key.schema.items() if key != "type"}
            schema = {"type": "object", "propertyNames": names, "additionalProperties": _or_null(item) if shape.removable and not null else item}
            schema = _or_null(schema) if null else schema
        case Many():
            item = {**of(shape.item), "description": _doc(shape.item)}
            schema = {"type": "array", "items": item}
            options = [schema, *([of(shape.item)] if shape.single else []), *([_NULL] if null else [])]
            schema = options[0] if len(options) == 1 else {"anyOf": options}
        case Later():
            schema = {"not": {}}
    return schema


def _sorted(options: list[Schema]) -> list[Schema]:
    """Maps first: what an editor completes from."""
    return sorted(options, key=lambda option: option.get("type") != "object")


def _or_null(schema: Schema) -> Schema:
    kind = schema.get("type")
    if isinstance(kind, str) and kind != "object":
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list):
        return schema if "null" in kind else {**schema, "type": [*kind, "null"]}
    description = {"description": schema["description"]} if "description" in schema else {}
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], _NULL]}
    return {"anyOf": [{key: value for key, value in schema.items() if key != "description"}, _NULL], **description}


def _doc(shape: Shape) -> str:
    return shape.doc


def dumps(schema: Schema) -> str:
    """The text of a schema file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def main(folder: str) -> None:
    """Writes the files into a folder."""
    for name, schema in schemas().items():
        Path(folder, name).write_text(dumps(schema), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "schemas")
