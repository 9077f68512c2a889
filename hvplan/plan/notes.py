"""The one step that writes notes: users' text, our mark, or both at once; the last of an object's changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hvplan.cmdlets import build
from hvplan.cmdlets.build import to_json
from hvplan.cmdlets.invocation import Cmd, Ref, Text
from hvplan.diff.changes import Change, Create, Delete, FieldChange, Finding, Keep, Update
from hvplan.diff.digests import SECTIONS, adapter_section, applied, disk_section, dvd_section, own_section, qos_section
from hvplan.document.plan import Expect
from hvplan.model import boot
from hvplan.model.devices import Disk, Dvd, NetworkAdapter
from hvplan.model.impact import Impact
from hvplan.model.live import LiveAdapter, LiveSwitch, LiveVm
from hvplan.model.marker import ID_LENGTH, LIMIT, NOTES_MOST, Marker, going_of, line_in, text_of
from hvplan.model.network import ManagementAdapter
from hvplan.model.objects import Stack, VirtualMachine, VirtualSwitch
from hvplan.model.rows import rows, settled
from hvplan.model.values import UNSET, Unknown
from hvplan.model.view import marker_line
from hvplan.plan.draft import Draft
from hvplan.plan.marker import Holes, Mark, adapter_id, kept, marked, owner_of, retained, unmarked
from hvplan.plan.provenance import applied_with_files, makes_file

_WRITES = {"vm": "Set-VM", "switch": "Set-VMSwitch"}


def notes_field(fields: Sequence[FieldChange]) -> str | None:
    """The users' new text, None where it does not change."""
    return next((str(field.after) for field in fields if field.path == "notes"), None)


def too_long(address: str, drafts: Sequence[Draft]) -> Iterator[Finding]:
    """A refusal of an object whose notes, or whose mark in them, would be longer than they may be; said before anything is begun."""
    notes = [note for draft in drafts for note in _sent(draft)]
    line = max((len(line_in(note).encode("utf-8", "replace")) for note in notes), default=0)
    bytes_ = max((len(note.encode("utf-8", "replace")) for note in notes), default=0)
    if line > LIMIT:
        text = f"hvplan's line in its notes would have {line} bytes, and at most {LIMIT} are sent: it names the adapters. Give them shorter names."
        yield Finding(address=address, code="notes-too-long", path="notes", text=text, blocks=(address,))
    elif bytes_ > NOTES_MOST:
        text = f"its notes would have {bytes_} bytes with hvplan's line, and at most {NOTES_MOST} are sent. Shorten them."
        yield Finding(address=address, code="notes-too-long", path="notes", text=text, blocks=(address,))


def _sent(draft: Draft) -> Iterator[str]:
    """The notes that a step sends; what stands for an id is as long as the id will be."""
    yield from (_plain(cmd.parameters["Notes"]) for statement in draft.invocation.statements for cmd in statement if "Notes" in cmd.parameters)


def _plain(value: object) -> str:
    match value:
        case Text(parts=parts):
            return "".join(map(_plain, parts))
        case Ref(first=first):
            return "0" * (first or ID_LENGTH)
        case _:
            return str(value)


def vm_mark(
    host: str,
    address: str,
    want: VirtualMachine,
    live: LiveVm | None,
    change: Update | Keep | None,
    id: str | Ref,
    stack: Stack,
    devices: Sequence[Change],
    *,
    fields: Sequence[FieldChange],
    blocked: frozenset[str],
    intent: str | None = None,
) -> Iterator[Draft]:
    """The notes of a machine once everything else is done: nothing when they are right already.

    `change` None: it is created. `intent`: whole notes as an earlier step of this run leaves them.
    """
    users = notes_field(fields)
    if live is None and want.general.notes is not UNSET and want.lifecycle.manages("notes"):
        users = str(settled(rows(want.general)["notes"], want.general.notes))
    if not stack.marks:
        if users is not None:
            yield mark_draft(host, address, "vm", id, live, retained(users, live), fields, ())
        return
    if isinstance(change, Update) and change.released:
        assert live is not None
        yield mark_draft(host, address, "vm", id, live, unmarked(live), fields, ("release",))
        return
    holes = Holes()
    old = change.marker if change else None
    planned = _planned(want, live, change, devices, blocked)
    marker = Marker(
        stack=stack.name,
        id=want.name,
        kind="vm",
        owner=owner_of(id if isinstance(id, str) else "", address, holes),
        origin=_origin(old, change),
        applied=kept(applied_with_files(want, change, devices, old), old.applied if old else {}, planned),
        adapters=_adapters(want, [d for d in devices if d.address not in blocked], old, address, holes),
        protect=_protect(want, old),
    )
    there = replace(live, notes=intent) if live and intent is not None else live
    if new := marked(marker, there, users, holes):
        draft = mark_draft(host, address, "vm", id, live, new, fields, _why(change))
        # What an earlier step of this run writes is no precondition: it is not there yet when the plan is checked as a whole.
        yield draft if intent is None else replace(draft, expect=tuple(e for e in draft.expect if e.path != "notes.marker"))


