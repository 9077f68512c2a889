"""An inventory without anything that says whose it is: names, notes, paths, addresses and ids become made-up ones.

What is not known to be harmless is replaced, so that a field nobody thought of gives nothing away. The same text becomes
the same made-up text everywhere in a document, and the same inventory always the same document. Sizes, states,
settings, slots and the shape of everything stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hvplan.document.codec import decode, encode
from hvplan.document.inventory import InventoryDocument

Json = Any
HARMLESS: Final = frozenset(
    {"release", "build", "module_version", "state", "version", "replication", "kind", "type", "slot", "commands", "meta", "free", "templates", "silent"},
)
"""Keys whose texts are Hyper-V's own words or numbers, beside those settings that take nothing but such words."""

WORDS: Final = frozenset({"", "Dynamic", "MicrosoftWindows", "MicrosoftUEFICertificateAuthority", "OpenSourceShieldedVM"})
"""Texts that every host has."""

BUILT_IN: Final = frozenset({"c08cb7b8-9b3c-408e-8e30-5e16a3aeb444"})
"""Ids that every host has: the Default Switch."""

PREFIX: Final[Mapping[str, str]] = {"vms": "vm", "switches": "switch", "adapters": "adapter", "checkpoints": "checkpoint", "nics": "nic", "host": "host"}
_ENDINGS: Final = ("vhdx", "vhd", "avhdx", "avhd", "vhds", "iso")
_GUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_MAC: Final = re.compile(r"(?:[0-9A-Fa-f]{2}[-:]?){5}[0-9A-Fa-f]{2}")
_NOWHERE: Final = "00-00-00-00-00-00"
_PIPE: Final = re.compile(r"\\\\([^\\]+)\\pipe\\(.+)", re.IGNORECASE | re.DOTALL)
_MARK: Final = re.compile(r"hvplan/v1 [^\r\n]*")


def anonymised(document: InventoryDocument, words: frozenset[str], number: int = 1) -> InventoryDocument:
    """The document with made-up texts. `words`: settings whose texts are Hyper-V's own words; `number` tells hosts apart that belong together."""
    names = _Names(number, HARMLESS | words)
    tree = encode(document)
    for vm in tree["vms"]:
        names.given(vm["name"], "vm")
        names.id(vm["id"])
    for switch in tree["switches"]:
        names.given(switch["name"], "switch")
    names.given(tree["host"], "host")
    names.given(tree["identity"]["computer"], "host")
    if isinstance(tree["settings"], Mapping):
        names.mac_range(tree["settings"])
    made: InventoryDocument = decode(InventoryDocument, _tree(tree, "", names) | {"anonymised": True})
    return made


@dataclass(slots=True)
class _Names:
    """Made-up texts, in the order in which the originals are met. Windows ignores case, and so does this."""

    host: int
    harmless: frozenset[str]
    texts: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def given(self, text: str, prefix: str) -> str:
        """The made-up text that stands for this one."""
        if text in WORDS:
            return text
        return self.texts.setdefault(text.lower(), "") or self._made(text.lower(), prefix)

    def _made(self, key: str, prefix: str) -> str:
        number = self.host if prefix == "host" else self._count(prefix)
        self.texts[key] = f"{prefix}-{number}"
        return self.texts[key]

    def _count(self, prefix: str) -> int:
        self.counts[prefix] = self.counts.get(prefix, 0) + 1
        return self.counts[prefix]

    def id(self, guid: str) -> str:
        """A GUID in the same case."""
        if guid.lower() in BUILT_IN:
            return guid
        key = f"id {guid.lower()}"
        if key not in self.texts:
            self.texts[key] = f"{self._count('id'):08x}-0000-4000-8000-{self.host:012x}"
        return self.texts[key].upper() if guid.isupper() or guid.upper() == guid else self.texts[key]

    def mac(self, text: str) -> str:
        """A MAC address in the same form; none stays none."""
        digits = re.sub("[^0-9A-Fa-f]", "", text).upper()
        if digits == "0" * 12:
            return text
        key = f"mac {digits}"
        if key not in self.texts:
            self.texts[key] = f"00155D{self._count('mac'):06X}"
        made = self.texts[key]
        return "-".join(made[at : at + 2] for at in range(0, 12, 2)) if "-" in text else made

    def mac_range(self, settings: Mapping[str, Json]) -> None:
        """The host's range of MAC addresses begins elsewhere and is as long as it was, behind all addresses that are made up one by one."""
        ends = [settings.get(f"settings.macAddressRange.{end}") for end in ("minimum", "maximum")]
        low, high = (int(re.sub("[^0-9A-Fa-f]", "", end), 16) if isinstance(end, str) and _MAC.fullmatch(end) else -1 for end in ends)
        if 0 <= low <= high:
            self.texts[f"mac {low:012X}"] = "00155DFF0000"
            self.texts[f"mac {high:012X}"] = f"00155D{0xFF0000 + min(high - low, 0xFFFF):06X}"


