"""`hvplan show`: a saved document for people; reads nothing else."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from hvplan.cli.options import Command, run_of
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError


def read_document(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`; a usage error if it cannot be read."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{name} cannot be read: {error.strerror}") from error


@click.command(cls=Command)
@click.argument("document", metavar="PLAN_OR_RESULT")
@click.option("--format", "view", type=click.Choice(["text", "summary", "json"]), default="text", show_default=True, help="How to show it.")
@click.pass_context
def command(ctx: click.Context, document: str, view: str) -> int:
    """Render a saved plan or result; `-` reads standard input."""
    from hvplan.cli.views import show_document
    from hvplan.document.saved import load_document

    raw = read_document(document)
    if kind := _yaml_kind(raw):
        raise ConfigurationError(_other(kind, document))
    show_document(run_of(ctx).output, load_document(raw, name=document), view)
    return 0


def _yaml_kind(raw: bytes) -> str:
    """The `kind` of a file that is YAML, where its first lines say one; plans and results are JSON."""
    text = raw[:4096].decode("utf-8", "replace").lstrip("\ufeff \r\n")
    found = None if text.startswith("{") else re.search(r"^kind: *['\"]?(\w+)", text, re.MULTILINE)
    return found[1] if found else ""


def _other(kind: str, name: str) -> Diagnostic:
    """What a file is that is no plan and no result, and what to use with it."""
    if kind == "Inventory":
        what, hint = "an inventory of a host", f"hvplan plan PATH --against {name} makes a plan with it"
    elif kind == "World":
        what, hint = "a world of simulated hosts", f"hvplan simulate {name} serves it"
    else:
        what, hint = f"a file with a {kind} document", f"hvplan plan {name} makes a plan of it; hvplan show renders one that was saved with -o"
    return Diagnostic(code="not-a-plan", summary=f"{name} is {what}, not a saved plan or result", hint=hint)
