"""PowerShell data files (`.pssc`, `.psrc`): hashtables, arrays, text and numbers; nothing in them runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_QUOTES = "'‘’‚‛"
_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*|<\#.*?\#>)
    |(?P<single>['‘’‚‛](?:[^'‘’‚‛]|['‘’‚‛]{2})*['‘’‚‛])
    |(?P<double>"(?:[^"`]|`.|"")*")
    |(?P<number>-?\d+(?:\.\d+)?\b)
    |(?P<variable>\$\w+)
    |(?P<word>[A-Za-z_][\w.-]*)
    |(?P<mark>@\{|@\(|\{|[}()=;,])""",
    re.VERBOSE | re.DOTALL,
)
_CONSTANTS: Mapping[str, Any] = {"$true": True, "$false": False, "$null": None}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def read_data_file(text: str) -> dict[str, Any]:
    """The hashtable of a data file; a script block is given as its text. Raises ValueError with the line of what is not data."""
    reader = _Reader(text)
    value = reader.value()
    reader.skip()
    if not isinstance(value, dict) or reader.place < len(text):
        raise reader.wrong("one hashtable, @{ ... }")
    return value


def start_of_table(text: str) -> int:
    """Where the first entry of a data file's hashtable may stand: behind its `@{`."""
    reader = _Reader(text)
    reader.token()
    return reader.place


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def wrong(self, wanted: str) -> ValueError:
        line = self.text.count("\n", 0, self.place) + 1
        return ValueError(f"line {line}: expected {wanted}, found {self.text[self.place : self.place + 20]!r}")

    def skip(self) -> None:
        while (found := _TOKEN.match(self.text, self.place)) is not None and found.lastgroup == "skip":
            self.place = found.end()

    def token(self) -> tuple[str, str]:
        """The next token, taken: its kind and text; `("", "")` at the end."""
        self.skip()
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            if self.place < len(self.text):
                raise self.wrong("data")
            return "", ""
        self.place = found.end()
        return str(found.lastgroup), found[0]

    def next_is(self, mark: str) -> bool:
        """Take a mark if it is next."""
        self.skip()
        if self.text.startswith(mark, self.place):
            self.place += len(mark)
            return True
        return False

    def value(self) -> Any:
        """A value, or several with commas between them."""
        first = self._one()
        if not self._comma():
            return first
        items = [first, self._one()]
        while self._comma():
            items.append(self._one())
        return items

    def _comma(self) -> bool:
        return self.next_is(",")

    def _one(self) -> Any:
        start = self.place
        kind, word = self.token()
        match kind, word:
            case "single", _:
                return re.sub(f"([{_QUOTES}])[{_QUOTES}]", r"\1", word[1:-1])
            case "double", _:
                if re.search(r"(?<!`)\$[\w({]", word):
                    self.place = start
                    raise self.wrong("text without variables")
                return re.sub(r"`(.)|\"\"", lambda found: _ESCAPES.get(found[1], found[1]) if found[1] else '"', word[1:-1], flags=re.DOTALL)
            case "number", _:
                return float(word) if "." in word else int(word)
            case "variable", _ if word.lower() in _CONSTANTS:
                return _CONSTANTS[word.lower()]
            case "mark", "@{":
                return self._table()
            case "mark", "@(":
                return self._array()
            case "mark", "{":
                return self._block()
        self.place = start
        raise self.wrong("a value")

    def _table(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        while not self.next_is("}"):
            if self.next_is(";"):
                continue
            kind, word = self.token()
            if kind not in ("word", "single", "double") or not self.next_is("="):
                raise self.wrong("NAME = VALUE")
            made[word if kind == "word" else word[1:-1]] = self.value()
        return made

    def _array(self) -> list[Any]:
        items: list[Any] = []
        while not self.next_is(")"):
            if self.next_is(";") or self.next_is(","):
                continue
            items.append(self._one())
        return items

    def _block(self) -> str:
        start, depth = self.place, 1
        while depth:
            if self.place >= len(self.text):
                raise self.wrong("}")
            char = self.text[self.place]
            depth += (char == "{") - (char == "}")
            self.place += 1
        return self.text[start : self.place - 1].strip()
