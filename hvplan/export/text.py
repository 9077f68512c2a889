"""Documents as the text of a file: a head that says what to do next, every document with its remarks above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hvplan.document.yaml_text import block
from hvplan.export.written import Written

SCHEMA_FILE: Final = "hvplan.schema.json"
UNSEEN: Final = "virtual TPMs and other security settings, GPU partitions, assigned devices and NATs"
"""What this version has no words for and does not read, so that an export cannot say where there is one."""
_WIDTH: Final = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file. `places`: the line each document begins at, and its id; lines count from 1."""

    text: str
    places: tuple[tuple[int, str], ...]

    def at(self, line: int) -> str:
        """The id of the document that holds a line; `""` for none."""
        return next((id for start, id in reversed(self.places) if start <= line), "")


def text_of(objects: Sequence[Written], *, what: str, file: str) -> Text:
    """The whole file. `what`: the hosts it was exported from; `file`: how it will be called in the hints."""
    lines = [*_head(what, file)]
    places: list[tuple[int, str]] = []
    begun = False
    told: set[str] = set()
    for one in objects:
        if one.body is None:
            if (text := f"{one.title} is left out: {'; '.join(one.remarks)}") not in told:  # two of one name have one reason
                lines += ["", *_remarks(text)]
            told.add(text)
            continue
        lines += ["---"] if begun else []
        begun = True
        places.append((len(lines) + 1, one.id))
        lines += [line for remark in one.remarks for line in _remarks(remark)]
        lines += block(one.body, deep=2)
    return Text(text="".join(f"{line}\n" for line in lines), places=tuple(places))


def _head(what: str, file: str) -> Iterable[str]:
    yield f"# yaml-language-server: $schema={SCHEMA_FILE}"
    yield from _remarks(f"Exported from {what}. There is no Stack document here, so nothing is adopted, marked or deleted.")
    yield "#"
    yield from _remarks(f"  hvplan plan {file}: says that there is nothing to do")
    yield from _remarks("  then change a value and plan again: machines that these files do not own are changed with --adopt only")
    yield from _remarks("  to own them, add a document 'kind: Stack' with a name; hvplan plan then says what adopting means")
    yield "#"
    yield from _remarks(f"Comments say what of an object is not declared. Nobody looked for {UNSEEN}: hvplan neither changes nor makes them.")


def _remarks(text: str) -> Iterable[str]:
    """A comment; what would break out of it, or could not be seen, is written as an escape."""
    line = "#"
    for word in "".join(char if char.isprintable() else char.encode("unicode_escape", "backslashreplace").decode() for char in text).split(" "):
        if len(line) + len(word) > _WIDTH and len(line) > 2:
            yield line
            line = "#  "
        line += f" {word}"
    yield line
