"""What stands between a plan and its first write: refusals, limits, and the consents that somebody has to give."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hvplan.document.plan import Consent, PlanDocument, Refusal
from hvplan.model.address import Glob, owner
from hvplan.model.impact import Impact

Ask = Callable[[Sequence[Consent]], bool]
"""One question that names the objects; True is yes. Given only where somebody is there to be asked."""

ALL: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Consents and gates of the command line; globs as written, `*` alone means all. A saved plan carries none."""

    adopt: tuple[str, ...] = ()
    allow_restart: tuple[str, ...] = ()
    delete_disks: tuple[str, ...] = ()
    allow_management_change: tuple[str, ...] = ()
    refuse_above: str = ""
    max_deletes: int | None = None


FLAGS: Final[Mapping[str, str]] = {
    "restart": "--allow-restart",
    "adopt": "--adopt",
    "delete-disk": "--delete-disks",
    "checkpoint-removal": "--allow-checkpoint-removal",
    "management": "--allow-management-change",
}
"""Kind of consent -> its option."""


def open_gates(document: PlanDocument, given: Given, ask: Ask | None) -> tuple[Refusal, ...]:
    """Why the plan may not be carried out; empty when it may. `ask` is called at most once, and only when all else is fine."""
    refusals = (*document.refusals, *_above(document, given), *_deletes(document, given))
    if refusals:
        return refusals
    missing = missing_consents(document, given)
    if missing and ask is not None:
        return () if ask(missing) else tuple(_refused(consent, "was answered no") for consent in missing)
    return tuple(_refused(consent, "needs a consent that was not given") for consent in missing)


def missing_consents(document: PlanDocument, given: Given) -> tuple[Consent, ...]:
    """The consents of the plan that no option gives."""
    globs: Mapping[str, tuple[str, ...]] = {
        "restart": given.allow_restart,
        "adopt": given.adopt,
        "delete-disk": given.delete_disks,
        "management": given.allow_management_change,
    }
    return tuple(c for c in document.consents if not any(glob == ALL or Glob(glob).fits(c.address, c.host) for glob in globs.get(c.kind, ())))


def _refused(consent: Consent, why: str) -> Refusal:
    flag = consent.flag or f"{FLAGS.get(consent.kind, '--' + consent.kind)}={consent.address}"
    return Refusal(host=consent.host, address=consent.address, code=f"consent-{consent.kind}", text=f"{consent.text or consent.kind}: {why}", flag=flag)


def _above(document: PlanDocument, given: Given) -> Iterator[Refusal]:
    if not given.refuse_above:
        return
    limit = Impact.named(given.refuse_above)
    for change in document.resource_changes:
        if Impact.named(change.impact) > limit:
            text = f"its impact is {change.impact}, above {given.refuse_above}"
            yield Refusal(host=change.host, address=change.address, code="refuse-above", text=text, flag=f"--refuse-above {change.impact}", place=change.place)


def _deletes(document: PlanDocument, given: Given) -> Iterator[Refusal]:
    """`--max-deletes` with a saved plan is a gate. What counts is what the planner counts: machines, switches, replacements and VHD files."""
    if given.max_deletes is None:
        return
    objects = {(c.host, c.address) for c in document.resource_changes if "delete" in c.actions and c.address == owner(c.address)}
    gone = sorted(objects | {(c.host, c.address) for c in document.consents if c.kind == "delete-disk"})  # every file that goes needs that consent
    places = {(change.host, change.address): change.place for change in document.resource_changes}
    if len(gone) > given.max_deletes:
        text = f"{len(gone)} objects and files would be deleted or replaced, and --max-deletes is {given.max_deletes}"
        for host, address in gone:
            place = places.get((host, address), "")
            yield Refusal(host=host, address=address, code="max-deletes", text=text, flag=f"--max-deletes {len(gone)}", place=place)
