"""The rooms of the house, the arrows between them and the libraries of each, as a table that tests and the README share.

python -m tests.house          writes the table of rooms into hvplan/README.md
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "hvplan"
README = PACKAGE / "README.md"
EVERYWHERE = frozenset({"errors", "diagnostics", "clock"})


@dataclass(frozen=True, slots=True)
class Room:
    """One package: what it is for, what of ours it may import (and nothing else), which libraries live here."""

    does: str
    may: frozenset[str] = frozenset()
    libraries: frozenset[str] = frozenset()


def _room(does: str, may: str = "", libraries: str = "") -> Room:
    return Room(does, frozenset(may.split()), frozenset(libraries.split()))


ROOMS: dict[str, Room] = {
    "model": _room("the nouns: host, switch, disk, virtual machine, devices; one row for each attribute"),
    "load": _room("YAML to desired model", "model", "yaml"),
    "document": _room("plan, result and inventory documents: types, canonical JSON, digest", "", "jsonschema yaml"),
    "cmdlets": _room("Hyper-V cmdlets as data: command table, checked invocations, printing"),
    "remoting": _room("the only room that talks to a host", "cmdlets", "pypsrp requests"),
    "live": _room("a host's state as live model", "remoting cmdlets document model"),
    "diff": _room("desired and live side by side: changes", "model"),
    "plan": _room("changes to an ordered graph of steps", "diff cmdlets document model", "networkx"),
    "apply": _room("a plan carried out on a host", "plan live remoting cmdlets document model"),
    "report": _room("documents for people", "document model"),
    "export": _room("what a host has, as the files that would ask for it", "document model"),
    "simulator": _room("a Hyper-V host on loopback", "", "psrpcore yaml"),
    "cli": _room("parse, wire, print, exit", "model load document cmdlets remoting live diff plan apply report export simulator", "click rich"),
}
HOUSED = frozenset(library for room in ROOMS.values() for library in room.libraries)
SIMULATOR_ROOMS: dict[str, frozenset[str]] = {
    "wire": frozenset(),
    "powershell": frozenset(),
    "world": frozenset(),
}
"""The simulator's parts meet only in its own top files (the seams and `serve`)."""


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Line and full module name of every import of a file, those inside functions too."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def broken_arrows() -> list[str]:
    """Every import that the table does not allow, as `file:line: why`."""
    wrong: list[str] = []
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(PACKAGE).parts
        here = parts[0].removesuffix(".py")
        allowed = ROOMS[here].may if here in ROOMS else frozenset()
        for line, name in imports(file):
            top, _, rest = name.partition(".")
            where = f"{file.relative_to(ROOT)}:{line}"
            if top == "hvplan":
                there = rest.split(".")[0]
                if there in ROOMS and there != here and there not in allowed:
                    wrong.append(f"{where}: {here} must not import {there}")
                elif there not in ROOMS and there not in EVERYWHERE and here in ROOMS and there != "__version__":
                    wrong.append(f"{where}: {there} is no room")
                elif here == "simulator" and there == "clock":
                    wrong.append(f"{where}: the simulator has a clock of its own")
                elif here in EVERYWHERE and there not in EVERYWHERE:
                    wrong.append(f"{where}: {here} must not import {there}")
                if here == "simulator" and len(parts) > 2 and rest.startswith("simulator."):
                    target = rest.split(".")[1]
                    if target in SIMULATOR_ROOMS and target != parts[1]:
                        wrong.append(f"{where}: simulator/{parts[1]} must not import simulator/{target}")
            elif top in HOUSED and (here not in ROOMS or top not in ROOMS[here].libraries):
                wrong.append(f"{where}: {top} does not live in {here}")
    return wrong


def table() -> str:
    """The table of rooms as it stands in hvplan/README.md."""
    lines = ["| room | what it does | may import | libraries |", "|---|---|---|---|"]
    for name, room in ROOMS.items():
        lines.append(
            f"| `{name}` | {room.does} | {' '.join(f'`{r}`' for r in sorted(room.may)) or '-'} | {' '.join(f'`{r}`' for r in sorted(room.libraries)) or '-'} |"
        )
    return "\n".join(lines)


BEGIN, END = "<!-- rooms: written by python -m tests.house -->", "<!-- end of rooms -->"


def readme_table() -> str:
    """The table that stands in the README now."""
    text = README.read_text("utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)].strip()


def main() -> None:
    """Write the table."""
    text = README.read_text("utf-8")
    README.write_text(text[: text.index(BEGIN) + len(BEGIN)] + "\n" + table() + "\n" + text[text.index(END) :], "utf-8")


if __name__ == "__main__":
    main()
