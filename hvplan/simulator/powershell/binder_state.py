"""Where the binder stands: what is bound, what is not, which sets are still possible."""

from __future__ import annotations

from typing import Any

from hvplan.simulator.powershell.declarations import EVERY_SET, Cmdlet, Parameter
from hvplan.simulator.powershell.values_in import accept


class State:
    """The binder's state for one command.

    `flags`: the sets still possible, EVERY_SET before anything has narrowed them. `command_line`: what
    `$PSBoundParameters` shows, which keeps what earlier objects of the pipe bound. `prioritized`: a set to try
    first with each object. `from_pipe`: what the current object has bound.
    """

    __slots__ = ("bound", "cmdlet", "command_line", "flags", "flags_before_pipe", "from_pipe", "prioritized", "set_name", "unbound")

    def __init__(self, cmdlet: Cmdlet) -> None:
        self.cmdlet = cmdlet
        self.flags = EVERY_SET
        self.flags_before_pipe = EVERY_SET
        self.set_name = cmdlet.set_name(EVERY_SET)
        self.prioritized = 0
        self.bound: dict[str, Parameter] = {}
        self.unbound: list[Parameter] = list(cmdlet.parameters)
        self.command_line: dict[str, Any] = {}
        self.from_pipe: list[Parameter] = []

    def valid_count(self) -> int:
        """How many sets are possible; all of them count as one."""
        return count_sets(self.flags)

    def name_set(self) -> None:
        """Tell the command which set it runs in."""
        self.set_name = self.cmdlet.set_name(self.flags)

    def give(self, parameter: Parameter, value: Any, *, convert: bool, piped: bool = False) -> bool:
        """Bind a value to a parameter; False if it is not of its type and `convert` is off.

        Raises BindingError when it does not convert or a validation refuses it; nothing is bound then.
        """
        accepted = accept(parameter, value, convert=convert, piped=piped)
        if accepted is None:
            return False
        self.command_line[parameter.name] = accepted[0]
        if parameter.flags:
            self.flags &= parameter.flags
        if parameter in self.unbound:
            self.unbound.remove(parameter)
        self.bound[parameter.name] = parameter
        return True

    def take_back(self) -> None:
        """Unbind what the last object of the pipe has bound."""
        for parameter in self.from_pipe:
            self.bound.pop(parameter.name, None)
            if parameter not in self.unbound:
                self.unbound.append(parameter)
        self.from_pipe.clear()


def count_sets(flags: int) -> int:
    """How many sets `flags` leaves; EVERY_SET counts as one."""
    return 1 if flags == EVERY_SET else flags.bit_count()
