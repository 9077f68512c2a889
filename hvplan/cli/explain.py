"""`hvplan explain`: any attribute, kind or code of a message; everything is computed from the tables that the rooms work by."""

from __future__ import annotations

import json
import shutil
from typing import Any

import click

from hvplan.cli.options import Command, run_of
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError


@click.command(cls=Command)
@click.argument("name", metavar="[KIND[.path] | CODE]", required=False, default="")
@click.option("--format", "view", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to show it.")
@click.pass_context
def command(ctx: click.Context, name: str, view: str) -> int:
    """Explain an attribute (vm.memory.startup, vm.devices.disks.*.slot), a kind (vm, or VirtualMachine) or the code of a message.

    Says its type and default, where it exists, what changing it costs a running machine, and which cmdlets read and write
    it. Without a name: the kinds, and how to go on.
    """
    output = run_of(ctx).output
    if view == "json":
        output.document((json.dumps(_values(name), indent=1, ensure_ascii=False) + "\n").encode())
    else:
        output.lines(_lines(name, min(max(shutil.get_terminal_size((100, 24)).columns, 60), 110)))
    return 0


def _lines(name: str, width: int) -> list[Any]:
    from hvplan.cli.reference import text
    from hvplan.cli.reference.attributes import find, kind_named
    from hvplan.cli.reference.codes import meanings
    from hvplan.report.lines import Line

    if not name:
        return list(text.overview(width))
    place, entries = find(name), meanings(name)
    if place is None and not entries:
        if (kind := kind_named(name.partition(".")[0])) and not _carried(kind):
            return list(text.later_kind(kind, width))
        raise _unknown(name)
    lines = [*text.place(place, width)] if place is not None else []
    between = [Line("")] if lines and entries else []
    return [*lines, *between, *text.code(entries, width)]


def _values(name: str) -> dict[str, Any]:
    """The same as a document: an attribute, a branch with what is below it, a code, or the kinds."""
    from hvplan.cli.reference.attributes import find, kind_named, kinds
    from hvplan.cli.reference.codes import codes, meanings
    from hvplan.cli.reference.describe import children, describe, later
    from hvplan.load.format import LATER_KINDS
    from hvplan.load.shapes import Later

    if not name:
        listed = [{"kind": kind.kind, "name": kind.name, "doc": kind.shape.doc} for kind in kinds()]
        return {"kinds": listed, "later": list(LATER_KINDS), "codes": sorted({entry.code for entry in codes()})}
    place, entries = find(name), meanings(name)
    if place is None and not entries:
        kind = kind_named(name.partition(".")[0])
        if kind and not _carried(kind):
            return {"kind": kind, "supported": False}
        raise _unknown(name)
    made: dict[str, Any] = {}
    if place is not None and isinstance(place.shape, Later):
        made = {"name": place.name, "kind": place.kind, "path": place.path, "supported": False}
    elif place is not None:
        below = [{"name": item.name, "doc": item.shape.doc} for item in children(place)]
        made = {**describe(place).to_json(), "supported": True, "below": below, "later": list(later(place))}
    if entries:
        made["codes"] = [{"code": e.code, "where": e.group, "means": e.means, "says": e.says, "do": e.do} for e in entries]
    return made


def _carried(kind: str) -> bool:
    from hvplan.load.format import DOCUMENTS

    return kind in DOCUMENTS


def _unknown(name: str) -> ConfigurationError:
    from hvplan.cli.reference.attributes import suggest

    close = suggest(name)
    hint = "did you mean " + " or ".join(close) if close else "hvplan explain lists the kinds, hvplan explain vm what a machine can have"
    return ConfigurationError(Diagnostic(code="explain-unknown", summary=f"there is no attribute, kind or code '{name}'", hint=hint))
