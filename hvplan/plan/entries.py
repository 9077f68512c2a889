"""Changes as entries of the document: before and after, what is not known yet, what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from hvplan.diff.changes import Change, Create, Delete, FieldChange, Keep, Live, Replace, Update, Want
from hvplan.diff.digests import SECTIONS, declared
from hvplan.diff.switches import planned_id
from hvplan.document.plan import TYPES, Field, ResourceChange
from hvplan.model import address as addresses
from hvplan.model import boot
from hvplan.model.devices import Disk, Dvd, NetworkAdapter
from hvplan.model.hostsettings import HostSettings
from hvplan.model.live import LiveAdapter, LiveDrive, LiveFile, LiveHost, LiveSwitch, LiveVhd, LiveVm
from hvplan.model.network import LiveManagementAdapter, ManagementAdapter
from hvplan.model.objects import Host, Stack, VirtualDisk, VirtualMachine, VirtualSwitch
from hvplan.model.rows import nest
from hvplan.model.values import UNSET, Json, normal_path
from hvplan.model.view import adapter_values, drive_values, dvd_values, management_values, part_values, switch_values, vhd_values, vm_values
from hvplan.plan.gates import impact_of, real

Place = Callable[[str, str, str], str]
_NO_OP: Final = ("no-op",)
_UNITS: Final[Mapping[str, str]] = {"vhd.size": "bytes", "vhd.blockSize": "bytes"}
"""Attribute without a row -> its unit."""
_UNDECLARED: Final = frozenset({"name", "slot", "vhd.path", "iso", "mac", "switch"})
"""What is shown of a device that nobody wrote down and that `exclusive` removes."""


def wanted_values(want: Want | None, slot: object = None) -> dict[str, Json]:
    """Written paths and their values, flat."""
    match want:
        case VirtualMachine():
            flat: dict[str, Json] = {}
            for part in SECTIONS:
                flat |= declared(getattr(want, part))
            for path, value in (("generation", want.generation), ("version", want.version), ("state", want.power), ("path", want.path)):
                if value is not UNSET:
                    flat[path] = value
            if want.boot_order is not UNSET:
                flat[boot.PATH] = list(want.boot_order)
            if want.scsi_controllers is not UNSET:
                flat["devices.scsiControllers"] = want.scsi_controllers
            return flat
        case VirtualSwitch():
            named = () if want.net_adapters is UNSET else want.net_adapters
            return declared(want.settings) | ({"netAdapters": [ref.value for ref in named]} if named else {})
        case Host():
            return declared(want.settings)
        case ManagementAdapter():
            return declared(want.settings)
        case VirtualDisk():
            return {"path": want.path}
        case Disk():
            return _disk_values(want, slot)
        case Dvd():
            at = {"slot": str(slot or want.slot)} if slot is not None or want.slot is not UNSET else {}
            return at if want.iso is UNSET else {**at, "iso": want.iso}
        case NetworkAdapter():
            return declared(want.settings) | ({"name": want.name} if want.name != want.key else {})
        case None:
            return {}


def _disk_values(disk: Disk, slot: object) -> dict[str, Json]:
    flat: dict[str, Json] = {"disk": disk.disk} if disk.disk else {"vhd.path": disk.path}
    if slot is not None or disk.slot is not UNSET:
        flat["slot"] = str(slot or disk.slot)
    flat |= declared(disk.settings)
    if disk.vhd:
        vhd = disk.vhd
        named = (
            ("size", vhd.size),
            ("type", vhd.type),
            ("blockSize", vhd.block_size),
            ("logicalSector", vhd.logical_sector),
            ("physicalSector", vhd.physical_sector),
        )
        flat |= {f"vhd.{name}": value for name, value in named if value is not UNSET}
        for name, document in (("parent", vhd.parent), ("source", vhd.source)):
            if document:
                flat[f"vhd.{name}"] = document
    return flat


def _as_written(values: dict[str, Json], want: Want | None) -> dict[str, Json]:
    """A live disk in the words of its declaration: a file that a VirtualDisk document names is called by that name, others by their path."""
    if not isinstance(want, Disk):
        return values
    told = dict(values)
    if (parent := told.pop("vhd.parentPath", None)) is not None:
        known = want.vhd is not None and want.vhd.parent and normal_path(want.vhd.parent_path) == normal_path(parent)
        told["vhd.parent"] = want.vhd.parent if known and want.vhd else parent
    if want.disk and isinstance(path := told.get("vhd.path"), str) and normal_path(path) == normal_path(want.disk_path):
        told["disk"] = want.disk
    return told


def live_values(live: Live | None, host: LiveHost) -> dict[str, Json]:
    """Everything a live object shows, flat."""
    match live:
        case LiveVm():
            return vm_values(live)
        case LiveSwitch():
            return switch_values(live)
        case LiveAdapter():
            return adapter_values(live)
        case LiveDrive():
            return drive_values(host, live)
        case LiveManagementAdapter():
            return management_values(live)
        case HostSettings():
            return part_values(live)
        case LiveVhd():
            return {"path": live.path, **vhd_values(live)}
        case LiveFile():
            return {"path": live.path}
        case None:
            return {}


def entry(host: str, change: Change, live: LiveHost, stack: Stack, place: Place, *, left: str) -> Iterator[ResourceChange]:
    """The entry of one change; `left`: why nothing is done about it in this run (`refused`, `deferred`), `""` otherwise."""
    kind, name = _kind(change.address)
    now, wanted = _now(change, live), wanted_values(change.want, getattr(change, "slot", None))
    before: dict[str, Json] | None = None
    if now:
        fields = [field.path for field in change.fields] if isinstance(change, Update | Replace) else []
        undeclared = _UNDECLARED if isinstance(change, Delete) and change.want is None else frozenset[str]()
        shown = {"id", *wanted, *fields} | undeclared | ({"name"} if isinstance(change, Update) and change.renamed_from else set())
        before = {path: value for path, value in now.items() if path in shown}
    actions, verbs = _actions(change)
    after: dict[str, Json] | None
    unknown: dict[str, Json] = {}
    match change:
        case Create():
            after = dict(wanted)
            if not isinstance(change.want, Disk | Dvd):
                id = planned_id(live, stack, change.want.name) if isinstance(change.want, VirtualSwitch) else ""
                after["id"] = id or None
                unknown = {} if id else {"id": True}
        case Delete():
            after = None
        case Keep():
            after = before
        case Update() | Replace():
            after = {**(before or {}), **{field.path: field.json(field.after) for field in change.fields}}
            if isinstance(change, Update) and change.renamed_from:
                after["name"] = _name_of(change.want)
            if isinstance(change, Replace):
                after, unknown = {**after, "id": None}, {"id": True}
    importing = {"id": change.live.id} if isinstance(change, Update) and change.adopts and isinstance(change.live, LiveVm | LiveSwitch) else None
    if left:
        actions, verbs, importing, after, unknown = _NO_OP, (), None, before, {}
    listed = () if left else tuple(_field(field) for field in (change.fields if isinstance(change, Update | Replace) else ()))
    yield ResourceChange(
        host=host,
        address=change.address,
        type=TYPES[kind],
        name=name,
        actions=actions,
        before=None if before is None else nest(before),
        after=None if after is None else nest(after),
        after_unknown=unknown,
        replace_paths=tuple(field.path for field in change.fields) if isinstance(change, Replace) and not left else (),
        importing=importing,
        previous_address=_previous(change) if not left else "",
        action_reason=left,
        impact="none" if left else impact_of(change).label,
        fields=listed,
        verbs=verbs,
        place=place(host, change.address, ""),
    )
    if isinstance(change, Delete) and not left:
        yield from _files(host, change, live, place)


def _files(host: str, change: Delete, live: LiveHost, place: Place) -> Iterator[ResourceChange]:
    """The files that go with a machine, each under its disk's address."""
    for at, path in sorted(change.files.items()):
        header = live.vhds.get(normal_path(path))
        before: Mapping[str, Json] = nest({"vhd.path": path, **vhd_values(header)})
        yield ResourceChange(
            host=host,
            address=at,
            type=TYPES["disks"],
            name=_kind(at)[1],
            actions=("delete",),
            before=before,
            after=None,
            impact="data",
            verbs=("delete",),
            place=place(host, at, ""),
        )


