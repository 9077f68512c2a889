"""`hvplan inspect`: a host as it is, for people, or as a file that can stand in for it later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from hvplan.cli import options
from hvplan.cli.files import must_be_writable, save
from hvplan.cli.options import Command, clock_of, run_of
from hvplan.document.inventory import InventoryDocument
from hvplan.report.lines import Line, visible


@click.command(cls=Command)
@options.paths
@options.hosts()
@click.option("--host", "names", metavar="NAME", multiple=True, help="Only this host. Repeatable.")
@click.option("-o", "--out", metavar="FILE", type=click.Path(), help="Write the inventory here: YAML, or JSON for a name that ends in .json.")
@click.option("--format", "view", type=click.Choice(["text", "json", "yaml"]), help="How to show it; default yaml, and two lines beside -o.")
@click.option("--anonymise", is_flag=True, help="Replace names, notes, paths and ids by made-up ones; sizes and structure stay.")
@click.option("--at", type=options.Instant(), help="Write this time into the inventory.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    hosts_file: str | None,
    address: str | None,
    user: str | None,
    auth: str | None,
    names: tuple[str, ...],
    out: str | None,
    view: str | None,
    anonymise: bool,
    at: datetime | None,
) -> int:
    """Read a host and write down what it has. Nothing is changed. With PATHs, the files they ask for are looked up too."""
    from hvplan.cli.hosts import ad_hoc
    from hvplan.cli.inspecting import inspected, targets

    state = run_of(ctx)
    wanted = targets(paths, hosts_file, ad_hoc(address, user, auth), names, state)
    ending = Path(out or "").suffix.lower()
    json = ending == ".json" or (view == "json" and ending not in (".yaml", ".yml"))
    if (json or view == "json") and len(wanted) > 1:
        raise click.UsageError(f"JSON holds one inventory, and there are {len(wanted)} hosts; choose one with --host, or write YAML")
    must_be_writable(out)
    documents = [one.document for one in inspected(state, wanted, clock_of(at))]
    if anonymise:
        from hvplan.document.anonymise import anonymised
        from hvplan.live.inventory import word_settings

        documents = [anonymised(document, word_settings(), number) for number, document in enumerate(documents, 1)]
    if out is not None:
        save(out, _bytes(documents, json=json))
    match view or ("yaml" if out is None else "told"):
        case "told":
            from hvplan.report.inventory import told_lines

            state.output.lines([*(line for document in documents for line in told_lines(document)), *_wrote(out or "", names=[d.host for d in documents])])
        case "text":
            from hvplan.report.inventory import inventory_lines

            state.output.lines(line for document in documents for line in inventory_lines(document))
        case shown:
            state.output.document(_bytes(documents, json=shown == "json"))
    return 0


def _wrote(out: str, names: list[str]) -> Iterator[Line]:
    yield Line(
        f"Wrote {visible(out)}. hvplan plan PATH --against {visible(out)} plans against it without {'the host' if len(names) == 1 else 'the hosts'}.", "good"
    )


def _bytes(documents: list[InventoryDocument], *, json: bool) -> bytes:
    from hvplan.document.inventory_file import to_bytes, to_yaml

    return to_bytes(documents[0]) if json else "---\n".join(to_yaml(document) for document in documents).encode("utf-8")
