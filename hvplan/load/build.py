"""Checked values to the nouns of the model: parts by their rows, lifecycle, policy, switches and disks."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any, TypeVar

from hvplan.model.objects import Ensure, Lifecycle, Policy, Shutdown, Stack, SwitchSettings, VirtualDisk, VirtualSwitch
from hvplan.model.rows import rows
from hvplan.model.values import TRUTH, UNSET
from hvplan.model.vlan import VLAN, Vlan

P = TypeVar("P")
Values = Map[str, Any]


def got(values: Values, *keys: str) -> Any:
    """The checked value at these keys; UNSET when it is not written or was wrong."""
    node: Any = values
    for key in keys:
        if not isinstance(node, dict) or key not in node:
            return UNSET
        node = node[key]
    return node


def given(values: Values, **names: str) -> dict[str, Any]:
    """Field -> value for every key that is written and right: `given(values, max_deletes="maxDeletes")`."""
    return {field: value for field, key in names.items() if (value := got(values, key)) is not UNSET}


def part(kind: type[P], values: Values) -> P:
    """A part of the model from the rows it declares. A row whose value is a map is on by being written (`memory.dynamic`), or is made of it (`vlan`)."""
    found: dict[str, Any] = {}
    for name, row in rows(kind).items():
        value = got(values, *row.path.split("."))
        if isinstance(value, dict):
            if row.kind is TRUTH:
                found[name] = True
            elif row.kind is VLAN and (vlan := _vlan(value)) is not None:
                found[name] = vlan
        elif value is not UNSET:
            found[name] = value
    return kind(**found)


def _vlan(value: dict[str, Any]) -> Vlan | None:
    """The VLANs that a map says; None where something in it was wrong and has been said."""
    try:
        return VLAN.parse(value)
    except ValueError:
        return None


def labels(values: Values) -> tuple[tuple[str, str], ...]:
    """Labels as pairs, sorted."""
    written = got(values, "labels")
    return tuple(sorted((key, value) for key, value in written.items() if value is not UNSET)) if isinstance(written, dict) else ()


def ensure(values: Values, default: Ensure = Ensure.PRESENT) -> Ensure:
    """What is to be ensured."""
    written = got(values, "ensure")
    return default if written is UNSET else Ensure(written)


def shutdown(values: Values) -> Shutdown | None:
    """How to stop; None when nothing is written."""
    written = got(values, "shutdown")
    return Shutdown(**given(written, timeout="timeout", then="then")) if isinstance(written, dict) else None


def lifecycle(values: Values) -> Lifecycle:
    """How one object is handled."""
    written = got(values, "lifecycle")
    if not isinstance(written, dict):
        return Lifecycle()
    return Lifecycle(
        shutdown=shutdown(written),
        **given(
            written,
            formerly="formerly",
            protect="protect",
            manage="manage",
            ignore="ignore",
            adopt="adopt",
            restart="restart",
            saved_state="savedState",
            start_after="startAfter",
            exclusive="exclusive",
        ),
    )


def stack(values: Values) -> Stack:
    """The stack with its policy."""
    written = got(values, "policy")
    policy = Policy()
    if isinstance(written, dict):
        policy = Policy(
            shutdown=shutdown(written) or Shutdown(),
            **given(written, adopt="adopt", restart="restart", saved_state="savedState", max_deletes="maxDeletes", protect_disks="protectDisks"),
        )
    return Stack(policy=policy, **given(values, name="name", formerly="formerly", ownership="ownership"))


def switch(values: Values, name: str, host: str) -> VirtualSwitch:
    """A declared switch."""
    return VirtualSwitch(name=name, host=host, settings=part(SwitchSettings, values), ensure=ensure(values), lifecycle=lifecycle(values), labels=labels(values))


def disk(values: Values, name: str, host: str) -> VirtualDisk:
    """A declared disk that lives on its own; its path is `""` when it is wrong."""
    path = got(values, "path")
    return VirtualDisk(name=name, host=host, path="" if path is UNSET else path, ensure=ensure(values), lifecycle=lifecycle(values), labels=labels(values))