def _now(change: Change, live: LiveHost) -> dict[str, Json]:
    if isinstance(change, Create):
        return {}
    if isinstance(change.live, LiveDrive) and "/dvds/" in change.address:
        return dvd_values(change.live)
    values = _as_written(live_values(change.live, live), change.want)
    if isinstance(change.live, LiveVm):  # a boot order in the words of the declaration; one that was not compared has none
        order = change.boot if isinstance(change, Update | Keep) else None
        values = {path: value for path, value in values.items() if path != boot.PATH} | ({boot.PATH: list(order.shown)} if order else {})
    return values


def _kind(address: str) -> tuple[str, str]:
    parts = address.split("/")
    return (parts[0] if len(parts) == 2 else parts[2]), addresses.decode(parts[-1])


def _name_of(want: Any) -> str:
    return str(want.name)


def _previous(change: Change) -> str:
    if not isinstance(change, Update) or not change.renamed_from:
        return ""
    return addresses.vm(change.renamed_from) if isinstance(change.want, VirtualMachine) else addresses.switch(change.renamed_from)


def _actions(change: Change) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Terraform's words, and ours."""
    match change:
        case Keep():
            return _NO_OP, ()
        case Replace():
            return ("delete", "create"), ("replace",)
        case Create(ready=True):
            return ("create",), ("attach",)
        case Create():
            return ("create",), ("create",)
        case Delete(live=LiveDrive()) if "/dvds/" not in change.address:
            return ("delete",), ("detach",)
        case Delete(live=LiveAdapter() | LiveManagementAdapter() | LiveDrive()):
            return ("delete",), ("remove",)
        case Delete():
            return ("delete",), ("delete",)
        case Update():
            more = {
                "adopt": change.adopts,
                "finish": change.finishing or (change.claims and change.marker is None),
                "claim": change.claims and change.marker is not None,
                "rename": bool(change.renamed_from),
                "release": change.released,
                "protect": change.protect is True,
                "unprotect": change.protect is False,
                "update": bool(change.fields),
            }
            verbs = tuple(verb for verb, holds in more.items() if holds)
            return (_NO_OP if verbs == ("adopt",) and real(change) else ("update",)), verbs


def _field(field: FieldChange) -> Field:
    return Field(
        path=field.path,
        before=field.json(field.before) if field.before is not None else None,
        after=field.json(field.after),
        unit=field.row.kind.unit if field.row else _UNITS.get(field.path, ""),
        impact=field.impact.label,
        why=field.line.condition if field.line.condition != "always" else "",
        cause=field.cause,
    )
