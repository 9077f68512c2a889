"""What messages tell people to type exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from hvplan.cli.main import COMMANDS, hvplan

ROOT = Path(__file__).parents[2] / "hvplan"
LATER = {"--allow-checkpoint-removal", "--faults", "--tls"}
"""Options of later versions, which are known in order to be refused by name."""


def told(path: Path) -> Iterator[str]:
    """Every text of a file that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    docstrings = {id(node.value) for node in strings}
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings)


def options() -> set[str]:
    context = click.Context(hvplan)
    commands = [hvplan, *(found for name in COMMANDS if (found := hvplan.get_command(context, name)))]
    return {"--help", *(name for command in commands for parameter in command.params for name in parameter.opts)}


def test_commands_and_options_in_messages_exist() -> None:
    """A hint is pasted: a command or an option that this version does not have sends somebody into a second error."""
    known = options()
    found = [(path.relative_to(ROOT.parent), text) for path in sorted(ROOT.rglob("*.py")) for text in told(path)]
    named = {(path, option) for path, text in found for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)}
    commands = {(path, command) for path, text in found for command in re.findall(r"`hvplan ([a-z]+)", text)}
    assert len(named) > 50
    assert sorted((str(path), option) for path, option in named if option not in known | LATER) == []
    assert sorted((str(path), command) for path, command in commands if command not in COMMANDS) == []
