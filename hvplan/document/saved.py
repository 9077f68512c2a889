"""Documents that were saved, read strictly: a plan is carried out only when it is whole, of this version and unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hvplan.diagnostics import Diagnostic
from hvplan.document.canonical import digest
from hvplan.document.codec import WrongShape, decode
from hvplan.document.plan import FORMAT_VERSION, PlanDocument
from hvplan.document.result import ResultDocument
from hvplan.errors import ConfigurationError, Refused

Json = Any

DERIVED_OF_PLAN = frozenset({"format_version", "kind", "applyable", "digest", "places", "resource_drift"})
DERIVED_OF_RESULT = frozenset({"format_version", "kind"})
FORBIDDEN_IN_CONNECTION = ("command", "engine")
"""What starts a program: allowed in a hosts file, which is the operator's own, never in a plan, which may come from anywhere."""


def is_document(raw: bytes) -> bool:
    """Is this JSON with a `format_version`, and so a PLAN and not a PATH."""
    return _tree(raw) is not None


def saved_kind(raw: bytes) -> str:
    """`plan` or `result` where it is one that was saved, else `""`."""
    kind = (_tree(raw) or {}).get("kind")
    return kind if kind in ("plan", "result") else ""


def _tree(raw: bytes) -> dict[str, Json] | None:
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return None
    try:
        tree = parse_json(raw)
    except (ValueError, RecursionError):
        return None
    return tree if isinstance(tree, dict) and "format_version" in tree else None


def load_document(raw: bytes, *, name: str = "the document") -> PlanDocument | ResultDocument:
    """A saved plan or result. Raises as `load_plan` does."""
    tree = _read(raw, name)
    return _result(tree, name) if tree.get("kind") == "result" else _plan(tree, name)


def load_plan(raw: bytes, *, name: str = "the plan") -> PlanDocument:
    """A saved plan.

    ConfigurationError (exit 1) when it is no plan of this version or holds what no plan may hold; Refused (exit 3) when
    its digest does not fit its content, which is looked at before the shapes.
    """
    tree = _read(raw, name)
    if tree.get("kind") == "result":
        raise _wrong(name, "this is the result of an apply, not a plan", hint="hvplan show prints it; hvplan plan -o FILE saves a plan")
    return _plan(tree, name)


def _read(raw: bytes, name: str) -> dict[str, Json]:
    try:
        tree = parse_json(raw)
    except (ValueError, RecursionError) as error:
        raise _wrong(name, f"not JSON: {error}") from error
    if not isinstance(tree, dict) or "format_version" not in tree:
        raise _wrong(name, "no format_version in it", hint="a plan is what hvplan plan -o FILE or --format json writes")
    if tree.get("kind") == "Inventory":
        raise _wrong(name, "this is an inventory of a host", hint="hvplan plan PATH --against INVENTORY makes a plan with it")
    if tree["format_version"] != FORMAT_VERSION:
        raise _wrong(name, f"its format_version is {tree['format_version']!r}; this hvplan reads {FORMAT_VERSION!r}")
    return tree


def parse_json(raw: bytes) -> Json:
    """JSON without floats and without a key that stands twice; ValueError says what is wrong."""
    return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_no_duplicates, parse_float=_no_float, parse_constant=_no_float)


def _no_duplicates(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return tree


def _no_float(text: str) -> Json:
    raise ValueError(f"{text} is no whole number")


def _plan(tree: dict[str, Json], name: str) -> PlanDocument:
    fits = digest(tree)
    if tree.get("digest") != fits:
        raise Refused(
            Diagnostic(
                code="plan-digest",
                summary=f"{name}: the digest does not fit the content",
                detail="Somebody or something changed this plan after it was made.",
                hint="make the plan again, and carry it unchanged to where it is applied",
            )
        )
    _check_connections(tree.get("hosts"), name)
    try:
        places = decode(Mapping[str, Mapping[str, str]], tree.get("places"), "places")
        document: PlanDocument = decode(PlanDocument, {key: value for key, value in tree.items() if key not in DERIVED_OF_PLAN})
    except WrongShape as error:
        raise _wrong(name, str(error)) from error
    return _with_places(document, places)


def _with_places(document: PlanDocument, places: Mapping[str, Mapping[str, str]]) -> PlanDocument:
    changes = tuple(replace(change, place=places.get(change.host, {}).get(change.address, "")) for change in document.resource_changes)
    return replace(document, resource_changes=changes)


def _check_connections(hosts: Json, name: str) -> None:
    for host, entry in hosts.items() if isinstance(hosts, dict) else ():
        for word in _words(entry.get("connection") if isinstance(entry, dict) else None):
            if word in FORBIDDEN_IN_CONNECTION:
                raise _wrong(name, f"the connection of host {host} holds `{word}`, which starts a program", hint="only a hosts file (--hosts) may say that")


def _words(value: Json) -> list[str]:
    match value:
        case dict():
            return [*value, *(word for below in value.values() for word in _words(below))]
        case list():
            return [word for below in value for word in _words(below)]
        case _:
            return []


def _result(tree: dict[str, Json], name: str) -> ResultDocument:
    try:
        document: ResultDocument = decode(ResultDocument, {key: value for key, value in tree.items() if key not in DERIVED_OF_RESULT})
    except WrongShape as error:
        raise _wrong(name, str(error)) from error
    return document


def _wrong(name: str, what: str, hint: str = "make the plan again") -> ConfigurationError:
    return ConfigurationError(Diagnostic(code="not-a-plan", summary=f"{name} cannot be used as a plan", detail=what, hint=hint))
