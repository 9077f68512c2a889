"""One statement: its commands, joined into a pipe through which objects go one by one.

All commands are found first, then all are bound, then all begin, then objects flow; so a command that
is unknown or does not bind keeps the whole statement from running. An error that does not end the statement
goes to the client between the outputs, in order (truth 2); what was piped before an error stays done (truth 3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from hvplan.simulator.pipe import Argument, Command
from hvplan.simulator.powershell import records
from hvplan.simulator.powershell.binder import bind
from hvplan.simulator.powershell.binding_errors import BindingError
from hvplan.simulator.powershell.commands import Commands, Found, for_function, not_bound
from hvplan.simulator.powershell.place import Place, Session
from hvplan.simulator.powershell.stage import Cancelled, Stage, StopUpstream, Terminate
from hvplan.simulator.powershell.stages import NOTHING, CoreStage, FunctionStage, WorldStage, check_limits


def prepare(statement: Sequence[Command], commands: Commands, session: Session, *, has_input: bool) -> list[tuple[Place, Stage]]:
    """Find and bind all commands of a statement. Raises Terminate for the first that is unknown or does not bind."""
    places = [Place(index, _found(commands, command.name, session), command.name, session) for index, command in enumerate(statement)]
    return [(place, _bound(place, command.arguments, place.index > 0 or has_input)) for place, command in zip(places, statement, strict=True)]


def _found(commands: Commands, name: str, session: Session) -> Found:
    try:
        return commands.find(name)
    except Terminate as failure:
        session.world.unbound(name, failure.error.id, session.session, session.pipeline)
        raise


def _bound(place: Place, arguments: Sequence[Argument], expects_input: bool) -> Stage:
    found = place.found
    try:
        binding = bind(found.cmdlet, for_function(found, arguments) if found.is_function else arguments, expects_input=expects_input)
        check_limits(found, binding.bound)
    except BindingError as failure:
        place.session.world.unbound(found.command, failure.id, place.session.session, place.session.pipeline)
        raise Terminate(not_bound(found, failure)) from None
    place.preferences = binding.bound
    if found.inner is not None:
        inside = Place(place.index, found.inner, place.typed, place.session)
        inside.next = place.emit
        return FunctionStage(place, binding, _bound(inside, [Argument(name, value) for name, value in binding.bound.items()], expects_input))
    return CoreStage(place, binding, found.make) if found.make is not None else WorldStage(place, binding)


def run(stages: Sequence[tuple[Place, Stage]], input: Iterable[Any] | None) -> None:
    """Run a pipe to its end. Raises Terminate for what ends the statement, Cancelled when the client asked to stop."""
    for (place, _), (after, following) in pairwise(stages):
        place.next, after.before = following.process, place
    start = 0
    try:
        for _, stage in stages:
            stage.begin()
        for value in (NOTHING,) if input is None else input:
            if stages[0][0].session.stopped.is_set():
                raise Cancelled
            stages[0][1].process(value)
    except StopUpstream as wish:
        start = wish.index + 1
    while start < len(stages):
        try:
            stages[start][1].end()
            start += 1
        except StopUpstream as wish:
            start = wish.index + 1


def collect(name: str, arguments: Sequence[Argument], commands: Commands, session: Session, *, stops: bool = False) -> tuple[list[Any], bool]:
    """What one command gives inside a script, and whether its statement came to its end.

    An error that ended it is noted, and the script goes on. Raises Terminate where a preference ends the script: `ErrorAction Stop` of the command
    for errors that would not have ended the statement, `$ErrorActionPreference` of the script (`stops`) for those that do.
    """
    output: list[Any] = []
    try:
        stages = prepare([Command(name, tuple(arguments))], commands, session, has_input=False)
        stages[-1][0].next = output.append
        run(stages, None)
    except Terminate as end:
        if end.preference or stops:
            raise
        session.emit("ERROR_RECORD", records.error_record(end.error))
        return output, False
    return output, True
