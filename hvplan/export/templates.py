"""Templates for machines that are alike, as somebody who knows them would write them; a machine then says what is its own.

Three machines with all plain settings in common make a template of these; a start delay and folders may differ, as they do from
machine to machine. One that differs from it in few settings takes it too, and says those. Of three others of one size the
template has whatever they all have in common, where that is worth it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hvplan.export.written import API_VERSION, Json, Written, unique

ENOUGH: Final = 3
"""How many machines make a template."""
LEAST: Final = 4
"""How many settings machines of one size must share to be worth a template; these are generation, processors and memory, and one more."""
OWN: Final = frozenset({"apiVersion", "kind", "name", "host", "lifecycle", "state", "notes", "devices"})
"""What belongs to one machine alone; all else of it may stand in a template."""

INDIVIDUAL: Final = frozenset({("automaticActions", "startDelay"), ("path",), ("smartPagingPath",), ("checkpoints", "path")})
"""What tells no machine from others of its kind."""

Leaves = Mapping[tuple[str, ...], Json]
"""The values of a body by their paths; a list is one value."""


def templated(machines: Iterable[Written], prefix: str) -> tuple[tuple[Written, ...], tuple[Written, ...]]:
    """The templates, and the machines with what they share taken out. `prefix` keeps the templates of several hosts apart."""
    all_of = tuple(machines)
    sizes: dict[str, list[Written]] = {}
    for machine in all_of:
        if machine.body is not None:
            sizes.setdefault(_name(shared(machine.body)), []).append(machine)
    taken: set[str] = set()
    templates: list[Written] = []
    of: dict[str, tuple[str, Leaves]] = {}
    for size, alike in sizes.items():
        for leaves, members in _groups(alike):
            name = unique(prefix + size, taken)
            common = _only(shared(members[0].body or {}), leaves)
            body = {"apiVersion": API_VERSION, "kind": "VirtualMachineTemplate", "name": name, **common}
            templates.append(Written(id=f"template {name}", title=f"template {name}", body=body))
            of |= {machine.id: (name, leaves) for machine in members}
    return tuple(templates), tuple(_shortened(machine, *of[machine.id]) if machine.id in of else machine for machine in all_of)


def _groups(alike: Sequence[Written]) -> list[tuple[Leaves, list[Written]]]:
    """What templates of machines of one size hold, each with the machines that take it."""
    same: dict[str, list[Written]] = {}
    for machine in alike:
        same.setdefault(repr({path: value for path, value in _of(machine).items() if path not in INDIVIDUAL}), []).append(machine)
    groups = [(_common(members), members) for members in same.values() if len(members) >= ENOUGH]
    left: list[Written] = []
    for machine in (machine for members in same.values() if len(members) < ENOUGH for machine in members):
        own = _of(machine)
        near = min(groups, key=lambda group: _different(group[0], own), default=None)
        if near is not None and 2 * _different(near[0], own) <= len(near[0]):
            near[1].append(machine)
        else:
            left.append(machine)
    if len(left) >= ENOUGH and len(common := _common(left)) >= LEAST:
        groups.append((common, left))
    return groups


def _of(machine: Written) -> Leaves:
    return _leaves(shared(machine.body or {}))


def _common(machines: Sequence[Written]) -> Leaves:
    """The values that all of them have."""
    first, *others = (_of(machine) for machine in machines)
    return {path: value for path, value in first.items() if all(path in own and own[path] == value for own in others)}


def _different(template: Leaves, own: Leaves) -> int:
    """How many values of a template the machine would have to say otherwise; all and more where it could not: what it lacks it would inherit."""
    if template.keys() - own.keys():
        return len(template) + 1
    return sum(own[path] != value for path, value in template.items())


def shared(body: Mapping[str, Json]) -> dict[str, Json]:
    """The part of a machine that others may have too."""
    return {key: value for key, value in body.items() if key not in OWN}


def _leaves(body: Mapping[str, Json], above: tuple[str, ...] = ()) -> dict[tuple[str, ...], Json]:
    found: dict[tuple[str, ...], Json] = {}
    for key, value in body.items():
        found |= _leaves(value, (*above, key)) if isinstance(value, Mapping) and value else {(*above, key): value}
    return found


def _only(body: Mapping[str, Json], leaves: Leaves, above: tuple[str, ...] = (), *, keep: bool = True) -> dict[str, Json]:
    """The body with just the values that these leaves have as well; with `keep` off, without them."""
    kept: dict[str, Json] = {}
    for key, value in body.items():
        path = (*above, key)
        if isinstance(value, Mapping) and value:
            if below := _only(value, leaves, path, keep=keep):
                kept[key] = below
        elif (path in leaves and leaves[path] == value) is keep:
            kept[key] = value
    return kept


def _name(body: Mapping[str, Any]) -> str:
    count = body.get("processor", {}).get("count", 1)
    return f"gen{body['generation']}-{count}cpu-{str(body.get('memory', {}).get('startup', '')).lower()}".rstrip("-")


def _shortened(machine: Written, template: str, leaves: Leaves) -> Written:
    """The machine with its template in the place of its generation, and without what that says for it."""
    whole = machine.body or {}
    own = _only(shared(whole), leaves, keep=False)
    body: dict[str, Json] = {}
    for key, value in whole.items():
        if key == "generation":
            body["template"] = template
        elif key in OWN:
            body[key] = value
        elif key in own:
            body[key] = own[key]
    return Written(id=machine.id, title=machine.title, body=body, remarks=machine.remarks, partial=machine.partial)
