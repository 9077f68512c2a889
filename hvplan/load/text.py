"""Bytes to text: UTF-8, or UTF-16 with a byte order mark; nothing that YAML or XML could not carry. Says where it fails."""

from __future__ import annotations

import codecs
import re
from typing import Final

from hvplan.diagnostics import Diagnostic, Place
from hvplan.load.tree import problem

MAX_BYTES: Final = 10 << 20
MARKS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order mark -> encoding; UTF-32 first, because its mark begins like that of UTF-16."""

# Control characters, the line breaks of other systems (an editor would count lines differently), and what XML cannot carry.
_BAD: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def unsafe(text: str) -> bool:
    """Does it hold a character that cannot be sent to a host: a lone surrogate, U+FFFE, U+FFFF (engineering notes 1.1)."""
    return not text.isascii() and re.search("[\ud800-\udfff\ufffe\uffff]", text) is not None


def decode(data: bytes, file: str) -> tuple[str, tuple[Diagnostic, ...]]:
    """The text of a file without its byte order mark; `""` with the reasons when it cannot be read."""
    if len(data) > MAX_BYTES:
        return "", (problem("yaml-limit", f"The file is larger than {MAX_BYTES >> 20} MiB.", Place(file), hint="split it into several files"),)
    mark, encoding = next(((mark, name) for mark, name in MARKS if data.startswith(mark)), (b"", "utf-8"))
    save = "save the file as UTF-8 (PowerShell: Set-Content -Encoding utf8)"
    if encoding == "UTF-32":
        return "", (problem("yaml-encoding", "The file is written in UTF-32.", Place(file), hint=save),)
    body = data[len(mark) :]
    if encoding == "utf-8" and b"\x00" in body[:4]:
        return "", (problem("yaml-encoding", "The file looks like UTF-16 without a byte order mark.", Place(file), hint=save),)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        summary = f"Byte 0x{body[error.start]:02X} here is not valid {encoding.upper()[:6].rstrip('-')}."
        return "", (problem("yaml-encoding", summary, _place(file, before), hint=save),)
    found = tuple(_bad_character(text, match.start(), file) for match, _ in zip(_BAD.finditer(text), range(20), strict=False))
    return ("", found) if found else (text, ())


def _bad_character(text: str, at: int, file: str) -> Diagnostic:
    code = ord(text[at])
    escape = f"\\u{code:04X}" if code > 0xFF else f"\\x{code:02X}"
    if 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
        hint = "remove it: it cannot be sent to a host either"
    else:
        hint = f'remove it; where it is meant, write it as "{escape}" in double quotes'
    return problem("yaml-character", f"The character U+{code:04X} must not stand in a file as it is.", _place(file, text[:at]), hint=hint)


def _place(file: str, before: str) -> Place:
    lines = re.split(r"\r\n|\r|\n", before)
    return Place(file, len(lines), len(lines[-1]) + 1)
