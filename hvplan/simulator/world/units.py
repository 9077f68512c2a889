"""How sizes, durations, MAC addresses and paths are written in a world file, and read back."""

from __future__ import annotations

import re
from functools import lru_cache

KIB, MIB, GIB, TIB = 1 << 10, 1 << 20, 1 << 30, 1 << 40
_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KIB": KIB, "MIB": MIB, "GIB": GIB, "TIB": TIB}
_RATES = {"BIT": 1, "KBIT": 10**3, "MBIT": 10**6, "GBIT": 10**9}
_SECONDS = {"S": 1, "M": 60, "H": 3600, "D": 86400}
_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")


def _quantity(text: str, units: dict[str, int], bare: int | None) -> int | None:
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    unit = found[2].upper()
    factor = bare if not unit else units.get(unit)
    if factor is None:
        return None
    value = float(found[1]) * factor if "." in found[1] else int(found[1]) * factor
    return int(value) if value == int(value) else None


def parse_size(text: str) -> int | None:
    """Bytes of `4GiB`, `60GB` (decimal) or plain bytes; None if it is none of these."""
    return _quantity(text, _SIZES, 1)


def parse_rate(text: str) -> int | None:
    """Bits a second of `1Gbit` or plain bits; None if it is neither."""
    return _quantity(text, _RATES, 1)


def parse_duration(text: str) -> int | None:
    """Seconds of `30s`, `5m`, `2h`, `1d` or a plain number of seconds."""
    return _quantity(text, _SECONDS, 1)


def size_text(value: int) -> str | int:
    """The shortest exact way to write a size."""
    for name, unit in (("TiB", TIB), ("GiB", GIB), ("MiB", MIB)):
        if value and value % unit == 0:
            return f"{value // unit}{name}"
    return value


def rate_text(value: int) -> str | int:
    """The shortest exact way to write a rate."""
    for name, unit in (("Gbit", 10**9), ("Mbit", 10**6)):
        if value and value % unit == 0:
            return f"{value // unit}{name}"
    return value


def duration_text(value: int) -> str | int:
    """The shortest exact way to write a duration."""
    for name, unit in (("d", 86400), ("h", 3600), ("m", 60)):
        if value and value % unit == 0:
            return f"{value // unit}{name}"
    return f"{value}s" if value else 0


def parse_mac(text: str) -> str | None:
    """Twelve upper-case hex digits, the form of `VMNetworkAdapter.MacAddress`; None if the text is no MAC address."""
    digits = re.sub(r"[-:.\s]", "", text).upper()
    return digits if re.fullmatch(r"[0-9A-F]{12}", digits) else None


def mac_text(digits: str) -> str:
    """`00-15-5D-01-02-03`."""
    return "-".join(digits[i : i + 2] for i in range(0, 12, 2))


@lru_cache(maxsize=1 << 16)
def path_key(path: str) -> str:
    """Two paths that name one file have one key: letters in lower case, one kind of separator, none at the end."""
    clean = path.replace("/", "\\")
    clean = "\\" * (len(clean) - len(clean.lstrip("\\")) and 2) + re.sub(r"\\+", r"\\", clean.lstrip("\\"))
    return clean.rstrip("\\").lower()


def parent_of(path: str) -> str:
    """The folder of a path, `C:\\` for what stands in a root, `""` where there is none."""
    clean = path.replace("/", "\\").rstrip("\\")
    head, separator, _ = clean.rpartition("\\")
    if not separator:
        return ""
    return head + "\\" if re.fullmatch(r"[A-Za-z]:", head) else head


def leaf_of(path: str) -> str:
    """The last part of a path."""
    return path.replace("/", "\\").rstrip("\\").rpartition("\\")[2]


def join(folder: str, name: str) -> str:
    """A path below a folder."""
    return folder.rstrip("\\/") + "\\" + name


def extension_of(path: str) -> str:
    """`.vhdx` in lower case, or `""`."""
    stem, dot, extension = leaf_of(path).rpartition(".")
    return f".{extension.lower()}" if dot and stem else ""


def legal_name(name: str) -> bool:
    """Whether Windows takes the text as the name of a file or folder."""
    return bool(name) and not re.search(r'[<>:"/\\|?*\x00-\x1f]', name) and name[-1] not in " ."
