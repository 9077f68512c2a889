"""CREATE_PIPELINE and PIPELINE_INPUT -> a parsed `Pipeline`.

A parameter's name is read as PowerShell rebuilds the token it came from: without a dash the name has its
value, null included (`Force` with null is `-Force:$null`, which a switch takes as true: truth 8); with a
dash, spaces behind it are cut, a colon at its end says that a value belongs to it, and without a colon a
null value means a bare name (truth, closing remarks).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from hvplan.simulator.pipe import Argument, Command
from hvplan.simulator.wire.safe_xml import Malformed
from hvplan.simulator.wire.values_in import Reader

_DASHES = frozenset("-\u2013\u2014\u2015")


class NotCreated(Exception):
    """A message that reads but asks for no pipeline: the pipeline fails, the session lives on (the real engine's answer).

    `error_id` is `RuntimeException` (no command, no name) or `Argument` (a parameter named `-`).
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
    message = reader.members(root)
    shell = reader.members(_need(message, "PowerShell"))
    # The type names of a list's items are numbered through the message, so it is read in document order.
    statements: list[tuple[Command, ...]] = []
    single: tuple[Command, ...] = ()
    for name, member in shell.items():
        if name == "Cmds":
            single = _commands(reader, member)
        elif name == "ExtraCmds":
            statements = [_commands(reader, _need(reader.members(extra), "Cmds")) for extra in reader.items(member)]
    # With several statements `Cmds` repeats the first of them.
    found = tuple(statements) or (single,)
    if not all(found):
        raise _no_pipeline()
    no_input = message.get("NoInput")
    return Create(statements=found, no_input=no_input is None or reader.read(no_input) is not False)


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
    return tuple(_command(reader, item) for item in reader.items(element))


def _command(reader: Reader, element: ET.Element) -> Command:
    name, script, scope = None, False, None
    arguments: tuple[Argument, ...] = ()
    for key, member in reader.members(element).items():
        if key == "Cmd":
            name = reader.read(member)
        elif key == "IsScript":
            script = reader.read(member) is True
        elif key == "UseLocalScope":
            scope = reader.read(member)
        elif key == "Args":
            arguments = tuple(_argument(reader, item) for item in reader.items(member))
        elif member.tag == "Obj":
            reader.members(member)  # the merge settings: only their type names matter, later objects refer to them
    if not isinstance(name, str) or not name:
        raise _no_pipeline()
    return Command(name, arguments, script, scope if isinstance(scope, bool) else None)


def _argument(reader: Reader, element: ET.Element) -> Argument:
    members = reader.members(element)
    name = reader.read(members["N"]) if "N" in members else None
    if name is not None and not isinstance(name, str):
        raise Malformed("a parameter's name is not text")
    return argument(name, reader.read(members["V"]) if "V" in members else None)


def _need(members: dict[str, ET.Element], name: str) -> ET.Element:
    try:
        return members[name]
    except KeyError:
        raise Malformed(f"the message has no {name}") from None
