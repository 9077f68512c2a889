"""Does the PowerShell that a plan shows say what it would send. A plan is reviewed by its text and carried out by its invocations.

Documents sort their keys, so the order of parameters is the text's own; everything else must be the same, the text of a
constant script too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from hvplan.cmdlets.build import InvalidInvocation, from_json
from hvplan.cmdlets.invocation import Cmd, Invocation
from hvplan.cmdlets.printing import functions, powershell
from hvplan.document.plan import PlanDocument

_ASSIGNED: Final = re.compile(r"(\$\w+) = ")


def problems(document: PlanDocument) -> Iterator[str]:
    """One sentence for each step whose invocation is not in the command table, or is not what its text says."""
    variables: dict[str, dict[str, str]] = {}
    for step in document.steps:
        if _ASSIGNED.match(step.powershell):
            variables.setdefault(step.host, {})[step.address] = f"${step.id}"
    for step in document.steps:
        try:
            invocation = from_json(step.invocation)
            head = functions(invocation)
            text = step.powershell.removeprefix(head).removeprefix(f"${step.id} = ")
            if not step.powershell.startswith(head) or not _says(text, invocation.statements[0], variables.get(step.host, {})):
                yield f"step {step.id}: the PowerShell it shows is not what it would send"
        except InvalidInvocation as error:
            yield f"step {step.id}: {error}"
        except LookupError as error:
            yield f"step {step.id}: it refers to something that no step returns ({error})"


def _says(text: str, commands: tuple[Cmd, ...], variables: Mapping[str, str]) -> bool:
    """Is the text these commands in this order, each with exactly its parameters in any order."""
    for index, command in enumerate(commands):
        start = (" | " if index else "") + command.cmdlet
        if not text.startswith(start):
            return False
        text = text.removeprefix(start)
        left = [_alone(command.cmdlet, name, value, variables) for name, value in command.parameters.items()]
        while left:
            # One rendering may begin like another (-Path 'a' and -Path 'a' | ...): the longest that fits is the one meant.
            found = max((one for one in left if text.startswith(one)), key=len, default=None)
            if found is None:
                return False
            left.remove(found)
            text = text.removeprefix(found)
    return not text


def _alone(cmdlet: str, name: str, value: object, variables: Mapping[str, str]) -> str:
    """One parameter as it is printed, with the blank before it."""
    command = Cmd(cmdlet, {name: value})  # type: ignore[dict-item]
    alone = Invocation(((command,),), write=True)
    return powershell(alone, variables=variables).removeprefix(functions(alone)).removeprefix(cmdlet)
