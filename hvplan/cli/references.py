"""References in a connection to the values they stand for. Values stay in memory and are written nowhere."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError

Json = Any
Ask = Callable[[str], str | None]
"""A question that is answered without echo; None when nobody is there to be asked."""


def resolve(reference: Json, *, host: str, what: str, ask: Ask, trusted: bool) -> str:
    """The value of `{env: NAME} | {file: PATH} | {keyring: SERVICE} | {prompt: true} | {command: [...]}`.

    `trusted`: it comes from a hosts file, the only place where `command` may stand. Raises ConfigurationError.
    """
    match reference:
        case {"env": str(name)}:
            value = os.environ.get(name)
            if value is None:
                raise _missing(host, what, f"the environment variable {name} is not set", f"export {name}=... before calling hvplan")
            return value
        case {"file": str(path)}:
            try:
                return Path(path).read_text("utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise _missing(host, what, f"{path} cannot be read: {error}", "the file holds the value alone, in UTF-8") from error
        case {"keyring": str(service)}:
            return _keyring(service, host, what)
        case {"prompt": True}:
            answer = ask(f"{what} for host {host}: ")
            if answer is None:
                raise _missing(host, what, "it would be asked for, and there is no terminal", "use {env: NAME} or {file: PATH} where nobody is there to answer")
            return answer
        case {"command": [str(), *_] as command} if trusted:
            return _command([str(word) for word in command], host, what)
        case {"command": _}:
            raise _missing(
                host,
                what,
                "`command` stands outside a hosts file",
                "move the connection to a hosts file (--hosts FILE), the only place where it may start a program",
            )
        case _:
            raise _missing(
                host, what, "it is no reference", "write {env: NAME}, {file: PATH}, {keyring: SERVICE} or {prompt: true}; a plain value never stands in a file"
            )


def _keyring(service: str, host: str, what: str) -> str:
    import importlib

    try:
        keyring = importlib.import_module("keyring")
    except ImportError as error:
        raise _missing(host, what, "{keyring: ...} needs the Python package keyring", "pip install keyring, or use {env: NAME}") from error
    value = keyring.get_password(service, what)
    if value is None:
        raise _missing(host, what, f"the keyring holds nothing for service {service}, user {what}", f"keyring set {service} {what}")
    return str(value)


def _command(command: list[str], host: str, what: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise _missing(host, what, f"{command[0]} failed: {type(error).__name__}", "run the command of the hosts file by hand to see why") from error
    return done.stdout.rstrip("\r\n")


def _missing(host: str, what: str, why: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Diagnostic(code="no-credentials", summary=f"host {host}: no {what}: {why}", hint=hint))
