"""Plans and results as text. Pure: a document comes in, lines go out; colour is the business of whoever prints them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hvplan import __version__
from hvplan.document.canonical import digest, dumps, to_json
from hvplan.document.plan import HostEntry, PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.document.saved import load_document
from hvplan.report import outcome
from hvplan.report.blocks import block_lines, blocks, named, refusal_line
from hvplan.report.lines import Line, plural, visible
from hvplan.report.totals import count, last_line, summary_block

Json = Any


def render_plan(document: PlanDocument | Mapping[str, Json]) -> str:
    """The text plan, ending in a line break; a mapping is a plan's JSON."""
    return _joined(plan_lines(_plan(document)))


def render_summary(document: PlanDocument | Mapping[str, Json]) -> str:
    """The headline, who changes by verb, what is refused, and the totals."""
    return _joined(summary_lines(_plan(document)))


def render_result(document: ResultDocument | Mapping[str, Json]) -> str:
    """The text of a result, ending in a line break."""
    result = document if isinstance(document, ResultDocument) else load_document(dumps(document))
    if not isinstance(result, ResultDocument):
        raise TypeError("a plan is no result")
    return _joined(result_lines(result))


def plan_lines(document: PlanDocument) -> tuple[Line, ...]:
    """The text plan as lines."""
    return tuple(_plan_lines(document))


def summary_lines(document: PlanDocument) -> tuple[Line, ...]:
    """The short view as lines."""
    several = len(document.hosts) > 1
    why = tuple(Line(f"  {visible(outcome.sentence(refusal, several))}", "refused") for refusal in document.refusals)
    return (headline(document), *_end(document, why))


def result_lines(result: ResultDocument, *, every: bool = True) -> tuple[Line, ...]:
    """A result as lines. Without `every`, steps are listed only when something is left."""
    return tuple(outcome.lines(result, every=every))


def result_summary_lines(result: ResultDocument, *, every: bool = True) -> tuple[Line, ...]:
    """The short view of a result as lines. Without `every`, why it failed or was refused is left out."""
    return (*(outcome.reasons(result) if every else ()), *outcome.summary(result))


def headline(document: PlanDocument) -> Line:
    """Which hvplan, which hosts, which plan, how much was read."""
    version = document.meta.get("version", __version__)
    hosts = ", ".join(f"{visible(name)} ({_kind(entry)})" for name, entry in sorted(document.hosts.items()))
    word = "host" if len(document.hosts) == 1 else "hosts"
    return Line(f"hvplan {version}   {word} {hosts}   plan {digest(to_json(document))[:8]}   {plural(document.objects, 'object')} read", "head")


def release(word: str) -> str:
    """`Windows Server 2025` from `2025`; a client's name stays."""
    if word.isdigit():
        return f"Windows Server {word}" if len(word) == 4 else f"Windows build {word}"
    return word or "unknown release"


def _kind(entry: HostEntry) -> str:
    return release(entry.release) + (", simulated" if entry.simulated else "")


def _plan(document: PlanDocument | Mapping[str, Json]) -> PlanDocument:
    plan = document if isinstance(document, PlanDocument) else load_document(dumps(document))
    if not isinstance(plan, PlanDocument):
        raise TypeError("a result is no plan")
    return plan


def _plan_lines(document: PlanDocument) -> Iterator[Line]:
    several = len(document.hosts) > 1
    yield headline(document)
    yield Line("")
    shown: set[tuple[str, str]] = set()
    functions: set[str] = set()  # a constant script is printed once, and is a function for the calls that follow
    for block in blocks(document):
        yield from block_lines(document, block, several, functions)
        yield Line("")
        shown |= {(change.host, change.address) for change in block.changes}
    for refusal in document.refusals:
        if (refusal.host, refusal.address) not in shown:
            place = ":".join(refusal.place.split(":")[:-1]) if refusal.place.count(":") > 1 else refusal.place
            yield Line(f"  ! {named(refusal.host, visible(refusal.address), several):<43} {'refused':<30} {place}".rstrip(), "refused")
            yield refusal_line(refusal, refusal.place)
            yield Line("")
    yield from _end(document)


def _end(document: PlanDocument, why: tuple[Line, ...] = ()) -> Iterator[Line]:
    totals = count(document)
    yield from summary_block(document, totals, len(document.hosts) > 1)
    yield from why
    yield Line("")
    yield last_line(document, totals)


def _joined(lines: Iterable[Line]) -> str:
    return "".join(f"{line.text}\n" for line in lines)
