"""An invocation as PowerShell that can be pasted: every line is read back as the same commands, names and values.

Plain text stands in single quotes, with all five characters that PowerShell takes for one doubled (truth 25). Text
with line breaks, other control characters or characters that turn the reading direction stands in double quotes, so
that a step stays one line and hides nothing; escapes are those that Windows PowerShell 5.1 knows. A constant script is
printed as the function of its name and, in the last line, the call: pasted once, the function stays for the other calls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from hvplan.cmdlets.constants import FILES, definition
from hvplan.cmdlets.invocation import Argument, Cmd, Invocation, Ref, Text
from hvplan.cmdlets.shape import Parameter
from hvplan.cmdlets.table import SELECT, TABLE

_QUOTES: Final = re.compile("(['\u2018\u2019\u201a\u201b])")
_HIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_IN_EXPANDABLE: Final = re.compile('[`$"\u201c\u201d\u201e]|' + _HIDDEN.pattern)
_ESCAPES: Final = {"\n": "`n", "\r": "`r", "\t": "`t"}
_BARE: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_NO_VARIABLES: Final[Mapping[str, str]] = {}


def powershell(invocation: Invocation, *, variables: Mapping[str, str] = _NO_VARIABLES, assign: str = "") -> str:
    """One line for each statement, after the functions of constant scripts in it.

    `variables`: address -> variable (`$s3`) that holds what that step returned; `assign`: `$s3 = ` before it.
    """
    lines = [" | ".join(_command(cmd, variables) for cmd in statement) for statement in invocation.statements]
    prefix = assign if not assign or assign.rstrip().endswith("=") else f"{assign} = "
    return functions(invocation) + prefix + "\n".join(lines)


def functions(invocation: Invocation) -> str:
    """The functions of constant scripts in it, each ending in a line break: what `powershell` prints before the calls."""
    names = dict.fromkeys(cmd.cmdlet for statement in invocation.statements for cmd in statement if cmd.cmdlet in FILES)
    return "".join(definition(name) + "\n" for name in names)


def _command(cmd: Cmd, variables: Mapping[str, str]) -> str:
    known = TABLE[cmd.cmdlet].parameters
    return " ".join([cmd.cmdlet, *(_parameter(known[name], value, variables, cmd.cmdlet == SELECT) for name, value in cmd.parameters.items())])


def _parameter(parameter: Parameter, value: Argument, variables: Mapping[str, str], names: bool) -> str:
    if parameter.wire == "switch":
        return f"-{parameter.name}" if value is True else f"-{parameter.name}:$false"
    if value == "--%":  # swallowed with all that follows it, even in quotes, unless it hangs on its parameter
        return f"-{parameter.name}:'--%'"
    if isinstance(value, tuple):
        items = [_item(item, variables, names) for item in value]
        return f"-{parameter.name} " + (", ".join(items) if len(items) > 1 else items[0] if names else f"@({items[0]})")
    if isinstance(value, Ref):
        return f"-{parameter.name} {expression(value, variables)}"
    if isinstance(value, Text):
        return f"-{parameter.name} {_expandable(value, variables)}"
    if isinstance(value, str) and parameter.members and _BARE.fullmatch(value):
        return f"-{parameter.name} {value}"
    return f"-{parameter.name} {_plain(value)}"


def _item(item: str | Ref, variables: Mapping[str, str], names: bool) -> str:
    if isinstance(item, Ref):
        return expression(item, variables)
    return item if names and _BARE.fullmatch(item) else literal(item)


def _plain(value: str | int | bool | None) -> str:
    if value is None:
        return "$null"
    if isinstance(value, bool):
        return "$true" if value else "$false"
    return str(value) if isinstance(value, int) else literal(value)


def literal(text: str) -> str:
    """A text as a literal that PowerShell reads back as that text."""
    if _HIDDEN.search(text):
        return f'"{_escape(text)}"'
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"


def _escape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        found = match.group()
        if _HIDDEN.fullmatch(found):
            return _ESCAPES.get(found) or f"$([char]0x{ord(found):X})"
        return f"`{found}"

    return _IN_EXPANDABLE.sub(one, text)


def _expandable(text: Text, variables: Mapping[str, str]) -> str:
    parts = (_escape(part) if isinstance(part, str) else f"$({expression(part, variables)})" for part in text.parts)
    return '"' + "".join(parts) + '"'


def expression(ref: Ref, variables: Mapping[str, str]) -> str:
    """A reference as PowerShell: `$s3.Id`, `$s3.NetworkAdapters[0].Id.Split('\\\\')[-1].ToLower().Substring(0,13)`."""
    text = variables.get(ref.address) or "${" + re.sub(r"([`{}])", r"`\1", ref.address) + "}"
    for part in ref.property.split("."):
        text += f"[{part}]" if part.isdigit() else f".{part}"
    for character in ref.after:
        text += f".ToString().Split({literal(character)})[-1]"
    if ref.after:
        text += ".ToLower()"
    if ref.first:
        text += f".Substring(0,{ref.first})" if ref.after else f".ToString().Substring(0,{ref.first})"
    return text
