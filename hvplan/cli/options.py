"""Options that several commands share, and the rule that an optional value stands only after `=`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import click

from hvplan.cli.state import Run
from hvplan.clock import SystemClock
from hvplan.report.lines import Line

F = TypeVar("F", bound=Callable[..., Any])

ALL: Final = "*"
OPTIONAL_VALUE: Final = ("--adopt", "--allow-restart", "--delete-disks", "--allow-checkpoint-removal", "--allow-management-change")
"""Options that mean all when they stand bare."""

LEVELS: Final = ("none", "online", "next-start", "restart", "stop", "host", "replace", "data")
"""Impacts in rising order; `model.impact.Impact` is the same list (a test holds them together)."""


def with_our_output(help_option: click.Option | None) -> click.Option | None:
    """A help option that writes as results are written: a reader that has gone is no failure, a full disk is one."""

    def show(ctx: click.Context, option: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            run_of(ctx).output.lines([Line(ctx.get_help())])
            ctx.exit()

    if help_option is not None:
        help_option.callback = show
    return help_option


class Command(click.Command):
    """A command with `--debug` and `--no-color`, whose bare `--adopt` means `--adopt=*` and never takes the next word."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(click.Option(["--debug"], is_flag=True, expose_value=False, help="Show a traceback when something fails."))
        self.params.append(click.Option(["--no-color"], is_flag=True, expose_value=False, help="No colour, on a terminal either."))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option of click, whose text goes where every result goes."""
        return with_our_output(super().get_help_option(ctx))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, after bare options have been written out."""
        end = args.index("--") if "--" in args else len(args)
        return super().parse_args(ctx, [f"{a}={ALL}" if a in OPTIONAL_VALUE and i < end else a for i, a in enumerate(args)])


class Instant(click.ParamType[datetime]):
    """A time as in documents: RFC 3339, `2026-01-02T03:04:05Z`."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant in UTC, or a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", value):
                raise ValueError
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time such as 2026-01-02T03:04:05Z", param, ctx)


def _chain(*decorators: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def later(**options: bool) -> Callable[[F], F]:
    """Options that are described but not in this version, and whether they take a value: each is refused by name, whatever stands beside it."""

    def refuse(ctx: click.Context, option: click.Parameter, value: Any) -> None:
        if value not in (None, False, ()):
            raise click.UsageError(f"{option.opts[0]} is not supported by this version")

    def of(name: str, value: bool) -> Callable[[F], F]:
        word = f"--{name.replace('_', '-')}"
        if value:
            return click.option(word, multiple=True, hidden=True, expose_value=False, callback=refuse)
        return click.option(word, is_flag=True, hidden=True, expose_value=False, callback=refuse)

    return _chain(*(of(name, value) for name, value in options.items()))


paths = click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path())


def hosts() -> Callable[[F], F]:
    """How to reach hosts."""
    return _chain(
        click.option("--hosts", "hosts_file", metavar="FILE", envvar="HVPLAN_HOSTS", help="Hosts file; wins over the documents (HVPLAN_HOSTS)."),
        click.option("--address", metavar="URL", help="Reach the one host of the documents here, such as https://hv01:5986."),
        click.option("--user", metavar="NAME", help="User for --address; the password comes from HVPLAN_PASSWORD or a prompt."),
        click.option("--auth", type=click.Choice(["negotiate", "kerberos", "ntlm", "certificate", "basic"]), help="Authentication for --address."),
    )


def scope() -> Callable[[F], F]:
    """What changes a plan; of no use with a saved one."""
    globs = "GLOB|label=KEY:VALUE"
    return _chain(
        click.option("--target", "targets", metavar=globs, multiple=True, help="Only what fits; what it needs must be there, or fit too. Repeatable."),
        click.option("--exclude", "excludes", metavar=globs, multiple=True, help="Not what fits; what needs it is refused, unless it is there. Repeatable."),
        click.option("--max-impact", type=click.Choice(LEVELS), help="Defer changes that cost more than this."),
        click.option("--skip-refused", is_flag=True, help="List what is refused as deferred and do the rest."),
        click.option("--at", type=Instant(), help="Plan as if it were this time."),
        later(replace=True, prune=False, with_snapshots=False),
    )


def consents() -> Callable[[F], F]:
    """Consents and gates."""
    glob = "[=GLOB]"
    return _chain(
        click.option("--adopt", metavar=glob, multiple=True, help="Take over existing, unmarked objects. Repeatable; bare: all."),
        click.option("--allow-restart", metavar=glob, multiple=True, help="Machines may be stopped or restarted. Repeatable; bare: all."),
        click.option("--delete-disks", metavar=glob, multiple=True, help="VHD files may be deleted. Repeatable; bare: all."),
        click.option("--allow-management-change", metavar=glob, multiple=True, help="Switches that may carry the connection may change. Bare: all."),
        later(allow_checkpoint_removal=True),
        click.option("--max-deletes", type=click.IntRange(0), help="How many deletions and replacements one apply may make."),
        click.option("--refuse-above", type=click.Choice(LEVELS), help="Refuse the whole plan if anything costs more than this."),
        click.option("--parallel", type=click.IntRange(1, 64), default=4, show_default=True, help="How many steps run at once."),
    )


def views() -> Callable[[F], F]:
    """How the result is shown and kept."""
    return _chain(
        click.option("--format", "view", type=click.Choice(["text", "summary", "json"]), default="text", show_default=True, help="How to show the result."),
        click.option("--document", metavar="FILE", type=click.Path(dir_okay=False), help="Write the JSON document to FILE beside any view."),
    )


def run_of(ctx: click.Context) -> Run:
    """What this command carries."""
    state = ctx.obj
    if not isinstance(state, Run):
        raise TypeError("the command line was entered by a side door")
    return state


def clock_of(at: datetime | None) -> SystemClock:
    """The clock a command gives to every room."""
    return SystemClock(at)
