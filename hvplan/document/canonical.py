"""Documents as canonical JSON, and the digest of a plan.

Canonical: keys sorted by code point, no blanks after `,` and `:`, UTF-8 unescaped, whole numbers only, no line break at
the end. The digest covers what would be done and nothing else, so a plan made an hour later, or after a comment was
added to a file, has the same one.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from hvplan.document.codec import encode
from hvplan.document.plan import FORMAT_VERSION, PlanDocument, ResourceChange
from hvplan.document.result import ResultDocument

Json = Any

DIGESTED: Final = ("resource_changes", "steps", "power_windows", "checkpoints", "refusals", "deferred")
"""The keys the digest covers whole; of `hosts` it covers the identities."""

_DRIFTED: Final = ("drift", "both")
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_json(document: PlanDocument | ResultDocument) -> dict[str, Json]:
    """The document as JSON values, `digest` and the other derived keys included."""
    tree: dict[str, Json] = encode(document)
    match document:
        case PlanDocument():
            tree |= {
                "kind": "plan",
                "applyable": document.applyable,
                "places": _places(document.resource_changes),
                "resource_drift": [_drift(change) for change in document.resource_changes if _drifted(change)],
            }
            tree["digest"] = digest(tree)
        case ResultDocument():
            tree["kind"] = "result"
    return tree | {"format_version": FORMAT_VERSION}


def _places(changes: tuple[ResourceChange, ...]) -> dict[str, dict[str, str]]:
    places: dict[str, dict[str, str]] = {}
    for change in changes:
        if change.place:
            places.setdefault(change.host, {})[change.address] = change.place
    return places


def _drifted(change: ResourceChange) -> bool:
    return any(field.cause in _DRIFTED for field in change.fields)


def _drift(change: ResourceChange) -> dict[str, Json]:
    """What moved on the host since the last apply: `before` is not kept anywhere, so it is null; `after` is what was read."""
    fields = [encode(field) for field in change.fields if field.cause in _DRIFTED]
    moved = {"actions": ["update"], "before": None, "after": encode(change.before), "fields": fields}
    return {"host": change.host, "address": change.address, "type": change.type, "name": change.name, "change": moved}


def dumps(mapping: Mapping[str, Json]) -> bytes:
    """Canonical bytes. TypeError for a float, wherever it stands; a lone surrogate is escaped, since UTF-8 has no bytes for it."""
    _no_floats(mapping, "")
    text = json.dumps(mapping, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return _LONE_SURROGATE.sub(lambda m: f"\\u{ord(m.group()):04x}", text).encode()


def _no_floats(value: Json, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"{where}: a document holds no float ({value!r})")
    if isinstance(value, Mapping):
        for key, below in value.items():
            _no_floats(below, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            _no_floats(below, f"{where}[{index}]")


def digest(mapping: Mapping[str, Json]) -> str:
    """SHA-256, in hex, of the canonical form of an object with just what would be done, and to which hosts."""
    work: dict[str, Json] = {key: mapping.get(key) for key in DIGESTED}
    hosts = mapping.get("hosts")
    if isinstance(hosts, Mapping):
        work["hosts"] = {name: {"identity": entry.get("identity")} if isinstance(entry, Mapping) else None for name, entry in hosts.items()}
    return hashlib.sha256(dumps(work)).hexdigest()
