"""Templates for machines that are alike: where at least three share all their plain settings, these are written once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from hvplan.export.written import API_VERSION, Json, Written, unique

ENOUGH: Final = 3
OWN: Final = frozenset({"apiVersion", "kind", "name", "host", "lifecycle", "state", "notes", "devices"})
"""What belongs to one machine alone; all else of it may stand in a template."""


def templated(machines: Iterable[Written], prefix: str) -> tuple[tuple[Written, ...], tuple[Written, ...]]:
    """The templates, and the machines with what they share taken out. `prefix` keeps the templates of several hosts apart."""
    all_of = tuple(machines)
    groups: dict[str, list[Written]] = {}
    for machine in all_of:
        if machine.body is not None:
            groups.setdefault(repr(shared(machine.body)), []).append(machine)
    taken: set[str] = set()
    templates: list[Written] = []
    of: dict[str, str] = {}
    for group in groups.values():
        first = group[0].body
        if len(group) >= ENOUGH and first is not None:
            name = unique(prefix + _name(shared(first)), taken)
            body = {"apiVersion": API_VERSION, "kind": "VirtualMachineTemplate", "name": name, **shared(first)}
            templates.append(Written(id=f"template {name}", title=f"template {name}", body=body))
            of |= {machine.id: name for machine in group}
    return tuple(templates), tuple(_shortened(machine, of.get(machine.id, "")) for machine in all_of)


def shared(body: Mapping[str, Json]) -> dict[str, Json]:
    """The part of a machine that others may have too."""
    return {key: value for key, value in body.items() if key not in OWN}


def _name(body: Mapping[str, Any]) -> str:
    count = body.get("processor", {}).get("count", 1)
    return f"gen{body['generation']}-{count}cpu-{str(body.get('memory', {}).get('startup', '')).lower()}".rstrip("-")


def _shortened(machine: Written, template: str) -> Written:
    if not template or machine.body is None:
        return machine
    body: dict[str, Json] = {}
    for key, value in machine.body.items():
        if key == "generation":
            body["template"] = template
        elif key in OWN:
            body[key] = value
    return Written(id=machine.id, title=machine.title, body=body, remarks=machine.remarks, partial=machine.partial)
