"""A session's PowerShell: runs parsed pipelines and tells the client what a real one would.

**A failed statement is not the end of a batch, and the state is not the truth** (truth 1). A statement that fails
for good does not keep the later ones from running, unheard:

- in the second or a later statement, the client is told FAILED at once and hears nothing more;
- in the first, its error comes as an ERROR_RECORD, the state of the second statement is given as the state of the
  whole, and of the third and later ones nothing is heard;
- `ErrorAction Stop` ends the batch, but only for errors that were not terminating already;
- a stop during the first statement ends the batch; during a later one only that statement ends.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from hvplan.simulator.call import World
from hvplan.simulator.pipe import Command, Emit, MessageKind, Pipeline, Runspace
from hvplan.simulator.powershell import pipeline as pipes
from hvplan.simulator.powershell import records, serializer
from hvplan.simulator.powershell.catalogue import load_catalogue
from hvplan.simulator.powershell.commands import Commands, OpenCommands
from hvplan.simulator.powershell.core import CORE
from hvplan.simulator.powershell.place import Session
from hvplan.simulator.powershell.records import ErrorRecord
from hvplan.simulator.powershell.restricted import RestrictedCommands, read_configuration
from hvplan.simulator.powershell.scripts import FUNCTIONS, SCRIPTS, Scope, Scripts, digest, module_functions
from hvplan.simulator.powershell.stage import Cancelled, Terminate


class SimulatedPowerShell:
    """PowerShell on a simulated host.

    `release` defaults to the world's; `configuration` is a restricted session's definition (`restricted`), None for an
    open one; `scripts` are the script texts that may run in an open one, by the SHA-256 of their UTF-8 (hex), `functions` those of the
    module that a restricted one may load.
    """

    def __init__(
        self,
        world: World,
        release: str | None = None,
        configuration: Mapping[str, Any] | None = None,
        scripts: Scripts = SCRIPTS,
        functions: Scripts = FUNCTIONS,
    ) -> None:
        self._world = world
        catalogue = load_catalogue(release if release is not None else world.release)
        session = read_configuration(configuration or {})
        everything = OpenCommands(catalogue, CORE)
        self._commands: Commands = everything
        self._scripts = scripts
        self._restricted = session.restricted
        if session.restricted:
            self._scripts = {}
            self._commands = RestrictedCommands(catalogue, CORE, session, module_functions(everything, functions))

    def open(self, session: int) -> Runspace:
        """A new runspace; `session` is its number in the audit log."""
        return SimulatedRunspace(self._world, self._commands, self._scripts, session, restricted=self._restricted)


class SimulatedRunspace:
    """One runspace; its pipelines run one after another."""

    def __init__(self, world: World, commands: Commands, scripts: Scripts, session: int, *, restricted: bool) -> None:
        self._world = world
        self._restricted = restricted
        self._commands = commands
        self._scripts = scripts
        self._session = session
        self._count = 0
        self._variables: dict[str, Any] = {}

    def run(self, pipeline: Pipeline, emit: Emit, stopped: threading.Event) -> None:
        """See `pipe.Runspace`."""
        self._count += 1
        client = _Client(emit)
        first_failed = False
        last = len(pipeline.statements) - 1
        for index, statement in enumerate(pipeline.statements):
            session = Session(world=self._world, emit=client.hear, stopped=stopped, session=self._session, pipeline=self._count)
            try:
                self._statement(statement, session, pipeline.input if index == 0 and pipeline.input else None)
            except Terminate as end:
                if end.preference or (index == last and index == 0):
                    client.end(records.FAILED, end.error)
                    return
                if index == 0:
                    first_failed = True
                    client.hear("ERROR_RECORD", records.error_record(end.error.as_first()))
                    continue
                client.end(records.FAILED, end.error)
            except Cancelled:
                client.end(records.STOPPED, records.STOPPED_BY_CLIENT)
                if index == 0:
                    return
                stopped = threading.Event()  # the stop was for that statement (truth 1)
            if first_failed and index == 1:
                client.end(records.COMPLETED)
        client.end(records.COMPLETED)

    def _statement(self, statement: tuple[Command, ...], session: Session, input: tuple[Any, ...] | None) -> None:
        if self._restricted and any(command.local_scope is False for command in statement):
            raise Terminate(_NO_SCOPE)
        if any(command.is_script for command in statement):
            self._script(statement, session)
            return
        stages = pipes.prepare(statement, self._commands, session, has_input=input is not None)
        pipes.run(stages, input)

    def _script(self, statement: tuple[Command, ...], session: Session) -> None:
        text = statement[0].name
        script = self._scripts.get(digest(text))
        if script is None or len(statement) != 1:
            raise Terminate(_scripts_not_allowed(text))
        scope = Scope(self._commands, session, lambda value: session.emit("PIPELINE_OUTPUT", serializer.serialize(value)), self._variables)
        script.run(script.bind(statement[0].arguments), scope)


_NO_SCOPE = ErrorRecord(
    id="RuntimeException",
    category="NotSpecified",
    message="UseLocalScope cannot be false when language mode is RestrictedLanguage or NoLanguage.",
    exception="System.Management.Automation.RuntimeException",
    thrown=True,
)


class _Client:
    """The client's ear: closed once it was told the end."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._told = False

    def hear(self, kind: MessageKind, clixml: str) -> None:
        if not self._told:
            self._emit(kind, clixml)

    def end(self, state: int, error: ErrorRecord | None = None) -> None:
        self.hear("PIPELINE_STATE", records.state(state, error))
        self._told = True


def _scripts_not_allowed(text: str) -> ErrorRecord:
    return ErrorRecord(
        id="ScriptsNotAllowed",
        category="ParserError",
        message="The syntax is not supported by this runspace. This can occur if the runspace is in no-language mode.",
        exception="System.Management.Automation.ParseException",
        target=text,
        thrown=True,
        bare=True,
    )
