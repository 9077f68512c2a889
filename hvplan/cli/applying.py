"""From a plan in hand to its result: the gates, the questions, the run, what is shown and kept."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from hvplan.apply.gates import FLAGS, Given, missing_consents, open_gates
from hvplan.apply.run import Options, apply_plan
from hvplan.apply.verdict import refused, unchanged
from hvplan.apply.verdict import unread as unread_of
from hvplan.cli.files import must_be_writable
from hvplan.cli.interrupts import draining
from hvplan.cli.output import quiet_pipe
from hvplan.cli.progress import pace, progress
from hvplan.cli.state import Run
from hvplan.cli.views import save_document, show_document
from hvplan.clock import Clock
from hvplan.diagnostics import Diagnostic, Place
from hvplan.document.canonical import digest, to_json
from hvplan.document.plan import Consent, PlanDocument, Refusal
from hvplan.document.result import ResultDocument
from hvplan.errors import ConfigurationError, ConnectionFailed
from hvplan.model import address
from hvplan.remoting.session import Session
from hvplan.report.alike import Said, grouped, typed
from hvplan.report.lines import plural, visible
from hvplan.report.outcome import sentence

JOURNALS: Final = Path(".hvplan") / "run"
WHAT: Final[Mapping[str, str]] = {
    "restart": "stop or restart",
    "adopt": "take over",
    "delete-disk": "delete the file of",
    "checkpoint-removal": "remove checkpoints of",
    "management": "change the switch of the management connection,",
}
"""Kind of consent -> what the question says."""


WAYS_ON: Final[Mapping[str, str]] = {
    "stale": "make a new plan",
    "other-host": "make a new plan",
    "other-plan": "review the new plan, then pass its digest",
}
"""Code of a refusal that no flag lifts -> what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the command line says about carrying out."""

    given: Given
    parallel: int
    yes: bool
    view: str
    document: str | None
    expect_digest: str | None

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Job:
        """From the options of the command."""
        given = Given(
            adopt=asked["adopt"],
            allow_restart=asked["allow_restart"],
            allow_management_change=asked["allow_management_change"],
            delete_disks=asked["delete_disks"],
            refuse_above=asked["refuse_above"] or "",
            max_deletes=asked["max_deletes"],
        )
        expect = asked["expect_digest"]
        if expect is not None and (len(expect) < 8 or not all(c in "0123456789abcdef" for c in expect.lower())):
            raise click.UsageError("--expect-digest takes at least 8 hexadecimal digits")
        return cls(given=given, parallel=asked["parallel"], yes=asked["yes"], view=asked["view"], document=asked["document"], expect_digest=expect)

    @property
    def globs(self) -> Mapping[str, tuple[str, ...]]:
        """Option -> patterns that must fit something."""
        named = {
            "--adopt": self.given.adopt,
            "--allow-restart": self.given.allow_restart,
            "--delete-disks": self.given.delete_disks,
            "--allow-management-change": self.given.allow_management_change,
        }
        return {flag: tuple(glob for glob in globs if glob != "*") for flag, globs in named.items()}

    def carry_out(self, state: Run, plan: PlanDocument, sessions: Mapping[str, Session], clock: Clock, *, again: str, approved: bool) -> int:
        """Gates, questions, the run and its result; the exit code. `approved`: the plan was handed over, so nobody is asked whether to write."""
        must_be_writable(self.document)  # before anything is changed, not after
        if refusals := self._unexpected(plan):
            return self._end(state, refused(plan, digest(to_json(plan)), refusals, "", clock))
        if not plan.steps and not plan.refusals and not plan.errored:
            return self._end(state, unchanged(plan, clock))
        somebody = state.output.terminal
        refusals = open_gates(plan, self.given, _yes if somebody else None) or self._asked(state, plan, approved=approved or self.yes)
        if refusals:
            return self._end(state, refused(plan, digest(to_json(plan)), refusals, "", clock))
        try:
            with progress(state, plan, clock) as listener, draining(listener.tell) as interrupts:
                run = Options(
                    given=self.given,
                    ask=_yes if somebody else None,  # the question was asked above, where no progress bar is in its way
                    parallel=self.parallel,
                    journal=JOURNALS,
                    again=again,
                    stop=interrupts.asked,
                )
                began = clock.monotonic()
                result = apply_plan(plan, sessions, clock=clock, options=run, listener=listener)
        except ConnectionFailed as error:  # the last look before the first write
            state.output.diagnostics(error.diagnostics)
            return self.give_up(state, plan, (listener.looking_at,), clock, again=again)
        if result.exit_code == 0:
            state.output.progress(pace(plan.steps, listener.seconds, self.parallel, clock.monotonic() - began))
        code = self._end(state, result)
        if interrupts.count > 1:  # a call still hangs in its thread; closing its session would wait for it
            with quiet_pipe():
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
        return code

    def give_up(self, state: Run, plan: PlanDocument, unread: Sequence[str], clock: Clock, *, again: str) -> int:
        """A host could not be read, so nothing is carried out on any of them; every host has its verdict."""
        return self._end(state, unread_of(plan, digest(to_json(plan)), unread, again, clock))

    def _unexpected(self, plan: PlanDocument) -> tuple[Refusal, ...]:
        found = digest(to_json(plan))
        if self.expect_digest is None or found.startswith(self.expect_digest.lower()):
            return ()
        return _everywhere(plan, "other-plan", f"the plan is {found[:8]}, not {self.expect_digest[:8]}: the work is not what was approved")

    def _asked(self, state: Run, plan: PlanDocument, *, approved: bool) -> tuple[Refusal, ...]:
        """The one question, which names every object whose consent is missing; what it refuses is why nothing is written."""
        missing = missing_consents(plan, self.given)
        if approved and not missing:
            return ()
        if not state.output.terminal:
            return _everywhere(plan, "not-approved", "nobody is there to say yes, so nothing was written", flag="--yes")
        if missing:
            state.output.progress("This will also:")
        for kind in FLAGS:
            if names := [_named(consent, len(plan.hosts) > 1) for consent in missing if consent.kind == kind]:
                state.output.progress(f"  {WHAT[kind]} {visible(', '.join(names))}")
        if click.confirm(f"Carry out {plural(len(plan.steps), 'step')} on {', '.join(sorted(plan.hosts))}?", err=True):
            return ()
        if not missing:
            return _everywhere(plan, "not-approved", "was answered no, so nothing was written")
        return open_gates(plan, self.given, lambda consents: False)

    def _end(self, state: Run, result: ResultDocument) -> int:
        state.output.diagnostics(_as_diagnostics(result.refusals, len(result.hosts) > 1))
        try:
            save_document(self.document, result)
        except ConfigurationError as error:  # what was done is done: the exit code says that
            state.output.diagnostics(error.diagnostics)
        show_document(state.output, result, self.view, every=False)  # progress has named them already
        return result.exit_code


def _yes(consents: Sequence[Consent]) -> bool:
    """What was asked already."""
    return True


def _everywhere(plan: PlanDocument, code: str, text: str, flag: str = "") -> tuple[Refusal, ...]:
    """A refusal of the whole plan stands at each of its hosts."""
    return tuple(Refusal(host=host, address=address.host(host), code=code, text=text, flag=flag) for host in plan.hosts)


def _named(about: Consent | Refusal, several: bool) -> str:
    return f"{about.host}:{about.address}" if several else about.address


def _place(text: str) -> Place | None:
    """`file:line:column`, as documents write it."""
    found = re.fullmatch(r"(.+?)(?::(\d+))?(?::(\d+))?", text, re.DOTALL)
    return Place(found[1], int(found[2] or 0), int(found[3] or 0)) if found else None


def _as_diagnostics(refusals: Sequence[Refusal], several: bool) -> Iterator[Diagnostic]:
    """Refusals as errors; many that say the same share one."""
    codes: dict[Said, str] = {}
    places: dict[Said, str] = {}
    for refusal in refusals:
        name = _named(refusal, several)
        text = sentence(refusal, several).removeprefix(f"refused: {name}")
        said = Said(name=name, text=text, flag=refusal.flag.replace(refusal.address, name))
        codes.setdefault(said, refusal.code)
        places.setdefault(said, refusal.place)
    for group in grouped(codes):
        one, code = group[0], codes[group[0]]
        if len(group) == 1:
            hint = f"{typed(one.flag)} allows it" if one.flag else WAYS_ON.get(code, "")
            yield Diagnostic(code=code, summary=f"refused: {one.name}{one.text}", hint=hint, place=_place(places[one]))
        else:
            hint = f"{one.option} allows it for all, {one.option}=GLOB for some" if one.flag else WAYS_ON.get(code, "")
            yield Diagnostic(code=code, summary=f"refused: each of {len(group)}{one.text}: {', '.join(said.name for said in group)}", hint=hint)
