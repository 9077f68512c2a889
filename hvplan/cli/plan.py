"""`hvplan plan`: read, compare, show; nothing is written to any host."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from hvplan.cli import options
from hvplan.cli.options import Command, clock_of, run_of


@click.command(cls=Command)
@options.paths
@options.hosts()
@options.scope()
@options.consents()
@options.views()
@click.option("-o", "--out", metavar="PLAN", type=click.Path(dir_okay=False), help="Save the plan for hvplan apply PLAN.")
@click.option("--against", metavar="INVENTORY", multiple=True, help="Plan against what hvplan inspect wrote; no host is talked to. Repeatable.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when changes are pending.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    hosts_file: str | None,
    address: str | None,
    user: str | None,
    auth: str | None,
    at: datetime | None,
    view: str,
    document: str | None,
    out: str | None,
    detailed_exitcode: bool,
    against: tuple[str, ...],
    parallel: int,
    **scope: Any,
) -> int:
    """Show what would be done to make the hosts what the files say. Without PATH: the current folder."""
    from hvplan.cli.files import must_be_writable
    from hvplan.cli.hosts import ad_hoc
    from hvplan.cli.planning import Scope, plan_of, planned, read_files
    from hvplan.cli.views import save_document, show_document

    state = run_of(ctx)
    for name in (out, document):
        must_be_writable(name)
    given = ad_hoc(address, user, auth)
    loaded, desired = read_files(state, paths, hosts_file, given)
    if against:
        if given is not None:
            raise click.UsageError("--against talks to no host, so --address has no meaning with it")
        from hvplan.cli.against import found_in

        found = found_in(state, against, desired, deletes=bool(scope["delete_disks"]))
        made = plan_of(loaded, desired, Scope(**scope), found, clock_of(at).now().replace(microsecond=0))
    else:
        with planned(state, loaded, desired, Scope(**scope), clock_of(at)) as made:
            pass
    plan = made.document
    show_document(state.output, plan, view)
    state.output.diagnostics(made.unreadable)
    save_document(out, plan)
    save_document(document, plan)
    if plan.errored:
        return 1
    if plan.refusals:
        return 3
    return 2 if detailed_exitcode and plan.steps else 0
