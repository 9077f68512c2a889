"""Files and hosts to a plan document: what `plan` and `apply` have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from hvplan import __version__
from hvplan.cli.hosts import AdHoc, sessions, with_ad_hoc
from hvplan.cli.options import ALL
from hvplan.cli.progress import reading
from hvplan.cli.side_by_side import side_by_side
from hvplan.cli.sources import git_commit
from hvplan.cli.state import Run
from hvplan.clock import Clock
from hvplan.diagnostics import Diagnostic, Severity
from hvplan.document.plan import PlanDocument
from hvplan.errors import ConfigurationError, HvplanError
from hvplan.load.loading import Loaded, load
from hvplan.model import address
from hvplan.model.address import Glob
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host
from hvplan.remoting.session import Session

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the command line says about a plan. Globs as written; bare flags are `*`."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    allow_restart: tuple[str, ...] = ()
    delete_disks: tuple[str, ...] = ()
    allow_management_change: tuple[str, ...] = ()
    max_deletes: int | None = None
    max_impact: str | None = None
    refuse_above: str | None = None
    skip_refused: bool = False

    @property
    def globs(self) -> Mapping[str, tuple[str, ...]]:
        """Option -> its globs, those that mean all left out."""
        named = {
            "--target": self.targets,
            "--exclude": self.excludes,
            "--adopt": self.adopt,
            "--allow-restart": self.allow_restart,
            "--delete-disks": self.delete_disks,
            "--allow-management-change": self.allow_management_change,
        }
        return {option: tuple(glob for glob in globs if glob != ALL) for option, globs in named.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan and the sessions it was made with, still open. `unread`: hosts that could not be read; `unreadable`: why."""

    document: PlanDocument
    sessions: Mapping[str, Session]
    unreadable: tuple[Diagnostic, ...] = ()
    unread: tuple[str, ...] = ()


def read_files(state: Run, paths: tuple[str, ...], hosts_file: str | None, given: AdHoc | None) -> tuple[Loaded, Desired]:
    """Load the files; their warnings are shown, their errors raised together (exit 1)."""
    for path in paths:
        _not_saved(path)
    loaded = load(paths or (".",), hosts_file=hosts_file, ad_hoc=given.name if given else "")
    if any(d.severity is Severity.ERROR for d in loaded.diagnostics):
        raise ConfigurationError.of(loaded.diagnostics)
    state.output.diagnostics(loaded.diagnostics)
    return loaded, replace(loaded.desired, hosts=with_ad_hoc(_used(loaded.desired), given))


def _not_saved(path: str) -> None:
    """A saved plan or result is no file to plan from; a usage error says what takes it."""
    from hvplan.document.saved import saved_kind

    file = Path(path)
    try:
        raw = file.read_bytes() if file.is_file() else b""
    except OSError:  # the loader says what is wrong with it
        return
    if kind := saved_kind(raw):
        takes = "hvplan apply carries it out, hvplan show renders it" if kind == "plan" else "hvplan show renders it"
        raise click.UsageError(f"{path} is a saved {kind}, not a file with documents; {takes}")


def _used(desired: Desired) -> tuple[Host, ...]:
    """The hosts that something is declared for; all of them when nothing is."""
    named = {thing.host for things in (desired.switches, desired.disks, desired.vms) for thing in things}
    return tuple(host for host in desired.hosts if host.name in named or host.settings != HostSettings()) or desired.hosts


@contextmanager
def planned(state: Run, loaded: Loaded, desired: Desired, scope: Scope, clock: Clock) -> Iterator[Planned]:
    """Read every host, side by side where there are several, and make one plan; the sessions stay open inside the `with`."""
    from hvplan.cli.hosts import ip_addresses
    from hvplan.live.read import read_host
    from hvplan.live.wanted import wanted_of

    now = clock.now().replace(microsecond=0)
    with sessions(desired.hosts, clock) as reached:
        found: dict[str, LiveHost | HvplanError] = dict(reached.failed)
        hosts = [host for host in desired.hosts if host.name in reached.sessions]

        def read(host: Host) -> LiveHost:
            wanted = wanted_of(desired.of(host.name), deletes=bool(scope.delete_disks))
            live = read_host(reached.sessions[host.name], wanted)
            return replace(live, reached=ip_addresses(host)) if wanted.network else live

        with reading(state, [host.name for host in hosts]):
            answers = side_by_side(read, hosts)
        found |= {host.name: live for host, live in zip(hosts, answers, strict=True)}
        yield replace(plan_of(loaded, desired, scope, found, now), sessions=reached.sessions)


