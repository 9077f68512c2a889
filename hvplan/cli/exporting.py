"""Exports that are proven before they are shown: the text is loaded and planned against the very host it came from.

Whatever does not load, or would be planned, refused or deferred, is left out with its reason; so the plan of an export
is empty, and its file says what it does not hold.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from hvplan.diagnostics import Diagnostic, Severity
from hvplan.errors import ConfigurationError
from hvplan.export.host import export_host
from hvplan.export.text import Text, text_of
from hvplan.export.written import Written
from hvplan.load.loading import load
from hvplan.model import address
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host

ROUNDS: Final = 20
"""How often something may be left out before the export is given up; each round leaves out all that is wrong at once."""

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
ENVIRONMENT: Final[Mapping[str, str]] = {"username": "HVPLAN_USER", "password": "HVPLAN_PASSWORD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The text of a file, and every object in it or left out of it."""

    text: str
    objects: tuple[Written, ...]

    @property
    def left_out(self) -> tuple[Written, ...]:
        """What could not be declared."""
        return tuple(one for one in self.objects if one.body is None)


def exported(host: Host, live: LiveHost, *, several: bool = False, machines: Collection[str] = (), file: str = "FILE", shown: Host | None = None) -> Exported:
    """The documents of a host. `shown`: the Host as it is written, where that differs from the one that was read.

    Raises ConfigurationError when the text cannot be made to load, which is a fault of hvplan itself.
    """
    left_out: dict[str, str] = {}
    for _ in range(ROUNDS):
        objects = export_host(shown or host, live, several=several, machines=machines, left_out=left_out)
        text = text_of(objects, what=f"{live.identity.computer} ({live.identity.release})", file=file)
        wrong = _wrong(text, objects, host, live)
        if not wrong.keys() - left_out.keys():
            break
        left_out |= {id: why for id, why in wrong.items() if id not in left_out}
    if wrong:
        detail = "\n".join(f"{id}: {why}" for id, why in sorted(wrong.items()))
        raise ConfigurationError(Diagnostic(code="export", summary=f"What host {host.name} has cannot be written as documents.", detail=detail))
    return Exported(text=text.text, objects=objects)


def _wrong(text: Text, objects: Sequence[Written], host: Host, live: LiveHost) -> dict[str, str]:
    """Id -> why it cannot stand in the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "export.yaml")
        with open(path, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text.text)
        loaded = load([path])
    errors = [d for d in loaded.diagnostics if d.severity is Severity.ERROR]
    if errors:
        return {text.at(d.place.line if d.place else 0): d.summary for d in errors}
    return _planned(loaded.desired, objects, host, live)


def _planned(desired: Desired, objects: Sequence[Written], host: Host, live: LiveHost) -> dict[str, str]:
    from hvplan.live.inventory import as_read
    from hvplan.live.wanted import wanted_of
    from hvplan.plan.make import HostInput, PlanOptions, make_plan

    one = HostInput(host=replace(host, name=desired.hosts[0].name), desired=desired, live=as_read(live, wanted_of(desired)))
    document = make_plan([one], stack=desired.stack, options=PlanOptions(), now=_ANY_TIME, place=lambda host, address, path: "")
    why: dict[str, str] = {}
    for refusal in document.refusals:
        why.setdefault(address.owner(refusal.address), refusal.text)
    for deferred in document.deferred:
        why.setdefault(address.owner(deferred.address), deferred.why)
    for change in document.resource_changes:
        if change.changes:
            why.setdefault(address.owner(change.address), f"it would be changed: {', '.join(field.path for field in change.fields) or change.actions[0]}")
    ids = {_address(written): written.id for written in objects if written.body is not None}
    return {ids.get(owner, owner): text for owner, text in why.items()}


def _address(written: Written) -> str:
    kind, _, name = written.title.partition("/")
    made = {"vm": address.vm, "switch": address.switch, "disk": address.disk, "host": address.host}.get(kind)
    return made(name) if made else written.title


def shown_host(host: Host, folder: str) -> Host:
    """A Host as it may stand in a file: references only, files relative to the folder; nothing of a hosts file, which is the operator's own."""
    if host.from_hosts_file and not host.connection.get("address"):
        return replace(host, connection={})
    if host.from_hosts_file:
        return replace(host, connection=_references(host.connection))
    return replace(host, connection={key: _relative(key, value, folder) for key, value in host.connection.items()})


def _references(connection: Mapping[str, Any]) -> dict[str, Any]:
    """A connection given on the command line: the user and the password as references to the environment."""
    kept = {key: value for key, value in connection.items() if key not in ENVIRONMENT}
    return kept | {key: {"env": name} for key, name in ENVIRONMENT.items() if key in connection}


def _relative(key: str, value: Any, folder: str) -> Any:
    if key == "simulated" and isinstance(value, Mapping):
        return {name: _relative("caFile" if name in ("world", "faults") else name, below, folder) for name, below in value.items()}
    if isinstance(value, Mapping) and isinstance(value.get("file"), str):
        return {"file": _relative("caFile", value["file"], folder)}
    if key == "caFile" and isinstance(value, str):
        try:
            return os.path.relpath(value, folder).replace(os.sep, "/")
        except ValueError:  # another drive
            return value
    return value
