"""One declared virtual machine against the host: itself, then its devices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from hvplan.diff import adapters, disks, dvds
from hvplan.diff.boot import diff_boot, names, order_cause
from hvplan.diff.changes import Change, Create, Delete, FieldChange, Finding, Keep, Replace, Update
from hvplan.diff.context import Context, Machine
from hvplan.diff.digests import SECTION_OF, SECTIONS, cause, disk_section, dvd_section, sections
from hvplan.diff.hindered import checkpoint_folder, fewer_controllers, forbidden
from hvplan.diff.limits import FOLDERS, device_limits, folder_findings, memory_order, template_findings, vm_limits
from hvplan.diff.ownership import Found
from hvplan.diff.power import DISCARD, idle_state, saved_policy, state_change
from hvplan.diff.result import ObjectDiff
from hvplan.diff.settings import compare, missing_components, row_findings, unknown_part
from hvplan.diff.starting import start_foreseen
from hvplan.diff.stopping import stop_foreseen
from hvplan.model import boot
from hvplan.model.devices import Disk, Dvd
from hvplan.model.impact import Impact, Situation, When, judge
from hvplan.model.live import LiveAdapter, LiveDrive, LiveVm
from hvplan.model.objects import VirtualMachine
from hvplan.model.rows import Row, written
from hvplan.model.values import PATH, UNSET, Unknown, normal_path, same_path
from hvplan.model.view import vm_values

_REPLACED = When("create-only", Impact.REPLACE)


def create_vm(want: VirtualMachine, address: str, ctx: Context) -> ObjectDiff:
    """A machine that is not there."""
    generation = want.generation if want.generation is not UNSET else 0
    vm = Machine(want=want, address=address, situation=Situation(state="Off", generation=generation or 2, version=_text(want.version)))
    findings = list(_missing(vm))
    if want.state in ("Saved", "Paused"):
        findings.append(Finding(address=address, code="state", path="state", text=f"state {want.state} only holds a machine that runs.", blocks=(address,)))
    found = _devices(vm, None, ctx)
    folders = {row.path: value for _, row, value in written(want.platform) if row.path in FOLDERS and want.lifecycle.manages(row.path)}
    findings += [
        *_row_findings(vm, ctx),
        *vm_limits(vm, ctx),
        *memory_order(vm, None),
        *template_findings(vm, None, ctx),
        *folder_findings(vm, {"path": want.path, **folders}, ctx),
    ]
    findings += found.findings
    findings += device_limits(vm, None, found.changes, found.controllers, ctx)
    order = diff_boot(vm, None, found.changes, found.findings, ctx)
    findings += order.findings
    created = Create(address=address, want=want, controllers=found.controllers, boot=order.boot)
    return ObjectDiff(changes=(created, *found.changes), findings=tuple(findings))


def _missing(vm: Machine) -> Iterator[Finding]:
    """What must be written for a machine that is to be created (format: Habits)."""
    for path, value in (("generation", vm.want.generation), ("memory.startup", vm.want.memory.startup)):
        if not isinstance(value, int):
            text = f"{path} must be written: the machine is not on the host and has to be created."
            yield Finding(address=vm.address, code="incomplete", text=text, path=path, blocks=(vm.address,))


def update_vm(want: VirtualMachine, found: Found[LiveVm], address: str, ctx: Context) -> ObjectDiff:
    """A machine that is there."""
    live = found.live
    completing = found.cut_off or found.finishing
    marks = ctx.desired.stack.marks
    adopts = marks and not found.ours and not found.cut_off
    adopted = not completing and (not found.ours or (found.marker is not None and found.marker.origin == "adopted"))
    vm = Machine(want=want, address=address, id=live.id, situation=live.situation, marker=found.marker, completing=completing, adopted=adopted)
    if replaced := tuple(_create_only(want, live)):
        return _replace(vm, live, replaced)
    devices = _devices(vm, live, ctx)
    order = diff_boot(vm, live, devices.changes, devices.findings, ctx)
    differing = [*_fields(vm, live, ctx), *_controllers(vm, live, devices.controllers), *order.fields]
    undecided = [field for field in differing if _undecided(field, live)]
    fields = [field for field in differing if field not in undecided]
    state = state_change(want, live, found.marker, saved_policy(want, ctx.desired.stack.policy))
    fields += [state] if state else []
    if live.state == "Saved" and saved_policy(want, ctx.desired.stack.policy) == "Discard":
        fields, devices = [_losing(field) for field in fields], replace(devices, changes=tuple(_lost(change) for change in devices.changes))
    findings = [
        *_row_findings(vm, ctx),
        *_unknown_parts(vm, live),
        *_undecided_findings(undecided, live, address),
        *vm_limits(vm, ctx),
        *memory_order(vm, live.memory),
        *fewer_controllers(want, live, address),
        *checkpoint_folder(fields, live, address),
        *template_findings(vm, fields, ctx),
        *folder_findings(vm, {field.path: field.after for field in fields if field.path in FOLDERS}, ctx),
        *devices.findings,
        *order.findings,
    ]
    findings += device_limits(vm, live, devices.changes, devices.controllers, ctx)
    change = Update(
        address=address,
        want=want,
        live=live,
        fields=tuple(_caused(vm, live, fields, devices.changes)),
        marker=found.marker,
        adopts=adopts,
        claims=found.cut_off
        or found.former
        or (found.misnamed and live.name == want.name)
        or (found.marker is not None and (found.marker.restart or found.marker.resumed or bool(found.marker.going))),
        finishing=found.finishing,
        renamed_from=live.name if live.name != want.name else "",
        protect=_protect(want, found) if marks else None,
        unasked=_unasked(vm, live),
        boot=order.boot,
    )
    anything = changed(change) or any(not isinstance(c, Keep) for c in devices.changes)
    shown: Change = change if changed(change) else Keep(address=address, want=want, live=live, marker=found.marker, boot=order.boot)
    if anything:
        findings += forbidden(vm, change, devices.changes, ctx)
    warned, hopeless = stop_foreseen(vm, change, devices.changes, ctx)
    lacking, unstartable = start_foreseen(change, devices.changes, ctx)
    findings += (*hopeless, *unstartable)
    told = [idle_state(want, live), *warned, *lacking]
    return ObjectDiff(
        changes=(shown, *devices.changes),
        findings=tuple(findings),
        warnings=(*(f"{address}: {text}" for text in told if text), *devices.warnings),
        undeclared=devices.undeclared,
    )


def _losing(field: FieldChange) -> FieldChange:
    """What needs a saved machine off costs its saved memory where the policy discards it."""
    return replace(field, line=DISCARD) if field.path != "state" and Impact.RESTART <= field.impact < Impact.DATA else field


def _lost(change: Change) -> Change:
    match change:
        case Create() | Delete() if change.line.impact == Impact.RESTART:
            return replace(change, line=DISCARD)
        case Update():
            return replace(change, fields=tuple(_losing(field) for field in change.fields))
        case _:
            return change


def changed(change: Update) -> bool:
    """Is there anything to do for the object itself."""
    facts = (change.fields, change.adopts, change.claims, change.finishing, change.released, change.renamed_from, change.unasked)
    return any(facts) or change.protect is not None


def _protect(want: VirtualMachine, found: Found[Any]) -> bool | None:
    """True or False when protection is to be set or lifted; not written: it stays as it is."""
    now = found.marker.protect if found.marker else False
    return want.lifecycle.protect if want.lifecycle.protect is not None and want.lifecycle.protect != now and found.ours else None


def _create_only(want: VirtualMachine, live: LiveVm) -> Iterator[FieldChange]:
    for path, wanted, now in (("generation", want.generation, live.generation), ("version", want.version, live.version)):
        if wanted is not UNSET and wanted != now and want.lifecycle.manages(path):
            yield FieldChange(path=path, before=now, after=wanted, line=_REPLACED)


def _replace(vm: Machine, live: LiveVm, fields: tuple[FieldChange, ...]) -> ObjectDiff:
    listed = ", ".join(f"{f.path} is {f.before}, not {f.after}" for f in fields)
    code = "protected" if vm.want.lifecycle.protect or (vm.marker and vm.marker.protect) else "replace"
    text = f"{listed}: only a new machine could have that. This version does not replace machines; declare it as it is, or remove it first."
    finding = Finding(address=vm.address, code=code, text=text, path=fields[0].path, blocks=(vm.address,))
    change = Replace(address=vm.address, want=vm.want, live=live, fields=fields, marker=vm.marker)
    return ObjectDiff(changes=(change,), findings=(finding,))


def _equal(row: Row, want: Any, now: Any) -> bool:
    """Secure boot: `true` keeps whatever template there is; template names ignore case. Notes: how their lines end means nothing. Paths as Windows compares."""
    if row.kind is PATH and isinstance(want, str) and isinstance(now, str):
        return same_path(want, now)
    if row.path == "notes" and isinstance(want, str) and isinstance(now, str):
        return want.replace("\r\n", "\n") == now.replace("\r\n", "\n")
    if row.path == "firmware.secureBoot":
        return bool(now) if want is True else str(want).casefold() == str(now).casefold()
    return bool(want == now)


def _undecided_findings(fields: list[FieldChange], live: LiveVm, address: str) -> Iterator[Finding]:
    why = live.processor.why if isinstance(live.processor, Unknown) else ""
    for field in fields:
        text = f"whether {field.path} can change while the machine runs depends on its processor, which could not be read ({why})."
        yield Finding(address=address, code="unknown", text=text, path=field.path)


def _undecided(field: FieldChange, live: LiveVm) -> bool:
    """Does what a change costs depend on something that could not be read: nested virtualization decides whether memory grows under power."""
    if field.row is None or not isinstance(live.processor, Unknown):
        return False
    return judge(field.row.impact, field.before, field.after, replace(live.situation, nested=True)).impact != field.impact


def _fields(vm: Machine, live: LiveVm, ctx: Context) -> Iterator[FieldChange]:
    static = not isinstance(live.memory, Unknown) and live.memory.dynamic is not True
    for name in SECTIONS:
        part = getattr(live, name)
        if isinstance(part, Unknown) or part is None:
            continue
        yield from compare(
            getattr(vm.want, name),
            part,
            vm.want.lifecycle,
            situation=vm.situation,
            host=ctx.host,
            defaults=vm.completing,
            equal=_equal,
            never_live=name == "memory" and static,
        )
    if vm.want.path is not UNSET and vm.want.lifecycle.manages("path") and not _below(live.path, vm.want.path):
        yield FieldChange(path="path", before=live.path, after=vm.want.path, line=_REPLACED)


def _below(path: str, folder: str) -> bool:
    return normal_path(path) == normal_path(folder) or normal_path(path).startswith(normal_path(folder) + "\\")


def _controllers(vm: Machine, live: LiveVm, needed: int) -> Iterator[FieldChange]:
    if needed > live.scsi_controllers:
        line = vm.line(Impact.RESTART, "controllers are added only while it is off")
        yield FieldChange(path="devices.scsiControllers", before=live.scsi_controllers, after=needed, line=line)


def _caused(vm: Machine, live: LiveVm, fields: list[FieldChange], devices: tuple[Change, ...]) -> Iterator[FieldChange]:
    now, values = sections(vm.want), vm_values(live)
    for field in fields:
        word = SECTION_OF.get(field.path, "vm")
        readable = {path: value for path, value in values.items() if SECTION_OF.get(path, "vm") == word and path not in _IDENTITY}
        if field.path == "devices.scsiControllers" and vm.want.scsi_controllers is UNSET:
            yield replace(field, cause=_implied(vm, devices))  # no section has it: drives that are declared on it ask for it
        elif word == SECTION_OF[boot.PATH] and not isinstance(live.boot_order, Unknown):
            called = names(vm, live, devices)
            order = [called.get(entry, entry) for entry in boot.words(live.boot_order)]
            yield replace(field, cause=order_cause(vm.marker, now.get(word, {}), readable, order))
        else:
            yield replace(field, cause=cause(vm.marker, word, now.get(word, {}), readable))


def _implied(vm: Machine, devices: tuple[Change, ...]) -> str:
    """Who moved, where a controller is added for drives: the file where one of them was never applied."""
    sections = [disk_section(c.want.key) if isinstance(c.want, Disk) else dvd_section(c.want.key) for c in devices if isinstance(c.want, Disk | Dvd)]
    if vm.marker is None or "devices" in vm.marker.applied or not vm.marker.applied:
        return "unknown"
    return "drift" if all(section in vm.marker.applied for section in sections) else "pending"


_IDENTITY = frozenset({"id", "name", "generation", "version", "path", "notes.marker"})


def _row_findings(vm: Machine, ctx: Context) -> Iterator[Finding]:
    for name in SECTIONS:
        yield from row_findings(getattr(vm.want, name), vm.address, vm.want.lifecycle, vm.situation.generation, ctx.host)


def _unknown_parts(vm: Machine, live: LiveVm) -> Iterator[Finding]:
    for name in SECTIONS:
        yield from unknown_part(name, getattr(vm.want, name), getattr(live, name), vm.address, vm.want.lifecycle)
        yield from missing_components(getattr(vm.want, name), getattr(live, name), vm.address, vm.want.lifecycle)


def _unasked(vm: Machine, live: LiveVm) -> tuple[LiveAdapter | LiveDrive, ...]:
    """What New-VM made for a creation that was cut off, and nobody declared (behaviour 6)."""
    return (*adapters.unasked(vm, live), *(dvd for dvd in live.dvds if vm.completing and not dvd.path and not dvds.claimed(vm, dvd)))


def _devices(vm: Machine, live: LiveVm | None, ctx: Context) -> disks.Devices:
    some = disks.diff_disks(vm, live, ctx)
    media = dvds.diff_dvds(vm, live, some, ctx)
    kinds = (some, media, adapters.diff_adapters(vm, live, ctx))
    return disks.Devices(
        changes=tuple(change for kind in kinds for change in kind.changes),
        findings=tuple(finding for kind in kinds for finding in kind.findings),
        warnings=tuple(warning for kind in kinds for warning in kind.warnings),
        undeclared=tuple(address for kind in kinds for address in kind.undeclared),
        controllers=media.controllers,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
