"""The reference page: every attribute in tables, and every code of a message. A test holds `schemas/reference.md` equal to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from hvplan.cli.reference.attributes import SHORT_OF, Attribute, kinds, walk
from hvplan.cli.reference.codes import GROUPS
from hvplan.cli.reference.describe import Described, describe, is_branch
from hvplan.cli.reference.facts import MEANS
from hvplan.load.format import LATER_KINDS, MACHINE_KEYS
from hvplan.load.shapes import Group, Later

FILE: Final = "reference.md"
_HEAD: Final = ("path", "what it is", "type", "default", "generations", "since", "impact of a change", "read by", "written by", "source")


def page() -> str:
    """The page, in Markdown."""
    return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield "# Reference"
    yield ""
    yield "Every attribute of the format, and every code of a message. Written by `python -m hvplan.cli.reference`; `hvplan explain NAME` says more about each."
    yield ""
    yield "What is not written is not managed. A *default* is what a creation sends, or what holds when nothing is written."
    yield "Of the conditions of an impact, the first that holds counts."
    yield "A *source* says what a row rests on: `catalogue` is the public metadata and documentation of the named cmdlets, `behaviour 2.2`"
    yield "a numbered chapter of published facts about Hyper-V, `truth 7` a finding about the real PowerShell engine. What has not been seen on"
    yield "a real host is listed in `hvplan/README.md`, under Unproven."
    yield ""
    yield from _table(("impact", "means"), ((f"`{label}`", means) for label, means in MEANS.items()))
    for kind in kinds():
        yield from _kind(kind)
    yield ""
    yield "## Not in this version"
    yield ""
    yield "Part of the format, and refused (`not-supported`) where a file has it."
    yield ""
    yield from (f"- kind `{kind}` (`{SHORT_OF.get(kind, kind)}`)" for kind in LATER_KINDS)
    for kind in kinds():
        if kind.kind != "VirtualMachineTemplate" and (names := _later(kind)):
            yield f"- {kind.kind}: " + ", ".join(f"`{name}`" for name in names)
    for group, means, table in GROUPS:
        yield ""
        yield f"## Codes: {group}"
        yield ""
        yield f"{means[0].upper()}{means[1:]}."
        yield ""
        yield from _table(("code", "says", "what to do"), ((f"`{code}`", says, do) for code, (says, do) in table.items()))


def _kind(kind: Attribute) -> Iterator[str]:
    yield ""
    yield f"## {kind.kind} (`{SHORT_OF[kind.kind]}`)"
    yield ""
    yield kind.shape.doc
    if kind.kind == "VirtualMachineTemplate":
        left = [f"`{key}`" for key in MACHINE_KEYS if isinstance(kind.shape, Group) and key not in kind.shape.keys]
        yield f"It has the attributes of a VirtualMachine without {' and '.join(left)}."
        return
    yield ""
    places = [item for item in walk(kind) if not isinstance(item.shape, Later)]
    yield from _table(_HEAD, (_row(describe(item)) for item in places if item.leaf or not is_branch(item)))


def _later(kind: Attribute) -> tuple[str, ...]:
    return tuple(item.path for item in walk(kind) if isinstance(item.shape, Later))


def _row(described: Described) -> tuple[str, ...]:
    costs = "; ".join(f"{condition}: {label}" for condition, label in described.costs)
    return (
        f"`{described.path}`",
        described.doc,
        described.type,
        described.default,
        ", ".join(map(str, described.generations)),
        described.since,
        costs,
        "; ".join(described.reads),
        "; ".join(described.writes),
        described.source,
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield _line(head)
    yield "|" + "---|" * len(head)
    yield from map(_line, rows)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") or "-" for cell in cells) + " |"
