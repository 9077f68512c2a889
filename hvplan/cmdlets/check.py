"""What makes a pipe of commands sendable: every rule that PowerShell itself would let pass.

A write is one statement that says exactly which object it means:

    Get-VM -Id | WRITE                                          Get-VMSwitch -Id | WRITE        Get-VMSnapshot -Id | WRITE
    Get-VM -Id | Get-VMNetworkAdapter | Where-Object Id EQ | WRITE          (so for drives and SCSI controllers too)
    Get-VM -Id | Get-VMHardDiskDrive -ControllerType -ControllerNumber -ControllerLocation | WRITE
    Resize-VHD -Path, Convert-VHD -Path, Rename-Item, Move-Item, Remove-Item -LiteralPath
    New-VM, New-VMSwitch, New-VHD, New-Item, Copy-Item -LiteralPath
    New-VM | Set-VM -Notes -Passthru                            the creation that leaves its mark
    Get-VMNetworkAdapter -ManagementOS | Where-Object Id EQ | WRITE                 an adapter of the host itself
    Add-VMNetworkAdapter -ManagementOS -Name -SwitchName        one more of these
    Set-VMHost, Enable-VMMigration, Disable-VMMigration         writes whose object is the host of the session
    Set-HvplanBootOrder -VMId -Device                           a constant script, which starts from an id by itself

and may end in Select-Object when it returns something. An object of another kind in the pipe is refused: PowerShell
would bind it, as text, to a name (truth 5). So is a cmdlet that is given a VM where it wants one of its adapters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hvplan.cmdlets.arguments import refused
from hvplan.cmdlets.invocation import Cmd, Statement
from hvplan.cmdlets.shape import Cmdlet
from hvplan.cmdlets.table import EXPANDS, SELECT, TABLE


class InvalidInvocation(ValueError):
    """A command that must not be sent: it is not in the table, means the wrong object, or carries a wrong value."""


WHERE: Final = "Where-Object"
_BY_ID: Final = frozenset({"Get-VM", "Get-VMSwitch", "Get-VMSnapshot"})
_SELECTORS: Final[Mapping[str, tuple[str, ...]]] = {
    "Get-VMNetworkAdapter": (),
    "Get-VMHardDiskDrive": ("ControllerType", "ControllerNumber", "ControllerLocation"),
    "Get-VMDvdDrive": ("ControllerNumber", "ControllerLocation"),
    "Get-VMScsiController": ("ControllerNumber",),
    "Get-VMIntegrationService": (),
}
"""Cmdlet that lists devices of a VM -> the parameters that together mean one of them; none: only Where-Object does.

A DVD drive needs no type of controller: Generation 1 has them on IDE alone, Generation 2 on SCSI alone (behaviour 3.2).
"""
_CREATION: Final = ("New-VM", "Set-VM")
_OWN: Final = "ManagementOS"
"""The switch that means adapters of the host itself; with it no machine can be in the pipe (catalogue: the set has no pipeline input)."""
_SAYS_NOTHING: Final = frozenset({"Confirm", "Passthru"})
"""Parameters that every write has; with these alone `Set-VMHost` would set nothing."""
_OWN_WRITES: Final = frozenset({"Set-VMNetworkAdapter", "Set-VMNetworkAdapterVlan", "Remove-VMNetworkAdapter"})


def check_cmd(cmd: Cmd) -> Cmdlet:
    """The table's entry of a command whose name, parameters and values are all in order; InvalidInvocation otherwise."""
    cmdlet = TABLE.get(cmd.cmdlet)
    if cmdlet is None:
        raise InvalidInvocation(f"{cmd.cmdlet} is not in the command table")
    for name, value in cmd.parameters.items():
        parameter = cmdlet.parameters.get(name)
        if parameter is None:
            raise InvalidInvocation(f"{cmd.cmdlet} has no parameter -{name} that may be sent")
        if why := refused(parameter, value):
            raise InvalidInvocation(f"{cmd.cmdlet} -{name}: {why}")
    return cmdlet


