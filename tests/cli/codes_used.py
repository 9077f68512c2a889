"""Which codes of messages the rooms use, read off their source: what stands at a parameter named `code` (or at an `id` of a step's error)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "hvplan"
ROOMS = ("load", "diff", "plan", "apply", "cli", "live", "remoting", "document")
_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Taker:
    """A function with a parameter that is a code: its file, whether it is a method or stands inside another function, and where the parameter stands."""

    file: Path
    name: str
    method: bool
    inner: bool
    at: int


def used() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Code -> the file that uses it; and pattern -> file for codes that are put together (`{word}-missing`)."""
    trees = {file: ast.parse(file.read_text("utf-8")) for room in ROOMS for file in sorted((PACKAGE / room).rglob("*.py"))}
    takers = [taker for file, tree in trees.items() for taker in _takers(file, tree)]
    codes: dict[str, str] = {}
    patterns: dict[str, str] = {}
    for file, tree in trees.items():
        here = [t for t in takers if t.file == file or not (t.inner or t.name.startswith("_"))]
        positions = {(t.method, t.name): t.at for t in sorted(here, key=lambda t: t.file == file)}
        for value in _values(tree, positions):
            for text, exact in _texts(value):
                (codes if exact else patterns).setdefault(text, file.relative_to(PACKAGE).as_posix())
    return codes, patterns


def _takers(file: Path, tree: ast.Module) -> Iterator[Taker]:
    outer = {id(item) for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef) for item in node.body}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = [a.arg for a in node.args.args]
        gives = ast.unparse(node.returns) if node.returns else ""
        word = "code" if "code" in names else "id" if "StepResult" in gives and "id" in names else ""
        if word:
            method = names[0] in ("self", "cls")
            yield Taker(file, node.name, method, id(node) not in outer, names.index(word) - method)


def _values(tree: ast.Module, positions: Mapping[tuple[bool, str], int]) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "code" for t in node.targets):
            yield node.value
        if not isinstance(node, ast.Call):
            continue
        method = isinstance(node.func, ast.Attribute)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
        yield from (k.value for k in node.keywords if k.arg == "code" or (k.arg == "id" and called == "StepError"))
        at = positions.get((method, called))
        if at is not None and len(node.args) > at:
            yield node.args[at]


def _texts(value: ast.expr) -> Iterator[tuple[str, bool]]:
    match value:
        case ast.Constant(value=str(text)) if _FORM.fullmatch(text):
            yield text, True
        case ast.IfExp():
            yield from _texts(value.body)
            yield from _texts(value.orelse)
        case ast.JoinedStr():
            yield "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z0-9-]+" for part in value.values), False
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Add()):
            yield re.escape(text) + "[a-z0-9-]+", False
        case _:
            return
