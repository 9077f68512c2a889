"""What may be asked of every row of the model, by its sort of value: a new row is asked for by itself, a new sort has to be named here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from hypothesis import strategies as st

from hvplan.model.rows import Row
from hvplan.model.values import UNSET

Json = Any
Values = st.SearchStrategy[Json]

MIB: Final = 1 << 20
RELEASES: Final = ("2016", "2019", "2022", "2025", "Windows 11")
TEXTS: Final = ("", "Front end", "two\nlines", "Bücher ’quoted‘ $(x) `t", " blanks ", "x" * 300, "hvplan", "'; Remove-VM *", "日本 😀", "1234", "tab\there")
FOLDERS: Final = ("D:\\VMs", "D:\\Elsewhere", "D:\\a b\\[c]", "C:\\Checkpoints")


def _sizes(*mib: int) -> Values:
    """Sizes in MiB, written as people do and as plain bytes."""
    return st.sampled_from([f"{size}MiB" for size in mib] + [mib[0] * MIB])


BY_PATH: Final[Mapping[str, Values]] = {
    "processor.count": st.integers(1, 4),
    "processor.reserve": st.sampled_from([0, 5, 10, 100]),
    "processor.limit": st.sampled_from([100, 90, 50, 10]),
    "processor.numa.maximumPerNode": st.sampled_from([4, 8, 16]),
    "memory.startup": _sizes(512, 256, 1024),
    "memory.dynamic.minimum": _sizes(256, 32, 64, 128, 512),
    "memory.dynamic.maximum": _sizes(1024, 512, 2048, 1 << 20),
    "memory.numaMaximumPerNode": _sizes(1024, 4096, 16),
    "memoryMappedIo.low": _sizes(128, 512, 3584),
    "memoryMappedIo.high": _sizes(512, 32 << 10),
    "settings.liveMigration.maximum": st.integers(0, 9),
    "settings.liveMigration.storageMaximum": st.integers(0, 9),
    "offload.ipsecAssociations": st.sampled_from([512, 0, 4096]),
    "settings.macAddressRange.minimum": st.sampled_from(["00-15-5D-10-00-00", "00155d200000"]),
    "settings.macAddressRange.maximum": st.sampled_from(["00-15-5D-30-00-FF", "00:15:5d:40:00:ff"]),
}
"""Where the sort alone says too little: what a small host can give, or what goes together."""

BY_SORT: Final[Mapping[str, Values]] = {
    "text": st.sampled_from(TEXTS),
    "path": st.sampled_from(FOLDERS),
    "true | false": st.sampled_from([True, False, "On", "off"]),
    "template | true | false": st.sampled_from([True, False, "MicrosoftWindows", "microsoftUEFICertificateAuthority"]),
    "size": _sizes(1024, 512, 64),
    "duration": st.sampled_from([0, 30, "90s", "5m"]),
    "whole minutes": st.sampled_from([60, "30m", "2h"]),
    "named pipe": st.sampled_from([r"\\.\pipe\one", r"\\.\pipe\two words", r"\\server\pipe\three"]),
    "rate": st.sampled_from([0, "1Gbit", "500Mbit", 10_000_000]),
    "MAC address": st.sampled_from(["00-15-5D-01-02-03", "00155d010204"]),
    "MAC address | Dynamic": st.sampled_from(["Dynamic", "00-15-5D-0A-0B-01", "00:15:5d:0a:0b:02", "00155D0A0B03"]),
    "VLAN id | Untagged": st.sampled_from([10, 20, 4094, "Untagged", {"trunk": ["10-20", 30]}, {"trunk": [100], "native": 1}]),
    "list of boot devices": st.permutations(["CD", "IDE", "LegacyNetworkAdapter", "Floppy"]),
}
"""Sort of value -> what to write, in any of the ways in which people do."""


def value(row: Row) -> Values:
    """Values that one row takes; `null` now and then, where it stands for something. LookupError for a sort that is not known."""
    known = _value(row)
    return known if row.resets_to is UNSET else st.one_of(known, known, known, known, st.none())


def _value(row: Row) -> Values:
    sort = row.kind.name
    if row.path in BY_PATH:
        return BY_PATH[row.path]
    if sort in BY_SORT:
        return BY_SORT[sort]
    if bounds := re.fullmatch(r"(\d+) to (\d+)", sort):
        low, high = int(bounds[1]), int(bounds[2])
        return st.sampled_from(sorted({low, min(low + 2, high), min(max(low, 100), high), min(high, 4000)}))
    if re.fullmatch(r"\w+( \| \w+)+", sort):
        return st.sampled_from(sort.split(" | "))
    raise LookupError(f"{row.path} is a {sort}, of which no values are known: tell BY_SORT in {__name__} some")


def fits(row: Row, generation: int, release: str) -> bool:
    """Has a machine of this generation on a host of this release that row."""
    return generation in row.generations and RELEASES.index(release) >= RELEASES.index(row.since)