def check_read(statement: Statement) -> None:
    """Refuse a statement that is not a plain read."""
    if not statement:
        raise InvalidInvocation("a statement has no command")
    kind = ""
    for index, cmd in enumerate(statement):
        cmdlet = check_cmd(cmd)
        if cmdlet.write:
            raise InvalidInvocation(f"{cmd.cmdlet} changes the host; this is a read")
        kind = _next(statement, index, cmdlet, kind)


def check_write(statement: Statement) -> None:
    """Refuse a statement that is not one write with one effect on one object."""
    if not statement:
        raise InvalidInvocation("a statement has no command")
    kind, cmdlets = "", []
    for index, cmd in enumerate(statement):
        cmdlet = check_cmd(cmd)
        cmdlets.append(cmdlet)
        kind = _next(statement, index, cmdlet, kind)
        _agreed(cmd, cmdlet)
    writes = [index for index, cmdlet in enumerate(cmdlets) if cmdlet.write]
    names = tuple(statement[index].cmdlet for index in writes)
    if not writes:
        raise InvalidInvocation("nothing in this statement changes anything")
    if names == _CREATION and writes == [0, 1]:
        if not set(statement[1].parameters) <= {"Notes", "Passthru", "Confirm"}:
            raise InvalidInvocation("in one pipe with New-VM, Set-VM may only write the notes")
    elif len(writes) > 1:
        raise InvalidInvocation(f"one step has one effect, this pipe has {len(writes)}: {' and '.join(names)}")
    _one_object(statement[: writes[0]], statement[writes[0]], cmdlets[writes[0]])
    _ending(statement[writes[-1] + 1 :], statement[writes[-1]], cmdlets[writes[-1]])


def _next(statement: Statement, index: int, cmdlet: Cmdlet, kind: str) -> str:
    """The kind of object in the pipe behind this command, given the kind before it."""
    name = statement[index].cmdlet
    if name in (WHERE, SELECT):
        if index == 0 or not kind:
            raise InvalidInvocation(f"{name} has nothing to choose from")
        if name == WHERE:
            _complete_where(statement[index])
        elif expanded := _expanded(statement, index, kind):
            return expanded
        elif index != len(statement) - 1:
            raise InvalidInvocation(f"{name} stands last: what it returns is no longer a live object")
        return kind
    if index == 0:
        if cmdlet.pipe and cmdlet.write and _OWN not in statement[0].parameters:
            raise InvalidInvocation(f"{name} must be given its object through the pipe, chosen by id")
        return cmdlet.output
    if _OWN in statement[index].parameters:
        raise InvalidInvocation(f"{name} -{_OWN} means adapters of the host and takes nothing from the pipe")
    if kind not in cmdlet.pipe:
        takes = " or ".join(sorted(cmdlet.pipe)) or "nothing"
        raise InvalidInvocation(f"{name} takes {takes} from the pipe, not {kind or 'nothing'}: PowerShell would bind it as a name")
    return cmdlet.output


def _expanded(statement: Statement, index: int, kind: str) -> str:
    """The kind of what a select takes out of a property, where a read may do that: alone, and right before the select that ends it."""
    parameters, rest = statement[index].parameters, statement[index + 1 :]
    if set(parameters) != {"ExpandProperty"} or [cmd.cmdlet for cmd in rest] != [SELECT] or set(rest[0].parameters) != {"Property"}:
        return ""
    return EXPANDS.get((kind, str(parameters["ExpandProperty"])), "")


def _complete_where(cmd: Cmd) -> None:
    if set(cmd.parameters) != {"Property", "EQ", "Value"}:
        raise InvalidInvocation(f"{WHERE} is always -Property P -EQ -Value V")


def _agreed(cmd: Cmd, cmdlet: Cmdlet) -> None:
    """What goes with every write (behaviour, truth 7): no prompt may come, because nobody can answer it."""
    if cmdlet.write and cmdlet.confirms and "Confirm" not in cmd.parameters:
        raise InvalidInvocation(f"{cmd.cmdlet} may ask and nobody can answer: Confirm: false is missing")
    if cmdlet.write and cmdlet.asks and "Force" not in cmd.parameters:
        raise InvalidInvocation(f"{cmd.cmdlet} asks without Force, and nobody can answer")


