"""Hosts to inventories: which hosts a command means, with or without documents, and everything that is read of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import click

from hvplan import __version__
from hvplan.cli.hosts import AdHoc, ip_addresses, sessions, with_ad_hoc
from hvplan.cli.progress import reading
from hvplan.cli.side_by_side import side_by_side
from hvplan.cli.state import Run
from hvplan.clock import Clock
from hvplan.diagnostics import Diagnostic, Severity
from hvplan.document.inventory import InventoryDocument
from hvplan.errors import ConfigurationError, HvplanError
from hvplan.load.loading import load, load_hosts
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A host to read, and what the files, if there are any, want of it."""

    host: Host
    desired: Desired


def targets(paths: Sequence[str], hosts_file: str | None, given: AdHoc | None, names: Sequence[str], state: Run) -> tuple[Target, ...]:
    """The hosts of the documents, of the hosts file, or the one of `--address`. ConfigurationError when there is none.

    Without PATHs and with `--address` no file is read. Without PATHs the current folder counts where it holds documents, else the hosts file.
    """
    desired = Desired() if given is not None and not paths else _documents(paths, hosts_file, given, state)
    hosts = desired.hosts
    if given is not None:
        hosts = with_ad_hoc(hosts, given) if hosts else (Host(name=given.name, connection=given.connection(), from_hosts_file=True),)
    if names:
        missing = [name for name in names if name not in {host.name for host in hosts}]
        if missing:
            raise click.UsageError(f"--host {missing[0]}: the hosts are {', '.join(host.name for host in hosts) or 'none'}")
        hosts = tuple(host for host in hosts if host.name in names)
    if not hosts:
        hint = "give files with a Host document, a hosts file (--hosts), or --address https://hv01:5986"
        raise ConfigurationError(Diagnostic(code="no-host", summary="There is no host to read.", hint=hint))
    return tuple(Target(host=host, desired=replace(desired.of(host.name), hosts=(host,))) for host in hosts)


def _documents(paths: Sequence[str], hosts_file: str | None, given: AdHoc | None, state: Run) -> Desired:
    loaded = load(paths or (".",), hosts_file=hosts_file, ad_hoc=given.name if given else "")
    errors = [d for d in loaded.diagnostics if d.severity is Severity.ERROR]
    if errors and not paths and hosts_file is not None and all(d.code == "no-document" for d in errors):
        hosts, diagnostics = load_hosts(hosts_file)
        if any(d.severity is Severity.ERROR for d in diagnostics):
            raise ConfigurationError.of(diagnostics)
        return Desired(hosts=hosts)
    if errors:
        raise ConfigurationError.of(loaded.diagnostics)
    state.output.diagnostics(loaded.diagnostics)
    return loaded.desired


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """One host as it was read."""

    target: Target
    live: LiveHost
    document: InventoryDocument


def inspected(state: Run, wanted: Sequence[Target], clock: Clock) -> tuple[Inspected, ...]:
    """Read every host whole: the disks of all machines, and the files that the documents ask for. Only reads are sent.

    Raises the failures of all hosts together when any of them cannot be read: an inventory is whole or it is none.
    """
    from hvplan.live.inventory import inventory_of
    from hvplan.live.read import read_host
    from hvplan.live.wanted import wanted_of

    now = clock.now().replace(microsecond=0)
    meta: dict[str, Any] = {"time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "version": __version__}
    with sessions((target.host for target in wanted), clock) as reached:
        there = [target for target in wanted if target.host.name in reached.sessions]

        def read(target: Target) -> LiveHost:
            asked = replace(wanted_of(target.desired), every=True, network=True, media=True)
            return replace(read_host(reached.sessions[target.host.name], asked), reached=ip_addresses(target.host))

        with reading(state, [target.host.name for target in there]):
            answers = side_by_side(read, there)
    failed = [*reached.failed.values(), *(answer for answer in answers if isinstance(answer, HvplanError))]
    if failed:
        raise _together(failed)
    return tuple(
        Inspected(target=target, live=live, document=inventory_of(live, host=target.host.name, meta=meta))
        for target, live in zip(there, answers, strict=True)
        if isinstance(live, LiveHost)
    )


def _together(failed: Iterable[HvplanError]) -> HvplanError:
    errors = list(failed)
    worst = max(errors, key=lambda error: error.exit_code)
    return type(worst)(*(d for error in errors for d in error.diagnostics))
