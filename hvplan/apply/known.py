"""What is known by identity during a run: the ids the plan recorded, and what creating steps returned."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from hvplan.cmdlets.build import cut
from hvplan.cmdlets.invocation import Ref
from hvplan.document.plan import PlanDocument, Step
from hvplan.model.address import owner

Json = Any
Key = tuple[str, str]  # host, address

PRODUCING = frozenset({"create", "add", "copy"})
"""Actions whose output later steps refer to."""


class MissingReference(LookupError):
    """A step refers to something that no earlier step returned."""


class Known:
    """Ids by address, and records by the address whose step returned them. Safe to use from several threads."""

    def __init__(self, document: PlanDocument) -> None:
        self._lock = threading.Lock()
        self._records: dict[Key, Mapping[str, Any]] = {}
        self._ids: dict[Key, str] = {}
        for change in document.resource_changes:
            for side in (change.before, change.after):
                if side and isinstance(side.get("id"), str):
                    self._ids.setdefault((change.host, change.address), side["id"])
                    break
        for step in document.steps:
            for address, found in ids_of(step):
                self._ids.setdefault((step.host, address), found)

    def id(self, host: str, address: str) -> str | None:
        """The id of the object or device at an address, None while nobody knows it."""
        with self._lock:
            return self._ids.get((host, address))

    def others(self, host: str, address: str) -> frozenset[str]:
        """Ids, in small letters, of the other devices of one kind on the same machine: what has one of them is not what is at this address."""
        kind = address.rpartition("/")[0] + "/"
        with self._lock:
            return frozenset(id.lower() for (where, one), id in self._ids.items() if where == host and one != address and one.startswith(kind))

    def learn(self, step: Step, record: Mapping[str, Any]) -> None:
        """Keep what a step returned."""
        with self._lock:
            self._records[step.host, step.address] = record
            if isinstance(record.get("Id"), str):
                self._ids[step.host, step.address] = record["Id"]

    def lookup(self, host: str, ref: Ref) -> str:
        """The value a reference stands for, uncut. MissingReference when no step returned it."""
        with self._lock:
            value: Any = self._records.get((host, ref.address))
            if value is None and ref.property == "Id" and (host, ref.address) in self._ids:
                return self._ids[host, ref.address]
        for key in ref.property.split("."):
            try:
                value = value[int(key)] if isinstance(value, tuple | list) else value[key]
            except (LookupError, TypeError, ValueError):
                raise MissingReference(f"{ref.address} has returned no {ref.property}") from None
        if value is None:
            raise MissingReference(f"{ref.address} has returned no {ref.property}")
        return str(value)

    def resolved(self, host: str, value: Json) -> Json:
        """An expected value with its references replaced: `{"ref": ...}` and `{"text": [...]}` as in an invocation."""
        match value:
            case {"text": [*parts]}:
                return "".join(str(self.resolved(host, part)) for part in parts)
            case {"ref": str(address), "property": str(name), **rest}:
                ref = Ref(address=address, property=name, after=str(rest.get("after", "")), first=int(str(rest.get("first", 0))))
                return cut(ref, self.lookup(host, ref))
            case list() | tuple():
                return [self.resolved(host, item) for item in value]
            case _:
                return value


def ids_of(step: Step) -> list[tuple[str, str]]:
    """The ids that a step's own invocation names: of the machine or switch it starts from, of the device it selects."""
    found: list[tuple[str, str]] = []
    for command in step.invocation:
        parameters = command.get("parameters", {})
        match command.get("cmdlet"), parameters:
            case "Get-VM" | "Get-VMSwitch" | "New-VMSwitch", {"Id": str(id)}:
                found.append((owner(step.address), id))
            case _, {"VMId": str(id)}:
                found.append((owner(step.address), id))
            case "Where-Object", {"Property": "Id", "Value": str(id)} if step.address != owner(step.address):
                found.append((step.address, id))
    return found