def _tree(value: Json, key: str, names: _Names, above: str = "") -> Json:
    """A value below `key`, which stands in the list or map named `above`."""
    match value:
        case Mapping() if key in names.harmless:
            return value
        case Mapping() if key in ("files", "vhds"):
            return {_path(path, names).lower(): _tree(below, "", names, key) for path, below in value.items()}
        case Mapping():
            return {name: _tree(below, name, names, key or above) for name, below in value.items()}
        case list():
            return value if key in names.harmless else [_tree(item, key if isinstance(item, str) else "", names, key) for item in value]
        case str():
            return _text(value, key, names, above)
        case _:
            return value


def _text(text: str, key: str, names: _Names, above: str) -> str:
    if key in names.harmless or text in WORDS:
        return text
    if key == "unknown" or key == "busy" or key == "team_unread":
        return "a reason that is not shown"
    if key == "notes" or key == "description":
        return _notes(text, names)
    if key in ("id", "machine_id", "switch_id", "interface") or (key == "adapter" and above == "boot_order"):
        return _ids(text, names)
    if key == "firmware_path":  # what lies on a drive begins with the drive's own path, and still does
        return _path(text, names)
    if _MAC.fullmatch(text):
        return names.mac(text)
    if key == "switch":
        return names.given(text, "switch")
    if re.match(r"(?:[A-Za-z]:|\\\\|/)", text):
        return _path(text, names)
    return names.given(text, PREFIX.get(above, "text"))


def _ids(text: str, names: _Names) -> str:
    """An id: its GUIDs are replaced, and so is all else but what Hyper-V writes around them."""
    rest = _GUID.sub("", text)
    if not re.fullmatch(r"(?:Microsoft:)?[\\0-9LD]*", rest):
        return names.given(text, "id")
    return _GUID.sub(lambda match: names.id(match.group()), text)


def _path(text: str, names: _Names) -> str:
    """A path, part by part: the drive and the ending of a disk stay, and so does what a checkpoint writes behind a name. A named pipe stays one."""
    if pipe := _PIPE.fullmatch(text):
        return f"\\\\{_part(pipe[1], names)}\\pipe\\{names.given(pipe[2], 'pipe')}"
    return "\\".join(_part(part, names) for part in re.split(r"[\\/]", text))


def _part(part: str, names: _Names) -> str:
    if part in ("", "?", ".") or re.fullmatch(r"[A-Za-z]:", part):
        return part
    stem, dot, ending = part.rpartition(".")
    if not dot or ending.lower() not in _ENDINGS:
        return names.given(part, "folder") if part.lower() not in names.texts else names.texts[part.lower()]
    unfinished = stem.lower().endswith(".hvplan")
    stem = stem[:-7] if unfinished else stem
    checkpoint = re.fullmatch(rf"(.+)_({_GUID.pattern})", stem, re.IGNORECASE)
    made = f"{names.given(checkpoint[1], 'file')}_{names.id(checkpoint[2])}" if checkpoint else names.given(stem, "file")
    return f"{made}{'.hvplan' if unfinished else ''}.{ending.lower()}"


def _notes(text: str, names: _Names) -> str:
    """Notes of the same shape: hvplan's own line with made-up values, every other word as x."""
    pieces: list[str] = []
    at = 0
    for match in _MARK.finditer(text):
        pieces += [_masked(text[at : match.start()]), _mark(match.group(), names)]
        at = match.end()
    return "".join([*pieces, _masked(text[at:])])


def _masked(text: str) -> str:
    return re.sub(r"[^\s]", "x", text)


def _mark(line: str, names: _Names) -> str:
    """Stack, object and ids made up; what was last applied is left out, since its keys are names and its digests say what they are of."""
    from urllib.parse import unquote

    kept = ["hvplan/v1"]
    for word in line.split(" ")[1:]:
        key, equals, value = word.partition("=")
        if key in ("stack", "id") and equals:
            kept.append(f"{key}={names.given(unquote(value), 'stack' if key == 'stack' else 'vm')}")
        elif key in ("vm", "switch") and equals:
            kept.append(f"{key}={value if value == 'new' else _short_id(value, names)}")
        elif key.startswith("nic/") and equals:
            kept.append(f"nic/{names.given(unquote(key[4:]), 'adapter')}={_short_id(value, names)}")
        elif word in ("origin=created", "origin=adopted", "protect", "restart", "resumed"):
            kept.append(word)
    return " ".join(kept)


def _short_id(value: str, names: _Names) -> str:
    """The first 13 characters of the made-up id whose original begins so."""
    whole = next((made for key, made in names.texts.items() if value and key.startswith(f"id {value.lower()}")), "")
    return (whole or names.id(value))[:13]
