"""`hvplan schema`: the JSON Schemas of what people write, and of the documents that commands write."""

from __future__ import annotations

import json
from typing import Any

import click

from hvplan.cli.options import Command, run_of
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError

SAVED = ("plan", "result")


@click.command(cls=Command)
@click.argument("kind", metavar="[KIND]", required=False, default="")
@click.pass_context
def command(ctx: click.Context, kind: str) -> int:
    """Print the JSON Schema (draft 7) of the YAML, or of one KIND of it (vm, or VirtualMachine), or of the `plan` or `result` document.

    \b
    In an editor, as the first line of a file:
      # yaml-language-server: $schema=hvplan.schema.json        (hvplan schema > hvplan.schema.json)
    """
    run_of(ctx).output.document(_text(kind).encode())
    return 0


def _text(kind: str) -> str:
    from hvplan.load.schema import dumps, whole

    if not kind:
        return dumps(whole())
    if kind.lower() in SAVED:
        from hvplan.document.schema import files

        return files()[f"{kind.lower()}.schema.json"]
    return json.dumps(_one(kind), indent=1, ensure_ascii=False) + "\n"


def _one(kind: str) -> dict[str, Any]:
    from hvplan.cli.reference.attributes import SHORT, kind_named
    from hvplan.load.check import suggest
    from hvplan.load.format import DOCUMENTS
    from hvplan.load.schema import document, whole

    named = kind_named(kind)
    if named in DOCUMENTS:
        return {"$schema": whole()["$schema"], **document(named)}
    if named:
        summary, hint = f"documents of kind {named} are not supported by this version", "hvplan schema prints what there is"
        raise ConfigurationError(Diagnostic(code="not-supported", summary=summary, hint=hint))
    known = ", ".join([short for short, full in SHORT.items() if full in DOCUMENTS])
    hint = suggest(kind, [*SHORT, *DOCUMENTS, *SAVED]) or f"the kinds are {known}; the documents plan and result"
    raise ConfigurationError(Diagnostic(code="explain-unknown", summary=f"there is no schema of '{kind}'", hint=hint))
