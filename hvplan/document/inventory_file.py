"""Inventories as files: canonical JSON, or YAML for people and for git; both are read back strictly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.diagnostics import Diagnostic, Place
from hvplan.document.canonical import dumps
from hvplan.document.codec import WrongShape, decode, encode
from hvplan.document.inventory import INVENTORY_VERSION, InventoryDocument
from hvplan.document.saved import Json, parse_json
from hvplan.document.yaml_text import block, flow, scalar
from hvplan.document.yaml_values import NotPlain, read_values
from hvplan.errors import ConfigurationError

KIND: Final = "Inventory"
ORDER: Final = (
    *("kind", "format_version", "host", "anonymised", "meta", "identity", "processors", "memory", "vm_path", "vhd_path"),
    *("settings", "switches", "vms"),
)
"""What a reader of the YAML wants to see first; the rest follows by name, the long list of cmdlets at the end."""

_HEAD: Final = "# A host as hvplan inspect read it. hvplan plan PATH --against THIS_FILE plans without the host.\n"


def to_mapping(document: InventoryDocument) -> dict[str, Json]:
    """The document as JSON values."""
    tree: dict[str, Json] = encode(document)
    return tree | {"kind": KIND, "format_version": INVENTORY_VERSION}


def to_bytes(document: InventoryDocument) -> bytes:
    """Canonical JSON: the same host gives the same bytes, `meta` left out of it."""
    return dumps(to_mapping(document))


def to_yaml(document: InventoryDocument) -> str:
    """The same values as YAML, in an order that people read."""
    tree = to_mapping(document)
    rest = sorted(tree.keys() - {*ORDER, "commands"})
    lines = [*block({key: tree[key] for key in (*ORDER, *rest)}), "commands:" if tree["commands"] else "commands: {}"]
    lines += [f"  {scalar(name)}: {flow(parameters)}" for name, parameters in tree["commands"].items()]
    return _HEAD + "".join(f"{line}\n" for line in lines)


def load_inventories(raw: bytes, *, name: str) -> tuple[InventoryDocument, ...]:
    """Every inventory of a file, JSON or YAML. Raises ConfigurationError (exit 1) for anything else."""
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        trees = [parse_json(raw)] if text.lstrip().startswith("{") else read_values(text)
    except (NotPlain, ValueError, RecursionError) as error:
        raise _wrong(name, f"it cannot be read: {error}") from error
    if not trees:
        raise _wrong(name, "it is empty")
    return tuple(_one(tree, name) for tree in trees)


def _one(tree: Json, name: str) -> InventoryDocument:
    if not isinstance(tree, Mapping) or tree.get("kind") != KIND:
        raise _wrong(name, f"it holds {tree.get('kind', 'something without a kind') if isinstance(tree, Mapping) else 'no map'}, not an Inventory")
    if tree.get("format_version") != INVENTORY_VERSION:
        raise _wrong(name, f"its format_version is {tree.get('format_version')!r}; this hvplan reads {INVENTORY_VERSION!r}")
    try:
        found: InventoryDocument = decode(InventoryDocument, {key: value for key, value in tree.items() if key not in ("kind", "format_version")})
    except WrongShape as error:
        raise _wrong(name, str(error)) from error
    return found


def _wrong(name: str, what: str) -> ConfigurationError:
    hint = "an inventory is what hvplan inspect writes; make it again"
    return ConfigurationError(
        Diagnostic(code="not-an-inventory", summary="This file cannot be used as an inventory.", detail=what, hint=hint, place=Place(name))
    )
