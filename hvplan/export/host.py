"""A whole host as documents: how to reach it, its settings, its switches, golden images, templates and machines."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from hvplan.export.disks import Files, parents_of
from hvplan.export.hostsettings import settings_of
from hvplan.export.machines import machine
from hvplan.export.switches import switches_of
from hvplan.export.templates import templated
from hvplan.export.written import API_VERSION, Json, Written, literal, literals
from hvplan.model.live import LiveHost, LiveVm
from hvplan.model.marker import find
from hvplan.model.objects import Host
from hvplan.model.values import Unknown

_SECRETS: Final = ("username", "password")
"""References, which are no text with placeholders."""


def export_host(host: Host, live: LiveHost, *, several: bool, machines: Collection[str] = (), left_out: Mapping[str, str]) -> tuple[Written, ...]:
    """Every object of a host. `machines`: only those of these names, with what they need; `left_out`: id -> why it cannot be declared."""
    wanted = {name.casefold() for name in machines}
    vms = sorted((vm for vm in live.vms if not wanted or vm.name.casefold() in wanted), key=lambda vm: (vm.name.casefold(), vm.name, vm.id))
    files, named = Files(parents=parents_of(live)), host.name if several else ""
    written = []
    for vm in vms:
        why = left_out.get(f"vm {vm.id}") or _unclear(vm, live)
        written.append(Written(id=f"vm {vm.id}", title=f"vm/{vm.name}", body=None, remarks=(why,)) if why else machine(vm, live, files, named))
    templates, short = templated(written, f"{host.name}-" if several else "")
    used = {name for one in written if one.body for name in _parents(one.body)}
    disks = [_disk(name, path, named, left_out) for name, path in files.parents.values() if literal(name) in used]
    connected = {name.casefold() for vm in vms for name in _switches(vm)}
    switches = switches_of(live, named, left_out, connected if wanted else None)
    return (_host(host, live, left_out, whole=not wanted), *switches, *disks, *templates, *short)


def _host(host: Host, live: LiveHost, left_out: Mapping[str, str], *, whole: bool) -> Written:
    """How it is reached, and its settings. `whole`: not when only some machines were asked for."""
    id = f"host {host.name}"
    body: dict[str, Json] = {"apiVersion": API_VERSION, "kind": "Host", "name": literal(host.name)}
    body |= {"cluster": host.cluster} if host.cluster != "refuse" else {}
    remarks = ["how it is reached stands in your hosts file (--hosts, HVPLAN_HOSTS)"] if not host.connection else []
    body |= {"connection": {key: value if key in _SECRETS else literals(value) for key, value in host.connection.items()}} if host.connection else {}
    settings, more = settings_of(live) if whole else ({}, [])
    if why := left_out.get(id, ""):
        settings, more = {}, [f"its settings are left out: {why}"]
    body |= {"settings": literals(settings)} if settings else {}
    return Written(id=id, title=f"host/{host.name}", body=body, remarks=(*remarks, *more), partial=bool(more))


def _disk(name: str, path: str, host: str, left_out: Mapping[str, str]) -> Written:
    id = f"disk {path}"
    body: dict[str, Json] = {"apiVersion": API_VERSION, "kind": "VirtualDisk", "name": literal(name)}
    body |= {"host": literal(host)} if host else {}
    body |= {"path": literal(path), "ensure": "Reference"}
    why = left_out.get(id)
    return Written(id=id, title=f"disk/{name}", body=None if why else body, remarks=(why,) if why else ())


def _unclear(vm: LiveVm, live: LiveHost) -> str:
    """Why a name does not say which machine is meant."""
    twins = sorted(other.id for other in live.vms if other.name.casefold() == vm.name.casefold())
    if len(twins) > 1:
        return f"{len(twins)} machines have this name: {', '.join(twins)}; rename all but one"
    if not vm.name.strip():
        return f"it has no name ({vm.id})"
    return "its notes hold several hvplan lines; remove all but the right one" if find(vm.notes)[1] > 1 else ""


def _switches(vm: LiveVm) -> set[str]:
    return set() if isinstance(vm.adapters, Unknown) else {a.settings.switch for a in vm.adapters if isinstance(a.settings.switch, str)}


def _parents(body: Mapping[str, Json]) -> set[str]:
    return {disk["vhd"]["parent"] for disk in body.get("devices", {}).get("disks", {}).values() if "parent" in disk["vhd"]}
