"""`hvplan simulate`: a simulated Hyper-V host on loopback, for any PowerShell Remoting client."""

from __future__ import annotations

import os
from typing import Any

import click

from hvplan.cli.options import Command, run_of
from hvplan.diagnostics import Diagnostic
from hvplan.errors import ConfigurationError

NOT_YET = ("faults", "tls")
"""Options of the page on the simulator that this version does not have."""


@click.command(cls=Command)
@click.argument("world", metavar="WORLD", type=click.Path(exists=True, dir_okay=False))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback; 0 takes a free one.")
@click.option("--user", metavar="NAME", help="Only this user may connect; without it any name and password are taken.")
@click.option("--password-env", metavar="VAR", help="The environment variable that holds the password of --user.")
@click.option("--release", type=click.Choice(["2016", "2019", "2022", "2025", "Windows 11"]), help="Another release than the world's.")
@click.option("--latency", type=click.Choice(["none", "lan", "wan"]), default="none", show_default=True, help="Round trips of a profile.")
@click.option("--audit", metavar="FILE", type=click.Path(dir_okay=False), help="Write one JSON line for every bound call.")
@click.option("--state", "state_file", metavar="FILE", type=click.Path(dir_okay=False), help="Keep the state here.")
@click.option(
    "--configuration",
    "configuration_file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="Serve a restricted endpoint, called as this .pssc or .psrc file without its ending.",
)
@click.option("--reset", is_flag=True, help="Start from the seed again.")
@click.option("--engine", metavar="PATH", type=click.Path(), help="A real PowerShell engine (PSRP on standard input and output) in front of the world.")
@click.option("--faults", hidden=True)
@click.option("--tls", is_flag=True, hidden=True)
@click.pass_context
def command(ctx: click.Context, /, world: str, user: str | None, password_env: str | None, state_file: str | None, **rest: Any) -> int:
    """Serve WORLD until Ctrl-C or SIGTERM; its state is kept in .hvplan beside it. Prints one JSON line once it listens."""
    from hvplan.simulator.serve import serve_until_signal

    for name in NOT_YET:
        if rest.pop(name):
            raise ConfigurationError(Diagnostic(code="not-supported", summary=f"--{name} is not supported by this version", hint="leave it out"))
    if (user is None) != (password_env is None):
        raise click.UsageError("--user and --password-env go together")
    password = os.environ.get(password_env) if password_env else None
    if password_env and password is None:
        raise click.UsageError(f"the environment variable {password_env} is not set")
    output = run_of(ctx).output

    def write(line: str) -> None:
        output.out.write(line.rstrip("\n") + "\n")
        output.out.flush()

    given = {key: value for key, value in rest.items() if value is not None}
    try:
        return serve_until_signal(world, write=write, user=user, password=password, state=state_file, **given)
    except OSError as error:
        raise ConfigurationError(Diagnostic(code="cannot-serve", summary=f"{world} cannot be served: {error}", hint="choose another --port, or 0")) from error