def plan_of(loaded: Loaded, desired: Desired, scope: Scope, found: Mapping[str, LiveHost | HvplanError], now: datetime) -> Planned:
    """One plan for what was found of each host, without sessions. Raises what is wrong with all hosts when none could be read."""
    from hvplan.plan.make import HostInput, PlanOptions, make_plan

    failed = {name: live for name, live in found.items() if isinstance(live, HvplanError)}
    inputs: list[HostInput] = []
    for host in desired.hosts:
        live = found.get(host.name)
        if isinstance(live, LiveHost):
            inputs.append(HostInput(host=host, desired=desired.of(host.name), live=live))
    if failed and not inputs:
        raise _together(failed)
    options = PlanOptions(
        targets=scope.targets,
        excludes=scope.excludes,
        adopt=scope.adopt,
        allow_restart=scope.allow_restart,
        delete_disks=scope.delete_disks,
        max_deletes=scope.max_deletes,
        max_impact=scope.max_impact or "",
        refuse_above=scope.refuse_above or "",
        skip_refused=scope.skip_refused,
    )
    document = make_plan(inputs, stack=desired.stack, options=options, now=now, place=_placer(loaded))
    check_globs(document, desired, scope.globs)
    document = replace(document, sources=_sources(loaded), errored=document.errored or bool(failed), meta=_meta(document, now))
    unreadable = tuple(d for error in failed.values() for d in error.diagnostics)
    return Planned(document=document, sessions={}, unreadable=unreadable, unread=tuple(failed))


def _together(failed: Mapping[str, HvplanError]) -> HvplanError:
    worst = max(failed.values(), key=lambda error: error.exit_code)
    return type(worst)(*(d for error in failed.values() for d in error.diagnostics))


def _placer(loaded: Loaded) -> Any:
    def place(host: str, address: str, path: str) -> str:
        found = loaded.places.place(host, address, path)
        return str(found) if found else ""

    return place


def _sources(loaded: Loaded) -> dict[str, Json]:
    folder = Path(loaded.files[0].path).parent if loaded.files else Path(".")
    return {"files": [{"path": file.path, "sha256": file.sha256} for file in loaded.files], "git_commit": git_commit(folder)}


def _meta(document: PlanDocument, now: datetime) -> dict[str, Json]:
    return {**document.meta, "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "version": __version__}


def check_globs(document: PlanDocument, desired: Desired, globs: Mapping[str, tuple[str, ...]]) -> None:
    """A pattern that fits nothing is a usage error: it would silently mean something else than its writer thought. Labels choose scope, never consent."""
    known = {(c.host, c.address) for c in document.resource_changes} | {(u.host, u.address) for u in document.unmanaged}
    known |= {(r.host, r.address) for r in document.refusals} | {(d.host, d.address) for d in document.deferred}
    labelled = [(host, name, labels) for host, name, labels in _declared(desired)] + [(host, name, ()) for host, name in known]
    for option, patterns in globs.items():
        for pattern in patterns:
            if not any(Glob(pattern).fits(name, host, labels if option in ("--target", "--exclude") else ()) for host, name, labels in labelled):
                raise click.UsageError(f"{option}={pattern} fits nothing; addresses look like vm/web01, vm/web01/disks/os, switch/lan")


def _declared(desired: Desired) -> Iterator[tuple[str, str, tuple[tuple[str, str], ...]]]:
    for host in desired.hosts:
        if host.settings != HostSettings():
            yield host.name, address.host(host.name), ()
    for switch in desired.switches:
        yield switch.host, address.switch(switch.name), switch.labels
        for adapter in switch.management:
            yield switch.host, address.device(address.switch(switch.name), "managementAdapters", adapter.key), switch.labels
    for disk in desired.disks:
        yield disk.host, address.disk(disk.name), disk.labels
    for vm in desired.vms:
        own = address.vm(vm.name)
        yield vm.host, own, vm.labels
        for device in vm.disks:
            yield vm.host, address.device(own, "disks", device.key), vm.labels
        for dvd in vm.dvds:
            yield vm.host, address.device(own, "dvds", dvd.key), vm.labels
        for nic in vm.network_adapters:
            yield vm.host, address.device(own, "networkAdapters", nic.key), vm.labels
