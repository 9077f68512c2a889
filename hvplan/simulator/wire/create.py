"""CREATE_PIPELINE and PIPELINE_INPUT -> a parsed `Pipeline`.

A parameter's name is read as PowerShell rebuilds the token it came from: without a dash the name has its
value, null included (`Force` with null is `-Force:$null`, which a switch takes as true: truth 8); with a
dash, spaces behind it are cut, a colon at its end says that a value belongs to it, and without a colon a
null value means a bare name (truth, closing remarks).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hvplan.simulator.pipe import Argument, Command
from hvplan.simulator.values import Enum
from hvplan.simulator.wire.safe_xml import Malformed
from hvplan.simulator.wire.values_in import Reader

_DASHES = frozenset("-\u2013\u2014\u2015")
# Without one of these the real engine takes the message for none and the session is lost.
_OF_MESSAGE = ("NoInput", "ApartmentState", "RemoteStreamOptions", "AddToHistory", "HostInfo", "PowerShell", "IsNested")
_OF_POWERSHELL = ("Cmds", "IsNested", "History", "RedirectShellErrorOutputPipe")
_OF_COMMAND = ("Cmd", "IsScript", "UseLocalScope", "MergeMyResult", "MergeToResult", "MergePreviousResults", "Args")
_MERGES = ("MergeError", "MergeWarning", "MergeVerbose", "MergeDebug", "MergeInformation")
_MERGED_ERRORS = (2, 1)  # `MergeMyResult` Error, `MergeToResult` Output: how protocol 2.1 says what `MergeError` says since 2.2


class NotCreated(Exception):
    """A message that reads but asks for no pipeline: the pipeline fails, the session lives on (the real engine's answer).

    `error_id` is `RuntimeException` (a command or parameter without a name), `Argument` (a parameter named `-`), or `NotSimulated`
    for what only a real engine does.
    """

    def __init__(self, error_id: str, message: str) -> None:
        super().__init__(message)
        self.error_id = error_id


def _no_pipeline() -> NotCreated:
    return NotCreated("RuntimeException", "An error occurred while creating the pipeline.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """What CREATE_PIPELINE asks for; `no_input` False: wait for the end of the pipeline's input."""

    statements: tuple[tuple[Command, ...], ...]
    no_input: bool


def read_create(root: ET.Element, *, secrets: bool) -> Create:
    """Read the message. Raises Malformed, also for a number that does not fit its type (truth 10), and NotCreated."""
    reader = Reader(secrets=secrets)
    message = _with(reader.members(root), _OF_MESSAGE)
    shell = _with(reader.members(message["PowerShell"]), _OF_POWERSHELL)
    # The type names of a list's items are numbered through the message, so it is read in document order.
    statements: list[tuple[Command, ...]] = []
    single: tuple[Command, ...] = ()
    for name, member in shell.items():
        if name == "Cmds":
            single = _commands(reader, member)
        elif name == "ExtraCmds":
            statements = [_commands(reader, _with(reader.members(extra), ("Cmds",))["Cmds"]) for extra in reader.items(member)]
    # With several statements `Cmds` repeats the first of them.
    found = tuple(statements) or (single,)
    if not all(found):
        raise Malformed("a statement has no command")
    return Create(statements=found, no_input=_boolean(reader.read(message["NoInput"]), "NoInput"))


def read_input(root: ET.Element, *, secrets: bool) -> Any:
    """The object of a PIPELINE_INPUT message. Raises Malformed."""
    return Reader(secrets=secrets).read(root)


def argument(name: str | None, value: Any) -> Argument:
    """One argument as PowerShell understands the name it was sent with. Raises NotCreated for a name of nothing but dash and colon."""
    if name is None:
        return Argument(None, value)
    if not name.strip():
        raise _no_pipeline()
    if name[0] not in _DASHES:
        return Argument(name, value)
    text = name.rstrip()
    colon = text.endswith(":")
    bare = text[1:-1] if colon else text[1:]
    if bare[:1] in _DASHES:
        bare = bare[1:]  # the binder forgives one more
    if not bare:
        raise NotCreated(
            "Argument",
            'Cannot process argument because the value of argument "name" is not valid. Change the value of the "name" argument and run the operation again.',
        )
    return Argument(bare, value, given=colon or value is not None)


def _commands(reader: Reader, element: ET.Element) -> tuple[Command, ...]:
    return tuple(_command(reader, item, first=index == 0) for index, item in enumerate(reader.items(element)))


def _command(reader: Reader, element: ET.Element, *, first: bool) -> Command:
    name, script, scope = None, False, None
    arguments: tuple[Argument, ...] = ()
    merges: dict[str, int] = {}
    for key, member in _with(reader.members(element), _OF_COMMAND).items():
        if key == "Args":
            arguments = tuple(_argument(reader, item) for item in reader.items(member))
            continue
        value = reader.read(member)  # in document order: later objects refer to type names of earlier ones
        if key == "Cmd":
            name = value
        elif key == "IsScript":
            script = _boolean(value, key)
        elif key == "UseLocalScope":
            scope = None if value is None else _boolean(value, key)
        elif key.startswith("Merge"):
            merges[key] = (value.number or 0) if isinstance(value, Enum) else 0
    if name is not None and not isinstance(name, str):
        raise Malformed("a command's name is not text")
    if not name:
        raise _no_pipeline()
    _refuse_merges(merges, first=first)
    return Command(name, arguments, script, scope)


def _refuse_merges(merges: Mapping[str, int], *, first: bool) -> None:
    """Streams stay apart here; a client that wants them merged must not believe that they were."""
    pair = (merges.get("MergeMyResult", 0), merges.get("MergeToResult", 0))
    if pair not in ((0, 0), _MERGED_ERRORS):
        raise Malformed("MergeMyResult and MergeToResult can only merge errors into the output")
    asked = [name for name in _MERGES if merges.get(name)]
    if pair == _MERGED_ERRORS and "MergeError" not in merges:
        asked.append("MergeMyResult")
    if merges.get("MergePreviousResults") and not first:
        asked.append("MergePreviousResults")
    if asked:
        raise NotCreated("NotSimulated", f"Merging streams ({', '.join(asked)}) is not simulated; read the streams apart.")


def _argument(reader: Reader, element: ET.Element) -> Argument:
    members = _with(reader.members(element), ("N", "V"))
    name = reader.read(members["N"])
    if name is not None and not isinstance(name, str):
        raise Malformed("a parameter's name is not text")
    return argument(name, reader.read(members["V"]))


def _with(members: dict[str, ET.Element], names: tuple[str, ...]) -> dict[str, ET.Element]:
    """The members, which have all these names."""
    for name in names:
        if name not in members:
            raise Malformed(f"the message has no {name}")
    return members


def _boolean(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise Malformed(f"{name} is not a boolean")
    return value
