"""Descriptions for people: report lines, wrapped to a width."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from hvplan.cli.reference.attributes import SHORT_OF, Attribute, kinds
from hvplan.cli.reference.codes import Code
from hvplan.cli.reference.describe import Described, children, describe, is_branch, later
from hvplan.cli.reference.facts import MEANS
from hvplan.load.format import LATER_KINDS
from hvplan.load.shapes import Later
from hvplan.report.lines import Line

RELEASES: Final = ("2016", "2019", "2022", "2025")
_LABEL: Final = 14
_STYLES: Final = {"online": "good", "restart": "update", "stop": "update", "replace": "danger", "data": "danger", "refused": "refused"}


def overview(width: int) -> Iterator[Line]:
    """The kinds, and how to go on."""
    yield Line("Kinds of documents", "head")
    yield Line("")
    yield from _table([(kind.kind, f"{_first(describe(kind).doc)} [{SHORT_OF[kind.kind]}]") for kind in kinds()], width)
    if LATER_KINDS:
        listed = ", ".join(f"{kind} [{SHORT_OF.get(kind, kind)}]" for kind in LATER_KINDS)
        yield Line("")
        yield from _wrapped(f"In the format, but not in this version: {listed}", width, 2, style="dim")
    yield Line("")
    yield Line("How to go on", "head")
    yield Line("")
    ways = (
        ("hvplan explain vm", "what a machine can have"),
        ("hvplan explain vm.memory.startup", "one attribute: type, default, what changing it costs"),
        ("hvplan explain file-in-the-way", "what the code of a message means, and what to do"),
        ("hvplan schema", "the JSON Schema of it all, for an editor"),
    )
    yield from _table(ways, width, most=34)


def place(attribute: Attribute, width: int) -> Iterator[Line]:
    """An attribute, a branch or a kind."""
    if isinstance(attribute.shape, Later):
        yield from _later(attribute, width)
        return
    described = describe(attribute)
    yield Line(described.name if described.path else f"{described.kind} ({described.name})", "head")
    yield Line("")
    yield from _wrapped(described.doc, width, 2)
    if attribute.leaf or not is_branch(attribute):
        yield Line("")
        yield from _facts(described, width)
    if attribute.leaf or not is_branch(attribute):
        yield from _costs(described, width)
    yield from _below(attribute, width)
    yield from _reading(described, width, whole=not is_branch(attribute))
    yield Line("")
    yield Line("  example", "head")
    yield from (Line(f"    {line}") for line in described.example.splitlines())


def code(entries: Iterable[Code], width: int) -> Iterator[Line]:
    """What a code means, wherever it comes from."""
    for at, entry in enumerate(entries):
        if at == 0:
            yield Line(entry.code, "head")
        yield Line("")
        yield from _wrapped(entry.says, width, 2)
        yield Line("")
        yield from _fact("what to do", entry.do, width)
        yield from _fact("where", f"{entry.group}: {entry.means}", width)


def _later(attribute: Attribute, width: int) -> Iterator[Line]:
    yield Line(attribute.name, "head")
    yield Line("")
    if attribute.shape.doc:
        yield from _wrapped(attribute.shape.doc, width, 2)
    yield from _wrapped(_not_yet(attribute.path), width, 2)


def _not_yet(what: str) -> str:
    return (
        f"{what} is part of the format, but not supported by this version. A file that has it is refused (not-supported) rather than "
        "half carried out: leave it out, and make that setting by hand; hvplan does not touch what is not written."
    )


def later_kind(kind: str, width: int) -> Iterator[Line]:
    """A kind that this version does not carry."""
    yield Line(kind, "head")
    yield Line("")
    yield from _wrapped(
        f"Documents of kind {kind} are part of the format, but not supported by this version. A file that has one is refused (not-supported): "
        "remove the document, and make it by hand.",
        width,
        2,
    )


def _facts(described: Described, width: int) -> Iterator[Line]:
    yield from _fact("type", described.takes, width)
    if described.unit:
        yield from _fact("unit", f"{described.unit} in plans and results", width)
    if described.default:
        yield from _fact("default", described.default, width)
    if described.generations:
        yield from _fact("generations", " and ".join(map(str, described.generations)) + (" only" if len(described.generations) == 1 else ""), width)
    if described.since:
        yield from _fact("releases", releases(described.since), width)


def releases(since: str) -> str:
    """Since which release it is there."""
    return f"Windows Server {since} and later" if since in RELEASES else since


def _costs(described: Described, width: int) -> Iterator[Line]:
    if not described.costs:
        return
    yield Line("")
    yield Line("  what changing it costs", "head")
    left = min(max(len(condition) for condition, _ in described.costs), width - 18)
    for condition, label in described.costs:
        first, *more = textwrap.wrap(condition, left)
        yield Line(f"    {first:<{left}}  {label}", _STYLES.get(label, ""))
        yield from (Line(f"      {line}", _STYLES.get(label, "")) for line in more)
    yield Line("")
    for label in [label for label in MEANS if label in {label for _, label in described.costs}]:
        first, *more = textwrap.wrap(MEANS[label], width - 16, break_on_hyphens=False)
        yield Line(f"    {label:<10}  {first}", "dim")
        yield from (Line(f"    {'':<10}  {line}", "dim") for line in more)
    if described.together:
        yield Line("")
        yield from _wrapped(f"Sent in one call with {', '.join(described.together)}: where several change, the highest impact holds for all.", width, 4)


def _reading(described: Described, width: int, *, whole: bool) -> Iterator[Line]:
    lines = [
        *(line for at, text in enumerate(described.reads) for line in _fact("read by" if at == 0 else "", text, width)),
        *(line for at, text in enumerate(described.writes) for line in _fact("written by" if at == 0 else "", text, width)),
        *(_fact("source", described.source, width) if described.source else ()),
        *(_fact("JSON Schema", json.dumps(described.schema, ensure_ascii=False), width) if whole else ()),
    ]
    if lines:
        yield Line("")
    yield from lines


def _below(attribute: Attribute, width: int) -> Iterator[Line]:
    items = children(attribute)
    if items and not (len(items) == 1 and items[0].path.endswith("*")):
        yield Line("")
        yield Line("  below it" if attribute.path else "  keys", "head")
        rows = [(_short(item, attribute), _first(item.shape.doc)) for item in items]
        yield from _table(rows, width, indent=4)
        first = next((item for item in reversed(items) if is_branch(item)), items[-1])
        yield Line("")
        yield from _wrapped(f"hvplan explain {first.name} says more about one of them", width, 4, style="dim")
    if names := later(attribute):
        yield Line("")
        yield from _wrapped("not in this version: " + ", ".join(names), width, 4, style="dim")


def _short(item: Attribute, above: Attribute) -> str:
    """The name below a place; `...` where more stands below."""
    name = item.path.removeprefix(above.path).lstrip(".")
    return f"{name} ..." if is_branch(item) else name


def _first(doc: str) -> str:
    """The first sentence."""
    head, dot, _ = doc.partition(". ")
    return head + "." if dot else doc


def _fact(label: str, text: str, width: int) -> Iterator[Line]:
    lines = textwrap.wrap(text, width - _LABEL - 2, break_long_words=False, break_on_hyphens=False) or [""]
    yield Line(f"  {label:<{_LABEL}}{lines[0]}")
    yield from (Line(f"  {'':<{_LABEL}}{line}") for line in lines[1:])


def _wrapped(text: str, width: int, indent: int, style: str = "") -> Iterator[Line]:
    for line in textwrap.wrap(text, width - indent, break_long_words=False, break_on_hyphens=False):
        yield Line(" " * indent + line, style)


def _table(rows: Iterable[tuple[str, str]], width: int, *, indent: int = 2, most: int = 26) -> Iterator[Line]:
    listed = list(rows)
    left = min(max((len(name) for name, _ in listed), default=0), most)
    for name, text in listed:
        lines = textwrap.wrap(text, max(width - indent - left - 2, 20), break_long_words=False, break_on_hyphens=False) or [""]
        start = f"{' ' * indent}{name:<{left}}  "
        if len(name) > left:
            yield Line(start.rstrip())
            start = " " * (indent + left + 2)
        yield Line((start + lines[0]).rstrip())
        yield from (Line(" " * (indent + left + 2) + line) for line in lines[1:])
