"""One question to a host and its answer, or the reason why there is none, in words for a person (law 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hvplan.cmdlets.build import read
from hvplan.cmdlets.invocation import Cmd, Statement
from hvplan.cmdlets.table import SELECT
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConnectionFailed
from hvplan.remoting.session import Done, ErrorRecord, Failed, NotSent, Outcome, Record, Session, Unsure

TIMEOUT: Final = 300.0
"""Seconds that one read may take; listing a thousand VMs takes a host a good minute."""

_HOPELESS: Final = frozenset({"logon-failed", "host-unreachable", "host-unknown", "tls-failed", "no-endpoint", "access-denied", "auth-unavailable", "closed"})
_HINTS: Final = {
    "PermissionDenied": "The user must be a member of Hyper-V Administrators on the host.",
    "ObjectNotFound": "The Hyper-V module must be installed on the host, and its cmdlets visible at this endpoint.",
    "ResourceUnavailable": "Check that the Hyper-V Virtual Machine Management service runs (Get-Service vmms).",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Records that came back, and errors beside them: what has no record then is unknown. `whole`: the pipeline ran to its end."""

    records: tuple[Record, ...] = ()
    errors: tuple[ErrorRecord, ...] = ()
    whole: bool = True

    @property
    def why(self) -> str:
        """The first error in words; `""` when there is none."""
        return f"{self.errors[0].message} ({self.errors[0].id})" if self.errors else ""


def ask(session: Session, statements: Sequence[Statement], *, what: str, host: str) -> Answer:
    """The answer to one pipeline of reads. Raises ConnectionFailed when the host cannot be reached or does not answer.

    A read may be repeated without harm: once, when a session was lost on the way.
    """
    invocation = read(*statements)
    outcome: Outcome = session.run(invocation, timeout=TIMEOUT)
    if isinstance(outcome, Unsure) or (isinstance(outcome, NotSent) and outcome.code not in _HOPELESS):
        outcome = session.run(invocation, timeout=TIMEOUT)
    match outcome:
        case Done():
            return Answer(records=_complete(outcome.records, statements), errors=outcome.errors)
        case Failed():
            return Answer(records=_complete(outcome.records, statements), errors=outcome.errors, whole=False)
        case NotSent():
            raise ConnectionFailed(Diagnostic(code=outcome.code, summary=f"{_host(host)}: {outcome.why}", hint=outcome.hint))
        case Unsure():
            raise ConnectionFailed(
                Diagnostic(code="no-answer", summary=f"{_host(host)}: {what} could not be read: {outcome.why}", hint="Nothing was changed; run it again.")
            )


def _complete(records: tuple[Record, ...], statements: Sequence[Statement]) -> tuple[Record, ...]:
    """Records in which every selected property stands: what a host left out is None, as Select-Object itself would write it."""
    if len(statements) != 1:
        return records
    blank: Record = dict.fromkeys(projection(statements[0]))
    return tuple(record if blank.keys() <= record.keys() else {**blank, **record} for record in records)


def must(answer: Answer, *, what: str, host: str) -> tuple[Record, ...]:
    """The records of an answer that may carry no error. Raises ConnectionFailed with what the host said."""
    if answer.errors or not answer.whole:
        first = answer.errors[0] if answer.errors else ErrorRecord(id="", category="NotSpecified", message="the host gave no reason")
        raise ConnectionFailed(
            Diagnostic(
                code="cannot-read",
                summary=f"{_host(host)}: {what} cannot be read: {first.message}",
                detail=f"{first.id}, {first.category}" if first.id else "",
                hint=_HINTS.get(first.category, ""),
            )
        )
    return answer.records


def whole(answer: Answer, *, what: str, host: str) -> Answer:
    """An answer whose pipeline ran to its end, errors of single objects included. Raises ConnectionFailed for one that failed for good."""
    if not answer.whole:
        must(answer, what=what, host=host)
    return answer


def _host(host: str) -> str:
    return f"Host {host}" if host else "The host"


def projection(statement: Statement) -> frozenset[str]:
    """The properties that a statement selects: by them its records are told from those of other statements of the same pipeline."""
    last: Cmd = statement[-1]
    properties = last.parameters["Property"] if last.cmdlet == SELECT else ()
    return frozenset(map(str, properties)) if isinstance(properties, tuple) else frozenset((str(properties),))


def sort(records: Sequence[Record], statements: Sequence[Statement]) -> list[tuple[Record, ...]]:
    """The records of a pipeline of several statements, statement by statement; no two of them may select the same properties."""
    kinds = [projection(statement) for statement in statements]
    found: list[list[Record]] = [[] for _ in statements]
    for record in records:
        for kind, records_of in zip(kinds, found, strict=True):
            if kind == record.keys():
                records_of.append(record)
    return [tuple(records_of) for records_of in found]
