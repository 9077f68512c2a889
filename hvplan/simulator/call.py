"""The seam between `powershell` and `world`: a bound call goes in, records, errors and warnings come out.

The world never knows how a command was typed: names are canonical, values converted, sets resolved. It
never learns either whether our own binder or a real PowerShell engine stands in front of it, so it relies
on no more of a live object than `type`, `id` and `name` (that is all a real engine hands back).
Each object of a pipe is a call of its own. `ShouldProcess` (`-WhatIf`, `-Confirm`) has been decided before.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hvplan.simulator.values import Obj


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One command with its parameters bound.

    `command`: canonical name without module (`Set-VMMemory`). `set`: the parameter set's name.
    `bound`: parameter -> converted value, only what was given (switches `True` or `False`, common
    parameters included). `session`, `pipeline`: numbers for the audit log. `stopped` is set when the
    client asked to stop: a call that waits ends then.
    """

    command: str
    set: str
    bound: Mapping[str, Any]
    session: int = 0
    pipeline: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """One error record of a command.

    `id` without the class (`InvalidState`: PowerShell adds `,Microsoft.HyperV.PowerShell.Commands.SetVM`),
    `category` an ErrorCategory name, `exception` the last part or the whole of a type name,
    `target` the target object (text, `Obj` or None), `terminating`: thrown for good, so nothing of this
    command runs after it.
    """

    id: str
    category: str
    message: str
    exception: str = "Microsoft.HyperV.PowerShell.VirtualizationException"
    target: object = None
    terminating: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call gave: warnings are reported first, then records go down the pipe one by one, then errors are reported."""

    records: tuple[Obj | Any, ...] = ()
    errors: tuple[Error, ...] = ()
    warnings: tuple[str, ...] = ()


class World(Protocol):
    """Who answers bound calls. Safe to call from several threads."""

    @property
    def release(self) -> str:
        """`2016 | 2019 | 2022 | 2025 | Windows 11`: which cmdlets and parameters exist follows from it."""
        ...

    def call(self, call: Call) -> Answer:
        """Carry out one bound call, write its line to the audit log and return the answer; never raises for a user's mistake."""
        ...

    def unbound(self, command: str, error_id: str, session: int, pipeline: int) -> None:
        """Note in the audit log that an invocation did not bind."""
        ...