def _one_object(before: Statement, effect: Cmd, cmdlet: Cmdlet) -> None:
    """Refuse a write that could mean more than one object."""
    if _OWN in effect.parameters:
        if not {"Name", "SwitchName"} <= effect.parameters.keys():
            raise InvalidInvocation(f"{effect.cmdlet} -{_OWN} needs -Name and -SwitchName: without them the host gives it to some switch")
        return
    if before and before[0].cmdlet == "Get-VMNetworkAdapter":
        _own_adapter(before, effect)
        return
    if cmdlet.script:
        if before or set(effect.parameters) != set(cmdlet.parameters):
            raise InvalidInvocation(f"{effect.cmdlet} stands alone and takes {' and '.join('-' + name for name in cmdlet.parameters)}")
        return
    if cmdlet.host_wide:
        sets = set(cmdlet.parameters) - _SAYS_NOTHING
        if before or (sets and not sets & set(effect.parameters)):
            raise InvalidInvocation(f"{effect.cmdlet} stands alone and sets something: its object is the host of the session")
        return
    if not cmdlet.pipe:
        if cmdlet.by_path and "Path" in effect.parameters:
            return
        if not cmdlet.creates and "LiteralPath" not in cmdlet.parameters:
            raise InvalidInvocation(f"{effect.cmdlet} says nothing of the object it changes")
        if "LiteralPath" in cmdlet.parameters and "LiteralPath" not in effect.parameters:
            raise InvalidInvocation(f"{effect.cmdlet} needs an exact -LiteralPath")
        return
    if not before or before[0].cmdlet not in _BY_ID or set(before[0].parameters) != {"Id"}:
        raise InvalidInvocation(f"{effect.cmdlet} must start from Get-VM -Id, Get-VMSwitch -Id or Get-VMSnapshot -Id")
    if len(before) == 1:
        return
    selector = before[1]
    if selector.cmdlet not in _SELECTORS:
        raise InvalidInvocation(f"{selector.cmdlet} does not choose one device")
    slot = _SELECTORS[selector.cmdlet]
    if len(before) == 2 and slot and set(selector.parameters) == set(slot):
        return
    if len(before) == 3 and before[2].cmdlet == WHERE and before[2].parameters["Property"] == "Id" and not selector.parameters:
        if not isinstance(before[2].parameters["Value"], bool | int) and before[2].parameters["Value"] is not None:
            return
        raise InvalidInvocation(f"{WHERE}: an id is text")
    by_slot = f", or by {' '.join('-' + name for name in slot)}" if slot else ""
    raise InvalidInvocation(f"{selector.cmdlet} must choose exactly one device: by {WHERE} -Property Id -EQ -Value{by_slot}")


def _own_adapter(before: Statement, effect: Cmd) -> None:
    """Refuse a write to adapters of the host that does not choose exactly one, by id."""
    chosen = len(before) == 2 and before[1].cmdlet == WHERE and before[1].parameters["Property"] == "Id"
    if set(before[0].parameters) != {_OWN} or not chosen or isinstance(before[1].parameters["Value"], bool | int):
        raise InvalidInvocation(f"{effect.cmdlet}: an adapter of the host is chosen by Get-VMNetworkAdapter -{_OWN} | {WHERE} -Property Id -EQ -Value")
    if effect.cmdlet not in _OWN_WRITES:
        raise InvalidInvocation(f"{effect.cmdlet} is for adapters of machines, not of the host")


def _ending(after: Statement, effect: Cmd, cmdlet: Cmdlet) -> None:
    if not after:
        return
    if [cmd.cmdlet for cmd in after] != [SELECT] or set(after[0].parameters) != {"Property"}:
        raise InvalidInvocation(f"behind {effect.cmdlet} only {SELECT} -Property may stand")
    if not cmdlet.output or (cmdlet.passthru and cmdlet.passthru not in effect.parameters):
        raise InvalidInvocation(f"{effect.cmdlet} returns nothing to select from" + (f" without -{cmdlet.passthru}" if cmdlet.passthru else ""))