def intent_mark(
    host: str, change: Update | Keep, devices: Sequence[Change], stack: Stack, *, restart: bool, resumed: bool, blocked: frozenset[str]
) -> tuple[Draft, str] | None:
    """A mark written before what a killed run could not explain: new files, a stop that is owed a start, a resumption that is owed a stop.

    With it a file that stands unattached at its path is known as ours, a machine that was left off is started again, and one
    that was saved is not left running. Gives the step and the notes it leaves.
    """
    want, live = change.want, change.live
    if not stack.marks or not isinstance(want, VirtualMachine) or not isinstance(live, LiveVm):
        return None
    old = change.marker
    files = [c.want.key for c in devices if isinstance(c.want, Disk) and c.address not in blocked and makes_file(c, c.want, old)]
    if (old and old.owner == "new") or not (files or restart or resumed):
        return None
    new = applied(want)
    holes = Holes()
    marker = Marker(
        stack=stack.name,
        id=want.name,
        owner=owner_of(live.id, change.address, holes),
        origin=_origin(old, change),
        applied={**(old.applied if old else {}), **{disk_section(key): new[disk_section(key)] for key in files}},
        adapters=old.adapters if old else {},
        protect=bool(old and old.protect),
        restart=restart or bool(old and old.restart and live.state == "Off"),  # what an earlier run owes stays owed
        resumed=resumed or bool(old and old.resumed and live.state == "Running"),
    )
    mark = marked(marker, live, None, holes)
    if mark is None:
        return None
    draft = mark_draft(host, change.address, "vm", live.id, live, mark, (), _why(change))
    return replace(draft, kind="intent"), str(mark.notes)


def going_mark(host: str, change: Delete) -> Iterator[Draft]:
    """A mark that names the files that go with a machine, written before they are taken off it: a killed run must not leave files that nobody knows."""
    live, old = change.live, change.marker
    if not isinstance(live, LiveVm) or old is None or not change.files or old.going == going_of(change.files):
        return
    holes = Holes()
    if mark := marked(replace(old, owner=owner_of(live.id, change.address, holes), going=going_of(change.files)), live, None, holes):
        yield replace(mark_draft(host, change.address, "vm", live.id, live, mark, (), ("delete-disks",)), kind="intent")


def _origin(old: Marker | None, change: Update | Keep | None) -> str:
    """How the object came to be ours; one whose creation was cut off was created."""
    if old:
        return old.origin
    return "adopted" if isinstance(change, Update) and change.adopts else "created"


def _protect(want: VirtualMachine | VirtualSwitch, old: Marker | None) -> bool:
    return want.lifecycle.protect if want.lifecycle.protect is not None else bool(old and old.protect)


def _planned(want: VirtualMachine, live: LiveVm | None, change: Update | Keep | None, devices: Sequence[Change], blocked: frozenset[str]) -> frozenset[str]:
    """The sections this run brings in line: not what is out of scope, refused or could not be read."""
    found: set[str] = set()
    if change is None or live is None:
        found |= set(SECTIONS.values())
    elif change.address not in blocked and not (isinstance(change, Keep) and change.partial):
        found |= {word for part, word in SECTIONS.items() if not isinstance(getattr(live, part), Unknown)}
        if want.boot_order is not UNSET and want.lifecycle.manages(boot.PATH) and (change.boot is None or change.boot.left):
            found.discard(SECTIONS["firmware"])
    for device in devices:
        if device.address in blocked or (isinstance(device, Keep) and device.partial):
            continue
        match device.want:
            case Disk(absent=False) as disk:
                found |= {disk_section(disk.key), qos_section(disk.key)}
            case Dvd(absent=False) as dvd:
                found.add(dvd_section(dvd.key))
            case NetworkAdapter(absent=False) as adapter:
                found.add(adapter_section(adapter.key))
            case _:
                pass
    return frozenset(found)


