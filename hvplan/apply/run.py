"""A plan carried out: gates, a last look at the hosts, the steps, and an honest result.

Everything comes from the document; a fresh plan goes the same way as a saved one. Up to the first write nothing is
changed and every failure says so. There is no lease on the host in this version: two applies at once are kept apart by
the preconditions alone, which each step re-checks right before it writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hvplan.apply import honest
from hvplan.apply.gates import Ask, Given, open_gates
from hvplan.apply.journal import Journal
from hvplan.apply.known import Known
from hvplan.apply.listener import Listener, Silent
from hvplan.apply.observe import declared
from hvplan.apply.reader import Reader
from hvplan.apply.recent import Recent
from hvplan.apply.schedule import BrokenPlan, Schedule
from hvplan.apply.site import Site
from hvplan.apply.stale import moved, other_host
from hvplan.apply.verdict import interrupted, judged, refused
from hvplan.apply.workers import Workers
from hvplan.clock import Clock
from hvplan.diagnostics import Diagnostic
from hvplan.document.canonical import digest, to_json
from hvplan.document.plan import PlanDocument, Refusal
from hvplan.document.result import ResultDocument
from hvplan.errors import ConfigurationError
from hvplan.remoting.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`journal`: the folder for journals, None for none. `again`: the command to go on with. `stop`: asked now and then; true drains the run."""

    given: Given = Given()
    ask: Ask | None = None
    parallel: int = 4
    journal: Path | None = None
    again: str = ""
    stop: Callable[[], bool] = lambda: False


def apply_plan(
    document: PlanDocument,
    sessions: Mapping[str, Session],
    *,
    clock: Clock,
    options: Options = Options(),
    listener: Listener | None = None,
    readers: Mapping[str, Reader] | None = None,
) -> ResultDocument:
    """Carry a plan out over open sessions, one for each of its hosts.

    Raises ConfigurationError for a plan that cannot be carried out at all (an invocation that is not in the command
    table, steps in a circle, a host without session) and what reading a host raises; both before the first write. Every
    other ending is the result: refused (3), failed before any write (1), part-way (4), interrupted (130).
    """
    heard = listener or Silent()
    name = digest(to_json(document))
    schedule = _checked(document, sessions)
    refusals = open_gates(document, options.given, options.ask)
    if refusals:
        return refused(document, name, refusals, options.again, clock)
    known, plan = Known(document), declared(document)
    stale: list[Refusal] = []
    sites: dict[str, Site] = {}
    for host, entry in document.hosts.items():
        heard.checking(host)
        reader = readers[host] if readers is not None else _live_reader(sessions[host], document, host)
        live = reader.whole()
        stale += other_host(host, entry, live.identity) or moved(host, document, live, known, plan)
        sites[host] = Site(host=host, session=sessions[host], reader=Recent(reader, clock), known=known, plan=plan, clock=clock, listener=heard)
    if stale:
        return refused(document, name, tuple(stale), options.again, clock)
    journal = Journal(options.journal if document.steps else None, name, clock)
    workers = Workers(schedule, sites, listener=heard, journal=journal, clock=clock, parallel=options.parallel, digest=name, stop=options.stop)
    began, left_early = clock.now(), False
    try:
        workers.run()
    except KeyboardInterrupt:
        left_early = True
        interrupted(schedule)
    finally:
        journal.close()
    wrote = any(site.sent for site in sites.values())
    return judged(document, name, schedule, wrote=wrote, left_early=left_early, began=began, clock=clock, again=options.again, problem=journal.problem)


def _checked(document: PlanDocument, sessions: Mapping[str, Session]) -> Schedule:
    """The steps in order; ConfigurationError when they are not what this version may carry out."""
    problems = [f"host {host}: there is no session" for host in document.hosts if host not in sessions]
    problems += [f"step {step.id}: its host {step.host} is no host of the plan" for step in document.steps if step.host not in document.hosts]
    if document.errored:
        problems.append("it is incomplete: a host could not be read when it was made")
    problems += honest.problems(document)
    try:
        schedule = Schedule(document.steps)
    except BrokenPlan as error:
        problems.append(str(error))
        schedule = Schedule(())
    if problems:
        summary = "the plan cannot be carried out; nothing was sent"
        raise ConfigurationError(Diagnostic(code="not-applyable", summary=summary, detail="\n".join(problems), hint="make the plan again"))
    return schedule


def _live_reader(session: Session, document: PlanDocument, host: str) -> Reader:
    from hvplan.apply.live_reader import LiveReader

    return LiveReader(session, document, host)
