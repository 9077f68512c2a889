"""`hvplan apply`: plan, show, ask and carry out; or carry out a saved plan."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from hvplan.cli import options
from hvplan.cli.options import Command, clock_of, run_of
from hvplan.cli.state import Run

if TYPE_CHECKING:  # imported when the command runs
    from hvplan.cli.applying import Job
    from hvplan.cli.hosts import AdHoc

PLAN_CHANGING: Final = {"targets": "--target", "excludes": "--exclude", "max_impact": "--max-impact", "skip_refused": "--skip-refused", "at": "--at"}
"""Options that would make another plan, and so cannot stand beside a saved one."""


@click.command(cls=Command)
@click.argument("paths", metavar="PATH... | PLAN", nargs=-1, type=click.Path())
@options.hosts()
@options.scope()
@options.consents()
@options.views()
@click.option(
    "--yes", "--auto-approve", "yes", is_flag=True, help="Do not ask before writing. Restarts, deletions of disks and adoption have flags of their own."
)
@click.option("--expect-digest", metavar="DIGEST", help="Refuse any plan but this one (the first 8 digits are enough).")
@options.later(pick=False, events=True)
@click.option("--allow-unpinned", is_flag=True, help="Under CI=true: reach hosts whose address stands only in the files under review.")
@click.option("--allow-insecure", is_flag=True, help="Under CI=true: reach hosts whose certificate is not checked.")
@click.pass_context
def command(ctx: click.Context, /, paths: tuple[str, ...], address: str | None, user: str | None, auth: str | None, **asked: Any) -> int:
    """Carry a plan out: make one of PATH..., show it and ask; or take a saved PLAN, which asks nothing more. Without PATH: the current folder.

    A plan that is stale changes nothing: what it expects of the hosts is read again before the first write and before each one. This
    version takes no lease on a host, so two applies at once are kept apart by that alone.
    """
    from hvplan.cli.applying import Job
    from hvplan.cli.hosts import ad_hoc, guard_in_ci
    from hvplan.cli.planning import Scope, planned, read_files

    state = run_of(ctx)
    job = Job.of(asked)
    given = ad_hoc(address, user, auth)
    reached = {"--address": address, "--user": user, "--auth": auth}
    guarded = {"allow_unpinned": asked["allow_unpinned"], "allow_insecure": asked["allow_insecure"], "environment": os.environ}
    saved = _saved(paths)
    if saved is not None:
        _no_planning(asked)
        return _carry_saved(state, job, saved, paths[0], asked["hosts_file"], given, guarded, lambda files: _again(files, asked, reached))
    at: datetime | None = asked["at"]
    clock = clock_of(at)
    loaded, desired = read_files(state, paths, asked["hosts_file"], given)
    guard_in_ci(desired.hosts, **guarded)
    again = _again(paths, asked, reached)
    scope = Scope(**{name: asked[name] for name in Scope.__dataclass_fields__})
    with planned(state, loaded, desired, scope, clock) as made:
        if asked["view"] != "json":
            from hvplan.cli.views import show_document

            show_document(state.output, made.document, asked["view"])
        elif state.output.terminal and not job.yes:  # stdout is the result's; nobody is asked about a plan that was not shown
            from hvplan.report.text import plan_lines

            for line in plan_lines(made.document):
                state.output.progress(line.text)
        state.output.diagnostics(made.unreadable)
        if made.document.errored:
            return job.give_up(state, made.document, made.unread, clock, again=again)
        return job.carry_out(state, made.document, made.sessions, clock, again=again, approved=False)


def _again(paths: Iterable[str], asked: Mapping[str, Any], reached: Mapping[str, str | None]) -> str:
    """The same command again: the same host, scope, gates and consents; `--yes` is left to whoever types it. `reached`: `--address` and what goes with it."""
    words = ["hvplan", "apply", *paths]
    values = {"--hosts": asked["hosts_file"], **reached, "--max-impact": asked["max_impact"], "--refuse-above": asked["refuse_above"]}
    words += [word for flag, value in values.items() if value for word in (flag, value)]
    for name, flag in (("targets", "--target"), ("excludes", "--exclude")):
        words += [word for glob in asked[name] for word in (flag, glob)]
    for flag in ("--adopt", "--allow-restart", "--delete-disks", "--allow-management-change"):
        words += [flag if glob == options.ALL else f"{flag}={glob}" for glob in asked[flag[2:].replace("-", "_")]]
    words += ["--max-deletes", str(asked["max_deletes"])] if asked["max_deletes"] is not None else []
    words += [flag for flag in ("--skip-refused", "--allow-unpinned", "--allow-insecure") if asked[flag[2:].replace("-", "_")]]
    return shlex.join(words)


def _saved(paths: tuple[str, ...]) -> bytes | None:
    """The bytes of a PLAN argument: a JSON file with format_version, which stands alone; None for PATHs."""
    from hvplan.document.saved import is_document

    found = [raw for path in paths if (raw := _json(path)) is not None and is_document(raw)]
    if found and len(paths) > 1:
        raise click.UsageError("a saved plan stands alone: hvplan apply PLAN")
    return found[0] if found else None


def _json(path: str) -> bytes | None:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        file = Path(path)
        return file.read_bytes() if file.is_file() else None
    except OSError:
        return None


def _no_planning(asked: Mapping[str, Any]) -> None:
    for name, flag in PLAN_CHANGING.items():
        if asked[name]:
            raise click.UsageError(f"{flag} would change the plan, and {'PLAN'} is carried out as it is; make a new plan with it")


def _carry_saved(
    state: Run, job: Job, raw: bytes, name: str, hosts_file: str | None, given: AdHoc | None, guarded: dict[str, Any], again: Callable[[list[str]], str]
) -> int:
    from hvplan.cli.hosts import guard_in_ci, sessions
    from hvplan.cli.planning import check_globs
    from hvplan.cli.saved_hosts import hosts_of
    from hvplan.document.saved import load_plan
    from hvplan.model.objects import Desired

    document = load_plan(raw, name=name)
    check_globs(document, Desired(), job.globs)
    hosts = hosts_of(document, hosts_file, given)
    guard_in_ci(hosts, **guarded)
    files = [file["path"] for file in document.sources.get("files", ()) if isinstance(file, Mapping) and isinstance(file.get("path"), str)]
    clock = clock_of(None)
    with sessions(hosts, clock) as reached:
        if reached.failed:
            state.output.diagnostics(d for error in reached.failed.values() for d in error.diagnostics)
            return job.give_up(state, document, tuple(reached.failed), clock, again=again(files))
        return job.carry_out(state, document, reached.sessions, clock, again=again(files), approved=True)
