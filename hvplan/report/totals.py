"""The end of a text plan: who changes by verb, what waits, and the line that says it all."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass

from hvplan.document.plan import Consent, Deferred, PlanDocument
from hvplan.model.address import owner
from hvplan.report.alike import Said, grouped, typed
from hvplan.report.blocks import named
from hvplan.report.lines import Line, plural, visible

Key = tuple[str, str]  # host, address


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Objects by what happens to them; an object whose device changes counts as updated. `devices`: changed device entries."""

    create: tuple[Key, ...]
    adopt: tuple[Key, ...]
    update: tuple[Key, ...]
    replace: tuple[Key, ...]
    delete: tuple[Key, ...]
    release: tuple[Key, ...]
    same: tuple[Key, ...]
    drift: tuple[Key, ...]
    devices: int
    restarts: int
    stops: int

    @property
    def changed(self) -> int:
        """How many objects change."""
        return sum(map(len, (self.create, self.adopt, self.update, self.replace, self.delete, self.release)))


def count(document: PlanDocument) -> Totals:
    """Count VMs, switches and disks; devices apart. What is refused or deferred whole is not the same: it is listed as such, and counted nowhere."""
    verbs: dict[Key, str] = {}
    drift: dict[Key, None] = {}
    devices = 0
    for change in document.resource_changes:
        top = (change.host, owner(change.address))
        if any(field.cause in ("drift", "both") for field in change.fields):
            drift[top] = None
        if change.address == top[1]:
            if verb := _verb(change.actions, change.importing is not None, change.verbs):
                verbs[top] = verb
            else:
                verbs.setdefault(top, "same")
        elif change.changes:
            devices += 1
            if verbs.get(top, "same") == "same":
                verbs[top] = "update"
    waiting = {(r.host, owner(r.address)) for r in document.refusals} | {(d.host, owner(d.address)) for d in document.deferred}
    verbs = {key: verb for key, verb in verbs.items() if not (verb == "same" and key in waiting)}
    by = {verb: tuple(key for key, found in verbs.items() if found == verb) for verb in ("create", "adopt", "update", "replace", "delete", "release", "same")}
    power: dict[Key, str] = {}
    for step in document.steps:
        top = (step.host, owner(step.address))
        if step.action in ("stop", "start") and verbs.get(top) != "delete" and not (step.action == "start" and top not in power):
            power[top] = step.action
    ends = tuple(power.values())
    return Totals(**by, drift=tuple(drift), devices=devices, restarts=ends.count("start"), stops=ends.count("stop"))


def _verb(actions: tuple[str, ...], importing: bool, verbs: tuple[str, ...]) -> str:
    if "delete" in actions:
        return "replace" if "create" in actions else "delete"
    if "release" in verbs or actions == ("forget",):
        return "release"
    if importing:
        return "adopt"
    return actions[0] if actions in (("create",), ("update",)) else ""


def summary_block(document: PlanDocument, totals: Totals, several: bool) -> Iterator[Line]:
    """Objects by verb, then what is deferred, what apply will ask, what is unmanaged."""
    refused = {(r.host, owner(r.address)) for r in document.refusals}

    def names(keys: tuple[Key, ...], mark: bool = True) -> str:
        return ", ".join(named(host, address, several) + ("  REFUSED" if mark and (host, address) in refused else "") for host, address in keys)

    for verb in ("create", "adopt", "update", "replace", "delete", "release"):
        keys: tuple[Key, ...] = getattr(totals, verb)
        if keys:
            yield Line(f"{_head(verb.capitalize(), len(keys))}  {names(keys)}", "danger" if verb in ("replace", "delete") else "")
    elsewhere = tuple(sorted({(r.host, r.address) for r in document.refusals if not _listed(totals, r.host, r.address)}))
    if elsewhere:
        yield Line(f"{_head('Refused', len(elsewhere))}  {names(elsewhere, mark=False)}", "refused")
    if totals.drift:
        yield Line(f"{_head('Drift', len(totals.drift))}  {names(totals.drift, mark=False)}, counted above")
    unmanaged = f"Unmanaged ({len(document.unmanaged)})  " + ", ".join(named(u.host, visible(u.address), several) for u in document.unmanaged)
    yield Line(f"{_head('Same', len(totals.same))}" + (f"  {unmanaged}" if document.unmanaged else ""), "dim")
    below = {(one.host, owner(one.address), f"{one.address}: {one.why}") for one in document.deferred}
    for later in grouped(_deferred(deferred, below, several) for deferred in document.deferred):
        one, count = later[0], len(later)
        text = f"{one.name}{one.text}" if count == 1 else f"each of {count}{one.text.rstrip('.')}: {', '.join(said.name for said in later)}"
        yield Line(f"Deferred      {text}")
    for group in grouped(_consent(consent, several) for consent in document.consents):
        yield Line(f"Will ask      {visible(_asked(group))}", "update")
    for warning in document.warnings:
        yield Line(f"Warning       {visible(warning)}", "update")


