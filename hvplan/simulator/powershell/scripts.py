"""Script texts that a session runs although it runs no script: constants, known by their hash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hvplan.simulator.pipe import Argument
from hvplan.simulator.powershell.commands import Commands
from hvplan.simulator.powershell.pipeline import Session

Script = Callable[[Sequence[Argument], Commands, Session], None]
"""What a constant script does: calls commands as the script would. Raises Terminate."""

Scripts = Mapping[str, Script]
"""SHA-256 (hex) of the text's UTF-8 -> what it does."""
