"""`--against`: inventories in the place of hosts. No session is opened; which inventory stands for which host is decided here."""

from __future__ import annotations

from collections.abc import Sequence

import click

from hvplan.cli.show import read_document
from hvplan.cli.state import Run
from hvplan.diagnostics import Diagnostic, Severity
from hvplan.document.inventory import InventoryDocument
from hvplan.document.inventory_file import load_inventories
from hvplan.errors import ConfigurationError, HvplanError
from hvplan.model.live import LiveHost
from hvplan.model.objects import Desired, Host


def found_in(state: Run, names: Sequence[str], desired: Desired, *, deletes: bool = False) -> dict[str, LiveHost | HvplanError]:
    """What the inventories say of every host; an error in the place of a host that none of them is of. `deletes`: files may be deleted."""
    from hvplan.live.inventory import as_read, host_of
    from hvplan.live.wanted import wanted_of

    inventories = [(name, document) for name in names for document in load_inventories(read_document(name), name=name)]
    found: dict[str, LiveHost | HvplanError] = {}
    stands, strangers = assigned(desired.hosts, inventories)
    state.output.diagnostics(_note(f"{name} is of {one.host} ({one.identity.computer}), which is no host of these documents", "") for name, one in strangers)
    for host, (name, inventory) in stands.items():
        if inventory.anonymised:
            state.output.diagnostics([_note(f"{name}: its names are made up, so hardly anything in it will be found", "inspect without --anonymise")])
        if inventory.host != host:
            text = f"{name}: read as {inventory.host} ({inventory.identity.computer}); it stands for host {host}, the only one in the documents"
            state.output.diagnostics([_note(text, "")])
        state.output.progress(f"{host} as it was at {inventory.meta.get('time', 'an unknown time')} ({name})")
        found[host] = as_read(host_of(inventory), wanted_of(desired.of(host), deletes=deletes))
    for one in desired.hosts:
        if one.name not in found:
            hint = f"add --against FILE, made with: hvplan inspect PATH --host {one.name} -o FILE"
            found[one.name] = ConfigurationError(Diagnostic(code="no-inventory", summary=f"There is no inventory of host {one.name}.", hint=hint))
    return found


Named = tuple[str, InventoryDocument]
"""An inventory and the file it stands in."""


def assigned(hosts: Sequence[Host], inventories: Sequence[Named]) -> tuple[dict[str, Named], tuple[Named, ...]]:
    """Host -> its inventory, and the inventories of other hosts.

    By the name it was read under, else by its computer name; the only inventory given stands for the only host in any
    case. Two inventories of one host are a usage error.
    """
    taken: dict[str, Named] = {}
    strangers: list[Named] = []
    for name, inventory in inventories:
        named = [host.name for host in hosts if host.name == inventory.host]
        computer = [host.name for host in hosts if host.name.split(".")[0].casefold() == inventory.identity.computer.casefold()]
        alone = [host.name for host in hosts] if len(hosts) == len(inventories) == 1 else []
        chosen = named or (computer if len(computer) == 1 else []) or alone
        if not chosen:
            strangers.append((name, inventory))
        elif chosen[0] in taken:
            raise click.UsageError(f"--against {name}: it is of {chosen[0]}, and so is {taken[chosen[0]][0]}; give one of them")
        else:
            taken[chosen[0]] = (name, inventory)
    return taken, tuple(strangers)


def _note(text: str, hint: str) -> Diagnostic:
    return Diagnostic(code="inventory", summary=text, hint=hint, severity=Severity.WARNING)
