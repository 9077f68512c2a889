"""The plan document: the one description of a plan, from which every view is computed and which apply carries out.

Field names and shapes follow the page on documents; Terraform's words where the meaning is the same. Values in
`before`, `after`, `fields` and `expect` are JSON: bytes, seconds, percent as whole numbers, never a float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
FORMAT_VERSION = "1.0"

TYPES: Mapping[str, str] = {
    "vm": "hyperv_virtual_machine",
    "switch": "hyperv_virtual_switch",
    "nat": "hyperv_nat",
    "host": "hyperv_host",
    "disk": "hyperv_virtual_disk",
    "disks": "hyperv_vm_disk",
    "dvds": "hyperv_vm_dvd",
    "networkAdapters": "hyperv_vm_network_adapter",
    "managementAdapters": "hyperv_management_adapter",
}
"""First or third part of an address -> `type`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One changed attribute. `unit`: `bytes`, `seconds`, `percent`, `bits per second` or `""`; `cause`: `pending drift both unknown` or `""`."""

    path: str
    before: Json
    after: Json
    unit: str = ""
    impact: str = "online"
    why: str = ""
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """One declared address, or one that a step removes. `actions`: Terraform's words only.

    `verbs`: what people read (`adopt rename move replace release detach ...`), derived, for display.
    `before` and `after` hold `id` and the written paths; `place` is `file:line:column`.
    """

    host: str
    address: str
    type: str
    name: str
    actions: tuple[str, ...]
    before: Mapping[str, Json] | None
    after: Mapping[str, Json] | None
    after_unknown: Mapping[str, Json] = field(default_factory=dict)
    replace_paths: tuple[str, ...] = ()
    importing: Mapping[str, Json] | None = None
    previous_address: str = ""
    action_reason: str = ""
    impact: str = "none"
    fields: tuple[Field, ...] = ()
    verbs: tuple[str, ...] = ()
    place: str = ""

    @property
    def changes(self) -> bool:
        """Is anything to be done here (adopting counts)."""
        return self.actions != ("no-op",) or self.importing is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """What a step finds before it writes, read back at (address, path); absent objects have path `exists` and value false."""

    address: str
    path: str
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write: one pipeline of one statement with one effect.

    `action`: create | set | add | remove | connect | rename | copy | delete | stop | start | mark: the verb people see in
    progress (`stop vm/web01`). `expect` is its precondition, `verify` what a re-read shows afterwards.
    `escalates`: id of the stop step after whose failure, and only then, this one runs. `timeout`: seconds until our own
    deadline. `invocation`: the commands as JSON (`{"cmdlet", "parameters"}`), references included.
    """

    id: str
    host: str
    address: str
    action: str
    cause: tuple[str, ...]
    impact: str
    needs: tuple[str, ...]
    expect: tuple[Expect, ...]
    verify: tuple[Expect, ...]
    invocation: tuple[Mapping[str, Json], ...]
    powershell: str
    escalates: str = ""
    timeout: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerWindow:
    """The one stop of a VM: its steps in order, and how it is stopped (`then`: Fail | Force | Save | TurnOff)."""

    host: str
    address: str
    steps: tuple[str, ...]
    timeout: int
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What hvplan will not do. `flag` is the option that would allow it, `""` if there is none."""

    host: str
    address: str
    code: str
    text: str
    flag: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """What is left for later. `path`: the attribute meant, `""` for all of it; `next`: when (RFC 3339) or `""`."""

    host: str
    address: str
    path: str
    why: str
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What apply will ask. `kind`: restart | adopt | delete-disk | checkpoint-removal | management; `flag`: the option that answers it."""

    host: str
    address: str
    kind: str
    flag: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostEntry:
    """Who a host is, and how it was reached: `connection` is as written (references, never values)."""

    computer: str
    machine_id: str
    release: str
    module_version: str
    simulated: bool = False
    connection: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmanaged:
    """An object of the host that nobody declared."""

    host: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument:
    """A whole plan. `now` and `meta.time` are RFC 3339 in UTC; `stack` and `objects` (how many were read) are for the headline."""

    hosts: Mapping[str, HostEntry]
    now: str
    resource_changes: tuple[ResourceChange, ...] = ()
    steps: tuple[Step, ...] = ()
    power_windows: tuple[PowerWindow, ...] = ()
    checkpoints: tuple[Mapping[str, Json], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    consents: tuple[Consent, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    policies: tuple[Mapping[str, Json], ...] = ()
    warnings: tuple[str, ...] = ()
    sources: Mapping[str, Json] = field(default_factory=dict)
    stack: str = ""
    objects: int = 0
    errored: bool = False
    meta: Mapping[str, Json] = field(default_factory=dict)

    @property
    def applyable(self) -> bool:
        """At least one step and no refusal."""
        return bool(self.steps) and not self.refusals and not self.errored
