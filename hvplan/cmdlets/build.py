"""The only way to make an invocation: `read` and `write`, their parts, and their form in documents.

write(vm(id), Cmd("Set-VMProcessor", {"Count": 4}))
write(vm(id), Cmd("Get-VMNetworkAdapter"), where("Id", adapter), Cmd("Set-VMNetworkAdapterVlan", {"Access": True, "VlanId": 20}))
read((Cmd("Get-VM"), select("Id", "Name")))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hvplan.cmdlets.arguments import GUID, refs
from hvplan.cmdlets.check import WHERE, InvalidInvocation, check_read, check_write
from hvplan.cmdlets.invocation import Argument, Cmd, Invocation, Ref, Statement, Text
from hvplan.cmdlets.table import SELECT, TABLE

__all__ = ["InvalidInvocation", "expand", "from_json", "own_adapter", "read", "references", "resolve", "select", "switch", "to_json", "vm", "where", "write"]

Json = Any


def vm(id: str | Ref) -> Cmd:
    """`Get-VM -Id`: the virtual machine every change of it starts from."""
    return Cmd("Get-VM", {"Id": id})


def switch(id: str | Ref) -> Cmd:
    """`Get-VMSwitch -Id`: the switch every change of it starts from."""
    return Cmd("Get-VMSwitch", {"Id": id})


def own_adapter(id: str | Ref) -> tuple[Cmd, Cmd]:
    """`Get-VMNetworkAdapter -ManagementOS | Where-Object Id EQ`: the adapter of the host itself that every change of it starts from."""
    return Cmd("Get-VMNetworkAdapter", {"ManagementOS": True}), where("Id", id)


def where(property: str, value: Argument) -> Cmd:
    """`Where-Object -Property P -EQ -Value V`; writes choose by `Id` alone."""
    return Cmd(WHERE, {"Property": property, "EQ": True, "Value": value})


def select(*properties: str) -> Cmd:
    """Select-Object by its qualified name; a selected property travels one level deeper (truth 12)."""
    return Cmd(SELECT, {"Property": properties})


def expand(property: str) -> Cmd:
    """Select-Object that takes the values of one property apart; in a read, before its last select (`check` knows which properties)."""
    return Cmd(SELECT, {"ExpandProperty": property})


def write(*cmds: Cmd) -> Invocation:
    """One statement with one effect; completed with `Confirm: false`, and `Force` where the cmdlet asks. Raises InvalidInvocation."""
    statement = tuple(_complete(cmd) for cmd in cmds)
    check_write(statement)
    return Invocation((statement,), write=True)


def read(*statements: Statement) -> Invocation:
    """Statements that only read, one pipeline. Raises InvalidInvocation."""
    if not statements:
        raise InvalidInvocation("an invocation has no statement")
    for statement in statements:
        check_read(statement)
    return Invocation(statements, write=False)


def _complete(cmd: Cmd) -> Cmd:
    cmdlet = TABLE.get(cmd.cmdlet)
    if cmdlet is None or not cmdlet.write:
        return cmd
    extra: dict[str, Argument] = {}
    if cmdlet.asks and "Force" not in cmd.parameters:
        extra["Force"] = True
    if cmdlet.confirms and "Confirm" not in cmd.parameters:
        extra["Confirm"] = False
    return Cmd(cmd.cmdlet, {**cmd.parameters, **extra}) if extra else cmd


def to_json(invocation: Invocation) -> tuple[Mapping[str, Json], ...]:
    """A write as documents hold it: one mapping for each command, `{"cmdlet", "parameters"}`."""
    if not invocation.write or len(invocation.statements) != 1:
        raise InvalidInvocation("documents hold writes, and a write is one statement")
    return tuple({"cmdlet": cmd.cmdlet, "parameters": {name: _to_json(value) for name, value in cmd.parameters.items()}} for cmd in invocation.statements[0])


def _to_json(value: Argument) -> Json:
    match value:
        case Ref():
            return _ref_to_json(value)
        case Text():
            return {"text": [part if isinstance(part, str) else _ref_to_json(part) for part in value.parts]}
        case tuple():
            return [_to_json(item) for item in value]
        case plain:
            return plain


def _ref_to_json(ref: Ref) -> dict[str, Json]:
    shape: dict[str, Json] = {"ref": ref.address, "property": ref.property}
    if ref.after:
        shape["after"] = ref.after
    if ref.first:
        shape["first"] = ref.first
    return shape


def from_json(commands: Sequence[Mapping[str, Json]]) -> Invocation:
    """A write from a document, held against the table like any other. Raises InvalidInvocation, also for foreign shapes."""
    cmds: list[Cmd] = []
    for command in commands:
        if not isinstance(command, Mapping) or not isinstance(parameters := command.get("parameters", {}), Mapping):
            raise InvalidInvocation("a command is a mapping with cmdlet and parameters")
        if not isinstance(name := command.get("cmdlet"), str) or set(command) > {"cmdlet", "parameters"}:
            raise InvalidInvocation("a command is a mapping with cmdlet and parameters")
        cmds.append(Cmd(name, {str(key): _from_json(value) for key, value in parameters.items()}))
    return write(*cmds)


def _from_json(value: Json) -> Argument:
    match value:
        case {"text": [*parts], **others} if not others:
            return Text(parts=tuple(part if isinstance(part, str) else _ref_from_json(part) for part in parts))
        case Mapping():
            return _ref_from_json(value)
        case [*items] if all(isinstance(item, str | Mapping) for item in items):
            return tuple(item if isinstance(item, str) else _ref_from_json(item) for item in items)
        case str() | bool() | int() | None:
            return value
        case _:
            raise InvalidInvocation("an argument is a text, a whole number, true, false, null, a list of texts and references or a reference")


def _ref_from_json(value: Json) -> Ref:
    match value:
        case {"ref": str(address), "property": str(name), **others} if set(others) <= {"after", "first"}:
            after, first = others.get("after", ""), others.get("first", 0)
            if isinstance(after, str) and isinstance(first, int) and not isinstance(first, bool) and first >= 0:
                return Ref(address=address, property=name, after=after, first=first)
    raise InvalidInvocation("a reference is a mapping with ref and property, and perhaps after and first")


def references(invocation: Invocation) -> tuple[Ref, ...]:
    """Every reference in it, in order, without repeats."""
    values = (value for statement in invocation.statements for cmd in statement for value in cmd.parameters.values())
    return tuple(dict.fromkeys(ref for value in values for ref in refs(value)))


def resolve(invocation: Invocation, lookup: Callable[[Ref], str]) -> Invocation:
    """The same with every reference replaced by what `lookup` says its property is, cut as the reference asks, and checked again."""

    def value_of(ref: Ref) -> str:
        return cut(ref, lookup(ref))

    def resolved(value: Argument) -> Argument:
        match value:
            case Ref():
                return value_of(value)
            case Text():
                return "".join(part if isinstance(part, str) else value_of(part) for part in value.parts)
            case tuple():
                return tuple(item if isinstance(item, str) else value_of(item) for item in value)
            case _:
                return value

    statements = tuple(
        tuple(Cmd(cmd.cmdlet, {name: resolved(value) for name, value in cmd.parameters.items()}) for cmd in statement) for statement in invocation.statements
    )
    return write(*statements[0]) if invocation.write else read(*statements)


def cut(ref: Ref, value: str) -> str:
    """The part of a property that a reference means: behind the last of its `after` characters, its `first` ones; GUIDs lower-case."""
    for character in ref.after:
        value = value.rpartition(character)[2]
    if GUID.fullmatch(value):
        value = value.lower()
    return value[: ref.first] if ref.first else value
