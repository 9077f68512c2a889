"""The command `hvplan`: its commands, and the one place where failures become exit codes.

Commands are imported when they are called, and libraries when they are needed: `hvplan --version` loads neither the
protocol nor the graph.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from hvplan import __version__
from hvplan.cli.options import run_of, with_our_output
from hvplan.cli.output import Output, quiet_pipe
from hvplan.cli.state import Run
from hvplan.diagnostics import Diagnostic
from hvplan.errors import HvplanError
from hvplan.report.lines import Line

COMMANDS: Final[Mapping[str, str]] = {
    "init": "write a first stack with a simulated host",
    "validate": "check the files; all errors at once",
    "explain": "say what an attribute, kind or message is, and what changing it costs",
    "plan": "show what would be done",
    "inspect": "write down what a host has",
    "export": "write what a host has as files to begin with",
    "show": "render a saved plan or result",
    "apply": "carry a plan out",
    "simulate": "serve a simulated Hyper-V host",
    "schema": "print the JSON Schemas",
}
"""Command -> one line of help. Each lives in the module of its name, as `command`."""

INTERRUPTED = 130


class Commands(click.Group):
    """The group that imports a command when it is called."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """As every command's."""
        return with_our_output(super().get_help_option(ctx))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order people use them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None for a name that is none."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"hvplan.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.version_option(__version__, prog_name="hvplan", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, expose_value=False, help="Show a traceback when something fails.")
@click.option("--no-color", is_flag=True, expose_value=False, help="No colour, on a terminal either.")
@click.pass_context
def hvplan(ctx: click.Context) -> int:
    """Declarative infrastructure for Microsoft Hyper-V: YAML, a plan to review, an apply over PowerShell Remoting.

    \b
    Exit codes: 0 done, or nothing to do; 1 failed before any write; 2 changes pending (plan --detailed-exitcode);
    3 refused; 4 stopped part-way: a write was made or its outcome is unknown; 130 interrupted.
    """
    if ctx.invoked_subcommand is None:
        run_of(ctx).output.lines([Line(ctx.get_help())])
    return 0


def run(arguments: Sequence[str]) -> int:
    """Carry out one command line and give its exit code; nothing is raised."""
    output = Output.of_process(no_color="--no-color" in arguments)
    state = Run(output=output)
    debug = "--debug" in arguments
    try:
        return int(hvplan.main(args=list(arguments), prog_name="hvplan", standalone_mode=False, obj=state) or 0)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        left = "Some writes were made: run hvplan plan to see what is left." if state.wrote else "Nothing was written."
        output.progress(("\n" if output.terminal else "") + f"Interrupted. {left}")
        return INTERRUPTED
    except click.ClickException as error:
        # A typo must never read as "changes pending" (2), so click's own code for it is not used.
        with suppress(HvplanError), quiet_pipe():
            click.echo(f"error: {error.format_message()}", err=True)
            if isinstance(error, click.UsageError) and error.ctx is not None:
                click.echo(f"    hint: {error.ctx.command_path} --help lists the options", err=True)
        return 1
    except HvplanError as error:
        if debug:
            traceback.print_exc()
        output.diagnostics(error.diagnostics)
        return 4 if state.wrote and error.exit_code == 1 else error.exit_code
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, people get a sentence
        if debug:
            traceback.print_exc()
        output.diagnostics([_internal(error, state.wrote)])
        return 4 if state.wrote else 1


def _internal(error: Exception, wrote: bool) -> Diagnostic:
    return Diagnostic(
        code="internal-error",
        summary=f"internal error: {type(error).__name__}: {error}",
        detail="This is a fault of hvplan itself. " + ("Writes had already been made on the host." if wrote else "Nothing was written."),
        hint="run again with --debug to see where it happened" + (", after hvplan plan has shown what is left" if wrote else ""),
    )


def main() -> None:
    """The entry point of the installed command."""
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started it (`>&-`)
        nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as the process
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a character shows another one, instead of ending the command.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    code = run(sys.argv[1:])
    try:
        with quiet_pipe():
            sys.stdout.flush()
            sys.stderr.flush()
    except HvplanError as error:
        Output.of_process(no_color=True).diagnostics(error.diagnostics)
        code = code or error.exit_code
    if code == INTERRUPTED:
        os._exit(code)  # a call may still hang in a worker thread; nothing is left to be tidied up
    sys.exit(code)


if __name__ == "__main__":
    main()
