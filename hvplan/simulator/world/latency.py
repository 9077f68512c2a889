"""How long a call takes on a host: assumed values, so that waits and parallelism can be seen; not measurements.

They lean on the few published latencies (behaviour 5.3): New-VM 2 s, start 0.24 s, save 0.2 s, turn off 0.1 s.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds: of a read, of a write, of named commands; of a guest's shutdown and start; of a merge for each disk."""

    read: float = 0.0
    write: float = 0.0
    commands: dict[str, float] = field(default_factory=dict)
    shutdown: float = 0.0
    start: float = 0.0
    merge: float = 0.0


_COMMANDS = {"New-VM": 2.0, "Start-VM": 0.25, "Save-VM": 0.2, "Checkpoint-VM": 1.0, "Remove-VM": 0.15, "New-VHD": 0.3, "Copy-Item": 2.0, "Convert-VHD": 4.0}

PROFILES: dict[str, Latency] = {
    "none": Latency(),
    "lan": Latency(read=0.03, write=0.1, commands=_COMMANDS, shutdown=8.0, start=1.0, merge=5.0),
    "wan": Latency(read=0.1, write=0.2, commands=_COMMANDS, shutdown=8.0, start=1.0, merge=5.0),
}
"""`none` (the default), `lan` and `wan`."""


def seconds(profile: Latency, command: str) -> float:
    """How long one bound call takes."""
    if command in profile.commands:
        return profile.commands[command]
    return profile.read if command.startswith(("Get-", "Test-", "Measure-", "Compare-")) else profile.write
