"""What a value is: how it is written in YAML, read from a host, compared, shown to people and put into a document.

A `Kind` is one sort of value. `parse` takes what YAML or a host gave and returns the normal form, so that the two
sides compare with `==`; it raises ValueError with what was expected ("a size such as 4GiB").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Generic, Literal, TypeVar

T = TypeVar("T")
Json = Any  # str | int | bool | None | list[Json] | dict[str, Json]; never a float


class Unset(Enum):
    """Not written, therefore not managed."""

    UNSET = "unset"

    def __bool__(self) -> Literal[False]:
        return False


class Reset(Enum):
    """Written as `null`: back to the documented default."""

    RESET = "reset"


UNSET: Final = Unset.UNSET
RESET: Final = Reset.RESET


@dataclass(frozen=True, slots=True)
class Unknown:
    """A live value that could not be read; never the same as absent."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[T]):
    """One sort of value. `unit` is the document's word (`bytes`, `percent`, `seconds`, `""`); `json` gives the document's form."""

    name: str
    parse: Callable[[object], T]
    show: Callable[[T], str] = str
    schema: Mapping[str, Json] = field(default_factory=dict)
    unit: str = ""
    json: Callable[[T], Json] = lambda value: value


UNITS: Final[Mapping[str, int]] = {
    "": 1,
    "b": 1,
    "kib": 1 << 10,
    "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
}
MOST: Final = (1 << 63) - 1
"""The greatest number of bytes, or of bits a second, that any parameter takes (catalogue: Int64)."""
_SIZE = re.compile(r"(\d+)(?:\.(\d+))? ?([kmgt]?i?b)?", re.IGNORECASE)


def fitting(value: int, what: str) -> int:
    """The value, where a parameter could carry it."""
    if value > MOST:
        raise ValueError(f"{what} that a host could take, at most {MOST}")
    return value


