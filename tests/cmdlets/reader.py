"""A small reader of printed PowerShell: commands, parameter names and values, by the rules that the recordings show.

It knows only what is printed: pipes, `-Name`, `-Name:VALUE`, literals in either quotes, bare words, whole numbers, `$true
$false $null`, lists with commas or `@( )`, `$s3.Id` and `$( )`. Anything else is an error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

SINGLE = "'\u2018\u2019\u201a\u201b"
DOUBLE = '"\u201c\u201d\u201e'
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_NAME = re.compile(r"-([A-Za-z]+)(:?)")
_COMMAND = re.compile(r"[A-Za-z][\w.]*(?:\\[A-Za-z][\w]*-[A-Za-z]\w*|-[A-Za-z]\w*)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|-?\d+")
_REFERENCE = re.compile(r"\$(?:\{(?:[^`{}]|`.)*\}|\w+)(?:\.\w+(?:\((?:[^()']|'[^']*')*\))?|\[-?\d+\])*", re.DOTALL)
_CONSTANTS = {"$true": True, "$false": False, "$null": None}


@dataclass(frozen=True, slots=True)
class Reference:
    """An expression that is worked out when the line runs."""

    text: str


Command = tuple[str, dict[str, Any]]
SWITCH = object()


class Reader:
    """Reads one line. Raises ValueError where it is not what is printed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def commands(self) -> list[Command]:
        """The commands of the pipe; a switch's value is SWITCH."""
        found = [self._command()]
        while self._take(re.compile(r" \| ")):
            found.append(self._command())
        if self.place < len(self.text):
            raise self._wrong("the end")
        return found

    def _command(self) -> Command:
        name = self._take(_COMMAND)
        if name is None:
            raise self._wrong("a command")
        parameters: dict[str, Any] = {}
        while self.text.startswith(" -", self.place):
            self.place += 1
            known, value = self._parameter()
            if known in parameters:
                raise self._wrong(f"-{known} once")
            parameters[known] = value
        return name, parameters

    def _parameter(self) -> tuple[str, Any]:
        match = _NAME.match(self.text, self.place)
        if match is None:
            raise self._wrong("a parameter")
        self.place = match.end()
        if match[2]:
            return match[1], self.value()
        if self.place == len(self.text) or re.compile(r" (?:-[^\d]|\| )").match(self.text, self.place):
            return match[1], SWITCH
        self.place += 1
        return match[1], self.argument()

    def argument(self) -> Any:
        """What stands behind a parameter: one value, or several."""
        if self._take(re.compile(r"@\(")):
            item = self.value()
            if not self._take(re.compile(r"\)")):
                raise self._wrong(")")
            return (item,)
        items = [self.value()]
        while self._take(re.compile(", ")):
            items.append(self.value())
        return tuple(items) if len(items) > 1 else items[0]

    def value(self) -> Any:
        """One value: text, a whole number, true, false, null, a Reference, or a tuple of text and References."""
        character = self.text[self.place : self.place + 1]
        if character and character in SINGLE:
            return self._single()
        if character and character in DOUBLE:
            return self._double()
        if character == "$":
            return self._variable()
        word = self._take(_WORD)
        if word is None:
            raise self._wrong("a value")
        return word if word[0].isalpha() else int(word)

    def _single(self) -> str:
        found = re.compile(f"[{SINGLE}]((?:[^{SINGLE}]|[{SINGLE}]{{2}})*)[{SINGLE}]", re.DOTALL).match(self.text, self.place)
        if found is None:
            raise self._wrong("a quote")
        self.place = found.end()
        return re.sub(f"([{SINGLE}])[{SINGLE}]", r"\1", found[1])

    def _double(self) -> Any:
        self.place += 1
        parts: list[Any] = [""]
        while (character := self.text[self.place : self.place + 1]) not in DOUBLE or not character:
            if not character:
                raise self._wrong("a quote")
            if self.text.startswith("$(", self.place):
                self.place += 2
                parts += [self._subexpression(), ""]
                continue
            if character == "$":
                raise self._wrong("no variable")
            self.place += 1
            if character == "`":
                character = _ESCAPES.get(self.text[self.place], self.text[self.place])
                self.place += 1
            parts[-1] += character
        self.place += 1
        return _joined(parts)

    def _subexpression(self) -> Any:
        found = re.compile(r"\[char\]0x([0-9A-F]{1,4})\)").match(self.text, self.place)
        if found is not None:
            self.place = found.end()
            return chr(int(found[1], 16))
        made = self._variable()
        if not self._take(re.compile(r"\)")):
            raise self._wrong(")")
        return made

    def _variable(self) -> Any:
        text = self._take(_REFERENCE)
        if text is None:
            raise self._wrong("a variable")
        return _CONSTANTS[text] if text in _CONSTANTS else Reference(text)

    def _take(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self.text, self.place)
        if found is not None:
            self.place = found.end()
        return None if found is None else found[0]

    def _wrong(self, wanted: str) -> ValueError:
        return ValueError(f"{wanted} expected at {self.text[self.place : self.place + 30]!r} of {self.text!r}")


def _joined(parts: list[Any]) -> Any:
    made: list[Any] = []
    for part in parts:
        if isinstance(part, str) and made and isinstance(made[-1], str):
            made[-1] += part
        elif part != "":
            made.append(part)
    if not made:
        return ""
    return made[0] if len(made) == 1 and isinstance(made[0], str) else tuple(made)
