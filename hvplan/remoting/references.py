"""Values that documents only point to: `{env: NAME}`, `{file: PATH}`, `{keyring: SERVICE}`, `{prompt: true}`, `{command: [...]}`.

Errors name the reference, never its value.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConnectionFailed

Prompt = Callable[[str, bool], str]
"""Asks a person: text, and whether what is typed stays hidden."""

COMMAND_SECONDS: Final = 60


def resolve_reference(reference: Any, *, what: str, hidden: bool, prompt: Prompt | None = None, commands: bool = False) -> str:
    """The value behind a reference; plain text is itself, unless it should be hidden. Raises ConnectionFailed."""
    match reference:
        case str() if not hidden:
            return reference
        case {"env": str(name)}:
            return _env(name, what)
        case {"file": str(path)}:
            return _file(path, what)
        case {"keyring": str(service)}:
            return _keyring(service, what)
        case {"prompt": True}:
            return _prompt(what, hidden, prompt)
        case {"command": [str(program), *rest]} if commands:
            return _command([program, *map(str, rest)], what)
        case {"command": _}:
            raise _failed(what, "a command is run from a hosts file only", "Move the connection into a hosts file (--hosts).")
        case _:
            raise _failed(what, "it is not a reference", "Write {env: NAME}, {file: PATH}, {keyring: SERVICE} or {prompt: true}.")


def _failed(what: str, why: str, hint: str = "") -> ConnectionFailed:
    return ConnectionFailed(Diagnostic(code="reference-failed", summary=f"The {what} is not known: {why}.", hint=hint))


def _env(name: str, what: str) -> str:
    if value := os.environ.get(name, ""):
        return value
    raise _failed(what, f"the environment variable {name} is not set", f"export {name}=..., or in PowerShell $env:{name} = '...'")


def _file(path: str, what: str) -> str:
    try:
        value = Path(path).read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise _failed(what, f"the file {path} cannot be read ({said})") from None
    if not value:
        raise _failed(what, f"the file {path} is empty")
    return value


def _keyring(service: str, what: str) -> str:
    try:
        import keyring  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        raise _failed(what, "the keyring package is not installed", "pip install keyring, or use another reference.") from None
    kind = what.split()[0]
    try:
        value = keyring.get_password(service, kind)
    except Exception as error:  # noqa: BLE001 - every backend has errors of its own
        raise _failed(what, f"the keyring failed ({type(error).__name__})") from None
    if not value:
        raise _failed(what, f"the keyring has no entry {service} / {kind}", f"keyring set {service} {kind}")
    return str(value)


def _prompt(what: str, hidden: bool, prompt: Prompt | None) -> str:
    if prompt is None:
        raise _failed(what, "nobody can be asked here", "Use {env: NAME} or {file: PATH} where no one types.")
    if value := prompt(f"{what[0].upper()}{what[1:]}", hidden):
        return value
    raise _failed(what, "nothing was typed")


def _command(command: list[str], what: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=COMMAND_SECONDS, check=False, text=True, encoding="utf-8", errors="strict")
    except subprocess.TimeoutExpired:
        raise _failed(what, f"the command {command[0]} did not end within {COMMAND_SECONDS} s") from None
    except UnicodeDecodeError:
        raise _failed(what, f"the command {command[0]} printed something that is not UTF-8") from None
    except OSError as error:
        raise _failed(what, f"the command {command[0]} cannot be run ({error.strerror})") from None
    value = done.stdout.rstrip("\r\n")
    if done.returncode or not value:
        raise _failed(what, f"the command {command[0]} " + (f"ended with {done.returncode}" if done.returncode else "printed nothing"))
    return value
