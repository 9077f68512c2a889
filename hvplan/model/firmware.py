"""What a machine shows before its guest does: UEFI firmware, BIOS, video. All of it is changed with the machine off (behaviour 2.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from hvplan.model.impact import Impact
from hvplan.model.rows import Record, Sent, attribute
from hvplan.model.values import TRUTH, Kind, Reset, Unset, number, word

RESTART: Final = Impact.RESTART

TEMPLATES: Final = ("MicrosoftWindows", "MicrosoftUEFICertificateAuthority", "OpenSourceShieldedVM")
"""Secure boot templates that Windows brings, in its spelling; a host may have others."""


def _secure_boot(raw: object) -> bool | str:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("on", "off", "true", "false"):
        return raw.lower() in ("on", "true")
    if isinstance(raw, str) and raw:
        return next((name for name in TEMPLATES if name.lower() == raw.lower()), raw)
    raise ValueError("the name of a secure boot template, true (keep the template) or false")


SECURE_BOOT: Kind[bool | str] = Kind(
    name="template | true | false",
    parse=_secure_boot,
    show=lambda value: value if isinstance(value, str) else "on" if value else "off",
    schema={"type": ["boolean", "string"], "minLength": 1},
)


def _read_secure_boot(record: Record) -> bool | str:
    if str(record["SecureBoot"]).lower() != "on":
        return False
    return cast("bool | str", record["SecureBootTemplate"] or True)


def _send_secure_boot(value: bool | str) -> Mapping[str, Sent]:
    if value is False:
        return {"EnableSecureBoot": "Off"}
    return {"EnableSecureBoot": "On"} if value is True else {"EnableSecureBoot": "On", "SecureBootTemplate": value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Firmware:
    """UEFI firmware of a Generation 2 VM. A live value is the template's name while secure boot is on, else false."""

    secure_boot: bool | str | Unset | Reset = attribute(
        SECURE_BOOT,
        "firmware.secureBoot",
        get="SecureBoot SecureBootTemplate",
        set="EnableSecureBoot SecureBootTemplate",
        query="Get-VMFirmware",
        write="Set-VMFirmware",
        impact=RESTART,
        generations=(2,),
        default=True,
        decode=_read_secure_boot,
        encode=_send_secure_boot,
        doc="Secure Boot: a template name, true (keep the template) or false.",
        source="behaviour 2.5, 6",
    )
    console_mode: str | Unset | Reset = attribute(
        word("Default", "COM1", "COM2", "None"),
        "firmware.consoleMode",
        get="ConsoleMode",
        set="ConsoleMode",
        query="Get-VMFirmware",
        write="Set-VMFirmware",
        impact=RESTART,
        generations=(2,),
        reset="Default",
        doc="Where the firmware shows its console.",
        source="catalogue; costs as the other firmware settings, behaviour 2.5",
    )
    pause_after_boot_failure: bool | Unset | Reset = attribute(
        TRUTH,
        "firmware.pauseAfterBootFailure",
        get="PauseAfterBootFailure",
        set="PauseAfterBootFailure",
        query="Get-VMFirmware",
        write="Set-VMFirmware",
        impact=RESTART,
        generations=(2,),
        reset=False,
        encode=lambda value: {"PauseAfterBootFailure": "On" if value else "Off"},
        doc="Whether the machine is paused when nothing could be booted.",
        source="catalogue; costs as the other firmware settings, behaviour 2.5",
    )
    network_boot: str | Unset | Reset = attribute(
        word("IPv4", "IPv6"),
        "firmware.networkBoot",
        get="PreferredNetworkBootProtocol",
        set="PreferredNetworkBootProtocol",
        query="Get-VMFirmware",
        write="Set-VMFirmware",
        impact=RESTART,
        generations=(2,),
        reset="IPv4",
        doc="Which protocol a boot from the network tries first.",
        source="catalogue; costs as the other firmware settings, behaviour 2.5",
    )


_DEVICES: Final = ("CD", "IDE", "LegacyNetworkAdapter", "Floppy")
"""What a BIOS boots from, in the order of a new machine (behaviour 3.2)."""
_DEVICE: Final = word(*_DEVICES)


def _startup_order(raw: object) -> tuple[str, ...]:
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        try:
            found = tuple(_DEVICE.parse(item) for item in raw)
        except ValueError:
            found = ()
        if sorted(found) == sorted(_DEVICES):
            return found
    raise ValueError("a list of all of " + ", ".join(_DEVICES) + ", each once")


STARTUP_ORDER: Final[Kind[tuple[str, ...]]] = Kind(
    name="list of boot devices",
    parse=_startup_order,
    show=lambda value: ", ".join(value),
    json=list,
    schema={"type": "array", "items": dict(_DEVICE.schema), "minItems": len(_DEVICES), "maxItems": len(_DEVICES), "uniqueItems": True},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bios:
    """The BIOS of a Generation 1 machine."""

    startup_order: tuple[str, ...] | Unset | Reset = attribute(
        STARTUP_ORDER,
        "bios.startupOrder",
        get="StartupOrder",
        set="StartupOrder",
        query="Get-VMBios",
        write="Set-VMBios",
        impact=RESTART,
        generations=(1,),
        reset=_DEVICES,
        doc="What a Generation 1 machine boots from, in this order.",
        source="behaviour 2.5, 3.2",
    )
    num_lock: bool | Unset | Reset = attribute(
        TRUTH,
        "bios.numLock",
        get="NumLockEnabled",
        set="EnableNumLock DisableNumLock",
        query="Get-VMBios",
        write="Set-VMBios",
        impact=RESTART,
        generations=(1,),
        encode=lambda value: {"EnableNumLock" if value else "DisableNumLock": True},
        doc="Whether NumLock is on when the machine starts.",
        source="catalogue; costs as the boot order, behaviour 2.5",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """The synthetic video adapter. Its three settings travel in one call."""

    resolution: str | Unset | Reset = attribute(
        word("Maximum", "Single", "Default"),
        "video.resolution",
        get="ResolutionType",
        set="ResolutionType",
        query="Get-VMVideo",
        write="Set-VMVideo",
        impact=RESTART,
        together="video",
        reset="Default",
        doc="What the size below means to the guest: the largest it may choose, the only one, or nothing.",
        source="catalogue; no source says that it changes under power",
    )
    horizontal: int | Unset | Reset = attribute(
        number(640, 65535),
        "video.horizontal",
        get="HorizontalResolution",
        set="HorizontalResolution",
        query="Get-VMVideo",
        write="Set-VMVideo",
        impact=RESTART,
        together="video",
        doc="Width in pixels.",
        source="catalogue; no source says that it changes under power",
    )
    vertical: int | Unset | Reset = attribute(
        number(480, 65535),
        "video.vertical",
        get="VerticalResolution",
        set="VerticalResolution",
        query="Get-VMVideo",
        write="Set-VMVideo",
        impact=RESTART,
        together="video",
        doc="Height in pixels.",
        source="catalogue; no source says that it changes under power",
    )
