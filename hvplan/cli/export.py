"""`hvplan export`: what a host has, as files to begin with."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from hvplan.cli import options
from hvplan.cli.files import save, unwritable
from hvplan.cli.options import Command, clock_of, run_of
from hvplan.cli.state import Run
from hvplan.export.text import SCHEMA_FILE
from hvplan.report.lines import Line, plural, visible


@click.command(cls=Command)
@options.paths
@options.hosts()
@click.option("--host", "names", metavar="NAME", multiple=True, help="Only this host. Repeatable.")
@click.option("--vm", "machines", metavar="NAME", multiple=True, help="Only this machine, with the switches and golden images it needs. Repeatable.")
@click.option("-o", "--out", metavar="DIR_OR_FILE", type=click.Path(), help="A file that ends in .yaml, or a folder with one file for each host.")
@click.option("--force", is_flag=True, help="Write over files that are there.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    hosts_file: str | None,
    address: str | None,
    user: str | None,
    auth: str | None,
    names: tuple[str, ...],
    machines: tuple[str, ...],
    out: str | None,
    force: bool,
) -> int:
    """Write what a host has as YAML to begin with. Nothing is changed on it, and the plan of what is written is empty."""
    from hvplan.cli.exporting import exported, shown_host
    from hvplan.cli.hosts import ad_hoc
    from hvplan.cli.inspecting import inspected, targets

    state = run_of(ctx)
    found = inspected(state, targets(paths, hosts_file, ad_hoc(address, user, auth), names, state), clock_of(None))
    known = {vm.name.casefold() for one in found for vm in one.live.vms}
    for name in machines:
        if name.casefold() not in known:
            raise click.UsageError(f"--vm {name}: no machine of {', '.join(one.target.host.name for one in found)} has that name")
    several, file = len(found) > 1, out is not None and out.lower().endswith((".yaml", ".yml"))
    if several and (out is None or file):
        raise click.UsageError(f"there are {len(found)} hosts; choose one with --host, or name a folder with -o")
    given = address is not None
    reached = f" --hosts {shlex.quote(hosts_file)}" if hosts_file and ctx.get_parameter_source("hosts_file") is ParameterSource.COMMANDLINE else ""
    written: dict[str, str] = {}
    for one in found:
        host = one.target.host
        target = out if file and out else os.path.join(out or ".", f"{_file_name(host.name)}.yaml")
        folder = os.path.dirname(os.path.abspath(target))
        shown = shown_host(host if given or not host.from_hosts_file else replace(host, connection={}), folder)
        made = exported(host, one.live, several=several, machines=machines, file=f"{shlex.quote(target) if out else 'FILE'}{reached}", shown=shown)
        written[target] = made.text
        for text in dict.fromkeys(f"{left.title}: {'; '.join(left.remarks)}" for left in made.left_out):
            state.output.progress(f"Left out: {visible(text)}")
    if out is None:
        state.output.document(next(iter(written.values())).encode("utf-8"))
        return 0
    if not file:
        from hvplan.load.schema import dumps, schemas

        written |= {os.path.join(out, SCHEMA_FILE): dumps(schemas()["hvplan.schema.json"])}
    _save(written, force=force)
    _told(state, list(written), [one.target.host.name for one in found], out if several else "", reached)
    return 0


def _file_name(host: str) -> str:
    return "".join(char if char.isalnum() or char in "-_." else "_" for char in host).strip(".") or "host"


def _save(written: dict[str, str], *, force: bool) -> None:
    """All files, or none when one of them is there already."""
    there = [name for name in written if os.path.exists(name) and not name.endswith(SCHEMA_FILE)]
    if there and not force:
        raise click.ClickException(f"{there[0]} is there already and might have been edited; choose another name, or use --force")
    for name, text in written.items():
        try:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(name, error) from error
        save(name, text.encode("utf-8"))


def _told(state: Run, files: Sequence[str], hosts: Sequence[str], folder: str, reached: str) -> None:
    """What was written, and the command that plans it. `reached`: the words that say how a host is reached that these files do not say."""
    documents = [name for name in files if not name.endswith(SCHEMA_FILE)]
    state.output.lines(
        [Line(f"Wrote {', '.join(documents)} from {plural(len(hosts), 'host')}. Next: hvplan plan {shlex.quote(folder or documents[0])}{reached}", "good")]
    )
