"""What the comparison of one host needs to know beyond the object at hand, gathered once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from hvplan.diff.changes import DiffOptions, Finding
from hvplan.model.impact import Impact, Situation, When, always, judge
from hvplan.model.live import LiveHost, LiveVhd, LiveVm
from hvplan.model.marker import Marker
from hvplan.model.objects import Desired, VirtualMachine
from hvplan.model.values import Unknown, normal_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One host's comparison. `attached`: normal base path -> VMs that have it in a slot, as (id, name). `parents`: normal path -> its children."""

    host: LiveHost
    desired: Desired
    options: DiffOptions
    attached: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    switches: Mapping[str, int] = field(default_factory=dict)  # case-folded name -> how many there will be
    released: frozenset[tuple[str, str]] = frozenset()  # (switch id, interface id) of physical adapters that switches give up in this run
    renames: Mapping[str, str] = field(default_factory=dict)  # case-folded name of a switch -> the one it gets in this run

    def attached_to_others(self, path: str, vm_id: str = "") -> tuple[str, ...]:
        """Names and ids of other VMs that have this file in a slot."""
        return tuple(f"{name} ({id})" for id, name in self.attached.get(normal_path(path), ()) if id != vm_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The VM whose devices are compared. `id` is `""` for one that is to be created; `completing`: its creation was cut off."""

    want: VirtualMachine
    address: str
    id: str = ""
    situation: Situation
    marker: Marker | None = None
    completing: bool = False
    adopted: bool = False

    @property
    def new(self) -> bool:
        """Is it still to be created."""
        return not self.id

    def refuse(self, address: str, code: str, text: str, path: str = "") -> Finding:
        """A refusal for a device; while the VM is still to be created it holds up the whole VM."""
        return Finding(address=address, code=code, text=text, path=path, blocks=(self.address if self.new else address,))

    def line(self, impact: Impact, why: str, *, saved: bool = True) -> When:
        """What a change of a device costs now. `saved`: a saved machine refuses it too (behaviour 2.3, 2.4)."""
        if saved and self.situation.state == "Saved":
            return When("the machine is saved", Impact.RESTART)
        return judge((When(why, impact), *always(impact)), None, None, self.situation)


def arranged(host: LiveHost) -> LiveHost:
    """The same host in one order: the order in which things were read means nothing."""
    return replace(
        host,
        vms=tuple(sorted((_arranged(vm) for vm in host.vms), key=lambda vm: (vm.name, vm.id))),
        switches=tuple(sorted(host.switches, key=lambda switch: (switch.name, switch.id))),
    )


def _arranged(vm: LiveVm) -> LiveVm:
    adapters = vm.adapters if isinstance(vm.adapters, Unknown) else tuple(sorted(vm.adapters, key=lambda a: (a.name, a.id)))
    return replace(vm, disks=tuple(sorted(vm.disks, key=lambda d: d.slot)), dvds=tuple(sorted(vm.dvds, key=lambda d: d.slot)), adapters=adapters)


def context(host: LiveHost, desired: Desired, options: DiffOptions) -> Context:
    """Gather who has which file."""
    attached: dict[str, list[tuple[str, str]]] = {}
    for vm in host.vms:
        for drive in vm.disks:
            for path in _paths(host, drive.path):
                attached.setdefault(normal_path(path), []).append((vm.id, vm.name))
    parents: dict[str, list[str]] = {}
    for header in host.vhds.values():
        if isinstance(header, LiveVhd) and header.parent:
            parents.setdefault(normal_path(header.parent), []).append(header.path)
    return Context(
        host=host,
        desired=desired,
        options=options,
        attached={path: tuple(dict.fromkeys(users)) for path, users in attached.items()},
        parents={path: tuple(sorted(children)) for path, children in parents.items()},
    )


_CHECKPOINT_FILE = re.compile(r"(?P<base>.+)_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.a(?P<kind>vhdx?)", re.IGNORECASE)
"""A checkpoint puts `name_<GUID>.avhdx` beside `name.vhdx` (behaviour 4)."""


def _paths(host: LiveHost, path: str) -> Iterator[str]:
    """The attached file and its base; where the chain was not read, the base its name tells: taken for attached, to be careful."""
    if path:
        yield path
        base = host.base(path)
        if isinstance(base, Unknown):
            if found := _CHECKPOINT_FILE.fullmatch(path):
                yield f"{found['base']}.{found['kind']}"
        elif base != path:
            yield base
