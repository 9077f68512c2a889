"""`hvplan init`: a first stack on a simulated host, complete enough to be applied at once. Writes files, never over one that stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import click

from hvplan.cli.options import Command, run_of
from hvplan.diagnostics import Diagnostic, Place
from hvplan.errors import ConfigurationError

STACK: Final = "lab.yaml"
WORLD: Final = "hv01.world.yaml"
SCHEMA: Final = "hvplan.schema.json"
_TEXTS: Final = Path(__file__).parent / "starter"


@click.command(cls=Command)
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(path_type=Path))
@click.pass_context
def command(ctx: click.Context, folder: Path) -> int:
    """Write a small commented stack with a simulated host into DIR (default: the current folder). Never overwrites anything."""
    from hvplan.report.lines import Line

    texts = files()
    _clear(folder, texts)
    _write(folder, texts)
    shown = shlex.quote(str(folder))
    where, into = ("", "the current folder") if str(folder) == "." else (f" {shown}", str(folder))
    run_of(ctx).output.lines(
        [
            Line(f"Wrote {STACK}, {WORLD} and {SCHEMA} to {into}.", "good"),
            Line(""),
            Line("Next:", "head"),
            Line(f"  hvplan plan{where}"),
            Line("      shows what would be done on the simulated host, and what it costs; nothing is written"),
            Line(f"  hvplan apply{where}"),
            Line("      shows it again, asks, and carries it out"),
            Line(""),
            Line(f"{STACK} has comments to go on from; hvplan explain says what else can be written.", "dim"),
        ]
    )
    return 0


def files() -> dict[str, str]:
    """File name -> its text. The schema is for editors: the stack's first line names it."""
    from hvplan.load.schema import dumps, whole

    return {name: (_TEXTS / name).read_text("utf-8") for name in (STACK, WORLD)} | {SCHEMA: dumps(whole())}


def _clear(folder: Path, names: Iterable[str]) -> None:
    """Nothing stands in the way, all of it said at once."""
    if folder.exists() and not folder.is_dir():
        raise _in_the_way([str(folder)])
    standing = [str(folder / name) for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    if standing:
        raise _in_the_way(standing)


def _in_the_way(names: Iterable[str]) -> ConfigurationError:
    hint = "choose another folder: hvplan init DIR"
    summary = "this already stands here, and nothing is overwritten"
    return ConfigurationError(*[Diagnostic(code="file-exists", summary=summary, place=Place(name), hint=hint) for name in names])


def _write(folder: Path, texts: dict[str, str]) -> None:
    """Write all files, or none that is left behind."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(folder / name)
                file.write(text)
    except OSError as error:
        for path in written:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, FileExistsError):
            raise _in_the_way([str(error.filename or folder)]) from error
        why = error.strerror or type(error).__name__
        raise ConfigurationError(
            Diagnostic(code="file-unwritable", summary=f"cannot be written: {why}", place=Place(str(error.filename or folder)), hint="choose another folder")
        ) from error
