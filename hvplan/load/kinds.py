"""Sorts of values that only the files have: names, references to secrets, instances, words of policies, VHD sizes."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from hvplan.model.values import SIZE, Json, Kind, text, word

NAME_LIMIT: Final = 100  # behaviour 3.2
_NAME: Final = text(NAME_LIMIT)


def _parse_name(raw: object) -> str:
    name = _NAME.parse(raw)
    if not name.strip():
        raise ValueError("text that is not blank")
    return name


NAME: Final[Kind[str]] = Kind(name="text", parse=_parse_name, schema={"type": ["string", "integer"], "minLength": 1, "maxLength": NAME_LIMIT, "pattern": r"\S"})


def _parse_label(raw: object) -> str:
    name = _parse_name(raw)
    if ":" in name:
        raise ValueError("text without a colon (a target is written label=KEY:VALUE)")
    return name


LABEL: Final[Kind[str]] = Kind(
    name="text", parse=_parse_label, schema={"type": "string", "minLength": 1, "maxLength": NAME_LIMIT, "pattern": r"^[^:]*[^:\s][^:]*$"}
)
TEXT: Final = text()
ENSURE: Final = word("Present", "Absent", "Reference")
CONSENT: Final = word("ask", "allow", "never")
SAVED_STATE: Final = word("Refuse", "Resume", "Discard")
STOP_THEN: Final = word("Fail", "Force", "Save", "TurnOff")


def _parse_version(raw: object) -> str:
    if isinstance(raw, str) and re.fullmatch(r"\d{1,2}\.\d{1,2}", raw):
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 99:
        return f"{raw}.0"  # to an editor 10 and 10.0 are one number
    raise ValueError("a configuration version such as 10.0")


VERSION: Final[Kind[str]] = Kind(
    name="configuration version",
    parse=_parse_version,
    schema={"anyOf": [{"type": "string", "pattern": r"^\d{1,2}\.\d{1,2}$"}, {"type": "number", "minimum": 1, "maximum": 99}]},
)


def _parse_instances(raw: object) -> int | tuple[str, ...]:
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 1000:
        return raw
    if isinstance(raw, list) and raw and all(isinstance(item, str | int) and not isinstance(item, bool) for item in raw):
        return tuple(_parse_name(item) for item in raw)
    raise ValueError("a number from 1 to 1000 or a list of names")


INSTANCES: Final[Kind[int | tuple[str, ...]]] = Kind(
    name="number | names",
    parse=_parse_instances,
    schema={"anyOf": [{"type": "integer", "minimum": 1, "maximum": 1000}, {"type": "array", "minItems": 1, "items": dict(NAME.schema)}]},
)


def _parse_sector(raw: object) -> int:
    if raw in (512, 4096) and not isinstance(raw, bool):
        return int(str(raw))
    raise ValueError("512 or 4096")


SECTOR: Final[Kind[int]] = Kind(name="512 | 4096", parse=_parse_sector, unit="bytes", schema={"enum": [512, 4096]})


def _parse_block(raw: object) -> int:
    try:
        size = SIZE.parse(raw)
    except ValueError:
        size = 0
    if 512 << 10 <= size <= 256 << 20 and size & (size - 1) == 0:
        return size
    raise ValueError("a power of two from 512KiB to 256MiB")


BLOCK: Final[Kind[int]] = Kind(name="block size", parse=_parse_block, unit="bytes", schema=SIZE.schema)

REFERENCE_FORM: Final = "{env: NAME}, {file: PATH}, {keyring: SERVICE}, {prompt: true}, or in a hosts file {command: [...]}"


def _parse_reference(raw: object) -> dict[str, Json]:
    """One reference to a value that stands elsewhere. The error never shows what was found."""
    if isinstance(raw, dict) and len(raw) == 1:
        ((key, value),) = raw.items()
        if key == "prompt" and value is True:
            return {key: True}
        if key in ("env", "file", "keyring") and isinstance(value, str) and value.strip():
            return {key: value}
        if key == "command" and isinstance(value, list) and value and all(isinstance(word, str) and word for word in value):
            return {key: list(value)}
    raise ValueError("a reference, never the value itself")


def _one_of(key: str, schema: Json, doc: str) -> Json:
    return {"type": "object", "additionalProperties": False, "required": [key], "properties": {key: {**schema, "description": doc}}}


_TEXT_SCHEMA: Final[Json] = {"type": "string", "minLength": 1, "pattern": r"\S"}
_REFERENCE_SCHEMAS: Final[list[Json]] = [
    _one_of("env", _TEXT_SCHEMA, "The name of an environment variable."),
    _one_of("file", _TEXT_SCHEMA, "A file that holds the value; relative to this file."),
    _one_of("keyring", _TEXT_SCHEMA, "A service in the keyring of this machine."),
    _one_of("prompt", {"const": True}, "Ask on the terminal."),
    _one_of("command", {"type": "array", "minItems": 1, "items": _TEXT_SCHEMA}, "A command that prints the value; in a hosts file only."),
]
REFERENCE: Final[Kind[dict[str, Json]]] = Kind(name="reference", parse=_parse_reference, schema={"anyOf": _REFERENCE_SCHEMAS})


def _parse_user(raw: object) -> str | dict[str, Json]:
    if isinstance(raw, str) and raw.strip():
        return TEXT.parse(raw)
    try:
        return _parse_reference(raw)
    except ValueError:
        raise ValueError("a user name, or a reference to one") from None


USER: Final[Kind[str | dict[str, Json]]] = Kind(name="user name | reference", parse=_parse_user, schema={"anyOf": [_TEXT_SCHEMA, *_REFERENCE_SCHEMAS]})


def _parse_address(raw: object) -> str:
    if isinstance(raw, str):
        bare = raw[1:-1] if raw.startswith("[") and raw.endswith("]") else raw
        if re.fullmatch(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,62}\.?)*", bare) and len(bare) < 254 and not bare.endswith("-"):
            return bare
        try:
            return str(ipaddress.ip_address(bare))
        except ValueError:
            pass
    raise ValueError("a host name or an IP address, without https:// and port")


ADDRESS: Final[Kind[str]] = Kind(name="host name or IP address", parse=_parse_address, schema={"type": "string", "pattern": r"^[A-Za-z0-9_:.\[\]{}-]+$"})


_RELEASE: Final = word("2016", "2019", "2022", "2025", "Windows 11")
RELEASE: Final[Kind[str]] = Kind(
    name=_RELEASE.name,
    parse=lambda raw: _RELEASE.parse(str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else raw),
    schema={"anyOf": [{"enum": [2016, 2019, 2022, 2025]}, dict(_RELEASE.schema)]},
)


def file_path(what: str) -> Kind[str]:
    """The path of a file on this machine; a relative one is relative to the document's file."""

    def parse(raw: object) -> str:
        if isinstance(raw, str) and raw and "\x00" not in raw:
            return raw
        raise ValueError(f"the path of {what}")

    return Kind(name="file", parse=parse, schema={"type": "string", "minLength": 1})
