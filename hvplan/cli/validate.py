"""`hvplan validate`: the files alone; no host is touched."""

from __future__ import annotations

import click

from hvplan.cli.options import Command, paths, run_of
from hvplan.diagnostics import Severity


@click.command(cls=Command)
@paths
@click.option("--hosts", "hosts_file", metavar="FILE", envvar="HVPLAN_HOSTS", help="Hosts file; wins over the documents (HVPLAN_HOSTS).")
@click.pass_context
def command(ctx: click.Context, paths: tuple[str, ...], hosts_file: str | None) -> int:
    """Check YAML, schema, references and device rules; all errors of all files at once. Without PATH: the current folder."""
    from hvplan.load import load
    from hvplan.report.lines import Line, plural

    output = run_of(ctx).output
    loaded = load(paths or (".",), hosts_file=hosts_file)
    output.diagnostics(loaded.diagnostics)
    errors = sum(d.severity is Severity.ERROR for d in loaded.diagnostics)
    files = plural(len(loaded.files), "file")
    if errors:
        output.lines([Line(f"Invalid: {plural(errors, 'error')} in {files}.", "danger")])
        return 1
    desired = loaded.desired
    number = len(desired.switches) + len(desired.disks) + len(desired.vms)
    output.lines([Line(f"Valid: {files}, {plural(number, 'object')} on {plural(len(desired.hosts), 'host')}.", "good")])
    return 0
