"""A session configuration file (`.pssc`), or the role file (`.psrc`) that a JEA endpoint is made from: what a restricted host serves.

The endpoint is served under the file's name without its ending, as `Register-PSSessionConfiguration -Name` would be called
for it. A file without `SessionType` is a `RestrictedRemoteServer` one, as JEA wants it, for the built-in PowerShell and
for a real engine alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import ConfigurationError
from hvplan.simulator.powershell.data_file import read_data_file, start_of_table
from hvplan.simulator.powershell.restricted import read_configuration, read_role

_TYPE: Final = "SessionType"
_NOT_HERE: Final[Mapping[str, str]] = {
    "roledefinitions": "it belongs to an endpoint that is registered on Windows; write the role's own keys here",
    "roles": "it belongs to an endpoint that is registered on Windows; write the role's own keys here",
    "scriptstoprocess": "no script runs on a simulated host",
    "functiondefinitions": "no script runs on a simulated host",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFile:
    """`name`: of the endpoint. `session`: what `SimulatedPowerShell` takes. `text`: the file as a real engine is to read it, session type included."""

    name: str
    session: Mapping[str, Any]
    text: str


def read_session_file(path: Path | str) -> SessionFile:
    """Read it. Raises ConfigurationError for a file that cannot be read, is no data file, or asks for what a simulated host cannot do."""
    file = Path(path)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise _wrong("path-unreadable", file, f"The session configuration file cannot be read: {why}.", "Name a .pssc or .psrc file, in UTF-8.") from error
    try:
        session = read_role(text)
        read_configuration(session)
    except ValueError as error:
        raise _wrong("invalid-value", file, f"The session configuration file is not understood: {error}.", "It is one table, @{ ... }, of data.") from error
    for key, value in session.items():
        why = _NOT_HERE.get(key.lower())
        if why is not None and value:
            raise _wrong("invalid-value", file, f"`{key}` is not understood here.", f"Take it out: {why}.")
    if not any(key.lower() == _TYPE.lower() for key in read_data_file(text)):
        at = start_of_table(text)
        text = f"{text[:at]} {_TYPE} = 'RestrictedRemoteServer';{text[at:]}"
    return SessionFile(name=file.stem, session=session, text=text)


def _wrong(code: str, file: Path, summary: str, hint: str) -> ConfigurationError:
    return ConfigurationError(Diagnostic(code=code, summary=summary, hint=hint, place=Place(str(file))))