def _parse_size(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return fitting(raw, "a size")
    if isinstance(raw, str) and (m := _SIZE.fullmatch(raw.strip())) and (m[3] or "").lower() in UNITS:
        whole, fraction, unit = m[1], m[2] or "", UNITS[(m[3] or "").lower()]
        scaled, divisor = int(whole + fraction) * unit, int("1" + "0" * len(fraction))
        if scaled % divisor == 0:
            return fitting(scaled // divisor, "a size")
    raise ValueError("a size such as 4GiB, 512MiB, 60GB or plain bytes")


def show_size(value: int) -> str:
    """Bytes for people: `4 GiB`, `1.5 GiB`, `5 GB`, `512 MB` or, when nothing fits exactly, plain bytes."""
    for shift, unit in ((40, "TiB"), (30, "GiB"), (20, "MiB"), (0, ""), (10, "KiB")):
        if not shift:
            if found := next((f"{value // size} {word}" for size, word in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")) if value and value % size == 0), ""):
                return found
            continue
        if value and value % (1 << shift) == 0:
            return f"{value >> shift} {unit}"
        if value > 1 << shift and value * 10 % (1 << shift) == 0:
            return f"{value >> shift}.{(value * 10 >> shift) % 10} {unit}"
    return f"{value} bytes"


SIZE: Final[Kind[int]] = Kind(
    name="size",
    parse=_parse_size,
    show=show_size,
    unit="bytes",
    schema={"type": ["string", "integer"], "pattern": r"^\d+(\.\d+)? ?([KMGTkmgt]?[iI]?[Bb])?$", "minimum": 0},
)

_TRUTH: Final[Mapping[str, bool]] = {"on": True, "off": False, "true": True, "false": False}


def _parse_truth(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in _TRUTH:
        return _TRUTH[raw.lower()]
    raise ValueError("true or false (On and Off work too)")


TRUTH: Final[Kind[bool]] = Kind(
    name="true | false",
    parse=_parse_truth,
    show=lambda value: "true" if value else "false",
    schema={"anyOf": [{"type": "boolean"}, {"type": "string", "pattern": "^([Oo][Nn]|[Oo][Ff][Ff]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])$"}]},
)


def number(low: int, high: int, unit: str = "") -> Kind[int]:
    """A whole number in a closed range."""

    def parse(raw: object) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high:
            return raw
        raise ValueError(f"a whole number from {low} to {high}")

    show = (lambda value: f"{value} %") if unit == "percent" else str
    return Kind(name=f"{low} to {high}", parse=parse, show=show, unit=unit, schema={"type": "integer", "minimum": low, "maximum": high})


def word(*words: str) -> Kind[str]:
    """One of Hyper-V's own words, written in any case; a boolean is taken where `On` and `Off` are words."""
    known = {w.lower(): w for w in words}

    def parse(raw: object) -> str:
        if isinstance(raw, bool):
            raw = "On" if raw else "Off"
        if isinstance(raw, str) and raw.lower() in known:
            return known[raw.lower()]
        raise ValueError("one of " + ", ".join(words))

    anycase = "|".join("".join(f"[{c.upper()}{c.lower()}]" if c.isalpha() else re.escape(c) for c in w) for w in words)
    return Kind(name=" | ".join(words), parse=parse, schema={"anyOf": [{"enum": list(words)}, {"type": "string", "pattern": f"^({anycase})$"}]})


def _xml_safe(text: str) -> bool:
    """May XML carry it: no lone surrogate, no U+FFFE or U+FFFF (engineering notes 1.1)."""
    return not any(0xD800 <= ord(c) <= 0xDFFF or ord(c) in (0xFFFE, 0xFFFF) for c in text)


def text(limit: int = 0, *, what: str = "text") -> Kind[str]:
    """Text that XML can carry, at most `limit` characters (0: any length). Numbers are taken as written."""

    def parse(raw: object) -> str:
        if isinstance(raw, int) and not isinstance(raw, bool):
            raw = str(raw)
        if not isinstance(raw, str):
            raise ValueError(what)
        if not _xml_safe(raw):
            raise ValueError(f"{what} without characters that cannot be sent (lone surrogates, U+FFFE, U+FFFF)")
        if limit and len(raw) > limit:
            raise ValueError(f"{what} of at most {limit} characters (this one has {len(raw)})")
        return raw

    schema: dict[str, Json] = {"type": ["string", "integer"]}
    if limit:
        schema["maxLength"] = limit
    return Kind(name="text", parse=parse, schema=schema)


_DURATION: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _parse_duration(raw: object) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0:
        return raw
    if isinstance(raw, str) and (m := re.fullmatch(r"(\d+) ?([smhd])", raw.strip().lower())):
        return int(m[1]) * _DURATION[m[2]]
    raise ValueError("a duration such as 30s, 5m, 2h or 1d")


def show_duration(seconds: int) -> str:
    """Seconds for people: `5m`, `90s`."""
    return next((f"{seconds // size}{unit}" for unit, size in (("d", 86400), ("h", 3600), ("m", 60)) if seconds and seconds % size == 0), f"{seconds}s")


DURATION: Final[Kind[int]] = Kind(
    name="duration",
    parse=_parse_duration,
    show=show_duration,
    unit="seconds",
    schema={"type": ["string", "integer"], "pattern": r"^\d+ ?[smhdSMHD]$", "minimum": 0},
)


def _parse_delay(raw: object) -> int:
    seconds = DURATION.parse(raw)
    if seconds > LONGEST:
        raise ValueError("a duration such as 30s, 5m or 2h, of at most 24855d")
    return seconds


LONGEST: Final = (1 << 31) - 1
"""The greatest number of seconds that a parameter of type Int32 takes."""
DELAY: Final[Kind[int]] = Kind(name="duration", parse=_parse_delay, show=show_duration, unit="seconds", schema={**DURATION.schema, "maximum": LONGEST})


def _parse_mac(raw: object) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)  # twelve digits without quotes
    if isinstance(raw, str) and re.fullmatch(r"[0-9A-F]{12}", digits := re.sub(r"[-:. ]", "", raw).upper()):
        return "-".join(digits[i : i + 2] for i in range(0, 12, 2))
    raise ValueError("a MAC address such as 00-15-5D-0A-0B-0C")


MAC: Final[Kind[str]] = Kind(name="MAC address", parse=_parse_mac, schema={"type": ["string", "integer"], "minimum": 10**11, "maximum": 10**12 - 1})


def _single(path: str) -> str:
    r"""A path with backslashes, one between two names: `D:/VMs` and, what YAML leaves of an escape outside double quotes, `D:\\VMs` are `D:\VMs`."""
    path = path.replace("/", "\\")
    return path[:2] + re.sub(r"\\{2,}", r"\\", path[2:]) if "\\\\" in path[1:] else path


def normal_path(path: str) -> str:
    """A Windows path to compare with: backslashes, one between two names and none at the end, lower case (NTFS ignores case)."""
    return _single(path).rstrip("\\").lower()


def same_path(one: str, other: str) -> bool:
    """Do two Windows paths name the same file."""
    return normal_path(one) == normal_path(other)


RESERVED: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?", re.IGNORECASE)
"""A name of a file or folder that Windows takes for a device, whatever stands behind a dot."""


def _parse_path(raw: object) -> str:
    if isinstance(raw, str) and re.fullmatch(r"([A-Za-z]:[\\/]|\\\\[^\\/]+\\[^\\/]+).*", raw, re.DOTALL) and _xml_safe(raw):
        cleaned = _single(raw)
        if any(RESERVED.fullmatch(part) for part in cleaned.split("\\")):
            raise ValueError("a full Windows path without a name that Windows keeps for a device (CON, PRN, AUX, NUL, COM1, LPT1 ...)")
        # Windows drops blanks and dots at the end of a name, so such a one is never the file that was meant; a colon would name a stream of a file.
        if not re.search(r'[<>:"|?*\x00-\x1f]', cleaned[2:]) and not re.search(r"[. ](\\|$)", cleaned):
            return cleaned if cleaned.endswith(":\\") else cleaned.rstrip("\\")
    raise ValueError(r"a full Windows path such as D:\VHDs\web01.vhdx (no pattern, no part that ends in a dot or blank)")


PATH: Final[Kind[str]] = Kind(name="path", parse=_parse_path, schema={"type": "string"})


def is_root(path: str) -> bool:
    """Is it the root of a drive or share, in which files of a machine cannot lie (behaviour 3.2)."""
    return re.fullmatch(r"[A-Za-z]:\\|\\\\[^\\]+\\[^\\]+", path) is not None
