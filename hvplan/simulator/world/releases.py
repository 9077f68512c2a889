"""What differs between releases of Windows: builds, configuration versions, limits (behaviour 1.3 and 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hvplan.simulator.world.units import GIB, TIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release. Counts and bytes are limits of one VM; `vcpus2` and `memory2` hold for Generation 2."""

    build: str
    caption: str
    server: bool
    versions: tuple[str, ...]
    default_version: str
    vcpus2: int
    memory2: int
    adapters2: int
    vcpus1: int = 64
    memory1: int = TIB
    switch_id: bool = True
    threads_per_core: int = 0


RELEASES: dict[str, Release] = {
    "2016": Release(
        build="14393", caption="Microsoft Windows Server 2016 Standard", server=True, versions=("5.0", "6.2", "7.0", "7.1", "8.0"), default_version="8.0",
        vcpus2=240, memory2=12 * TIB, adapters2=8, switch_id=False, threads_per_core=1,
    ),
    "2019": Release(
        build="17763", caption="Microsoft Windows Server 2019 Standard", server=True,
        versions=("5.0", "6.2", "7.0", "7.1", "8.0", "8.1", "8.2", "8.3", "9.0"), default_version="9.0", vcpus2=240, memory2=12 * TIB, adapters2=64,
    ),
    "2022": Release(
        build="20348", caption="Microsoft Windows Server 2022 Standard", server=True,
        versions=("8.0", "8.1", "8.2", "8.3", "9.0", "9.1", "9.2", "9.3", "10.0"), default_version="10.0", vcpus2=1024, memory2=240 * TIB, adapters2=64,
    ),
    "2025": Release(
        build="26100", caption="Microsoft Windows Server 2025 Standard", server=True,
        versions=("8.0", "8.1", "8.2", "8.3", "9.0", "9.1", "9.2", "9.3", "10.0", "11.0", "12.0"), default_version="12.0",
        vcpus2=2048, memory2=240 * TIB, adapters2=64,
    ),
    "Windows 11": Release(
        build="26100", caption="Microsoft Windows 11 Pro", server=False,
        versions=("8.0", "8.1", "8.2", "8.3", "9.0", "9.1", "9.2", "9.3", "10.0", "11.0", "12.0"), default_version="12.0",
        vcpus2=2048, memory2=240 * TIB, adapters2=64,
    ),
}  # fmt: skip

TEMPLATES = {
    "MicrosoftWindows": UUID("1734c6e8-3154-4dda-ba5f-a874cc483422"),
    "MicrosoftUEFICertificateAuthority": UUID("272e7447-90a4-4563-a4b9-8e4ab00526ce"),
    "OpenSourceShieldedVM": UUID("4292ae2b-ee2c-42b5-a969-dd8f8689f6f3"),
}
"""Secure boot templates that a host brings along; which of them an early 2016 lacks, no source tells."""
NAME_LENGTH, NOTES_LENGTH = 100, 4096
SYNTHETIC_ADAPTERS1, LEGACY_ADAPTERS1, SCSI_CONTROLLERS, SCSI_LOCATIONS, IDE_CONTROLLERS, IDE_LOCATIONS = 8, 4, 4, 64, 2, 2
CHECKPOINTS = 50
MEMORY_MINIMUM, MEMORY_ALIGNMENT = 32 << 20, 2 << 20
VHDX_MAXIMUM, VHD_MAXIMUM, VHD_MINIMUM = 64 * TIB, 2040 * GIB, 3 << 20


def version_tuple(version: str) -> tuple[int, ...]:
    """`10.0` as numbers, to compare."""
    return tuple(int(part) for part in version.split("."))
