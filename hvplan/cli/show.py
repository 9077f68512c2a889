"""`hvplan show`: a saved document for people; reads nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from hvplan.cli.options import Command, run_of


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

    show_document(run_of(ctx).output, load_document(read_document(document), name=document), view)
    return 0
