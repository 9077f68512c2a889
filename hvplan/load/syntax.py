"""YAML's syntax errors in our own words: what is wrong, and what was probably meant, read off the line in question."""

from __future__ import annotations

import re
from typing import Final

import yaml

from hvplan.diagnostics import Diagnostic, Place
from hvplan.load.tree import MAX_DEPTH, problem

# What the parser says -> what we say, and what to do. The first line that fits wins; both of PyYAML's parsers are covered.
_WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("nesting depth", f"Nested deeper than {MAX_DEPTH} levels.", "a bracket is probably not closed"),
    (
        "mapping values are not allowed",
        "A second ': ' on this line, or a key that is indented too far.",
        "quote a text that holds ': '; give keys of one map the same indentation",
    ),
    (
        "scanning a tag|parsing a tag|tag handle|tag directive",
        "A tag (!) cannot stand here: hvplan's files use no tags.",
        "put quotes around a value that starts with !",
    ),
    ("invalid Unicode", "An escape here names no character (it may be half of a pair).", "write the character itself"),
    ("unknown escape", "A backslash in double quotes starts an escape, and this one does not exist.", r"use single quotes for Windows paths: 'D:\VMs'"),
    ("escape", "A backslash in double quotes starts an escape, and this one is not complete.", r"use single quotes for Windows paths: 'D:\VMs'"),
    ("expected escape sequence|hexdecimal", "A backslash in double quotes starts an escape, and this one is not complete.", r"use single quotes: 'D:\VMs'"),
    ("unexpected end of stream", "A quote is opened and never closed.", "close the quote that was opened at the place above"),
    ("unexpected document", "A quote is opened and not closed before the next document.", "close the quote that was opened at the place above"),
    ("',' or '\\]'", "A list in [ ] is not closed, or a comma is missing.", "put a comma between the items and close the list with ]"),
    ("',' or '}'", "A map in { } is not closed, or a comma is missing.", "put a comma between the entries and close the map with }"),
    (
        "'-' indicator|<block end>, but found '\\?'",
        "A key stands where the next item of a list is expected.",
        "begin every item with '- ', or indent the key further",
    ),
    ("could not find expected ':'", "A line without ': ' stands where a key is expected.", "write 'key: value', with a blank after the colon"),
    (
        "expected key|<block end>",
        "This does not belong to the map above it: a key is expected here.",
        "give keys of one map the same indentation; put quotes around a value that starts with {, [, ', \", * or &",
    ),
    ("block sequence entries are not allowed", "A list item '- ' cannot stand here.", "begin the list on a line of its own, below its key"),
    ("violates indentation|indentation space", "A tab is used to indent.", "indent with blanks; YAML knows no tabs there"),
    ("alphabetic or numeric|alphanumeric", "The name of an anchor (&) or alias (*) is missing here.", "put quotes around a value that starts with & or *"),
    ("scanning an? (anchor|alias)", "The name of an anchor (&) or alias (*) is not legal here.", "put quotes around a value that starts with & or *"),
    (
        "directive|incompatible|YAML document",
        "A line that starts with % is no directive that is known here.",
        "remove the line, or put quotes around the value",
    ),
    (
        "comment or line break|block scalar|indentation indicator",
        "Something stands behind | or > that does not belong there.",
        "begin the text on the next line",
    ),
    ("<document start>", "Text stands behind the end of the document.", "begin a new document with a line that holds --- only"),
    ("node content|block node|flow node", "A value is missing here.", "write a value, or remove the character that announces one"),
    ("simple key", "A key is longer than 1024 characters or runs over several lines.", "shorten the key"),
)
_STARTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("\t", "A tab is used to indent.", "indent with blanks; YAML knows no tabs there"),
    ("%", "A value cannot begin with %.", "put quotes around it"),
    ("@", "A value cannot begin with @.", "put quotes around it"),
    ("`", "A value cannot begin with a backtick.", "put quotes around it"),
)
_THINGS: Final = (("mapping", "the map begins"), ("sequence", "the list begins"), ("collection", "the list begins"), ("quoted", "the quote opens"))
_FALLBACK: Final = ("This is not valid YAML.", "look at the indentation, the quotes and the colons of this line and the one above")


def explain(error: yaml.YAMLError, text: str, file: str) -> Diagnostic:
    """One diagnostic for one error of the parser. Quotes no line of the file: it may hold what nobody should see."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return problem("yaml-syntax", _FALLBACK[0], Place(file), hint=_FALLBACK[1])
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return problem("yaml-syntax", _FALLBACK[0], Place(file), hint=_FALLBACK[1])
    place = Place(file, mark.line + 1, mark.column + 1)
    said = f"{error.context or ''}: {error.problem or ''}"
    character = _character(text, mark.line, mark.column)
    if "cannot start any token" in said:
        summary, hint = next(((s, h) for start, s, h in _STARTS if start == character), (f"A value cannot begin with {character!r}.", "put quotes around it"))
    else:
        summary, hint = next(((s, h) for pattern, s, h in _WORDS if re.search(pattern, said)), _FALLBACK)
    if _braces(text, mark.line):
        hint = "put quotes around a value with a placeholder: '{name}-os'"
    detail = ""
    if error.context_mark is not None and (error.context_mark.line, error.context_mark.column) != (mark.line, mark.column):
        what = next((word for part, word in _THINGS if part in (error.context or "")), "it begins")
        detail = f"{what} at {Place(file, error.context_mark.line + 1, error.context_mark.column + 1)}"
    return problem("yaml-limit" if "nesting depth" in said else "yaml-syntax", summary, place, detail=detail, hint=hint)


def _line(text: str, line: int) -> str:
    lines = re.split(r"\r\n|\r|\n", text)
    return lines[line] if line < len(lines) else ""


def _character(text: str, line: int, column: int) -> str:
    return _line(text, line)[column : column + 1]


def _braces(text: str, line: int) -> bool:
    """Does a value on that line begin with a placeholder and go on behind it, without quotes."""
    return re.search(r"(?:^|: |- )\{\w+\}[^\s,}]", _line(text, line)) is not None
