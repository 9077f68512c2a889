"""The constant scripts: what no pipe of cmdlets can say, because a parameter wants live objects of which there are several.

They are data files in `scripts/`, take typed parameters and nothing else, and are the only script text that is ever
sent: to a session that takes scripts as they stand, to a restricted one as the function of that name (truth 23).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from hvplan.cmdlets.invocation import Cmd

FILES: Final[Mapping[str, str]] = {"Set-HvplanBootOrder": "set_boot_order.ps1"}
"""Name of the command -> the file in `scripts/`."""


@cache
def text(name: str) -> str:
    """The script behind a command of the table. KeyError for one that is a cmdlet."""
    return files("hvplan.cmdlets").joinpath("scripts", FILES[name]).read_text("utf-8")


def script_of(cmd: Cmd) -> str:
    """The script text that a command stands for; `""` for a cmdlet."""
    return text(cmd.cmdlet) if cmd.cmdlet in FILES else ""


def hashes() -> Mapping[str, str]:
    """Every script text that may travel: name of the command -> SHA-256 of its UTF-8 bytes, in hex."""
    return {name: hashlib.sha256(text(name).encode("utf-8")).hexdigest() for name in FILES}


def definition(name: str) -> str:
    """The function of that name, with the constant for its body, as PowerShell to paste; it ends with its closing brace."""
    return f"function {name} {{\n{text(name)}}}"
