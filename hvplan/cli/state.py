"""What one command carries from its start to its end."""

from __future__ import annotations

from dataclasses import dataclass

from hvplan.cli.output import Output


@dataclass(slots=True)
class Run:
    """`wrote`: a write may have reached a host, so a failure from now on is exit code 4 and never 1."""

    output: Output
    wrote: bool = False
