"""How the hosts of a saved plan are reached: the hosts file's entry of that name, else the connection the plan recorded."""

from __future__ import annotations

from collections.abc import Mapping

from hvplan.cli.hosts import AdHoc, with_ad_hoc
from hvplan.diagnostics import Diagnostic, Severity
from hvplan.document.plan import PlanDocument
from hvplan.errors import ConfigurationError
from hvplan.model.objects import Host


def hosts_of(document: PlanDocument, hosts_file: str | None, given: AdHoc | None) -> tuple[Host, ...]:
    """The hosts of the plan. ConfigurationError when one was reached through a hosts file that is not given now."""
    pinned = _pinned(hosts_file)
    hosts: list[Host] = []
    for name, entry in sorted(document.hosts.items()):
        if name in pinned:
            hosts.append(pinned[name])
        elif given is None and entry.connection.get("hosts_file"):
            summary = f"host {name}: the plan was made through a hosts file or --address, so it does not say how to reach it"
            raise ConfigurationError(
                Diagnostic(code="no-connection", summary=summary, hint="give the same again: --hosts FILE (HVPLAN_HOSTS), or --address URL")
            )
        else:
            hosts.append(Host(name=name, connection={key: value for key, value in entry.connection.items() if key != "hosts_file"}))
    return with_ad_hoc(hosts, given)


def _pinned(hosts_file: str | None) -> Mapping[str, Host]:
    if hosts_file is None:
        return {}
    from hvplan.load import load_hosts

    hosts, diagnostics = load_hosts(hosts_file)
    errors = [d for d in diagnostics if d.severity is Severity.ERROR]
    if errors:
        raise ConfigurationError.of(errors)
    return {host.name: host for host in hosts if host.connection}
