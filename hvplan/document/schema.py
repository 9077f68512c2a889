"""The JSON Schemas of the documents, made from the types. `python -m hvplan.document.schema FOLDER` writes the files.

Nothing reads the files at run time; a test holds them equal to what is made here.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hvplan.document.codec import dataclasses_below, object_schema
from hvplan.document.inventory import INVENTORY_VERSION, InventoryDocument
from hvplan.document.plan import FORMAT_VERSION, PlanDocument
from hvplan.document.result import ResultDocument

Json = Any
DRAFT = "http://json-schema.org/draft-07/schema#"
_TEXT: Mapping[str, Json] = {"type": "string"}


def plan_schema() -> dict[str, Json]:
    """The schema of a plan document."""
    root = _document(PlanDocument, "plan")
    drift = {"type": "object", "required": ["host", "address", "type", "name", "change"]}
    extra: dict[str, Json] = {
        "applyable": {"type": "boolean", "description": "At least one step, no refusal, and the plan is complete."},
        "digest": {"type": "string", "pattern": "^[0-9a-f]{64}$", "description": "SHA-256 of the canonical form of what would be done."},
        "places": {
            "type": "object",
            "description": "Host, then address, to file:line:column.",
            "additionalProperties": {"type": "object", "additionalProperties": _TEXT},
        },
        "resource_drift": {"type": "array", "items": drift, "description": "What moved on the host since the last apply."},
    }
    return _with(root, extra)


def result_schema() -> dict[str, Json]:
    """The schema of a result document."""
    return _document(ResultDocument, "result")


def inventory_schema() -> dict[str, Json]:
    """The schema of an inventory."""
    root = _document(InventoryDocument, "inventory")
    return _with(root, {"format_version": {"const": INVENTORY_VERSION}, "kind": {"const": "Inventory"}})


def _document(kind: type[Any], word: str) -> dict[str, Json]:
    root = object_schema(kind)
    root["definitions"] = {below.__name__: object_schema(below) for below in dataclasses_below(kind)}
    head = {"$schema": DRAFT, "title": f"hvplan {word} document"}
    return head | _with(root, {"format_version": {"const": FORMAT_VERSION}, "kind": {"const": word}})


def _with(root: dict[str, Json], extra: Mapping[str, Json]) -> dict[str, Json]:
    return root | {"properties": root["properties"] | extra, "required": sorted({*root["required"], *extra})}


def files() -> dict[str, str]:
    """File name in `schemas/` -> its text."""
    made = {"plan.schema.json": plan_schema(), "result.schema.json": result_schema(), "inventory.schema.json": inventory_schema()}
    return {name: json.dumps(tree, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for name, tree in made.items()}


def check(tree: Mapping[str, Json]) -> None:
    """Check a document against its schema; jsonschema.ValidationError says where it does not fit."""
    import jsonschema

    schemas = {"result": result_schema, "Inventory": inventory_schema}
    jsonschema.validate(tree, schemas.get(tree.get("kind", ""), plan_schema)())


def main() -> None:
    """Write the files into the folder that is named."""
    folder = Path(sys.argv[1])
    for name, text in files().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
