"""The steps of adapters that the host itself has on a switch, and of the settings of the host."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator

from hvplan.cmdlets import build
from hvplan.cmdlets.invocation import Argument, Cmd, Ref
from hvplan.diff.changes import Change, Create, Delete, FieldChange, Update
from hvplan.document.plan import Expect
from hvplan.model.network import LiveManagementAdapter, ManagementAdapter
from hvplan.model.objects import Host
from hvplan.model.rows import settled, written
from hvplan.plan.draft import Draft
from hvplan.plan.files import folder_thing
from hvplan.plan.settings import after, before, calls, created

KIND = "management"
HOST_FOLDER = "host folder"
"""Where machines go that name no folder: what a change of the host's folder gives, and a new machine uses."""


def management_drafts(host: str, owner: str, switch: str, change: Change) -> Iterator[Draft]:
    """The steps of one adapter. `switch`: the switch's name as it will be, which is what has to be sent."""
    match change:
        case Create(want=ManagementAdapter() as want):
            yield from _add(host, owner, switch, change, want)
        case Update(want=ManagementAdapter(), live=LiveManagementAdapter() as live):
            yield from _set(host, owner, change.address, live.id, change.fields)
        case Delete(live=LiveManagementAdapter() as gone):
            yield Draft(
                host=host,
                address=change.address,
                owner=owner,
                kind=KIND,
                action="remove",
                invocation=build.write(*build.own_adapter(gone.id), Cmd("Remove-VMNetworkAdapter")),
                cause=("absent",),
                impact=change.line.impact,
                expect=(Expect(address=change.address, path="exists", value=True),),
                verify=(Expect(address=change.address, path="exists", value=False),),
            )
        case _:
            return


def _add(host: str, owner: str, switch: str, change: Create, want: ManagementAdapter) -> Iterator[Draft]:
    address = change.address
    arguments: dict[str, Argument] = {"ManagementOS": True, "Name": want.name, "SwitchName": switch, "Passthru": True}
    yield Draft(
        host=host,
        address=address,
        owner=owner,
        kind=KIND,
        action="add",
        invocation=build.write(Cmd("Add-VMNetworkAdapter", arguments), build.select("Id")),
        cause=("name",),
        impact=change.line.impact,
        expect=(Expect(address=address, path="exists", value=False),),
        verify=(Expect(address=address, path="exists", value=True),),
        produces=True,
    )
    # A new adapter is untagged and has no bandwidth set: what is declared as that is there already.
    asked = ((row, settled(row, value)) for _, row, value in written(want.settings))
    fields = created((row, value) for row, value in asked if row.json(value) not in ("Untagged", 0))
    yield from _set(host, owner, address, Ref(address=address, property="Id"), fields)


def _set(host: str, owner: str, address: str, id: str | Ref, fields: tuple[FieldChange, ...]) -> Iterator[Draft]:
    for call in calls(fields):
        yield Draft(
            host=host,
            address=address,
            owner=owner,
            kind=KIND,
            action="set",
            invocation=build.write(*build.own_adapter(id), call.cmd),
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(address, call.fields),
            verify=after(address, call.fields),
        )


def host_drafts(host: str, change: Change) -> Iterator[Draft]:
    """Set-VMHost, once for each impact among what changes."""
    if not isinstance(change, Update) or not isinstance(change.want, Host):
        return
    for call in calls(change.fields):
        yield Draft(
            host=host,
            address=change.address,
            owner=change.address,
            kind="host",
            action="set",
            invocation=build.write(call.cmd),
            phase="",
            cause=tuple(field.path for field in call.fields),
            impact=call.impact,
            expect=before(change.address, call.fields),
            verify=after(change.address, call.fields),
            gives=(HOST_FOLDER,) if any(field.path == "settings.virtualMachinePath" for field in call.fields) else (),
            uses=tuple(folder for field in call.fields if field.path.endswith("Path") for folder in _folders(str(field.after))),
        )


def _folders(path: str) -> Iterator[str]:
    """A folder and all above it, as things."""
    while path and path != ntpath.dirname(path):
        yield folder_thing(path)
        path = ntpath.dirname(path)
