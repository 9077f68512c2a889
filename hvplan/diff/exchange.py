"""A disk whose file has another type, block size, format or path than declared: what that takes, costs and keeps; and why it may not be."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from hvplan.diff.changes import BEFORE, Act, Exchange, FieldChange, Finding
from hvplan.diff.context import Context, Machine
from hvplan.diff.files import LARGEST, SHARE, differences, header, in_use, missing_folders, no_root, not_a_folder, possible_size
from hvplan.diff.keeps import doubtful, keeps_file
from hvplan.diff.scope import fits_any
from hvplan.diff.still import still
from hvplan.diff.ways import Stand, acts, in_one_folder, stand
from hvplan.model.devices import Disk, Vhd
from hvplan.model.filenames import kept, moving, unfinished
from hvplan.model.impact import Impact, When
from hvplan.model.live import LiveDrive, LiveFile, LiveVhd, LiveVm
from hvplan.model.values import UNSET, Unknown, normal_path, same_path, show_size

_CONVERTED: Final = frozenset({"vhd.type", "vhd.blockSize"})
_ENDINGS: Final = tuple(LARGEST)
_NOTES: Final[Mapping[str, str]] = {
    "unfinished": "finishes what a cut-off run began",
    "named": "finishes what a cut-off run began",
    "moved": "it was moved there; the drive follows",
    "moving": "finishes what a cut-off run began",
    "attach": "attached; {held} is detached and stays",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """What differs in the file behind a drive. `content`: the file that holds the disk now; `differing`: what else its header says otherwise."""

    content: str
    fields: tuple[FieldChange, ...] = ()
    exchange: Exchange | None = None
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()
    differing: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    disk: Disk
    drive: LiveDrive
    held: str
    address: str
    vm: Machine
    live: LiveVm
    ctx: Context

    @property
    def path(self) -> str:
        """The declared file."""
        return self.disk.path

    def there(self, path: str) -> bool:
        """Does a file stand there."""
        return isinstance(self.ctx.host.files.get(normal_path(path)), LiveFile)

    def size(self, path: str) -> int:
        """Bytes of a file, 0 when none is there."""
        found = self.ctx.host.files.get(normal_path(path))
        return found.size if isinstance(found, LiveFile) else 0

    def finding(self, code: str, text: str, path: str = "vhd.path") -> Finding:
        """A refusal of this disk."""
        return self.vm.refuse(self.address, code, text, path)

    @property
    def deletes(self) -> bool:
        """Was it asked for that the file a conversion keeps goes."""
        options = self.ctx.options
        return self.disk.vhd is not None and fits_any(options.delete_disks, self.address, options.host, self.vm.want.labels)


def diff_file(disk: Disk, drive: LiveDrive, held: str, address: str, vm: Machine, live: LiveVm, ctx: Context) -> FileDiff:
    """The file of a disk against its declaration. `held`: the file at the end of what the drive holds; what no file is declared for keeps it."""
    if not disk.path:
        return FileDiff(content=held, differing={})
    case = _Case(disk=disk, drive=drive, held=held, address=address, vm=vm, live=live, ctx=ctx)
    if not same_path(held, disk.path):
        built = tuple(still(drive, held, address, "vhd.path", "given another file", vm, live, ctx, file=False)) if held else ()
        if built or (finding := _impossible(case)):
            return _refused(case, *(built or (finding,)))
    where = stand(disk.path, held, case.there)
    if disk.disk and where.kind not in ("plain", "attach", "moved"):
        text = f"slot {drive.slot} holds {held}, not {disk.path} of disk {disk.disk}. Let the run that was cut off finish with the files it had."
        return _refused(case, case.finding("disk-path", text))
    if where.kind == "lost":
        text = f"{held} is in the drive and not there, and neither is {disk.path}. Put the file back to one of these places, or remove the drive."
        if case.there(kept(disk.path)):
            text += f" {kept(disk.path)} is the disk as it was before a conversion."
        return _refused(case, case.finding("disk-lost", text))
    if where.kind == "plain" and not _says_something(disk.vhd):
        return _with_before(case, FileDiff(content=held, differing={}), ())
    found = header(ctx, where.content)
    if not isinstance(found, LiveVhd):
        why = found.why if isinstance(found, Unknown) else "it is not there"
        text = f"{where.content} could not be read ({why}), so nothing about it is decided."
        unread = Finding(address=address, code="unknown", text=text, path="vhd") if where.kind == "plain" else case.finding("unknown", text)
        return FileDiff(content=where.content, findings=(unread,), differing={})
    differing = dict(differences(disk.vhd, found)) if disk.vhd else {}
    return _with_before(case, *_exchanged(case, where, found, differing))


def _exchanged(case: _Case, where: Stand, found: LiveVhd, differing: dict[str, tuple[str, str]]) -> tuple[FileDiff, tuple[Act, ...]]:
    vhd = case.disk.vhd
    findings = [*_file_wrong(case, where, differing)] if where.kind in ("attach", "moved") else []
    findings += _convertible(case, found, differing) if where.kind != "attach" else ()
    block = vhd.block_size if vhd is not None and vhd.block_size is not UNSET else 0
    wants = {path: differing[path] for path in _CONVERTED & differing.keys()} if where.kind != "attach" and not findings else {}
    if wants.get("vhd.type", ("", ""))[1] == "Fixed":
        wants.pop("vhd.blockSize", None)  # a fixed disk is one piece; what the host says of its blocks is its own
    other_format = _ending(found.path) != _ending(case.path)
    way = acts(where, case.path, case.held, case.there, converts=bool(wants) or other_format)
    left = {path: pair for path, pair in differing.items() if path not in _CONVERTED or not (findings or path in wants)}
    if not way:
        return FileDiff(content=where.content, findings=tuple(findings), differing=left), ()
    becomes = wants.get("vhd.type", ("", found.type))[1]
    room, copied = _room(case, way, found, becomes)
    note = _note(case, where, way, room)
    line = replace(case.vm.line(Impact.RESTART, note), condition=note)
    fields = [FieldChange(path=path, before=_value(path, found), after=_wanted(path, vhd), line=line) for path in sorted(wants)]
    if where.kind != "plain":
        fields.insert(0, FieldChange(path="vhd.path", before=case.held, after=case.path, line=line))
    findings += _hindered(case, where, way, fields[0].path)
    if (wants or other_format) and (wrong := possible_size(case.path, found.size, found.logical_sector or 512)):
        findings.append(case.finding("disk-size", f"{found.path} cannot become {case.path}: {wrong}"))
    exchange = Exchange(
        acts=(*(Act(kind="folder", path=folder) for folder in missing_folders(ntpath.dirname(case.path), case.ctx)), *way),
        path=case.path,
        held=case.held,
        type=becomes,
        block_size=block if becomes == "Dynamic" else 0,
        copied=copied,
        room=room,
        same=where.kind not in ("attach", "moved"),
    )
    left = {path: pair for path, pair in left.items() if path not in _CONVERTED} if where.kind != "attach" else {}
    return FileDiff(content=where.content, fields=tuple(fields), exchange=exchange, findings=tuple(findings), differing=left), way


def _impossible(case: _Case) -> Finding | None:
    """Why nothing about another path can be decided."""
    there = f"slot {case.drive.slot} holds {case.held or 'nothing'}, not {case.path}"
    if not normal_path(case.held).endswith(_ENDINGS):
        return case.finding("disk-path", f"{there}. Only a .vhd or .vhdx gives way to another: detach it, or choose another slot.")
    for path in (case.path, case.held):
        if isinstance(found := case.ctx.host.files.get(normal_path(path), Unknown("it was not looked for")), Unknown):
            return case.finding("unknown", f"{there}, and whether a file stands at {path} could not be read ({found.why}).")
        if isinstance(found, LiveFile) and found.folder:
            return case.finding("not-a-folder", f"{path} is a folder, so no disk can have that path.")
    for path in (unfinished(case.path), moving(case.path)) if case.disk.vhd else ():
        if isinstance(found := case.ctx.host.files.get(normal_path(path)), Unknown):
            return case.finding("unknown", f"{there}, and whether a file stands at {path} could not be read ({found.why}).")
    if case.disk.disk and not case.there(case.path):
        return case.finding("disk-missing", f"disk {case.disk.disk}: {case.path} is not there. Put the file in place, or correct its path.", "disk")
    if share := no_root(case.path, case.ctx):
        return case.finding("share-missing", f"the host does not find {share}, so {case.path} cannot be there. {SHARE}")
    if blocker := not_a_folder(ntpath.dirname(case.path), case.ctx):
        return case.finding("not-a-folder", f"{blocker} is a file, so {case.path} cannot stand below it. Choose another path.")
    return None


def _refused(case: _Case, *findings: Finding) -> FileDiff:
    field = FieldChange(path="vhd.path", before=case.held, after=case.path, line=When("another file", Impact.DATA))
    return FileDiff(content=case.held, fields=(field,), findings=findings, differing={})


def _file_wrong(case: _Case, where: Stand, differing: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """Why a file that stands there already does not go into the drive."""
    bases = ((drive.slot, case.ctx.host.base(drive.path)) for drive in case.live.disks if drive.path)
    if mine := next((slot for slot, base in bases if not isinstance(base, Unknown) and same_path(base, where.content)), None):
        text = f"slot {case.drive.slot} holds {case.held}, and {where.content} sits in {mine} of this machine; disks do not change places in one run."
        yield case.finding("slot-occupied", f"{text} Give the one that is in the way a free slot first, and apply.", "slot")
    elif used := in_use(where.content, case.ctx):
        yield case.finding("file-in-use", f"{where.content} cannot be attached: {used}.")
    elif doubt := doubtful(where.content, case.ctx):
        yield case.finding("unknown", f"{doubt}, which is therefore not attached.")
    if differing and where.kind == "attach":
        listed = "; ".join(f"{path} is {now}, not {want}" for path, (now, want) in sorted(differing.items()))
        text = f"the file at {where.content} is not what is declared: {listed}. Declare it as it is, or choose another path."
        yield case.finding("file-differs", text, min(differing))
    if case.vm.situation.generation == 2 and _ending(where.content) == ".vhd":
        yield case.finding("disk-format", f"{where.content}: a Generation 2 machine takes only .vhdx.")


def _convertible(case: _Case, found: LiveVhd, differing: Mapping[str, tuple[str, str]]) -> Iterator[Finding]:
    """What of the difference no conversion brings about."""
    built = f"{found.path} is a differencing disk ({found.parent or 'nobody knows of what'})"
    if found.type == "Differencing" or (case.disk.vhd and case.disk.vhd.type == "Differencing"):
        for path in sorted(_CONVERTED & differing.keys()):
            now, wanted = differing[path]
            text = f"{path} is {now}, not {wanted}: a differencing disk is not converted, nor made. Merge it by hand, or declare it as it is."
            yield case.finding("disk-" + path.removeprefix("vhd.").lower(), text, path)
        if _ending(found.path) != _ending(case.path):
            yield case.finding("disk-format", f"{built}, so it is not converted to {case.path}. Merge it by hand, or declare it as it is.")
    elif found.type == "Fixed" and "vhd.blockSize" in differing and "vhd.type" not in differing:
        now, wanted = differing["vhd.blockSize"]
        text = f"vhd.blockSize is {now}, not {wanted}, and {found.path} is fixed: it is one piece. Leave vhd.blockSize out, or write type: Dynamic."
        yield case.finding("disk-blocksize", text, "vhd.blockSize")


def _hindered(case: _Case, where: Stand, way: Sequence[Act], path: str) -> Iterator[Finding]:
    """What stands in the way of an exchange, apart from the file itself."""
    content = any(act.kind in ("convert", "copy") for act in way)
    what = "converted" if content else "given another file"
    yield from still(case.drive, case.held, case.address, path, what, case.vm, case.live, case.ctx, file=where.kind != "attach")
    if where.kind not in ("attach", "moved") and (doubt := doubtful(case.held, case.ctx)):
        yield case.finding("unknown", f"{doubt}, which is therefore not {what}.", path)
    found = header(case.ctx, where.content)
    if content and case.vm.situation.off and isinstance(found, LiveVhd) and found.attached:
        yield case.finding("file-in-use", f"{where.content} is in use on the host though its machine is off, so it is not {what}. Release it first.", path)
    for act in way:
        if act.to and isinstance(silent := case.ctx.host.files.get(normal_path(act.to)), Unknown):
            yield case.finding("unknown", f"whether a file stands at {act.to} could not be read ({silent.why}).", path)
        elif act.kind == "leftover" and (used := in_use(act.path, case.ctx)):
            text = f"{act.path} looks like a leftover of a cut-off run, but {used}. It is not removed; detach it first."
            yield case.finding("leftover-in-use", text, path)
        elif act.kind == "rename" and same_path(act.to, kept(case.path)) and case.there(act.to) and (not case.deletes or in_use(act.to, case.ctx)):
            text = f"{act.to} stands there, the disk as it was before an earlier conversion, and this one would keep its old file under that name."
            yield replace(case.finding("before-in-the-way", f"{text} Move it elsewhere, or delete it.", path), flag=f"--delete-disks={case.address}")
        elif act.kind == "move" and case.there(act.to):
            text = f"{act.to} stands there, perhaps from a move that was cut off; {act.path} is whole. Look at it and remove it."
            yield case.finding("move-in-the-way", text, path)


def _room(case: _Case, way: Sequence[Act], found: LiveVhd, becomes: str) -> tuple[int, int]:
    """Bytes the new file takes beyond what leftovers give back, and bytes that are read for it."""
    kinds = {act.kind for act in way}
    if not kinds & {"convert", "copy"}:
        return 0, 0
    freed = sum(case.size(act.path) for act in way if act.kind == "leftover" and in_one_folder(act.path, case.path))
    size = found.size if "convert" in kinds and becomes == "Fixed" else found.file_size
    wanted = case.disk.vhd.size if case.disk.vhd and case.disk.vhd.size is not UNSET else 0
    return max(0, (max(size, wanted) if becomes == "Fixed" else size) - freed), found.file_size


def _note(case: _Case, where: Stand, way: Sequence[Act], room: int) -> str:
    kinds = {act.kind for act in way}
    needs = f"; needs {show_size(room)} free on {_volume(case.path)}" if room else ""
    if "convert" in kinds or "copy" in kinds:
        word = "converted" if "convert" in kinds else "copied"
        stays = "" if where.kind == "plain" else f"; {ntpath.basename(case.held)} stays" if where.kind == "elsewhere" else ""
        return f"{word}{needs}{stays}"
    return _NOTES.get(where.kind, "moved").format(held=case.held)


def _volume(path: str) -> str:
    return ntpath.splitdrive(path)[0].upper()


def _with_before(case: _Case, diff: FileDiff, way: Sequence[Act]) -> FileDiff:
    """What becomes of the file that a conversion keeps: told, or deleted where that was asked for."""
    before = kept(case.path)
    standing = case.disk.vhd is not None and case.there(before) and not in_use(before, case.ctx)
    comes = any(act.kind == "rename" and same_path(act.to, before) for act in way)
    if not standing and not comes:
        return diff
    if not case.deletes:
        when, size = ("stays at", case.size(case.path)) if comes else ("is still at", case.size(before))
        text = f"{case.address}: the disk as it was before its conversion {when} {before} ({show_size(size)}); --delete-disks={case.address} deletes it"
        if comes and diff.exchange:
            return replace(diff, exchange=replace(diff.exchange, keeps=text))
        return replace(diff, warnings=(text,))
    field = FieldChange(path=BEFORE, before=before, after=None, line=When("the disk as it was before its conversion", Impact.DATA))
    findings = list(diff.findings)
    if why := keeps_file(before if standing else case.path, case.live.id, case.ctx):
        text = f"{before} is not deleted: {why}. Leave --delete-disks out, or name the disks that are to go."
        findings.append(case.finding("disk-kept", text))
    first, last = (Act(kind="delete", path=before),) if standing and comes else (), (Act(kind="delete", path=before),)
    base = diff.exchange or Exchange(acts=(), path=case.path, held=case.held)
    return replace(diff, fields=(*diff.fields, field), findings=tuple(findings), exchange=replace(base, acts=(*first, *base.acts, *last)))


def _says_something(vhd: Vhd | None) -> bool:
    if vhd is None:
        return False
    return bool(vhd.parent_path) or any(value is not UNSET for value in (vhd.size, vhd.type, vhd.block_size, vhd.logical_sector, vhd.physical_sector))


def _value(path: str, found: LiveVhd) -> str | int:
    return found.type if path == "vhd.type" else found.block_size


def _wanted(path: str, vhd: Vhd | None) -> str | int | None:
    if vhd is None:
        return None
    value = vhd.type if path == "vhd.type" else vhd.block_size
    return None if value is UNSET else value


def _ending(path: str) -> str:
    return ntpath.splitext(path)[1].lower()
