"""A result for people: what ran, what failed and why, what that skipped, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hvplan.document.plan import Refusal
from hvplan.document.result import ResultDocument, StepResult
from hvplan.report.lines import Line, plural, visible

WORDS: Final = {"done": "done", "failed": "failed", "not_sent": "not sent", "unknown": "UNKNOWN", "skipped": "skipped"}
_STYLES: Final = {"done": "good", "failed": "danger", "not_sent": "update", "unknown": "danger", "skipped": "dim"}


def lines(result: ResultDocument, *, every: bool = True) -> Iterator[Line]:
    """The whole result. Without `every`, steps are left out when all of them are done, and refusals, which were said elsewhere."""
    several = len(result.hosts) > 1
    for step in result.steps if every or result.exit_code else ():
        yield from _step(step, several)
    yield from _refusals(result) if every else ()
    yield from summary(result)


def reasons(result: ResultDocument) -> Iterator[Line]:
    """What failed by itself, or may have, and what was refused; not what either of them left undone."""
    for step in result.steps if result.exit_code else ():  # with 0, what came after a stop that failed has stopped the machine
        if step.outcome in ("failed", "not_sent", "unknown"):
            yield from _step(step, len(result.hosts) > 1)
    yield from _refusals(result)


def _refusals(result: ResultDocument) -> Iterator[Line]:
    for refusal in result.refusals:
        yield Line(visible(sentence(refusal, len(result.hosts) > 1)), "refused")


def sentence(refusal: Refusal, several: bool) -> str:
    """What is refused and why, the address said once."""
    where, text = f"{refusal.host}:{refusal.address}" if several else refusal.address, refusal.text
    return f"refused: {where}{text.removeprefix(refusal.address)}" if text.startswith(f"{refusal.address} ") else f"refused: {where}: {text}"


def _step(step: StepResult, several: bool) -> Iterator[Line]:
    where = visible(f"{step.host}:{step.address}" if several else step.address)
    why = f"   because {step.because} failed" if step.because else ""
    yield Line(f"  {WORDS[step.outcome]:<9} {step.id:<5} {where}: {step.cmdlet or step.action}{why}", _STYLES[step.outcome])
    if step.error is not None:
        for line in step.error.message.splitlines() or [""]:
            yield Line(f"            {visible(line)}")
        if ids := ", ".join(word for word in (step.error.id, step.error.category) if word):
            yield Line(f"            ({visible(ids)})", "dim")


def summary(result: ResultDocument) -> Iterator[Line]:
    """The verdict of each host, the counts, and the command to go on with."""
    for host, verdict in sorted(result.hosts.items()):
        yield Line(f"host {visible(host)}: {verdict}   plan {result.plan_digest[:8]}", "good" if verdict in ("converged", "unchanged") else "danger")
    for note in result.meta.get("notes", ()):
        yield Line(visible(str(note)), "update")
    yield _last(result)
    if result.continue_with:
        yield Line(f"Continue with: {result.continue_with}")


def _last(result: ResultDocument) -> Line:
    numbers = {outcome: sum(step.outcome == outcome for step in result.steps) for outcome in WORDS}
    counts = ", ".join(f"{number} {WORDS[outcome].lower()}" for outcome, number in numbers.items() if number)
    match result.exit_code:
        case 0 if not result.steps:
            return Line("Nothing to do.", "good")
        case 0:
            return Line(f"Applied: {plural(numbers['done'], 'step')} done.", "good")
        case 3:
            return Line(f"Refused: nothing was changed ({plural(len(result.refusals), 'reason')} above).", "refused")
        case 130:
            return Line(f"Interrupted: {counts or 'nothing ran'}.", "danger")
        case 4:
            return Line(f"Stopped part-way: {counts}.", "danger")
        case _:
            return Line(f"Failed before anything was changed{': ' + counts if counts else ''}.", "danger")