def _adapters(want: VirtualMachine, devices: Sequence[Change], old: Marker | None, address: str, holes: Holes) -> dict[str, str]:
    """Key -> the adapter's id, of every adapter that is declared."""
    known = {adapter.key: old.adapters[adapter.key] for adapter in want.network_adapters if old and not adapter.absent and adapter.key in old.adapters}
    for device in devices:
        match device:
            case Create(want=NetworkAdapter() as adapter):
                known[adapter.key] = adapter_id(device.address, holes)
            case Update(want=NetworkAdapter() as adapter, live=LiveAdapter() as live) | Keep(want=NetworkAdapter() as adapter, live=LiveAdapter() as live):
                known[adapter.key] = live.guid[:ID_LENGTH]
            case _:
                pass
    return known


def _why(change: Update | Keep | None) -> tuple[str, ...]:
    if not isinstance(change, Update):
        return ("create",) if change is None else ("marker",)
    facts = {"adopt": change.adopts, "finish": change.claims or change.finishing, "protect": change.protect is not None}
    return tuple(word for word, holds in facts.items() if holds) or ("marker",)


def mark_draft(
    host: str, address: str, kind: str, id: str | Ref, live: LiveVm | LiveSwitch | None, mark: Mark, fields: Sequence[FieldChange], why: tuple[str, ...]
) -> Draft:
    """Set-VM or Set-VMSwitch with new notes."""
    head = build.vm(id) if kind == "vm" else build.switch(id)
    expect = (
        [Expect(address=address, path="notes", value=text_of(live.notes)), Expect(address=address, path="notes.marker", value=marker_line(live.notes))]
        if live
        else []
    )
    line = to_json(build.write(head, Cmd(_WRITES[kind], {"Notes": mark.line})))[1]["parameters"]["Notes"]
    verify = (Expect(address=address, path="notes", value=mark.text), Expect(address=address, path="notes.marker", value=line))
    changed = tuple(field.path for field in fields if field.path == "notes")
    return Draft(
        host=host,
        address=address,
        owner=address,
        kind="marker",
        action="mark",
        invocation=build.write(head, Cmd(_WRITES[kind], {"Notes": mark.notes})),
        phase="",
        cause=(*changed, *(w for w in why if w not in changed)),
        impact=Impact.ONLINE if changed or set(why) & {"adopt", "finish", "protect", "release"} else Impact.NONE,
        expect=tuple(expect),
        verify=verify,
    )


def switch_mark(
    host: str,
    address: str,
    want: VirtualSwitch,
    live: LiveSwitch | None,
    change: Update | Keep | None,
    id: str | Ref,
    stack: Stack,
    fields: Sequence[FieldChange],
    devices: Sequence[Change] = (),
) -> Iterator[Draft]:
    """The notes of a switch, as of a machine. `devices`: adapters of the host that this run looks at."""
    users = notes_field(fields)
    if not stack.marks:
        if users is not None and live:
            yield mark_draft(host, address, "switch", id, live, retained(users, live), fields, ())
        return
    if isinstance(change, Update) and change.released and live:
        yield mark_draft(host, address, "switch", id, live, unmarked(live), fields, ("release",))
        return
    holes = Holes()
    if live is None and want.settings.notes is not UNSET:
        users = str(settled(rows(want.settings)["notes"], want.settings.notes))
    marker = switch_marker(want, stack, change, id, address, holes, devices)
    if new := marked(marker, live, users, holes):
        yield mark_draft(host, address, "switch", id, live, new, fields, _why(change))


def switch_marker(
    want: VirtualSwitch, stack: Stack, change: Update | Keep | None, id: str | Ref, address: str, holes: Holes, devices: Sequence[Change] = ()
) -> Marker:
    """The whole mark of a switch; what this run does not look at keeps its digest."""
    old = change.marker if change else None
    planned = {own_section(d.want.key) for d in devices if isinstance(d.want, ManagementAdapter)}
    planned |= set() if isinstance(change, Keep) and change.partial else {"sw"}
    return Marker(
        stack=stack.name,
        id=want.name,
        kind="switch",
        owner=owner_of(id if isinstance(id, str) else "", address, holes),
        origin=_origin(old, change),
        applied=kept(applied(want), old.applied if old else {}, frozenset(planned)),
        protect=_protect(want, old),
    )