def _deferred(deferred: Deferred, below: Set[tuple[str, str, str]], several: bool) -> Said:
    """What is left for later: an object, or one path of it. Why a device waits (`below`) is said at the device, not at its object again."""
    why = "waits for what is deferred of it" if (deferred.host, deferred.address, deferred.why) in below else visible(deferred.why)
    later = f", next {deferred.next}" if deferred.next else ""
    return Said(name=f"{named(deferred.host, deferred.address, several)} {deferred.path}".rstrip(), text=f": {why}{later}")


def _consent(consent: Consent, several: bool) -> Said:
    """One consent; `name` is empty where its text does not begin with the object."""
    name = named(consent.host, consent.address, several)
    text, flag = consent.text or f"{consent.kind} {consent.address}", consent.flag.replace(consent.address, name)
    if text.startswith(f"{consent.address} "):
        return Said(name=name, text=text.removeprefix(f"{consent.address} "), flag=flag)
    return Said(name="", text=text.replace(consent.address, name), flag=flag)


def _asked(group: tuple[Said, ...]) -> str:
    one = group[0]
    if len(group) == 1:
        return f"{one.name} {one.text} ({typed(one.flag)})".lstrip()
    return f"each of {len(group)} {one.text} ({one.option} for all, {one.option}=GLOB for some): {', '.join(said.name for said in group)}"


def _head(word: str, number: int) -> str:
    return f"{word:<8}{f'({number})':>4}"


def _listed(totals: Totals, host: str, address: str) -> bool:
    key = (host, owner(address))
    return any(key in keys for keys in (totals.create, totals.adopt, totals.update, totals.replace, totals.delete, totals.release))


def last_line(document: PlanDocument, totals: Totals) -> Line:
    """`Plan: ...`, or that there is nothing to do."""
    if document.errored:
        return Line(f"The plan is incomplete: a host could not be read. What it shows is {_counts(totals)}. Not applyable.", "danger")
    if not totals.changed and not totals.devices and not document.refusals and not document.steps:
        return Line(f"Nothing to do: {plural(len(totals.same), 'object matches', 'objects match')}.", "good")
    text = f"Plan: {_counts(totals)}."
    if totals.restarts:
        text += f" {plural(totals.restarts, 'VM restarts', 'VMs restart')}."
    if totals.stops:
        text += f" {plural(totals.stops, 'VM stops', 'VMs stop')}."
    if document.refusals:
        text += f" Not applyable: {plural(len(document.refusals), 'refusal')} ({_ways_out(document)})."
    return Line(text, "refused" if document.refusals else "head")


def _counts(totals: Totals) -> str:
    parts = [f"{len(totals.create)} to create", f"{len(totals.update)} to update", f"{len(totals.replace)} to replace", f"{len(totals.delete)} to delete"]
    parts += [f"{len(totals.adopt)} to adopt"] if totals.adopt else []
    parts += [f"{len(totals.release)} to release"] if totals.release else []
    parts += [f"and {plural(totals.devices, 'device')}"] if totals.devices else []
    return ", ".join(parts)


def _ways_out(document: PlanDocument) -> str:
    several = len(document.hosts) > 1
    flags = dict.fromkeys(typed(r.flag or f"--exclude {named(r.host, owner(r.address), several)}") for r in document.refusals)
    shown = list(flags)[:3] + (["..."] if len(flags) > 3 else [])
    return f"{', '.join(shown)}, or --skip-refused"
